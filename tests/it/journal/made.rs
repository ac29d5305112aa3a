//! Facts to write: one by one for stories, at random for properties.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use dualscope::domain::bson::Document as BsonDocument;
use dualscope::domain::codec::decode;
use dualscope::domain::intent::{
    Child, Decision, ENDINGS, Ending, Fact, IntentId, Place, Receipt, Stage,
};
use dualscope::domain::plan::{ACTIONS, Action, Before, Fence, LiteWrite, Plan, ValueWrite};
use dualscope::domain::{Bson, Collection, Key, Lite, Stored, Version};
use dualscope::journal::{Journal, Rules};
use proptest::prelude::*;
use tempfile::TempDir;

pub(super) const RULES: Rules = Rules { keep_values: true };

/// A state folder, and journals of as many programs as a test opens.
pub(super) struct Bench {
    pub(super) state: TempDir,
}

impl Bench {
    pub(super) fn new() -> Self {
        Self {
            state: tempfile::tempdir().unwrap(),
        }
    }

    pub(super) fn journal(&self) -> Journal {
        Journal::new(&self.dir(), RULES)
    }

    pub(super) fn dir(&self) -> PathBuf {
        self.state.path().join("journal")
    }

    /// The names in the journal's folder, sorted.
    pub(super) fn names(&self) -> Vec<String> {
        let Ok(entries) = self.dir().read_dir() else {
            return Vec::new();
        };
        let name = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name();
        let mut names: Vec<_> = entries
            .map(|entry| name(entry).into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

pub(super) fn place() -> Place {
    Place {
        mongo: "db:27017".to_owned(),
        database: "memsys".to_owned(),
        stream: "0xf2be".to_owned(),
    }
}

pub(super) fn key() -> Key {
    "memcells:6979da570000000000000007".parse().unwrap()
}

/// A small edit with a previous value of version 7.
pub(super) fn plan(text: &str) -> Plan {
    let old = br#"{"id":"6979da570000000000000007","summary":"old"}"#;
    let fields = vec![
        ("_id".to_owned(), key().id_candidates().remove(0)),
        ("user_id".to_owned(), Bson::String("alice".to_owned())),
    ];
    Plan {
        action: Action::Edit,
        key: key(),
        id: key().id_candidates().remove(0),
        before: Before {
            lite: Some(Lite::new(BsonDocument(fields))),
            stored: Some(Stored::Value {
                version: Version(7),
                full: decode(Arc::from(&old[..])),
            }),
        },
        value: Some(ValueWrite {
            bytes: text.as_bytes().into(),
            fence: Fence::At(Version(7)),
        }),
        lite: Some(LiteWrite::Update(vec![(
            "user_id".to_owned(),
            Some(Bson::String("bob".to_owned())),
        )])),
    }
}

pub(super) fn planned() -> Fact {
    Fact::Planned {
        place: place(),
        plan: Arc::new(plan(r#"{"summary":"new"}"#)),
        undoes: None,
    }
}

pub(super) fn done() -> Fact {
    Fact::Ended {
        ending: Ending::Done,
        said: "both read back".to_owned(),
    }
}

/// All facts of a write that goes well.
pub(super) fn whole_life() -> Vec<Fact> {
    let receipt = Receipt {
        child: Some(Child {
            pid: 41,
            started: 9,
        }),
        stage: Stage::Sent,
        root: Some(format!("0x{}", "a".repeat(64))),
        hash: Some(format!("0x{}", "b".repeat(64))),
        sequence: Some(8),
        floor: Some(7),
    };
    vec![
        planned(),
        Fact::Submitting {
            attempt: 1,
            boot: None,
            alone: false,
        },
        Fact::Seen(receipt),
        Fact::Completing {
            attempt: 2,
            boot: Some("0e9d".into()),
        },
        Fact::Submitted,
        Fact::Applied {
            version: Version(8),
        },
        Fact::Indexed,
        Fact::Decided(Decision::Finish),
        done(),
    ]
}

/// Any lite value whose extended JSON is exact.
fn bson() -> impl Strategy<Value = Bson> {
    let leaf = prop_oneof![
        Just(Bson::Null),
        any::<bool>().prop_map(Bson::Bool),
        any::<i32>().prop_map(Bson::Int32),
        any::<i64>().prop_map(Bson::Int64),
        any::<f64>()
            .prop_filter("unlike itself", |number| !number.is_nan())
            .prop_map(Bson::Double),
        prop::sample::select(vec![f64::INFINITY, f64::NEG_INFINITY, -0.0, 5e-324])
            .prop_map(Bson::Double),
        "-?[0-9]{1,34}(E[+-][0-9]{1,3})?".prop_map(Bson::Decimal128),
        "\\PC{0,12}|[\\x00-\\x1f\"\\\\/]{0,4}".prop_map(Bson::String),
        any::<i64>().prop_map(Bson::Date),
        any::<[u8; 12]>().prop_map(Bson::ObjectId),
        (any::<u8>(), prop::collection::vec(any::<u8>(), 0..20))
            .prop_map(|(subtype, bytes)| Bson::Binary { subtype, bytes }),
        ("\\PC{0,6}", "[a-z]{0,3}").prop_map(|(pattern, options)| Bson::Regex { pattern, options }),
        any::<(u32, u32)>().prop_map(|(time, increment)| Bson::Timestamp { time, increment }),
        "\\PC{0,8}".prop_map(Bson::JavaScript),
        "\\PC{0,8}".prop_map(Bson::Symbol),
        prop::sample::select(vec![Bson::Undefined, Bson::MinKey, Bson::MaxKey]),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Bson::Array),
            members(inner).prop_map(Bson::Document),
        ]
    })
}

/// Members with different names.
fn members(value: impl Strategy<Value = Bson>) -> impl Strategy<Value = BsonDocument> {
    prop::collection::vec(("\\PC{0,6}|\\$(gt|in|set)|[\"\n:,.]{1,3}", value), 0..5).prop_map(
        |all| {
            let mut names = HashSet::new();
            let all = all.into_iter();
            BsonDocument(all.filter(|(name, _)| names.insert(name.clone())).collect())
        },
    )
}

fn bytes() -> impl Strategy<Value = Arc<[u8]>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..40).prop_map(Arc::from),
        "\\{\"id\":\"[a-z\\n]{0,9}\"\\}".prop_map(|text| Arc::from(text.into_bytes())),
        "\\PC{0,20}".prop_map(|text| Arc::from(text.into_bytes())),
    ]
}

