//! The task list: what runs, what ended and how. A task is never just gone; of quiet ones (see
//! [`TaskSpec::is_quiet`]) those are listed that run long, were stopped, or failed.

mod progress;
mod steps;
mod waiting;

use std::collections::VecDeque;

pub use progress::Progress;
pub use steps::{Stage, Step, Steps};
pub(super) use waiting::seconds;

use super::msg::Now;
use crate::domain::intent::Ending;
use crate::domain::{Bson, Collection, Key};
use crate::task::event::{Outcome, TaskEvent, What};
use crate::task::spec::{Lane, TaskId, TaskSpec};

/// Ended tasks kept for reading and running again.
const KEPT: usize = 200;
/// Most rows that the details of a task take.
const DETAILS: u16 = 16;
/// Milliseconds after which a quiet task runs long.
const LONG: u64 = 1_000;
/// Milliseconds after which a read takes long.
const SLOW: u64 = 2_000;

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
    /// What it has gone through.
    pub steps: Steps,
    /// How often somebody has let it wait longer.
    longer: u64,
    /// It ran long, so that even a quiet one is listed.
    long: bool,
}

impl Entry {
    /// What it is about, if that is one document or one collection.
    #[must_use]
    pub fn subject(&self) -> Option<Subject> {
        Some(match &self.spec {
            TaskSpec::Inspect { key, id, .. } => Subject::Document(key.clone(), id.clone()),
            TaskSpec::Page(query) => Subject::Collection(query.collection.clone()),
            TaskSpec::Look(name) | TaskSpec::Indexes(name) => Subject::Collection(name.clone()),
            TaskSpec::Count { collection, .. }
            | TaskSpec::Texts { collection, .. }
            | TaskSpec::Marks { collection, .. } => Subject::Collection(collection.clone()),
            TaskSpec::Write { plan, .. } | TaskSpec::Foresee(plan) => {
                Subject::Document(plan.key.clone(), Some(plan.id.clone()))
            }
            TaskSpec::Resume { key, .. } | TaskSpec::History { key, .. } => {
                Subject::Document(key.clone(), None)
            }
            TaskSpec::Health
            | TaskSpec::Unlock
            | TaskSpec::Survey
            | TaskSpec::Reconsider(_)
            | TaskSpec::PlanUndo(_)
            | TaskSpec::Collections
            | TaskSpec::Estimates(_)
            | TaskSpec::Doctor => return None,
        })
    }

    /// Whether it can be run again: a write is never sent again as it was.
    #[must_use]
    pub fn can_retry(&self) -> bool {
        self.state.is_end() && self.spec.lane() != Lane::Write
    }

    /// Whether it is a write that has not ended.
    #[must_use]
    pub fn is_waiting_write(&self) -> bool {
        !self.state.is_end() && self.spec.lane() == Lane::Write
    }

    fn is_listed(&self) -> bool {
        !self.spec.is_quiet() || self.long || matches!(self.state, Progress::Failed(_))
    }

    /// When it will have run long, as far as that changes anything.
    fn due(&self) -> Option<u64> {
        let open = self.spec.is_quiet() && !self.long && !self.state.is_end();
        open.then_some(self.since + LONG)
    }
}

/// What a task is about.
#[derive(Clone, PartialEq, Debug)]
pub enum Subject {
    /// One document, with its `_id` where the type is known.
    Document(Key, Option<Bson>),
    /// One collection.
    Collection(Collection),
}

