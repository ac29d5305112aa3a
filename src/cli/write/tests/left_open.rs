//! Writes that an earlier program left open, as it left them: told, finished, given up.

use std::time::Duration;

use super::{Desk, KEY, text};
use crate::cli::exit::Exit;
use crate::domain::intent::{Fact, IntentId, Place};
use crate::domain::{Codec, Version};
use crate::journal::Journal;
use crate::wiring;

/// What a program wrote down about a write before it was gone; the name of the write.
pub(super) fn left(desk: &Desk, line: &[&str], facts: &[Fact]) -> IntentId {
    let (intent, _) = begun(desk, line, (desk.session().place.clone(), facts));
    intent
}

fn begun(desk: &Desk, line: &[&str], (place, facts): (Place, &[Fact])) -> (IntentId, Journal) {
    let dry = desk
        .run(&[line, &["--dry-run", "--json"]].concat())
        .ended(Exit::Clean);
    let plan = crate::domain::plan::from_json(&dry.json()[0]["plan"]).unwrap();
    let journal = wiring::journal(&desk.settings, &desk.home.path().join("journal"));
    let intent = Journal::new_intent();
    let planned = Fact::Planned {
        place,
        plan: plan.into(),
        undoes: None,
    };
    for fact in std::iter::once(&planned).chain(facts) {
        journal.append(&intent, fact).unwrap();
    }
    (intent, journal)
}

