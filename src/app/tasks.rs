//! The task list: what runs, what ended and how. A task is never just gone.

use std::collections::VecDeque;

use super::msg::Now;
use crate::task::event::{Failure, TaskEvent, What};
use crate::task::spec::{TaskId, TaskSpec};

/// Ended tasks kept for reading and running again.
const KEPT: usize = 200;

/// One task as the list shows it.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// Its number.
    pub id: TaskId,
    /// What it does; run again as it is.
    pub spec: TaskSpec,
    /// Where it stands.
    pub state: Progress,
    /// When it was asked for (ms of [`Now::mono`]).
    pub since: u64,
    /// When it ended.
    pub ended: Option<u64>,
    /// Done and total, where it counts.
    pub done: Option<(usize, usize)>,
}

/// Where a task stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Progress {
    /// It waits for a place.
    Queued,
    /// It runs.
    Running,
    /// A stop was asked for.
    Stopping,
    /// It is done.
    Done,
    /// It could not be done.
    Failed(Failure),
    /// It was stopped on request.
    Cancelled,
}

impl Progress {
    /// One word.
    #[must_use]
    pub fn said(&self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Stopping => "stopping",
            Self::Done => "done",
            Self::Failed(_) => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether nothing more will happen.
    #[must_use]
    pub fn is_end(&self) -> bool {
        matches!(self, Self::Done | Self::Failed(_) | Self::Cancelled)
    }
}

/// All tasks of a session, within bounds, and the cursor of their list.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    last: u64,
    entries: VecDeque<Entry>,
    cursor: usize,
    open: bool,
}

impl Tasks {
    /// Gives a task its number.
    pub fn add(&mut self, spec: TaskSpec, now: Now) -> TaskId {
        self.last += 1;
        let id = TaskId(self.last);
        let (state, since) = (Progress::Queued, now.mono);
        self.entries.push_front(Entry {
            id,
            spec,
            state,
            since,
            ended: None,
            done: None,
        });
        if self.cursor > 0 {
            self.cursor += 1;
        }
        self.forget_oldest();
        id
    }

    /// Quiet tasks that went well are forgotten first, then the oldest that ended.
    fn forget_oldest(&mut self) {
        while self.entries.len() > KEPT {
            let Some(at) = self.entries.iter().rposition(|entry| entry.state.is_end()) else {
                return;
            };
            self.entries.remove(at);
        }
    }

    /// Notes a report. Reports of a task that has ended already are ignored.
    pub fn note(&mut self, event: &TaskEvent, now: Now) {
        let Some(at) = self.entries.iter().position(|entry| entry.id == event.task) else {
            return;
        };
        let entry = &mut self.entries[at];
        if entry.state.is_end() {
            return;
        }
        match &event.what {
            What::Queued => entry.state = Progress::Queued,
            What::Started => entry.state = Progress::Running,
            What::Progress { done, total } => entry.done = Some((*done, *total)),
            What::Part(_) => {}
            What::Finished(_) => entry.state = Progress::Done,
            What::Failed(failure) => entry.state = Progress::Failed(failure.clone()),
            What::Cancelled => entry.state = Progress::Cancelled,
        }
        if event.what.is_end() {
            entry.ended = Some(now.mono);
            if entry.spec.is_quiet() && entry.state == Progress::Done {
                self.entries.remove(at);
            }
        }
    }

    /// Notes that a stop was asked for.
    pub fn stopping(&mut self, id: TaskId) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.id == id)
            && !entry.state.is_end()
        {
            entry.state = Progress::Stopping;
        }
    }

    /// The tasks, newest first; quiet ones only while they run long or when they failed.
    pub fn listed(&self) -> impl Iterator<Item = &Entry> {
        self.entries
            .iter()
            .filter(|entry| !entry.spec.is_quiet() || matches!(entry.state, Progress::Failed(_)))
    }

    /// Whether any task has not ended, quiet ones included.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.entries.iter().any(|entry| !entry.state.is_end())
    }

    /// How many listed tasks have not ended.
    #[must_use]
    pub fn running(&self) -> usize {
        self.listed().filter(|entry| !entry.state.is_end()).count()
    }

    /// The selected place in the list.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.cursor.min(self.listed().count().saturating_sub(1))
    }

    /// The selected task.
    #[must_use]
    pub fn selected(&self) -> Option<&Entry> {
        self.listed().nth(self.cursor())
    }

    /// Moves the cursor.
    pub fn move_by(&mut self, rows: i64) {
        let last = self.listed().count().saturating_sub(1);
        let target = i64::try_from(self.cursor())
            .unwrap_or(0)
            .saturating_add(rows)
            .max(0);
        self.cursor = usize::try_from(target).unwrap_or(0).min(last);
    }

    /// Shows or hides the details of the selected task.
    pub fn toggle_details(&mut self) {
        self.open = !self.open;
    }

    /// Whether the details of the selected task are shown.
    #[must_use]
    pub fn shows_details(&self) -> bool {
        self.open
    }

    /// Whether the selected task can be stopped.
    #[must_use]
    pub fn can_cancel(&self) -> bool {
        self.selected().is_some_and(|entry| !entry.state.is_end())
    }

    /// Whether the selected task can be run again.
    #[must_use]
    pub fn can_retry(&self) -> bool {
        self.selected().is_some_and(|entry| entry.state.is_end())
    }
}
