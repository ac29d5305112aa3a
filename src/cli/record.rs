//! What is printed for programs: objects whose members keep their order and, where they hold a
//! document, its text.

use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

use crate::domain::diagnose::{FieldRow, Finding};
use crate::domain::ejson::{self, Style};
use crate::domain::{Bson, Codec, Diagnosis, Head, Key, Lite};

/// The number of this form; a reader that knows another should stop.
const SCHEMA: u32 = 1;

/// A JSON object in the making.
#[derive(Default)]
pub(super) struct Object(Vec<(&'static str, Box<RawValue>)>);

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl Object {
    /// One whose first member is the schema's number.
    pub(super) fn with_schema() -> Self {
        let mut object = Self::default();
        object.put("schema", &SCHEMA);
        object
    }

    /// Adds a member.
    pub(super) fn put<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) {
        // Plain data always serialises.
        if let Ok(raw) = to_raw_value(value) {
            self.0.push((name, raw));
        }
    }

    /// Adds a member whose text is JSON already.
    pub(super) fn put_json(&mut self, name: &'static str, text: String) {
        match RawValue::from_string(text) {
            Ok(raw) => self.0.push((name, raw)),
            Err(_) => self.put(name, &()),
        }
    }

    pub(super) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The beginning of a document's line.
pub(super) fn document(key: &Key) -> Object {
    let mut object = Object::with_schema();
    object.put("key", &key.to_string());
    object.put("collection", &key.collection);
    object.put("id", &*key.id);
    object
}

/// How the two sides stand.
pub(super) fn put_state(object: &mut Object, diagnosis: &Diagnosis) {
    object.put("state", &diagnosis.state);
    object.put("newer", &diagnosis.newer);
    object.put("said", &diagnosis.said);
}

/// Version, stored bytes and codec of the value; null where they are not known.
pub(super) fn put_head(object: &mut Object, head: Option<Head>, codec: Option<Codec>) {
    let (version, size) = match head {
        Some(Head::Value { version, size }) => (Some(version), Some(size)),
        Some(Head::Tombstone(version)) => (Some(version), Some(0)),
        Some(Head::Absent) | None => (None, None),
    };
    object.put("version", &version);
    object.put("size", &size);
    object.put("codec", &codec.map(Codec::name));
}

/// Everything else worth knowing.
pub(super) fn put_findings(object: &mut Object, findings: &[Finding]) {
    let list: Vec<Object> = findings
        .iter()
        .map(|finding| {
            let mut entry = Object::default();
            entry.put("code", finding.code);
            entry.put("said", &finding.said);
            entry
        })
        .collect();
    object.put("findings", &list);
}

/// The MongoDB side as extended JSON; of some fields only when `columns` are given.
pub(super) fn put_lite(object: &mut Object, lite: &Lite, columns: Option<&[String]>, style: Style) {
    let Some(columns) = columns else {
        object.put_json("lite", ejson::print_document(&lite.fields, style, false));
        return;
    };
    let chosen = columns.iter().filter_map(|path| {
        let value: &Bson = lite.fields.at(path)?;
        Some((path.clone(), value.clone()))
    });
    let chosen = crate::domain::bson::Document(chosen.collect());
    object.put_json("lite", ejson::print_document(&chosen, style, false));
}

/// Field by field.
pub(super) fn put_fields(object: &mut Object, fields: &[FieldRow]) {
    let list: Vec<Object> = fields
        .iter()
        .map(|row| {
            let mut entry = Object::default();
            entry.put("name", &row.name);
            entry.put("lite", &row.lite.as_ref().map(|(text, _)| text));
            entry.put("lite_type", &row.lite.as_ref().map(|(_, kind)| kind));
            entry.put("full", &row.full);
            entry.put("verdict", row.verdict.row().name);
            entry.put("said", &row.said);
            entry.put("decides", &row.decides);
            entry
        })
        .collect();
    object.put("fields", &list);
}

/// JSON text on one line: blanks between tokens left out, everything else as it was written.
pub(super) fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_string = false;
    let mut escaped = false;
    for c in text.chars() {
        if in_string {
            in_string = escaped || c != '"';
            escaped = !escaped && c == '\\';
        } else if matches!(c, ' ' | '\t' | '\n' | '\r') {
            continue;
        } else {
            in_string = c == '"';
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pretty_text_loses_blanks_and_nothing_else() {
        let text = "{\n  \"a b\" : [ 1.50e+3,\t-0, 12345678901234567890123 ],\r\n  \"q\\\" \\\\\" : \" x \"\n}";
        assert_eq!(
            one_line(text),
            r#"{"a b":[1.50e+3,-0,12345678901234567890123],"q\" \\":" x "}"#
        );
    }

    #[test]
    fn text_that_is_json_already_is_embedded_unchanged() {
        let mut object = Object::with_schema();
        let text = r#"{"b":1.10,"a":[1e400,"\ud800"],"a":2}"#;
        object.put_json("full", text.to_owned());
        assert_eq!(object.text(), format!(r#"{{"schema":1,"full":{text}}}"#));
        let deep = "[".repeat(10_000) + &"]".repeat(10_000);
        object.put_json("deep", deep.clone());
        assert!(object.text().contains(&deep));
    }
}
