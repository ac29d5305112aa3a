//! The emulated node is as strict and as odd as the real one: these are the observed answers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{http, post, request, until_hanging};
use crate::devnet::{self, Fault, KvNode, aligned_size, load, stream};

fn base64(text: &str) -> String {
    STANDARD.encode(text)
}

fn call(method: &str, params: &Value) -> String {
    json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params}).to_string()
}

/// The result of one call that must succeed.
async fn result(node: &KvNode, method: &str, params: Value) -> Value {
    let answer = post(node, &call(method, &params)).await.json();
    assert!(answer.get("error").is_none(), "{method}: {answer}");
    assert_eq!(answer["id"], 7);
    answer["result"].clone()
}

/// Code, message and data of the error of one call that must fail.
async fn error(node: &KvNode, method: &str, params: Value) -> (i64, String, Value) {
    let answer = post(node, &call(method, &params)).await.json();
    let error = &answer["error"];
    let message = error["message"].as_str().unwrap().to_owned();
    (
        error["code"].as_i64().unwrap(),
        message,
        error["data"].clone(),
    )
}

async fn value(node: &KvNode, key: &str, start: u64, len: u64, version: Value) -> Value {
    let params = json!([stream(1), base64(key), start, len, version]);
    result(node, "kv_getValue", params).await
}

#[test]
fn what_a_server_said_is_cut_between_words_only() {
    use crate::devnet::words::clause;
    assert_eq!(clause("short words", 160), "short words");
    let said = "the date is out of range: 'DATETIME', it needs a year";
    assert_eq!(clause(said, 30), "the date is out of range ...");
    assert_eq!(clause(said, 37), "the date is out of range: 'DATETIME' ...");
}

#[tokio::test]
async fn only_json_by_post_is_taken() {
    let node = KvNode::with_stream();
    let body = call("kv_getStatus", &json!([]));
    let status = async |verb, kind| http(&node, &request(verb, kind, &body)).await.status;
    assert_eq!(status("GET", "application/json").await, 405);
    assert_eq!(status("POST", "text/plain").await, 415);
    assert_eq!(
        status("POST", "application/json; charset=latin1").await,
        415
    );
    assert_eq!(status("POST", "Application/JSON; charset=UTF-8").await, 200);
    assert_eq!(status("POST", "application/json").await, 200);
    let twice =
        request("POST", "application/json", &body).replace("Host: node", "Host: a\r\nHost: b");
    assert_eq!(http(&node, &twice).await.status, 400);
}

#[tokio::test]
async fn a_body_over_ten_mebibytes_is_refused_unread() {
    let node = KvNode::with_stream();
    let head = request("POST", "application/json", "").replace("Length: 0", "Length: 10485761");
    let reply = http(&node, &head).await;
    assert_eq!(
        (reply.status, &reply.json()["error"]["code"]),
        (413, &json!(-32701))
    );
}

#[tokio::test]
async fn bodies_that_are_no_request_have_their_codes() {
    let node = KvNode::with_stream();
    let reply = post(&node, "").await;
    assert_eq!(
        (reply.status, &reply.json()["error"]["code"]),
        (400, &json!(-32700))
    );
    for (body, code) in [("{", -32700), ("{}", -32600), ("[]", -32600), ("7", -32600)] {
        let reply = post(&node, body).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.json()["error"]["code"], code, "{body}");
    }
    let reply = post(&node, r#"{"jsonrpc":"2.0","method":"kv_getStatus"}"#).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, ""));
}

#[tokio::test]
async fn a_batch_comes_back_in_another_order_unknown_methods_first() {
    let node = KvNode::with_stream();
    let body = json!([
        {"jsonrpc": "2.0", "id": 1, "method": "kv_getStatus"},
        {"jsonrpc": "2.0", "method": "kv_getStatus"},
        {"jsonrpc": "2.0", "id": "two", "method": "kv_getHoldingStreamIds", "params": []},
        {"jsonrpc": "2.0", "id": 3, "method": "eth_chainId"},
    ]);
    let answer = post(&node, &body.to_string()).await.json();
    let ids: Vec<_> = answer
        .as_array()
        .unwrap()
        .iter()
        .map(|a| &a["id"])
        .collect();
    assert_eq!(ids, [&json!(3), &json!("two"), &json!(1)]);
    assert_eq!(answer[0]["error"]["code"], -32601);
    assert_eq!(
        answer[1]["result"],
        json!([format!("0x{}", "01".repeat(32))])
    );
}

