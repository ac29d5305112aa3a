//! Which fields the list shows, and how wide. The widths follow the loaded rows.

use unicode_width::UnicodeWidthStr as _;

use crate::domain::model::MASK;
use crate::domain::{Bson, Lite, Model};

/// Rows looked at to choose and measure columns.
const SAMPLE: usize = 200;
/// Widest column in cells; text is cut there.
const WIDEST: usize = 32;
/// A column is not made narrower than this to fit beside the others.
const NARROWEST: u16 = 10;
/// Cells of a date with its seconds.
const DATE: usize = 19;
/// Fields that say when a document was written: shown last.
const LATE: [&str; 2] = ["created_at", "updated_at"];
/// Fields that say little in a row: shown only when asked for.
const QUIET: [&str; 4] = ["_id", "deleted_at", "deleted_by", "deleted_id"];

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

/// The text of a cell: short, on one line; control characters are made visible when it is drawn.
/// What the model hides is masked.
#[must_use]
pub fn cell(model: Option<&Model>, lite: &Lite, path: &str) -> String {
    match lite.fields.at(path) {
        None => String::new(),
        Some(value) if value.is_null() => "–".to_owned(),
        Some(_) if model.is_some_and(|model| model.hides(path)) => MASK.to_owned(),
        Some(Bson::Array(items)) if items.is_empty() => "[]".to_owned(),
        Some(Bson::Array(items)) => items
            .iter()
            .take(20)
            .map(short)
            .collect::<Vec<_>>()
            .join(", "),
        Some(value) => short(value),
    }
}

fn short(value: &Bson) -> String {
    match value {
        // Seconds are enough in a list.
        Bson::Date(ms) => crate::domain::bson::date_text(ms.div_euclid(1000) * 1000),
        Bson::Document(document) => format!("{{{}}}", document.0.len()),
        Bson::Array(items) => format!("[{}]", items.len()),
        Bson::String(text) => text.chars().take(200).collect(),
        other => other.to_string(),
    }
}

/// The fields to show when nobody has chosen: of a known collection the most telling first, of an
/// unknown one those that its rows have.
#[must_use]
pub fn chosen_for<'a>(
    model: Option<&Model>,
    rows: impl Iterator<Item = &'a Lite> + Clone,
) -> Vec<String> {
    let Some(model) = model else {
        let seen = seen(rows).into_iter().map(|(name, _)| name);
        return seen
            .filter(|name| !QUIET.contains(&name.as_str()))
            .take(8)
            .collect();
    };
    let names = model.lite.iter().map(|field| field.name.as_str());
    let mut chosen: Vec<&str> = vec![&model.sort_field];
    chosen.extend(
        names
            .clone()
            .filter(|n| !QUIET.contains(n) && !LATE.contains(n)),
    );
    chosen.extend(LATE);
    let mut kept: Vec<String> = Vec::new();
    for name in chosen {
        let told = rows
            .clone()
            .take(SAMPLE)
            .any(|row| row.get(name).is_some_and(|v| !v.is_null()));
        // A field that is null or masked in every row tells nothing.
        if name != "_id" && told && !model.hides(name) && !kept.iter().any(|k| k == name) {
            kept.push(name.to_owned());
        }
    }
    kept
}

/// Names and BSON types of the top-level fields of some rows, in the order they are met.
#[must_use]
pub fn seen<'a>(rows: impl Iterator<Item = &'a Lite>) -> Vec<(String, &'static str)> {
    let mut names: Vec<(String, &'static str)> = Vec::new();
    for row in rows.take(SAMPLE) {
        for (name, value) in &row.fields.0 {
            match names.iter_mut().find(|(known, _)| known == name) {
                Some((_, kind)) if *kind == "null" => *kind = value.type_name(),
                Some(_) => {}
                None => names.push((name.clone(), value.type_name())),
            }
        }
    }
    names
}

/// Measures columns over the first loaded rows.
#[must_use]
pub fn measure<'a>(
    model: Option<&Model>,
    paths: &[String],
    rows: &(impl Iterator<Item = &'a Lite> + Clone),
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
                widest = widest.max(cell(model, row, path).width());
            }
            let title = path.width() + if column.dates { " (UTC)".len() } else { 0 };
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
