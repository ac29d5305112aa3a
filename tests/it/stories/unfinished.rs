//! What is left of earlier runs comes before the browser; and the versions of a value.

use std::sync::Arc;

use dualscope::app::command::Context;
use dualscope::app::draft::{Draft, DraftText};
use dualscope::app::layer::LayerKind;
use dualscope::app::{Effect, Options};
use dualscope::domain::intent::{Choice, Finding, Owner, Verdict};
use dualscope::domain::plan::Desk;
use dualscope::domain::{Catalog, Codec, Key, Version};
use dualscope::task::event::OpenIntent;
use dualscope::task::spec::TaskSpec;
use pretty_assertions::assert_eq;

use super::overtaken::with;
use super::writing::on_a_healthy_row;
use crate::support::driver::{Driver, WALL, gone, is_inspect};
use crate::support::made::writing_options;
use crate::support::pen::story;
use crate::support::rows::Rows;

pub(super) fn verdict(choices: &[Choice]) -> Verdict {
    Verdict {
        finding: Finding::Untouched,
        certain: vec!["nothing was sent; the value is as it was".to_owned()],
        uncertain: vec!["whether the transaction was sent".to_owned()],
        choices: choices.to_vec(),
    }
}

/// A session whose journal has an open delete of the first row.
pub(super) fn left_open(owner: Owner, elsewhere: bool, choices: &[Choice]) -> (Driver, Key) {
    let rows = Rows::demo();
    let (key, plan) = {
        let mut driver = Driver::writing();
        let key = on_a_healthy_row(&mut driver);
        let seen = rows.inspection(&key);
        let model = Catalog::builtin().get(&key.collection);
        let desk = Desk::new(
            (&seen.document, &seen.diagnosis),
            model,
            Codec::Base64,
            WALL * 1000,
        )
        .unwrap();
        (key, Arc::new(desk.delete().unwrap()))
    };
    let verdict = (owner == Owner::Gone && !elsewhere).then(|| verdict(choices));
    rows.pen.left.borrow_mut().push(OpenIntent {
        story: story("left-open", &plan),
        owner,
        elsewhere,
        verdict,
    });
    (started(rows, |_| {}), key)
}

fn started(rows: Rows, change: impl FnOnce(&mut Options)) -> Driver {
    let mut options = writing_options();
    change(&mut options);
    let mut driver = Driver::new(options);
    driver.rows = rows;
    driver.resize(120, 40);
    driver.settle();
    driver
}

/// An open write that can be finished or given up, on a screen of this size.
pub(crate) fn left_open_at(size: (u16, u16)) -> Driver {
    let choices = [Choice::Finish, Choice::Drop, Choice::Later];
    let (mut driver, _) = left_open(Owner::Gone, false, &choices);
    driver.resize(size.0, size.1);
    driver
}

#[test]
fn an_open_write_stands_before_the_browser_and_can_be_finished() {
    let (mut driver, key) = left_open(Owner::Gone, false, &[Choice::Finish, Choice::Later]);
    assert_eq!(driver.app.active_context(), Context::Recovery);
    for said in [
        "Unfinished writes and drafts",
        &format!("delete {key}"),
        "certain",
        "nothing was sent; the value is as it was",
        "not known",
        "whether the transaction was sent",
        "be finished: the steps that are left are taken",
    ] {
        driver.must_see(said);
    }
    driver.keys("x");
    driver.must_see("it can't be given up");
    driver.keys("f");
    let resume = driver.expect_start(|spec| matches!(spec, TaskSpec::Resume { .. }));
    driver.answer(resume);
    driver.settle();
    driver.must_see("nothing is left");
    assert_eq!(driver.rows.text(&key), None);
    driver.keys("<esc>");
    assert_eq!(driver.app.top_layer(), LayerKind::Browse);
}

#[test]
fn a_write_is_given_up_only_after_a_question_that_says_what_it_means() {
    let is_resume = |spec: &TaskSpec| matches!(spec, TaskSpec::Resume { .. });
    let choices = [Choice::Finish, Choice::Drop, Choice::Later];
    for (finding, means) in [
        (
            Finding::Ours(Version(2214)),
            "its tombstone stays in 0G (v2214), MongoDB stays as it is now",
        ),
        (
            Finding::Untouched,
            "both stores stay as they are now; its value may still come",
        ),
        (
            Finding::Superseded(Version(2214)),
            "both stores stay as they are now ",
        ),
    ] {
        let (mut driver, key) = left_open(Owner::Gone, false, &choices);
        let mut open = driver.rows.pen.left.borrow().clone();
        open[0].verdict.as_mut().unwrap().finding = finding;
        *driver.rows.pen.left.borrow_mut() = open;
        driver.keys("R");
        driver.settle();
        for kept in ["<enter>", "b<enter>", "<esc>"] {
            driver.keys("x");
            driver.must_see(&format!("Give up: delete {key}"));
            driver.must_see("the write stays open");
            driver.must_see(means);
            driver.keys(kept);
            assert_eq!(driver.app.active_context(), Context::Recovery);
            assert!(driver.running(is_resume).is_empty(), "x{kept}");
        }
        driver.keys("xg<enter>");
        driver.answer(driver.expect_start(is_resume));
        driver.must_see(&format!(
            "given up on request: nothing was sent; {key} (w shows its steps)"
        ));
    }
}

