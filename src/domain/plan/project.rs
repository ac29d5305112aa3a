//! From a full value to the lite document: each field with the BSON type that the service gives it.

use super::validate::{Refusal, Why};
use crate::domain::bson::{Bson, Document as BsonDocument};
use crate::domain::compare;
use crate::domain::json::{Json, Kind, NodeId};
use crate::domain::model::{Field, FieldType, Model};
use crate::domain::time;

/// The whole lite document of a value that is not listed yet, alive.
///
/// # Errors
/// [`Why::Invalid`] when a member is not of the field's type.
pub(super) fn fresh(json: &Json, model: &Model, id: &Bson) -> Result<BsonDocument, Refusal> {
    let value = |field: &Field| match field.name.as_str() {
        "_id" => Ok(id.clone()),
        "deleted_id" => Ok(Bson::Int32(0)),
        _ if field.is_mongo_only() => Ok(Bson::Null),
        _ => declared(json, field, None),
    };
    let fields = model
        .lite
        .iter()
        .map(|field| Ok((field.name.clone(), value(field)?)));
    Ok(BsonDocument(fields.collect::<Result<_, Refusal>>()?))
}

/// What a lite field of the model holds for this value; a missing member is null. What is nested in
/// `old` and says the same stays of its type.
pub(super) fn declared(json: &Json, field: &Field, old: Option<&Bson>) -> Result<Bson, Refusal> {
    let member = json.get(json.root(), &field.name);
    let Some(at) = member.filter(|at| json.kind(*at) != Kind::Null) else {
        return Ok(Bson::Null);
    };
    let value = match field.kind {
        FieldType::Nested => untyped(json, at, old),
        kind => typed(json, at, kind),
    };
    value.ok_or_else(|| cannot(&field.name))
}

/// What a field that is in the lite document, but not in the model, holds for this value: of the
/// type that it has there. `None` when the value no longer has the member.
pub(super) fn alike(json: &Json, name: &str, old: &Bson) -> Result<Option<Bson>, Refusal> {
    let Some(at) = json.get(json.root(), name) else {
        return Ok(None);
    };
    if json.kind(at) == Kind::Null {
        return Ok(Some(Bson::Null));
    }
    let value = match (old, json.kind(at)) {
        (Bson::Date(_), _) => typed(json, at, FieldType::Date),
        (Bson::ObjectId(_), _) => typed(json, at, FieldType::ObjectId),
        (Bson::Int64(_), Kind::Number) => json.raw(at).parse().ok().map(Bson::Int64),
        (Bson::Double(_), Kind::Number) => typed(json, at, FieldType::Float),
        _ => untyped(json, at, Some(old)),
    };
    value.map(Some).ok_or_else(|| cannot(name))
}

fn cannot(name: &str) -> Refusal {
    let said = format!("`{name}` has a type that MongoDB's field does not");
    Refusal::new(Why::Invalid, said)
}

fn typed(json: &Json, at: NodeId, kind: FieldType) -> Option<Bson> {
    let text = || json.string(at).map(std::borrow::Cow::into_owned);
    match kind {
        FieldType::ObjectId => Bson::object_id_from_hex(&text()?),
        FieldType::String => text().map(Bson::String),
        FieldType::Date => Some(Bson::Date(time::parse(&text()?)?.ms())),
        FieldType::Strings => {
            let item = |item| Some(Bson::String(json.string(item)?.into_owned()));
            let items = (json.kind(at) == Kind::Array).then(|| json.children(at))?;
            items.map(item).collect::<Option<_>>().map(Bson::Array)
        }
        FieldType::Int => integer(json.raw(at)),
        FieldType::Float => json.raw(at).parse().ok().map(Bson::Double),
        FieldType::Bool => {
            (json.kind(at) == Kind::Bool).then(|| Bson::Bool(json.raw(at) == "true"))
        }
        FieldType::Nested => untyped(json, at, None),
    }
}

/// The smallest width that the driver of the service would choose.
fn integer(raw: &str) -> Option<Bson> {
    let number: i64 = raw.parse().ok()?;
    Some(i32::try_from(number).map_or(Bson::Int64(number), Bson::Int32))
}

/// A value by its JSON type, and by the types of what stood there: JSON has one kind of number and
/// no dates.
fn untyped(json: &Json, at: NodeId, old: Option<&Bson>) -> Option<Bson> {
    let leaf = old.filter(|old| !matches!(old, Bson::Array(_) | Bson::Document(_)));
    if let Some(old) = leaf.filter(|old| compare::same(old, json, at)) {
        return Some(old.clone());
    }
    Some(match json.kind(at) {
        Kind::Null => Bson::Null,
        Kind::Bool => Bson::Bool(json.raw(at) == "true"),
        Kind::String => match old {
            Some(Bson::Date(_)) => typed(json, at, FieldType::Date),
            Some(Bson::ObjectId(_)) => typed(json, at, FieldType::ObjectId),
            _ => None,
        }
        .or_else(|| typed(json, at, FieldType::String))?,
        Kind::Number => match old {
            Some(Bson::Int64(_)) => json.raw(at).parse().ok().map(Bson::Int64),
            Some(Bson::Double(_)) => None,
            _ => integer(json.raw(at)),
        }
        .or_else(|| typed(json, at, FieldType::Float))?,
        Kind::Array => {
            let was = |place: usize| match old {
                Some(Bson::Array(items)) => items.get(place),
                _ => None,
            };
            let items = json.children(at).enumerate();
            let items = items.map(|(place, item)| untyped(json, item, was(place)));
            Bson::Array(items.collect::<Option<_>>()?)
        }
        Kind::Object => {
            let was = |name: &str| match old {
                Some(Bson::Document(inner)) => inner.get(name),
                _ => None,
            };
            let members = json.children(at).map(|child| {
                let name = json.key(child)?.into_owned();
                let value = untyped(json, child, was(&name))?;
                Some((name, value))
            });
            Bson::Document(BsonDocument(members.collect::<Option<_>>()?))
        }
    })
}
