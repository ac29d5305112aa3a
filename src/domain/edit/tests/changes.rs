//! What the review says about an edit.

use super::super::{What, changes};
use super::json;
use pretty_assertions::assert_eq;
use rstest::rstest;

/// One line for each change.
fn told(old: &str, new: &str) -> Vec<String> {
    let changes = changes(&json(old), &json(new));
    let line = |(at, what): (String, What)| match what {
        What::Added { new } => format!("+ {at} {new}"),
        What::Removed { old } => format!("- {at} {old}"),
        What::Replaced { old, new } => format!("~ {at} {old} → {new}"),
        What::Moved(stood) => format!("> {at} {}", stood.said("→")),
    };
    let pairs = changes
        .into_iter()
        .map(|change| (change.pointer, change.what));
    pairs.map(line).collect()
}

#[rstest]
#[case::nothing(r#"{"a":[1,{"b":2}]}"#, "{ \"a\": [1,\n{\"b\":2}] }", &[])]
#[case::added("{}", r#"{"a/b":[1,2]}"#, &["+ /a~1b [1,2]"])]
#[case::removed(r#"{"a":{"b":1}}"#, "{}", &["- /a {\"b\":1}"])]
#[case::replaced(r#"{"a":[1,"x"]}"#, r#"{"a":[1,"y"]}"#, &["~ /a/1 \"x\" → \"y\""])]
#[case::another_kind(r#"{"a":[1]}"#, r#"{"a":{}}"#, &["~ /a [1] → {}"])]
#[case::the_root("1", "2", &["~  1 → 2"])]
#[case::numbers_as_written("[1.0,1e5]", "[1.00,100000]", &["~ /0 1.0 → 1.00", "~ /1 1e5 → 100000"])]
#[case::decoded(r#"["\u4e2d"]"#, r#"["\u6587"]"#, &["~ /0 \"中\" → \"文\""])]
#[case::only_spelled(r#"["\u4e2d"]"#, r#"["中"]"#, &[r#"~ /0 "\u4e2d" → "中""#])]
#[case::in_front("[1,2]", "[0,1,2]", &["+ /0 0"])]
#[case::taken_out("[1,2,3]", "[1,3]", &["- /1 2"])]
#[case::another_order(r#"{"a":1,"b":2,"c":3}"#, r#"{"c":3,"a":1,"b":2}"#, &["> /c stood at /c (place 3 → 1)"])]
#[case::an_item_moved("[1,2,3,4]", "[4,1,2,3]", &["> /0 stood at /3 (place 4 → 1)"])]
#[case::renamed(r#"{"a":"x","b":1}"#, r#"{"c":"x","b":1}"#, &["> /c stood at /a (place 1 → 1)"])]
#[case::not_renamed(r#"{"a":null}"#, r#"{"b":null}"#, &["- /a null", "+ /b null"])]
#[case::moved_elsewhere(r#"{"a":{"x":[1]},"b":{}}"#, r#"{"a":{},"b":{"y":[1]}}"#, &["> /b/y stood at /a/x (place 1 → 1)"])]
#[case::repeated_names(r#"{"a":1,"a":2}"#, r#"{"a":1,"a":3}"#, &["~ /a 2 → 3"])]
#[case::removed_first(r#"{"a":1,"b":2}"#, r#"{"b":3,"c":4}"#, &["- /a 1", "~ /b 2 → 3", "+ /c 4"])]
fn changes_are_told(#[case] old: &str, #[case] new: &str, #[case] expected: &[&str]) {
    assert_eq!(told(old, new), expected);
}

#[test]
fn moved_and_edited_is_told_twice() {
    let old = r#"{"a":{"x":1,"y":"long enough"},"b":1,"c":2}"#;
    let new = r#"{"b":1,"c":2,"a":{"x":2,"y":"long enough"}}"#;
    assert_eq!(
        told(old, new),
        ["> /a stood at /a (place 1 → 3)", "~ /a/x 1 → 2"]
    );
}

#[test]
fn a_vector_is_one_value_and_is_shown_where_it_differs() {
    let numbers: Vec<String> = (0..1024).map(|n| format!("0.{n:04}")).collect();
    let old = format!("{{\"v\":[{}]}}", numbers.join(","));
    let new = old.replace("0.0500", "0.9").replace("0.0700,", "");
    let told = told(&old, &new);
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("~ /v …"), "{told:?}");
    assert!(
        told[0].contains("0.0500") && told[0].contains("0.9"),
        "{told:?}"
    );
    assert!(told[0].chars().count() < 200, "{told:?}");
}

#[test]
fn long_texts_are_cut_around_the_difference_and_stand_on_one_line() {
    let old = format!("[\"{}x{}\"]", "中".repeat(5_000), "y".repeat(5_000));
    let new = old.replace('x', "z");
    let told_text = &told(&old, &new)[0];
    assert!(
        told_text.contains("中x") && told_text.contains("中z"),
        "{told_text}"
    );
    assert!(told_text.chars().count() < 200, "{told_text}");
    let lines = told("{}", "{\"a\":{\n    \"b\":\t1,\n    \"c\": 2\n}}");
    assert_eq!(lines, ["+ /a { \"b\": 1, \"c\": 2 }"]);
}

#[test]
fn a_difference_in_the_depth_is_told_at_a_bounded_level() {
    let deep = |inside: &str| "[".repeat(100_000) + inside + &"]".repeat(100_000);
    let changes = changes(&json(&deep("1")), &json(&deep("2")));
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].pointer, "/0".repeat(512));
}

#[test]
fn many_changes_in_one_list_take_no_time_of_their_own() {
    let list = |prefix: &str| {
        let items: Vec<String> = (0..20_000).map(|n| format!("\"{prefix}{n}\"")).collect();
        format!("[{}]", items.join(","))
    };
    assert_eq!(changes(&json(&list("a")), &json(&list("b"))).len(), 20_000);
}
