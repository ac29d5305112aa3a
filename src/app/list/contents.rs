//! What the loaded rows hold: text that is looked for, names of fields, and which of them an index
//! knows. Nothing here asks for more rows.

use std::sync::Arc;

use crate::domain::columns::seen;
use crate::domain::query::Count;

use super::{List, Row, columns};
use crate::domain::{Key, Lite};

/// Cells of an object id: its end tells it apart.
const ID_WIDTH: usize = 8;
/// Names of fields kept for one collection.
const FIELDS: usize = 500;

impl List {
    /// Puts what MongoDB holds now into the row of a document. Returns whether there is one.
    pub fn replace(&mut self, key: &Key, lite: &Lite) -> bool {
        let mut rows = self.window.rows_mut();
        let Some(row) = rows.find(|row| row.key == *key) else {
            return false;
        };
        row.lite = Arc::new(lite.clone());
        true
    }

    /// Whether a row has the text anywhere in its id or its shown fields, as they are shown.
    #[must_use]
    pub fn row_has(&self, row: &Row, lowered: &str) -> bool {
        row.key.id.to_lowercase().contains(lowered)
            || self
                .columns
                .iter()
                .any(|path| self.cell(row, path).to_lowercase().contains(lowered))
    }

    /// Cells of the ids: those of one kind are as wide as they are; object ids are cut from the left.
    #[must_use]
    pub fn id_width(&self) -> usize {
        let shown = self.window.shown();
        let widths = shown
            .filter_map(|at| self.window.get(at))
            .map(|row| self.spelling.width(&row.key.id));
        let widest = widths.max().unwrap_or(0);
        if widest == 24 {
            ID_WIDTH
        } else {
            widest.clamp(2, 24)
        }
    }

    /// The columns as they stand in a list that is `width` cells wide inside its border.
    #[must_use]
    pub fn fitted(&self, width: u16) -> Vec<columns::Column> {
        let room = usize::from(width).saturating_sub(self.id_width() + 3);
        columns::fit(&self.widths, room)
    }

    /// How many columns have no room in a list that is `width` cells wide inside its border.
    #[must_use]
    pub fn beyond(&self, width: u16) -> usize {
        self.widths.len() - self.fitted(width).len()
    }

    /// Whether the selected row has the searched text.
    #[must_use]
    pub fn is_match_selected(&self) -> bool {
        let search = self.search.as_ref().map(|text| text.to_lowercase());
        let row = self.selected();
        row.is_some_and(|row| search.is_some_and(|search| self.row_has(row, &search)))
    }

    /// Which of how many loaded rows with the searched text the selected one is, from 1.
    #[must_use]
    pub fn match_number(&self) -> Option<(usize, usize)> {
        let search = self.search.as_ref()?.to_lowercase();
        let rows = self.window.rows().enumerate();
        let has = rows.filter(|(_, row)| self.row_has(row, &search));
        let places: Vec<usize> = has.map(|(at, _)| at).collect();
        let here = places.iter().position(|at| *at == self.window.cursor())?;
        Some((here + 1, places.len()))
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

    /// Tells the rows at the end of the list their numbers, once all of them were counted.
    pub fn number_rows(&mut self) {
        if let (Some(Count::Exact(all)), false) = (self.shown_count(), self.filters_states()) {
            self.window.count_from_end(all);
        }
    }

    /// Names and BSON types of the fields that rows of this collection had, for completion and
    /// menus. A filter that lets no row pass does not take its own field's name away.
    #[must_use]
    pub fn seen_fields(&self) -> Vec<(String, &'static str)> {
        self.fields.clone()
    }

    /// Takes the fields that were met here earlier.
    pub fn set_seen_fields(&mut self, fields: Vec<(String, &'static str)>) {
        self.fields = fields;
    }

    pub(super) fn note_fields(&mut self) {
        for (name, kind) in seen(self.window.rows().map(|row| &*row.lite)) {
            let room = self.fields.len() < FIELDS;
            match self.fields.iter_mut().find(|(known, _)| *known == name) {
                Some((_, known)) if *known == "null" => *known = kind,
                None if room => self.fields.push((name, kind)),
                Some(_) | None => {}
            }
        }
    }

    /// Whether an index starts with the sort field. One that leaves documents out can't give an order.
    #[must_use]
    pub fn is_indexed(&self, field: &str) -> Option<bool> {
        if field == "_id" {
            return Some(true);
        }
        let indexes = self.indexes.as_ref()?;
        Some(
            indexes
                .iter()
                .any(|index| index.is_whole() && index.fields.first().is_some_and(|f| f == field)),
        )
    }
}
