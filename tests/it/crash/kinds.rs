//! The kinds of writes: what both stores hold before, the plan, and what somebody else writes.

use std::sync::Arc;
use std::time::Duration;

use dualscope::domain::bson::Document as Fields;
use dualscope::domain::intent::{Ending, IntentId};
use dualscope::domain::plan::{self, Desk, Plan, Refusal, Typed};
use dualscope::domain::{Bson, Codec, Collection, Lite, State, Stored, Version};
use dualscope::store::memory::{MemoryIndex, MemoryValues};
use dualscope::task::event::Outcome;
use dualscope::task::spec::{TaskSpec, Undoing};

use crate::support::writing::{
    Foreign, Fuse, KEY, Program, Stores, first_text, key, text, typed_text,
};

/// Every kind of write.
pub(super) const KINDS: [&str; 11] = [
    "edit",
    "delete",
    "put-back",
    "create",
    "undo",
    "redo",
    "soft-delete",
    "restore",
    "rebuild",
    "rebuild-fields",
    "delete-unwritten",
];

/// Those that write a value.
pub(super) fn of_values() -> &'static [&'static str] {
    &KINDS[..6]
}

/// How both halves stand when a write of this kind is called done.
pub(super) fn in_step(kind: &str) -> State {
    match kind {
        "soft-delete" => State::SoftDeleted,
        "delete-unwritten" => State::NeverWritten,
        _ => State::Agrees,
    }
}

/// A plan, and the write that it takes back.
pub(super) type Planned = (Arc<Plan>, Option<IntentId>);

/// Both stores as the kind of write finds them, and its plan.
pub(super) async fn prepare(kind: &'static str) -> (Stores, Planned) {
    let stores = stores_for(kind);
    let mut program = stores.start(&Fuse::new(None, None));
    let planned = match kind {
        "undo" => {
            edit(&mut program).await;
            take_back(&mut program, Undoing::Last(None)).await
        }
        "redo" => {
            edit(&mut program).await;
            let undo = take_back(&mut program, Undoing::Last(None)).await;
            write(&mut program, undo).await;
            take_back(&mut program, Undoing::LastUndo(None)).await
        }
        _ => {
            let plan = program.plan(&key(KEY), |desk| make(kind, desk)).await;
            (Arc::new(plan.unwrap()), None)
        }
    };
    program.die();
    (stores, planned)
}

async fn edit(program: &mut Program) {
    let plan = program.plan(&key(KEY), |desk| make("edit", desk)).await;
    write(program, (Arc::new(plan.unwrap()), None)).await;
}

async fn write(program: &mut Program, (plan, undoes): Planned) {
    let written = program.take_up(TaskSpec::Write { plan, undoes }).await;
    let written = written.unwrap();
    assert_eq!(written.ending, Ending::Done, "{}", written.said);
}

async fn take_back(program: &mut Program, which: Undoing) -> Planned {
    match program.ask(TaskSpec::PlanUndo(which)).await.unwrap() {
        Ok(Outcome::Undo(undo)) => (undo.plan.unwrap(), Some(undo.story.intent)),
        other => panic!("{other:?}"),
    }
}

fn id() -> Bson {
    Bson::object_id_from_hex("6979da5797f9041fc0aa063f").unwrap()
}

fn memcells() -> Collection {
    Collection::new("memcells")
}

fn stores_for(kind: &str) -> Stores {
    let stores = Stores::with_document();
    match kind {
        "restore" => {
            let mut lite = crate::support::writing::first_lite();
            for (name, value) in &mut lite.0 {
                match name.as_str() {
                    "deleted_at" => *value = Bson::Date(5),
                    "deleted_id" => *value = Bson::Int64(7),
                    _ => {}
                }
            }
            stores.index.put(&memcells(), lite);
        }
        "rebuild" => drop(stores.index.remove(&memcells(), &id())),
        "rebuild-fields" => drop(stores.index.put(&memcells(), drifted())),
        "create" => return empty(),
        "delete-unwritten" => {
            let stores = empty();
            let lite = crate::support::writing::first_lite();
            stores.index.put(&memcells(), lite);
            return stores;
        }
        _ => {}
    }
    stores
}

