//! A text that somebody overtook: never lost, and never over theirs without being looked at.

use dualscope::app::command::Context;
use dualscope::app::edit::Verdict;
use dualscope::app::layer::LayerKind;
use dualscope::domain::Key;
use dualscope::domain::intent::Ending;
use dualscope::task::spec::TaskSpec;
use pretty_assertions::assert_eq;

use super::editing::{edit, editing, is_editing, review, type_into};
use super::writing::{is_write, on_a_healthy_row, sent};
use crate::support::driver::{Driver, gone, is_inspect};

/// A text with another value of a member, spelled as another program would.
pub(crate) fn with(text: &str, member: &str, value: &str) -> String {
    let mut json: serde_json::Value = serde_json::from_str(text).unwrap();
    json[member] = value.into();
    json.to_string()
}

/// Somebody else writes while a text is typed; then the text is sent.
pub(crate) fn overtaken(theirs: impl FnOnce(&str) -> String) -> (Driver, Key) {
    let (mut driver, key) = editing();
    type_into(&mut driver, "\"summary\"", " Mine.");
    review(&mut driver);
    driver.keys("y");
    let task = sent(&driver);
    let text = driver.rows.text(&key).unwrap();
    driver.rows.foreign(&key, &theirs(&text));
    let said = "the value was changed by somebody else meanwhile";
    driver.ends(task, Ending::Conflict, said);
    assert_eq!(
        driver.app.active_context(),
        Context::Versus,
        "{}",
        driver.screen()
    );
    (driver, key)
}

#[test]
fn a_text_that_was_overtaken_is_made_again_on_top_of_theirs() {
    let (mut driver, key) = overtaken(|text| with(text, "subject", "Theirs"));
    driver.must_see("What you changed");
    driver.must_see("your changes fit into what is there now");
    driver.keys("r");
    driver.answer(driver.expect_start(is_inspect));
    driver.must_see("Edit 1 document");
    driver.must_see("+  /summary:");
    assert!(!driver.sees("/subject"), "theirs is no change of mine");
    driver.keys("y");
    driver.settle();
    let text = driver.rows.text(&key).unwrap();
    assert!(text.contains("Theirs") && text.contains(" Mine."), "{text}");
    assert!(driver.drafts.is_empty());
}

#[test]
fn the_draft_of_a_text_that_is_all_stored_already_goes_when_it_is_made_again() {
    let (mut driver, key) = overtaken(|text| {
        let json: serde_json::Value = serde_json::from_str(text).unwrap();
        let summary = format!("{} Mine.", json["summary"].as_str().unwrap());
        with(text, "summary", &summary)
    });
    assert_eq!(driver.drafts.len(), 1);
    driver.keys("r");
    driver.must_see("what is stored now says all of your text; its draft is gone");
    assert!(driver.drafts.is_empty());
    assert_eq!(driver.app.top_layer(), LayerKind::Browse);
    assert!(driver.running(is_write).is_empty(), "{key}");
}

#[test]
fn what_both_changed_is_left_to_the_person_and_mine_is_not_lost() {
    let (mut driver, key) = overtaken(|text| {
        let text = with(text, "subject", "Theirs too");
        with(&text, "summary", "Theirs.")
    });
    driver.must_see("changed by both: /summary");
    driver.keys("r");
    assert!(is_editing(&driver));
    driver.must_see("yours stands where both changed it: /summary");
    let (line, _) = edit(&driver).cursor();
    let lines = edit(&driver).lines();
    assert!(lines[line].ends_with(" Mine.\","), "{}", lines[line]);
    assert!(
        lines.len() > 15 && lines.iter().any(|line| line.starts_with("  \"subject\"")),
        "laid out as always: {lines:?}"
    );
    driver.wait(1_000);
    let [draft] = driver.drafts.as_slice() else {
        panic!("one draft")
    };
    assert!(draft.text.text.contains(" Mine.") && draft.text.text.contains("Theirs too"));
    review(&mut driver);
    driver.must_see("-  /summary: \"Theirs.\"");
    assert!(!driver.sees("/subject"), "theirs is no change of mine");
    driver.keys("y");
    driver.settle();
    let text = driver.rows.text(&key).unwrap();
    assert!(
        text.contains("Theirs too") && text.contains(" Mine."),
        "{text}"
    );
}

