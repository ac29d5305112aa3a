//! The doctor's questions to a node, one after the other, up to the first that fails.

use std::collections::BTreeMap;

use jsonrpsee::core::params::ArrayParams;
use tokio::net::{TcpStream, lookup_host};

use super::fault::NO_METHOD;
use super::reader::Reader;
use super::rpc::method;
use crate::domain::full::Body;
use crate::domain::{Key, Stored, Window};
use crate::store::error::{Kind, StoreError};
use crate::store::port::{Check, CheckVerdict, Found, Got, Step, Values as _, Want};

/// How many values are looked at to see the codec.
const SAMPLE: usize = 5;

/// All steps up to the first that fails.
pub(super) async fn run(reader: &Reader) -> Vec<Check> {
    let mut checks = Vec::new();
    for step in [
        Step::KvReach,
        Step::KvNode,
        Step::KvMethods,
        Step::KvStream,
        Step::KvReplay,
        Step::KvCodec,
    ] {
        let check = match step {
            Step::KvReach => reach(reader).await,
            Step::KvNode => node(reader).await,
            Step::KvMethods => methods(reader).await,
            Step::KvStream => stream(reader).await,
            Step::KvReplay => replay(reader).await,
            _ => codec(reader).await,
        };
        let check = check.unwrap_or_else(|error| Check::failed(step, error.message, error.hint));
        let failed = check.verdict == CheckVerdict::Failed;
        checks.push(check);
        if failed {
            break;
        }
    }
    checks
}

async fn reach(reader: &Reader) -> Result<Check, StoreError> {
    let address = reader.client.address();
    let call = reader.client.call("TCP");
    let place = (address.host.as_str(), address.port);
    let connect = async {
        // An address first: a name that nobody knows is no node that is not running.
        match lookup_host(place).await {
            Err(_unknown) => None,
            Ok(found) => Some(TcpStream::connect(&*found.collect::<Vec<_>>()).await),
        }
    };
    match tokio::time::timeout(reader.client.deadline(), connect).await {
        Err(_elapsed) => Err(call.late()),
        Ok(None) => Err(call.nameless()),
        Ok(Some(Ok(_))) => Ok(Check::ok(
            Step::KvReach,
            format!("{} accepts", address.shown),
        )),
        Ok(Some(Err(error))) => {
            let what = format!("cannot be reached: {error}");
            Err(call
                .error(Kind::Unreachable, &what)
                .hint("start the node, or correct kv.node (--kv-node)"))
        }
    }
}

async fn node(reader: &Reader) -> Result<Check, StoreError> {
    match reader.ping().await {
        Ok(()) => Ok(Check::ok(Step::KvNode, "speaks JSON-RPC as a KV node")),
        Err(error) if error.kind == Kind::Unsupported => {
            let other = "an Ethereum node, a storage node and an indexer speak JSON-RPC too: \
                         check that kv.node (--kv-node) is the URL of the KV node";
            Err(error.hint(other))
        }
        Err(error) => Err(error),
    }
}

async fn methods(reader: &Reader) -> Result<Check, StoreError> {
    // Without parameters: whether the method exists is told before they are looked at, and none
    // of these can do harm.
    let asked: Vec<_> = method::ALL
        .iter()
        .map(|name| (*name, ArrayParams::new()))
        .collect();
    let answers = reader.client.batch(method::ALL[0], asked).await?;
    let missing: Vec<&str> = method::ALL
        .into_iter()
        .zip(&answers)
        .filter(|(_, item)| matches!(item, Err(object) if object.code() == NO_METHOD))
        .map(|(name, _)| name)
        .collect();
    let step = Step::KvMethods;
    if missing.contains(&method::GET_VALUE) {
        let call = reader.client.call(method::GET_VALUE);
        return Err(call.error(Kind::Unsupported, "does not have the method kv_getValue"));
    }
    Ok(if missing.is_empty() {
        Check::ok(step, "has every method that is used")
    } else {
        let said = format!("does not have {}", missing.join(", "));
        Check::warn(
            step,
            said,
            "an older release: what only these tell is missing, and a missing value is said to be so",
        )
    })
}

async fn stream(reader: &Reader) -> Result<Check, StoreError> {
    let step = Step::KvStream;
    Ok(match reader.window().await?.held {
        Some(true) => Check::ok(step, format!("holds {}", reader.stream)),
        Some(false) => return Err(reader.not_held()),
        None => Check::warn(
            step,
            "the node does not say which streams it holds",
            "a wrong stream id would look like an empty stream: compare it with the service's",
        ),
    })
}

async fn replay(reader: &Reader) -> Result<Check, StoreError> {
    let step = Step::KvReplay;
    let Window { applied, first, .. } = reader.window().await?;
    Ok(match (applied, first) {
        (None, _) => Check::warn(
            step,
            "the node does not say how far it is",
            "a late write cannot be told from a lost one",
        ),
        (Some(0), _) => Check::warn(
            step,
            "nothing applied yet",
            "wait until the node has caught up with the chain",
        ),
        (Some(next), None) => Check::ok(step, format!("applied up to transaction {}", next - 1)),
        (Some(next), Some(first)) => Check::warn(
            step,
            format!("applied transactions {first} to {}", next - 1),
            "the node knows nothing older: a missing value may have been written before",
        ),
    })
}

async fn codec(reader: &Reader) -> Result<Check, StoreError> {
    let step = Step::KvCodec;
    let found = match reader.scan(None, SAMPLE).await {
        Ok(page) => page.rows,
        Err(error) if error.kind == Kind::Unsupported => {
            let next = "open a document: its header shows the codec";
            return Ok(Check::warn(step, "the node cannot list keys", next));
        }
        Err(error) => return Err(error),
    };
    let wants: Vec<Want> = found.iter().filter_map(want).collect();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for got in reader.get(&wants).await?.into_iter().flatten() {
        if let Got::Stored(Stored::Value { full, .. }) = got {
            let name = match &full.body {
                Body::Json { codec, .. } => codec.said(),
                Body::Undecodable(_) => "undecodable",
            };
            *seen.entry(name).or_default() += 1;
        }
    }
    if seen.is_empty() {
        let next = "look whether the service writes to this stream at all";
        return Ok(Check::warn(step, "the stream has no values", next));
    }
    let said: Vec<String> = seen.iter().map(|(name, n)| format!("{n} {name}")).collect();
    let said = format!("first values: {}", said.join(", "));
    Ok(if seen.contains_key("undecodable") {
        Check::warn(step, said, "look at these values in the Raw view")
    } else {
        Check::ok(step, said)
    })
}

fn want(found: &Found) -> Option<Want> {
    found.key.parse::<Key>().ok().map(Want::latest)
}
