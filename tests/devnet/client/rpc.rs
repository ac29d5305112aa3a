//! JSON-RPC with the real program's rules for trying again, which differ by what is called.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::flags::Given;
use super::http::{Target, Trouble};
use super::pace::Pace;

/// How often a request is sent when connections are closed without an answer.
const SENDS: u32 = 5;

const CLOSED: &str = "the server closed connection before returning the first response byte. Make sure the server returns 'Connection: close' response header before closing the connection";

/// What is called.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peer {
    /// Storage or KV node: whatever goes wrong is tried again, and errors name node and method.
    Node,
    /// EVM node or indexer: what it says is final.
    Other,
}

/// The three flags that every connection obeys.
#[derive(Clone, Copy)]
pub(crate) struct Options {
    pub(crate) retries: u32,
    pub(crate) interval: Duration,
    pub(crate) timeout: Duration,
    pub(crate) pace: Pace,
}

impl Options {
    pub(crate) fn of(given: &Given) -> Self {
        let or = |name: &str, zero: u64| match given.duration(name) {
            Duration::ZERO => Duration::from_secs(zero),
            given => given,
        };
        Self {
            retries: u32::try_from(given.signed("rpc-retry-count").max(0)).unwrap_or(u32::MAX),
            interval: or("rpc-retry-interval", 1),
            timeout: or("rpc-timeout", 30),
            pace: Pace::from_env(),
        }
    }
}

/// A connection.
pub(crate) struct Client {
    pub(crate) url: String,
    target: Target,
    peer: Peer,
    pub(crate) options: Options,
    id: AtomicU64,
}

/// An attempt that failed, and whether the next one may do better.
struct Failed {
    why: String,
    final_: bool,
}

impl Client {
    /// Looks at the URL only; nothing is sent.
    pub(crate) fn new(url: &str, peer: Peer, options: Options) -> Result<Self, String> {
        Ok(Self {
            url: url.to_owned(),
            target: Target::parse(url)?,
            peer,
            options,
            id: AtomicU64::new(0),
        })
    }

    /// Calls a method. `end` limits all attempts together, `--rpc-timeout` when there is none; an
    /// attempt that begins later has no limit at all.
    pub(crate) fn call<T>(
        &self,
        (method, params): (&str, &[Value]),
        end: Option<Instant>,
        decode: impl Fn(&Value) -> Result<T, String>,
    ) -> Result<T, String> {
        let Options {
            retries,
            interval,
            timeout,
            pace,
        } = self.options;
        let end = end.unwrap_or_else(|| pace.deadline(timeout));
        let mut tried = 0;
        loop {
            let limit = (tried == 0 || Instant::now() < end).then_some(end);
            let failed = match self.attempt((method, params), limit, &decode) {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            if failed.final_ {
                return Err(failed.why);
            }
            if tried == retries {
                return Err(self.worded(method, &failed.why));
            }
            tried += 1;
            pace.sleep(interval);
        }
    }

    fn worded(&self, method: &str, why: &str) -> String {
        let retries = self.options.retries;
        match self.peer {
            Peer::Other => format!("failed after {retries} retries: {why}"),
            Peer::Node => format!(
                "failed after {retries} retries: Node: {}, Method: {method}, Message: {why}",
                self.url
            ),
        }
    }

    fn attempt<T>(
        &self,
        (method, params): (&str, &[Value]),
        end: Option<Instant>,
        decode: &impl Fn(&Value) -> Result<T, String>,
    ) -> Result<T, Failed> {
        let again = |why: String| Failed { why, final_: false };
        let id = self.id.fetch_add(1, Ordering::SeqCst) + 1;
        let mut request = json!({"jsonrpc": "2.0", "id": id, "method": method});
        if !params.is_empty() {
            request["params"] = params.into();
        }
        let (status, body) = self.send(&request.to_string(), end).map_err(again)?;
        if status >= 300 {
            let body = String::from_utf8_lossy(&body);
            return Err(again(format!("{status} {body}")));
        }
        let answer: Value = serde_json::from_slice(&body)
            .ok()
            .ok_or_else(|| again(not_json(&body)))?;
        if let Some(error) = answer.get("error").filter(|error| !error.is_null()) {
            let why = match error.get("data") {
                Some(Value::String(data)) => format!("{}; data: {data}", text(&error["message"])),
                _ => text(&error["message"]),
            };
            return Err(Failed {
                why,
                final_: self.peer == Peer::Other,
            });
        }
        decode(answer.get("result").unwrap_or(&Value::Null)).map_err(again)
    }

    fn send(&self, request: &str, end: Option<Instant>) -> Result<(u16, Vec<u8>), String> {
        for _ in 0..SENDS {
            match self.target.post(request, end) {
                Ok(answer) => return Ok(answer),
                Err(Trouble::Closed) => {}
                Err(Trouble::TimeLimit) => return Err("timeout".to_owned()),
                Err(Trouble::Other(why)) => return Err(why),
            }
        }
        Err(CLOSED.to_owned())
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn not_json(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    match text.trim_start().chars().next() {
        None => "EOF".to_owned(),
        Some('{' | '[' | '"') => "unexpected EOF".to_owned(),
        Some(c) => format!("invalid character '{c}' looking for beginning of value"),
    }
}

/// The fault of a value that is of another type.
pub(crate) fn wrong_type(value: &Value, wanted: &str) -> String {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    format!("json: cannot unmarshal {kind} into Go value of type {wanted}")
}
