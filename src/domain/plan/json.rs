//! A plan as JSON and back: what the journal keeps, what `--dry-run --json` prints, and what
//! `apply` reads. Bytes are text where they are text, lite documents canonical extended JSON.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::{Action, Before, Fence, LiteWrite, Plan, ValueWrite};
use crate::domain::bson::{Bson, Document as BsonDocument};
use crate::domain::codec;
use crate::domain::document::Lite;
use crate::domain::ejson::{self, Style};
use crate::domain::full::Stored;
use crate::domain::key::{Key, Version};

/// The fence of a first value that a person vouches for.
const VOUCHED: &str = "vouched";

/// The plan as one JSON object.
#[must_use]
pub fn to_json(plan: &Plan) -> Value {
    let mut object = Map::new();
    object.insert("action".to_owned(), plan.action.row().name.into());
    object.insert("key".to_owned(), plan.key.to_string().into());
    object.insert("id".to_owned(), bson_out(&plan.id));
    let lite = plan
        .before
        .lite
        .as_ref()
        .map(|lite| document_out(&lite.fields));
    let stored = plan.before.stored.as_ref().map(stored_out);
    object.insert(
        "before".to_owned(),
        json!({ "lite": lite, "stored": stored }),
    );
    if let Some(write) = &plan.value {
        let fence = match write.fence {
            Fence::Absent => Value::Null,
            Fence::Vouched => VOUCHED.into(),
            Fence::At(version) => version.0.into(),
        };
        let mut value = bytes_out(&write.bytes);
        value.insert("fence".to_owned(), fence);
        object.insert("value".to_owned(), value.into());
    }
    if let Some(write) = &plan.lite {
        object.insert("lite".to_owned(), lite_out(write));
    }
    object.into()
}

/// The plan that [`to_json`] wrote.
///
/// # Errors
/// What is missing or odd, and where; never a value.
pub fn from_json(value: &Value) -> Result<Plan, String> {
    let action = text(value, "action")?;
    let key: Key = text(value, "key")?
        .parse()
        .map_err(|_fault| "`key` is not COLLECTION:ID".to_owned())?;
    let before = value.get("before").ok_or("`before` is missing")?;
    Ok(Plan {
        action: Action::from_name(action).ok_or("`action` is not known")?,
        key,
        id: bson_in(value.get("id").ok_or("`id` is missing")?)?,
        before: Before {
            lite: given(before, "lite")
                .map(document_in)
                .transpose()?
                .map(Lite::new),
            stored: given(before, "stored").map(stored_in).transpose()?,
        },
        value: given(value, "value").map(value_in).transpose()?,
        lite: given(value, "lite").map(lite_in).transpose()?,
    })
}

fn given<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.get(name).filter(|value| !value.is_null())
}

fn text<'a>(value: &'a Value, name: &str) -> Result<&'a str, String> {
    let text = value.get(name).and_then(Value::as_str);
    text.ok_or_else(|| format!("`{name}` is missing or not text"))
}

/// What a document says as canonical extended JSON; every number in it is text, so that nothing is
/// rounded on the way.
fn bson_out(value: &Bson) -> Value {
    serde_json::from_str(&ejson::canonical(value)).unwrap_or(Value::Null)
}

fn document_out(document: &BsonDocument) -> Value {
    let text = ejson::print_document(document, Style::Canonical, false);
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

fn bson_in(value: &Value) -> Result<Bson, String> {
    ejson::read(&value.to_string()).map_err(|fault| format!("not extended JSON: {}", fault.what))
}

fn document_in(value: &Value) -> Result<BsonDocument, String> {
    ejson::read_document(&value.to_string())
        .map_err(|fault| format!("not extended JSON: {}", fault.what))
}

fn bytes_out(bytes: &[u8]) -> Map<String, Value> {
    let (name, text) = match std::str::from_utf8(bytes) {
        Ok(text) => ("text", text.to_owned()),
        Err(_not_text) => ("base64", STANDARD.encode(bytes)),
    };
    Map::from_iter([(name.to_owned(), text.into())])
}

fn bytes_in(value: &Value) -> Result<Arc<[u8]>, String> {
    if let Some(text) = value.get("text").and_then(Value::as_str) {
        return Ok(text.as_bytes().into());
    }
    let bytes = STANDARD.decode(text(value, "base64")?);
    Ok(bytes
        .map_err(|_fault| "`base64` is not Base64".to_owned())?
        .into())
}

fn stored_out(stored: &Stored) -> Value {
    let mut object = match stored {
        Stored::Absent => return json!({ "absent": true }),
        Stored::Tombstone { .. } => Map::from_iter([("tombstone".to_owned(), true.into())]),
        Stored::Value { full, .. } => bytes_out(&full.raw),
    };
    let version = stored.version().map(|version| version.0);
    object.insert("version".to_owned(), version.into());
    object.into()
}

fn stored_in(value: &Value) -> Result<Stored, String> {
    if value.get("absent").is_some() {
        return Ok(Stored::Absent);
    }
    let version = value.get("version").and_then(Value::as_u64);
    let version = Version(version.ok_or("`version` is missing")?);
    if value.get("tombstone").is_some() {
        return Ok(Stored::Tombstone { version });
    }
    Ok(Stored::Value {
        version,
        full: codec::decode(bytes_in(value)?),
    })
}

fn value_in(value: &Value) -> Result<ValueWrite, String> {
    let fence = match value.get("fence") {
        Some(Value::Null) => Fence::Absent,
        Some(Value::String(word)) if word == VOUCHED => Fence::Vouched,
        Some(number) => Fence::At(Version(number.as_u64().ok_or("`fence` is not a version")?)),
        None => return Err("`fence` is missing".to_owned()),
    };
    Ok(ValueWrite {
        bytes: bytes_in(value)?,
        fence,
    })
}

fn lite_out(write: &LiteWrite) -> Value {
    match write {
        LiteWrite::Insert(document) => json!({ "insert": document_out(document) }),
        LiteWrite::Remove => json!({ "remove": true }),
        LiteWrite::Update(fields) => {
            let set = fields
                .iter()
                .filter_map(|(name, value)| Some((name, value.as_ref()?)));
            let set: Map<_, _> = set
                .map(|(name, value)| (name.clone(), bson_out(value)))
                .collect();
            let unset = fields.iter().filter(|(_, value)| value.is_none());
            let unset: Vec<&str> = unset.map(|(name, _)| name.as_str()).collect();
            json!({ "set": set, "unset": unset })
        }
    }
}

fn lite_in(value: &Value) -> Result<LiteWrite, String> {
    if let Some(document) = value.get("insert") {
        return Ok(LiteWrite::Insert(document_in(document)?));
    }
    if value.get("remove").is_some() {
        return Ok(LiteWrite::Remove);
    }
    let set = value
        .get("set")
        .and_then(Value::as_object)
        .ok_or("`lite` says neither insert, set nor remove")?;
    let mut fields = Vec::new();
    for (name, value) in set {
        fields.push((name.clone(), Some(bson_in(value)?)));
    }
    let unset = value.get("unset").and_then(Value::as_array);
    for name in unset.into_iter().flatten() {
        fields.push((name.as_str().ok_or("`unset` holds names")?.to_owned(), None));
    }
    Ok(LiteWrite::Update(fields))
}
