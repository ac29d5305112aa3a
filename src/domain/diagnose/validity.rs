//! Is a decoded value the document that its key names, and would the service read it?

use super::super::compare::{full_id, is_id_of};
use super::super::json::{Json, Kind, NodeId};
use super::super::key::Key;
use super::super::model::{Field, FieldType, Model};
use super::super::time;

/// The first thing that makes the value not the key's document, in words, and the node that it is
/// about if there is one; `None` when it is the document.
///
/// A missing `id` is none: the service takes the id from the key. Fields that the service fills
/// in may be missing, but not null; the delete marks are never looked at.
#[must_use]
pub fn fault(key: &Key, json: &Json, model: Option<&Model>) -> Option<(String, Option<NodeId>)> {
    let root = json.root();
    if json.kind(root) != Kind::Object {
        let kind = kind_said(json.kind(root));
        return Some((format!("the value is {kind}, not a document"), Some(root)));
    }
    if let Some(at) = full_id(json).filter(|at| !is_id_of(json, *at, key)) {
        return Some(("its id differs from the key".to_owned(), Some(at)));
    }
    model?.projects().find_map(|field| field_fault(json, field))
}

fn field_fault(json: &Json, field: &Field) -> Option<(String, Option<NodeId>)> {
    let name = &field.name;
    let Some(at) = json.get(json.root(), name) else {
        let said = || format!("the required field {name} is missing");
        return field.is_required().then(|| (said(), None));
    };
    if json.kind(at) == Kind::Null {
        let said = || format!("the required field {name} is null");
        return (!field.nullable).then(|| (said(), Some(at)));
    }
    let wanted = wanted(json, at, field.kind)?;
    let kind = kind_said(json.kind(at));
    Some((format!("{name} is {kind}, should be {wanted}"), Some(at)))
}

/// What the type wants, when the node is not that.
fn wanted(json: &Json, at: NodeId, kind: FieldType) -> Option<&'static str> {
    let is = json.kind(at);
    let (right, wanted) = match kind {
        FieldType::ObjectId | FieldType::String => (is == Kind::String, "text"),
        FieldType::Date => {
            let date = json.string(at).is_some_and(|t| time::parse(&t).is_some());
            (date, "an ISO 8601 date")
        }
        FieldType::Strings => {
            let text = |child| json.kind(child) == Kind::String;
            let right = is == Kind::Array && json.children(at).all(text);
            (right, "an array of texts")
        }
        FieldType::Int => {
            let whole = |raw: &str| raw.parse::<f64>().is_ok_and(|n| n.fract() == 0.0);
            (is == Kind::Number && whole(json.raw(at)), "an integer")
        }
        FieldType::Float => (is == Kind::Number, "a number"),
        FieldType::Bool => (is == Kind::Bool, "true or false"),
        FieldType::Nested => (
            matches!(is, Kind::Array | Kind::Object),
            "an object or an array",
        ),
    };
    (!right).then_some(wanted)
}

fn kind_said(kind: Kind) -> &'static str {
    match kind {
        Kind::Null => "null",
        Kind::Bool => "true or false",
        Kind::Number => "a number",
        Kind::String => "text",
        Kind::Array => "an array",
        Kind::Object => "an object",
    }
}
