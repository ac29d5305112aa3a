//! Writes of this session that have not ended. What could only be decided with their end is not
//! begun before it: what stands in the stores meanwhile is about to be another thing.

use super::super::App;
use super::super::command::{Command, Context};
use super::super::notice::Level;
use crate::domain::Key;

impl App {
    /// Says that a write is still on its way and returns true, where one is: that of this document,
    /// or any where none is named.
    pub(in crate::app) fn waits_for_write(&mut self, what: Command, of: Option<&Key>) -> bool {
        // One that is taken up again is on its way like one that was just begun.
        let wanted = |key: &&Key| of.is_none_or(|of| of == *key);
        let Some(key) = self.tasks.written().find(wanted).cloned() else {
            return false;
        };
        let which = if self.preview.key.as_ref() == Some(&key) {
            "this document".to_owned()
        } else {
            key.to_string()
        };
        let tasks = self.keys.keys_of(Context::List, Command::Tasks);
        let tasks = tasks.unwrap_or_else(|| format!(": {}", Command::Tasks.name()));
        let said = format!(
            "{}: your write of {which} is still on its way; {tasks} shows it",
            what.short()
        );
        self.say(Level::Info, said);
        true
    }
}
