//! `u` where the last write is none to take back: what became of it, and the keys that help. The
//! screen names no command line: nobody outside may see this session's journal.

use dualscope::domain::intent::{Ending, Fact};
use dualscope::domain::{Key, Version};
use dualscope::task::event::{Halfway, Outcome, Stuck};
use dualscope::task::spec::TaskSpec;

use super::writing::{is_write, on_a_healthy_row};
use crate::support::driver::{Driver, is_inspect};
use crate::support::pen::story;

const GIVEN_UP: (bool, Option<Version>, Option<bool>) = (false, Some(Version(2213)), Some(false));

fn value((tombstone, older, followed): (bool, Option<Version>, Option<bool>)) -> Halfway {
    Halfway::Value {
        version: Some(Version(2214)),
        tombstone,
        older,
        followed,
    }
}

/// A screen on which an undo finds a delete that came so far.
fn undone(how: Halfway) -> (Driver, Key) {
    let mut driver = Driver::writing();
    driver.resize(300, 40);
    let key = on_a_healthy_row(&mut driver);
    driver.keys("D");
    driver.answer(driver.expect_start(is_inspect));
    driver.keys("y");
    let task = driver.expect_start(is_write);
    let TaskSpec::Write { plan, .. } = driver.spec(task) else {
        unreachable!()
    };
    driver.answer(task);
    driver.keys("u");
    let undo = driver.expect_start(|spec| matches!(spec, TaskSpec::PlanUndo(_)));
    let mut story = story("left", &plan);
    let (ending, words) = (Ending::GivenUp, "given up: as it is".to_owned());
    story.take(
        1,
        &Fact::Ended {
            ending,
            said: words,
        },
    );
    driver.finish(undo, Outcome::Stuck(Box::new(Stuck { story, how })));
    (driver, key)
}

#[test]
fn an_undo_of_what_is_not_done_names_the_keys_that_help() {
    let half_done = "was given up half done: its value stands in 0G at v2214";
    let deleted = "was given up half done: its tombstone stands in 0G at v2214";
    for (how, said, helps) in [
        (
            Halfway::Open,
            "so it can't be taken back: given up",
            "W takes it up",
        ),
        (
            value(GIVEN_UP),
            half_done,
            "H puts the older value back, r makes MongoDB follow",
        ),
        (
            value((true, Some(Version(2213)), Some(false))),
            deleted,
            "H puts the older value back, D takes the document out of MongoDB",
        ),
        (
            value((false, None, Some(false))),
            half_done,
            "r makes MongoDB follow",
        ),
        (
            value((false, Some(Version(2213)), Some(true))),
            "and MongoDB holds its part",
            "H puts the older value back",
        ),
        (
            value((false, None, Some(true))),
            "and MongoDB holds its part",
            "D deletes it",
        ),
        (
            Halfway::Overwritten,
            "somebody wrote again since",
            "H lists the versions",
        ),
    ] {
        let (driver, key) = undone(how);
        driver.must_see(&format!("undo: the last write to {key} (delete)"));
        driver.must_see(said);
        driver.must_see(&format!("; {helps}"));
        assert!(!driver.sees("`dualscope"), "{}", driver.screen());
        assert!(driver.app.review().is_none());
    }
}
