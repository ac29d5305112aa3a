//! The only conversion between the driver's BSON and the project's own: every type kept.
//!
//! Reading goes over raw bytes, so that duplicate keys survive and one unreadable element does not
//! take its document with it. Writing back refuses what it could not write as it was.

use mongodb::bson::oid::ObjectId;
use mongodb::bson::raw::{RawBson, RawBsonRef, RawDocument, RawIter};
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{self as driver};

use crate::domain::Bson;
use crate::domain::bson::{Document, hex};
use crate::domain::ejson;
use crate::store::StoreError;
use crate::store::error::{Kind, Store};

/// Deeper nesting than any server accepts (180 for `mongod`); a guard for our own stack.
const DEPTH: usize = 220;

/// Reads a document. What cannot be read (bytes that are not UTF-8, a broken element) becomes a
/// [`Bson::Other`] of kind `unreadable` in its place; nothing is dropped without a mark.
#[must_use]
pub fn read(raw: &RawDocument) -> Document {
    read_fields(raw, 0)
}

fn read_fields(raw: &RawDocument, depth: usize) -> Document {
    Document(read_elements(raw.iter_elements(), raw.as_bytes(), depth))
}

fn read_elements(elements: RawIter<'_>, bytes: &[u8], depth: usize) -> Vec<(String, Bson)> {
    let mut fields = Vec::new();
    for element in elements {
        let Ok(element) = element else {
            // The length of what follows is unknown, so this is as far as the bytes can be read.
            fields.push(("(unreadable rest)".to_owned(), unreadable(bytes)));
            break;
        };
        let value = match element.value() {
            Ok(value) => read_value(value, depth),
            Err(_) => element.value_utf8_lossy().map_or_else(
                |_| unreadable(&[]),
                |lossy| not_utf8(lossy.as_raw_bson_ref()),
            ),
        };
        fields.push((element.key().as_str().to_owned(), value));
    }
    fields
}

/// Reads one value.
fn read_value(value: RawBsonRef<'_>, depth: usize) -> Bson {
    match value {
        RawBsonRef::Document(inner) if depth >= DEPTH => unreadable(inner.as_bytes()),
        RawBsonRef::Array(inner) if depth >= DEPTH => unreadable(inner.as_bytes()),
        RawBsonRef::Document(inner) => Bson::Document(read_fields(inner, depth + 1)),
        RawBsonRef::Array(inner) => {
            let fields = read_elements(inner.iter_elements(), inner.as_bytes(), depth + 1);
            Bson::Array(fields.into_iter().map(|(_, value)| value).collect())
        }
        RawBsonRef::Double(number) => Bson::Double(number),
        RawBsonRef::String(text) => Bson::String(text.to_owned()),
        RawBsonRef::Boolean(yes) => Bson::Bool(yes),
        RawBsonRef::Null => Bson::Null,
        RawBsonRef::Undefined => Bson::Undefined,
        RawBsonRef::MinKey => Bson::MinKey,
        RawBsonRef::MaxKey => Bson::MaxKey,
        RawBsonRef::Int32(number) => Bson::Int32(number),
        RawBsonRef::Int64(number) => Bson::Int64(number),
        RawBsonRef::Decimal128(number) => Bson::Decimal128(number.to_string()),
        RawBsonRef::DateTime(at) => Bson::Date(at.timestamp_millis()),
        RawBsonRef::ObjectId(id) => Bson::ObjectId(id.bytes()),
        RawBsonRef::JavaScriptCode(code) => Bson::JavaScript(code.to_owned()),
        RawBsonRef::Symbol(text) => Bson::Symbol(text.to_owned()),
        RawBsonRef::Timestamp(at) => Bson::Timestamp {
            time: at.time,
            increment: at.increment,
        },
        RawBsonRef::Binary(binary) => Bson::Binary {
            subtype: binary.subtype.into(),
            bytes: binary.bytes.to_vec(),
        },
        RawBsonRef::RegularExpression(regex) => Bson::Regex {
            pattern: regex.pattern.as_str().to_owned(),
            options: regex.options.as_str().to_owned(),
        },
        RawBsonRef::JavaScriptCodeWithScope(code) => {
            let scope = Bson::Document(read_fields(code.scope, depth + 1));
            Bson::Other {
                kind: "javascriptWithScope",
                ejson: format!(
                    r#"{{"$code":{},"$scope":{}}}"#,
                    quoted(code.code),
                    ejson::canonical(&scope)
                ),
            }
        }
        RawBsonRef::DbPointer(_) => db_pointer(value),
    }
}

