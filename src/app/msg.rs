//! What reaches the application and what it asks for: the two ends of `update`.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::draft::{Draft, DraftId, DraftText, Spent, Unreadable};
use super::list::columns::Choice;
use crate::domain::Key as DocumentKey;
use crate::task::event::TaskEvent;
use crate::task::spec::{TaskId, TaskSpec};

/// Both clocks, read once for each message. Nothing inside `app` reads a clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Now {
    /// Milliseconds since the program started; never goes back.
    pub mono: u64,
    /// Milliseconds since 1970, for ages and relative dates.
    pub wall: i64,
}

/// Something that happened.
#[derive(Clone, PartialEq, Debug)]
pub enum Msg {
    /// At the terminal.
    Input(Input),
    /// In the background.
    Task(TaskEvent),
    /// The time that [`App::wake_at`](super::App::wake_at) named has come.
    Tick,
    /// How an effect ended.
    Outside(Outside),
}

/// The end of an effect that is not a task.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outside {
    /// Text went out; the sentence says where to and how much of it.
    Copied(String),
    /// It could not be done; the sentence says why.
    Failed(String),
    /// This text is on disk as a draft.
    Saved(DraftId, Arc<str>),
    /// This text is not on disk; the sentence says why.
    NotSaved(DraftId, Arc<str>, String),
    /// The shell brought the program back.
    Resumed,
    /// The drafts that were looked for, the newest first, and what could not be read.
    Drafts(Option<DocumentKey>, Vec<Draft>, Vec<Unreadable>),
    /// A new id: 24 hex digits.
    Id(String),
    /// The person's editor ended.
    Edited(Edited),
}

/// What came of an editor outside.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Edited {
    /// It ended well, with this text.
    Text(Arc<str>),
    /// It ended well, and nothing was changed.
    Same,
    /// Nothing is taken over; the sentence says why, and where the text is.
    Nothing(String),
    /// Nothing is taken over for this reason; what it left is a draft, in this file.
    Left(String, PathBuf),
}

/// Something at the terminal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Input {
    /// A key with its modifiers.
    Key(Chord),
    /// Pasted text.
    Paste(String),
    /// The screen has this many columns and rows now.
    Resize(u16, u16),
    /// The mouse, when it is turned on.
    Mouse(Mouse),
}

/// A mouse event at a cell (column, row).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mouse {
    /// The left button went down.
    Click(u16, u16),
    /// The left button went down twice in a short time.
    DoubleClick(u16, u16),
    /// The wheel turned by this many notches; down is positive.
    Scroll(u16, u16, i16),
}

/// A key as people press it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Chord {
    /// The key.
    pub key: Key,
    /// Ctrl is held.
    pub ctrl: bool,
    /// Alt is held.
    pub alt: bool,
    /// Shift is held, for keys that do not become another character by it.
    pub shift: bool,
}

/// A key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[expect(missing_docs, reason = "each is the key of that name")]
pub enum Key {
    /// A character, shift already applied.
    Char(char),
    /// A function key.
    F(u8),
    Enter,
    Esc,
    Tab,
    Backspace,
    Delete,
    Insert,
    Home,
    End,
    PageUp,
    PageDown,
    Up,
    Down,
    Left,
    Right,
}

impl Chord {
    /// A key without modifiers.
    #[must_use]
    pub fn plain(key: Key) -> Self {
        Self {
            key,
            ctrl: false,
            alt: false,
            shift: false,
        }
    }

    /// The text that the key types, if it types any.
    #[must_use]
    pub fn typed(self) -> Option<char> {
        match self.key {
            Key::Char(character) if !self.ctrl && !self.alt => Some(character),
            _ => None,
        }
    }
}

