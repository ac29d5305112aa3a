//! A lite document as a tree: each BSON value stands in it as a JSON value, its type beside it.
//!
//! The JSON is for the eye only. What is copied comes from the BSON value itself.

use std::sync::Arc;

use crate::domain::bson::{Document, hex};
use crate::domain::json::Json;
use crate::domain::text::Spelling;
use crate::domain::{Bson, ejson};

use super::tree::{Face, Step, Tree};

enum Work<'a> {
    Value(Option<&'a str>, &'a Bson),
    Comma,
    Close(char),
}

/// The tree of a document's fields; `None` if there are none.
pub(super) fn tree(fields: &Document, width: usize, spelling: Spelling) -> Option<Tree> {
    if fields.0.is_empty() {
        return None;
    }
    let (text, types) = projection(fields);
    let json = Json::parse(text.into()).ok()?;
    let size = (width, spelling);
    Some(Tree::with_types(Arc::new(json), Face::Fields, types, size))
}

/// The text and the type of each of its nodes, in order.
fn projection(fields: &Document) -> (String, Vec<&'static str>) {
    let (mut text, mut types) = (String::from("{"), vec!["object"]);
    let mut work = vec![Work::Close('}')];
    push_members(fields, &mut work);
    while let Some(next) = work.pop() {
        let (name, value) = match next {
            Work::Comma => {
                text.push(',');
                continue;
            }
            Work::Close(bracket) => {
                text.push(bracket);
                continue;
            }
            Work::Value(name, value) => (name, value),
        };
        if let Some(name) = name {
            text.push_str(&quoted(name));
            text.push(':');
        }
        types.push(value.type_name());
        match value {
            Bson::Document(document) => {
                text.push('{');
                work.push(Work::Close('}'));
                push_members(document, &mut work);
            }
            Bson::Array(items) => {
                text.push('[');
                work.push(Work::Close(']'));
                for (at, item) in items.iter().enumerate().rev() {
                    work.push(Work::Value(None, item));
                    if at > 0 {
                        work.push(Work::Comma);
                    }
                }
            }
            leaf => text.push_str(&leaf_text(leaf)),
        }
    }
    (text, types)
}

fn push_members<'a>(document: &'a Document, work: &mut Vec<Work<'a>>) {
    for (at, (name, value)) in document.0.iter().enumerate().rev() {
        work.push(Work::Value(Some(name), value));
        if at > 0 {
            work.push(Work::Comma);
        }
    }
}

fn leaf_text(value: &Bson) -> String {
    match value {
        Bson::Null | Bson::Undefined => "null".to_owned(),
        Bson::Bool(yes) => yes.to_string(),
        Bson::Int32(number) => number.to_string(),
        Bson::Int64(number) => number.to_string(),
        // The debug form of a float is the shortest that reads back, always with a point or an
        // exponent.
        Bson::Double(number) if number.is_finite() => format!("{number:?}"),
        Bson::Double(number) => quoted(&number.to_string()),
        Bson::Decimal128(text) | Bson::JavaScript(text) => quoted(text),
        Bson::Regex { pattern, options } => quoted(&format!("/{pattern}/{options}")),
        Bson::Timestamp { time, increment } => quoted(&format!("{time}:{increment}")),
        Bson::MinKey | Bson::MaxKey => quoted(value.type_name()),
        Bson::Binary { subtype, bytes } if value.type_name() == "binData" => {
            quoted(&format!("subtype {subtype}: {}", hex(bytes)))
        }
        other => quoted(&other.to_string()),
    }
}

fn quoted(text: &str) -> String {
    ejson::relaxed(&Bson::String(text.to_owned()))
}

/// The value that a path of the tree leads to.
pub(super) fn value<'a>(fields: &'a Document, steps: &[Step]) -> Option<&'a Bson> {
    let (first, rest) = steps.split_first()?;
    let mut value = &fields.0.get(first.index)?.1;
    for step in rest {
        value = match value {
            Bson::Document(document) => &document.0.get(step.index)?.1,
            Bson::Array(items) => items.get(step.index)?,
            _ => return None,
        };
    }
    Some(value)
}

/// A path as MongoDB writes it.
pub(super) fn dotted(steps: &[Step]) -> String {
    let names: Vec<String> = steps
        .iter()
        .map(|step| step.name.clone().unwrap_or_else(|| step.index.to_string()))
        .collect();
    names.join(".")
}
