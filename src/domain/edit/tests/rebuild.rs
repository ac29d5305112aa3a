//! What is stored after an edit.

use super::super::{Folding, Layout, rebuild};
use super::{edited, json};
use pretty_assertions::assert_eq;
use rstest::rstest;

const PYTHON: &str = r#"{"id": "1", "title": "\u4e2d\u6587", "tags": ["a", "b"], "n": 1.50}"#;
const COMPACT: &str = r#"{"id":"1","title":"中文","tags":["a","b"],"n":1.50}"#;
const BY_HAND: &str = "{ \"id\" : \"1\",\n\n  \"title\":\"\\u4e2d文\" , \"tags\": [ \"a\",\"b\" ],\n  \"n\": 1.50\n}\n";

/// One edit, and what each style makes of it.
#[rstest]
#[case::python(
    PYTHON,
    r#"{"id": "1", "title": "\u4e2d\u6587\u5b57", "tags": ["a", "b"], "n": 1.50}"#
)]
#[case::compact(COMPACT, r#"{"id":"1","title":"中文字","tags":["a","b"],"n":1.50}"#)]
#[case::by_hand(
    BY_HAND,
    "{ \"id\" : \"1\",\n\n  \"title\":\"\\u4e2d文字\" , \"tags\": [ \"a\",\"b\" ],\n  \"n\": 1.50\n}\n"
)]
fn a_longer_title(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(
        edited(text, |view| view.replace("中文", "中文字")),
        expected
    );
}

#[rstest]
#[case::python(PYTHON, r#"{"id": "1", "title": "\u4e2d\u6587", "tags": ["x", "a", "b", {"k": ["\u00e9", {}]}], "n": 1.50}"#)]
#[case::compact(
    COMPACT,
    r#"{"id":"1","title":"中文","tags":["x","a","b",{"k":["é",{}]}],"n":1.50}"#
)]
#[case::by_hand(
    BY_HAND,
    "{ \"id\" : \"1\",\n\n  \"title\":\"\\u4e2d文\" , \"tags\": [ \"x\",\"a\",\"b\",{ \"k\": [ \"é\",{} ]\n} ],\n  \"n\": 1.50\n}\n"
)]
fn new_items_in_front_and_behind(#[case] text: &str, #[case] expected: &str) {
    let edit = |view: &str| {
        view.replace("\"a\",", "\"x\", \"a\",")
            .replace("\"b\"", r#""b", {"k": ["é", {}]}"#)
    };
    assert_eq!(edited(text, edit), expected);
}

#[rstest]
#[case::python(
    PYTHON,
    r#"{"title": "\u4e2d\u6587", "new": null, "tags": ["b"], "id": "1"}"#
)]
#[case::compact(COMPACT, r#"{"title":"中文","new":null,"tags":["b"],"id":"1"}"#)]
#[case::by_hand(
    BY_HAND,
    "{ \"title\":\"\\u4e2d文\" ,\n\n  \"new\" : null, \"tags\": [ \"b\" ], \"id\" : \"1\"\n}\n"
)]
fn members_in_another_order_with_one_new_and_one_gone(#[case] text: &str, #[case] expected: &str) {
    let typed = r#"{"title": "中文", "new": null, "tags": ["b"], "id": "1"}"#;
    assert_eq!(edited(text, |_| typed.to_owned()), expected);
}

