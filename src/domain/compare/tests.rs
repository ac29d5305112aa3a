//! No false alarm on what the service writes, and no silence on a real difference.

use super::super::bson::Document as BsonDocument;
use super::super::diagnose::{Outlook, diagnose};
use super::super::document::{Document, Sight, Window};
use super::super::ejson::read;
use super::super::full::{Body, Codec, Full, Stored};
use super::super::key::{Collection, Version};
use super::super::model::{Catalog, Layout};
use super::super::state::State;
use super::*;
use jiff::{Timestamp, tz::Offset};
use pretty_assertions::assert_eq;
use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::sync::Arc;

#[rstest]
// dates: floored, any offset, Z, none, microseconds, before 1970
#[case::floored(
    r#"{"$date": "2026-01-20T14:13:08.412Z"}"#,
    r#""2026-01-20T14:13:08.412999+00:00""#,
    true
)]
#[case::next_ms(
    r#"{"$date": "2026-01-20T14:13:08.413Z"}"#,
    r#""2026-01-20T14:13:08.412999+00:00""#,
    false
)]
#[case::offset(
    r#"{"$date": "2026-01-20T14:13:08Z"}"#,
    r#""2026-01-20T22:13:08+08:00""#,
    true
)]
#[case::zulu(
    r#"{"$date": "2026-01-20T14:13:08Z"}"#,
    r#""2026-01-20T14:13:08Z""#,
    true
)]
#[case::naive_is_utc(
    r#"{"$date": "2026-01-20T14:13:08Z"}"#,
    r#""2026-01-20T14:13:08""#,
    true
)]
#[case::before_1970(
    r#"{"$date": {"$numberLong": "-1"}}"#,
    r#""1969-12-31T23:59:59.999001+00:00""#,
    true
)]
#[case::before_1970_cut(
    r#"{"$date": {"$numberLong": "-1"}}"#,
    r#""1969-12-31T23:59:59.998999+00:00""#,
    false
)]
// text dates are text
#[case::text_date(r#""2026-01-20""#, r#""2026-01-20""#, true)]
#[case::text_spelling(r#""2026-01-20T14:13:08Z""#, r#""2026-01-20T14:13:08+00:00""#, false)]
// arrays: ordered, empty is not null
#[case::order(r#"["a", "b"]"#, r#"["b", "a"]"#, false)]
#[case::ordered(r#"["a", "b"]"#, r#"["a", "b"]"#, true)]
#[case::empty("[]", "null", false)]
#[case::null("null", "[]", false)]
// integers by number, whatever their width
#[case::int32("5", "5", true)]
#[case::int64(r#"{"$numberLong": "5"}"#, "5", true)]
#[case::double("5.0", "5", true)]
#[case::written_as_float("5", "5.0", true)]
#[case::not_whole("5", "5.5", false)]
#[case::beyond_floats(r#"{"$numberLong": "9007199254740993"}"#, "9007199254740992", false)]
#[case::decimal(r#"{"$numberDecimal": "5.50"}"#, "5.5", true)]
#[case::text_is_no_number(r#""5""#, "5", false)]
#[case::bool_is_no_number("true", "1", false)]
// ids by their digits
#[case::id(
    r#"{"$oid": "6979da5797f9041fc0aa0640"}"#,
    r#""6979DA5797F9041FC0AA0640""#,
    true
)]
#[case::uuid(
    r#"{"$uuid": "c9f3f8d2-6a1f-4f0e-9a61-0a4a3f6f2b11"}"#,
    r#""c9f3f8d2-6a1f-4f0e-9a61-0a4a3f6f2b11""#,
    true
)]
// documents: key order, null is missing
#[case::key_order(r#"{"a": 1, "b": [{"c": null}]}"#, r#"{"b": [{}], "a": 1}"#, true)]
#[case::member(r#"{"a": 1}"#, r#"{"a": 1, "b": 2}"#, false)]
#[case::other_member(r#"{"a": 1, "c": 2}"#, r#"{"a": 1, "b": 2}"#, false)]
#[case::escapes(r#""é\n""#, r#""\u00e9\u000a""#, true)]
fn values_are_equal_under_the_services_own_rules(
    #[case] lite: &str,
    #[case] full: &str,
    #[case] equal: bool,
) {
    let json = Json::parse(full.into()).unwrap();
    assert_eq!(same(&read(lite).unwrap(), &json, json.root()), equal);
}

/// One document as the service writes it: members of the full value, and its lite half.
struct Written {
    full: Vec<(String, Value)>,
    lite: BsonDocument,
}

const ID: &str = "6979da5797f9041fc0aa0640";

/// ISO text the way Python prints it: an offset always, microseconds unless they are zero.
fn isoformat(micros: i64, offset_minutes: i32) -> String {
    let offset = Offset::from_seconds(offset_minutes * 60).unwrap();
    let at = Timestamp::from_microsecond(micros).unwrap();
    let form = if micros % 1_000_000 == 0 {
        "%Y-%m-%dT%H:%M:%S%:z"
    } else {
        "%Y-%m-%dT%H:%M:%S%.6f%:z"
    };
    at.to_zoned(offset.to_time_zone())
        .strftime(form)
        .to_string()
}

