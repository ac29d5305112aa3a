//! A store that was silent for a moment: what it left unknown is read again when it gives a sign of
//! life, even if the header never noticed.

use std::sync::Arc;

use dualscope::domain::{Sight, State};
use dualscope::task::event::{Half, Inspection, Mark, Outcome, What};
use dualscope::task::spec::{TaskId, TaskSpec};
use pretty_assertions::assert_eq;

use crate::support::driver::{Driver, QUICK, gone, is_inspect, is_page};

fn is_marks(spec: &TaskSpec) -> bool {
    matches!(spec, TaskSpec::Marks { .. })
}

fn is_health(spec: &TaskSpec) -> bool {
    *spec == TaskSpec::Health
}

/// What a read of a document brings when the value store says nothing in time.
fn without_value(driver: &Driver, task: TaskId, silent: bool) -> Outcome {
    let TaskSpec::Inspect { key, .. } = driver.spec(task) else {
        panic!()
    };
    let mut seen = driver.rows.inspection(&key);
    seen.document.stored = Sight::Unknown("the KV node gave no answer".into());
    seen.diagnosis.state = State::Unknown;
    seen.diagnosis.said = "can't tell: the KV node gave no answer".into();
    Outcome::Inspection(Box::new(Inspection { silent, ..seen }))
}

/// A session where the document below the cursor was read without its value.
fn unknown(silent: bool) -> Driver {
    let mut driver = Driver::browsing(9);
    driver.keys("j");
    driver.wait(80);
    let read = driver.expect_start(is_inspect);
    let answer = without_value(&driver, read, silent);
    driver.finish(read, answer);
    driver
}

#[test]
fn a_document_that_got_no_answer_is_read_again_after_the_next_good_sign() {
    let mut driver = unknown(true);
    driver.must_see("can't tell: the KV node gave no answer");
    driver.must_see("0G ●");
    driver.wait(1);
    driver.answer(driver.expect_start(is_health));
    driver.answer(driver.expect_start(is_inspect));
    driver.settle();
    driver.must_see("Row 7 in full.");
    assert!(!driver.sees("can't tell"));
    assert_eq!(driver.app.list().selected().unwrap().state(), State::Agrees);
}

#[test]
fn what_asking_again_cannot_change_is_not_asked_again() {
    let mut driver = unknown(false);
    let asked = driver.asked.len();
    for _ in 0..120 {
        driver.wait(1000);
        for task in driver.running(is_health) {
            driver.answer(task);
        }
    }
    let later: Vec<_> = driver.asked[asked..].iter().map(|(_, spec)| spec).collect();
    assert!(later.len() <= 7, "{later:?}");
    assert!(later.iter().all(|spec| is_health(spec)), "{later:?}");
}

#[test]
fn a_store_that_answers_pings_and_nothing_else_is_asked_again_at_rest() {
    let mut driver = unknown(true);
    let mut reads = 0;
    for _ in 0..600 {
        driver.wait(100);
        for task in driver.running(is_health) {
            driver.answer(task);
        }
        for task in driver.running(is_inspect) {
            reads += 1;
            let answer = without_value(&driver, task, true);
            driver.finish(task, answer);
        }
    }
    assert!((6..=14).contains(&reads), "{reads} in a minute");
}

/// The answer to a look at rows whose value store is silent.
fn silent_marks(driver: &mut Driver, task: TaskId) {
    let TaskSpec::Marks { collection, rows } = driver.spec(task) else {
        panic!()
    };
    let mark = |key| Mark {
        silent: true,
        head: None,
        ..driver.rows.mark(&key)
    };
    let mut marks: Vec<Mark> = rows.iter().map(|row| mark(row.key(&collection))).collect();
    for mark in &mut marks {
        mark.diagnosis.state = State::Unknown;
        mark.diagnosis.fields = Arc::new([]);
    }
    driver.report(task, What::Part(Outcome::Marks(marks)));
    driver.fail(task, gone());
}

#[test]
fn rows_that_got_no_answer_are_looked_at_again_after_the_next_good_sign() {
    let mut driver = Driver::browsing(9);
    driver.keys("R");
    while driver.running(is_marks).is_empty() {
        for task in driver.running.clone() {
            driver.answer(task);
        }
        driver.wait(50);
    }
    let look = driver.expect_start(is_marks);
    silent_marks(&mut driver, look);
    let states = |driver: &Driver| {
        let window = &driver.app.list().window;
        let rows = window.shown().filter_map(|at| window.get(at));
        rows.map(dualscope::app::list::Row::state)
            .collect::<Vec<_>>()
    };
    // the selected one was read by itself
    assert_eq!(states(&driver)[1..], [State::Unknown; 8]);
    driver.must_see("0G ●");
    driver.settle();
    assert_eq!(states(&driver), [State::Agrees; 9]);
}

