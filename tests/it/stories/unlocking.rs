//! The keys of the writer come later than the first picture, or not at all.

use dualscope::app::Options;
use dualscope::task::event::{Failure, Outcome, Way, What};
use dualscope::task::spec::TaskSpec;

use super::writing::{is_write, on_a_healthy_row};
use crate::support::driver::Driver;

const REASON: &str = "the wallet key is still being fetched";

fn is_unlock(spec: &TaskSpec) -> bool {
    matches!(spec, TaskSpec::Unlock)
}

fn is_survey(spec: &TaskSpec) -> bool {
    matches!(spec, TaskSpec::Survey)
}

/// A session that waits for its keys, everything else read.
fn locked() -> Driver {
    let later = |options: &mut Options| {
        options.later = options.writing.clone().ok();
        options.writing = Err(REASON.to_owned());
    };
    let mut driver = Driver::new({
        let mut options = crate::support::driver::writing_options();
        later(&mut options);
        options
    });
    driver.rows = crate::support::rows::Rows::demo();
    driver.resize(120, 40);
    let unlock = driver.expect_start(is_unlock);
    for _ in 0..200 {
        let other = driver.running(|spec| !is_unlock(spec));
        match other.first() {
            Some(task) => driver.answer(*task),
            None => driver.wait(50),
        }
    }
    assert_eq!(driver.running(is_unlock), [unlock]);
    driver
}

fn way() -> Way {
    Way {
        by: "0g-storage-client".to_owned(),
        encryption: "none".to_owned(),
        limit: Some(dualscope::domain::plan::Room {
            most: 131_000,
            quoted: true,
            line: None,
        }),
    }
}

#[test]
fn everything_can_be_read_meanwhile_and_the_keys_that_write_say_why_they_do_not() {
    let mut driver = locked();
    driver.must_see("READ-ONLY");
    driver.must_see("memcells");
    for key in ["e", "E", "a", "d", "D", "r", "u"] {
        driver.keys(key);
        driver.must_see(REASON);
        assert!(driver.running(|spec| !is_unlock(spec)).is_empty(), "{key}");
    }
    assert!(driver.asked.iter().all(|(_, spec)| !is_survey(spec)));
}

#[test]
fn the_session_writes_when_they_are_there() {
    let mut driver = locked();
    let unlock = driver.expect_start(is_unlock);
    driver.finish(unlock, Outcome::Unlocked(way()));
    driver.must_see("the keys are there: this session can write now");
    assert!(!driver.sees("READ-ONLY"));
    // What earlier runs left open is looked for now.
    driver.expect_start(is_survey);
    driver.settle();
    on_a_healthy_row(&mut driver);
    driver.keys("d");
    driver.settle();
    driver.must_see("0g-storage-client");
    driver.keys("y");
    driver.expect_start(is_write);
}

#[test]
fn keys_that_do_not_come_are_said_and_can_be_fetched_again() {
    let mut driver = locked();
    let unlock = driver.expect_start(is_unlock);
    let said = "the command of `writer.wallet_key` (config.toml:4) ended with status 3";
    driver.fail(
        unlock,
        Failure {
            said: said.to_owned(),
            hint: "this session only reads".to_owned(),
            kind: "refused",
            again: false,
        },
    );
    driver.must_see(&format!("{said}: this session only reads"));
    driver.must_see("READ-ONLY");
    driver.wait(60_000);
    driver.keys("e");
    driver.must_see(said);

    driver.keys("w");
    driver.must_see("fetch the keys of the writer");
    while driver.app.tasks().selected().unwrap().id != unlock {
        driver.keys("j");
    }
    driver.keys("r");
    let again = driver.expect_start(is_unlock);
    driver.keys("<esc>e");
    driver.must_see(REASON);
    driver.report(again, What::Cancelled);
    driver.must_see("fetching the keys was stopped: this session only reads");
}
