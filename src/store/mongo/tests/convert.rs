//! Every value survives the way to the driver and back.

use mongodb::bson::oid::ObjectId;
use mongodb::bson::raw::cstr;
use mongodb::bson::{self as driver, RawDocumentBuf, doc};
use proptest::prelude::*;

use super::super::bson_json::{read, write, write_value};
use crate::domain::Bson;
use crate::domain::bson::Document;
use crate::store::error::Kind;

fn scalar() -> impl Strategy<Value = Bson> {
    let text = || any::<String>();
    let no_zero = || "[^\\x00]{0,8}";
    prop_oneof![
        Just(Bson::Null),
        Just(Bson::Undefined),
        Just(Bson::MinKey),
        Just(Bson::MaxKey),
        any::<bool>().prop_map(Bson::Bool),
        any::<i32>().prop_map(Bson::Int32),
        any::<i64>().prop_map(Bson::Int64),
        any::<u64>().prop_map(|bits| Bson::Double(f64::from_bits(bits))),
        any::<i64>().prop_map(Bson::Date),
        any::<[u8; 12]>().prop_map(Bson::ObjectId),
        text().prop_map(Bson::String),
        text().prop_map(Bson::Symbol),
        text().prop_map(Bson::JavaScript),
        (any::<u32>(), any::<u32>())
            .prop_map(|(time, increment)| Bson::Timestamp { time, increment }),
        (any::<u8>(), any::<Vec<u8>>())
            .prop_map(|(subtype, bytes)| Bson::Binary { subtype, bytes }),
        (no_zero(), "i?l?m?s?u?x?").prop_map(|(pattern, options)| Bson::Regex { pattern, options }),
        any::<[u8; 16]>()
            .prop_map(|bits| Bson::Decimal128(driver::Decimal128::from_bytes(bits).to_string())),
    ]
}

fn value() -> impl Strategy<Value = Bson> {
    scalar().prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Bson::Array),
            fields(inner).prop_map(Bson::Document),
        ]
    })
}

/// Names in no order, each once.
fn fields(value: impl Strategy<Value = Bson>) -> impl Strategy<Value = Document> {
    prop::collection::hash_map("[^\\x00]{0,6}", value, 0..6)
        .prop_map(|fields| Document(fields.into_iter().collect()))
}

proptest! {
    #[test]
    fn every_document_comes_back_as_it_was(document in fields(value())) {
        let sent = write(&document).unwrap();
        let raw = RawDocumentBuf::try_from(&sent).unwrap();
        // By text, since not-a-number is not equal to itself.
        prop_assert_eq!(format!("{:?}", read(&raw)), format!("{document:?}"));
    }

    #[test]
    fn broken_bytes_never_stop_the_reader(bytes in any::<Vec<u8>>(), at in any::<prop::sample::Index>(), byte: u8) {
        let whole = doc! { "a": 1, "b": ["x", { "c": "text" }], "d": driver::Bson::MaxKey };
        let mut broken = RawDocumentBuf::try_from(&whole).unwrap().into_bytes();
        let at = at.index(broken.len() - 5) + 4;
        broken[at] = byte;
        for bytes in [broken, bytes] {
            if let Ok(raw) = RawDocumentBuf::from_bytes(bytes) {
                let _ = read(&raw);
            }
        }
    }
}

#[test]
fn a_name_that_occurs_twice_is_kept_and_never_written() {
    let mut raw = RawDocumentBuf::new();
    raw.append(cstr!("a"), 1);
    raw.append(cstr!("a"), 2);
    let twice = Document(vec![
        ("a".into(), Bson::Int32(1)),
        ("a".into(), Bson::Int32(2)),
    ]);
    assert_eq!(read(&raw), twice);
    assert_eq!(write(&twice).unwrap_err().kind, Kind::Malformed);
}

/// A document of one element `a` of that type byte.
fn element(kind: u8, value: &[u8]) -> RawDocumentBuf {
    let length = u8::try_from(4 + 3 + value.len() + 1).unwrap();
    let mut bytes = vec![length, 0, 0, 0, kind, b'a', 0];
    bytes.extend_from_slice(value);
    bytes.push(0);
    RawDocumentBuf::from_bytes(bytes).unwrap()
}

#[test]
fn text_that_is_not_utf8_is_shown_and_marked() {
    let mut raw = element(0x02, b"\x04\0\0\0x\xffy\0");
    raw.append(cstr!("next"), 7);
    let document = read(&raw);
    let Some(Bson::Other { kind, ejson }) = document.get("a") else {
        panic!("{document:?}");
    };
    assert_eq!(
        (*kind, ejson.as_str()),
        ("unreadable", "{\"$notUtf8\":\"x\u{fffd}y\"}")
    );
    assert_eq!(
        document.get("next"),
        Some(&Bson::Int32(7)),
        "the rest is read"
    );
}

#[test]
fn an_element_of_an_unknown_type_ends_the_document_with_a_mark() {
    let mut raw = RawDocumentBuf::new();
    raw.append(cstr!("_id"), 1);
    let mut bytes = raw.into_bytes();
    bytes.pop();
    bytes.extend_from_slice(b"\x60b\0\x01\0");
    bytes[0] = u8::try_from(bytes.len()).unwrap();
    let document = read(&RawDocumentBuf::from_bytes(bytes).unwrap());
    assert_eq!(document.get("_id"), Some(&Bson::Int32(1)));
    let last = document.0.last().unwrap();
    assert_eq!(last.0, "(unreadable rest)");
    assert!(matches!(
        last.1,
        Bson::Other {
            kind: "unreadable",
            ..
        }
    ));
}

#[test]
fn deprecated_types_are_shown_and_never_written() {
    let id = ObjectId::from_bytes([7; 12]);
    let mut pointer = b"\x05\0\0\0db.c\0".to_vec();
    pointer.extend_from_slice(&id.bytes());
    let scoped = driver::JavaScriptCodeWithScope {
        code: "f(\"x\")".to_owned(),
        scope: doc! { "n": 1 },
    };
    let scoped = RawDocumentBuf::try_from(&doc! { "a": scoped }).unwrap();
    for (raw, kind, ejson) in [
        (
            element(0x0c, &pointer),
            "dbPointer",
            r#"{"$dbPointer":{"$ref":"db.c","$id":{"$oid":"070707070707070707070707"}}}"#,
        ),
        (
            scoped,
            "javascriptWithScope",
            r#"{"$code":"f(\"x\")","$scope":{"n":{"$numberInt":"1"}}}"#,
        ),
    ] {
        let document = read(&raw);
        let expected = Bson::Other {
            kind,
            ejson: ejson.to_owned(),
        };
        assert_eq!(document.get("a"), Some(&expected));
        assert!(write_value(&expected).is_err());
    }
}

#[test]
fn nesting_without_end_is_cut_and_marked() {
    let mut raw = RawDocumentBuf::new();
    for _ in 0..1000 {
        let mut outer = RawDocumentBuf::new();
        outer.append(cstr!("a"), raw);
        raw = outer;
    }
    assert!(format!("{:?}", read(&raw)).contains("unreadable"));

    let mut deep = Bson::Null;
    for _ in 0..1000 {
        deep = Bson::Array(vec![deep]);
    }
    assert_eq!(write_value(&deep).unwrap_err().kind, Kind::Malformed);
}