fn told(said: &str) -> String {
    let name = said.split_whitespace().find(|word| word.len() == 36);
    let said = said.replace(name.unwrap_or("-"), "[intent]");
    let lines = said.lines().map(|line| match line.find("begun      ") {
        Some(_) => "  begun      [when]",
        None => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn what_was_not_sent_can_be_finished_or_given_up() {
    let desk = Desk::new();
    desk.run(&["recover"]).ended(Exit::Clean);
    let intent = left(&desk, &["delete", KEY], &[]);
    let list = desk.run(&["recover"]).ended(Exit::Findings);
    insta::assert_snapshot!(told(&list.out));
    let line = &desk
        .run(&["recover", "--json"])
        .ended(Exit::Findings)
        .json()[0];
    assert_eq!(line["intent"], *intent.0);
    assert_eq!(line["choices"], serde_json::json!(["finish", "drop"]));

    desk.run(&["recover", "--drop"]).ended(Exit::Usage);
    let dropped = desk.run(&["recover", &intent.0[..20], "--drop", "--yes", "--json"]);
    assert_eq!(dropped.ended(Exit::Clean).json()[0]["ending"], "given-up");
    assert_eq!(desk.full(), text(r#"["lunch"]"#));
    desk.run(&["recover"]).ended(Exit::Clean);
    let closed = desk
        .run(&["recover", &intent.0, "--finish", "--yes"])
        .ended(Exit::Refused);
    assert!(closed.err.contains("is closed"), "{}", closed.err);
}

#[test]
fn a_value_that_arrived_without_its_lite_document_is_finished() {
    let desk = Desk::new();
    let file = desk.file("value.json", &text(r#"["trip"]"#));
    let facts = [
        Fact::Submitting {
            attempt: 1,
            boot: None,
            alone: false,
        },
        Fact::Submitted,
    ];
    let line = ["put", KEY, &file, "--as-is"];
    left(&desk, &line, &facts);
    desk.values
        .put(KEY, Codec::Base64.encode(&text(r#"["trip"]"#)));
    let list = desk.run(&["recover"]).ended(Exit::Findings);
    insta::assert_snapshot!(told(&list.out));
    let done = desk
        .run(&["recover", "--finish", "--yes", "--json"])
        .ended(Exit::Clean);
    assert_eq!(done.json()[0]["ending"], "done");
    assert_eq!(done.json()[0]["state"], "agrees");
    assert_eq!(done.json()[0]["version"], 3);
}

#[test]
fn what_somebody_else_wrote_meanwhile_is_not_overwritten() {
    let desk = Desk::new();
    let file = desk.file("value.json", &text(r#"["trip"]"#));
    left(
        &desk,
        &["put", KEY, &file],
        &[Fact::Submitting {
            attempt: 1,
            boot: None,
            alone: false,
        }],
    );
    desk.values
        .put(KEY, Codec::Base64.encode(&text(r#"["theirs"]"#)));
    let before = desk.both();
    let refused = desk
        .run(&["recover", "--finish", "--yes"])
        .ended(Exit::Refused);
    assert!(refused.err.contains("left alone"), "{}", refused.err);
    assert_eq!(desk.both(), before);
    desk.run(&["recover", "--drop", "--yes"]).ended(Exit::Clean);
    assert_eq!(desk.both(), before);
}

#[test]
fn writes_of_other_stores_and_of_running_programs_are_named_and_left_alone() {
    let desk = Desk::new();
    let other = Place {
        mongo: "db.example:27017".to_owned(),
        database: "memsys".to_owned(),
        stream: "0x01".to_owned(),
    };
    let (_, ended) = begun(&desk, &["delete", KEY], (other, &[]));
    drop(ended);
    let (_, running) = begun(&desk, &["delete", KEY], (desk.session().place.clone(), &[]));
    let before = desk.both();
    let list = desk.run(&["recover"]).ended(Exit::Findings);
    assert!(
        list.out
            .contains("it is for other stores: db.example:27017/memsys"),
        "{}",
        list.out
    );
    assert!(
        list.out.contains("another program that runs holds it"),
        "{}",
        list.out
    );
    for decision in ["--finish", "--drop"] {
        desk.run(&["recover", decision, "--yes"])
            .ended(Exit::Refused);
    }
    assert_eq!(desk.both(), before);
    drop(running);
    desk.run(&["recover", "--finish", "--yes"])
        .ended(Exit::Findings);
    assert_eq!(desk.lite(), None);
    assert_eq!(desk.stored().version(), Some(Version(3)));
}

#[test]
fn a_text_that_an_unfinished_write_may_need_is_not_given_up() {
    let desk = Desk::new();
    let file = desk.file("value.json", &text(r#"["trip"]"#));
    desk.draft(2, &text(r#"["trip"]"#));
    let (intent, running) = begun(
        &desk,
        &["put", KEY, &file, "--as-is"],
        (desk.session().place.clone(), &[]),
    );
    let refused = || {
        let refused = desk
            .run(&["edit", KEY, "--discard", "--yes"])
            .ended(Exit::Refused);
        let said = format!("an unfinished write may still need a draft of {KEY}: {intent}");
        assert!(refused.err.contains(&said), "{}", refused.err);
        assert!(
            refused.err.contains("nothing was removed"),
            "{}",
            refused.err
        );
        assert_eq!(desk.drafts(), 1);
    };
    refused();
    drop(running);
    refused();
    let list = desk.run(&["recover"]).ended(Exit::Findings);
    assert!(
        list.err.contains("an unfinished write may still need it"),
        "{}",
        list.err
    );
    assert!(!list.err.contains("--discard"), "{}", list.err);
    desk.run(&["recover", &intent.0, "--drop", "--yes"])
        .ended(Exit::Clean);
    assert_eq!(desk.drafts(), 1, "the write was given up, not the text");
    desk.run(&["edit", KEY, "--discard", "--yes"])
        .ended(Exit::Clean);
    assert_eq!(desk.drafts(), 0);
}

#[test]
fn a_protected_profile_wants_its_name_before_a_write_is_taken_up_or_given_up() {
    let mut desk = Desk::new();
    let intent = left(&desk, &["delete", KEY], &[]);
    desk.settings.session.protected = true;
    desk.settings.profile = Some("live".to_owned());
    for decision in ["--finish", "--drop"] {
        let alone = desk
            .run(&["recover", &intent.0, decision, "--yes"])
            .ended(Exit::Refused);
        assert!(alone.err.contains("--expect live"), "{}", alone.err);
        desk.run(&["recover", decision, "--yes", "--expect", "staging"])
            .ended(Exit::Refused);
    }
    assert_eq!(desk.full(), text(r#"["lunch"]"#));
    desk.run(&["recover", "--drop", "--yes", "--expect", "live"])
        .ended(Exit::Clean);
}

#[test]
fn a_session_that_cannot_write_lists_what_is_open_and_takes_nothing_up() {
    let mut desk = Desk::new();
    let intent = left(&desk, &["delete", KEY], &[]);
    desk.settings.session.read_only = true;
    let list = desk.run(&["recover"]).ended(Exit::Findings);
    for said in [
        &*intent.0,
        KEY,
        "nothing has left this machine",
        "read-only",
    ] {
        assert!(list.out.contains(said), "{said}: {}", list.out);
    }
    let json = desk
        .run(&["recover", "--json"])
        .ended(Exit::Findings)
        .json();
    assert_eq!(json[0]["intent"], *intent.0);
    assert_eq!(json[0]["choices"], serde_json::json!([]));
    for decision in ["--finish", "--drop"] {
        let refused = desk
            .run(&["recover", decision, "--yes"])
            .ended(Exit::Refused);
        assert!(refused.err.contains("read-only"), "{}", refused.err);
    }
    desk.settings.session.read_only = false;
    desk.run(&["recover", "--drop", "--yes"]).ended(Exit::Clean);
    desk.settings.session.read_only = true;
    desk.run(&["recover"]).ended(Exit::Clean);
}

#[test]
fn what_was_begun_first_is_finished_first_and_what_is_only_awaited_last() {
    let mut desk = Desk::new();
    let second = "memcells:6979da5797f9041fc0aa0640";
    let file = desk.file("value.json", &text("[]").replace("063f", "0640"));
    let submitting = Fact::Submitting {
        attempt: 1,
        boot: None,
        alone: false,
    };
    let third = "memcells:6979da5797f9041fc0aa0641";
    let other = desk.file("other.json", &text("[]").replace("063f", "0641"));
    let awaited = [submitting, Fact::Submitted];
    let awaited = left(&desk, &["put", third, &other], &awaited);
    let first = left(&desk, &["soft-delete", KEY], &[]);
    let second = left(&desk, &["put", second, &file], &[]);
    desk.settings.writer.patience = Duration::from_millis(300);
    let done = ["recover", "--finish", "--yes", "--json"];
    let done = desk.run(&done).ended(Exit::Unknown).json();
    let intents: Vec<&str> = done
        .iter()
        .filter_map(|line| line["intent"].as_str())
        .collect();
    assert_eq!(intents, [&*first.0, &*second.0, &*awaited.0]);
}

#[test]
fn the_draft_of_a_text_goes_when_recover_ends_its_write_and_stays_when_that_is_given_up() {
    for (decision, left_over) in [("--drop", 2), ("--finish", 1)] {
        let desk = Desk::new();
        let file = desk.file("value.json", &text(r#"["lunch","trip"]"#));
        left(&desk, &["put", KEY, &file], &[]);
        // As the editor left it, and one that says something else.
        let typed: serde_json::Value = serde_json::from_str(&text(r#"["lunch","trip"]"#)).unwrap();
        let typed = serde_json::to_string_pretty(&typed).unwrap();
        let typed = typed.replace("1.2345678901234567e+19", "12345678901234567890.50");
        desk.draft(2, &typed);
        desk.draft(2, &typed.replace("trip", "walk"));
        let ended = desk.run(&["recover", decision, "--yes"]).ended(Exit::Clean);
        let kept = ended
            .err
            .matches("the text that was typed is kept in")
            .count();
        assert_eq!(kept, left_over - 1, "{}", ended.err);
        assert_eq!(desk.drafts(), left_over, "{}", ended.err);
    }
}

#[test]
fn a_document_with_an_open_write_is_not_written_to_unless_that_is_said() {
    let desk = Desk::new();
    let file = desk.file("value.json", &text(r#"["trip"]"#));
    let intent = left(&desk, &["put", KEY, &file], &[]);
    let before = desk.both();
    let named = format!("write {intent} (edit, begun ");
    let first = format!("is still open; `dualscope recover {intent}` first");
    let lines: [&[&str]; 6] = [
        &["put", KEY, &file],
        &["edit", KEY],
        &["delete", KEY],
        &["soft-delete", KEY],
        &["rebuild-lite", KEY],
        &["put-back", KEY, "--version", "1"],
    ];
    for line in lines {
        let refused = desk.run(&[line, &["--yes"]].concat());
        if line[0] == "rebuild-lite" {
            // There is nothing to do, so nothing stands in its way.
            refused.ended(Exit::Clean);
            continue;
        }
        let refused = refused.ended(Exit::Refused);
        for said in [&named, &first, "nothing was written"] {
            assert!(refused.err.contains(said), "{line:?}: {}", refused.err);
        }
    }
    assert_eq!(desk.both(), before);
    let dry = desk.run(&["delete", KEY, "--dry-run"]).ended(Exit::Clean);
    assert!(
        dry.out.contains(&named) && dry.out.contains(&first),
        "{}",
        dry.out
    );
    let plan = ["delete", KEY, "--dry-run", "--json"];
    let plan = desk.run(&plan).ended(Exit::Clean).out;
    assert!(plan.contains("is still open"), "{plan}");
    let plan = desk.file("plan.json", &plan);
    desk.run(&["apply", &plan, "--yes"]).ended(Exit::Refused);
    assert_eq!(desk.both(), before);

    // Another document has nothing to do with it, and recover is what it is for.
    let done = ["delete", KEY, "--yes", "--despite-open"];
    let done = desk.run(&done).ended(Exit::Clean);
    assert!(done.err.contains(&format!("note: {named}")), "{}", done.err);
    assert_eq!(desk.lite(), None);
    desk.run(&["recover", "--drop", "--yes"]).ended(Exit::Clean);
    desk.run(&["undo", "--yes"]).ended(Exit::Clean);
    assert_eq!(desk.lite(), before.0);
}

#[test]
fn an_undo_of_what_was_given_up_half_done_names_the_commands_that_help() {
    for (line, helps) in [
        (&["put", KEY, "FILE"][..], "rebuild-lite"),
        (&["delete", KEY], "delete"),
    ] {
        let desk = Desk::new();
        let file = desk.file("value.json", &text(r#"["trip"]"#));
        let line: Vec<&str> = line
            .iter()
            .map(|word| if *word == "FILE" { &*file } else { *word })
            .collect();
        let sending = Fact::Submitting {
            attempt: 1,
            boot: None,
            alone: false,
        };
        let as_is: &[&str] = if helps == "delete" { &[] } else { &["--as-is"] };
        let intent = left(&desk, &[&line, as_is].concat(), &[sending, Fact::Submitted]);
        if helps == "delete" {
            desk.values.delete(KEY);
        } else {
            let text = text(r#"["trip"]"#);
            desk.values.put(KEY, Codec::Base64.encode(&text));
        }
        let open = desk.run(&["undo", "--yes"]).ended(Exit::Refused);
        let next = format!("`dualscope recover {intent}` brings it to its end first");
        assert!(open.err.contains(&next), "{}", open.err);

        desk.run(&["recover", "--drop", "--yes"]).ended(Exit::Clean);
        let before = desk.both();
        let refused = desk.run(&["undo", "--yes"]).ended(Exit::Refused);
        for said in [
            format!("write {intent} ("),
            "was given up half done".to_owned(),
            format!("`dualscope put-back {KEY} --version 2` brings back what was there before"),
            format!("`dualscope {helps} {KEY}`"),
        ] {
            assert!(refused.err.contains(&said), "{said}: {}", refused.err);
        }
        assert_eq!(desk.both(), before);
        // what it names helps
        desk.run(&["put-back", KEY, "--version", "2", "--yes"])
            .ended(Exit::Clean);
        assert_eq!(desk.full(), text(r#"["lunch"]"#));
    }
}
