//! How wide the columns of the list are. The widths follow the loaded rows.

use crate::domain::columns::{SAMPLE, cell};
use crate::domain::text::Spelling;
use crate::domain::{Bson, Lite, Model};

/// Widest column in cells; text is cut there.
const WIDEST: usize = 32;
/// A column is not made narrower than this to fit beside the others.
const NARROWEST: u16 = 10;
/// Cells of a date with its seconds.
const DATE: usize = 19;

/// One column.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Column {
    /// Dotted path of the field.
    pub path: String,
    /// Width in cells.
    pub width: u16,
    /// Numbers stand at the right.
    pub right: bool,
    /// It holds dates, which are UTC.
    pub dates: bool,
}

/// Measures columns over the first loaded rows.
#[must_use]
pub fn measure<'a>(
    model: Option<&Model>,
    paths: &[String],
    rows: &(impl Iterator<Item = &'a Lite> + Clone),
    spelling: Spelling,
) -> Vec<Column> {
    paths
        .iter()
        // The id stands in front of every row already.
        .filter(|path| *path != "_id")
        .map(|path| {
            let mut column = Column {
                path: path.clone(),
                width: 0,
                right: true,
                dates: false,
            };
            let mut widest = 1;
            for row in rows.clone().take(SAMPLE) {
                let value = row.fields.at(path);
                column.dates |= matches!(value, Some(Bson::Date(_)));
                column.right &= value.is_none_or(is_number);
                column.right &= !model.is_some_and(|model| model.hides(path));
                widest = widest.max(spelling.width(&cell(model, row, path, spelling)));
            }
            let title = spelling.width(path) + if column.dates { " (UTC)".len() } else { 0 };
            // Dates have one width; a text among them is cut.
            let most = if column.dates {
                DATE.max(title)
            } else {
                WIDEST
            };
            column.width = u16::try_from(widest.max(title).min(most)).unwrap_or(1);
            column
        })
        .collect()
}

/// The columns made to fit into `room` cells, two blanks before each: what does not fit at its
/// narrowest is left out at the end, then the widest give way.
#[must_use]
pub fn fit(columns: &[Column], room: usize) -> Vec<Column> {
    let mut used = 0;
    let fits = move |column: &&Column| {
        let least = if column.dates {
            column.width
        } else {
            column.width.min(NARROWEST)
        };
        used += usize::from(least) + 2;
        used <= room
    };
    let count = columns.iter().take_while(fits).count().max(1);
    let mut fitted: Vec<Column> = columns.iter().take(count).cloned().collect();
    let needed = |all: &[Column]| all.iter().map(|c| usize::from(c.width) + 2).sum::<usize>();
    while needed(&fitted) > room {
        let widest = fitted
            .iter_mut()
            .filter(|column| !column.dates)
            .max_by_key(|c| c.width);
        match widest {
            Some(column) if column.width > NARROWEST => column.width -= 1,
            _ => break,
        }
    }
    fitted
}

fn is_number(value: &Bson) -> bool {
    value.is_null()
        || matches!(
            value,
            Bson::Int32(_) | Bson::Int64(_) | Bson::Double(_) | Bson::Decimal128(_)
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(width: u16, dates: bool) -> Column {
        Column {
            path: String::new(),
            width,
            right: false,
            dates,
        }
    }

    fn widths(columns: &[Column]) -> Vec<u16> {
        columns.iter().map(|column| column.width).collect()
    }

    #[test]
    fn the_widest_columns_give_way_and_dates_stay_whole() {
        let columns = [column(19, true), column(30, false), column(10, false)];
        assert_eq!(widths(&fit(&columns, 65)), [19, 30, 10]);
        assert_eq!(widths(&fit(&columns, 55)), [19, 20, 10]);
        assert_eq!(widths(&fit(&columns, 47)), [19, 12, 10]);
        assert_eq!(widths(&fit(&columns, 46)), [19, 11, 10]);
        assert_eq!(widths(&fit(&columns, 40)), [19, 17]);
        assert_eq!(widths(&fit(&columns, 3)), [19]);
    }
}
