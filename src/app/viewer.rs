//! One document on the screen: its views, what is folded, where the cursor is, what is looked for.
//!
//! State and pure changes: no IO, no clock. Everything that costs time in a large document (laying
//! out, folding, searching) happens in the methods that change; [`Viewer::line`] only reads, and
//! only what is on one row. Nothing here knows a colour.
//!
//! - **Full**: the tree of the stored JSON. Numbers and the order are as written. Names and strings are
//!   JSON strings with readable characters as themselves and everything invisible as an escape, so
//!   that what one sees is always JSON of the same value.
//! - **Lite**: the fields of the MongoDB document in stored order, each with its type.
//! - **Diff**: lite against full, field by field, then the findings.
//! - **Raw**: the stored bytes and what is known about them.

mod content;
mod diff;
mod find;
mod line;
mod lite;
mod page;
mod text;
mod tree;
mod view;
mod words;

use std::fmt;
use std::sync::Arc;

use crate::domain::text::Spelling;
use crate::domain::{Catalog, Model, human};
use crate::task::event::Inspection;

use content::Content;
use find::{Found, Pattern};
use line::Hits;
pub use line::{Ink, Line, Lit, Span};
pub use view::View;

/// What does not change while the program runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ViewerOptions {
    /// Which characters may be added to the data, which is shown as it is.
    pub spelling: Spelling,
}

/// Text for the clipboard.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Copied {
    /// What it is, for the message: "value of /episode", "key".
    pub what: String,
    /// The text.
    pub text: String,
}

/// How a search went.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct FindResult {
    /// The match that the cursor is on, from 1.
    pub at: Option<usize>,
    /// How many matches were counted.
    pub total: usize,
    /// There are more than were counted.
    pub more: bool,
}

impl fmt::Display for FindResult {
    /// `3 of 12`, `3 of at least 10 000`, `no match`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.total == 0 {
            return f.write_str("no match");
        }
        let total = human::grouped(self.total as u64);
        let least = if self.more { "at least " } else { "" };
        match self.at {
            Some(at) => write!(f, "{} of {least}{total}", human::grouped(at as u64)),
            None => write!(f, "{least}{total} matches"),
        }
    }
}

/// One view of the document that is shown.
#[derive(Clone)]
struct Pane {
    content: Content,
    cursor: usize,
    top: usize,
}

#[derive(Clone)]
struct Find {
    pattern: Pattern,
    found: Found,
    here: Option<usize>,
}

/// One document on the screen.
#[derive(Clone, Default)]
pub struct Viewer {
    /// A newer read is under way; what is shown stays until it is there.
    pub loading: bool,
    options: ViewerOptions,
    width: usize,
    height: usize,
    view: View,
    shown: Option<Arc<Inspection>>,
    stream: Option<Arc<str>>,
    secrets: Option<&'static Model>,
    revealed: bool,
    panes: [Option<Pane>; 4],
    find: Option<Find>,
}

/// Sizes only: a debug print must not carry values.
impl fmt::Debug for Viewer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Viewer({}, {:?})", self.view.name(), self.position())
    }
}

mod motion;

impl Viewer {
    /// A viewer that shows nothing yet.
    #[must_use]
    pub fn new(options: ViewerOptions) -> Self {
        Self {
            options,
            ..Self::default()
        }
    }

    /// The stream that values are read from, as text for the Raw view.
    pub fn set_stream(&mut self, stream: Option<Arc<str>>) {
        self.stream = stream;
        self.panes[View::Raw as usize] = None;
        self.open_pane();
    }

    /// Shows a document. One with another key starts at its top, folded as suits it, its secrets
    /// hidden; the same key again keeps cursor, scroll and folds.
    pub fn show(&mut self, inspection: Arc<Inspection>) {
        let model = Catalog::builtin().get(&inspection.document.key.collection);
        let same = self
            .shown
            .as_ref()
            .is_some_and(|old| old.document.key == inspection.document.key);
        self.loading = false;
        self.shown = Some(inspection);
        self.secrets = model.filter(|model| model.sensitive);
        if same {
            return self.renew();
        }
        self.revealed = false;
        self.find = None;
        self.panes = Default::default();
        self.open_pane();
    }

    /// Shows nothing.
    pub fn clear(&mut self) {
        self.shown = None;
        self.panes = Default::default();
        self.find = None;
        self.revealed = false;
        self.loading = false;
    }

    /// What is shown.
    #[must_use]
    pub fn inspection(&self) -> Option<&Arc<Inspection>> {
        self.shown.as_ref()
    }

    /// Takes the size of the place to draw in, its first row (the facts) included.
    pub fn resize(&mut self, width: u16, height: u16) {
        let size = (usize::from(width), usize::from(height).saturating_sub(1));
        if size == (self.width, self.height) {
            return;
        }
        (self.width, self.height) = size;
        self.open_pane();
        if let Some(pane) = &mut self.panes[self.view as usize] {
            pane.show_whole(self.height);
        }
    }

    /// The view that is shown.
    #[must_use]
    pub fn view(&self) -> View {
        self.view
    }

