//! One row of the list, and which rows a page brings.

use std::sync::Arc;

use super::window::Side;
use crate::domain::query::{Count, Cursor};
use crate::domain::{Key, Lite, State};
use crate::task::event::Mark;
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
    /// How they stood when it was looked at before, while that is being done again.
    pub old: Option<Arc<Mark>>,
}

impl Row {
    /// Forgets the state, which is to be looked at again; what it was stays as old.
    pub fn outdate(&mut self) {
        self.old = self.mark.take().or(self.old.take());
    }

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
    /// The first rows again, replacing all and keeping the place: rows may have come in before them.
    Renew,
}

/// What a filter by date passes over since it is text.
#[derive(Clone, PartialEq, Debug)]
pub enum Texts {
    /// This task looks for it.
    Asked(TaskId),
    /// For each field compared with dates, how many rows hold text there; at least 0 where that can't
    /// be told.
    Known(Vec<(String, Count)>),
}

impl Texts {
    /// Whether the answer is still to come.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        matches!(self, Self::Asked(_))
    }
}

/// A place in a list that was left.
#[derive(Clone, PartialEq, Debug)]
pub struct Spot {
    /// The first row on the screen; `None` at the top of the list.
    pub top: Option<Arc<Cursor>>,
    /// The selected document.
    pub selected: Key,
}
