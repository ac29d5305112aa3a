//! The middle pane: the documents of one collection as an endless list.
//!
//! Holds what was asked and what came back. Loading is decided by `app::browse`; nothing here
//! starts anything.

pub mod columns;
pub mod window;

use std::collections::HashMap;
use std::sync::Arc;

use window::{Side, Window};

use crate::domain::query::{Count, Cursor, IndexEntry};
use crate::domain::{Collection, Key, Lite, Model, Page, Place, Query, Sort, State, filter};
use crate::task::event::{Failure, Mark};
use crate::task::spec::TaskId;

/// One loaded document.
#[derive(Clone, Debug)]
pub struct Row {
    /// As MongoDB has it.
    pub lite: Arc<Lite>,
    /// Its key in the value store.
    pub key: Key,
    /// How its two halves stand, once that was looked at.
    pub mark: Option<Arc<Mark>>,
}

impl Row {
    /// The state, as far as it is known.
    #[must_use]
    pub fn state(&self) -> State {
        self.mark
            .as_ref()
            .map_or(State::Unchecked, |mark| mark.diagnosis.state)
    }
}

/// Which rows a running page will bring.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fetch {
    /// The first ones, replacing all.
    First,
    /// The last ones, replacing all.
    Last,
    /// More at an end.
    More(Side),
    /// The same place again, replacing all.
    Again,
    /// The place of a document that was opened by its key, replacing all.
    Goto,
}

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
    /// The rows.
    pub window: Window<Row>,
    /// The page that is being read.
    pub fetch: Option<(TaskId, Fetch)>,
    /// Rows of a page that wait for their states, because of `is:STATE`.
    pub waiting: Option<(TaskId, Fetch, Vec<Row>, bool)>,
    /// The last row that `is:STATE` has looked at, and how many it has.
    pub scanned: (Option<Arc<Cursor>>, u64),
    /// Whether any page of this question has come.
    pub loaded: bool,
    /// Why the last page failed; old rows stay.
    pub failure: Option<Failure>,
    /// An exact count, when one was asked for.
    pub count: Option<Count>,
    /// The task that counts.
    pub counting: Option<TaskId>,
    /// The task that looks at values, and the keys it was given.
    pub marking: Option<(TaskId, Vec<Key>)>,
    /// The collection's indexes, once known.
    pub indexes: Option<Vec<IndexEntry>>,
    /// The fields shown, by dotted path.
    pub columns: Vec<String>,
    /// The fields with their widths in cells.
    pub widths: Vec<columns::Column>,
    /// Text searched for in loaded rows.
    pub search: Option<String>,
    /// The place that [`Fetch::Goto`] goes to.
    pub goto: Option<Arc<Cursor>>,
}

impl List {
    /// A list without a collection; `limit` rows are held at most (about).
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            collection: None,
            model: None,
            filter_text: String::new(),
            line: filter::Line::default(),
            sort: Sort::by_id(true),
            window: Window::new(limit),
            fetch: None,
            waiting: None,
            scanned: (None, 0),
            loaded: false,
            failure: None,
            count: None,
            counting: None,
            marking: None,
            indexes: None,
            columns: Vec::new(),
            widths: Vec::new(),
            search: None,
            goto: None,
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

