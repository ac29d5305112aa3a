//! When a key was deleted, as far as anybody can know: a KV node keeps no times. The journal knows
//! those of this machine's own writes, and a document that is still listed may say it.

use super::{IntentId, Place, Story};
use crate::domain::bson::Bson;
use crate::domain::document::Lite;
use crate::domain::key::{Key, Version};
use crate::domain::plan::ValueWrite;
use crate::domain::time;

/// Who knows when it was.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum When {
    /// It was a write of this machine.
    Journal {
        /// When the journal closed it, or heard of it last (ms since 1970).
        at: i64,
        /// That write.
        intent: IntentId,
    },
    /// A document that MongoDB still lists; the service sets its mark together with the tombstone.
    Mongo {
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
        Some(Self::Journal {
            at: story.last,
            intent: story.intent.clone(),
        })
    }

    /// What the document says that is still listed over the newest tombstone, if one is.
    #[must_use]
    pub fn listed(lite: Option<&Lite>) -> Self {
        match lite.and_then(|lite| lite.get("deleted_at")) {
            Some(Bson::Date(at)) => Self::Mongo { at: *at },
            _ => Self::Unknown,
        }
    }

    /// In words, on one line.
    #[must_use]
    pub fn said(&self) -> String {
        match self {
            Self::Journal { at, intent } => format!(
                "when: {}, by the journal of this machine (write {intent})",
                time::iso(*at).unwrap_or_default()
            ),
            Self::Mongo { at } => format!(
                "when: {}, by deleted_at in MongoDB; the node itself keeps no times",
                time::iso(*at).unwrap_or_default()
            ),
            Self::Unknown => "when: not known by the node, which keeps no times".to_owned(),
        }
    }
}
