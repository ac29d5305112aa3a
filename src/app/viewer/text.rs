//! Foreign text as cells: what one sees of it, how wide that is, and where it breaks.
//!
//! Nothing that a terminal could obey, and nothing invisible, leaves this module. A JSON string is
//! shown as a JSON string: readable characters as themselves, even where the text has `\u4e2d`;
//! everything invisible or acting (control characters, direction marks, joiners between Latin
//! letters, a combining mark without a base) by its escape. So what is on the screen is always a
//! correct JSON string of the same value, and a real escape cannot be confused with text that
//! looks like one. In other text such characters are pictured (`␛`, `⟪U+202E⟫`). Which characters
//! these are, and their pictures, is decided in `domain::text`.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::domain::text::{Spelling, hides, is_harmless, picture};

/// How a text is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Style {
    /// The inside of a JSON string, with its escapes.
    Json,
    /// Anything else; invisible characters are pictured in this spelling.
    Plain(Spelling),
}

/// The smallest piece that is shown or cut as a whole.
pub(super) struct Unit<'a> {
    /// What one sees.
    pub(super) text: Cow<'a, str>,
    /// In cells; at least 1.
    pub(super) width: usize,
    /// Bytes of the source.
    pub(super) len: usize,
    /// Written by its code.
    pub(super) escaped: bool,
    /// A row ends behind it.
    pub(super) newline: bool,
}

/// Longest cluster of characters that is drawn as one, in bytes; marks beyond it are written by code.
const CLUSTER: usize = 64;

/// The pieces of a text, from its start.
pub(super) fn units(text: &str, style: Style) -> impl Iterator<Item = Unit<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let unit = first(rest, style)?;
        rest = &rest[unit.len..];
        Some(unit)
    })
}

fn first(rest: &str, style: Style) -> Option<Unit<'_>> {
    let bytes = rest.as_bytes();
    let byte = *bytes.first()?;
    if style == Style::Json && byte == b'\\' {
        return Some(escape(rest));
    }
    if (b' '..=b'~').contains(&byte) && bytes.get(1).is_none_or(u8::is_ascii) {
        return Some(shown(&rest[..1], 1));
    }
    let mut characters = rest.chars();
    let character = characters.next()?;
    if let Some(width) = simple(character)
        && characters.next().is_none_or(|next| simple(next).is_some())
    {
        return Some(shown(&rest[..character.len_utf8()], width));
    }
    let cluster = window(rest, style).graphemes(true).next()?;
    if is_harmless(cluster) {
        return Some(shown(cluster, cluster.width()));
    }
    let alone = &rest[..character.len_utf8()];
    if is_harmless(alone) {
        return Some(shown(alone, alone.width()));
    }
    let text = match style {
        Style::Json => json_escape(character),
        Style::Plain(spelling) => picture(character, spelling),
    };
    Some(Unit {
        width: text.width(),
        text: Cow::Owned(text),
        len: character.len_utf8(),
        escaped: true,
        newline: character == '\n',
    })
}

fn shown(text: &str, width: usize) -> Unit<'_> {
    Unit {
        text: Cow::Borrowed(text),
        width,
        len: text.len(),
        escaped: false,
        newline: false,
    }
}

/// The start of the text that a cluster may reach into.
fn window(rest: &str, style: Style) -> &str {
    let mut end = rest.len().min(CLUSTER);
    while !rest.is_char_boundary(end) {
        end -= 1;
    }
    match rest[..end].find('\\') {
        Some(at) if style == Style::Json && at > 0 => &rest[..at],
        _ => &rest[..end],
    }
}

/// The width of characters that never join with one of their own kind; `None` for all others.
fn simple(character: char) -> Option<usize> {
    match character {
        ' '..='~' | 'À'..='ɏ' | 'Ѐ'..='\u{482}' | '\u{48A}'..='ԯ' => Some(1),
        '、' | '。' | 'ぁ'..='ゖ' | 'ァ'..='ヺ' | '一'..='\u{9fff}' | '가'..='힣' | '！'..='～' => {
            Some(2)
        }
        _ => None,
    }
}

fn json_escape(character: char) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for unit in character.encode_utf16(&mut [0; 2]) {
        // Writing to a String cannot fail.
        let _ = write!(text, "\\u{unit:04x}");
    }
    text
}

