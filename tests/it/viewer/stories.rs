//! What keys do in a document: state, action, state.

use std::fmt::Write as _;
use std::sync::Arc;

use dualscope::app::viewer::{View, ViewerOptions};
use dualscope::domain::text::Spelling;
use dualscope::domain::{Bson, Sight, State, Stored, Version};

use super::{
    Viewer, drifted, episode, episode_lite, full_only, here, inspection, key, lite, rows, stored,
    text, viewer,
};

const SIZE: (u16, u16) = (60, 20);

#[test]
fn the_cursor_walks_pages_and_jumps_and_the_screen_follows() {
    let mut shown = viewer(
        (40, 11),
        full_only(&format!("[{}]", vec!["7"; 100].join(","))),
    );
    assert_eq!((shown.position(), here(&shown)), ((1, 102), "[".to_owned()));
    shown.move_by(3);
    assert_eq!((shown.position(), shown.cursor()), ((4, 102), Some(3)));
    shown.move_by(7);
    assert_eq!((shown.position(), shown.cursor()), ((11, 102), Some(9)));
    shown.page(1);
    assert_eq!((shown.position(), shown.cursor()), ((19, 102), Some(9)));
    shown.half_page(-1);
    assert_eq!((shown.position(), shown.cursor()), ((14, 102), Some(9)));
    shown.bottom();
    assert_eq!((shown.position().0, here(&shown)), (102, "]".to_owned()));
    shown.page(1);
    shown.move_by(i64::MAX);
    assert_eq!(shown.position().0, 102);
    shown.page(-1);
    assert_eq!(shown.position().0, 94);
    shown.top();
    shown.move_by(i64::MIN);
    shown.page(-1);
    assert_eq!((shown.position().0, shown.cursor()), (1, Some(0)));
}

