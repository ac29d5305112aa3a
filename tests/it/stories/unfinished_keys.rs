//! The keys of the list of what is unfinished: for each entry those that fit it, and the true reason of
//! any other.

use std::path::PathBuf;

use dualscope::app::command::Context;
use dualscope::app::draft::Unreadable;
use dualscope::app::{Effect, Outside};
use dualscope::domain::intent::{Choice, Owner};
use dualscope::task::event::Health;
use dualscope::task::spec::TaskSpec;
use pretty_assertions::assert_eq;

use super::editing::{editing, is_editing, type_into};
use super::unfinished::{left_open, verdict};
use crate::support::driver::{Driver, QUICK, gone};

fn footer(driver: &Driver) -> String {
    driver.screen().lines().last().unwrap().trim().to_owned()
}

/// The list with a draft of this session on it.
fn on_a_draft() -> Driver {
    let (mut driver, _) = editing();
    type_into(&mut driver, "\"summary\"", " Mine.");
    driver.wait(1_500);
    driver.keys("<esc><down><enter>W");
    driver.settle();
    assert_eq!(driver.drafts.len(), 1);
    driver
}

#[test]
fn each_entry_shows_the_keys_that_fit_it_alone() {
    let driver = on_a_draft();
    assert_eq!(footer(&driver), "j/k move  enter open  X discard  esc back");
    let both = [Choice::Finish, Choice::Drop, Choice::Later];
    let (driver, _) = left_open(Owner::Gone, false, &both);
    let keys = "j/k move  enter open  f finish  x give up  esc back";
    assert_eq!(footer(&driver), keys);
    let (driver, _) = left_open(Owner::Gone, false, &[Choice::Later]);
    assert_eq!(footer(&driver), "j/k move  enter open  esc back");
    let (driver, _) = left_open(Owner::Gone, true, &both);
    assert_eq!(footer(&driver), "j/k move  enter open  esc back");
}

#[test]
fn a_key_that_does_not_fit_says_why_in_truth() {
    let mut driver = on_a_draft();
    for key in ["f", "x"] {
        driver.keys(key);
        driver.must_see("it is a text that was typed, and no write");
    }
    for (owner, elsewhere, said) in [
        (Owner::Alive, false, "another program that runs holds it"),
        (Owner::Gone, true, "it is for other stores: "),
    ] {
        let (mut driver, _) = left_open(owner, elsewhere, &[Choice::Finish]);
        driver.keys("f");
        driver.must_see(&format!("finish: {said}"));
        driver.keys("X");
        driver.must_see("discard: it is a write, and no draft");
    }
}

#[test]
fn what_cannot_be_finished_since_mongodb_is_silent_says_that_and_why() {
    let (mut driver, _) = left_open(Owner::Gone, false, &[Choice::Finish]);
    let mut open = driver.rows.pen.left.borrow().clone();
    let mut silent = verdict(&[Choice::Later]);
    silent.uncertain = vec!["what MongoDB holds".to_owned()];
    open[0].verdict = Some(silent);
    *driver.rows.pen.left.borrow_mut() = open;
    driver.keys("R");
    driver.settle();
    driver.wait(30_000);
    let health = driver.expect_start(|spec| *spec == TaskSpec::Health);
    driver.finish(
        health,
        dualscope::task::event::Outcome::Health(Box::new(Health {
            mongo: Err(gone()),
            values: Ok(QUICK),
            window: driver.rows.window,
        })),
    );
    driver.resize(200, 40);
    driver.keys("f");
    driver.must_see(
        "finish: it can't be finished now; not known: what MongoDB holds: MongoDB at db:27017 does \
         not answer",
    );
}

#[test]
fn a_draft_is_discarded_only_after_a_question_and_e_goes_on_with_it() {
    let mut driver = on_a_draft();
    driver.keys("X");
    driver.must_see("was not written");
    driver.keys("<enter>");
    assert_eq!(driver.drafts.len(), 1, "the first answer keeps it");
    assert_eq!(driver.app.active_context(), Context::Recovery);
    driver.keys("X<esc>");
    assert_eq!(driver.drafts.len(), 1);
    driver.keys("e");
    driver.settle();
    driver.keys("<enter>");
    assert!(is_editing(&driver), "{}", driver.screen());
    driver.keys("<esc><down><enter>W");
    driver.settle();
    driver.keys("X<down><enter>");
    assert!(driver.drafts.is_empty());
    driver.must_see("the draft was given up");
    assert!(driver.effects.contains(&Effect::FindDrafts(None)));
}

#[test]
fn a_file_that_is_no_text_is_listed_with_its_whole_path_and_can_be_copied_and_discarded() {
    let mut driver = Driver::writing();
    driver.resize(60, 24);
    driver.keys("W");
    driver.settle();
    let file = PathBuf::from(format!(
        "/home/{}/editing-1/memcells-a.json",
        ["deep"; 9].join("/")
    ));
    let left = Unreadable {
        file: file.clone(),
        said: "not UTF-8: what an editor left of memcells:a".to_owned(),
    };
    driver.outside(Outside::Drafts(None, Vec::new(), vec![left]));
    driver.wait(5_000);
    assert_eq!(
        footer(&driver),
        "j/k move  p copy path  X discard  esc back"
    );
    driver.must_see("not UTF-8: what an editor left of memcells:a");
    let screen = driver.screen();
    let whole: String = screen
        .lines()
        .map(|line| line.trim_matches(['│', ' ']))
        .collect();
    assert!(whole.contains(file.to_str().unwrap()), "{screen}");
    driver.resize(140, 24);
    driver.keys("<enter>");
    driver.must_see("open: it can't be read as text: copy its path");
    driver.keys("p");
    let copied = Effect::Copy(file.to_str().unwrap().to_owned());
    assert!(driver.effects.contains(&copied));
    let removed = Effect::RemoveUnreadable(file);
    driver.keys("X<enter>");
    assert!(
        !driver.effects.contains(&removed),
        "the first answer keeps it"
    );
    driver.keys("X<down><enter>");
    assert!(driver.effects.contains(&removed));
    driver.must_see("nothing is left: no unfinished write, no draft");
}
