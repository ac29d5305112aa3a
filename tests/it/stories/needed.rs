//! A text that was typed outlives the write that has it: it can be given up when that has ended, not
//! before.

use std::sync::Arc;

use dualscope::app::command::Context;
use dualscope::domain::Key;
use dualscope::domain::intent::{Choice, Ending, Finding, Owner, Verdict};
use dualscope::domain::plan::Plan;
use dualscope::task::event::OpenIntent;
use dualscope::task::spec::{TaskId, TaskSpec};
use pretty_assertions::assert_eq;

use super::editing::{editing, review, type_into};
use super::writing::sent;
use crate::support::driver::{Driver, gone};
use crate::support::pen::story;

/// An edit that was let pass and has not ended.
fn edited() -> (Driver, Key, TaskId) {
    let (mut driver, key) = editing();
    type_into(&mut driver, "\"summary\"", " Mine.");
    review(&mut driver);
    driver.keys("y");
    let task = sent(&driver);
    driver.wait(1_001);
    assert_eq!(driver.drafts.len(), 1);
    (driver, key, task)
}

fn plan_of(driver: &Driver, task: TaskId) -> Arc<Plan> {
    match driver.spec(task) {
        TaskSpec::Write { plan, .. } => plan,
        other => panic!("{other:?}"),
    }
}

/// Asks for what is unfinished, and goes to the last thing in the list: the draft.
fn on_the_draft(driver: &mut Driver) {
    driver.keys("W");
    let survey = driver.expect_start(|spec| *spec == TaskSpec::Survey);
    driver.answer(survey);
    driver.keys("G");
    assert_eq!(driver.app.active_context(), Context::Recovery);
    driver.must_see("a text that was typed and not written");
}

#[test]
fn the_text_of_a_write_under_way_is_not_given_up() {
    let (mut driver, key, task) = edited();
    on_the_draft(&mut driver);
    driver.keys("X");
    driver.must_see("discard: your write of this document is still on its way");
    assert_eq!(driver.drafts.len(), 1);
    driver.ends(task, Ending::Conflict, "somebody else wrote first");
    driver.answer(driver.expect_start(|spec| *spec == TaskSpec::Survey));
    driver.must_see(&format!("draft of {key}"));
    driver.keys("X<down><enter>");
    driver.must_see("the draft was given up");
    assert!(driver.drafts.is_empty());
}

#[test]
fn the_text_of_an_unfinished_write_is_not_given_up() {
    let (mut driver, key, task) = edited();
    let plan = plan_of(&driver, task);
    driver.ends(task, Ending::Unknown, "nobody answered");
    driver.rows.pen.left.borrow_mut().push(OpenIntent {
        story: story("left-open", &plan),
        owner: Owner::Ours,
        elsewhere: false,
        verdict: Some(Verdict {
            finding: Finding::Untouched,
            certain: vec!["nothing was sent".to_owned()],
            uncertain: Vec::new(),
            choices: vec![Choice::Finish, Choice::Drop],
        }),
    });
    on_the_draft(&mut driver);
    driver.keys("X");
    driver
        .must_see("discard: an unfinished write may still need it: finish it or give it up first");
    assert_eq!(driver.drafts.len(), 1);

    driver.keys("ggxg<enter>");
    let is_resume = |spec: &TaskSpec| matches!(spec, TaskSpec::Resume { .. });
    driver.answer(driver.expect_start(is_resume));
    driver.answer(driver.expect_start(|spec| *spec == TaskSpec::Survey));
    driver.must_see(&format!("draft of {key}"));
    driver.keys("X<down><enter>");
    assert!(driver.drafts.is_empty());
}

#[test]
fn while_nobody_can_tell_what_is_unfinished_no_text_is_given_up() {
    let (mut driver, _, task) = edited();
    driver.fail(task, gone());
    driver.keys("W");
    driver.fail(
        driver.expect_start(|spec| *spec == TaskSpec::Survey),
        gone(),
    );
    driver.keys("GX");
    driver.must_see("discard: can't tell whether an unfinished write still needs it");
    assert_eq!(driver.drafts.len(), 1);
    driver.keys("R");
    driver.answer(driver.expect_start(|spec| *spec == TaskSpec::Survey));
    driver.keys("GX<down><enter>");
    assert!(driver.drafts.is_empty());
}
