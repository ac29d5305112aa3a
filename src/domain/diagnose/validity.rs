//! Is a decoded value the document that its key names, and would the service read it?

use super::super::compare::{ID_ROW, full_id, is_id_of};
use super::super::json::{Json, Kind, NodeId};
use super::super::key::Key;
use super::super::model::{Field, FieldType, Model};
use super::super::state::State;
use super::super::text::Sentence;
use super::super::time;
use super::Fault;

/// The first thing that makes the value not the key's document, in words without any value; `None`
/// when it is: it is no object, it has another id, or it lacks what the service needs to read it.
///
/// A missing `id` is none: the service takes the id from the key. Fields that the service fills
/// in may be missing, but not null; the delete marks are never looked at.
#[must_use]
pub fn fault(key: &Key, json: &Json, model: Option<&Model>) -> Option<Fault> {
    let root = json.root();
    if json.kind(root) != Kind::Object {
        let said = format!(
            "JSON, but {} where a document belongs",
            kind_said(json.kind(root))
        );
        return Some(misfiled(None, said.into(), Some(root)));
    }
    if let Some(at) = full_id(json).filter(|at| !is_id_of(json, *at, key)) {
        let said = "its id differs from the key".into();
        return Some(misfiled(Some(ID_ROW), said, Some(at)));
    }
    model?.projects().find_map(|field| {
        let (said, at) = field_fault(json, field)?;
        Some(misfiled(Some(&field.name), said, at))
    })
}

fn misfiled(field: Option<&str>, said: Sentence, at: Option<NodeId>) -> Fault {
    Fault {
        state: State::Misfiled,
        said,
        field: field.map(str::to_owned),
        at,
    }
}

fn field_fault(json: &Json, field: &Field) -> Option<(Sentence, Option<NodeId>)> {
    let name = &field.name;
    let required = |what: &str| Sentence::new("the required field ").name(name).ours(what);
    let Some(at) = json.get(json.root(), name) else {
        return field.is_required().then(|| (required(" is missing"), None));
    };
    if json.kind(at) == Kind::Null {
        return (!field.nullable).then(|| (required(" is null"), Some(at)));
    }
    let wanted = wanted(json, at, field.kind)?;
    let kind = kind_said(json.kind(at));
    let said = Sentence::default().name(name);
    let said = said.ours(&format!(" is {kind}, should be {wanted}"));
    Some((said, Some(at)))
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
