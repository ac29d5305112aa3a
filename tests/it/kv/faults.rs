//! Everything that can go wrong between the reader and a node: each with its kind, a message that
//! says what and where, and a next step.

use std::time::Duration;

use dualscope::store::StoreError;
use dualscope::store::error::{Kind, Retry, Store};
use dualscope::store::kv::{Options, Reader};
use dualscope::store::port::{Values as _, Want};

use super::{reader, reader_with};
use crate::contract::values::key;
use crate::devnet::{Fault, KvNode, stream};

const CANARY: &str = "canary-value";

/// Asks for a value after `fault` was ordered for every request.
async fn asked(fault: Fault) -> (KvNode, StoreError) {
    let node = KvNode::with_stream();
    node.put("memcells:a", format!("\"{CANARY}\""));
    let reader = reader(&node);
    reader.window().await.unwrap();
    node.fail("kv_getValue", fault, 0, usize::MAX);
    let all = reader.get(&[Want::latest(key("memcells:a"))]).await;
    let error = match all {
        Err(error) => error,
        Ok(mut one) => one.remove(0).unwrap_err(),
    };
    assert_eq!(error.store, Store::Values);
    assert!(!error.to_string().contains(CANARY), "{error}");
    assert!(!error.message.contains('\n') && !error.hint.is_empty());
    (node, error)
}

/// Kind, whether to try again, and the message behind `KV node URL `.
async fn told(fault: Fault) -> (Kind, Retry, String) {
    let (node, error) = asked(fault).await;
    let start = format!("KV node {} ", node.url());
    let message = error.message.strip_prefix(&start);
    let message = message.unwrap_or_else(|| panic!("{error} does not start with {start}"));
    (error.kind, error.retry, message.to_owned())
}

fn is(kind: Kind, retry: Retry, message: &str) -> (Kind, Retry, String) {
    (kind, retry, message.to_owned())
}

#[tokio::test]
async fn tls_to_a_node_that_speaks_plain() {
    let node = KvNode::with_stream();
    let url = node.url().replace("http://", "https://");
    let options = Options::new(&stream(1).to_string());
    let reader = Reader::new(&url, &options).unwrap();
    let error = reader.ping().await.unwrap_err();
    assert_eq!((error.kind, error.retry), (Kind::Refused, Retry::Never));
    let want = format!("KV node {url} failed the TLS handshake");
    assert_eq!(error.message, want);
    assert_eq!(
        error.hint,
        "does it speak TLS? try http:// in kv.node (--kv-node)"
    );
    let last = reader.probe().await.pop().unwrap();
    assert_eq!((last.said, last.next), (error.message, error.hint));
}

#[tokio::test]
async fn the_doctor_tells_a_name_that_nobody_knows_from_a_node_that_does_not_run() {
    let options = Options::new(&stream(1).to_string());
    let reader = Reader::new("http://nowhere.invalid:6789", &options).unwrap();
    let last = reader.probe().await.pop().unwrap();
    assert_eq!(
        last.said,
        "KV node http://nowhere.invalid:6789 has a host name without an address"
    );
    assert!(last.next.contains("host of kv.node"), "{}", last.next);
    assert!(last.next.contains("name server"), "{}", last.next);
    assert!(!last.next.contains("start the node"), "{}", last.next);

    let node = KvNode::with_stream();
    let (reader, url) = (reader_with(&node, |_| {}), node.url());
    drop(node);
    let last = reader.probe().await.pop().unwrap();
    assert!(
        last.said
            .starts_with(&format!("KV node {url} cannot be reached"))
    );
    assert!(last.next.starts_with("start the node"), "{}", last.next);
}

#[tokio::test]
async fn nobody_listens() {
    let node = KvNode::with_stream();
    let (reader, url) = (reader(&node), node.url());
    drop(node);
    let error = reader.ping().await.unwrap_err();
    assert_eq!((error.kind, error.retry), (Kind::Unreachable, Retry::Safe));
    let want = format!("KV node {url} refuses the connection: nothing listens there");
    assert_eq!(error.message, want);
    assert!(error.hint.contains("kv.node"));
}

