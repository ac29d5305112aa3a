//! `kv-write`: one batch, submitted to the chain, uploaded to the storage nodes.

use std::collections::HashMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::chain::{Evm, Fixed};
use super::command::Release;
use super::fault::{self, Stage};
use super::flags::Given;
use super::job::Job;
use super::log::{self, Log};
use super::rpc::{Client, Options, Peer, wrong_type};
use super::storage::{Node, Upload, shard};
use crate::wire::account::{Address, Wallet};
use crate::wire::batch::{self, Batch, Entry};
use crate::wire::cipher::Cipher;
use crate::wire::merkle::Tree;
use crate::wire::{Digest, keccak, unhex, unhex_array};

/// Go's words for what happens to a program that trusts an absent answer.
pub(crate) const NIL: &str = "runtime error: invalid memory address or nil pointer dereference";

/// How a run ends that does not end well.
pub(crate) enum End {
    Fatal(&'static str, Vec<(&'static str, String)>),
    Panic(String),
}

impl From<String> for End {
    fn from(why: String) -> Self {
        Self::Fatal("fail to execute kv batch", vec![("error", why)])
    }
}

/// A stream id as it is taken: anything is one.
pub(crate) fn stream_id(text: &[u8]) -> Digest {
    let text = String::from_utf8_lossy(text);
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let mut digits = digits.unwrap_or(&text).to_owned();
    if digits.len() % 2 == 1 {
        digits.insert(0, '0');
    }
    let bytes = unhex(&digits).unwrap_or_default();
    let kept = &bytes[bytes.len().saturating_sub(32)..];
    let mut id = Digest::default();
    id[32 - kept.len()..].copy_from_slice(kept);
    id
}

/// Runs the command.
pub(crate) fn run(given: &Given, log: Log, release: Release) -> ExitCode {
    match write(given, log, release) {
        Ok(()) => ExitCode::SUCCESS,
        Err(End::Fatal(message, fields)) => log.fatal(message, &fields),
        Err(End::Panic(why)) => log::go_panic(&why),
    }
}

fn write(given: &Given, log: Log, release: Release) -> Result<(), End> {
    let options = Options::of(given);
    let limit = given.duration("timeout");
    let end = (limit > Duration::ZERO).then(|| options.pace.deadline(limit));
    let key = given.shown("key");
    let wallet = Wallet::parse(&key).ok_or_else(|| End::Panic(bad_key(&key)))?;
    let url = given.shown("url");
    let client = Client::new(&url, Peer::Other, options);
    let client = client.map_err(|why| {
        End::Fatal(
            "Failed to connect to fullnode",
            vec![("error", why), ("url", url)],
        )
    })?;
    let cipher = cipher(given, &wallet)?;
    let evm = Evm {
        log,
        client,
        wallet,
        fixed: Fixed::of(given),
    };
    let nodes = nodes(given, (log, options), (release, end))?;
    fault::at(Stage::Nodes);
    let batch = batch(given, release)?;
    let encoded = encode(&batch)?;
    say(log, &batch, &encoded);
    let flow = contract(&evm, &nodes, end)?;
    let market = evm.market(&flow)?;
    log.info("fragment size: 4294967296", &[]);
    let data = wrap(log, cipher, encoded);
    let tree = Tree::of(&data);
    let upload = Upload {
        log,
        root: tree.root(),
        tree,
        nodes,
        replicas: given.unsigned("expected-replica"),
        task: task(given.unsigned("task-size")),
        method: given.shown("method"),
        end,
    };
    let job = Job {
        evm,
        upload,
        flow,
        market,
        tags: batch::tags(&[batch.writes[0].stream]),
        finality: given.bool("finality-required"),
    };
    Arc::new(job).run(given.bool("skip-tx"))
}

/// Values are in the log of this level, and of no other.
fn say(log: Log, batch: &Batch, encoded: &[u8]) {
    let listed: Vec<String> = encoded.iter().map(u8::to_string).collect();
    let fields = [
        ("version", batch.version.to_string()),
        ("data", format!("[{}]", listed.join(" "))),
    ];
    log.debug("Built stream data", &fields);
}

