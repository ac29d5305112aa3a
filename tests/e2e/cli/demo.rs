//! Every command on the demo's stores.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::Value;

use super::{Answer, Program, demo, text};

/// The key of some document in a state.
pub(super) fn in_state(state: &str) -> String {
    let filter = format!("is:{state}");
    for collection in [
        "memcells",
        "episodic_memories",
        "event_log_records",
        "foresight_records",
    ] {
        let rows = demo(&["ls", collection, "--filter", &filter, "-n", "1", "--json"]).json();
        if let Some(row) = rows.first() {
            assert_eq!(row["state"], state);
            return text(row, "key");
        }
    }
    panic!("the demo holds nothing that is {state}");
}

/// The rows of a collection with their states.
fn checked(collection: &str) -> Vec<Value> {
    demo(&["ls", collection, "--all", "--check", "--json"]).json()
}

#[test]
fn collections_tell_kind_and_size_and_leave_helpers_out() {
    let rows = demo(&["collections", "--json"]).ended(0).json();
    let of = |name: &str| rows.iter().find(|row| row["collection"] == name);
    assert_eq!(of("memcells").unwrap()["kind"], "dual");
    assert_eq!(of("memcells").unwrap()["count_is"], "estimate");
    assert_eq!(of("user_secrets").unwrap()["kind"], "mongo-only");
    assert!(of("EventLogRecordProjection").is_none());
    let all = demo(&["collections", "--json", "--all"]).ended(0).json();
    assert!(all.len() > rows.len());

    let exact = demo(&["collections", "--count", "--json"]).ended(0).json();
    let memcells = exact
        .iter()
        .find(|row| row["collection"] == "memcells")
        .unwrap();
    assert_eq!(memcells["count_is"], "exact");
    assert_eq!(
        memcells["count"].as_u64().unwrap(),
        checked("memcells").len() as u64
    );

    let table = demo(&["collections"]).ended(0).text();
    assert!(table.starts_with("COLLECTION"), "{table}");
    assert!(
        table
            .lines()
            .any(|line| line.starts_with("memcells ") && line.contains("≈")),
        "{table}"
    );
}

#[test]
fn a_collection_that_nobody_knows_is_looked_at() {
    let rows = demo(&["collections", "--json"]).ended(0).json();
    let of = |name: &str| rows.iter().find(|row| row["collection"] == name).unwrap();
    assert_eq!(of("legacy_imports")["kind"], "dual");
    assert_eq!(of("feature_flags")["kind"], "mongo-only");
}

#[test]
fn a_list_is_one_page_and_all_of_it_meets_every_row_once() {
    let page = demo(&["ls", "memory_request_logs", "--json"]).ended(0);
    assert_eq!(page.json().len(), 200);
    assert!(page.err.contains("--all"), "{}", page.err);
    assert!(
        page.json()[0].get("state").is_none(),
        "nobody asked for the state"
    );

    let all = demo(&["ls", "memory_request_logs", "--all", "--json"])
        .ended(0)
        .json();
    let keys: BTreeSet<String> = all.iter().map(|row| text(row, "key")).collect();
    assert!(all.len() > 200);
    assert_eq!(keys.len(), all.len());
    let first: BTreeSet<String> = all[..200].iter().map(|row| text(row, "key")).collect();
    let page = page.json();
    let same = page.iter().filter(|row| first.contains(&text(row, "key")));
    // What is pending is dated from now, and its id with it.
    assert!(same.count() > 190);
}

#[test]
fn a_list_goes_on_behind_a_document_and_in_the_order_asked_for() {
    let by = |arguments: &[&str]| {
        let mut line = vec!["ls", "memcells", "--json"];
        line.extend(arguments);
        demo(&line).ended(0).json()
    };
    let first = by(&["--sort", "created_at", "-n", "6"]);
    let key = text(&first[2], "key");
    assert_eq!(
        by(&["--sort", "created_at", "-n", "3", "--after", &key]),
        first[3..]
    );
    let id = text(&first[2], "id");
    assert_eq!(
        by(&["--sort", "created_at", "-n", "3", "--after", &id]),
        first[3..]
    );

    let dates = |rows: &[Value]| -> Vec<String> {
        rows.iter()
            .map(|row| text(&row["lite"]["created_at"], "$date"))
            .collect()
    };
    assert!(dates(&first).is_sorted());
    assert!(dates(&by(&["--sort", "-created_at", "-n", "6"])).is_sorted_by(|a, b| a >= b));
}

