//! One document as it was seen: its lite half beside its full half.
//!
//! Either half can be *not known*, which is never the same as *not there*.

use std::sync::Arc;

use super::bson::{Bson, Document as BsonDocument};
use super::full::Stored;
use super::key::{Collection, Key};

/// The MongoDB half: the whole stored document with its types and field order.
#[derive(Clone, PartialEq, Debug)]
pub struct Lite {
    /// `_id`, of any type.
    pub id: Bson,
    /// All fields in stored order, `_id` included.
    pub fields: BsonDocument,
}

impl Lite {
    /// The lite half made of a stored document; one without `_id` (a view can yield such) gets null.
    #[must_use]
    pub fn new(fields: BsonDocument) -> Self {
        Self {
            id: fields.get("_id").cloned().unwrap_or(Bson::Null),
            fields,
        }
    }

    /// The document's key in the value store.
    #[must_use]
    pub fn key(&self, collection: &Collection) -> Key {
        Key::new(collection, &self.id)
    }

    /// A top-level field; `None` also for a missing one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Bson> {
        self.fields.get(name)
    }

    /// Whether `deleted_at` is set. MongoDB alone decides this.
    #[must_use]
    pub fn is_soft_deleted(&self) -> bool {
        self.is_marked("deleted_at")
    }

    /// Whether one of the three delete marks is set; `deleted_id` is unset as 0 too.
    #[must_use]
    pub fn is_marked(&self, mark: &str) -> bool {
        let zero = |value: &Bson| ["0", "0.0"].contains(&value.to_string().as_str());
        let unset = |value: &Bson| value.is_null() || (mark == "deleted_id" && zero(value));
        self.get(mark).is_some_and(|value| !unset(value))
    }

    /// Whether it is alive and yet has marks of a delete.
    #[must_use]
    pub fn has_stray_marks(&self) -> bool {
        let stray = ["deleted_by", "deleted_id"];
        !self.is_soft_deleted() && stray.iter().any(|mark| self.is_marked(mark))
    }
}

/// What is known of one half.
#[derive(Clone, PartialEq, Debug)]
pub enum Sight<T> {
    /// Not looked at yet.
    Unchecked,
    /// The store answered.
    Seen(T),
    /// The store could not be asked or could not answer; the reason is fit to be shown.
    Unknown(Arc<str>),
}

impl<T> Sight<T> {
    /// The answer, if there was one.
    pub fn seen(&self) -> Option<&T> {
        match self {
            Self::Seen(value) => Some(value),
            Self::Unchecked | Self::Unknown(_) => None,
        }
    }
}

/// Both halves of one document.
#[derive(Clone, PartialEq, Debug)]
pub struct Document {
    /// Where it is stored.
    pub key: Key,
    /// The MongoDB half; `Seen(None)` is "not listed".
    pub lite: Sight<Option<Lite>>,
    /// The value store's half.
    pub stored: Sight<Stored>,
}

/// How far the value store's history reaches, as far as the node says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Window {
    /// Whether the node follows the stream at all; `None` when it does not say.
    pub held: Option<bool>,
    /// The next transaction to be applied: everything below has been. `None` on nodes that do not
    /// report it.
    pub applied: Option<u64>,
    /// Where the node's history begins when it does not begin at 0: older writes are unknown.
    pub first: Option<u64>,
}

impl Window {
    /// Why "no value" can't be told from "not seen", if so; an absent value means nothing then.
    #[must_use]
    pub fn blind(&self) -> Option<String> {
        match (self.held, self.applied, self.first) {
            (Some(false), ..) => Some("the node does not follow this stream".to_owned()),
            (_, _, Some(first)) if first > 0 => {
                Some(format!("below its history: the node starts at {first}"))
            }
            (_, Some(0), _) => Some("the node has applied nothing yet".to_owned()),
            (None, None, _) => {
                Some("the node says neither which streams it holds nor how far it is".to_owned())
            }
            _ => None,
        }
    }

    /// Whether the node tells where its history begins. One that does not (KV nodes before
    /// `kv_getReplayProgress`) may have begun late without a word.
    #[must_use]
    pub fn tells_reach(&self) -> bool {
        self.applied.is_some() || self.first.is_some()
    }
}
