//! What comes back from the background, and where it goes. An answer that nobody waits for any
//! more is dropped here, in one place for each pane: its number is not the one that is awaited.

use std::sync::Arc;

use super::App;
use super::list::{Fetch, Row};
use super::notice::Level;
use crate::domain::query::{Count, Cursor};
use crate::domain::{Lite, Page, State};
use crate::task::event::{Failure, Inspection, Mark, Outcome, TaskEvent, What};
use crate::task::spec::{TaskId, TaskSpec};

impl App {
    /// Takes a report. Returns whether anything on the screen has changed.
    pub(super) fn on_task(&mut self, event: TaskEvent) -> bool {
        let quiet = self.board.task == Some(event.task);
        let listed = self.tasks.lists(event.task);
        let writing = self.writes_running();
        self.tasks.note(&event, self.now);
        let wrote = self.writes_running() < writing;
        let task = event.task;
        let written = self
            .tasks
            .writes(task)
            .filter(|_| event.what.is_end())
            .cloned();
        let failed = matches!(event.what, What::Failed(_));
        let seen = match event.what {
            What::Queued | What::Started => !quiet,
            What::Progress { .. } | What::Step(_) => true,
            What::Part(outcome) => self.on_part(task, outcome),
            What::Finished(outcome) => self.on_finished(task, outcome),
            What::Failed(failure) => {
                if wrote {
                    self.note_broken(task, &failure);
                    self.write_came_to_nothing(&failure);
                }
                if !self.on_silence(task, &failure) {
                    self.on_failed(task, &failure);
                }
                true
            }
            What::Cancelled => {
                self.writes.leaving &= !wrote;
                self.on_stopped(task);
                true
            }
        };
        if let Some(key) = written {
            // How far the store is has changed with it, or may have.
            self.board.moved(self.now);
            if failed {
                // What the journal has of it decides.
                self.count_all_open();
            }
            self.versions_outdated(&key);
        }
        seen || listed
    }

    fn on_part(&mut self, task: TaskId, outcome: Outcome) -> bool {
        match outcome {
            Outcome::Estimate(name, estimate) => self.collections.set_estimate(&name, estimate),
            Outcome::Sign(half, sign) => {
                return self.board.task == Some(task) && self.on_sign(half, sign);
            }
            Outcome::Marks(marks) => self.on_marks(task, marks),
            Outcome::Inspection(early) if self.preview.task == Some(task) => {
                self.show_early(*early);
            }
            Outcome::Checks(checks) if self.doctor == Some(task) => {
                self.show_checks(&checks, false);
            }
            _ => {}
        }
        true
    }

    fn on_finished(&mut self, task: TaskId, outcome: Outcome) -> bool {
        match outcome {
            Outcome::Health(health) if self.board.task == Some(task) => {
                return self.on_health(*health);
            }
            Outcome::Collections(entries) if self.collections.task == Some(task) => {
                self.collections.task = None;
                self.on_collections(&entries);
            }
            Outcome::Look(name, dual) => {
                self.collections.set_kind(&name, dual);
                self.marks_due.get_or_insert(self.now.mono);
                self.look_further(task);
            }
            Outcome::Indexes(name, indexes) if self.list.collection.as_ref() == Some(&name) => {
                self.list.indexes = Some(indexes);
            }
            Outcome::Page(page, took) => {
                self.board.mongo_answered(took);
                self.on_page(task, page);
            }
            Outcome::Count(count) if self.list.counting == Some(task) => {
                self.list.counting = None;
                self.list.count = Some(count);
                self.list.number_rows();
                if let Count::AtLeast(_) = count {
                    self.say(Level::Warn, "the count ran into its time limit");
                }
            }
            Outcome::Texts(found) => self.on_texts(task, found),
            Outcome::Inspection(inspection) if self.preview.task == Some(task) => {
                self.on_inspection(*inspection);
            }
            Outcome::Checks(checks) if self.doctor == Some(task) => {
                self.doctor = None;
                self.show_checks(&checks, true);
            }
            Outcome::Unlocked(way) => return self.on_unlocked(task, way),
            Outcome::Done => {
                self.collections.sizing.take_if(|id| *id == task);
                self.on_done(task);
            }
            other => return self.on_write_answer(task, other),
        }
        true
    }

