//! When a document was deleted, as far as anybody can know.

use dualscope::domain::Key;
use dualscope::task::spec::TaskSpec;

use super::writing::{on_a_healthy_row, sent};
use crate::support::driver::{Driver, is_inspect};

const OURS: &str = "when: 2026-01-20T14:00:00Z, by the journal of this machine (write intent-0)";

fn healthy() -> (Driver, Key) {
    let mut driver = Driver::writing();
    let key = on_a_healthy_row(&mut driver);
    (driver, key)
}

/// A command that is read for and let pass.
fn done(driver: &mut Driver, keys: &str) {
    driver.keys(keys);
    driver.answer(driver.expect_start(is_inspect));
    driver.keys("y");
    driver.answer(sent(driver));
    driver.settle();
}

/// What the tombstone of the open document, and then its versions, say of
/// the time.
fn says(driver: &mut Driver, when: &str) {
    driver.resize(90, 40);
    driver.settle();
    driver.must_see("Tombstone: deleted by an empty write at version");
    driver.must_see(when);
    driver.keys("H");
    driver.settle();
    driver.must_see("Versions of");
    driver.must_see(when);
    driver.keys("j");
    assert!(
        !driver.sees("when: "),
        "that is a value: {}",
        driver.screen()
    );
    driver.keys("k");
    driver.must_see(when);
}

#[test]
fn the_journal_knows_when_a_write_of_ours_deleted() {
    let (mut driver, key) = healthy();
    done(&mut driver, "D");
    driver.keys("w");
    while !matches!(&driver.app.tasks().selected().unwrap().spec, TaskSpec::Write { plan, .. } if plan.key == key)
    {
        driver.keys("j");
    }
    driver.keys("o");
    driver.settle();
    says(&mut driver, OURS);
}

#[test]
fn a_document_that_is_still_listed_says_when_it_was_soft_deleted_and_no_more() {
    let (mut driver, key) = healthy();
    done(&mut driver, "d");
    driver.rows.foreign(&key, "");
    driver.keys("R<enter>");
    driver.settle();
    says(&mut driver, "when: not known by the node");
    driver.resize(160, 40);
    driver.must_see("its soft delete in MongoDB was at 2026-01-20T14:00:0");
}

#[test]
fn where_nobody_knows_when_that_is_said() {
    let (mut driver, key) = healthy();
    driver.rows.foreign(&key, "");
    driver.keys("R<enter>");
    driver.settle();
    says(
        &mut driver,
        "when: not known by the node, which keeps no times",
    );
}
