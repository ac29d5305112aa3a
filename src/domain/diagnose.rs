//! How do the two halves of one document stand? A pure answer with its reasons.
//!
//! One document can be in several of the service's inconsistent states at once. The answer names
//! the one that matters most, in the order below; the others are added as findings.
//!
//! 1. *Kept in MongoDB only* (by the model): nothing to compare, `unchecked`.
//! 2. `unknown`: a half could not be asked, the node does not follow the stream, or it says "no
//!    value" about a history that it cannot see. What can't be told is never guessed, so this
//!    stands before everything that a missing value could mean. `unchecked` when nobody asked yet.
//! 3. Not listed in MongoDB: a value is an `orphan`, whatever its bytes; a tombstone is a finished
//!    delete, so both halves tell the same (`agrees`); nothing on either side is `never-written`,
//!    said as "in neither store".
//! 4. Listed, no value: `full-in-mongo` when MongoDB holds the content (nothing is lost then),
//!    `pending` while the document is young (soft-deleted or not: its value may be on its way),
//!    `soft-deleted-no-value`, else `never-written`.
//! 5. Listed, tombstone: `soft-deleted-no-value` or `tombstoned`. Never pending: a delete was
//!    written.
//! 6. Listed, value: `undecodable` (the bytes are not JSON in the codec that the service reads),
//!    `misfiled` (JSON, but no object, of another id, or without what the service needs), `drifted`, `type-drift`, `full-in-mongo`, `delete-marks`, `soft-deleted`, `agrees`. Being
//!    soft-deleted is normal, so it comes last: a soft-deleted document whose halves differ has
//!    drifted, because a restore would bring the difference back to life.
//!
//! `newer` compares `updated_at`, which the service writes into both halves as one instant: a
//! later lite document lost a write to the value store, a later full value saw MongoDB rolled back.

mod as_of;
mod field;
mod findings;
mod said;
mod surplus;
mod validity;

use std::sync::Arc;

pub use field::{FieldRow, VERDICTS, Verdict, VerdictRow};
pub use surplus::surplus;
pub use validity::fault as value_fault;

use super::compare::{self, Pair};
use super::document::{Document, Lite, Sight, Window};
use super::full::{Body, Codec, Full, Stored};
use super::human;
use super::json::{Json, Kind, NodeId};
use super::model::{Layout, Model};
use super::state::{Newer, State};
use super::text::Sentence;

/// What the answer depends on besides the document.
#[derive(Clone, Copy, Debug)]
pub struct Outlook<'a> {
    /// What is known of the collection; without it the fields that both halves have are compared.
    pub model: Option<&'a Model>,
    /// Whether a look at documents of a collection without a model found that none of them ever had
    /// a value. One that has a value all the same is compared.
    pub no_values: bool,
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
    /// The state in words, with its details: whole, whatever its length.
    pub said: Sentence,
    /// Everything else worth knowing.
    pub findings: Vec<Finding>,
    /// Field by field, for the Diff view; empty when there are not two halves to compare.
    pub fields: Arc<[FieldRow]>,
}

impl Diagnosis {
    /// Why it can't be told how the document stands, if so. Nothing that replaces or deletes a
    /// value is decided then.
    #[must_use]
    pub fn untold(&self) -> Option<String> {
        (self.state == State::Unknown).then(|| self.said.to_string())
    }

    /// Whether there is nothing to compare since the document is kept in MongoDB alone.
    #[must_use]
    pub fn is_kept_in_mongo(&self) -> bool {
        self.state == State::Unchecked && self.said == KEPT
    }
}

/// One thing worth knowing about a document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// A stable name for programs.
    pub code: &'static str,
    /// One sentence for people: whole, whatever its length.
    pub said: Sentence,
}

/// The finding that a missing value is only as certain as a node that does not tell how far it sees.
pub const REACH_UNTOLD: &str = "reach-untold";

/// Said about a document that the service does not store twice.
const KEPT: &str = "kept in MongoDB only";

/// The answer for one document. Never fails: what can't be told is [`State::Unknown`].
#[must_use]
pub fn diagnose(document: &Document, outlook: &Outlook<'_>) -> Diagnosis {
    let case = Case { document, outlook };
    let lite = document.lite.seen().and_then(Option::as_ref);
    let stored = document.stored.seen();
    let mut findings = Vec::new();
    if let Some(lite) = lite {
        case.lite_findings(lite, &mut findings);
    }
    if let Some(stored) = stored {
        case.stored_findings(lite, stored, &mut findings);
    }
    let json = stored.and_then(Stored::full).and_then(Full::json);
    let object = json.filter(|json| json.kind(json.root()) == Kind::Object);
    let pair = match (lite, object) {
        (Some(lite), Some(json)) if !case.is_mongo_only(Some(lite)) => Some(case.pair(lite, json)),
        _ => None,
    };
    let mut fields = pair.map_or_else(Vec::new, |pair| compare::rows(pair, outlook.model));
    let later = pair.map_or((Newer::Neither, 0), compare::newer);
    Case::row_findings(&fields, later, &mut findings);
    let answer = case.answer(lite, stored, (&fields, later));
    findings.retain(|finding| !is_said(finding, answer.state));
    if let Some(pair) = pair {
        case.point(answer.state, pair, &mut fields);
    }
    Diagnosis {
        state: answer.state,
        newer: answer.newer,
        said: answer.said,
        findings,
        fields: fields.into(),
    }
}

