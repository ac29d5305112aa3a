//! From a task to what it is about.

use dualscope::app::layout::Pane;
use dualscope::task::spec::TaskSpec;
use pretty_assertions::assert_eq;

use crate::support::driver::{Driver, here, is_inspect};

fn choose(driver: &mut Driver, task: dualscope::task::spec::TaskId) {
    driver.keys("w<home>");
    while driver.app.tasks().selected().unwrap().id != task {
        driver.keys("j");
    }
}

#[test]
fn o_goes_to_the_document_of_a_task_also_in_another_collection() {
    let mut driver = Driver::browsing(300);
    driver.rows.fill("memcells", 0..3);
    driver.keys("jj");
    driver.wait(80);
    let read = driver.expect_start(is_inspect);
    driver.settle();
    driver.keys("R");
    driver.settle();
    driver.keys("]");
    driver.settle();
    assert_eq!(
        driver.app.list().collection.as_ref().unwrap().as_str(),
        "memcells"
    );
    choose(&mut driver, read);
    driver.keys("o");
    driver.settle();
    assert!(driver.app.layers().is_empty());
    assert_eq!(driver.app.list().collection, Some(here()));
    assert_eq!(driver.app.focus(), Pane::Document);
    assert_eq!(
        (driver.document(), driver.selected()),
        (Some(297), Some(297)),
        "the list stands on it too"
    );
}

#[test]
fn o_goes_to_a_row_that_is_not_loaded_any_more_and_says_when_a_filter_hides_it() {
    let mut driver = Driver::browsing(3000);
    driver.keys("jj");
    driver.wait(80);
    let read = driver.expect_start(is_inspect);
    driver.settle();
    driver.keys("G");
    driver.settle();
    assert_eq!(driver.selected(), Some(0));
    choose(&mut driver, read);
    driver.keys("o");
    driver.settle();
    assert_eq!(driver.document(), Some(2997));
    driver.keys("<esc>");
    driver.settle();
    assert_eq!(driver.selected(), Some(2997));

    driver.keys("fgroup_id:g1<enter>");
    driver.settle();
    choose(&mut driver, read);
    driver.keys("o");
    driver.settle();
    assert_eq!(driver.document(), Some(2997));
    driver.keys("@");
    driver.must_see("the filter of the list leaves this document out");
}

#[test]
fn o_goes_to_a_collection_and_says_when_there_is_nothing_to_go_to() {
    let mut driver = Driver::browsing(9);
    driver.rows.fill("memcells", 0..3);
    driver.keys("c");
    let count = driver.expect_start(|spec| matches!(spec, TaskSpec::Count { .. }));
    driver.settle();
    driver.keys("R");
    let listing = driver.expect_start(|spec| *spec == TaskSpec::Collections);
    driver.settle();
    driver.keys("]");
    driver.settle();
    choose(&mut driver, listing);
    driver.keys("o");
    driver.must_see("jump: the selected task is about no document and no collection");
    driver.keys("<esc>");
    choose(&mut driver, count);
    driver.keys("o");
    driver.settle();
    assert!(driver.app.layers().is_empty());
    assert_eq!(driver.app.list().collection, Some(here()));
    assert_eq!(driver.app.focus(), Pane::List);
}
