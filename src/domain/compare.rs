//! Field by field: does the lite half repeat what the full half says?
//!
//! The two halves write the same content differently, so equality here is the service's own: the
//! driver floors a date to the millisecond while the full value keeps microseconds and any offset;
//! null and missing are one; an empty array is not null; arrays are ordered; integers compare by
//! number whatever their width; ids compare by their hex digits; text that merely looks like a
//! date is text. `deleted_*` is MongoDB's alone and `revision_id` nobody's: never compared.
//!
//! Fields outside the model (and all fields when no model is known) are compared only where both
//! halves have them. Nothing here decides a state.

use std::borrow::Cow;
use std::collections::HashMap;

use super::bson::Bson;
use super::diagnose::{FieldRow, Verdict};
use super::document::Lite;
use super::human;
use super::json::{Json, Kind, NodeId};
use super::key::Key;
use super::model::{Field, FieldType, MONGO_ONLY, Model};
use super::state::Newer;
use super::time;

/// The name of the id's row.
pub const ID_ROW: &str = "_id / id";

/// A pair to be compared.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'a> {
    /// Where the two halves are stored.
    pub key: &'a Key,
    /// The MongoDB half.
    pub lite: &'a Lite,
    /// The decoded full half; its root is an object.
    pub json: &'a Json,
}

/// All rows: the id, the model's lite fields in their order, then the other lite fields in stored
/// order.
#[must_use]
pub fn rows(pair: Pair<'_>, model: Option<&Model>) -> Vec<FieldRow> {
    let declared = model.map_or(&[][..], |model| &model.lite);
    let mut rows = vec![id_row(pair)];
    rows.extend(
        declared
            .iter()
            .filter(|field| field.name != "_id")
            .map(|field| declared_row(pair, field)),
    );
    let others = pair.lite.fields.0.iter().filter(|(name, _)| {
        !["_id", "revision_id"].contains(&name.as_str())
            && !declared.iter().any(|field| field.name == *name)
    });
    rows.extend(others.map(|(name, value)| other_row(pair, name, value, model)));
    rows
}

/// Which half was written later by `updated_at` (floored to milliseconds on both sides), and by
/// how many milliseconds. Neither when they are equal or one of them is missing.
#[must_use]
pub fn newer(pair: Pair<'_>) -> (Newer, u64) {
    let lite = pair.lite.get("updated_at").and_then(instant);
    let full = member(pair.json, "updated_at").and_then(|at| instant_of(pair.json, at));
    match (lite, full) {
        (Some(lite), Some(full)) if lite > full => (Newer::Lite, lite.abs_diff(full)),
        (Some(lite), Some(full)) if full > lite => (Newer::Full, full.abs_diff(lite)),
        _ => (Newer::Neither, 0),
    }
}

/// The member of the value's id: `id`, or `_id` as the service's readers also take it. Null is
/// missing.
#[must_use]
pub fn full_id(json: &Json) -> Option<NodeId> {
    let named = |name| member(json, name).filter(|at| json.kind(*at) != Kind::Null);
    named("id").or_else(|| named("_id"))
}

/// Whether the value's id is the id that the key names; hex digits in either case.
#[must_use]
pub fn is_id_of(json: &Json, at: NodeId, key: &Key) -> bool {
    let Some(text) = json.string(at) else {
        return json.kind(at) == Kind::Number && json.raw(at) == &*key.id;
    };
    let hex = Bson::object_id_from_hex(&key.id).is_some();
    *text == *key.id || (hex && text.eq_ignore_ascii_case(&key.id))
}

/// Milliseconds of a date, also of one that was stored as ISO text.
#[must_use]
pub fn instant(value: &Bson) -> Option<i64> {
    match value {
        Bson::Date(ms) => Some(*ms),
        Bson::String(text) => Some(time::parse(text)?.ms()),
        _ => None,
    }
}

/// Whether both values say the same, deeply.
#[must_use]
pub fn same(lite: &Bson, json: &Json, at: NodeId) -> bool {
    match (lite, json.kind(at)) {
        (Bson::Null | Bson::Undefined, kind) => kind == Kind::Null,
        (Bson::Bool(is), Kind::Bool) => (json.raw(at) == "true") == *is,
        (number, Kind::Number) => same_number(number, json.raw(at)),
        (Bson::Array(items), Kind::Array) => {
            items.len() == json.len(at)
                && items
                    .iter()
                    .zip(json.children(at))
                    .all(|(i, c)| same(i, json, c))
        }
        (Bson::Document(document), Kind::Object) => {
            let members: HashMap<Cow<'_, str>, NodeId> = json
                .children(at)
                .filter_map(|child| Some((json.key(child)?, child)))
                .filter(|(_, child)| json.kind(*child) != Kind::Null)
                .collect();
            let lite = || document.0.iter().filter(|(_, value)| !value.is_null());
            lite().count() == members.len()
                && lite().all(|(name, value)| {
                    let at = members.get(name.as_str());
                    at.is_some_and(|at| same(value, json, *at))
                })
        }
        (text, Kind::String) => same_text(text, &json.string(at).unwrap_or_default()),
        _ => false,
    }
}

