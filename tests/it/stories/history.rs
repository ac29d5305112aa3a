//! Filters used before: walked through like a shell's lines, by collection, and remembered.

use dualscope::app::Effect;
use pretty_assertions::assert_eq;

use crate::support::driver::{Driver, HERE, options};

fn line(driver: &Driver) -> &str {
    driver.app.prompt().unwrap().line.text()
}

fn used(driver: &mut Driver, filters: &[&str]) {
    for filter in filters {
        driver.keys("f<ctrl-u>");
        driver.paste(filter);
        driver.keys("<enter>");
        driver.settle();
    }
    driver.keys("F");
    driver.settle();
}

#[test]
fn up_and_down_walk_through_them_and_what_is_typed_is_not_lost() {
    let mut driver = Driver::browsing(50);
    used(&mut driver, &["user_id:bob", "group_id:g1"]);
    driver.keys("fuser_id:al");
    driver.must_see("up/down earlier filters");
    driver.keys("<up>");
    assert_eq!(line(&driver), "group_id:g1");
    driver.keys("<up>");
    assert_eq!(line(&driver), "user_id:bob");
    driver.keys("<up>");
    assert_eq!(line(&driver), "user_id:bob", "there is none before it");
    driver.keys(" group_id:g2<down><up>");
    assert_eq!(
        line(&driver),
        "user_id:bob group_id:g2",
        "a change stays too"
    );
    driver.keys("<down><down>");
    assert_eq!(line(&driver), "user_id:al", "what was typed");
    driver.keys("ice<enter>");
    driver.settle();
    assert_eq!(
        driver.app.list().filter_text,
        "user_id:alice",
        "typing goes on"
    );
}

#[test]
fn walking_asks_for_nothing_and_is_left_without_a_trace() {
    let mut driver = Driver::browsing(50);
    used(&mut driver, &["user_id:bob"]);
    let (asked, before) = (driver.asked.len(), driver.shown());
    driver.keys("f<ctrl-p>");
    driver.settle();
    assert_eq!(line(&driver), "user_id:bob");
    driver.keys("<esc>");
    driver.settle();
    assert_eq!((driver.asked.len(), driver.shown()), (asked, before));
    assert!(!driver.app.list().is_filtered());
}

#[test]
fn each_is_remembered_when_it_is_used_and_stands_there_once() {
    let mut driver = Driver::browsing(50);
    used(
        &mut driver,
        &[
            "user_id:bob",
            "group_id:g1",
            "user_id:bob",
            " user_id:carol",
        ],
    );
    let remembered = driver.effects.iter().map(|effect| match effect {
        Effect::RememberFilter(name, line) => (name.as_str(), line.as_str()),
        other => panic!("{other:?}"),
    });
    let remembered: Vec<_> = remembered.collect();
    assert_eq!(
        remembered,
        [
            (HERE, "user_id:bob"),
            (HERE, "group_id:g1"),
            (HERE, "user_id:bob"),
        ],
        "one that begins with a blank is not"
    );
    driver.keys("f<up><up>");
    assert_eq!(line(&driver), "group_id:g1");
    driver.keys("<up>");
    assert_eq!(line(&driver), "group_id:g1");
}

#[test]
fn the_filter_in_use_is_not_its_own_history() {
    let mut driver = Driver::browsing(50);
    used(&mut driver, &["user_id:bob", "group_id:g1"]);
    driver.keys("f<up><enter>");
    driver.settle();
    driver.keys("f");
    assert_eq!(line(&driver), "group_id:g1");
    driver.keys("<up>");
    assert_eq!(line(&driver), "user_id:bob");
}

#[test]
fn each_collection_has_its_own_and_finding_has_none() {
    let mut given = options();
    let before = ["user_id:bob".to_owned()].to_vec();
    given.filters.insert(HERE.to_owned(), before);
    let mut driver = Driver::new(given);
    driver.rows.fill(HERE, 0..50);
    driver.rows.fill("memcells", 0..3);
    driver.resize(120, 40);
    driver.settle();
    driver.keys("<enter>");
    driver.keys("f<up>");
    assert_eq!(line(&driver), "user_id:bob", "of an earlier session");
    driver.keys("<esc>/ali<up>");
    assert_eq!(line(&driver), "ali");
    assert!(!driver.sees("earlier filters") && !driver.sees("tab complete"));
    driver.keys("<esc>]");
    driver.settle();
    driver.keys("fx<up><down>");
    assert_eq!(line(&driver), "x");
    assert!(!driver.sees("earlier filters"));
}

#[test]
fn a_filter_with_a_fault_or_without_text_is_not_remembered() {
    let mut driver = Driver::browsing(50);
    driver.keys("fnope<enter><esc>f<enter>");
    driver.settle();
    assert_eq!(driver.effects, []);
}
