//! Which fields a list of documents shows, and what stands in a cell.
//!
//! The screen and the command line show the same; how wide a cell is, is theirs.

use super::bson::{Bson, date_text};
use super::document::Lite;
use super::model::{MASK, MONGO_ONLY, Model};
use super::text::Spelling;

/// Rows looked at to choose columns.
pub const SAMPLE: usize = 200;
/// Most columns of a collection that nobody knows.
const UNKNOWN: usize = 8;
/// Items of an array that one cell names.
const ITEMS: usize = 20;
/// Characters of a text that one cell can have; more than any place shows.
const TEXT: usize = 200;
/// Fields that say when a document was written: shown last.
const LATE: [&str; 2] = ["created_at", "updated_at"];

/// The fields to show when nobody has chosen, the most telling first: of a known collection its
/// order and what its documents are about, of an unknown one what its rows have. A field that is
/// null or masked in every row tells nothing; the id stands in front of every row already.
#[must_use]
pub fn chosen<'a>(
    model: Option<&Model>,
    rows: &(impl Iterator<Item = &'a Lite> + Clone),
) -> Vec<String> {
    let names: Vec<String> = match model {
        Some(model) => ordered(model),
        None => seen(rows.clone())
            .into_iter()
            .map(|(name, _)| name)
            .collect(),
    };
    let most = model.map_or(UNKNOWN, |_| usize::MAX);
    let told = |name: &str| {
        let value = |row: &Lite| row.get(name).is_some_and(|value| !value.is_null());
        rows.clone().take(SAMPLE).any(value)
    };
    names
        .into_iter()
        .filter(|name| name != "_id" && !MONGO_ONLY.contains(&name.as_str()))
        .filter(|name| !model.is_some_and(|model| model.hides(name)) && told(name))
        .take(most)
        .collect()
}

/// The sort field, then the others, those that say when last.
fn ordered(model: &Model) -> Vec<String> {
    let (late, others): (Vec<&String>, Vec<&String>) = model
        .lite
        .iter()
        .map(|field| &field.name)
        .filter(|name| **name != model.sort_field)
        .partition(|name| LATE.contains(&name.as_str()));
    let first = std::iter::once(&model.sort_field);
    first.chain(others).chain(late).cloned().collect()
}

/// Names and BSON types of the top-level fields of some rows, in the order they are met.
#[must_use]
pub fn seen<'a>(rows: impl Iterator<Item = &'a Lite>) -> Vec<(String, &'static str)> {
    let mut names: Vec<(String, &'static str)> = Vec::new();
    for (name, value) in rows.take(SAMPLE).flat_map(|row| &row.fields.0) {
        match names.iter_mut().find(|(known, _)| known == name) {
            Some((_, kind)) if *kind == "null" => *kind = value.type_name(),
            Some(_) => {}
            None => names.push((name.clone(), value.type_name())),
        }
    }
    names
}

/// The text of a cell: short; it is made visible and cut where it is shown. What the model hides
/// is masked.
#[must_use]
pub fn cell(model: Option<&Model>, lite: &Lite, path: &str, spelling: Spelling) -> String {
    match lite.fields.at(path) {
        None => String::new(),
        Some(value) if value.is_null() => spelling.pick("–", "null").to_owned(),
        Some(_) if model.is_some_and(|model| model.hides(path)) => MASK.to_owned(),
        Some(Bson::Array(items)) if items.is_empty() => "[]".to_owned(),
        Some(Bson::Array(items)) => {
            let some: Vec<String> = items.iter().take(ITEMS).map(short).collect();
            some.join(", ")
        }
        Some(value) => short(value),
    }
}

fn short(value: &Bson) -> String {
    match value {
        // Seconds are enough in a list.
        Bson::Date(ms) => date_text(ms.div_euclid(1000) * 1000),
        Bson::Document(document) => format!("{{{}}}", document.0.len()),
        Bson::Array(items) => format!("[{}]", items.len()),
        Bson::String(text) => text.chars().take(TEXT).collect(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::bson::Document;
    use super::super::key::Collection;
    use super::super::model::Catalog;
    use super::*;

    fn row(fields: &[(&str, Bson)]) -> Lite {
        let fields = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()));
        Lite::new(Document(fields.collect()))
    }

    #[test]
    fn a_known_collection_shows_its_order_first_and_when_it_was_written_last() {
        let model = Catalog::builtin().get(&Collection::new("memcells"));
        let text = || Bson::String("x".to_owned());
        let rows = [
            row(&[
                ("_id", text()),
                ("created_at", Bson::Date(0)),
                ("user_id", text()),
            ]),
            row(&[
                ("group_id", Bson::Null),
                ("timestamp", Bson::Date(0)),
                ("deleted_by", text()),
            ]),
        ];
        assert_eq!(
            chosen(model, &rows.iter()),
            ["timestamp", "user_id", "created_at"]
        );
    }

    #[test]
    fn an_unknown_collection_shows_what_its_rows_have() {
        let names: Vec<String> = (0..12).map(|number| format!("f{number}")).collect();
        let fields: Vec<_> = names.iter().map(|n| (n.as_str(), Bson::Int32(1))).collect();
        let rows = [
            row(&[("_id", Bson::Int32(1)), ("empty", Bson::Null)]),
            row(&fields),
        ];
        assert_eq!(chosen(None, &rows.iter()), names[..8]);
    }

    #[test]
    fn a_secret_is_no_column_and_masked_in_a_cell() {
        let model = Catalog::builtin().get(&Collection::new("user_secrets"));
        let rows = [row(&[
            ("user_id", Bson::String("alice".to_owned())),
            ("api_key", Bson::String("sk".to_owned())),
        ])];
        assert!(!chosen(model, &rows.iter()).contains(&"api_key".to_owned()));
        assert_eq!(cell(model, &rows[0], "api_key", Spelling::Full), MASK);
        assert_eq!(cell(model, &rows[0], "user_id", Spelling::Full), "alice");
    }
}
