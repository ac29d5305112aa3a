//! Everything that can be wrong with what was typed and with what is at the other end.

use std::net::TcpListener;

use rstest::rstest;
use serde_json::Value;

use super::{CANARY, Program, demo, text};

#[test]
fn without_any_configuration_the_error_says_how_to_give_it() {
    for command in [
        &["doctor"][..],
        &["collections"],
        &["ls", "memcells"],
        &["get", "memcells:1"],
        &["recover"],
    ] {
        let answer = Program::new().run(command).ended(2);
        if command != ["doctor"] {
            assert_eq!(answer.text(), "");
        }
        for word in ["no MongoDB is named", "--mongo-uri", "config init", "demo"] {
            assert!(answer.err.contains(word), "{}", answer.err);
        }
    }
}

#[test]
fn the_doctor_tells_what_it_can_where_no_mongodb_is_named() {
    let told = |more: &[&str]| Program::new().run(&[&["doctor"], more].concat()).ended(2);
    let nothing = told(&[]).text();
    for words in [
        "MongoDB  not configured",
        "no MongoDB is named",
        "KV node  not configured",
        "no KV node is named",
        "Writing  not possible",
        "no EVM node is named",
    ] {
        assert!(nothing.contains(words), "{words}: {nothing}");
    }
    let port = closed_port();
    let node = format!("http://127.0.0.1:{port}");
    let stream = format!("0x{}", "01".repeat(32));
    let line = ["--kv-node", &node, "--stream", &stream, "--json"];
    let answer = told(&line);
    let steps = answer.json();
    let of = |name: &str| steps.iter().find(|step| step["step"] == name).unwrap();
    assert_eq!(of("kv reach")["verdict"], "failed");
    assert_eq!(of("mongo dns")["verdict"], "failed");
    assert_eq!(of("write way")["verdict"], "skipped");
    assert!(text(&answer.error(), "message").contains("no MongoDB is named"));
}

#[test]
fn the_journal_is_read_without_any_configuration() {
    let answer = Program::new().run(&["journal"]).ended(0);
    assert!(
        answer.err.contains("nothing is written down"),
        "{}",
        answer.err
    );
    let unknown = Program::new().run(&["journal", "0190"]).ended(1);
    assert!(unknown.err.contains("knows no write"), "{}", unknown.err);
}

/// A port that was free a moment ago and that nobody listens on.
fn closed_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}

#[test]
fn a_fault_in_the_filter_has_a_caret_under_it() {
    let answer = demo(&["ls", "memcells", "--filter", "group_id:g1 is:driftd"]).ended(2);
    let lines: Vec<&str> = answer.err.lines().collect();
    let line = lines
        .iter()
        .position(|line| line.contains("group_id:g1 is:driftd"))
        .unwrap();
    let caret = lines[line + 1].find('^').unwrap();
    assert!(lines[line][caret..].starts_with("driftd"), "{}", answer.err);
    assert!(answer.err.contains("drifted"), "{}", answer.err);

    let answer = demo(&[
        "ls",
        "memcells",
        "--filter",
        "group_id:g1 is:driftd",
        "--json",
    ])
    .ended(2);
    let error = answer.error();
    assert_eq!(error["kind"], "filter");
    assert_eq!(error["span"], serde_json::json!([15, 21]));
}

#[rstest]
#[case::unknown_field("gruop_id:g1", "group_id")]
#[case::javascript(r#"{"$where": "sleep(1)"}"#, "$where")]
#[case::not_json(r#"{"a": "#, "filter")]
#[case::open_quote(r#"group_id:"g1"#, "filter")]
fn a_filter_that_cannot_be_read_is_usage(#[case] filter: &str, #[case] said: &str) {
    let answer = demo(&["ls", "memcells", "--filter", filter]).ended(2);
    assert!(
        answer.err.contains(said) && answer.err.contains('^'),
        "{}",
        answer.err
    );
}

