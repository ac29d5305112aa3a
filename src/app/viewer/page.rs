//! Sentences and, below them, bytes: everything that is not a tree and not a table.
//!
//! Bytes are shown a fixed number to a row, each row with its offset, so that any place of any
//! value is reached without looking at what stands before it.

use std::ops::Range;
use std::sync::Arc;

use base64::Engine as _;

use super::Copied;
use super::find::{CAP, Found, Pattern};
use super::line::{Hit, Hits, Ink, Line, Pen, Slice};
use super::text::{self, Style};
use crate::domain::text::Spelling;

/// Cells of the labels of facts.
const LABELS: usize = 10;
/// The item number of the bytes among the matches.
const BYTES: u32 = u32::MAX - 1;

/// One sentence or fact.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) label: &'static str,
    pub(super) ink: Ink,
    pub(super) text: String,
}

impl Said {
    pub(super) fn new(ink: Ink, text: impl Into<String>) -> Self {
        let (label, text) = ("", text.into());
        Self { label, ink, text }
    }

    pub(super) fn fact(label: &'static str, text: impl Into<String>) -> Self {
        let (ink, text) = (Ink::Plain, text.into());
        Self { label, ink, text }
    }
}

/// Bytes to be shown.
#[derive(Clone, Debug)]
pub(super) enum Bytes {
    /// Text; invisible characters are pictured.
    Text(Arc<str>),
    /// Not text: a hex dump.
    Raw(Arc<[u8]>),
}

impl Bytes {
    /// Text if it is text.
    pub(super) fn of(raw: &Arc<[u8]>) -> Self {
        match std::str::from_utf8(raw) {
            Ok(text) => Self::Text(text.into()),
            Err(_) => Self::Raw(Arc::clone(raw)),
        }
    }

    /// For the clipboard: text as it is, else Base64.
    pub(super) fn copied(&self, key: &str) -> Copied {
        match self {
            Self::Text(text) => Copied {
                what: format!("bytes of {key}"),
                text: text.to_string(),
            },
            Self::Raw(bytes) => Copied {
                what: format!("bytes of {key} as Base64"),
                text: base64::engine::general_purpose::STANDARD.encode(bytes),
            },
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Raw(bytes) => bytes.len(),
        }
    }
}

/// Sentences above, bytes below.
#[derive(Clone, Debug)]
pub(super) struct Page {
    said: Vec<Said>,
    rows: Vec<(usize, Range<usize>)>,
    bytes: Option<Bytes>,
    /// The byte where reading failed.
    fault: Option<usize>,
    width: usize,
    spelling: Spelling,
}

impl Page {
    pub(super) fn new(said: Vec<Said>, bytes: Option<Bytes>, spelling: Spelling) -> Self {
        Self {
            said,
            rows: Vec::new(),
            bytes,
            fault: None,
            width: 0,
            spelling,
        }
    }

    pub(super) fn with_fault(mut self, at: Option<usize>) -> Self {
        self.fault = at;
        self
    }

    pub(super) fn resize(&mut self, width: usize) {
        if width == self.width {
            return;
        }
        self.width = width;
        self.rows.clear();
        for (at, said) in self.said.iter().enumerate() {
            let room = width.saturating_sub(self.label_width(said)).max(4);
            if said.text.is_empty() {
                self.rows.push((at, 0..0));
            }
            let pieces = text::rows(&said.text, self.spelling, room);
            self.rows
                .extend(pieces.into_iter().map(|piece| (at, piece)));
        }
    }

    fn label_width(&self, said: &Said) -> usize {
        if said.label.is_empty() {
            0
        } else {
            LABELS.min(self.width / 3)
        }
    }

    fn digits(&self) -> usize {
        self.bytes
            .as_ref()
            .map_or(1, |bytes| bytes.len().to_string().len())
            .max(4)
    }

    /// Bytes on one row.
    fn per_row(&self) -> usize {
        let room = self.width.saturating_sub(self.digits() + 2);
        match &self.bytes {
            Some(Bytes::Raw(_)) => match room {
                66.. => 16,
                34.. => 8,
                _ => 4,
            },
            _ => room.max(4),
        }
    }

    pub(super) fn len(&self) -> usize {
        let bytes = self.bytes.as_ref().map_or(0, Bytes::len);
        self.rows.len() + bytes.div_ceil(self.per_row())
    }

    /// The row of the place where reading failed.
    pub(super) fn fault_row(&self) -> Option<usize> {
        self.fault
            .filter(|_| self.bytes.is_some())
            .map(|at| self.byte_row(at))
    }

    fn byte_row(&self, at: usize) -> usize {
        let per_row = self.per_row();
        let mut row = at / per_row;
        // A character that begins on the row before may reach over its end.
        if row > 0 && self.range(row).start > at {
            row -= 1;
        }
        (self.rows.len() + row).min(self.len().saturating_sub(1))
    }

