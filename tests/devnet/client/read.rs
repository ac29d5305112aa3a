//! `kv-read`: values of some keys as one line of JSON, or nothing at all.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::command::Release;
use super::flags::Given;
use super::log::{self, Log};
use super::rpc::{Client, Options, Peer, wrong_type};
use super::{go, write};
use crate::wire::{Digest, hex};

/// Bytes asked for at a time.
const PAGE: u64 = 262_144;

struct Part {
    version: u64,
    data: Vec<u8>,
    size: u64,
}

/// Runs the command.
pub(crate) fn run(given: &Given, log: Log, release: Release) -> ExitCode {
    let options = Options::of(given);
    let limit = given.duration("timeout");
    let end = (limit > Duration::ZERO).then(|| options.pace.deadline(limit));
    let url = given.shown("node");
    let client = match Client::new(&url, Peer::Node, options) {
        Ok(client) => client,
        Err(why) => {
            let fields = [("error", why), ("url", url)];
            return log.fatal("Failed to create kv client", &fields);
        }
    };
    let stream = write::stream_id(given.text("stream-id"));
    let version = match release {
        Release::V1_2_2 => u64::MAX,
        _ => given.unsigned("version"),
    };
    let mut values = BTreeMap::new();
    for key in given.slice("stream-keys") {
        match value(&client, (&stream, &key, version), end) {
            Ok(value) => values.insert(key, value),
            Err(why) if why.is_empty() => {
                return log::go_panic(
                    "runtime error: invalid memory address or nil pointer dereference",
                );
            }
            Err(why) => {
                let message = [b"failed to read key ".as_slice(), &key].concat();
                return log.fatal(message, &[("error", why)]);
            }
        };
    }
    let members = values
        .iter()
        .map(|(key, value)| format!("{}:{}", go::json(key), go::json(value)));
    let members: Vec<String> = members.collect();
    log::stdout(format!("{{{}}}\n", members.join(",")).as_bytes());
    ExitCode::SUCCESS
}

/// All pages of a value. An empty error stands for the panic of an absent result.
fn value(
    client: &Client,
    (stream, key, version): (&Digest, &[u8], u64),
    end: Option<Instant>,
) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let mut version = version;
    loop {
        let asked = [
            json!(hex(stream)),
            json!(STANDARD.encode(key)),
            json!(bytes.len()),
            json!(PAGE),
            json!(version),
        ];
        let part = client.call(("kv_getValue", &asked), end, part)?;
        let part = part.ok_or_else(String::new)?;
        if version != u64::MAX && version != part.version {
            bytes.clear();
        }
        version = part.version;
        bytes.extend(part.data);
        // The real one loops for ever too when a node never delivers the size it says.
        if bytes.len() as u64 == part.size {
            return Ok(bytes);
        }
    }
}

fn part(result: &Value) -> Result<Option<Part>, String> {
    if result.is_null() {
        return Ok(None);
    }
    let wrong = || wrong_type(result, "node.Value");
    let data = result["data"].as_str().map(|text| STANDARD.decode(text));
    Ok(Some(Part {
        version: result["version"].as_u64().ok_or_else(wrong)?,
        data: data.and_then(Result::ok).ok_or_else(wrong)?,
        size: result["size"].as_u64().ok_or_else(wrong)?,
    }))
}
