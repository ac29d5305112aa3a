//! The header's knowledge: is each store alive, how fast, how far can the value store see.

use std::time::Duration;

use super::msg::Now;
use crate::domain::Window;
use crate::task::event::{Failure, Health};
use crate::task::spec::TaskId;

/// How often, in milliseconds, both stores are asked for a sign of life.
const EVERY: u64 = 20_000;
/// The same while one of them does not answer.
const EVERY_WHEN_BAD: u64 = 5_000;
/// How long nobody asks out of turn after what was silent has been asked for again.
const REST: u64 = 5_000;

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
    /// Out of turn, they are not asked before.
    rested: u64,
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
        let wait = if self.is_bad() { EVERY_WHEN_BAD } else { EVERY };
        self.due = Some(now.mono + wait);
    }

    /// Takes an answer. Returns whether anything but the speed has changed: an idle screen is not
    /// drawn again for a millisecond more or less.
    pub fn take(&mut self, health: Health, now: Now) -> bool {
        let sign = |answer: Result<Duration, Failure>| match answer {
            Ok(took) => Sign::Alive(took),
            Err(failure) => Sign::Bad(failure),
        };
        let (mongo, values) = (sign(health.mongo), sign(health.values));
        let changed = mongo.differs(&self.mongo)
            || values.differs(&self.values)
            || health.window != self.window;
        (self.mongo, self.values, self.window) = (mongo, values, health.window);
        self.task = None;
        self.plan(now);
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

    /// The value store could not tell something: ask it for a sign of life, unless it is known
    /// not to give one.
    pub fn ask_soon(&mut self, now: Now) {
        if !matches!(self.values, Sign::Bad(_)) {
            self.suspect(now);
        }
    }
}
