//! Places in an order as query conditions.
//!
//! MongoDB sorts across types but compares within one: `{$gt: 5}` never meets a string. So "behind
//! this row" is spelled out by *brackets* of types, in the order of the manual's comparison table.
//!
//! An array sorts by its least item (ascending) or its greatest (descending), while a comparison
//! matches when *any* item does. Therefore every condition has two halves: what some item must be,
//! which an index can serve, and what no item may be, which keeps each array at one place only. An
//! empty array sorts as `undefined`, below null.
//!
//! A place needs an `_id` that occurs once. A view can repeat or lack it; there a page may skip rows
//! of one `_id` at its end.

use mongodb::bson::{Bson as Value, Document as Query, doc};

use super::bson_json::write_value;
use crate::domain::{Bson, Cursor};
use crate::store::StoreError;
use crate::store::error::{Kind, Store};

/// Types that sort together, from the least to the greatest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Bracket {
    MinKey,
    /// `undefined`, and arrays without items.
    Undefined,
    /// Null and missing.
    Null,
    /// Not-a-number: a number that no comparison operator meets, below all others.
    NaN,
    Number,
    Text,
    Object,
    Array,
    Binary,
    ObjectId,
    Bool,
    Date,
    Timestamp,
    Regex,
    DbPointer,
    Code,
    CodeWithScope,
    MaxKey,
}

/// Every bracket in order, with the `$type` names that mean exactly it.
const BRACKETS: [(Bracket, &[&str]); 18] = [
    (Bracket::MinKey, &["minKey"]),
    (Bracket::Undefined, &["undefined"]),
    (Bracket::Null, &["null"]),
    (Bracket::NaN, &[]),
    (Bracket::Number, &[]),
    (Bracket::Text, &["string", "symbol"]),
    (Bracket::Object, &["object"]),
    (Bracket::Array, &[]),
    (Bracket::Binary, &["binData"]),
    (Bracket::ObjectId, &["objectId"]),
    (Bracket::Bool, &["bool"]),
    (Bracket::Date, &["date"]),
    (Bracket::Timestamp, &["timestamp"]),
    (Bracket::Regex, &["regex"]),
    (Bracket::DbPointer, &["dbPointer"]),
    (Bracket::Code, &["javascript"]),
    (Bracket::CodeWithScope, &["javascriptWithScope"]),
    (Bracket::MaxKey, &["maxKey"]),
];

impl Bracket {
    fn of(value: &Bson) -> Option<Self> {
        Some(match value {
            Bson::MinKey => Self::MinKey,
            Bson::Undefined => Self::Undefined,
            Bson::Null => Self::Null,
            Bson::Double(number) if number.is_nan() => Self::NaN,
            Bson::Decimal128(text) if text.to_ascii_lowercase().contains("nan") => Self::NaN,
            Bson::Int32(_) | Bson::Int64(_) | Bson::Double(_) | Bson::Decimal128(_) => Self::Number,
            Bson::String(_) | Bson::Symbol(_) => Self::Text,
            Bson::Document(_) => Self::Object,
            Bson::Array(_) => Self::Array,
            Bson::Binary { .. } => Self::Binary,
            Bson::ObjectId(_) => Self::ObjectId,
            Bson::Bool(_) => Self::Bool,
            Bson::Date(_) => Self::Date,
            Bson::Timestamp { .. } => Self::Timestamp,
            Bson::JavaScript(_) => Self::Code,
            Bson::MaxKey => Self::MaxKey,
            // The server compares no regular expressions, and `Other` is text of ours only.
            Bson::Regex { .. } | Bson::Other { .. } => return None,
        })
    }

    /// All its values are equal.
    fn is_one_value(self) -> bool {
        matches!(
            self,
            Self::MinKey | Self::Undefined | Self::Null | Self::NaN | Self::MaxKey
        )
    }
}

/// Which side of a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Side {
    Below,
    Above,
}

impl Side {
    fn operator(self, inclusive: bool) -> &'static str {
        match (self, inclusive) {
            (Self::Below, false) => "$lt",
            (Self::Below, true) => "$lte",
            (Self::Above, false) => "$gt",
            (Self::Above, true) => "$gte",
        }
    }
}

/// One field's value as a point that others lie below, at or above.
struct Point<'a> {
    path: &'a str,
    bracket: Bracket,
    value: Value,
}

impl<'a> Point<'a> {
    fn new(path: &'a str, value: &Bson) -> Result<Self, StoreError> {
        let bracket = Bracket::of(value).ok_or_else(|| {
            let kind = value.type_name();
            StoreError::new(
                Store::Mongo,
                Kind::Unsupported,
                format!("cannot continue behind a row whose `{path}` is of the type {kind}"),
            )
            .hint("sort by another field")
        })?;
        let value = match value {
            Bson::Symbol(text) => Value::String(text.clone()),
            other => write_value(other)?,
        };
        Ok(Self {
            path,
            bracket,
            value,
        })
    }

    /// Conditions, one of which some item below (above) the point fulfils.
    fn beyond(&self, side: Side) -> Vec<Query> {
        let mut any = self.within(side, false);
        any.extend(self.brackets_beyond(side));
        any
    }

    /// The same among values of the point's own bracket; `inclusive` adds the point itself.
    fn within(&self, side: Side, inclusive: bool) -> Vec<Query> {
        if !self.bracket.is_one_value() {
            return vec![self.compare(side.operator(inclusive))];
        }
        if inclusive { self.equal() } else { Vec::new() }
    }

    /// Conditions, one of which an item equal to the point fulfils.
    fn equal(&self) -> Vec<Query> {
        if self.bracket.is_one_value() && self.bracket != Bracket::NaN {
            return whole(self.path, &[self.bracket]);
        }
        vec![self.compare("$eq")]
    }