#[test]
fn a_protected_profile_wants_its_name_before_a_write_is_taken_up_or_given_up() {
    let is_resume = |spec: &TaskSpec| matches!(spec, TaskSpec::Resume { .. });
    for (key, what) in [("f", "finish"), ("x", "give up")] {
        let choices = [Choice::Finish, Choice::Drop, Choice::Later];
        let (driver, _) = left_open(Owner::Gone, false, &choices);
        let mut driver = started(driver.rows, |options| {
            options.profile = "production".to_owned();
            if let Ok(writing) = &mut options.writing {
                writing.protected = true;
            }
        });
        for typed in ["<enter>", "y<enter>", "production<esc>"] {
            driver.keys(key);
            driver.must_see(&format!(
                "{what}: profile production is protected; type its name"
            ));
            assert!(
                !driver.sees("the write stays open"),
                "one question, not two"
            );
            driver.keys(typed);
            driver.must_see("that is not the profile's name; nothing was done");
            assert!(driver.running(is_resume).is_empty(), "{key}{typed}");
        }
        driver.keys(key);
        driver.keys("production<enter>");
        driver.answer(driver.expect_start(is_resume));
        driver.settle();
        driver.must_see("nothing is left");
    }
}

#[test]
fn writes_of_running_programs_and_of_other_stores_are_named_and_left_alone() {
    for (owner, elsewhere, said) in [
        (Owner::Alive, false, "another program that runs holds it"),
        (Owner::Gone, true, "for other stores"),
    ] {
        let (mut driver, _) = left_open(owner, elsewhere, &[Choice::Finish]);
        driver.must_see(said);
        driver.keys("fx");
        assert!(driver.running.is_empty());
    }
}

#[test]
fn a_draft_of_an_earlier_run_is_listed_and_opens_in_the_editor() {
    let mut driver = Driver::new(writing_options());
    driver.rows = Rows::demo();
    let key = {
        let mut other = Driver::writing();
        on_a_healthy_row(&mut other)
    };
    let seen = driver.rows.inspection(&key);
    let base = seen.document.stored.seen().unwrap().version();
    let text: Arc<str> = driver
        .rows
        .text(&key)
        .unwrap()
        .replacen('{', "{\"extend\":null,", 1)
        .into();
    driver.drafts.push(Draft {
        text: DraftText {
            key: key.clone(),
            base,
            text,
        },
        at: WALL - 3_600_000,
        own: None,
        file: Some("/other/draft".into()),
        elsewhere: None,
    });
    driver.resize(120, 40);
    driver.settle();
    driver.must_see(&format!("draft of {key}"));
    driver.keys("<enter>");
    driver.settle();
    driver.must_see("go on with the draft  saved 2026-01-20 13:00:00 UTC");
    driver.keys("<enter>");
    assert_eq!(driver.app.active_context(), Context::Edit);
    driver.wait(1_500);
    assert_eq!(driver.drafts.len(), 2, "it is this run's as well now");
    driver.keys("<esc><down><down><enter>");
    assert!(driver.drafts.is_empty(), "given up: both");
}

#[test]
fn one_write_that_was_found_is_counted_as_one() {
    let (mut driver, _) = left_open(Owner::Gone, false, &[Choice::Finish]);
    driver.keys("R");
    driver.settle();
    driver.keys("<esc>w<enter>");
    driver.must_see("done: 1 unfinished write");
    assert!(!driver.sees("1 unfinished writes"), "{}", driver.screen());
}

#[test]
fn without_anything_left_nothing_comes_up_and_asking_says_so() {
    let mut driver = Driver::writing();
    assert_eq!(driver.app.top_layer(), LayerKind::Browse);
    driver.keys("W");
    driver.settle();
    driver.must_see("nothing is left: no unfinished write, no draft");
    driver.keys("q");
    assert_eq!(driver.app.top_layer(), LayerKind::Browse);
    assert!(!driver.effects.contains(&Effect::Exit), "q left the page");

    driver.keys("W");
    let survey = driver.expect_start(|spec| *spec == TaskSpec::Survey);
    driver.fail(survey, gone());
    driver.must_see("which writes are unfinished could not be looked up");
    assert!(!driver.sees("nothing is left"), "nobody knows");
}

#[test]
fn a_session_that_cannot_write_asks_no_journal() {
    let driver = Driver::writing_with(|options| options.writing = Err("reads only".to_owned()));
    let asked = |spec: &TaskSpec| *spec == TaskSpec::Survey;
    assert!(!driver.asked.iter().any(|(_, spec)| asked(spec)));
    assert!(!driver.effects.contains(&Effect::FindDrafts(None)));
}

#[test]
fn versions_are_listed_looked_at_compared_and_put_back() {
    let mut driver = Driver::writing();
    let key = on_a_healthy_row(&mut driver);
    let first = driver.rows.text(&key).unwrap();
    driver.rows.foreign(&key, &with(&first, "subject", "New"));
    driver.rows.foreign(&key, "");
    driver.keys("H");
    driver.settle();
    driver.must_see(&format!("Versions of {key}"));
    driver.must_see("tombstone");
    driver.must_see("newest");
    driver.must_see("the first version; before it the key was never written");
    driver.keys("j<space>j=");
    driver.settle();
    driver.must_see("+  /subject: \"New\"");
    driver.keys("<esc><enter>");
    driver.settle();
    driver.must_see("\"created_at\":");
    driver.keys("<esc>u");
    driver.answer(driver.expect_start(is_inspect));
    driver.answer(driver.expect_start(is_inspect));
    driver.must_see("Put back a version of 1 document");
    driver.keys("y");
    driver.settle();
    assert_eq!(driver.rows.text(&key).unwrap(), first);
}
