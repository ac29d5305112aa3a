//! Values that load on selection, and answers that nobody waits for any more.

use dualscope::app::Target;
use dualscope::app::{Options, viewer::View};
use dualscope::domain::State;
use dualscope::task::event::{Outcome, What};
use dualscope::task::spec::{TaskId, TaskSpec};
use pretty_assertions::assert_eq;

use crate::support::driver::{Driver, gone, here, is_inspect, is_page, options};

fn is_marks(spec: &TaskSpec) -> bool {
    matches!(spec, TaskSpec::Marks { .. })
}

fn inspected(driver: &Driver, task: TaskId) -> u32 {
    let TaskSpec::Inspect { key, .. } = driver.spec(task) else {
        panic!()
    };
    crate::support::rows::number(&key)
}

#[test]
fn the_value_is_read_after_a_rest_and_the_old_one_stays_until_it_is_there() {
    let mut driver = Driver::browsing(50);
    assert_eq!(driver.document(), Some(49));
    driver.keys("j");
    driver.wait(79);
    assert!(driver.running(is_inspect).is_empty());
    driver.wait(1);
    let read = driver.expect_start(is_inspect);
    assert_eq!(inspected(&driver, read), 48);
    driver.must_see("Row 49 in full.");

    driver.answer(read);
    assert_eq!(driver.document(), Some(48));
    assert!(driver.sees("Row 48 in full.") && !driver.sees("Row 49 in full."));
}

#[test]
fn running_over_rows_reads_only_the_one_where_it_stops() {
    let mut driver = Driver::browsing(50);
    for _ in 0..9 {
        driver.keys("j");
        driver.wait(50);
    }
    assert!(driver.running(is_inspect).is_empty());
    driver.wait(80);
    let read = driver.expect_start(is_inspect);
    assert_eq!(inspected(&driver, read), 40);
}

#[test]
fn a_newer_selection_cancels_the_older_read_and_its_answer_is_dropped() {
    let mut driver = Driver::browsing(50);
    driver.keys("j");
    driver.wait(80);
    let old = driver.expect_start(is_inspect);
    driver.keys("j");
    assert_eq!(driver.stopped, [old]);
    driver.wait(80);
    let new = driver.expect_start(is_inspect);

    driver.answer(old);
    assert_eq!(
        driver.document(),
        Some(49),
        "the late answer changes nothing"
    );
    driver.answer(new);
    assert_eq!(driver.document(), Some(47));
    driver.answer(old);
    assert_eq!(driver.document(), Some(47));
}

#[test]
fn a_page_of_an_older_question_is_dropped() {
    let mut driver = Driver::browsing(30);
    driver.keys("S");
    let old = driver.expect_start(is_page);
    driver.keys("S");
    let new = driver.expect_start(is_page);
    assert_eq!(driver.stopped, [old]);
    driver.answer(old);
    assert_eq!(
        driver.shown()[0],
        29,
        "the old rows, not those of the dropped answer"
    );
    driver.answer(new);
    assert_eq!(driver.shown()[0], 29);
    assert!(!driver.app.list().is_loading());
}

#[test]
fn a_late_failure_is_not_the_failure_of_what_is_on_the_screen() {
    let mut driver = Driver::browsing(300);
    driver.keys("S");
    let old = driver.expect_start(is_page);
    driver.keys("S");
    driver.fail(old, gone());
    assert!(driver.app.list().failure.is_none() && driver.app.list().is_loading());
    assert!(!driver.sees("does not answer"));
}