fn odd_key() -> impl Strategy<Value = Key> {
    ("[a-z_]{1,8}", "[a-z:,\"\\n\\\\ é]{1,12}").prop_map(|(collection, id)| Key {
        collection: Collection::new(&collection),
        id: id.into(),
    })
}

fn stored() -> impl Strategy<Value = Option<Stored>> {
    prop_oneof![
        Just(None),
        Just(Some(Stored::Absent)),
        any::<u64>().prop_map(|version| Some(Stored::Tombstone {
            version: Version(version)
        })),
        (any::<u64>(), bytes()).prop_map(|(version, raw)| Some(Stored::Value {
            version: Version(version),
            full: decode(raw),
        })),
    ]
}

fn lite_write() -> impl Strategy<Value = LiteWrite> {
    prop_oneof![
        Just(LiteWrite::Remove),
        members(bson()).prop_map(LiteWrite::Insert),
        // set fields come before those that are removed, as a plan is printed
        (members(bson()), 0usize..3).prop_map(|(set, unset)| {
            let set = set.0.into_iter().map(|(name, value)| (name, Some(value)));
            let unset = (0..unset).map(|at| (format!("gone:{at}"), None));
            LiteWrite::Update(set.chain(unset).collect())
        }),
    ]
}

pub(super) fn any_plan() -> impl Strategy<Value = Plan> {
    let fence = prop_oneof![
        Just(Fence::Absent),
        any::<u64>().prop_map(|version| Fence::At(Version(version))),
    ];
    (
        (0..ACTIONS.len(), odd_key(), bson()),
        prop::option::of(members(bson())),
        stored(),
        prop::option::of((bytes(), fence)),
        prop::option::of(lite_write()),
    )
        .prop_map(|((action, key, id), before, stored, value, lite)| Plan {
            action: ACTIONS[action].action,
            key,
            id,
            before: Before {
                lite: before.map(Lite::new),
                stored,
            },
            value: value.map(|(bytes, fence)| ValueWrite { bytes, fence }),
            lite,
        })
}

fn receipt() -> impl Strategy<Value = Receipt> {
    (
        prop::option::of(any::<(u32, u64)>()),
        0..Stage::ALL.len(),
        prop::option::of("0x[0-9a-f]{64}"),
        prop::option::of("0x[0-9a-f]{64}"),
        prop::option::of(any::<u64>()),
        prop::option::of(any::<u64>()),
    )
        .prop_map(|(child, stage, root, hash, sequence, floor)| Receipt {
            child: child.map(|(pid, started)| Child { pid, started }),
            stage: Stage::ALL[stage],
            root,
            hash,
            sequence,
            floor,
        })
}

/// Any fact but the first of an intent.
pub(super) fn later_fact() -> impl Strategy<Value = Fact> {
    prop_oneof![
        (any::<u32>(), proptest::option::of("[0-9a-f-]{8,36}")).prop_map(|(attempt, boot)| {
            Fact::Submitting {
                attempt,
                boot: boot.map(Into::into),
                alone: false,
            }
        }),
        (any::<u32>(), proptest::option::of("[0-9a-f-]{8,36}")).prop_map(|(attempt, boot)| {
            Fact::Completing {
                attempt,
                boot: boot.map(Into::into),
            }
        }),
        receipt().prop_map(Fact::Seen),
        Just(Fact::Submitted),
        any::<u64>().prop_map(|version| Fact::Applied {
            version: Version(version)
        }),
        Just(Fact::Indexed),
        prop::sample::select(vec![Decision::Finish, Decision::Drop]).prop_map(Fact::Decided),
        (0..ENDINGS.len(), "\\PC{0,20}|[\\n\"\\\\]{0,3}").prop_map(|(at, said)| Fact::Ended {
            ending: ENDINGS[at].ending,
            said,
        }),
    ]
}

pub(super) fn first_fact() -> impl Strategy<Value = Fact> {
    let undoes = prop::option::of(Just(()).prop_map(|()| Journal::new_intent()));
    (any_plan(), "[a-z.:0-9,]{0,20}", undoes).prop_map(|(plan, mongo, undoes)| Fact::Planned {
        place: Place { mongo, ..place() },
        plan: Arc::new(plan),
        undoes,
    })
}

pub(super) fn intent() -> IntentId {
    Journal::new_intent()
}
