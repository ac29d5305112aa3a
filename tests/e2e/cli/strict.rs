//! What is mistyped is told, not answered; what is masked can't be asked out; and every next step
//! that is named leads somewhere.

use std::io::Read as _;
use std::process::Stdio;

use rstest::rstest;
use serde_json::Value;

use super::demo::in_state;
use super::{Program, demo, text};

#[rstest]
#[case::column(&["memcells", "--columns", "_id,tpye"], "tpye", "type")]
#[case::sort(&["memcells", "--sort", "-tiemstamp"], "tiemstamp", "timestamp")]
#[case::path(&["memcells", "--columns", "keyword.0"], "keyword", "keywords")]
#[case::unknown_collection(&["feature_flags", "--columns", "valeu"], "valeu", "value")]
#[case::its_filter(&["feature_flags", "--filter", "abuot:x"], "abuot", "about")]
fn a_misspelt_field_gets_the_nearest_name(
    #[case] line: &[&str],
    #[case] typed: &str,
    #[case] meant: &str,
) {
    let mut command = vec!["ls", "--json"];
    command.extend(line);
    let answer = demo(&command).ended(2);
    assert_eq!(
        answer.text(),
        "",
        "nothing is printed as if it were an answer"
    );
    let message = text(&answer.error(), "message");
    assert!(message.contains(&format!("{typed:?}")), "{message}");
    assert!(
        message.ends_with(&format!("did you mean {meant}?")),
        "{message}"
    );
}

#[test]
fn a_field_that_is_nowhere_lists_those_that_are_and_one_of_the_value_says_where() {
    let answer = demo(&["ls", "memcells", "--columns", "nonsense"]).ended(2);
    assert!(
        answer.err.contains("there are _id, created_at"),
        "{}",
        answer.err
    );
    let answer = demo(&["ls", "memcells", "--columns", "summary"]).ended(2);
    assert!(answer.err.contains("full value"), "{}", answer.err);
    let answer = demo(&["ls", "memcells", "--columns", "_id,"]).ended(2);
    assert!(
        answer.err.contains("not the name of a field"),
        "{}",
        answer.err
    );
    demo(&[
        "ls",
        "memcells",
        "--columns",
        "participants.0,type",
        "-n",
        "1",
    ])
    .ended(0);
    demo(&["ls", "memcells", "--sort", "updated_at", "-n", "1"]).ended(0);
}

#[rstest]
#[case::equal(&["--filter", "api_key:x"])]
#[case::contains(&["--filter", "api_key:~a"])]
#[case::null(&["--filter", "zerog_wallet_key:null"])]
#[case::query(&["--filter", r#"{"api_key": {"$regex": "^a"}}"#])]
#[case::joined(&["--filter", r#"{"$or": [{"user_id": "chen"}, {"api_key": "x"}]}"#])]
#[case::expression(&["--filter", r#"{"$expr": {"$gt": ["$api_key", "m"]}}"#])]
#[case::sort(&["--sort", "api_key"])]
fn secrets_cannot_be_asked_out_without_reveal(#[case] question: &[&str]) {
    let mut line = vec!["ls", "user_secrets", "--json"];
    line.extend(question);
    let answer = demo(&line).ended(6);
    assert_eq!(answer.text(), "");
    let error = answer.error();
    assert_eq!(error["kind"], "refused");
    assert!(text(&error, "hint").contains("--reveal"), "{error}");
    line.push("--reveal");
    let code = demo(&line).code;
    assert!(code == 0 || question[1].contains("$expr"), "{code}");
}

#[test]
fn what_is_not_masked_can_be_asked_for() {
    for filter in ["user_id:chen", r#"{"$or": [{"user_id": "chen"}]}"#] {
        let rows = demo(&["ls", "user_secrets", "--json", "-f", filter]).ended(0);
        assert_eq!(rows.json().len(), 1, "{filter}");
    }
    demo(&["ls", "user_secrets", "--sort", "-user_id"]).ended(0);
}

