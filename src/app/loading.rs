//! What the browser loads, when, and what is no longer wanted.

use super::App;
use super::command::{Command, Context};
use super::list::window::Side;
use super::list::{Fetch, Question};
use super::notice::Level;
use crate::domain::discretion::masked;
use crate::domain::{Bson, Collection, Filter, Key, Sort};
use crate::task::event::Failure;
use crate::task::spec::{TaskId, TaskSpec};

/// Milliseconds of rest before visible rows are looked at.
const MARKS_REST: u64 = 40;
/// Milliseconds for which the document that was read before stays in the place of the next one.
const OUTLIVED: u64 = 1_000;
/// Pages that `is:STATE` walks by itself before it waits for somebody to ask for more.
const SCAN_AHEAD: u64 = 10;

impl App {
    /// Rows have come in: the place stays, and so does a document that somebody reads.
    pub(super) fn rows_came(&mut self) {
        self.marks_due = Some(self.now.mono + MARKS_REST);
        self.ask_for_texts();
        if let Some(key) = self.preview.key.clone()
            && (self.preview.pinned || self.zoomed)
        {
            let sought = std::mem::take(&mut self.preview.sought);
            if self.list.select_key(&key) {
                self.preview.pinned = false;
            } else if sought && self.list.is_filtered() {
                self.say(
                    Level::Info,
                    "the filter of the list leaves this document out",
                );
            }
            return;
        }
        self.selection_moved();
    }

    /// Plans what follows from another selected row.
    pub(super) fn selection_moved(&mut self) {
        self.marks_due = Some(self.now.mono + MARKS_REST);
        self.preview.pinned = false;
        let key = self.list.selected().map(|row| row.key.clone());
        if key == self.preview.key {
            return;
        }
        let reading = self.preview.task.take();
        self.stop(reading);
        self.preview.failure = None;
        if key.is_none() {
            self.viewer.clear();
        }
        self.preview.due = key
            .is_some()
            .then_some(self.now.mono + self.options.preview_delay);
        self.preview.key = key;
    }

    /// Reads the selected document.
    pub(super) fn read_selected(&mut self) {
        // The list may have moved on below a document that fills the screen.
        let Some(key) = self.preview.key.clone() else {
            return;
        };
        let row = self.list.selected().filter(|row| row.key == key);
        let id = row.map(|row| row.lite.id.clone());
        self.inspect(key, id);
    }

    pub(super) fn inspect(&mut self, key: Key, id: Option<Bson>) {
        let reading = self.preview.task.take();
        self.stop(reading);
        self.preview.key = Some(key.clone());
        self.preview.due = None;
        self.preview.since = self.now.mono;
        self.preview.task = Some(self.start(TaskSpec::Inspect { key, id, at: None }));
    }

    /// A document that is read for long does not leave another one in its place.
    pub(super) fn clear_outlived(&mut self) {
        let preview = &self.preview;
        let late = preview.task.is_some() && self.now.mono >= preview.since + OUTLIVED;
        let shown = self.viewer.inspection().map(|shown| &shown.document.key);
        if late && shown.is_some() && shown != preview.key.as_ref() {
            self.viewer.clear();
        }
    }

    /// Opens the collection that the left pane stands on.
    pub(super) fn follow_collection(&mut self) {
        if let Some(row) = self.collections.selected() {
            let name = row.name.clone();
            if self.list.collection.as_ref() != Some(&name) {
                self.open_collection(&name);
            }
        }
    }

    pub(super) fn open_collection(&mut self, name: &Collection) {
        self.prepare_collection(name);
        let fetch = self.list.fetch_spot();
        self.fetch(fetch);
    }

    /// What is kept in MongoDB only opens in its Lite view; the next collection in Full again.
    fn choose_view(&mut self, was_lite: bool) {
        use super::viewer::View;
        self.list.lite_first = !self.has_values();
        match (self.list.lite_first, self.viewer.view()) {
            (true, View::Full) => self.viewer.set_view(View::Lite),
            (false, View::Lite) if was_lite => self.viewer.set_view(View::Full),
            (true, _) => self.list.lite_first = false,
            _ => {}
        }
    }

