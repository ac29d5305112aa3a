//! The header's knowledge: is each store alive, how fast, how far can the value store see.

use std::time::Duration;

use super::msg::Now;
use crate::domain::Window;
use crate::task::event::Failure;
pub use crate::task::event::Half;
use crate::task::spec::TaskId;

/// How often, in milliseconds, both stores are asked for a sign of life.
const EVERY: u64 = 20_000;
/// The same while one of them does not answer.
const EVERY_WHEN_BAD: u64 = 5_000;
/// How long nobody asks out of turn after what was silent has been asked for again.
const REST: u64 = 5_000;
/// Milliseconds after which a store that has not answered is said to be silent.
const SILENT: u64 = 2_000;
/// The same when it is asked because a read takes long.
const SILENT_IN_DOUBT: u64 = 500;

/// What is known of one store.
#[derive(Clone, PartialEq, Debug, Default)]
pub enum Sign {
    /// Not asked yet.
    #[default]
    Unknown,
    /// It answered, so fast.
    Alive(Duration),
    /// It did not answer, or not as it should.
    Bad(Failure),
}

impl Sign {
    /// Whether it did not answer, though asking again makes sense.
    #[must_use]
    pub fn is_bad(&self) -> bool {
        matches!(self, Self::Bad(failure) if failure.again)
    }

    fn differs(&self, other: &Self) -> bool {
        std::mem::discriminant(self) != std::mem::discriminant(other)
    }
}

/// Both stores.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Board {
    /// MongoDB.
    pub mongo: Sign,
    /// The value store.
    pub values: Sign,
    /// How far the value store can see.
    pub window: Window,
    /// The task that asks.
    pub task: Option<TaskId>,
    due: Option<u64>,
    /// When they were asked last.
    asked: u64,
    /// They were asked because a read takes long.
    in_doubt: bool,
    /// Which of both have answered since.
    heard: (bool, bool),
    /// Out of turn, they are not asked before.
    rested: u64,
    /// What is being asked was asked before a write ended.
    again: bool,
}

impl Board {
    /// Whether one of them does not answer, though asking again makes sense.
    #[must_use]
    pub fn is_bad(&self) -> bool {
        self.mongo.is_bad() || self.values.is_bad()
    }

    /// When to ask again.
    #[must_use]
    pub fn due(&self) -> Option<u64> {
        self.due.filter(|_| self.task.is_none())
    }

    /// Plans the next question.
    pub fn plan(&mut self, now: Now) {
        let wait = match (std::mem::take(&mut self.again), self.is_bad()) {
            (true, false) => 0,
            (_, true) => EVERY_WHEN_BAD,
            (false, false) => EVERY,
        };
        self.due = Some(now.mono + wait);
    }

    /// Both stores are asked now, by this task; because a read takes long, or in turn.
    pub fn ask(&mut self, task: TaskId, in_doubt: bool, now: Now) {
        self.task = Some(task);
        (self.asked, self.in_doubt) = (now.mono, in_doubt);
        self.heard = (false, false);
    }

    /// When they were asked last.
    #[must_use]
    pub fn asked(&self) -> u64 {
        self.asked
    }

    /// What is known of one of them.
    #[must_use]
    pub fn sign(&self, half: Half) -> &Sign {
        match half {
            Half::Mongo => &self.mongo,
            Half::Values => &self.values,
        }
    }

    /// For how long a store has been silent, when that is too long to go on showing
    /// its last sign.
    #[must_use]
    pub fn silent_for(&self, half: Half, now: Now) -> Option<Duration> {
        let heard = match half {
            Half::Mongo => self.heard.0,
            Half::Values => self.heard.1,
        };
        let patience = if self.in_doubt {
            SILENT_IN_DOUBT
        } else {
            SILENT
        };
        let waits = now.mono.saturating_sub(self.asked);
        let shows_life = matches!(self.sign(half), Sign::Alive(_) | Sign::Unknown);
        let silent = self.task.is_some() && !heard && shows_life && waits >= patience;
        silent.then(|| Duration::from_millis(waits))
    }

    /// Takes a store's answer. Returns whether anything but the speed has changed: an idle screen
    /// is not drawn again for a millisecond more or less.
    pub fn hear(&mut self, half: Half, answer: Result<Duration, Failure>, now: Now) -> bool {
        let was_silent = self.silent_for(half, now).is_some();
        let sign = match answer {
            Ok(took) => Sign::Alive(took),
            Err(failure) => Sign::Bad(failure),
        };
        let (known, heard) = match half {
            Half::Mongo => (&mut self.mongo, &mut self.heard.0),
            Half::Values => (&mut self.values, &mut self.heard.1),
        };
        let changed = sign.differs(known) || was_silent;
        (*known, *heard) = (sign, true);
        changed
    }

    /// Both have answered. Returns whether the value store sees another part of the history.
    pub fn end(&mut self, window: Window) -> bool {
        let changed = window != self.window;
        (self.window, self.task) = (window, None);
        changed
    }

    /// A read came back: the store is alive, and this fast. The other store is asked all the same.
    pub fn mongo_answered(&mut self, took: Duration) {
        self.mongo = Sign::Alive(took);
    }

    /// A read failed: ask both stores at once, rather than go on showing the last good sign.
    pub fn suspect(&mut self, now: Now) {
        self.due = Some(now.mono.max(self.rested));
    }

    /// What was silent has been asked for again: its failure is no reason to ask at once.
    pub fn rest(&mut self, now: Now) {
        self.rested = now.mono + REST;
    }

    /// A write has ended: how far the value store can see is asked at once, also when it is just being
    /// asked.
    pub fn moved(&mut self, now: Now) {
        self.again = self.task.is_some();
        self.ask_soon(now);
    }

    /// The value store could not tell something: ask it for a sign of life, unless it is known
    /// not to give one.
    pub fn ask_soon(&mut self, now: Now) {
        if !matches!(self.values, Sign::Bad(_)) {
            self.suspect(now);
        }
    }
}
