//! The first moments: what is asked, and opening by collection and by key.

use dualscope::app::layout::Pane;
use dualscope::app::{Options, Target};
use dualscope::domain::Place;
use dualscope::task::event::What;
use dualscope::task::spec::TaskSpec;
use pretty_assertions::assert_eq;

use crate::support::driver::{Driver, HERE, gone, here, is_inspect, is_page, options};
use crate::support::rows::key;

fn opened(open: Target) -> Driver {
    let mut driver = Driver::new(Options {
        open: Some(open),
        ..options()
    });
    driver.rows.fill(HERE, 0..300);
    driver.rows.fill("memcells", 0..3);
    driver
}

#[test]
fn a_bare_start_asks_for_collections_and_health_and_opens_the_first() {
    let mut driver = Driver::new(options());
    driver.rows.fill("memcells", 0..3);
    driver.rows.fill("entities", 0..2);
    driver.resize(120, 40);
    assert_eq!(
        driver.running_names(),
        ["list collections", "check both stores"]
    );
    driver.must_see("reading");

    driver.settle();
    driver.must_see("Mongo ● 2 ms");
    driver.must_see("0G ● 8 ms  applied 1 284");
    assert_eq!(
        driver.app.list().collection.as_ref().unwrap().as_str(),
        "entities"
    );
    assert_eq!(driver.shown(), [1, 0]);
    assert_eq!(
        driver.document(),
        Some(1),
        "the first row's value is read without a key"
    );
    assert_eq!(driver.app.focus(), Pane::Collections);
}

#[test]
fn a_mistyped_command_opens_nothing_and_the_command_is_named() {
    use dualscope::domain::Collection;
    let mut driver = Driver::new(Options {
        open: Some(Target::Collection(Collection::new("chekc"))),
        meant: Some(("chekc".to_owned(), "check".to_owned())),
        ..options()
    });
    driver.rows.fill(HERE, 0..3);
    driver.resize(120, 40);
    driver.settle();
    driver.must_see("there is no chekc in memsys");
    driver.must_see("or was the command `dualscope check` meant?");
}

#[test]
fn a_collection_named_at_the_start_is_asked_for_before_the_collections_are_known() {
    let mut driver = opened(Target::Collection(here()));
    driver.resize(120, 40);
    let page = driver.expect_start(is_page);
    assert_eq!(driver.app.focus(), Pane::List);
    driver.answer(page);
    assert_eq!(driver.shown()[..3], [299, 298, 297], "newest first");

    driver.settle();
    assert_eq!(driver.app.collections().selected().unwrap().name, here());
    assert_eq!(driver.document(), Some(299));
}

#[test]
fn on_a_narrow_screen_no_picker_covers_the_collection_that_was_named() {
    let mut driver = opened(Target::Collection(here()));
    driver.resize(80, 24);
    driver.settle();
    assert!(driver.app.layout().collections.is_none());
    driver.must_see("▸●");
}

#[test]
fn a_key_named_at_the_start_fills_the_screen_and_the_list_stands_at_its_place() {
    let mut driver = opened(Target::Document(key(HERE, 7)));
    driver.resize(120, 40);
    driver.expect_start(is_inspect);
    assert!(
        driver.app.layout().list.is_none(),
        "the document has the whole middle"
    );
    driver.settle();
    assert_eq!(driver.document(), Some(7), "row 7 is far below the top");
    driver.must_see("Row 7 in full.");

    driver.keys("<esc>");
    driver.settle();
    assert_eq!(driver.app.focus(), Pane::List);
    assert_eq!((driver.selected(), driver.document()), (Some(7), Some(7)));
    driver.keys("kk");
    driver.settle();
    assert_eq!((driver.selected(), driver.document()), (Some(9), Some(9)));
    driver.keys("gg");
    driver.settle();
    assert_eq!(driver.selected(), Some(299));
}

#[test]
fn pages_that_come_in_leave_a_document_alone_that_no_row_lists() {
    let mut driver = opened(Target::Document(key(HERE, 7000)));
    driver.resize(120, 40);
    driver.settle();
    assert_eq!(driver.document(), Some(7000));
    driver.keys("<esc>R");
    driver.settle();
    assert_eq!(
        (driver.selected(), driver.document()),
        (Some(299), Some(7000)),
        "it stays beside the list"
    );
    driver.keys("<enter>");
    driver.settle();
    assert_eq!(
        driver.document(),
        Some(299),
        "enter opens the row under the cursor"
    );
}

#[test]
fn a_key_that_cannot_be_read_leaves_the_list_at_its_top() {
    for stopped in [false, true] {
        let mut driver = opened(Target::Document(key(HERE, 7)));
        driver.resize(120, 40);
        let read = driver.expect_start(is_inspect);
        if stopped {
            driver.report(read, What::Cancelled);
        } else {
            driver.fail(read, gone());
        }
        driver.answer(driver.expect_start(is_page));
        assert_eq!(driver.shown()[..2], [299, 298]);
    }
}

#[test]
fn a_collection_that_does_not_exist_is_said_and_the_others_are_there() {
    let mut driver = opened(Target::Collection(dualscope::domain::Collection::new(
        "episodic",
    )));
    driver.resize(120, 40);
    driver.settle();
    let said: Vec<_> = driver.app.notices().all().map(|n| n.text.clone()).collect();
    assert_eq!(said, ["episodic is not (or no longer) in memsys"]);
    driver.must_see("there is no episodic in memsys");
    driver.must_see("memcells");
}

#[test]
fn the_first_page_is_asked_from_the_first_place_and_never_waits_for_a_count() {
    let mut driver = opened(Target::Collection(here()));
    driver.resize(120, 40);
    let TaskSpec::Page(query) = driver.spec(driver.expect_start(is_page)) else {
        panic!()
    };
    assert_eq!((query.from, query.limit), (Place::First, 100));
    assert!(query.filter.is_empty());
    assert_eq!(
        (query.sort.field.as_str(), query.sort.descending),
        ("timestamp", true)
    );
    driver.settle();
    assert!(
        driver
            .asked
            .iter()
            .all(|(_, spec)| !matches!(spec, TaskSpec::Count { .. }))
    );
    driver.must_see("of ≈300");
}

#[test]
fn what_is_to_be_known_from_the_start_is_told_first_and_kept() {
    let notes = ["the log cannot be written", "a file may be read by others"];
    let mut driver = Driver::new(Options {
        notes: notes.map(str::to_owned).into(),
        ..options()
    });
    driver.resize(120, 40);
    driver.must_see(notes[0]);
    assert!(!driver.sees(notes[1]));
    driver.settle();
    driver.keys("@");
    driver.must_see(notes[0]);
    driver.must_see(notes[1]);
}

#[test]
fn the_stream_stands_beside_the_stored_bytes() {
    let mut driver = Driver::browsing(3);
    driver.keys("<enter><shift-tab>");
    driver.must_see("[Raw]");
    driver.must_see("0x00f2be");
}
