//! A store that was silent for a moment: what it left unknown is read again when it gives a sign of
//! life, even if the header never noticed.

use std::sync::Arc;

use dualscope::domain::{Sight, State};
use dualscope::task::event::{Inspection, Mark, Outcome, What};
use dualscope::task::spec::{TaskId, TaskSpec};
use pretty_assertions::assert_eq;

use crate::support::driver::{Driver, gone, is_inspect};

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
        driver.running.first().copied().map_or_else(
            || (),
            |task| {
                driver.answer(task);
            },
        );
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
    assert_eq!(states(&driver), [State::Unknown; 9]);
    driver.must_see("0G ●");
    driver.settle();
    assert_eq!(states(&driver), [State::Agrees; 9]);
}
