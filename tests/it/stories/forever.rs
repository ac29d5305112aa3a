//! What a review says beyond the fields: no way back, no value to bring back, a value that may
//! still come, and all of a text that there is nothing to compare with.

use dualscope::app::Target;
use dualscope::app::command::Context;
use dualscope::domain::bson::Document;
use dualscope::domain::plan::{Line, LiteWrite, Room};
use dualscope::domain::{Bson, Collection, Lite, State, Stored};
use dualscope::task::event::Inspection;

use super::editing::{edit, is_editing};
use super::writing::{is_write, on_a_healthy_row, selected, sent};
use crate::support::driver::{Driver, is_inspect};

/// A session that cannot write a value as large as those that are stored.
fn with_little_room() -> Driver {
    Driver::writing_with(|options| {
        if let Ok(writing) = &mut options.writing {
            writing.limit = Some(Room {
                most: 100,
                quoted: false,
                line: None,
            });
        }
    })
}

/// A session at the documents of a state, on the first that is wanted, fully read.
fn on(collection: &str, state: &str, wanted: impl Fn(&Inspection) -> bool) -> Driver {
    let mut driver = Driver::writing_with(|options| {
        options.open = Some(Target::Collection(Collection::new(collection)));
    });
    driver.keys(&format!("fis:{state}<enter>"));
    driver.settle();
    for _ in 0..9 {
        if driver
            .app
            .viewer()
            .inspection()
            .is_some_and(|seen| wanted(seen))
        {
            return driver;
        }
        driver.keys("j");
        driver.settle();
    }
    panic!("no {state} in {collection}");
}

fn asked(driver: &mut Driver, key: &str) {
    driver.keys(key);
    driver.answer(driver.expect_start(is_inspect));
}

#[test]
fn a_delete_that_no_undo_could_take_back_says_so_and_wants_a_word() {
    let mut driver = with_little_room();
    on_a_healthy_row(&mut driver);
    asked(&mut driver, "D");
    driver.must_see("this can NOT be undone by dualscope");
    driver.must_see("bytes, at most 100");
    assert!(!driver.sees("undo writes the value again"));
    assert_eq!(driver.app.active_context(), Context::Confirm);
    driver.must_see("type yes to write:");
    driver.keys("y<enter>");
    assert!(driver.running(is_write).is_empty());
    driver.must_see("type yes and press enter to write");
    driver.keys("es<enter>");
    let task = sent(&driver);
    driver.answer(task);
    driver.settle();

    driver.keys("u");
    driver.settle();
    assert!(driver.app.review().is_none(), "{}", driver.screen());
    driver.must_see("bytes, at most 100");
}

#[test]
fn what_no_command_line_can_hold_cannot_be_brought_back_either() {
    let mut driver = Driver::writing_with(|options| {
        if let Ok(writing) = &mut options.writing {
            writing.limit = Some(Room {
                most: 131_000,
                quoted: true,
                line: Some(Line {
                    key: 131_000,
                    both: 1_500_000,
                }),
            });
        }
    });
    let key = on_a_healthy_row(&mut driver);
    driver.rows.foreign(&key, "a\0b");
    asked(&mut driver, "D");
    driver.must_see("this can NOT be undone by dualscope");
    driver.must_see("(the value holds a byte 0, which");
}

#[test]
fn a_value_that_is_too_large_to_be_written_is_said_before_anything_is_typed() {
    let mut driver = with_little_room();
    on_a_healthy_row(&mut driver);
    asked(&mut driver, "e");
    assert!(is_editing(&driver));
    driver.must_see("an edit must make it smaller");

    let (driver, _) = super::editing::editing();
    assert!(!driver.sees("an edit must make it smaller"));
}

