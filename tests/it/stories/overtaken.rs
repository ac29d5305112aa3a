//! A text that somebody overtook: never lost, and never over theirs without being looked at.

use dualscope::app::command::Context;
use dualscope::app::layer::LayerKind;
use dualscope::domain::Key;
use dualscope::domain::intent::Ending;
use dualscope::task::event::Outcome;
use dualscope::task::spec::TaskSpec;
use pretty_assertions::assert_eq;

use super::editing::{edit, editing, is_editing, type_into};
use super::writing::sent;
use crate::support::driver::{Driver, is_inspect};

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
    driver.keys("<ctrl-s>y");
    let task = sent(&driver);
    let text = driver.rows.text(&key).unwrap();
    driver.rows.foreign(&key, &theirs(&text));
    let TaskSpec::Write { plan, .. } = driver.spec(task) else {
        unreachable!()
    };
    let said = "the value was changed by somebody else meanwhile".to_owned();
    let written = driver
        .rows
        .pen
        .end(&driver.rows, &plan, (Ending::Conflict, said));
    driver.finish(task, Outcome::from(written));
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
fn what_both_changed_is_left_to_the_person() {
    let (mut driver, _) = overtaken(|text| with(text, "summary", "Theirs."));
    driver.must_see("changed by both: /summary");
    driver.keys("r");
    assert!(is_editing(&driver));
    driver.must_see("theirs stands where both changed it: /summary");
    let (line, _) = edit(&driver).cursor();
    assert!(edit(&driver).lines()[line].contains("Theirs."));
    assert_eq!(driver.drafts.len(), 1, "my text is still a draft");
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
