//! One place gets a value.

use super::super::{Refusal, Spot, duplicate, set};
use super::json;
use pretty_assertions::assert_eq;
use rstest::rstest;

const PYTHON: &str = r#"{"id": "1", "t": "\u4e2d", "l": [1, 2], "o": {}, "a/b~": 0}"#;

#[rstest]
#[case::a_string("/id", r#""2""#, r#""id": "1""#, r#""id": "2""#)]
#[case::in_its_spelling("/t", r#""中文""#, r"\u4e2d", r"\u4e2d\u6587")]
#[case::an_item("/l/1", "2.0", "1, 2", "1, 2.0")]
#[case::behind_the_items("/l/-", "3", "1, 2", "1, 2, 3")]
#[case::at_the_length("/l/2", "3", "1, 2", "1, 2, 3")]
#[case::in_an_empty_object("/o/x", r#"["é",{"y":1}]"#, "{}", r#"{"x": ["\u00e9", {"y": 1}]}"#)]
#[case::a_name_with_signs("/a~1b~0", "null", r#""a/b~": 0"#, r#""a/b~": null"#)]
#[case::another_kind("/l", "{}", "[1, 2]", "{}")]
#[case::at_the_end("/é", "1", r#""a/b~": 0"#, r#""a/b~": 0, "\u00e9": 1"#)]
fn only_the_place_changes(
    #[case] pointer: &str,
    #[case] value: &str,
    #[case] is: &str,
    #[case] becomes: &str,
) {
    let made = set(&json(PYTHON), pointer, value, Spot::End).unwrap();
    assert_eq!(made, PYTHON.replace(is, becomes));
}

#[test]
fn a_new_member_can_follow_another() {
    let text = "{\n    \"a\": 1,\n    \"b\": 2\n}\n";
    let made = |spot| set(&json(text), "/x", "[{\"y\":1}]", spot).unwrap();
    let new = "\"x\": [\n        {\n            \"y\": 1\n        }\n    ]";
    assert_eq!(
        made(Spot::Behind("a")),
        format!("{{\n    \"a\": 1,\n    {new},\n    \"b\": 2\n}}\n")
    );
    let at_the_end = format!("{{\n    \"a\": 1,\n    \"b\": 2,\n    {new}\n}}\n");
    assert_eq!(made(Spot::End), at_the_end);
    assert_eq!(made(Spot::Behind("none")), at_the_end);
}

#[test]
fn of_a_repeated_name_the_last_is_set() {
    let made = set(&json(r#"{"a":1,"a":2}"#), "/a", "3", Spot::End);
    assert_eq!(made.unwrap(), r#"{"a":1,"a":3}"#);
}

#[test]
fn the_whole_value_can_be_set() {
    assert_eq!(set(&json(" [1]\n"), "", "2", Spot::End).unwrap(), " 2\n");
}

#[rstest]
#[case::no_slash("id", Refusal::NotAPointer)]
#[case::bad_tilde("/a~2", Refusal::NotAPointer)]
#[case::ends_in_a_tilde("/a~", Refusal::NotAPointer)]
#[case::no_parent("/none/x", Refusal::NoPlace("/none".to_owned()))]
#[case::a_hole("/l/9", Refusal::NoPlace("/l/9".to_owned()))]
#[case::a_zero_too_many("/l/01", Refusal::NoPlace("/l/01".to_owned()))]
#[case::in_a_scalar("/id/x", Refusal::NoPlace("/id/x".to_owned()))]
fn a_pointer_to_nowhere_is_refused(#[case] pointer: &str, #[case] why: Refusal) {
    assert_eq!(set(&json(PYTHON), pointer, "1", Spot::End), Err(why));
}

#[test]
fn a_value_that_is_not_json_is_refused() {
    let refused = set(&json(PYTHON), "/id", "NaN", Spot::End);
    assert!(matches!(refused, Err(Refusal::NotJson(_))), "{refused:?}");
}

#[test]
fn a_duplicate_differs_in_its_id_only() {
    let made = duplicate(&json(PYTHON), "65f1\"é").unwrap();
    assert_eq!(made, PYTHON.replace(r#""1""#, r#""65f1\"\u00e9""#));
    assert!(duplicate(&json("[]"), "1").is_err());
}
