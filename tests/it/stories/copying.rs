//! What leaves by the clipboard, and columns that are remembered.

use dualscope::app::{Effect, Msg, Options, Outside};
use pretty_assertions::assert_eq;

use crate::support::driver::{Driver, HERE, options};
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
        [format!("dualscope get {HERE}:{}", hex_id(8))]
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

#[test]
fn columns_are_chosen_shown_and_remembered() {
    let mut driver = Driver::browsing(9);
    driver.resize(150, 40);
    driver.must_see("keywords");
    driver.keys("C");
    driver.must_see("Columns (enter shows or hides)");
    driver.keys("keyw<enter><esc>");
    let [Effect::RememberColumns(name, columns)] = &driver.effects[..] else {
        panic!("{:?}", driver.effects)
    };
    assert_eq!(name, HERE);
    assert_eq!(columns, &["timestamp", "user_id", "group_id"]);
    assert!(!driver.sees("keywords"));

    driver.effects.clear();
    driver.keys("]R");
    driver.settle();
    assert!(!driver.sees("keywords"), "and it stays so");
}

#[test]
fn remembered_columns_are_there_from_the_start_in_their_order() {
    let mut remembered = options();
    let columns = vec!["group_id".to_owned(), "user_id".to_owned()];
    remembered.columns.insert(HERE.to_owned(), columns);
    let mut driver = Driver::new(Options { ..remembered });
    driver.rows.fill(HERE, 0..9);
    driver.resize(120, 40);
    driver.settle();
    let screen = driver.screen();
    let head = screen
        .lines()
        .find(|line| line.contains("group_id"))
        .unwrap();
    assert!(head.find("group_id") < head.find("user_id") && !head.contains("timestamp"));
}
