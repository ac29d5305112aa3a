//! What the module promises, seen from outside.

use super::*;
use pretty_assertions::assert_eq;
use proptest::prelude::*;

fn parse(text: &str) -> Result<Json, Fault> {
    Json::parse(text.into())
}

fn arbitrary_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(|n| serde_json::Number::from_f64(n).map_or(0.into(), Into::into)),
        "\\PC{0,12}|[\\x00-\\x1f\"\\\\/]{0,4}".prop_map(Into::into),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::vec(("\\PC{0,6}", inner), 0..6)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Rebuilds a value from the index alone.
fn rebuild(json: &Json, id: NodeId) -> serde_json::Value {
    match json.kind(id) {
        Kind::String => json.string(id).unwrap().into_owned().into(),
        Kind::Array => json.children(id).map(|c| rebuild(json, c)).collect(),
        Kind::Object => serde_json::Value::Object(
            json.children(id)
                .map(|c| (json.key(c).unwrap().into_owned(), rebuild(json, c)))
                .collect(),
        ),
        _ => serde_json::from_str(json.raw(id)).unwrap(),
    }
}

proptest! {
    #[test]
    fn the_index_sees_what_a_parser_sees(value in arbitrary_json(), pretty: bool) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
        let text = text.unwrap();
        let json = parse(&text).unwrap();
        let expected: serde_json::Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(rebuild(&json, json.root()), expected);
    }

    #[test]
    fn what_a_strict_parser_refuses_is_refused(text in "[\\[\\]{}:,\"\\\\0-9eE+\\-. truefalsn\\x01é]{0,14}") {
        // serde_json refuses lone surrogates and numbers beyond f64, which the grammar allows.
        let strict = serde_json::from_str::<Box<serde_json::value::RawValue>>(text.trim()).is_ok();
        prop_assert_eq!(parse(&text).is_ok(), strict, "{:?}", text);
    }

    #[test]
    fn any_text_ends_in_an_answer(text in "\\PC{0,40}") {
        if let Err(fault) = parse(&text) {
            prop_assert!(fault.at <= text.len());
        }
    }
}

#[test]
fn numbers_and_escapes_keep_their_spelling() {
    let json = parse(r#"{"n": 12345678901234567890.50, "s": "a\u00e9\ud83d\ude00\/"}"#).unwrap();
    let of = |name| json.get(json.root(), name).unwrap();
    assert_eq!(json.raw(of("n")), "12345678901234567890.50");
    assert_eq!(json.raw(of("s")), r#""a\u00e9\ud83d\ude00\/""#);
    assert_eq!(json.string(of("s")).unwrap(), "aé😀/");
}

#[test]
fn faults_name_the_place_and_the_reason() {
    let said = |text: &str| parse(text).unwrap_err().to_string();
    assert_eq!(
        said("{\"a\": NaN}"),
        "NaN is not JSON (Python writes and reads it) at byte 6 (line 1, column 7)"
    );
    assert_eq!(
        said("{\"é\":1,\n  2}"),
        "a member name in quotation marks is missing at byte 11 (line 2, column 3)"
    );
    assert_eq!(said(""), "the text is empty at byte 0 (line 1, column 1)");
    assert_eq!(
        said("[1 2]"),
        "a comma or ] is missing at byte 3 (line 1, column 4)"
    );
    assert_eq!(
        said("[1}"),
        "the wrong closing bracket at byte 2 (line 1, column 3)"
    );
    assert_eq!(
        said("[-Infinity]"),
        "-Infinity is not JSON (Python writes and reads it) at byte 1 (line 1, column 2)"
    );
    assert_eq!(
        said("01"),
        "a number starts with a needless zero at byte 0 (line 1, column 1)"
    );
    assert_eq!(
        said("\u{feff}{}"),
        "a value is missing at byte 0 (line 1, column 1)"
    );
}

#[test]
fn a_hundred_thousand_levels_do_not_exhaust_the_stack() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    assert_eq!(parse(&deep).unwrap().node_count(), 100_000);
}

#[test]
fn of_a_repeated_name_the_last_counts_and_is_reported() {
    let json = parse(r#"{"a":1,"b":{"x":1,"\u0078":2},"a":3}"#).unwrap();
    assert_eq!(json.raw(json.get(json.root(), "a").unwrap()), "3");
    let paths: Vec<_> = json
        .repeated_keys()
        .into_iter()
        .map(|id| json.pointer(id))
        .collect();
    assert_eq!(paths, ["/a", "/b/x"]);
}

#[test]
fn a_lone_surrogate_is_grammar_and_reads_as_a_replacement() {
    let json = parse(r#"["\ud800x"]"#).unwrap();
    let child = json.children(json.root()).next().unwrap();
    assert_eq!(json.string(child).unwrap(), "\u{fffd}x");
}

#[test]
fn a_pointer_names_every_place() {
    let json = parse(r#"{"a/b":[0,{"~":1}]}"#).unwrap();
    let last = NodeId(u32::try_from(json.node_count()).unwrap() - 1);
    assert_eq!(json.pointer(last), "/a~1b/1/~0");
}

#[test]
fn a_string_that_goes_on_in_the_next_line_is_said_not_to_be_closed() {
    for text in ["{\n \"a\": \"b\n}", "[\"a\r\n\"]"] {
        let fault = Json::parse(text.into()).unwrap_err();
        assert_eq!(fault.what, "the string is not closed on this line");
        let line = if text.starts_with('{') { 2 } else { 1 };
        assert_eq!(fault.line, line);
    }
    let fault = Json::parse("[\"a\tb\"]".into()).unwrap_err();
    assert!(fault.what.contains("control character"), "{}", fault.what);
}
