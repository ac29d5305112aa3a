//! The browser's commands.

use std::time::Duration;

use super::command::{Availability, Command};
use super::layout::Pane;
use super::list::Fetch;
use super::list::window::Side;
use super::notice::Level;
use super::prompts::Purpose;
use super::{App, Waiting};
use crate::domain::Sort;
use crate::domain::diagnose::FieldRow;
use crate::task::event::Half;
use crate::task::spec::{TaskId, TaskSpec};

/// Milliseconds after which going back means to stop waiting first.
const LONG: u64 = 1_000;

impl App {
    pub(super) fn browse_command(&mut self, command: Command) {
        match command {
            Command::Back => self.back(),
            Command::Open => self.open_selected(),
            Command::FocusLeft => self.focus_on(Pane::Collections),
            Command::FocusRight => match self.focus {
                Pane::Collections => self.open_selected(),
                _ => self.focus_on(Pane::Document),
            },
            Command::Refresh => self.refresh(),
            Command::Filter => self.open_prompt(Purpose::Filter),
            Command::ClearFilter => self.set_filter(""),
            Command::Find if self.focus == Pane::Document => {
                self.open_prompt(Purpose::FindInDocument);
            }
            Command::Find => self.open_prompt(Purpose::FindInList),
            Command::FindNext => self.find_again(true),
            Command::FindPrevious => self.find_again(false),
            Command::Sort => self.open_sort_menu(),
            Command::Reverse => {
                let descending = !self.list.sort.descending;
                self.set_sort(Sort {
                    descending,
                    ..self.list.sort.clone()
                });
            }
            Command::Columns => self.open_columns_menu(),
            Command::ResetColumns => self.reset_columns(),
            Command::Count => self.count(),
            Command::NextCollection => self.step_collection(1),
            Command::PreviousCollection => self.step_collection(-1),
            Command::CopyValue | Command::CopyKey | Command::CopyPath | Command::CopyCommand => {
                self.copy(command);
            }
            _ if is_motion(command) => self.motion(command),
            _ if self.viewer_command(command) => {}
            _ if self.write_command(command) => {}
            other => self.general_command(other),
        }
    }

    /// What somebody waits for in the pane that has the keys: a count, or a read that takes long.
    fn waited_for(&self) -> Option<TaskId> {
        let list = &self.list;
        let page = list.fetch.as_ref().map(|(task, _)| *task);
        let page = page.or(list.waiting.as_ref().map(|(task, ..)| *task));
        let read = match self.focus {
            Pane::Collections => self.collections.task,
            Pane::List => page,
            Pane::Document => self.preview.task,
        };
        let count = list.counting.filter(|_| self.focus == Pane::List);
        let count = count.filter(|task| self.tasks.runs_for(*task, self.now) >= Some(0));
        count.or(read.filter(|task| self.tasks.runs_for(*task, self.now) >= Some(LONG)))
    }

    /// What the document pane still waits for. A document that was whole before stays while it is
    /// read again, so that is none.
    #[must_use]
    pub fn waits(&self) -> Option<Waiting> {
        let task = self.preview.task?;
        let time = self.tasks.runs_for(task, self.now)?;
        let shown = self.viewer.inspection();
        let shown = shown.filter(|shown| Some(&shown.document.key) == self.preview.key.as_ref());
        let half = match shown {
            Some(shown) => Some(shown.awaited()?),
            None => None,
        };
        let bytes = self.tasks.done(task).filter(|_| half != Some(Half::Mongo));
        Some(Waiting {
            half,
            time,
            bytes: bytes.map(|(have, of)| (have as u64, of as u64)),
            stops: self.waited_for() == Some(task),
        })
    }

