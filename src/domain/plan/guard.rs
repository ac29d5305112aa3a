//! When a write to MongoDB may still be done: the one rule that every adapter keeps.
//!
//! Values are compared exactly, types included; the order of fields is not. A field that was read
//! as null may have gone meanwhile, because the service writes null for "unset" and takes a missing
//! field for the same. A field that a write sets and that was missing must still be missing.
//! Nothing here touches a store.

use std::collections::BTreeSet;

use super::LiteWrite;
use crate::domain::bson::{Bson, Document};
use crate::domain::document::Lite;

/// Why a write cannot be done at all, whatever the store holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Unfit {
    /// It contradicts itself; a fault of who made it.
    Contradiction(&'static str),
    /// It holds something that a store would change or refuse. In words, without values.
    Unwritable(String),
}

impl LiteWrite {
    /// Whether the document is as it was read, as far as this write needs it. Of `Remove` that is
    /// all: a field that came since would be lost with the rest.
    #[must_use]
    pub fn holds(&self, before: Option<&Lite>, now: Option<&Lite>) -> bool {
        let (before, now) = match (before, now) {
            (None, None) => return true,
            (Some(before), Some(now)) => (before, now),
            _ => return false,
        };
        let kept = before
            .fields
            .0
            .iter()
            .all(|(name, value)| match now.get(name) {
                Some(found) => same(value, found),
                None => matches!(value, Bson::Null),
            });
        let is_new = |name: &str| before.get(name).is_none() && now.get(name).is_some();
        let untouched = match self {
            Self::Insert(_) => false,
            Self::Update(fields) => !fields.iter().any(|(name, _)| is_new(name)),
            Self::Remove => !now.fields.0.iter().any(|(name, _)| is_new(name)),
        };
        kept && untouched
    }

    /// Why this write cannot be done to the document of this `_id` that was read as `before`.
    #[must_use]
    pub fn unfit(&self, id: &Bson, before: Option<&Lite>) -> Option<Unfit> {
        if before.is_some_and(|before| !same(&before.id, id)) {
            return Some(Unfit::Contradiction(
                "the document that was read is another",
            ));
        }
        match (self, before) {
            (Self::Insert(_), Some(_)) => {
                Some(Unfit::Contradiction("an insert of what was there already"))
            }
            (Self::Insert(document), None) => unfit_insert(document, id),
            (Self::Update(_), None) => {
                Some(Unfit::Contradiction("an update of what was not there"))
            }
            (Self::Update(fields), Some(before)) => unfit_update(fields, before),
            (Self::Remove, _) => None,
        }
    }
}

fn unfit_insert(document: &Document, id: &Bson) -> Option<Unfit> {
    if !document.get("_id").is_some_and(|own| same(own, id)) {
        return Some(Unfit::Contradiction("an insert under another _id"));
    }
    let names = document.0.iter().map(|(name, _)| name.as_str());
    twice(names).or_else(|| document.0.iter().find_map(|(_, value)| unfit_value(value)))
}

fn unfit_update(fields: &[(String, Option<Bson>)], before: &Lite) -> Option<Unfit> {
    let names = || fields.iter().map(|(name, _)| name.as_str());
    if names().any(|name| name == "_id") {
        return Some(Unfit::Contradiction("an update of _id"));
    }
    let ambiguous = |name: &&str| {
        let own = before.fields.0.iter().filter(|(known, _)| known == name);
        own.count() > 1
    };
    if names().any(|name| ambiguous(&name)) {
        let said = "the document has two fields of the name that is to be changed";
        return Some(Unfit::Unwritable(said.to_owned()));
    }
    let values = || fields.iter().filter_map(|(_, value)| value.as_ref());
    twice(names()).or_else(|| values().find_map(unfit_value))
}

fn twice<'a>(mut names: impl Iterator<Item = &'a str>) -> Option<Unfit> {
    let mut met = BTreeSet::new();
    names
        .any(|name| !met.insert(name))
        .then(|| Unfit::Unwritable("two fields of one name would be written".to_owned()))
}

/// A top-level value that would not be stored as it is.
fn unfit_value(value: &Bson) -> Option<Unfit> {
    if matches!(
        value,
        Bson::Timestamp {
            time: 0,
            increment: 0
        }
    ) {
        let said = "a server replaces a timestamp of zero by its own clock";
        return Some(Unfit::Unwritable(said.to_owned()));
    }
    let kind = unreadable_in(value)?;
    let said = format!("a value of the type {kind} cannot be written as it was read");
    Some(Unfit::Unwritable(said))
}

fn unreadable_in(value: &Bson) -> Option<&'static str> {
    match value {
        Bson::Other { kind, .. } => Some(kind),
        Bson::Array(items) => items.iter().find_map(unreadable_in),
        Bson::Document(inner) => inner.0.iter().find_map(|(_, value)| unreadable_in(value)),
        _ => None,
    }
}

/// Whether two values are the same to the last bit: numbers by type and bits (not-a-number is
/// itself, negative zero is not zero), documents in order.
#[must_use]
pub fn same(one: &Bson, other: &Bson) -> bool {
    match (one, other) {
        (Bson::Double(a), Bson::Double(b)) => {
            a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
        }
        (Bson::Array(a), Bson::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Bson::Document(a), Bson::Document(b)) => {
            let equal = |((n, a), (m, b)): (&(String, Bson), &(String, Bson))| n == m && same(a, b);
            a.0.len() == b.0.len() && a.0.iter().zip(&b.0).all(equal)
        }
        _ => one == other,
    }
}

#[cfg(test)]
mod tests;
