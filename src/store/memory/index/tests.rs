//! Order and paging, as MongoDB has them.

use super::*;
use crate::domain::Sort;
use crate::domain::query::{Clause, Test};
use proptest::prelude::*;

fn text(text: &str) -> Bson {
    Bson::String(text.to_owned())
}

fn index(values: &[Option<Bson>]) -> MemoryIndex {
    let index = MemoryIndex::new("db");
    for (id, value) in values.iter().enumerate() {
        let mut fields = vec![("_id".to_owned(), Bson::Int32(i32::try_from(id).unwrap()))];
        fields.extend(value.clone().map(|value| ("v".to_owned(), value)));
        index.put(&Collection::new("c"), Document(fields));
    }
    index
}

fn query(sort: Sort, from: Place, limit: u32) -> Query {
    Query {
        collection: Collection::new("c"),
        filter: Filter::default(),
        sort,
        from,
        limit,
    }
}

fn by_value(descending: bool) -> Sort {
    Sort {
        field: "v".to_owned(),
        descending,
    }
}

fn page(index: &MemoryIndex, query: &Query) -> Page<Lite> {
    let token = CancellationToken::new();
    futures_util::FutureExt::now_or_never(index.page(query, &token))
        .unwrap()
        .unwrap()
}

fn ids(page: &Page<Lite>) -> Vec<Bson> {
    page.rows.iter().map(|lite| lite.id.clone()).collect()
}

fn numbers(wanted: &[i32]) -> Vec<Bson> {
    wanted.iter().map(|n| Bson::Int32(*n)).collect()
}

fn cursor(lite: &Lite, sort: &Sort) -> Arc<Cursor> {
    Arc::new(Cursor::of(lite, sort))
}

#[test]
fn missing_sorts_as_null_and_an_array_by_its_least_or_greatest_item() {
    let array = |items: &[i32]| Some(Bson::Array(numbers(items)));
    let index = index(&[
        Some(text("x")),
        None,
        array(&[9, 1]),
        Some(Bson::Int32(5)),
        array(&[]),
        Some(Bson::Null),
    ]);
    let up = page(&index, &query(by_value(false), Place::First, 10));
    assert_eq!(ids(&up), numbers(&[4, 1, 5, 2, 3, 0]));
    let down = page(&index, &query(by_value(true), Place::First, 10));
    assert_eq!(ids(&down), numbers(&[0, 2, 3, 5, 1, 4]));
}

#[test]
fn a_page_starts_behind_at_or_ends_before_a_row() {
    let index = index(&[2, 1, 1, 3, 1].map(|n| Some(Bson::Int32(n))));
    let sort = by_value(false);
    let all = page(&index, &query(sort.clone(), Place::First, 10));
    assert_eq!(ids(&all), numbers(&[1, 2, 4, 0, 3]));
    let third = cursor(&all.rows[2], &sort);
    for (from, limit, rows, more) in [
        (Place::First, 2, &[1, 2][..], true),
        (Place::Last, 2, &[0, 3], true),
        (Place::Last, 9, &[1, 2, 4, 0, 3], false),
        (Place::After(third.clone()), 2, &[0, 3], false),
        (Place::At(third.clone()), 2, &[4, 0], true),
        (Place::Before(third.clone()), 1, &[2], true),
        (Place::Before(third), 2, &[1, 2], false),
    ] {
        let page = page(&index, &query(sort.clone(), from.clone(), limit));
        assert_eq!((ids(&page), page.more), (numbers(rows), more), "{from:?}");
    }
}

#[test]
fn a_place_survives_the_removal_of_its_row() {
    let index = index(&[1, 2, 3].map(|n| Some(Bson::Int32(n))));
    let sort = by_value(false);
    let all = page(&index, &query(sort.clone(), Place::First, 10));
    let middle = cursor(&all.rows[1], &sort);
    assert!(
        index
            .remove(&Collection::new("c"), &Bson::Int64(1))
            .is_some()
    );
    let at = page(&index, &query(sort.clone(), Place::At(middle.clone()), 1));
    assert_eq!(ids(&at), numbers(&[2]));
    let before = page(&index, &query(sort, Place::Before(middle), 1));
    assert_eq!(ids(&before), numbers(&[0]));
}

fn any_value() -> impl Strategy<Value = Option<Bson>> {
    proptest::option::of(prop_oneof![
        (-3..3_i32).prop_map(Bson::Int32),
        (-3..3_i64).prop_map(Bson::Int64),
        any::<f64>().prop_map(Bson::Double),
        (-30..30_i32).prop_map(|n| Bson::Decimal128(format!("{n}E-1"))),
        "[a-c]{0,2}".prop_map(Bson::String),
        proptest::collection::vec((-3..3_i32).prop_map(Bson::Int32), 0..3).prop_map(Bson::Array),
        Just(Bson::Null),
        any::<bool>().prop_map(Bson::Bool),
        any::<i64>().prop_map(Bson::Date),
    ])
}

proptest! {
    #[test]
    fn walking_in_pages_meets_every_row_once_in_both_directions(
        values in proptest::collection::vec(any_value(), 0..30), limit in 1..7_u32, descending: bool
    ) {
        let index = index(&values);
        let sort = by_value(descending);
        let all = page(&index, &query(sort.clone(), Place::First, 100));
        prop_assert_eq!(all.rows.len(), values.len());
        let mut forth: Vec<Lite> = Vec::new();
        loop {
            let from = forth.last().map_or(Place::First, |lite| Place::After(cursor(lite, &sort)));
            let page = page(&index, &query(sort.clone(), from, limit));
            forth.extend(page.rows);
            if !page.more { break; }
        }
        prop_assert_eq!(format!("{forth:?}"), format!("{:?}", all.rows));
        let mut back: Vec<Lite> = Vec::new();
        loop {
            let from = back.first().map_or(Place::Last, |lite| Place::Before(cursor(lite, &sort)));
            let page = page(&index, &query(sort.clone(), from, limit));
            back.splice(0..0, page.rows);
            if !page.more { break; }
        }
        prop_assert_eq!(format!("{back:?}"), format!("{:?}", all.rows));
    }
}

#[tokio::test]
async fn counts_and_ids_follow_the_filter_and_the_type_rules() {
    let index = index(&[Some(text("a")), Some(text("b")), None]);
    let name = Collection::new("c");
    let filter = Filter {
        clauses: vec![Clause {
            path: "v".to_owned(),
            test: Test::IsNull(false),
        }],
        raw: None,
    };
    let token = CancellationToken::new();
    let limit = Duration::from_secs(1);
    let count = index.count(&name, &filter, limit, &token).await.unwrap();
    assert_eq!(count, Count::Exact(2));
    assert_eq!(index.estimate(&name).await.unwrap(), 3);
    let found = index
        .by_ids(&name, &[Bson::Double(1.0), text("1"), Bson::Int32(9)])
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    let nowhere = Collection::new("nowhere");
    assert_eq!(index.estimate(&nowhere).await.unwrap(), 0);
    assert!(index.indexes(&nowhere).await.unwrap().is_empty());
    token.cancel();
    assert!(index.count(&name, &filter, limit, &token).await.is_err());
}

#[test]
fn an_equal_id_of_another_number_type_replaces_the_document() {
    let index = index(&[None]);
    let document = Document(vec![("_id".to_owned(), Bson::Double(0.0))]);
    assert!(index.put(&Collection::new("c"), document).is_some());
    let rows = page(&index, &query(Sort::by_id(false), Place::First, 9)).rows;
    assert_eq!(rows.len(), 1);
}