#[test]
fn a_text_made_from_mongodb_alone_takes_all_of_it_and_changes_none_of_it() {
    let alone = |seen: &Inspection| seen.document.stored.seen() == Some(&Stored::Absent);
    let mut driver = on("episodic_memories", "full-in-mongo", alone);
    let key = selected(&driver);
    let mut before = driver.rows.inspection(&key).lite().unwrap().fields.clone();
    let inner = |name: &str, value| (name.to_owned(), value);
    let extend = Document(vec![
        inner("at", Bson::Date(1_768_917_540_123)),
        inner("ref", Bson::ObjectId([7; 12])),
        inner("long", Bson::Int64(5)),
        inner("float", Bson::Double(2.0)),
        inner("tags", Bson::Array(vec![Bson::Null, Bson::Int64(1)])),
    ]);
    let place = before.0.iter().position(|(name, _)| name == "extend");
    before.0[place.unwrap()].1 = Bson::Document(extend);
    driver.rows.index.put(&key.collection, before.clone());

    asked(&mut driver, "e");
    let text = edit(&driver).text();
    for member in [r#""ref":"070707"#, r#""long":5"#, r#""tags":[null,1]"#] {
        assert!(text.contains(member), "{member}: {text}");
    }
    asked(&mut driver, "<ctrl-s>");
    let plan = driver.app.review().unwrap().plan.clone();
    let Some(LiteWrite::Update(fields)) = &plan.lite else {
        panic!("{:?}", plan.lite)
    };
    let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["updated_at"]);

    // One nested member is typed over: the others keep their types.
    driver.keys("n");
    let line = edit(&driver)
        .lines()
        .iter()
        .position(|line| line.contains("\"long\""));
    let column = edit(&driver).lines()[line.unwrap()]
        .find("\"long\":5")
        .unwrap();
    driver.keys(&format!("<ctrl-g>{}<enter><home>", line.unwrap() + 1));
    for _ in 0..column + "\"long\":5".len() {
        driver.keys("<right>");
    }
    driver.keys("6");
    asked(&mut driver, "<ctrl-s>");
    let plan = driver.app.review().unwrap().plan.clone();
    let after = plan.lite.as_ref().unwrap().after(plan.before.lite.as_ref());
    let after = after.unwrap().fields;
    assert_eq!(after.at("extend.long"), Some(&Bson::Int64(56)));
    for kept in ["extend.at", "extend.ref", "extend.float", "extend.tags"] {
        assert_eq!(after.at(kept), before.at(kept), "{kept}");
    }
}

#[test]
fn a_delete_of_the_only_copy_says_that_it_is_one() {
    let alone = |seen: &Inspection| seen.document.stored.seen() == Some(&Stored::Absent);
    let mut driver = on("episodic_memories", "full-in-mongo", alone);
    asked(&mut driver, "D");
    driver.must_see("the only copy of this content");
    driver.must_see("undo lists the document as it was");
}

#[test]
fn a_restore_of_what_has_no_value_says_what_becomes_live() {
    let mut driver = on("memcells", "soft-deleted-no-value", |_| true);
    asked(&mut driver, "t");
    driver.must_see("it becomes live without a value");
}

#[test]
fn marks_that_are_left_of_a_delete_that_is_none_are_taken_back() {
    let stray = |seen: &Inspection| seen.lite().is_some_and(Lite::has_stray_marks);
    let mut driver = on("memcells", "delete-marks", stray);
    let key = selected(&driver);
    asked(&mut driver, "t");
    driver.must_see("Restore 1 document");
    driver.keys("y");
    driver.settle();
    let after = driver.rows.inspection(&key);
    assert!(!after.lite().unwrap().has_stray_marks());
    assert_ne!(after.diagnosis.state, State::DeleteMarks);
}

#[test]
fn a_value_that_may_be_on_its_way_is_said_before_typing_and_before_writing() {
    let mut driver = on("memcells", "pending", |_| true);
    asked(&mut driver, "e");
    driver.must_see("own value may be on its way");
    driver.keys("<esc>");
    asked(&mut driver, "D");
    driver.must_see("own value may be on its way; wait");
}

#[test]
fn a_whole_new_value_is_shown_whole_with_the_way_it_is_written_down() {
    let mut driver = Driver::writing();
    on_a_healthy_row(&mut driver);
    driver.keys("A");
    driver.settle();
    asked(&mut driver, "<ctrl-s>");
    driver.must_see("Create 1 document");
    driver.must_see("written as plain JSON");
    driver.must_see("/summary:");
    driver.must_see("/timestamp:");
}
