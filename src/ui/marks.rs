//! The marks that are ours alone, beside those of states and verdicts: one table.
//!
//! In ASCII no mark means two things on one screen, so most of these are words or capitals there:
//! what is short and lower-case, or a sign, is a state or a verdict. Frames are no marks.

use crate::app::writing::LEFT_OPEN;
use crate::domain::text::Spelling;

/// What a mark says.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Sign {
    /// The row that keys act on.
    Cursor,
    /// A store that answers.
    Up,
    /// A store that does not answer.
    Down,
    /// A store that is not asked.
    Off,
    /// A store that has not answered yet.
    Asked,
    /// A task that waits for its turn.
    Queued,
    /// A task that has ended well.
    Done,
    /// A task that failed, or what could not be read.
    Failed,
    /// A task that was stopped.
    Cancelled,
    /// A write whose end is not known.
    Open,
    /// A document of which a write is left open.
    Unfinished,
    /// A text that was typed and not written.
    Draft,
    /// A version that another will be compared with.
    Marked,
    /// Chosen in a menu.
    Checked,
    /// Not chosen in a menu.
    Unchecked,
    /// In front of the line that narrows a menu.
    Narrow,
    /// Under what is wrong in a line.
    Caret,
}

/// Every sign in the order of the enum, with a full font and in ASCII.
#[rustfmt::skip]
const TABLE: [(Sign, &str, &str); 17] = [
    (Sign::Cursor,    "▸",  ">"),
    (Sign::Up,        "●",  "up"),
    (Sign::Down,      "✗",  "down"),
    (Sign::Off,       "–",  "off"),
    (Sign::Asked,     "…",  "asked"),
    (Sign::Queued,    "·",  "Q"),
    (Sign::Done,      "✓",  "D"),
    (Sign::Failed,    "✗",  "E"),
    (Sign::Cancelled, "–",  "C"),
    (Sign::Open,      "?",  "U"),
    (Sign::Unfinished, LEFT_OPEN.0, LEFT_OPEN.1),
    (Sign::Draft,     "✎",  "T"),
    (Sign::Marked,    "◆",  "M"),
    (Sign::Checked,   "● ", "[x] "),
    (Sign::Unchecked, "  ", "[ ] "),
    (Sign::Narrow,    "> ", ": "),
    (Sign::Caret,     "▲",  "^"),
];

impl Sign {
    /// The mark in a spelling.
    pub(super) fn shown(self, spelling: Spelling) -> &'static str {
        let (_, full, ascii) = TABLE[self as usize];
        spelling.pick(full, ascii)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::domain::diagnose::VERDICTS;
    use crate::domain::state;

    #[test]
    fn the_table_has_each_sign_at_its_place() {
        for (at, (sign, ..)) in TABLE.iter().enumerate() {
            assert_eq!(*sign as usize, at);
        }
    }

    #[test]
    fn in_ascii_no_mark_has_two_meanings() {
        let mut meanings: HashMap<&str, String> = HashMap::new();
        let mut add = |mark: &'static str, meaning: String| {
            assert!(mark.is_ascii());
            let old = meanings.insert(mark.trim(), meaning.clone());
            assert_eq!(old, None, "{mark:?} is also {meaning}");
        };
        for row in &state::TABLE {
            add(row.ascii, row.name.to_owned());
        }
        for (sign, _, ascii) in TABLE {
            add(ascii, format!("{sign:?}"));
        }
        add(Spelling::Ascii.cut(), "more is there".to_owned());
        // A verdict has the mark of the state that such a field leads to, or one of its own.
        let of_states = ["=", "~", "0", "y", "i"];
        for row in VERDICTS
            .iter()
            .filter(|row| !of_states.contains(&row.ascii))
        {
            add(row.ascii, row.name.to_owned());
        }
    }
}