#[test]
fn folding_closes_what_is_open_then_goes_to_what_is_around() {
    let mut shown = viewer(SIZE, full_only(r#"{"a":{"b":{"c":1},"d":2},"e":3}"#));
    let open = [
        "{", "\"a\": {", "\"b\": {", "\"c\": 1", "},", "\"d\": 2", "},", "\"e\": 3", "}",
    ];
    assert_eq!(trimmed(&shown), open);
    shown.move_by(3);
    shown.fold();
    assert_eq!(here(&shown), "\"b\": {");
    shown.fold();
    assert_eq!(here(&shown), "\"b\": {1} ▸");
    shown.fold();
    assert_eq!(here(&shown), "\"a\": {");
    shown.fold();
    assert_eq!(trimmed(&shown), ["{", "\"a\": {2} ▸", "\"e\": 3", "}"]);
    shown.unfold();
    assert_eq!(
        trimmed(&shown)[2],
        "\"b\": {1} ▸",
        "what was folded inside stays folded"
    );
    shown.unfold();
    assert_eq!(
        here(&shown),
        "\"b\": {1} ▸",
        "on something open it goes inside"
    );
    shown.toggle();
    shown.top();
    assert_eq!(trimmed(&shown), open);
    shown.toggle();
    assert_eq!(trimmed(&shown), ["{2} ▸"]);
    shown.fold();
    assert_eq!(trimmed(&shown), ["{2} ▸"]);
}

#[test]
fn everything_unfolds_and_folds_at_once() {
    let mut shown = viewer((60, 3000), full_only(&episode()));
    assert_eq!(shown.position().1, 25);
    shown.find("sync_status");
    shown.toggle_all();
    assert_eq!(shown.position().1, 25 + 1024 + 1 + long_rows(&shown));
    assert_eq!(
        here(&shown),
        "\"sync_status\": 1,",
        "the cursor stays on its node"
    );
    shown.toggle_all();
    assert_eq!(shown.position().1, 13);
    assert_eq!(here(&shown), "\"sync_status\": 1,");
}

/// Rows of the long string behind its first.
fn long_rows(viewer: &Viewer) -> usize {
    let rows = trimmed(viewer);
    let start = rows
        .iter()
        .position(|row| row.starts_with("\"episode\""))
        .unwrap();
    let end = rows
        .iter()
        .position(|row| row.starts_with("\"vector\""))
        .unwrap();
    end - start - 1
}

#[test]
fn a_long_string_shows_its_size_and_opens_into_rows_that_break_between_words() {
    let long = "one two three four ".repeat(20);
    let mut shown = viewer((40, 20), full_only(&format!(r#"{{"t":"{long}","u":1}}"#)));
    shown.move_by(1);
    assert_eq!(here(&shown), "\"t\": \"one two three four one …\" ▸380 B");
    shown.unfold();
    let open = rows(&shown);
    assert_eq!(open[1], "  \"t\": \"one two three four one two");
    assert_eq!(open[2], "    three four one two three four");
    shown.move_by(3);
    shown.fold();
    assert_eq!(here(&shown), "\"t\": \"one two three four one …\" ▸380 B");
}

#[test]
fn the_same_key_read_again_keeps_cursor_scroll_and_folds() {
    let before = r#"{"a":[1,2,3,4,5,6,7,8,9,10],"b":{"x":1,"y":{"z":[true]}},"c":"gone","d":4}"#;
    let mut shown = viewer((40, 8), full_only(before));
    shown.find("10");
    shown.clear_find();
    shown.find("x");
    shown.toggle();
    shown.move_by(-1);
    shown.fold();
    assert_eq!(here(&shown), "\"b\": {2} ▸");
    let cursor = shown.cursor();
    let after = r#"{"new":0,"b":{"y":{"z":[false,null]},"x":1},"a":[1,2,3,4,5,6,7,8,9,11],"d":4}"#;
    shown.show(Arc::new(full_only(after)));
    assert_eq!(here(&shown), "\"b\": {2} ▸");
    shown.move_by(1);
    assert_eq!(here(&shown), "\"a\": [", "the vector stays open");
    assert!(cursor.is_some());

    let mut other = full_only(after);
    other.document.key = key("another");
    shown.show(Arc::new(other));
    assert_eq!(shown.position().0, 1);
    assert_eq!(trimmed(&shown)[2], "\"b\": {");
}

#[test]
fn a_node_that_is_gone_leaves_the_cursor_on_what_was_around_it() {
    let mut shown = viewer(SIZE, full_only(r#"{"a":{"b":{"c":1}},"z":0}"#));
    shown.find("c");
    assert_eq!(here(&shown), "\"c\": 1");
    shown.show(Arc::new(full_only(r#"{"a":{"b":{"d":1}},"z":0}"#)));
    assert_eq!(here(&shown), "\"b\": {");
    shown.show(Arc::new(inspection(
        Sight::Seen(None),
        Sight::Seen(Stored::Absent),
    )));
    assert_eq!(shown.position().0, 3.min(shown.position().1));
}

#[test]
fn views_keep_their_cursors_and_turn_in_a_ring() {
    let mut shown = viewer(SIZE, drifted());
    shown.move_by(4);
    shown.next_view();
    assert_eq!((shown.view(), shown.position().0), (View::Lite, 1));
    shown.move_by(2);
    for view in [View::Diff, View::Raw, View::Full] {
        shown.next_view();
        assert_eq!(shown.view(), view);
    }
    assert_eq!(shown.position().0, 5);
    shown.previous_view();
    assert_eq!(shown.view(), View::Raw);
    shown.set_view(View::Lite);
    assert_eq!(shown.position().0, 3);
}

#[test]
fn clicks_select_and_a_second_one_unfolds_and_the_wheel_scrolls() {
    let mut shown = viewer((60, 11), full_only(&episode()));
    shown.click(5, 10);
    assert_eq!(shown.position().0, 10);
    assert!(here(&shown).starts_with("\"episode\""));
    shown.click(5, 10);
    assert!(shown.position().1 > 40);
    shown.click(5, 0);
    assert_eq!(shown.position().0, 10, "the facts are no row");
    shown.click(5, 200);
    assert_eq!(shown.position().0, 10);
    shown.scroll(4);
    assert_eq!((shown.position().0, shown.cursor()), (10, Some(5)));
    shown.scroll(10);
    assert_eq!((shown.position().0, shown.cursor()), (15, Some(0)));
    shown.scroll(-100);
    assert_eq!((shown.position().0, shown.cursor()), (10, Some(9)));
}

#[test]
fn another_size_keeps_the_cursor_on_its_text() {
    let mut shown = viewer((100, 20), full_only(&episode()));
    shown.toggle_all();
    shown.find("1000.5e-3");
    shown.resize(33, 9);
    assert_eq!(here(&shown), "1000.5e-3,");
    shown.resize(0, 0);
    shown.resize(1, 1);
    shown.resize(100, 20);
    assert_eq!(here(&shown), "1000.5e-3,");
}

#[test]
fn secrets_are_neither_shown_nor_found_nor_copied() {
    let mut secret = inspection(
        lite(vec![
            ("_id", text("a")),
            ("user_id", text("alice")),
            ("api_key", text("sk-1")),
        ]),
        stored(r#"{"user_id":"alice","api_key":"sk-1","more":{"wallet":"sk-2"}}"#),
    );
    secret.document.key.collection = dualscope::domain::Collection::new("user_secrets");
    let mut shown = viewer(SIZE, secret.clone());
    for view in View::ALL {
        shown.set_view(view);
        let all = rows(&shown).join("\n") + &shown.header();
        assert!(!all.contains("sk-"), "{all}");
        assert_eq!(shown.find("sk-").total, 0);
    }
    shown.set_view(View::Full);
    assert_eq!((shown.copy_value(), shown.copy_document()), (None, None));
    shown.find("more");
    shown.unfold();
    assert_eq!(
        (here(&shown).as_str(), shown.copy_value()),
        ("\"more\": ***", None)
    );
    shown.reveal();
    assert!(here(&shown).starts_with("\"more\": {"));
    assert!(rows(&shown).join("\n").contains("sk-1"));
    shown.show(Arc::new(secret.clone()));
    assert!(!shown.is_masked(), "the same document stays revealed");
    secret.document.key.id = "another".into();
    shown.show(Arc::new(secret));
    assert!(shown.is_masked());
}

#[test]
fn nothing_selected_is_said_and_every_key_is_harmless() {
    let mut shown = Viewer::new(ViewerOptions {
        spelling: Spelling::Ascii,
    });
    shown.resize(60, 20);
    assert_eq!(rows(&shown), ["No document is selected."]);
    shown.loading = true;
    assert_eq!(rows(&shown), ["Reading the document."]);
    for act in [
        Viewer::fold,
        Viewer::unfold,
        Viewer::toggle,
        Viewer::toggle_all,
        Viewer::top,
        Viewer::bottom,
    ] {
        act(&mut shown);
    }
    shown.page(1);
    shown.click(1, 1);
    shown.scroll(1);
    shown.find("x");
    shown.find_next(true);
    shown.next_view();
    assert_eq!(
        (shown.position(), shown.copy_value(), shown.copy_path()),
        ((0, 0), None, None)
    );
    shown.show(Arc::new(drifted()));
    assert!(!shown.loading);
    shown.clear();
    assert_eq!(rows(&shown), ["No document is selected."]);
}

#[test]
fn the_line_of_facts_says_what_is_there_or_why_not() {
    let mut facts = inspection(episode_lite(), stored("{}"));
    let header = |of: &super::Inspection| viewer(SIZE, of.clone()).header();
    assert_eq!(header(&facts), "v812 · 4 B · Base64");
    facts.at = Some(Version(900));
    facts.twins = 1;
    assert_eq!(
        header(&facts),
        "v812 · 4 B · Base64 · as of v900, not the latest · 1 more document prints this id"
    );
    assert_eq!(
        header(&inspection(episode_lite(), Sight::Seen(Stored::Absent))),
        "no value"
    );
    assert_eq!(
        header(&inspection(episode_lite(), Sight::Unchecked)),
        "not read yet"
    );
}

#[test]
fn why_there_is_no_value_is_said_once() {
    let why = "written 4 s ago, and not applied yet";
    for (stored, state, said) in [
        (
            Sight::Seen(Stored::Absent),
            State::Pending,
            format!("not applied yet: {why}"),
        ),
        (
            Sight::Seen(Stored::Absent),
            State::Unknown,
            format!("can't tell: {why}"),
        ),
        (
            Sight::Unknown(why.into()),
            State::Unknown,
            format!("can't tell: {why}"),
        ),
    ] {
        let mut shown = inspection(episode_lite(), stored);
        shown.diagnosis.state = state;
        shown.diagnosis.said = said.into();
        for view in [View::Full, View::Raw] {
            let mut viewer = viewer((200, 30), shown.clone());
            viewer.set_view(view);
            let mut whole = rows(&viewer);
            whole.push(viewer.header());
            let told = whole.iter().filter(|row| row.contains(why)).count();
            assert_eq!(told, 1, "{state:?} {view:?}: {whole:#?}");
        }
    }
}

#[test]
fn every_bson_type_is_named_and_shown() {
    let mut shown = viewer(
        (80, 40),
        inspection(
            lite(vec![
                ("nan", Bson::Double(f64::NAN)),
                ("dec", Bson::Decimal128("1E+3".into())),
                (
                    "rx",
                    Bson::Regex {
                        pattern: "a\"b".into(),
                        options: "i".into(),
                    },
                ),
                (
                    "ts",
                    Bson::Timestamp {
                        time: 1,
                        increment: 2,
                    },
                ),
                ("min", Bson::MinKey),
                (
                    "bin",
                    Bson::Binary {
                        subtype: 0,
                        bytes: vec![1, 2],
                    },
                ),
                ("none", Bson::Array(vec![])),
            ]),
            Sight::Unchecked,
        ),
    );
    shown.set_view(View::Lite);
    let mut all = String::new();
    for row in rows(&shown) {
        let _ = writeln!(all, "{row}");
    }
    insta::assert_snapshot!(all);
}

fn trimmed(viewer: &Viewer) -> Vec<String> {
    rows(viewer)
        .iter()
        .map(|row| row.trim().to_owned())
        .collect()
}