/// Whether the state's own words already say what the finding says.
fn is_said(finding: &Finding, state: State) -> bool {
    let deleted = state == State::SoftDeletedNoValue && finding.code == State::SoftDeleted.name();
    deleted || finding.code == state.name()
}

/// What is wrong with a value by itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// The state that it leads to.
    pub state: State,
    /// What is wrong, in words.
    pub said: Sentence,
    /// The field that is wrong, where it is one field, by the name of its row.
    pub field: Option<String>,
    /// The node that it is about, if there is one.
    pub at: Option<NodeId>,
}

/// The primary state and its words.
struct Answer {
    state: State,
    newer: Option<Newer>,
    said: Sentence,
}

impl Answer {
    fn new(state: State, said: impl Into<Sentence>) -> Self {
        Self {
            state,
            newer: None,
            said: said.into(),
        }
    }
}

/// The compared fields, which half is newer and by how many milliseconds.
type Rows<'a> = (&'a [FieldRow], (Newer, u64));

struct Case<'a> {
    document: &'a Document,
    outlook: &'a Outlook<'a>,
}

impl Case<'_> {
    fn answer(&self, lite: Option<&Lite>, stored: Option<&Stored>, rows: Rows<'_>) -> Answer {
        if self.is_mongo_only(lite) {
            return Answer::new(State::Unchecked, KEPT);
        }
        if let Some(why) = self.unknown() {
            return Answer::new(State::Unknown, format!("can't tell: {why}"));
        }
        let (Sight::Seen(_), Some(stored)) = (&self.document.lite, stored) else {
            return Answer::new(State::Unchecked, State::Unchecked.row().said);
        };
        match (lite, stored) {
            (None, Stored::Absent) => Answer::new(State::NeverWritten, "in neither store"),
            (None, Stored::Tombstone { version }) => Answer::new(
                State::Agrees,
                format!("deleted in both stores, tombstone at version {}", version.0),
            ),
            (None, Stored::Value { version, full }) => {
                let said = Sentence::from(format!("stored at version {}, not listed", version.0));
                let said = match self.value_fault(full) {
                    Some(fault) => said.item().append(&fault.said),
                    None => said,
                };
                Answer::new(State::Orphan, said)
            }
            (Some(lite), Stored::Absent) => self.without_value(lite),
            (Some(lite), Stored::Tombstone { version }) => {
                let at = format!("tombstoned at version {}", version.0);
                if self.is_soft_deleted(lite) {
                    let said = format!("soft-deleted, and its value is gone: {at}");
                    return Answer::new(State::SoftDeletedNoValue, said);
                }
                Answer::new(State::Tombstoned, at + ", still listed")
            }
            (Some(lite), Stored::Value { full, .. }) => self.with_value(lite, full, rows),
        }
    }

    /// Why nothing can be told, if so.
    fn unknown(&self) -> Option<String> {
        if let Sight::Unknown(why) = &self.document.stored {
            return Some(why.to_string());
        }
        if let Sight::Unknown(why) = &self.document.lite {
            return Some(why.to_string());
        }
        let window = self.outlook.window;
        match self.document.stored.seen()? {
            Stored::Absent => window.blind(),
            // Whatever a node says about a stream that it does not follow is no answer.
            _ if window.held == Some(false) => window.blind(),
            Stored::Tombstone { .. } | Stored::Value { .. } => None,
        }
    }

    fn without_value(&self, lite: &Lite) -> Answer {
        let held = self.full_in_mongo(lite);
        if !held.is_empty() {
            let said = said::held(&held).ours(", no value was written");
            return Answer::new(State::FullInMongo, said);
        }
        if let Some(age) = self.young(lite) {
            let said = format!("not applied yet: written {} ago", human::span(age));
            return Answer::new(State::Pending, said);
        }
        if self.is_soft_deleted(lite) {
            let said = "soft-deleted, and its value is gone: never written";
            return Answer::new(State::SoftDeletedNoValue, said);
        }
        Answer::new(State::NeverWritten, State::NeverWritten.row().said)
    }

    fn with_value(&self, lite: &Lite, full: &Full, (rows, (newer, by)): Rows<'_>) -> Answer {
        if let Some(fault) = self.value_fault(full) {
            return Answer::new(fault.state, fault.said);
        }
        if rows.iter().any(FieldRow::drifts) {
            return Answer {
                state: State::Drifted,
                newer: Some(newer),
                said: said::drift(rows, newer, by),
            };
        }
        if let Some(said) = said::type_drift(rows) {
            return Answer::new(State::TypeDrift, said);
        }
        let held = self.full_in_mongo(lite);
        if !held.is_empty() {
            return Answer::new(State::FullInMongo, said::held(&held));
        }
        if let Some(why) = self.delete_marks(lite) {
            return Answer::new(State::DeleteMarks, why.behind("delete marks disagree: "));
        }
        if self.is_soft_deleted(lite) {
            return Answer::new(State::SoftDeleted, said::soft_deleted(lite));
        }
        Answer::new(State::Agrees, State::Agrees.row().said)
    }

    /// Why a value is not this document as the service reads it: first whether its bytes decode, in
    /// the service's own codec, then whether the JSON is the document of the key.
    fn value_fault(&self, full: &Full) -> Option<Fault> {
        let undecodable = |said: String| Fault {
            state: State::Undecodable,
            said: said.into(),
            field: None,
            at: None,
        };
        let (codec, json) = match &full.body {
            Body::Undecodable(why) => return Some(undecodable(why.reason.to_string())),
            Body::Json { codec, json } => (*codec, json),
        };
        if let Some(expected) = self.outlook.expected.filter(|expected| *expected != codec) {
            let (found, expected) = (codec.said(), expected.said());
            return Some(undecodable(format!(
                "{found} where the service reads {expected}"
            )));
        }
        validity::fault(&self.document.key, json, self.outlook.model)
    }

    /// Milliseconds since the last write to a lite document that is young enough to wait. Clocks
    /// differ: a date in the future is as old as it is far.
    fn young(&self, lite: &Lite) -> Option<u64> {
        let dates = ["updated_at", "created_at"].into_iter();
        let ages = dates
            .filter_map(|name| compare::instant(lite.get(name)?))
            .map(|at| self.outlook.now.abs_diff(at));
        ages.min()
            .filter(|age| i64::try_from(*age).is_ok_and(|age| age < self.outlook.grace))
    }

    fn is_soft_deleted(&self, lite: &Lite) -> bool {
        self.outlook.model.is_none_or(|model| model.soft_delete) && lite.is_soft_deleted()
    }

    /// What is wrong with the three delete marks. `deleted_by` and `deleted_id` may be missing.
    fn delete_marks(&self, lite: &Lite) -> Option<Sentence> {
        if self.outlook.model.is_some_and(|model| !model.soft_delete) {
            return None;
        }
        if self.outlook.model.is_none() {
            lite.get("deleted_at")?;
        }
        let number = lite.get("deleted_id").filter(|id| !id.is_null());
        let zero = number.is_some_and(|id| ["0", "0.0"].contains(&id.to_string().as_str()));
        if self.is_soft_deleted(lite) {
            return zero.then(|| "deleted_at is set, deleted_id is 0".into());
        }
        if let Some(id) = number.filter(|_| !zero) {
            let said = Sentence::new("deleted_at is null, deleted_id is ");
            return Some(said.value(&id.to_string()));
        }
        let by = lite.get("deleted_by").is_some_and(|by| !by.is_null());
        by.then(|| "deleted_at is null, deleted_by is set".into())
    }

    /// Names of lite fields that belong into the full value only.
    fn full_in_mongo<'b>(&self, lite: &'b Lite) -> Vec<&'b str> {
        let model = self.outlook.model;
        model.map_or_else(Vec::new, |model| surplus(lite, model))
    }

    /// Whether the collection, or this document of it, is not stored twice.
    fn is_mongo_only(&self, lite: Option<&Lite>) -> bool {
        let Some(model) = self.outlook.model else {
            let stored = self.document.stored.seen();
            return self.outlook.no_values && stored.is_none_or(|s| *s == Stored::Absent);
        };
        match model.stored {
            Layout::Dual => false,
            Layout::MongoOnly => true,
            // Later deployments hold the whole document in MongoDB, unset fields as null.
            Layout::DualInJanuary => lite.is_some_and(|lite| !self.full_in_mongo(lite).is_empty()),
        }
    }

    fn pair<'b>(&'b self, lite: &'b Lite, json: &'b Json) -> Pair<'b> {
        Pair {
            key: &self.document.key,
            lite,
            json,
        }
    }
}

#[cfg(test)]
mod tests;
