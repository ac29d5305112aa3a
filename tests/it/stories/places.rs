//! Coming back to a collection: its filter, its order and its place are as they were left.

use dualscope::app::list::window::Side;
use pretty_assertions::assert_eq;

use crate::support::driver::{Driver, HERE, gone, is_page};

fn two(count: u32) -> Driver {
    let mut driver = Driver::browsing(count);
    driver.rows.fill("memcells", 0..30);
    driver.keys("R");
    driver.settle();
    driver
}

fn away_and_back(driver: &mut Driver) {
    driver.keys("]");
    driver.settle();
    assert_eq!(name(driver), "memcells");
    driver.keys("[");
    driver.settle();
    assert_eq!(name(driver), HERE);
}

fn name(driver: &Driver) -> &str {
    driver.app.list().collection.as_ref().unwrap().as_str()
}

#[test]
fn the_place_far_down_is_the_same_and_both_ends_can_be_reached() {
    let mut driver = two(2000);
    for _ in 0..12 {
        driver.keys("<pagedown>");
        driver.settle();
    }
    driver.keys("kkk");
    driver.settle();
    let (selected, shown) = (driver.selected(), driver.shown());
    away_and_back(&mut driver);
    assert_eq!((driver.selected(), driver.shown()), (selected, shown));
    assert_eq!(driver.document(), selected);
    driver.keys("gg");
    driver.settle();
    assert_eq!(driver.selected(), Some(1999));
    driver.must_see("1–");
    driver.keys("G");
    driver.settle();
    assert_eq!(driver.selected(), Some(0));
}

#[test]
fn near_the_top_new_rows_are_seen_and_the_document_stays_selected() {
    let mut driver = two(50);
    driver.keys("jjj");
    driver.settle();
    driver.keys("]");
    driver.settle();
    driver.rows.fill(HERE, 50..52);
    driver.keys("[");
    driver.settle();
    assert_eq!(driver.selected(), Some(46));
    assert_eq!(driver.shown()[..2], [51, 50]);
    driver.must_see("of 52");
}

#[test]
fn the_filter_and_the_order_are_as_they_were() {
    let mut driver = two(300);
    driver.keys("fuser_id:bob<enter>");
    driver.settle();
    driver.keys("S");
    driver.settle();
    driver.keys("jj");
    driver.settle();
    let (selected, shown) = (driver.selected(), driver.shown());
    driver.keys("]");
    driver.settle();
    assert!(
        !driver.app.list().is_filtered(),
        "the other one has its own"
    );
    driver.must_see("timestamp ↓");
    driver.keys("[");
    driver.settle();
    driver.must_see("user_id:bob");
    driver.must_see("timestamp ↑");
    assert_eq!((driver.selected(), driver.shown()), (selected, shown));
    driver.keys("F");
    driver.settle();
    assert!(driver.shown().iter().any(|number| number % 3 != 1));
}

#[test]
fn a_filter_by_state_is_walked_again_and_its_document_selected() {
    use dualscope::domain::State;
    let mut driver = two(300);
    for number in [290, 280, 270] {
        driver.rows.states.insert(number, State::Tombstoned);
    }
    driver.keys("fis:tombstoned<enter>");
    driver.settle();
    driver.keys("j");
    driver.settle();
    assert_eq!(driver.selected(), Some(280));
    away_and_back(&mut driver);
    assert_eq!(driver.shown(), [290, 280, 270]);
    assert_eq!(driver.selected(), Some(280));
}

#[test]
fn a_place_that_was_not_reached_yet_is_not_forgotten() {
    let mut driver = two(2000);
    for _ in 0..12 {
        driver.keys("<pagedown>");
        driver.settle();
    }
    let (selected, shown) = (driver.selected(), driver.shown());
    driver.keys("]");
    driver.settle();
    // Back, and away again before any row has come.
    driver.keys("[");
    driver.wait(100);
    assert_eq!(name(&driver), HERE);
    driver.keys("]");
    driver.settle();
    driver.keys("[");
    driver.settle();
    assert_eq!((driver.selected(), driver.shown()), (selected, shown));
}

#[test]
fn going_to_the_first_row_on_the_way_back_wins() {
    let mut driver = two(2000);
    for _ in 0..12 {
        driver.keys("<pagedown>");
        driver.settle();
    }
    driver.keys("]");
    driver.settle();
    driver.keys("[");
    driver.wait(100);
    driver.keys("gg");
    driver.settle();
    assert_eq!(driver.selected(), Some(1999));
}

#[test]
fn a_document_that_is_gone_meanwhile_leaves_its_place() {
    let mut driver = two(2000);
    for _ in 0..12 {
        driver.keys("<pagedown>");
        driver.settle();
    }
    let (selected, shown) = (driver.selected().unwrap(), driver.shown());
    driver.keys("]");
    driver.settle();
    driver.rows.remove(HERE, selected);
    driver.rows.remove(HERE, shown[0]);
    driver.keys("[");
    driver.settle();
    assert_eq!(driver.shown()[0], shown[1]);
    assert!(driver.app.list().window.wants(Side::Before) || driver.selected().is_some());
}

#[test]
fn a_failure_on_the_way_back_is_said_and_the_place_is_read_on_request() {
    let mut driver = two(2000);
    for _ in 0..12 {
        driver.keys("<pagedown>");
        driver.settle();
    }
    let shown = driver.shown();
    driver.keys("]");
    driver.settle();
    driver.keys("[");
    driver.wait(100);
    driver.fail(driver.expect_start(is_page), gone());
    driver.must_see("MongoDB at db:27017 does not answer");
    driver.keys("R");
    driver.settle();
    assert_eq!(driver.shown(), shown);
}
