//! How wide the columns of the list are. The widths follow the loaded rows.

use std::collections::BTreeMap;

use crate::domain::columns::{SAMPLE, cell};
use crate::domain::text::Spelling;
use crate::domain::{Bson, Lite, Model};

/// Widest column in cells; text is cut there.
const WIDEST: usize = 32;
/// A column is not made narrower than this to fit beside the others.
const NARROWEST: u16 = 10;
/// Cells by which a width is changed at once.
const STEP: u16 = 2;
/// Widths that can be chosen.
const LEAST: u16 = 3;
const MOST: u16 = 400;
/// Cells of a date with its seconds.
const DATE: usize = 19;

/// What a person has chosen for the columns of a collection.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Choice {
    /// The fields shown, in their order, by dotted path; `None` leaves them to the defaults.
    pub shown: Option<Vec<String>>,
    /// Widths in cells, by path; the others follow the loaded rows.
    pub widths: Widths,
}

/// Widths in cells, by dotted path.
pub type Widths = BTreeMap<String, u16>;

/// The width after one step narrower or wider.
#[must_use]
pub fn stepped(width: u16, wider: bool) -> u16 {
    let next = if wider {
        width.saturating_add(STEP)
    } else {
        width.saturating_sub(STEP)
    };
    next.clamp(LEAST, MOST)
}

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
    /// Somebody has chosen its width.
    pub set: bool,
}

/// Measures columns over the first loaded rows; a width that was chosen holds.
#[must_use]
pub fn measure<'a>(
    model: Option<&Model>,
    paths: &[String],
    widths: &Widths,
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
                set: widths.contains_key(path),
            };
            // Where nothing is known yet, nothing jumps to the left later.
            let mut numbers = false;
            let mut widest = 1;
            for row in rows.clone().take(SAMPLE) {
                let value = row.fields.at(path);
                column.dates |= matches!(value, Some(Bson::Date(_)));
                column.right &= value.is_none_or(|value| value.is_null() || is_number(value));
                numbers |= value.is_some_and(is_number);
                column.right &= !model.is_some_and(|model| model.hides(path));
                widest = widest.max(spelling.width(&cell(model, row, path, spelling)));
            }
            column.right &= numbers;
            let title = spelling.width(path) + if column.dates { " (UTC)".len() } else { 0 };
            // Dates have one width; a text among them is cut.
            let most = if column.dates {
                DATE.max(title)
            } else {
                WIDEST
            };
            let measured = || u16::try_from(widest.max(title).min(most)).unwrap_or(1);
            column.width = widths.get(path).copied().unwrap_or_else(measured).max(1);
            column
        })
        .collect()
}

/// The columns made to fit into `room` cells, two blanks before each: what does not fit at its
/// narrowest is left out at the end, then the widest give way. A chosen width holds as far as there
/// is room.
#[must_use]
pub fn fit(columns: &[Column], room: usize) -> Vec<Column> {
    let mut used = 0;
    let mut fitted: Vec<Column> = Vec::new();
    for column in columns {
        let mut column = column.clone();
        let left = room.saturating_sub(used + 2);
        if column.set {
            let most = u16::try_from(left).unwrap_or(u16::MAX).max(NARROWEST);
            column.width = column.width.min(most);
        }
        let least = if column.dates || column.set {
            column.width
        } else {
            column.width.min(NARROWEST)
        };
        if usize::from(least) > left && !fitted.is_empty() {
            break;
        }
        used += usize::from(least) + 2;
        fitted.push(column);
    }
    let needed = |all: &[Column]| all.iter().map(|c| usize::from(c.width) + 2).sum::<usize>();
    while needed(&fitted) > room {
        let widest = fitted
            .iter_mut()
            .filter(|column| !column.dates && !column.set)
            .max_by_key(|c| c.width);
        match widest {
            Some(column) if column.width > NARROWEST => column.width -= 1,
            _ => break,
        }
    }
    fitted
}

fn is_number(value: &Bson) -> bool {
    matches!(
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
            set: false,
        }
    }

    fn set(width: u16) -> Column {
        Column {
            set: true,
            ..column(width, false)
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

    #[test]
    fn a_chosen_width_holds_as_far_as_there_is_room() {
        let columns = [column(30, false), set(24), column(20, false)];
        assert_eq!(widths(&fit(&columns, 80)), [30, 24, 20]);
        assert_eq!(widths(&fit(&columns, 60)), [15, 24, 15]);
        assert_eq!(widths(&fit(&columns, 40)), [12, 24]);
        let wide = [column(30, false), set(200), column(20, false)];
        assert_eq!(widths(&fit(&wide, 80)), [10, 66]);
        assert_eq!(widths(&fit(&wide, 20)), [18]);
        assert_eq!(widths(&fit(&[], 20)), [0; 0]);
    }

    #[test]
    fn a_width_is_changed_in_steps_within_bounds() {
        assert_eq!((stepped(10, true), stepped(10, false)), (12, 8));
        assert_eq!((stepped(4, false), stepped(u16::MAX, true)), (LEAST, MOST));
    }
}
