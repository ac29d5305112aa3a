//! What a person sees, and what placeholders may do.

use super::super::{Fold, Folding, Layout};
use super::{folded, json};
use crate::domain::json::NodeId;
use pretty_assertions::assert_eq;
use rstest::rstest;

fn laid_out(text: &str, folding: Folding) -> String {
    let layout = Layout::new(&json(text), folding).unwrap();
    layout.text().to_string()
}

const SMALL: Folding = Folding {
    numbers: 2,
    bytes: 10,
    ascii: false,
};

#[test]
fn one_member_stands_on_one_line_and_scalars_as_written() {
    let text = r#"{"n":12345678901234567890.50,"e":1E+05,"z":-0,"s":"\u4e2d\/\u0000","a":[],"o":{},"l":[true,{"x":null}],"n":1}"#;
    insta::assert_snapshot!(laid_out(text, Folding::default()), @r#"
    {
      "n": 12345678901234567890.50,
      "e": 1E+05,
      "z": -0,
      "s": "中\/\u0000",
      "a": [],
      "o": {},
      "l": [
        true,
        {
          "x": null
        }
      ],
      "n": 1
    }
    "#);
}

#[test]
fn long_values_are_folded_to_one_string_each() {
    let text = r#"{"v":[1,2,3],"w":[1,2,"x"],"t":"12345678901","u":"中中中","v":[0.5,-1,2e3,4]}"#;
    let layout = Layout::new(&json(text), SMALL).unwrap();
    insta::assert_snapshot!(layout.text(), @r##"
    {
      "v": "⟦#1: 3 numbers⟧",
      "w": [
        1,
        2,
        "x"
      ],
      "t": "⟦#2: 11 characters⟧",
      "u": "中中中",
      "v": "⟦#3: 4 numbers⟧"
    }
    "##);
    let first = Fold {
        token: "⟦#1: 3 numbers⟧".to_owned(),
        node: NodeId(1),
    };
    assert_eq!(layout.folds()[0], first);
}

#[rstest]
#[case::a_string(r#"{"s":"⟦#1: 3 numbers⟧","v":[1,2,3]}"#, "⟦⟦#1: 3 numbers⟧⟧")]
#[case::an_escape(r#"{"s":"\u27e7","v":[1,2,3]}"#, "⟦⟦#1: 3 numbers⟧⟧")]
#[case::a_name(r#"{"⟦⟦⟧":0,"v":[1,2,3]}"#, "⟦⟦⟦#1: 3 numbers⟧⟧⟧")]
#[case::apart(r#"{"s":"⟦ ⟦ ⟦","v":[1,2,3]}"#, "⟦⟦#1: 3 numbers⟧⟧")]
fn a_placeholder_is_never_what_a_text_holds(#[case] text: &str, #[case] token: &str) {
    let vectors = Folding {
        numbers: 2,
        ..Folding::default()
    };
    let layout = Layout::new(&json(text), vectors).unwrap();
    assert_eq!(layout.folds()[0].token, token);
    assert_eq!(folded(text, vectors, str::to_owned).unwrap(), text);
}

#[test]
fn placeholders_can_do_without_unicode() {
    let ascii = Folding {
        ascii: true,
        ..SMALL
    };
    let layout = Layout::new(&json(r#"["<<<<",[1,2,3]]"#), ascii).unwrap();
    assert_eq!(layout.folds()[0].token, "<<<<<#1: 3 numbers>>>>>");
    let layout = Layout::new(&json(r#"["<a>",[1,2,3]]"#), ascii).unwrap();
    assert_eq!(layout.folds()[0].token, "<<<#1: 3 numbers>>>");
}

const TWO: &str = r#"{"a": [1, 2 , 3], "b": "12345678901", "c": 0}"#;

#[test]
fn placeholders_are_moved_copied_and_deleted() {
    let edit = |text: &str| {
        let (a, b) = ("⟦#1: 3 numbers⟧", "⟦#2: 11 characters⟧");
        text.replace(&format!("\"{a}\""), "null")
            .replace(&format!("\"{b}\""), &format!("[\"{a}\", \"{b}\", \"{a}\"]"))
    };
    assert_eq!(
        folded(TWO, SMALL, edit).unwrap(),
        r#"{"a": null, "b": [[1, 2 , 3], "12345678901", [1, 2 , 3]], "c": 0}"#
    );
    let deleted = folded(TWO, SMALL, |_| r#"{"c": 0}"#.to_owned());
    assert_eq!(deleted.unwrap(), r#"{"c": 0}"#);
    let renamed = folded(TWO, SMALL, |text| text.replace("\"a\"", "\"vector\""));
    assert_eq!(renamed.unwrap(), TWO.replace("\"a\"", "\"vector\""));
}

#[rstest]
#[case::unknown("⟦#1: 3", "⟦#7: 3", "the placeholder #7 stands for no folded value")]
#[case::huge(
    "#1",
    "#99999999999999999999999",
    "⟦ marks a folded value here, and this is none"
)]
#[case::changed(
    "3 numbers",
    "4 numbers",
    "a changed placeholder; it was ⟦#1: 3 numbers⟧"
)]
#[case::longer(
    "numbers⟧",
    "numbers⟧ ",
    "a changed placeholder; it was ⟦#1: 3 numbers⟧"
)]
#[case::not_closed("numbers⟧", "numbers", "a changed placeholder; it was ⟦#1: 3 numbers⟧")]
#[case::not_opened(
    "⟦#1: 3 numbers",
    "secret",
    "⟧ marks a folded value here, and this is none"
)]
#[case::as_a_name(
    "\"a\"",
    "\"⟦#1: 3 numbers⟧\"",
    "the placeholder ⟦#1: 3 numbers⟧ cannot be a member name"
)]
fn a_placeholder_that_is_none_is_named(#[case] is: &str, #[case] put: &str, #[case] said: &str) {
    let fault = folded(TWO, SMALL, |text| text.replace(is, put)).unwrap_err();
    assert_eq!(fault.what, said);
    assert_eq!(fault.line, 2);
}

#[test]
fn without_folded_values_brackets_are_only_text() {
    let typed = folded(r#"["a"]"#, SMALL, |_| r#"["⟦#1: 3 numbers⟧"]"#.to_owned());
    assert_eq!(typed.unwrap(), r#"["⟦#1: 3 numbers⟧"]"#);
}

#[test]
fn faults_have_their_place_in_the_edited_text() {
    let fault = folded(TWO, SMALL, |text| text.replace("\"c\": 0", "\"c\": 0x")).unwrap_err();
    assert_eq!((fault.line, fault.column), (4, 9));
    let marked = folded(TWO, SMALL, |text| format!("\u{feff}{text}]")).unwrap_err();
    assert_eq!((marked.line, marked.column), (5, 2));
    assert_eq!(marked.what, "more text behind the value");
}

#[test]
fn a_byte_order_mark_and_other_line_ends_of_an_editor_do_not_count() {
    let saved = folded(TWO, SMALL, |text| {
        format!("\u{feff}{}\r\n", text.replace('\n', "\r\n"))
    });
    assert_eq!(saved.unwrap(), TWO);
}

#[test]
fn deep_texts_are_laid_out_in_bounds() {
    let deep = "[".repeat(100_000) + "7" + &"]".repeat(100_000);
    let layout = Layout::new(&json(&deep), Folding::default()).unwrap();
    assert!(layout.text().len() < 30_000_000);
    assert_eq!(
        folded(&deep, Folding::default(), str::to_owned).unwrap(),
        deep
    );
}
