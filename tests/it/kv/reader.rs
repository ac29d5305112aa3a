//! What the reader asks of a node, and what it makes of a node that is old, silent or odd.

use std::time::Duration;

use dualscope::domain::intent::Fate;
use dualscope::domain::{Head, Stored};
use dualscope::store::error::{Kind, Retry};
use dualscope::store::kv::{Options, Reader};
use dualscope::store::port::{CheckVerdict, Step, Values as _};
use serde_json::json;

use super::{get, reader, reader_with, until_hanging};
use crate::contract::values::key;
use crate::devnet::{self, Fault, KvNode, Write, stream};

#[tokio::test]
async fn a_stream_that_is_not_held_is_an_error_and_not_an_empty_store() {
    let node = KvNode::start(devnet::Options::holding(stream(2))).unwrap();
    let reader = reader(&node);
    let error = get(&reader, "memcells:a").await.unwrap_err();
    assert_eq!(error.kind, Kind::NotFound);
    let want = format!(
        "KV node {} does not hold the stream {}",
        node.url(),
        stream(1)
    );
    assert!(error.message.starts_with(&want), "{error}");
    assert!(error.hint.contains("stream_ids"), "{error}");
    assert!(reader.heads(&[key("a:b")], None).await.is_err());
    assert!(reader.scan(None, 9).await.is_err());
    assert!(reader.history(&key("a:b"), None, 9).await.is_err());
    assert_eq!(reader.window().await.unwrap().held, Some(false));

    // The node is restarted with the stream: the same reader goes on.
    node.state(|state| state.held.insert(stream(1)));
    assert_eq!(get(&reader, "memcells:a").await.unwrap(), Stored::Absent);
}

#[tokio::test]
async fn an_old_node_leaves_open_what_it_cannot_say() {
    let mut options = devnet::Options::holding(stream(1)).old();
    options.missing.push("kv_getHoldingStreamIds".to_owned());
    let node = KvNode::start(options).unwrap();
    node.put("memcells:a", "1");
    let reader = reader(&node);
    let window = reader.window().await.unwrap();
    assert_eq!(
        (window.held, window.applied, window.first),
        (None, None, None)
    );
    assert_eq!(reader.scan(None, 9).await.unwrap().rows.len(), 1);
    reader.scan(None, 9).await.unwrap();
    // What is known to be missing is not asked again.
    assert_eq!(node.counts().of("kv_getReplayProgress"), 2);
}

#[tokio::test]
async fn the_window_tells_where_history_begins() {
    let node = KvNode::with_stream();
    node.put_at(41, "memcells:a", "1");
    node.state(|state| state.first_tx_seq = Some(17));
    let window = reader(&node).window().await.unwrap();
    assert_eq!(window.held, Some(true));
    assert_eq!((window.applied, window.first), (Some(42), Some(17)));
    assert_eq!(node.counts().requests, 1);
}

#[tokio::test]
async fn a_scan_sees_one_moment_and_never_asks_inclusively() {
    let node = KvNode::with_stream();
    for name in ["a:1", "a:2", "a:3"] {
        node.put(name, "1");
    }
    node.put("a:2", "");
    node.before("kv_getNext", 1, |state| {
        let write = Write {
            stream: stream(1),
            key: b"a:4".to_vec(),
            bytes: b"1".to_vec(),
        };
        state.commit(None, &[write]);
    });
    let page = reader(&node).scan(None, 9).await.unwrap();
    let names: Vec<_> = page.rows.iter().map(|found| &*found.key).collect();
    assert_eq!(names, ["a:1", "a:3"]);
    assert_eq!(node.counts().inclusive, 0);
}

#[tokio::test]
async fn a_key_that_is_no_text_is_listed_and_can_be_read() {
    let node = KvNode::with_stream();
    node.state(|state| {
        let write = |key: &[u8]| Write {
            stream: stream(1),
            key: key.to_vec(),
            bytes: b"7".to_vec(),
        };
        state.commit(
            None,
            &[write(b"a:\xff\x80"), write(b"a:\x80"), write(b"b:1")],
        );
    });
    let reader = reader(&node);
    let first = reader.scan(None, 1).await.unwrap();
    let rest = reader.scan(Some(&first.rows[0].key), 9).await.unwrap();
    assert_eq!(rest.rows.len(), 2);
    for found in first.rows.iter().chain(&rest.rows) {
        assert!(get(&reader, &found.key).await.unwrap().full().is_some());
    }
}

#[tokio::test]
async fn an_iterator_that_goes_in_circles_is_noticed() {
    let node = KvNode::with_stream();
    node.put("a:1", "1");
    let same = json!({"version": 1, "key": "YTox", "data": "", "size": 1});
    node.fail("kv_getNext", Fault::Result(same), 0, usize::MAX);
    let error = reader(&node).scan(None, 9).await.unwrap_err();
    assert_eq!(error.kind, Kind::Malformed);
}

#[tokio::test]
async fn a_silent_node_is_left_at_the_deadline_and_its_connection_closed() {
    let node = KvNode::with_stream();
    node.put("memcells:a", "1");
    node.fail("kv_getValue", Fault::Silence, 0, 1);
    let hasty = reader_with(&node, |o| o.deadline = Duration::from_millis(1_500));
    let error = get(&hasty, "memcells:a").await.unwrap_err();
    assert_eq!((error.kind, error.retry), (Kind::Timeout, Retry::Safe));
    let want = format!(
        "KV node {} did not answer kv_getValue within 1500 ms",
        node.url()
    );
    assert_eq!(error.message, want);
    until_hanging(&node, |n| n == 0).await;
    assert!(
        get(&reader(&node), "memcells:a")
            .await
            .unwrap()
            .full()
            .is_some()
    );
}

