//! The kinds of writes: what both stores hold before, the plan, and what somebody else writes.

use std::sync::Arc;
use std::time::Duration;

use dualscope::domain::intent::{Ending, IntentId};
use dualscope::domain::plan::{self, Desk, Plan, Refusal, Typed};
use dualscope::domain::{Bson, Codec, Collection, Stored, Version};
use dualscope::store::memory::{MemoryIndex, MemoryValues};
use dualscope::task::event::Outcome;
use dualscope::task::spec::{TaskSpec, Undoing};

use crate::support::writing::{
    Foreign, Fuse, KEY, Program, Stores, first_text, key, text, typed_text,
};

/// Every kind of write.
pub(super) const KINDS: [&str; 9] = [
    "edit",
    "delete",
    "put-back",
    "create",
    "undo",
    "redo",
    "soft-delete",
    "restore",
    "rebuild",
];

/// Those that write a value.
pub(super) fn of_values() -> &'static [&'static str] {
    &KINDS[..6]
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
        "create" => return empty(),
        _ => {}
    }
    stores
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
        "delete" => desk.delete(),
        "soft-delete" => plan::soft_delete(desk, None),
        "restore" => plan::restore(desk),
        "rebuild" => plan::rebuild(desk),
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

/// How many kinds of writes somebody else makes.
pub(super) const FOREIGN: usize = 4;
/// The kind that writes what the plan writes.
pub(super) const SAME: usize = 3;

/// What somebody else writes: the value, the lite document, both in the service's order, or the very
/// bytes that the plan writes. Where it writes none, they take away the value that it was made from.
pub(super) fn foreign(kind: usize, plan: &Plan) -> Foreign {
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
    match kind {
        0 => Arc::new(move |_, values| value(values)),
        1 => Arc::new(move |index, _| lite(index)),
        2 => Arc::new(move |index, values| {
            lite(index);
            value(values);
        }),
        _ => Arc::new(move |_, values| same(values)),
    }
}

/// Whether somebody else's value was ever stored, and whether MongoDB holds their document.
pub(super) fn is_theirs(stores: &Stores) -> (bool, bool) {
    let lite = stores.lite().and_then(|lite| lite.get("keywords").cloned());
    let theirs = Bson::Array(vec![Bson::String("theirs".into())]);
    let wrote =
        |(_, key, bytes): (Version, String, Arc<[u8]>)| key == KEY && is_their_value(&bytes);
    (
        stores.values.log().into_iter().any(wrote),
        lite == Some(theirs),
    )
}

fn is_their_value(bytes: &[u8]) -> bool {
    bytes == Codec::Base64.encode(&text(r#"["theirs"]"#, "2026-03-01T00:00:00+00:00"))
}