/// The unit at a backslash inside a JSON string.
fn escape(rest: &str) -> Unit<'_> {
    let as_written = |len: usize| Unit {
        text: Cow::Borrowed(&rest[..len]),
        width: len,
        len,
        escaped: true,
        newline: rest[..len].ends_with('n') && len == 2,
    };
    match rest.as_bytes().get(1) {
        Some(b'/') => Unit {
            len: 2,
            ..shown("/", 1)
        },
        Some(b'u') => {
            let (character, len) = character(rest, Style::Json);
            match character {
                Some(c) if !hides(c) && c != '"' && c != '\\' => {
                    coded(rest).unwrap_or_else(|| as_written(len))
                }
                _ => as_written(len),
            }
        }
        Some(_) => as_written(2.min(rest.len())),
        None => as_written(1),
    }
}

/// The first readable cluster of a run of `\uXXXX`, as characters.
fn coded(rest: &str) -> Option<Unit<'_>> {
    let (mut run, mut at) = (String::new(), 0);
    while run.len() < CLUSTER && rest[at..].starts_with("\\u") {
        let (Some(next), len) = character(&rest[at..], Style::Json) else {
            break;
        };
        run.push(next);
        at += len;
    }
    let clusters = [run.graphemes(true).next()?, &run[..first_len(&run)]];
    let cluster = clusters.into_iter().find(|cluster| is_harmless(cluster))?;
    Some(Unit {
        width: cluster.width(),
        len: cluster.encode_utf16().count() * 6,
        text: Cow::Owned(cluster.to_owned()),
        escaped: false,
        newline: false,
    })
}

fn first_len(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

/// The character at the start of a text and how many bytes write it; `None` for half a surrogate
/// pair.
pub(super) fn character(rest: &str, style: Style) -> (Option<char>, usize) {
    let Some(first) = rest.chars().next() else {
        return (None, 0);
    };
    if style != Style::Json || first != '\\' {
        return (Some(first), first.len_utf8());
    }
    let code = |at: usize| {
        (rest.get(at..at + 2) == Some("\\u"))
            .then(|| rest.get(at + 2..at + 6))
            .flatten()
            .and_then(|digits| u16::from_str_radix(digits, 16).ok())
    };
    let Some(high) = code(0) else {
        let character = match rest.as_bytes().get(1) {
            Some(b'n') => '\n',
            Some(b't') => '\t',
            Some(b'r') => '\r',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(other) if other.is_ascii() => char::from(*other),
            _ => return (Some('\\'), 1),
        };
        return (Some(character), 2);
    };
    let pair = code(6).map_or([high, 0], |low| [high, low]);
    match char::decode_utf16(pair).next() {
        Some(Ok(character)) => (Some(character), character.len_utf16() * 6),
        _ => (None, 6),
    }
}

/// How many of the first `limit` bytes are characters of one cell each that mean themselves.
pub(super) fn plain_len(text: &str, limit: usize) -> usize {
    let bytes = text.as_bytes().iter().take(limit);
    bytes
        .take_while(|byte| matches!(byte, b' '..=b'~') && **byte != b'\\')
        .count()
}

/// The width of a text in cells if it is at most `limit`.
pub(super) fn measure(text: &str, style: Style, limit: usize) -> Option<usize> {
    let plain = plain_len(text, limit.saturating_add(1));
    if plain == text.len() || plain > limit {
        return (plain <= limit).then_some(plain);
    }
    let mut used = 0;
    for unit in units(text, style) {
        used += unit.width;
        if used > limit {
            return None;
        }
    }
    Some(used)
}

/// How many bytes of the text go on a row of `width` cells: up to a line break, or behind the last
/// blank of its second half, or as much as there is room for; at least one unit.
pub(super) fn row_len(text: &str, style: Style, width: usize) -> usize {
    let bytes = text.as_bytes();
    let plain = plain_len(text, width + 1);
    if plain > width && width > 0 {
        let blank = bytes[width / 2..width].iter().rposition(|b| *b == b' ');
        return blank.map_or(width, |at| width / 2 + at + 1);
    }
    let (mut used, mut at, mut blank) = (0, 0, 0);
    for unit in units(text, style) {
        if used + unit.width > width && at > 0 {
            return if blank > 0 { blank } else { at };
        }
        used += unit.width;
        at += unit.len;
        if unit.newline {
            return at;
        }
        if unit.text == " " && used > width / 2 {
            blank = at;
        }
    }
    at
}

/// The rows of a short text.
pub(super) fn rows(text: &str, spelling: Spelling, width: usize) -> Vec<std::ops::Range<usize>> {
    let mut all = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let len = row_len(&text[at..], Style::Plain(spelling), width);
        all.push(at..at + len);
        at += len;
    }
    all
}
