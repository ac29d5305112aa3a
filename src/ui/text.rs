//! Text from the stores on a grid of cells: how wide it is, cut to a width, and harmless.
//!
//! Nothing that comes out of here acts on a terminal or hides itself:
//!
//! - control characters become their pictures: `␛` for escape, `␊` for a line feed, `␡` for delete;
//! - C1 controls, direction marks and overrides, invisible and blank format characters, line
//!   separators, private and unassigned tags become their code: `⟪U+202E⟫`;
//! - a joiner, a variation selector or a flag's tags stay where they belong, inside a cluster such
//!   as a family emoji, and are shown as their code anywhere else;
//! - a mark without a base gets one to stand on (`◌`), and a pile of them is cut.
//!
//! Direction is left alone: right-to-left letters stay in the order in which they are stored.
//! Widths are those of whole clusters, as ratatui counts them.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr;

/// Which side of a column text stands on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// Stands for what was cut off.
const CUT: &str = "…";
/// Characters that one cluster may have; more than any emoji needs.
const CLUSTER: usize = 16;

/// Text in which nothing acts or hides. Without anything of that kind it is the text itself.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    if is_plain(text) || text.graphemes(true).all(is_harmless) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.graphemes(true).map(shown).collect())
}

/// Cells that [`clean`] text takes.
#[must_use]
pub fn width(text: &str) -> usize {
    if is_plain(text) {
        return text.len();
    }
    text.graphemes(true)
        .map(|cluster| shown(cluster).as_ref().cells())
        .sum()
}

/// Clean text of at most `width` cells, the end cut off if need be. Looks only at what fits.
#[must_use]
pub fn truncate(text: &str, width: usize) -> Cow<'_, str> {
    // far enough to hold what may still change the last cluster that fits
    let seen = start_of(text, width + 5);
    if is_plain(seen) {
        if text.len() <= width {
            return Cow::Borrowed(text);
        }
        if let Some(kept) = width.checked_sub(1) {
            return Cow::Owned(format!("{}{CUT}", &text[..kept]));
        }
        return Cow::Borrowed("");
    }
    match take(text.graphemes(true), width) {
        Taken::All(shown) => Cow::Owned(shown.concat()),
        Taken::Part(mut shown) if width > 0 => {
            shown.push(Cow::Borrowed(CUT));
            Cow::Owned(shown.concat())
        }
        Taken::Part(_) => Cow::Borrowed(""),
    }
}

/// Clean text of at most `width` cells, the *start* cut off if need be: the ends of ids differ.
#[must_use]
pub fn shorten_left(text: &str, width: usize) -> Cow<'_, str> {
    match take(text.graphemes(true).rev(), width) {
        Taken::All(_) => clean(text),
        Taken::Part(_) if width == 0 => Cow::Borrowed(""),
        Taken::Part(mut shown) => {
            shown.push(Cow::Borrowed(CUT));
            shown.reverse();
            Cow::Owned(shown.concat())
        }
    }
}

/// Clean text of exactly `width` cells: cut or filled up with blanks.
#[must_use]
pub fn fit(text: &str, width: usize, align: Align) -> String {
    let text = truncate(text, width);
    let blanks = " ".repeat(width.saturating_sub(text.cells()));
    match align {
        Align::Left => text.into_owned() + &blanks,
        Align::Right => blanks + &text,
    }
}

/// Visible text without its first `cells` cells. Half of a wide cluster becomes a blank.
#[must_use]
pub fn skip(text: &str, cells: usize) -> String {
    let mut left = cells;
    let mut rest = String::new();
    for cluster in text.graphemes(true).map(shown) {
        let width = cluster.as_ref().cells();
        if left == 0 {
            rest.push_str(&cluster);
        } else if width > left {
            rest.extend(std::iter::repeat_n(' ', width - left));
        }
        left = left.saturating_sub(width);
    }
    rest
}

/// Visible text in lines of at most `width` cells, broken between words, and inside a word
/// that is too long for a line.
#[must_use]
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in text.split_whitespace() {
        let room = width.saturating_sub(line.as_str().cells() + 1);
        if !line.is_empty() && self::width(word) <= room {
            line.push(' ');
            line.push_str(&clean(word));
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        let mut parts: Vec<_> = rows(word, width.max(1))
            .map(|row| clean(&word[row]).into_owned())
            .collect();
        line = parts.pop().unwrap_or_default();
        lines.append(&mut parts);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// The byte ranges of the rows that text makes in columns of `width` cells, broken between
/// clusters and behind line feeds. Every row has at least one cluster, so it always ends.
pub fn rows(text: &str, width: usize) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut from = 0;
    std::iter::from_fn(move || {
        let rest = text.get(from..).filter(|rest| !rest.is_empty())?;
        let (mut cells, mut end) = (0, 0);
        for (at, cluster) in rest.grapheme_indices(true) {
            cells += shown(cluster).as_ref().cells();
            if at > 0 && cells > width {
                break;
            }
            end = at + cluster.len();
            if cluster.ends_with('\n') {
                break;
            }
        }
        let row = from..from + end;
        from += end;
        Some(row)
    })
}

/// Whether it is printable ASCII, one cell a byte.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| (0x20..0x7f).contains(&byte))
}

