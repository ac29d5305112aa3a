//! What lies on top: palette, help, messages, doctor; and the collections beside it all.

use dualscope::app::Options;
use dualscope::app::collections::Kind;
use dualscope::app::layer::LayerKind;
use dualscope::app::layout::Pane;
use dualscope::app::viewer::View;
use dualscope::task::event::{Failure, Outcome, What};
use dualscope::task::spec::TaskSpec;
use pretty_assertions::assert_eq;

use crate::support::driver::{Driver, HERE, gone, is_page, options};

fn is_look(spec: &TaskSpec) -> bool {
    matches!(spec, TaskSpec::Look(_))
}

#[test]
fn the_palette_shows_keys_and_reasons_and_runs() {
    let mut driver = Driver::browsing(9);
    driver.keys("<ctrl-p>");
    driver.must_see("Commands");
    driver.keys("task.cancel");
    driver.must_see("(now: open the task list first)");
    driver.keys("<ctrl-u>list.reverse");
    driver.must_see("turn the order round");
    let screen = driver.screen();
    assert!(
        screen
            .lines()
            .any(|line| line.contains("list.reverse") && line.contains("  S│"))
    );
    driver.keys("<enter>");
    driver.settle();
    assert_eq!(driver.shown()[0], 0);
    driver.keys(":zzzzz");
    driver.must_see("nothing matches");
    driver.keys("<enter><esc>");
    assert_eq!(driver.app.top_layer(), LayerKind::Browse);
}

#[test]
fn a_command_from_the_palette_works_in_the_place_it_was_opened_from() {
    let mut driver = Driver::browsing(9);
    driver.keys("?:list.filter");
    driver.must_see("(now: it belongs to the browser: go back first)");
    driver.keys("<esc>");
    assert_eq!(driver.app.top_layer(), LayerKind::Page);
    driver.keys(":collection.pick<enter>episodic<enter>");
    assert_eq!(
        driver.app.top_layer(),
        LayerKind::Browse,
        "the collection is not hidden"
    );
    assert_eq!(driver.app.focus(), Pane::List);
}

#[test]
fn help_lists_the_keys_of_this_place_and_can_be_searched() {
    let mut driver = Driver::browsing(9);
    driver.keys("?");
    driver.must_see("Keys of this place (list)");
    driver.must_see("filter at the store");
    assert!(!driver.sees("stop the selected task"));
    driver.keys("/drifted<enter>");
    driver.must_see("drifted: the two halves differ");
    driver.keys("/nonsense<enter>");
    driver.must_see("\"nonsense\" does not occur");
    driver.keys("<esc>w?");
    driver.must_see("Keys of this place (tasks)");
    driver.must_see("stop the selected task");
}

#[test]
fn messages_go_after_a_while_and_stay_in_the_log() {
    let mut driver = Driver::browsing(9);
    driver.keys("n");
    driver.must_see("next: nothing has been searched for");
    driver.wait(3999);
    driver.must_see("nothing has been searched for");
    driver.wait(1);
    assert!(!driver.sees("nothing has been searched for"));
    driver.keys("nn@");
    driver.must_see("Messages (UTC, newest at the end)");
    driver.must_see("(×3)");
    driver.must_see("2026-01-20 14:00:");
    let mut fresh = Driver::browsing(9);
    fresh.keys("@");
    fresh.must_see("no messages yet");
}

#[test]
fn the_doctor_shows_step_by_step_and_the_next_thing_to_do() {
    let mut driver = Driver::browsing(9);
    driver.keys(":app.doctor<enter>");
    driver.must_see("checking");
    let doctor = driver.expect_start(|spec| *spec == TaskSpec::Doctor);
    let (_, Outcome::Checks(checks)) = driver.rows.answer(&TaskSpec::Doctor) else {
        panic!()
    };
    driver.report(doctor, What::Part(Outcome::Checks(checks[..1].to_vec())));
    driver.must_see("db:27017 accepts");
    driver.report(doctor, What::Part(Outcome::Checks(checks[1..].to_vec())));
    assert_eq!(driver.screen().matches("checking").count(), 1);
    driver.finish(doctor, Outcome::Checks(checks));
    driver.must_see("failed  kv reach");
    driver.must_see("→ is the node running? check kv.node");
    assert!(!driver.sees("checking"));

    driver.keys("R");
    let again = driver.expect_start(|spec| *spec == TaskSpec::Doctor);
    driver.fail(again, gone());
    driver.must_see("not finished: MongoDB at db:27017 does not answer");
    driver.keys("R<esc>");
    assert_eq!(driver.stopped.len(), 1, "nobody looks any more");
}

#[test]
fn layers_do_not_pile_up() {
    let mut driver = Driver::browsing(9);
    for _ in 0..20 {
        driver.keys("w@?:app.doctor<enter>");
    }
    assert!(
        driver.app.layers().len() <= 4,
        "{}",
        driver.app.layers().len()
    );
}

#[test]
fn collections_stored_twice_stand_first_and_unknown_ones_are_looked_at_one_by_one() {
    let mut driver = Driver::new(options());
    for name in ["zebra", "memcells", "apple", "user_secrets"] {
        driver.rows.fill(name, 0..3);
    }
    driver.rows.dual.push("zebra");
    driver.resize(120, 40);
    driver.answer(driver.expect_start(|spec| *spec == TaskSpec::Collections));
    let first = driver.expect_start(is_look);
    assert_eq!(
        driver.spec(first).name(),
        "look whether apple is stored twice"
    );
    driver.must_see("others");
    driver.answer(first);
    driver.settle();
    let names: Vec<_> = driver
        .app
        .collections()
        .rows()
        .iter()
        .map(|r| r.name.as_str())
        .collect();
    assert_eq!(names, ["memcells", "zebra", "apple", "user_secrets"]);
    assert_eq!(driver.app.collections().rows()[1].kind, Kind::Dual);
    driver.must_see("not dual-stored");
    driver.must_see("≈3");
}

