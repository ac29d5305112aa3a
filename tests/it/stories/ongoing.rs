//! What a person is told, and can do, while a write is on its way and when it ends.

use dualscope::app::Effect;
use dualscope::app::command::{Availability, Command};
use dualscope::app::layer::LayerKind;
use dualscope::domain::Key;
use dualscope::domain::intent::{Choice, ENDINGS, Ending, Owner};
use dualscope::task::spec::{TaskId, TaskSpec};
use pretty_assertions::assert_eq;

use super::unfinished::left_open;
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

/// A delete of an earlier run that was taken up again and has not ended; its document is shown.
fn taken_up() -> (Driver, Key, TaskId) {
    let (mut driver, key) = left_open(Owner::Gone, false, &[Choice::Finish, Choice::Later]);
    driver.keys("f");
    let is_resume = |spec: &TaskSpec| matches!(spec, TaskSpec::Resume { .. });
    let task = driver.expect_start(is_resume);
    driver.keys("<enter>");
    driver.answer(driver.expect_start(is_inspect));
    assert_eq!(driver.app.selected_key(), Some(&key));
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
fn a_write_that_was_taken_up_again_is_on_its_way_like_any_other() {
    let (mut driver, key, task) = taken_up();
    for (keys, what) in [("e", "edit"), ("u", "undo"), ("<ctrl-r>", "redo")] {
        driver.keys(keys);
        driver.must_see(&format!(
            "{what}: your write of this document is still on its way; w shows it"
        ));
    }
    assert!(
        driver
            .running(|spec| is_inspect(spec) || is_undo(spec))
            .is_empty()
    );
    driver.keys("w");
    driver.must_see("finish write left-open");
    driver.keys("<esc>");
    driver.answer(task);
    driver.must_see("deleted, read back from both stores");
    driver.keys("u");
    driver.answer(driver.expect_start(is_undo));
    driver.must_see(&key.to_string());
    driver.must_see("Undo a write to 1 document");
}

#[test]
fn no_command_leads_to_a_review_of_what_is_being_written() {
    let (mut driver, _, task) = deleting();
    driver.wait(1_001);
    for (keys, command) in [
        ("e", Command::Edit),
        ("E", Command::EditOutside),
        ("A", Command::Duplicate),
        ("d", Command::SoftDelete),
        ("D", Command::Delete),
        ("t", Command::Restore),
        ("r", Command::Rebuild),
    ] {
        assert!(matches!(
            command.availability(&driver.app),
            Availability::No(_)
        ));
        driver.keys(keys);
        driver.must_see(&format!(
            "{}: your write of this document is still on its way; w shows it",
            command.short()
        ));
        assert!(driver.running(is_inspect).is_empty(), "{keys}");
    }
    driver.keys("j");
    driver.wait(300);
    driver.answer(driver.expect_start(is_inspect));
    driver.keys("D");
    driver.answer(driver.expect_start(is_inspect));
    driver.must_see("Delete 1 document");
    driver.keys("nk");
    driver.wait(300);
    driver.fail(task, gone());
    driver.settle();
    driver.keys("D");
    driver.answer(driver.expect_start(is_inspect));
    driver.must_see("Delete 1 document");
}

#[test]
fn an_older_version_is_not_put_back_over_what_is_being_written() {
    let (mut driver, key, task) = deleting();
    driver.keys("H");
    let is_history = |spec: &TaskSpec| matches!(spec, TaskSpec::History { .. });
    driver.answer(driver.expect_start(is_history));
    driver.must_see(&format!("Versions of {key}"));
    driver.keys("u");
    driver.must_see("put back: your write of this document is still on its way");
    assert!(driver.running(is_inspect).is_empty());
    driver.answer(task);
    driver.keys("u");
    assert!(!driver.running(is_inspect).is_empty());
}

#[test]
fn what_is_taken_up_already_is_not_taken_up_twice_nor_given_up() {
    let (mut driver, key) = left_open(Owner::Gone, false, &[Choice::Finish, Choice::Drop]);
    driver.keys("f");
    let is_resume = |spec: &TaskSpec| matches!(spec, TaskSpec::Resume { .. });
    driver.expect_start(is_resume);
    for (keys, what) in [("f", "finish"), ("x", "give up")] {
        driver.keys(keys);
        driver.must_see(&format!("{what}: your write of {key} is still on its way"));
    }
    driver.expect_start(is_resume);
}

#[test]
fn a_write_that_was_taken_up_while_a_plan_was_read_for_is_not_reviewed_over() {
    let (mut driver, _) = left_open(Owner::Gone, false, &[Choice::Finish]);
    driver.keys("<enter>");
    driver.settle();
    driver.keys("D");
    let read = driver.expect_start(is_inspect);
    driver.keys("W");
    driver.answer(driver.expect_start(|spec| *spec == TaskSpec::Survey));
    driver.keys("f<esc>");
    driver.answer(read);
    driver.must_see("delete: your write of this document is still on its way");
    assert!(driver.app.review().is_none());
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

    for (word, pause) in [("", 900), ("e", 900), ("es", 2_900)] {
        let (mut driver, ..) = deleting();
        driver.keys(word);
        driver.wait(pause);
        driver.keys("<enter>");
        assert!(
            !driver.app.is_zoomed(),
            "y{word} and enter after {pause} ms"
        );
        driver.keys("<enter>");
        assert!(driver.app.is_zoomed(), "the second one is for the list");
    }
    let (mut driver, ..) = deleting();
    driver.wait(1_001);
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
    let said = format!("nothing was touched: {key}: the value has 2614278 bytes");
    driver.ends(task, Ending::Refused, &said);
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
    driver.ends(task, ending, "as it is");
    let leaves = driver.effects.contains(&Effect::Exit);
    // what nobody sees on the screen any more is told behind it
    assert_eq!(driver.app.parting().len(), usize::from(leaves));
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
    driver.ends(first, Ending::Unknown, "as it is");
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
