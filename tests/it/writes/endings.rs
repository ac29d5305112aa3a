//! How a write can end otherwise than done, and what it leaves then.

use std::sync::Arc;
use std::time::Duration;

use dualscope::domain::intent::{Decision, Ending, Fact};
use dualscope::domain::plan::{Refusal, Why};
use dualscope::domain::{Bson, Codec, Collection, State, Version};
use dualscope::task::event::Outcome;
use dualscope::task::spec::TaskSpec;
use pretty_assertions::assert_eq;

use super::{edit, resume, typed};
use crate::support::writing::{Fuse, KEY, Stores, first_lite, first_text, key, text, typed_text};

async fn refusal_of(text: &str) -> Refusal {
    let stores = Stores::with_document();
    let mut program = stores.start(&Fuse::new(None, None));
    program
        .plan(&key(KEY), |desk| desk.edit(&typed(text)))
        .await
        .unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn a_text_that_this_key_cannot_hold_is_refused_with_its_place() {
    for (from, to, said) in [
        (
            "\"id\":\"6979da5797f9041fc0aa063f\"",
            "\"id\":\"6979da5797f9041fc0aa0000\"",
            "`id` must stay",
        ),
        (
            "\"summary\"",
            "\"_id\":1,\"summary\"",
            "`_id` is MongoDB's name",
        ),
        (
            "\"timestamp\":\"2026-01-20T13:59:00.123456+00:00\",",
            "",
            "required field timestamp is missing",
        ),
        (
            "[\"alice\",\"bob\"]",
            "\"alice\"",
            "participants is text, should be an array of texts",
        ),
        (
            "\"deleted_id\":0",
            "\"deleted_id\":1",
            "MongoDB alone decides it",
        ),
        ("\"deleted_by\":null,", "", "MongoDB alone decides it"),
        ("\"number\":1", "\"number\":01", "not JSON"),
    ] {
        let text = first_text().replace(from, to);
        assert_ne!(text, first_text(), "{from}");
        let refusal = refusal_of(&text).await;
        assert_eq!(refusal.why, Why::Invalid, "{refusal}");
        assert!(refusal.said.contains(said), "{refusal}");
    }
    assert_eq!(refusal_of("{\n\"a\":}").await.place, Some((2, 5)));
}

#[tokio::test(start_paused = true)]
async fn a_value_that_is_too_large_is_refused_before_anything_is_written_down() {
    let stores = Stores::with_document();
    let mut program = stores.start(&Fuse::new(None, None));
    let long = typed_text().replace("lunch at noon", &"x".repeat(100_000));
    let plan = program
        .plan(&key(KEY), |desk| desk.edit(&typed(&long)))
        .await
        .unwrap();
    let written = program.write(plan).await.unwrap();
    assert_eq!((written.ending, written.intent), (Ending::Refused, None));
    assert!(
        written.said.contains("at most 100000 can be written"),
        "{}",
        written.said
    );
    assert!(stores.paper.facts().is_empty());
}

#[tokio::test(start_paused = true)]
async fn somebody_elses_write_before_ours_is_a_conflict_and_stays() {
    let stores = Stores::with_document();
    let mut program = stores.start(&Fuse::new(None, None));
    let plan = edit(&mut program).await;
    let theirs = Codec::Base64.encode(&text(r#"["theirs"]"#, "2026-02-01T00:00:00+00:00"));
    stores.values.put(KEY, theirs.clone());
    let written = program.write(plan).await.unwrap();
    assert_eq!(written.ending, Ending::Conflict, "{}", written.said);
    assert_eq!(stores.bytes().unwrap().as_ref(), theirs);
    assert_eq!(stores.lite().unwrap().fields, first_lite());
}

#[tokio::test(start_paused = true)]
async fn a_value_that_is_not_applied_in_time_is_left_and_finished_later() {
    let stores = Stores::with_document();
    stores.values.set_delay(None);
    let mut program = stores.start(&Fuse::new(None, None));
    let plan = edit(&mut program).await;
    let written = program.write(plan).await.unwrap();
    assert_eq!(written.ending, Ending::NotApplied, "{}", written.said);
    assert!(
        written.said.contains("not applied after 3.0 s"),
        "{}",
        written.said
    );
    assert_eq!(
        stores.lite().unwrap().fields,
        first_lite(),
        "MongoDB waits for the value"
    );

    let intent = written.intent.unwrap();
    let other = edit(&mut program).await;
    program.begin(resume(&intent, Decision::Finish));
    let (plan, undoes) = (Arc::new(other), None);
    let refused = program.ask(TaskSpec::Write { plan, undoes }).await;
    let Some(Err(refused)) = refused else {
        panic!("{refused:?}")
    };
    assert!(
        refused.said.contains("is writing this document"),
        "{refused:?}"
    );
    program.end().await.unwrap().unwrap();

    stores.values.apply_all();
    let finish = resume(&intent, Decision::Finish);
    let resumed = program.take_up(finish).await.unwrap();
    assert_eq!(resumed.ending, Ending::Done, "{}", resumed.said);
    assert_eq!(program.state(&key(KEY)).await, State::Agrees);
    let submitted = stores
        .paper
        .facts()
        .iter()
        .filter(|fact| matches!(fact, Fact::Submitting { .. }))
        .count();
    assert_eq!(submitted, 1, "nothing was sent twice");
}

#[tokio::test(start_paused = true)]
async fn a_deadline_can_be_extended_while_it_runs() {
    let stores = Stores::with_document();
    stores.values.set_delay(Some(Duration::from_secs(5)));
    let mut program = stores.start(&Fuse::new(None, None));
    let plan = edit(&mut program).await;
    let plan = Arc::new(plan);
    let task = program.begin(TaskSpec::Write { plan, undoes: None });
    // it would be given up after 3 s
    tokio::time::sleep(Duration::from_secs(2)).await;
    program.extend(task);
    let Some(Ok(Outcome::Written(written))) = program.end().await else {
        panic!("no end")
    };
    assert_eq!(written.ending, Ending::Done, "{}", written.said);
}

#[tokio::test(start_paused = true)]
async fn a_transaction_that_the_node_drops_is_named_with_the_nodes_reason() {
    let stores = Stores::with_document();
    stores.values.set_delay(Some(Duration::from_secs(1)));
    let mut program = stores.start(&Fuse::new(None, None));
    let plan = edit(&mut program).await;
    let values = Arc::clone(&stores.values);
    let drop_it = async move {
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert!(values.refuse(Version(3), "SenderNoWritePermission"));
    };
    let (written, ()) = tokio::join!(program.write(plan), drop_it);
    let written = written.unwrap();
    assert_eq!(written.ending, Ending::Dropped);
    assert!(
        written.said.contains("SenderNoWritePermission"),
        "{}",
        written.said
    );
    assert_eq!(stores.lite().unwrap().fields, first_lite());
}

#[tokio::test(start_paused = true)]
async fn a_unique_index_refuses_before_the_value_is_written() {
    let stores = Stores::with_document();
    let metas = Collection::new("conversation_metas");
    stores.index.add_index(
        &metas,
        dualscope::store::port::IndexEntry::plain("group_id_1", &["group_id"], true),
    );
    let other = crate::support::writing::fields(&[
        (
            "_id",
            Bson::object_id_from_hex("6979da5797f9041fc0aa0001").unwrap(),
        ),
        ("group_id", Bson::String("g1".into())),
    ]);
    stores.index.put(&metas, other);
    let mut program = stores.start(&Fuse::new(None, None));
    let key = key("conversation_metas:6979da5797f9041fc0aa0002");
    let model = dualscope::domain::Catalog::builtin().get(&metas).unwrap();
    let mut text = String::from(r#"{"group_id":"g1""#);
    for field in model
        .lite
        .iter()
        .chain(&model.full)
        .filter(|field| field.is_required() && field.name != "_id" && field.name != "group_id")
    {
        use dualscope::domain::model::FieldType;
        let value = match field.kind {
            FieldType::Date => r#""2026-01-20T13:59:00+00:00""#,
            FieldType::Int | FieldType::Float => "1",
            FieldType::Bool => "true",
            FieldType::Strings => "[]",
            FieldType::Nested => "{}",
            _ => r#""x""#,
        };
        text += &[",\"", &field.name, "\":", value].concat();
    }
    text.push('}');
    let plan = program
        .plan(&key, |desk| desk.edit(&typed(&text)))
        .await
        .unwrap();
    let written = program.write(plan).await.unwrap();
    assert_eq!(written.ending, Ending::Refused, "{}", written.said);
    assert!(
        written
            .said
            .contains("same group_id (unique index group_id_1)"),
        "{}",
        written.said
    );
    assert_eq!(stores.values.log().len(), 2, "no value was written");
}
