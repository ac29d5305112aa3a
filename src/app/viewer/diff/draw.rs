//! One row of the comparison as text.

use std::ops::Range;

use super::super::line::{Hits, Ink, Line, Pen, Slice};
use super::super::text::Style;
use super::{Diff, Part, Row, of};

/// Cells between columns.
const GAP: usize = 2;

/// Cells of a verdict beside the field's name, where there are so many.
const VERDICT: usize = 12;

/// In the order of the columns.
const COLUMNS: [Part; 4] = [Part::Name, Part::Lite, Part::Full, Part::Said];

/// Cells in front of a name for the mark of the state that hangs on the field.
const GUTTER: usize = 2;

impl Diff {
    /// Cells of the four columns.
    fn columns(&self) -> [usize; 4] {
        let widest = |part: Part| {
            let items = self.items[..self.fields].iter();
            items
                .map(|item| self.spelling.width(&item.texts[part as usize]))
                .max()
                .unwrap_or(0)
        };
        let name = widest(Part::Name).clamp(8, 24) + GUTTER;
        let said = (widest(Part::Said) + 2).max(12).min(self.width / 3);
        let sides = self.width.saturating_sub(name + said + 3 * GAP);
        [name, sides - sides / 2, sides / 2, said]
    }

    fn full_title(&self) -> String {
        match &self.version {
            Some(version) => format!("full (0G, {version})"),
            None => "full (0G)".to_owned(),
        }
    }

    /// The titles of the columns, if there are columns.
    pub(in crate::app::viewer) fn titles(&self) -> Option<Line> {
        if !self.is_table() || self.fields == 0 {
            return None;
        }
        let mut pen = Pen::new(self.width, self.spelling, Hits::default());
        let titles = ["field", "lite (Mongo)", &self.full_title(), "verdict"];
        for (title, width) in titles.into_iter().zip(self.columns()) {
            column(&mut pen, width, |pen, width| {
                let before = pen.left();
                if title == titles[0] {
                    pen.blanks(GUTTER);
                }
                pen.push(Ink::Head, title);
                width.saturating_sub(before - pen.left())
            });
        }
        Some(pen.done())
    }

    pub(in crate::app::viewer) fn line(&self, row: usize, hits: Hits<'_>) -> Line {
        let mut pen = Pen::new(self.width, self.spelling, hits);
        let Some((at, row)) = self.rows.get(row) else {
            return pen.done();
        };
        match row {
            Row::Table => {
                for (part, width) in COLUMNS.into_iter().zip(self.columns()) {
                    column(&mut pen, width, |pen, width| {
                        let before = pen.left();
                        self.cell(pen, *at, part, width);
                        width.saturating_sub(before - pen.left())
                    });
                }
            }
            Row::Name => {
                let [name, lite, full, _] = self.columns();
                let half = if self.is_table() {
                    name + lite + full + 2 * GAP
                } else {
                    // The verdict keeps room for its mark and a word.
                    let third = self.width / 3;
                    let room = self.width.saturating_sub(GAP + VERDICT);
                    name.max(third).min(room.max(third))
                };
                let before = pen.left();
                self.cell(&mut pen, *at, Part::Name, half);
                pen.blanks((half + GAP).saturating_sub(before - pen.left()));
                self.cell(&mut pen, *at, Part::Said, usize::MAX);
            }
            Row::Side(part, piece) => {
                let title = if *part == Part::Lite { "lite" } else { "full" };
                pen.blanks(2);
                pen.push(Ink::Dim, if piece.start == 0 { title } else { "    " });
                pen.blanks(2);
                self.piece(&mut pen, *at, *part, piece.clone());
            }
            Row::Sentence(piece) => {
                let bullet = self.spelling.pick("• ", "  ");
                let is_finding = *at >= self.fields.max(1);
                match (is_finding, piece.start) {
                    (true, 0) => pen.push(Ink::Warn, bullet),
                    (true, _) => pen.blanks(2),
                    (false, _) => {}
                }
                self.piece(&mut pen, *at, Part::Said, piece.clone());
            }
            Row::Heading => pen.push(Ink::Head, "Findings"),
            Row::Blank => {}
        }
        pen.done()
    }

    /// One column of a field.
    fn cell(&self, pen: &mut Pen<'_>, at: usize, part: Part, width: usize) {
        let (mut width, mut ink) = (width, Ink::Plain);
        match (part, self.items[at].verdict) {
            (Part::Name, _) => {
                ink = Ink::Key;
                match self.items[at].decides {
                    None => pen.blanks(GUTTER),
                    Some(state) => {
                        pen.push(Ink::State(state), state.row().sign(self.spelling));
                        pen.blanks(1);
                    }
                }
                width = width.saturating_sub(GUTTER);
            }
            (Part::Said, Some(verdict)) => {
                ink = Ink::Verdict(verdict);
                pen.push(ink, verdict.row().sign(self.spelling));
                pen.blanks(1);
                width = width.saturating_sub(2);
            }
            _ => {}
        }
        let text = &self.items[at].texts[part as usize];
        let slice = self.slice(at, part, 0..text.len());
        if text.is_empty() && part != Part::Said {
            return pen.push(Ink::Dim, self.nothing());
        }
        pen.slice(ink, slice, width);
    }

    fn nothing(&self) -> &'static str {
        self.spelling.pick("–", "(none)")
    }

    fn piece(&self, pen: &mut Pen<'_>, at: usize, part: Part, piece: Range<usize>) {
        if self.items[at].texts[part as usize].is_empty() {
            return pen.push(Ink::Dim, self.nothing());
        }
        pen.slice(Ink::Plain, self.slice(at, part, piece), usize::MAX);
    }

    fn slice(&self, at: usize, part: Part, piece: Range<usize>) -> Slice<'_> {
        Slice {
            text: &self.items[at].texts[part as usize][piece.clone()],
            start: piece.start,
            of: of(at, part),
            style: Style::Plain(self.spelling),
        }
    }
}

/// Writes one column; `write` says how many of its cells are left.
fn column(pen: &mut Pen<'_>, width: usize, write: impl FnOnce(&mut Pen<'_>, usize) -> usize) {
    let left = write(pen, width);
    pen.blanks(left + GAP);
}
