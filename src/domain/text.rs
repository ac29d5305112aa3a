//! Text on a grid of cells: how wide it is, cut to a width, and harmless.
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
//! Widths are those of whole clusters, as terminals count them. A [`Spelling`] says whether what is
//! added here may go beyond ASCII; what is stored is never translated.

mod sentence;
mod shown;

use std::borrow::Cow;
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr;

pub use sentence::Sentence;
use shown::shown;
pub use shown::{hides, is_harmless, picture};

/// Which side of a column text stands on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// Which characters the program itself may use.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Spelling {
    /// Those of a full font.
    #[default]
    Full,
    /// ASCII.
    Ascii,
}

/// Our own signs inside sentences, and their ASCII.
const SIGNS: [(&str, &str); 9] = [
    (" · ", "; "),
    (" …", " .."),
    ("…", ".."),
    ("→", "->"),
    ("≠", "!="),
    ("≈", "ca "),
    ("≥", ">="),
    ("×", "x"),
    ("–", "-"),
];

/// Text in which nothing acts or hides, at full spelling; without anything of that kind the text
/// itself.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    Spelling::Full.clean(text)
}

/// One line of at most `most` cells from a stranger's text, for our own messages, which are ASCII
/// in all that we add.
#[must_use]
pub fn one_line(text: &str, most: usize) -> String {
    Spelling::Ascii.truncate(text, most).into_owned()
}

impl Spelling {
    /// The spelling that `ui.ascii` asks for.
    #[must_use]
    pub fn of(ascii: bool) -> Self {
        if ascii { Self::Ascii } else { Self::Full }
    }

    /// Whether it is ASCII.
    #[must_use]
    pub fn is_ascii(self) -> bool {
        self == Self::Ascii
    }

    /// One of two spellings of one thing.
    #[must_use]
    pub fn pick<T>(self, full: T, ascii: T) -> T {
        if self.is_ascii() { ascii } else { full }
    }

