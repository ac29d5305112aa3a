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
        let told = match stored {
            Sight::Unchecked => Err("the value store was not asked".to_owned()),
            Sight::Unknown(why) => Err(why.to_string()),
            Sight::Seen(Stored::Absent) => match window {
                Window {
                    applied: Some(next),
                    ..
                } if next > 0 && at.0 >= next => Err(format!(
                    "the node has applied only up to version {}",
                    next - 1
                )),
                _ => window
                    .blind()
                    .map_or(Ok("nothing written yet".to_owned()), Err),
            },
            Sight::Seen(Stored::Tombstone { .. }) => Ok("tombstone".to_owned()),
            Sight::Seen(Stored::Value { full, .. }) => {
                Ok(format!("a value of {} bytes", full.raw.len()))
            }
        };
        let (state, said) = match told {
            Ok(what) => (State::Unchecked, format!("as of version {}: {what}", at.0)),
            Err(why) => (State::Unknown, format!("can't tell: {why}")),
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
