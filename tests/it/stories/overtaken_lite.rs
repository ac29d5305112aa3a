//! A write on which somebody built in MongoDB alone: which of its fields are not as they were is shown
//! beside what was planned, and nothing says that it fits where it does not.

use dualscope::app::command::Context;
use dualscope::domain::intent::Ending;
use dualscope::domain::{Bson, Key, Lite};
use dualscope::task::spec::TaskSpec;
use pretty_assertions::assert_eq;

use super::editing::{editing, review, type_into};
use super::writing::{on_a_healthy_row, selected, sent};
use crate::support::driver::{Driver, is_inspect};

const MARK: &str = "Somebody else.";

/// Somebody else changes MongoDB's document, or makes one of `before` where there is none.
fn foreign_lite(driver: &Driver, key: &Key, before: &Lite) {
    let now = driver.rows.inspection(key);
    let mut fields = now.lite().unwrap_or(before).fields.clone();
    fields.0.retain(|(name, _)| name != "noted");
    fields
        .0
        .push(("noted".to_owned(), Bson::String(MARK.to_owned())));
    driver.rows.index.put(&key.collection, fields);
}

fn write(driver: &mut Driver, keys: &str) {
    driver.keys(keys);
    driver.answer(driver.expect_start(is_inspect));
    driver.keys("y");
    driver.settle();
    driver.wait(2_000);
}

fn undo(driver: &mut Driver) {
    driver.keys("u");
    driver.answer(driver.expect_start(|spec| matches!(spec, TaskSpec::PlanUndo(_))));
}

/// The page on the screen, as one text.
fn page(driver: &Driver) -> String {
    let said = driver.screen();
    assert_eq!(driver.app.active_context(), Context::Versus, "{said}");
    assert!(!said.contains("your changes fit"), "{said}");
    said
}

/// What the undo of a write shows after somebody changed MongoDB's document alone.
fn undone(mut driver: Driver, key: &Key, before: &Lite) -> String {
    driver.resize(140, 120);
    foreign_lite(&driver, key, before);
    undo(&mut driver);
    let said = page(&driver);
    assert!(said.contains("MongoDB lite"), "{said}");
    driver.keys("<esc>");
    driver.must_see("nothing was written");
    said
}

fn lite(driver: &Driver, key: &Key) -> Lite {
    driver.rows.inspection(key).lite().unwrap().clone()
}

/// What the undo shows after somebody set another date of the delete.
fn undone_after_another_mark(driver: &mut Driver, key: &Key) -> String {
    let mut after = lite(driver, key);
    for (name, value) in &mut after.fields.0 {
        if name == "deleted_at" {
            *value = Bson::Date(1_768_000_000_000);
        }
    }
    driver.rows.index.put(&key.collection, after.fields);
    driver.resize(140, 120);
    undo(driver);
    page(driver)
}

#[test]
fn the_undo_of_a_delete_after_which_somebody_listed_it_again_shows_both_documents() {
    let mut driver = Driver::writing();
    let key = on_a_healthy_row(&mut driver);
    let before = lite(&driver, &key);
    write(&mut driver, "D");
    let said = undone(driver, &key, &before);
    for shown in [
        "changed by both: the MongoDB document",
        "your write left    no document",
        "before your write  a document of",
        "now                a document of",
        MARK,
    ] {
        assert!(said.contains(shown), "{shown}\n{said}");
    }
}

#[test]
fn an_undo_after_whose_review_somebody_wrote_shows_both() {
    let mut driver = Driver::writing();
    let key = on_a_healthy_row(&mut driver);
    let before = lite(&driver, &key);
    write(&mut driver, "D");
    driver.resize(140, 120);
    undo(&mut driver);
    assert_eq!(driver.app.active_context(), Context::Review);
    foreign_lite(&driver, &key, &before);
    driver.keys("y");
    driver.settle();
    driver.wait(2_000);
    let said = page(&driver);
    for shown in [
        "was written again meanwhile",
        "What taking your write back would change",
        "your write left",
        "before your write",
        MARK,
    ] {
        assert!(said.contains(shown), "{shown}\n{said}");
    }
    let noted = lite(&driver, &key).fields;
    assert_eq!(noted.get("noted"), Some(&Bson::String(MARK.to_owned())));
    driver.keys("<esc>");
    driver.must_see("nothing was written");
}