    fn back(&mut self) {
        if let Some(task) = self.waited_for() {
            self.stop(Some(task));
            return self.say(Level::Info, "stopped on request; nothing was changed");
        }
        if self.zoomed {
            self.zoomed = false;
            self.focus = if self.list.is_open() {
                Pane::List
            } else {
                Pane::Collections
            };
            if !self.preview.pinned {
                self.selection_moved();
            }
            return self.relayout();
        }
        match self.focus {
            Pane::Document => self.focus_on(Pane::List),
            Pane::List if self.list.search.is_some() => self.list.search = None,
            Pane::List => self.focus_on(Pane::Collections),
            Pane::Collections if self.list.is_open() => self.focus_on(Pane::List),
            Pane::Collections => {}
        }
    }

    pub(super) fn focus_on(&mut self, pane: Pane) {
        self.focus = pane;
        if pane != Pane::Document {
            self.zoomed = false;
        }
        self.relayout();
    }

    pub(super) fn open_selected(&mut self) {
        match self.focus {
            Pane::Collections => {
                self.follow_due = None;
                self.follow_collection();
                if self.list.is_open() {
                    self.focus_on(Pane::List);
                }
            }
            Pane::List => {
                if let Some(row) = self.list.selected() {
                    if self.preview.key.as_ref() != Some(&row.key) {
                        self.selection_moved();
                    }
                    self.focus = Pane::Document;
                    self.zoomed = true;
                    self.relayout();
                    // Somebody waits now: no rest.
                    if self.preview.due.take().is_some() {
                        self.read_selected();
                    }
                }
            }
            Pane::Document => self.viewer.toggle(),
        }
    }

    fn motion(&mut self, command: Command) {
        match self.focus {
            Pane::Collections => {
                let page = i64::try_from(self.collections.height().max(2) - 1).unwrap_or(1);
                self.collections.move_by(rows_of(command, page));
                self.follow_due = Some(self.now.mono + self.options.preview_delay);
            }
            Pane::List => self.list_motion(command),
            Pane::Document => match command {
                Command::Down => self.viewer.move_by(1),
                Command::Up => self.viewer.move_by(-1),
                Command::Top => self.viewer.top(),
                Command::Bottom => self.viewer.bottom(),
                Command::PageDown => self.viewer.page(1),
                Command::PageUp => self.viewer.page(-1),
                Command::HalfDown => self.viewer.half_page(1),
                Command::HalfUp => self.viewer.half_page(-1),
                _ => {}
            },
        }
    }

    fn list_motion(&mut self, command: Command) {
        let page = i64::try_from(self.list.window.height().max(2) - 1).unwrap_or(1);
        match command {
            Command::Top if !self.list.window.is_complete(Side::Before) => {
                self.list.spot = None;
                self.fetch(Fetch::First);
            }
            Command::Bottom
                if !self.list.window.is_complete(Side::After) && !self.list.filters_states() =>
            {
                self.fetch(Fetch::Last);
            }
            _ => self.list.window.move_by(rows_of(command, page)),
        }
        self.selection_moved();
    }

    fn viewer_command(&mut self, command: Command) -> bool {
        match command {
            Command::NextDocument => self.step_document(1),
            Command::PreviousDocument => self.step_document(-1),
            Command::NextView => self.viewer.next_view(),
            Command::PreviousView => self.viewer.previous_view(),
            Command::Unfold => self.viewer.unfold(),
            Command::Fold => self.viewer.fold(),
            Command::ToggleFold => self.viewer.toggle(),
            Command::ToggleAll => self.viewer.toggle_all(),
            Command::Reveal => {
                if !self.viewer.reveal() {
                    self.say(Level::Info, "nothing is masked in this view");
                }
            }
            Command::Fault => self.show_fault(),
            Command::NextDifference => self.next_difference(true),
            Command::PreviousDifference => self.next_difference(false),
            _ => return false,
        }
        true
    }

    /// Goes to the place where the value could not be read, and says what is wrong there.
    fn show_fault(&mut self) {
        let said = match (self.viewer.to_fault(), self.viewer.fault()) {
            (true, Some(reason)) => format!("here: {reason}"),
            (false, Some(reason)) => format!("{reason}: the Full view shows the place"),
            (_, None) => "the stored value could be read to its end".to_owned(),
        };
        self.say(Level::Info, said);
    }

