//! Whole screens as pictures, each looked at before it was accepted. They show the demo as it is
//! planted at a fixed moment, on a clock that stands where the story left it.

mod writing;

use dualscope::app::{Options, Target};
use dualscope::domain::{Bson, Collection};
use dualscope::task::spec::TaskSpec;
use insta::assert_snapshot;

use crate::support::driver::{Driver, HERE, gone, is_page, options};
use crate::support::rows::{Rows, fields, id};

const SIZES: [(u16, u16); 2] = [(80, 24), (120, 40)];

fn session(open: Option<Target>, size: (u16, u16)) -> Driver {
    let mut driver = Driver::new(Options {
        profile: "demo".to_owned(),
        open,
        ..options()
    });
    driver.rows = Rows::demo();
    driver.resize(size.0, size.1);
    driver
}

fn opened(collection: &str, size: (u16, u16)) -> Driver {
    let mut driver = session(Some(Target::Collection(Collection::new(collection))), size);
    driver.settle();
    driver
}

/// Takes the picture of a story at both usual sizes.
fn at_both(name: &str, story: impl Fn((u16, u16)) -> Driver) {
    for size in SIZES {
        let driver = story(size);
        let name = format!("{name}-{}x{}", size.0, size.1);
        assert_snapshot!(name, driver.screen());
    }
}

#[test]
fn browse_loaded() {
    at_both("browse", |size| {
        let mut driver = opened(HERE, size);
        driver.keys("jjjjj");
        driver.settle();
        driver
    });
    assert_snapshot!("browse-200x50", opened(HERE, (200, 50)).screen());
}

#[test]
fn browse_with_the_collections_in_focus() {
    at_both("collections", |size| {
        let mut driver = opened(HERE, size);
        driver.keys("<esc>");
        driver
    });
}

#[test]
fn browse_loading() {
    at_both("loading", |size| {
        session(Some(Target::Collection(Collection::new(HERE))), size)
    });
}

#[test]
fn browse_empty() {
    at_both("empty", |size| {
        let mut driver = session(None, size);
        driver.rows = Rows::default();
        driver.rows.fill(HERE, 0..0);
        driver.settle();
        driver
    });
}

#[test]
fn browse_failed() {
    at_both("failed", |size| {
        let mut driver = session(Some(Target::Collection(Collection::new(HERE))), size);
        driver.fail(
            driver.expect_start(|spec| *spec == TaskSpec::Collections),
            gone(),
        );
        driver.fail(driver.expect_start(is_page), gone());
        driver.wait(5000);
        driver
    });
}

#[test]
fn browse_with_a_failed_refresh() {
    at_both("failed-refresh", |size| {
        let mut driver = opened(HERE, size);
        driver.keys("R");
        driver.fail(driver.expect_start(is_page), gone());
        driver
    });
}

#[test]
fn text_of_every_width() {
    let odd = [
        "東京で会議をした。とても長い一日だった。",
        "👨‍👩‍👧‍👦 family 🇯🇵 flags 👍🏽",
        "שלום עולם means hello",
        "مرحبا بالعالم",
        "red \u{1b}[31mtext\u{1b}[0m and \u{7} bell\u{9d}",
        "two\nlines\r\nand\ttabs",
        "e\u{301}e\u{301} combining \u{200b}zero\u{202e}width",
        "plain",
    ];
    at_both("wide-text", |size| {
        let mut driver = Driver::new(options());
        driver.rows.dual.push("notes");
        for (number, text) in (0..).zip(odd) {
            let row = fields(vec![
                ("_id", id(number)),
                ("note", Bson::String(text.to_owned())),
                ("count", Bson::Int32(i32::try_from(number).unwrap() * 1000)),
                ("end", Bson::String("|".to_owned())),
            ]);
            driver.rows.index.put(&Collection::new("notes"), row);
            let value = serde_json::json!({ "id": number, "note": text });
            driver.rows.values.insert(number, value.to_string());
        }
        driver.resize(size.0, size.1);
        driver.settle();
        driver.keys("<enter>jjj");
        driver.settle();
        driver
    });
}

#[test]
fn one_document_in_full() {
    at_both("document", |size| {
        let mut driver = opened(HERE, size);
        driver.keys("<enter>jj");
        driver.settle();
        driver
    });
}

#[test]
fn one_document_side_by_side() {
    at_both("diff", |size| {
        let mut driver = opened(HERE, size);
        driver.keys("fis:drifted<enter>");
        driver.settle();
        driver.keys("<enter><tab><tab>");
        driver.settle();
        driver
    });
}

#[test]
fn a_key_leads_to_what_differs() {
    let mut driver = opened(HERE, (120, 40));
    driver.keys("fis:drifted<enter>");
    driver.settle();
    driver.keys("<enter>]");
    driver.settle();
    driver.must_see("[Diff]");
    driver.must_see("difference 1 of ");
    driver.keys("[");
    let last = driver.app.viewer().position();
    driver.keys("]");
    driver.must_see("difference 1 of ");
    assert!(driver.app.viewer().position() <= last);
}

#[test]
fn filter_with_a_fault() {
    at_both("filter-fault", |size| {
        let mut driver = opened(HERE, size);
        driver.keys("fgroup_id:g1 tmestamp:>2026");
        driver
    });
}

#[test]
fn filter_with_completions() {
    at_both("filter-completions", |size| {
        let mut driver = opened(HERE, size);
        driver.keys("fuser_id:alice is:t<tab>");
        driver
    });
}

#[test]
fn palette() {
    at_both("palette", |size| {
        let mut driver = opened(HERE, size);
        driver.keys(":co");
        driver
    });
}

#[test]
fn sort_menu() {
    at_both("sort", |size| {
        let mut driver = opened(HERE, size);
        driver.keys("s");
        driver
    });
}

#[test]
fn help() {
    at_both("help", |size| {
        let mut driver = opened(HERE, size);
        driver.keys("?");
        driver
    });
}

#[test]
fn tasks_with_details() {
    at_both("tasks", |size| {
        let mut driver = opened(HERE, size);
        driver.keys("c");
        driver.fail(
            driver.expect_start(|spec| matches!(spec, TaskSpec::Count { .. })),
            gone(),
        );
        driver.wait(4000);
        driver.keys("R");
        driver.wait(1300);
        driver.keys("w");
        while driver.app.tasks().selected().unwrap().spec.name() != format!("count {HERE}") {
            driver.keys("j");
        }
        driver.keys("<enter>");
        driver
    });
}

#[test]
fn log() {
    at_both("log", |size| {
        let mut driver = opened(HERE, size);
        driver.keys("nnS");
        driver.fail(driver.expect_start(is_page), gone());
        driver.keys("@");
        driver
    });
}

#[test]
fn doctor() {
    at_both("doctor", |size| {
        let mut driver = opened(HERE, size);
        driver.keys(":app.doctor<enter>");
        driver.settle();
        driver
    });
}

#[test]
fn a_chord_that_waits() {
    at_both("chord", |size| {
        let mut driver = opened(HERE, size);
        driver.keys("g");
        driver
    });
}

#[test]
fn too_small() {
    let mut driver = opened(HERE, (80, 24));
    driver.resize(20, 5);
    assert_snapshot!("too-small-20x5", driver.screen());
}
