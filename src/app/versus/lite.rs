//! MongoDB's half where a text or a write was overtaken: each field that is not the same in what it
//! was, what was planned and what is there now.

use super::super::page::Line;
use super::super::review::words::field_text;
use crate::domain::bson::{Bson, Document};
use crate::domain::document::{Lite, Sight};
use crate::domain::plan::{Plan, same};
use crate::domain::state::Role;
use crate::task::event::Inspection;

/// The document as it was and as it was to become; `None` is "no document".
#[derive(Clone, Debug)]
pub(in crate::app) struct Sides {
    saw: Option<Document>,
    mine: Option<Document>,
}

/// What the three columns are called.
type Names = [&'static str; 3];
const TYPED: Names = ["when you began", "as planned", "now"];
const TAKEN_BACK: Names = ["your write left", "before your write", "now"];

impl Sides {
    /// Those of a plan.
    pub(in crate::app) fn of(plan: &Plan) -> Self {
        let saw = plan.before.lite.as_ref().map(|lite| lite.fields.clone());
        let mine = match &plan.lite {
            None => saw.clone(),
            Some(write) => write.on(saw.as_ref()),
        };
        Self { saw, mine }
    }

    /// Those of taking the plan back: what it wrote was seen, what was before it is wanted.
    pub(in crate::app) fn of_taking_back(plan: &Plan) -> Self {
        let Self { saw, mine } = Self::of(plan);
        Self {
            saw: mine,
            mine: saw,
        }
    }

    /// Whether somebody changed the document since.
    pub(super) fn is_moved(&self, now: &Inspection) -> bool {
        seen(now).is_ok_and(|now| !equal(self.saw.as_ref(), now))
    }

    /// What both changed, and not into the same.
    pub(super) fn overlaps(&self, now: &Inspection) -> Vec<String> {
        let Ok(now) = seen(now) else {
            return Vec::new();
        };
        let (saw, mine) = (self.saw.as_ref(), self.mine.as_ref());
        let apart = !equal(saw, mine) && !equal(saw, now) && !equal(mine, now);
        match (saw, mine, now) {
            _ if !apart => Vec::new(),
            (Some(saw), Some(mine), Some(now)) => {
                let both = |name: &&str| {
                    let [saw, mine, now] = [saw, mine, now].map(|document| document.get(name));
                    !alike(saw, mine) && !alike(saw, now) && !alike(mine, now)
                };
                let names = names(&[saw, mine, now]).into_iter().filter(both);
                names.map(|name| format!("MongoDB {name}")).collect()
            }
            _ => vec!["the MongoDB document".to_owned()],
        }
    }

    /// The rows under a heading of their own.
    pub(super) fn lines(
        &self,
        now: &Inspection,
        (taking_back, hides): (bool, &dyn Fn(&str) -> bool),
    ) -> Vec<Line> {
        let called = if taking_back { TAKEN_BACK } else { TYPED };
        let sides = [Ok(self.saw.as_ref()), Ok(self.mine.as_ref()), seen(now)];
        let mut lines = vec![Line::heading("MongoDB lite")];
        if sides.iter().any(|side| !matches!(side, Ok(Some(_)))) {
            for (name, side) in called.iter().zip(&sides) {
                let said = match side {
                    Err(Unknown) => "it can't be told".to_owned(),
                    Ok(None) => "no document".to_owned(),
                    Ok(Some(document)) => format!("a document of {} fields", document.0.len()),
                };
                lines.push(row(name, &said));
            }
        }
        let there: Vec<(&str, &Document)> = called
            .into_iter()
            .zip(sides)
            .filter_map(|(name, side)| Some((name, side.ok()??)))
            .collect();
        fields(&there, hides, &mut lines);
        if lines.len() == 1 {
            let said = "nothing was planned for it, and nobody changed it";
            lines.push(Line::new("", said, Some(Role::Dim)));
        }
        lines
    }
}

/// MongoDB gave no answer.
struct Unknown;

fn seen(now: &Inspection) -> Result<Option<&Document>, Unknown> {
    match &now.document.lite {
        Sight::Seen(lite) => Ok(lite.as_ref().map(|lite: &Lite| &lite.fields)),
        Sight::Unchecked | Sight::Unknown(_) => Err(Unknown),
    }
}

fn alike(one: Option<&Bson>, other: Option<&Bson>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => same(one, other),
        (one, other) => one.is_none() && other.is_none(),
    }
}

/// Whether the fields are the same; their order is nobody's work.
fn equal(one: Option<&Document>, other: Option<&Document>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => {
            let mut names = names(&[one, other]).into_iter();
            names.all(|name| alike(one.get(name), other.get(name)))
        }
        (one, other) => one.is_none() && other.is_none(),
    }
}

/// Every name once, in the order in which they come.
fn names<'a>(documents: &[&'a Document]) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in documents.iter().flat_map(|document| &document.0) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    names
}

/// The fields that are not the same in all of these documents.
fn fields(there: &[(&str, &Document)], hides: &dyn Fn(&str) -> bool, lines: &mut Vec<Line>) {
    let documents: Vec<&Document> = there.iter().map(|(_, document)| *document).collect();
    for name in names(&documents) {
        let values = documents.iter().map(|document| document.get(name));
        let values: Vec<Option<&Bson>> = values.collect();
        if values.windows(2).all(|pair| alike(pair[0], pair[1])) {
            continue;
        }
        lines.push(Line::new("~", name, Some(Role::Warn)));
        for ((called, _), value) in there.iter().zip(values) {
            let said = value.map_or("no field".to_owned(), |value| {
                format!("{} ({})", field_text(hides, name, value), value.type_name())
            });
            lines.push(row(called, &said));
        }
    }
}

fn row(name: &str, said: &str) -> Line {
    Line::new("", format!("{name:<17}  {said}"), None)
}
