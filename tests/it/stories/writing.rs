//! Writing from the browser: nothing without a review, nothing from what is old, and nothing said
//! to be done before the stores say so.

use dualscope::app::command::Context;
use dualscope::domain::intent::{ENDINGS, Ending};
use dualscope::domain::plan::Action;
use dualscope::domain::{Bson, Key, State};
use dualscope::task::event::{Failure, What};
use dualscope::task::spec::{TaskId, TaskSpec};
use pretty_assertions::assert_eq;

use crate::support::driver::{Driver, is_inspect};

pub(crate) fn is_write(spec: &TaskSpec) -> bool {
    matches!(spec, TaskSpec::Write { .. })
}

pub(crate) fn selected(driver: &Driver) -> Key {
    driver.app.selected_key().unwrap().clone()
}

/// Goes to a row in step and reads it.
pub(crate) fn on_a_healthy_row(driver: &mut Driver) -> Key {
    for _ in 0..20 {
        driver.keys("j");
        driver.settle();
        let shown = driver.app.viewer().inspection().unwrap();
        if shown.diagnosis.state == State::Agrees {
            return selected(driver);
        }
    }
    panic!("no row is in step");
}

/// The running write, which does not end by itself.
pub(crate) fn sent(driver: &Driver) -> TaskId {
    driver.expect_start(is_write)
}

fn answer_read(driver: &mut Driver) {
    driver.answer(driver.expect_start(is_inspect));
}

#[test]
fn a_review_shows_above_all_else_that_the_stores_would_refuse_it() {
    let mut driver = Driver::writing();
    let key = on_a_healthy_row(&mut driver);
    driver.keys("D");
    driver.answer(driver.expect_start(is_inspect));
    let asked = |spec: &TaskSpec| matches!(spec, TaskSpec::Foresee(plan) if plan.key == key);
    let asking = driver.expect_start(asked);
    driver.must_see("Delete 1 document");
    let failure = Failure {
        said: "this would be refused: wallet 0xabc may not write to the stream".to_owned(),
        hint: "name another key (writer.wallet_key)".to_owned(),
        kind: "refused",
        again: false,
    };
    driver.fail(asking, failure);
    driver.must_see("this would be refused: wallet 0xabc may not write to the stream");
    assert_eq!(driver.app.active_context(), Context::Review);

    // It is no word about the next review.
    driver.keys("n");
    driver.keys("D");
    driver.answer(driver.expect_start(is_inspect));
    driver.must_see("Delete 1 document");
    assert!(!driver.sees("would be refused"));
}

#[test]
fn a_delete_is_reviewed_sent_and_then_the_row_goes() {
    let mut driver = Driver::writing();
    let key = on_a_healthy_row(&mut driver);
    driver.keys("D");
    assert!(driver.app.review().is_none(), "the document is read again");
    answer_read(&mut driver);
    for said in [
        "Delete 1 document · profile demo · stream 0x00f2be",
        &key.to_string(),
        "tombstone (only if still v",
        "the document goes, with its",
        "0G holds a tombstone under the key",
        "MongoDB holds no document of this _id",
        "1 journal  2 submit to 0G  3 wait until applied  4 update MongoDB  5 read both back",
    ] {
        driver.must_see(said);
    }
    driver.keys("y");
    let task = sent(&driver);
    assert!(driver.app.review().is_none());
    assert!(
        driver.sees(&key.id[16..]),
        "the row stays until the store said so"
    );
    driver.answer(task);
    driver.must_see("deleted, read back from both stores");
    driver.settle();
    assert!(driver.app.list().window.rows().all(|row| row.key != key));
    assert_eq!(driver.rows.pen.plans()[0].action, Action::Delete);
}

#[test]
fn enter_never_writes_and_n_and_esc_go_back() {
    let mut driver = Driver::writing();
    on_a_healthy_row(&mut driver);
    for asked in ["D", "d"] {
        driver.keys(asked);
        answer_read(&mut driver);
        driver.must_see("y writes, n goes back, enter neither");
        driver.keys("<enter>");
        assert!(driver.app.review().is_some(), "{asked}: it is no answer");
        driver.keys("n");
        assert!(driver.app.review().is_none());
        driver.must_see("nothing was written");
    }
    driver.keys("d");
    answer_read(&mut driver);
    driver.keys("<esc>");
    assert!(driver.app.review().is_none());
    assert!(driver.running(is_write).is_empty() && driver.rows.pen.plans().is_empty());
}

