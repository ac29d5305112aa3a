//! Coming back: each collection keeps its filter, its order and its place for the session. And going
//! somewhere by name: a document by its key.

use super::App;
use super::layout::Pane;
use super::list::Fetch;
use super::list::window::Side;
use super::list::{List, Spot};
use crate::domain::discretion::masked;
use crate::domain::query::Cursor;
use crate::domain::{Bson, Collection, Filter, Key, Sort, filter};

/// What a collection was left with.
#[derive(Clone, Debug)]
pub(super) struct Left {
    filter_text: String,
    line: filter::Line,
    sort: Sort,
    fields: Vec<(String, &'static str)>,
    spot: Option<Spot>,
}

impl List {
    /// The place on the screen, or the one that is still to be come back to.
    fn spot_now(&self) -> Option<Spot> {
        let begins = matches!(self.fetch, Some((_, Fetch::First | Fetch::Goto)));
        let Some(row) = self
            .selected()
            .filter(|_| !begins && self.waiting.is_none())
        else {
            return self.spot.clone();
        };
        let first = self.window.first_shown();
        let top = self
            .window
            .get(first)
            .filter(|_| first > 0 || !self.window.is_complete(Side::Before));
        Some(Spot {
            top: top.map(|row| Cursor::of(&row.lite, &self.sort).into()),
            selected: row.key.clone(),
        })
    }

    /// How to read the place to come back to.
    pub(super) fn fetch_spot(&mut self) -> Fetch {
        let top = self.spot.as_ref().and_then(|spot| spot.top.clone());
        // Rows that are chosen by their state are looked for from the start.
        if top.is_none() || self.filters_states() {
            return Fetch::First;
        }
        self.goto = top;
        Fetch::Goto
    }

    /// What is masked again is not asked for again: such a filter and such an order are left out.
    fn left(&self) -> Left {
        let plain = Sort::by_id(true);
        let (text, line) = match masked(self.model, &self.line.filter, &plain) {
            Some(_) => (String::new(), filter::Line::default()),
            None => (self.filter_text.clone(), self.line.clone()),
        };
        let sort = match masked(self.model, &Filter::default(), &self.sort) {
            Some(_) => Self::own_order(self.model),
            None => self.sort.clone(),
        };
        Left {
            filter_text: text,
            line,
            sort,
            fields: self.seen_fields(),
            spot: self.spot_now(),
        }
    }
}

impl App {
    /// Remembers how the open collection stands.
    pub(super) fn keep_place(&mut self) {
        if let Some(name) = self.list.collection.clone() {
            self.left.insert(name, self.list.left());
        }
    }

    /// Gives the collection that has just been opened what it was left with.
    pub(super) fn restore_place(&mut self) {
        let name = self.list.collection.as_ref();
        let Some(left) = name.and_then(|name| self.left.get(name)).cloned() else {
            return;
        };
        // `today` may be another day now.
        let known = self.known_fields();
        let line = filter::parse(&left.filter_text, known, &left.fields, self.now.wall);
        self.list.line = line.unwrap_or(left.line);
        self.list.filter_text = left.filter_text;
        self.list.sort = left.sort;
        self.list.set_seen_fields(left.fields);
        self.list.spot = left.spot;
    }

    /// Opens a document by its key; the list goes to its place once that is known.
    pub(super) fn open_document(&mut self, key: Key, id: Option<Bson>) {
        let stays = self.list.collection.as_ref() == Some(&key.collection);
        if !stays {
            self.prepare_collection(&key.collection.clone());
            self.list.spot = None;
        }
        self.focus = Pane::Document;
        self.zoomed = true;
        self.relayout();
        if self.list.select_key(&key) {
            self.selection_moved();
            if self.preview.due.take().is_some() {
                self.read_selected();
            }
            return;
        }
        self.preview.failure = None;
        self.inspect(key, id);
        self.preview.pinned = true;
        self.preview.sought = stays && !self.list.filters_states();
    }

    /// Opens a collection where it was left, or stays in it.
    pub(super) fn goto_collection(&mut self, name: &Collection) {
        if self.list.collection.as_ref() != Some(name) {
            self.open_collection(name);
        }
        self.focus_on(Pane::List);
    }
}
