//! What is masked cannot be found out by asking: neither a filter nor an order may name it until it
//! is shown, and a line that names it is never remembered.

use dualscope::app::{Effect, Target};
use dualscope::domain::Collection;
use pretty_assertions::assert_eq;

use crate::support::driver::{Driver, is_page, options};
use crate::support::rows::Rows;

/// The demo, in the collection that holds secrets.
fn secrets() -> Driver {
    let mut chosen = options();
    chosen.open = Some(Target::Collection(Collection::new("user_secrets")));
    let mut driver = Driver::new(chosen);
    driver.rows = Rows::demo();
    driver.resize(120, 40);
    driver.settle();
    driver
}

/// As `secrets`, with the masked values of the first document shown.
fn revealed() -> Driver {
    let mut driver = secrets();
    driver.keys("<enter>v");
    driver.must_see("DEMO-not-a-key");
    driver.keys("<esc>");
    driver
}

fn remembered(driver: &Driver) -> Vec<&Effect> {
    let is = |effect: &&Effect| matches!(effect, Effect::RememberFilter(..));
    driver.effects.iter().filter(is).collect()
}

#[test]
fn a_filter_on_a_masked_field_is_refused_under_its_place() {
    for line in ["api_key:~DEMO", r#"{"$expr": {"$gt": ["$api_key", "a"]}}"#] {
        let mut driver = secrets();
        let all = driver.app.list().window.len();
        driver.keys("f");
        driver.paste(line);
        driver.wait(1000);
        assert_eq!(driver.running(is_page), []);
        driver.keys("<enter>");
        driver.must_see("v in the document shows them first");
        assert_eq!(driver.running(is_page), []);
        driver.keys("<esc>");
        driver.settle();
        assert_eq!(driver.app.list().window.len(), all);
        assert!(!driver.app.list().is_filtered());
        assert_eq!(remembered(&driver), [] as [&Effect; 0]);
    }
}

#[test]
fn what_is_not_masked_is_filtered_and_remembered() {
    let mut driver = secrets();
    driver.keys("fuser_id:chen<enter>");
    driver.settle();
    assert_eq!(driver.app.list().window.len(), 1);
    assert_eq!(remembered(&driver).len(), 1);
}

#[test]
fn an_order_by_a_masked_field_is_refused() {
    let mut driver = secrets();
    let before = driver.app.list().sort.clone();
    driver.keys("sapi_key<enter>");
    driver.must_see("masked; v in the document shows them first");
    assert_eq!(driver.running(is_page), []);
    assert_eq!(driver.app.list().sort, before);
}

#[test]
fn what_is_shown_may_be_asked_for_and_is_not_remembered() {
    let mut driver = revealed();
    driver.keys("fapi_key:~demo");
    driver.settle();
    driver.keys("-not<enter>");
    driver.settle();
    assert_eq!(driver.app.list().filter_text, "api_key:~demo-not");
    assert_eq!(driver.app.list().window.len(), 3);
    assert_eq!(remembered(&driver), [] as [&Effect; 0]);
}

#[test]
fn an_order_by_what_is_shown_is_not_come_back_to_when_it_is_masked_again() {
    let mut driver = revealed();
    let before = driver.app.list().sort.clone();
    driver.keys(":list.sort<enter>api_key<enter>");
    driver.settle();
    assert_eq!(driver.app.list().sort.field, "api_key");
    driver.keys(":collection.previous<enter>");
    driver.settle();
    driver.keys(":collection.next<enter>");
    driver.settle();
    assert_eq!(driver.app.list().sort, before);
}

#[test]
fn an_order_by_what_was_shown_does_not_turn_round_when_it_is_masked() {
    let mut driver = revealed();
    driver.keys("sapi_key<enter>");
    driver.settle();
    driver.keys("j");
    driver.settle();
    assert!(driver.app.viewer().is_masked(), "another document");
    let before = driver.app.list().sort.clone();
    driver.keys("S");
    driver.must_see("api_key of user_secrets is masked and can't be asked for");
    assert_eq!(driver.running(is_page), []);
    assert_eq!(driver.app.list().sort, before);
}
