//! Text of documents on its way to a person: control characters made visible, aligned tables.
//!
//! Only for people: what goes to programs is never changed here.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Cells of a column that may be cut.
const WIDEST: usize = 48;

/// Characters that move the cursor, change the terminal or turn the direction of text.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        )
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
        || matches!(c, '\u{e0000}'..='\u{e007f}')
}

/// The text on one line, every character that a terminal would act on shown instead.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    shown(text, "")
}

/// The same, with line breaks and tabs kept.
pub(super) fn visible_lines(text: &str) -> Cow<'_, str> {
    shown(text, "\n\t")
}

fn shown<'a>(text: &'a str, kept: &str) -> Cow<'a, str> {
    let hidden = |c: char| is_unsafe(c) && !kept.contains(c);
    if !text.contains(hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match u32::from(c) {
            _ if !hidden(c) => out.push(c),
            // The pictures of the control characters stand in the same order.
            code @ 0..0x20 => out.extend(char::from_u32(0x2400 + code)),
            0x7f => out.push('\u{2421}'),
            code => {
                // Writing to a String cannot fail.
                let _ = write!(out, "<U+{code:04X}>");
            }
        }
    }
    Cow::Owned(out)
}

/// Cells that a visible text takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// The text in at most so many cells, its end cut off.
pub(super) fn cut(text: &str, cells: usize) -> Cow<'_, str> {
    if width(text) <= cells {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > cells {
            break;
        }
        out.push(c);
    }
    out.push('…');
    Cow::Owned(out)
}

/// One column of a table.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) title: String,
    /// Numbers stand at the right.
    pub(super) right: bool,
    /// Cells are cut to a readable width.
    pub(super) cut: bool,
    cells: usize,
}

impl Column {
    /// A column whose cells are never cut.
    pub(super) fn whole(title: &str) -> Self {
        Self {
            title: visible(title).to_uppercase(),
            right: false,
            cut: false,
            cells: 0,
        }
    }

    /// A column whose cells may be cut.
    pub(super) fn short(title: &str) -> Self {
        Self {
            cut: true,
            ..Self::whole(title)
        }
    }

    /// The same, wide enough for cells that come later.
    pub(super) fn at_least(self, cells: usize) -> Self {
        Self { cells, ..self }
    }

    /// A column of numbers.
    pub(super) fn number(title: &str) -> Self {
        Self {
            right: true,
            ..Self::whole(title)
        }
    }
}

/// A table that is printed in pieces: widths come from the first piece, and a later cell that is
/// wider only pushes its own line.
pub(super) struct Table {
    columns: Vec<Column>,
    begun: bool,
}

impl Table {
    pub(super) fn new(columns: Vec<Column>) -> Self {
        Self {
            columns,
            begun: false,
        }
    }

    /// The lines of some rows; before the first ones the titles. Cells are made visible here.
    pub(super) fn lines(&mut self, rows: &[Vec<String>]) -> Vec<String> {
        let shown: Vec<Vec<String>> = rows.iter().map(|row| self.cells(row)).collect();
        let mut out = Vec::with_capacity(rows.len() + 1);
        if !self.begun {
            self.begun = true;
            self.measure(&shown);
            let titles: Vec<String> = self.columns.iter().map(|c| c.title.clone()).collect();
            out.push(self.line(&titles));
        }
        out.extend(shown.iter().map(|row| self.line(row)));
        out
    }

    fn cells(&self, row: &[String]) -> Vec<String> {
        let cells = self.columns.iter().zip(row);
        cells
            .map(|(column, cell)| {
                let text = visible(cell);
                if column.cut {
                    cut(&text, WIDEST).into_owned()
                } else {
                    text.into_owned()
                }
            })
            .collect()
    }

    fn measure(&mut self, rows: &[Vec<String>]) {
        for (at, column) in self.columns.iter_mut().enumerate() {
            let widest = rows.iter().filter_map(|row| row.get(at)).map(|c| width(c));
            let widest = widest.max().unwrap_or(0).max(width(&column.title));
            column.cells = column.cells.max(widest);
        }
    }

    fn line(&self, cells: &[String]) -> String {
        let mut out = String::new();
        for (column, cell) in self.columns.iter().zip(cells) {
            let blanks = " ".repeat(column.cells.saturating_sub(width(cell)));
            if column.right {
                out.push_str(&blanks);
                out.push_str(cell);
            } else {
                out.push_str(cell);
                out.push_str(&blanks);
            }
            out.push_str("  ");
        }
        out.truncate(out.trim_end().len());
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_would_act_on_is_left() {
        assert_eq!(visible("\x1b[31mred\r\n\x7f"), "␛[31mred␍␊␡");
        assert_eq!(
            visible("a\u{9b}31m\u{202e}b\u{200b}"),
            "a<U+009B>31m<U+202E>b<U+200B>"
        );
        assert_eq!(visible_lines("a\n\tb\u{1b}"), "a\n\tb␛");
        assert!(matches!(
            visible("plain 京都 🚆"),
            Cow::Borrowed("plain 京都 🚆")
        ));
    }

    #[test]
    fn a_cut_text_fits_and_says_so() {
        assert_eq!(cut("京都へ行く", 6), "京都…");
        assert_eq!(cut("Kyoto", 5), "Kyoto");
    }

    #[test]
    fn columns_stand_below_each_other_also_with_wide_text() {
        let mut table = Table::new(vec![Column::whole("name"), Column::number("n")]);
        let row = |name: &str, n: &str| vec![name.to_owned(), n.to_owned()];
        assert_eq!(
            table.lines(&[row("京都", "7"), row("a", "12")]),
            ["NAME   N", "京都   7", "a     12"]
        );
        assert_eq!(table.lines(&[row("longer", "1")]), ["longer   1"]);
    }
}
