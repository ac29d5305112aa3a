//! Filters as query documents, and whole pages as finds. Pure: what is sent can be tested here.

use mongodb::bson::{Bson as Value, Document as Query, doc};

use super::bson_json::{write, write_value};
use super::order::{all_of, before, behind, ranges_by_id};
use crate::domain::query::{Clause, Filter, Place, Query as Asked, Test};
use crate::domain::{Bson, bson};
use crate::store::StoreError;
use crate::store::error::{Kind, Store};

/// Operators that run JavaScript on the server.
const SCRIPTS: [&str; 3] = ["$where", "$function", "$accumulator"];

/// The query document of a filter.
///
/// # Errors
/// [`Kind::Refused`] for a raw query that would run JavaScript on the server;
/// [`Kind::Malformed`] for a value that cannot be sent.
pub(super) fn query_document(filter: &Filter) -> Result<Query, StoreError> {
    let mut all = filter
        .clauses
        .iter()
        .map(condition)
        .collect::<Result<Vec<_>, _>>()?;
    if let Some(raw) = &filter.raw {
        if let Some(script) = script_in(raw) {
            return Err(StoreError::new(
                Store::Mongo,
                Kind::Refused,
                format!("the query uses {script}, which runs a script on the server"),
            )
            .hint("write it with query operators"));
        }
        all.push(write(raw)?);
    }
    Ok(all_of(all))
}

fn condition(clause: &Clause) -> Result<Query, StoreError> {
    let list = |values: &[Bson]| {
        values
            .iter()
            .map(write_value)
            .collect::<Result<Vec<_>, _>>()
    };
    let test = match &clause.test {
        Test::AnyOf(values) => match &list(values)?[..] {
            [one] => doc! { "$eq": one.clone() },
            many => doc! { "$in": many.to_vec() },
        },
        Test::NoneOf(values) => doc! { "$nin": list(values)? },
        Test::Range { from, to } => {
            let mut test = Query::new();
            if let Some((value, included)) = from {
                test.insert(if *included { "$gte" } else { "$gt" }, write_value(value)?);
            }
            if let Some((value, included)) = to {
                test.insert(if *included { "$lte" } else { "$lt" }, write_value(value)?);
            }
            if test.is_empty() {
                return Ok(test);
            }
            test
        }
        Test::Contains(text) => doc! { "$regex": literal(text), "$options": "i" },
        Test::IsNull(true) => doc! { "$eq": Value::Null },
        Test::IsNull(false) => doc! { "$ne": Value::Null },
    };
    Ok(doc! { clause.path.clone(): test })
}

/// A regular expression that matches this text as it stands.
fn literal(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\0' => pattern.push_str("\\x00"),
            c if c.is_ascii_punctuation() && c != '_' => pattern.extend(['\\', c]),
            c => pattern.push(c),
        }
    }
    pattern
}

fn script_in(document: &bson::Document) -> Option<&'static str> {
    document.0.iter().find_map(|(name, value)| {
        let own = SCRIPTS.into_iter().find(|script| script == name);
        own.or_else(|| script_in_value(value))
    })
}

fn script_in_value(value: &Bson) -> Option<&'static str> {
    match value {
        Bson::Document(inner) => script_in(inner),
        Bson::Array(items) => items.iter().find_map(script_in_value),
        _ => None,
    }
}

/// A page as the finds to run.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Walk {
    /// Filters, to be asked in turn until the page is full. Never empty.
    pub(super) filters: Vec<Query>,
    /// The order in which the server is asked to walk.
    pub(super) sort: Query,
    /// Rows come in the opposite of the order asked for.
    pub(super) reversed: bool,
}

impl Walk {
    /// The finds of a page.
    ///
    /// # Errors
    /// Those of [`query_document`]; [`Kind::Unsupported`] for a place whose type cannot be compared.
    pub(super) fn new(query: &Asked) -> Result<Self, StoreError> {
        let filter = query_document(&query.filter)?;
        let reversed = matches!(query.from, Place::Last | Place::Before(_));
        let field = query.sort.field.as_str();
        let down = query.sort.descending;
        let direction = if down == reversed { 1 } else { -1 };
        let sort = if field == "_id" {
            doc! { "_id": direction }
        } else {
            doc! { field: direction, "_id": direction }
        };
        let places = match (&query.from, field) {
            (Place::First | Place::Last, _) => vec![Query::new()],
            (Place::Before(cursor), "_id") => ranges_by_id(&cursor.id, !down, false)?,
            (Place::After(cursor), "_id") => ranges_by_id(&cursor.id, down, false)?,
            (Place::At(cursor), "_id") => ranges_by_id(&cursor.id, down, true)?,
            (Place::Before(cursor), _) => vec![before(field, cursor, down)?],
            (Place::After(cursor), _) => vec![behind(field, cursor, down, false)?],
            (Place::At(cursor), _) => vec![behind(field, cursor, down, true)?],
        };
        Ok(Self {
            filters: places
                .into_iter()
                .map(|place| all_of(vec![place, filter.clone()]))
                .collect(),
            sort,
            reversed,
        })
    }
}
