//! Where facts are written down: the one thing that a write needs of the journal.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::{Fact, IntentId, Story};

/// Why a fact could not be written down or read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{said}; {hint}")]
pub struct LedgerFault {
    /// What happened and where, on one line, without any value.
    pub said: String,
    /// The next step.
    pub hint: String,
}

/// Who holds the file that a story is in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Owner {
    /// This program.
    Ours,
    /// Another program that runs.
    Alive,
    /// Nobody any more.
    Gone,
    /// Nobody any more, and the file can't be read to its end: more may have happened than the
    /// story tells.
    Unread,
}

impl Owner {
    /// Why nothing may be decided about a story, if nothing may.
    #[must_use]
    pub fn apart(self) -> Option<&'static str> {
        match self {
            Self::Ours | Self::Gone => None,
            Self::Alive => Some("another program that runs holds it, or may hold it"),
            Self::Unread => Some(
                "its journal file can't be read to its end, so more may have happened than it \
                 tells: `dualscope journal` names the file and what to do about it",
            ),
        }
    }
}

/// A story, and whose it is.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// The story.
    pub story: Story,
    /// Whose.
    pub owner: Owner,
}

/// Everything that can be read of the journal.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Survey {
    /// All intents, the newest first.
    pub entries: Vec<Entry>,
    /// What could not be read, one sentence each: which file, which line, why.
    pub faults: Vec<String>,
}

/// Where facts are written down. A fact that must outlive the machine is on disk when `append`
/// returns (see [`Fact::is_durable`]); the others at least outlive the program.
pub trait Ledger: Send + Sync + fmt::Debug {
    /// A name for a new intent.
    fn name(&self) -> IntentId;

    /// Writes a fact down.
    ///
    /// # Errors
    /// It is not written down then, and nothing that was is lost.
    fn append(&self, intent: &IntentId, fact: &Fact) -> Result<(), LedgerFault>;

    /// A private file for what the client of one attempt says; the same name every time.
    fn output(&self, intent: &IntentId, attempt: u32) -> PathBuf;

    /// Everything that the journal holds, other programs' intents included.
    ///
    /// # Errors
    /// The folder could not be read; damaged files are no error.
    fn survey(&self) -> Result<Survey, LedgerFault>;

    /// Which start of this machine this is, where the system tells.
    fn boot(&self) -> Option<Arc<str>> {
        None
    }

    /// Lets go what is closed and older than the journal keeps it, at `now` (ms since 1970).
    fn tidy(&self, _now: i64) {}

    /// Takes over an intent whose program is gone: nobody else can while the answer lives. The story
    /// as it stands under the lock, and where its further facts go.
    ///
    /// # Errors
    /// Somebody holds it, or it can't be found.
    fn adopt(&self, intent: &IntentId) -> Result<(Story, Arc<dyn Ledger>), LedgerFault>;

    /// The same for a write that was given up; it stays closed until a fact says otherwise.
    ///
    /// # Errors
    /// As [`adopt`](Self::adopt), and it did not end so.
    fn readopt(&self, intent: &IntentId) -> Result<(Story, Arc<dyn Ledger>), LedgerFault>;
}

impl Fact {
    /// Whether the fact must be on disk before anything follows it. The others say what can be
    /// found out again by looking, and a plan with a value is on disk with the submission that
    /// follows it: nothing leaves this machine in between.
    #[must_use]
    pub fn is_durable(&self) -> bool {
        match self {
            Self::Planned { plan, .. } => plan.value.is_none(),
            Self::Submitting { .. }
            | Self::Completing { .. }
            | Self::Decided(_)
            | Self::Ended { .. } => true,
            Self::Seen(_) | Self::Submitted | Self::Applied { .. } | Self::Indexed => false,
        }
    }
}
