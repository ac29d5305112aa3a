//! Two edits of one text: what comes together, and what is left to a person.

use proptest::prelude::*;

use super::*;
use crate::domain::edit::merge::{Merged, merge};

fn of(saw: &str, mine: &str, theirs: &str) -> Merged {
    let json = |text: &str| Json::parse(text.into()).unwrap();
    merge(&json(saw), &json(mine), &json(theirs)).unwrap()
}

fn merged(saw: &str, mine: &str, theirs: &str) -> (String, Vec<String>) {
    let merged = of(saw, mine, theirs);
    (merged.text, merged.overlaps)
}

#[test]
fn changes_of_different_members_come_together_in_their_text() {
    let (text, overlaps) = merged(
        r#"{"a":1,"b":1.50,"c":[1]}"#,
        r#"{"a":2,"b":1.50,"c":[1]}"#,
        r#"{ "b" : 1.50, "a": 1, "c":[1, 2], "d": "\u00e9"}"#,
    );
    assert_eq!(text, r#"{ "b" : 1.50, "a": 2, "c":[1, 2], "d": "\u00e9"}"#);
    assert!(overlaps.is_empty());
}

#[test]
fn members_come_and_go_on_both_sides() {
    let (text, overlaps) = merged(
        r#"{"a":1,"b":1,"c":1}"#,
        r#"{"b":1,"c":1,"mine":true}"#,
        r#"{"a":1,"b":1,"theirs":true}"#,
    );
    assert_eq!(text, r#"{"b":1,"theirs":true,"mine":true}"#);
    assert!(overlaps.is_empty());
}

#[test]
fn objects_are_merged_within_and_lists_are_not() {
    let (text, overlaps) = merged(
        r#"{"o":{"x":1,"y":1},"l":[1]}"#,
        r#"{"o":{"x":2,"y":1},"l":[1,2]}"#,
        r#"{"o":{"x":1,"y":2},"l":[0,1]}"#,
    );
    assert_eq!(text, r#"{"o":{"x":2,"y":2},"l":[0,1]}"#);
    assert_eq!(overlaps, ["/l"]);
}

#[test]
fn what_both_changed_stays_theirs_and_is_named() {
    let (text, overlaps) = merged(r#"{"a/b":1}"#, r#"{"a/b":2}"#, r#"{"a/b":3}"#);
    assert_eq!(
        (text.as_str(), overlaps),
        (r#"{"a/b":3}"#, vec!["/a~1b".to_owned()])
    );
    let (text, overlaps) = merged(r#"{"a":1}"#, r#"{"a":2}"#, "{}");
    assert_eq!((text.as_str(), overlaps), ("{}", vec!["/a".to_owned()]));
}

#[test]
fn the_same_change_twice_is_one_and_no_overlap() {
    let (text, overlaps) = merged(r#"{"a":"\u00e9"}"#, r#"{"a":"x"}"#, r#"{"a": "x"}"#);
    assert_eq!((text.as_str(), overlaps.len()), (r#"{"a": "x"}"#, 0));
}

#[test]
fn repeated_names_are_not_taken_apart() {
    let (text, overlaps) = merged(r#"{"a":1}"#, r#"{"a":2}"#, r#"{"a":1,"a":3}"#);
    assert_eq!(
        (text.as_str(), overlaps),
        (r#"{"a":1,"a":3}"#, vec![String::new()])
    );
}

fn object() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![(0..3i32).prop_map(Into::into), "[ab]".prop_map(Into::into)];
    let object = |inner: BoxedStrategy<serde_json::Value>| {
        prop::collection::btree_map("[a-d]", inner, 0..4)
            .prop_map(|members| serde_json::Value::Object(members.into_iter().collect()))
    };
    let leaf: BoxedStrategy<serde_json::Value> = leaf.boxed();
    let inner = prop_oneof![leaf.clone(), object(leaf)].boxed();
    object(inner)
}

proptest! {
    #[test]
    fn nobody_else_means_my_text_and_nothing_of_mine_means_theirs(a in object(), b in object()) {
        let (a, b) = (a.to_string(), b.to_string());
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        let mine = of(&a, &b, &a);
        prop_assert_eq!(value(&mine.text), value(&b));
        prop_assert!(mine.overlaps.is_empty());
        let theirs = of(&a, &a, &b);
        prop_assert_eq!(&theirs.text, &b);
        prop_assert!(theirs.overlaps.is_empty());
    }

    #[test]
    fn without_an_overlap_the_order_of_the_two_does_not_matter(
        saw in object(), a in object(), b in object(),
    ) {
        let text = |value: &serde_json::Value| value.to_string();
        let (one, other) = (of(&text(&saw), &text(&a), &text(&b)), of(&text(&saw), &text(&b), &text(&a)));
        let sorted = |text: &str| {
            let value: serde_json::Value = serde_json::from_str(text).unwrap();
            let mut value = value;
            value.sort_all_objects();
            value
        };
        prop_assert_eq!(one.overlaps.is_empty(), other.overlaps.is_empty());
        if one.overlaps.is_empty() {
            prop_assert_eq!(sorted(&one.text), sorted(&other.text));
        }
    }
}
