//! A bounded stretch of an endless list: the rows around the cursor, never the whole collection.
//!
//! Rows are appended and prepended page by page; what is far from the cursor is dropped at the
//! other end and loaded again when somebody comes back. Pure: no loading here.

use std::collections::VecDeque;

/// The rows that are held, the selected one and the first one on the screen.
#[derive(Clone, PartialEq, Debug)]
pub struct Window<T> {
    rows: VecDeque<T>,
    /// Rows before the first held one, if that is known (the list was walked from its top).
    before: Option<u64>,
    /// There are no rows before the first held one.
    top_reached: bool,
    /// There are no rows behind the last held one.
    end_reached: bool,
    cursor: usize,
    first_shown: usize,
    height: usize,
    limit: usize,
}

/// An end of the window.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Side {
    /// Before the first row.
    Before,
    /// Behind the last row.
    After,
}

impl<T> Window<T> {
    /// An empty window that will hold at most about `limit` rows.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            rows: VecDeque::new(),
            before: Some(0),
            top_reached: false,
            end_reached: false,
            cursor: 0,
            first_shown: 0,
            height: 1,
            limit: limit.max(10),
        }
    }

    /// Held rows in order.
    #[must_use]
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator + Clone {
        self.rows.iter()
    }

    /// Held rows, to be changed in place.
    pub fn rows_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.rows.iter_mut()
    }

    /// A held row.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<&T> {
        self.rows.get(at)
    }

    /// How many rows are held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no row is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The selected row's place among the held ones.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// The selected row.
    #[must_use]
    pub fn selected(&self) -> Option<&T> {
        self.rows.get(self.cursor)
    }

    /// The place of the first row on the screen.
    #[must_use]
    pub fn first_shown(&self) -> usize {
        self.first_shown
    }

    /// The places of the rows on the screen.
    #[must_use]
    pub fn shown(&self) -> std::ops::Range<usize> {
        self.first_shown..(self.first_shown + self.height).min(self.rows.len())
    }

    /// Rows on a screenful.
    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }

    /// How many rows of the whole list stand before a held one, if that is known.
    #[must_use]
    pub fn number(&self, at: usize) -> Option<u64> {
        self.before.map(|before| before + at as u64)
    }

    /// Whether the whole list is known to end (or begin) with the held rows.
    #[must_use]
    pub fn is_complete(&self, side: Side) -> bool {
        match side {
            Side::Before => self.top_reached,
            Side::After => self.end_reached,
        }
    }

    /// The row at an end of the window.
    #[must_use]
    pub fn edge(&self, side: Side) -> Option<&T> {
        match side {
            Side::Before => self.rows.front(),
            Side::After => self.rows.back(),
        }
    }

    /// Whether the screen comes within a page of an end behind which there may be more.
    #[must_use]
    pub fn wants(&self, side: Side) -> bool {
        let margin = (self.height * 2).min(self.limit / 4);
        match side {
            Side::Before => !self.top_reached && self.first_shown < margin,
            Side::After => {
                !self.end_reached && self.first_shown + self.height + margin > self.rows.len()
            }
        }
    }

    /// Sets how many rows a screenful has.
    pub fn resize(&mut self, height: usize) {
        self.height = height.max(1);
        self.follow_cursor();
    }

    /// Replaces everything: the rows of a first page, a last page, or a refresh.
    pub fn replace(&mut self, rows: Vec<T>, before: Option<u64>, top: bool, end: bool) {
        self.rows = rows.into();
        (self.before, self.top_reached, self.end_reached) = (before, top, end);
        self.cursor = self.cursor.min(self.rows.len().saturating_sub(1));
        self.first_shown = self
            .first_shown
            .min(self.rows.len().saturating_sub(self.height));
        self.follow_cursor();
    }

    /// Tells how many rows the whole list has: where the end of the list is held, that says how many
    /// stand before the held ones.
    pub fn count_from_end(&mut self, all: u64) {
        if self.before.is_none() && self.end_reached {
            self.before = all.checked_sub(self.rows.len() as u64);
        }
    }

    /// Takes out the rows that `gone` names; the cursor stays on its row, or goes to the one behind.
    pub fn remove(&mut self, gone: impl Fn(&T) -> bool) {
        while let Some(at) = self.rows.iter().position(&gone) {
            self.rows.remove(at);
            if at < self.cursor {
                self.cursor -= 1;
            }
            if at < self.first_shown {
                self.first_shown -= 1;
            }
        }
        self.select(self.cursor);
    }

    /// Appends a page; drops rows far before the screen.
    pub fn append(&mut self, rows: Vec<T>, more: bool) {
        self.rows.extend(rows);
        self.end_reached = !more;
        let spare = self.first_shown.saturating_sub(self.height);
        let surplus = self.rows.len().saturating_sub(self.limit).min(spare);
        if surplus > 0 {
            self.rows.drain(..surplus);
            self.before = self.before.map(|before| before + surplus as u64);
            self.top_reached = false;
            self.cursor -= surplus.min(self.cursor);
            self.first_shown -= surplus;
        }
    }

    /// Prepends a page; drops rows far behind the screen.
    pub fn prepend(&mut self, rows: Vec<T>, more: bool) {
        let count = rows.len();
        for row in rows.into_iter().rev() {
            self.rows.push_front(row);
        }
        self.top_reached = !more;
        self.before = match self.before {
            _ if self.top_reached => Some(0),
            Some(before) => before.checked_sub(count as u64),
            None => None,
        };
        self.cursor += count;
        self.first_shown += count;
        let needed = self.first_shown + self.height * 2;
        let keep = self.limit.max(needed).min(self.rows.len());
        if keep < self.rows.len() {
            self.rows.truncate(keep);
            self.end_reached = false;
        }
        self.follow_cursor();
    }

    /// Moves the cursor to a held row; the screen follows.
    pub fn select(&mut self, at: usize) {
        self.cursor = at.min(self.rows.len().saturating_sub(1));
        self.follow_cursor();
    }

    /// Puts a held row at the top of the screen and the cursor on another one.
    pub fn place(&mut self, first_shown: usize, cursor: usize) {
        self.first_shown = first_shown.min(self.rows.len().saturating_sub(1));
        self.select(cursor);
    }

    /// Moves the cursor by some rows, within what is held.
    pub fn move_by(&mut self, rows: i64) {
        let target = i64::try_from(self.cursor)
            .unwrap_or(i64::MAX)
            .saturating_add(rows);
        self.select(usize::try_from(target.max(0)).unwrap_or(0));
    }

    /// Scrolls without moving the cursor further than the screen's edge.
    pub fn scroll_by(&mut self, rows: i64) {
        let last = self.rows.len().saturating_sub(self.height);
        let target = i64::try_from(self.first_shown)
            .unwrap_or(i64::MAX)
            .saturating_add(rows);
        self.first_shown = usize::try_from(target.max(0)).unwrap_or(0).min(last);
        let bottom = (self.first_shown + self.height - 1).min(self.rows.len().saturating_sub(1));
        self.cursor = self.cursor.clamp(self.first_shown.min(bottom), bottom);
    }

    fn follow_cursor(&mut self) {
        if self.cursor < self.first_shown {
            self.first_shown = self.cursor;
        } else if self.cursor >= self.first_shown + self.height {
            self.first_shown = self.cursor + 1 - self.height;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn held(window: &Window<u32>) -> Vec<u32> {
        window.rows().copied().collect()
    }

    #[test]
    fn walking_down_holds_a_bounded_stretch_and_keeps_the_row_selected() {
        let mut window: Window<u32> = Window::new(40);
        window.resize(10);
        window.replace((0..20).collect(), Some(0), true, false);
        for page in 1..50 {
            window.move_by(20);
            let selected = window.selected().copied();
            window.append((page * 20..page * 20 + 20).collect(), true);
            assert_eq!(window.selected().copied(), selected);
            assert!(window.len() <= 60, "{}", window.len());
        }
        let first = *window.get(0).unwrap();
        assert_eq!(window.number(0), Some(u64::from(first)));
        assert!(!window.is_complete(Side::Before));
    }

    #[test]
    fn coming_back_up_ends_at_row_zero() {
        let mut window = Window::new(40);
        window.resize(10);
        window.replace((100..140).collect(), None, false, true);
        window.prepend((60..100).collect(), true);
        assert_eq!(window.selected(), Some(&100));
        window.prepend((0..60).collect(), false);
        assert_eq!((window.number(0), window.get(0)), (Some(0), Some(&0)));
        assert!(window.is_complete(Side::Before) && !window.is_complete(Side::After));
        assert_eq!(window.selected(), Some(&100));
    }

    proptest! {
        #[test]
        fn any_walk_shows_neighbours_in_order(steps in prop::collection::vec((0..6u8, -30..30i64), 1..80)) {
            const ALL: u32 = 500;
            let mut window = Window::new(40);
            window.resize(7);
            window.replace((0..20).collect(), Some(0), true, false);
            for (what, by) in steps {
                match what {
                    0..=2 => window.move_by(by),
                    3 => window.scroll_by(by),
                    4 => window.resize(usize::try_from(by.unsigned_abs() % 12 + 1).unwrap()),
                    _ => {}
                }
                if window.wants(Side::After) {
                    let from = window.edge(Side::After).unwrap() + 1;
                    let to = (from + 20).min(ALL);
                    window.append((from..to).collect(), to < ALL);
                }
                if window.wants(Side::Before) {
                    let to = *window.edge(Side::Before).unwrap();
                    let from = to.saturating_sub(20);
                    window.prepend((from..to).collect(), from > 0);
                }
                let rows = held(&window);
                prop_assert!(rows.windows(2).all(|w| w[0] + 1 == w[1]));
                prop_assert!(window.shown().contains(&window.cursor()));
                prop_assert!(window.len() <= 40 + 40);
                if let Some(number) = window.number(0) {
                    prop_assert_eq!(number, u64::from(rows[0]));
                }
            }
        }
    }
}
