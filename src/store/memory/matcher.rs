//! Which documents a filter lets through: the conditions of the filter line and the common part
//! of MongoDB's query language, with MongoDB's rules about arrays, missing fields and types.
//!
//! A query is compiled before the first document is looked at, so that an operator that is not
//! known here is an error and never an empty answer.

mod compile;
mod text;

use std::cmp::Ordering;

use crate::domain::bson::Document;
use crate::domain::order::{bracket, compare};
use crate::domain::query::{Clause, Test};
use crate::domain::{Bson, Filter};
use crate::store::error::StoreError;
use text::Pattern;

/// A compiled filter.
#[derive(Debug)]
pub(super) struct Matcher(Node);

#[derive(Debug)]
enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Field { path: String, test: FieldTest },
}

#[derive(Debug)]
enum FieldTest {
    /// Equal to one of these; null is also "missing".
    In(Vec<Bson>, Vec<Pattern>),
    /// In the bracket of this value, and on that side of it.
    Side {
        of: Bson,
        keep: fn(Ordering) -> bool,
    },
    Between {
        from: Option<(Bson, bool)>,
        to: Option<(Bson, bool)>,
    },
    Contains(String),
    Text(Pattern),
    Exists(bool),
    Null(bool),
    Types(Vec<String>),
    Size(i64),
    Every(Vec<FieldTest>),
    ItemDocument(Box<Node>),
    ItemValue(Vec<FieldTest>),
    Not(Vec<FieldTest>),
}

impl Matcher {
    /// Checks and prepares a filter.
    ///
    /// # Errors
    /// The operator that is not evaluated here, by name.
    pub(super) fn new(filter: &Filter) -> Result<Self, StoreError> {
        let mut nodes: Vec<Node> = filter.clauses.iter().map(clause).collect();
        if let Some(raw) = &filter.raw {
            nodes.push(compile::query(raw)?);
        }
        Ok(Self(Node::All(nodes)))
    }

    /// Whether a document passes.
    pub(super) fn matches(&self, document: &Document) -> bool {
        self.0.matches(document)
    }
}

fn clause(clause: &Clause) -> Node {
    let path = clause.path.clone();
    let test = match &clause.test {
        Test::AnyOf(values) => FieldTest::In(values.clone(), Vec::new()),
        Test::NoneOf(values) => FieldTest::Not(vec![FieldTest::In(values.clone(), Vec::new())]),
        Test::Range { from, to } => FieldTest::Between {
            from: from.clone(),
            to: to.clone(),
        },
        Test::Contains(part) => FieldTest::Contains(part.to_lowercase()),
        Test::IsNull(wanted) => FieldTest::Null(*wanted),
    };
    Node::Field { path, test }
}

impl Node {
    fn matches(&self, document: &Document) -> bool {
        match self {
            Self::All(nodes) => nodes.iter().all(|node| node.matches(document)),
            Self::Any(nodes) => nodes.iter().any(|node| node.matches(document)),
            Self::Not(node) => !node.matches(document),
            Self::Field { path, test } => {
                let (first, rest) = path.split_once('.').unwrap_or((path, ""));
                let rest: Vec<&str> = rest.split('.').filter(|step| !step.is_empty()).collect();
                let mut found = Vec::new();
                reach(document.get(first), &rest, &mut found);
                test.holds(&found)
            }
        }
    }
}

/// Every value that a path leads to; `None` stands for a place where the field is missing. An
/// array on the way is stepped into, by number or through all its documents.
fn reach<'a>(value: Option<&'a Bson>, steps: &[&str], found: &mut Vec<Option<&'a Bson>>) {
    let Some((step, rest)) = steps.split_first() else {
        found.push(value);
        return;
    };
    match value {
        Some(Bson::Document(document)) => reach(document.get(step), rest, found),
        Some(Bson::Array(items)) => {
            let by_number = step.parse::<usize>().ok().and_then(|at| items.get(at));
            if by_number.is_some() {
                reach(by_number, rest, found);
            }
            for item in items.iter().filter(|i| matches!(i, Bson::Document(_))) {
                reach(Some(item), steps, found);
            }
        }
        _ => found.push(None),
    }
}

