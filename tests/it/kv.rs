//! The KV side: the emulated node itself, the reader on it, and everything that can go wrong
//! between them.

mod faults;
mod held;
mod node;
mod parts;
mod reader;
mod real;

use std::sync::Arc;
use std::time::{Duration, Instant};

use dualscope::domain::Stored;
use dualscope::store::StoreError;
use dualscope::store::kv::{Options, Reader};
use dualscope::store::port::{Got, Values as _, Want};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::contract::values::{Fixture, Writes, key, run};
use crate::devnet::{KvNode, stream};

/// A reader of `stream(1)` on an emulated node.
fn reader(node: &KvNode) -> Reader {
    reader_with(node, |_| {})
}

fn reader_with(node: &KvNode, change: impl FnOnce(&mut Options)) -> Reader {
    let mut options = Options::new(&stream(1).to_string());
    change(&mut options);
    Reader::new(&node.url(), &options).unwrap()
}

/// What is stored under one key, or the error of the store or of the key.
async fn get(reader: &Reader, name: &str) -> Result<Stored, StoreError> {
    let got = reader.get(&[Want::latest(key(name))]).await?.remove(0)?;
    match got {
        Got::Stored(stored) => Ok(stored),
        Got::Unchanged(version) => panic!("unchanged since {version}, although not known"),
    }
}

/// An HTTP answer as it came.
struct Reply {
    status: u16,
    body: String,
}

impl Reply {
    fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// Sends a request byte for byte on a connection of its own.
async fn http(node: &KvNode, request: &str) -> Reply {
    let place = node.url().replace("http://", "");
    let mut socket = TcpStream::connect(place).await.unwrap();
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    Reply {
        status: head[9..12].parse().unwrap(),
        body: body.to_owned(),
    }
}

/// Posts a JSON body the way the node wants it.
async fn post(node: &KvNode, body: &str) -> Reply {
    http(node, &request("POST", "application/json", body)).await
}

fn request(verb: &str, kind: &str, body: &str) -> String {
    format!(
        "{verb} / HTTP/1.1\r\nHost: node\r\nConnection: close\r\nContent-Type: {kind}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Waits until as many requests hang at the node as `enough` wants.
async fn until_hanging(node: &KvNode, enough: impl Fn(usize) -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !enough(node.hanging()) {
        assert!(Instant::now() < end, "{} requests hang", node.hanging());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

impl Writes for KvNode {
    fn put_at(&self, seq: Option<u64>, key: &str, bytes: &[u8]) -> u64 {
        match seq {
            Some(seq) => KvNode::put_at(self, seq, key, bytes),
            None => self.put(key, bytes),
        }
    }
}

fn fixture(node: KvNode, change: impl FnOnce(&mut Options)) -> Fixture {
    Fixture {
        store: Arc::new(reader_with(&node, change)),
        writes: Box::new(node),
    }
}

#[tokio::test]
async fn the_reader_keeps_the_promises_of_a_value_store() {
    run(|| fixture(KvNode::with_stream(), |_| {})).await;
}

#[tokio::test]
async fn it_keeps_them_on_an_old_node_that_gives_short_parts() {
    let make = || {
        let mut options = crate::devnet::Options::holding(stream(1)).old();
        options.missing.push("kv_getHoldingStreamIds".to_owned());
        options.max_part = 100_000;
        fixture(KvNode::start(options).unwrap(), |o| o.batch = 7)
    };
    run(make).await;
}
