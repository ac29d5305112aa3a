//! Rows that are chosen by their state: they join the list once it is known, which only a look at
//! their values tells.

use std::sync::Arc;

use super::window::Side;
use super::{Fetch, List, Row};
use crate::domain::Cursor;

impl List {
    /// How many rows `is:STATE` has looked at so far.
    #[must_use]
    pub fn looked_at(&self) -> u64 {
        let waiting = self.waiting.iter();
        let rows = waiting.flat_map(|(_, _, rows, _)| rows);
        self.scanned.1 + rows.filter(|row| row.mark.is_some()).count() as u64
    }

    /// Whether every row that there is was looked at.
    #[must_use]
    pub fn is_looked_through(&self) -> bool {
        self.loaded && !self.is_loading() && self.window.is_complete(Side::After)
    }

    /// Takes the rows of a page that are in the wanted states; `more` rows are to be looked at.
    pub(in crate::app) fn join(&mut self, fetch: Fetch, rows: Vec<Row>, more: bool) {
        self.scanned.1 += rows.len() as u64;
        let states = self.line.states.clone();
        let wanted = |row: &Row| states.contains(&row.state());
        let rows = rows.into_iter().filter(wanted).collect();
        let fetch = if self.loaded && fetch != Fetch::First {
            Fetch::More(Side::After)
        } else {
            Fetch::First
        };
        self.take(fetch, rows, more);
    }

    /// Takes what was found in a page whose look ends early. Rows of a list that is only being read
    /// again stay as they are. Returns whether there was anything to take.
    pub(in crate::app) fn join_found(&mut self) -> bool {
        let again = self.loaded;
        let Some((_, fetch, rows, _)) = &mut self.waiting else {
            return false;
        };
        if again && *fetch == Fetch::First {
            return false;
        }
        let known = rows.iter().take_while(|row| row.mark.is_some()).count();
        let rows: Vec<Row> = rows.drain(..known).collect();
        let Some(last) = rows.last() else {
            return false;
        };
        self.scanned.0 = Some(Arc::new(Cursor::of(&last.lite, &self.sort)));
        let fetch = *fetch;
        self.join(fetch, rows, true);
        true
    }
}
