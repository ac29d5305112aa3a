//! Rows of a page on their way in: cut to size, and put in order where the server cannot.
//!
//! A page that ends at a place is read against its order. Arrays make that harder: an ascending
//! order has them at their least item, the server's descending walk at their greatest. So each row
//! comes no later than it should; the early ones are held back until the walk has reached their
//! place.

use std::cmp::Ordering;

use crate::domain::{Cursor, Lite, Page, Query, Sort};

/// The rows of one page.
pub(super) struct Rows {
    kept: Vec<Lite>,
    more: bool,
    limit: usize,
    bytes: usize,
    most_bytes: usize,
    reversed: bool,
    /// The order against which the rows come, when they can come too early.
    against: Option<Sort>,
    /// Rows that came too early, the next one last.
    held: Vec<(Cursor, Lite, usize)>,
}

impl Rows {
    pub(super) fn new(query: &Query, reversed: bool, most_bytes: usize) -> Self {
        let held_back = reversed && query.sort.field != "_id";
        Self {
            kept: Vec::new(),
            more: false,
            limit: usize::try_from(query.limit).unwrap_or(usize::MAX),
            bytes: 0,
            most_bytes,
            reversed,
            against: held_back.then(|| query.sort.clone()),
            held: Vec::new(),
        }
    }

    /// How many rows to ask for: those that fit, and one to know that there are more.
    pub(super) fn missing(&self) -> usize {
        self.limit.saturating_sub(self.kept.len()).saturating_add(1)
    }

    /// Whether no further row can change the page.
    pub(super) fn are_done(&self) -> bool {
        self.more
    }

    /// Takes the next row of the server's walk, with its size in bytes.
    pub(super) fn meet(&mut self, row: Lite, bytes: usize) {
        let Some(sort) = self.against.clone() else {
            self.keep(row, bytes);
            return;
        };
        let walk = Sort {
            field: sort.field.clone(),
            descending: !sort.descending,
        };
        let here = Cursor::of(&row, &walk);
        let place = Cursor::of(&row, &sort);
        // `held` is in the order asked for, so the last one is the next of the walk.
        let at = self
            .held
            .partition_point(|(other, ..)| other.compare(&place, &sort) == Ordering::Less);
        self.held.insert(at, (place, row, bytes));
        while let Some((_, row, bytes)) = self
            .held
            .pop_if(|(place, ..)| place.compare(&here, &sort) != Ordering::Less)
        {
            self.keep(row, bytes);
        }
    }

    /// The walk has ended: whatever was held back has its place now.
    pub(super) fn end(&mut self) {
        while let Some((_, row, bytes)) = self.held.pop() {
            self.keep(row, bytes);
        }
    }

    /// Forgets all rows to read them again, if any are held back; says whether that is so.
    pub(super) fn start_again(&mut self) -> bool {
        if self.held.is_empty() {
            return false;
        }
        self.held.clear();
        self.kept.clear();
        self.bytes = 0;
        true
    }

    fn keep(&mut self, row: Lite, bytes: usize) {
        let fits = self.kept.is_empty() || self.bytes + bytes <= self.most_bytes;
        if self.more || self.kept.len() >= self.limit || !fits {
            self.more = true;
            return;
        }
        self.bytes += bytes;
        self.kept.push(row);
    }

    /// The page, in the order asked for.
    pub(super) fn page(self) -> Page<Lite> {
        let mut rows = self.kept;
        if self.reversed {
            rows.reverse();
        }
        Page {
            rows,
            more: self.more,
        }
    }
}