#[tokio::test]
async fn dropping_a_question_closes_its_connection() {
    let node = KvNode::with_stream();
    let reader = reader(&node);
    node.fail("kv_getHoldingStreamIds", Fault::Silence, 0, 1);
    let ask = get(&reader, "memcells:a");
    tokio::select! {
        _ = ask => panic!("a silent node answered"),
        () = until_hanging(&node, |n| n > 0) => {}
    }
    until_hanging(&node, |n| n == 0).await;
}

#[tokio::test]
async fn history_asks_only_for_heads() {
    let node = KvNode::with_stream();
    for _ in 0..3 {
        node.put("memcells:a", vec![b'7'; 100_000]);
    }
    let page = reader(&node).history(&key("memcells:a"), None, 9).await;
    assert!(matches!(page.unwrap().rows[..], [Head::Value { .. }, ..]));
    assert!(node.counts().longest_answer < 300);
}

#[tokio::test]
async fn the_doctor_goes_through_every_step() {
    let node = KvNode::with_stream();
    node.put("memcells:a", "eyJhIjoxfQ==");
    node.put("memcells:b", "{}");
    let checks = reader(&node).probe().await;
    let steps: Vec<_> = checks.iter().map(|c| c.step.name()).collect();
    let want = [
        "kv reach",
        "kv node",
        "kv methods",
        "kv stream",
        "kv replay",
        "kv codec",
    ];
    assert_eq!(steps, want);
    assert!(
        checks.iter().all(|c| c.verdict == CheckVerdict::Ok),
        "{checks:#?}"
    );
    assert_eq!(checks[5].said, "first values: 1 Base64, 1 plain JSON");
}

#[tokio::test]
async fn the_doctor_stops_where_it_hurts() {
    let verdict = |checks: &[dualscope::store::port::Check]| {
        let last = checks.last().unwrap();
        assert!(!last.next.is_empty(), "{last:?}");
        (last.step, last.verdict)
    };
    let other = KvNode::start(devnet::Options::holding(stream(2))).unwrap();
    let checks = reader(&other).probe().await;
    assert_eq!(verdict(&checks), (Step::KvStream, CheckVerdict::Failed));

    let mut options = devnet::Options::holding(stream(1));
    options.missing.push("kv_getStatus".to_owned());
    let chain = KvNode::start(options).unwrap();
    let checks = reader(&chain).probe().await;
    assert_eq!(verdict(&checks), (Step::KvNode, CheckVerdict::Failed));
    assert!(checks[1].next.contains("Ethereum"));

    let old = KvNode::start(devnet::Options::holding(stream(1)).old()).unwrap();
    let checks = reader(&old).probe().await;
    assert_eq!(checks[2].said, "does not have kv_getReplayProgress");
    assert_eq!(verdict(&checks), (Step::KvCodec, CheckVerdict::Warn));

    let gone = reader(&KvNode::with_stream());
    let checks = gone.probe().await;
    assert_eq!(verdict(&checks), (Step::KvReach, CheckVerdict::Failed));
}

#[test]
fn no_secret_of_the_url_is_shown() {
    let options = Options::new(&stream(1).to_string());
    let url = "http://user:s3cret@127.0.0.1:1/?token=t0ken";
    let reader = Reader::new(url, &options).unwrap();
    for shown in [reader.address(), format!("{reader:?}")] {
        assert!(
            !shown.contains("s3cret") && !shown.contains("t0ken"),
            "{shown}"
        );
        assert!(shown.contains("http://127.0.0.1:1"), "{shown}");
    }
}

#[tokio::test]
async fn what_became_of_a_transaction_is_told_also_when_the_node_says_nothing_of_it() {
    let node = KvNode::with_stream();
    let reader = reader(&node);
    let ours = node.put("memcells:a", "1");
    assert_eq!(reader.fate(ours).await.unwrap(), Fate::Applied);
    assert_eq!(reader.fate(ours + 1).await.unwrap(), Fate::Waiting);
    let theirs = |state: &mut devnet::State| {
        let write = Write {
            stream: stream(9),
            key: b"k".to_vec(),
            bytes: b"1".to_vec(),
        };
        state.commit(None, &[write])
    };
    let skipped = node.state(theirs);
    assert_eq!(reader.fate(skipped).await.unwrap(), Fate::Passed);

    // Applied between the two answers of one batch: no result yet, and progress behind it.
    node.before("kv_getReplayProgress", 1, |state| {
        let write = Write {
            stream: stream(1),
            key: b"memcells:a".to_vec(),
            bytes: b"2".to_vec(),
        };
        state.commit(None, &[write]);
    });
    assert_eq!(reader.fate(skipped + 1).await.unwrap(), Fate::Applied);
    assert_eq!(node.counts().of("kv_getTransactionResult"), 6);

    // A node that does not say how far it is.
    let old = KvNode::start(devnet::Options::holding(stream(1)).old()).unwrap();
    let reader = self::reader(&old);
    assert_eq!(reader.fate(1).await.unwrap(), Fate::Untold);
}