    fn compare(&self, operator: &str) -> Query {
        let test = doc! { operator: self.value.clone() };
        if self.bracket == Bracket::Array {
            // Without `$elemMatch` the field's own array would be compared, not its items.
            doc! { self.path: { "$elemMatch": test } }
        } else {
            doc! { self.path: test }
        }
    }

    /// All brackets on that side of the point's own.
    fn brackets_beyond(&self, side: Side) -> Vec<Query> {
        let beyond: Vec<Bracket> = BRACKETS
            .iter()
            .map(|(bracket, _)| *bracket)
            .filter(|bracket| match side {
                Side::Below => *bracket < self.bracket,
                Side::Above => *bracket > self.bracket,
            })
            .collect();
        whole(self.path, &beyond)
    }
}

/// Conditions, one of which an item of any of these brackets fulfils.
fn whole(path: &str, brackets: &[Bracket]) -> Vec<Query> {
    let has = |bracket| brackets.contains(&bracket);
    // `_id` is there (but for odd views), is no array and is not undefined.
    let is_id = path == "_id";
    let mut types: Vec<&str> = BRACKETS
        .iter()
        .filter(|(bracket, _)| has(*bracket) && !(is_id && *bracket == Bracket::Undefined))
        .flat_map(|(_, names)| names.iter().copied())
        .collect();
    let mut any = Vec::new();
    match (has(Bracket::NaN), has(Bracket::Number)) {
        (true, true) => types.push("number"),
        (true, false) => any.push(doc! { path: { "$eq": f64::NAN } }),
        (false, true) => any.push(doc! { path: { "$gte": f64::NEG_INFINITY } }),
        (false, false) => {}
    }
    if !types.is_empty() {
        any.insert(0, doc! { path: { "$type": types } });
    }
    if has(Bracket::Undefined) && !is_id {
        any.push(doc! { path: { "$size": 0 } });
    }
    if has(Bracket::Null) {
        any.push(doc! { path: { "$exists": false } });
        if path.contains('.') {
            // Missing in one item of an array of documents is null, too.
            any.push(doc! { path: Value::Null });
        }
    }
    if has(Bracket::Array) && !is_id {
        any.push(doc! { path: { "$elemMatch": { "$type": "array" } } });
    }
    any
}

/// The conditions of a walk by `_id` alone, to be asked one after the other until a page is full:
/// first a plain range, which the `_id` index serves, then the other types beyond, if any.
pub(super) fn ranges_by_id(
    id: &Bson,
    downwards: bool,
    inclusive: bool,
) -> Result<Vec<Query>, StoreError> {
    let point = Point::new("_id", id)?;
    let (_, side) = sides(downwards);
    Ok([point.within(side, inclusive), point.brackets_beyond(side)]
        .into_iter()
        .filter(|conditions| !conditions.is_empty())
        .map(any_of)
        .collect())
}

/// The condition of all rows behind a place in the order of a field closed by `_id`, in the order's
/// own direction; `inclusive` adds the place itself.
pub(super) fn behind(
    path: &str,
    cursor: &Cursor,
    descending: bool,
    inclusive: bool,
) -> Result<Query, StoreError> {
    let (before, after) = sides(descending);
    let place = Place::new(path, cursor)?;
    // The first half lets an array in by any item; the second keeps out those that stand before.
    let mut some = place.value.beyond(after);
    some.push(place.tied(after, inclusive));
    let mut none = place.value.beyond(before);
    none.push(place.tied(before, !inclusive));
    Ok(doc! { "$or": some, "$nor": none })
}

/// The condition of all rows before a place.
pub(super) fn before(path: &str, cursor: &Cursor, descending: bool) -> Result<Query, StoreError> {
    let (before, _) = sides(descending);
    let place = Place::new(path, cursor)?;
    // An array stands before as soon as one item does, so here nothing has to be kept out.
    let mut some = place.value.beyond(before);
    some.push(place.tied(before, false));
    Ok(any_of(some))
}

/// What lies before and what behind, in an order.
fn sides(descending: bool) -> (Side, Side) {
    if descending {
        (Side::Above, Side::Below)
    } else {
        (Side::Below, Side::Above)
    }
}

/// A place in an order by a field closed by `_id`.
struct Place<'a> {
    value: Point<'a>,
    id: Point<'a>,
}

impl<'a> Place<'a> {
    fn new(path: &'a str, cursor: &Cursor) -> Result<Self, StoreError> {
        Ok(Self {
            value: Point::new(path, &cursor.value)?,
            id: Point::new("_id", &cursor.id)?,
        })
    }

    /// An equal value with an `_id` on that side.
    fn tied(&self, side: Side, inclusive: bool) -> Query {
        let mut ids = self.id.within(side, inclusive);
        ids.extend(self.id.brackets_beyond(side));
        all_of(vec![any_of(self.value.equal()), any_of(ids)])
    }
}

/// One of the conditions; none of none.
fn any_of(mut conditions: Vec<Query>) -> Query {
    match conditions.len() {
        // Matches nothing: every document has some value or none at `_id`.
        0 => doc! { "_id": { "$in": [] } },
        1 => conditions.remove(0),
        _ => doc! { "$or": conditions },
    }
}

/// All of the conditions.
pub(super) fn all_of(mut conditions: Vec<Query>) -> Query {
    conditions.retain(|condition| !condition.is_empty());
    match conditions.len() {
        0 => Query::new(),
        1 => conditions.remove(0),
        _ => doc! { "$and": conditions },
    }
}
