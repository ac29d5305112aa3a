//! A session that reads at once and can write once its keys are there.

use super::App;
use super::notice::Level;
use crate::task::event::Way;
use crate::task::spec::{TaskId, TaskSpec};

/// The keys on their way.
#[derive(Debug, Default)]
pub(super) struct Unlocking {
    task: Option<TaskId>,
    /// What is said meanwhile of why nothing can be written.
    reason: Option<String>,
}

impl App {
    /// Fetches the keys, where there are any that this session waits for.
    pub(super) fn unlock(&mut self) {
        if self.options.later.is_none() || self.unlocking.task.is_some() {
            return;
        }
        match &self.options.writing {
            Ok(_) => return self.say(Level::Info, "this session can write already"),
            Err(why) => {
                let reason = self.unlocking.reason.get_or_insert_with(|| why.clone());
                self.options.writing = Err(reason.clone());
            }
        }
        self.unlocking.task = Some(self.start(TaskSpec::Unlock));
    }

    /// The keys are there. Returns whether anybody waited for them.
    pub(super) fn on_unlocked(&mut self, task: TaskId, way: Way) -> bool {
        let awaited = self.unlocking.task.take_if(|id| *id == task).is_some();
        let Some(later) = self.options.later.clone().filter(|_| awaited) else {
            return false;
        };
        self.options.writing = Ok(later.by_way(way));
        self.say(
            Level::Info,
            "the keys are there: this session can write now",
        );
        self.look_for_unfinished(true);
        true
    }

    /// There will be no keys. Returns whether the task was to bring them.
    pub(super) fn stays_locked(&mut self, task: TaskId, why: &str) -> bool {
        let awaited = self.unlocking.task.take_if(|id| *id == task).is_some();
        if awaited {
            self.options.writing = Err(why.to_owned());
            self.say(Level::Warn, format!("{why}: this session only reads"));
        }
        awaited
    }
}
