//! Filling an emulated node from a JSON Lines file, one write a line.
//!
//! A line is `{"key":"memcells:…","text":"…"}`, with `"base64json":true` to store Base64 of the
//! text, or `"bytes":"<Base64 of raw bytes>"` or `"tombstone":true` instead of `text`. Each line is
//! a transaction of its own, unless lines share `"tx":N`. `"stream"` names another stream.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dualscope::store::kv::rpc::StreamId;
use serde::Deserialize;

use super::state::{State, Write};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    key: String,
    text: Option<String>,
    #[serde(default)]
    base64json: bool,
    bytes: Option<String>,
    #[serde(default)]
    tombstone: bool,
    tx: Option<u64>,
    stream: Option<StreamId>,
}

/// Applies all lines; returns how many writes they were. Nothing is applied when a line is wrong.
pub fn load(state: &mut State, stream: StreamId, text: &str) -> Result<usize, String> {
    let mut plan: Vec<(Option<u64>, Vec<Write>)> = Vec::new();
    let mut shared: BTreeMap<u64, usize> = BTreeMap::new();
    let lines = text.lines().enumerate();
    for (at, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        let fault = |why: String| format!("line {}: {why}", at + 1);
        let line: Line = serde_json::from_str(line).map_err(|e| fault(e.to_string()))?;
        let tx = line.tx;
        let write = write_of(line, stream).map_err(fault)?;
        let known = tx.and_then(|tx| shared.get(&tx).copied());
        if let Some(index) = known {
            plan[index].1.push(write);
            continue;
        }
        if let Some(tx) = tx {
            shared.insert(tx, plan.len());
        }
        plan.push((tx, vec![write]));
    }
    let count = plan.iter().map(|(_, writes)| writes.len()).sum();
    for (tx, writes) in plan {
        state.commit(tx, &writes);
    }
    Ok(count)
}

fn write_of(line: Line, stream: StreamId) -> Result<Write, String> {
    if line.key.is_empty() {
        return Err("the key is empty".to_owned());
    }
    let bytes = match (line.text, line.bytes, line.tombstone) {
        (None, None, true) => Vec::new(),
        (Some(text), None, false) if line.base64json => STANDARD.encode(text).into_bytes(),
        (Some(text), None, false) => text.into_bytes(),
        (None, Some(bytes), false) => STANDARD
            .decode(bytes)
            .map_err(|e| format!("bytes are not Base64: {e}"))?,
        _ => return Err("needs exactly one of text, bytes, tombstone".to_owned()),
    };
    Ok(Write {
        stream: line.stream.unwrap_or(stream),
        key: line.key.into_bytes(),
        bytes,
    })
}