    /// Goes to another document of the list while one is open, which keeps its view.
    fn step_document(&mut self, by: i64) {
        let window = &mut self.list.window;
        let before = window.cursor();
        window.move_by(by);
        if window.cursor() == before {
            let side = if by > 0 { Side::After } else { Side::Before };
            let said = match (window.is_complete(side), side) {
                (true, Side::After) => "it is the last document of the list",
                (true, Side::Before) => "it is the first document of the list",
                (false, _) => "more rows are still to come",
            };
            return self.say(Level::Info, said);
        }
        self.selection_moved();
    }

    /// Whether the document that is shown has a field that differs.
    pub(super) fn can_compare(&self) -> Availability {
        let Some(shown) = self.viewer.inspection() else {
            return Availability::No("no document has been read");
        };
        let fields = &shown.diagnosis.fields;
        if fields.is_empty() {
            Availability::No("there are not two halves to compare")
        } else if fields.iter().any(FieldRow::is_worth_a_look) {
            Availability::Yes
        } else {
            Availability::No("no field differs")
        }
    }

    /// Goes to a field that differs and says which of how many it is.
    fn next_difference(&mut self, forward: bool) {
        let said = match self.viewer.to_difference(forward) {
            Some((at, all)) => format!("difference {at} of {all}"),
            None => "no field differs".to_owned(),
        };
        self.say(Level::Info, said);
    }

    pub(super) fn refresh(&mut self) {
        // A dead store would let them pile up.
        for old in [self.collections.task.take(), self.board.task.take()] {
            self.stop(old);
        }
        self.collections.task = Some(self.start(TaskSpec::Collections));
        self.ask_health();
        self.count_open();
        (self.list.failure, self.list.emptied) = (None, None);
        if self.list.is_open() {
            self.stop_list_tasks();
            self.list.forget_marks();
            self.fetch(self.list.fetch_again());
        }
        self.inspect_again();
    }

    /// Reads the document on the screen once more.
    pub(super) fn inspect_again(&mut self) {
        if let Some(key) = self.preview.key.clone() {
            let selected = self.list.selected().filter(|row| row.key == key);
            let id = selected.map(|row| row.lite.id.clone());
            self.inspect(key, id);
        }
    }

    fn count(&mut self) {
        let Some(collection) = self.list.collection.clone() else {
            return;
        };
        if self.list.filters_states() {
            if self.list.is_looked_through() {
                let said = "every row was looked at: this is the whole number already";
                return self.say(Level::Info, said);
            }
            self.say(
                Level::Info,
                "counting the rows to look at; how many are in this state, looking tells",
            );
        }
        let old = self.list.counting.take();
        self.stop(old);
        let limit = Duration::from_millis(self.options.count_limit);
        let filter = self.list.line.filter.clone();
        self.list.counting = Some(self.start(TaskSpec::Count {
            collection,
            filter,
            limit,
        }));
    }
}

fn is_motion(command: Command) -> bool {
    matches!(
        command,
        Command::Down
            | Command::Up
            | Command::Top
            | Command::Bottom
            | Command::PageDown
            | Command::PageUp
            | Command::HalfDown
            | Command::HalfUp
    )
}

/// How many rows a motion goes, with a page of `page` rows.
fn rows_of(command: Command, page: i64) -> i64 {
    match command {
        Command::Down => 1,
        Command::Up => -1,
        Command::PageDown => page,
        Command::PageUp => -page,
        Command::HalfDown => (page / 2).max(1),
        Command::HalfUp => -(page / 2).max(1),
        // Far beyond any list, and far from overflow.
        Command::Bottom => i64::from(u32::MAX),
        Command::Top => -i64::from(u32::MAX),
        _ => 0,
    }
}
