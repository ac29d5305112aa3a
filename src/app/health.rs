//! What a sign of life of the stores leads to: what could not be read without them is read again,
//! at most once for each good sign. Never at once after the last try: a store that answers pings
//! and nothing else is not asked without a rest.

use super::App;
use super::board::Sign;
use super::notice::Level;
use crate::task::event::Health;

impl App {
    /// A store that is back brings back what could not be read without it.
    pub(super) fn on_health(&mut self, health: Health) -> bool {
        let (mongo, values) = (self.board.mongo.is_bad(), self.board.values.is_bad());
        let changed = self.board.take(health, self.now);
        if !values
            && self.board.values.is_bad()
            && let Sign::Bad(failure) = &self.board.values
        {
            let said = format!("{}; {}", failure.said, failure.hint);
            self.say(Level::Error, said);
        }
        if mongo && !self.board.mongo.is_bad() {
            self.say(Level::Info, "MongoDB answers again");
            self.refresh();
        } else if values && !self.board.values.is_bad() {
            self.say(Level::Info, "the KV node answers again");
            self.look_again();
            self.inspect_again();
        } else if !self.board.is_bad() && self.heal() {
            self.board.rest(self.now);
            return true;
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
