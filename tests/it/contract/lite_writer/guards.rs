//! A write is done only to what was read.

use dualscope::domain::Bson;
use dualscope::domain::plan::LiteWrite;
use dualscope::store::error::{Kind, Retry};

use super::{
    Fixture, assert_refused, assert_same, attempt, int, one, read, set, stored, text, unset, write,
};

pub(super) async fn a_field_that_changed_refuses_the_write(fixture: &dyn Fixture) {
    for write in [
        set("a", int(9)),
        set("c", int(9)),
        unset("a"),
        LiteWrite::Remove,
    ] {
        let before = stored(fixture, one([("a", int(1)), ("b", int(1))])).await;
        fixture.put(one([("a", int(1)), ("b", int(2))])).await;
        assert_refused(fixture, &before, &write).await;
    }
}

pub(super) async fn a_field_that_went_refuses_the_write(fixture: &dyn Fixture) {
    for write in [
        set("a", int(9)),
        set("b", int(9)),
        unset("b"),
        LiteWrite::Remove,
    ] {
        let before = stored(fixture, one([("a", int(1)), ("b", int(1))])).await;
        fixture.put(one([("a", int(1))])).await;
        assert_refused(fixture, &before, &write).await;
    }
}

pub(super) async fn a_document_that_went_refuses_the_write(fixture: &dyn Fixture) {
    for write in [set("a", int(9)), LiteWrite::Remove] {
        let before = stored(fixture, one([("a", int(1))])).await;
        fixture.take(&int(1)).await;
        assert_refused(fixture, &before, &write).await;
        assert_eq!(read(fixture, &int(1)).await, None);
    }
}

pub(super) async fn a_field_that_came_elsewhere_does_not_matter(fixture: &dyn Fixture) {
    let before = stored(fixture, one([("a", int(1))])).await;
    fixture
        .put(one([("new", text("kept")), ("a", int(1))]))
        .await;
    assert!(write(fixture, &before, &set("a", int(2))).await);
    let expected = one([("new", text("kept")), ("a", int(2))]);
    assert_same(read(fixture, &int(1)).await.as_ref(), Some(&expected));
}

pub(super) async fn a_field_that_came_where_the_write_writes_refuses_it(fixture: &dyn Fixture) {
    for came in [int(5), Bson::Null, text("")] {
        let before = stored(fixture, one([("a", int(1))])).await;
        fixture.put(one([("a", int(1)), ("b", came)])).await;
        assert_refused(fixture, &before, &set("b", int(2))).await;
        assert_refused(fixture, &before, &unset("b")).await;
    }
}

pub(super) async fn a_null_that_went_is_still_unset(fixture: &dyn Fixture) {
    let before = stored(fixture, one([("a", Bson::Null), ("b", int(1))])).await;
    fixture.put(one([("b", int(1))])).await;
    assert!(write(fixture, &before, &set("a", int(2))).await);
    let expected = one([("b", int(1)), ("a", int(2))]);
    assert_same(read(fixture, &int(1)).await.as_ref(), Some(&expected));
    let before = stored(fixture, one([("a", Bson::Null)])).await;
    fixture.put(one([])).await;
    assert!(write(fixture, &before, &LiteWrite::Remove).await);
}

pub(super) async fn a_null_that_came_is_a_change(fixture: &dyn Fixture) {
    let before = stored(fixture, one([("a", int(1))])).await;
    fixture.put(one([("a", Bson::Null)])).await;
    assert_refused(fixture, &before, &set("b", int(2))).await;
    assert_refused(fixture, &before, &LiteWrite::Remove).await;
}

pub(super) async fn what_changed_is_not_removed(fixture: &dyn Fixture) {
    let before = stored(fixture, one([("a", text("old"))])).await;
    fixture.put(one([("a", text("new"))])).await;
    assert_refused(fixture, &before, &LiteWrite::Remove).await;
}

pub(super) async fn a_field_that_came_saves_its_document(fixture: &dyn Fixture) {
    let before = stored(fixture, one([("a", int(1))])).await;
    fixture
        .put(one([("a", int(1)), ("precious", text("words"))]))
        .await;
    assert_refused(fixture, &before, &LiteWrite::Remove).await;
}

pub(super) async fn an_insert_never_replaces(fixture: &dyn Fixture) {
    let there = one([("a", int(1))]);
    fixture.put(there.clone()).await;
    for mine in [one([("a", int(2))]), there.clone()] {
        let insert = LiteWrite::Insert(mine);
        assert_eq!(attempt(fixture, &int(1), None, &insert).await, Ok(false));
        assert_same(read(fixture, &int(1)).await.as_ref(), Some(&there));
    }
    // To MongoDB the numbers of all types are one `_id`.
    let mut other = one([("a", int(2))]);
    other.0[0].1 = Bson::Int64(1);
    let insert = LiteWrite::Insert(other);
    assert_eq!(
        attempt(fixture, &Bson::Int64(1), None, &insert).await,
        Ok(false)
    );
    assert_same(read(fixture, &int(1)).await.as_ref(), Some(&there));
}

pub(super) async fn of_two_racing_writers_one_wins(fixture: &dyn Fixture) {
    let mut before = stored(fixture, one([("turn", int(0))])).await;
    for turn in 1..=20 {
        let (left, right) = (set("turn", int(turn)), set("turn", int(-turn)));
        let (left, right) = tokio::join!(
            attempt(fixture, &before.id, Some(&before), &left),
            attempt(fixture, &before.id, Some(&before), &right),
        );
        let (left, right) = (left.unwrap(), right.unwrap());
        assert!(left != right, "turn {turn}: {left} and {right}");
        let won = if left { turn } else { -turn };
        before = read(fixture, &int(1)).await.unwrap();
        assert_eq!(before.get("turn"), Some(&int(won)));
    }
}

pub(super) async fn of_two_racing_inserts_one_wins(fixture: &dyn Fixture) {
    for id in 1..=20 {
        let insert = |by| {
            let mut document = one([("by", int(by))]);
            document.0[0].1 = int(id);
            LiteWrite::Insert(document)
        };
        let (one, two, id) = (insert(1), insert(2), int(id));
        let (left, right) = tokio::join!(
            attempt(fixture, &id, None, &one),
            attempt(fixture, &id, None, &two),
        );
        let (left, right) = (left.unwrap(), right.unwrap());
        assert!(left != right, "{id}: {left} and {right}");
        let there = read(fixture, &id).await.unwrap();
        assert_eq!(there.get("by"), Some(&int(if left { 1 } else { 2 })));
    }
}

pub(super) async fn a_write_that_contradicts_itself_is_a_fault(fixture: &dyn Fixture) {
    let there = one([("a", int(1))]);
    let before = stored(fixture, there.clone()).await;
    let anonymous = LiteWrite::Insert(dualscope::domain::bson::Document::default());
    for (before, write) in [
        (None, set("a", int(2))),
        (None, anonymous),
        (Some(&before), set("_id", int(2))),
        (Some(&before), LiteWrite::Insert(there.clone())),
    ] {
        let fault = attempt(fixture, &int(1), before, &write).await.unwrap_err();
        assert_eq!(
            (fault.kind, fault.retry),
            (Kind::Bug, Retry::Never),
            "{fault}"
        );
    }
    let other = attempt(fixture, &int(2), Some(&before), &LiteWrite::Remove).await;
    assert_eq!(other.unwrap_err().kind, Kind::Bug);
    assert_same(read(fixture, &int(1)).await.as_ref(), Some(&there));
}
