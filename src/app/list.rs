//! The middle pane: the documents of one collection as an endless list.
//!
//! Holds what was asked and what came back. Loading is decided by `app::browse`; nothing here
//! starts anything.

mod asked;
pub mod columns;
mod contents;
mod row;
mod states;
pub mod window;

use std::collections::HashMap;
use std::sync::Arc;

pub use asked::Question;
pub use row::{Fetch, Row, Spot, Texts};
use window::{Side, Window};

use crate::domain::query::{Count, Cursor, IndexEntry};
use crate::domain::text::Spelling;
use crate::domain::{Collection, Key, Lite, Model, Place, Query, Sort, State, filter};
use crate::task::event::{Failure, Mark};
use crate::task::spec::TaskId;

/// The list.
#[derive(Debug)]
pub struct List {
    /// The open collection.
    pub collection: Option<Collection>,
    /// What is known of it.
    pub model: Option<&'static Model>,
    /// The filter line as typed.
    pub filter_text: String,
    /// The filter line as understood.
    pub line: filter::Line,
    /// The order.
    pub sort: Sort,
    /// What the rows answer, while something else is asked; `None` when they answer that.
    pub answered: Option<Question>,
    /// The rows.
    pub window: Window<Row>,
    /// The page that is being read.
    pub fetch: Option<(TaskId, Fetch)>,
    /// Rows of a page that wait for their states, because of `is:STATE`.
    pub waiting: Option<(TaskId, Fetch, Vec<Row>, bool)>,
    /// The last row that `is:STATE` has looked at (or does now), and how many it has done with.
    pub scanned: (Option<Arc<Cursor>>, u64),
    /// Whether any page of this question has come.
    pub loaded: bool,
    /// Why the last page failed; old rows stay.
    pub failure: Option<Failure>,
    /// Which page that was.
    pub failed: Option<Fetch>,
    /// A page that has no rows any more, until it is known whether the collection is still there.
    pub emptied: Option<Fetch>,
    /// An exact count, when one was asked for.
    pub count: Option<Count>,
    /// What the filter of the rows passes over since it is text; `None` while nobody has asked.
    pub texts: Option<Texts>,
    /// The task that counts.
    pub counting: Option<TaskId>,
    /// The task that looks at values, and the keys it was given.
    pub marking: Option<(TaskId, Vec<Key>)>,
    /// The collection's indexes, once known.
    pub indexes: Option<Vec<IndexEntry>>,
    /// The fields shown, by dotted path.
    pub columns: Vec<String>,
    /// They were chosen, by a person or the configuration: also none of them is a choice.
    pub chosen: bool,
    /// Widths that a person has chosen.
    pub set_widths: columns::Widths,
    /// The fields with their widths in cells.
    pub widths: Vec<columns::Column>,
    /// Text searched for in loaded rows.
    pub search: Option<String>,
    /// The Lite view was chosen for it, since nothing else is there.
    pub lite_first: bool,
    /// The place that [`Fetch::Goto`] goes to.
    pub goto: Option<Arc<Cursor>>,
    /// How cells are written.
    spelling: Spelling,
    /// The place to come back to with the first rows.
    pub spot: Option<Spot>,
    /// Names and BSON types of all fields met in this collection.
    fields: Vec<(String, &'static str)>,
}

impl List {
    /// A list without a collection; `limit` rows are held at most (about).
    #[must_use]
    pub fn new(limit: usize, spelling: Spelling) -> Self {
        Self {
            spelling,
            collection: None,
            model: None,
            filter_text: String::new(),
            line: filter::Line::default(),
            sort: Sort::by_id(true),
            answered: None,
            window: Window::new(limit),
            fetch: None,
            waiting: None,
            scanned: (None, 0),
            loaded: false,
            failure: None,
            failed: None,
            emptied: None,
            count: None,
            texts: None,
            counting: None,
            marking: None,
            indexes: None,
            columns: Vec::new(),
            chosen: false,
            set_widths: columns::Widths::new(),
            widths: Vec::new(),
            search: None,
            goto: None,
            lite_first: false,
            spot: None,
            fields: Vec::new(),
        }
    }

