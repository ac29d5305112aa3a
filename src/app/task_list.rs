//! The task list on the screen: what its keys do.

use super::App;
use super::command::Command;
use super::layer::Layer;
use super::msg::Effect;
use super::notice::Level;
use super::tasks::{Subject, seconds};
use crate::domain::Collection;
use crate::task::spec::TaskSpec;

impl App {
    pub(super) fn open_tasks(&mut self) {
        self.layers.retain(|layer| !matches!(layer, Layer::Tasks));
        self.tasks.choose_newest();
        self.layers.push(Layer::Tasks);
    }

    pub(super) fn tasks_command(&mut self, command: Command) {
        let page = i64::try_from(self.page_height()).unwrap_or(1);
        match command {
            Command::Down => self.tasks.move_by(1),
            Command::Up => self.tasks.move_by(-1),
            Command::PageDown | Command::HalfDown => self.tasks.move_by(page),
            Command::PageUp | Command::HalfUp => self.tasks.move_by(-page),
            Command::Top => self.tasks.move_by(-i64::from(u32::MAX)),
            Command::Bottom => self.tasks.move_by(i64::from(u32::MAX)),
            Command::Open | Command::Steps => self.tasks.toggle_details(),
            Command::CancelTask => {
                let selected = self.tasks.selected().map(|entry| entry.id);
                self.stop(selected);
            }
            Command::RetryTask => self.retry_selected(),
            Command::ExtendTask => {
                if let Some((task, times)) = self.tasks.extend_selected() {
                    self.out.push(Effect::Extend(task));
                    let all = seconds(self.options.patience.saturating_mul(times));
                    let said = format!("the write waits once more as long: {all} in all");
                    self.say(Level::Info, said);
                }
            }
            Command::GotoSubject => self.goto_subject(),
            Command::Back | Command::Quit | Command::Tasks => {
                self.layers.pop();
            }
            other => self.general_command(other),
        }
    }

    /// Goes to what the selected task is about.
    fn goto_subject(&mut self) {
        let Some(subject) = self.tasks.subject() else {
            return;
        };
        self.layers.clear();
        match subject {
            Subject::Document(key, id) => self.open_document(key, id),
            Subject::Collection(name) => self.goto_collection(&name),
        }
    }

    /// Runs the selected task again, in the place where its answer is awaited.
    fn retry_selected(&mut self) {
        let Some(entry) = self.tasks.selected().map(|entry| entry.spec.clone()) else {
            return;
        };
        match entry.clone() {
            TaskSpec::Page(query) if self.is_open(&query.collection) => {
                self.list.failure = None;
                let failed = self.list.failed.take();
                self.fetch(failed.unwrap_or_else(|| self.list.fetch_again()));
            }
            TaskSpec::Count {
                collection, filter, ..
            } if self.is_open(&collection) && filter == self.list.line.filter => {
                let old = self.list.counting.take();
                self.stop(old);
                self.list.counting = Some(self.start(entry));
            }
            TaskSpec::Marks { collection, .. } if self.is_open(&collection) => self.look_again(),
            TaskSpec::Texts {
                collection, filter, ..
            } if self.is_open(&collection) && filter == self.list.line.filter => {
                self.stop_texts();
                self.list.texts = None;
                self.ask_for_texts();
            }
            TaskSpec::Page(_)
            | TaskSpec::Count { .. }
            | TaskSpec::Texts { .. }
            | TaskSpec::Marks { .. } => {
                self.say(Level::Info, "what it asked is no longer on the screen");
            }
            TaskSpec::Inspect { key, id, .. } => {
                self.inspect(key, id);
                self.preview.pinned = true;
            }
            TaskSpec::Collections => {
                let old = self.collections.task.take();
                self.stop(old);
                self.collections.task = Some(self.start(TaskSpec::Collections));
            }
            TaskSpec::Health => {
                let old = self.board.task.take();
                self.stop(old);
                self.ask_health();
            }
            TaskSpec::Doctor => {
                self.layers.pop();
                self.open_doctor();
            }
            TaskSpec::Unlock => self.unlock(),
            TaskSpec::Write { .. } | TaskSpec::Resume { .. } => {
                self.say(Level::Info, "a write is never sent again as it was");
            }
            other => {
                self.start(other);
            }
        }
    }

    fn is_open(&self, collection: &Collection) -> bool {
        self.list.collection.as_ref() == Some(collection)
    }
}
