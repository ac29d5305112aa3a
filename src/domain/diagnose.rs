//! How do the two halves of one document stand? A pure answer with its reasons.

use std::sync::Arc;

use super::document::{Document, Window};
use super::full::Codec;
use super::model::Model;
use super::state::{Newer, State};

/// What the answer depends on besides the document.
#[derive(Clone, Copy, Debug)]
pub struct Outlook<'a> {
    /// What is known of the collection; without it the fields that both halves have are compared.
    pub model: Option<&'a Model>,
    /// Milliseconds since 1970, now.
    pub now: i64,
    /// How long, in milliseconds, a missing value is awaited before it counts as missing.
    pub grace: i64,
    /// The codec that the service reads; `None` when it is not known.
    pub expected: Option<Codec>,
    /// How far the value store can see.
    pub window: Window,
}

/// The answer.
#[derive(Clone, PartialEq, Debug)]
pub struct Diagnosis {
    /// The one state that matters most.
    pub state: State,
    /// For a drifted document, which half was written later.
    pub newer: Option<Newer>,
    /// The state in words, with its details, on one line.
    pub said: String,
    /// Everything else worth knowing.
    pub findings: Vec<Finding>,
    /// Field by field, for the Diff view; empty when there are not two halves to compare.
    pub fields: Arc<[FieldRow]>,
}

/// One thing worth knowing about a document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// A stable name for programs.
    pub code: &'static str,
    /// One sentence for people.
    pub said: String,
}

/// One compared field.
#[derive(Clone, PartialEq, Debug)]
pub struct FieldRow {
    /// The name (`_id / id` for the id).
    pub name: String,
    /// The lite side as shown, with its BSON type; `None` when missing.
    pub lite: Option<(String, &'static str)>,
    /// The full side as written in the JSON text; `None` when missing.
    pub full: Option<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// The verdict in words, with details ("full newer by 4.2 s").
    pub said: String,
}

/// How the two sides of one field compare.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Verdict {
    /// Equal under the rules (dates floored to milliseconds, null is missing, …).
    Same,
    /// Different, and the lite side is newer.
    LiteNewer,
    /// Different, and the full side is newer.
    FullNewer,
    /// Different, and nothing says which is newer.
    Differs,
    /// The lite side lacks it.
    MissingInLite,
    /// The full side lacks it.
    MissingInFull,
    /// Equal in content, of the wrong BSON type.
    Type,
    /// Only MongoDB decides this field; not compared.
    NotCompared,
}

/// The answer for one document. Never fails: what can't be told is [`State::Unknown`].
#[must_use]
pub fn diagnose(_document: &Document, _outlook: &Outlook<'_>) -> Diagnosis {
    Diagnosis {
        state: State::Unchecked,
        newer: None,
        said: String::new(),
        findings: Vec::new(),
        fields: Arc::new([]),
    }
}