fn same_text(lite: &Bson, full: &str) -> bool {
    match lite {
        Bson::String(text) | Bson::Symbol(text) | Bson::JavaScript(text) => text == full,
        Bson::Date(ms) => time::parse(full).is_some_and(|moment| moment.ms() == *ms),
        Bson::ObjectId(_) => Bson::object_id_from_hex(full).as_ref() == Some(lite),
        Bson::Binary { .. } => Bson::uuid_from_text(full).as_ref() == Some(lite),
        _ => false,
    }
}

fn same_number(lite: &Bson, raw: &str) -> bool {
    let float = || raw.parse::<f64>().ok();
    let integer = |number: i64| match raw.parse::<i64>() {
        Ok(full) => full == number,
        // 1.0 and 1e3 are integers too, where a float holds them exactly.
        Err(_) => float().is_some_and(|full| {
            full.abs() < 9_007_199_254_740_992.0
                && format!("{full:.0}") == number.to_string()
                && full.fract() == 0.0
        }),
    };
    match lite {
        Bson::Int32(number) => integer(i64::from(*number)),
        Bson::Int64(number) => integer(*number),
        Bson::Double(number) => float()
            .is_some_and(|full| full.total_cmp(number).is_eq() || (full == 0.0 && *number == 0.0)),
        Bson::Decimal128(text) => text == raw || text.parse().ok() == float(),
        _ => false,
    }
}

fn member(json: &Json, name: &str) -> Option<NodeId> {
    json.get(json.root(), name)
}

fn instant_of(json: &Json, at: NodeId) -> Option<i64> {
    Some(time::parse(&json.string(at)?)?.ms())
}

fn id_row(pair: Pair<'_>) -> FieldRow {
    let full = full_id(pair.json);
    let (verdict, said) = match full {
        None => (Verdict::MissingInFull, "missing in full (the key says it)"),
        Some(at) if is_id_of(pair.json, at, pair.key) => (Verdict::Same, "same"),
        Some(_) => (Verdict::Differs, "not the id of this key"),
    };
    let lite = pair.lite.get("_id");
    row(pair, (ID_ROW, lite, full), verdict, said.to_owned())
}

fn declared_row(pair: Pair<'_>, field: &Field) -> FieldRow {
    let lite = pair.lite.get(&field.name);
    let full = member(pair.json, &field.name);
    let (verdict, said) = if field.is_mongo_only() {
        not_compared()
    } else {
        judge(pair, &field.name, (lite, full), Some(field.kind))
    };
    row(pair, (&field.name, lite, full), verdict, said)
}

/// A lite field outside the lite set, or any field when there is no model.
fn other_row(pair: Pair<'_>, name: &str, lite: &Bson, model: Option<&Model>) -> FieldRow {
    let full = member(pair.json, name);
    let kind = model
        .and_then(|model| model.full_field(name))
        .map(|f| f.kind);
    let (verdict, said) = match full {
        _ if MONGO_ONLY.contains(&name) => not_compared(),
        None => (
            Verdict::NotCompared,
            "only in MongoDB, not compared".to_owned(),
        ),
        Some(_) => judge(pair, name, (Some(lite), full), kind),
    };
    row(pair, (name, Some(lite), full), verdict, said)
}

fn not_compared() -> (Verdict, String) {
    (Verdict::NotCompared, "Mongo only, not compared".to_owned())
}

type Sides<'a> = (Option<&'a Bson>, Option<NodeId>);

fn judge(
    pair: Pair<'_>,
    name: &str,
    sides: Sides<'_>,
    kind: Option<FieldType>,
) -> (Verdict, String) {
    let json = pair.json;
    let full = sides.1.filter(|at| json.kind(*at) != Kind::Null);
    let (verdict, said) = match (sides.0.filter(|value| !value.is_null()), full) {
        (None, None) if sides.0.is_some() == sides.1.is_some() => (Verdict::Same, "same"),
        (None, None) => (Verdict::Same, "same (null is missing)"),
        (None, Some(_)) if sides.0.is_none() => (Verdict::MissingInLite, "missing in lite"),
        (Some(_), None) if sides.1.is_none() => (Verdict::MissingInFull, "missing in full"),
        (Some(lite), Some(at)) => return judge_values(json, name, (lite, at), kind),
        _ => (Verdict::Differs, "differs"),
    };
    (verdict, said.to_owned())
}

