//! The change itself, as the server is told: fields to set and to remove, no other. Pure.
//!
//! Names that are like a path (`a.b`) or an operator (`$a`), or empty, cannot be set by `$set`: they
//! need `$setField`, which a server before 5.0 does not have and refuses.

use mongodb::bson::{Bson as Value, Document as Change, doc};
use mongodb::options::UpdateModifications;

use super::bytes_of;
use crate::domain::Bson;
use crate::store::StoreError;
use crate::store::mongo::bson_json::write_value;

/// Whether a name is that of a top-level field wherever the server reads one.
pub(super) fn is_plain(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('$') && !name.contains('.')
}

/// The change, and its size in bytes.
///
/// # Errors
/// [`Kind::Malformed`](crate::store::error::Kind::Malformed) for a value that cannot be sent.
pub(super) fn of(
    fields: &[(String, Option<Bson>)],
) -> Result<(UpdateModifications, usize), StoreError> {
    if fields.iter().all(|(name, _)| is_plain(name)) {
        let change = by_operators(fields)?;
        let bytes = bytes_of(&change)?;
        return Ok((change.into(), bytes));
    }
    let stages = by_stages(fields)?;
    let bytes = bytes_of(&doc! { "u": stages.clone() })?;
    Ok((stages.into(), bytes))
}

fn by_operators(fields: &[(String, Option<Bson>)]) -> Result<Change, StoreError> {
    let (mut set, mut unset) = (Change::new(), Change::new());
    for (name, value) in fields {
        match value {
            Some(value) => drop(set.insert(name, write_value(value)?)),
            None => drop(unset.insert(name, "")),
        }
    }
    let mut change = Change::new();
    for (operator, fields) in [("$set", set), ("$unset", unset)] {
        // A server before 5.0 refuses an operator without fields.
        if !fields.is_empty() {
            change.insert(operator, fields);
        }
    }
    Ok(change)
}

fn by_stages(fields: &[(String, Option<Bson>)]) -> Result<Vec<Change>, StoreError> {
    let stage = |(name, value): &(String, Option<Bson>)| {
        let value = match value {
            Some(value) => Value::from(doc! { "$literal": write_value(value)? }),
            None => Value::from("$$REMOVE"),
        };
        let set = doc! { "field": { "$literal": name }, "input": "$$ROOT", "value": value };
        Ok(doc! { "$replaceWith": { "$setField": set } })
    };
    fields.iter().map(stage).collect()
}
