//! Masking of collections that hold secrets in clear text.

use std::borrow::Cow;

use super::exit::{Exit, Fault};
use super::session::Session;
use crate::domain::bson::Document;
use crate::domain::model::MASK;
use crate::domain::{Bson, Collection, Diagnosis, Filter, Lite, Model, Sort, State};

/// Refuses to choose or to order documents by what is masked: which ones come, and in which order,
/// tells it piece by piece.
pub(super) fn guard(model: Option<&Model>, filter: &Filter, sort: &Sort) -> Result<(), Fault> {
    let Some(model) = model.filter(|model| model.sensitive) else {
        return Ok(());
    };
    let hidden = |path: &&str| model.hides(path);
    let clauses = filter.clauses.iter().map(|clause| clause.path.as_str());
    let asked = clauses.chain([sort.field.as_str()]).find(hidden);
    let of_query = || {
        filter
            .raw
            .as_ref()
            .and_then(|query| hidden_in(query, model))
    };
    let Some(name) = asked.or_else(of_query) else {
        return Ok(());
    };
    let collection = &model.name;
    let message = if name.starts_with('$') {
        format!("{name} can reach what {collection} masks")
    } else {
        format!("{name} of {collection} is masked and can't be asked for")
    };
    let fault = Fault::new(Exit::Refused, "refused", message);
    Err(fault.hint("--reveal allows it, and prints the secrets"))
}

/// The first name in a MongoDB query that may lead to something masked. Of operators only those
/// that join conditions are looked into; any other beside fields can reach every field.
fn hidden_in<'a>(query: &'a Document, model: &Model) -> Option<&'a str> {
    query
        .0
        .iter()
        .find_map(|(name, value)| match (name.as_str(), value) {
            ("$and" | "$or" | "$nor", Bson::Array(conditions)) => {
                conditions.iter().find_map(|condition| match condition {
                    Bson::Document(condition) => hidden_in(condition, model),
                    _ => None,
                })
            }
            ("$comment", _) => None,
            (name, _) if name.starts_with('$') || model.hides(name) => Some(name),
            _ => None,
        })
}

/// What of a collection may be printed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Discretion {
    /// The model of a collection whose secrets stay hidden.
    hides: Option<&'static Model>,
}

impl Discretion {
    pub(super) fn of(collection: &Collection, reveal: bool) -> Self {
        let model = Session::model(collection);
        Self {
            hides: model.filter(|model| model.sensitive && !reveal),
        }
    }

    /// Whether anything is hidden.
    pub(super) fn hides(self) -> bool {
        self.hides.is_some()
    }

    /// The document with its secrets masked.
    pub(super) fn lite(self, lite: &Lite) -> Cow<'_, Lite> {
        let Some(model) = self.hides else {
            return Cow::Borrowed(lite);
        };
        let mut masked = lite.clone();
        for (name, value) in &mut masked.fields.0 {
            if !value.is_null() && model.hides(name) {
                *value = Bson::String(MASK.to_owned());
            }
        }
        Cow::Owned(masked)
    }

    /// The answer without any value in it.
    pub(super) fn diagnosis(self, diagnosis: &Diagnosis) -> Cow<'_, Diagnosis> {
        if !self.hides() {
            return Cow::Borrowed(diagnosis);
        }
        let mut masked = diagnosis.clone();
        // What could not be compared is told without a value.
        if !matches!(masked.state, State::Unchecked | State::Unknown) {
            masked.said = masked.state.row().said.into();
        }
        for finding in &mut masked.findings {
            finding.said = MASK.into();
        }
        let mask = |text: &mut String| MASK.clone_into(text);
        let mut fields = masked.fields.to_vec();
        for row in &mut fields {
            row.lite.iter_mut().for_each(|(text, _)| mask(text));
            row.full.iter_mut().for_each(mask);
            mask(&mut row.said);
        }
        masked.fields = fields.into();
        Cow::Owned(masked)
    }
}