#[tokio::test]
async fn the_host_has_no_address() {
    let options = Options::new(&stream(1).to_string());
    let reader = Reader::new("http://nowhere.invalid:6789", &options).unwrap();
    let error = reader.ping().await.unwrap_err();
    assert_eq!(error.kind, Kind::Unreachable);
    assert_eq!(
        error.message,
        "KV node http://nowhere.invalid:6789 has a host name without an address"
    );
}

#[tokio::test]
async fn it_is_slow() {
    let node = KvNode::with_stream();
    node.fail_always(Fault::Delay(Duration::from_secs(60)));
    let reader = reader_with(&node, |o| o.deadline = Duration::from_millis(100));
    let error = reader.ping().await.unwrap_err();
    assert_eq!((error.kind, error.retry), (Kind::Timeout, Retry::Safe));
    assert!(
        error
            .message
            .ends_with("did not answer kv_getStatus within 100 ms")
    );
    assert!(error.hint.contains("kv.timeout"));
}

#[tokio::test]
async fn it_answers_html() {
    assert_eq!(
        told(Fault::Html).await,
        is(
            Kind::Malformed,
            Retry::Never,
            "answers HTML or other text instead of JSON: is this a KV node URL?"
        )
    );
}

#[tokio::test]
async fn it_answers_a_status() {
    let refused = "content type refused, although it is the one that a KV node wants";
    let cases = [
        (415, Kind::Malformed, Retry::Never, refused),
        (
            404,
            Kind::Malformed,
            Retry::Never,
            "not what a KV node says: this is another server",
        ),
        (
            501,
            Kind::Malformed,
            Retry::Never,
            "not what a KV node says: this is another server",
        ),
        (
            405,
            Kind::Malformed,
            Retry::Never,
            "not what a KV node says: this is another server",
        ),
        (302, Kind::Malformed, Retry::Never, "a redirection"),
        (401, Kind::Refused, Retry::Never, "no access"),
        (413, Kind::TooLarge, Retry::Never, "request too large"),
        (429, Kind::Unreachable, Retry::Safe, "it cannot serve now"),
        (500, Kind::Unreachable, Retry::Safe, "it cannot serve now"),
        (503, Kind::Unreachable, Retry::Safe, "it cannot serve now"),
    ];
    for (code, kind, retry, why) in cases {
        let want = is(kind, retry, &format!("answers HTTP {code}: {why}"));
        assert_eq!(told(Fault::Status(code)).await, want);
    }
}

#[tokio::test]
async fn its_json_stops_in_the_middle() {
    assert_eq!(
        told(Fault::Truncated).await,
        is(
            Kind::Malformed,
            Retry::Safe,
            "answered kv_getValue with JSON that stops in the middle"
        )
    );
}

#[tokio::test]
async fn its_text_is_not_json_although_it_starts_so() {
    let (kind, _, message) = told(Fault::Body(format!("[{CANARY} nonsense"))).await;
    assert_eq!(kind, Kind::Malformed);
    assert_eq!(message, "answered kv_getValue with text that is not JSON");
}

#[tokio::test]
async fn it_answers_json_of_another_kind() {
    let bodies = [
        format!("{{\"status\":\"{CANARY}\"}}"),
        format!("[\"{CANARY}\"]"),
        r#"{"jsonrpc":"2.0","error":{"code":-32600,"message":"no batch"},"id":null}"#.to_owned(),
    ];
    for body in bodies {
        let (kind, _, message) = told(Fault::Body(body)).await;
        assert_eq!(kind, Kind::Malformed);
        assert_eq!(
            message,
            "answered kv_getValue with JSON of another shape than a KV node's"
        );
    }
}

#[tokio::test]
async fn it_breaks_off() {
    let words = "broke the connection off before kv_getValue was answered";
    for fault in [Fault::Close, Fault::CutBody] {
        let want = is(Kind::Unreachable, Retry::Safe, words);
        assert_eq!(told(fault).await, want);
    }
}

