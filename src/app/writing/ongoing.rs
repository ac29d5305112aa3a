//! Writes of this session that have not ended. What could only be decided with their end is not
//! begun before it: what stands in the stores meanwhile is about to be another thing.

use super::super::App;
use super::super::command::{Command, Context};
use super::super::layer::Layer;
use super::super::recovery::Item;
use super::may::writes_selected;
use crate::domain::Key;

impl App {
    /// The document whose write must end before the command makes sense, if one is being written.
    pub(super) fn waits_for(&self, command: Command) -> Option<&Key> {
        let wanted = match command {
            // The last write is perhaps the one that has not ended.
            Command::Undo | Command::Redo => return self.tasks.written().next(),
            other if writes_selected(other) => self.preview.key.as_ref(),
            Command::PutBack => match self.layers.last() {
                Some(Layer::Versions(versions)) => Some(&versions.key),
                _ => None,
            },
            Command::Finish | Command::GiveUp | Command::Discard => match self.layers.last() {
                Some(Layer::Recovery(recovery)) => recovery.selected().and_then(Item::key),
                _ => None,
            },
            _ => None,
        };
        wanted.filter(|key| self.is_written(key))
    }

    /// Whether a write of the document is on its way: one that was taken up again like one that was
    /// just begun.
    pub(in crate::app) fn is_written(&self, key: &Key) -> bool {
        self.tasks.written().any(|written| written == key)
    }

    /// That a write of the document is on its way, in words.
    pub(in crate::app) fn still_written(&self, key: &Key) -> String {
        let which = if self.preview.key.as_ref() == Some(key) {
            "this document".to_owned()
        } else {
            key.to_string()
        };
        let tasks = self.keys.keys_of(Context::List, Command::Tasks);
        let tasks = tasks.unwrap_or_else(|| format!(": {}", Command::Tasks.name()));
        format!("your write of {which} is still on its way; {tasks} shows it")
    }
}
