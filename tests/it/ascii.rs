//! With `ui.ascii`, whatever the program adds to what is stored is ASCII: every screen over data
//! that is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use dualscope::app::{Options, Target};
use dualscope::domain::{Collection, State};
use dualscope::store::memory::{MemoryIndex, MemoryValues};
use dualscope::task::spec::TaskSpec;

use crate::support::driver::{Driver, HERE, gone, is_page, options};
use crate::support::plain;
use crate::support::rows::Rows;

const SIZES: [(u16, u16); 2] = [(80, 24), (160, 45)];

fn session(rows: Rows, open: Option<Target>, size: (u16, u16)) -> Driver {
    let mut driver = Driver::new(Options {
        profile: "demo".to_owned(),
        ascii: true,
        open,
        ..options()
    });
    driver.rows = rows;
    driver.resize(size.0, size.1);
    driver
}

type Stores = (Arc<MemoryIndex>, Arc<MemoryValues>, Vec<(String, State)>);

static STORES: LazyLock<Stores> = LazyLock::new(plain::stores);

fn stored() -> Rows {
    Rows::of(Arc::clone(&STORES.0), Arc::clone(&STORES.1))
}

fn opened(size: (u16, u16)) -> Driver {
    let open = Target::Collection(Collection::new(HERE));
    let mut driver = session(stored(), Some(open), size);
    driver.settle();
    driver
}

#[track_caller]
fn is_ascii(driver: &Driver, story: &str) -> String {
    let screen = driver.screen();
    let odd: BTreeSet<char> = screen.chars().filter(|c| !c.is_ascii()).collect();
    assert!(odd.is_empty(), "{story}: {odd:?} on\n{screen}");
    screen
}

#[test]
fn every_state_in_every_view_is_ascii() {
    let mut one: BTreeMap<State, &str> = BTreeMap::new();
    for (key, state) in &STORES.2 {
        one.entry(*state).or_insert(key);
    }
    assert!(one.len() >= 13, "{:?}", one.keys());
    for (state, key) in one {
        let open = Target::Document(key.parse().unwrap());
        let mut driver = session(stored(), Some(open), SIZES[0]);
        driver.settle();
        for size in SIZES {
            driver.resize(size.0, size.1);
            driver.settle();
            for _ in 0..4 {
                driver.keys("<tab>*");
                is_ascii(&driver, &format!("{} {size:?}", state.name()));
                driver.keys("*");
                is_ascii(&driver, &format!("{} folded {size:?}", state.name()));
            }
        }
    }
}

#[test]
fn every_layer_and_prompt_is_ascii() {
    for size in SIZES {
        for keys in [
            "",
            "jjjj",
            "<esc>",
            "g",
            "c",
            "fuser_id:alice is:t<tab>",
            "f tmestamp:>2026",
            "fis:drifted<enter>",
            "fis:pending<enter>",
            "fuser_id:nobody<enter>",
            "S",
            ":co",
            ":",
            "s",
            "C",
            "b",
            "?",
            "w",
            "@",
            ":app.doctor<enter>",
            "/alice<enter>nN",
            "<enter><tab><tab>]]",
            "<enter>/a<enter>n",
            "RRw<enter>",
            "m",
            "y",
        ] {
            let mut driver = opened(size);
            driver.keys(keys);
            is_ascii(&driver, keys);
            driver.settle();
            is_ascii(&driver, &format!("{keys}, settled"));
        }
    }
}

#[test]
fn waiting_failing_and_empty_sessions_are_ascii() {
    for size in SIZES {
        let mut driver = session(
            stored(),
            Some(Target::Collection(Collection::new(HERE))),
            size,
        );
        is_ascii(&driver, "before anything");
        driver.fail(
            driver.expect_start(|spec| *spec == TaskSpec::Collections),
            gone(),
        );
        driver.fail(driver.expect_start(is_page), gone());
        driver.wait(5000);
        is_ascii(&driver, "both failed");
        driver.keys("@");
        is_ascii(&driver, "messages");

        let mut driver = opened(size);
        driver.keys("R");
        driver.fail(driver.expect_start(is_page), gone());
        is_ascii(&driver, "failed refresh");
        driver.keys("RRR");
        driver.wait(1300);
        is_ascii(&driver, "reading again");
        driver.keys("w");
        is_ascii(&driver, "tasks");

        let mut driver = session(Rows::default(), None, size);
        driver.settle();
        is_ascii(&driver, "nothing there");
    }
    let mut driver = opened((80, 24));
    driver.resize(20, 5);
    is_ascii(&driver, "too small");
}

/// Control characters are ASCII as data, and their pictures must be too.
#[test]
fn control_characters_have_ascii_pictures() {
    let mut rows = Rows::default();
    rows.fill(HERE, 0..3);
    let text = r#"{"id":"x","user_id":"\u001b[2J","episode":"a\u0007b"}"#;
    rows.values.insert(2, text.to_owned());
    let mut driver = session(rows, None, (120, 40));
    driver.settle();
    driver.keys("<enter><enter>/\u{7}<enter>");
    is_ascii(&driver, "a search for a bell");
    for _ in 0..4 {
        driver.keys("<tab>");
        is_ascii(&driver, "a value with control characters");
    }
}

#[test]
fn a_store_that_answers_and_an_orphan_do_not_look_alike() {
    let screen = is_ascii(&opened((160, 45)), "browse");
    let header = screen.lines().next().unwrap();
    assert!(
        header.contains("Mongo up 2 ms") && header.contains("0G up 8 ms"),
        "{header}"
    );
    assert_eq!(State::Orphan.row().ascii, "+");
}
