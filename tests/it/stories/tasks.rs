//! The task list: stopping, running again, details; nothing is ever just gone.

use dualscope::app::layout::Pane;
use dualscope::app::tasks::Progress;
use dualscope::domain::State;
use dualscope::domain::query::Count;
use dualscope::task::event::{Failure, Outcome, What};
use dualscope::task::spec::{TaskId, TaskSpec};
use pretty_assertions::assert_eq;

use crate::support::driver::{Driver, gone, is_inspect, is_page};

fn is_count(spec: &TaskSpec) -> bool {
    matches!(spec, TaskSpec::Count { .. })
}

#[test]
fn a_running_task_is_counted_listed_and_stopped() {
    let mut driver = Driver::browsing(9);
    driver.keys("c");
    let count = driver.expect_start(is_count);
    driver.report(count, What::Started);
    driver.must_see("1 task");
    driver.keys("w");
    driver.must_see("count episodic_memories");
    driver.must_see("running");
    driver.keys("x");
    assert_eq!(driver.stopped, [count]);
    driver.must_see("stopping");
    driver.report(count, What::Started);
    driver.must_see("stopping");
    driver.settle();
    driver.must_see("cancelled");
    assert!(!driver.sees("1 task"));
    driver.keys("x");
    driver.must_see("cancel: the selected task is not running");
    driver.keys("<esc>");
    assert!(!driver.sees("counting"));
}

#[test]
fn a_failed_task_tells_why_in_its_details_and_runs_again() {
    let mut driver = Driver::browsing(9);
    driver.keys("c");
    driver.fail(driver.expect_start(is_count), gone());
    driver.must_see("MongoDB at db:27017 does not answer");
    driver.keys("w<enter>");
    driver.must_see("check the address, then run `dualscope doctor`");
    driver.must_see("r runs it again");
    driver.keys("r");
    driver.answer(driver.expect_start(is_count));
    assert_eq!(driver.app.list().count, Some(Count::Exact(9)));
}

#[test]
fn the_selected_task_stays_selected_while_others_start() {
    let mut driver = Driver::browsing(9);
    driver.keys("c");
    let count = driver.expect_start(is_count);
    driver.keys("w");
    assert_eq!(driver.app.tasks().selected().unwrap().id, count);
    // Signs of life and other housekeeping start meanwhile.
    driver.wait(60_000);
    driver.keys("R<esc>Rw");
    driver.keys("jjjj");
    let chosen = driver.app.tasks().selected().unwrap().id;
    driver.wait(60_000);
    for task in driver.running.clone() {
        if task != chosen {
            driver.answer(task);
        }
    }
    assert_eq!(driver.app.tasks().selected().unwrap().id, chosen);
}

#[test]
fn stopping_a_page_leaves_a_pane_that_says_so_and_does_not_start_it_again() {
    let mut driver = Driver::browsing(300);
    let page = driver.down_to_a_page();
    driver.keys("w");
    while driver.app.tasks().selected().unwrap().id != page {
        driver.keys("j");
    }
    driver.keys("x");
    driver.report(page, What::Cancelled);
    driver.wait(1000);
    assert!(driver.running(is_page).is_empty(), "stopped is stopped");
    driver.keys("<esc>");
    driver.must_see("stopped on request (R again)");
    driver.keys("w");
    while driver.app.tasks().selected().unwrap().id != page {
        driver.keys("j");
    }
    driver.keys("r<esc>");
    driver.settle();
    assert!(
        driver.app.list().window.len() > 200,
        "run again, it brings the rows it was to bring"
    );
    assert!(!driver.sees("stopped on request"));
}

#[test]
fn stopping_a_read_is_said_where_the_value_would_be() {
    let mut driver = Driver::browsing(9);
    driver.keys("j");
    driver.wait(80);
    let read = driver.expect_start(is_inspect);
    driver.keys("w");
    while driver.app.tasks().selected().unwrap().id != read {
        driver.keys("j");
    }
    driver.keys("x<esc>");
    driver.report(read, What::Cancelled);
    driver.must_see("stopped on request");
    assert!(!driver.sees("reading"));
}

#[test]
fn a_question_that_has_left_the_screen_is_not_answered_over_another() {
    let mut driver = Driver::browsing(9);
    driver.rows.fill("memcells", 0..3);
    driver.keys("c");
    let count = driver.expect_start(is_count);
    driver.fail(count, gone());
    driver.keys("R");
    driver.settle();
    driver.keys("]");
    driver.settle();
    driver.keys("w");
    while driver.app.tasks().selected().unwrap().id != count {
        driver.keys("j");
    }
    driver.keys("r");
    assert!(driver.running(is_count).is_empty());
    driver.must_see("what it asked is no longer on the screen");
}