#[test]
fn what_was_written_while_a_text_was_typed_comes_up_before_the_review() {
    let (mut driver, key) = editing();
    type_into(&mut driver, "\"summary\"", " Mine.");
    let text = driver.rows.text(&key).unwrap();
    driver.rows.foreign(&key, &with(&text, "subject", "Theirs"));
    review(&mut driver);
    assert_eq!(driver.app.active_context(), Context::Versus);
    driver.must_see(&format!("{key} was written again meanwhile"));
    driver.must_see("your changes fit");
    driver.keys("y");
    assert!(driver.running(is_write).is_empty());
    assert_eq!(driver.drafts.len(), 1, "the text is kept");
}

#[test]
fn a_review_comes_up_only_for_the_text_that_it_was_asked_for() {
    let (mut driver, _) = editing();
    type_into(&mut driver, "\"summary\"", " Mine.");
    driver.keys("<ctrl-s>");
    driver.must_see("reading what is stored now");
    driver.keys("y");
    driver.answer(driver.expect_start(is_inspect));
    assert!(is_editing(&driver), "the y is text: {}", driver.screen());
    driver.must_see("not begun, since you went on");

    driver.keys("<ctrl-s>");
    driver.fail(driver.expect_start(is_inspect), gone());
    assert!(is_editing(&driver));
    driver.must_see("MongoDB at db:27017 does not answer");
    assert!(matches!(edit(&driver).verdict, Verdict::Good { .. }));
    review(&mut driver);
    driver.must_see("Edit 1 document");
}

#[test]
fn a_text_on_its_way_is_no_draft_to_go_on_with() {
    let (mut driver, _) = editing();
    type_into(&mut driver, "\"summary\"", " Mine.");
    review(&mut driver);
    driver.keys("y");
    let task = sent(&driver);
    driver.wait(1_000);
    driver.keys("e");
    driver.must_see("edit: your write of this document is still on its way; w shows it");
    assert!(driver.running(is_inspect).is_empty());
    driver.keys("j");
    driver.wait(300);
    driver.answer(driver.expect_start(is_inspect));
    driver.keys("e");
    driver.answer(driver.expect_start(is_inspect));
    assert!(is_editing(&driver), "another document is free");
    driver.keys("<esc>k");
    driver.wait(300);
    driver.answer(task);
    driver.settle();
    driver.keys("e");
    driver.answer(driver.expect_start(is_inspect));
    assert!(is_editing(&driver), "{}", driver.screen());
}

#[test]
fn an_overtaken_text_can_be_kept_or_given_up() {
    let (mut driver, _) = overtaken(|text| text.replacen('{', "{ ", 1));
    driver.keys("<esc>");
    assert_eq!(driver.app.top_layer(), LayerKind::Browse);
    assert_eq!(driver.drafts.len(), 1);
    let (mut driver, _) = overtaken(|text| text.replacen('{', "{ ", 1));
    driver.keys("x");
    assert!(driver.drafts.is_empty());
    driver.must_see("given up");
}

#[test]
fn a_draft_whose_value_was_written_again_is_compared_first() {
    let (mut driver, key) = editing();
    type_into(&mut driver, "\"summary\"", " Mine.");
    driver.keys("<esc><down><enter>");
    let text = driver.rows.text(&key).unwrap();
    let theirs = with(&text, "subject", "Theirs");
    driver.rows.foreign(&key, &theirs);
    driver.keys("e");
    driver.answer(driver.expect_start(is_inspect));
    driver.must_see("; the value has changed");
    driver.keys("<enter>");
    driver.answer(driver.expect_start(is_inspect));
    assert_eq!(driver.app.active_context(), Context::Versus);
    driver.must_see("your changes fit");
}

#[test]
fn a_delete_that_somebody_wrote_over_is_not_taken_back_and_both_texts_are_shown() {
    let mut driver = Driver::writing();
    let key = on_a_healthy_row(&mut driver);
    let text = driver.rows.text(&key).unwrap();
    driver.keys("D");
    driver.answer(driver.expect_start(is_inspect));
    driver.keys("y");
    driver.settle();
    let theirs = with(&text, "summary", "Theirs.");
    driver.rows.foreign(&key, &theirs);
    driver.keys("u");
    driver.answer(driver.expect_start(|spec| matches!(spec, TaskSpec::PlanUndo(_))));
    assert_eq!(driver.app.active_context(), Context::Versus);
    driver.must_see(&format!("{key} was written again meanwhile"));
    driver.must_see("your write left no text");
    driver.must_see("compared with the text before your write");
    driver.must_see("Theirs.");
    driver.keys("r");
    driver.must_see("edit instead");
    driver.keys("<esc>");
    driver.must_see("nothing was written");
    assert_eq!(driver.rows.text(&key).as_deref(), Some(&*theirs));
}
