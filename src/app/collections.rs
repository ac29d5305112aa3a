//! The left pane: the collections of the database, those stored twice first.

use crate::domain::query::Entry;
use crate::domain::{Catalog, Collection};
use crate::task::event::Failure;
use crate::task::spec::TaskId;

/// Whether the documents of a collection are stored twice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// Lite here, full in the value store.
    Dual,
    /// Not known yet.
    Unknown,
    /// Wholly in MongoDB.
    MongoOnly,
}

/// One collection.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// Its name.
    pub name: Collection,
    /// Whether it is stored twice.
    pub kind: Kind,
    /// How many documents the metadata says it has.
    pub estimate: Option<Result<u64, Failure>>,
    /// Whether its documents were looked at to tell the kind.
    pub looked: bool,
}

/// The pane.
#[derive(Clone, Debug, Default)]
pub struct Collections {
    rows: Vec<Row>,
    cursor: usize,
    top: usize,
    height: usize,
    /// The task that reads them.
    pub task: Option<TaskId>,
    /// The task that estimates their sizes.
    pub sizing: Option<TaskId>,
    /// The task that looks whether one of them is stored twice.
    pub looking: Option<TaskId>,
    /// Whether they were ever read.
    pub loaded: bool,
    /// Why the last reading failed; the old rows stay.
    pub failure: Option<Failure>,
}

impl Collections {
    /// All rows, those stored twice first.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The selected place.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// The selected row.
    #[must_use]
    pub fn selected(&self) -> Option<&Row> {
        self.rows.get(self.cursor)
    }

    /// The first line on the screen; a line stands between the groups.
    #[must_use]
    pub fn top(&self) -> usize {
        self.top
    }

    /// The row of a collection.
    #[must_use]
    pub fn get(&self, name: &Collection) -> Option<&Row> {
        self.rows.iter().find(|row| row.name == *name)
    }

    /// Where the second group begins, if both groups have rows.
    #[must_use]
    pub fn divider(&self) -> Option<usize> {
        self.rows
            .iter()
            .position(|row| row.kind != Kind::Dual)
            .filter(|at| *at > 0)
    }

    /// The line of a row on the pane, from the first row's line 0.
    #[must_use]
    pub fn line_of(&self, row: usize) -> usize {
        row + usize::from(self.divider().is_some_and(|divider| row >= divider))
    }

    /// The row at a line of the pane; `None` between the groups and behind the last.
    #[must_use]
    pub fn row_at(&self, line: usize) -> Option<usize> {
        (0..self.rows.len()).find(|row| self.line_of(*row) == line)
    }

    /// Takes a new listing; estimates, what was found by looking, and the selection stay.
    pub fn fill(&mut self, entries: &[Entry], catalog: &Catalog) {
        let selected = self.selected().map(|row| row.name.clone());
        let mut rows: Vec<Row> = entries
            .iter()
            .filter(|entry| !catalog.hides(&entry.name))
            .map(|entry| {
                let old = self.get(&entry.name);
                let kind = match catalog.get(&entry.name) {
                    Some(model) if model.is_dual() => Kind::Dual,
                    Some(model) if model.stored == crate::domain::model::Layout::MongoOnly => {
                        Kind::MongoOnly
                    }
                    _ if entry.derived || !entry.name.makes_keys() => Kind::MongoOnly,
                    _ => old.map_or(Kind::Unknown, |old| old.kind),
                };
                let estimate = old.and_then(|old| old.estimate.clone());
                Row {
                    name: entry.name.clone(),
                    kind,
                    estimate,
                    looked: false,
                }
            })
            .collect();
        rows.sort_by(|a, b| group(a).cmp(&group(b)).then_with(|| a.name.cmp(&b.name)));
        self.rows = rows;
        self.loaded = true;
        self.failure = None;
        self.select_name(selected.as_ref());
    }

    /// The next collection of unknown kind that was not looked at since the last listing; it counts
    /// as looked at from now on.
    pub fn next_unknown(&mut self) -> Option<Collection> {
        let row = self
            .rows
            .iter_mut()
            .find(|row| row.kind == Kind::Unknown && !row.looked)?;
        row.looked = true;
        Some(row.name.clone())
    }

    /// Notes what a look at a collection's documents found.
    pub fn set_kind(&mut self, name: &Collection, dual: Option<bool>) {
        let selected = self.selected().map(|row| row.name.clone());
        if let Some(row) = self.rows.iter_mut().find(|row| row.name == *name) {
            row.kind = match dual {
                Some(true) => Kind::Dual,
                Some(false) => Kind::MongoOnly,
                None => Kind::Unknown,
            };
        }
        self.rows
            .sort_by(|a, b| group(a).cmp(&group(b)).then_with(|| a.name.cmp(&b.name)));
        self.select_name(selected.as_ref());
    }

    /// Notes an estimate.
    pub fn set_estimate(&mut self, name: &Collection, estimate: Result<u64, Failure>) {
        if let Some(row) = self.rows.iter_mut().find(|row| row.name == *name) {
            row.estimate = Some(estimate);
        }
    }

    /// Selects a collection by name, if it is there.
    pub fn select_name(&mut self, name: Option<&Collection>) -> bool {
        let at = name.and_then(|name| self.rows.iter().position(|row| row.name == *name));
        self.select(at.unwrap_or(self.cursor));
        at.is_some()
    }

    /// Selects a row; the pane follows.
    pub fn select(&mut self, at: usize) {
        self.cursor = at.min(self.rows.len().saturating_sub(1));
        let line = self.line_of(self.cursor);
        if line < self.top {
            self.top = line;
        } else if self.height > 0 && line >= self.top + self.height {
            self.top = line + 1 - self.height;
        }
        // The line above the first row of all stays visible.
        if self.cursor == 0 {
            self.top = 0;
        }
    }

    /// Moves the selection.
    pub fn move_by(&mut self, rows: i64) {
        let target = i64::try_from(self.cursor)
            .unwrap_or(0)
            .saturating_add(rows)
            .max(0);
        self.select(usize::try_from(target).unwrap_or(0));
    }

    /// Sets how many lines the pane has.
    pub fn resize(&mut self, height: usize) {
        self.height = height;
        self.select(self.cursor);
    }

    /// Lines on a screenful.
    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }
}

fn group(row: &Row) -> u8 {
    u8::from(row.kind != Kind::Dual)
}
