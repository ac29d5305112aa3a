//! One document of the demo in every view, in the states that matter.

use serde_json::Value;

use super::demo::in_state;
use super::{Answer, demo, text};

fn get(key: &str, view: &str) -> Answer {
    demo(&["get", key, "--view", view])
}

#[test]
fn the_full_view_is_the_text_of_the_json_view_byte_for_byte() {
    let key = in_state("agrees");
    let full = get(&key, "full").ended(0);
    assert!(
        full.text().starts_with('{') && full.text().ends_with('}'),
        "no newline is added"
    );
    assert_eq!(full.err, "");
    let text = full.text();
    let decoded: Value = serde_json::from_str(&text).unwrap();
    let line = &demo(&["get", &key, "--json"]).ended(0).json()[0];
    assert_eq!(line["full"], decoded);
    assert_eq!(line["state"], "agrees");
    assert_eq!(line["lite"]["_id"]["$oid"], decoded["id"]);

    let raw = get(&key, "raw").ended(0);
    assert_eq!(line["size"].as_u64().unwrap(), raw.out.len() as u64);
    if line["codec"] == "plain" {
        assert_eq!(raw.out, full.out);
    }
    let at = line["version"].to_string();
    let then = demo(&["get", &key, "--at", &at]).ended(0);
    assert_eq!(then.out, full.out);
}

#[test]
fn the_lite_view_is_extended_json_of_the_document() {
    let key = in_state("agrees");
    let relaxed: Value = serde_json::from_str(&get(&key, "lite").ended(0).text()).unwrap();
    assert!(relaxed["created_at"]["$date"].is_string());
    let canonical = demo(&["get", &key, "--view", "lite", "--canonical"])
        .ended(0)
        .text();
    let canonical: Value = serde_json::from_str(&canonical).unwrap();
    assert!(canonical["created_at"]["$date"]["$numberLong"].is_string());
}

#[test]
fn a_drifted_document_is_told_field_by_field() {
    let key = in_state("drifted");
    let diff = get(&key, "diff").ended(1).text();
    assert!(diff.starts_with("◐ drifted"), "{diff}");
    assert!(
        diff.lines()
            .any(|line| line.starts_with("_id / id") && line.contains("same")),
        "{diff}"
    );
    let line = &demo(&["get", &key, "--view", "diff", "--json"])
        .ended(1)
        .json()[0];
    let fields = line["fields"].as_array().unwrap();
    let same =
        |field: &&Value| ["same", "not-compared"].contains(&field["verdict"].as_str().unwrap());
    assert!(fields.iter().any(|field| !same(&field)), "{line}");
    assert!(["lite", "full", "neither"].contains(&text(line, "newer").as_str()));
    assert!(line.get("full").is_none());

    let state = get(&key, "state").ended(1).text();
    assert_eq!(state.lines().count(), 1);
    assert!(state.starts_with("◐ drifted  drifted"), "{state}");
    get(&key, "full").ended(0);
}

#[test]
fn a_tombstone_has_no_value_and_the_error_says_where_the_last_one_is() {
    let key = in_state("tombstoned");
    for view in ["full", "raw"] {
        let gone = get(&key, view).ended(1);
        assert_eq!(gone.text(), "");
        assert!(gone.err.contains("tombstone"), "{}", gone.err);
    }
    let gone = demo(&["get", &key, "--json"]).ended(1);
    assert_eq!(gone.json()[0]["full"], Value::Null);
    assert_eq!(gone.json()[0]["state"], "tombstoned");
    let hint = text(&gone.error(), "hint");
    let before = hint
        .split_whitespace()
        .skip_while(|word| *word != "--at")
        .nth(1)
        .unwrap();
    let full = demo(&["get", &key, "--at", before]).ended(0).text();
    assert!(serde_json::from_str::<Value>(&full).unwrap().is_object());
}

#[test]
fn what_does_not_decode_is_told_and_printed_raw() {
    let key = in_state("undecodable");
    let full = get(&key, "full").ended(1);
    assert_eq!(full.text(), "");
    assert!(full.err.contains("--view raw"), "{}", full.err);
    assert!(!get(&key, "raw").ended(0).out.is_empty());
    let line = &demo(&["get", &key, "--view", "raw", "--json"])
        .ended(0)
        .json()[0];
    assert!(line["raw_base64"].is_string());
}

