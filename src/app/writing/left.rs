//! Writes that have ended and are still open: how many there are, and of which documents, for as long
//! as that is so. Known from the ends of this session's writes and from every look at the journal.

use super::super::App;
use crate::domain::Key;
use crate::domain::intent::{IntentId, Owner};
use crate::task::event::{OpenIntent, Written};
use crate::task::spec::{TaskId, TaskSpec};

/// The sign of a document of which a write is left open, with a full font and in ASCII.
pub const LEFT_OPEN: (&str, &str) = ("↺", "W");

/// The open writes of this session's stores.
#[derive(Debug, Default)]
pub(super) struct Left {
    open: Vec<(IntentId, Key)>,
    /// The task that looks which of them are still open.
    counting: Option<TaskId>,
}

impl App {
    /// How many writes to these stores are left open, as far as anybody here knows.
    #[must_use]
    pub fn left_open(&self) -> usize {
        self.writes.left.open.len()
    }

    /// Whether a write of the document is left open.
    #[must_use]
    pub fn is_left_open(&self, key: &Key) -> bool {
        self.left_open_of(key).next().is_some()
    }

    /// The writes of the document that are left open.
    pub(in crate::app) fn left_open_of<'a>(
        &'a self,
        key: &'a Key,
    ) -> impl Iterator<Item = &'a IntentId> {
        let open = self.writes.left.open.iter();
        open.filter_map(move |(intent, of)| (of == key).then_some(intent))
    }

    /// Notes the end of a write.
    pub(super) fn note_ending(&mut self, written: &Written) {
        let Some(intent) = &written.intent else {
            return;
        };
        let open = &mut self.writes.left.open;
        open.retain(|(of, _)| of != intent);
        if written.ending.row().open {
            open.push((intent.clone(), written.key.clone()));
        }
    }

    /// Notes what the journal says. What a running program holds is that program's to tell.
    pub(in crate::app) fn note_open(&mut self, found: &[OpenIntent]) {
        let ours = |open: &&OpenIntent| !open.elsewhere && open.owner != Owner::Alive;
        let told = |open: &OpenIntent| (open.story.intent.clone(), open.story.plan.key.clone());
        self.writes.left.open = found.iter().filter(ours).map(told).collect();
    }

    /// Looks which of the open writes are still open: somebody else may have settled them.
    pub(in crate::app) fn count_open(&mut self) {
        if !self.writes.left.open.is_empty() {
            self.count_all_open();
        }
    }

    /// Looks which writes are open.
    pub(in crate::app) fn count_all_open(&mut self) {
        if self.options.writing.is_err() {
            return;
        }
        self.stop_counting();
        self.writes.left.counting = Some(self.start(TaskSpec::Survey));
    }

    /// Somebody asks for the same and more.
    pub(in crate::app) fn stop_counting(&mut self) {
        let old = self.writes.left.counting.take();
        self.stop(old);
    }

    /// Whether the task was to count; what it found is noted.
    pub(super) fn counted_open(&mut self, task: TaskId, found: &[OpenIntent]) -> bool {
        let asked = self
            .writes
            .left
            .counting
            .take_if(|id| *id == task)
            .is_some();
        if asked {
            self.note_open(found);
        }
        asked
    }
}
