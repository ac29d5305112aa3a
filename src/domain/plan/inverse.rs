//! The write that takes another one back, in both stores, only while nothing newer is there.

use super::validate::{Refusal, Why};
use super::{Action, Before, LiteWrite, Plan, ValueWrite};
use crate::domain::document::Lite;
use crate::domain::full::Stored;
use crate::domain::key::Version;

/// The plan that undoes `done`. `applied` is the version that its value became; `now` is what both
/// stores hold at present. The bytes, the fields and `updated_at` come back as they were.
///
/// # Errors
/// [`Why::Superseded`] when somebody wrote since; [`Why::Unseen`] when what was there before is
/// not in the journal.
pub fn inverse(done: &Plan, applied: Option<Version>, now: Before) -> Result<Plan, Refusal> {
    let value = match &done.value {
        None => None,
        Some(write) => Some(value_back(done, write, applied, now.stored.as_ref())?),
    };
    let lite = match &done.lite {
        None => None,
        Some(write) => Some(lite_back(done, write, now.lite.as_ref())?),
    };
    let action = if done.action == Action::Undo {
        Action::Redo
    } else {
        Action::Undo
    };
    Ok(Plan {
        action,
        key: done.key.clone(),
        id: done.id.clone(),
        before: now,
        value,
        lite,
    })
}

fn value_back(
    done: &Plan,
    write: &ValueWrite,
    applied: Option<Version>,
    now: Option<&Stored>,
) -> Result<ValueWrite, Refusal> {
    let now = now.ok_or_else(|| Refusal::new(Why::Unseen, "the value store was not read"))?;
    if !write.is(now) || applied.is_some_and(|version| now.version() != Some(version)) {
        return Err(Refusal::new(
            Why::Superseded,
            "the value was written again since",
        ));
    }
    let before = done.before.stored.as_ref();
    let bytes = match before {
        None => {
            let said = "the journal does not hold what was there before";
            return Err(Refusal::new(Why::Unseen, said));
        }
        // Nothing can be made "never written" again: a tombstone is as near as it gets.
        Some(Stored::Absent | Stored::Tombstone { .. }) => std::sync::Arc::from([]),
        Some(Stored::Value { full, .. }) => full.raw.clone(),
    };
    Ok(ValueWrite {
        bytes,
        fence: super::Fence::of(now),
    })
}

fn lite_back(done: &Plan, write: &LiteWrite, now: Option<&Lite>) -> Result<LiteWrite, Refusal> {
    if !write.is(now) {
        return Err(Refusal::new(
            Why::Superseded,
            "the MongoDB document was changed since",
        ));
    }
    let before = done.before.lite.as_ref();
    let unseen = || {
        Refusal::new(
            Why::Unseen,
            "the journal does not hold what was there before",
        )
    };
    Ok(match write {
        LiteWrite::Insert(_) => LiteWrite::Remove,
        LiteWrite::Remove => LiteWrite::Insert(before.ok_or_else(unseen)?.fields.clone()),
        LiteWrite::Update(fields) => {
            let before = before.ok_or_else(unseen)?;
            let back = |(name, _): &super::FieldWrite| (name.clone(), before.get(name).cloned());
            LiteWrite::Update(fields.iter().map(back).collect())
        }
    })
}
