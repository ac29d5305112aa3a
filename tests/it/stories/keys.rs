//! Keys, chords and what shows them: every command can be reached, nothing happens by chance.

use std::collections::HashSet;

use dualscope::app::command::{Availability, Command, Context};
use dualscope::app::keymap::{DEFAULT, Keymap, Resolved};
use dualscope::app::layer::{Layer, LayerKind};
use dualscope::app::{Effect, Options};
use dualscope::domain::text::Spelling;
use pretty_assertions::assert_eq;

use crate::support::driver::{Driver, options};

fn palette(driver: &mut Driver) -> HashSet<String> {
    driver.keys(":");
    let Some(Layer::Menu(menu)) = driver.app.layers().last() else {
        panic!()
    };
    let labels = menu.items().iter().map(|item| item.label.clone()).collect();
    driver.keys("<esc>");
    labels
}

#[test]
fn every_command_has_a_key_or_stands_in_the_palette() {
    let mut driver = Driver::browsing(9);
    let offered = palette(&mut driver);
    for command in Command::ALL {
        let bound = Context::ALL
            .iter()
            .any(|(context, _)| driver.app.keys().keys_of(*context, *command).is_some());
        assert!(
            bound || offered.contains(command.name()),
            "{}",
            command.name()
        );
    }
}

#[test]
fn the_key_file_names_only_keys_and_commands_that_exist() {
    let table: toml::Table = DEFAULT.parse().unwrap();
    for (context, bindings) in table {
        assert!(
            Context::ALL.iter().any(|(_, name)| *name == context),
            "{context}"
        );
        for (keys, command) in bindings.as_table().unwrap() {
            assert!(
                Command::from_name(command.as_str().unwrap()).is_some(),
                "{command}"
            );
            for chord in keys.split_whitespace() {
                let chord: dualscope::app::Chord = chord.parse().unwrap();
                assert!(
                    keys.contains(&chord.to_string()),
                    "{chord} is spelt otherwise"
                );
            }
        }
    }
}

#[test]
fn the_footer_fits_and_always_shows_the_way_to_the_other_keys() {
    for (keys, words) in [
        ("", vec!["j/k move", ": palette", "? help"]),
        ("<esc>", vec!["enter open", ": palette", "? help"]),
        ("<enter>", vec!["tab view", ": palette", "? help"]),
        ("f", vec!["enter accept", "esc cancel"]),
        (":", vec!["enter accept", "esc cancel"]),
        ("w", vec!["enter steps", "r retry", "esc back"]),
        ("?", vec!["/ find", "esc back"]),
    ] {
        let mut driver = Driver::browsing(9);
        driver.resize(80, 24);
        driver.settle();
        driver.keys(keys);
        let screen = driver.screen();
        let footer = screen.lines().last().unwrap();
        assert!(Spelling::Full.width(footer) <= 80);
        for word in words {
            assert!(footer.contains(word), "{word:?} after {keys:?}: {footer}");
        }
    }
}

#[test]
fn the_start_of_a_chord_is_shown_and_left_by_esc() {
    let mut driver = Driver::browsing(9);
    driver.keys("jjg");
    assert_eq!(driver.app.pending().len(), 1);
    driver.must_see("g g first row");
    driver.must_see("esc leaves");
    driver.keys("<esc>");
    assert!(driver.app.pending().is_empty());
    assert_eq!(
        driver.selected(),
        Some(6),
        "esc ended the chord, nothing else"
    );
    assert_eq!(driver.app.active_context(), Context::List);
    driver.keys("gx");
    assert!(driver.app.pending().is_empty());
    assert_eq!(driver.selected(), Some(6));
    driver.keys("gg");
    assert_eq!(driver.selected(), Some(8));
}

#[test]
fn unknown_keys_and_pastes_outside_a_line_do_nothing() {
    let mut driver = Driver::browsing(9);
    let (before, asked) = (driver.screen(), driver.asked.len());
    driver.keys("zQ;<f7><alt-x><ctrl-o>");
    driver.paste("qqq:app.quit\n");
    driver.wait(5_000);
    assert_eq!(driver.screen(), before);
    assert!(driver.effects.is_empty());
    assert_eq!(driver.asked.len(), asked);
}

#[test]
fn a_key_without_a_meaning_here_says_where_it_has_one_and_is_not_kept() {
    let mut driver = Driver::browsing(9);
    let before = driver.selected();
    driver.keys("z");
    driver.must_see("nothing is bound to z");
    driver.keys("gx");
    driver.must_see("nothing is bound to g x");
    driver.keys("p");
    driver.must_see("p belongs to the document");
    driver.keys("hC");
    driver.must_see("C belongs to the list");
    driver.keys("l<enter>");
    driver.settle();
    driver.keys("C");
    driver.must_see("C belongs to the list");
    driver.wait(5_000);
    assert!(!driver.sees("belongs to"));
    driver.keys("<esc>@");
    driver.must_see("no messages yet");
    assert_eq!(driver.selected(), before);
}

