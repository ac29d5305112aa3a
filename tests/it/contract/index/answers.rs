//! Everything but pages: lists, counts, single documents, types.

use std::time::Duration;

use dualscope::domain::bson::Document;
use dualscope::domain::query::{Clause, Count, Test};
use dualscope::domain::{Bson, Collection, Filter};
use tokio_util::sync::CancellationToken;

use super::{
    Fixture, NAME, collection, document, insert_ids, insert_values, int, ints, list, page,
    question, text,
};

const LONG: Duration = Duration::from_secs(30);

pub(super) async fn a_store_gives_a_sign_of_life(fixture: &dyn Fixture) {
    fixture.index().ping().await.unwrap();
}

pub(super) async fn its_address_holds_no_credentials(fixture: &dyn Fixture) {
    let index = fixture.index();
    assert!(!index.address().contains('@') && !index.address().is_empty());
    assert!(!index.database().is_empty());
}

pub(super) async fn collections_are_listed_even_empty_ones(fixture: &dyn Fixture) {
    fixture
        .insert("full", vec![document! { "_id": int(1) }])
        .await;
    fixture.insert("empty", vec![]).await;
    let mut entries = fixture.index().collections().await.unwrap();
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    let names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["empty", "full"]);
    assert!(entries.iter().all(|entry| !entry.derived));
}

pub(super) async fn a_missing_collection_is_empty(fixture: &dyn Fixture) {
    let rows = page(fixture, &question(5)).await;
    assert!(rows.rows.is_empty() && !rows.more);
    assert_eq!(fixture.index().estimate(&collection()).await.unwrap(), 0);
    assert_eq!(count(fixture, Filter::default()).await, Count::Exact(0));
}

pub(super) async fn the_estimate_counts_all(fixture: &dyn Fixture) {
    insert_ids(fixture, ints(1..=7)).await;
    assert_eq!(fixture.index().estimate(&collection()).await.unwrap(), 7);
}

async fn count(fixture: &dyn Fixture, filter: Filter) -> Count {
    let never = CancellationToken::new();
    let index = fixture.index();
    index
        .count(&collection(), &filter, LONG, &never)
        .await
        .unwrap()
}

fn at_least(number: i32) -> Filter {
    let from = Some((int(number), true));
    let clause = Clause {
        path: "v".to_owned(),
        test: Test::Range { from, to: None },
    };
    Filter {
        clauses: vec![clause],
        raw: None,
    }
}

pub(super) async fn the_count_is_exact(fixture: &dyn Fixture) {
    insert_ids(fixture, ints(1..=1001)).await;
    assert_eq!(count(fixture, Filter::default()).await, Count::Exact(1001));
}

pub(super) async fn a_count_can_be_filtered(fixture: &dyn Fixture) {
    insert_values(fixture, (1..=7).map(int)).await;
    assert_eq!(count(fixture, at_least(5)).await, Count::Exact(3));
    assert_eq!(count(fixture, at_least(9)).await, Count::Exact(0));
}

pub(super) async fn a_count_without_time_says_at_least(fixture: &dyn Fixture) {
    insert_values(fixture, (1..=7).map(int)).await;
    let never = CancellationToken::new();
    let index = fixture.index();
    let (name, filter) = (collection(), at_least(3));
    let counted = index.count(&name, &filter, Duration::ZERO, &never).await;
    // A store that needs no time may know it exactly all the same.
    match counted.unwrap() {
        Count::AtLeast(known) => assert!(known <= 5),
        other => assert_eq!(other, Count::Exact(5)),
    }
}

async fn found(fixture: &dyn Fixture, ids: &[Bson]) -> Vec<Bson> {
    let rows = fixture.index().by_ids(&collection(), ids).await.unwrap();
    let mut ids: Vec<Bson> = rows.into_iter().map(|row| row.id).collect();
    ids.sort_by_key(|id| format!("{id:?}"));
    ids
}

pub(super) async fn documents_are_found_by_ids_of_any_type(fixture: &dyn Fixture) {
    let mut all = vec![
        int(1),
        Bson::Int64(1 << 40),
        Bson::Double(2.5),
        text("1"),
        text("6979da5797f9041fc0aa063f"),
        Bson::object_id_from_hex("6979da5797f9041fc0aa063f").unwrap(),
        Bson::uuid_from_text("c9f3f8d2-6a1f-4f0e-9a61-0a4a3f6f2b11").unwrap(),
        Bson::Document(document! { "a": int(1), "b": text("x") }),
        Bson::Date(77),
        Bson::Bool(false),
        Bson::Null,
    ];
    insert_ids(fixture, all.clone()).await;
    for id in &all {
        let one = std::slice::from_ref(id);
        assert_eq!(found(fixture, one).await, one);
    }
    all.sort_by_key(|id| format!("{id:?}"));
    assert_eq!(found(fixture, &all).await, all);
}