/// All tasks of a session, within bounds, and the selected one.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    last: u64,
    entries: VecDeque<Entry>,
    /// The selected task; the newest when there is none of that number (any more).
    chosen: Option<TaskId>,
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
            steps: Steps::new(now),
            longer: 0,
            long: false,
        });
        self.forget_oldest();
        id
    }

    /// The oldest that ended are forgotten; what runs stays.
    fn forget_oldest(&mut self) {
        while self.entries.len() > KEPT {
            let Some(at) = self.entries.iter().rposition(|entry| entry.state.is_end()) else {
                return;
            };
            self.entries.remove(at);
        }
    }

    /// Notes a report. Reports of a task that has ended already are ignored. A quiet task that went
    /// well is forgotten.
    pub fn note(&mut self, event: &TaskEvent, now: Now) {
        let Some(at) = self.entries.iter().position(|entry| entry.id == event.task) else {
            return;
        };
        let entry = &mut self.entries[at];
        if entry.state.is_end() {
            return;
        }
        entry.steps.note(&event.what, now);
        match &event.what {
            // A task that is being stopped stays so until its end.
            What::Queued | What::Started if entry.state == Progress::Stopping => {}
            What::Queued => entry.state = Progress::Queued,
            What::Started => entry.state = Progress::Running,
            What::Progress { done, total } => entry.done = Some((*done, *total)),
            What::Part(_) | What::Step(_) => {}
            What::Finished(Outcome::Written(written)) if written.ending != Ending::Done => {
                entry.state = Progress::Left(written.ending);
            }
            What::Finished(Outcome::Inspection(read)) if read.unknown_halves().next().is_some() => {
                entry.state = Progress::Unknown;
            }
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
    pub fn stopping(&mut self, id: TaskId, now: Now) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.id == id)
            && !entry.state.is_end()
        {
            entry.state = Progress::Stopping;
            entry.steps.stop_asked(now);
        }
    }

    /// The tasks, newest first; quiet ones only when they ran long or failed.
    pub fn listed(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.is_listed())
    }

    /// Whether a task is in the list.
    #[must_use]
    pub fn lists(&self, id: TaskId) -> bool {
        self.listed().any(|entry| entry.id == id)
    }

    /// For how many milliseconds a task has been running, if nobody has stopped it yet.
    #[must_use]
    pub fn runs_for(&self, id: TaskId, now: Now) -> Option<u64> {
        let entry = self.entries.iter().find(|entry| entry.id == id)?;
        let runs = !entry.state.is_end() && entry.state != Progress::Stopping;
        runs.then(|| now.mono.saturating_sub(entry.since))
    }

    /// How much of how much a task has done, where it counts.
    #[must_use]
    pub fn done(&self, id: TaskId) -> Option<(usize, usize)> {
        self.entries.iter().find(|entry| entry.id == id)?.done
    }

    /// Since when the newest of the reads that take long has taken long, in milliseconds of
    /// [`Now::mono`]. An exact count may take its time.
    #[must_use]
    pub fn slow_read_since(&self, now: Now) -> Option<u64> {
        let reads = self.entries.iter().filter(|entry| {
            let open = !entry.state.is_end() && entry.state != Progress::Stopping;
            open && entry.spec.is_short_read()
        });
        let slow = reads.map(|entry| entry.since + SLOW);
        slow.filter(|since| *since <= now.mono).max()
    }

    /// When, in milliseconds of [`Now::mono`], a quiet task will have run long.
    #[must_use]
    pub fn due(&self) -> Option<u64> {
        self.entries.iter().filter_map(Entry::due).min()
    }

    /// Lists the quiet tasks that run long by now. Returns whether there are new ones.
    pub fn list_long(&mut self, now: Now) -> bool {
        let mut any = false;
        for entry in &mut self.entries {
            if entry.due().is_some_and(|due| due <= now.mono) {
                (entry.long, any) = (true, true);
            }
        }
        any
    }

    /// Whether any task has not ended, quiet ones included.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.entries.iter().any(|entry| !entry.state.is_end())
    }

    /// How many tasks of a lane have not ended.
    #[must_use]
    pub fn open_in(&self, lane: Lane) -> usize {
        let open = |entry: &&Entry| !entry.state.is_end() && entry.spec.lane() == lane;
        self.entries.iter().filter(open).count()
    }

    /// What a task was asked for.
    #[must_use]
    pub fn spec(&self, id: TaskId) -> Option<&TaskSpec> {
        let entry = self.entries.iter().find(|entry| entry.id == id)?;
        Some(&entry.spec)
    }

    /// The document that a task writes, if it writes one.
    #[must_use]
    pub fn writes(&self, id: TaskId) -> Option<&Key> {
        self.spec(id)?.writes()
    }

    /// The writes that have not ended, the newest first.
    pub fn under_way(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.is_waiting_write())
    }

    /// The documents that are being written, the newest task first.
    pub fn written(&self) -> impl Iterator<Item = &Key> {
        self.under_way().filter_map(|entry| entry.spec.writes())
    }

    /// How many listed tasks have not ended.
    #[must_use]
    pub fn running(&self) -> usize {
        self.listed().filter(|entry| !entry.state.is_end()).count()
    }

    /// The selected place in the list.
    #[must_use]
    pub fn cursor(&self) -> usize {
        let chosen = |entry: &Entry| Some(entry.id) == self.chosen;
        self.listed().position(chosen).unwrap_or(0)
    }

    /// Selects a task by its place, so that it stays selected while others come and go.
    fn choose(&mut self, at: usize) {
        let chosen = self.listed().nth(at).map(|entry| entry.id);
        self.chosen = chosen;
    }

    /// Selects the newest task, without its details: the list has just been opened.
    pub fn choose_newest(&mut self) {
        self.open = false;
        self.choose(0);
    }

    /// The selected task.
    #[must_use]
    pub fn selected(&self) -> Option<&Entry> {
        self.listed().nth(self.cursor())
    }

    /// Selects the task at a place of the list. Returns whether there is one.
    pub fn select(&mut self, at: usize) -> bool {
        let is_there = at < self.listed().count();
        if is_there {
            self.choose(at);
        }
        is_there
    }

    /// Rows of the list where the whole has `height`: the details take the rest.
    #[must_use]
    pub fn rows(&self, height: u16) -> u16 {
        let details = if self.open {
            DETAILS.min(height - height.div_ceil(3))
        } else {
            0
        };
        height - details
    }

    /// The first task on the screen, where `rows` of them have room.
    #[must_use]
    pub fn top(&self, rows: u16) -> usize {
        (self.cursor() + 1).saturating_sub(usize::from(rows).max(1))
    }

    /// Moves the cursor.
    pub fn move_by(&mut self, rows: i64) {
        let last = self.listed().count().saturating_sub(1);
        let target = i64::try_from(self.cursor())
            .unwrap_or(0)
            .saturating_add(rows)
            .max(0);
        self.choose(usize::try_from(target).unwrap_or(0).min(last));
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

    /// What the selected task is about, if that is one document or one collection.
    #[must_use]
    pub fn subject(&self) -> Option<Subject> {
        self.selected()?.subject()
    }

    /// Whether the selected task can be stopped.
    #[must_use]
    pub fn can_cancel(&self) -> bool {
        self.selected().is_some_and(|entry| !entry.state.is_end())
    }

    /// Whether the selected task can be run again.
    #[must_use]
    pub fn can_retry(&self) -> bool {
        self.selected().is_some_and(Entry::can_retry)
    }
}