#[test]
fn soft_delete_and_restore_touch_the_three_marks_alone() {
    let mut driver = Driver::writing();
    let key = on_a_healthy_row(&mut driver);
    let text = driver.rows.text(&key);
    driver.keys("t");
    driver.must_see("restore: it is not soft-deleted");
    driver.keys("d");
    answer_read(&mut driver);
    driver.must_see("not touched, it stays v");
    driver.must_see("deleted_at: null → 2026-01-20");
    driver.must_see("deleted_id: 0 (int) →");
    driver.keys("y");
    driver.settle();
    let state = |driver: &Driver| driver.app.list().selected().unwrap().state();
    assert_eq!(state(&driver), State::SoftDeleted);
    driver.keys("d");
    driver.must_see("soft-delete: it is soft-deleted already");
    driver.keys("t");
    answer_read(&mut driver);
    driver.keys("y");
    driver.settle();
    assert_eq!(state(&driver), State::Agrees);
    assert_eq!(driver.rows.text(&key), text);
    let lite = driver.rows.inspection(&key).lite().unwrap().clone();
    assert_eq!(lite.get("deleted_id"), Some(&Bson::Int32(0)));
}

#[test]
fn a_drifted_document_gets_its_lite_half_from_the_full_one() {
    let mut driver = Driver::writing();
    driver.keys("fis:drifted<enter>");
    driver.settle();
    let key = selected(&driver);
    driver.keys("r");
    answer_read(&mut driver);
    driver.must_see("Rebuild the lite document of 1 document");
    driver.keys("y");
    driver.settle();
    let shown = driver.app.viewer().inspection().unwrap();
    assert_eq!(shown.document.key, key);
    assert_eq!(shown.diagnosis.state, State::Agrees);
    driver.keys("r");
    driver.must_see("rebuild lite: the lite document says what the full value says");
}

#[test]
fn what_was_written_again_since_it_was_shown_is_said_and_planned_as_it_is() {
    let mut driver = Driver::writing();
    let key = on_a_healthy_row(&mut driver);
    let text = driver.rows.text(&key).unwrap();
    let version = driver.rows.foreign(&key, &text);
    driver.keys("D");
    answer_read(&mut driver);
    driver.must_see(&format!("only if still {version}"));
    driver.must_see("it was written again since it was shown");
}

#[test]
fn an_answer_that_comes_when_somebody_went_on_opens_nothing() {
    let mut driver = Driver::writing();
    on_a_healthy_row(&mut driver);
    driver.keys("D");
    let read = driver.expect_start(is_inspect);
    driver.keys("j");
    driver.answer(read);
    assert!(driver.app.review().is_none());
    driver.must_see("not begun, since you went on");
}

#[test]
fn a_document_that_cannot_be_read_is_not_planned() {
    let mut driver = Driver::writing();
    on_a_healthy_row(&mut driver);
    driver.keys("D");
    let read = driver.expect_start(is_inspect);
    driver.fail(read, crate::support::driver::gone());
    assert!(driver.app.review().is_none());
    driver.must_see("MongoDB at db:27017 does not answer");
}

/// The words of an ending, with the key that helps.
#[test]
fn only_done_is_a_success_every_other_ending_has_its_own_words() {
    for row in ENDINGS.iter().filter(|row| row.ending != Ending::Done) {
        let (ending, words) = (row.ending, row.said);
        let mut driver = Driver::writing();
        let key = on_a_healthy_row(&mut driver);
        driver.keys("D");
        answer_read(&mut driver);
        driver.keys("y");
        let task = sent(&driver);
        driver.report(task, What::Started);
        driver.resize(200, 40);
        driver.ends(task, ending, "as it is");
        driver.must_see(words);
        assert!(!driver.sees("deleted, read back"), "{words}");
        let next = if ending.row().open {
            "(W takes it up again)"
        } else {
            "(w shows its steps)"
        };
        driver.must_see(next);
        assert!(driver.app.list().window.rows().any(|row| row.key == key));
    }
}

#[test]
fn undo_and_redo_go_through_the_review() {
    let mut driver = Driver::writing();
    let key = on_a_healthy_row(&mut driver);
    driver.keys("D");
    answer_read(&mut driver);
    driver.keys("y");
    driver.settle();
    driver.keys("u");
    let undo = driver.expect_start(|spec| matches!(spec, TaskSpec::PlanUndo(_)));
    driver.answer(undo);
    driver.must_see("Undo a write to 1 document");
    driver.must_see(&key.to_string());
    let which = format!("takes back intent-to-undo: delete {key}, 2026-01-20 14:00:00 UTC");
    driver.must_see(&which);
    driver.keys("y");
    let task = sent(&driver);
    let TaskSpec::Write { undoes, .. } = driver.spec(task) else {
        unreachable!()
    };
    assert_eq!(&*undoes.unwrap().0, "intent-to-undo");
    driver.settle();
    assert!(driver.app.list().window.rows().any(|row| row.key == key));
    driver.keys("<ctrl-r>");
    driver.answer(driver.expect_start(|spec| matches!(spec, TaskSpec::PlanUndo(_))));
    driver.must_see("Redo a write to 1 document");
    driver.must_see("takes back intent-to-undo: undo a write to");
}

