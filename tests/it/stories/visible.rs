//! Keys and ids that hold what acts on a terminal, or nothing that can be seen: spelled wherever they
//! are named, and taken as they are wherever they are used.

use dualscope::app::{Effect, Target};
use dualscope::domain::bson::Document;
use dualscope::domain::{Bson, Collection, Key};
use dualscope::task::spec::TaskSpec;
use pretty_assertions::assert_eq;

use crate::support::driver::{Driver, is_inspect};

const RAW: &str = "a\u{1b}]0;x\nb";
const SPELLED: &str = "a\u{241b}]0;x\u{240a}b";

/// A session at a document with such an id, read.
fn on_it() -> (Driver, Key) {
    let driver = Driver::writing();
    let name = Collection::new("memcells");
    let shown = driver.app.list().selected().unwrap().lite.fields.clone();
    let fields = shown.0.into_iter().map(|(name, value)| match &*name {
        "_id" => (name, Bson::String(RAW.to_owned())),
        _ => (name, value),
    });
    driver.rows.index.put(&name, Document(fields.collect()));
    let key = Key::new(&name, &Bson::String(RAW.to_owned()));
    let text = "{\"id\":\"a\"}";
    driver.rows.foreign(&key, text);
    let mut options = driver.app.options().clone();
    options.open = Some(Target::Document(key.clone()));
    let mut at = Driver::new(options);
    at.rows = driver.rows;
    at.resize(140, 40);
    at.settle();
    assert_eq!(at.app.selected_key(), Some(&key));
    (at, key)
}

fn must_spell(driver: &Driver, what: &str) {
    let screen = driver.screen();
    assert!(screen.contains(SPELLED), "{what}:\n{screen}");
    let acts = |sign: char| sign.is_control() && sign != '\n';
    assert!(!screen.contains(acts), "{what}");
}

#[test]
fn what_acts_on_a_terminal_is_spelled_wherever_a_document_is_named() {
    let (mut driver, key) = on_it();
    must_spell(&driver, "the document");
    driver.keys("Y");
    assert_eq!(driver.effects.last(), Some(&Effect::Copy(key.to_string())));
    driver.keys("<esc>");
    driver.settle();
    must_spell(&driver, "the list");
    driver.keys("H");
    driver.settle();
    must_spell(&driver, "its versions");
    driver.keys("<enter>");
    driver.settle();
    must_spell(&driver, "one of them");
    driver.keys("<esc><esc>D");
    driver.answer(driver.expect_start(is_inspect));
    must_spell(&driver, "the review");
    driver.keys("y");
    let write = driver.expect_start(|spec| matches!(spec, TaskSpec::Write { .. }));
    driver.keys("w");
    must_spell(&driver, "the tasks");
    driver.keys("<enter>");
    let screen = driver.screen();
    let of_steps = |line: &&str| line.contains("│task ");
    let steps = screen.lines().find(of_steps).unwrap();
    assert!(steps.contains(SPELLED), "{screen}");
    driver.keys("<esc>");
    driver.answer(write);
    driver.settle();
    driver.keys("u");
    driver.answer(driver.expect_start(|spec| matches!(spec, TaskSpec::PlanUndo(_))));
    let said = driver.screen();
    assert!(
        said.contains(&format!("delete memcells:{SPELLED}, 2026")),
        "{said}"
    );
    driver.keys("n@");
    must_spell(&driver, "the messages");
}