#[test]
fn the_documents_of_the_list_are_read_one_after_the_other_in_the_same_view() {
    let mut driver = Driver::browsing(300);
    driver.keys("<enter><tab><tab>");
    driver.settle();
    let view = driver.app.viewer().view();
    driver.keys("K");
    driver.must_see("it is the first document of the list");
    driver.keys("JJ");
    driver.settle();
    assert_eq!(
        (driver.document(), driver.selected()),
        (Some(297), Some(297))
    );
    assert_eq!(driver.app.viewer().view(), view);
    driver.keys("K");
    driver.settle();
    assert_eq!(driver.document(), Some(298));
    assert_eq!(driver.app.active_context(), Context::Document);
    for _ in 0..400 {
        driver.keys("J");
        driver.settle();
    }
    assert_eq!(driver.document(), Some(0));
    driver.must_see("it is the last document of the list");
    driver.keys("<esc>");
    assert_eq!(driver.selected(), Some(0));
}

#[test]
fn keys_of_ones_own_work_and_are_shown() {
    let mut keys = Keymap::builtin().unwrap();
    keys.apply(
        "keys.toml",
        "[list]\n\"f\" = \"none\"\n\"ctrl-o\" = \"list.filter\"\n",
    )
    .unwrap();
    let mut driver = Driver::browsing(9);
    driver.app = dualscope::app::App::new(options(), keys);
    (driver.asked, driver.running) = (Vec::new(), Vec::new());
    driver.resize(120, 40);
    driver.settle();
    driver.keys("<enter>");
    driver.must_see("ctrl-o filter");
    driver.keys("f");
    assert!(driver.app.prompt().is_none());
    driver.keys("<ctrl-o>");
    assert!(driver.app.prompt().is_some());
}

#[test]
fn a_command_that_is_off_says_why_and_does_nothing() {
    let mut driver = Driver::new(options());
    driver.resize(120, 40);
    driver.settle();
    for command in Command::ALL {
        if let Availability::No(why) = command.availability(&driver.app) {
            assert!(!why.is_empty(), "{}", command.name());
        }
    }
    driver.keys("]:list.sort");
    driver.must_see("(now: no collection is open)");
    driver.keys("<enter>");
    driver.must_see("list.sort: no collection is open");
    assert_eq!(
        driver.app.top_layer(),
        LayerKind::Menu,
        "another one can be chosen"
    );
}

#[test]
fn quitting_suspending_and_the_mouse_are_effects() {
    let mut driver = Driver::browsing(9);
    driver.keys("m<ctrl-z>q");
    assert_eq!(
        driver.effects,
        [Effect::Mouse(true), Effect::Suspend, Effect::Exit]
    );
    let mut driver = Driver::browsing(9);
    driver.keys("?q<ctrl-c>");
    assert_eq!(
        driver.effects,
        [Effect::Exit],
        "the first one closes the help"
    );
}

#[test]
fn every_key_of_every_place_leads_somewhere_and_none_of_them_breaks() {
    for (context, into) in [
        (Context::Collections, "<esc>"),
        (Context::List, ""),
        (Context::Document, "<enter>"),
        (Context::Menu, ":"),
        (Context::Prompt, "f"),
        (Context::Tasks, "w"),
        (Context::Page, "@"),
    ] {
        let map = Keymap::builtin().unwrap();
        for (_, binding) in map.visible(context) {
            let mut driver = Driver::new(Options {
                ascii: true,
                ..options()
            });
            driver.rows.fill(crate::support::driver::HERE, 0..30);
            driver.resize(90, 30);
            driver.settle();
            driver.keys("<enter>");
            driver.keys(into);
            assert_eq!(driver.app.active_context(), context);
            let resolved = driver.app.keys().resolve(context, &binding.keys);
            assert_eq!(resolved, Resolved::Command(binding.command));
            for chord in &binding.keys {
                driver.keys(&format!("<{chord}>"));
            }
            driver.settle();
            driver.screen();
        }
    }
}

#[test]
fn keys_that_the_selected_task_has_no_use_for_are_not_in_the_footer() {
    let mut driver = Driver::browsing(9);
    driver.settle();
    driver.keys("R");
    driver.keys("w");
    let footer = |driver: &Driver| driver.screen().lines().last().unwrap().to_owned();
    let shows = |driver: &Driver, words: [&str; 4]| words.map(|word| footer(driver).contains(word));
    let words = ["enter steps", "x cancel", "r retry", "+ longer"];
    // it runs: it can be stopped, and neither be run again nor wait longer
    assert_eq!(shows(&driver, words), [true, true, false, false]);
    driver.settle();
    assert_eq!(shows(&driver, words), [true, false, true, false]);
}

#[test]
fn help_and_readme_name_every_command_with_its_keys_or_by_its_name() {
    let mut driver = Driver::browsing(9);
    driver.settle();
    driver.resize(120, 130);
    driver.settle();
    driver.keys("?");
    driver.must_see("In the palette, without a key");
    driver.must_see(": app.doctor");
    driver.must_see("copy the command line that prints this document");
    // What it names can be found so.
    driver.keys("<esc>:app.doctor<enter>");
    driver.must_see("checking both stores");

    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    for command in Command::ALL {
        let cell = format!("| `{}` |", command.name());
        assert!(readme.contains(&cell), "{cell}");
    }

    let mut map = Keymap::builtin().unwrap();
    map.apply("keys.toml", "[global]\n\"ctrl-o\" = \"app.doctor\"\n")
        .unwrap();
    assert!(map.without_keys().all(|command| command != Command::Doctor));
}
