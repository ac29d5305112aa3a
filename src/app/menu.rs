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
    /// Give the selected draft up.
    Discard,
    /// Give the selected write up; what it did stays.
    GiveUpWrite,
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

    /// Whether what is typed narrows it. The few answers to a question all stay in sight.
    #[must_use]
    pub fn narrows(&self) -> bool {
        self.purpose != Purpose::Question
    }

    /// Takes a key that is text.
    pub fn typed(&mut self, chord: Chord) {
        if !self.narrows() {
            return self.select_by(chord);
        }
        if self.line.press(chord) {
            self.narrow();
        }
    }

    /// Selects the next item whose name begins with what is typed.
    fn select_by(&mut self, chord: Chord) {
        let Some(letter) = chord.typed().map(|letter| letter.to_ascii_lowercase()) else {
            return;
        };
        let count = self.matches.len();
        let named = |at: &usize| self.items[self.matches[*at]].label.starts_with(letter);
        let mut behind = (1..=count).map(|step| (self.cursor + step) % count);
        if let Some(at) = behind.find(named) {
            self.cursor = at;
        }
    }

    /// Takes pasted text.
    pub fn pasted(&mut self, text: &str) {
        if !self.narrows() {
            return;
        }
        self.line.paste(text);
        self.narrow();
    }

    /// Matches again after the line has changed: names before what is only described so, what can be
    /// chosen before what cannot, names that begin so before those that only have the letters.
    pub fn narrow(&mut self) {
        self.cursor = 0;
        let mut text = self.line.text().trim();
        if self.purpose == Purpose::Palette {
            // The key that opens it, typed once more.
            text = text.trim_start_matches(':').trim_start();
        }
        if text.is_empty() {
            self.matches = (0..self.items.len()).collect();
            return;
        }
        let pattern = Pattern::parse(text, CaseMatching::Ignore, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut buffer = Vec::new();
        let mut score = |text: &str| pattern.score(Utf32Str::new(text, &mut buffer), &mut matcher);
        let mut ranked: Vec<_> = Vec::new();
        for (at, item) in self.items.iter().enumerate() {
            let named = score(&item.label);
            let whole = || format!("{} {}", item.label, item.help);
            if let Some(score) = named.or_else(|| score(&whole())) {
                let class = (named.is_none(), item.off.is_some());
                let looseness = looseness(&item.label, text);
                ranked.push((class, looseness, std::cmp::Reverse(score), at));
            }
        }
        // Equal ones keep the order of the list.
        ranked.sort_unstable();
        self.matches = ranked.into_iter().map(|(.., at)| at).collect();
    }
}

/// 0 where what is typed begins the name, or what stands behind its dot; 1 where each word of it
/// begins one of the name's words; else 2.
fn looseness(name: &str, typed: &str) -> u8 {
    let (name, typed) = (name.to_lowercase(), typed.to_lowercase());
    let own = name.rsplit_once('.').map_or(&*name, |(_, own)| own);
    let words = || name.split(['.', '-', '_', ':', ' ']);
    let begun = |part: &str| words().any(|word| word.starts_with(part));
    if own.starts_with(&typed) || (typed.contains('.') && name.starts_with(&typed)) {
        0
    } else if typed.split_whitespace().all(begun) {
        1
    } else {
        2
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