    /// Opens another collection with its own order and no filter.
    pub fn open(&mut self, collection: Collection, model: Option<&'static Model>, limit: usize) {
        let height = self.window.height();
        let sort = model.map_or_else(
            || Sort::by_id(true),
            |model| Sort {
                field: model.sort_field.clone(),
                descending: model.sort_descending,
            },
        );
        *self = Self {
            collection: Some(collection),
            model,
            sort,
            ..Self::new(limit)
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
    }

    /// The question for a page, if there is a collection to ask.
    #[must_use]
    pub fn query(&self, fetch: Fetch, limit: u32) -> Option<Query> {
        let edge = |side| {
            let row: &Row = self.window.edge(side)?;
            Some(Arc::new(Cursor::of(&row.lite, &self.sort)))
        };
        let from = match fetch {
            Fetch::First => Place::First,
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

    /// Makes rows of a page. States that were known stay until they are looked at again.
    #[must_use]
    pub fn rows_of(&self, page: Vec<Lite>) -> Vec<Row> {
        let Some(collection) = &self.collection else {
            return Vec::new();
        };
        page.into_iter()
            .map(|lite| Row {
                key: lite.key(collection),
                lite: Arc::new(lite),
                mark: None,
            })
            .collect()
    }

    /// Puts the rows of an answer where they belong.
    pub fn take(&mut self, fetch: Fetch, rows: Vec<Row>, more: bool) {
        let selected = self.selected().map(|row| row.key.clone());
        match fetch {
            Fetch::First => {
                self.window.replace(rows, Some(0), true, !more);
                self.window.select(0);
            }
            Fetch::Last => {
                self.window.replace(rows, None, !more, true);
                self.window.select(usize::MAX);
            }
            Fetch::Goto => {
                self.window.replace(rows, None, false, !more);
                self.window.select(0);
            }
            Fetch::More(Side::After) => self.window.append(rows, more),
            Fetch::More(Side::Before) => self.window.prepend(rows, more),
            Fetch::Again => {
                let whole = self.window.is_complete(Side::Before) && self.window.first_shown() == 0;
                let before = self
                    .window
                    .number(self.window.first_shown())
                    .filter(|_| whole);
                let offset = self.window.cursor() - self.window.first_shown();
                self.window.replace(rows, before, whole, !more);
                self.window.select(offset);
            }
        }
        // A refresh keeps the document, not the row number.
        if fetch == Fetch::Again {
            let at = self
                .window
                .rows()
                .position(|row| Some(&row.key) == selected.as_ref());
            self.window.select(at.unwrap_or(self.window.cursor()));
        }
        self.loaded = true;
        self.failure = None;
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

    /// Forgets the states that could not be told, so that they are looked at again.
    pub fn forget_unknown(&mut self) {
        for row in self
            .window
            .rows_mut()
            .filter(|row| row.state() == State::Unknown)
        {
            row.mark = None;
        }
    }

    /// Forgets all states, so that they are looked at again.
    pub fn forget_marks(&mut self) {
        for row in self.window.rows_mut() {
            row.mark = None;
        }
    }

    /// Computes the columns again.
    pub fn measure(&mut self) {
        let rows = self.window.rows().map(|row| &*row.lite);
        if self.columns.is_empty() {
            self.columns = columns::chosen_for(self.model, rows.clone());
        }
        self.widths = columns::measure(&self.columns, &rows);
    }

    /// Whether a row has the text anywhere in its id or its shown fields.
    #[must_use]
    pub fn row_has(&self, row: &Row, lowered: &str) -> bool {
        row.key.id.to_lowercase().contains(lowered)
            || self.columns.iter().any(|path| {
                columns::cell(&row.lite, path)
                    .to_lowercase()
                    .contains(lowered)
            })
    }

    /// Moves to the next loaded row (or the previous one) that has the searched text.
    pub fn find(&mut self, forward: bool) -> bool {
        let Some(search) = self.search.as_ref().map(|text| text.to_lowercase()) else {
            return false;
        };
        let (count, cursor) = (self.window.len(), self.window.cursor());
        let found = (1..=count)
            .map(|by| {
                if forward {
                    (cursor + by) % count
                } else {
                    (cursor + count - by) % count
                }
            })
            .find(|at| {
                self.window
                    .get(*at)
                    .is_some_and(|row| self.row_has(row, &search))
            });
        if let Some(at) = found {
            self.window.select(at);
        }
        found.is_some()
    }

    /// Names and BSON types of the fields of loaded rows, for completion and menus.
    #[must_use]
    pub fn seen_fields(&self) -> Vec<(String, &'static str)> {
        columns::seen(self.window.rows().map(|row| &*row.lite))
    }

    /// Whether an index starts with the sort field.
    #[must_use]
    pub fn is_indexed(&self, field: &str) -> Option<bool> {
        if field == "_id" {
            return Some(true);
        }
        let indexes = self.indexes.as_ref()?;
        Some(
            indexes
                .iter()
                .any(|index| index.fields.first().is_some_and(|f| f == field)),
        )
    }
}

/// A page of lite documents, as an answer brings it.
pub type LitePage = Page<Lite>;