/// The first `bytes` bytes, or a few less.
fn start_of(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

trait Cells {
    /// Cells of text that is shown as it is.
    fn cells(&self) -> usize;
}

impl Cells for str {
    fn cells(&self) -> usize {
        if is_plain(self) {
            return self.len();
        }
        self.graphemes(true).map(UnicodeWidthStr::width).sum()
    }
}

enum Taken<'a> {
    All(Vec<Cow<'a, str>>),
    /// What fits beside the sign of the cut.
    Part(Vec<Cow<'a, str>>),
}

/// Clusters as they are shown, as many as fit.
fn take<'a>(clusters: impl Iterator<Item = &'a str>, width: usize) -> Taken<'a> {
    let (mut taken, mut cells) = (Vec::new(), 0);
    for cluster in clusters {
        let cluster = shown(cluster);
        cells += cluster.as_ref().cells();
        taken.push(cluster);
        if cells > width {
            while cells + 1 > width
                && let Some(last) = taken.pop()
            {
                cells -= last.as_ref().cells();
            }
            return Taken::Part(taken);
        }
    }
    Taken::All(taken)
}

/// How a cluster is shown.
fn shown(cluster: &str) -> Cow<'_, str> {
    if is_harmless(cluster) {
        return Cow::Borrowed(cluster);
    }
    if cluster.width() == 0 && cluster.chars().all(|character| !hides(character)) {
        let standing = format!("◌{cluster}");
        let mut clusters = standing.graphemes(true);
        if (clusters.next().map(str::width), clusters.next()) == (Some(1), None) {
            return Cow::Owned(standing);
        }
    }
    let mut text = String::with_capacity(cluster.len() + 8);
    let mut characters = cluster.chars().peekable();
    let base = characters.peek().copied().filter(|_| cluster.width() > 0);
    let (mut before, mut count) = (None, 0);
    while let Some(character) = characters.next() {
        let next = characters.peek().copied();
        if base.is_some() && count < CLUSTER && belongs(character, Around { base, before, next }) {
            text.push(character);
        } else {
            push_visible(&mut text, character);
        }
        before = Some(character);
        count += 1;
    }
    Cow::Owned(with_width(text))
}

/// The same text, in which a cluster that came to stand alone and would take no cell is written by
/// its codes.
fn with_width(text: String) -> String {
    if text.graphemes(true).all(|cluster| cluster.width() > 0) {
        return text;
    }
    let mut whole = String::with_capacity(text.len() + 8);
    for cluster in text.graphemes(true) {
        if cluster.width() > 0 {
            whole.push_str(cluster);
        } else {
            for character in cluster.chars() {
                push_visible(&mut whole, character);
            }
        }
    }
    whole
}

/// Whether a character never stands for itself outside of a cluster that it belongs to.
fn hides(character: char) -> bool {
    character.is_control() || is_format(character)
}

/// Whether a cluster can be shown as it is.
fn is_harmless(cluster: &str) -> bool {
    if is_plain(cluster) {
        return true;
    }
    let mut characters = cluster.chars().peekable();
    let base = characters.peek().copied();
    let (mut before, mut count) = (None, 0);
    while let Some(character) = characters.next() {
        let next = characters.peek().copied();
        if count == CLUSTER || !belongs(character, Around { base, before, next }) {
            return false;
        }
        before = Some(character);
        count += 1;
    }
    cluster.width() > 0
}

/// The neighbours of a character in its cluster.
#[derive(Clone, Copy)]
struct Around {
    base: Option<char>,
    before: Option<char>,
    next: Option<char>,
}

/// Whether a character may stand there as it is.
fn belongs(character: char, around: Around) -> bool {
    let behind_letter = around
        .before
        .is_some_and(|before| !before.is_ascii() && !is_format(before));
    match character {
        // joiners: between the parts of an emoji, between letters of scripts that join
        '\u{200c}' | '\u{200d}' => behind_letter || around.before.is_some_and(is_selector),
        // one selector behind one character; `1️⃣` is a digit with a selector and a frame
        _ if is_selector(character) => behind_letter || around.next == Some('\u{20e3}'),
        // the flags of England, Scotland and Wales
        '\u{e0020}'..='\u{e007f}' => around.base == Some('\u{1f3f4}'),
        _ => !hides(character),
    }
}

fn is_selector(character: char) -> bool {
    matches!(character, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Characters without a picture of their own that change, hide or order others.
fn is_format(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{8e2}'
        | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
        || is_selector(character)
}

fn push_visible(text: &mut String, character: char) {
    let picture = match u32::from(character) {
        code @ 0..0x20 => char::from_u32(0x2400 + code),
        0x7f => Some('␡'),
        _ => None,
    };
    match picture {
        Some(picture) => text.push(picture),
        // writing to a String does not fail
        None => drop(write!(text, "⟪U+{:04X}⟫", u32::from(character))),
    }
}

#[cfg(test)]
mod tests;
