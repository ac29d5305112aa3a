//! Stores that do not answer, screens that are too small, and a program that rests.

use std::sync::Arc;

use dualscope::app::command::{Command, Context};
use dualscope::app::keymap::Keymap;
use dualscope::app::{Msg, Options, Target};
use dualscope::domain::Window;
use dualscope::store::memory::MemoryIndex;
use dualscope::task::event::{Failure, Health, Outcome, What};
use dualscope::task::spec::TaskSpec;
use pretty_assertions::assert_eq;

use crate::support::driver::{Driver, HERE, QUICK, gone, here, is_inspect, is_page, options};

/// A session whose stores never answer anything.
fn dead() -> Driver {
    let mut driver = Driver::new(Options {
        open: Some(Target::Collection(here())),
        ..options()
    });
    driver.resize(120, 40);
    driver
}

/// What is on the screen, where nothing turns.
fn still(driver: &Driver) -> String {
    let turns = |c: char| ('\u{2801}'..='\u{28ff}').contains(&c);
    driver.screen().chars().filter(|c| !turns(*c)).collect()
}

#[test]
fn with_dead_stores_every_key_is_still_answered() {
    let map = Keymap::builtin().unwrap();
    for context in [Context::List, Context::Collections, Context::Document] {
        for (_, binding) in map.visible(context) {
            let mut driver = dead();
            driver.keys(match context {
                Context::Collections => "h",
                Context::Document => "l",
                _ => "",
            });
            let (before, asked) = (still(&driver), driver.asked.len());
            for chord in &binding.keys {
                driver.keys(&format!("<{chord}>"));
            }
            driver.wait(200);
            let outside = !driver.effects.is_empty() || driver.asked.len() > asked;
            let answered = outside || still(&driver) != before;
            // there is no room to move where there are no rows
            let moves = binding.command.name().starts_with("move.");
            assert!(answered || moves, "{:?} in {context:?}", binding.command);
            if binding.command == Command::Quit {
                assert_eq!(driver.effects.len(), 1);
            }
        }
    }
}

#[test]
fn impatience_does_not_pile_up_questions() {
    let mut driver = dead();
    for _ in 0..50 {
        driver.keys("R");
    }
    driver.keys("cccc");
    let names = driver.running_names();
    assert!(names.len() <= 6, "{names:?}");
}

#[test]
fn every_pane_says_what_it_waits_for_and_then_why_it_has_nothing() {
    let mut driver = dead();
    assert!(driver.screen().matches("reading …").count() >= 2);
    let collections = driver.expect_start(|spec| *spec == TaskSpec::Collections);
    driver.fail(collections, gone());
    driver.fail(driver.expect_start(is_page), gone());
    let screen = driver.screen();
    assert!(screen.matches("R reads again").count() >= 2, "{screen}");
    driver.must_see("no document is selected");
    let health = driver.running(|spec| *spec == TaskSpec::Health);
    for task in health {
        let bad = Health {
            mongo: Err(gone()),
            values: Ok(QUICK),
            window: Window::default(),
        };
        driver.finish(task, Outcome::Health(Box::new(bad)));
    }
    driver.must_see("Mongo ✗ unreachable");

    driver.rows.fill(HERE, 0..3);
    driver.keys("R");
    driver.settle();
    assert_eq!(driver.shown(), [2, 1, 0]);
    driver.must_see("Mongo ● 2 ms");
    assert!(!driver.sees("does not answer"));
}

#[test]
fn a_failed_read_makes_the_header_ask_at_once() {
    let mut driver = Driver::browsing(30);
    driver.keys("S");
    driver.fail(driver.expect_start(is_page), gone());
    driver.wait(1);
    driver.expect_start(|spec| *spec == TaskSpec::Health);
}

#[test]
fn a_value_store_that_is_not_there_is_not_called_broken() {
    let mut driver = dead();
    let none = Failure {
        again: false,
        kind: "unsupported",
        ..gone()
    };
    let health = driver.expect_start(|spec| *spec == TaskSpec::Health);
    let answer = Health {
        mongo: Ok(QUICK),
        values: Err(none),
        window: Window::default(),
    };
    driver.finish(health, Outcome::Health(Box::new(answer)));
    driver.must_see("0G – none");
}

