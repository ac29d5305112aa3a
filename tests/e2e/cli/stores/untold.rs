//! What can't be told is neither clean nor found: checks of a node that says nothing, a part, or does
//! not hold the stream.

use serde_json::json;

use super::super::{Program, text};
use super::{Stores, full, key, seed};
use crate::devnet::{Fault, KvNode, Options, stream};

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_silent_node_ends_every_look_with_3() {
    let Some(stores) = Stores::new().await else {
        return;
    };
    seed(&stores).await;
    let nobody = "http://127.0.0.1:1";
    for line in [
        &["ls", "memcells", "--check"][..],
        &["ls", "memcells", "-f", "is:drifted"],
        &["ls", "memcells", "-f", "is:agrees", "--json"],
        &["check"],
        &["check", "memcells", "--json"],
    ] {
        let answer = stores.run_on(nobody, line).ended(3);
        assert!(
            answer.err.contains("127.0.0.1:1"),
            "{line:?}: {}",
            answer.err
        );
    }
    let counted = stores.run_on(nobody, &["check", "--json"]).json();
    let memcells = &counted[0];
    assert_eq!(memcells["states"]["unknown"], memcells["documents"]);
    assert_eq!(memcells["unknown"], memcells["documents"]);
    assert_eq!(memcells["complete"], true, "all of them were met");
    assert_eq!(memcells["findings"], 0);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn one_value_that_cannot_be_read_is_a_part_that_is_missing() {
    let Some(stores) = Stores::new().await else {
        return;
    };
    let rows = (0..3).map(|number| super::lite(number, mongodb::bson::doc! {}));
    stores.mongo.seed("memcells", rows).await;
    for number in 0..3 {
        stores.node.put(&key(number), full(number, &json!({})));
    }
    stores.run(&["check", "memcells"]).ended(0);
    let broken = || {
        let fault = Fault::error(-32_000, "this one is broken");
        stores.node.fail("kv_getValue", fault, 0, 1);
    };
    for line in [
        &["check", "memcells"][..],
        &["ls", "memcells", "--check"],
        &["ls", "memcells", "-f", "is:agrees"],
    ] {
        broken();
        let answer = stores.run(line).ended(4);
        assert!(
            answer.err.contains("1 of 3 documents can't be told")
                && answer.err.contains("this one is broken"),
            "{line:?}: {}",
            answer.err
        );
    }
    // Who asks for just that has the answer.
    broken();
    let asked = stores.run(&["ls", "memcells", "-f", "is:unknown", "--json"]);
    assert_eq!(asked.ended(0).json().len(), 1);
    // What is found is found; the newest, asked for first, is the broken one.
    stores.node.put(&key(0), full(1, &json!({})));
    broken();
    let answer = stores.run(&["check", "memcells", "--json"]).ended(1);
    assert_eq!(answer.json()[0]["states"]["unknown"], 1);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_stream_that_the_node_does_not_hold_is_no_clean_answer() {
    let Some(stores) = Stores::new().await else {
        return;
    };
    seed(&stores).await;
    let other = stream(2).to_string();
    let run = |line: &[&str]| {
        let mut all = line.to_vec();
        let (uri, name) = (&stores.mongo.uri, &stores.mongo.name);
        let node = stores.node.url();
        all.extend(["--mongo-uri", uri, "--database", name]);
        all.extend(["--kv-node", &node, "--stream", &other]);
        stores.program.run(&all)
    };
    for line in [
        &["ls", "memcells", "--check"][..],
        &["ls", "memcells", "-f", "is:tombstoned"],
        &["check", "memcells"],
    ] {
        let answer = run(line).ended(3);
        assert!(
            answer.err.contains("does not hold the stream"),
            "{line:?}: {}",
            answer.err
        );
    }
}

#[test]
fn a_mongodb_that_refuses_is_told_before_a_person_wonders() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let uri = format!("mongodb://{}/", listener.local_addr().unwrap());
    drop(listener);
    let program = Program::new();
    let start = std::time::Instant::now();
    let error = program
        .run(&["collections", "--json", "--mongo-uri", &uri])
        .ended(3)
        .error();
    assert!(text(&error, "message").contains("refused"), "{error}");
    let took = start.elapsed();
    assert!(took < std::time::Duration::from_millis(2_500), "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_field_that_only_old_documents_may_have_is_taken_with_a_word_of_warning() {
    let Some(stores) = Stores::new().await else {
        return;
    };
    let rows = (0..80).map(|n| mongodb::bson::doc! {"_id": n, "kind": 1});
    stores.mongo.seed("numbers", rows).await;
    let line = ["ls", "numbers", "-n", "1", "--json", "--columns", "knid"];
    let answer = stores.run(&line).ended(0);
    assert!(answer.err.contains("did you mean kind?"), "{}", answer.err);
    let by = mongodb::IndexModel::builder()
        .keys(mongodb::bson::doc! {"knid": 1})
        .build();
    let numbers = stores.mongo.collection("numbers");
    numbers.create_index(by).await.unwrap();
    let answer = stores.run(&line).ended(0);
    assert!(!answer.err.contains("knid"), "{}", answer.err);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn an_older_node_is_told_with_every_missing_value() {
    let Some(mut stores) = Stores::new().await else {
        return;
    };
    seed(&stores).await;
    // the one that was never written
    let key = key(8);
    let state = ["get", &key, "--view", "state", "--json"];
    let codes = |answer: super::super::Answer| {
        let row = answer.ended(1).json().remove(0);
        assert_eq!(row["state"], "never-written");
        row["findings"].to_string()
    };
    assert!(!codes(stores.run(&state)).contains("reach-untold"));

    stores.node = KvNode::start(Options::holding(stream(1)).old()).unwrap();
    let found = codes(stores.run(&state));
    assert!(found.contains("does not say how far it is"), "{found}");
    let doctor = stores.run(&["doctor", "--json"]).ended(0).json();
    let methods = doctor.iter().find(|step| step["step"] == "kv methods");
    let methods = methods.unwrap_or_else(|| panic!("{doctor:?}"));
    assert!(text(methods, "said").contains("kv_getReplayProgress"));
    assert!(!text(methods, "next").contains("can't tell"), "{methods}");
}
