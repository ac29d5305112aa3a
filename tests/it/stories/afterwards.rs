//! What a write of one's own changes on the screen once it has ended, wherever it is known from.

use dualscope::app::command::Context;
use pretty_assertions::assert_eq;

use super::overtaken::with;
use super::writing::{is_write, on_a_healthy_row};
use crate::support::driver::{Driver, gone, is_inspect};

/// The rows of the list of versions that say so.
fn newest(driver: &Driver) -> Vec<String> {
    let screen = driver.screen();
    let rows = screen.lines().filter(|line| line.contains("newest"));
    rows.map(|row| row.split_whitespace().nth(1).unwrap().to_owned())
        .collect()
}

#[test]
fn the_list_of_versions_is_read_again_when_a_write_to_its_key_has_ended() {
    let mut driver = Driver::writing();
    let key = on_a_healthy_row(&mut driver);
    let first = driver.rows.text(&key).unwrap();
    let second = driver.rows.foreign(&key, &with(&first, "subject", "New"));
    driver.keys("H");
    driver.settle();
    assert_eq!(newest(&driver), [second.to_string()]);
    driver.keys("ju");
    driver.answer(driver.expect_start(is_inspect));
    driver.answer(driver.expect_start(is_inspect));
    driver.keys("y");
    let write = driver.expect_start(is_write);
    driver.answer(write);
    assert_eq!(newest(&driver), [""; 0], "nothing is said before it is read");
    driver.must_see("reading the versions again");
    let chosen = driver.app.active_context();
    driver.settle();
    assert_eq!(driver.app.active_context(), chosen);
    let stored = driver.rows.inspection(&key);
    let third = stored.document.stored.seen().unwrap().version().unwrap();
    assert_eq!(newest(&driver), [third.to_string()]);
    driver.must_see(&second.to_string());
}

#[test]
fn versions_that_cannot_be_read_again_are_not_called_the_newest() {
    let mut driver = Driver::writing();
    on_a_healthy_row(&mut driver);
    driver.keys("d");
    driver.answer(driver.expect_start(is_inspect));
    driver.keys("y");
    let write = driver.expect_start(is_write);
    driver.keys("H");
    driver.settle_but(write);
    assert_eq!(newest(&driver).len(), 1);
    driver.answer(write);
    let history = |spec: &dualscope::task::spec::TaskSpec| {
        matches!(spec, dualscope::task::spec::TaskSpec::History { .. })
    };
    driver.fail(driver.expect_start(history), gone());
    assert_eq!(newest(&driver).len(), 0);
    driver.must_see("R reads again");
    driver.keys("jk");
    assert!(driver.running(history).is_empty(), "not at every key");
    driver.keys("R");
    driver.settle();
    assert_eq!(newest(&driver).len(), 1);
    assert_eq!(driver.app.active_context(), Context::Versions);
}