    /// Shows another view; each keeps its own cursor.
    pub fn set_view(&mut self, view: View) {
        if view != self.view {
            self.view = view;
            self.open_pane();
            self.search_again();
        }
    }

    /// The view behind this one.
    pub fn next_view(&mut self) {
        self.set_view(View::ALL[(self.view as usize + 1) % View::ALL.len()]);
    }

    /// The view before this one.
    pub fn previous_view(&mut self) {
        let count = View::ALL.len();
        self.set_view(View::ALL[(self.view as usize + count - 1) % count]);
    }

    /// Whether values are hidden now because the collection holds secrets.
    #[must_use]
    pub fn is_masked(&self) -> bool {
        self.secrets.is_some() && !self.revealed
    }

    /// Shows, or hides again, the values of a collection that holds secrets; another document
    /// starts hidden. Whether this view has values that can be hidden.
    pub fn reveal(&mut self) -> bool {
        let can = self.secrets.is_some() && self.holds_values();
        if can {
            self.revealed = !self.revealed;
            self.renew();
        }
        can
    }

    /// Makes every view again that was there, with its cursor and what was folded.
    fn renew(&mut self) {
        let old = std::mem::take(&mut self.panes);
        for (view, old) in View::ALL.into_iter().zip(old) {
            if let Some(old) = old {
                let new = self.pane(view).map(|new| new.keep(old, self.height));
                self.panes[view as usize] = new;
            }
        }
        self.open_pane();
        self.search_again();
    }

    /// The line of facts above the document: "v812 · 23.4 kB · Base64", or what there is instead.
    #[must_use]
    pub fn header(&self) -> String {
        match &self.shown {
            Some(inspection) => words::facts(inspection, self.options.spelling),
            None if self.loading => "reading".to_owned(),
            None => String::new(),
        }
    }

    /// The row above the document: the titles of a table's columns, else the facts.
    #[must_use]
    pub fn head(&self) -> Line {
        if let Some(Content::Diff(diff)) = self.current().map(|pane| &pane.content)
            && let Some(titles) = diff.titles()
        {
            return titles;
        }
        line::sentence(Ink::Dim, &self.header(), self.width, self.options.spelling)
    }

    /// The rows of the document that are on the screen, from the top.
    #[must_use]
    pub fn lines(&self) -> Vec<Line> {
        let Some(pane) = self.current() else {
            let said = if self.loading {
                "Reading the document."
            } else {
                "No document is selected."
            };
            return vec![line::sentence(
                Ink::Dim,
                said,
                self.width,
                self.options.spelling,
            )];
        };
        let end = (pane.top + self.height).min(pane.content.len());
        (pane.top..end).map(|row| self.line(row)).collect()
    }

    /// One row of the document, from 0.
    #[must_use]
    pub fn line(&self, row: usize) -> Line {
        let hits = self.find.as_ref().map_or(Hits::default(), |find| Hits {
            all: &find.found.hits,
            here: find.here,
        });
        self.current()
            .map_or_else(Line::default, |pane| pane.content.line(row, hits))
    }

    /// The cursor's row on the screen, from 0 below the facts.
    #[must_use]
    pub fn cursor(&self) -> Option<usize> {
        self.current().map(|pane| pane.cursor - pane.top)
    }

    /// The cursor's row (from 1) and the number of rows; zeros when nothing is shown.
    #[must_use]
    pub fn position(&self) -> (usize, usize) {
        let place = |pane: &Pane| (pane.cursor + 1, pane.content.len());
        self.current().map_or((0, 0), place)
    }

    /// Where the cursor is: a JSON Pointer, a field's path; empty where there is none.
    #[must_use]
    pub fn path(&self) -> String {
        let path = |pane: &Pane| pane.content.path(pane.cursor);
        self.current().and_then(path).unwrap_or_default()
    }

    /// Whether the view has anything to fold or unfold.
    #[must_use]
    pub fn folds(&self) -> bool {
        self.current().is_some_and(|pane| pane.content.folds())
    }

    fn current(&self) -> Option<&Pane> {
        self.panes[self.view as usize].as_ref()
    }

    /// Makes sure that the view that is shown exists in the size that it is shown in.
    fn open_pane(&mut self) {
        let at = self.view as usize;
        let fresh = self.panes[at].is_none();
        if fresh {
            self.panes[at] = self.pane(self.view).map(Pane::begin);
        }
        if let Some(pane) = &mut self.panes[at] {
            pane.resize(self.width.max(1), self.height);
            if fresh {
                pane.show_whole(self.height);
            }
        }
    }

    fn pane(&self, view: View) -> Option<Pane> {
        let source = content::Source {
            inspection: self.shown.as_deref()?,
            stream: self.stream.as_deref(),
            secrets: self.secrets.filter(|_| !self.revealed),
            width: self.width.max(1),
            spelling: self.options.spelling,
        };
        Some(Pane {
            content: Content::of(view, &source),
            cursor: 0,
            top: 0,
        })
    }
}

#[cfg(test)]
mod tests;