/// Named keys with their spelling in key files and help.
const NAMES: [(Key, &str); 15] = [
    (Key::Enter, "enter"),
    (Key::Esc, "esc"),
    (Key::Tab, "tab"),
    (Key::Backspace, "backspace"),
    (Key::Delete, "delete"),
    (Key::Insert, "insert"),
    (Key::Home, "home"),
    (Key::End, "end"),
    (Key::PageUp, "pageup"),
    (Key::PageDown, "pagedown"),
    (Key::Up, "up"),
    (Key::Down, "down"),
    (Key::Left, "left"),
    (Key::Right, "right"),
    (Key::Char(' '), "space"),
];

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (held, name) in [
            (self.ctrl, "ctrl-"),
            (self.alt, "alt-"),
            (self.shift, "shift-"),
        ] {
            if held {
                f.write_str(name)?;
            }
        }
        if let Some((_, name)) = NAMES.iter().find(|(key, _)| *key == self.key) {
            return f.write_str(name);
        }
        match self.key {
            Key::Char(character) => write!(f, "{character}"),
            Key::F(number) => write!(f, "f{number}"),
            _ => Ok(()),
        }
    }
}

impl std::str::FromStr for Chord {
    type Err = String;

    /// Reads `j`, `G`, `ctrl-p`, `shift-tab`, `f1`, `space`, `-`.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut chord = Self::plain(Key::Esc);
        let mut rest = text;
        while let Some((modifier, behind)) = rest.split_once('-')
            && !behind.is_empty()
        {
            match modifier {
                "ctrl" => chord.ctrl = true,
                "alt" => chord.alt = true,
                "shift" => chord.shift = true,
                _ => break,
            }
            rest = behind;
        }
        chord.key = if let Some((key, _)) = NAMES.iter().find(|(_, name)| *name == rest) {
            *key
        } else if let Some(number) = rest.strip_prefix('f').and_then(|n| n.parse::<u8>().ok())
            && (1..=24).contains(&number)
        {
            Key::F(number)
        } else {
            let mut characters = rest.chars();
            match (characters.next(), characters.next()) {
                (Some(character), None) => Key::Char(character),
                _ => return Err(format!("{text:?} is not a key")),
            }
        };
        Ok(chord)
    }
}

/// Something to be done outside.
#[derive(Clone, PartialEq, Debug)]
pub enum Effect {
    /// Start a task under a number never used before.
    Start(TaskId, TaskSpec),
    /// Stop a task.
    Cancel(TaskId),
    /// Let a write wait longer.
    Extend(TaskId),
    /// Put text on the clipboard of the terminal; answered by [`Outside`].
    Copy(String),
    /// Turn mouse reports on or off.
    Mouse(bool),
    /// Remember how a collection's columns were chosen.
    RememberColumns(String, Choice),
    /// Remember a filter line that was used in a collection.
    RememberFilter(String, String),
    /// Keep a text on disk; answered by [`Outside::Saved`] or [`Outside::NotSaved`] with this very
    /// text (the same `Arc`), unless a later order for the same draft took its place.
    SaveDraft(DraftId, DraftText),
    /// Look for the drafts of a document, or for all; answered by [`Outside::Drafts`].
    FindDrafts(Option<DocumentKey>),
    /// Remove drafts that are not needed any more.
    DropDrafts(Spent),
    /// Remove a file that is no draft, if it is still such a one.
    RemoveUnreadable(PathBuf),
    /// Make an id for a new document; answered by [`Outside::Id`].
    MakeId,
    /// Give the terminal to the person's own editor; answered by [`Outside::Edited`].
    EditOutside(DraftId, DraftText),
    /// Stop the program until the shell brings it back.
    Suspend,
    /// Leave.
    Exit,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chord_reads_back_as_it_is_shown() {
        for text in [
            "j",
            "G",
            "ctrl-p",
            "shift-tab",
            "f1",
            "space",
            "-",
            "ctrl--",
            "alt-enter",
            "?",
        ] {
            assert_eq!(text.parse::<Chord>().unwrap().to_string(), text);
        }
        assert!("ctrl-nope".parse::<Chord>().is_err());
        assert!("".parse::<Chord>().is_err());
    }
}
