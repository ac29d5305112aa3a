//! What the bar offers and what a review says where a collection or a document is not like the others.

use dualscope::app::Target;
use dualscope::domain::{Collection, State};

use super::writing::{is_write, on_a_healthy_row, selected};
use crate::support::driver::{Driver, is_inspect};

fn at(collection: &str) -> Driver {
    let mut driver = Driver::writing_with(|options| {
        options.open = Some(Target::Collection(Collection::new(collection)));
    });
    driver.resize(200, 40);
    driver
}

#[test]
fn what_is_never_there_in_a_collection_is_not_in_the_bar_and_says_why_when_it_is_pressed() {
    let mut driver = at("episodic_memories");
    on_a_healthy_row(&mut driver);
    assert!(!driver.sees("d soft-delete"), "{}", driver.screen());
    driver.must_see("D delete");
    driver.keys("d");
    driver.must_see("soft-delete: this collection has no delete marks");
    driver.keys(":soft");
    driver.must_see("this collection has no delete marks");

    let mut driver = at("memcells");
    on_a_healthy_row(&mut driver);
    driver.must_see("d soft-delete");
}

#[test]
fn a_whole_document_in_mongodb_is_named_in_a_review_and_can_be_made_lite() {
    let mut driver = at("memory_request_logs");
    driver.keys("fis:full-in-mongo<enter>");
    driver.settle();
    let key = selected(&driver);
    let seen = driver.app.viewer().inspection().unwrap();
    assert_eq!(seen.diagnosis.state, State::FullInMongo);
    let before = driver.rows.inspection(&key);
    let more = before.lite().unwrap().fields.0.len();

    driver.keys("r");
    driver.answer(driver.expect_start(is_inspect));
    driver.must_see("no field");
    assert!(!driver.sees("still holds fields"), "{}", driver.screen());
    driver.keys("y");
    let write = driver.expect_start(is_write);
    driver.answer(write);
    let now = driver.rows.inspection(&key);
    assert_eq!(now.diagnosis.state, State::Agrees);
    assert!(now.lite().unwrap().fields.0.len() < more);
    assert_eq!(now.document.stored, before.document.stored);

    // its undo says what MongoDB holds then
    driver.settle();
    driver.keys("u");
    driver.settle();
    driver.must_see("MongoDB's document still holds fields of the full value");
    driver.must_see("r takes out");
}
