//! The text that a document without a value begins with: the fields that its collection needs, and
//! what MongoDB knows of it already. It reads nothing and decides nothing.

use std::fmt::Write as _;

use super::quoted;
use crate::domain::model::{Field, FieldType, MONGO_ONLY};
use crate::domain::{Bson, Key, Lite, Model, ejson, time};

/// A JSON text, one member a line; `now` is in microseconds since 1970.
#[must_use]
pub fn template((key, now): (&Key, i64), model: Option<&Model>, lite: Option<&Lite>) -> String {
    let now = quoted(&time::iso_micros(now, ""), false);
    let mut members = vec![("id".to_owned(), quoted(&key.id, false))];
    if let Some(model) = model {
        let known = |field: &&Field| !["_id", "id"].contains(&field.name.as_str());
        let fields = model.lite.iter().chain(&model.full).filter(known);
        for field in fields.filter(|field| !MONGO_ONLY.contains(&field.name.as_str())) {
            let value = match lite.and_then(|lite| lite.get(&field.name)) {
                Some(held) => json_of(held),
                None => Some(empty(field, &now)),
            };
            // What JSON cannot say is left out, and so stays in MongoDB as it is.
            let Some(value) = value else { continue };
            if !members.iter().any(|(name, _)| *name == field.name) {
                members.push((field.name.clone(), value));
            }
        }
    }
    let mut text = "{\n".to_owned();
    for (at, (name, value)) in members.iter().enumerate() {
        let comma = if at + 1 < members.len() { "," } else { "" };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {}: {value}{comma}", quoted(name, false));
    }
    text.push('}');
    text
}

/// What a field begins with.
fn empty(field: &Field, now: &str) -> String {
    let text = match field.kind {
        _ if field.nullable => "null",
        FieldType::String | FieldType::ObjectId => "\"\"",
        FieldType::Date => now,
        FieldType::Strings => "[]",
        FieldType::Int => "0",
        FieldType::Float => "0.0",
        FieldType::Bool => "false",
        FieldType::Nested => "{}",
    };
    text.to_owned()
}

/// A value of MongoDB as the full value spells it, with everything in it; `None` for what JSON
/// cannot say.
fn json_of(value: &Bson) -> Option<String> {
    match value {
        Bson::Date(ms) => Some(format!(
            "\"{}\"",
            time::iso_micros(ms.saturating_mul(1000), "")
        )),
        Bson::ObjectId(_) => Some(quoted(&value.id_text(), false)),
        Bson::String(text) | Bson::Symbol(text) => Some(quoted(text, false)),
        Bson::Null | Bson::Bool(_) | Bson::Int32(_) | Bson::Int64(_) => Some(ejson::relaxed(value)),
        Bson::Double(number) if number.is_finite() => Some(ejson::relaxed(value)),
        Bson::Array(items) => {
            let items: Option<Vec<String>> = items.iter().map(json_of).collect();
            Some(format!("[{}]", items?.join(",")))
        }
        Bson::Document(inner) => {
            let member = |(name, value): &(String, Bson)| {
                Some(format!("{}:{}", quoted(name, false), json_of(value)?))
            };
            let members: Option<Vec<String>> = inner.0.iter().map(member).collect();
            Some(format!("{{{}}}", members?.join(",")))
        }
        _ => None,
    }
}
