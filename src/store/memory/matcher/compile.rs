//! A raw query document as a tree of tests.

use std::cmp::Ordering;

use super::text::Pattern;
use super::{FieldTest, Node};
use crate::domain::Bson;
use crate::domain::bson::Document;
use crate::store::error::{Kind, Store, StoreError};

/// The `$type` numbers and the aliases that they stand for.
const TYPES: [(i64, &str); 20] = [
    (-1, "minKey"),
    (1, "double"),
    (2, "string"),
    (3, "object"),
    (4, "array"),
    (5, "binData"),
    (6, "undefined"),
    (7, "objectId"),
    (8, "bool"),
    (9, "date"),
    (10, "null"),
    (11, "regex"),
    (12, "dbPointer"),
    (13, "javascript"),
    (14, "symbol"),
    (15, "javascriptWithScope"),
    (16, "int"),
    (17, "timestamp"),
    (18, "long"),
    (19, "decimal"),
];

fn refused(what: impl Into<String>) -> StoreError {
    StoreError::new(Store::Mongo, Kind::Malformed, what)
        .hint("the demo's store evaluates the common operators only")
}

/// A whole query.
pub(super) fn query(raw: &Document) -> Result<Node, StoreError> {
    let mut nodes = Vec::new();
    for (name, value) in &raw.0 {
        match name.as_str() {
            "$and" => nodes.push(Node::All(branches(name, value)?)),
            "$or" => nodes.push(Node::Any(branches(name, value)?)),
            "$nor" => nodes.push(Node::Not(Box::new(Node::Any(branches(name, value)?)))),
            "$comment" => {}
            name if name.starts_with('$') => {
                return Err(refused(format!("unknown operator {name} in the query")));
            }
            path => nodes.extend(tests(value)?.into_iter().map(|test| Node::Field {
                path: path.to_owned(),
                test,
            })),
        }
    }
    Ok(Node::All(nodes))
}

fn branches(name: &str, value: &Bson) -> Result<Vec<Node>, StoreError> {
    let Bson::Array(items) = value else {
        return Err(refused(format!("{name} takes an array of queries")));
    };
    if items.is_empty() {
        return Err(refused(format!("{name} takes at least one query")));
    }
    let of = |item: &Bson| match item {
        Bson::Document(document) => query(document),
        _ => Err(refused(format!("{name} takes an array of queries"))),
    };
    items.iter().map(of).collect()
}

/// What a field must be: operators, a regular expression, or an equal value.
fn tests(value: &Bson) -> Result<Vec<FieldTest>, StoreError> {
    match value {
        Bson::Document(document) if is_operators(document) => operators(document),
        Bson::Regex { pattern, options } => Ok(vec![FieldTest::Text(text(pattern, options)?)]),
        value => Ok(vec![FieldTest::In(vec![value.clone()], Vec::new())]),
    }
}

fn is_operators(document: &Document) -> bool {
    document
        .0
        .first()
        .is_some_and(|(name, _)| name.starts_with('$'))
}

fn operators(document: &Document) -> Result<Vec<FieldTest>, StoreError> {
    let options = match document.get("$options") {
        Some(Bson::String(options)) => options.as_str(),
        _ => "",
    };
    let mut tests = Vec::new();
    for (name, value) in &document.0 {
        if name != "$options" {
            tests.push(operator(name, value, options)?);
        }
    }
    Ok(tests)
}

