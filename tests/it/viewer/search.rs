//! Looking for text in a document, and taking text out of it.

use dualscope::app::viewer::{Lit, View};
use dualscope::domain::{Sight, Stored, Version};

use super::{
    OID, Viewer, drifted, episode, episode_lite, full_only, here, inspection, key, value, viewer,
};

const SIZE: (u16, u16) = (60, 20);

#[test]
fn a_search_unfolds_what_hides_a_match_and_goes_around() {
    let mut shown = viewer(SIZE, full_only(&episode()));
    let found = shown.find("512.5e-3");
    assert_eq!(found.to_string(), "1 of 1");
    assert_eq!(here(&shown), "512.5e-3,");
    assert_eq!(shown.find("ALICE").to_string(), "1 of 26");
    assert!(here(&shown).contains("alice"));
    shown.top();
    assert_eq!(shown.find("alice").to_string(), "1 of 26");
    assert_eq!(shown.find_next(false).to_string(), "26 of 26");
    assert_eq!(shown.find_next(true).to_string(), "1 of 26");
    assert_eq!(shown.find_next(true).to_string(), "2 of 26");
    let before = shown.position();
    assert_eq!(shown.find("nowhere").to_string(), "no match");
    assert_eq!(shown.position(), before);
    assert_eq!(shown.find_next(true).total, 0);
    shown.clear_find();
    assert_eq!(shown.find_state(), None);
}

#[test]
fn a_search_resolves_escapes_and_lights_what_is_seen() {
    let mut shown = viewer(
        SIZE,
        full_only(r#"{"k\u0065y":"caf\u00e9 CAF\u00c9 \u4eac"}"#),
    );
    assert_eq!(shown.find("café").total, 2);
    let line = shown.line(1);
    let lit: Vec<_> = line.spans.iter().filter(|s| s.lit != Lit::No).collect();
    assert_eq!(
        lit.iter().map(|s| s.text.as_str()).collect::<Vec<_>>(),
        ["café", "CAFÉ"]
    );
    assert_eq!((lit[0].lit, lit[1].lit), (Lit::Here, Lit::Match));
    assert_eq!(shown.find("KEY").total, 1);
    assert_eq!(shown.find("京").total, 1);
}

#[test]
fn a_search_goes_through_sentences_bytes_fields_and_findings() {
    let mut shown = viewer((80, 30), drifted());
    shown.set_view(View::Diff);
    assert_eq!(shown.find("floored").to_string(), "1 of 1");
    assert!(here(&shown).starts_with("timestamp"));
    assert_eq!(shown.find("is Base64").to_string(), "1 of 1");
    assert_eq!(here(&shown), "• The value is Base64.");
    shown.set_view(View::Raw);
    assert!(shown.find_state().is_some());
    assert_eq!(shown.find("eyJpZCI6").total, 1);
    assert!(here(&shown).starts_with("0  eyJpZCI6"));
    shown.set_view(View::Lite);
    assert_eq!(shown.find("dentist").to_string(), "1 of 1");
    assert!(here(&shown).starts_with("\"dentist\""));
    let mut shown = viewer(
        (80, 30),
        inspection(episode_lite(), Sight::Seen(value(b"\xff\xfeHello"))),
    );
    assert_eq!(shown.find("hello").total, 1);
}

#[test]
fn values_and_paths_go_to_the_clipboard_as_they_are() {
    let mut shown = viewer(SIZE, full_only(r#"{"a/b":["x\ny\u0041",1.50,{"k":  2}]}"#));
    let copied = |shown: &Viewer| shown.copy_value().unwrap().text;
    assert_eq!(copied(&shown), r#"{"a/b":["x\ny\u0041",1.50,{"k":  2}]}"#);
    assert_eq!(shown.copy_path(), None, "the root has no path");
    shown.move_by(2);
    assert_eq!(copied(&shown), "x\nyA");
    assert_eq!(shown.copy_path().unwrap().text, "/a~1b/0");
    shown.move_by(1);
    assert_eq!(copied(&shown), "1.50");
    shown.move_by(3);
    assert_eq!(copied(&shown), r#"{"k":  2}"#, "on the closing bracket");
    assert_eq!(shown.copy_value().unwrap().what, "value of /a~1b/2");
    assert_eq!(
        shown.copy_document().unwrap().text,
        r#"{"a/b":["x\ny\u0041",1.50,{"k":  2}]}"#
    );
    let lone = viewer(SIZE, full_only(r#""a\ud83d""#));
    assert_eq!(
        copied(&lone),
        r#""a\ud83d""#,
        "what has no text is copied as written"
    );
}

#[test]
fn the_other_views_copy_what_they_show() {
    let mut shown = viewer(SIZE, drifted());
    shown.set_view(View::Lite);
    shown.move_by(2);
    assert_eq!(shown.copy_path().unwrap().text, "timestamp");
    assert_eq!(
        shown.copy_value().unwrap().text,
        r#"{"$date":"2026-01-20T14:12:51.407Z"}"#
    );
    shown.find("uuid");
    assert_eq!(shown.copy_path().unwrap().text, "extra.uuid");
    shown.find("dentist");
    assert_eq!(
        shown.copy_value().unwrap().text,
        "dentist",
        "bare, as in Full"
    );
    shown.set_view(View::Diff);
    shown.find("tuesday");
    let copied = shown.copy_value().unwrap();
    assert_eq!(copied.what, "comparison of keywords");
    assert!(copied.text.contains(r#"["dentist","tuesday"]"#));
    let mut narrow = viewer((60, 30), drifted());
    narrow.set_view(View::Diff);
    narrow.find("tuesday");
    let side = narrow.copy_value().unwrap().text;
    assert_eq!(
        side, r#"["dentist","tuesday"]"#,
        "the side that the cursor is on"
    );
    shown.set_view(View::Raw);
    assert!(shown.copy_value().unwrap().text.starts_with("eyJpZCI6"));
    assert_eq!(shown.copy_path().unwrap().text, key(OID).to_string());

    let junk = viewer(
        SIZE,
        inspection(episode_lite(), Sight::Seen(value(b"\xff\xfe"))),
    );
    let copied = junk.copy_value().unwrap();
    assert_eq!(
        (copied.text.as_str(), copied.what.ends_with("as Base64")),
        ("//4=", true)
    );
    let version = Version(3);
    let gone = inspection(episode_lite(), Sight::Seen(Stored::Tombstone { version }));
    assert_eq!(viewer(SIZE, gone).copy_value(), None);
}
