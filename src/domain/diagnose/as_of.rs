//! What stood at an older version of the value store. MongoDB keeps no history, so nothing here
//! compares the two halves.

use std::sync::Arc;

use super::super::document::{Sight, Window};
use super::super::full::Stored;
use super::super::key::Version;
use super::super::state::State;
use super::Diagnosis;

impl Diagnosis {
    /// What stands at an older version. The lite half is as of now, so nothing is compared: not an
    /// alarm, whatever stood there.
    #[must_use]
    pub fn as_of(at: Version, stored: &Sight<Stored>, window: Window) -> Self {
        // What is not applied yet may still change what stands at that version.
        let ahead = window.applied.filter(|next| *next > 0 && at.0 >= *next);
        let told = match stored {
            Sight::Unchecked => Ok("not looked at yet".to_owned()),
            Sight::Unknown(why) => Err(format!("can't tell: {why}")),
            Sight::Seen(stored) => match (ahead, stored) {
                (Some(next), _) => Err(format!(
                    "can't tell yet: the node has applied up to version {}",
                    next - 1
                )),
                (None, Stored::Absent) => match window.blind() {
                    Some(why) => Err(format!("can't tell: {why}")),
                    None => Ok("nothing written yet".to_owned()),
                },
                (None, Stored::Tombstone { .. }) => Ok("tombstone".to_owned()),
                (None, Stored::Value { full, .. }) => {
                    Ok(format!("a value of {} bytes", full.raw.len()))
                }
            },
        };
        let (state, said) = match told {
            Ok(what) => (State::Unchecked, format!("as of version {}: {what}", at.0)),
            Err(why) => (State::Unknown, why),
        };
        Self {
            state,
            newer: None,
            said: said.into(),
            findings: Vec::new(),
            fields: Arc::new([]),
        }
    }
}
