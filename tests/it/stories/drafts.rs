//! The drafts of one session: what is begun anew takes the place of none, and each goes only with its
//! own write or by a key that says so.

use dualscope::app::layer::LayerKind;
use dualscope::app::{Edited, Outside};
use dualscope::domain::Key;
use pretty_assertions::assert_eq;

use super::editing::{edit, editing, is_editing, review, type_into};
use super::writing::on_a_healthy_row;
use crate::support::driver::{Driver, is_inspect};

/// Asks for the editor on the selected document; what it offers is on the screen then.
fn ask_for_editor(driver: &mut Driver) {
    driver.keys("e");
    driver.answer(driver.expect_start(is_inspect));
}

/// A draft is kept, and another text is begun over what is stored.
fn begun_anew() -> (Driver, Key) {
    let (mut driver, key) = editing();
    type_into(&mut driver, "\"summary\"", " Older.");
    driver.keys("<esc><down><enter>");
    driver.must_see("the draft is kept");
    ask_for_editor(&mut driver);
    driver.must_see("edit what is stored");
    driver.keys("<down><enter>");
    assert!(is_editing(&driver) && !edit(&driver).is_changed());
    type_into(&mut driver, "\"summary\"", " Newer.");
    driver.wait(1_000);
    (driver, key)
}

fn kept(driver: &Driver) -> Vec<&'static str> {
    let words = [" Older.", " Newer."];
    let on_disk = |word: &&str| {
        let mut drafts = driver.drafts.iter();
        drafts.any(|draft| draft.text.text.contains(word))
    };
    words.into_iter().filter(on_disk).collect()
}

#[test]
fn a_text_that_is_begun_anew_leaves_the_kept_draft_and_both_are_listed() {
    let (mut driver, key) = begun_anew();
    assert_eq!(kept(&driver), [" Older.", " Newer."]);
    driver.keys("<esc><down><enter>");
    ask_for_editor(&mut driver);
    let offered = |driver: &Driver| driver.screen().matches("go on with the draft").count();
    assert_eq!(offered(&driver), 2, "{}", driver.screen());
    driver.keys("<esc>W");
    driver.settle();
    let listed = driver.screen().matches(&format!("draft of {key}")).count();
    assert_eq!(listed, 2, "{}", driver.screen());
}

#[test]
fn a_draft_that_is_gone_on_with_stays_one_draft() {
    let (mut driver, _) = begun_anew();
    driver.keys("<esc><down><enter>");
    ask_for_editor(&mut driver);
    driver.keys("<enter>");
    let older = edit(&driver).text().contains(" Older.");
    type_into(&mut driver, "\"summary\"", " More.");
    driver.wait(1_000);
    assert_eq!((driver.drafts.len(), kept(&driver).len()), (2, 2));
    driver.keys("<esc><down><down><enter>");
    let other = if older { " Newer." } else { " Older." };
    assert_eq!(kept(&driver), [other], "only what was given up is gone");
}

#[test]
fn a_write_that_is_done_takes_its_own_draft_alone() {
    let (mut driver, _) = begun_anew();
    review(&mut driver);
    driver.keys("y");
    driver.settle();
    driver.must_see("read back from both stores");
    assert_eq!(kept(&driver), [" Older."]);
}

#[test]
fn a_draft_that_is_made_what_is_stored_is_not_given_up_by_that() {
    let (mut driver, key) = editing();
    type_into(&mut driver, "\"summary\"", "A");
    driver.keys("<esc><down><enter>");
    ask_for_editor(&mut driver);
    driver.keys("<enter>");
    type_into(&mut driver, "\"summary\"", "<backspace>");
    assert!(is_editing(&driver) && !edit(&driver).is_changed());
    driver.keys("<esc>");
    assert_eq!(driver.app.top_layer(), LayerKind::Browse);
    driver.must_see(&format!("there is still a draft of {key}"));
    assert_eq!(driver.drafts.len(), 1);
}

#[test]
fn a_text_that_an_editor_outside_left_is_found_in_the_list() {
    for (forgets, place) in [
        (
            false,
            "W lists the text: /state/drafts/editing-1/memcells.json",
        ),
        (true, "W lists the text: until the program ends (demo)"),
    ] {
        let mut driver = Driver::writing_with(|options| options.forgets = forgets);
        driver.resize(140, 40);
        on_a_healthy_row(&mut driver);
        ask_for_editor(&mut driver);
        let before = edit(&driver).text();
        driver.keys("<ctrl-o>");
        let file = "/state/drafts/editing-1/memcells.json".into();
        let why = "vi ended with exit status: 1".to_owned();
        driver.outside(Outside::Edited(Edited::Left(why, file)));
        driver.must_see(&format!("exit status: 1; nothing was taken over; {place}"));
        assert_eq!(edit(&driver).text(), before);
    }
}