#[test]
fn a_query_that_the_server_does_not_understand_is_usage() {
    let answer = demo(&["ls", "memcells", "--filter", r#"{"a": {"$nonsense": 1}}"#]).ended(2);
    assert!(answer.err.contains('^'), "{}", answer.err);
}

#[rstest]
#[case::no_colon(&["get", "memcells"], "has no colon")]
#[case::no_id(&["get", "memcells:"], "names no document id")]
#[case::no_collection(&["ls", "nosuch"], "there is no collection")]
#[case::no_state(&["ls", "memcells", "-f", "is:nosuch"], "the states are agrees, ")]
#[case::no_minus(&["ls", "memcells", "--limit", "-1"], "a whole number from 1 on")]
#[case::after_nothing(&["ls", "memcells", "--after", "x"], "does not list")]
#[case::no_page(&["ls", "memcells", "--limit", "0"], "--limit")]
#[case::all_and_limit(&["ls", "memcells", "--all", "--limit", "1"], "--limit")]
#[case::two_sorts(&["ls", "memcells", "--sort", "timestamp,-user_id"], "sorted by one field")]
#[case::odd_sort(&["ls", "memcells", "--sort", "a..b"], "not the name of a field")]
#[case::odd_version(&["get", "memcells:1", "--at", "yesterday"], "whole number")]
#[case::two_things(&["memcells", "ls", "memcells"], "exclude each other")]
#[case::uri_as_key(&["get", "mongodb://u:canary-password@h/"], "--mongo-uri")]
#[case::uri_as_name(&["ls", "mongodb://u:canary-password@h/"], "--mongo-uri")]
#[case::uri_to_open(&["mongodb://u:canary-password@h/"], "--mongo-uri")]
#[case::odd_flag(&["ls", "memcells", "--mongo=mongodb://u:canary-password@h/"], "--mongo")]
fn what_was_typed_wrong_is_named(#[case] line: &[&str], #[case] said: &str) {
    let answer = demo(line).ended(2);
    assert_eq!(answer.text(), "");
    assert!(answer.err.contains(said), "{}", answer.err);
    let mut line = line.to_vec();
    line.push("--json");
    let error = demo(&line).ended(2).error();
    assert!(!text(&error, "message").is_empty() && !text(&error, "kind").is_empty());
}

#[test]
fn latency_without_the_demo_is_refused() {
    let answer = Program::new().run(&["doctor", "--latency", "5"]).ended(2);
    assert!(answer.err.contains("--demo"), "{}", answer.err);
}

#[test]
fn a_stream_of_the_wrong_length_is_named_with_its_flag() {
    let line = [
        "doctor",
        "--mongo-uri",
        "mongodb://localhost/",
        "--kv-node",
        "http://localhost:1",
        "--stream",
        "0x1234",
    ];
    let answer = Program::new().run(&line).ended(2);
    assert!(
        answer.err.contains("--stream") && answer.err.contains("64"),
        "{}",
        answer.err
    );
}

#[test]
fn a_key_of_the_configuration_that_does_not_exist_gets_the_nearest_name() {
    let program = Program::new();
    let file = program.home.path().join("own.toml");
    std::fs::write(&file, "[mongo]\ndatabse = \"x\"\n").unwrap();
    let answer = program
        .run(&["collections", "--config", "own.toml", "--json"])
        .ended(2);
    let error = answer.error();
    assert_eq!(error["kind"], "config");
    let message = text(&error, "message");
    assert!(
        message.contains("own.toml:2") && message.contains("`mongo.database`"),
        "{message}"
    );
}

#[test]
fn a_mongodb_that_is_not_there_is_unreachable_and_the_password_is_not_told() {
    let port = closed_port();
    let uri = format!("mongodb://u:{CANARY}@127.0.0.1:{port}/?serverSelectionTimeoutMS=300");
    let flags = ["--mongo-uri", &uri, "--json"];
    for command in [
        &["collections"][..],
        &["ls", "memcells"],
        &["get", "memcells:1"],
    ] {
        let mut line = command.to_vec();
        line.extend(flags);
        let answer = Program::new().run(&line).ended(3);
        let error = answer.error();
        assert!(
            text(&error, "message").contains(&port.to_string()),
            "{error}"
        );
        assert!(!text(&error, "hint").is_empty());
    }
    let mut line = vec!["doctor"];
    line.extend(flags);
    let steps = Program::new().run(&line).ended(3).json();
    let failed: Vec<&Value> = steps
        .iter()
        .filter(|step| step["verdict"] == "failed")
        .collect();
    assert!(failed.iter().all(|step| !text(step, "next").is_empty()) && !failed.is_empty());
}

#[test]
fn the_log_holds_no_password() {
    let program = Program::new();
    let uri = format!("mongodb://u:{CANARY}@127.0.0.1:1/?serverSelectionTimeoutMS=100");
    program
        .command(&["collections", "--mongo-uri", &uri])
        .env("DUALSCOPE_LOG", "trace")
        .assert()
        .code(3);
    let log = program
        .home
        .path()
        .join(".local/state/dualscope/log/dualscope.log");
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("task") && !log.contains(CANARY), "{log}");
}
