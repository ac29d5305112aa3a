//! What a write will do to both stores, decided in full before anything is touched.
//!
//! A plan is plain data: what each store held when it was read, and what each shall hold after.
//! The order of the steps is fixed here, once: journal, value, wait, MongoDB, read back. The value
//! goes first for a change as for a delete, because what a crash leaves in between (a value newer
//! than its lite document, a tombstone that is still listed) is visible and can be finished.
//!
//! Nothing here touches a store; the fields that a plan does not name stay as they are.

mod action;
mod clock;
mod codec;
mod consequence;
mod doubt;
mod edit;
mod guard;
mod inverse;
mod json;
mod lite;
mod outcome;
mod project;
mod room;
mod stamp;
mod validate;
mod wrote;

pub use action::{Action, Row as ActionRow, TABLE as ACTIONS};
pub use clock::behind;
pub use codec::codec;
pub use consequence::{afterwards, consequences, forever};
pub use doubt::doubts;
pub use edit::{Desk, Typed};
pub use guard::{Unfit, same};
pub use inverse::inverse;
pub use json::{from_json, to_json};
pub use lite::{rebuild, restore, soft_delete};
pub use outcome::unmoved;
pub use room::{Line, Room};
pub use stamp::ONLY_TIME;
pub use validate::{Refusal, Why};
pub use wrote::wrote;

use std::sync::Arc;

use super::bson::{Bson, Document as BsonDocument};
use super::document::Lite;
use super::full::{Full, Head, Stored};
use super::key::{Key, Version};

/// What a value write expects to replace; the store drops it otherwise.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fence {
    /// The key was never written (version 0 on the wire).
    Absent,
    /// The same on a person's word, where the store cannot see its whole history and so cannot tell
    /// "never written" from "not seen".
    Vouched,
    /// The latest write of the key is this one.
    At(Version),
}

impl Fence {
    /// The fence that lets a write replace exactly what was read.
    #[must_use]
    pub fn of(stored: &Stored) -> Self {
        Self::of_head(stored.head())
    }

    /// The same, where only the version is known.
    #[must_use]
    pub fn of_head(head: Head) -> Self {
        head.version().map_or(Self::Absent, Self::At)
    }

    /// The number on the wire: the write is dropped when the key's latest version is greater.
    #[must_use]
    pub fn number(self) -> u64 {
        match self {
            Self::Absent | Self::Vouched => 0,
            Self::At(version) => version.0,
        }
    }

    /// Whether the store still holds what the fence names.
    #[must_use]
    pub fn holds(self, head: Head) -> bool {
        match (self, head) {
            (Self::Absent | Self::Vouched, Head::Absent) => true,
            (Self::At(fence), Head::Tombstone(now) | Head::Value { version: now, .. }) => {
                fence == now
            }
            _ => false,
        }
    }

    /// Why a store that shows this can't tell whether the fence holds: it shows less than was read
    /// before, so it is behind, or another one. Nobody takes a version back.
    #[must_use]
    pub fn behind(self, head: Head) -> Option<String> {
        let Self::At(read) = self else {
            return None;
        };
        let shown = match head {
            Head::Absent => "no value".to_owned(),
            Head::Tombstone(now) | Head::Value { version: now, .. } if now < read => {
                now.to_string()
            }
            Head::Tombstone(_) | Head::Value { .. } => return None,
        };
        Some(format!(
            "the KV node shows {shown} where {read} was read before: it is behind, or follows \
             another chain"
        ))
    }
}

/// The bytes that the value store shall hold. Empty bytes are a tombstone.
#[derive(Clone, PartialEq, Eq)]
pub struct ValueWrite {
    /// The bytes exactly as they go out.
    pub bytes: Arc<[u8]>,
    /// What they replace.
    pub fence: Fence,
}

impl ValueWrite {
    /// Whether it deletes.
    #[must_use]
    pub fn is_tombstone(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Whether these stored bytes are what it writes.
    #[must_use]
    pub fn is(&self, stored: &Stored) -> bool {
        match stored {
            Stored::Absent => false,
            Stored::Tombstone { .. } => self.is_tombstone(),
            Stored::Value { full, .. } => full.raw == self.bytes,
        }
    }
}

impl std::fmt::Debug for ValueWrite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "ValueWrite({} bytes, {:?})",
            self.bytes.len(),
            self.fence
        )
    }
}

/// What one top-level field shall hold; `None` removes it.
pub type FieldWrite = (String, Option<Bson>);

/// What MongoDB shall hold. Guarded by [`Before::lite`]: it is done only while the document is as
/// it was read.
#[derive(Clone, PartialEq, Debug)]
pub enum LiteWrite {
    /// A document that must not be there yet.
    Insert(BsonDocument),
    /// These top-level fields and no other.
    Update(Vec<FieldWrite>),
    /// The whole document goes.
    Remove,
}