    fn on_collections(&mut self, entries: &[crate::domain::query::Entry]) {
        self.collections.fill(entries, self.options.catalog);
        let rows = self.collections.rows();
        let names = rows.iter().map(|row| row.name.clone()).collect();
        let sizing = self.collections.sizing.take();
        self.stop(sizing);
        self.collections.sizing = Some(self.start(TaskSpec::Estimates(names)));
        self.look_further(TaskId::default());
        match self.list.collection.clone() {
            None => self.follow_collection(),
            Some(name) => {
                if !self.collections.select_name(Some(&name)) {
                    let said = self.is_not_there(&name);
                    self.say(Level::Warn, said);
                }
                self.judge_emptied();
            }
        }
    }

    /// Looks at the next collection that nobody knows, when the last look (`task`) has ended: one
    /// at a time, so that rows on the screen never wait for them.
    fn look_further(&mut self, task: TaskId) {
        let looking = &mut self.collections.looking;
        looking.take_if(|id| *id == task);
        if looking.is_none()
            && let Some(name) = self.collections.next_unknown()
        {
            self.collections.looking = Some(self.start(TaskSpec::Look(name)));
        }
    }

    fn on_page(&mut self, task: TaskId, page: Page<Lite>) {
        let Some((_, fetch)) = self.list.fetch.take_if(|(id, _)| *id == task) else {
            return;
        };
        if page.rows.is_empty() && self.is_doubtful(fetch) {
            self.list.emptied = Some(fetch);
            return self.judge_emptied();
        }
        if matches!(fetch, Fetch::Again | Fetch::Goto) && page.rows.is_empty() {
            // Everything from here on is gone: what is left stands before.
            return self.fetch(Fetch::Last);
        }
        let last = page
            .rows
            .last()
            .map(|lite| Arc::new(Cursor::of(lite, &self.list.sort)));
        let rows = self.list.rows_of(page.rows);
        if self.list.filters_states() {
            if last.is_some() {
                self.list.scanned.0 = last;
            }
            return self.wait_for_states(fetch, rows, page.more);
        }
        self.list.take(fetch, rows, page.more);
        self.rows_came();
    }

    /// Rows that are chosen by their state join the list once it is known.
    fn wait_for_states(&mut self, fetch: Fetch, rows: Vec<Row>, more: bool) {
        let Some(collection) = self.list.collection.clone() else {
            return;
        };
        let wanted = rows.iter().map(|row| row.lite.clone()).collect();
        let task = self.start(TaskSpec::Marks {
            collection,
            rows: wanted,
        });
        self.list.waiting = Some((task, fetch, rows, more));
    }

    fn on_marks(&mut self, task: TaskId, marks: Vec<Mark>) {
        if marks
            .iter()
            .any(|mark| mark.diagnosis.state == State::Unknown)
        {
            self.board.ask_soon(self.now);
        }
        if let Some((waiting, _, rows, _)) = &mut self.list.waiting
            && *waiting == task
        {
            for mark in marks {
                let mark = Arc::new(mark);
                if let Some(row) = rows.iter_mut().find(|row| row.key == mark.key) {
                    row.mark = Some(mark);
                }
            }
        } else if self
            .list
            .marking
            .as_ref()
            .is_some_and(|(id, _)| *id == task)
        {
            self.list.note_marks(&marks);
        }
    }

    /// The end of a task whose answer came in parts.
    pub(super) fn on_done(&mut self, task: TaskId) {
        if let Some((_, fetch, rows, more)) =
            self.list.waiting.take_if(|(waiting, ..)| *waiting == task)
        {
            self.list.join(fetch, rows, more);
            self.rows_came();
        } else if self.list.marking.take_if(|(id, _)| *id == task).is_some() {
            // What has scrolled in meanwhile.
            self.marks_due.get_or_insert(self.now.mono);
        }
    }

    /// Half of a document stands in for it until it is whole; one that was whole stays meanwhile.
    fn show_early(&mut self, early: Inspection) {
        let shown = self.viewer.inspection();
        if shown.is_none_or(|shown| shown.document.key != early.document.key) {
            self.viewer.show(Arc::new(early));
        }
    }