    /// Everything but the first page.
    pub(super) fn prepare_collection(&mut self, name: &Collection) {
        self.stop_list_tasks();
        let counting = self.list.counting.take();
        self.stop(counting);
        let was_lite = self.list.lite_first;
        let model = self.options.catalog.get(name);
        self.keep_place();
        self.list.open(name.clone(), model, self.options.window);
        self.restore_place();
        self.choose_view(was_lite);
        self.apply_columns();
        self.collections.select_name(Some(name));
        let reading = self.preview.task.take();
        self.stop(reading);
        self.preview = super::Preview::default();
        self.viewer.clear();
        self.relayout();
        self.start(TaskSpec::Indexes(name.clone()));
    }

    pub(super) fn step_collection(&mut self, by: i64) {
        self.collections.move_by(by);
        self.follow_due = Some(self.now.mono + self.options.preview_delay);
    }

    /// Stops what was asked for the rows on the screen.
    pub(super) fn stop_list_tasks(&mut self) {
        let tasks = [
            self.list.fetch.take().map(|(task, _)| task),
            self.list.waiting.take().map(|(task, ..)| task),
            self.list.marking.take().map(|(task, _)| task),
        ];
        for task in tasks {
            self.stop(task);
        }
        self.stop_texts();
    }

    /// Asks a new question: other rows, or another order.
    pub(super) fn load_first(&mut self) {
        self.stop_list_tasks();
        let counting = self.list.counting.take();
        self.stop(counting);
        self.list.ask_anew();
        if self.list.filters_states() {
            // Rows of the question before would stand there as if they were in that state.
            self.list.take(Fetch::First, Vec::new(), true);
            self.list.loaded = false;
            // Nor is a document of those rows one of these.
            if !self.preview.pinned && !self.zoomed {
                self.selection_moved();
            }
        }
        self.fetch(Fetch::First);
    }

    /// Whether masked values of the open collection are on the screen.
    pub(super) fn reveals(&self) -> bool {
        let shown = self.viewer.inspection();
        let of = shown.map(|shown| &shown.document.key.collection);
        of.is_some() && of == self.list.collection.as_ref() && !self.viewer.is_masked()
    }

    pub(super) fn reveal_hint(&self) -> String {
        let key = self.keys.keys_of(Context::Document, Command::Reveal);
        let key = key.unwrap_or_else(|| Command::Reveal.name().to_owned());
        format!("{key} in the document shows them first")
    }

    pub(super) fn set_sort(&mut self, sort: Sort) {
        let masked = masked(self.list.model, &Filter::default(), &sort);
        if let Some(masked) = masked.filter(|_| !self.reveals()) {
            return self.say(Level::Warn, format!("{masked}; {}", self.reveal_hint()));
        }
        if self.list.is_indexed(&sort.field) == Some(false) {
            let said = format!(
                "no index starts with {}: the server sorts in memory",
                sort.field
            );
            self.say(Level::Warn, said);
        }
        let question = self.list.question();
        self.list.ask(Question { sort, ..question });
        self.load_first();
    }

    /// Starts to read a page, in place of any that is on its way.
    pub(super) fn fetch(&mut self, fetch: Fetch) {
        let running = self.list.fetch.take().map(|(task, _)| task);
        self.stop(running);
        if fetch == Fetch::First {
            self.list.scanned = (None, 0);
        }
        // A page fills the screen at least.
        let height = u32::try_from(self.list.window.height()).unwrap_or(0);
        if let Some(query) = self.list.query(fetch, self.options.page_size.max(height)) {
            let task = self.start(TaskSpec::Page(query));
            self.list.fetch = Some((task, fetch));
        }
    }

    /// Loads what the screen comes near to.
    pub(super) fn want_more(&mut self) {
        let list = &self.list;
        let idle = list.is_open() && list.loaded && !list.is_loading();
        // More of other rows than those that were asked for last is not wanted.
        if !idle || list.failure.is_some() || list.answered.is_some() {
            return;
        }
        if list.filters_states() {
            let page = u64::from(self.options.page_size);
            let looked_for = list.window.first_shown() + list.window.height() * 2;
            let ahead = list.scanned.1 < SCAN_AHEAD * page * (1 + list.window.cursor() as u64);
            let room = list.window.len() < self.options.window;
            if !list.window.is_complete(Side::After)
                && list.window.len() < looked_for
                && ahead
                && room
            {
                self.fetch(Fetch::More(Side::After));
            }
        } else if list.window.wants(Side::After) {
            self.fetch(Fetch::More(Side::After));
        } else if list.window.wants(Side::Before) {
            self.fetch(Fetch::More(Side::Before));
        }
    }

