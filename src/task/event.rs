//! What a task can tell. Results are never dropped; progress may be, since the next one supersedes it.

mod stuck;

use std::sync::Arc;
use std::time::Duration;

pub use stuck::{Halfway, Stuck};

use crate::domain::check::Check;
use crate::domain::intent::{Ending, IntentId, Owner, Story, Verdict, When};
use crate::domain::plan::{Action, Plan, Refusal, Step};
use crate::domain::query::{Count, Entry, IndexEntry};
use crate::domain::{Codec, document::Sight, full::Stored};
use crate::domain::{Collection, Diagnosis, Document, Head, Key, Lite, Page, Version, Window};

use super::spec::TaskId;

/// One report of one task.
#[derive(Clone, PartialEq, Debug)]
pub struct TaskEvent {
    /// Whose.
    pub task: TaskId,
    /// What.
    pub what: What,
}

/// The stages of a task. The last three end it.
#[derive(Clone, PartialEq, Debug)]
pub enum What {
    /// It waits for a place in its lane.
    Queued,
    /// It runs.
    Started,
    /// How far it is; may be dropped on the way.
    Progress {
        /// Done so far.
        done: usize,
        /// Of how many.
        total: usize,
    },
    /// A write takes a step, or waits in one.
    Step(StepReport),
    /// A part of the answer; more will come.
    Part(Outcome),
    /// The (rest of the) answer.
    Finished(Outcome),
    /// It could not be done.
    Failed(Failure),
    /// It was stopped on request; nothing was changed (reads change nothing).
    Cancelled,
}

impl What {
    /// Whether nothing more will come.
    #[must_use]
    pub fn is_end(&self) -> bool {
        matches!(self, Self::Finished(_) | Self::Failed(_) | Self::Cancelled)
    }
}

/// Why a task failed, fit to be shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// What happened and where, on one line.
    pub said: String,
    /// The next step.
    pub hint: String,
    /// The kind of trouble, by the names of `store::error::Kind`.
    pub kind: &'static str,
    /// Whether doing the same again makes sense.
    pub again: bool,
}

impl Failure {
    /// What happened, with the next step.
    #[must_use]
    pub fn whole(&self) -> String {
        format!("{}; {}", self.said, self.hint)
    }
}

/// An answer.
#[derive(Clone, PartialEq, Debug)]
pub enum Outcome {
    /// To `Health`.
    Health(Box<Health>),
    /// A part of the answer to `Health`: one store's sign of life, or why there is none.
    Sign(Half, Result<Duration, Failure>),
    /// To `Collections`.
    Collections(Vec<Entry>),
    /// A part of the answer to `Estimates`.
    Estimate(Collection, Result<u64, Failure>),
    /// To `Look`: whether a value was found for any of its documents; `None` when it can't be told.
    Look(Collection, Option<bool>),
    /// To `Indexes`.
    Indexes(Collection, Vec<IndexEntry>),
    /// To `Page`, with the time it took.
    Page(Page<Lite>, Duration),
    /// To `Count`.
    Count(Count),
    /// To `Texts`: for each field that is compared with dates how many rows hold text there; at least
    /// 0 where that can't be told.
    Texts(Vec<(String, Count)>),
    /// To `Marks`, in the order asked.
    Marks(Vec<Mark>),
    /// To `Inspect`. A part has one half while the other one is still being read: see
    /// [`Inspection::awaited`].
    Inspection(Box<Inspection>),
    /// To `Unlock`: this session can write from now on.
    Unlocked(Way),
    /// To `Doctor`: parts are single checks, the end is all of them.
    Checks(Vec<Check>),
    /// To `Write` and `Resume`: how the write ended, also when it did not end well.
    Written(Box<Written>),
    /// To `Survey`: what earlier runs left open, and what of the journal could not be read. To
    /// `Reconsider`: the one write, which is closed.
    Open(Vec<OpenIntent>, Vec<String>),
    /// To `PlanUndo`: the write that would be taken back, and how.
    Undo(Box<Undo>),
    /// To `PlanUndo`: the write that is meant, which can't be taken back as it stands.
    Stuck(Box<Stuck>),
    /// To `History`.
    Versions(Box<Versions>),
    /// The end of a task whose whole answer came in parts.
    Done,
}

/// How this session writes values. No secrets.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Way {
    /// The program or the store that writes values.
    pub by: String,
    /// The encryption mode of the stream, in words.
    pub encryption: String,
    /// The most stored bytes of one value that it can carry, where that is one number.
    pub limit: Option<crate::domain::plan::Room>,
}

/// A step of a write as it is taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StepReport {
    /// The write's name in the journal, which its first step makes.
    pub intent: IntentId,
    /// Which.
    pub step: Step,
    /// What happens in it, without any value.
    pub said: String,
}

/// How a write ended.
#[derive(Clone, PartialEq, Debug)]
pub struct Written {
    /// Its name in the journal; `None` when it did not get so far.
    pub intent: Option<IntentId>,
    /// Which document.
    pub key: Key,
    /// What kind of write.
    pub action: Action,
    /// How it ended.
    pub ending: Ending,
    /// In words.
    pub said: String,
    /// The version that the value became.
    pub version: Option<Version>,
    /// Both halves as they are now, where they could be read.
    pub inspection: Option<Box<Inspection>>,
}

