//! Something to choose from, with a line that narrows it by fuzzy match.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::command::Command;
use super::prompt::Line;
use crate::domain::Collection;

/// What a menu is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// Run a command.
    Palette,
    /// Open a collection.
    Collections,
    /// Choose the order of the list.
    Sort,
    /// Choose the columns of the list.
    Columns,
}

/// What choosing an item means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Choice {
    /// Run this command.
    Command(Command),
    /// Open this collection.
    Collection(Collection),
    /// Order by this field.
    Sort(String),
    /// Show or hide this field.
    Column(String),
}

/// One item.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Item {
    /// What is matched and shown first.
    pub label: String,
    /// What is shown beside it.
    pub help: String,
    /// Shown at the right: keys, sizes.
    pub right: String,
    /// Why it cannot be chosen now.
    pub off: Option<String>,
    /// Whether it is chosen already.
    pub checked: Option<bool>,
    /// Its meaning.
    pub choice: Choice,
}

/// A menu.
#[derive(Debug)]
pub struct Menu {
    /// What it is for.
    pub purpose: Purpose,
    /// The line that narrows it.
    pub line: Line,
    items: Vec<Item>,
    matches: Vec<usize>,
    cursor: usize,
}

impl Menu {
    /// A menu with the cursor at its first item (or the given one).
    #[must_use]
    pub fn new(purpose: Purpose, items: Vec<Item>, cursor: usize) -> Self {
        let matches = (0..items.len()).collect();
        Self {
            purpose,
            line: Line::default(),
            items,
            matches,
            cursor,
        }
    }

    /// The title.
    #[must_use]
    pub fn title(&self) -> &'static str {
        match self.purpose {
            Purpose::Palette => "Commands",
            Purpose::Collections => "Collections",
            Purpose::Sort => "Order by",
            Purpose::Columns => "Columns (enter shows or hides)",
        }
    }

    /// The items that match, the best first.
    pub fn shown(&self) -> impl ExactSizeIterator<Item = &Item> {
        self.matches.iter().map(|at| &self.items[*at])
    }

    /// The selected place among those shown.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// The selected item.
    #[must_use]
    pub fn selected(&self) -> Option<&Item> {
        self.matches.get(self.cursor).map(|at| &self.items[*at])
    }

    /// Moves the cursor.
    pub fn move_by(&mut self, rows: i64) {
        let last = self.matches.len().saturating_sub(1);
        let target = i64::try_from(self.cursor)
            .unwrap_or(0)
            .saturating_add(rows)
            .max(0);
        self.cursor = usize::try_from(target).unwrap_or(0).min(last);
    }

    /// Turns the mark of the selected item.
    pub fn toggle(&mut self) {
        if let Some(at) = self.matches.get(self.cursor) {
            let item = &mut self.items[*at];
            item.checked = item.checked.map(|checked| !checked);
        }
    }

    /// Items in their own order, matching or not.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Matches again after the line has changed.
    pub fn narrow(&mut self) {
        let pattern = Pattern::parse(self.line.text(), CaseMatching::Ignore, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut buffer = Vec::new();
        let mut scored: Vec<(u32, usize)> = self
            .items
            .iter()
            .enumerate()
            .filter_map(|(at, item)| {
                let text = format!("{} {}", item.label, item.help);
                let score = pattern.score(Utf32Str::new(&text, &mut buffer), &mut matcher)?;
                Some((score, at))
            })
            .collect();
        // Equal scores keep the order of the list.
        scored.sort_by_key(|(score, at)| (std::cmp::Reverse(*score), *at));
        self.matches = scored.into_iter().map(|(_, at)| at).collect();
        self.cursor = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(label: &str) -> Item {
        Item {
            label: label.into(),
            help: String::new(),
            right: String::new(),
            off: None,
            checked: None,
            choice: Choice::Sort(label.into()),
        }
    }

    #[test]
    fn typing_narrows_and_clearing_brings_everything_back() {
        let items = ["user_id", "group_id", "timestamp"].map(item).to_vec();
        let mut menu = Menu::new(Purpose::Sort, items, 1);
        assert_eq!(menu.selected().unwrap().label, "group_id");
        menu.line.paste("tmst");
        menu.narrow();
        assert_eq!(
            menu.shown().map(|i| i.label.as_str()).collect::<Vec<_>>(),
            ["timestamp"]
        );
        menu.line.set("");
        menu.narrow();
        assert_eq!(menu.shown().len(), 3);
    }
}
