//! Masking of collections that hold secrets in clear text.

use std::borrow::Cow;

use super::exit::{Exit, Fault};
use super::session::Session;
use crate::domain::discretion;
use crate::domain::model::MASK;
use crate::domain::{Bson, Collection, Diagnosis, Filter, Lite, Model, Sort, State};

/// Refuses to choose or to order documents by what is masked.
pub(super) fn guard(model: Option<&Model>, filter: &Filter, sort: &Sort) -> Result<(), Fault> {
    let Some(masked) = discretion::masked(model, filter, sort) else {
        return Ok(());
    };
    let fault = Fault::new(Exit::Refused, "refused", masked.to_string());
    Err(fault.hint("--reveal allows it, and prints the secrets"))
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