#[test]
fn marks_of_rows_that_have_gone_do_not_reach_others_and_visible_rows_come_first() {
    let mut driver = Driver::browsing(300);
    driver.rows.states.insert(299, State::Tombstoned);
    driver.keys("R");
    driver.answer(driver.expect_start(is_page));
    driver.wait(40);
    let marks = driver.expect_start(is_marks);
    let TaskSpec::Marks { rows, .. } = driver.spec(marks) else {
        panic!()
    };
    let height = driver.shown().len();
    assert_eq!(rows.len(), height * 2, "the screen and one more");
    driver.answer(marks);
    assert_eq!(
        driver.app.list().selected().unwrap().state(),
        State::Tombstoned
    );
    driver.settle();
    driver.must_see("tombstoned, still listed");

    driver.rows.fill("memcells", 0..3);
    driver.keys("R");
    driver.settle();
    driver.keys("]");
    driver.settle();
    driver.answer(marks);
    let states: Vec<_> = driver
        .app
        .list()
        .window
        .rows()
        .map(dualscope::app::list::Row::state)
        .collect();
    assert!(!states.contains(&State::Tombstoned));
}

#[test]
fn scrolling_away_drops_the_marks_that_left_the_screen() {
    let mut driver = Driver::browsing(600);
    driver.keys("<pagedown><pagedown>");
    driver.wait(40);
    let old = driver.expect_start(is_marks);
    driver.keys("<pagedown><pagedown><pagedown>");
    driver.wait(40);
    let new = driver.expect_start(is_marks);
    assert!(old != new && driver.stopped.contains(&old));
}

#[test]
fn counts_and_collections_of_yesterday_are_dropped() {
    let mut driver = Driver::browsing(30);
    driver.rows.fill("memcells", 0..5);
    driver.keys("c");
    let count = driver.expect_start(|spec| matches!(spec, TaskSpec::Count { .. }));
    driver.keys("R");
    let first = driver.expect_start(|spec| *spec == TaskSpec::Collections);
    driver.keys("R");
    let second = driver.expect_start(|spec| *spec == TaskSpec::Collections);
    assert!(driver.stopped.contains(&first), "one listing at a time");
    driver.finish(first, Outcome::Collections(Vec::new()));
    assert!(!driver.app.collections().rows().is_empty());
    driver.answer(second);
    driver.settle();

    driver.keys("f<ctrl-u>user_id:bob<enter>");
    driver.answer(count);
    assert_eq!(
        driver.app.list().count,
        None,
        "that was the count of another question"
    );
}

#[test]
fn a_failed_read_says_so_for_its_document_and_not_over_another() {
    let mut driver = Driver::browsing(50);
    driver.keys("j");
    driver.wait(80);
    driver.fail(driver.expect_start(is_inspect), gone());
    driver.must_see("MongoDB at db:27017 does not answer");
    assert!(
        !driver.sees("Row 49 in full."),
        "what failed is not shown under an older value"
    );
    driver.keys("k");
    driver.settle();
    driver.must_see("Row 49 in full.");
}

#[test]
fn the_view_stays_when_another_document_is_selected() {
    let mut driver = Driver::browsing(50);
    driver.keys("<tab><tab>j");
    driver.settle();
    assert_eq!(
        (driver.app.viewer().view(), driver.document()),
        (View::Diff, Some(48))
    );
    driver.keys("<shift-tab><shift-tab><shift-tab>");
    assert_eq!(driver.app.viewer().view(), View::Raw);
}

#[test]
fn a_document_open_in_full_is_not_exchanged_by_a_refresh_that_lost_its_row() {
    let mut driver = Driver::browsing(50);
    driver.keys("jj<enter>");
    driver.settle();
    assert_eq!(driver.document(), Some(47));
    driver.rows.remove(crate::support::driver::HERE, 47);
    driver.keys("R");
    driver.settle();
    assert_eq!(
        driver.document(),
        Some(47),
        "still the one that is being read"
    );
    driver.keys("<esc>");
    driver.settle();
    assert_eq!(driver.document(), driver.selected());
}

#[test]
fn nothing_is_said_of_a_task_twice() {
    let mut driver = Driver::new(Options {
        open: Some(Target::Collection(here())),
        ..options()
    });
    driver.rows.fill(crate::support::driver::HERE, 0..3);
    driver.resize(100, 30);
    let page = driver.expect_start(is_page);
    driver.answer(page);
    driver.report(page, What::Cancelled);
    driver.fail(page, gone());
    driver.answer(page);
    assert_eq!(driver.shown(), [2, 1, 0]);
    assert!(driver.app.list().failure.is_none());
}
