//! What leaves by the clipboard, and columns that are remembered.

use dualscope::app::{Effect, Msg, Outside};
use pretty_assertions::assert_eq;

use crate::support::driver::{Driver, HERE};
use crate::support::rows::hex_id;

fn copied(driver: &mut Driver) -> Vec<String> {
    let take = |effect| match effect {
        Effect::Copy(text) => text,
        other => panic!("{other:?}"),
    };
    driver.effects.drain(..).map(take).collect()
}

#[test]
fn value_key_path_and_command_go_out() {
    let mut driver = Driver::browsing(9);
    driver.keys("yY");
    let out = copied(&mut driver);
    assert!(out[0].contains("Row 8 in full."), "{}", out[0]);
    assert_eq!(out[1], format!("{HERE}:{}", hex_id(8)));

    driver.keys(":copy.command<enter>");
    assert_eq!(
        copied(&mut driver),
        [format!("dualscope get {HERE}:{} --view full", hex_id(8))]
    );

    driver.keys("<enter>jjyp");
    let out = copied(&mut driver);
    assert_eq!(out[0], "alice");
    assert_eq!(out[1], "/user_id");
}

#[test]
fn what_was_copied_is_said_by_whoever_carried_it() {
    let mut driver = Driver::browsing(9);
    driver.keys("Y");
    assert!(driver.app.notices().shown().is_none());
    driver.send(Msg::Outside(Outside::Copied(
        "42 bytes to the terminal's clipboard".into(),
    )));
    driver.must_see("42 bytes to the terminal's clipboard");
    driver.send(Msg::Outside(Outside::Failed(
        "too large for the terminal".into(),
    )));
    driver.must_see("too large for the terminal");
}

#[test]
fn the_value_of_an_older_selection_is_never_taken_for_the_new_one() {
    let mut driver = Driver::browsing(9);
    driver.keys("jy");
    assert_eq!(copied(&mut driver), Vec::<String>::new());
    driver.must_see("there is nothing to copy here yet");
    driver.settle();
    driver.keys("y");
    assert!(copied(&mut driver)[0].contains("Row 7 in full."));
}
