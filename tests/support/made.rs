//! What stories are made of: a session, a failure, and rows with numbers (the greater is newer, and
//! stands earlier in a list that is ordered by time).

use dualscope::app::{Options, Target, Writing};
use dualscope::domain::bson::{Document as BsonDocument, hex};
use dualscope::domain::plan::Room;
use dualscope::domain::{Bson, Codec, Collection, Key};

use dualscope::task::event::Failure;
use dualscope::task::spec::TaskSpec;

use super::driver::{HERE, WALL};

pub(crate) fn id(number: u32) -> Bson {
    let mut bytes = [0x69, 0x79, 0xda, 0x57, 0, 0, 0, 0, 0, 0, 0, 0];
    bytes[8..].copy_from_slice(&number.to_be_bytes());
    Bson::ObjectId(bytes)
}

pub(crate) fn key(collection: &str, number: u32) -> Key {
    Key::new(&Collection::new(collection), &id(number))
}

/// The number of a row, from its key.
pub(crate) fn number(key: &Key) -> u32 {
    u32::from_str_radix(key.id.get(16..).unwrap_or("0"), 16).unwrap_or_default()
}

pub(crate) fn row(number: u32) -> BsonDocument {
    let text = |text: &str| Bson::String(text.to_owned());
    let at = usize::try_from(number).unwrap();
    let keyword = ["dentist", "Kyoto", "rent", "keys", "lunch"][at % 5];
    fields(vec![
        ("_id", id(number)),
        ("user_id", text(["alice", "bob", "carol"][at % 3])),
        (
            "group_id",
            text(if number.is_multiple_of(2) { "g1" } else { "g2" }),
        ),
        (
            "timestamp",
            Bson::Date(WALL - 86_400_000 + i64::from(number) * 60_000),
        ),
        ("keywords", Bson::Array(vec![text(keyword)])),
    ])
}

pub(crate) fn fields(fields: Vec<(&str, Bson)>) -> BsonDocument {
    BsonDocument(
        fields
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}

pub(crate) fn hex_id(number: u32) -> String {
    let Bson::ObjectId(bytes) = id(number) else {
        unreachable!()
    };
    hex(&bytes)
}

pub(crate) fn options() -> Options {
    Options {
        profile: "test".to_owned(),
        database: "memsys".to_owned(),
        stream: "0x00f2be".to_owned(),
        ..Options::default()
    }
}

/// A session on the demo that can write.
pub(crate) fn writing_options() -> Options {
    Options {
        profile: "demo".to_owned(),
        open: Some(Target::Collection(Collection::new("memcells"))),
        writing: Ok(Writing {
            by: "memory".to_owned(),
            encryption: "none".to_owned(),
            limit: Some(Room {
                most: 131_000,
                quoted: false,
                line: None,
            }),
            codec: Codec::Base64,
            protected: false,
            place: super::pen::place(),
        }),
        ..options()
    }
}

pub(crate) fn here() -> Collection {
    Collection::new(HERE)
}

/// A store that does not answer.
pub(crate) fn gone() -> Failure {
    Failure {
        said: "MongoDB at db:27017 does not answer".to_owned(),
        hint: "check the address, then run `dualscope doctor`".to_owned(),
        kind: "unreachable",
        again: true,
    }
}

pub(crate) fn is_page(spec: &TaskSpec) -> bool {
    matches!(spec, TaskSpec::Page(_))
}

pub(crate) fn is_inspect(spec: &TaskSpec) -> bool {
    matches!(spec, TaskSpec::Inspect { .. })
}
