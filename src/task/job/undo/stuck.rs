//! A last write that is no write to take back: open, or given up with something of it done. It is not
//! passed over, since an older one is not what is meant by the last. Decides from the story and from
//! what was just read; touches nothing.

use crate::domain::intent::{Ending, Phase, Story};
use crate::domain::plan::{Before, LiteWrite, ValueWrite};
use crate::domain::{Lite, Sight, Version};
use crate::task::event::{Halfway, Inspection};

/// What became of a write that was not done.
pub(super) enum Came {
    /// Nothing, as far as the stores tell.
    Nothing,
    /// So much of it.
    Halfway(Halfway),
}

/// Whether the write was given up after it may have left this machine: only the stores tell what
/// came of it, since nobody has followed it.
pub(super) fn may_have_come(story: &Story) -> bool {
    let given_up = matches!(story.ended, Some((Ending::GivenUp, _)));
    given_up && story.phase >= Phase::Submitting && story.plan.value.is_some()
}

/// What became of it by what the stores hold now; why that can't be told.
pub(super) fn came(story: &Story, seen: &Inspection) -> Result<Came, String> {
    let Some(write) = &story.plan.value else {
        return Ok(Came::Nothing);
    };
    let stored = match &seen.document.stored {
        Sight::Seen(stored) => stored,
        Sight::Unchecked => return Err("0G was not asked".to_owned()),
        Sight::Unknown(why) => return Err(why.to_string()),
    };
    if let Some(why) = write.fence.behind(stored.head()) {
        return Err(why);
    }
    Ok(if write.fence.holds(stored.head()) {
        Came::Nothing
    } else if write.is(stored) {
        Came::Halfway(Halfway::Value {
            version: stored.version(),
            tombstone: write.is_tombstone(),
            older: replaced(&story.plan.before, write),
            followed: follows(story.plan.lite.as_ref(), &seen.document.lite),
        })
    } else if story.phase >= Phase::Applied {
        Came::Halfway(Halfway::Overwritten)
    } else {
        // Nobody has ever seen it.
        Came::Nothing
    })
}

/// The version with content that stood before the write.
fn replaced(before: &Before, write: &ValueWrite) -> Option<Version> {
    match &before.stored {
        Some(stored) => stored.full().and(stored.version()),
        // A journal that keeps no values names its version alone.
        None => Some(Version(write.fence.number())).filter(|version| version.0 > 0),
    }
}

/// Whether MongoDB holds its part, as far as it told.
fn follows(write: Option<&LiteWrite>, now: &Sight<Option<Lite>>) -> Option<bool> {
    let now = now.seen()?.as_ref();
    Some(write.is_none_or(|write| write.is(now)))
}
