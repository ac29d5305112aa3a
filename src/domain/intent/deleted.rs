//! When a key was deleted, as far as anybody can know: a KV node keeps no times. The journal knows
//! those of this machine's own writes; a document that is still listed may have a mark near it.

use super::{IntentId, Place, Story};
use crate::domain::bson::Bson;
use crate::domain::document::Lite;
use crate::domain::key::{Key, Version};
use crate::domain::plan::ValueWrite;
use crate::domain::time;

/// Milliseconds from giving a value to the store until it is seen that are not worth two times.
const AT_ONCE: i64 = 5 * 60 * 1000;

/// Who knows when it was.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum When {
    /// It was a write of this machine.
    Journal {
        /// When it was given to the store (ms since 1970).
        sent: i64,
        /// When it was seen there: much later where only a recovery found it.
        seen: i64,
        /// That write.
        intent: IntentId,
    },
    /// Nobody; but MongoDB still lists the document, with the mark of a soft delete. That is another
    /// act than the tombstone: the service does one and then the other, and drift may turn them round.
    Marked {
        /// `deleted_at` (ms since 1970).
        at: i64,
    },
    /// Nobody.
    Unknown,
}

impl When {
    /// The write among `stories` that made this tombstone.
    #[must_use]
    pub fn written<'a>(
        stories: impl IntoIterator<Item = &'a Story>,
        (place, key, at): (&Place, &Key, Version),
    ) -> Option<Self> {
        let made = |story: &&Story| {
            let value = story.plan.value.as_ref();
            value.is_some_and(ValueWrite::is_tombstone)
                && story.version == Some(at)
                && story.plan.key == *key
                && story.place == *place
        };
        let story = stories.into_iter().find(made)?;
        let seen = story.applied.unwrap_or(story.last);
        Some(Self::Journal {
            sent: story.sent.unwrap_or(story.since),
            seen,
            intent: story.intent.clone(),
        })
    }

    /// What the document says that is still listed over the newest tombstone, if one is.
    #[must_use]
    pub fn listed(lite: Option<&Lite>) -> Self {
        match lite.and_then(|lite| lite.get("deleted_at")) {
            Some(Bson::Date(at)) => Self::Marked { at: *at },
            _ => Self::Unknown,
        }
    }

    /// In words, on one line.
    #[must_use]
    pub fn said(&self) -> String {
        let iso = |at: i64| time::iso(at).unwrap_or_default();
        match self {
            Self::Journal { sent, seen, intent } => {
                let when = if seen - sent > AT_ONCE {
                    format!("between {} and {}", iso(*sent), iso(*seen))
                } else {
                    iso(*seen)
                };
                format!("when: {when}, by the journal of this machine (write {intent})")
            }
            Self::Marked { at } => format!(
                "when: not known by the node, which keeps no times; its soft delete in MongoDB was \
                 at {}",
                iso(*at)
            ),
            Self::Unknown => "when: not known by the node, which keeps no times".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_that_only_a_recovery_found_was_somewhen_between() {
        let at = |seen| When::Journal {
            sent: 1_768_917_600_000,
            seen,
            intent: IntentId("a".into()),
        };
        let said = at(1_768_917_601_000).said();
        assert!(said.starts_with("when: 2026-01-20T14:00:01Z, by"), "{said}");
        let said = at(1_769_004_000_000).said();
        let between = "when: between 2026-01-20T14:00:00Z and 2026-01-21T14:00:00Z, by";
        assert!(said.starts_with(between), "{said}");
    }
}