fn judge_values(
    json: &Json,
    name: &str,
    (lite, at): (&Bson, NodeId),
    kind: Option<FieldType>,
) -> (Verdict, String) {
    if let Some(wrong) = wrong_type(lite, json, at, kind) {
        return (Verdict::Type, wrong);
    }
    if same(lite, json, at) {
        let floored = matches!(lite, Bson::Date(_))
            && json
                .string(at)
                .and_then(|text| time::parse(&text))
                .is_some_and(|moment| moment.micros % 1000 != 0);
        let said = if floored {
            "same (floored to ms)"
        } else {
            "same"
        };
        return (Verdict::Same, said.to_owned());
    }
    let dated = kind == Some(FieldType::Date) || matches!(lite, Bson::Date(_));
    match (instant(lite).filter(|_| dated), instant_of(json, at)) {
        (Some(lite), Some(full)) => {
            let by = human::span(lite.abs_diff(full));
            match (name, lite < full) {
                ("updated_at", true) => (Verdict::FullNewer, format!("full newer by {by}")),
                ("updated_at", false) => (Verdict::LiteNewer, format!("lite newer by {by}")),
                _ => (Verdict::Differs, format!("differs by {by}")),
            }
        }
        _ => (Verdict::Differs, "differs".to_owned()),
    }
}

/// In words, what is wrong with the BSON type of a value that is equal in content.
fn wrong_type(lite: &Bson, json: &Json, at: NodeId, kind: Option<FieldType>) -> Option<String> {
    let equal = |lite: &Bson| same(lite, json, at);
    match (kind?, lite) {
        (FieldType::Date, Bson::String(_)) => {
            let lite_at = instant(lite).map(Bson::Date);
            (equal(lite) || lite_at.is_some_and(|date| equal(&date)))
                .then(|| "is text, should be a date".to_owned())
        }
        (FieldType::Date, Bson::Int64(ms)) => {
            equal(&Bson::Date(*ms)).then(|| "is a long, should be a date".to_owned())
        }
        (FieldType::String, Bson::Date(_) | Bson::ObjectId(_) | Bson::Symbol(_)) => {
            equal(lite).then(|| format!("is {}, should be text", lite.type_name()))
        }
        _ => None,
    }
}

fn row(
    pair: Pair<'_>,
    (name, lite, full): (&str, Option<&Bson>, Option<NodeId>),
    verdict: Verdict,
    said: String,
) -> FieldRow {
    FieldRow {
        name: name.to_owned(),
        lite: lite.map(|value| (value.to_string(), value.type_name())),
        full: full.map(|at| shown(pair.json, at)),
        verdict,
        said,
        decides: false,
    }
}

/// The row of a field that only the full half has and that is not what the service reads.
#[must_use]
pub fn full_row(pair: Pair<'_>, name: &str, said: &str) -> FieldRow {
    let full = member(pair.json, name);
    row(pair, (name, None, full), Verdict::Invalid, said.to_owned())
}

/// A node as the lite side shows its values, so that equal things look equal: escapes resolved, no
/// blanks between items. Text loses its quotation marks unless it would then read as something
/// else; numbers stay as written.
#[must_use]
pub fn shown(json: &Json, at: NodeId) -> String {
    let raw = json.raw(at);
    match json.kind(at) {
        Kind::String => {}
        Kind::Array => return items(json, at),
        _ => return raw.to_owned(),
    }
    let text = json.string(at).unwrap_or_default();
    let other = text.is_empty()
        || text.starts_with(['[', '{', '"', ' '])
        || ["null", "true", "false"].contains(&&*text)
        || text.parse::<f64>().is_ok();
    if other {
        raw.to_owned()
    } else {
        text.into_owned()
    }
}

/// The items of an array; what is nested stays as written.
fn items(json: &Json, at: NodeId) -> String {
    let mut list = String::from("[");
    for (place, item) in json.children(at).enumerate() {
        if place > 0 {
            list.push(',');
        }
        match json.string(item) {
            Some(text) => list.push_str(&serde_json::Value::from(&*text).to_string()),
            None => list.push_str(json.raw(item)),
        }
    }
    list.push(']');
    list
}

#[cfg(test)]
mod tests;
