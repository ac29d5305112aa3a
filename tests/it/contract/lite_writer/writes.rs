//! What a write leaves behind, and what refuses it.

use dualscope::domain::Bson;
use dualscope::domain::bson::Document;
use dualscope::domain::plan::LiteWrite;
use dualscope::store::error::{Kind, Retry};

use super::super::index::document;
use super::{
    Fixture, NAME, assert_refused, assert_same, attempt, int, one, read, set, stored, text, unset,
    write,
};

pub(super) async fn an_update_changes_its_fields_alone(fixture: &dyn Fixture) {
    let before = stored(
        fixture,
        one([
            ("z", Bson::Int64(1)),
            ("a", int(1)),
            ("m", Bson::Null),
            ("b", int(1)),
        ]),
    )
    .await;
    let change = LiteWrite::Update(vec![
        ("b".to_owned(), Some(text("new"))),
        ("a".to_owned(), Some(Bson::Null)),
    ]);
    assert!(write(fixture, &before, &change).await);
    let expected = one([
        ("z", Bson::Int64(1)),
        ("a", Bson::Null),
        ("m", Bson::Null),
        ("b", text("new")),
    ]);
    let after = read(fixture, &int(1)).await;
    assert_same(after.as_ref(), Some(&expected));
    assert!(change.is(after.as_ref()));
}

pub(super) async fn a_type_can_be_changed_alone(fixture: &dyn Fixture) {
    for (from, to) in [
        (int(1), Bson::Int64(1)),
        (Bson::Int64(1), Bson::Double(1.0)),
        (Bson::Double(0.0), Bson::Double(-0.0)),
        (Bson::Null, Bson::Bool(false)),
    ] {
        let before = stored(fixture, one([("a", from)])).await;
        assert!(write(fixture, &before, &set("a", to.clone())).await);
        assert_same(
            read(fixture, &int(1)).await.as_ref(),
            Some(&one([("a", to)])),
        );
    }
}

pub(super) async fn a_field_is_taken_away(fixture: &dyn Fixture) {
    let before = stored(fixture, one([("a", int(1)), ("b", int(2)), ("c", int(3))])).await;
    let change = LiteWrite::Update(vec![
        ("b".to_owned(), None),
        ("c".to_owned(), Some(int(4))),
        ("never".to_owned(), None),
    ]);
    assert!(write(fixture, &before, &change).await);
    let after = read(fixture, &int(1)).await;
    assert_same(after.as_ref(), Some(&one([("a", int(1)), ("c", int(4))])));
}

pub(super) async fn an_update_to_what_is_already_so_is_done(fixture: &dyn Fixture) {
    let before = stored(fixture, one([("a", int(1))])).await;
    assert!(write(fixture, &before, &set("a", int(1))).await);
    assert!(write(fixture, &before, &unset("b")).await);
    assert_same(read(fixture, &int(1)).await.as_ref(), Some(&before.fields));
}

pub(super) async fn an_update_of_nothing_tells_whether_the_guard_holds(fixture: &dyn Fixture) {
    let before = stored(fixture, one([("a", int(1))])).await;
    let nothing = LiteWrite::Update(Vec::new());
    assert!(write(fixture, &before, &nothing).await);
    fixture.put(one([("a", int(2))])).await;
    assert_refused(fixture, &before, &nothing).await;
}

pub(super) async fn a_removed_document_is_gone(fixture: &dyn Fixture) {
    let before = stored(fixture, one([("a", int(1))])).await;
    let mut other = one([]);
    other.0[0].1 = int(2);
    let other = stored(fixture, other).await;
    assert!(write(fixture, &before, &LiteWrite::Remove).await);
    assert_eq!(read(fixture, &int(1)).await, None);
    assert_eq!(read(fixture, &int(2)).await, Some(other));
}

pub(super) async fn to_remove_what_is_not_there_is_done(fixture: &dyn Fixture) {
    let done = attempt(fixture, &int(1), None, &LiteWrite::Remove).await;
    assert_eq!(done, Ok(true));
    let there = stored(fixture, one([])).await;
    let done = attempt(fixture, &int(1), None, &LiteWrite::Remove).await;
    assert_eq!(done, Ok(false), "nobody has read this one");
    assert_eq!(read(fixture, &int(1)).await, Some(there));
}

async fn collections(fixture: &dyn Fixture) -> Vec<String> {
    let entries = fixture.index().collections().await.unwrap();
    entries
        .iter()
        .map(|entry| entry.name.as_str().to_owned())
        .collect()
}

pub(super) async fn an_insert_makes_its_collection(fixture: &dyn Fixture) {
    let id_last = document! { "a": int(1), "_id": text("x") };
    let insert = LiteWrite::Insert(id_last);
    assert_eq!(attempt(fixture, &text("x"), None, &insert).await, Ok(true));
    assert_eq!(collections(fixture).await, [NAME]);
    let after = read(fixture, &text("x")).await;
    let expected: Document = document! { "_id": text("x"), "a": int(1) };
    assert_same(after.as_ref(), Some(&expected));
    assert!(insert.is(after.as_ref()));
}