#[tokio::test]
async fn one_broken_connection_is_not_worth_a_word() {
    let node = KvNode::with_stream();
    let reader = reader(&node);
    reader.ping().await.unwrap();
    node.fail_once(Fault::Close);
    reader.ping().await.unwrap();
    assert_eq!(node.counts().requests, 3);
}

#[tokio::test]
async fn it_answers_without_end() {
    let words = "answered kv_getValue with more than 48 MiB";
    for fault in [Fault::TooLong(50 << 20), Fault::Endless] {
        let want = is(Kind::TooLarge, Retry::Never, words);
        assert_eq!(told(fault).await, want);
    }
}

#[tokio::test]
async fn it_answers_another_request() {
    let want = is(
        Kind::Malformed,
        Retry::Never,
        "answered kv_getValue with the id of another request",
    );
    assert_eq!(told(Fault::WrongId).await, want);

    let node = KvNode::with_stream();
    node.fail_always(Fault::WrongId);
    let error = reader(&node).ping().await.unwrap_err();
    assert!(
        error.message.ends_with("with the id of another request"),
        "{error}"
    );
}

#[tokio::test]
async fn it_leaves_answers_out_or_gives_them_twice() {
    let node = KvNode::with_stream();
    let reader = reader(&node);
    reader.window().await.unwrap();
    let wants: Vec<_> = ["a:1", "a:2", "a:3"].map(|k| Want::latest(key(k))).into();
    for fault in [Fault::Missing, Fault::DoubledId] {
        for skipped in 0..3 {
            node.fail("kv_getValue", fault.clone(), skipped, 1);
            let error = reader.get(&wants).await.unwrap_err();
            assert_eq!(error.kind, Kind::Malformed, "{error}");
        }
    }
    assert!(reader.get(&wants).await.is_ok());
}

#[tokio::test]
async fn it_answers_an_error_object() {
    let fault = |code, message: &str| Fault::Error {
        code,
        message: message.to_owned(),
        data: Some(CANARY.to_owned()),
    };
    let cases = [
        (-32603, Kind::Refused, Retry::Safe),
        (-32602, Kind::Bug, Retry::Never),
        (-32000, Kind::Refused, Retry::Never),
        (-32702, Kind::TooLarge, Retry::Never),
    ];
    for (code, kind, retry) in cases {
        let said = format!("answered kv_getValue with error {code}: some<U+000A>words");
        assert_eq!(
            told(fault(code, "some\nwords")).await,
            is(kind, retry, &said)
        );
    }
    let want = is(
        Kind::Unsupported,
        Retry::Never,
        "does not have the method kv_getValue",
    );
    assert_eq!(told(fault(-32601, "Method not found")).await, want);
}

#[test]
fn the_stream_id_is_of_wrong_length() {
    let fault = |stream: &str| {
        Reader::new("http://127.0.0.1:1", &Options::new(stream))
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        fault(&format!("0x{}", "ab".repeat(31))),
        "the stream id 0xababababab.. has 62 hex digits behind 0x, it must have 64; set kv.stream \
         (--stream, ZEROG_STREAM_ID) to 0x and 64 hex digits; `dualscope config show` tells where \
         it comes from"
    );
    assert!(fault("0xzz").starts_with("the stream id 0xzz has 'z' at character 3"));
    assert!(fault("").contains("has 0 hex digits"));
}

#[test]
fn the_url_is_none() {
    let options = Options::new(&stream(1).to_string());
    for url in [
        "127.0.0.1:6789",
        "ws://user:s3cret@node",
        "http://",
        "http://a:b c",
    ] {
        let error = Reader::new(url, &options).unwrap_err();
        assert_eq!(error.kind, Kind::Malformed);
        assert!(error.hint.contains("http://HOST:PORT"), "{error}");
        assert!(!error.to_string().contains("s3cret"), "{error}");
    }
}