fn written_value(kind: FieldType, dice: u64, offset: i32) -> (Value, Bson) {
    let text = ["", "a", "früh\n", "夜 🌙", "2026-01-20"][(dice % 5) as usize].to_owned();
    let small = i32::try_from(dice % 9).unwrap() - 1;
    match kind {
        FieldType::Date => {
            let micros = (dice % 5_000_000_000_000_000).cast_signed() - 1_000_000_000_000_000;
            (
                isoformat(micros, offset).into(),
                Bson::Date(micros.div_euclid(1000)),
            )
        }
        FieldType::Strings => {
            let all = vec![text; (dice % 3) as usize];
            (
                all.clone().into(),
                Bson::Array(all.into_iter().map(Bson::String).collect()),
            )
        }
        FieldType::Int if dice.is_multiple_of(2) => (small.into(), Bson::Int64(small.into())),
        FieldType::Int => (small.into(), Bson::Int32(small)),
        FieldType::Float => (json!(0.1), Bson::Double(0.1)),
        FieldType::Bool => (
            (dice.is_multiple_of(2)).into(),
            Bson::Bool(dice.is_multiple_of(2)),
        ),
        FieldType::Nested => (json!([{"a": [0.25, null]}]), Bson::Null),
        FieldType::String | FieldType::ObjectId => (text.clone().into(), Bson::String(text)),
    }
}

fn written(model: &Model, dice: &[u64], offset: i32) -> Written {
    let mut full = Vec::new();
    let mut lite = vec![("_id".to_owned(), Bson::object_id_from_hex(ID).unwrap())];
    for (at, field) in model.lite.iter().skip(1).chain(&model.full).enumerate() {
        let dice = dice[at % dice.len()].rotate_left(u32::try_from(at).unwrap());
        let (mut value, mut bson) = written_value(field.kind, dice, offset);
        if field.nullable && dice.is_multiple_of(4) {
            (value, bson) = (Value::Null, Bson::Null);
        }
        if field.is_mongo_only() {
            // The state is MongoDB's; the value keeps what it was born with.
            value = if field.name == "deleted_id" {
                0.into()
            } else {
                Value::Null
            };
            bson = if field.name == "deleted_id" {
                Bson::Int32(0)
            } else {
                Bson::Null
            };
        }
        full.push((field.name.clone(), value));
        if model.lite_field(&field.name).is_some()
            && !(bson == Bson::Null && dice.is_multiple_of(8))
        {
            lite.push((field.name.clone(), bson));
        }
    }
    full.push(("id".to_owned(), ID.into()));
    let turn = usize::from(dice[0].to_le_bytes()[0]) % lite.len();
    lite.rotate_left(turn);
    Written {
        full,
        lite: BsonDocument(lite),
    }
}