    /// The bytes of a row, cut between characters.
    fn range(&self, row: usize) -> Range<usize> {
        let len = self.bytes.as_ref().map_or(0, Bytes::len);
        let edge = |row: usize| {
            let mut at = (row * self.per_row()).min(len);
            if let Some(Bytes::Text(text)) = &self.bytes {
                while !text.is_char_boundary(at) {
                    at += 1;
                }
            }
            at
        };
        edge(row)..edge(row + 1)
    }

    pub(super) fn line(&self, row: usize, hits: Hits<'_>) -> Line {
        let mut pen = Pen::new(self.width, self.spelling, hits);
        match self.rows.get(row) {
            Some((at, piece)) => self.said_line(&mut pen, *at, piece.clone()),
            None => self.byte_line(&mut pen, row - self.rows.len()),
        }
        pen.done()
    }

    fn said_line(&self, pen: &mut Pen<'_>, at: usize, piece: Range<usize>) {
        let said = &self.said[at];
        let label = self.label_width(said);
        if piece.start == 0 && label > 0 {
            pen.push(Ink::Dim, &said.label[..said.label.len().min(label)]);
        }
        pen.blanks(label.saturating_sub(self.width - pen.left()));
        let slice = Slice {
            text: &said.text[piece.clone()],
            start: piece.start,
            of: u32::try_from(at).unwrap_or(u32::MAX),
            style: Style::Plain(self.spelling),
        };
        pen.slice(said.ink, slice, usize::MAX);
    }

    fn byte_line(&self, pen: &mut Pen<'_>, row: usize) {
        let range = self.range(row);
        pen.push(Ink::Dim, &format!("{:>1$}  ", range.start, self.digits()));
        match &self.bytes {
            None => {}
            Some(Bytes::Text(text)) => self.text_bytes(pen, text, range),
            Some(Bytes::Raw(bytes)) => self.hex_bytes(pen, bytes, range),
        }
    }

    fn ink_at(&self, from: usize, to: usize, ink: Ink) -> Ink {
        match self.fault {
            Some(at) if (from..to).contains(&at) => Ink::Fault,
            _ => ink,
        }
    }

    fn text_bytes(&self, pen: &mut Pen<'_>, text: &str, range: Range<usize>) {
        let mut at = range.start;
        for unit in text::units(&text[range], Style::Plain(self.spelling)) {
            let end = at + unit.len;
            // One cell at most for each byte, so that a row never grows beyond its width.
            let (text, width) = if unit.escaped && unit.width > 1 {
                (self.spelling.pick("␦", "?"), 1)
            } else {
                (&*unit.text, unit.width)
            };
            let ink = if unit.escaped {
                Ink::Escape
            } else {
                Ink::Plain
            };
            pen.unit(self.ink_at(at, end, ink), (text, width), (BYTES, at, end));
            at = end;
        }
    }

    fn hex_bytes(&self, pen: &mut Pen<'_>, bytes: &[u8], range: Range<usize>) {
        for at in range.clone() {
            let ink = self.ink_at(at, at + 1, Ink::Plain);
            pen.unit(ink, (&format!("{:02x}", bytes[at]), 2), (BYTES, at, at + 1));
            pen.blanks(1);
        }
        pen.blanks((self.per_row() - range.len()) * 3 + 1);
        for at in range {
            let (ink, text) = match bytes[at] {
                byte @ b' '..=b'~' => (Ink::Plain, char::from(byte).to_string()),
                _ => (Ink::Escape, ".".to_owned()),
            };
            pen.unit(
                self.ink_at(at, at + 1, ink),
                (&text, 1),
                (BYTES, at, at + 1),
            );
        }
    }

    pub(super) fn search(&self, pattern: &Pattern) -> Found {
        let mut found = Found::default();
        for (at, said) in (0..).zip(&self.said) {
            found.add(pattern, &said.text, Style::Plain(self.spelling), (at, 0));
        }
        match &self.bytes {
            Some(Bytes::Text(text)) => {
                found.add(pattern, text, Style::Plain(self.spelling), (BYTES, 0));
            }
            Some(Bytes::Raw(bytes)) => add_bytes(&mut found, &pattern.text(), bytes),
            None => {}
        }
        found
    }

    pub(super) fn row_of_hit(&self, hit: Hit) -> usize {
        if hit.of == BYTES {
            return self.byte_row(hit.start);
        }
        let place = (hit.of as usize, hit.start);
        let behind = self
            .rows
            .partition_point(|(at, piece)| (*at, piece.start) <= place);
        behind.saturating_sub(1)
    }

    /// The bytes, if there are any.
    pub(super) fn bytes(&self) -> Option<&Bytes> {
        self.bytes.as_ref()
    }
}

/// Matches in bytes that are not text: ASCII letters of either case.
fn add_bytes(found: &mut Found, pattern: &str, bytes: &[u8]) {
    let wanted = pattern.as_bytes();
    let mut at = 0;
    while at + wanted.len() <= bytes.len() {
        let end = at + wanted.len();
        if !bytes[at..end].eq_ignore_ascii_case(wanted) {
            at += 1;
            continue;
        }
        if found.hits.len() == CAP {
            found.capped = true;
            return;
        }
        let (of, start) = (BYTES, at);
        found.hits.push(Hit { of, start, end });
        at = end;
    }
}