#[test]
fn a_protected_profile_asks_for_its_name() {
    let mut driver = Driver::writing_with(|options| {
        options.profile = "production".to_owned();
        if let Ok(writing) = &mut options.writing {
            writing.protected = true;
        }
    });
    on_a_healthy_row(&mut driver);
    driver.keys("d");
    answer_read(&mut driver);
    assert_eq!(driver.app.active_context(), Context::Confirm);
    driver.must_see("type production to write:");
    driver.keys("y<enter>");
    assert!(driver.running(is_write).is_empty());
    driver.must_see("type production and press enter to write");
    driver.keys("<backspace>production<enter>");
    sent(&driver);
}

#[test]
fn a_session_that_cannot_write_says_why() {
    let reason = "this session is read-only (session.read_only)";
    let mut driver = Driver::writing_with(|options| options.writing = Err(reason.to_owned()));
    driver.keys("j");
    driver.settle();
    for key in ["e", "E", "a", "A", "d", "D", "t", "r", "u", "<ctrl-r>"] {
        driver.keys(key);
        driver.must_see(reason);
        assert!(driver.running.is_empty(), "{key}");
    }
    assert!(driver.app.review().is_none());
    driver.must_see("READ-ONLY");
}

#[test]
fn leaving_while_something_is_written_asks_first() {
    let mut driver = Driver::writing();
    on_a_healthy_row(&mut driver);
    driver.keys("d");
    answer_read(&mut driver);
    driver.keys("y");
    let task = sent(&driver);
    driver.keys("q");
    driver.must_see("1 write under way");
    driver.keys("<enter>");
    assert!(!exits(&driver), "the first answer stays here");
    driver.keys("q<down><enter>");
    assert!(!exits(&driver));
    driver.answer(task);
    assert!(exits(&driver), "it leaves with the end of the write");

    let mut driver = Driver::writing();
    on_a_healthy_row(&mut driver);
    driver.keys("d");
    answer_read(&mut driver);
    driver.keys("y");
    driver.keys("q<down><down><enter>");
    assert!(exits(&driver), "the rest is left to recovery");
}

#[test]
fn the_demo_promises_no_next_start_to_who_leaves_during_a_write() {
    for (forgets, said) in [
        (false, "the next start lists what is left"),
        (true, "the demo forgets what is left"),
    ] {
        let mut driver = Driver::writing_with(|options| options.forgets = forgets);
        on_a_healthy_row(&mut driver);
        driver.keys("d");
        answer_read(&mut driver);
        driver.keys("yq");
        driver.must_see(said);
    }
}

#[test]
fn a_write_that_waits_can_be_told_to_wait_longer() {
    let mut driver = Driver::writing();
    on_a_healthy_row(&mut driver);
    driver.keys("D");
    answer_read(&mut driver);
    driver.keys("y");
    let task = sent(&driver);
    driver.keys("w");
    driver.must_see("+ longer");
    driver.keys("+");
    let longer = dualscope::app::Effect::Extend(task);
    assert!(driver.effects.contains(&longer));
    driver.must_see("waits once more as long");

    driver.answer(task);
    driver.keys("w");
    let asked = driver.effects.iter().filter(|effect| **effect == longer);
    assert_eq!(asked.count(), 1);
    driver.keys("+");
    let asked = driver.effects.iter().filter(|effect| **effect == longer);
    assert_eq!(asked.count(), 1, "it has ended");
}

fn exits(driver: &Driver) -> bool {
    driver.effects.contains(&dualscope::app::Effect::Exit)
}

#[test]
fn what_the_background_refuses_is_said_and_the_next_write_is_free() {
    let mut driver = Driver::writing();
    on_a_healthy_row(&mut driver);
    driver.keys("d");
    answer_read(&mut driver);
    driver.keys("y");
    let taken = dualscope::task::Failure {
        said: "task 7 is writing this document".to_owned(),
        hint: "wait for its end".to_owned(),
        kind: "refused",
        again: false,
    };
    driver.fail(sent(&driver), taken);
    driver.must_see("is writing this document");
    assert!(driver.rows.pen.plans().is_empty());
    driver.keys("d");
    answer_read(&mut driver);
    driver.must_see("Soft-delete 1 document");
}
