//! "Can't tell" offers no destructive action: what a blind store says of a document is no ground for
//! a write over it.

use dualscope::app::command::Context;
use dualscope::domain::{State, Stored, Window};
use dualscope::task::spec::TaskSpec;
use pretty_assertions::assert_eq;

use super::writing::{is_write, selected};
use crate::support::driver::{Driver, is_inspect};

const BLIND: Window = Window {
    held: Some(true),
    applied: Some(1284),
    first: Some(500),
};

/// On a listed document without a value, while the node still sees everything.
fn on_a_row_without_value() -> Driver {
    let mut driver = Driver::writing();
    driver.keys("fis:soft-deleted-no-value<enter>");
    driver.settle();
    for _ in 0..3 {
        let shown = driver.app.viewer().inspection().unwrap();
        if shown.document.stored.seen() == Some(&Stored::Absent) {
            return driver;
        }
        driver.keys("j");
        driver.settle();
    }
    panic!("every row has a value");
}

fn nothing_begun(driver: &Driver, key: &str) {
    assert_eq!(driver.app.active_context(), Context::List, "{key}");
    assert!(driver.app.review().is_none(), "{key}");
    assert!(driver.running(is_write).is_empty(), "{key}");
}

#[test]
fn a_node_that_lost_its_history_since_the_document_was_shown_stops_every_write_over_it() {
    for key in ["D", "e", "E", "A"] {
        let mut driver = on_a_row_without_value();
        driver.rows.window = BLIND;
        driver.keys(key);
        driver.answer(driver.expect_start(is_inspect));
        nothing_begun(&driver, key);
        let said = if key == "A" {
            "duplicate: there is no readable value to copy"
        } else {
            "below its history: the node starts at 500"
        };
        driver.must_see(said);
    }
}

#[test]
fn the_keys_are_off_with_the_reason_where_the_screen_says_that_it_cannot_be_told() {
    let mut driver = on_a_row_without_value();
    driver.rows.window = BLIND;
    driver.keys("f<ctrl-u>is:unknown<enter>");
    driver.settle();
    let document = selected(&driver);
    let shown = driver.app.viewer().inspection().unwrap();
    assert_eq!(shown.diagnosis.state, State::Unknown, "{document}");
    driver.resize(140, 40);
    for offer in ["e edit", "D delete"] {
        assert!(!driver.sees(offer), "{offer} is offered");
    }
    driver.must_see("d soft-delete");
    for (key, name) in [
        ("D", "delete"),
        ("e", "edit"),
        ("E", "editor"),
        ("A", "duplicate"),
        ("r", "rebuild lite"),
    ] {
        driver.keys(key);
        assert!(driver.running.is_empty(), "{key}");
        nothing_begun(&driver, key);
        let why = "can't tell: below its history: the node starts at 500";
        driver.must_see(&format!("{name}: {why}"));
    }
    // The marks are MongoDB's alone, and can be taken back.
    driver.keys("d");
    driver.answer(driver.expect_start(is_inspect));
    driver.must_see("not touched");
}

#[test]
fn a_new_document_is_not_begun_where_nobody_can_tell_that_its_id_is_free() {
    let mut driver = Driver::writing();
    driver.settle();
    driver.rows.window = BLIND;
    driver.keys("a");
    driver.answer(driver.expect_start(is_inspect));
    nothing_begun(&driver, "a");
    driver.must_see("new: can't tell: below its history: the node starts at 500");

    // Once the node has said how far it sees, the key is off.
    driver.wait(60_000);
    driver.settle();
    driver.keys("a");
    assert!(
        driver
            .running(|spec| matches!(spec, TaskSpec::Inspect { .. }))
            .is_empty()
    );
    nothing_begun(&driver, "a");
    driver.must_see("can't tell whether an id is free");
}

#[test]
fn versions_are_hinted_at_only_where_there_may_be_some() {
    let mut driver = on_a_row_without_value();
    let key = selected(&driver);
    let is_history = |spec: &TaskSpec| matches!(spec, TaskSpec::History { .. });
    driver.keys("H");
    driver.must_see("versions: the key was never written, as far as this node can see");
    assert!(driver.running(is_history).is_empty());

    driver.keys("<enter>");
    driver.rows.window = BLIND;
    driver.keys("R");
    driver.settle();
    assert_eq!(selected(&driver), key);
    driver.keys("H");
    driver.settle();
    driver.must_see(&format!("Versions of {key}"));
    driver.must_see("whether it was ever written can't be told: below its history");
    assert!(!driver.sees("never written"), "{}", driver.screen());
}

#[test]
fn the_next_difference_is_hinted_at_only_where_a_field_differs() {
    let mut driver = on_a_row_without_value();
    driver.keys("<enter><tab><tab>");
    driver.must_see("[Diff]");
    driver.must_see("There are not two halves to compare");
    assert!(!driver.sees("] difference"), "{}", driver.screen());
    driver.keys("]");
    driver.must_see("difference: there are not two halves to compare");

    driver.keys("<esc>F");
    driver.settle();
    driver.keys("fis:drifted<enter>");
    driver.settle();
    driver.keys("<enter>");
    driver.must_see("[Diff]");
    driver.must_see("] difference");
    driver.keys("]");
    driver.must_see("difference 2 of 2");
}
