//! The filter by which the server looks once more before it writes. Pure: what is sent can be
//! tested here.
//!
//! It is made of aggregation expressions, because query operators look into arrays and take a
//! missing field for null. Whole values are compared, as data: an operator or a regular expression
//! in a document is nothing but a value. Beside each value its type is asked for, since numbers of
//! all types compare as one, and text and symbols do too.
//!
//! What the server cannot tell, and the comparison before it can: the type of a number *inside* an
//! array or a document, 1.0 from 1.00, 0.0 from -0.0, and what is in values of a type that cannot
//! be sent back. Somebody else would have to change exactly that in the moment between.

use std::collections::BTreeSet;

use mongodb::bson::{Bson as Value, Document as Query, doc};

use super::bytes_of;
use super::change::is_plain;
use crate::domain::plan::LiteWrite;
use crate::domain::{Bson, Lite};
use crate::store::StoreError;
use crate::store::error::{Kind, Store};
use crate::store::mongo::bson_json::write_value;

/// Every write of the service changes one of these, so they stand for the whole of a document that
/// is too large to be compared.
const STAMPS: [&str; 5] = [
    "created_at",
    "updated_at",
    "deleted_at",
    "deleted_by",
    "deleted_id",
];

/// The filter for a document that was read as `before`. When all of its fields need more than `room`
/// bytes, only those that the write touches and the [`STAMPS`] are compared.
///
/// # Errors
/// [`Kind::TooLarge`] when even those do not fit.
pub(super) fn filter(
    id: &Bson,
    before: &Lite,
    write: &LiteWrite,
    room: usize,
) -> Result<Query, StoreError> {
    let all = filter_of(id, before, write, &|_| true)?;
    if bytes_of(&all)? <= room {
        return Ok(all);
    }
    let touched: BTreeSet<&str> = touched(write).collect();
    let needed = |name: &str| name == "_id" || STAMPS.contains(&name) || touched.contains(name);
    let least = filter_of(id, before, write, &needed)?;
    if bytes_of(&least)? <= room {
        return Ok(least);
    }
    let message = "the change and what it replaces are too large to be sent to MongoDB together";
    Err(StoreError::new(Store::Mongo, Kind::TooLarge, message)
        .hint("change fewer fields at once, or make them smaller"))
}

fn touched(write: &LiteWrite) -> impl Iterator<Item = &str> {
    let fields = match write {
        LiteWrite::Update(fields) => &fields[..],
        LiteWrite::Insert(_) | LiteWrite::Remove => &[],
    };
    fields.iter().map(|(name, _)| name.as_str())
}

fn filter_of(
    id: &Bson,
    before: &Lite,
    write: &LiteWrite,
    wanted: &dyn Fn(&str) -> bool,
) -> Result<Query, StoreError> {
    let mut tests: Vec<Value> = Vec::new();
    let mut met = BTreeSet::new();
    for (name, value) in &before.fields.0 {
        // Of two fields of one name an expression sees one.
        if met.insert(name.as_str()) && wanted(name) {
            tests.extend(still(name, value).into_iter().map(Value::from));
        }
    }
    let missing = touched(write).filter(|name| !met.contains(name));
    tests.extend(missing.map(|name| Value::from(is_missing(name))));
    if matches!(write, LiteWrite::Remove) {
        tests.push(no_others(&met).into());
    }
    Ok(doc! {
        "_id": { "$eq": write_value(id)? },
        "$expr": { "$and": tests },
    })
}

/// The tests by which a field is still what was read. None for a value that cannot be asked about.
fn still(name: &str, value: &Bson) -> Vec<Query> {
    let kind = doc! { "$type": field(name) };
    let alias = match value {
        Bson::Null => return vec![is_unset(name)],
        Bson::Other { kind, .. } if *kind == "unreadable" => return Vec::new(),
        Bson::Binary { .. } => "binData",
        other => other.type_name(),
    };
    let typed = doc! { "$eq": [kind, alias] };
    let has_one_value = matches!(value, Bson::Undefined | Bson::MinKey | Bson::MaxKey);
    match write_value(value) {
        Ok(sent) if !has_one_value => {
            let equal = doc! { "$eq": [field(name), { "$literal": sent }] };
            vec![typed, equal]
        }
        // The type alone: the value is of a kind that cannot be sent back.
        _ => vec![typed],
    }
}

/// The test that a field is null or not there.
fn is_unset(name: &str) -> Query {
    let kind = doc! { "$type": field(name) };
    if is_plain(name) {
        return doc! { "$in": [kind, ["null", "missing"]] };
    }
    doc! { "$or": [{ "$eq": [kind, "null"] }, is_missing(name)] }
}

/// The test that a field is not there. Of an odd name the names are asked, not the value: a server
/// may say of nothing that it is something.
fn is_missing(name: &str) -> Query {
    if is_plain(name) {
        return doc! { "$eq": [{ "$type": field(name) }, "missing"] };
    }
    doc! { "$not": [{ "$in": [{ "$literal": name }, names()] }] }
}

/// The names of the fields that are there.
fn names() -> Query {
    doc! { "$map": { "input": { "$objectToArray": "$$ROOT" }, "in": "$$this.k" } }
}

/// The test that there are no fields but these.
fn no_others(known: &BTreeSet<&str>) -> Query {
    let known: Vec<&str> = known.iter().copied().collect();
    doc! { "$setIsSubset": [names(), { "$literal": known }] }
}

/// The expression for a top-level field. One whose name is like a path or an operator needs
/// `$getField`, which a server before 5.0 does not have.
fn field(name: &str) -> Value {
    if is_plain(name) {
        return Value::from(format!("${name}"));
    }
    let get = doc! { "field": { "$literal": name }, "input": "$$ROOT" };
    Value::from(doc! { "$getField": get })
}