#[test]
fn the_undo_of_a_create_after_which_mongodb_was_changed_shows_what_would_go() {
    let mut driver = Driver::writing();
    on_a_healthy_row(&mut driver);
    driver.keys("a");
    driver.answer(driver.expect_start(is_inspect));
    review(&mut driver);
    driver.keys("y");
    driver.settle();
    driver.wait(2_000);
    let key: Key = "memcells:6979da570000000000000abc".parse().unwrap();
    let before = lite(&driver, &key);
    let said = undone(driver, &key, &before);
    for shown in [
        "changed by both: the MongoDB document",
        "the value would go",
        "before your write  no document",
        MARK,
    ] {
        assert!(said.contains(shown), "{shown}\n{said}");
    }
}

#[test]
fn the_undo_of_a_soft_delete_after_which_mongodb_was_changed_shows_the_marks() {
    let mut driver = Driver::writing();
    let key = on_a_healthy_row(&mut driver);
    write(&mut driver, "d");
    let said = undone_after_another_mark(&mut driver, &key);
    for shown in [
        "0G holds the same text still",
        "changed by both: MongoDB deleted_at",
        "your write left    2026-01-20",
        "before your write  null",
        "now                2026-01-09",
        "nothing in 0G",
    ] {
        assert!(said.contains(shown), "{shown}\n{said}");
    }
    driver.keys("r");
    driver.must_see("rebase: the value is not concerned");
}

#[test]
fn the_undo_of_a_restore_after_which_it_was_deleted_again_shows_the_marks() {
    let mut driver = Driver::writing();
    let key = on_a_healthy_row(&mut driver);
    write(&mut driver, "d");
    write(&mut driver, "t");
    let said = undone_after_another_mark(&mut driver, &key);
    for shown in [
        "changed by both: MongoDB deleted_at",
        "your write left    null",
        "before your write  2026-01-20",
        "now                2026-01-09",
    ] {
        assert!(said.contains(shown), "{shown}\n{said}");
    }
}

#[test]
fn the_undo_of_a_rebuild_after_which_mongodb_was_changed_shows_the_fields() {
    let mut driver = Driver::writing();
    driver.keys("fis:drifted<enter>");
    driver.settle();
    let key = selected(&driver);
    let before = lite(&driver, &key);
    write(&mut driver, "r");
    let plan = driver.rows.pen.plans().pop().unwrap();
    let Some(dualscope::domain::plan::LiteWrite::Update(fields)) = &plan.lite else {
        panic!("a rebuild updates")
    };
    let name = fields[0].0.clone();
    let mut after = lite(&driver, &key);
    after.fields.0.retain(|(there, _)| *there != name);
    after
        .fields
        .0
        .push((name.clone(), Bson::String(MARK.to_owned())));
    driver.rows.index.put(&key.collection, after.fields);
    driver.resize(140, 120);
    undo(&mut driver);
    let said = page(&driver);
    assert!(
        said.contains(&format!("changed by both: MongoDB {name}")),
        "{said}"
    );
    assert!(said.contains(MARK), "{said}");
    assert!(before.get(&name).is_some(), "it was there before");
}

/// An edit that ends in a conflict after MongoDB's document alone was changed.
fn conflict(change: impl Fn(&mut (String, Bson))) -> (Driver, String) {
    let (mut driver, key) = editing();
    type_into(&mut driver, "\"summary\"", " Mine.");
    review(&mut driver);
    driver.keys("y");
    let task = sent(&driver);
    let mut now = lite(&driver, &key);
    now.fields.0.iter_mut().for_each(change);
    driver.rows.index.put(&key.collection, now.fields);
    let said = "the MongoDB document was changed by somebody else meanwhile";
    driver.resize(140, 120);
    driver.ends(task, Ending::Conflict, said);
    assert_eq!(driver.app.active_context(), Context::Versus);
    let said = driver.screen();
    (driver, said)
}

#[test]
fn a_text_that_was_overtaken_in_mongodb_alone_shows_which_fields() {
    let (_driver, said) = conflict(|(name, value)| {
        if name == "updated_at" {
            *value = Bson::Date(1_768_000_000_000);
        }
    });
    for shown in [
        "0G holds the same text still",
        "changed by both: MongoDB updated_at",
        "MongoDB lite",
        "as planned",
        "now                2026-01-09",
    ] {
        assert!(said.contains(shown), "{shown}\n{said}");
    }
    assert!(!said.contains("your changes fit"), "{said}");
}

#[test]
fn a_field_of_mongodb_that_no_change_of_mine_touches_is_said_to_be_apart() {
    let (_driver, said) = conflict(|(name, value)| {
        if name == "deleted_by" {
            *value = Bson::String(MARK.to_owned());
        }
    });
    for shown in [
        "only MongoDB's document was changed since, and not where you changed it",
        "deleted_by",
        MARK,
    ] {
        assert!(said.contains(shown), "{shown}\n{said}");
    }
}
