//! Collections that are not stored twice, odd ids, and what the collections say about themselves.

use super::across::old_status;
use super::build::Builder;
use super::draft::{DAY, SECOND, UPGRADE, Write, Written};
use super::tree::Style;
use super::world::World;
use super::{Across, tree::map};
use crate::domain::bson::Document;
use crate::domain::{Bson, Catalog, Collection, Key, State};
use crate::store::memory::MemoryIndex;
use crate::store::port::IndexEntry;

fn document(fields: Vec<(&str, Bson)>) -> Document {
    let own = |(name, value): (&str, Bson)| (name.to_owned(), value);
    Document(fields.into_iter().map(own).collect())
}

fn text(text: impl Into<String>) -> Bson {
    Bson::String(text.into())
}

fn millis(at: i64) -> Bson {
    Bson::Date(at.div_euclid(1000))
}

/// The collection of January that moved wholly into MongoDB: some documents new, some half moved
/// (20), some only in the value store.
pub(super) fn status(
    world: &World,
    builder: &mut Builder,
    index: &MemoryIndex,
    found: &mut Vec<(Across, String)>,
) {
    let name = Collection::new("conversation_status");
    for (place, group) in world.groups.iter().enumerate() {
        let at = UPGRADE - i64::try_from(place + 3).unwrap_or(0) * DAY + 500_000;
        let draft = old_status(builder, &group.id, at);
        let id = Bson::ObjectId(draft.id);
        let (draft, whole) = match place {
            0..=2 => (None, true),
            3 | 4 => (Some(draft), false),
            _ => (Some(draft), true),
        };
        let mut fields = vec![
            ("_id", id),
            ("created_at", millis(at)),
            ("updated_at", millis(at)),
            ("group_id", text(group.id.as_str())),
        ];
        if whole {
            let moved = UPGRADE + 45 * DAY;
            fields[2].1 = millis(moved);
            fields.extend([
                ("old_msg_start_time", millis(moved - 540 * SECOND)),
                ("new_msg_start_time", millis(moved - 300 * SECOND)),
                ("last_memcell_time", millis(moved - 300 * SECOND)),
            ]);
        }
        index.put(&name, document(fields));
        if let Some(draft) = draft {
            let which = if whole {
                Across::UnknownPrefix
            } else {
                Across::UpgradedStatus
            };
            found.push((which, draft.key()));
            let strays = draft
                .writes
                .iter()
                .map(|write| (draft.key(), write.clone()));
            builder.strays.extend(strays);
        }
    }
}

/// Users of server mode. Nothing in it is, or ever was, a secret.
pub(super) fn secrets(world: &World, builder: &mut Builder, index: &MemoryIndex) {
    for (place, person) in world.people.iter().take(3).enumerate() {
        let at = UPGRADE + 36 * DAY + i64::try_from(place).unwrap_or(0) * DAY;
        let digit = place + 1;
        index.put(
            &Collection::new("user_secrets"),
            document(vec![
                ("_id", Bson::ObjectId(builder.id(at))),
                ("user_id", text(person.id.as_str())),
                ("api_key", text(format!("DEMO-not-a-key-{digit:0>24}"))),
                ("zerog_stream_id", text(digit.to_string().repeat(64))),
                ("zerog_encryption_key", text("0".repeat(64))),
                ("zerog_wallet_key", text("de".repeat(32))),
                ("created_at", millis(at)),
            ]),
        );
    }
}

