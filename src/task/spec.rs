//! What can be asked of the background. Plain data, so that a task can be shown, compared in a
//! test, and run again.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::intent::{Decision, IntentId};
use crate::domain::plan::Plan;
use crate::domain::{Bson, Collection, Filter, Key, Lite, Query, Version};

/// The number of a task, given out by whoever starts it, in rising order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct TaskId(pub u64);

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Which queue a task waits in; each has its own number of places.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Lane {
    /// Somebody looks at the empty place where the answer will be.
    Interactive,
    /// Fills in what is nice to have.
    Background,
    /// Changes something: one at a time, and never dropped on the way.
    Write,
}

/// Which write is to be taken back. A write that was taken back already does not count, unless the
/// undo was taken back in turn.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Undoing {
    /// The newest write that stands: among those of this program and those of this document; of all
    /// where no document is named.
    Last(Option<Key>),
    /// The newest undo that stands, chosen in the same way.
    LastUndo(Option<Key>),
    /// This one.
    Intent(IntentId),
}

/// One thing to do.
#[derive(Clone, PartialEq, Debug)]
pub enum TaskSpec {
    /// A sign of life from both stores, and how far the value store can see.
    Health,
    /// The collections of the database.
    Collections,
    /// The estimated sizes of some collections, one part of the answer each.
    Estimates(Vec<Collection>),
    /// Whether a collection nobody knows is stored twice: looks at a few of its documents.
    Look(Collection),
    /// The indexes of a collection.
    Indexes(Collection),
    /// One page of rows.
    Page(Query),
    /// An exact count.
    Count {
        /// Of which collection.
        collection: Collection,
        /// Of which rows.
        filter: Filter,
        /// For how long at most.
        limit: Duration,
    },
    /// How many rows a filter by date passes over since they hold text in that field.
    Texts {
        /// Of which collection.
        collection: Collection,
        /// The filter.
        filter: Filter,
        /// For how long at most, for each field.
        limit: Duration,
    },
    /// The states of some rows, as loaded.
    Marks {
        /// The collection they belong to.
        collection: Collection,
        /// The rows, the most wanted first.
        rows: Vec<Arc<Lite>>,
    },
    /// Both halves of one document, read now.
    Inspect {
        /// Which document.
        key: Key,
        /// Its `_id` where the type is known; otherwise every type that prints so is asked for.
        id: Option<Bson>,
        /// The value as of an older version; `None` is now.
        at: Option<Version>,
    },
    /// Every step of the way to both stores.
    Doctor,
    /// The keys without which nothing can be written.
    Unlock,
    /// Whether the stores would take a decided write, asked of them without writing.
    Foresee(Arc<Plan>),
    /// A decided write.
    Write {
        /// What to do.
        plan: Arc<Plan>,
        /// The intent that it takes back.
        undoes: Option<IntentId>,
    },
    /// What earlier runs left open.
    Survey,
    /// A decision about an intent that an earlier run left open.
    Resume {
        /// Which.
        intent: IntentId,
        /// The document that it writes.
        key: Key,
        /// Finish it or drop it.
        decision: Decision,
    },
    /// How a write stands that was given up, if it can be taken up again. Changes nothing.
    Reconsider(IntentId),
    /// The plan that takes a write back. Changes nothing.
    PlanUndo(Undoing),
    /// The versions of one value, the newest first.
    History {
        /// Whose.
        key: Key,
        /// At or below this version; `None` from the newest on.
        from: Option<Version>,
        /// How many at most.
        limit: usize,
    },
}

impl TaskSpec {
    /// The queue.
    #[must_use]
    pub fn lane(&self) -> Lane {
        match self {
            Self::Collections
            | Self::Page(_)
            | Self::Count { .. }
            | Self::Inspect { .. }
            | Self::Survey
            | Self::Reconsider(_)
            | Self::PlanUndo(_)
            | Self::History { .. }
            // Behind background reads that hang, a sign of life would come too late.
            | Self::Health
            | Self::Unlock
            | Self::Foresee(_)
            | Self::Doctor => Lane::Interactive,
            Self::Write { .. } | Self::Resume { .. } => Lane::Write,
            Self::Estimates(_)
            | Self::Look(_)
            | Self::Indexes(_)
            | Self::Texts { .. }
            | Self::Marks { .. } => Lane::Background,
        }
    }

    /// The name in the task list: collections and keys, never a value or a filter.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Health => "check both stores".to_owned(),
            Self::Collections => "list collections".to_owned(),
            Self::Estimates(collections) => format!("estimate {} collections", collections.len()),
            Self::Look(collection) => format!("look whether {collection} is stored twice"),
            Self::Indexes(collection) => format!("indexes of {collection}"),
            Self::Page(query) => format!("page of {}", query.collection),
            Self::Count { collection, .. } => format!("count {collection}"),
            Self::Texts { collection, .. } => {
                format!("look for dates stored as text in {collection}")
            }
            Self::Marks { collection, rows } => format!("check {} of {collection}", rows.len()),
            Self::Inspect { key, at: None, .. } => format!("read {key}"),
            Self::Inspect {
                key,
                at: Some(version),
                ..
            } => format!("read {key} at {version}"),
            Self::Doctor => "doctor".to_owned(),
            Self::Unlock => "fetch the keys of the writer".to_owned(),
            Self::Foresee(plan) => format!("ask whether {} may be written", plan.key),
            Self::Write { plan, .. } => format!("{} {}", plan.action.row().verb, plan.key),
            Self::Survey => "look for unfinished writes".to_owned(),
            Self::Reconsider(intent) => format!("look at the closed write {intent}"),
            Self::Resume {
                intent, decision, ..
            } => format!("{} write {intent}", decision.name()),
            Self::PlanUndo(Undoing::LastUndo(_)) => "look for the last undo".to_owned(),
            Self::PlanUndo(_) => "look for the write to undo".to_owned(),
            Self::History { key, .. } => format!("versions of {key}"),
        }
    }

    /// The document that the task writes, which nothing else may write meanwhile.
    #[must_use]
    pub fn writes(&self) -> Option<&Key> {
        match self {
            Self::Write { plan, .. } => Some(&plan.key),
            Self::Resume { key, .. } => Some(key),
            _ => None,
        }
    }

    /// The open write that the task takes up.
    #[must_use]
    pub fn takes_up(&self) -> Option<&IntentId> {
        match self {
            Self::Resume { intent, .. } => Some(intent),
            _ => None,
        }
    }

    /// Whether its progress is told in bytes.
    #[must_use]
    pub fn counts_bytes(&self) -> bool {
        matches!(self, Self::Inspect { .. })
    }

    /// Whether it is a read that stores answer quickly when nothing is wrong.
    #[must_use]
    pub fn is_short_read(&self) -> bool {
        matches!(
            self,
            Self::Collections
                | Self::Page(_)
                | Self::Inspect { .. }
                | Self::Marks { .. }
                | Self::Look(_)
                | Self::Indexes(_)
                | Self::History { .. }
        )
    }

    /// Whether people see it in the task list from its first moment. Small housekeeping is listed
    /// only when it fails or takes long.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        matches!(
            self,
            Self::Health | Self::Look(_) | Self::Indexes(_) | Self::Texts { .. } | Self::Foresee(_)
        )
    }
}