impl Written {
    /// The end of a plan, with its words.
    #[must_use]
    pub fn new(
        intent: Option<IntentId>,
        plan: &Arc<Plan>,
        (ending, said): (Ending, String),
    ) -> Self {
        Self {
            intent,
            key: plan.key.clone(),
            action: plan.action,
            ending,
            said,
            version: None,
            inspection: None,
        }
    }
}

impl From<Written> for Outcome {
    fn from(written: Written) -> Self {
        Self::Written(Box::new(written))
    }
}

/// An intent that is open.
#[derive(Clone, PartialEq, Debug)]
pub struct OpenIntent {
    /// All that the journal knows of it.
    pub story: Story,
    /// Who holds it.
    pub owner: Owner,
    /// It is for other stores than this session's.
    pub elsewhere: bool,
    /// What can be said and done about it; `None` when it is not ours to judge.
    pub verdict: Option<Verdict>,
}

/// A write that can be taken back, or why it cannot.
#[derive(Clone, PartialEq, Debug)]
pub struct Undo {
    /// The write, as the journal tells it.
    pub story: Story,
    /// Both halves as they are now.
    pub inspection: Inspection,
    /// What takes it back, while nothing newer is there.
    pub plan: Result<Arc<Plan>, Refusal>,
}

/// A part of the history of one value.
#[derive(Clone, PartialEq, Debug)]
pub struct Versions {
    /// Whose.
    pub key: Key,
    /// The versions, the newest first.
    pub page: Page<Head>,
    /// The tombstones among them that this machine wrote.
    pub deleted: Vec<(Version, When)>,
    /// How far the value store can see: what is below its first transaction is unknown.
    pub window: Window,
}

/// One of both stores.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Half {
    /// MongoDB.
    Mongo,
    /// The value store.
    Values,
}

/// Both stores' signs of life.
#[derive(Clone, PartialEq, Debug)]
pub struct Health {
    /// MongoDB: how long a ping took.
    pub mongo: Result<Duration, Failure>,
    /// The value store: how long a ping took.
    pub values: Result<Duration, Failure>,
    /// How far the value store can see.
    pub window: Window,
}

/// What is known of one row after a look at its value.
#[derive(Clone, PartialEq, Debug)]
pub struct Mark {
    /// Which document.
    pub key: Key,
    /// The answer.
    pub diagnosis: Diagnosis,
    /// The value's version and size, where the store answered.
    pub head: Option<Head>,
    /// The codec of the value, where one was recognised.
    pub codec: Option<Codec>,
    /// A store gave no answer for it, and may give one when it is asked again.
    pub silent: bool,
}

/// Both halves of one document and how they stand.
#[derive(Clone, PartialEq, Debug)]
pub struct Inspection {
    /// The halves.
    pub document: Document,
    /// The answer.
    pub diagnosis: Diagnosis,
    /// The value is as of this version, not the latest.
    pub at: Option<Version>,
    /// For a tombstone: the last version before it that had content, if the node has it.
    pub before: Option<Head>,
    /// For a tombstone: when the key was deleted, as far as anybody knows.
    pub deleted: Option<When>,
    /// More documents of the collection whose `_id` prints the same.
    pub twins: usize,
    /// How long both reads took.
    pub took: Duration,
    /// A store gave no answer for its half, and may give one when it is asked again.
    pub silent: bool,
}

impl Inspection {
    /// Version and size of the value, where there is one.
    #[must_use]
    pub fn head(&self) -> Option<Head> {
        self.document.stored.seen().map(Stored::head)
    }

    /// The half that is still being read, or was being read when somebody stopped it.
    #[must_use]
    pub fn awaited(&self) -> Option<Half> {
        match (&self.document.lite, &self.document.stored) {
            (_, Sight::Unchecked) => Some(Half::Values),
            (Sight::Unchecked, _) => Some(Half::Mongo),
            _ => None,
        }
    }

    /// The halves that are not known, with the reason of each.
    pub fn unknown_halves(&self) -> impl Iterator<Item = (&'static str, &str)> {
        fn why<T>(sight: &Sight<T>) -> Option<&str> {
            match sight {
                Sight::Unknown(why) => Some(why),
                Sight::Seen(_) | Sight::Unchecked => None,
            }
        }
        let lite = why(&self.document.lite).map(|why| ("lite", why));
        let full = why(&self.document.stored).map(|why| ("full", why));
        lite.into_iter().chain(full)
    }

    /// What a row of a list needs of it.
    #[must_use]
    pub fn mark(&self) -> Mark {
        let full = self.document.stored.seen().and_then(Stored::full);
        Mark {
            silent: self.silent,
            key: self.document.key.clone(),
            diagnosis: self.diagnosis.clone(),
            head: self.head(),
            codec: full.and_then(crate::domain::Full::codec),
        }
    }

    /// The lite half, where MongoDB has one.
    #[must_use]
    pub fn lite(&self) -> Option<&Lite> {
        match &self.document.lite {
            Sight::Seen(lite) => lite.as_ref(),
            Sight::Unchecked | Sight::Unknown(_) => None,
        }
    }
}