    pub(super) fn is_not_there(&self, name: &Collection) -> String {
        format!("{name} is not (or no longer) in {}", self.options.database)
    }

    /// Whether an empty answer may mean that the collection is gone: a server answers for one that
    /// is not there as for one without documents.
    pub(super) fn is_doubtful(&self, fetch: Fetch) -> bool {
        let name = self.list.collection.as_ref();
        let listed = name.is_some_and(|name| self.collections.get(name).is_some());
        let again = matches!(fetch, Fetch::Again | Fetch::Renew) && !self.list.window.is_empty();
        again && (self.collections.task.is_some() || !listed)
    }

    /// Once the listing has come (or will not): rows of a collection that is gone stay, with the
    /// reason; one that is there has no rows any more.
    pub(super) fn judge_emptied(&mut self) {
        let Some(name) = self.list.collection.clone() else {
            return;
        };
        if self.collections.task.is_some() {
            return;
        }
        let Some(fetch) = self.list.emptied.take() else {
            return;
        };
        if self.collections.failure.is_some() || self.collections.get(&name).is_some() {
            return self.fetch(Fetch::First);
        }
        self.list.failed = Some(fetch);
        self.list.failure = Some(Failure {
            said: self.is_not_there(&name),
            hint: "R reads again".to_owned(),
            kind: "not-found",
            again: true,
        });
    }

    /// Whether the open collection is stored twice, as far as anybody knows.
    fn has_values(&self) -> bool {
        use super::collections::Kind;
        let kind = self
            .list
            .collection
            .as_ref()
            .and_then(|name| self.collections.get(name));
        match kind {
            Some(row) => row.kind != Kind::MongoOnly,
            None => self
                .list
                .model
                .is_none_or(|model| model.stored != crate::domain::model::Layout::MongoOnly),
        }
    }

    /// Looks at the values of the rows on the screen that nobody has looked at.
    pub(super) fn look_at_values(&mut self) {
        if !self.has_values() {
            return;
        }
        let rows = self.list.unmarked();
        let Some(collection) = self.list.collection.clone() else {
            return;
        };
        let keys: Vec<Key> = rows.iter().map(|lite| lite.key(&collection)).collect();
        if keys.is_empty() {
            return;
        }
        if let Some((_, running)) = &self.list.marking {
            // What is running will bring the first of them: let it.
            if keys.first().is_some_and(|first| running.contains(first)) {
                return;
            }
            let old = self.list.marking.take().map(|(task, _)| task);
            self.stop(old);
        }
        let task = self.start(TaskSpec::Marks { collection, rows });
        self.list.marking = Some((task, keys));
    }

    /// A look at values that failed after it had told every row, those without an answer as
    /// unknown: the rows stand, and the task list has the failure. Returns whether it was such.
    pub(super) fn on_silence(&mut self, task: TaskId, failure: &Failure) -> bool {
        let list = &self.list;
        if let Some((waiting, _, rows, _)) = &list.waiting
            && *waiting == task
        {
            if rows.iter().any(|row| row.mark.is_none()) {
                return false;
            }
            self.on_done(task);
            // Which of the unknown rows belong to the question is not known.
            (self.list.failure, self.list.failed) = (Some(failure.clone()), Some(Fetch::First));
            self.say(Level::Error, format!("{}; {}", failure.said, failure.hint));
            return true;
        }
        let told = |keys: &[Key]| {
            let open = list.unmarked();
            !open.iter().any(|row| {
                let is = |key: &Key| *key.id == *row.id.id_text();
                keys.iter().any(is)
            })
        };
        let told = list
            .marking
            .as_ref()
            .is_some_and(|(marking, keys)| *marking == task && told(keys));
        if told {
            self.on_done(task);
        }
        told
    }

    /// The value store answers again: what was left open for its sake is looked at again.
    pub(super) fn look_again(&mut self) {
        if self.list.filters_states() && self.list.failure.is_some() {
            return self.load_first();
        }
        self.list.forget_unknown();
        self.marks_due = Some(self.now.mono);
    }
}