#[tokio::test]
async fn parameters_are_read_as_the_node_reads_them() {
    let node = KvNode::with_stream();
    node.put("k", "abc");
    let digits = "01".repeat(32);
    let want = json!({"version": 1, "data": base64("abc"), "size": 3});
    let get = "kv_getValue";
    for good in [
        json!([format!("0x{digits}"), "aw==", 0, 9]),
        json!([digits.to_uppercase(), "aw", 0, 9, null]),
        json!([digits, "aw==", 0, 9, u64::MAX, "surplus"]),
        json!({"stream_id": digits, "key": "aw==", "start_index": 0, "len": 9}),
    ] {
        assert_eq!(result(&node, get, good).await, want);
    }
    for bad in [
        json!([format!("0x{digits}01"), "aw==", 0, 9]),
        json!([digits, "a-_=", 0, 9]),
        json!([digits, "aw==", "0", 9]),
        json!([digits, "aw==", 0, 9.0]),
        json!([digits, "aw==", 0, -1]),
        json!([digits, "aw=="]),
        json!({"streamId": digits, "key": "aw==", "startIndex": 0, "len": 9}),
    ] {
        let (code, message, data) = error(&node, get, bad.clone()).await;
        assert_eq!((code, data), (-32602, Value::Null), "{bad}");
        assert!(!message.starts_with("Invalid params"), "{message}");
    }
    // Hex of a key is taken for Base64 of another key.
    let absent = json!({"version": 0, "data": "", "size": 0});
    assert_eq!(
        result(&node, get, json!([digits, "0x61", 0, 9])).await,
        absent
    );
}

#[tokio::test]
async fn a_value_is_answered_in_parts_and_versions() {
    let node = KvNode::with_stream();
    let old = node.put("k", "abcdef");
    let gone = node.put("k", "");
    let absent = json!({"version": 0, "data": "", "size": 0});
    assert_eq!(value(&node, "never", 5, 9, Value::Null).await, absent);
    assert_eq!(value(&node, "k", 0, 9, json!(0)).await, absent);
    let tombstone = json!({"version": gone, "data": "", "size": 0});
    assert_eq!(value(&node, "k", 77, 9, Value::Null).await, tombstone);
    let part = |text| json!({"version": old, "data": base64(text), "size": 6});
    assert_eq!(value(&node, "k", 2, 3, json!(old)).await, part("cde"));
    assert_eq!(value(&node, "k", 2, 99, json!(old)).await, part("cdef"));
    assert_eq!(value(&node, "k", 6, 9, json!(old)).await, part(""));
    assert_eq!(value(&node, "k", 99, 0, json!(old)).await, part(""));
}

#[tokio::test]
async fn parameters_out_of_range_have_the_nodes_own_words() {
    let node = KvNode::with_stream();
    node.put("k", "abc");
    let get = "kv_getValue";
    let of = |name: &str, why: &str| (-32602, format!("Invalid params: {name}"), json!(why));
    assert_eq!(
        error(&node, get, json!([stream(1), "aw==", 4, 1])).await,
        of("start_index", "start index is greater than value length")
    );
    assert_eq!(
        error(&node, get, json!([stream(1), "aw==", 0, 262_145])).await,
        of("len", "query length too large")
    );
    assert_eq!(
        error(&node, get, json!([stream(1), "", 0, 1])).await,
        of("key", "key is empty")
    );
}

#[tokio::test]
async fn asking_at_the_end_fails_when_the_value_ends_on_an_entry() {
    let node = KvNode::with_stream();
    let size = aligned_size("k", 100);
    node.put("k", vec![b'x'; size]);
    let (code, message, _) = error(&node, "kv_getValue", json!([stream(1), "aw==", size, 1])).await;
    assert_eq!(code, -32000);
    assert!(
        message.starts_with("invalid entry index: start="),
        "{message}"
    );
    node.put("k", vec![b'x'; size + 1]);
    let part = value(&node, "k", size as u64 + 1, 1, Value::Null).await;
    assert_eq!(part["data"], "");
}

#[tokio::test]
async fn iterators_skip_tombstones_in_byte_order() {
    let node = KvNode::with_stream();
    for key in ["b", "a", "ab", "c", "d"] {
        node.put(key, key);
    }
    node.put("b", "");
    let moment = node.put("a", "") - 1;
    let key = |entry: Value| entry["key"].as_str().map(str::to_owned);
    let ends = |version: Value| json!([stream(1), 0, 0, version]);
    let step = |from: &str, version: Value| json!([stream(1), base64(from), 0, 0, false, version]);
    let now = Value::Null;
    assert_eq!(
        key(result(&node, "kv_getFirst", ends(now.clone())).await),
        Some(base64("ab"))
    );
    assert_eq!(
        key(result(&node, "kv_getFirst", ends(json!(moment))).await),
        Some(base64("a"))
    );
    assert_eq!(
        key(result(&node, "kv_getLast", ends(now.clone())).await),
        Some(base64("d"))
    );
    assert_eq!(
        key(result(&node, "kv_getNext", step("ab", now.clone())).await),
        Some(base64("c"))
    );
    assert_eq!(
        key(result(&node, "kv_getPrev", step("c", now.clone())).await),
        Some(base64("ab"))
    );
    assert_eq!(
        result(&node, "kv_getNext", step("d", now.clone())).await,
        now
    );
    assert_eq!(
        result(&node, "kv_getPrev", step("ab", now.clone())).await,
        now
    );
    let inclusive = json!([stream(1), base64("c"), 0, 9, true]);
    assert_eq!(
        result(&node, "kv_getNext", inclusive).await["data"],
        base64("c")
    );
}

