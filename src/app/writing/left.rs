//! Writes that have ended and are still open: how many there are, and of which documents, for as long
//! as that is so. Known from the ends of this session's writes and from every look at the journal.

use super::super::App;
use crate::domain::Key;
use crate::domain::intent::{IntentId, Owner};
use crate::task::event::{Failure, OpenIntent, Written};
use crate::task::spec::{TaskId, TaskSpec};

/// The sign of a document of which a write is left open, with a full font and in ASCII.
pub const LEFT_OPEN: (&str, &str) = ("↺", "W");

/// A write that this session began or took up, and that is open at its end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeftHere {
    /// Its name in the journal, where that is known.
    pub intent: Option<IntentId>,
    /// The document.
    pub key: Key,
    /// How it ended, in words.
    pub said: String,
    /// The journal has been asked since, or is being asked.
    asked: bool,
}

/// The open writes of this session's stores.
#[derive(Debug, Default)]
pub(super) struct Left {
    open: Vec<(IntentId, Key)>,
    /// Those of them that are this session's.
    here: Vec<LeftHere>,
    /// The task that looks which of them are still open.
    counting: Option<TaskId>,
}

impl LeftHere {
    /// One that the journal has not been asked about since.
    #[must_use]
    pub fn new(intent: Option<IntentId>, key: Key, said: String) -> Self {
        Self {
            intent,
            key,
            said,
            asked: false,
        }
    }

    /// Whether the journal still has it open; its name is learnt where it was not known.
    fn is_among(&mut self, found: &[&OpenIntent]) -> bool {
        let is_it = |open: &&&OpenIntent| match &self.intent {
            Some(intent) => open.story.intent == *intent,
            None => open.owner == Owner::Ours && open.story.plan.key == self.key,
        };
        let Some(open) = found.iter().find(is_it) else {
            return false;
        };
        self.intent = Some(open.story.intent.clone());
        true
    }
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

    /// The writes that this session began or took up and that are left open, the oldest first.
    #[must_use]
    pub fn left_here(&self) -> &[LeftHere] {
        &self.writes.left.here
    }

    /// Notes the end of a write.
    pub(super) fn note_ending(&mut self, written: &Written) {
        let Some(intent) = &written.intent else {
            return;
        };
        let Left { open, here, .. } = &mut self.writes.left;
        open.retain(|(of, _)| of != intent);
        here.retain(|left| left.intent.as_ref() != Some(intent));
        let row = written.ending.row();
        if row.open {
            open.push((intent.clone(), written.key.clone()));
            let said = row.with(&written.said);
            here.push(LeftHere::new(
                Some(intent.clone()),
                written.key.clone(),
                said,
            ));
        }
    }

    /// Notes that a fault of the program ended a write: what the journal has of it decides.
    pub(in crate::app) fn note_broken(&mut self, task: TaskId, failure: &Failure) {
        let broken = failure.kind == "bug";
        let Some(spec) = self.tasks.spec(task).filter(|_| broken) else {
            return;
        };
        let Some(key) = spec.writes().cloned() else {
            return;
        };
        let intent = spec.takes_up().cloned();
        let here = &mut self.writes.left.here;
        here.retain(|left| intent.is_none() || left.intent != intent);
        here.push(LeftHere::new(intent, key, failure.said.clone()));
    }

    /// Notes what the journal says. What a running program holds is that program's to tell. A write
    /// that ended while the journal was being asked may be missing in the answer.
    pub(in crate::app) fn note_open(&mut self, found: &[OpenIntent]) {
        let ours = |open: &&OpenIntent| !open.elsewhere && open.owner != Owner::Alive;
        let found: Vec<&OpenIntent> = found.iter().filter(ours).collect();
        let Left { open, here, .. } = &mut self.writes.left;
        here.retain_mut(|left| left.is_among(&found) || !left.asked);
        let told = |open: &&OpenIntent| (open.story.intent.clone(), open.story.plan.key.clone());
        *open = found.iter().map(told).collect();
        for left in here {
            let Some(intent) = &left.intent else { continue };
            if open.iter().all(|(of, _)| of != intent) {
                open.push((intent.clone(), left.key.clone()));
            }
        }
    }

    /// The journal is asked from now on.
    pub(in crate::app) fn asking_for_open(&mut self) {
        for left in &mut self.writes.left.here {
            left.asked = true;
        }
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
        self.asking_for_open();
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