    /// Stands for what was cut off.
    #[must_use]
    pub fn cut(self) -> &'static str {
        self.pick("…", "..")
    }

    /// Between two facts on a line.
    #[must_use]
    pub fn dot(self) -> &'static str {
        self.pick(" · ", "; ")
    }

    /// A sentence of our own, without anything stored in it, in this spelling.
    #[must_use]
    pub fn ours(self, text: &str) -> Cow<'_, str> {
        if text.is_ascii() || !self.is_ascii() {
            return Cow::Borrowed(text);
        }
        let signs = SIGNS.iter();
        Cow::Owned(signs.fold(text.to_owned(), |text, (full, ascii)| {
            text.replace(full, ascii)
        }))
    }

    /// Text in which nothing acts or hides. Without anything of that kind it is the text itself.
    #[must_use]
    pub fn clean(self, text: &str) -> Cow<'_, str> {
        self.clean_but(text, "")
    }

    /// The same, with the characters in `kept` left as they are: line feeds and tabs of a text of
    /// several lines.
    #[must_use]
    pub fn clean_but<'t>(self, text: &'t str, kept: &str) -> Cow<'t, str> {
        let stays = |cluster: &str| {
            is_harmless(cluster) || (!kept.is_empty() && cluster.chars().all(|c| kept.contains(c)))
        };
        if is_plain(text) || text.graphemes(true).all(stays) {
            return Cow::Borrowed(text);
        }
        let cluster = |cluster| {
            if stays(cluster) {
                Cow::Borrowed(cluster)
            } else if cluster == "\r\n" && kept.contains('\n') {
                Cow::Owned(picture('\r', self) + "\n")
            } else {
                shown(cluster, self)
            }
        };
        Cow::Owned(text.graphemes(true).map(cluster).collect())
    }

    /// Cells that [`Self::clean`] text takes.
    #[must_use]
    pub fn width(self, text: &str) -> usize {
        if is_plain(text) {
            return text.len();
        }
        text.graphemes(true)
            .map(|cluster| shown(cluster, self).as_ref().cells())
            .sum()
    }

    /// Clean text of at most `width` cells, the end cut off if need be. Looks only at what fits.
    #[must_use]
    pub fn truncate(self, text: &str, width: usize) -> Cow<'_, str> {
        // far enough to hold what may still change the last cluster that fits
        let seen = start_of(text, width + 5);
        if is_plain(seen) && text.len() <= width {
            return Cow::Borrowed(text);
        }
        let sign = self.sign(width);
        if is_plain(seen) {
            let kept = width - sign.cells();
            return Cow::Owned(format!("{}{sign}", &text[..kept]));
        }
        match self.take(text.graphemes(true), width) {
            Taken::All(shown) => Cow::Owned(shown.concat()),
            Taken::Part(shown) => Cow::Owned(shown.concat() + sign),
        }
    }

    /// Clean text of at most `width` cells, the *start* cut off if need be: the ends of ids differ.
    #[must_use]
    pub fn shorten_left(self, text: &str, width: usize) -> Cow<'_, str> {
        match self.take(text.graphemes(true).rev(), width) {
            Taken::All(_) => self.clean(text),
            Taken::Part(mut shown) => {
                shown.push(Cow::Borrowed(self.sign(width)));
                shown.reverse();
                Cow::Owned(shown.concat())
            }
        }
    }

    /// Clean text of exactly `width` cells: cut or filled up with blanks.
    #[must_use]
    pub fn fit(self, text: &str, width: usize, align: Align) -> String {
        let text = self.truncate(text, width);
        let blanks = " ".repeat(width.saturating_sub(text.cells()));
        match align {
            Align::Left => text.into_owned() + &blanks,
            Align::Right => blanks + &text,
        }
    }

    /// Visible text without its first `cells` cells. Half of a wide cluster becomes a blank.
    #[must_use]
    pub fn skip(self, text: &str, cells: usize) -> String {
        let mut left = cells;
        let mut rest = String::new();
        for cluster in text.graphemes(true).map(|cluster| shown(cluster, self)) {
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

    /// Visible text in lines of at most `width` cells, broken at line feeds, between words, and
    /// inside a word that is too long for a line. Blanks stand as they are, except where a line is
    /// broken.
    #[must_use]
    pub fn wrap(self, text: &str, width: usize) -> Vec<String> {
        let mut lines = Vec::new();
        for part in text.split('\n') {
            self.wrap_into(&mut lines, part, width.max(1));
        }
        lines
    }

    fn wrap_into(self, lines: &mut Vec<String>, text: &str, width: usize) {
        let mut line = String::new();
        let mut blanks = 0;
        let mut words = 0;
        for word in text.split(' ') {
            if word.is_empty() {
                blanks += 1;
                continue;
            }
            let before = line.as_str().cells() + blanks;
            let fits = before + self.width(word) <= width;
            if fits || words == 0 {
                line.extend(std::iter::repeat_n(' ', blanks.min(width / 2)));
            } else {
                lines.push(std::mem::take(&mut line));
            }
            if fits {
                line.push_str(&self.clean(word));
            } else {
                let room = width - line.as_str().cells();
                let rows = self.rows(word, room);
                for (at, row) in rows.map(|row| self.clean(&word[row])).enumerate() {
                    if at > 0 {
                        lines.push(std::mem::take(&mut line));
                    }
                    line.push_str(&row);
                }
            }
            blanks = 1;
            words += 1;
        }
        lines.push(line);
    }

    /// The byte ranges of the rows that text makes in columns of `width` cells, broken between
    /// clusters and behind line feeds. Every row has at least one cluster, so it always ends.
    pub fn rows(self, text: &str, width: usize) -> impl Iterator<Item = Range<usize>> + '_ {
        let mut from = 0;
        std::iter::from_fn(move || {
            let rest = text.get(from..).filter(|rest| !rest.is_empty())?;
            let (mut cells, mut end) = (0, 0);
            for (at, cluster) in rest.grapheme_indices(true) {
                cells += shown(cluster, self).as_ref().cells();
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

    /// The sign of a cut in a place of so many cells.
    #[must_use]
    pub fn sign(self, width: usize) -> &'static str {
        match (self, width) {
            (_, 0) => "",
            (Self::Ascii, 1) => ".",
            _ => self.cut(),
        }
    }

    /// Clusters as they are shown, as many as fit.
    fn take<'a>(self, clusters: impl Iterator<Item = &'a str>, width: usize) -> Taken<'a> {
        let sign = self.sign(width).cells();
        let (mut taken, mut cells) = (Vec::new(), 0);
        for cluster in clusters {
            let cluster = shown(cluster, self);
            cells += cluster.as_ref().cells();
            taken.push(cluster);
            if cells > width {
                while cells + sign > width
                    && let Some(last) = taken.pop()
                {
                    cells -= last.as_ref().cells();
                }
                return Taken::Part(taken);
            }
        }
        Taken::All(taken)
    }
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

#[cfg(test)]
mod tests;