impl LiteWrite {
    /// What the document with these fields becomes by it; `None` is "no document".
    #[must_use]
    pub fn on(&self, before: Option<&BsonDocument>) -> Option<BsonDocument> {
        match self {
            Self::Insert(document) => Some(document.clone()),
            Self::Remove => None,
            Self::Update(fields) => {
                let mut after = before?.clone();
                for (name, value) in fields {
                    let at = after.0.iter().position(|(there, _)| there == name);
                    match (at, value) {
                        (Some(at), Some(value)) => after.0[at].1 = value.clone(),
                        (Some(at), None) => drop(after.0.remove(at)),
                        (None, Some(value)) => after.0.push((name.clone(), value.clone())),
                        (None, None) => {}
                    }
                }
                Some(after)
            }
        }
    }

    /// Whether the document is what this write leaves behind; of an update its fields alone.
    #[must_use]
    pub fn is(&self, lite: Option<&Lite>) -> bool {
        match (self, lite) {
            (Self::Remove, lite) => lite.is_none(),
            (_, None) => false,
            (Self::Insert(document), Some(lite)) => {
                let there = |(name, value): &(String, Bson)| {
                    lite.get(name).is_some_and(|found| same(value, found))
                };
                document.0.len() == lite.fields.0.len() && document.0.iter().all(there)
            }
            (Self::Update(fields), Some(lite)) => {
                let so = |(name, value): &(String, Option<Bson>)| match (value, lite.get(name)) {
                    (Some(value), Some(found)) => same(value, found),
                    (value, found) => value.is_none() && found.is_none(),
                };
                fields.iter().all(so)
            }
        }
    }
}

/// What both stores held when the plan was made.
#[derive(Clone, PartialEq, Debug)]
pub struct Before {
    /// The MongoDB half; `None` is "not listed".
    pub lite: Option<Lite>,
    /// The value store's half; `None` when the plan does not depend on it and nobody asked.
    pub stored: Option<Stored>,
}

impl Before {
    /// The decoded value, where there was one.
    #[must_use]
    pub fn full(&self) -> Option<&Full> {
        self.stored.as_ref().and_then(Stored::full)
    }
}

/// A decided write to one document.
#[derive(Clone, PartialEq, Debug)]
pub struct Plan {
    /// What kind of write it is, for people.
    pub action: Action,
    /// Where the value is.
    pub key: Key,
    /// `_id` in MongoDB.
    pub id: Bson,
    /// What was read.
    pub before: Before,
    /// The value store's part; `None` leaves it alone.
    pub value: Option<ValueWrite>,
    /// MongoDB's part; `None` leaves it alone.
    pub lite: Option<LiteWrite>,
}

/// The steps of a write, in their order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Step {
    /// The whole plan, with what was there before, is on disk.
    Journal,
    /// The value goes to the store.
    Submit,
    /// Until the store shows it.
    Confirm,
    /// MongoDB follows.
    Lite,
    /// Both stores are read again.
    ReadBack,
}

impl Step {
    /// Every step.
    pub const ALL: [Self; 5] = [
        Self::Journal,
        Self::Submit,
        Self::Confirm,
        Self::Lite,
        Self::ReadBack,
    ];

    /// The step in words, as a review lists it.
    #[must_use]
    pub fn said(self) -> &'static str {
        match self {
            Self::Journal => "journal",
            Self::Submit => "submit to 0G",
            Self::Confirm => "wait until applied",
            Self::Lite => "update MongoDB",
            Self::ReadBack => "read both back",
        }
    }

    /// The stable name in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Journal => "journal",
            Self::Submit => "submit",
            Self::Confirm => "confirm",
            Self::Lite => "lite",
            Self::ReadBack => "read-back",
        }
    }
}

impl Plan {
    /// The steps that this plan takes.
    #[must_use]
    pub fn steps(&self) -> Vec<Step> {
        let takes = |step: &Step| match step {
            Step::Journal | Step::ReadBack => true,
            Step::Submit | Step::Confirm => self.value.is_some(),
            Step::Lite => self.lite.is_some(),
        };
        Step::ALL.into_iter().filter(takes).collect()
    }

    /// The stored bytes that an undo of this plan would have to write again, where it replaces some.
    #[must_use]
    pub fn replaced(&self) -> Option<&Arc<[u8]>> {
        let full = self.before.full().filter(|_| self.value.is_some())?;
        Some(&full.raw)
    }

    /// Whether anything would be written at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.value.is_none() && self.lite.is_none()
    }
}