#[test]
fn a_filter_of_the_filter_line_and_a_query_of_mongodb_choose_rows() {
    let users = |filter: &str| -> Vec<Value> {
        let rows = demo(&["ls", "memcells", "--all", "--json", "--filter", filter])
            .ended(0)
            .json();
        rows.into_iter()
            .map(|mut row| row["lite"]["group_id"].take())
            .collect()
    };
    let by_line = users("group_id:grp_ryori");
    assert!(!by_line.is_empty() && by_line.iter().all(|group| group == "grp_ryori"));
    assert_eq!(users(r#"{"group_id": "grp_ryori"}"#), by_line);
    let none = demo(&["ls", "memcells", "--filter", "group_id:nobody"]).ended(0);
    assert_eq!(
        (none.text().as_str(), none.err.trim()),
        ("", "no documents")
    );
}

#[test]
fn rows_that_a_date_passes_over_since_they_hold_text_are_told() {
    let filter = "timestamp:>2001-01-01";
    let answer = demo(&["ls", "memcells", "--all", "--json", "--filter", filter]).ended(0);
    let texts = r#"{"timestamp": {"$type": "string"}}"#;
    let hidden = demo(&["ls", "memcells", "--all", "--json", "--filter", texts]).json();
    assert!(!hidden.is_empty());
    assert!(answer.json().iter().all(|row| !hidden.contains(row)));
    let said = format!("{} rows hold text in timestamp", hidden.len());
    assert!(answer.err.contains(&said), "{}", answer.err);
    assert!(answer.err.contains(texts), "the next step: {}", answer.err);

    for quiet in [
        "group_id:grp_ryori",
        "timestamp:>2001-01-01 group_id:nobody",
    ] {
        let answer = demo(&["ls", "memcells", "--filter", quiet]).ended(0);
        assert!(!answer.err.contains("hold text"), "{}", answer.err);
    }
}

#[test]
fn a_check_ends_with_1_when_something_is_found_and_0_when_not() {
    let rows = demo(&["ls", "memcells", "--all", "--check", "--json"])
        .ended(1)
        .json();
    for row in &rows {
        for name in [
            "state", "newer", "version", "size", "codec", "findings", "lite",
        ] {
            assert!(row.get(name).is_some(), "no {name} in {row}");
        }
    }
    let agreeing = rows.iter().find(|row| row["state"] == "agrees").unwrap();
    let id = text(agreeing, "id");
    let only = format!(r#"{{"_id": {{"$oid": "{id}"}}}}"#);
    let clean = demo(&["ls", "memcells", "--check", "--filter", &only]).ended(0);
    assert!(clean.text().contains("agrees"), "{}", clean.text());
    // A filter by state looks at both sides as well, so it ends like a check.
    demo(&["ls", "memcells", "--filter", "is:tombstoned"]).ended(1);
    demo(&["ls", "memcells", "--filter", "is:agrees"]).ended(0);
}

#[test]
fn the_table_says_state_in_mark_and_words_and_cuts_no_id() {
    let key = in_state("tombstoned");
    let (collection, id) = key.split_once(':').unwrap();
    let table = demo(&["ls", collection, "--filter", "is:tombstoned"])
        .ended(1)
        .text();
    let row = table.lines().find(|line| line.contains(id)).unwrap();
    assert!(row.starts_with("† tombstoned"), "{row}");
    assert!(row.contains("still listed"), "{row}");
    let plain = demo(&["ls", collection, "--columns", "_id,type", "-n", "1"])
        .ended(0)
        .text();
    let titles: Vec<&str> = plain.lines().next().unwrap().split_whitespace().collect();
    assert_eq!(titles, ["ID", "TYPE"], "the id stands there once");
    let json = demo(&["ls", collection, "--columns", "type", "-n", "1", "--json"]).json();
    assert_eq!(json[0]["lite"].as_object().unwrap().len(), 1);
}

#[test]
fn nothing_in_the_data_reaches_the_terminal_as_an_order() {
    for collection in ["memcells", "episodic_memories", "event_log_records"] {
        let table = demo(&["ls", collection, "--all", "--check"]).text();
        let bad = |c: char| c.is_control() && c != '\n' || ('\u{202a}'..='\u{202e}').contains(&c);
        assert!(!table.contains(bad), "{collection}");
    }
    let coloured = demo(&["ls", "memcells", "-n", "1", "--check", "--color", "always"]).text();
    assert!(coloured.contains("\x1b["), "{coloured}");
}

#[test]
fn the_doctor_goes_all_the_way_and_warnings_are_no_failure() {
    let answer = demo(&["doctor"]).ended(0).text();
    assert!(answer.starts_with("MongoDB"), "{answer}");
    assert!(
        answer.contains("KV node") && answer.contains("replay"),
        "{answer}"
    );
    let steps = demo(&["doctor", "--json"]).ended(0).json();
    for step in &steps {
        assert_ne!(step["verdict"], "failed", "{step}");
        assert!(step["step"].is_string() && step["next"].is_string());
    }
}

#[test]
fn a_closed_pipe_ends_the_walk_without_a_word() {
    let program = Program::new();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_dualscope"))
        .args([
            "ls",
            "memory_request_logs",
            "--demo",
            "--all",
            "--json",
            "--latency",
            "1",
        ])
        .env("HOME", program.home.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    assert!(line.starts_with(r#"{"schema":1,"#), "{line}");
    drop(reader);
    let answer = Answer::of(&child.wait_with_output().unwrap()).ended(0);
    assert_eq!(answer.err, "");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let child = std::process::Command::new(env!("CARGO_BIN_EXE_dualscope"))
        .args(["collections", "--demo"])
        .stdout(full)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    let answer = Answer::of(&child).ended(4);
    assert!(answer.err.contains("standard output"), "{}", answer.err);
}

#[test]
fn quiet_says_nothing_but_errors_and_the_demo_leaves_nothing_on_the_disk() {
    let program = Program::new();
    let answer = program
        .run(&["ls", "memcells", "-n", "1", "--demo", "--quiet"])
        .ended(0);
    assert_eq!(answer.err, "");
    let left = std::fs::read_dir(program.home.path()).unwrap().count();
    assert_eq!(left, 0);
}