pub(super) async fn a_refused_write_makes_no_collection(fixture: &dyn Fixture) {
    let gone = dualscope::domain::Lite::new(one([("a", int(1))]));
    assert!(!write(fixture, &gone, &set("a", int(2))).await);
    assert!(!write(fixture, &gone, &LiteWrite::Remove).await);
    assert_eq!(collections(fixture).await, Vec::<String>::new());
}

pub(super) async fn a_soft_delete_and_back(fixture: &dyn Fixture) {
    let marks = |at, by, id| {
        [("deleted_at", at), ("deleted_by", by), ("deleted_id", id)]
            .map(|(name, value): (&str, Bson)| (name.to_owned(), Some(value)))
            .to_vec()
    };
    let alive = one([
        ("timestamp", Bson::Date(-1)),
        ("deleted_at", Bson::Null),
        ("deleted_by", Bson::Null),
        ("deleted_id", int(0)),
    ]);
    let before = stored(fixture, alive.clone()).await;
    let number = Bson::Int64(1_768_918_388_412_907);
    let delete = marks(Bson::Date(1_768_918_388_412), text("me"), number);
    assert!(write(fixture, &before, &LiteWrite::Update(delete)).await);
    let deleted = read(fixture, &int(1)).await.unwrap();
    assert!(deleted.is_soft_deleted());
    assert_refused(fixture, &before, &set("timestamp", Bson::Date(5))).await;
    let restore = marks(Bson::Null, Bson::Null, int(0));
    assert!(write(fixture, &deleted, &LiteWrite::Update(restore)).await);
    assert_same(read(fixture, &int(1)).await.as_ref(), Some(&alive));
}

/// Refused by the index over `user_id` and `version`; names both and shows no value.
async fn assert_twin(
    fixture: &dyn Fixture,
    before: Option<&dualscope::domain::Lite>,
    write: &LiteWrite,
) {
    let id = before.map_or_else(|| int(2), |lite| lite.id.clone());
    let there = read(fixture, &id).await;
    let fault = attempt(fixture, &id, before, write).await.unwrap_err();
    assert_eq!(
        (fault.kind, fault.retry),
        (Kind::Conflict, Retry::Never),
        "{fault}"
    );
    for word in ["user_id, version", "user_id_1_version_1", NAME] {
        assert!(fault.message.contains(word), "{fault}");
    }
    assert!(!fault.to_string().contains("private"), "{fault}");
    assert_eq!(read(fixture, &id).await, there);
}

fn versioned(id: i32, user: Bson, version: Bson) -> Document {
    document! { "_id": int(id), "user_id": user, "version": version }
}

pub(super) async fn a_unique_index_refuses_an_insert(fixture: &dyn Fixture) {
    fixture.unique(&["user_id", "version"]).await;
    fixture
        .put(versioned(1, text("private index: x dup key: y"), text("1")))
        .await;
    let twin = versioned(2, text("private index: x dup key: y"), text("1"));
    assert_twin(fixture, None, &LiteWrite::Insert(twin)).await;
    let next = LiteWrite::Insert(versioned(2, text("private"), text("2")));
    assert_eq!(attempt(fixture, &int(2), None, &next).await, Ok(true));
}

pub(super) async fn a_unique_index_refuses_an_update(fixture: &dyn Fixture) {
    fixture.unique(&["user_id", "version"]).await;
    fixture.put(versioned(1, text("private"), text("1"))).await;
    let before = stored(fixture, versioned(2, text("private"), text("2"))).await;
    assert_twin(fixture, Some(&before), &set("version", text("1"))).await;
    assert!(write(fixture, &before, &set("version", text("3"))).await);
}

pub(super) async fn numbers_of_two_types_meet_in_a_unique_index(fixture: &dyn Fixture) {
    fixture.unique(&["user_id", "version"]).await;
    fixture.put(versioned(1, text("private"), int(1))).await;
    let twin = versioned(2, text("private"), Bson::Double(1.0));
    assert_twin(fixture, None, &LiteWrite::Insert(twin)).await;
}

pub(super) async fn missing_and_null_meet_in_a_unique_index(fixture: &dyn Fixture) {
    fixture.unique(&["user_id", "version"]).await;
    fixture.put(versioned(1, text("private"), Bson::Null)).await;
    let twin = document! { "_id": int(2), "user_id": text("private") };
    assert_twin(fixture, None, &LiteWrite::Insert(twin)).await;
    let before = stored(fixture, versioned(2, text("private"), int(1))).await;
    assert_twin(fixture, Some(&before), &unset("version")).await;
}