    /// Whether a collection is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.collection.is_some()
    }

    /// Whether only certain rows are shown.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        !self.filter_text.is_empty()
    }

    /// Whether rows are chosen by their state, which only we can tell.
    #[must_use]
    pub fn filters_states(&self) -> bool {
        !self.line.states.is_empty()
    }

    /// Whether a page is on its way.
    #[must_use]
    pub fn is_loading(&self) -> bool {
        self.fetch.is_some() || self.waiting.is_some()
    }

    /// The selected row.
    #[must_use]
    pub fn selected(&self) -> Option<&Row> {
        self.window.selected()
    }

    /// The order that suits a collection.
    pub(super) fn own_order(model: Option<&Model>) -> Sort {
        model.map_or_else(
            || Sort::by_id(true),
            |model| Sort {
                field: model.sort_field.clone(),
                descending: model.sort_descending,
            },
        )
    }

    /// Opens another collection with its own order and no filter.
    pub fn open(&mut self, collection: Collection, model: Option<&'static Model>, limit: usize) {
        let height = self.window.height();
        *self = Self {
            collection: Some(collection),
            model,
            sort: Self::own_order(model),
            ..Self::new(limit, self.spelling)
        };
        self.window.resize(height);
    }

    /// Forgets what was found before a new question; the rows stay until the answer comes.
    pub fn ask_anew(&mut self) {
        self.fetch = None;
        self.waiting = None;
        self.scanned = (None, 0);
        self.marking = None;
        self.count = None;
        self.failure = None;
        self.emptied = None;
        self.spot = None;
    }

    /// The question for a page, if there is a collection to ask.
    #[must_use]
    pub fn query(&self, fetch: Fetch, limit: u32) -> Option<Query> {
        let edge = |side| {
            let row: &Row = self.window.edge(side)?;
            Some(Arc::new(Cursor::of(&row.lite, &self.sort)))
        };
        let from = match fetch {
            Fetch::First | Fetch::Renew => Place::First,
            Fetch::Last => Place::Last,
            Fetch::More(Side::After) if self.filters_states() => {
                self.scanned.0.clone().map_or(Place::First, Place::After)
            }
            Fetch::More(Side::After) => Place::After(edge(Side::After)?),
            Fetch::More(Side::Before) => Place::Before(edge(Side::Before)?),
            Fetch::Goto => Place::At(self.goto.clone()?),
            Fetch::Again => {
                let top = self.window.get(self.window.first_shown())?;
                Place::At(Arc::new(Cursor::of(&top.lite, &self.sort)))
            }
        };
        Some(Query {
            collection: self.collection.clone()?,
            filter: self.line.filter.clone(),
            sort: self.sort.clone(),
            from,
            limit,
        })
    }

    /// How to read again what is on the screen.
    #[must_use]
    pub fn fetch_again(&self) -> Fetch {
        let awaited = self.spot.is_some() && self.goto.is_some();
        if self.filters_states() || self.answered.is_some() {
            Fetch::First
        } else if self.window.is_empty() {
            if awaited { Fetch::Goto } else { Fetch::First }
        } else if self.window.is_complete(Side::Before) && self.window.first_shown() == 0 {
            Fetch::Renew
        } else {
            Fetch::Again
        }
    }

    /// Selects a document, if it is held.
    pub fn select_key(&mut self, key: &Key) -> bool {
        let at = self.window.rows().position(|row| row.key == *key);
        if let Some(at) = at {
            self.window.select(at);
        }
        at.is_some()
    }

    /// Makes rows of a page.
    #[must_use]
    pub fn rows_of(&self, page: Vec<Lite>) -> Vec<Row> {
        let Some(collection) = &self.collection else {
            return Vec::new();
        };
        let known: HashMap<&Key, &Row> = self.window.rows().map(|row| (&row.key, row)).collect();
        let row = |lite: Lite| {
            let key = lite.key(collection);
            let known = known.get(&key);
            Row {
                old: known.and_then(|row| row.mark.clone().or_else(|| row.old.clone())),
                lite: Arc::new(lite),
                mark: None,
                key,
            }
        };
        page.into_iter().map(row).collect()
    }

    /// Puts the rows of an answer where they belong.
    pub fn take(&mut self, fetch: Fetch, rows: Vec<Row>, more: bool) {
        let selected = self.selected().map(|row| row.key.clone());
        let spot = self.spot.take();
        let others = !matches!(fetch, Fetch::More(_)) && self.answered.take().is_some();
        if others || matches!(fetch, Fetch::Again | Fetch::Renew) {
            self.texts.take_if(|texts| !texts.is_asked());
        }
        match fetch {
            Fetch::First => {
                self.window.replace(rows, Some(0), true, !more);
                self.window.select(0);
            }
            Fetch::Last => {
                let before = (!more).then_some(0);
                self.window.replace(rows, before, !more, true);
                self.window.select(usize::MAX);
            }
            Fetch::Goto => {
                self.window.replace(rows, None, false, !more);
                self.window.select(0);
            }
            Fetch::More(Side::After) => self.window.append(rows, more),
            Fetch::More(Side::Before) => self.window.prepend(rows, more),
            Fetch::Again | Fetch::Renew => {
                let top = fetch == Fetch::Renew;
                let offset = self.window.cursor() - self.window.first_shown();
                let shown = self.window.first_shown();
                // How many rows stand before this place now was not asked.
                let before = top.then_some(0);
                self.window.replace(rows, before, top, !more);
                let shown = if top { shown } else { 0 };
                self.window.place(shown, shown + offset);
            }
        }
        // A refresh keeps the document, not the row number.
        if let (Fetch::Again | Fetch::Renew, Some(key)) = (fetch, selected) {
            self.select_key(&key);
        }
        if let (Fetch::First | Fetch::Goto, Some(spot)) = (fetch, spot) {
            self.select_key(&spot.selected);
        }
        self.loaded = true;
        self.number_rows();
        (self.failure, self.failed) = (None, None);
        self.measure();
    }

    /// Puts states where they belong.
    pub fn note_marks(&mut self, marks: &[Mark]) {
        let by_key: HashMap<&Key, &Mark> = marks.iter().map(|mark| (&mark.key, mark)).collect();
        for row in self.window.rows_mut() {
            if let Some(mark) = by_key.get(&row.key) {
                row.mark = Some(Arc::new(Mark::clone(mark)));
            }
        }
    }

    /// Rows on the screen and on the next screenful that nobody has looked at, the visible first.
    #[must_use]
    pub fn unmarked(&self) -> Vec<Arc<Lite>> {
        let shown = self.window.shown();
        let next = shown.end..shown.end + self.window.height();
        shown
            .chain(next)
            .filter_map(|at| self.window.get(at))
            .filter(|row| row.mark.is_none())
            .map(|row| row.lite.clone())
            .collect()
    }

    /// Whether a row on the screen has no state because a store was silent.
    #[must_use]
    pub fn shows_silent(&self) -> bool {
        let mut rows = self.window.shown().filter_map(|at| self.window.get(at));
        rows.any(|row| row.mark.as_ref().is_some_and(|mark| mark.silent))
    }

    /// Forgets the states that could not be told, so that they are looked at again.
    pub fn forget_unknown(&mut self) {
        let rows = self.window.rows_mut();
        rows.filter(|row| row.state() == State::Unknown)
            .for_each(Row::outdate);
    }

    /// Looks at all states again; until then the old ones are known to be old.
    pub fn forget_marks(&mut self) {
        self.window.rows_mut().for_each(Row::outdate);
    }

    /// Computes the columns again.
    pub fn measure(&mut self) {
        self.note_fields();
        if self.columns.is_empty() && !self.chosen {
            let rows = self.window.rows().map(|row| &*row.lite);
            self.columns = crate::domain::columns::chosen(self.model, &rows);
        }
        let rows = self.window.rows().map(|row| &*row.lite);
        self.widths = columns::measure(
            self.model,
            &self.columns,
            &self.set_widths,
            &rows,
            self.spelling,
        );
    }

    /// What stands in a cell.
    #[must_use]
    pub fn cell(&self, row: &Row, path: &str) -> String {
        crate::domain::columns::cell(self.model, &row.lite, path, self.spelling)
    }
}
