//! A disk that takes no draft: what was typed is saved again until it is there, nothing says that it is
//! kept before, and no way of closing the editor loses it.

use dualscope::app::layer::LayerKind;
use dualscope::app::{Effect, Outside};
use dualscope::domain::Key;
use dualscope::domain::intent::Ending;
use pretty_assertions::assert_eq;

use super::editing::{edit, editing, is_editing, review, type_into};
use super::writing::sent;
use crate::support::driver::{Driver, gone, is_inspect};

/// A text in the editor that could not be saved.
fn unsaved() -> (Driver, Key) {
    let (mut driver, key) = editing();
    driver.disk_full = true;
    type_into(&mut driver, "\"summary\"", " Mine.");
    driver.wait(1_000);
    driver.must_see("the draft could not be saved (no room); the text is only on the screen");
    (driver, key)
}

fn saves(driver: &Driver) -> usize {
    let is_save = |effect: &&Effect| matches!(effect, Effect::SaveDraft(..));
    driver.effects.iter().filter(is_save).count()
}

/// Whether a message said that a draft is kept.
fn said_kept(driver: &Driver) -> bool {
    let mut notices = driver.app.notices().all();
    notices.any(|notice| notice.text.contains("kept"))
}

fn is_on_disk(driver: &Driver) -> bool {
    let mut drafts = driver.drafts.iter();
    drafts.any(|draft| draft.text.text.contains(" Mine."))
}

#[test]
fn a_draft_that_could_not_be_saved_is_saved_again_until_it_is_there() {
    let (mut driver, key) = unsaved();
    driver.must_see("1 text NOT ON DISK");
    let first = saves(&driver);
    driver.wait(10_000);
    let in_ten_seconds = saves(&driver) - first;
    driver.wait(290_000);
    let in_five_minutes = saves(&driver) - first;
    assert!((2..=5).contains(&in_ten_seconds), "{in_ten_seconds}");
    assert!(
        (7..=12).contains(&in_five_minutes),
        "growing pauses: {in_five_minutes}"
    );
    driver.disk_full = false;
    driver.wait(60_000);
    assert!(is_on_disk(&driver));
    let said = format!("the draft of {key} is on disk now");
    assert!(driver.app.notices().all().any(|notice| notice.text == said));
    assert!(!driver.sees("NOT ON DISK"));
    let all = saves(&driver);
    driver.wait(300_000);
    assert_eq!(saves(&driver), all, "once it is there it is there");
}

#[test]
fn keep_draft_keeps_the_editor_open_while_the_text_is_not_on_disk() {
    let (mut driver, _) = unsaved();
    driver.keys("<esc><down><enter>");
    assert!(is_editing(&driver) && edit(&driver).is_changed());
    driver.must_see("the editor stays open");
    assert!(!said_kept(&driver) && driver.drafts.is_empty());

    driver.disk_full = false;
    driver.keys("<esc><down><enter>");
    assert_eq!(driver.app.top_layer(), LayerKind::Browse);
    assert!(is_on_disk(&driver));
    driver.must_see("the draft is kept; e goes on with it");
}

#[test]
fn keep_draft_on_a_slow_disk_closes_the_editor_when_it_is_there_and_not_over_a_key() {
    let (mut driver, _) = editing();
    driver.slow_disk = true;
    type_into(&mut driver, "\"summary\"", " Mine.");
    driver.keys("<esc><down><enter>");
    assert!(is_editing(&driver), "nothing is known of the file yet");
    driver.must_see("is being saved; the editor closes when it is on disk");
    assert!(!said_kept(&driver));
    driver.keys("x");
    driver.disk_answers();
    assert!(is_editing(&driver), "somebody went on typing");

    driver.keys("<esc><down><enter>");
    driver.disk_answers();
    assert_eq!(driver.app.top_layer(), LayerKind::Browse);
    assert!(is_on_disk(&driver) && said_kept(&driver));
}

#[test]
fn an_answer_for_an_older_text_is_none_for_the_newer_one() {
    let (mut driver, _) = editing();
    driver.slow_disk = true;
    type_into(&mut driver, "\"summary\"", " Older");
    driver.wait(1_000);
    driver.keys(", Mine.");
    driver.wait(1_000);
    let ids: Vec<_> = driver
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::SaveDraft(id, text) => Some((*id, text.text.clone())),
            _ => None,
        })
        .collect();
    let [(id, older), _] = ids.as_slice() else {
        panic!("{ids:?}")
    };
    driver.outside(Outside::Saved(*id, older.clone()));
    driver.keys("<esc><down><enter>");
    assert!(is_editing(&driver) && !said_kept(&driver));
}

/// A text, another one, and the first again: each was ordered to be saved, and the disk is slow from
/// the first or from the second on.
fn taken_back(slow_from: usize) -> (Driver, String) {
    let (mut driver, _) = editing();
    driver.slow_disk = slow_from == 1;
    type_into(&mut driver, "\"summary\"", " Mine.");
    driver.wait(1_000);
    let mine = edit(&driver).text();
    driver.slow_disk = true;
    driver.keys("x");
    driver.wait(1_000);
    assert_eq!(saves(&driver), 2, "the other one is on its way");
    driver.keys("<backspace>");
    driver.wait(1_000);
    assert_eq!(edit(&driver).text(), mine);
    assert_eq!(saves(&driver), 3, "its file will hold the other one");
    (driver, mine)
}

