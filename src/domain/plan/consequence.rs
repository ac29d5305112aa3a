//! What a write leads to beyond the fields that it names, in words for whoever is asked to agree.
//!
//! Nothing is decided here: each sentence is about a plan that is made already.

use super::{Action, LiteWrite, Plan, ValueWrite};
use crate::domain::diagnose::{Diagnosis, REACH_UNTOLD};
use crate::domain::full::Stored;
use crate::domain::state::State;

/// What each store holds after, and what an undo brings back, where content leaves a store.
/// `final_why` is why the value that goes could not be written again, if so.
#[must_use]
pub fn afterwards(plan: &Plan, final_why: Option<&str>) -> Vec<String> {
    let tombstone = plan.value.as_ref().is_some_and(ValueWrite::is_tombstone);
    let removed = matches!(plan.lite, Some(LiteWrite::Remove));
    if !tombstone && !removed {
        return Vec::new();
    }
    let value = match (&plan.value, &plan.before.stored) {
        (Some(_), _) => "0G holds a tombstone under the key".to_owned(),
        (None, Some(Stored::Tombstone { version })) => {
            format!("0G holds the tombstone of {version}, as before")
        }
        (None, Some(Stored::Value { version, .. })) => format!("0G holds {version}, as before"),
        (None, _) => "0G holds nothing under the key, as before".to_owned(),
    };
    let lite = match (&plan.lite, &plan.before.lite) {
        (Some(LiteWrite::Remove), _) | (None, None) => "MongoDB holds no document of this _id",
        (Some(LiteWrite::Insert(_)), _) => "MongoDB lists the document again",
        (Some(LiteWrite::Update(_)) | None, _) => "MongoDB lists the document still",
    };
    let mut said = vec![value, lite.to_owned()];
    if final_why.is_none() && matches!(plan.action, Action::Delete) {
        said.push(back(tombstone, removed).to_owned());
    }
    said
}

/// What an undo of a delete does.
fn back(tombstone: bool, removed: bool) -> &'static str {
    match (tombstone, removed) {
        (true, true) => "undo writes the value again and lists the document as it was",
        (true, false) => "undo writes the value again",
        (false, _) => "undo lists the document as it was; no value is written",
    }
}

/// That there is no way back, and why.
#[must_use]
pub fn forever(why: &str) -> String {
    format!("this can NOT be undone by dualscope: what is there now could not be put back ({why})")
}

/// What is worth a second look before this plan is agreed to, as the document stands.
#[must_use]
pub fn consequences(plan: &Plan, found: &Diagnosis) -> Vec<String> {
    let removed = matches!(plan.lite, Some(LiteWrite::Remove));
    let mut said = Vec::new();
    let alone = found.state == State::FullInMongo || found.is_kept_in_mongo();
    if removed && plan.before.full().is_none() && alone {
        let only = "MongoDB's document is the only copy of this content; after this only the \
                    journal has it";
        said.push(only.to_owned());
    }
    if removed && found.findings.iter().any(|it| it.code == REACH_UNTOLD) {
        let untold = "this node does not tell where its history begins: a value that it does not \
                      show would stay in 0G, listed nowhere";
        said.push(untold.to_owned());
    }
    if plan.action == Action::Restore && found.state == State::SoftDeletedNoValue {
        let bare = "it becomes live without a value: it is listed again, and readers find nothing \
                    under its key";
        said.push(bare.to_owned());
    }
    if found.state == State::Pending && (plan.value.is_some() || removed) {
        said.push(late(&found.said.to_string(), removed));
    }
    said
}

/// What a write means for a value that may be on its way.
fn late(why: &str, removed: bool) -> String {
    let then = if removed {
        "comes later, it is stored and not listed"
    } else {
        "comes later, it replaces this one; if it came first, this write is a conflict"
    };
    format!("{why}: the service's own value may be on its way; wait for it. If it {then}")
}

#[cfg(test)]
mod tests;