/// Commands of the program that a text names in backquotes.
fn commands(said: &str) -> Vec<String> {
    let quoted = said.split('`').skip(1).step_by(2);
    quoted
        .filter_map(|quoted| quoted.strip_prefix("dualscope "))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_next_step_after_a_missing_document_leads_somewhere() {
    let nobody = "memcells:6979da5797f9041fc0aa0eee";
    for view in ["full", "lite", "diff", "raw"] {
        let answer = demo(&["get", nobody, "--view", view]).ended(1);
        assert!(answer.err.contains("is in neither store"), "{}", answer.err);
        let steps = commands(&answer.err);
        assert_eq!(steps, ["ls memcells"]);
        let words: Vec<&str> = steps[0].split(' ').collect();
        assert!(!demo(&words).ended(0).out.is_empty());
    }
    let misspelt = demo(&["get", "memcels:1"]).ended(1);
    assert!(
        misspelt.err.contains("did you mean memcells?"),
        "{}",
        misspelt.err
    );
    assert_eq!(commands(&misspelt.err), ["collections"]);
    let secret = demo(&["get", "user_secrets:x"]).ended(1);
    assert_eq!(commands(&secret.err), ["ls user_secrets"]);
}

#[test]
fn the_view_that_a_hint_names_prints_something() {
    for (state, view) in [
        ("tombstoned", "full"),
        ("tombstoned", "diff"),
        ("never-written", "full"),
        ("never-written", "diff"),
        ("undecodable", "full"),
        ("soft-deleted-no-value", "full"),
    ] {
        let key = in_state(state);
        let answer = demo(&["get", &key, "--view", view, "--json"]);
        if view == "full" {
            assert_eq!(answer.code, 1, "{state}: {}", answer.err);
        }
        if answer.err.is_empty() {
            continue;
        }
        let hint = text(&answer.error(), "hint");
        let flags: Vec<&str> = hint
            .split(' ')
            .skip_while(|word| !word.starts_with("--"))
            .take(2)
            .collect();
        let mut line = vec!["get", &key];
        line.extend(&flags);
        let next = demo(&line);
        assert!(!next.out.is_empty(), "{state} {view}: {hint}: {}", next.err);
    }
}

#[test]
fn nothing_is_an_orphan_in_a_list_and_that_is_said() {
    let answer = demo(&["ls", "memcells", "--filter", "is:orphan"]).ended(0);
    assert!(answer.err.contains("get KEY"), "{}", answer.err);
}

#[test]
fn a_summary_counts_every_document_once_by_its_state() {
    let summary = demo(&["check", "memcells", "--all", "--json"])
        .ended(1)
        .json();
    let [memcells] = &*summary else {
        panic!("{summary:?}");
    };
    let rows = demo(&["ls", "memcells", "--all", "--check", "--json"]).json();
    assert_eq!(memcells["documents"], rows.len());
    assert_eq!(memcells["complete"], true);
    let states = memcells["states"].as_object().unwrap();
    for (state, count) in states {
        let listed = rows.iter().filter(|row| row["state"] == **state).count();
        assert_eq!(*count, listed, "{state}");
    }
    let all: u64 = states.values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(all, rows.len() as u64);
    assert!(memcells["findings"].as_u64().unwrap() > 0);
}

#[test]
fn config_alone_shows_and_what_is_not_set_is_null() {
    let alone = Program::new().run(&["config", "--json"]).ended(0).json();
    let shown = Program::new()
        .run(&["config", "show", "--json"])
        .ended(0)
        .json();
    assert_eq!(alone.len(), shown.len());
    let node = alone.iter().find(|row| row["name"] == "kv.node").unwrap();
    assert!(node["value"].is_null(), "{node}");
    let table = Program::new().run(&["config"]).ended(0).text();
    let node = table
        .lines()
        .find(|line| line.starts_with("kv.node"))
        .unwrap();
    assert!(node.contains("(not set)"), "{node}");
}

#[test]
fn a_summary_counts_apart_what_has_no_state() {
    let flags = &demo(&["check", "feature_flags", "--json"]).ended(0).json()[0];
    assert!(flags["documents"].as_u64().unwrap() > 0, "{flags}");
    assert_eq!(flags["kept_in_mongo"], flags["documents"]);
    assert_eq!(flags["states"]["unchecked"], 0);
    assert_eq!(flags["unknown"], 0);
    let line = demo(&["check", "feature_flags"]).ended(0).text();
    assert!(line.contains("kept in MongoDB only"), "{line}");
    assert!(!line.contains("unchecked"), "{line}");
}

#[test]
fn a_summary_takes_all_that_is_stored_twice_and_what_is_named() {
    let all = demo(&["check", "--json"]).ended(1);
    let names: Vec<String> = all
        .json()
        .iter()
        .map(|row| text(row, "collection"))
        .collect();
    assert!(names.contains(&"legacy_imports".to_owned()), "{names:?}");
    assert!(!names.contains(&"user_secrets".to_owned()), "{names:?}");
    let cut = |row: &Value| row["complete"] == false && row["documents"] == 200;
    assert!(all.json().iter().any(cut), "one page is the default");
    assert!(all.err.contains("--all"), "{}", all.err);

    let healthy = demo(&["check", "conversation_metas", "conversation_metas"]).ended(0);
    assert_eq!(healthy.text().lines().count(), 2, "{}", healthy.text());
    assert_eq!(healthy.err, "");
    let some = demo(&["check", "memcells", "--limit", "5", "--json"]);
    assert_eq!(some.json()[0]["documents"], 5);
    let misspelt = demo(&["check", "memcels"]).ended(2);
    assert!(
        misspelt.err.contains("did you mean memcells?"),
        "{}",
        misspelt.err
    );
}

/// A reader that is gone is nobody's fault, whatever was to be printed.
#[rstest]
#[case(&["collections"])]
#[case(&["ls", "memcells", "--all", "--check"])]
#[case(&["check", "memcells"])]
#[case(&["get", "user_secrets:x", "--view", "state"])]
#[case(&["doctor", "--json"])]
#[case(&["config", "show"])]
#[case(&["paths"])]
#[case(&["man"])]
#[case(&["completions", "bash"])]
#[case(&["--help"])]
fn a_closed_pipe_is_no_error(#[case] line: &[&str]) {
    let program = Program::new();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_dualscope"))
        .arg("--demo")
        .args(line)
        .env("HOME", program.home.path())
        .current_dir(program.home.path())
        .stdout(writer)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(0), ""));
}

/// Every line that is meant for programs names its form.
#[rstest]
#[case(&["collections"])]
#[case(&["ls", "memcells", "-n", "3"])]
#[case(&["check", "memcells"])]
#[case(&["doctor"])]
#[case(&["config", "show"])]
#[case(&["paths"])]
#[case(&["get", "memcells:6979da5797f9041fc0aa0eee", "--view", "state"])]
fn every_line_for_programs_begins_with_the_schema(#[case] line: &[&str]) {
    let mut line = line.to_vec();
    line.push("--json");
    // `json` looks at the beginning of each.
    assert!(!demo(&line).json().is_empty());
}
