//! A draft as bytes: one line of JSON, then the text exactly as it was typed.
//!
//! The head begins with a checksum over everything else, so that a file that is not whole is told
//! from one that is, and a text never comes up under another key.

use std::sync::Arc;

use serde_json::{Value, json};

use super::Text;
use crate::domain::intent::Place;
use crate::domain::key::{Collection, Key, Version};

const VERSION: u64 = 1;
const BEFORE_CRC: &[u8] = b"{\"crc\":\"";
const DIGITS: usize = 8;

/// Why bytes are no draft that can be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::journal) enum Fault {
    /// They are not what was saved.
    Broken,
    /// They are whole, and written by a program that knows more.
    Newer,
}

fn checksum(parts: &[&[u8]]) -> String {
    let mut hasher = crc32fast::Hasher::new();
    for part in parts {
        hasher.update(part);
    }
    format!("{:08x}", hasher.finalize())
}

pub(in crate::journal) fn print(text: &Text<'_>, at: i64) -> Vec<u8> {
    let Text {
        place,
        key,
        base,
        text,
    } = text;
    let head = json!({
        "v": VERSION,
        "at": at,
        "mongo": place.mongo,
        "database": place.database,
        "stream": place.stream,
        "collection": key.collection.as_str(),
        "id": &*key.id,
        "base": base.map(|version| version.0),
    })
    .to_string();
    // without its first brace, which the checksum stands behind
    let head = head.get(1..).unwrap_or_default();
    let rest = format!("\",{head}\n{text}").into_bytes();
    let crc = checksum(&[BEFORE_CRC, &rest]);
    [BEFORE_CRC, crc.as_bytes(), &rest].concat()
}

type Parts = (Place, Key, Option<Version>, i64, Arc<str>);

/// Reads what [`print()`] wrote.
///
/// # Errors
/// It is not whole, or a newer program wrote it.
pub(in crate::journal) fn parse(bytes: &[u8]) -> Result<Parts, Fault> {
    let after = bytes.strip_prefix(BEFORE_CRC).ok_or(Fault::Broken)?;
    let (crc, rest) = after.split_at_checked(DIGITS).ok_or(Fault::Broken)?;
    if checksum(&[BEFORE_CRC, rest]).as_bytes() != crc {
        return Err(Fault::Broken);
    }
    read(bytes).ok_or(Fault::Newer)
}

fn read(bytes: &[u8]) -> Option<Parts> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let head: Value = serde_json::from_slice(bytes.get(..end)?).ok()?;
    let text = std::str::from_utf8(bytes.get(end + 1..)?).ok()?;
    let number = |name: &str| head.get(name).and_then(Value::as_u64);
    let word = |name: &str| head.get(name).and_then(Value::as_str);
    if number("v")? != VERSION {
        return None;
    }
    let place = Place {
        mongo: word("mongo")?.to_owned(),
        database: word("database")?.to_owned(),
        stream: word("stream")?.to_owned(),
    };
    let key = Key {
        collection: Collection::new(word("collection")?),
        id: word("id")?.into(),
    };
    let at = head.get("at").and_then(Value::as_i64)?;
    Some((place, key, number("base").map(Version), at, text.into()))
}
