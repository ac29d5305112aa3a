//! One line to type in. What is typed means nothing here: completions and uses are the prompt's.

use tui_textarea::{CursorMove, Input as AreaInput, Key as AreaKey, TextArea};

use super::msg::{Chord, Key};

/// A line of text with a cursor.
#[derive(Clone, Debug)]
pub struct Line {
    area: TextArea<'static>,
}

impl Default for Line {
    fn default() -> Self {
        Self::new("")
    }
}

impl Line {
    /// A line with text in it and the cursor at its end.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut area = TextArea::new(vec![one_line(text)]);
        area.move_cursor(CursorMove::End);
        Self { area }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.area.lines().first().map_or("", String::as_str)
    }

    /// The cursor as a byte offset.
    #[must_use]
    pub fn cursor(&self) -> usize {
        let column = self.area.cursor().1;
        let text = self.text();
        text.char_indices()
            .nth(column)
            .map_or(text.len(), |(at, _)| at)
    }

    /// Takes a key that is not bound to a command. Returns whether the text changed.
    pub fn press(&mut self, chord: Chord) -> bool {
        // A line has no rows: what would make or visit one is left out.
        match chord.key {
            Key::Enter | Key::Up | Key::Down | Key::PageUp | Key::PageDown | Key::Tab => false,
            Key::Char('m' | 'j' | 'n' | 'p' | 'v') if chord.ctrl => false,
            Key::Char('u') if chord.ctrl => {
                let had = !self.text().is_empty();
                self.set("");
                had
            }
            _ => self.area.input(area_input(chord)),
        }
    }

    /// Inserts pasted text; line breaks become blanks.
    pub fn paste(&mut self, text: &str) {
        self.area.insert_str(one_line(text));
    }

    /// Replaces everything.
    pub fn set(&mut self, text: &str) {
        *self = Self::new(text);
    }

    /// Replaces a byte range and puts the cursor behind it.
    pub fn splice(&mut self, range: std::ops::Range<usize>, text: &str) {
        let mut whole = self.text().to_owned();
        whole.replace_range(range.clone(), text);
        let column = whole[..range.start + text.len()].chars().count();
        self.set(&whole);
        self.area.move_cursor(CursorMove::Jump(
            0,
            u16::try_from(column).unwrap_or(u16::MAX),
        ));
    }
}

fn one_line(text: &str) -> String {
    text.replace(['\r', '\n'], " ")
}

pub(super) fn area_input(chord: Chord) -> AreaInput {
    let key = match chord.key {
        Key::Char(character) => AreaKey::Char(character),
        Key::F(number) => AreaKey::F(number),
        Key::Enter => AreaKey::Enter,
        Key::Esc => AreaKey::Esc,
        Key::Tab => AreaKey::Tab,
        Key::Backspace => AreaKey::Backspace,
        Key::Delete => AreaKey::Delete,
        Key::Home => AreaKey::Home,
        Key::End => AreaKey::End,
        Key::PageUp => AreaKey::PageUp,
        Key::PageDown => AreaKey::PageDown,
        Key::Up => AreaKey::Up,
        Key::Down => AreaKey::Down,
        Key::Left => AreaKey::Left,
        Key::Right => AreaKey::Right,
        Key::Insert => AreaKey::Null,
    };
    AreaInput {
        key,
        ctrl: chord.ctrl,
        alt: chord.alt,
        shift: chord.shift,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stays_one_line() {
        let mut line = Line::new("a");
        line.paste("b\nc\r\nd");
        assert_eq!(line.text(), "ab c  d");
        assert!(!line.press(Chord::plain(Key::Enter)));
        assert!(line.press(Chord::plain(Key::Char('é'))));
        assert_eq!((line.text(), line.cursor()), ("ab c  dé", 9));
        line.press(Chord::plain(Key::Home));
        assert_eq!(line.cursor(), 0);
    }

    #[test]
    fn a_completion_replaces_its_range_and_leaves_the_cursor_behind_it() {
        let mut line = Line::new("grö:x");
        line.splice(0..4, "group_id");
        assert_eq!((line.text(), line.cursor()), ("group_id:x", 8));
        line.press(Chord {
            ctrl: true,
            ..Chord::plain(Key::Char('u'))
        });
        assert_eq!(line.text(), "");
    }
}