fn wrap(log: Log, cipher: Option<Cipher>, encoded: Vec<u8>) -> Vec<u8> {
    let Some(cipher) = cipher else {
        return encoded;
    };
    let kind = match cipher {
        Cipher::Key(_) => "",
        Cipher::Wallet(_) => " (ECIES)",
    };
    log.info(&format!("Data encryption enabled{kind}"), &[]);
    cipher.wrap(&encoded, &random())
}

/// Segments sent in one request.
fn task(given: u64) -> usize {
    match usize::try_from(given) {
        Ok(0) => 10,
        given => given.unwrap_or(usize::MAX),
    }
}

/// Why a private key is none, in the words of the panic.
fn bad_key(key: &str) -> String {
    let digits = key.strip_prefix("0x").unwrap_or(key);
    let odd = digits.chars().find(|c| !c.is_ascii_hexdigit());
    let why = match odd {
        Some(c) => format!(
            "invalid hex character '{}' in private key",
            c.escape_default()
        ),
        None if digits.len() != 64 => "invalid length, need 256 bits".to_owned(),
        None if digits.bytes().all(|b| b == b'0') => {
            "invalid private key, zero or negative".to_owned()
        }
        None => "invalid private key, >=N".to_owned(),
    };
    format!("invalid HEX format of private key: {why}")
}

fn random() -> Digest {
    let now = jiff::Timestamp::now().as_nanosecond();
    keccak(&[&now.to_be_bytes(), &std::process::id().to_be_bytes()])
}

fn cipher(given: &Given, wallet: &Wallet) -> Result<Option<Cipher>, End> {
    let key = given.shown("encryption-key");
    let encrypt = given.bool("encrypt");
    if encrypt && !key.is_empty() {
        return Err(End::Fatal(
            "--encrypt and --encryption-key are mutually exclusive",
            vec![],
        ));
    }
    if encrypt {
        return Ok(Some(Cipher::Wallet(wallet.secret())));
    }
    if key.is_empty() {
        return Ok(None);
    }
    let undecoded = |why: &str| {
        End::Fatal(
            "Failed to decode encryption key",
            vec![("error", why.to_owned())],
        )
    };
    let Some(digits) = key.strip_prefix("0x") else {
        return Err(undecoded("hex string without 0x prefix"));
    };
    if digits.len() % 2 == 1 {
        return Err(undecoded("hex string of odd length"));
    }
    let bytes = unhex(digits).ok_or_else(|| undecoded("invalid hex string"))?;
    let length = bytes.len();
    if let Ok(key) = bytes.try_into() {
        return Ok(Some(Cipher::Key(key)));
    }
    let message = format!("Encryption key must be 32 bytes, got {length}");
    Err(End::Fatal(message.leak(), vec![]))
}

fn nodes(
    given: &Given,
    (log, options): (Log, Options),
    (release, end): (Release, Option<Instant>),
) -> Result<Vec<Node>, End> {
    let indexer = given.shown("indexer");
    let mut nodes = Vec::new();
    if !indexer.is_empty() {
        nodes = select(given, (&indexer, log, options), end)?;
    }
    if !nodes.is_empty() {
        return Ok(nodes);
    }
    let urls = given.slice("node");
    if urls.is_empty() {
        return Err(End::Fatal(
            "At least one of --node and --indexer should not be empty",
            vec![],
        ));
    }
    for url in urls {
        let url = String::from_utf8_lossy(&url).into_owned();
        let connected = Client::new(&url, Peer::Node, options).and_then(|client| {
            let shard = client.call(("zgs_getShardConfig", &[]), None, shard)?;
            Ok(Node { client, shard })
        });
        let failed = |why| {
            End::Fatal(
                "Failed to create zgs client",
                vec![("error", why), ("url", url)],
            )
        };
        nodes.push(connected.map_err(failed)?);
    }
    if release < Release::V1_3_0 && indexer.is_empty() {
        return Err(End::Panic(NIL.to_owned()));
    }
    Ok(nodes)
}

