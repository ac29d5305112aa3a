//! The screens of writing: review, editor, three texts, unfinished writes, leaving.

use dualscope::domain::intent::Ending;

use super::at_both;
use crate::stories::editing::{review, type_into};
use crate::stories::overtaken::{overtaken, with};
use crate::stories::unfinished::left_open_at;
use crate::stories::writing::{on_a_healthy_row, sent};
use crate::support::driver::{Driver, is_inspect};

fn at(size: (u16, u16)) -> Driver {
    let mut driver = Driver::writing();
    on_a_healthy_row(&mut driver);
    driver.resize(size.0, size.1);
    driver.settle();
    driver
}

fn reviewing(size: (u16, u16), key: &str) -> Driver {
    let mut driver = at(size);
    driver.keys(key);
    driver.answer(driver.expect_start(is_inspect));
    driver
}

#[test]
fn review_of_a_delete() {
    at_both("review-delete", |size| reviewing(size, "D"));
}

#[test]
fn review_of_a_soft_delete() {
    at_both("review-soft-delete", |size| reviewing(size, "d"));
}

#[test]
fn review_of_an_edit() {
    at_both("review-edit", |size| {
        let mut driver = reviewing(size, "e");
        type_into(&mut driver, "\"summary\"", " More.");
        review(&mut driver);
        driver
    });
}

#[test]
fn review_in_a_protected_profile() {
    at_both("review-protected", |size| {
        let mut driver = Driver::writing_with(|options| {
            options.profile = "production".to_owned();
            if let Ok(writing) = &mut options.writing {
                writing.protected = true;
            }
        });
        on_a_healthy_row(&mut driver);
        driver.resize(size.0, size.1);
        driver.settle();
        driver.keys("D");
        driver.answer(driver.expect_start(is_inspect));
        driver.keys("prod");
        driver
    });
}

#[test]
fn editor() {
    at_both("editor", |size| {
        let mut driver = reviewing(size, "e");
        driver.wait(400);
        driver
    });
}

#[test]
fn editor_with_a_fault() {
    at_both("editor-fault", |size| {
        let mut driver = reviewing(size, "e");
        driver.keys("<ctrl-g>4<enter>x");
        driver.wait(400);
        driver
    });
}

#[test]
fn editor_that_is_left() {
    at_both("editor-left", |size| {
        let mut driver = reviewing(size, "e");
        type_into(&mut driver, "\"summary\"", " More.");
        driver.wait(400);
        driver.keys("<esc>");
        driver
    });
}

#[test]
fn three_texts() {
    at_both("versus", |size| {
        let (mut driver, _) = overtaken(|text| {
            let name = text.find("\"summary\"").unwrap() + "\"summary\"".len();
            let value = name + text[name..].find('"').unwrap() + 1;
            let (start, end) = text.split_at(value);
            format!("{start}Theirs: {end}")
        });
        driver.resize(size.0, size.1);
        driver
    });
}

#[test]
fn unfinished_writes() {
    at_both("unfinished", left_open_at);
}

#[test]
fn leaving_during_a_write() {
    at_both("leaving", |size| {
        let mut driver = reviewing(size, "d");
        driver.keys("yq");
        driver
    });
}

#[test]
fn versions() {
    at_both("versions", |size| {
        let mut driver = at(size);
        let key = driver.app.selected_key().unwrap().clone();
        let text = driver.rows.text(&key).unwrap();
        driver.rows.foreign(&key, &with(&text, "subject", "New"));
        driver.rows.foreign(&key, "");
        driver.keys("H");
        driver.settle();
        driver.keys("j<space>j");
        driver
    });
}

#[test]
fn a_write_that_was_left() {
    at_both("left", |size| {
        let mut driver = reviewing(size, "D");
        driver.keys("y");
        let task = sent(&driver);
        let said = "submitted, and not applied after 60 s";
        driver.ends(task, Ending::NotApplied, said);
        driver
    });
}