/// The fields of a pointer are private to the driver; its owned form prints them.
fn db_pointer(value: RawBsonRef<'_>) -> Bson {
    let mut holder = driver::RawDocumentBuf::new();
    holder.append(driver::raw::cstr!("p"), RawBson::from(value));
    // Type byte, "p\0", then a string with its length and the twelve bytes of the id.
    let body = &holder.as_bytes()[7..holder.as_bytes().len() - 1];
    let (name, id) = body.split_at(body.len().saturating_sub(12));
    let name = name.get(4..name.len().saturating_sub(1)).unwrap_or(&[]);
    Bson::Other {
        kind: "dbPointer",
        ejson: format!(
            r#"{{"$dbPointer":{{"$ref":{},"$id":{{"$oid":"{}"}}}}}}"#,
            quoted(&String::from_utf8_lossy(name)),
            hex(id)
        ),
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Text that is not UTF-8, shown with replacement characters and marked as such.
fn not_utf8(value: RawBsonRef<'_>) -> Bson {
    let (RawBsonRef::String(text) | RawBsonRef::Symbol(text) | RawBsonRef::JavaScriptCode(text)) =
        value
    else {
        return unreadable(&[]);
    };
    Bson::Other {
        kind: "unreadable",
        ejson: format!(r#"{{"$notUtf8":{}}}"#, quoted(text)),
    }
}

/// Bytes that are no BSON; the first of them, for a look.
fn unreadable(bytes: &[u8]) -> Bson {
    let head = &bytes[..bytes.len().min(32)];
    Bson::Other {
        kind: "unreadable",
        ejson: format!(r#"{{"$unreadable":"{}"}}"#, hex(head)),
    }
}

/// The driver's form of a document.
///
/// # Errors
/// [`Kind::Malformed`] for what cannot be written as it is: a [`Bson::Other`], a decimal's text
/// that is none, a zero byte in a name or a pattern, a name that occurs twice, endless nesting.
pub fn write(document: &Document) -> Result<driver::Document, StoreError> {
    write_fields(document, 0)
}

fn write_fields(document: &Document, depth: usize) -> Result<driver::Document, StoreError> {
    let mut fields = driver::Document::new();
    for (name, value) in &document.0 {
        if name.contains('\0') {
            return Err(unwritable("a field name with a zero byte"));
        }
        if fields
            .insert(name.clone(), write_at(value, depth)?)
            .is_some()
        {
            return Err(unwritable("a document with two fields of one name"));
        }
    }
    Ok(fields)
}

/// The driver's form of a value.
///
/// # Errors
/// As for [`write()`].
pub fn write_value(value: &Bson) -> Result<driver::Bson, StoreError> {
    write_at(value, 0)
}

fn write_at(value: &Bson, depth: usize) -> Result<driver::Bson, StoreError> {
    Ok(match value {
        Bson::Array(_) | Bson::Document(_) if depth >= DEPTH => {
            return Err(unwritable("a value nested so deep"));
        }
        Bson::Null => driver::Bson::Null,
        Bson::Undefined => driver::Bson::Undefined,
        Bson::MinKey => driver::Bson::MinKey,
        Bson::MaxKey => driver::Bson::MaxKey,
        Bson::Bool(yes) => driver::Bson::Boolean(*yes),
        Bson::Int32(number) => driver::Bson::Int32(*number),
        Bson::Int64(number) => driver::Bson::Int64(*number),
        Bson::Double(number) => driver::Bson::Double(*number),
        Bson::String(text) => driver::Bson::String(text.clone()),
        Bson::Symbol(text) => driver::Bson::Symbol(text.clone()),
        Bson::JavaScript(code) => driver::Bson::JavaScriptCode(code.clone()),
        Bson::Date(ms) => driver::Bson::DateTime(driver::DateTime::from_millis(*ms)),
        Bson::ObjectId(bytes) => driver::Bson::ObjectId(ObjectId::from_bytes(*bytes)),
        Bson::Decimal128(text) => driver::Bson::Decimal128(
            text.parse()
                .map_err(|_no_decimal| unwritable("a decimal number that cannot be read"))?,
        ),
        Bson::Binary { subtype, bytes } => driver::Bson::Binary(driver::Binary {
            subtype: BinarySubtype::from(*subtype),
            bytes: bytes.clone(),
        }),
        Bson::Timestamp { time, increment } => driver::Bson::Timestamp(driver::Timestamp {
            time: *time,
            increment: *increment,
        }),
        Bson::Regex { pattern, options } => driver::Bson::RegularExpression(
            regex(pattern, options)
                .ok_or_else(|| unwritable("a regular expression with a zero byte"))?,
        ),
        Bson::Array(items) => driver::Bson::Array(
            items
                .iter()
                .map(|item| write_at(item, depth + 1))
                .collect::<Result<Vec<_>, _>>()?,
        ),
        Bson::Document(inner) => driver::Bson::Document(write_fields(inner, depth + 1)?),
        Bson::Other { kind, .. } => {
            return Err(unwritable(&format!("a value of the type {kind}")));
        }
    })
}

fn regex(pattern: &str, options: &str) -> Option<driver::Regex> {
    Some(driver::Regex {
        pattern: pattern.to_owned().try_into().ok()?,
        options: options.to_owned().try_into().ok()?,
    })
}

fn unwritable(what: &str) -> StoreError {
    StoreError::new(
        Store::Mongo,
        Kind::Malformed,
        format!("{what} cannot be sent to MongoDB"),
    )
    .hint("leave it out of the question")
}