/// A collection of somebody else's with one document per BSON type.
pub(super) fn plain(index: &MemoryIndex) {
    let name = Collection::new("feature_flags");
    let nested = document(vec![
        ("rollout", Bson::Double(0.25)),
        ("groups", Bson::Array(vec![text("a")])),
    ]);
    let values = [
        ("on", Bson::Bool(true)),
        ("limit", Bson::Int32(500)),
        ("bytes", Bson::Int64(9_007_199_254_740_993)),
        ("ratio", Bson::Double(0.1)),
        ("endless", Bson::Double(f64::INFINITY)),
        ("price", Bson::Decimal128("12.50".to_owned())),
        ("since", Bson::Date(-86_400_001)),
        ("never", Bson::Date(i64::MAX)),
        (
            "token",
            Bson::Binary {
                subtype: 0,
                bytes: vec![0, 1, 254, 255],
            },
        ),
        (
            "pattern",
            Bson::Regex {
                pattern: "^/api/v1".to_owned(),
                options: "i".to_owned(),
            },
        ),
        (
            "clock",
            Bson::Timestamp {
                time: 1_768_918_388,
                increment: 7,
            },
        ),
        (
            "script",
            Bson::JavaScript("function () { return 1; }".to_owned()),
        ),
        ("sign", Bson::Symbol("old".to_owned())),
        ("nothing", Bson::Null),
        ("gone", Bson::Undefined),
        ("lowest", Bson::MinKey),
        ("highest", Bson::MaxKey),
        ("details", Bson::Document(nested)),
    ];
    for (id, value) in values {
        let said = text(format!("A value of type {}", value.type_name()));
        index.put(
            &name,
            document(vec![("_id", text(id)), ("value", value), ("about", said)]),
        );
    }
}

/// Documents whose ids are not object ids, with and without a value.
pub(super) fn odd_ids(builder: &mut Builder, index: &MemoryIndex) -> Vec<(Key, State)> {
    let name = Collection::new("legacy_imports");
    let at = UPGRADE + 3 * DAY + 250_000;
    let uuid = Bson::uuid_from_text("c9f3f8d2-6a1f-4f0e-9a61-0a4a3f6f2b11").unwrap_or(Bson::Null);
    let ids = [
        (text("plain-text"), State::Agrees),
        (text("with:colons:inside"), State::Agrees),
        (text("名前 with blanks"), State::Agrees),
        (text("6979da5797f9041fc0aa063f"), State::Agrees),
        (Bson::Int32(42), State::Agrees),
        (Bson::Int64(-7_000_000_000), State::Agrees),
        (uuid, State::Agrees),
        (text("no value"), State::NeverWritten),
        (Bson::Int32(43), State::NeverWritten),
    ];
    let mut expected = Vec::new();
    for (id, state) in ids {
        let key = Key::new(&name, &id);
        let fields = map! {
            "created_at": super::draft::time(at), "updated_at": super::draft::time(at), "source": "import.csv",
            "note": "Written by an older tool", "id": &*key.id,
        };
        if state == State::Agrees {
            let bytes = Style::Newest.bytes(&fields);
            let written = Written::Bytes(bytes);
            builder
                .strays
                .push((key.to_string(), Write { at, written }));
        }
        index.put(
            &name,
            document(vec![
                ("_id", id),
                ("created_at", millis(at)),
                ("updated_at", millis(at)),
                ("source", text("import.csv")),
            ]),
        );
        expected.push((key, state));
    }
    expected
}

/// Empty helpers, and the indexes that the service makes.
pub(super) fn collections(index: &MemoryIndex) {
    for helper in [
        "EventLogRecordProjection",
        "ForesightRecordProjection",
        "DocumentBaseWithSoftDelete",
    ] {
        index.create(&Collection::new(helper));
    }
    for model in &Catalog::builtin().collections {
        let collection = Collection::new(&model.name);
        for field in ["created_at", "updated_at"] {
            if model.lite_field(field).is_some() {
                index.add_index(
                    &collection,
                    IndexEntry::plain(&format!("idx_{field}"), &[field], false),
                );
            }
        }
        if model.sort_field == "timestamp" {
            index.add_index(
                &collection,
                IndexEntry::plain("timestamp_1", &["timestamp"], false),
            );
        }
        let key: Vec<&str> = model.business_key.iter().map(String::as_str).collect();
        if !key.is_empty() {
            // The service declares these two without uniqueness.
            let unique = !matches!(model.name.as_str(), "cluster_states" | "user_profiles");
            index.add_index(
                &collection,
                IndexEntry::plain(&format!("idx_{}", key.join("_")), &key, unique),
            );
        }
    }
}
