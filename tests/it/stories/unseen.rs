//! What nobody can see is not decided: a window that shows nothing, and a review that has just come up.

use dualscope::app::command::Context;
use dualscope::app::{Effect, Mouse};
use dualscope::task::spec::TaskSpec;
use pretty_assertions::assert_eq;

use super::editing::{editing, type_into};
use super::writing::{is_write, on_a_healthy_row, sent};
use crate::support::driver::{Driver, is_inspect};

/// A review of a delete on a screen of this size.
fn reviewing((columns, rows): (u16, u16)) -> Driver {
    let mut driver = Driver::writing();
    on_a_healthy_row(&mut driver);
    driver.resize(columns, rows);
    driver.keys("D");
    driver.answer(driver.expect_start(is_inspect));
    assert!(driver.app.review().is_some());
    driver
}

#[test]
fn in_a_window_that_shows_nothing_no_key_no_paste_and_no_mouse_reaches_anything() {
    let mut driver = Driver::writing();
    on_a_healthy_row(&mut driver);
    driver.settle();
    driver.effects.clear();
    let (asked, before) = (driver.asked.len(), driver.app.selected_key().cloned());
    driver.resize(39, 9);
    driver.must_see("make the");
    driver.keys("Dyjj<enter>:e<esc>W?g");
    driver.paste("app.quit\n");
    driver.mouse(Mouse::DoubleClick(3, 3));
    driver.settle();
    assert_eq!(driver.asked.len(), asked, "{:?}", driver.running_names());
    assert!(driver.effects.is_empty(), "{:?}", driver.effects);
    driver.resize(120, 40);
    driver.settle();
    assert_eq!(driver.app.active_context(), Context::List);
    assert_eq!(driver.app.selected_key().cloned(), before);
    assert!(driver.app.pending().is_empty());
    assert!(driver.rows.pen.plans().is_empty());
}

#[test]
fn a_review_in_a_window_that_was_too_small_is_looked_at_again_before_it_is_answered() {
    let mut driver = reviewing((120, 40));
    driver.resize(30, 40);
    driver.keys("y");
    driver.wait(5_000);
    assert!(driver.running(is_write).is_empty(), "it was not seen");
    driver.resize(120, 40);
    driver.keys("y");
    assert!(driver.running(is_write).is_empty(), "it was just shown");
    driver.must_see("look at it first, then say yes; nothing was written");
    driver.wait(499);
    driver.must_see("your yes counts in a moment");
    driver.keys("y");
    assert!(driver.running(is_write).is_empty());
    driver.wait(1);
    driver.must_see("y writes, n goes back, enter neither");
    driver.keys("y");
    sent(&driver);
}

#[test]
fn a_yes_that_was_typed_while_the_review_came_up_is_none() {
    let mut driver = Driver::writing();
    on_a_healthy_row(&mut driver);
    driver.hasty = true;
    driver.keys("D");
    driver.answer(driver.expect_start(is_inspect));
    driver.keys("yes<enter>");
    assert!(driver.running(is_write).is_empty());
    assert!(driver.app.review().is_some());
    driver.wait(500);
    driver.keys("y");
    sent(&driver);
}

#[test]
fn q_leaves_a_window_that_shows_nothing_and_the_window_says_what_that_means() {
    let said = |driver: &Driver| {
        let lines = driver.screen();
        lines.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let mut driver = Driver::writing();
    driver.resize(39, 9);
    assert!(said(&driver).ends_with("make the window larger (q quits)"));
    driver.keys("q");
    assert_eq!(driver.effects.last(), Some(&Effect::Exit));

    let (mut driver, _) = editing();
    type_into(&mut driver, "summary", "Typed. ");
    driver.resize(39, 9);
    let before = driver.app.unsaved();
    assert!(said(&driver).ends_with("(q quits, the draft is kept)"));
    driver.keys("xyz");
    assert_eq!(driver.app.unsaved(), [], "{before:?}");
    driver.keys("q");
    assert!(driver.effects.contains(&Effect::Exit));

    let mut driver = reviewing((120, 40));
    driver.keys("y");
    let task = sent(&driver);
    driver.resize(39, 9);
    let listed = "(q quits, the write ends its step and the next start lists the rest)";
    assert!(said(&driver).ends_with(listed), "{}", said(&driver));
    driver.keys("q");
    assert!(driver.effects.contains(&Effect::Exit));
    assert!(matches!(driver.spec(task), TaskSpec::Write { .. }));
}

#[test]
fn the_smallest_screen_shows_whose_review_it_is_and_what_is_asked_wherever_it_is_scrolled() {
    for word in [false, true] {
        let mut driver = Driver::writing_with(|options| {
            if let Ok(writing) = &mut options.writing {
                writing.protected = word;
            }
        });
        let key = on_a_healthy_row(&mut driver);
        driver.resize(40, 10);
        driver.keys("D");
        driver.answer(driver.expect_start(is_inspect));
        let asks = if word {
            "type demo to write:"
        } else {
            "y writes, n goes back, enter neither"
        };
        for _ in 0..30 {
            for said in ["Delete 1 document", &key.to_string(), asks] {
                driver.must_see(said);
            }
            driver.keys("<down>");
        }
        driver.must_see("5 read both back");
    }
}