#[test]
fn a_stream_that_the_node_does_not_hold_is_said() {
    let mut driver = dead();
    let health = driver.expect_start(|spec| *spec == TaskSpec::Health);
    let window = Window {
        held: Some(false),
        ..Window::default()
    };
    let answer = Health {
        mongo: Ok(QUICK),
        values: Ok(QUICK),
        window,
    };
    driver.finish(health, Outcome::Health(Box::new(answer)));
    driver.must_see("stream not held");
}

#[test]
fn an_empty_database_and_an_empty_collection_say_what_to_do() {
    let mut driver = Driver::new(options());
    driver.resize(120, 40);
    driver.settle();
    driver.must_see("memsys has no");
    driver.must_see("Is it the right");
    driver.must_see("choose a collection");
    let mut driver = Driver::browsing(0);
    driver.must_see("episodic_memories is empty");
    driver.must_see("R reads again");
    driver.keys("jkGgg<pagedown><enter>ynS");
    driver.settle();
}

#[test]
fn a_collection_that_vanishes_while_it_is_open_is_said_and_the_rest_goes_on() {
    let mut driver = Driver::browsing(30);
    driver.rows = crate::support::rows::Rows::default();
    driver.rows.fill("memcells", 0..3);
    driver.keys("R");
    driver.settle();
    let said: Vec<_> = driver
        .app
        .notices()
        .all()
        .map(|notice| notice.text.clone())
        .collect();
    assert_eq!(said, ["episodic_memories is not (or no longer) in memsys"]);
    driver.must_see("✗ episodic_memories is not (or no longer) in memsys");
    assert_eq!(driver.shown().len(), 30, "what was read stays");
    driver.keys("b<enter>");
    driver.settle();
    assert_eq!(driver.shown(), [2, 1, 0]);
}

#[test]
fn a_screen_that_is_too_small_says_how_large_it_must_be_and_comes_back() {
    let mut driver = Driver::browsing(30);
    driver.keys("jj");
    driver.settle();
    let before = driver.screen();
    driver.resize(20, 5);
    let small = driver.screen().replace('\n', " ");
    assert!(
        small.contains("dualscope needs") && small.contains("40x10"),
        "{small}"
    );
    driver.keys("f<esc>:<esc>w<esc>?<esc>");
    for (columns, rows) in [(0, 0), (1, 1), (39, 40), (40, 9), (300, 3)] {
        driver.resize(columns, rows);
        driver.screen();
    }
    driver.resize(120, 40);
    driver.settle();
    assert_eq!(driver.screen(), before);
}

#[test]
fn the_smallest_screen_works() {
    let mut driver = Driver::browsing(30);
    driver.resize(40, 10);
    driver.settle();
    for keys in [
        "jj",
        "fuser_id:b<tab>",
        "<esc>",
        ":sort",
        "<esc>",
        "w<enter>",
        "<esc>",
        "<enter>",
    ] {
        driver.keys(keys);
        driver.settle();
        driver.screen();
    }
    driver.must_see("Row 27 in full.");
}

#[test]
fn resizing_while_everything_loads_keeps_it_loading() {
    let mut driver = dead();
    driver.rows.fill(HERE, 0..300);
    let page = driver.expect_start(is_page);
    for width in [80, 200, 60, 120, 41, 99, 100] {
        driver.resize(width, 30);
        driver.screen();
    }
    assert_eq!(driver.expect_start(is_page), page);
    driver.answer(page);
    driver.keys("<pagedown>");
    driver.wait(80);
    driver.resize(120, 60);
    driver.expect_start(is_inspect);
    driver.settle();
    assert_eq!(driver.document(), driver.selected());
}

#[test]
fn a_session_at_rest_draws_nothing() {
    let mut driver = Driver::browsing(30);
    driver.wait(10_000);
    driver.settle();
    driver.app.mark_clean();
    let asked = driver.asked.len();
    // A minute of rest: signs of life are asked for and answered, with other times each.
    for _ in 0..60 {
        driver.wait(1000);
        for task in driver.running.clone() {
            driver.report(task, What::Started);
            let window = Window {
                held: Some(true),
                applied: Some(1284),
                first: None,
            };
            let health = Health {
                mongo: Ok(QUICK * 3),
                values: Ok(QUICK * 9),
                window,
            };
            driver.finish(task, Outcome::Health(Box::new(health)));
        }
        assert!(!driver.app.is_dirty(), "nothing has changed on the screen");
    }
    assert!(driver.asked.len() - asked <= 4);
    assert!(driver.app.wake_at().unwrap() >= 5_000);
}

