//! Rows that a filter by date passes over since they hold text in that field: asked for behind the
//! rows, once for each question, and told beside them.

use super::App;
use super::command::{Command, Context};
use super::list::Texts;
use super::notice::Level;
use crate::domain::human::texts_said;
use crate::domain::query::{Count, TEXTS_LIMIT, texts_line};
use crate::task::spec::{TaskId, TaskSpec};

impl App {
    /// Rows have come in: asks what the filter passes over, if that is not known.
    pub(super) fn ask_for_texts(&mut self) {
        let Some(collection) = self.list.collection.clone() else {
            return;
        };
        let filter = &self.list.line.filter;
        if self.list.texts.is_some() || filter.texts_for_dates().is_empty() {
            return;
        }
        let task = self.start(TaskSpec::Texts {
            collection,
            filter: filter.clone(),
            limit: TEXTS_LIMIT,
        });
        self.list.texts = Some(Texts::Asked(task));
    }

    pub(super) fn stop_texts(&mut self) {
        if let Some(Texts::Asked(task)) = self.list.texts.take_if(|texts| texts.is_asked()) {
            self.stop(Some(task));
        }
    }

    pub(super) fn on_texts(&mut self, task: TaskId, found: Vec<(String, Count)>) {
        if self.list.texts != Some(Texts::Asked(task)) {
            return;
        }
        let key = self.keys.keys_of(Context::List, Command::Filter);
        let key = key.unwrap_or_else(|| Command::Filter.name().to_owned());
        for (path, count) in &found {
            let lister = format!("{key} {}", texts_line(path));
            if let Some(said) = texts_said(path, *count, &lister) {
                self.say(Level::Warn, said);
            }
        }
        self.list.texts = Some(Texts::Known(found));
    }

    /// The task has ended without an answer.
    pub(super) fn without_texts(&mut self, task: TaskId) {
        let asked = self.list.line.filter.texts_for_dates();
        let unknown = |(path, _): &(&str, _)| ((*path).to_owned(), Count::AtLeast(0));
        let found = asked.iter().map(unknown).collect();
        self.on_texts(task, found);
    }
}
