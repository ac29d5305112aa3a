//! What the module promises, seen from outside.

use super::*;
use pretty_assertions::assert_eq;
use proptest::prelude::*;

fn leaf() -> impl Strategy<Value = Bson> {
    prop_oneof![
        Just(Bson::Null),
        any::<bool>().prop_map(Bson::Bool),
        any::<i32>().prop_map(Bson::Int32),
        any::<i64>().prop_map(Bson::Int64),
        any::<f64>()
            .prop_filter("NaN is unlike itself", |n| !n.is_nan())
            .prop_map(Bson::Double),
        "-?[0-9]{1,34}(E[+-][0-9]{1,3})?".prop_map(Bson::Decimal128),
        "\\PC{0,12}|[\\x00-\\x1f\"\\\\/]{0,4}".prop_map(Bson::String),
        any::<i64>().prop_map(Bson::Date),
        (0i64..253_402_300_800_000).prop_map(Bson::Date),
        any::<[u8; 12]>().prop_map(Bson::ObjectId),
        (any::<u8>(), prop::collection::vec(any::<u8>(), 0..20))
            .prop_map(|(subtype, bytes)| Bson::Binary { subtype, bytes }),
        ("\\PC{0,6}", "[a-z]{0,3}").prop_map(|(pattern, options)| Bson::Regex { pattern, options }),
        any::<(u32, u32)>().prop_map(|(time, increment)| Bson::Timestamp { time, increment }),
        "\\PC{0,8}".prop_map(Bson::JavaScript),
        "\\PC{0,8}".prop_map(Bson::Symbol),
        prop::sample::select(vec![Bson::Undefined, Bson::MinKey, Bson::MaxKey]),
        Just(Bson::Other {
            kind: "javascriptWithScope",
            ejson: r#"{"$code":"f","$scope":{"a":1}}"#.into()
        }),
    ]
}

/// Any value; member names may start with a dollar sign but never with a type wrapper's name.
pub(in crate::domain) fn arbitrary_bson() -> impl Strategy<Value = Bson> {
    leaf().prop_recursive(4, 40, 5, |inner| {
        let member = ("\\PC{0,6}|\\$(gt|in|set)", inner.clone());
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(Bson::Array),
            prop::collection::vec(member, 0..5).prop_map(|all| Bson::Document(Document(all))),
        ]
    })
}

proptest! {
    #[test]
    fn canonical_text_reads_back_as_the_same_value(value in arbitrary_bson(), pretty: bool) {
        let text = print(&value, Style::Canonical, pretty);
        prop_assert_eq!(read(&text), Ok(value), "{}", text);
    }

    #[test]
    fn relaxed_text_reads_back_to_the_same_relaxed_text(value in arbitrary_bson(), pretty: bool) {
        let text = print(&value, Style::Relaxed, pretty);
        let again = read(&text).unwrap();
        prop_assert_eq!(print(&again, Style::Relaxed, pretty), text);
    }

    #[test]
    fn any_text_ends_in_an_answer(text in "[\\[\\]{}:,\"'\\\\0-9a$.() /]{0,20}|\\PC{0,20}") {
        for fault in [read(&text).err(), read_query(&text).err()].into_iter().flatten() {
            prop_assert!(fault.at <= text.len());
            prop_assert!(text.is_char_boundary(fault.at));
        }
    }
}

fn both(value: &Bson) -> (String, String) {
    (relaxed(value), canonical(value))
}

