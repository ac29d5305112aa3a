//! A journal that a disk or a person has damaged: what is whole is told, and nothing is decided from
//! the rest.

use std::fs;

use super::left_open::left;
use super::{Desk, KEY};
use crate::cli::exit::Exit;
use crate::domain::intent::{Fact, IntentId};

/// A delete whose program was gone while the value was submitted.
fn submitting(desk: &Desk) -> IntentId {
    let fact = Fact::Submitting {
        attempt: 1,
        boot: None,
        alone: false,
    };
    left(desk, &["delete", KEY], &[fact])
}

#[test]
fn nothing_is_decided_from_a_damaged_file_until_it_is_put_aside() {
    let desk = Desk::new();
    let intent = submitting(&desk);
    let folder = desk.home.path().join("journal");
    let file = fs::read_dir(&folder).unwrap().next().unwrap().unwrap();
    let name = file.file_name().into_string().unwrap();
    let whole = fs::read(file.path()).unwrap();
    desk.run(&["journal", "--set-aside", &name, "--yes"])
        .ended(Exit::Refused);
    let first = whole.split_inclusive(|byte| *byte == b'\n').next().unwrap();
    let damaged = [first, b"a line that nobody wrote\n", &whole[first.len()..]].concat();
    fs::write(file.path(), &damaged).unwrap();

    let before = desk.both();
    let list = desk.run(&["recover"]).ended(Exit::Findings);
    assert!(
        list.out.contains("can't be read to its end"),
        "{}",
        list.out
    );
    assert!(!list.out.contains("can do"), "{}", list.out);
    for decision in ["--finish", "--drop"] {
        desk.run(&["recover", decision, "--yes"])
            .ended(Exit::Refused);
    }
    let hint = format!("`dualscope journal --set-aside {name}`");
    let journal = desk.run(&["journal"]).ended(Exit::Findings);
    assert!(journal.err.contains(&hint), "{}", journal.err);
    let told = desk
        .run(&["journal", "--set-aside", &name])
        .ended(Exit::Usage);
    assert!(told.err.contains("1 of them open"), "{}", told.err);
    assert!(told.err.contains(&*intent.0), "{}", told.err);
    assert_eq!(fs::read(file.path()).unwrap(), damaged);

    let elsewhere = tempfile::tempdir().unwrap();
    fs::copy(file.path(), elsewhere.path().join(&name)).unwrap();
    let other = elsewhere.path().join(&name);
    let other = other.to_str().unwrap();
    desk.run(&["journal", "--set-aside", other, "--yes"])
        .ended(Exit::Findings);
    let line = ["journal", "--set-aside", &name, "--yes", "--json"];
    let aside = desk.run(&line).ended(Exit::Clean).json();
    let kept = aside[0]["aside"].as_str().unwrap();
    assert_eq!(aside[0]["intents"], serde_json::json!([*intent.0]));
    assert_eq!(fs::read(kept).unwrap(), damaged);
    desk.run(&["journal"]).ended(Exit::Clean);
    desk.run(&["recover"]).ended(Exit::Clean);
    assert_eq!(desk.both(), before);
    desk.run(&["delete", KEY, "--yes"]).ended(Exit::Clean);
}

#[test]
fn a_damaged_journal_is_told_with_its_line_and_what_is_whole_is_still_told() {
    let desk = Desk::new();
    let intent = submitting(&desk);
    let folder = desk.home.path().join("journal");
    let file = std::fs::read_dir(folder)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let text = std::fs::read_to_string(&file).unwrap();
    let (first, second) = text.split_once('\n').unwrap();
    let broken = second.replace("submitting", "submittinh");
    std::fs::write(&file, format!("{first}\n{broken}{second}")).unwrap();
    let list = desk.run(&["journal"]).ended(Exit::Findings);
    assert!(
        list.out.contains("damaged: ") && list.out.contains(", line 2: "),
        "{}",
        list.out
    );
    assert!(list.out.contains(&*intent.0), "{}", list.out);
    let json = desk.run(&["journal", "--json"]).ended(Exit::Findings);
    assert_eq!(json.json()[1]["fault"], "damaged");
    assert_eq!(json.json()[0]["whole"], false);
}