#[test]
fn what_was_never_written_is_not_an_empty_text() {
    let key = in_state("never-written");
    let full = get(&key, "full").ended(1);
    assert!(
        full.out.is_empty() && full.err.contains("none was ever written"),
        "{}",
        full.err
    );
    get(&key, "lite").ended(0);
    get(&key, "state").ended(1);
    let nowhere = get("memcells:000000000000000000000000", "lite").ended(1);
    assert!(
        nowhere.err.contains("is in neither store"),
        "{}",
        nowhere.err
    );
}

#[test]
fn what_is_kept_in_mongodb_only_is_no_finding_and_was_not_lost() {
    for collection in ["feature_flags", "user_secrets"] {
        let all = ["ls", collection, "--all", "--check", "--json"];
        for row in demo(&all).ended(0).json() {
            assert_eq!(row["state"], "unchecked", "{row}");
        }
        let table = demo(&["ls", collection, "--check"]).ended(0).text();
        assert!(table.contains("kept in MongoDB only"), "{table}");
        let key = text(&demo(&all).json()[0], "key");
        let state = get(&key, "state").ended(0).text();
        assert!(state.contains("kept in MongoDB only"), "{state}");
        let full = get(&key, "full").ended(1);
        assert!(full.err.contains("kept in MongoDB only"), "{}", full.err);
        assert!(!full.err.contains("ever written"), "{}", full.err);
    }
}

#[test]
fn an_older_version_is_not_compared_with_what_stands_now() {
    let key = in_state("drifted");
    let version =
        demo(&["get", &key, "--view", "state", "--json"]).json()[0]["version"].to_string();
    let at = |at: &str, view: &str| demo(&["get", &key, "--view", view, "--at", at]);
    let state = at(&version, "state").ended(0).text();
    let said = format!("as of version {version}: a value of ");
    assert!(state.contains(&said), "{state}");
    let state = at("0", "state").ended(0).text();
    assert!(
        state.contains("as of version 0: nothing written yet"),
        "{state}"
    );
    let line = &demo(&["get", &key, "--at", "0", "--view", "state", "--json"]).json()[0];
    assert_eq!(line["state"], "unchecked");
    assert!(line["findings"].as_array().unwrap().is_empty(), "{line}");
    assert!(at(&version, "diff").ended(2).err.contains("leave --at"));
}

#[test]
fn what_is_not_applied_yet_is_no_fact() {
    let key = in_state("agrees");
    let newest = demo(&["get", &key, "--json"]).json()[0]["version"].to_string();
    demo(&["get", &key, "--at", &newest]).ended(0);
    for view in ["full", "raw"] {
        let answer = demo(&["get", &key, "--view", view, "--at", "99999999"]).ended(3);
        assert_eq!(answer.text(), "");
        let said = "can't tell yet: the node has applied up to version ";
        assert!(answer.err.contains(said), "{}", answer.err);
    }
    let state = demo(&["get", &key, "--view", "state", "--at", "99999999"]).ended(4);
    assert!(state.text().contains("can't tell yet"), "{}", state.text());
}

#[test]
fn secrets_stay_hidden_until_they_are_asked_for() {
    let hidden = demo(&["ls", "user_secrets", "--json"]).ended(0).json();
    let shown = demo(&["ls", "user_secrets", "--json", "--reveal"])
        .ended(0)
        .json();
    let table = demo(&["ls", "user_secrets"]).ended(0).text();
    for (hidden, shown) in hidden.iter().zip(&shown) {
        for name in ["api_key", "zerog_wallet_key", "zerog_encryption_key"] {
            assert_eq!(hidden["lite"][name], "***");
            let secret = text(&shown["lite"], name);
            assert_ne!(secret, "***");
            assert!(!table.contains(&secret));
        }
        assert_eq!(hidden["lite"]["user_id"], shown["lite"]["user_id"]);
        let key = text(hidden, "key");
        let lite = get(&key, "lite").ended(0).text();
        assert!(lite.contains("***") && !lite.contains(&text(&shown["lite"], "api_key")));
        let all = demo(&["get", &key, "--view", "lite", "--reveal"])
            .ended(0)
            .text();
        assert!(all.contains(&text(&shown["lite"], "api_key")));
    }
}

#[test]
fn a_history_that_is_empty_names_the_key_in_its_hint() {
    let answer = demo(&["history", "nosuch:1"]).ended(1);
    let hint = "`dualscope get nosuch:1 --view state` says how the two sides stand";
    assert!(answer.err.contains(hint), "{}", answer.err);
}