#[tokio::test]
async fn an_inclusive_question_at_a_tombstone_is_never_answered() {
    let node = KvNode::with_stream();
    node.put("a", "");
    node.put("b", "1");
    for (method, key) in [("kv_getNext", "a"), ("kv_getPrev", "a")] {
        let body = call(method, &json!([stream(1), base64(key), 0, 0, true]));
        tokio::select! {
            _ = post(&node, &body) => panic!("{method} answered"),
            () = until_hanging(&node, |n| n > 0) => {}
        }
        // Leaving closes the connection, which ends the loop.
        until_hanging(&node, |n| n == 0).await;
    }
    assert_eq!(node.counts().inclusive, 2);
}

#[tokio::test]
async fn progress_results_and_streams_are_told() {
    let node = KvNode::with_stream();
    let nothing = json!([]);
    let before = result(&node, "kv_getReplayProgress", nothing.clone()).await;
    assert_eq!(before, json!({"appliedSeq": 1, "firstTxSeq": null}));
    let seq = node.put("k", "1");
    let other = node.state(|state| {
        let write = devnet::Write {
            stream: stream(9),
            key: b"k".to_vec(),
            bytes: b"1".to_vec(),
        };
        state.commit(None, &[write])
    });
    let after = result(&node, "kv_getReplayProgress", nothing.clone()).await;
    assert_eq!(after["appliedSeq"], other + 1);
    let verdict = async |seq: u64| result(&node, "kv_getTransactionResult", json!([seq])).await;
    assert_eq!(verdict(seq).await, "Commit");
    assert_eq!(verdict(other).await, Value::Null);
    assert_eq!(verdict(99).await, Value::Null);
    let account = format!("0x{}", "ab".repeat(20));
    let may = json!([account, stream(1), "aw=="]);
    assert_eq!(result(&node, "kv_hasWritePermission", may).await, true);
    assert_eq!(
        result(&node, "kv_isAdmin", json!([account, stream(1)])).await,
        false
    );
}

#[tokio::test]
async fn old_releases_lack_methods() {
    let node = KvNode::start(devnet::Options::holding(stream(1)).old()).unwrap();
    let (code, _, _) = error(&node, "kv_getReplayProgress", json!([])).await;
    assert_eq!(code, -32601);
    assert_eq!(result(&node, "kv_getStatus", json!([])).await, true);
}

#[tokio::test]
async fn an_answer_over_the_nodes_limit_is_an_error() {
    let mut options = devnet::Options::holding(stream(1));
    options.max_response = 1_000;
    let node = KvNode::start(options).unwrap();
    node.put("k", vec![b'x'; 2_000]);
    let (code, _, _) = error(&node, "kv_getValue", json!([stream(1), "aw==", 0, 2_000])).await;
    assert_eq!(code, -32702);
}

#[tokio::test]
async fn faults_hit_the_method_and_the_number_that_was_ordered() {
    let node = KvNode::with_stream();
    node.fail("kv_getStatus", Fault::Status(503), 1, 2);
    let status = async || post(&node, &call("kv_getStatus", &json!([]))).await.status;
    let other = async || {
        post(&node, &call("kv_getHoldingStreamIds", &json!([])))
            .await
            .status
    };
    assert_eq!(status().await, 200);
    assert_eq!(other().await, 200);
    assert_eq!(status().await, 503);
    assert_eq!(status().await, 503);
    assert_eq!(status().await, 200);
    assert_eq!(
        (node.counts().requests, node.counts().of("kv_getStatus")),
        (5, 2)
    );
}

#[test]
fn a_file_is_loaded_line_by_line() {
    let node = KvNode::with_stream();
    let text = r#"
        {"key":"a:1","text":"{}"}
        {"key":"a:2","text":"{}","base64json":true}
        {"key":"a:3","bytes":"/w==","tx":40}
        {"key":"a:1","tombstone":true,"tx":40}
    "#;
    assert_eq!(
        node.state(|state| load::load(state, stream(1), text)),
        Ok(4)
    );
    node.state(|state| {
        let row = |key: &str| {
            let (version, row) = state.newest(stream(1), key.as_bytes(), u64::MAX).unwrap();
            (version, row.bytes.to_vec())
        };
        assert_eq!(row("a:2"), (2, b"e30=".to_vec()));
        assert_eq!(row("a:3"), (40, b"\xff".to_vec()));
        assert_eq!(row("a:1"), (40, Vec::new()));
    });
    let bad = "{\"key\":\"a\",\"text\":\"\"}\n{\"key\":\"b\"}";
    let fault = node.state(|state| load::load(state, stream(1), bad));
    assert!(
        fault
            .unwrap_err()
            .starts_with("line 2: needs exactly one of")
    );
}