    fn on_inspection(&mut self, inspection: Inspection) {
        self.preview.task = None;
        self.preview.failure = None;
        if inspection.silent {
            self.board.ask_soon(self.now);
        }
        if inspection.at.is_none() {
            self.list.note_marks(&[inspection.mark()]);
        }
        let idle = !self.list.loaded && !self.list.is_loading();
        if self.preview.pinned && (idle || self.preview.sought) {
            let place = inspection
                .lite()
                .map(|lite| Arc::new(Cursor::of(lite, &self.list.sort)));
            self.list.goto = place;
            match self.list.goto {
                Some(_) => self.fetch(Fetch::Goto),
                // A list that is there stays where it is.
                None if idle => self.fetch(Fetch::First),
                None => self.preview.sought = false,
            }
        }
        self.viewer.show(Arc::new(inspection));
    }

    fn on_failed(&mut self, task: TaskId, failure: &Failure) {
        if self.stays_locked(task, &failure.said) || self.would_be_refused(task, failure) {
            return;
        }
        self.list_without_place(task);
        let said = failure.whole();
        if self.on_write_failed(task) {
            self.say(Level::Error, said);
            return self.forget(task);
        }
        if self.is_awaited(task) {
            self.keep_found(task);
            // Whether a store is gone or only this question failed is for the header to say.
            if failure.again {
                self.board.suspect(self.now);
            }
            self.blame(task, failure);
            self.say(Level::Error, said);
        } else if self.list.counting == Some(task) {
            self.say(Level::Error, said);
        }
        self.forget(task);
    }

    /// The document that tells where the list is to begin can't be read: it begins at its top.
    fn list_without_place(&mut self, task: TaskId) {
        let idle = !self.list.loaded && !self.list.is_loading();
        if self.preview.pinned && self.preview.task == Some(task) && idle {
            self.fetch(Fetch::First);
        }
    }

    /// The end of a task that was stopped; what nobody awaits any more was stopped by the program.
    fn on_stopped(&mut self, task: TaskId) {
        let failure = Failure {
            said: "stopped on request".to_owned(),
            hint: "nothing was changed".to_owned(),
            kind: "stopped",
            again: false,
        };
        self.stays_locked(task, "fetching the keys was stopped");
        self.list_without_place(task);
        self.keep_found(task);
        self.on_write_failed(task);
        self.blame(task, &failure);
        self.forget(task);
    }

    /// A look at values ends early: what it has found stays.
    fn keep_found(&mut self, task: TaskId) {
        let waiting = self.list.waiting.as_ref();
        if waiting.is_some_and(|(id, ..)| *id == task) && self.list.join_found() {
            self.rows_came();
        }
    }

    /// Whether a pane waits for this task.
    fn is_awaited(&self, task: TaskId) -> bool {
        let list = &self.list;
        self.collections.task == Some(task)
            || self.preview.task == Some(task)
            || self.doctor == Some(task)
            || list.fetch.as_ref().is_some_and(|(id, _)| *id == task)
            || list.waiting.as_ref().is_some_and(|(id, ..)| *id == task)
    }

    /// Tells the pane that waits for this task why there will be no answer.
    fn blame(&mut self, task: TaskId, failure: &Failure) {
        let list = &mut self.list;
        let failed = match (&list.fetch, &list.waiting) {
            (Some((id, fetch)), _) if *id == task => Some(*fetch),
            // The rows that waited are looked for again from the start.
            (_, Some((id, ..))) if *id == task => Some(Fetch::First),
            _ => None,
        };
        if failed.is_some() {
            list.failed = failed;
            list.failure = Some(failure.clone());
        } else if self.collections.task == Some(task) {
            self.collections.failure = Some(failure.clone());
        } else if self.preview.task == Some(task) {
            self.preview.failure = Some(failure.clone());
        } else if self.doctor == Some(task) {
            self.end_doctor(&failure.said);
        }
    }

    /// Nobody waits for this task any more.
    fn forget(&mut self, task: TaskId) {
        self.list.fetch.take_if(|(id, _)| *id == task);
        self.list.waiting.take_if(|(id, ..)| *id == task);
        self.list.marking.take_if(|(id, _)| *id == task);
        self.without_texts(task);
        // A sign of life that was stopped is not asked for again at once.
        let asked = self.board.task == Some(task);
        for slot in [
            &mut self.collections.task,
            &mut self.collections.sizing,
            &mut self.list.counting,
            &mut self.preview.task,
            &mut self.board.task,
            &mut self.doctor,
        ] {
            slot.take_if(|id| *id == task);
        }
        self.judge_emptied();
        if self.collections.looking == Some(task) {
            self.look_further(task);
        }
        if asked || (self.board.task.is_none() && self.board.due().is_none()) {
            self.board.plan(self.now);
        }
    }
}