#[test]
fn a_text_taken_back_while_another_is_being_saved_is_saved_again_and_not_called_kept_before() {
    let (mut driver, mine) = taken_back(2);
    driver.keys("<esc><down><enter>");
    assert!(is_editing(&driver) && !said_kept(&driver));

    driver.disk_answers();
    assert_eq!(driver.app.top_layer(), LayerKind::Browse);
    assert!(said_kept(&driver));
    let [draft] = driver.drafts.as_slice() else {
        panic!("{:?}", driver.drafts)
    };
    assert_eq!(*draft.text.text, *mine);
}

#[test]
fn a_text_taken_back_that_could_not_be_saved_again_is_not_lost() {
    let (mut driver, mine) = taken_back(2);
    driver.disk_does(1);
    driver.keys("<esc><down><enter>");
    driver.disk_full = true;
    driver.disk_answers();
    assert!(is_editing(&driver) && !said_kept(&driver));
    (driver.slow_disk, driver.disk_full) = (false, false);
    driver.wait(10_000);
    let [draft] = driver.drafts.as_slice() else {
        panic!("{:?}", driver.drafts)
    };
    assert_eq!(*draft.text.text, *mine);
}

#[test]
fn the_answer_for_the_same_words_before_another_text_is_none_for_those_after_it() {
    let (mut driver, _) = taken_back(1);
    driver.disk_does(1);
    driver.keys("<esc><down><enter>");
    assert!(is_editing(&driver) && !said_kept(&driver));
    driver.disk_answers();
    assert!(said_kept(&driver));
}

/// The text is sent, although no draft of it could be made.
fn sent_unsaved() -> (Driver, Key) {
    let (mut driver, key) = unsaved();
    review(&mut driver);
    driver.keys("y");
    assert_eq!(driver.app.top_layer(), LayerKind::Browse);
    (driver, key)
}

fn ends(driver: &mut Driver, ending: Ending) {
    driver.ends(sent(driver), ending, "as it is");
}

#[test]
fn a_text_that_was_sent_and_refused_is_still_there_and_saved_again() {
    let (mut driver, key) = sent_unsaved();
    ends(&mut driver, Ending::Refused);
    driver.must_see("1 text NOT ON DISK");
    // no "e" of a typed yes
    driver.wait(1_000);
    driver.keys("e");
    driver.answer(driver.expect_start(is_inspect));
    driver.must_see(&format!("There is a draft of {key}"));
    driver.must_see("not on disk yet");
    driver.keys("<enter>");
    assert!(is_editing(&driver), "{}", driver.screen());
    assert!(edit(&driver).text().contains(" Mine."));
    driver.keys("<esc><enter>");
    driver.disk_full = false;
    driver.wait(60_000);
    assert!(is_on_disk(&driver));
    assert_eq!(driver.drafts.len(), 1, "it is the same draft");
}

#[test]
fn a_text_that_was_overtaken_before_it_was_saved_is_not_said_to_be_kept() {
    let (mut driver, _) = sent_unsaved();
    ends(&mut driver, Ending::Conflict);
    assert_eq!(driver.app.top_layer(), LayerKind::Versus);
    driver.keys("<esc>");
    driver.must_see("the text is not on disk yet; it is saved again");
    assert!(!said_kept(&driver));
    driver.disk_full = false;
    driver.wait(60_000);
    assert!(is_on_disk(&driver));
}

#[test]
fn a_text_that_reached_the_stores_needs_no_draft_any_more() {
    let (mut driver, _) = sent_unsaved();
    driver.answer(sent(&driver));
    driver.must_see("read back from both stores");
    let before = saves(&driver);
    driver.disk_full = false;
    driver.wait(300_000);
    assert_eq!((saves(&driver), driver.drafts.len()), (before, 0));
    assert!(!driver.sees("NOT ON DISK"));
    assert_eq!(driver.app.held().count(), 0);
}

#[test]
fn what_is_given_up_is_not_saved_again() {
    let (mut driver, _) = unsaved();
    driver.keys("<esc><down><down><enter>");
    driver.disk_full = false;
    driver.wait(300_000);
    assert!(driver.drafts.is_empty());
    assert_eq!(driver.app.held().count(), 0);

    let (mut driver, _) = sent_unsaved();
    driver.fail(sent(&driver), gone());
    driver.keys("W");
    driver.settle();
    driver.keys("X<down><enter>");
    driver.must_see("the draft was given up");
    driver.disk_full = false;
    driver.wait(300_000);
    assert!(driver.drafts.is_empty());
}

#[test]
fn at_the_end_what_is_not_on_disk_is_saved_once_more_and_told() {
    let (mut driver, _) = sent_unsaved();
    let effects = driver.app.unsaved();
    let [Effect::SaveDraft(id, text)] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert!(text.text.contains(" Mine."));
    let why = "still no room".to_owned();
    let said = driver
        .app
        .last_word(Outside::NotSaved(*id, text.text.clone(), why));
    assert_eq!(said, None);
    let held: Vec<_> = driver
        .app
        .held()
        .map(|held| (held.text.clone(), held.why))
        .collect();
    assert_eq!(held, [(text.clone(), "still no room")]);
    let saved = Outside::Saved(*id, text.text.clone());
    assert_eq!(driver.app.last_word(saved), None);
    assert_eq!(driver.app.held().count(), 0);
}