/// Compact text with its characters kept, or Python's default: ASCII only, a blank behind `,` and `:`.
fn text_of(members: &[(String, Value)], compact: bool) -> String {
    let all: serde_json::Map<String, Value> = members.iter().cloned().collect();
    let text = Value::Object(all).to_string();
    if compact {
        return text;
    }
    let mut out = String::new();
    let mut quoted = false;
    let mut escaped = false;
    for c in text.chars() {
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        match c {
            ',' | ':' if !quoted => out.extend([c, ' ']),
            c if c.is_ascii() => out.push(c),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out
}

fn told(model: &Model, written: &Written, compact: bool, codec: Codec) -> super::super::Diagnosis {
    let text = text_of(&written.full, compact);
    let json = Arc::new(Json::parse(text.into()).unwrap());
    let full = Full {
        raw: Arc::new([]),
        body: Body::Json { codec, json },
    };
    let document = Document {
        key: Key {
            collection: Collection::new(&model.name),
            id: ID.into(),
        },
        lite: Sight::Seen(Some(Lite::new(written.lite.clone()))),
        stored: Sight::Seen(Stored::Value {
            version: Version(1),
            full,
        }),
    };
    let window = Window {
        held: Some(true),
        applied: Some(9),
        first: Some(3),
    };
    let outlook = Outlook {
        model: Some(model),
        now: 0,
        grace: 0,
        no_values: false,
        expected: Some(codec),
        window,
    };
    diagnose(&document, &outlook)
}

fn dual() -> Vec<&'static Model> {
    let all = Catalog::builtin().collections.iter();
    all.filter(|model| model.name != "user_secrets").collect()
}

/// Another value of the field's type.
fn changed(value: &Value, kind: FieldType) -> Value {
    match (kind, value) {
        (FieldType::Date, Value::String(text)) => {
            isoformat(time::parse(text).unwrap().micros + 1000, 60).into()
        }
        (FieldType::Date, _) => isoformat(0, 0).into(),
        (FieldType::Strings, Value::Array(all)) => {
            all.iter().cloned().chain(["z".into()]).collect()
        }
        (FieldType::Strings, _) => json!([]),
        (FieldType::Int, _) => (value.as_i64().unwrap() + 1).into(),
        (FieldType::Bool, _) => (value != &Value::Bool(true)).into(),
        (_, Value::String(text)) => format!("{text}x").into(),
        _ => "x".into(),
    }
}

proptest! {
    // Each case runs through every collection.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_the_service_writes_is_in_step_in_every_collection(
        dice in prop::collection::vec(any::<u64>(), 8..40), offset in -720..840i32, compact: bool, base64: bool,
    ) {
        let codec = if base64 { Codec::Base64 } else { Codec::Plain };
        for model in dual() {
            let told = told(model, &written(model, &dice, offset), compact, codec);
            prop_assert_eq!(told.state, State::Agrees, "{}: {}", model.name, told.said);
            // Values of a collection that MongoDB holds alone today are worth a word.
            let codes: Vec<_> = told.findings.iter().map(|finding| finding.code).collect();
            let january = model.stored == Layout::DualInJanuary;
            prop_assert!(codes.is_empty() || (january && codes == ["kept-in-value"]), "{:?}", codes);
            prop_assert!(told.fields.len() >= model.lite.len());
        }
    }

    #[test]
    fn one_changed_field_is_drift_in_exactly_that_row(
        dice in prop::collection::vec(any::<u64>(), 8..40), offset in -720..840i32, pick: prop::sample::Index,
    ) {
        for model in dual() {
            let mut document = written(model, &dice, offset);
            let fields: Vec<_> = model.compared().collect();
            let field = fields[pick.index(fields.len())];
            let (_, value) = document.full.iter_mut().find(|(name, _)| *name == field.name).unwrap();
            *value = changed(value, field.kind);
            let told = told(model, &document, true, Codec::Plain);
            prop_assert_eq!(told.state, State::Drifted, "{}: {}", model.name, told.said);
            let rows: Vec<_> = told.fields.iter().filter(|row| row.drifts()).map(|row| row.name.as_str()).collect();
            prop_assert_eq!(rows, vec![field.name.as_str()]);
        }
    }

    #[test]
    fn any_pair_gets_an_answer(lite in "[{}\\[\\]a-c:\",0-9. ]{0,20}", full in "\\PC{0,30}") {
        let json = Json::parse(serde_json::to_string(&full).unwrap().into()).unwrap();
        let lite = Bson::String(lite);
        prop_assert_eq!(same(&lite, &json, json.root()), lite == Bson::String(full));
    }
}

#[test]
fn the_diff_view_reads_as_drawn() {
    let model = Catalog::builtin()
        .get(&Collection::new("episodic_memories"))
        .unwrap();
    let lite = r#"{"_id": {"$oid": "6979da5797f9041fc0aa0640"}, "extra": 1, "keywords": ["dentist"],
        "updated_at": {"$date": "2026-01-20T14:12:55.001Z"}, "user_id": "null", "deleted_at": null,
        "timestamp": {"$date": "2026-01-20T14:12:51.407Z"}, "created_at": "2026-01-20T14:12:51Z"}"#;
    let full = r#"{"id": "6979da5797f9041fc0aa0640", "timestamp": "2026-01-20T14:12:51.407912+00:00",
        "keywords": ["dentist","tuesday"], "updated_at": "2026-01-20T14:12:59.210000+00:00",
        "created_at": "2026-01-20T14:12:51Z", "user_id": "null", "parent_id": "p"}"#;
    let Bson::Document(fields) = read(lite).unwrap() else {
        panic!()
    };
    let json = Json::parse(full.into()).unwrap();
    let key = Key {
        collection: Collection::new(&model.name),
        id: ID.into(),
    };
    let lite = Lite::new(fields);
    let shown: Vec<_> = rows(
        Pair {
            key: &key,
            lite: &lite,
            json: &json,
        },
        Some(model),
    )
    .into_iter()
    .map(|row| {
        let lite = row
            .lite
            .map_or("–".to_owned(), |(text, kind)| format!("{text} ({kind})"));
        format!(
            "{} | {lite} | {} | {}",
            row.name,
            row.full.unwrap_or("–".into()),
            row.said
        )
    })
    .collect();
    assert_eq!(
        shown,
        [
            "_id / id | 6979da5797f9041fc0aa0640 (objectId) | 6979da5797f9041fc0aa0640 | same",
            "user_id | null (string) | \"null\" | same",
            "group_id | – | – | same",
            "timestamp | 2026-01-20 14:12:51.407 (date) | 2026-01-20T14:12:51.407912+00:00 | same (floored to ms)",
            "parent_id | – | p | missing in lite",
            "keywords | [\"dentist\"] (array) | [\"dentist\",\"tuesday\"] | differs",
            "linked_entities | – | – | same",
            "created_at | 2026-01-20T14:12:51Z (string) | 2026-01-20T14:12:51Z | is text, should be a date",
            "updated_at | 2026-01-20 14:12:55.001 (date) | 2026-01-20T14:12:59.210000+00:00 | full newer by 4.2 s",
            "extra | 1 (int) | – | only in MongoDB, not compared",
            "deleted_at | null (null) | – | Mongo only, not compared",
        ]
    );
}
