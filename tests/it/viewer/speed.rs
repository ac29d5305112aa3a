//! Large documents: they are shown, folded and searched like small ones. The times are measured by
//! the benchmarks.

use std::fmt::Write as _;

use dualscope::app::viewer::View;

use super::{full_only, here, rows, viewer};

/// An array of objects with about `nodes` nodes.
fn many(nodes: usize) -> String {
    let mut text = String::from("{\"all\":[");
    for at in 0..nodes / 4 {
        let comma = if at == 0 { "" } else { "," };
        let _ = write!(text, r#"{comma}{{"n":{at},"name":"name {at}","ok":true}}"#);
    }
    text + "],\"last\":1}"
}

fn long(bytes: usize) -> String {
    let words = "one two three four five ".repeat(bytes / 24);
    format!(r#"{{"before":1,"text":"{words}needle end","after":2}}"#)
}

#[test]
fn a_hundred_thousand_nodes_fold_and_unfold_and_keep_their_places() {
    let mut shown = viewer((80, 24), full_only(&many(100_000)));
    assert_eq!(
        rows(&shown),
        ["{", "  \"all\": [25000 objects] ▸", "  \"last\": 1", "}"]
    );
    shown.move_by(1);
    shown.unfold();
    assert_eq!(shown.position(), (2, 125_000 + 5));
    shown.toggle_all();
    assert_eq!(shown.position(), (2, 4));
    shown.toggle_all();
    assert_eq!(shown.position(), (2, 125_000 + 5));
    assert_eq!(shown.find("name 24999").to_string(), "1 of 1");
    assert_eq!(here(&shown), "\"name\": \"name 24999\",");
    shown.fold();
    assert_eq!(here(&shown), "{");
    shown.fold();
    assert_eq!(
        (here(&shown).as_str(), shown.position().1),
        ("{3} ▸", 125_000 + 1)
    );
    assert_eq!(shown.path(), "/all/24999");
    shown.fold();
    assert_eq!(here(&shown), "\"all\": [");
    shown.fold();
    assert_eq!(shown.position(), (2, 4));
    assert_eq!(shown.find("name").to_string(), "1 of at least 10 000");
}

#[test]
fn a_string_of_two_megabytes_opens_and_is_searched_to_its_end() {
    let mut shown = viewer((80, 24), full_only(&long(2_000_000)));
    shown.move_by(2);
    assert!(here(&shown).ends_with("\" ▸2.0 MB"), "{}", here(&shown));
    shown.unfold();
    assert!(shown.position().1 > 25_000);
    assert_eq!(shown.find("NEEDLE").to_string(), "1 of 1");
    assert!(here(&shown).ends_with("needle end\","), "{}", here(&shown));
    shown.fold();
    assert_eq!(shown.position(), (3, 5));
    assert_eq!(shown.find("needle").to_string(), "1 of 1");
    assert!(
        shown.position().0 > 25_000,
        "a match that is cut off is unfolded"
    );
}

#[test]
fn a_hundred_thousand_levels_are_walked_without_a_stack() {
    let deep = 100_000;
    let text = "[".repeat(deep) + "\"core\"" + &"]".repeat(deep);
    let mut shown = viewer((80, 24), full_only(&text));
    shown.toggle_all();
    assert_eq!(shown.position().1, 2 * deep + 1);
    shown.toggle_all();
    assert_eq!(shown.find("core").to_string(), "1 of 1");
    assert_eq!(
        (here(&shown).as_str(), shown.position().0),
        ("\"core\"", deep + 1)
    );
    assert_eq!(shown.lines().len(), 23);
    shown.show(full_only(&text.replace("core", "more")).into());
    assert_eq!(here(&shown), "\"more\"");
}

#[test]
fn one_cluster_of_a_megabyte_is_cut_like_any_text() {
    let text = format!(r#"{{"zalgo":"a{}"}}"#, "\u{301}".repeat(500_000));
    let mut shown = viewer((80, 24), full_only(&text));
    shown.move_by(1);
    shown.unfold();
    assert!(shown.position().1 > 10_000);
    shown.bottom();
    shown.set_view(View::Raw);
    shown.bottom();
    assert!(shown.lines().iter().all(|line| line.text().len() < 1_000));
}
