//! Text of documents on its way to a person: aligned tables, one line or several.
//!
//! Only for people: what goes to programs is never changed here. What is made visible, and how, is
//! decided in `domain::text`.

use std::borrow::Cow;

use crate::domain::text::{Align, Spelling};

/// Cells of a column that may be cut.
const WIDEST: usize = 48;

/// The text with its line breaks and tabs, every other character that a terminal would act on
/// shown instead.
pub(super) fn visible_lines(text: &str, spelling: Spelling) -> Cow<'_, str> {
    spelling.clean_but(text, "\n\t")
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
            title: title.to_uppercase(),
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
    spelling: Spelling,
    begun: bool,
}

impl Table {
    pub(super) fn new(columns: Vec<Column>, spelling: Spelling) -> Self {
        Self {
            columns,
            spelling,
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
                let most = if column.cut { WIDEST } else { usize::MAX / 8 };
                self.spelling.truncate(cell, most).into_owned()
            })
            .collect()
    }

    fn measure(&mut self, rows: &[Vec<String>]) {
        let spelling = self.spelling;
        for (at, column) in self.columns.iter_mut().enumerate() {
            let cells = rows.iter().filter_map(|row| row.get(at));
            let widest = cells.map(|cell| spelling.width(cell)).max();
            let widest = widest.unwrap_or(0).max(spelling.width(&column.title));
            column.cells = column.cells.max(widest);
        }
    }

    fn line(&self, cells: &[String]) -> String {
        let mut out = String::new();
        for (column, cell) in self.columns.iter().zip(cells) {
            let align = if column.right {
                Align::Right
            } else {
                Align::Left
            };
            let cells = column.cells.max(self.spelling.width(cell));
            out.push_str(&self.spelling.fit(cell, cells, align));
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
    fn columns_stand_below_each_other_also_with_wide_text() {
        let mut table = Table::new(
            vec![Column::whole("name"), Column::number("n")],
            Spelling::Full,
        );
        let row = |name: &str, n: &str| vec![name.to_owned(), n.to_owned()];
        assert_eq!(
            table.lines(&[row("京都", "7"), row("a", "12")]),
            ["NAME   N", "京都   7", "a     12"]
        );
        assert_eq!(table.lines(&[row("longer", "1")]), ["longer   1"]);
    }
}
