//! What a write of one's own changes on the screen once it has ended, wherever it is known from.

use dualscope::app::command::Context;
use dualscope::domain::Key;
use dualscope::domain::intent::{Choice, Ending, IntentId, Owner};
use dualscope::domain::plan::Step;
use dualscope::task::event::{Failure, OpenIntent, Outcome, StepReport, What};
use dualscope::task::spec::TaskSpec;
use pretty_assertions::assert_eq;

use super::editing::{editing, review, type_into};
use super::overtaken::with;
use super::unfinished::{left_open, verdict};
use super::writing::{is_write, on_a_healthy_row};
use crate::support::driver::{Driver, gone, is_inspect};
use crate::support::pen::story;

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
    assert_eq!(
        newest(&driver),
        [""; 0],
        "nothing is said before it is read"
    );
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

#[test]
fn a_running_write_says_where_it_stands_and_for_how_long_and_a_finished_one_offers_nothing() {
    let mut driver = Driver::writing_with(|options| options.patience = 60_000);
    on_a_healthy_row(&mut driver);
    driver.keys("D");
    driver.answer(driver.expect_start(is_inspect));
    driver.keys("y");
    let write = driver.expect_start(is_write);
    let step = |step, said: &str| {
        What::Step(StepReport {
            intent: IntentId("here".into()),
            step,
            said: said.to_owned(),
        })
    };
    driver.report(write, What::Started);
    driver.report(write, step(Step::Submit, "sending the value"));
    driver.wait(3_000);
    driver.keys("w");
    driver.must_see("submit to 0G, 3 s");
    for said in ["0 ms", "5 s"] {
        let said = format!("waiting until applied ({said} of 60 s)");
        driver.report(write, step(Step::Confirm, &said));
        driver.wait(6_000);
    }
    driver.must_see("waiting until applied, 12 s of 60 s");
    driver.keys("+");
    driver.must_see("the write waits once more as long: 120 s in all");
    driver.must_see("waiting until applied, 12 s of 120 s");
    driver.keys("<enter>");
    for said in ["asked for (UTC)", "submit to 0G: sending the value"] {
        driver.must_see(said);
    }
    let row = "waiting until applied, 12 s of 120 s";
    assert_eq!(driver.screen().matches(row).count(), 2, "row and steps");
    driver.wait(1_000);
    driver.must_see("13 s of 120 s");

    driver.answer(write);
    driver.must_see("done: deleted, read back from both stores");
    let screen = driver.screen();
    let footer = screen.lines().last().unwrap();
    for refused in ["x cancel", "r retry", "+ longer"] {
        assert!(!footer.contains(refused), "{footer}");
    }
    assert!(footer.contains("enter steps"), "{footer}");
    driver.keys("<enter>");
    assert!(!driver.sees("asked for (UTC)"));
}

/// A write of the selected document that ended as not applied yet.
fn left_unapplied(driver: &mut Driver, key: &Key) {
    driver.keys("d");
    driver.answer(driver.expect_start(is_inspect));
    driver.keys("y");
    unapplied(driver, key);
}

/// The write that runs ends as not applied yet.
fn unapplied(driver: &mut Driver, key: &Key) {
    let task = driver.expect_start(is_write);
    let TaskSpec::Write { plan, .. } = driver.spec(task) else {
        unreachable!()
    };
    let end = (Ending::NotApplied, "not visible after 60 s".to_owned());
    let written = driver.rows.pen.end(&driver.rows, &plan, end);
    let mut story = story("left", &plan);
    story.intent = written.intent.clone().unwrap();
    driver.rows.pen.left.borrow_mut().push(OpenIntent {
        story,
        owner: Owner::Ours,
        elsewhere: false,
        verdict: Some(verdict(&[Choice::Finish, Choice::Drop])),
    });
    driver.finish(task, Outcome::from(written));
    assert!(driver.app.is_left_open(key));
}

#[test]
fn a_write_that_is_left_open_stays_in_sight_until_it_is_settled() {
    for settled in ["f", "xg<enter>"] {
        let mut driver = Driver::writing();
        let key = on_a_healthy_row(&mut driver);
        let row = format!("\u{25cf} …{}", &key.id[17..]);
        driver.must_see(&row);
        left_unapplied(&mut driver, &key);
        driver.wait(60_000);
        driver.settle();
        driver.must_see("1 open (W)");
        driver.must_see("a write of yours is open (W) ● in step");
        assert!(!driver.sees(&row), "the row is not just in step");
        driver.must_see(&format!("\u{21ba} …{}", &key.id[17..]));
        driver.keys("j");
        driver.settle();
        assert!(!driver.sees("a write of yours is open"), "another document");
        driver.must_see("1 open (W)");
        driver.keys("W");
        driver.settle();
        driver.keys(settled);
        driver.settle();
        driver.keys("<esc>");
        assert!(!driver.sees("open (W)"), "{settled}: {}", driver.screen());
        assert!(!driver.app.is_left_open(&key));
        assert_eq!(driver.app.left_here(), []);
    }
}

#[test]
fn what_this_session_left_open_is_kept_apart_from_what_earlier_runs_left() {
    let (driver, _) = left_open(Owner::Gone, false, &[Choice::Finish]);
    assert_eq!(driver.app.left_open(), 1);
    assert_eq!(driver.app.left_here(), []);

    let mut driver = Driver::writing();
    let key = on_a_healthy_row(&mut driver);
    left_unapplied(&mut driver, &key);
    let [left] = driver.app.left_here() else {
        panic!("{:?}", driver.app.left_here())
    };
    assert_eq!(left.key, key);
    assert_eq!(left.said, "not applied yet: not visible after 60 s");
    assert_eq!(left.intent, Some(IntentId("intent-0".into())));

    // somebody else brings it to its end
    driver.keys("R");
    driver.settle();
    assert_eq!(driver.app.left_here().len(), 1, "it is open still");
    driver.rows.pen.left.borrow_mut().clear();
    driver.keys("R");
    driver.settle();
    assert_eq!(driver.app.left_here(), []);
}

