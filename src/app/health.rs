//! What a sign of life of the stores leads to: what could not be read without them is read again,
//! at most once for each good sign. Never at once after the last try: a store that answers pings
//! and nothing else is not asked without a rest.

use std::time::Duration;

use super::App;
use super::board::Sign;
use super::notice::Level;
use crate::task::event::{Failure, Half, Health};
use crate::task::spec::TaskSpec;

impl App {
    /// Asks both stores for a sign of life, in turn.
    pub(super) fn ask_health(&mut self) {
        let task = self.start(TaskSpec::Health);
        self.board.ask(task, false, self.now);
    }

    /// Asks in turn, and at once when a read takes long: once for each such read.
    pub(super) fn ask_health_if_due(&mut self) {
        if self.board.task.is_some() {
            return;
        }
        let slow = self.tasks.slow_read_since(self.now);
        if slow.is_some_and(|since| since > self.board.asked()) {
            let task = self.start(TaskSpec::Health);
            self.board.ask(task, true, self.now);
        } else if self.board.due().is_some_and(|due| due <= self.now.mono) {
            self.ask_health();
        }
    }

    /// The end of a question for signs of life.
    pub(super) fn on_health(&mut self, health: Health) -> bool {
        let silent = |half| self.board.silent_for(half, self.now).is_some();
        let mut changed = silent(Half::Mongo) || silent(Half::Values);
        changed |= self.board.end(health.window);
        changed |= self.on_sign(Half::Values, health.values);
        changed |= self.on_sign(Half::Mongo, health.mongo);
        // A store that is back has both asked again at once.
        if self.board.task.is_none() {
            self.board.plan(self.now);
        }
        if !changed && !self.board.is_bad() && self.heal() {
            self.board.rest(self.now);
            return true;
        }
        changed
    }

    /// One store's sign of life. A store that is back brings back what could not be read without it.
    pub(super) fn on_sign(&mut self, half: Half, sign: Result<Duration, Failure>) -> bool {
        let was_bad = self.board.sign(half).is_bad();
        let changed = self.board.hear(half, sign, self.now);
        match (half, was_bad, self.board.sign(half)) {
            (Half::Values, false, Sign::Bad(failure)) if failure.again => {
                let said = format!("{}; {}", failure.said, failure.hint);
                self.say(Level::Error, said);
            }
            (Half::Mongo, true, sign) if !sign.is_bad() => {
                self.say(Level::Info, "MongoDB answers again");
                self.refresh();
            }
            (Half::Values, true, sign) if !sign.is_bad() => {
                self.say(Level::Info, "the KV node answers again");
                self.look_again();
                self.inspect_again();
            }
            _ => {}
        }
        changed
    }

    /// Reads again what is on the screen without the answer of a store that was silent: the header
    /// may never have noticed. Returns whether there was such.
    fn heal(&mut self) -> bool {
        let rows = self.list.shows_silent() && self.list.marking.is_none();
        if rows {
            self.look_again();
        }
        let preview = &self.preview;
        let shown = self.viewer.inspection();
        let shown = shown.filter(|shown| Some(&shown.document.key) == preview.key.as_ref());
        let failed = preview.failure.as_ref().is_some_and(|f| f.again);
        let idle = preview.task.is_none() && preview.due.is_none();
        let document = idle && (failed || shown.is_some_and(|shown| shown.silent));
        if document {
            self.inspect_again();
        }
        rows || document
    }
}
