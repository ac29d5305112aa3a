//! What a person is told, and can do, while a write is on its way and when it ends.

use dualscope::app::Effect;
use dualscope::app::layer::LayerKind;
use dualscope::domain::Key;
use dualscope::domain::intent::{ENDINGS, Ending};
use dualscope::task::event::Outcome;
use dualscope::task::spec::{TaskId, TaskSpec};
use pretty_assertions::assert_eq;

use super::writing::{is_write, on_a_healthy_row, sent};
use crate::support::driver::{Driver, gone, is_inspect};

/// A delete that was let pass and has not ended.
fn deleting() -> (Driver, Key, TaskId) {
    let mut driver = Driver::writing();
    let key = on_a_healthy_row(&mut driver);
    driver.keys("D");
    driver.answer(driver.expect_start(is_inspect));
    driver.keys("y");
    let task = sent(&driver);
    (driver, key, task)
}

fn is_undo(spec: &TaskSpec) -> bool {
    matches!(spec, TaskSpec::PlanUndo(_))
}

#[test]
fn what_is_not_written_yet_is_not_taken_back() {
    let (mut driver, key, task) = deleting();
    for (keys, what) in [("u", "undo"), ("<ctrl-r>", "redo")] {
        driver.keys(keys);
        driver.must_see(&format!(
            "{what}: your write of this document is still on its way; w shows it"
        ));
    }
    driver.keys("j");
    driver.wait(300);
    driver.keys("u");
    driver.must_see(&format!("undo: your write of {key} is still on its way"));
    assert!(driver.running(is_undo).is_empty());
    driver.answer(task);
    driver.keys("u");
    driver.answer(driver.expect_start(is_undo));
    driver.must_see("Undo a write to 1 document");
}

#[test]
fn the_rest_of_a_typed_yes_is_not_for_the_list() {
    let (mut driver, ..) = deleting();
    driver.keys("e");
    driver.wait(400);
    driver.keys("s");
    driver.wait(400);
    driver.keys("<enter>");
    driver.must_see("on its way");
    assert_eq!(driver.app.top_layer(), LayerKind::Browse);
    assert!(driver.running(is_inspect).is_empty());
    driver.keys("s");
    assert_eq!(driver.app.top_layer(), LayerKind::Menu, "the word is over");

    let (mut driver, ..) = deleting();
    driver.wait(501);
    driver.keys("e");
    driver.must_see("still on its way");
    let (mut driver, ..) = deleting();
    driver.keys("s");
    assert_eq!(driver.app.top_layer(), LayerKind::Menu, "that is no yes");
}

#[test]
fn the_reason_of_a_refusal_is_said_once_and_where_it_is_not_cut_off() {
    let (mut driver, key, task) = deleting();
    driver.resize(80, 24);
    let TaskSpec::Write { plan, .. } = driver.spec(task) else {
        unreachable!()
    };
    let said = format!("nothing was touched: {key}: the value has 2614278 bytes");
    let end = driver
        .rows
        .pen
        .end(&driver.rows, &plan, (Ending::Refused, said));
    driver.finish(task, Outcome::from(end));
    driver.must_see("refused, nothing was touched: the value has 2614278 bytes;");
    let said = &driver.app.notices().shown().unwrap().text;
    assert_eq!(
        *said,
        format!(
            "refused, nothing was touched: the value has 2614278 bytes; {key} (w shows its steps)"
        )
    );
}

#[test]
fn the_question_how_to_leave_goes_with_the_write() {
    let (mut driver, _, task) = deleting();
    driver.keys("q");
    driver.must_see("1 write under way");
    driver.must_see("▸ back");
    driver.keys("nothing");
    driver.must_see("leave now");
    driver.answer(task);
    assert_eq!(driver.app.top_layer(), LayerKind::Browse);
    driver.must_see("deleted, read back from both stores");

    let (mut driver, _, task) = deleting();
    driver.keys("q");
    driver.fail(task, gone());
    assert_eq!(driver.app.top_layer(), LayerKind::Browse);
    assert!(!driver.effects.contains(&Effect::Exit));
}

#[test]
fn a_write_that_could_not_be_done_ends_the_wish_to_leave() {
    let (mut driver, _, task) = deleting();
    driver.keys("qw<enter>");
    driver.must_see("leaving when the writing has ended");
    driver.fail(task, gone());
    driver.must_see("MongoDB at db:27017 does not answer");
    driver.keys("d");
    driver.answer(driver.expect_start(is_inspect));
    driver.keys("y");
    driver.answer(sent(&driver));
    driver.settle();
    assert!(!driver.effects.contains(&Effect::Exit));
}

/// Whether somebody who waits to leave is gone when the write has ended like this.
fn leaves(ending: Ending) -> bool {
    let (mut driver, _, task) = deleting();
    driver.keys("qw<enter>");
    driver.must_see("leaving when the writing has ended");
    let TaskSpec::Write { plan, .. } = driver.spec(task) else {
        unreachable!()
    };
    let end = (ending, "as it is".to_owned());
    let written = driver.rows.pen.end(&driver.rows, &plan, end);
    driver.finish(task, Outcome::from(written));
    let leaves = driver.effects.contains(&Effect::Exit);
    if !leaves {
        driver.must_see(ending.row().said);
        driver.keys("d");
        driver.answer(driver.expect_start(is_inspect));
        driver.keys("y");
        driver.settle();
        assert!(
            !driver.effects.contains(&Effect::Exit),
            "the wish to leave ends with it"
        );
    }
    leaves
}

#[test]
fn who_waits_to_leave_leaves_only_after_done() {
    for row in &ENDINGS {
        let done = row.ending == Ending::Done;
        assert_eq!(leaves(row.ending), done, "{}", row.name);
    }
}

#[test]
fn one_of_two_writes_that_is_not_done_keeps_who_waits_to_leave() {
    let (mut driver, _, first) = deleting();
    driver.keys("j");
    driver.wait(300);
    driver.answer(driver.expect_start(is_inspect));
    driver.keys("D");
    driver.answer(driver.expect_start(is_inspect));
    driver.keys("y");
    let second = *driver.running(is_write).last().unwrap();
    driver.keys("qw<enter>");
    let TaskSpec::Write { plan, .. } = driver.spec(first) else {
        unreachable!()
    };
    let end = (Ending::Unknown, "as it is".to_owned());
    let written = driver.rows.pen.end(&driver.rows, &plan, end);
    driver.finish(first, Outcome::from(written));
    driver.answer(second);
    assert!(!driver.effects.contains(&Effect::Exit));
}

#[test]
fn a_write_that_can_not_be_taken_up_again_keeps_who_waits_to_leave() {
    let mut driver = super::unfinished::left_open_at((120, 40));
    driver.keys("f");
    let is_resume = |spec: &TaskSpec| matches!(spec, TaskSpec::Resume { .. });
    let task = driver.expect_start(is_resume);
    driver.keys("q<esc>qw<enter>");
    driver.must_see("leaving when the writing has ended");
    driver.fail(task, gone());
    driver.must_see("MongoDB at db:27017 does not answer");
    assert!(!driver.effects.contains(&Effect::Exit));
}