pub(super) async fn ids_that_are_missing_are_left_out(fixture: &dyn Fixture) {
    insert_ids(fixture, ints(1..=3)).await;
    assert_eq!(found(fixture, &ints([2, 9])).await, ints([2]));
    assert_eq!(found(fixture, &[text("2")]).await, []);
    assert_eq!(found(fixture, &[]).await, []);
}

pub(super) async fn an_id_is_looked_up_by_value_across_number_types(fixture: &dyn Fixture) {
    insert_ids(fixture, ints([2])).await;
    assert_eq!(found(fixture, &[Bson::Double(2.0)]).await, ints([2]));
    assert_eq!(found(fixture, &[Bson::Int64(2)]).await, ints([2]));
}

pub(super) async fn the_index_of_ids_is_listed(fixture: &dyn Fixture) {
    insert_ids(fixture, ints([1])).await;
    let indexes = fixture.index().indexes(&collection()).await.unwrap();
    let by_id = indexes.iter().find(|index| index.fields == ["_id"]);
    assert!(by_id.is_some_and(|index| index.unique), "{indexes:?}");
}

pub(super) async fn a_cancelled_read_ends_with_an_error(fixture: &dyn Fixture) {
    insert_ids(fixture, ints(1..=3)).await;
    let cancelled = CancellationToken::new();
    cancelled.cancel();
    let index = fixture.index();
    assert!(index.page(&question(5), &cancelled).await.is_err());
    let filter = Filter::default();
    let counted = index.count(&collection(), &filter, LONG, &cancelled).await;
    assert!(counted.is_err());
}

pub(super) async fn every_type_comes_back_as_it_was_stored(fixture: &dyn Fixture) {
    let binary = |subtype, bytes: &[u8]| Bson::Binary {
        subtype,
        bytes: bytes.to_vec(),
    };
    let regex = Bson::Regex {
        pattern: "^a".to_owned(),
        options: "im".to_owned(),
    };
    let fields = document! {
        "z last in the alphabet": int(1),
        "_id": text("all"),
        "int": int(i32::MIN),
        "long": Bson::Int64(9_007_199_254_740_993),
        "small long": Bson::Int64(1),
        "double": Bson::Double(1.0),
        "infinity": Bson::Double(f64::INFINITY),
        "decimal": Bson::Decimal128("1234567890.12345678901234567890".to_owned()),
        "text": text("漢字 \u{1b}[31m 👩\u{200d}🚀 \u{0}"),
        "null": Bson::Null,
        "bool": Bson::Bool(true),
        "date": Bson::Date(1_768_918_388_412),
        "early": Bson::Date(-62_000_000_000_000),
        "oid": Bson::ObjectId([9; 12]),
        "bytes": binary(0, &[0, 255]),
        "uuid": binary(4, &[7; 16]),
        "own": binary(128, &[]),
        "regex": regex,
        "timestamp": Bson::Timestamp { time: 7, increment: 8 },
        "code": Bson::JavaScript("f()".to_owned()),
        "least": Bson::MinKey,
        "most": Bson::MaxKey,
        "list": list([int(1), text("1"), list([]), Bson::Document(Document::default())]),
        "inner": Bson::Document(document! { "b": int(2), "a": Bson::Int64(2), "": int(3) }),
    };
    fixture.insert(NAME, vec![fields.clone()]).await;
    let rows = page(fixture, &question(1)).await.rows;
    let by_id = fixture
        .index()
        .by_ids(&Collection::new(NAME), &[text("all")])
        .await;
    for row in [&rows[0], &by_id.unwrap()[0]] {
        // A server may move `_id` to the front; the others keep their order.
        let (mut sent, mut stored) = (fields.clone(), row.fields.clone());
        for document in [&mut sent, &mut stored] {
            document.0.sort_by_key(|(name, _)| name != "_id");
        }
        assert_eq!(stored, sent);
        assert_eq!(row.id, text("all"));
    }
}
