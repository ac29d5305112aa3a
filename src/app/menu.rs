//! Something to choose from, with a line that narrows it by fuzzy match.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use ratatui::layout::Rect;

use super::command::Command;
use super::layout::Layout;
use super::msg::Chord;
use super::prompt::Line;
use crate::domain::Collection;

/// Smallest pane that holds a menu well.
const BESIDE: (u16, u16) = (34, 9);

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
    /// Answer a question.
    Question,
}

/// The answers to questions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// Close the editor; the text stays a draft.
    KeepDraft,
    /// Close the editor; the text is given up.
    GiveUpText,
    /// Go on with a draft that was found, by its place among those.
    UseDraft(usize),
    /// Edit what is stored; the drafts stay.
    UseStored,
    /// Leave once the writes have ended.
    Wait,
    /// Leave now; what is not finished is taken up later.
    LeaveNow,
    /// Go back.
    Back,
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
    /// Answer the question.
    Answer(Answer),
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
    /// The question.
    pub question: String,
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
            question: String::new(),
            line: Line::default(),
            items,
            matches,
            cursor,
        }
    }

    /// The title.
    #[must_use]
    pub fn title(&self) -> &str {
        match self.purpose {
            Purpose::Palette => "Commands",
            Purpose::Collections => "Collections",
            Purpose::Sort => "Order by",
            Purpose::Columns => "Columns (enter shows or hides)",
            Purpose::Question => &self.question,
        }
    }

    /// The items that match, the best first.
    pub fn shown(&self) -> impl ExactSizeIterator<Item = &Item> {
        self.matches.iter().map(|at| &self.items[*at])
    }

    /// Where it stands, with its border. That of the columns leaves the list in sight, which shows at
    /// once what is chosen.
    #[must_use]
    pub fn area(&self, layout: &Layout) -> Rect {
        let count = u16::try_from(self.items.len()).unwrap_or(u16::MAX);
        let wide = match self.purpose {
            Purpose::Palette | Purpose::Question => 100,
            _ => 64,
        };
        let beside = layout.document.filter(|_| layout.list.is_some());
        let around = match (self.purpose, beside) {
            (Purpose::Columns, Some(beside))
                if beside.width >= BESIDE.0 && beside.height >= BESIDE.1 =>
            {
                beside
            }
            _ => layout.layer,
        };
        centred(around, wide, count.saturating_add(3).max(6))
    }

    /// The first item on the screen, where `rows` of them have room.
    #[must_use]
    pub fn top(&self, rows: u16) -> usize {
        (self.cursor + 1).saturating_sub(usize::from(rows).max(1))
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

    /// Puts the selected item before the checked one in front of it, or behind the next one; the
    /// cursor goes with it. Returns whether there was one.
    pub fn shift(&mut self, earlier: bool) -> bool {
        let Some(at) = self.matches.get(self.cursor).copied() else {
            return false;
        };
        let checked =
            |at: &usize| self.items[*at].checked == Some(true) && self.items[*at].off.is_none();
        let other = if earlier {
            (0..at).rev().find(checked)
        } else {
            (at + 1..self.items.len()).find(checked)
        };
        let Some(other) = other.filter(|_| checked(&at)) else {
            return false;
        };
        let item = self.items.remove(at);
        self.items.insert(other, item);
        self.narrow();
        self.cursor = self.matches.iter().position(|at| *at == other).unwrap_or(0);
        true
    }

    /// Selects one of those shown.
    pub fn select(&mut self, at: usize) {
        self.cursor = at.min(self.matches.len().saturating_sub(1));
    }

    /// The items, to be changed; what is matched stays as it was.
    pub fn items_mut(&mut self) -> &mut [Item] {
        &mut self.items
    }

    /// Items in their own order, matching or not.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Takes a key that is text.
    pub fn typed(&mut self, chord: Chord) {
        if self.line.press(chord) {
            self.narrow();
        }
    }

    /// Takes pasted text.
    pub fn pasted(&mut self, text: &str) {
        self.line.paste(text);
        self.narrow();
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

/// A box of at most this size in the middle.
fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 3,
        width,
        height,
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

    #[test]
    fn an_item_moves_among_the_checked_ones_with_the_cursor() {
        let mut items = ["a", "b", "c", "d"].map(item).to_vec();
        for (item, checked) in items.iter_mut().zip([true, false, true, false]) {
            item.checked = Some(checked);
        }
        let mut menu = Menu::new(Purpose::Columns, items, 2);
        let order = |menu: &Menu| {
            menu.items()
                .iter()
                .map(|i| i.label.clone())
                .collect::<String>()
        };
        assert!(menu.shift(true));
        assert_eq!((order(&menu), menu.cursor()), ("cabd".to_owned(), 0));
        assert!(!menu.shift(true), "it is the first");
        assert!(menu.shift(false));
        assert_eq!((order(&menu), menu.cursor()), ("acbd".to_owned(), 1));
        assert!(!menu.shift(false), "no other one is shown behind it");
        menu.line.paste("c");
        menu.narrow();
        assert!(menu.shift(true));
        assert_eq!((order(&menu), menu.cursor()), ("cabd".to_owned(), 0));
        menu.line.set("d");
        menu.narrow();
        assert!(!menu.shift(true), "it is not shown");
    }
}
