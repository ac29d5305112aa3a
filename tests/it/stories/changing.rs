//! One value changed in place: what is typed on the line, and that nothing else of the document is
//! touched.

use dualscope::app::command::Context;
use dualscope::domain::Key;
use dualscope::domain::full::{Full, Stored};
use dualscope::task::spec::TaskSpec;
use pretty_assertions::assert_eq;

use super::editing::{edit, is_editing};
use super::writing::on_a_healthy_row;
use crate::support::driver::{Driver, is_inspect};

/// A document with the cursor on its summary.
fn on_summary() -> (Driver, Key) {
    let mut driver = Driver::writing();
    driver.resize(140, 40);
    let key = on_a_healthy_row(&mut driver);
    driver.keys("l/summary<enter>");
    driver.settle();
    (driver, key)
}

fn stored(driver: &Driver, key: &Key) -> String {
    let seen = driver.rows.inspection(key);
    let stored = seen.document.stored.seen().and_then(Stored::full);
    stored.and_then(Full::text).unwrap().to_string()
}

/// The line is accepted, and what it leads to is read.
fn accept(driver: &mut Driver) {
    driver.keys("<enter>");
    driver.answer(driver.expect_start(is_inspect));
    driver.answer(driver.expect_start(is_inspect));
}

#[test]
fn a_value_is_changed_on_one_line_and_nothing_else_is() {
    let (mut driver, key) = on_summary();
    let before = stored(&driver, &key);
    driver.keys("i");
    driver.must_see("/summary: \"");
    driver.keys(" In place.");
    accept(&mut driver);
    assert_eq!(driver.app.active_context(), Context::Review);
    driver.must_see(" In place.");
    driver.must_see("/summary");
    driver.keys("y");
    driver.settle();
    driver.wait(2_000);
    let after = stored(&driver, &key);
    assert!(after.contains(" In place.\""), "{after}");
    let same = |text: &str| {
        let cut = |text: &str, name: &str| {
            let (head, tail) = text.split_once(&format!("\"{name}\":")).unwrap();
            let end = tail.find("\",").unwrap();
            format!("{head}{}", &tail[end..])
        };
        cut(&cut(text, "summary"), "updated_at")
    };
    assert_eq!(same(&after), same(&before));
    assert!(driver.drafts.is_empty(), "{:?}", driver.drafts);
}

#[test]
fn what_is_not_json_stays_on_the_line_and_what_was_left_is_there_again() {
    let (mut driver, key) = on_summary();
    let before = stored(&driver, &key);
    driver.keys("i<ctrl-u><ctrl-k>lunch<enter>");
    driver.must_see("a text stands in quotation marks");
    assert_eq!(driver.app.active_context(), Context::Prompt);
    assert!(driver.running(is_inspect).is_empty());
    driver.keys("<esc>");
    driver.must_see("the same key on the same value has what was typed");
    driver.keys("i");
    driver.must_see("/summary: lunch");
    driver.keys("<esc>");

    // Another value is not offered it.
    driver.keys("ji");
    assert!(!driver.sees(": lunch"), "{}", driver.screen());
    driver.keys("<esc>");
    // and takes nothing from the one that has it
    driver.keys("ki");
    driver.must_see("/summary: lunch");
    driver.keys("<esc>");
    assert_eq!(stored(&driver, &key), before);
}

#[test]
fn a_refused_value_is_a_text_in_the_editor_with_the_cursor_at_it() {
    let (mut driver, key) = on_summary();
    let before = stored(&driver, &key);
    driver.keys("i<ctrl-u><ctrl-k>17");
    driver.keys("<enter>");
    driver.answer(driver.expect_start(is_inspect));
    assert!(is_editing(&driver), "{}", driver.screen());
    assert!(edit(&driver).text().contains("\"summary\": 17"));
    assert_eq!(stored(&driver, &key), before);
    driver.keys("<esc>");
    driver.must_see("keep");
}

#[test]
fn where_no_value_is_under_the_cursor_that_is_said() {
    let mut driver = Driver::writing();
    on_a_healthy_row(&mut driver);
    driver.keys("lgg<tab>i");
    driver.must_see("change: ");
    assert_ne!(driver.app.active_context(), Context::Prompt);
    assert!(
        driver
            .running(|spec| matches!(spec, TaskSpec::Inspect { .. }))
            .is_empty()
    );
}