impl FieldTest {
    /// Whether the test holds for the values found under a path.
    fn holds(&self, found: &[Option<&Bson>]) -> bool {
        let values = || found.iter().flatten().copied();
        match self {
            Self::Not(tests) => !tests.iter().all(|test| test.holds(found)),
            Self::Exists(wanted) => found.iter().any(Option::is_some) == *wanted,
            Self::Null(wanted) => found.iter().any(|v| v.is_none_or(Bson::is_null)) == *wanted,
            Self::In(wanted, _) if wanted.iter().any(Bson::is_null) && is_missing(found) => true,
            Self::Side { of, keep } if of.is_null() && keep(Ordering::Equal) => {
                is_missing(found) || with_items(values()).any(Bson::is_null)
            }
            Self::Size(size) => values().any(|v| match v {
                Bson::Array(items) => i64::try_from(items.len()) == Ok(*size),
                _ => false,
            }),
            Self::ItemDocument(node) => items(values()).any(|item| match item {
                Bson::Document(document) => node.matches(document),
                _ => false,
            }),
            Self::ItemValue(tests) => {
                items(values()).any(|item| tests.iter().all(|test| test.holds_for(item)))
            }
            Self::Every(tests) => tests.iter().all(|test| test.holds(found)),
            other => with_items(values()).any(|value| other.holds_for(value)),
        }
    }

    /// Whether one value passes by itself.
    fn holds_for(&self, value: &Bson) -> bool {
        match self {
            Self::In(wanted, patterns) => {
                wanted.iter().any(|w| compare(w, value).is_eq())
                    || patterns.iter().any(|pattern| pattern.matches(value))
            }
            Self::Side { of, keep } => {
                let any_type = matches!(of, Bson::MinKey | Bson::MaxKey);
                let comparable = any_type || bracket(of) == bracket(value);
                comparable && is_nan(of) == is_nan(value) && keep(compare(value, of))
            }
            Self::Between { from, to } => {
                let bound = |bound: &Option<(Bson, bool)>, side: Ordering| {
                    bound.as_ref().is_none_or(|(of, included)| {
                        let order = compare(value, of);
                        bracket(value) == bracket(of)
                            && is_nan(of) == is_nan(value)
                            && (order == side || (*included && order.is_eq()))
                    })
                };
                bound(from, Ordering::Greater) && bound(to, Ordering::Less)
            }
            Self::Contains(part) => match value {
                Bson::String(text) | Bson::Symbol(text) => text.to_lowercase().contains(part),
                _ => false,
            },
            Self::Text(pattern) => pattern.matches(value),
            Self::Types(names) => names.iter().any(|name| is_type(value, name)),
            other => other.holds(&[Some(value)]),
        }
    }
}

fn is_missing(found: &[Option<&Bson>]) -> bool {
    found.iter().any(Option::is_none)
}

fn is_nan(value: &Bson) -> bool {
    match value {
        Bson::Double(n) => n.is_nan(),
        Bson::Decimal128(text) => text.eq_ignore_ascii_case("nan"),
        _ => false,
    }
}

fn is_type(value: &Bson, name: &str) -> bool {
    match name {
        "number" => matches!(value.type_name(), "int" | "long" | "double" | "decimal"),
        "binData" => matches!(value, Bson::Binary { .. }),
        name => value.type_name() == name,
    }
}

/// The items of every array among some values.
fn items<'a>(values: impl Iterator<Item = &'a Bson>) -> impl Iterator<Item = &'a Bson> {
    values
        .filter_map(|value| match value {
            Bson::Array(items) => Some(items),
            _ => None,
        })
        .flatten()
}

/// The values, and the items of those that are arrays.
fn with_items<'a>(values: impl Iterator<Item = &'a Bson>) -> impl Iterator<Item = &'a Bson> {
    values.flat_map(|value| {
        let inside = match value {
            Bson::Array(items) => &items[..],
            _ => &[],
        };
        std::iter::once(value).chain(inside)
    })
}

#[cfg(test)]
mod tests;
