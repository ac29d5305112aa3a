//! The command line on two real parts: a MongoDB server over TCP and a KV node over HTTP.

mod faults;
mod odd;
mod screen;
mod untold;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, DateTime, Document, doc};
use serde_json::{Value, json};

use super::{Answer, Program, text};
use crate::devnet::{KvNode, stream};
use crate::support::mongo::Scratch;

/// 2026-01-20 14:13:08.412 UTC.
const SAID: i64 = 1_768_918_388_412;

/// Both stores and a program that is pointed at them.
struct Stores {
    mongo: Scratch,
    node: KvNode,
    program: Program,
}

impl Stores {
    async fn new() -> Option<Self> {
        Some(Self {
            mongo: Scratch::new().await?,
            node: KvNode::with_stream(),
            program: Program::new(),
        })
    }

    fn run(&self, arguments: &[&str]) -> Answer {
        self.run_on(&self.node.url(), arguments)
    }

    fn run_on(&self, node: &str, arguments: &[&str]) -> Answer {
        let stream = stream(1).to_string();
        let mut all = arguments.to_vec();
        all.extend([
            "--mongo-uri",
            &self.mongo.uri,
            "--database",
            &self.mongo.name,
        ]);
        all.extend(["--kv-node", node, "--stream", &stream]);
        self.program.run(&all)
    }
}

fn id(number: u8) -> String {
    format!("6979da5797f9041fc0aa06{number:02x}")
}

fn key(number: u8) -> String {
    format!("memcells:{}", id(number))
}

/// A lite document as the service writes it, with some fields set otherwise.
fn lite(number: u8, changes: Document) -> Document {
    let date = |ms| Bson::DateTime(DateTime::from_millis(ms));
    let mut lite = doc! {
        "_id": ObjectId::parse_str(id(number)).unwrap(),
        "user_id": "alice",
        "timestamp": date(SAID),
        "group_id": "g1",
        "participants": ["alice", "bob"],
        "type": "Conversation",
        "keywords": ["trip", "京都"],
        "deleted_at": null,
        "deleted_by": null,
        "deleted_id": 0,
        "created_at": date(SAID + 1_000),
        "updated_at": date(SAID + 2_000),
    };
    lite.extend(changes);
    lite
}

/// The full value that belongs to it, with some members set otherwise.
fn full(number: u8, changes: &Value) -> String {
    let mut full = json!({
        "id": id(number),
        "user_id": "alice",
        "timestamp": "2026-01-20T14:13:08.412907+00:00",
        "group_id": "g1",
        "participants": ["alice", "bob"],
        "type": "Conversation",
        "keywords": ["trip", "京都"],
        "deleted_at": null,
        "created_at": "2026-01-20T22:13:09.412000+08:00",
        "updated_at": "2026-01-20T14:13:10.412999Z",
        "summary": "A trip.\n",
    });
    for (name, value) in changes.as_object().unwrap() {
        full[name] = value.clone();
    }
    full.to_string()
}

