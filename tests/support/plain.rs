//! The demo with every stored character beyond ASCII replaced, so that what else a screen has is
//! the program's own.

use std::sync::Arc;

use dualscope::domain::bson::Document;
use dualscope::domain::codec;
use dualscope::domain::query::{Place, Query, Sort};
use dualscope::domain::{Bson, Codec, Collection, Filter, Full, Lite, State};
use dualscope::store::memory::{MemoryIndex, MemoryValues, seed};
use dualscope::store::port::Index as _;
use futures_util::FutureExt as _;
use tokio_util::sync::CancellationToken;

use super::driver::WALL;

/// Both stores, and which states documents were planted in, by their keys.
pub(crate) fn stores() -> (Arc<MemoryIndex>, Arc<MemoryValues>, Vec<(String, State)>) {
    let demo = seed::plant(WALL);
    let index = Arc::new(MemoryIndex::new("memsys"));
    for entry in demo.index.collections().now_or_never().unwrap().unwrap() {
        index.create(&entry.name);
        for lite in rows(&demo.index, &entry.name) {
            index.put(&entry.name, document(&lite.fields));
        }
    }
    let values = Arc::new(MemoryValues::new("demo"));
    for (_, key, raw) in demo.values.log() {
        if raw.is_empty() {
            values.delete(&plain(&key));
        } else {
            values.put(&plain(&key), bytes(&raw));
        }
    }
    let planted = demo.expected.iter();
    let planted = planted.map(|(key, state)| (plain(&key.to_string()), *state));
    (index, values, planted.collect())
}

fn rows(index: &MemoryIndex, collection: &Collection) -> Vec<Lite> {
    let query = Query {
        collection: collection.clone(),
        filter: Filter::default(),
        sort: Sort::by_id(true),
        from: Place::First,
        limit: 5000,
    };
    let token = CancellationToken::new();
    let page = index.page(&query, &token);
    page.now_or_never().unwrap().unwrap().rows
}

/// The same text with `x` for every character that is no ASCII, also where one is written `\uXXXX`.
fn plain(text: &str) -> String {
    let ascii: String = text
        .chars()
        .map(|c| if c.is_ascii() { c } else { 'x' })
        .collect();
    let mut parts = ascii.split("\\u");
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code = part
            .get(..4)
            .and_then(|code| u32::from_str_radix(code, 16).ok());
        match code {
            Some(code) if code > 0x7f => whole.extend(["x", &part[4..]]),
            _ => whole.extend(["\\u", part]),
        }
    }
    whole
}

fn bytes(raw: &Arc<[u8]>) -> Vec<u8> {
    let full: Full = codec::decode(Arc::clone(raw));
    match (full.codec(), full.text()) {
        (Some(Codec::Base64), Some(text)) => codec::encode(&plain(text), Codec::Base64),
        (_, Some(text)) => plain(text).into_bytes(),
        _ => raw.to_vec(),
    }
}

fn document(fields: &Document) -> Document {
    let member = |(name, value): &(String, Bson)| (plain(name), value_of(value));
    Document(fields.0.iter().map(member).collect())
}

fn value_of(value: &Bson) -> Bson {
    match value {
        Bson::String(text) => Bson::String(plain(text)),
        Bson::Array(items) => Bson::Array(items.iter().map(value_of).collect()),
        Bson::Document(fields) => Bson::Document(document(fields)),
        other => other.clone(),
    }
}