#[test]
fn progress_is_shown_and_the_list_is_bounded() {
    let mut driver = Driver::browsing(900);
    driver.keys("<pagedown><pagedown>");
    driver.wait(40);
    let marks = driver.expect_start(|spec| matches!(spec, TaskSpec::Marks { .. }));
    driver.report(
        marks,
        What::Progress {
            done: 16,
            total: 60,
        },
    );
    driver.keys("w");
    driver.must_see("16/60");
    for _ in 0..300 {
        driver.keys("<esc>c");
        driver.settle();
        driver.keys("w");
    }
    assert!(driver.app.tasks().listed().count() <= 200);
    assert!(
        driver
            .app
            .tasks()
            .listed()
            .all(|entry| entry.state != Progress::Queued)
    );
    let stray = driver.asked[0].0;
    driver.finish(stray, Outcome::Done);
}

#[test]
fn housekeeping_is_listed_once_it_hangs_and_can_be_stopped() {
    let mut driver = Driver::browsing(9);
    while driver.running(|spec| *spec == TaskSpec::Health).is_empty() {
        driver.wait(10);
    }
    let health = driver.expect_start(|spec| *spec == TaskSpec::Health);
    let listed = |driver: &Driver| driver.app.tasks().lists(health);
    driver.report(health, What::Started);
    driver.wait(900);
    assert!(!listed(&driver) && !driver.sees("1 task"));

    driver.wait(100);
    driver.must_see("1 task");
    driver.keys("w");
    driver.must_see("check both stores");
    driver.keys("x");
    assert_eq!(driver.stopped, [health]);
    driver.report(health, What::Cancelled);
    driver.must_see("cancelled");
    assert!(driver.running.is_empty(), "stopped is stopped");

    driver.wait(20_000);
    let next = driver.expect_start(|spec| *spec == TaskSpec::Health);
    driver.answer(next);
    assert!(
        !driver.app.tasks().lists(next),
        "what goes well is not told"
    );
}

#[test]
fn housekeeping_that_ends_well_after_all_leaves_the_screen() {
    let mut driver = Driver::browsing(9);
    driver.wait(25_000);
    driver.must_see("1 task");
    driver.app.mark_clean();
    driver.answer(driver.expect_start(|spec| *spec == TaskSpec::Health));
    assert!(driver.app.is_dirty() && !driver.sees("1 task"));
}

fn is_marks(spec: &TaskSpec) -> bool {
    matches!(spec, TaskSpec::Marks { .. })
}

/// The look at the rows on the screen: every row is told as unknown, and the end says why.
fn dead_node(driver: &mut Driver) -> TaskId {
    driver.rows.states = (0..900).map(|row| (row, State::Unknown)).collect();
    let marks = driver.expect_start(is_marks);
    let (parts, _) = driver.rows.answer(&driver.spec(marks));
    for part in parts {
        driver.report(marks, What::Part(part));
    }
    driver.fail(marks, silent());
    marks
}

fn silent() -> Failure {
    Failure {
        said: "reading values at kv:6789: the connection was refused".to_owned(),
        ..gone()
    }
}

#[test]
fn a_look_at_values_that_got_no_answer_is_a_failed_task_and_can_be_run_again() {
    let mut driver = Driver::browsing(900);
    driver.keys("<pagedown><pagedown>");
    driver.wait(40);
    let marks = dead_node(&mut driver);
    let unknown = |driver: &Driver| {
        let mut rows = driver.app.list().window.rows();
        rows.any(|row| row.state() == State::Unknown)
    };
    assert!(unknown(&driver), "the rows say so as well");
    driver.wait(1_000);
    assert!(
        driver.running(is_marks).is_empty(),
        "it is not asked again and again"
    );
    driver.keys("w");
    while driver.app.tasks().selected().unwrap().id != marks {
        driver.keys("j");
    }
    driver.keys("<enter>");
    driver.must_see("failed");
    driver.must_see("the connection was refused");
    driver.rows.states.clear();
    driver.keys("r<esc>");
    driver.settle();
    assert!(!unknown(&driver));
}

