//! Undo, redo and history on the stores in memory: which write is taken back, and when it is not.

use std::sync::Arc;

use dualscope::domain::intent::{Ending, IntentId, When};
use dualscope::domain::plan::{self, Action, Plan, Typed, Why};
use dualscope::domain::{Codec, Head, Version};
use dualscope::store::memory::MemoryValues;
use dualscope::task::Failure;
use dualscope::task::event::{Outcome, Undo, Versions, Written};
use dualscope::task::spec::{TaskSpec, Undoing};
use pretty_assertions::assert_eq;

use crate::support::writing::{
    Fuse, KEY, Program, Stores, desk, first_lite, first_text, key, text, typed_text,
};

fn typed(keywords: &str) -> Typed {
    Typed {
        text: text(keywords, "2026-01-20T14:00:00+00:00").into(),
        as_is: true,
    }
}

async fn edit(program: &mut Program, keywords: &str) -> Written {
    let make = |desk: plan::Desk<'_>| desk.edit(&typed(keywords));
    let plan = program.plan(&key(KEY), make).await.unwrap();
    let written = program.write(plan).await.unwrap();
    assert_eq!(written.ending, Ending::Done, "{}", written.said);
    written
}

async fn look(program: &mut Program, which: Undoing) -> Result<Undo, Failure> {
    match program.ask(TaskSpec::PlanUndo(which)).await.unwrap() {
        Ok(Outcome::Undo(undo)) => Ok(*undo),
        Err(failure) => Err(failure),
        other => panic!("{other:?}"),
    }
}

/// Takes a write back; what kind of write that was.
async fn take_back(program: &mut Program, which: Undoing) -> Action {
    let undo = look(program, which).await.unwrap();
    let (plan, undoes) = (undo.plan.unwrap(), Some(undo.story.intent));
    let action = plan.action;
    let done = program.ask(TaskSpec::Write { plan, undoes }).await.unwrap();
    let Ok(Outcome::Written(written)) = done else {
        panic!("{done:?}")
    };
    assert_eq!(written.ending, Ending::Done, "{}", written.said);
    action
}

fn holds(stores: &Stores, keywords: &str) {
    let text = text(keywords, "2026-01-20T14:00:00+00:00");
    assert_eq!(
        stores.bytes().unwrap().as_ref(),
        Codec::Base64.encode(&text)
    );
}

