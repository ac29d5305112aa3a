//! Writes on the stores in memory: what each kind leaves in both stores, and how each can end.

mod alone;
mod behind;
mod between;
mod clock;
mod endings;
mod given_up;
mod indexes;
mod judged;
mod lost;
mod once;
mod passed;
mod reopened;
mod resumed;
mod shared;
mod standing;
mod untold;

use dualscope::domain::intent::{Decision, Ending, IntentId};
use dualscope::domain::plan::{self, LiteWrite, Plan, Typed, Why};
use dualscope::domain::{Bson, Codec, Collection, State, Stored, Version};
use dualscope::task::event::{OpenIntent, Outcome};
use dualscope::task::spec::TaskSpec;
use pretty_assertions::assert_eq;

use crate::support::writing::{
    Fuse, KEY, NOW, Program, Stores, desk, first_lite, first_text, key, text, typed_text,
};

pub(super) fn typed(text: &str) -> Typed {
    Typed {
        text: text.into(),
        as_is: false,
    }
}

/// The plan of the edit that most of these write.
pub(super) async fn edit(program: &mut Program) -> Plan {
    program
        .plan(&key(KEY), |desk| desk.edit(&typed(&typed_text())))
        .await
        .unwrap()
}

pub(super) async fn open(program: &mut Program) -> Vec<OpenIntent> {
    match program.ask(TaskSpec::Survey).await {
        Some(Ok(Outcome::Open(open, _))) => open,
        other => panic!("{other:?}"),
    }
}

/// Takes a write of [`KEY`] up again.
pub(super) fn resume(intent: &IntentId, decision: Decision) -> TaskSpec {
    TaskSpec::Resume {
        intent: intent.clone(),
        key: key(KEY),
        decision,
    }
}

fn stamped() -> String {
    text(r#"["lunch","tuesday"]"#, "2026-01-20T14:13:08.412907+00:00")
}

#[tokio::test(start_paused = true)]
async fn an_edit_changes_one_member_in_both_stores_and_nothing_else() {
    let stores = Stores::with_document();
    let mut program = stores.start(&Fuse::new(None, None));
    let plan = edit(&mut program).await;
    let Some(LiteWrite::Update(fields)) = &plan.lite else {
        panic!("{plan:?}")
    };
    let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["keywords", "updated_at"]);

    let written = program.write(plan).await.unwrap();
    assert_eq!(
        (written.ending, written.version),
        (Ending::Done, Some(Version(3))),
        "{}",
        written.said
    );
    assert_eq!(program.state(&key(KEY)).await, State::Agrees);
    // Byte for byte what was typed, with the time of the write in one place.
    assert_eq!(
        stores.bytes().unwrap().as_ref(),
        Codec::Base64.encode(&stamped())
    );
    let mut lite = first_lite();
    lite.0
        .iter_mut()
        .find(|(name, _)| name == "keywords")
        .unwrap()
        .1 = Bson::Array(vec![
        Bson::String("lunch".into()),
        Bson::String("tuesday".into()),
    ]);
    lite.0
        .iter_mut()
        .find(|(name, _)| name == "updated_at")
        .unwrap()
        .1 = Bson::Date(NOW.div_euclid(1000));
    assert_eq!(stores.lite().unwrap().fields, lite);
}