#[test]
fn a_search_for_a_state_without_an_answer_says_so_and_begins_again_when_there_is_one() {
    let mut driver = Driver::browsing(9);
    driver.keys("f");
    driver.keys("is:agrees<enter>");
    driver.answer(driver.expect_start(is_page));
    dead_node(&mut driver);
    driver.must_see("the connection was refused");
    assert!(driver.running(is_page).is_empty() && driver.app.list().window.is_empty());

    driver.rows.states.clear();
    driver.keys("w");
    while !is_marks(&driver.app.tasks().selected().unwrap().spec) {
        driver.keys("j");
    }
    driver.keys("r<esc>");
    driver.settle();
    assert_eq!(driver.app.list().window.len(), 9);
    assert!(!driver.sees("the connection was refused (R"));
}

fn choose(driver: &mut Driver, task: dualscope::task::spec::TaskId) {
    driver.keys("w<home>");
    while driver.app.tasks().selected().unwrap().id != task {
        driver.keys("j");
    }
}

#[test]
fn the_details_tell_every_step_with_its_time() {
    let mut driver = Driver::browsing(9);
    driver.keys("c");
    let count = driver.expect_start(is_count);
    driver.report(count, What::Queued);
    driver.wait(40);
    driver.report(count, What::Started);
    driver.wait(1500);
    driver.finish(count, Outcome::Count(Count::AtLeast(12_345)));
    choose(&mut driver, count);
    driver.keys("<enter>");
    for said in [
        "asked for (UTC)",
        "waits for a place",
        "+40 ms  started",
        "+1.5 s  done: 12 345 documents at least; the time limit was reached",
        "r runs it again; o goes to what it is about",
    ] {
        driver.must_see(said);
    }
    let steps = driver.screen();
    let time = |said: &str| {
        let line = steps.lines().find(|line| line.contains(said)).unwrap();
        let (hours, rest) = line.split_once(':').unwrap();
        format!("{}:{}", &hours[hours.len() - 2..], &rest[..9])
    };
    let seconds = |said: &str| time(said)[6..].parse::<f64>().unwrap();
    let between = seconds("12 345 documents") - seconds("asked for (UTC)");
    assert!((between - 1.54).abs() < 0.001, "{between}");
    driver.keys("<enter>");
    assert!(!driver.sees("asked for (UTC)"));
}

#[test]
fn the_details_of_a_failure_fit_the_smallest_screen() {
    let mut driver = Driver::browsing(9);
    driver.keys("c");
    let count = driver.expect_start(is_count);
    driver.fail(count, gone());
    choose(&mut driver, count);
    driver.keys("<enter>");
    driver.resize(60, 12);
    driver.must_see("count episodic_memories");
    driver.must_see("MongoDB at db:27017 does not answer");
    driver.must_see("check the address, then run `dualscope doctor`");
}

#[test]
fn where_a_key_does_not_fit_the_end_of_its_id_stays_in_sight() {
    let mut driver = Driver::browsing(9);
    driver.keys("j");
    driver.settle();
    driver.resize(80, 24);
    driver.keys("w");
    driver.must_see("read episodic_memories:…");
    let screen = driver.screen();
    let ends = |end: &str| {
        screen
            .lines()
            .any(|l| l.contains("read ") && l.contains(end))
    };
    assert!(ends("00007 ") && ends("00008 "), "{screen}");
}

#[test]
fn going_back_stops_a_count_and_what_takes_long_before_it_leaves() {
    let mut driver = Driver::browsing(300);
    driver.settle();
    driver.keys("c");
    let count = driver.expect_start(is_count);
    driver.keys("<esc>");
    assert_eq!(driver.stopped, [count]);
    driver.must_see("stopped on request; nothing was changed");
    assert_eq!(driver.app.focus(), Pane::List);
    driver.keys("<esc>");
    assert_eq!(driver.app.focus(), Pane::Collections, "it is being stopped");
    driver.settle();
    driver.keys("<enter>");

    let page = driver.down_to_a_page();
    driver.wait(1000);
    driver.keys("<esc>");
    assert_eq!(driver.stopped, [page]);
    driver.report(page, What::Cancelled);
    driver.must_see("stopped on request (R again)");
    driver.keys("R");
    driver.settle();
    assert!(!driver.sees("(R again)"));

    driver.keys("k");
    driver.wait(80);
    driver.keys("<enter>");
    driver.keys("<esc>");
    assert_eq!(
        driver.app.focus(),
        Pane::List,
        "what is quick is left at once"
    );
    driver.keys("<enter>");
    let read = driver.expect_start(is_inspect);
    driver.wait(1000);
    driver.keys("<esc>");
    assert_eq!(driver.stopped, [read]);
    assert_eq!(driver.app.focus(), Pane::Document);
    driver.keys("<esc>");
    assert_eq!(driver.app.focus(), Pane::List);
}
