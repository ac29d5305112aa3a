//! Something to read: help, messages, the doctor's findings. Lines of plain text with a role.

use crate::domain::state::Role;
use crate::domain::text::Spelling;

/// What a page shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Subject {
    /// The keys of a place.
    Help,
    /// All messages.
    Log,
    /// The steps of the way to both stores.
    Doctor,
    /// What another layer shows.
    Part,
}

/// One line: a narrow left part, the text, and how it is meant.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Line {
    /// The left column (a key, a time, a verdict).
    pub left: String,
    /// The text.
    pub text: String,
    /// How it is meant.
    pub role: Option<Role>,
    /// A heading.
    pub heading: bool,
}

impl Line {
    /// A heading.
    #[must_use]
    pub fn heading(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            heading: true,
            ..Self::default()
        }
    }

    /// A line with a left part.
    #[must_use]
    pub fn new(left: impl Into<String>, text: impl Into<String>, role: Option<Role>) -> Self {
        Self {
            left: left.into(),
            text: text.into(),
            role,
            heading: false,
        }
    }
}

impl Line {
    fn rows(&self, room: usize, spelling: Spelling) -> Vec<Self> {
        let row = |(at, text)| Self {
            left: if at == 0 {
                self.left.clone()
            } else {
                String::new()
            },
            text,
            ..self.clone()
        };
        // A heading is one line: what would break it is shown.
        let rows = if self.heading {
            spelling.wrap(&spelling.clean(&self.text), room)
        } else {
            spelling.wrap(&self.text, room)
        };
        rows.into_iter().enumerate().map(row).collect()
    }
}

/// A page and the place on it.
#[derive(Clone, Debug)]
pub struct Page {
    /// What it shows.
    pub subject: Subject,
    /// Its title.
    pub title: String,
    /// Its lines, broken to its width.
    pub lines: Vec<Line>,
    /// Its lines as written.
    pub text: Vec<Line>,
    /// The first line on the screen.
    pub top: usize,
    /// Text being searched for.
    pub search: Option<String>,
}

impl Page {
    /// A page at its first line.
    #[must_use]
    pub fn new(subject: Subject, title: impl Into<String>, lines: Vec<Line>) -> Self {
        Self {
            subject,
            title: title.into(),
            lines: lines.clone(),
            text: lines,
            top: 0,
            search: None,
        }
    }

    /// Cells of the left column on a page that is `width` cells wide.
    #[must_use]
    pub fn left(&self, width: usize) -> usize {
        let cells = |line: &Line| Spelling::Full.width(&line.left);
        let widest = self.text.iter().map(cells).max();
        widest.unwrap_or(0).min(width / 3)
    }

    /// Breaks the lines to a width, between words.
    pub fn wrap(&mut self, width: usize, spelling: Spelling) {
        let room = width.saturating_sub(self.left(width) + 2).max(10);
        self.lines = self
            .text
            .iter()
            .flat_map(|line| line.rows(room, spelling))
            .collect();
    }

    /// Scrolls, keeping `height` lines on the screen.
    pub fn scroll_by(&mut self, rows: i64, height: usize) {
        let last = self.lines.len().saturating_sub(height);
        let target = i64::try_from(self.top)
            .unwrap_or(0)
            .saturating_add(rows)
            .max(0);
        self.top = usize::try_from(target).unwrap_or(0).min(last);
    }

    /// Goes to the next line (or the previous one) that has the searched text. Returns whether
    /// there is one.
    pub fn find(&mut self, forward: bool, height: usize) -> bool {
        let Some(search) = self.search.as_ref().map(|s| s.to_lowercase()) else {
            return false;
        };
        let count = self.lines.len();
        let has = |at: &usize| {
            let line = &self.lines[*at];
            line.text.to_lowercase().contains(&search) || line.left.to_lowercase().contains(&search)
        };
        let order: Vec<usize> = (1..=count)
            .map(|by| {
                if forward {
                    (self.top + by) % count
                } else {
                    (self.top + count - by) % count
                }
            })
            .collect();
        let found = order.iter().copied().find(has);
        if let Some(at) = found {
            self.top = at.min(count.saturating_sub(height.min(count)));
        }
        found.is_some()
    }
}