#[tokio::test(start_paused = true)]
async fn editing_nothing_writes_nothing() {
    let stores = Stores::with_document();
    let mut program = stores.start(&Fuse::new(None, None));
    let refusal = program
        .plan(&key(KEY), |desk| desk.edit(&typed(&first_text())))
        .await
        .unwrap_err();
    assert_eq!(refusal.why, Why::Nothing);
    assert!(stores.paper.facts().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_difference_that_was_there_before_is_not_settled_by_an_edit() {
    let stores = Stores::with_document();
    let mut lite = first_lite();
    lite.0
        .iter_mut()
        .find(|(name, _)| name == "group_id")
        .unwrap()
        .1 = Bson::String("g2".into());
    stores.index.put(&Collection::new("memcells"), lite);
    let mut program = stores.start(&Fuse::new(None, None));
    let plan = edit(&mut program).await;
    assert_eq!(program.write(plan).await.unwrap().ending, Ending::Done);
    assert_eq!(
        stores.lite().unwrap().get("group_id"),
        Some(&Bson::String("g2".into()))
    );
    assert_eq!(program.state(&key(KEY)).await, State::Drifted);
}

#[tokio::test(start_paused = true)]
async fn a_delete_leaves_a_tombstone_and_no_document_and_its_undo_brings_both_back() {
    let stores = Stores::with_document();
    let mut program = stores.start(&Fuse::new(None, None));
    let before = program.inspect(&key(KEY)).await.document;
    let delete = desk(&before).delete().unwrap();
    let written = program.write(delete.clone()).await.unwrap();
    assert_eq!(written.ending, Ending::Done, "{}", written.said);
    assert_eq!(stores.bytes().unwrap().len(), 0);
    assert_eq!(stores.lite(), None);

    let now = desk(&program.inspect(&key(KEY)).await.document).before;
    let undo = plan::inverse(&delete, written.version, now).unwrap();
    assert_eq!(
        program.write(undo.clone()).await.unwrap().ending,
        Ending::Done
    );
    assert_eq!(
        stores.bytes().unwrap().as_ref(),
        Codec::Base64.encode(&first_text())
    );
    assert_eq!(stores.lite().unwrap().fields, first_lite());

    // And the undo of the undo deletes again.
    let now = desk(&program.inspect(&key(KEY)).await.document).before;
    let redo = plan::inverse(&undo, None, now).unwrap();
    assert_eq!(redo.action, plan::Action::Redo);
    assert_eq!(program.write(redo).await.unwrap().ending, Ending::Done);
    assert_eq!((stores.bytes().unwrap().len(), stores.lite()), (0, None));
}

#[tokio::test(start_paused = true)]
async fn an_undo_refuses_to_take_back_what_somebody_built_on() {
    let stores = Stores::with_document();
    let mut program = stores.start(&Fuse::new(None, None));
    let edit = program
        .plan(&key(KEY), |desk| desk.edit(&typed(&typed_text())))
        .await
        .unwrap();
    let written = program.write(edit.clone()).await.unwrap();
    stores.values.put(
        KEY,
        Codec::Base64.encode(&text(r#"["theirs"]"#, "2026-02-01T00:00:00+00:00")),
    );
    let now = desk(&program.inspect(&key(KEY)).await.document).before;
    let refusal = plan::inverse(&edit, written.version, now).unwrap_err();
    assert_eq!(refusal.why, Why::Superseded);
}

#[tokio::test(start_paused = true)]
async fn a_soft_delete_sets_three_marks_and_a_restore_takes_them_back() {
    let stores = Stores::with_document();
    let mut program = stores.start(&Fuse::new(None, None));
    let plan = program
        .plan(&key(KEY), |desk| plan::soft_delete(desk, Some("carol")))
        .await
        .unwrap();
    assert_eq!(program.write(plan).await.unwrap().ending, Ending::Done);
    let lite = stores.lite().unwrap();
    assert_eq!(
        lite.get("deleted_at"),
        Some(&Bson::Date(NOW.div_euclid(1000)))
    );
    assert_eq!(lite.get("deleted_by"), Some(&Bson::String("carol".into())));
    assert_eq!(lite.get("deleted_id"), Some(&Bson::Int64(NOW)));
    assert_eq!(
        lite.get("updated_at"),
        first_lite().get("updated_at"),
        "a mark is no edit"
    );
    assert_eq!(program.state(&key(KEY)).await, State::SoftDeleted);

    let plan = program.plan(&key(KEY), plan::restore).await.unwrap();
    assert_eq!(program.write(plan).await.unwrap().ending, Ending::Done);
    assert_eq!(stores.lite().unwrap().fields, first_lite());
    let again = program.plan(&key(KEY), plan::restore).await.unwrap_err();
    assert_eq!(again.why, Why::Nothing);
}

#[tokio::test(start_paused = true)]
async fn a_lost_lite_document_is_made_again_from_the_value() {
    let stores = Stores::with_document();
    let id = Bson::object_id_from_hex("6979da5797f9041fc0aa063f").unwrap();
    stores.index.remove(&Collection::new("memcells"), &id);
    let mut program = stores.start(&Fuse::new(None, None));
    assert_eq!(program.state(&key(KEY)).await, State::Orphan);
    let plan = program.plan(&key(KEY), plan::rebuild).await.unwrap();
    assert_eq!(program.write(plan).await.unwrap().ending, Ending::Done);
    assert_eq!(program.state(&key(KEY)).await, State::Agrees);
    let lite = stores.lite().unwrap();
    let mut names: Vec<_> = lite.fields.0.iter().map(|(name, _)| name.clone()).collect();
    let mut wanted: Vec<_> = first_lite().0.into_iter().map(|(name, _)| name).collect();
    names.sort();
    wanted.sort();
    assert_eq!(names, wanted);
    for (name, value) in first_lite().0 {
        assert_eq!(lite.get(&name), Some(&value), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_text_date_in_mongodb_is_made_a_date_and_nothing_else_changes() {
    let stores = Stores::with_document();
    let mut lite = first_lite();
    lite.0
        .iter_mut()
        .find(|(name, _)| name == "timestamp")
        .unwrap()
        .1 = Bson::String("2026-01-20T13:59:00.123456+00:00".into());
    stores.index.put(&Collection::new("memcells"), lite);
    let mut program = stores.start(&Fuse::new(None, None));
    assert_eq!(program.state(&key(KEY)).await, State::TypeDrift);
    let plan = program.plan(&key(KEY), plan::rebuild).await.unwrap();
    assert_eq!(
        plan.lite,
        Some(LiteWrite::Update(vec![(
            "timestamp".into(),
            Some(Bson::Date(1_768_917_540_123))
        )]))
    );
    assert_eq!(program.write(plan).await.unwrap().ending, Ending::Done);
    assert_eq!(stores.lite().unwrap().fields, first_lite());
}

#[tokio::test(start_paused = true)]
async fn a_new_document_is_in_both_stores_with_both_dates() {
    let stores = Stores::with_document();
    let mut program = stores.start(&Fuse::new(None, None));
    let key = key("memcells:6979da5797f9041fc0aa0000");
    let text = r#"{"created_at":null,"updated_at":null,"timestamp":"2026-01-20T13:59:00+00:00","group_id":"g9"}"#;
    let plan = program
        .plan(&key, |desk| desk.edit(&typed(text)))
        .await
        .unwrap();
    assert_eq!(plan.action, plan::Action::Create);
    let written = program.write(plan).await.unwrap();
    assert_eq!(written.ending, Ending::Done, "{}", written.said);
    let inspection = program.inspect(&key).await;
    assert_eq!(inspection.diagnosis.state, State::Agrees);
    let lite = inspection.lite().unwrap().clone();
    assert_eq!(
        lite.get("created_at"),
        Some(&Bson::Date(NOW.div_euclid(1000)))
    );
    assert_eq!(lite.get("deleted_id"), Some(&Bson::Int32(0)));
}

#[tokio::test(start_paused = true)]
async fn an_older_version_comes_back_exactly() {
    let stores = Stores::with_document();
    let mut program = stores.start(&Fuse::new(None, None));
    let old = Stored::Value {
        version: Version(1),
        full: dualscope::domain::codec::decode(
            Codec::Base64
                .encode(&text("[]", "2026-01-20T13:59:30+00:00"))
                .into(),
        ),
    };
    let plan = program
        .plan(&key(KEY), |desk| desk.put_back(&old))
        .await
        .unwrap();
    assert_eq!(program.write(plan).await.unwrap().ending, Ending::Done);
    assert_eq!(stores.bytes().unwrap(), old.full().unwrap().raw);
    assert_eq!(program.state(&key(KEY)).await, State::Agrees);
    assert_eq!(
        stores.lite().unwrap().get("keywords"),
        Some(&Bson::Array(vec![]))
    );
}

#[tokio::test(start_paused = true)]
async fn a_review_tells_what_stays_different_and_nothing_else() {
    let stores = Stores::with_document();
    let mut program = stores.start(&Fuse::new(None, None));
    let model = dualscope::domain::Catalog::builtin().get(&key(KEY).collection);
    let old = program.inspect(&key(KEY)).await.document.stored;
    let old = old.seen().unwrap().clone();
    let other = text(r#"["theirs"]"#, "2026-02-01T00:00:00+00:00").replace("\"g1\"", "\"g2\"");
    stores.values.put(KEY, Codec::Base64.encode(&other));
    let rows = program.inspect(&key(KEY)).await.diagnosis.fields;

    // the older version says what MongoDB says
    let plan = program.plan(&key(KEY), |desk| desk.put_back(&old)).await;
    assert_eq!(plan.unwrap().remaining(&rows, model), Vec::<String>::new());
    // an edit of something else settles nothing of what it does not touch
    let edited = typed(&other.replace("lunch at noon", "supper"));
    let plan = program.plan(&key(KEY), |desk| desk.edit(&edited)).await;
    assert_eq!(
        plan.unwrap().remaining(&rows, model),
        ["group_id", "keywords"]
    );
}
