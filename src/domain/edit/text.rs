//! The insides of JSON strings, unit by unit: shown readably, written back without touching what
//! was not changed.
//!
//! A unit is one character or one escape. Only escapes of printable characters are decoded for
//! people; control characters, invisible signs and lone surrogates keep their escape. Never decides
//! what a string means, only how it is spelled.

use std::borrow::Cow;
use std::fmt::Write;

/// One character or one escape of a string's inside.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unit<'a> {
    /// As written.
    pub(super) raw: &'a str,
    /// The character a person sees; nothing where the spelling itself is shown.
    sign: Option<char>,
}

impl Unit<'_> {
    /// Whether a person sees the same.
    pub(super) fn looks_like(&self, other: &Unit<'_>) -> bool {
        self.sign == other.sign && (self.sign.is_some() || self.raw == other.raw)
    }

    /// Appends what a person sees.
    pub(super) fn show(&self, out: &mut String) {
        match self.sign {
            Some(sign) => out.push(sign),
            None => out.push_str(self.raw),
        }
    }

    /// Appends the unit as a new one is written.
    fn write(&self, ascii: bool, out: &mut String) {
        match self.sign {
            Some(sign) if ascii && !self.raw.starts_with('\\') && !is_ascii_text(sign) => {
                push_escape(sign, out);
            }
            _ => out.push_str(self.raw),
        }
    }
}

/// The units of a text whose escapes have been checked; one that is cut off stands for itself.
pub(super) struct Units<'a> {
    rest: &'a str,
}

impl<'a> Units<'a> {
    pub(super) fn new(inside: &'a str) -> Self {
        Self { rest: inside }
    }

    /// How many bytes the escape at the beginning has, and which character it is.
    fn escape(&self) -> (usize, Option<char>) {
        let unit = |at: usize| {
            let digits = self.rest.get(at..at + 6)?.strip_prefix("\\u")?;
            u32::from_str_radix(digits, 16).ok()
        };
        match (unit(0), unit(6)) {
            (Some(high @ 0xD800..0xDC00), Some(low @ 0xDC00..0xE000)) => {
                let code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                (12, char::from_u32(code))
            }
            (Some(code), _) => (6, char::from_u32(code)),
            (None, _) => (2, None),
        }
    }
}

impl<'a> Iterator for Units<'a> {
    type Item = Unit<'a>;

    fn next(&mut self) -> Option<Unit<'a>> {
        let first = self.rest.chars().next()?;
        let (bytes, sign) = if first == '\\' {
            let (bytes, sign) = self.escape();
            (bytes, sign.filter(|sign| is_printable(*sign)))
        } else {
            (first.len_utf8(), Some(first))
        };
        let whole = self.rest.is_char_boundary(bytes) && bytes <= self.rest.len();
        let (raw, rest) = self.rest.split_at(if whole { bytes } else { 1 });
        self.rest = rest;
        Some(Unit { raw, sign })
    }
}

/// A string's inside as a person edits it.
pub(super) fn shown(inside: &str) -> Cow<'_, str> {
    if !inside.contains("\\u") {
        return Cow::Borrowed(inside);
    }
    let mut out = String::with_capacity(inside.len());
    for unit in Units::new(inside) {
        unit.show(&mut out);
    }
    Cow::Owned(out)
}

/// A string's inside after an edit: what looks the same at the beginning and at the end keeps its
/// bytes of `original`; the rest is what was typed, with `ascii` as Python's `json.dumps` spells it.
pub(super) fn patched(original: &str, edited: &str, ascii: bool) -> String {
    let old: Vec<Unit<'_>> = Units::new(original).collect();
    let new: Vec<Unit<'_>> = Units::new(edited).collect();
    let alike = |(a, b): &(&Unit<'_>, &Unit<'_>)| a.looks_like(b);
    let head = old.iter().zip(&new).take_while(alike).count();
    let (old, new) = (&old[head..], &new[head..]);
    let tail = old.iter().rev().zip(new.iter().rev());
    let tail = tail.take_while(alike).count();
    let changed = &new[..new.len() - tail];
    let length = |units: &[Unit<'_>]| units.iter().map(|unit| unit.raw.len()).sum::<usize>();
    let behind = length(&old[old.len() - tail..]);
    let before = original.len() - length(old);
    let mut out = String::with_capacity(original.len().max(edited.len()));
    out.push_str(&original[..before]);
    for unit in changed {
        unit.write(ascii, &mut out);
    }
    out.push_str(&original[original.len() - behind..]);
    out
}

/// A text as a JSON string with its quotation marks, byte for byte as Python's `json.dumps` writes
/// it: with `ascii` by default, without it under `ensure_ascii=False`.
#[must_use]
pub fn quoted(text: &str, ascii: bool) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for sign in text.chars() {
        match sign {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            sign if sign < ' ' || (ascii && !is_ascii_text(sign)) => push_escape(sign, &mut out),
            sign => out.push(sign),
        }
    }
    out.push('"');
    out
}

fn is_ascii_text(sign: char) -> bool {
    (' '..='~').contains(&sign)
}

fn push_escape(sign: char, out: &mut String) {
    for unit in sign.encode_utf16(&mut [0; 2]) {
        // writing to a String cannot fail
        let _ = write!(out, "\\u{unit:04x}");
    }
}

/// Whether a character can be seen, and stands in a string without an escape.
fn is_printable(sign: char) -> bool {
    if sign.is_ascii() {
        return is_ascii_text(sign) && sign != '"' && sign != '\\';
    }
    // Behind a letter only what has no picture is escaped, combining signs are not.
    let mut behind = String::from("a");
    behind.push(sign);
    matches!(sign, '\u{4E00}'..='\u{9FFF}') || behind.escape_debug().nth(2).is_none()
}
