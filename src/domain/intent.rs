//! The life of one write, as the journal tells it: an intent, the facts about it, how it ended.
//!
//! A fact is something that happened and is on disk. A story is all facts of one intent, folded;
//! whatever is decided about an unfinished write is decided from its story and from what the
//! stores hold now, never from memory. Nothing here does IO.

mod alone;
mod deleted;
mod ending;
mod finding;
mod ledger;
mod receipt;
mod reopening;
mod standing;
mod verdict;

pub use deleted::When;
pub use ending::{Ending, Row as EndingRow, TABLE as ENDINGS};
pub use finding::Finding;
pub use ledger::{Entry, Ledger, LedgerFault, Owner, Survey};
pub use receipt::{Child, Fate, PASSED, Receipt, Stage};
pub use reopening::reopen;
pub use standing::standing;
pub use verdict::{Choice, Evidence, Verdict, is_without_effect, judge, who};

use std::fmt;
use std::sync::Arc;

use super::full::Head;
use super::key::{Key, Version};
use super::plan::{Action, Fence, Plan};

/// The name of an intent: a UUID of version 7, so that names sort by time.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct IntentId(pub Arc<str>);

impl fmt::Display for IntentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which stores an intent is for. One that was planned for other stores is never carried out here.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Place {
    /// Host and port of MongoDB, without credentials.
    pub mongo: String,
    /// The database.
    pub database: String,
    /// The stream of the values.
    pub stream: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}/{} · stream {}",
            self.mongo, self.database, self.stream
        )
    }
}

/// What was decided about an intent that an earlier run left open; written down before it is
/// carried out, so that a crash in the middle resumes the same decision.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Decision {
    /// Carry it out to its end.
    Finish,
    /// Give it up; what it did so far stays, and is said.
    Drop,
}

impl Decision {
    /// The name in the journal.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Finish => "finish",
            Self::Drop => "drop",
        }
    }

    /// The decision of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Finish, Self::Drop]
            .into_iter()
            .find(|of| of.name() == name)
    }
}

/// One thing that happened to an intent.
#[derive(Clone, PartialEq, Debug)]
pub enum Fact {
    /// It was decided; nothing has left this machine.
    Planned {
        /// For which stores.
        place: Place,
        /// The whole plan, with what was there before.
        plan: Arc<Plan>,
        /// The intent that it takes back.
        undoes: Option<IntentId>,
    },
    /// The value is about to be given to the store: from here on it may have happened.
    Submitting {
        /// Which try, from 1.
        attempt: u32,
        /// The start of this machine that it belongs to: what was not yet on disk is lost with it.
        boot: Option<Arc<str>>,
        /// Nothing can come of any earlier try: none was sent, or it was refused.
        alone: bool,
    },
    /// A try is about to bring the data of what an earlier one has sent. What is known of that stays.
    Completing {
        /// Which try.
        attempt: u32,
        /// The start of this machine that it belongs to.
        boot: Option<Arc<str>>,
    },
    /// The client said more about the running try.
    Seen(Receipt),
    /// The client ended well.
    Submitted,
    /// The value store shows the new value.
    Applied {
        /// Under this version.
        version: Version,
    },
    /// MongoDB holds its part.
    Indexed,
    /// A decision about an open intent.
    Decided(Decision),
    /// It ended, or was left.
    Ended {
        /// How.
        ending: Ending,
        /// In words, without any value.
        said: String,
    },
}

/// How far an intent is, by its facts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Phase {
    /// Nothing has left this machine.
    Planned,
    /// The value may or may not have reached the store.
    Submitting,
    /// The store took it; it is not visible yet.
    Submitted,
    /// The value is visible; MongoDB has its part before it.
    Applied,
    /// MongoDB holds its part; only the reading back is left.
    Indexed,
}

/// All that is known of one intent.
#[derive(Clone, PartialEq, Debug)]
pub struct Story {
    /// Its name.
    pub intent: IntentId,
    /// For which stores.
    pub place: Place,
    /// What it is.
    pub plan: Arc<Plan>,
    /// The version and size of the value before it, where the journal did not keep its bytes.
    pub withheld: Option<Head>,
    /// The intent that it takes back.
    pub undoes: Option<IntentId>,
    /// When it was planned (ms since 1970).
    pub since: i64,
    /// When the last fact was written.
    pub last: i64,
    /// How far it is.
    pub phase: Phase,
    /// Tries to submit.
    pub attempts: u32,
    /// Whether nothing can come of any try before the last one.
    pub alone: bool,
    /// The start of the machine that the last try belongs to.
    pub boot: Option<Arc<str>>,
    /// What is known of the last try.
    pub receipt: Receipt,
    /// The version that its value became.
    pub version: Option<Version>,
    /// When its value was given to the store for the last time (ms since 1970).
    pub sent: Option<i64>,
    /// When its value was seen in the store for the first time.
    pub applied: Option<i64>,
    /// The last decision about it.
    pub decision: Option<Decision>,
    /// How it ended, with its words; `None` while it is open.
    pub ended: Option<(Ending, String)>,
}