#[test]
fn numbers_keep_their_type_in_canonical_text_and_look_plain_in_relaxed_text() {
    let said = |relaxed: &str, canonical: &str| (relaxed.to_owned(), canonical.to_owned());
    assert_eq!(both(&Bson::Int32(5)), said("5", r#"{"$numberInt":"5"}"#));
    assert_eq!(both(&Bson::Int64(5)), said("5", r#"{"$numberLong":"5"}"#));
    assert_eq!(
        both(&Bson::Double(5.0)),
        said("5.0", r#"{"$numberDouble":"5.0"}"#)
    );
    assert_eq!(
        both(&Bson::Double(-0.0)),
        said("-0.0", r#"{"$numberDouble":"-0.0"}"#)
    );
    let infinite = r#"{"$numberDouble":"-Infinity"}"#;
    assert_eq!(
        both(&Bson::Double(f64::NEG_INFINITY)),
        said(infinite, infinite)
    );
    let nan = canonical(&Bson::Double(f64::NAN));
    assert!(matches!(read(&nan), Ok(Bson::Double(n)) if n.is_nan()));
}

#[test]
fn dates_outside_1970_to_9999_are_printed_by_number() {
    assert_eq!(
        relaxed(&Bson::Date(1_768_918_388_412)),
        r#"{"$date":"2026-01-20T14:13:08.412Z"}"#
    );
    for ms in [-1, 253_402_300_800_000, i64::MIN] {
        assert_eq!(
            relaxed(&Bson::Date(ms)),
            format!(r#"{{"$date":{{"$numberLong":"{ms}"}}}}"#)
        );
    }
}

#[test]
fn plain_numbers_take_the_narrowest_integer_type() {
    let value = read("[1, 2147483648, 1.0, 1e3, -0]").unwrap();
    assert_eq!(
        value,
        Bson::Array(vec![
            Bson::Int32(1),
            Bson::Int64(2_147_483_648),
            Bson::Double(1.0),
            Bson::Double(1000.0),
            Bson::Int32(0),
        ])
    );
}

#[test]
fn a_uuid_and_short_dates_are_read_too() {
    let uuid = r#"{"$uuid":"c9f3f8d2-6a1f-4f0e-9a61-0a4a3f6f2b11"}"#;
    assert_eq!(read(uuid).unwrap().type_name(), "uuid");
    assert_eq!(
        read(r#"{"$date":"2026-01-20"}"#),
        Ok(Bson::Date(1_768_867_200_000))
    );
    assert_eq!(read(r#"{"$date":5}"#), Ok(Bson::Date(5)));
}

#[test]
fn pretty_text_has_one_member_a_line() {
    let document =
        read_document(r#"{"a":[1,{"b":null}],"c":{},"d":{"$oid":"6979da5797f9041fc0aa063f"}}"#);
    assert_eq!(
        print_document(&document.unwrap(), Style::Relaxed, true),
        "{\n  \"a\": [\n    1,\n    {\n      \"b\": null\n    }\n  ],\n  \"c\": {},\n  \
         \"d\": {\"$oid\":\"6979da5797f9041fc0aa063f\"}\n}"
    );
}

#[test]
fn faults_name_the_place_and_what_would_be_right() {
    for (text, at, what) in [
        (r#"{"a": {"$oid": "xyz"}}"#, 15, "$oid takes 24 hex digits"),
        (
            r#"{"$numberInt": 5}"#,
            15,
            "$numberInt takes a 32-bit integer in quotation marks",
        ),
        (
            r#"{"$date": "soon"}"#,
            10,
            "$date takes ISO 8601 text or {\"$numberLong\": \"milliseconds\"}",
        ),
        (
            r#"{"$oid":"6979da5797f9041fc0aa063f","b":1}"#,
            39,
            "$oid stands alone in its braces",
        ),
        (
            r#"{"$binary":{"base64":"?","subType":"00"}}"#,
            21,
            "base64 takes standard Base64 with padding",
        ),
        (
            r#"{"$timestamp":{"t":1}}"#,
            14,
            "the member \"i\" is missing",
        ),
        (
            "99999999999999999999",
            0,
            "too large for 64 bits; write {\"$numberDecimal\": \"...\"} or add a point",
        ),
        (
            "1e999",
            0,
            "too large for a double; write {\"$numberDecimal\": \"...\"}",
        ),
    ] {
        let fault = read(text).unwrap_err();
        assert_eq!((fault.at, fault.what.as_str()), (at, what), "{text}");
    }
    let fault = read_document(" [1]").unwrap_err();
    assert_eq!(
        (fault.at, fault.what.as_str()),
        (1, "a document { ... } is needed here, not array")
    );
    let deep = "[".repeat(5000) + &"]".repeat(5000);
    assert_eq!(read(&deep).unwrap_err().at, 101);
}

#[test]
fn what_is_typed_in_the_shell_reads_as_extended_json() {
    for (typed, meant) in [
        (
            "{a: 1, $or: [{'b': \"x'y\"}]}",
            r#"{"a":1,"$or":[{"b":"x'y"}]}"#,
        ),
        (
            "{a: 'it\\'s \"q\" \\n \\u00e9'}",
            r#"{"a":"it's \"q\" \n é"}"#,
        ),
        (
            "{_id: ObjectId('6979da5797f9041fc0aa063f')}",
            r#"{"_id":{"$oid":"6979da5797f9041fc0aa063f"}}"#,
        ),
        (
            "{t: {$gte: ISODate(\"2026-01-20\"), $lt: new Date(5)}}",
            r#"{"t":{"$gte":{"$date":"2026-01-20T00:00:00Z"},"$lt":{"$date":"1970-01-01T00:00:00.005Z"}}}"#,
        ),
        (
            "{n: NumberLong(5), d: NumberDecimal('1.50'), m: MinKey, x: MaxKey()}",
            r#"{"n":5,"d":{"$numberDecimal":"1.50"},"m":{"$minKey":1},"x":{"$maxKey":1}}"#,
        ),
        (
            "{s: /^a[/]b\\/c\\d/mi}",
            r#"{"s":{"$regularExpression":{"pattern":"^a[/]b/c\\d","options":"im"}}}"#,
        ),
        (
            "{a: [1, 2,], b: -1.5e3, c: undefined, d: -Infinity,}",
            r#"{"a":[1,2],"b":-1500.0,"c":{"$undefined":true},"d":{"$numberDouble":"-Infinity"}}"#,
        ),
        (
            "{b: BinData(4, 'AAAA'), t: Timestamp(7, 1)}",
            r#"{"b":{"$binary":{"base64":"AAAA","subType":"04"}},"t":{"$timestamp":{"t":7,"i":1}}}"#,
        ),
        ("{true: true, \"a.b\": null}", r#"{"true":true,"a.b":null}"#),
    ] {
        let read = read_query(typed).unwrap_or_else(|fault| panic!("{typed}: {fault}"));
        assert_eq!(
            print_document(&read, Style::Relaxed, false),
            meant,
            "{typed}"
        );
    }
}

#[test]
fn faults_in_what_was_typed_are_where_they_were_typed() {
    for (typed, at, what) in [
        (
            "{a: nope}",
            4,
            "nope is no value; text stands in quotation marks",
        ),
        (
            "{a: 'é', b: ObjectId('xyz')}",
            13,
            "$oid takes 24 hex digits",
        ),
        ("{a: ISODate()}", 4, "ISODate takes one value, in brackets"),
        ("{a: eval('1')}", 4, "eval is not known here"),
        ("{a: ObjectId(", 4, "ObjectId( is not closed"),
        ("{a: 'b", 4, "a string is not closed"),
        ("{a: /b", 4, "a regular expression is not closed by /"),
        (
            "{a: /b/g}",
            7,
            "the options of a regular expression are i, m, s, x, u",
        ),
        ("{a.b: 1}", 1, "a name with dots stands in quotation marks"),
        ("{a: 1 b: 2}", 6, "a comma or } is missing"),
        ("{a: 1", 5, "the text ends in the middle of a value"),
        ("{,}", 1, "a member name in quotation marks is missing"),
    ] {
        let fault = read_query(typed).unwrap_err();
        assert_eq!((fault.at, fault.what.as_str()), (at, what), "{typed}");
    }
}

proptest! {
    #[test]
    fn a_printed_query_reads_the_same_in_shell_form(value in arbitrary_bson()) {
        // An unquoted first name sends the text through the rewriting.
        let typed = format!("{{first: 1, rest: {}}}", canonical(&value));
        let expected = Document(vec![("first".into(), Bson::Int32(1)), ("rest".into(), value)]);
        prop_assert_eq!(read_query(&typed), Ok(expected), "{}", typed);
    }
}
