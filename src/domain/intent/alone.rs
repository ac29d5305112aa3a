//! A write of MongoDB alone: whether the value that it was decided from still stands. It is judged by
//! what was read of the value store, which it never writes to.

use super::Story;
use super::verdict::{Evidence, who};
use crate::domain::document::Sight;

/// Whether somebody wrote the value since; why that can't be told.
pub(super) fn is_overtaken(story: &Story, evidence: &Evidence) -> Result<bool, String> {
    let (stored, fence) = match (&evidence.stored, story.decided_from()) {
        (Sight::Seen(stored), Some(fence)) => (stored, fence),
        (Sight::Unknown(why), Some(_)) => return Err(why.to_string()),
        _ => return Ok(false),
    };
    match fence.behind(stored.head()) {
        Some(why) => Err(why),
        None => Ok(!fence.holds(stored.head())),
    }
}

/// Adds what is certain of it, or what is not.
pub(super) fn say(
    (story, evidence): (&Story, &Evidence),
    (certain, uncertain): (&mut Vec<String>, &mut Vec<String>),
) {
    match is_overtaken(story, evidence) {
        Ok(false) => {}
        Ok(true) => certain.push(format!(
            "the value that it was decided from has been written by {}",
            who(evidence.value_by.as_ref())
        )),
        Err(why) => uncertain.push(format!("whether the value is as it was: {why}")),
    }
}
