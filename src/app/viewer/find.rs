//! Looking for text inside a document, without regard to case, escapes resolved.
//!
//! The text is never copied: a JSON string with escapes is compared character by character where
//! it stands, so that a match is a byte range of the text that is drawn.

use super::line::Hit;
use super::text::{Style, character};

/// Matches that are kept; a document with more says so.
pub(super) const CAP: usize = 10_000;

/// What is looked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Pattern {
    folded: Vec<char>,
}

/// The matches of a view.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    pub(super) hits: Vec<Hit>,
    /// There are more than [`CAP`].
    pub(super) capped: bool,
}

impl Found {
    /// Adds the matches in one text; says whether there is room for more.
    pub(super) fn add(
        &mut self,
        pattern: &Pattern,
        text: &str,
        style: Style,
        of: (u32, usize),
    ) -> bool {
        let (of, offset) = of;
        let mut at = 0;
        while let Some((start, end)) = pattern.next_in(text, style, at) {
            if self.hits.len() == CAP {
                self.capped = true;
                return false;
            }
            self.hits.push(Hit {
                of,
                start: offset + start,
                end: offset + end,
            });
            at = end;
        }
        true
    }
}

impl Pattern {
    /// `None` for nothing.
    pub(super) fn new(text: &str) -> Option<Self> {
        let folded: Vec<char> = text.chars().map(fold).collect();
        (!folded.is_empty()).then_some(Self { folded })
    }

    /// What is looked for, in lower case.
    pub(super) fn text(&self) -> String {
        self.folded.iter().collect()
    }

    /// The first match at or behind byte `from`.
    fn next_in(&self, text: &str, style: Style, from: usize) -> Option<(usize, usize)> {
        let first = self.folded[0];
        let bytes = text.as_bytes();
        let mut at = from;
        while at < bytes.len() {
            let byte = bytes[at];
            let escape = byte == b'\\' && style == Style::Json;
            // Most bytes are plain ASCII and not the first character: one comparison each.
            if byte.is_ascii() && !escape {
                if char::from(byte.to_ascii_lowercase()) == first
                    && let Some(end) = self.end_of_match(text, style, at)
                {
                    return Some((at, end));
                }
                at += 1;
                continue;
            }
            if let Some(end) = self.end_of_match(text, style, at) {
                return Some((at, end));
            }
            at += character(&text[at..], style).1.max(1);
        }
        None
    }

    fn end_of_match(&self, text: &str, style: Style, start: usize) -> Option<usize> {
        let mut at = start;
        for wanted in &self.folded {
            let (here, len) = character(text.get(at..)?, style);
            if here.map(fold) != Some(*wanted) {
                return None;
            }
            at += len;
        }
        Some(at)
    }
}

/// Lower case by the first character of its lower-case form, so that lengths stay equal.
fn fold(character: char) -> char {
    if character.is_ascii() {
        return character.to_ascii_lowercase();
    }
    character.to_lowercase().next().unwrap_or(character)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::Spelling;

    const PLAIN: Style = Style::Plain(Spelling::Full);

    fn all(pattern: &str, text: &str, style: Style) -> Vec<(usize, usize)> {
        let mut found = Found::default();
        found.add(&Pattern::new(pattern).unwrap(), text, style, (0, 0));
        found.hits.iter().map(|hit| (hit.start, hit.end)).collect()
    }

    #[test]
    fn case_and_escapes_do_not_hide_a_match() {
        assert_eq!(
            all("kyoto", "to KYOTO and Kyoto", PLAIN),
            [(3, 8), (13, 18)]
        );
        assert_eq!(
            all("京都", r"x \u4eac\u90fd 京都", Style::Json),
            [(2, 14), (15, 21)]
        );
        assert_eq!(all("ЖЁ", "жёжё", PLAIN), [(0, 4), (4, 8)]);
        assert_eq!(all("a\nb", r"a\nb a\\nb", Style::Json), [(0, 4)]);
        assert_eq!(all("\\n", r"a\nb a\\nb", Style::Json), [(6, 9)]);
        assert_eq!(all("aa", "aaaaa", PLAIN), [(0, 2), (2, 4)]);
        assert_eq!(all("😀", r"\ud83d\ude00 \ud83d", Style::Json), [(0, 12)]);
        assert!(Pattern::new("").is_none());
    }
}