fn select(
    given: &Given,
    (url, log, options): (&str, Log, Options),
    end: Option<Instant>,
) -> Result<Vec<Node>, End> {
    let failed = |message, why| End::Fatal(message, vec![("error", why)]);
    let client = Client::new(url, Peer::Other, options);
    let client = client.map_err(|why| failed("Failed to initialize indexer client", why))?;
    log.info("Selecting nodes ...", &[]);
    let asked = [
        json!(given.unsigned("expected-replica").max(1)),
        json!(given.shown("method")),
        json!(given.bool("full-trusted")),
        json!([]),
    ];
    let listed = |value: &Value| {
        let wrong = || wrong_type(value, "indexer.ShardedNodes");
        if !value.is_object() {
            return Err(wrong());
        }
        let all = value["trusted"].as_array().cloned().unwrap_or_default();
        let node = |node: &Value| {
            Some((
                node["url"].as_str()?.to_owned(),
                shard(&node["config"]).ok()?,
            ))
        };
        all.iter()
            .map(node)
            .collect::<Option<Vec<_>>>()
            .ok_or_else(wrong)
    };
    let found = client.call(("indexer_getSelectedNodes", &asked), end, listed);
    let found = found.map_err(|why| failed("failed to select nodes from indexer", why))?;
    let nodes = found.into_iter().filter_map(|(url, shard)| {
        let client = Client::new(&url, Peer::Node, options).ok()?;
        Some(Node { client, shard })
    });
    let nodes: Vec<Node> = nodes.collect();
    let urls: Vec<&str> = nodes.iter().map(|node| node.client.url.as_str()).collect();
    log.info(
        "Selected Nodes...",
        &[("ips", format!("[{}]", urls.join(" ")))],
    );
    Ok(nodes)
}

/// The batch; the last one of equal keys counts. Keys are in no order, as in the real program.
fn batch(given: &Given, release: Release) -> Result<Batch, End> {
    let keys = given.slice("stream-keys");
    let mut values = given.slice("stream-values");
    if values.is_empty() && release >= Release::V1_3_0 {
        values.resize(keys.len(), Vec::new());
    }
    if keys.len() != values.len() {
        return Err(End::Fatal("keys and values length mismatch", vec![]));
    }
    if keys.is_empty() {
        return Err(End::Fatal("no keys to write", vec![]));
    }
    let stream = stream_id(given.text("stream-id"));
    let latest: HashMap<_, _> = keys.into_iter().zip(values).collect();
    let writes = latest
        .into_iter()
        .map(|(key, value)| Entry { stream, key, value });
    Ok(Batch {
        version: given.unsigned("version"),
        writes: writes.collect(),
        ..Batch::default()
    })
}

fn encode(batch: &Batch) -> Result<Vec<u8>, String> {
    if batch.writes.iter().any(|write| write.key.is_empty()) {
        return Err("Failed to build stream data: key is empty".to_owned());
    }
    Ok(batch.encode())
}

/// The flow contract, which the first storage node names.
fn contract(evm: &Evm, nodes: &[Node], end: Option<Instant>) -> Result<Address, String> {
    let first = &nodes[0].client;
    let (storage, flow) = first
        .call(("zgs_getStatus", &[]), end, |value| {
            let identity = &value["networkIdentity"];
            let flow = identity["flowAddress"].as_str().and_then(unhex_array);
            let both = identity["chainId"].as_u64().zip(flow);
            both.ok_or_else(|| wrong_type(value, "node.Status"))
        })
        .map_err(|why| {
            format!(
                "Failed to get status from storage node {}: {why}",
                first.url
            )
        })?;
    let chain = evm.chain_id();
    let chain =
        chain.map_err(|why| format!("Failed to get chain ID from blockchain node: {why}"))?;
    if chain != storage {
        return Err(format!(
            "Chain ID mismatch, blockchain = {chain}, storage node = {storage}"
        ));
    }
    Ok(flow)
}
