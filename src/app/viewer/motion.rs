//! Moving, folding, searching and copying: what keys and the mouse do in a document.

use crate::domain::full::Body;
use crate::domain::{Bson, ejson};

use super::content::Content;
use super::find::Pattern;
use super::page::Bytes;
use super::{Copied, Find, FindResult, Pane, View, Viewer};

impl Pane {
    /// Puts the cursor where the content begins to be worth a look.
    pub(super) fn begin(mut self) -> Self {
        self.cursor = self.content.first_row();
        self
    }

    /// Takes a size; the cursor stays on its text and, if it can, at its height.
    pub(super) fn resize(&mut self, width: usize, height: usize) {
        let above = self.cursor.saturating_sub(self.top);
        self.cursor = self.content.resize_at(width, self.cursor);
        self.top = self.cursor.saturating_sub(above);
        self.settle(height);
    }

    /// Takes over cursor, scroll and folds of an older pane of the same view.
    pub(super) fn keep(mut self, mut old: Self, height: usize) -> Self {
        let above = old.cursor - old.top;
        self.cursor = self.content.keep(&mut old.content, old.cursor);
        self.top = self.cursor.saturating_sub(above);
        self.settle(height);
        self
    }

    /// Brings all rows of what the cursor is on to the screen, as far as they fit below it.
    pub(super) fn show_whole(&mut self, height: usize) {
        let last = self.content.last_row_of(self.cursor);
        self.top = self.top.max((last + 1).saturating_sub(height.max(1)));
        self.settle(height);
    }

    /// Keeps the cursor on a row and the row on the screen.
    fn settle(&mut self, height: usize) {
        let len = self.content.len();
        self.cursor = self.cursor.min(len.saturating_sub(1));
        let height = height.max(1);
        self.top = self
            .top
            .min(self.cursor)
            .max((self.cursor + 1).saturating_sub(height))
            .min(len.saturating_sub(height));
    }
}

impl Viewer {
    /// Moves the cursor by rows; down is positive.
    pub fn move_by(&mut self, rows: i64) {
        let step = isize::try_from(rows).unwrap_or(if rows < 0 { isize::MIN } else { isize::MAX });
        self.change(|content, cursor| {
            let to = cursor.saturating_add_signed(step);
            to.min(content.len().saturating_sub(1))
        });
    }

    /// Moves by pages; two rows stay.
    pub fn page(&mut self, pages: i64) {
        let rows = i64::try_from(self.height.saturating_sub(2).max(1)).unwrap_or(i64::MAX);
        self.scroll_and_move(pages.saturating_mul(rows));
    }

    /// Moves by half pages.
    pub fn half_page(&mut self, halves: i64) {
        let rows = i64::try_from((self.height / 2).max(1)).unwrap_or(i64::MAX);
        self.scroll_and_move(halves.saturating_mul(rows));
    }

    /// Moves the rows and the cursor together, so that the cursor keeps its height.
    fn scroll_and_move(&mut self, rows: i64) {
        let (before, step) = (self.position().0, isize::try_from(rows).unwrap_or(0));
        if let Some(pane) = &mut self.panes[self.view as usize] {
            let most = pane.content.len().saturating_sub(self.height.max(1));
            pane.top = pane.top.saturating_add_signed(step).min(most);
            pane.cursor = pane.cursor.saturating_add_signed(step);
            pane.settle(self.height);
        }
        debug_assert!(rows < 0 || self.position().0 >= before);
    }

    /// To the first row.
    pub fn top(&mut self) {
        self.change(|_, _| 0);
    }

    /// To the last row.
    pub fn bottom(&mut self) {
        self.change(|content, _| content.len().saturating_sub(1));
    }

    /// Folds what the cursor is on; if nothing is to fold, goes to what encloses it.
    pub fn fold(&mut self) {
        self.change(Content::fold);
    }

    /// Unfolds what the cursor is on; if it is open, goes to its first child.
    pub fn unfold(&mut self) {
        self.change(Content::unfold);
    }

    /// Folds or unfolds what the cursor is on.
    pub fn toggle(&mut self) {
        self.change(Content::toggle);
    }

    /// Unfolds everything; if everything is open, folds all but the outermost.
    pub fn toggle_all(&mut self) {
        self.change(Content::toggle_all);
    }

    /// Goes to the byte where the value could not be read; says whether there is one.
    pub fn to_fault(&mut self) -> bool {
        let row = self.current().and_then(|pane| pane.content.fault_row());
        self.change(|_, cursor| row.unwrap_or(cursor));
        row.is_some()
    }

