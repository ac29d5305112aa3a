//! How the reader fetches values: in how many requests, in which parts, and what it makes of parts
//! that do not fit together.

use dualscope::domain::Version;
use dualscope::store::error::{Kind, Retry};
use dualscope::store::port::{Got, Values as _, Want};
use serde_json::json;

use super::{get, reader};
use crate::contract::values::{key, value_of};
use crate::devnet::{self, Fault, KvNode, Write, aligned_size, stream};

const VALUE: &str = "kv_getValue";

fn text_of(size: usize) -> String {
    format!("\"{}\"", "x".repeat(size - 2))
}

fn latest(names: &[String]) -> Vec<Want> {
    names.iter().map(|name| Want::latest(key(name))).collect()
}

#[tokio::test]
async fn fifty_values_take_two_requests_and_later_one() {
    let node = KvNode::with_stream();
    let names: Vec<_> = (0..50).map(|n| format!("memcells:{n}")).collect();
    for name in &names {
        node.put(name, text_of(23_000));
    }
    let reader = reader(&node);
    let all = reader.get(&latest(&names)).await.unwrap();
    assert!(
        all.iter()
            .all(|got| matches!(got, Ok(Got::Stored(s)) if s.full().is_some()))
    );
    // Whether the stream is held is asked once.
    assert_eq!(node.counts().requests, 2);
    reader.get(&latest(&names)).await.unwrap();
    assert_eq!(node.counts().requests, 3);
    assert_eq!(node.counts().connections, 1);
}

#[tokio::test]
async fn a_value_in_parts_tells_how_much_of_it_has_come() {
    let node = KvNode::with_stream();
    node.put("memcells:1", text_of(20_000_000));
    let told = std::sync::Mutex::new(Vec::new());
    let came = |have, of| told.lock().unwrap().push((have, of));
    let want = latest(&["memcells:1".to_owned()]);
    let got = reader(&node).get_telling(&want, &came).await.unwrap();
    assert!(matches!(&got[..], [Ok(Got::Stored(_))]));
    let told = told.into_inner().unwrap();
    assert_eq!(told[0], (256 << 10, 20_000_000), "the first part is one");
    assert!(told.len() >= 4, "{told:?}");
    assert!(told.is_sorted() && told.iter().all(|(have, of)| have < of));
}

#[tokio::test]
async fn heads_of_a_hundred_keys_take_one_request_and_no_bytes() {
    let node = KvNode::with_stream();
    let keys: Vec<_> = (0..100).map(|n| key(&format!("memcells:{n}"))).collect();
    for key in &keys {
        node.put(&key.to_string(), text_of(10_000));
    }
    let reader = reader(&node);
    reader.ping().await.unwrap();
    reader.window().await.unwrap();
    node.reset_counts();
    reader.heads(&keys, None).await.unwrap();
    assert_eq!(node.counts().requests, 1);
    assert!(node.counts().longest_answer < 20_000);
}

#[tokio::test]
async fn batches_keep_within_a_hundred_calls_and_eight_mebibytes() {
    let node = KvNode::with_stream();
    let names: Vec<_> = (0..130).map(|n| format!("memcells:{n}")).collect();
    for name in &names {
        node.put(name, text_of(200_000));
    }
    let all = reader(&node).get(&latest(&names)).await.unwrap();
    for got in all {
        let Ok(Got::Stored(stored)) = got else {
            panic!("no value: {got:?}");
        };
        assert_eq!(value_of(stored).1.raw.len(), 200_000);
    }
    let counts = node.counts();
    assert_eq!(counts.longest_batch, 100);
    assert!(
        counts.longest_answer <= 8 << 20,
        "{}",
        counts.longest_answer
    );
    assert!(counts.requests <= 9, "{}", counts.requests);
}

#[tokio::test]
async fn a_known_version_costs_no_bytes() {
    let node = KvNode::with_stream();
    let version = Version(node.put("memcells:a", text_of(200_000)));
    let want = Want {
        known: Some(version),
        ..Want::latest(key("memcells:a"))
    };
    let got = reader(&node).get(&[want]).await.unwrap().remove(0);
    assert_eq!(got, Ok(Got::Unchanged(version)));
    assert!(node.counts().longest_answer < 300);
}

#[tokio::test]
async fn a_value_that_ends_on_a_flow_entry_is_not_asked_beyond_its_end() {
    let node = KvNode::with_stream();
    let text = text_of(aligned_size("memcells:a", 262_144));
    node.put("memcells:a", &text);
    let (_, full) = value_of(get(&reader(&node), "memcells:a").await.unwrap());
    assert_eq!(full.raw.len(), text.len());
    // The emulated node punishes that question, or this test would prove nothing.
    let beyond = raw_value(&node, "memcells:a", text.len() as u64, 10).await;
    assert_eq!(beyond["error"]["code"], -32000);
}

/// One `kv_getValue` as the node answers it.
async fn raw_value(node: &KvNode, name: &str, start: u64, len: u64) -> serde_json::Value {
    use base64::Engine as _;
    let key = base64::engine::general_purpose::STANDARD.encode(name);
    let body = json!({"jsonrpc":"2.0","id":1,"method":VALUE,
        "params":[stream(1), key, start, len]});
    super::post(node, &body.to_string()).await.json()
}