#[test]
fn ticks_that_come_too_early_change_nothing() {
    let mut driver = Driver::browsing(30);
    driver.app.mark_clean();
    for _ in 0..10 {
        driver.send(Msg::Tick);
    }
    assert!(!driver.app.is_dirty());
}

#[test]
fn what_a_tick_starts_is_drawn() {
    let mut driver = Driver::browsing(30);
    driver.rows.fill("memcells", 0..3);
    driver.keys("R");
    driver.settle();
    driver.keys("]");
    driver.app.mark_clean();
    driver.wait(80);
    assert!(driver.app.is_dirty(), "another collection is open");
}

#[test]
fn something_that_moves_wakes_ten_times_a_second_and_no_more() {
    let mut driver = dead();
    let mut frames = 0;
    for _ in 0..20 {
        driver.app.mark_clean();
        driver.wait(100);
        frames += u32::from(driver.app.is_dirty());
    }
    assert_eq!(frames, 20);
    let wake = driver.app.wake_at().unwrap();
    assert_eq!(wake % 100, 0);
}

/// A server without the database, which answers as if there had never been anything.
fn vanish(driver: &mut Driver) {
    driver.rows.index = Arc::new(MemoryIndex::new("memsys"));
}

#[test]
fn a_database_that_vanishes_leaves_the_rows_that_were_read_with_the_reason() {
    for page_first in [true, false] {
        let mut driver = Driver::browsing(9);
        vanish(&mut driver);
        driver.keys("R");
        let (page, listing) = (
            driver.expect_start(is_page),
            driver.expect_start(|spec| *spec == TaskSpec::Collections),
        );
        let order = if page_first {
            [page, listing]
        } else {
            [listing, page]
        };
        for task in order {
            driver.answer(task);
        }
        driver.settle();
        assert!(driver.app.collections().rows().is_empty());
        assert_eq!(driver.shown(), [8, 7, 6, 5, 4, 3, 2, 1, 0]);
        driver.must_see("✗ episodic_memories is not (or no longer) in memsys (R");

        driver.rows.fill(HERE, 0..3);
        driver.keys("R");
        driver.settle();
        assert_eq!(driver.shown(), [2, 1, 0]);
        assert!(!driver.sees("no longer"));
    }
}

#[test]
fn a_collection_that_was_emptied_is_shown_empty() {
    for page_first in [true, false] {
        let mut driver = Driver::browsing(9);
        (0..9).for_each(|number| driver.rows.remove(HERE, number));
        driver.keys("R");
        let listing = driver.expect_start(|spec| *spec == TaskSpec::Collections);
        if page_first {
            driver.answer(driver.expect_start(is_page));
        }
        driver.answer(listing);
        driver.settle();
        assert!(driver.shown().is_empty());
        assert!(driver.app.list().failure.is_none());
    }
}

#[test]
fn the_key_of_the_fault_goes_to_the_byte_that_is_not_json() {
    let mut driver = Driver::new(options());
    driver.rows.fill(HERE, 0..3);
    let lines = "1,\n".repeat(80);
    driver.rows.values.insert(2, format!("[{lines}oops]"));
    driver.resize(120, 40);
    driver.settle();
    driver.keys("<enter><enter>");
    driver.settle();
    let (before, _) = driver.app.viewer().position();
    driver.keys("!");
    let (after, _) = driver.app.viewer().position();
    assert_eq!((before, after), (1, 6), "{}", driver.screen());
    driver.must_see("oops");
    driver.must_see("here: ");
    // the stored bytes have the place too, the fields of MongoDB have none
    driver.keys("<shift-tab>!");
    driver.must_see("here: ");
    let (raw, _) = driver.app.viewer().position();
    assert!(raw > 1, "{raw}");
    driver.keys("<tab><tab>!");
    driver.must_see("the Full view shows the place");

    driver.keys("<esc>j<enter>");
    driver.settle();
    driver.keys("!");
    driver.must_see("the stored value could be read to its end");
}