    /// Why the value could not be read to its end.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        let stored = self.inspection()?.document.stored.seen()?;
        match &stored.full()?.body {
            Body::Undecodable(why) => Some(why.reason.to_string()),
            Body::Json { .. } => None,
        }
    }

    /// Whether the half that this view shows is there.
    #[must_use]
    pub fn holds_values(&self) -> bool {
        let Some(document) = self.inspection().map(|shown| &shown.document) else {
            return false;
        };
        match self.view {
            View::Full | View::Raw => {
                let stored = document.stored.seen();
                stored.is_some_and(|stored| stored.full().is_some())
            }
            View::Lite | View::Diff => document.lite.seen().is_some_and(Option::is_some),
        }
    }

    /// Goes to the next field that differs, or to the previous one, around the end; from another
    /// view to the first or the last one. Says which (from 1) of how many it is.
    pub fn to_difference(&mut self, forward: bool) -> Option<(usize, usize)> {
        let here = self.view == View::Diff;
        self.set_view(View::Diff);
        let pane = self.panes[self.view as usize].as_mut()?;
        let from = here.then_some(pane.cursor);
        let (row, which) = pane.content.difference(from, forward)?;
        pane.cursor = row;
        pane.settle(self.height);
        pane.show_whole(self.height);
        Some(which)
    }

    /// Scrolls without moving the cursor, unless it would leave the screen.
    pub fn scroll(&mut self, rows: i64) {
        let (height, step) = (self.height.max(1), isize::try_from(rows).unwrap_or(0));
        if let Some(pane) = &mut self.panes[self.view as usize] {
            let most = pane.content.len().saturating_sub(height);
            pane.top = pane.top.saturating_add_signed(step).min(most);
            pane.cursor = pane.cursor.clamp(pane.top, pane.top + height - 1);
            pane.settle(height);
        }
    }

    /// A click at a cell of the place that is drawn in (its first row has the facts): goes to the
    /// row; on the cursor's own row it folds or unfolds.
    pub fn click(&mut self, _column: u16, row: u16) {
        let Some(on_screen) = usize::from(row).checked_sub(1) else {
            return;
        };
        let Some(pane) = self.current() else {
            return;
        };
        let to = pane.top + on_screen;
        if to == pane.cursor {
            self.toggle();
        } else if to < pane.content.len() && on_screen < self.height {
            self.change(|_, _| to);
        }
    }

    /// Changes the content or the cursor; `change` returns the row to be on.
    fn change(&mut self, change: impl FnOnce(&mut Content, usize) -> usize) {
        if let Some(pane) = &mut self.panes[self.view as usize] {
            pane.cursor = change(&mut pane.content, pane.cursor);
            pane.settle(self.height);
        }
    }

    /// Looks for text, without regard to case, in everything that the view can show, folded or
    /// not; goes to the first match at or behind the cursor. Nothing to look for ends the search.
    pub fn find(&mut self, pattern: &str) -> FindResult {
        let Some(pattern) = Pattern::new(pattern) else {
            self.clear_find();
            return FindResult::default();
        };
        self.find = Some(Find {
            pattern,
            found: super::find::Found::default(),
            here: None,
        });
        self.search_again();
        self.find_from(true, true)
    }

    /// Goes to the next or to the previous match, around the end.
    pub fn find_next(&mut self, forward: bool) -> FindResult {
        self.find_from(forward, false)
    }

    /// Ends the search.
    pub fn clear_find(&mut self) {
        self.find = None;
    }

    /// How the search stands; `None` if nothing is looked for.
    #[must_use]
    pub fn find_state(&self) -> Option<FindResult> {
        self.find.as_ref().map(|find| FindResult {
            at: find.here.map(|at| at + 1),
            total: find.found.hits.len(),
            more: find.found.capped,
        })
    }

    pub(super) fn search_again(&mut self) {
        let pane = self.panes[self.view as usize].as_ref();
        if let (Some(find), Some(pane)) = (&mut self.find, pane) {
            find.found = pane.content.search(&find.pattern);
            find.here = None;
        }
    }

    fn find_from(&mut self, forward: bool, stay: bool) -> FindResult {
        let pane = self.panes[self.view as usize].as_mut();
        if let (Some(find), Some(pane)) = (&mut self.find, pane)
            && !find.found.hits.is_empty()
        {
            let (hits, cursor) = (&find.found.hits, pane.cursor);
            let row = |at: usize| pane.content.row_of_hit(hits[at]);
            let on_it = find
                .here
                .filter(|at| *at < hits.len() && row(*at) == cursor);
            let next = match (on_it, forward) {
                (Some(at), true) if stay => at,
                (Some(at), true) => at + 1,
                (Some(at), false) => (at + hits.len() - 1) % hits.len(),
                (None, true) => {
                    let from = if stay { cursor } else { cursor + 1 };
                    hits.partition_point(|hit| pane.content.row_of_hit(*hit) < from)
                }
                (None, false) => {
                    let before = hits.partition_point(|hit| pane.content.row_of_hit(*hit) < cursor);
                    (before + hits.len() - 1) % hits.len()
                }
            };
            let next = next % hits.len();
            find.here = Some(next);
            pane.cursor = pane.content.reveal(hits[next]);
            pane.settle(self.height);
        }
        self.find_state().unwrap_or_default()
    }

    /// What the cursor is on, for the clipboard: in Full and in Lite a text bare (without quotation
    /// marks and escapes), anything else as written in Full and as extended JSON in Lite; in Diff the
    /// side the cursor is on, or both sides and the verdict; in Raw the stored bytes as text, or in
    /// Base64 if they are not text. Nothing where values are masked.
    #[must_use]
    pub fn copy_value(&self) -> Option<Copied> {
        let pane = self.current()?;
        pane.content.copy_value(pane.cursor)
    }

    /// The whole document, for the clipboard: in Lite its extended JSON, else the decoded text byte
    /// for byte, or the stored bytes where nothing was decoded. Nothing where values are masked.
    #[must_use]
    pub fn copy_document(&self) -> Option<Copied> {
        let inspection = self.shown.as_ref().filter(|_| !self.is_masked())?;
        let key = &inspection.document.key;
        if self.view == super::View::Lite {
            let fields = inspection.lite()?.fields.clone();
            return Some(Copied {
                what: format!("lite document of {key}"),
                text: ejson::relaxed(&Bson::Document(fields)),
            });
        }
        let full = inspection.document.stored.seen()?.full()?;
        Some(match full.text() {
            Some(text) => Copied {
                what: format!("value of {key}"),
                text: text.to_string(),
            },
            None => Bytes::of(&full.raw).copied(&key.to_string()),
        })
    }

    /// Where the cursor is: a JSON Pointer in Full, a dotted path in Lite, the field in Diff, the
    /// key where there are only bytes.
    #[must_use]
    pub fn copy_path(&self) -> Option<Copied> {
        let pane = self.current()?;
        pane.content.copy_path(pane.cursor)
    }
}