#[test]
fn half_of_a_document_is_shown_while_the_other_store_is_silent() {
    let mut driver = Driver::browsing(9);
    driver.keys("j");
    driver.wait(80);
    let read = driver.expect_start(is_inspect);
    let Outcome::Inspection(mut early) = without_value(&driver, read, false) else {
        panic!()
    };
    early.document.stored = Sight::Unchecked;
    early.diagnosis.state = State::Unchecked;
    early.diagnosis.said = "not looked at yet".into();
    driver.report(read, What::Part(Outcome::Inspection(early)));
    assert_eq!(driver.document(), Some(7));
    driver.must_see("still reading from the KV node, 0 s");
    let (done, total) = (262_144, 20_000_000);
    driver.report(read, What::Progress { done, total });
    driver.wait(2100);
    driver.must_see("262 kB of 20.0 MB, 2 s");
    // nothing is known of it yet, so its row is not marked unknown
    assert_eq!(driver.app.list().selected().unwrap().state(), State::Agrees);
    assert_eq!(driver.running(is_inspect), [read]);

    driver.answer(read);
    driver.must_see("Row 7 in full.");
    assert!(!driver.sees("still reading"));
}

#[test]
fn a_whole_document_that_is_read_again_is_not_replaced_by_half_of_it() {
    let mut driver = Driver::browsing(9);
    driver.must_see("Row 8 in full.");
    driver.keys("R");
    let read = driver.expect_start(is_inspect);
    let early = without_value(&driver, read, false);
    driver.report(read, What::Part(early));
    driver.must_see("Row 8 in full.");
}

#[test]
fn another_document_does_not_stay_in_the_place_of_one_that_is_read_for_long() {
    let mut driver = Driver::browsing(9);
    driver.keys("j");
    driver.wait(80);
    let read = driver.expect_start(is_inspect);
    driver.wait(900);
    driver.must_see("Row 8 in full.");
    driver.wait(200);
    assert!(!driver.sees("Row 8 in full."), "{}", driver.screen());
    driver.must_see("still reading from both stores, 1 s");
    assert_eq!(driver.document(), None);
    driver.answer(read);
    driver.must_see("Row 7 in full.");
}

/// A session at rest whose next question for signs of life has just been asked.
fn asked_in_turn() -> (Driver, TaskId) {
    let mut driver = Driver::browsing(9);
    while driver.running(is_health).is_empty() {
        driver.wait(100);
    }
    let task = driver.expect_start(is_health);
    driver.report(task, What::Started);
    (driver, task)
}

#[test]
fn a_sign_that_does_not_come_is_said_in_place_of_the_last_one() {
    let (mut driver, task) = asked_in_turn();
    driver.wait(1800);
    driver.must_see("Mongo ● 2 ms    0G ● 8 ms");
    driver.report(task, What::Part(Outcome::Sign(Half::Mongo, Ok(QUICK))));
    driver.wait(1200);
    driver.must_see("Mongo ● 2 ms    0G … 3.");
    driver.answer(task);
    driver.must_see("Mongo ● 2 ms    0G ● 8 ms");
}

#[test]
fn a_read_that_takes_long_makes_the_header_ask_once_and_doubt_soon() {
    let mut driver = Driver::browsing(9);
    driver.keys("j");
    driver.wait(80);
    let read = driver.expect_start(is_inspect);
    driver.wait(1900);
    assert!(driver.running(is_health).is_empty());
    driver.wait(200);
    let task = driver.expect_start(is_health);
    driver.must_see("Mongo ● 2 ms    0G ● 8 ms");
    driver.wait(500);
    driver.must_see("Mongo … 0.");
    // it lives: the read alone is slow, and that is no reason to ask again
    driver.answer(task);
    driver.must_see("Mongo ● 2 ms    0G ● 8 ms");
    driver.wait(5000);
    assert!(driver.running(is_health).is_empty());
    assert_eq!(driver.running(is_inspect), [read]);
}

#[test]
fn a_store_that_is_back_is_believed_before_the_other_one_has_answered() {
    let (mut driver, task) = asked_in_turn();
    driver.report(task, What::Part(Outcome::Sign(Half::Values, Err(gone()))));
    driver.must_see("0G ✗ unreachable");
    driver.report(task, What::Part(Outcome::Sign(Half::Values, Ok(QUICK))));
    driver.must_see("0G ● 2 ms");
    driver.expect_start(is_inspect);
}

#[test]
fn at_a_refresh_the_marks_stay_dimmed_until_they_are_known_anew() {
    let mut driver = Driver::browsing(9);
    let mark = |driver: &Driver| driver.styled("● …0000005");
    let bright = mark(&driver);
    driver.keys("R");
    assert_ne!(mark(&driver), bright);
    let page = driver.expect_start(is_page);
    driver.answer(page);
    driver.wait(100);
    driver.expect_start(is_marks);
    driver.must_see("● …0000005");
    assert_ne!(mark(&driver), bright);
    let window = &driver.app.list().window;
    assert_eq!(window.get(3).unwrap().state(), State::Unchecked);
    driver.settle();
    assert_eq!(mark(&driver), bright);
}
