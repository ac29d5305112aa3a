//! One row of text with the meaning of each part, and the pen that writes it.
//!
//! Rows are made for the visible part of a document only. Colours are not known here: an [`Ink`]
//! says what a piece is, the theme says how it looks.

use crate::domain::State;
use crate::domain::diagnose::Verdict;
use crate::domain::text::Spelling;

use super::text::{self, Style};

/// What a piece of text is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Ink {
    /// Prose and blanks.
    Plain,
    /// A heading or a column title.
    Head,
    /// A member or field name.
    Key,
    /// A string.
    Text,
    /// A number.
    Number,
    /// `true` or `false`.
    Bool,
    /// `null`.
    Null,
    /// Brackets, quotation marks, commas.
    Punct,
    /// A character that is written by its code because it is invisible or would act.
    Escape,
    /// Something folded, with its size.
    Folded,
    /// A BSON type.
    Type,
    /// Less important.
    Dim,
    /// As it should be.
    Ok,
    /// Worth a look.
    Warn,
    /// Wrong.
    Bad,
    /// On its way.
    Info,
    /// The byte where a value could not be read.
    Fault,
    /// How two sides compare.
    Verdict(Verdict),
    /// A state.
    State(State),
}

/// Whether a piece was searched for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Lit {
    /// No.
    No,
    /// One of the matches.
    Match,
    /// The match that the cursor stands on.
    Here,
}

/// A piece of one row: visible characters only, nothing that a terminal would obey.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Span {
    /// What it is.
    pub ink: Ink,
    /// Whether it was searched for.
    pub lit: Lit,
    /// The text.
    pub text: String,
}

/// One row of the screen.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Line {
    /// The pieces from left to right; together never wider than the viewer.
    pub spans: Vec<Span>,
    /// Cells of indentation that stand before the content, of the first span.
    pub indent: usize,
}

impl Line {
    /// The text without its inks.
    #[must_use]
    pub fn text(&self) -> String {
        self.spans.iter().map(|span| span.text.as_str()).collect()
    }
}

/// Where the matches are, in bytes of the text that is drawn; sorted, not overlapping.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hits<'a> {
    pub(super) all: &'a [Hit],
    pub(super) here: Option<usize>,
}

/// One match: a byte range in the item it belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Hit {
    /// The node, the line or the field, as the view counts them.
    pub(super) of: u32,
    /// First byte.
    pub(super) start: usize,
    /// Behind the last byte.
    pub(super) end: usize,
}

impl Hits<'_> {
    /// Whether the bytes from `start` up to `end` touch a match of item `of`.
    fn lit(&self, of: u32, start: usize, end: usize) -> Lit {
        let at = self
            .all
            .partition_point(|hit| (hit.of, hit.end) <= (of, start));
        match self.all.get(at) {
            Some(hit) if hit.of == of && hit.start < end => {
                if self.here == Some(at) {
                    Lit::Here
                } else {
                    Lit::Match
                }
            }
            _ => Lit::No,
        }
    }
}

/// Text that is a slice of a larger one, so that matches can be found in it.
#[derive(Clone, Copy)]
pub(super) struct Slice<'a> {
    pub(super) text: &'a str,
    /// Where it starts in the searched text.
    pub(super) start: usize,
    /// The item that it belongs to.
    pub(super) of: u32,
    pub(super) style: Style,
}

/// Writes one row from left to right and stops at its width.
pub(super) struct Pen<'a> {
    line: Line,
    left: usize,
    spelling: Spelling,
    hits: Hits<'a>,
}

impl<'a> Pen<'a> {
    pub(super) fn new(width: usize, spelling: Spelling, hits: Hits<'a>) -> Self {
        Self {
            line: Line::default(),
            left: width,
            spelling,
            hits,
        }
    }

    /// Cells that are still free.
    pub(super) fn left(&self) -> usize {
        self.left
    }

    pub(super) fn indent(&mut self, cells: usize) {
        let cells = cells.min(self.left);
        self.line.indent = cells;
        self.blanks(cells);
    }

    pub(super) fn blanks(&mut self, cells: usize) {
        if cells > 0 {
            self.push(Ink::Plain, &" ".repeat(cells.min(self.left)));
        }
    }

    /// Writes text of our own or foreign text; what would act on a terminal is pictured.
    pub(super) fn push(&mut self, ink: Ink, text: &str) {
        let slice = Slice {
            text,
            start: 0,
            of: u32::MAX,
            style: Style::Plain(self.spelling),
        };
        self.slice(ink, slice, usize::MAX);
    }

    /// Writes as much of a slice as `limit` and the row allow; what is cut ends in an ellipsis.
    pub(super) fn slice(&mut self, ink: Ink, slice: Slice<'_>, limit: usize) {
        let limit = limit.min(self.left);
        if limit == 0 {
            return;
        }
        let len = slice.text.len();
        let lit = self.hits.lit(slice.of, slice.start, slice.start + len);
        if lit == Lit::No && len <= limit && text::plain_len(slice.text, len) == len {
            self.add(ink, Lit::No, slice.text);
            self.left -= len;
            return;
        }
        // The ellipsis takes room only if something is left out.
        let whole = text::measure(slice.text, slice.style, limit).is_some();
        let cut = if whole { "" } else { self.spelling.sign(limit) };
        let cells = self.spelling.width(cut);
        let room = limit - cells;
        let (mut used, mut at) = (0, 0);
        for unit in text::units(slice.text, slice.style) {
            if used + unit.width > room {
                break;
            }
            let (from, to) = (slice.start + at, slice.start + at + unit.len);
            let lit = match lit {
                Lit::No => Lit::No,
                _ => self.hits.lit(slice.of, from, to),
            };
            let ink = if unit.escaped { Ink::Escape } else { ink };
            self.add(ink, lit, &unit.text);
            used += unit.width;
            at += unit.len;
        }
        self.left -= used + cells;
        if !whole {
            self.add(Ink::Folded, Lit::No, cut);
        }
    }

    /// Writes one unit that the caller has measured and made visible; `at` is item, first byte and
    /// the byte behind it.
    pub(super) fn unit(&mut self, ink: Ink, (text, width): (&str, usize), at: (u32, usize, usize)) {
        if width <= self.left {
            let lit = self.hits.lit(at.0, at.1, at.2);
            self.add(ink, lit, text);
            self.left -= width;
        }
    }

    /// Gives the row more cells.
    pub(super) fn widen(&mut self, cells: usize) {
        self.left += cells;
    }

    fn add(&mut self, ink: Ink, lit: Lit, text: &str) {
        match self.line.spans.last_mut() {
            Some(last) if last.ink == ink && last.lit == lit => last.text.push_str(text),
            _ => self.line.spans.push(Span {
                ink,
                lit,
                text: text.to_owned(),
            }),
        }
    }

    pub(super) fn done(self) -> Line {
        self.line
    }
}

/// One row with one text.
pub(super) fn sentence(ink: Ink, text: &str, width: usize, spelling: Spelling) -> Line {
    let mut pen = Pen::new(width, spelling, Hits::default());
    pen.push(ink, text);
    pen.done()
}
