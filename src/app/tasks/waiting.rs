//! For how long a write has been where it stands, and how long it may.

use super::super::msg::Now;
use super::{Entry, Stage, Tasks};
use crate::domain::plan;
use crate::task::spec::TaskId;

/// A time in whole seconds.
pub(in crate::app) fn seconds(ms: u64) -> String {
    format!("{} s", ms / 1000)
}

impl Entry {
    /// Where a write stands that has not ended, and for how long; `patience` is how long a value is
    /// awaited in milliseconds, before anybody lets it wait longer.
    #[must_use]
    pub fn phase(&self, now: Now, patience: u64) -> Option<String> {
        let step = self
            .steps
            .all()
            .last()
            .filter(|_| self.is_waiting_write())?;
        let Stage::Write(which, _) = &step.stage else {
            return None;
        };
        let waits = seconds(now.mono.saturating_sub(step.since.mono));
        Some(match which {
            plan::Step::Confirm => {
                let most = seconds(patience.saturating_mul(self.longer + 1));
                format!("waiting until applied, {waits} of {most}")
            }
            other => format!("{}, {waits}", other.said()),
        })
    }
}

impl Tasks {
    /// Lets the selected write wait once more as long; which one, and how often it waits so now.
    pub fn extend_selected(&mut self) -> Option<(TaskId, u64)> {
        let id = self.selected().filter(|entry| entry.is_waiting_write())?.id;
        let entry = self.entries.iter_mut().find(|entry| entry.id == id)?;
        entry.longer += 1;
        Some((id, entry.longer + 1))
    }
}