#[tokio::test]
async fn later_parts_stay_at_the_version_of_the_first() {
    let node = KvNode::with_stream();
    let old = node.put("memcells:a", text_of(400_000));
    node.before(VALUE, 2, |state| {
        let write = Write {
            stream: stream(1),
            key: b"memcells:a".to_vec(),
            bytes: b"\"new\"".to_vec(),
        };
        state.commit(None, &[write]);
    });
    let reader = reader(&node);
    let (version, full) = value_of(get(&reader, "memcells:a").await.unwrap());
    assert_eq!((version, full.raw.len()), (Version(old), 400_000));
    let (_, full) = value_of(get(&reader, "memcells:a").await.unwrap());
    assert_eq!(&*full.raw, b"\"new\"");
}

#[tokio::test]
async fn a_reorganised_chain_makes_a_value_begin_anew() {
    let node = KvNode::with_stream();
    let before = text_of(300_000).replace('x', "o");
    let old = node.put("memcells:a", &before);
    let new = node.put("memcells:a", text_of(400_000));
    node.before(VALUE, 2, move |state| state.roll_back(new));
    let (version, full) = value_of(get(&reader(&node), "memcells:a").await.unwrap());
    assert_eq!(version, Version(old));
    assert!(
        &*full.raw == before.as_bytes(),
        "parts of two versions in one value"
    );
}

#[tokio::test]
async fn a_value_that_changes_for_ever_is_given_up() {
    let node = KvNode::with_stream();
    node.put("memcells:a", text_of(400_000));
    for n in 0..20 {
        let data = "QUFB".repeat(87_381) + "QQ==";
        let answer = json!({"version": n, "size": 400_000, "data": data});
        node.fail(VALUE, Fault::Result(answer), 0, 1);
    }
    let error = get(&reader(&node), "memcells:a").await.unwrap_err();
    assert_eq!(error.kind, Kind::Conflict);
    assert!(node.counts().requests < 12);
}

#[tokio::test]
async fn shorter_parts_are_asked_when_the_node_wants_them_and_remembered() {
    let mut options = devnet::Options::holding(stream(1));
    options.max_part = 50_000;
    let node = KvNode::start(options).unwrap();
    node.put("memcells:a", text_of(120_000));
    let reader = reader(&node);
    let (_, full) = value_of(get(&reader, "memcells:a").await.unwrap());
    assert_eq!(full.raw.len(), 120_000);
    node.reset_counts();
    get(&reader, "memcells:a").await.unwrap();
    // 32 768 at a time now: the first part, then the three others together.
    assert_eq!((node.counts().requests, node.counts().of(VALUE)), (2, 4));
}

#[tokio::test]
async fn a_node_that_finds_every_part_too_long_is_given_up() {
    let mut options = devnet::Options::holding(stream(1));
    options.max_part = 10;
    let node = KvNode::start(options).unwrap();
    node.put("memcells:a", text_of(20_000));
    let error = get(&reader(&node), "memcells:a").await.unwrap_err();
    assert!(error.message.contains("Invalid params: len"), "{error}");
    assert!(node.counts().requests < 12);
}

#[tokio::test]
async fn pages_that_do_not_add_up_are_refused() {
    for answer in [
        json!({"version": 3, "size": 9, "data": ""}),
        json!({"version": 3, "size": 2, "data": "QUFBQQ=="}),
        json!({"version": 3, "size": 9, "data": "QUE="}),
        json!({"version": 3, "size": "9", "data": "QUE="}),
        json!({"version": 3, "size": 9, "data": "Q-E"}),
        json!(null),
    ] {
        let node = KvNode::with_stream();
        node.fail(VALUE, Fault::Result(answer.clone()), 0, usize::MAX);
        let error = get(&reader(&node), "memcells:a").await.unwrap_err();
        assert_eq!(error.kind, Kind::Malformed, "{answer}: {error}");
        assert!(!error.message.contains("QU"), "no value in {error}");
    }
}

#[tokio::test]
async fn a_value_beyond_all_measure_is_not_fetched() {
    let node = KvNode::with_stream();
    let answer = json!({"version": 3, "size": u64::MAX, "data": "QUFB"});
    node.fail(VALUE, Fault::Result(answer), 0, 1);
    let error = get(&reader(&node), "memcells:a").await.unwrap_err();
    assert_eq!(error.kind, Kind::TooLarge);
}

#[tokio::test]
async fn one_bad_answer_spoils_one_key_only() {
    let node = KvNode::with_stream();
    let names: Vec<_> = (0..3).map(|n| format!("memcells:{n}")).collect();
    for name in &names {
        node.put(name, "1");
    }
    node.fail(VALUE, Fault::error(-32603, "Internal error"), 1, 1);
    let all = reader(&node).get(&latest(&names)).await.unwrap();
    let good: Vec<_> = all.iter().map(Result::is_ok).collect();
    assert_eq!(good.iter().filter(|ok| **ok).count(), 2, "{good:?}");
    let error = all.into_iter().find_map(Result::err).unwrap();
    assert_eq!(error.retry, Retry::Safe);
}