#[tokio::test(start_paused = true)]
async fn undo_goes_back_step_by_step_and_redo_comes_forward_again() {
    let stores = Stores::with_document();
    let mut program = stores.start(&Fuse::new(None, None));
    let last = || Undoing::Last(Some(key(KEY)));
    let redo = || Undoing::LastUndo(Some(key(KEY)));
    edit(&mut program, r#"["one"]"#).await;
    edit(&mut program, r#"["two"]"#).await;
    assert_eq!(take_back(&mut program, last()).await, Action::Undo);
    holds(&stores, r#"["one"]"#);
    assert_eq!(take_back(&mut program, last()).await, Action::Undo);
    assert_eq!(
        stores.bytes().unwrap().as_ref(),
        Codec::Base64.encode(&first_text())
    );
    assert_eq!(stores.lite().unwrap().fields, first_lite());
    let none = look(&mut program, last()).await.unwrap_err();
    assert!(none.said.contains("there is no write"), "{}", none.said);

    assert_eq!(take_back(&mut program, redo()).await, Action::Redo);
    holds(&stores, r#"["one"]"#);
    assert_eq!(take_back(&mut program, redo()).await, Action::Redo);
    holds(&stores, r#"["two"]"#);
    let none = look(&mut program, redo()).await.unwrap_err();
    assert!(none.said.contains("there is no undo"), "{}", none.said);
    assert_eq!(take_back(&mut program, last()).await, Action::Undo);
    holds(&stores, r#"["one"]"#);
    assert_eq!(take_back(&mut program, last()).await, Action::Undo);
    assert_eq!(stores.lite().unwrap().fields, first_lite());
}

#[tokio::test(start_paused = true)]
async fn what_somebody_wrote_since_is_not_overwritten_by_an_undo() {
    let stores = Stores::with_document();
    let mut program = stores.start(&Fuse::new(None, None));
    edit(&mut program, r#"["one"]"#).await;
    stores.values.put(KEY, Codec::Base64.encode(&typed_text()));
    let undo = look(&mut program, Undoing::Last(None)).await.unwrap();
    assert_eq!(undo.plan.unwrap_err().why, Why::Superseded);
    assert_eq!(undo.inspection.document.key, key(KEY));
    let bytes = undo.story.plan.value.as_ref().unwrap().bytes.clone();
    assert_eq!(
        *bytes,
        *Codec::Base64.encode(&text(r#"["one"]"#, "2026-01-20T14:00:00+00:00"))
    );
}

#[tokio::test(start_paused = true)]
async fn the_same_bytes_written_by_somebody_else_are_theirs() {
    let stores = Stores::with_document();
    let mut program = stores.start(&Fuse::new(None, None));
    edit(&mut program, r#"["one"]"#).await;
    let ours = stores.bytes().unwrap();
    stores.values.put(KEY, ours.to_vec());
    let undo = look(&mut program, Undoing::Last(None)).await.unwrap();
    assert_eq!(undo.plan.unwrap_err().why, Why::Superseded);
}

#[tokio::test(start_paused = true)]
async fn a_write_is_taken_back_by_its_name_once() {
    let stores = Stores::with_document();
    let mut program = stores.start(&Fuse::new(None, None));
    let before = program.inspect(&key(KEY)).await.document;
    let delete = desk(&before).delete().unwrap();
    let written = program.write(delete).await.unwrap();
    let by_name = Undoing::Intent(written.intent.unwrap());
    assert_eq!(take_back(&mut program, by_name.clone()).await, Action::Undo);
    assert_eq!(stores.lite().unwrap().fields, first_lite());
    let again = look(&mut program, by_name).await.unwrap_err();
    assert!(again.said.contains("taken back already"), "{}", again.said);
    let nobody = Undoing::Intent(IntentId("nobody".into()));
    let nobody = look(&mut program, nobody).await.unwrap_err();
    assert!(nobody.said.contains("knows no write"), "{}", nobody.said);
}

#[tokio::test(start_paused = true)]
async fn a_write_that_was_not_done_is_not_taken_back() {
    let stores = Stores::with_document();
    let mut program = stores.start(&Fuse::new(None, None));
    let make = |desk: plan::Desk<'_>| desk.edit(&typed(r#"["one"]"#));
    let stale: Plan = program.plan(&key(KEY), make).await.unwrap();
    // somebody is faster, right before the value goes out
    let foreign = Arc::new(|_: &_, values: &dualscope::store::memory::MemoryValues| {
        values.put(KEY, Codec::Base64.encode(&typed_text()));
    });
    let mut program = stores.start(&Fuse::new(None, Some((3, foreign))));
    let written = program.write(stale).await.unwrap();
    assert_eq!(written.ending, Ending::Conflict, "{}", written.said);
    let by_name = Undoing::Intent(written.intent.unwrap());
    let failure = look(&mut program, by_name).await.unwrap_err();
    assert!(failure.said.contains("was not done"), "{}", failure.said);
}

#[tokio::test(start_paused = true)]
async fn of_another_run_only_the_writes_to_the_document_count() {
    let stores = Stores::with_document();
    let mut first = stores.start(&Fuse::new(None, None));
    edit(&mut first, r#"["one"]"#).await;
    first.die();
    let mut program = stores.start(&Fuse::new(None, None));
    let other = Undoing::Last(Some(key("memcells:6979da5797f9041fc0aa0640")));
    let failure = look(&mut program, other).await.unwrap_err();
    assert!(failure.said.contains("there is no write"));
    let found = look(&mut program, Undoing::Last(Some(key(KEY)))).await;
    assert_eq!(found.unwrap().plan.unwrap().action, Action::Undo);
}

/// The same session, at a node that starts later than everything that was written.
fn blind(stores: &Stores) -> Stores {
    let values = Arc::new(MemoryValues::new("stream"));
    values.skip(9);
    values.set_window(Some(true), Some(9));
    Stores {
        values,
        ..stores.clone()
    }
}

#[tokio::test(start_paused = true)]
#[expect(
    clippy::redundant_closure_for_method_calls,
    reason = "the method itself is of one lifetime"
)]
async fn a_value_that_the_node_does_not_see_is_not_taken_for_somebody_elses() {
    for kind in ["edit", "delete", "rebuild", "mark"] {
        let stores = Stores::with_document();
        if kind == "rebuild" {
            let id = key(KEY).id_candidates().remove(0);
            stores.index.remove(&key(KEY).collection, &id);
        }
        let mut program = stores.start(&Fuse::new(None, None));
        let plan = match kind {
            "edit" => {
                let make = |desk: plan::Desk<'_>| desk.edit(&typed(r#"["one"]"#));
                program.plan(&key(KEY), make).await
            }
            "delete" => program.plan(&key(KEY), |desk| desk.delete()).await,
            "rebuild" => program.plan(&key(KEY), plan::rebuild).await,
            _ => {
                let make = |desk: plan::Desk<'_>| plan::soft_delete(desk, None);
                program.plan(&key(KEY), make).await
            }
        };
        let written = program.write(plan.unwrap()).await.unwrap();
        assert_eq!(written.ending, Ending::Done, "{}", written.said);
        program.die();

        let mut program = blind(&stores).start(&Fuse::new(None, None));
        let which = Undoing::Last(Some(key(KEY)));
        let undo = look(&mut program, which).await.unwrap();
        match (kind, undo.plan) {
            // MongoDB alone holds the marks.
            ("mark", plan) => assert_eq!(plan.unwrap().action, Action::Undo),
            (_, plan) => {
                let refusal = plan.unwrap_err();
                assert_eq!(refusal.why, Why::Unseen, "{kind}: {refusal}");
                // Of a write of MongoDB alone the journal knows no version to look for.
                let told = refusal.said.contains("the node starts at 9");
                assert!(told || kind != "rebuild", "{refusal}");
            }
        }
    }
}

async fn history(program: &mut Program, from: Option<u64>, limit: usize) -> Versions {
    let spec = TaskSpec::History {
        key: key(KEY),
        from: from.map(Version),
        limit,
    };
    match program.ask(spec).await {
        Some(Ok(Outcome::Versions(versions))) => *versions,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn the_history_tells_tombstones_and_comes_in_pages() {
    let stores = Stores::with_document();
    let mut program = stores.start(&Fuse::new(None, None));
    let before = program.inspect(&key(KEY)).await.document;
    let delete = desk(&before).delete().unwrap();
    let written = program.write(delete).await.unwrap();
    let first = history(&mut program, None, 2).await;
    let versions = |versions: &Versions| {
        let rows = versions.page.rows.iter();
        rows.map(|head| match head {
            Head::Absent => (0, None),
            Head::Tombstone(version) => (version.0, None),
            Head::Value { version, size } => (version.0, Some(*size)),
        })
        .collect::<Vec<_>>()
    };
    assert_eq!(versions(&first)[0], (3, None));
    assert_eq!(versions(&first)[1].0, 2);
    assert!(first.page.more);
    let rest = history(&mut program, Some(1), 2).await;
    assert_eq!(versions(&rest)[0].0, 1);
    assert!(!rest.page.more && versions(&rest).len() == 1);
    assert_eq!(stores.lite(), None);

    // The node keeps no times; the journal knows that of its own write, here and in the history.
    let seen = program.inspect(&key(KEY)).await;
    let Some(When::Journal { intent, .. }) = &seen.deleted else {
        panic!("{:?}", seen.deleted)
    };
    assert_eq!(Some(intent), written.intent.as_ref());
    assert_eq!(first.deleted, [(Version(3), seen.deleted.clone().unwrap())]);
    assert_eq!(rest.deleted, []);
    stores.values.delete(KEY);
    let seen = program.inspect(&key(KEY)).await;
    assert_eq!(
        seen.deleted,
        Some(When::Unknown),
        "that one was somebody else's"
    );
}