impl Story {
    /// The story that begins with [`Fact::Planned`]; `None` for any other fact.
    #[must_use]
    pub fn begin(intent: IntentId, at: i64, fact: &Fact) -> Option<Self> {
        let Fact::Planned {
            place,
            plan,
            undoes,
        } = fact
        else {
            return None;
        };
        Some(Self {
            intent,
            place: place.clone(),
            plan: Arc::clone(plan),
            withheld: None,
            undoes: undoes.clone(),
            since: at,
            last: at,
            phase: Phase::Planned,
            attempts: 0,
            alone: true,
            boot: None,
            receipt: Receipt::default(),
            version: None,
            sent: None,
            applied: None,
            decision: None,
            ended: None,
        })
    }

    /// Adds a fact, written `at` (ms since 1970).
    pub fn take(&mut self, at: i64, fact: &Fact) {
        self.last = at;
        match fact {
            Fact::Planned { .. } => {}
            Fact::Submitting {
                attempt,
                boot,
                alone,
            } => {
                self.boot.clone_from(boot);
                self.alone = *attempt <= 1 || *alone;
                self.phase = Phase::Submitting;
                self.attempts = *attempt;
                self.sent = Some(at);
                // What an earlier try may have sent is of this write, too.
                let floor = self.receipt.floor.filter(|_| !self.alone);
                self.receipt = Receipt {
                    floor,
                    ..Receipt::default()
                };
            }
            Fact::Completing { attempt, boot } => {
                self.boot.clone_from(boot);
                self.phase = Phase::Submitting;
                self.attempts = *attempt;
                // that was of another client
                self.receipt.child = None;
            }
            Fact::Seen(receipt) => self.receipt = receipt.clone(),
            Fact::Submitted => self.phase = Phase::Submitted,
            Fact::Applied { version } => {
                self.phase = Phase::Applied;
                self.version = Some(*version);
                self.applied.get_or_insert(at);
            }
            Fact::Indexed => self.phase = Phase::Indexed,
            Fact::Decided(decision) => self.decision = Some(*decision),
            Fact::Ended { ending, said } => self.ended = Some((*ending, said.clone())),
        }
        // Whoever goes on with an intent that was left has opened it again.
        if !matches!(fact, Fact::Ended { .. }) {
            self.ended = None;
        }
    }

    /// What the value store must hold for the write to be right: what the value replaces, or, of a
    /// write of MongoDB alone, what it was decided from. `None` when nobody asked the value store.
    #[must_use]
    pub fn decided_from(&self) -> Option<Fence> {
        let before = self.plan.before.stored.as_ref();
        let read = before.map(Fence::of);
        let replaced = self.plan.value.as_ref().map(|write| write.fence);
        let withheld = self.withheld.map(Fence::of_head);
        replaced.or(read).or(withheld)
    }

    /// Whether a later look can tell more of a transaction of encrypted data: by its root, or by the
    /// words of a client that may still run. No client outlives its machine.
    #[must_use]
    pub fn may_tell(
        &self,
        receipt: &Receipt,
        running: Option<bool>,
        boot: Option<&Arc<str>>,
    ) -> bool {
        let here = self.boot.is_some() && self.boot.as_ref() == boot;
        receipt.root.is_some() || here && running.is_none()
    }

    /// Whether there is still something to be done or to be found out.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.ended
            .as_ref()
            .is_none_or(|(ending, _)| ending.row().open)
    }

    /// Whether it was given up on request.
    #[must_use]
    pub fn is_given_up(&self) -> bool {
        matches!(self.ended, Some((Ending::GivenUp, _)))
    }

    /// Whether a text that was typed for this document may be the one that is being written, or was
    /// left on the way: it must not be given up before that is known.
    #[must_use]
    pub fn may_need_draft_of(&self, key: &Key) -> bool {
        let typed = matches!(self.plan.action, Action::Create | Action::Edit);
        typed && self.is_open() && self.plan.key == *key
    }
}