#[test]
fn indented_texts_get_indented_lines() {
    let text = "{\r\n\t\"a\": {\r\n\t\t\"b\": 1\r\n\t},\r\n\t\"e\": {}\r\n}";
    let edit = |view: &str| {
        view.replace("\"b\": 1", r#""b": 1, "c": [{"d": 2}]"#)
            .replace("{}", r#"{"f":[]}"#)
    };
    assert_eq!(
        edited(text, edit),
        "{\r\n\t\"a\": {\r\n\t\t\"b\": 1,\r\n\t\t\"c\": [\r\n\t\t\t{\r\n\t\t\t\t\"d\": 2\r\n\t\t\t}\r\n\t\t]\r\n\t},\r\n\t\"e\": {\r\n\t\t\"f\": []\r\n\t}\r\n}"
    );
}

#[test]
fn commas_in_front_stay_in_front() {
    let text = "{ \"a\": 1\n, \"b\": 2\n}";
    let edit = |view: &str| view.replace("\"a\"", "\"z\": 0, \"a\"");
    assert_eq!(edited(text, edit), "{ \"z\": 0\n, \"a\": 1\n, \"b\": 2\n}");
}

#[rstest]
#[case::the_first_goes(r#"{"k":3,"k":"\u4e2d"}"#, r#"{"k":"\u4e2d"}"#)]
#[case::the_second_goes(r#"{"k":"\u4e2d","k":3}"#, r#"{"k":"\u4e2d"}"#)]
#[case::swapped(r#"{"k":"\u4e2d","k":"\u4E2d\u4e2d","x":"中"}"#, r#"{"k":"\u4e2d"}"#)]
fn repeated_names_are_told_apart_by_their_values(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(edited(text, |_| r#"{"k":"中"}"#.to_owned()), expected);
}

#[test]
fn only_the_edited_one_of_repeated_names_changes() {
    let text = r#"{"k":"\u4e2d","k":"\u4e2d","k":[ ]}"#;
    let edit = |_: &str| r#"{"k":"中","k":"中!","k":[]}"#.to_owned();
    assert_eq!(
        edited(text, edit),
        r#"{"k":"\u4e2d","k":"\u4e2d!","k":[ ]}"#
    );
}

#[test]
fn a_renamed_member_keeps_its_value_and_a_wrapped_one_too() {
    let text = r#"{"old" :"\u4e2d文","x":{"deep":[1 ,2]},"y":"\u4e2d"}"#;
    let edit = |_: &str| r#"{"new":"中文","x":[{"deep":[1,2]}],"y":"中"}"#.to_owned();
    assert_eq!(
        edited(text, edit),
        r#"{"new" :"\u4e2d文","x":[{"deep":[1 ,2]}],"y":"\u4e2d"}"#
    );
}

#[test]
fn an_item_that_is_edited_while_another_is_put_in_front_is_found_again() {
    let text = r#"[{"id":1,"t":"\u4e2d","u":"é"}, {"id":2,"t":"\u6587","u":"é"}]"#;
    let edit = |_: &str| {
        r#"[{"id":0},{"id":1,"t":"中","u":"e"},{"id":2,"t":"文","u":"é","v":0}]"#.to_owned()
    };
    assert_eq!(
        edited(text, edit),
        r#"[{"id":0}, {"id":1,"t":"\u4e2d","u":"e"}, {"id":2,"t":"\u6587","u":"é","v":0}]"#
    );
}

#[test]
fn lone_surrogates_and_odd_escapes_survive_an_edit_beside_them() {
    let text = r#"{"s":"\ud800\/\u0000é","n":-0,"m":1E400}"#;
    let edit = |view: &str| view.replace("-0", "-0.0").replace("é", "éé");
    assert_eq!(
        edited(text, edit),
        r#"{"s":"\ud800\/\u0000éé","n":-0.0,"m":1E400}"#
    );
}

#[test]
fn what_is_around_the_value_stays_when_the_whole_value_is_another() {
    assert_eq!(
        edited(" \n[1]\t", |_| "{\"a\":[]}".to_owned()),
        " \n{\"a\":[]}\t"
    );
    assert_eq!(edited("  null ", |_| "7\n".to_owned()), "  7 ");
}

#[test]
fn the_view_of_another_text_is_refused() {
    let layout = Layout::new(&json("[1]"), Folding::default()).unwrap();
    let fault = rebuild(&json("[2]"), &layout, "[1]").unwrap_err();
    assert_eq!(fault.what, "the edited view is of another text");
}

#[test]
fn a_hundred_thousand_levels_are_edited_at_the_bottom() {
    let deep = |inside: &str| "[".repeat(100_000) + inside + &"]".repeat(100_000);
    let text = deep("\"\\u4e2d\", 1");
    let made = edited(&text, |view| view.replacen(" 1", " 2, [3]", 1));
    assert!(made == deep("\"\\u4e2d\", 2, [3]"));
    let objects = "{\"a\":".repeat(10_000) + "1" + &"}".repeat(10_000);
    let made = edited(&objects, |view| view.replacen(": 1", ": [2]", 1));
    assert!(made == objects.replace(":1", ":[2]"));
}