#[test]
fn a_look_that_fails_does_not_end_the_others() {
    let mut driver = Driver::new(options());
    driver.rows.fill("apple", 0..3);
    driver.rows.fill("pear", 0..3);
    driver.resize(120, 40);
    driver.answer(driver.expect_start(|spec| *spec == TaskSpec::Collections));
    driver.fail(driver.expect_start(is_look), gone());
    assert_eq!(
        driver.spec(driver.expect_start(is_look)).name(),
        "look whether pear is stored twice"
    );
    driver.settle();
    assert!(driver.running(is_look).is_empty());
}

#[test]
fn brackets_step_through_collections_and_open_after_a_rest() {
    let mut driver = Driver::browsing(9);
    driver.rows.fill("event_log_records", 0..4);
    driver.rows.fill("memcells", 0..5);
    driver.keys("R");
    driver.settle();
    driver.keys("]");
    driver.wait(79);
    assert_eq!(
        driver.app.list().collection.as_ref().unwrap().as_str(),
        HERE
    );
    driver.settle();
    assert_eq!(
        driver.app.list().collection.as_ref().unwrap().as_str(),
        "event_log_records"
    );
    assert_eq!(driver.shown(), [3, 2, 1, 0]);
    assert_eq!(driver.app.focus(), Pane::List);
    driver.keys("[");
    driver.settle();
    assert_eq!(
        driver.app.list().collection.as_ref().unwrap().as_str(),
        HERE
    );
    driver.keys("bmemc<enter>");
    driver.settle();
    assert_eq!(driver.shown().len(), 5);
}

#[test]
fn a_narrow_screen_folds_the_collections_and_puts_the_document_below() {
    let mut driver = Driver::browsing(40);
    driver.resize(80, 24);
    driver.settle();
    let layout = *driver.app.layout();
    assert!(layout.collections.is_none());
    let (list, document) = (layout.list.unwrap(), layout.document.unwrap());
    assert!(list.y < document.y && list.width == 80 && document.width == 80);
    driver.must_see("Row 39 in full.");
    driver.keys("h");
    assert!(driver.app.layout().collections.is_some());
    driver.must_see("Collections");
    driver.keys("<enter>b");
    driver.must_see("> ");
}

#[test]
fn tab_goes_round_the_views_from_the_list_too() {
    let mut driver = Driver::browsing(9);
    for view in [View::Lite, View::Diff, View::Raw, View::Full] {
        driver.keys("<tab>");
        assert_eq!(driver.app.viewer().view(), view);
        driver.must_see(&format!("[{}]", view.name()));
    }
}

#[test]
fn ascii_sessions_have_ascii_marks_and_borders() {
    let mut driver = Driver::new(Options {
        ascii: true,
        ..options()
    });
    driver.rows.fill(HERE, 0..9);
    driver.resize(120, 40);
    driver.settle();
    let odd: String = driver
        .screen()
        .chars()
        .filter(|c| "─│┌●▸≈✓⠋".contains(*c))
        .collect();
    assert_eq!(odd, "");
}

#[test]
fn pages_and_lists_on_top_do_not_tell_the_state_of_what_they_hide() {
    let mut driver = Driver::browsing(9);
    driver.settle();
    driver.must_see(" ● in step");
    for keys in ["?", "@", "w", ":app.doctor<enter>"] {
        driver.keys(keys);
        driver.settle();
        driver.wait(5_000);
        let screen = driver.screen();
        let line = screen.lines().rev().nth(1).unwrap();
        assert_eq!(line.trim(), "", "{keys}");
        driver.keys("<esc>");
        driver.must_see(" ● in step");
    }
}

#[test]
fn the_task_list_opens_without_details_each_time() {
    let mut driver = Driver::browsing(9);
    driver.keys("w<enter>");
    assert!(driver.app.tasks().shows_details());
    driver.keys("<esc>w");
    assert!(!driver.app.tasks().shows_details());
    driver.keys("<enter>");
    assert!(driver.app.tasks().shows_details());
}

#[test]
fn a_message_without_room_names_the_key_that_shows_the_whole() {
    let mut driver = Driver::browsing(9);
    driver.resize(80, 24);
    driver.keys("R");
    let long = Failure {
        hint: "is MongoDB running, and on this port? `dualscope doctor` tells".to_owned(),
        ..gone()
    };
    driver.fail(driver.expect_start(is_page), long.clone());
    let screen = driver.screen();
    let line = screen.lines().rev().nth(1).unwrap().trim_end();
    assert!(
        line.starts_with(" MongoDB at db:27017 does not answer; is MongoDB"),
        "{line}"
    );
    assert!(line.ends_with("… @ whole text"), "{line}");
    driver.keys("@");
    driver.settle();
    let screen = driver.screen().replace(['│', '\n'], " ");
    let words: Vec<&str> = screen.split_whitespace().collect();
    assert!(words.join(" ").contains(&long.hint), "{screen}");

    driver.keys("<esc>");
    driver.resize(200, 24);
    driver.keys("R");
    driver.fail(driver.expect_start(is_page), long.clone());
    driver.must_see(&long.hint);
    assert!(!driver.sees("whole text"));
}