fn operator(name: &str, value: &Bson, options: &str) -> Result<FieldTest, StoreError> {
    let side = |keep| FieldTest::Side {
        of: value.clone(),
        keep,
    };
    Ok(match name {
        "$eq" => FieldTest::In(vec![value.clone()], Vec::new()),
        "$ne" => FieldTest::Not(vec![FieldTest::In(vec![value.clone()], Vec::new())]),
        "$gt" => side(Ordering::is_gt),
        "$gte" => side(Ordering::is_ge),
        "$lt" => side(Ordering::is_lt),
        "$lte" => side(Ordering::is_le),
        "$in" => any_of(name, value)?,
        "$nin" => FieldTest::Not(vec![any_of(name, value)?]),
        "$exists" => FieldTest::Exists(truth(value)),
        "$regex" => match value {
            Bson::String(pattern) => FieldTest::Text(text(pattern, options)?),
            Bson::Regex { pattern, options } => FieldTest::Text(text(pattern, options)?),
            _ => return Err(refused("$regex takes a text")),
        },
        "$not" => FieldTest::Not(match value {
            Bson::Document(document) if is_operators(document) => operators(document)?,
            Bson::Regex { .. } => tests(value)?,
            _ => return Err(refused("$not takes operators")),
        }),
        "$size" => FieldTest::Size(integer(value).ok_or_else(|| refused("$size takes a number"))?),
        "$all" => every(value)?,
        "$elemMatch" => item(value)?,
        "$type" => FieldTest::Types(types(value)?),
        name => return Err(refused(format!("unknown operator {name} in the query"))),
    })
}

fn any_of(name: &str, value: &Bson) -> Result<FieldTest, StoreError> {
    let Bson::Array(items) = value else {
        return Err(refused(format!("{name} takes an array")));
    };
    let mut values = Vec::new();
    let mut patterns = Vec::new();
    for item in items {
        match item {
            Bson::Regex { pattern, options } => patterns.push(text(pattern, options)?),
            value => values.push(value.clone()),
        }
    }
    Ok(FieldTest::In(values, patterns))
}

fn every(value: &Bson) -> Result<FieldTest, StoreError> {
    let Bson::Array(items) = value else {
        return Err(refused("$all takes an array"));
    };
    if items.is_empty() {
        // As in MongoDB, nothing contains all of nothing.
        return Ok(FieldTest::In(Vec::new(), Vec::new()));
    }
    let mut all = Vec::new();
    for wanted in items {
        all.extend(tests(wanted)?);
    }
    Ok(FieldTest::Every(all))
}

fn item(value: &Bson) -> Result<FieldTest, StoreError> {
    match value {
        Bson::Document(document) if is_operators(document) && !is_logical(document) => {
            Ok(FieldTest::ItemValue(operators(document)?))
        }
        Bson::Document(document) => Ok(FieldTest::ItemDocument(Box::new(query(document)?))),
        _ => Err(refused("$elemMatch takes a query")),
    }
}

fn is_logical(document: &Document) -> bool {
    let logical = |(name, _): &(String, Bson)| matches!(name.as_str(), "$and" | "$or" | "$nor");
    document.0.first().is_some_and(logical)
}

fn types(value: &Bson) -> Result<Vec<String>, StoreError> {
    let one = |value: &Bson| match value {
        Bson::String(alias)
            if alias == "number" || alias == "maxKey" || TYPES.iter().any(|(_, n)| n == alias) =>
        {
            Ok(alias.clone())
        }
        value => {
            let number = integer(value);
            let known = TYPES.iter().find(|(n, _)| Some(*n) == number);
            match known {
                Some((_, alias)) => Ok((*alias).to_owned()),
                None if number == Some(127) => Ok("maxKey".to_owned()),
                None => Err(refused("$type takes the name or number of a BSON type")),
            }
        }
    };
    match value {
        Bson::Array(all) => all.iter().map(one).collect(),
        value => Ok(vec![one(value)?]),
    }
}

fn text(pattern: &str, options: &str) -> Result<Pattern, StoreError> {
    Pattern::read(pattern, options)
        .ok_or_else(|| refused("this regular expression is more than plain text with ^ and $"))
}

fn truth(value: &Bson) -> bool {
    !(value.is_null() || *value == Bson::Bool(false) || integer(value) == Some(0))
}

fn integer(value: &Bson) -> Option<i64> {
    match value {
        Bson::Int32(n) => Some(i64::from(*n)),
        Bson::Int64(n) => Some(*n),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "whole numbers below 2^53 only"
        )]
        Bson::Double(n) if n.fract() == 0.0 && n.abs() < 9e15 => Some(*n as i64),
        _ => None,
    }
}