/// MongoDB's half with other keywords than the value has.
fn drifted() -> Fields {
    let mut lite = crate::support::writing::first_lite();
    let field = lite.0.iter_mut().find(|(name, _)| name == "keywords");
    field.unwrap().1 = Bson::Array(vec![Bson::String("supper".into())]);
    lite
}

fn empty() -> Stores {
    let stores = Stores::new();
    stores.values.skip(1);
    stores.values.set_delay(Some(Duration::ZERO));
    stores
}

fn make(kind: &str, desk: Desk<'_>) -> Result<Plan, Refusal> {
    let typed = |text: String| Typed {
        text: text.into(),
        as_is: false,
    };
    match kind {
        "edit" => desk.edit(&typed(typed_text())),
        "create" => desk.edit(&typed(first_text())),
        "delete" | "delete-unwritten" => desk.delete(),
        "soft-delete" => plan::soft_delete(desk, None),
        "restore" => plan::restore(desk),
        "rebuild" | "rebuild-fields" => plan::rebuild(desk),
        _ => desk.put_back(&Stored::Value {
            version: Version(1),
            full: dualscope::domain::codec::decode(
                Codec::Base64
                    .encode(&text("[]", "2026-01-20T13:59:30+00:00"))
                    .into(),
            ),
        }),
    }
}

/// What somebody else does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Theirs {
    /// Writes the value.
    Value,
    /// Writes the lite document.
    Lite,
    /// Writes both, in the service's order.
    Both,
    /// Writes the very bytes that the plan writes; where it writes none, takes away the value that it
    /// was made from.
    Same,
    /// Takes the right to write away for a moment: the node drops what waits then.
    Refusal,
}

impl Theirs {
    pub(super) const ALL: [Self; 5] = [
        Self::Value,
        Self::Lite,
        Self::Both,
        Self::Same,
        Self::Refusal,
    ];
}

/// The node's word for what it drops then.
pub(super) const REFUSED: &str = "SenderNoWritePermission";

pub(super) fn foreign(what: Theirs, plan: &Plan) -> Foreign {
    let theirs = Codec::Base64.encode(&text(r#"["theirs"]"#, "2026-03-01T00:00:00+00:00"));
    let write = plan.value.as_ref();
    let same = write.map_or_else(Vec::new, |write| write.bytes.to_vec());
    let value = |bytes: Vec<u8>| {
        move |values: &MemoryValues| {
            values.submit(vec![(KEY.to_owned(), bytes.clone().into())]);
        }
    };
    let (same, value) = (value(same), value(theirs));
    let lite = |index: &MemoryIndex| {
        let mut lite = crate::support::writing::first_lite();
        for (name, value) in &mut lite.0 {
            match name.as_str() {
                "keywords" => *value = Bson::Array(vec![Bson::String("theirs".into())]),
                "updated_at" => *value = Bson::Date(1_772_323_200_000),
                _ => {}
            }
        }
        index.put(&memcells(), lite);
    };
    match what {
        Theirs::Value => Arc::new(move |_, values| value(values)),
        Theirs::Lite => Arc::new(move |index, _| lite(index)),
        Theirs::Both => Arc::new(move |index, values| {
            lite(index);
            value(values);
        }),
        Theirs::Same => Arc::new(move |_, values| same(values)),
        Theirs::Refusal => Arc::new(|_, values| {
            for version in 0..64 {
                values.refuse(Version(version), REFUSED);
            }
        }),
    }
}

/// Whether somebody else's value was ever stored, and whether MongoDB holds their document.
pub(super) fn is_theirs(stores: &Stores) -> (bool, bool) {
    let wrote =
        |(_, key, bytes): (Version, String, Arc<[u8]>)| key == KEY && is_their_value(&bytes);
    (
        stores.values.log().into_iter().any(wrote),
        is_their_document(stores.lite().as_ref()),
    )
}

pub(super) fn is_their_document(lite: Option<&Lite>) -> bool {
    let theirs = Bson::Array(vec![Bson::String("theirs".into())]);
    lite.and_then(|lite| lite.get("keywords")) == Some(&theirs)
}

fn is_their_value(bytes: &[u8]) -> bool {
    bytes == Codec::Base64.encode(&text(r#"["theirs"]"#, "2026-03-01T00:00:00+00:00"))
}
