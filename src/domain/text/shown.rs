//! Which characters act or hide, and what is shown in their place.
//!
//! The one rule of the program; nothing else decides what may reach a cell as it is.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr;

use super::{Spelling, is_plain};

/// Characters that one cluster may have; more than any emoji needs.
const CLUSTER: usize = 16;

/// How a cluster is shown.
pub(super) fn shown(cluster: &str, spelling: Spelling) -> Cow<'_, str> {
    if is_harmless(cluster) {
        return Cow::Borrowed(cluster);
    }
    if spelling == Spelling::Full
        && cluster.width() == 0
        && cluster.chars().all(|character| !hides(character))
    {
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
            text.push_str(&picture(character, spelling));
        }
        before = Some(character);
        count += 1;
    }
    Cow::Owned(with_width(text, spelling))
}

/// The same text, in which a cluster that came to stand alone and would take no cell is written by
/// its codes.
fn with_width(text: String, spelling: Spelling) -> String {
    if text.graphemes(true).all(|cluster| cluster.width() > 0) {
        return text;
    }
    let mut whole = String::with_capacity(text.len() + 8);
    for cluster in text.graphemes(true) {
        if cluster.width() > 0 {
            whole.push_str(cluster);
        } else {
            for character in cluster.chars() {
                whole.push_str(&picture(character, spelling));
            }
        }
    }
    whole
}

/// Whether a character never stands for itself outside of a cluster that it belongs to.
#[must_use]
pub fn hides(character: char) -> bool {
    character.is_control() || is_format(character)
}

/// Whether a cluster can be shown as it is.
#[must_use]
pub fn is_harmless(cluster: &str) -> bool {
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

/// What stands for a character that acts or hides: `␛`, `⟪U+202E⟫`; in ASCII `<U+001B>`.
#[must_use]
pub fn picture(character: char, spelling: Spelling) -> String {
    let (full, code) = (spelling == Spelling::Full, u32::from(character));
    let picture = match code {
        0..0x20 if full => char::from_u32(0x2400 + code),
        0x7f if full => Some('␡'),
        _ => None,
    };
    match picture {
        Some(picture) => picture.to_string(),
        None if full => format!("⟪U+{code:04X}⟫"),
        None => format!("<U+{code:04X}>"),
    }
}