#[test]
fn a_look_at_the_journal_that_began_before_a_write_ended_does_not_take_it_for_settled() {
    let mut driver = Driver::writing();
    let key = on_a_healthy_row(&mut driver);
    driver.keys("d");
    driver.answer(driver.expect_start(is_inspect));
    driver.keys("yW");
    let survey = driver.expect_start(|spec| *spec == TaskSpec::Survey);
    unapplied(&mut driver, &key);
    let seen_before = Outcome::Open(Vec::new(), Vec::new());
    driver.finish(survey, seen_before);
    assert_eq!(driver.app.left_here().len(), 1);
    assert_eq!(driver.app.left_open(), 1);
}

#[test]
fn a_write_that_a_fault_of_the_program_ended_is_left_open_until_the_journal_says_otherwise() {
    for is_open in [true, false] {
        let mut driver = Driver::writing();
        let key = on_a_healthy_row(&mut driver);
        driver.keys("d");
        driver.answer(driver.expect_start(is_inspect));
        driver.keys("y");
        let task = driver.expect_start(is_write);
        let TaskSpec::Write { plan, .. } = driver.spec(task) else {
            unreachable!()
        };
        let failure = Failure {
            said: "a fault in dualscope".to_owned(),
            hint: String::new(),
            kind: "bug",
            again: false,
        };
        driver.fail(task, failure);
        assert_eq!(driver.app.left_here()[0].key, key);
        let open = OpenIntent {
            story: story("broken", &plan),
            owner: Owner::Ours,
            elsewhere: false,
            verdict: None,
        };
        let found = if is_open { vec![open] } else { Vec::new() };
        driver.rows.pen.left.borrow_mut().extend(found);
        driver.answer(driver.expect_start(|spec| *spec == TaskSpec::Survey));
        let left = driver.app.left_here();
        let named: Vec<_> = left.iter().map(|left| left.intent.clone()).collect();
        let broken = Some(IntentId("broken".into()));
        assert_eq!(named, if is_open { vec![broken] } else { vec![] });
    }
}

#[test]
fn a_write_to_a_document_whose_last_one_is_open_says_so_in_its_review() {
    let mut driver = Driver::writing();
    let key = on_a_healthy_row(&mut driver);
    left_unapplied(&mut driver, &key);
    driver.wait(60_000);
    driver.settle();
    driver.keys("d");
    driver.answer(driver.expect_start(is_inspect));
    driver.must_see("to this document is still open: W takes it up first");
    driver.keys("<esc>");
    driver.keys("j");
    driver.settle();
    driver.keys("d");
    driver.answer(driver.expect_start(is_inspect));
    assert!(!driver.sees("is still open"), "{key} is another document");
    driver.keys("y");
    driver.expect_start(is_write);
}

#[test]
fn the_draft_of_a_text_goes_when_its_write_is_finished_from_the_list() {
    for (settled, kept) in [("f", 0), ("xg<enter>", 1)] {
        let (mut driver, key) = editing();
        type_into(&mut driver, "\"summary\"", " Mine.");
        driver.wait(2_000);
        assert_eq!(driver.drafts.len(), 1);
        review(&mut driver);
        driver.keys("y");
        unapplied(&mut driver, &key);
        driver.keys("W");
        driver.settle();
        // the open write stands before the drafts
        driver.keys(settled);
        driver.settle();
        assert_eq!(driver.drafts.len(), kept, "{settled}: {}", driver.screen());
    }
}

#[test]
fn what_an_earlier_run_left_open_counts_from_the_start_and_what_others_settle_goes_with_the_next_look()
 {
    let (mut driver, key) = left_open(Owner::Gone, false, &[Choice::Finish]);
    driver.keys("<esc>");
    driver.settle();
    driver.must_see("1 open (W)");
    assert!(driver.app.is_left_open(&key));
    driver.rows.pen.left.borrow_mut().clear();
    driver.keys("R");
    driver.settle();
    assert!(!driver.sees("open (W)"));

    for (owner, elsewhere) in [(Owner::Alive, false), (Owner::Gone, true)] {
        let (driver, _) = left_open(owner, elsewhere, &[]);
        assert_eq!(driver.app.left_open(), 0, "it is not this session's");
    }
}

#[test]
fn how_far_the_store_is_is_asked_right_behind_a_write() {
    let mut driver = Driver::writing();
    on_a_healthy_row(&mut driver);
    driver.keys("D");
    driver.answer(driver.expect_start(is_inspect));
    driver.keys("y");
    let write = driver.expect_start(is_write);
    driver.must_see("applied 1 284");
    driver.rows.window.applied = Some(1_285);
    driver.answer(write);
    driver.wait(10);
    let health = driver.expect_start(|spec| *spec == TaskSpec::Health);
    driver.answer(health);
    driver.must_see("applied 1 285");

    // One that was asked before the write ended may not know of it.
    driver.keys("u");
    driver.answer(driver.expect_start(|spec| matches!(spec, TaskSpec::PlanUndo(_))));
    driver.keys("y");
    let write = driver.expect_start(is_write);
    driver.keys("R");
    let before = driver.expect_start(|spec| *spec == TaskSpec::Health);
    driver.answer(write);
    driver.answer(before);
    driver.rows.window.applied = Some(1_286);
    driver.wait(10);
    driver.answer(driver.expect_start(|spec| *spec == TaskSpec::Health));
    driver.must_see("applied 1 286");
}
