//! Each command once, from the files and words that come in to what both stores hold after.

use super::{Desk, KEY, text};
use crate::cli::exit::Exit;
use crate::domain::{Bson, State};

/// What differs from run to run.
macro_rules! told {
    ($said:expr) => {
        insta::with_settings!({filters => vec![
            (r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}", "[intent]"),
            (r"20(2[6-9]|[3-9]\d)-(0[2-9]|1\d|01-2[1-9]|01-3)[0-9T:.-]*(\+00:00|Z)?", "[now]"),
            // a moment without milliseconds is shorter, and the others stand behind blanks
            (r"\[now\] {2,}", "[now]  "),
            (r"\b1[789]\d{14}\b", "[micros]"),
        ]}, { insta::assert_snapshot!($said) });
    };
}

const WITH_TRIP: &str = r#"["lunch","trip"]"#;

#[test]
fn a_text_that_another_program_spelt_changes_what_it_says_and_nothing_else() {
    let desk = Desk::new();
    let pretty: serde_json::Value = serde_json::from_str(&text(WITH_TRIP)).unwrap();
    let pretty = serde_json::to_string_pretty(&pretty).unwrap();
    // What Python's json would do to the number is no business of the keywords.
    let pretty = pretty.replace("1.2345678901234567e+19", "12345678901234567890.50");
    let file = desk.file("value.json", &format!("{pretty}\n"));
    let dry = desk
        .run(&["put", KEY, &file, "--dry-run"])
        .ended(Exit::Clean);
    told!(dry.out);
    assert_eq!(
        desk.full(),
        text(r#"["lunch"]"#),
        "a dry run writes nothing"
    );

    let done = desk
        .run(&["put", KEY, &file, "--yes", "--as-is"])
        .ended(Exit::Clean);
    assert!(done.out.starts_with("done  memcells:"), "{}", done.out);
    assert_eq!(desk.full(), text(WITH_TRIP));
    let again = desk
        .run(&["put", KEY, &file, "--yes", "--as-is"])
        .ended(Exit::Clean);
    assert!(again.out.contains("nothing to do"), "{}", again.out);
    let versions = desk.run(&["history", KEY, "--json"]).ended(Exit::Clean);
    assert_eq!(versions.json().len(), 3, "the second one wrote nothing");
}

#[test]
fn the_end_of_a_write_is_one_line_and_its_steps_are_not_data() {
    let desk = Desk::new();
    let file = desk.file("value.json", &text(WITH_TRIP));
    let done = desk
        .run(&["put", KEY, &file, "--yes", "--json"])
        .ended(Exit::Clean);
    told!(format!("{}---\n{}", done.out, done.err));
    let line = &done.json()[0];
    assert_eq!(
        (line["ending"].as_str(), line["state"].as_str()),
        (Some("done"), Some("agrees"))
    );
    assert!(!done.err.contains("trip"), "a value is on standard error");
}

#[test]
fn a_verbatim_text_is_stored_to_the_last_blank() {
    let desk = Desk::new();
    let spaced = format!(
        "{}\n",
        text(WITH_TRIP).replace(r#""type":"#, r#""type" : "#)
    );
    let file = desk.file("value.json", &spaced);
    desk.run(&["put", KEY, &file, "--yes", "--verbatim"])
        .ended(Exit::Clean);
    assert_eq!(desk.full(), spaced);
    let broken = desk.file("broken.json", "abc{");
    let refused = desk
        .run(&["put", KEY, &broken, "--yes", "--verbatim"])
        .ended(Exit::Refused);
    let place = "broken.json:1:1: not JSON: a value is missing\n";
    assert!(refused.err.contains(place), "{}", refused.err);
}

#[test]
fn a_text_that_cannot_be_stored_is_refused_with_its_place_and_nothing_is_written() {
    let desk = Desk::new();
    let before = desk.both();
    let wrong_id = text(WITH_TRIP).replace(r#""id":"6979"#, "\n\"id\":\"0000");
    let marks = text(WITH_TRIP).replace(r#""type":"#, "\"deleted_at\":\"now\",\"type\":");
    for (name, bytes, said) in [
        (
            "broken.json",
            b"{\n  \"a\": 1,\n  oops\n}".to_vec(),
            "broken.json:3:3: not JSON",
        ),
        (
            "bytes.json",
            b"{\n\"a\": \"\xff\"}".to_vec(),
            "bytes.json:2:7: not UTF-8 at byte 8",
        ),
        (
            "list.json",
            b"[1]".to_vec(),
            "list.json: the value must be a JSON object",
        ),
        (
            "id.json",
            wrong_id.into_bytes(),
            "id.json:2:6: `id` must stay",
        ),
        (
            "marks.json",
            marks.into_bytes(),
            "`deleted_at` in the full value",
        ),
        ("empty.json", Vec::new(), "empty.json:1:1: not JSON"),
    ] {
        let path = desk.home.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let answer = desk
            .run(&["put", KEY, path.to_str().unwrap(), "--yes"])
            .ended(Exit::Refused);
        assert!(answer.err.contains(said), "{}", answer.err);
        assert!(answer.err.contains("nothing was written"), "{}", answer.err);
    }
    assert_eq!(desk.both(), before);
    assert!(
        !desk.home.path().join("journal").exists(),
        "nothing was begun"
    );
    let nowhere = desk
        .run(&["put", KEY, "/nowhere/value.json", "--yes"])
        .ended(Exit::Usage);
    assert!(
        nowhere
            .err
            .contains("value.json can't be read: no such file"),
        "{}",
        nowhere.err
    );
}

#[test]
fn a_write_meant_for_another_version_is_a_conflict() {
    let desk = Desk::new();
    let file = desk.file("value.json", &text(WITH_TRIP));
    let other = desk
        .run(&["put", KEY, &file, "--yes", "--if-version", "1"])
        .ended(Exit::Conflict);
    told!(other.err);
    desk.run(&["delete", KEY, "--yes", "--if-version", "0"])
        .ended(Exit::Conflict);
    desk.run(&["put", KEY, &file, "--yes", "--if-version", "v2"])
        .ended(Exit::Clean);
}

#[test]
fn without_a_terminal_and_without_yes_nothing_is_written() {
    let desk = Desk::new();
    let before = desk.both();
    let answer = desk.run(&["delete", KEY]).ended(Exit::Usage);
    assert!(answer.err.contains("--yes"), "{}", answer.err);
    assert_eq!(desk.both(), before);
}

#[test]
fn a_protected_profile_wants_its_name() {
    let mut desk = Desk::new();
    desk.settings.session.protected = true;
    desk.settings.profile = Some("live".to_owned());
    let before = desk.both();
    let alone = desk.run(&["delete", KEY, "--yes"]).ended(Exit::Refused);
    assert!(alone.err.contains("--expect live"), "{}", alone.err);
    desk.run(&["delete", KEY, "--yes", "--expect", "staging"])
        .ended(Exit::Refused);
    assert_eq!(desk.both(), before);
    desk.run(&["delete", KEY, "--yes", "--expect", "live"])
        .ended(Exit::Clean);
}

#[test]
fn a_read_only_session_shows_plans_and_writes_none() {
    let mut desk = Desk::new();
    desk.settings.session.read_only = true;
    let before = desk.both();
    desk.run(&["delete", KEY, "--dry-run"]).ended(Exit::Clean);
    let answer = desk.run(&["delete", KEY, "--yes"]).ended(Exit::Refused);
    assert!(answer.err.contains("read-only"), "{}", answer.err);
    let why = "it was asked for by --read-only or session.read_only";
    assert!(answer.err.contains(why), "{}", answer.err);
    assert_eq!(desk.both(), before);
}

#[test]
fn a_document_is_soft_deleted_restored_deleted_and_put_back() {
    let desk = Desk::new();
    let state = |line: &[&str]| {
        let answer = desk
            .run(&[line, &["--yes", "--json"]].concat())
            .ended(Exit::Clean);
        answer.json()[0]["state"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        state(&["soft-delete", KEY, "--by", "carol"]),
        State::SoftDeleted.name()
    );
    let by = desk.lite().unwrap();
    assert_eq!(
        by.get("deleted_by"),
        Some(&Bson::String("carol".to_owned()))
    );
    assert_eq!(state(&["restore", KEY]), State::Agrees.name());
    state(&["delete", KEY]);
    assert_eq!((desk.lite(), desk.stored().full()), (None, None));

    let history = desk.run(&["history", KEY]).ended(Exit::Clean);
    told!(history.out);
    assert_eq!(
        state(&["put-back", KEY, "--version", "2"]),
        State::Agrees.name()
    );
    assert_eq!(desk.full(), text(r#"["lunch"]"#));
    desk.run(&["put-back", KEY, "--version", "77", "--yes"])
        .ended(Exit::Findings);
}

#[test]
fn a_lite_document_that_lies_is_made_again_from_the_full_value() {
    let desk = Desk::new();
    let mut wrong = desk.lite().unwrap().fields;
    let field = wrong.0.iter_mut().find(|(name, _)| name == "group_id");
    field.unwrap().1 = Bson::String("g9".to_owned());
    desk.index
        .put(&crate::domain::Collection::new("memcells"), wrong);
    let dry = desk
        .run(&["rebuild-lite", KEY, "--dry-run"])
        .ended(Exit::Clean);
    told!(dry.out);
    desk.run(&["rebuild-lite", KEY, "--yes"]).ended(Exit::Clean);
    assert_eq!(
        desk.lite().unwrap().get("group_id"),
        Some(&Bson::String("g1".to_owned()))
    );
    let again = desk.run(&["rebuild-lite", KEY, "--yes"]).ended(Exit::Clean);
    assert!(again.out.contains("nothing to do"), "{}", again.out);
}

#[test]
fn undo_takes_back_the_last_write_redo_takes_that_back_and_both_say_which() {
    let desk = Desk::new();
    let before = desk.both();
    let file = desk.file("value.json", &text(WITH_TRIP));
    let put = desk
        .run(&["put", KEY, &file, "--yes", "--json"])
        .ended(Exit::Clean);
    let intent = put.json()[0]["intent"].as_str().unwrap().to_owned();
    let after = desk.full();

    let dry = desk.run(&["undo", "--dry-run"]).ended(Exit::Clean);
    assert!(
        dry.out
            .contains(&format!("takes back {intent}: edit {KEY}")),
        "{}",
        dry.out
    );
    let undone = desk
        .run(&["undo", &intent[..30], "--yes", "--json"])
        .ended(Exit::Clean);
    assert_eq!(undone.json()[0]["action"], "undo");
    assert_eq!(desk.full(), text(r#"["lunch"]"#));
    assert_eq!(desk.lite(), before.0);
    desk.run(&["redo", "--yes"]).ended(Exit::Clean);
    assert_eq!(desk.full(), after);

    desk.values
        .put(KEY, crate::domain::Codec::Base64.encode(&text("[]")));
    let late = desk.run(&["undo", "--yes"]).ended(Exit::Conflict);
    assert!(late.err.contains("written again since"), "{}", late.err);
    let next = format!("`dualscope get {KEY} --view diff` and `dualscope history {KEY}`");
    assert!(late.err.contains(&next), "{}", late.err);
    desk.run(&["undo", "nobody", "--yes"]).ended(Exit::Findings);
}

#[test]
fn the_journal_tells_what_was_done_and_no_value_unless_asked() {
    let desk = Desk::new();
    let file = desk.file("value.json", &text(WITH_TRIP));
    let put = desk
        .run(&["put", KEY, &file, "--yes", "--json"])
        .ended(Exit::Clean);
    let intent = put.json()[0]["intent"].as_str().unwrap().to_owned();
    let list = desk.run(&["journal"]).ended(Exit::Clean);
    told!(list.out);
    let one = desk.run(&["journal", &intent]).ended(Exit::Clean);
    told!(one.out);
    let json = desk.run(&["journal", &intent, "--json"]).ended(Exit::Clean);
    told!(json.out);
    for told in [&list, &one, &json] {
        assert!(
            !told.out.contains("trip") && !told.out.contains("lunch"),
            "{}",
            told.out
        );
    }
    let values = desk
        .run(&["journal", &intent, "--values"])
        .ended(Exit::Clean);
    assert!(
        values.out.contains("+ /keywords/1  \"trip\""),
        "{}",
        values.out
    );
}

#[test]
fn where_the_history_of_a_node_begins_later_nothing_is_said_of_what_was_before() {
    let desk = Desk::new();
    desk.values.set_window(Some(true), Some(1));
    let history = desk.run(&["history", KEY]).ended(Exit::Clean);
    assert!(
        history
            .out
            .ends_with("below 1: unknown, the node's history starts there\n"),
        "{}",
        history.out
    );
    let json = desk
        .run(&["history", KEY, "--json"])
        .ended(Exit::Clean)
        .json();
    assert_eq!(
        (&json[2]["state"], &json[2]["below"]),
        (&"unknown".into(), &1.into())
    );

    let key = "memcells:6979da5797f9041fc0aa0640";
    desk.run(&["history", key]).ended(Exit::Unreachable);
    let first = text(WITH_TRIP).replace("063f", "0640");
    let file = desk.file("value.json", &first);
    let blind = desk
        .run(&["put", key, &file, "--yes"])
        .ended(Exit::Unreachable);
    assert!(blind.err.contains("--if-version 0"), "{}", blind.err);
    let word = [
        "put",
        key,
        &file,
        "--dry-run",
        "--json",
        "--if-version",
        "0",
    ];
    let vouched = desk.run(&word).ended(Exit::Clean);
    let vouched_plan = desk.file("vouched.json", &vouched.out);

    // A plan is made where all is seen, and applied where it is not.
    desk.values.set_window(Some(true), None);
    let seen = ["put", key, &file, "--dry-run", "--json"];
    let seen = desk.run(&seen).ended(Exit::Clean);
    let plan = desk.file("seen.json", &seen.out);
    desk.values.set_window(Some(true), Some(1));
    let refused = desk.run(&["apply", &plan, "--yes"]).ended(Exit::Refused);
    assert!(
        refused.out.contains("the node starts at 1"),
        "{} {}",
        refused.out,
        refused.err
    );
    desk.run(&["history", key]).ended(Exit::Unreachable);
    desk.run(&["apply", &vouched_plan, "--yes"])
        .ended(Exit::Clean);
    desk.values.set_window(Some(true), None);
    let never = desk.run(&["history", "memcells:6979da5797f9041fc0aa0641"]);
    assert!(
        never
            .ended(Exit::Findings)
            .err
            .contains("was never written")
    );
}
