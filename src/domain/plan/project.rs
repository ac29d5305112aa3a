//! From a full value to the lite document: each field with the BSON type that the service gives it.

use super::validate::{Refusal, Why};
use crate::domain::bson::{Bson, Document as BsonDocument};
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
        _ => declared(json, field),
    };
    let fields = model
        .lite
        .iter()
        .map(|field| Ok((field.name.clone(), value(field)?)));
    Ok(BsonDocument(fields.collect::<Result<_, Refusal>>()?))
}

/// What a lite field of the model holds for this value; a missing member is null.
pub(super) fn declared(json: &Json, field: &Field) -> Result<Bson, Refusal> {
    let member = json.get(json.root(), &field.name);
    let Some(at) = member.filter(|at| json.kind(*at) != Kind::Null) else {
        return Ok(Bson::Null);
    };
    typed(json, at, field.kind).ok_or_else(|| cannot(&field.name))
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
        _ => untyped(json, at),
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
        FieldType::Nested => untyped(json, at),
    }
}

/// The smallest width that the driver of the service would choose.
fn integer(raw: &str) -> Option<Bson> {
    let number: i64 = raw.parse().ok()?;
    Some(i32::try_from(number).map_or(Bson::Int64(number), Bson::Int32))
}

/// A value by its JSON type alone.
fn untyped(json: &Json, at: NodeId) -> Option<Bson> {
    Some(match json.kind(at) {
        Kind::Null => Bson::Null,
        Kind::Bool => Bson::Bool(json.raw(at) == "true"),
        Kind::String => Bson::String(json.string(at)?.into_owned()),
        Kind::Number => match integer(json.raw(at)) {
            Some(number) => number,
            None => Bson::Double(json.raw(at).parse().ok()?),
        },
        Kind::Array => {
            let items = json.children(at).map(|item| untyped(json, item));
            Bson::Array(items.collect::<Option<_>>()?)
        }
        Kind::Object => {
            let members = json.children(at).map(|child| {
                let name = json.key(child)?.into_owned();
                Some((name, untyped(json, child)?))
            });
            Bson::Document(BsonDocument(members.collect::<Option<_>>()?))
        }
    })
}