/// One document in every state that MongoDB lists.
async fn seed(stores: &Stores) -> BTreeMap<String, &'static str> {
    let deleted = DateTime::from_millis(SAID + 9_000);
    let soft = || doc! {"deleted_at": deleted, "deleted_by": "alice", "deleted_id": 7_i64};
    let now = DateTime::now();
    let plain = |n| Some(full(n, &json!({})).into_bytes());
    let nothing = json!({});
    let cases: Vec<(&str, Document, Option<Vec<u8>>)> = vec![
        ("agrees", doc! {}, plain(0)),
        (
            "agrees",
            doc! {},
            Some(STANDARD.encode(full(1, &nothing)).into_bytes()),
        ),
        ("drifted", doc! {"group_id": "g2"}, plain(2)),
        (
            "type-drift",
            doc! {"timestamp": "2026-01-20T14:13:08.412907+00:00"},
            plain(3),
        ),
        ("soft-deleted", soft(), plain(4)),
        ("soft-deleted-no-value", soft(), None),
        ("delete-marks", doc! {"deleted_id": 7_i64}, plain(6)),
        ("tombstoned", doc! {}, Some(Vec::new())),
        ("never-written", doc! {}, None),
        ("pending", doc! {"created_at": now, "updated_at": now}, None),
        ("undecodable", doc! {}, Some(b"\xff\xfe\x00".to_vec())),
        ("misfiled", doc! {}, plain(200)),
        (
            "full-in-mongo",
            doc! {"summary": "A trip.", "original_data": [{"a": 1}]},
            None,
        ),
    ];
    let mut states = BTreeMap::new();
    let mut rows = Vec::new();
    for (number, (state, changes, bytes)) in (0..).zip(cases) {
        if state == "tombstoned" {
            stores.node.put(&key(number), full(number, &nothing));
        }
        if let Some(bytes) = bytes {
            stores.node.put(&key(number), bytes);
        }
        rows.push(lite(number, changes));
        states.insert(key(number), state);
    }
    stores.mongo.seed("memcells", rows).await;
    states
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn every_state_is_told_as_it_was_made() {
    let Some(stores) = Stores::new().await else {
        return;
    };
    let states = seed(&stores).await;

    let rows = stores
        .run(&["ls", "memcells", "--check", "--all", "--json"])
        .ended(1)
        .json();
    let told: BTreeMap<String, String> = rows
        .iter()
        .map(|row| (text(row, "key"), text(row, "state")))
        .collect();
    let made: BTreeMap<String, String> = states
        .iter()
        .map(|(key, state)| (key.clone(), (*state).to_owned()))
        .collect();
    assert_eq!(told, made);

    let codec = |number| {
        rows.iter()
            .find(|row| row["key"] == key(number).as_str())
            .unwrap()["codec"]
            .clone()
    };
    assert_eq!(
        (codec(0), codec(1), codec(8)),
        (json!("plain"), json!("base64"), Value::Null)
    );
    for (key, state) in &states {
        let line = &stores
            .run(&["get", key, "--view", "state", "--json"])
            .json()[0];
        assert_eq!(line["state"], *state, "{line}");
    }
    let clean = stores
        .run(&["ls", "memcells", "--check", "-f", "is:agrees", "--json"])
        .ended(0);
    assert_eq!(clean.json().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn what_is_stored_comes_out_byte_for_byte() {
    let Some(stores) = Stores::new().await else {
        return;
    };
    seed(&stores).await;
    let odd = format!(
        "{{\"id\": \"{}\",\n  \"n\": 1.50e+3, \"a\": \"\\u0041\", \"n\": 1e400}}\n",
        id(0)
    );
    for (stored, number) in [
        (odd.clone().into_bytes(), 0),
        (STANDARD.encode(&odd).into_bytes(), 1),
    ] {
        stores.node.put(&key(number), &stored);
        let full = stores.run(&["get", &key(number)]).ended(0);
        assert_eq!(full.text(), odd);
        let raw = stores.run(&["get", &key(number), "--view", "raw"]).ended(0);
        assert_eq!(raw.out, stored);
        let line = stores.run(&["get", &key(number), "--json"]).ended(0).text();
        let embedded = format!(
            "\"full\":{{\"id\":\"{}\",\"n\":1.50e+3,\"a\":\"\\u0041\",\"n\":1e400}}",
            id(0)
        );
        assert!(line.contains(&embedded), "{line}");
        assert_eq!(line.lines().count(), 1);
    }
    let bytes = stores.run(&["get", &key(10), "--view", "raw"]).ended(0);
    assert_eq!(bytes.out, b"\xff\xfe\x00");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn an_older_version_and_an_orphan_can_be_read() {
    let Some(stores) = Stores::new().await else {
        return;
    };
    seed(&stores).await;
    let orphan = key(100);
    let first = stores
        .node
        .put(&orphan, full(100, &json!({"summary": "first"})));
    stores
        .node
        .put(&orphan, full(100, &json!({"summary": "second"})));
    let state = stores
        .run(&["get", &orphan, "--view", "state"])
        .ended(1)
        .text();
    assert!(state.starts_with("+ orphan"), "{state}");
    let then = stores
        .run(&["get", &orphan, "--at", &first.to_string()])
        .ended(0);
    assert!(then.text().contains("first") && !then.text().contains("second"));
    let nothing = stores
        .run(&["get", &orphan, "--at", &(first - 1).to_string()])
        .ended(1);
    assert!(nothing.err.contains("at version"), "{}", nothing.err);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn pages_go_through_a_long_collection_and_meet_every_row_once() {
    let Some(stores) = Stores::new().await else {
        return;
    };
    // Many rows share each value of the sort field.
    let rows = (0..450).map(|n| doc! {"_id": n, "kind": n % 7});
    stores.mongo.seed("numbers", rows).await;
    let all = stores
        .run(&["ls", "numbers", "--all", "--sort", "-kind", "--json"])
        .ended(0)
        .json();
    let mut ids: Vec<i64> = all
        .iter()
        .map(|row| text(row, "id").parse().unwrap())
        .collect();
    ids.sort_unstable();
    assert_eq!(ids, (0..450).collect::<Vec<_>>());

    let some = stores
        .run(&["ls", "numbers", "-f", "kind:3", "--all", "--json"])
        .ended(0)
        .json();
    assert_eq!(some.len(), 64);
    let count = stores
        .run(&["collections", "--count", "--json"])
        .ended(0)
        .json();
    assert_eq!(
        (&count[0]["count"], &count[0]["kind"]),
        (&json!(450), &json!("mongo-only"))
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_database_without_collections_is_taken_for_a_typing_error() {
    let Some(stores) = Stores::new().await else {
        return;
    };
    for line in [&["ls", "memcells"][..], &["check"], &["collections"]] {
        let answer = stores.run(line).ended(2);
        assert_eq!(answer.text(), "");
        assert!(answer.err.contains("collection"), "{}", answer.err);
        let json = [line, &["--json"][..]].concat();
        assert_eq!(stores.run(&json).ended(2).error()["kind"], "not-found");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_query_that_the_server_does_not_understand_is_usage() {
    let Some(stores) = Stores::new().await else {
        return;
    };
    seed(&stores).await;
    let filter = r#"{"user_id": {"$nonsense": 1}}"#;
    let answer = stores.run(&["ls", "memcells", "--filter", filter]).ended(2);
    assert!(answer.err.contains('^'), "{}", answer.err);
    let nowhere = stores.run(&["ls", "nosuch"]).ended(2);
    assert!(nowhere.err.contains("no collection"), "{}", nowhere.err);
}
