//! Orders across types: where every value stands, and that each row is met once.

use dualscope::domain::bson::Document;
use dualscope::domain::{Bson, Cursor, Place, Query};
use dualscope::store::error::Kind;
use tokio_util::sync::CancellationToken;

use super::{
    Fixture, NAME, assert_order, by, document, insert_ids, insert_values, int, ints, list,
    question, text,
};

/// Checks the order of values given from the least to the greatest, none equal.
async fn assert_places(fixture: &dyn Fixture, values: Vec<Bson>) {
    let count = i32::try_from(values.len()).unwrap();
    insert_values(fixture, values).await;
    let up = ints(1..=count);
    let down: Vec<Bson> = up.iter().rev().cloned().collect();
    assert_order(fixture, "v", &up, &down).await;
}

pub(super) async fn equal_values_are_ordered_by_id(fixture: &dyn Fixture) {
    let row = |id: i32, value: &str| document! { "_id": int(id), "v": text(value) };
    let rows = vec![
        row(4, "a"),
        row(2, "b"),
        row(1, "b"),
        row(3, "b"),
        row(5, "c"),
    ];
    fixture.insert(NAME, rows).await;
    assert_order(fixture, "v", &ints([4, 1, 2, 3, 5]), &ints([5, 3, 2, 1, 4])).await;
}

pub(super) async fn missing_and_null_sort_together(fixture: &dyn Fixture) {
    let rows = vec![
        document! { "_id": int(1), "v": Bson::Null },
        document! { "_id": int(2) },
        document! { "_id": int(3), "v": Bson::Null },
        document! { "_id": int(4) },
        document! { "_id": int(5), "v": int(0) },
    ];
    fixture.insert(NAME, rows).await;
    assert_order(fixture, "v", &ints(1..=5), &ints([5, 4, 3, 2, 1])).await;
}

pub(super) async fn every_type_has_its_place(fixture: &dyn Fixture) {
    let values = vec![
        Bson::MinKey,
        Bson::Null,
        Bson::Double(f64::NEG_INFINITY),
        int(-3),
        Bson::Double(0.5),
        Bson::Int64(1 << 40),
        Bson::Double(f64::INFINITY),
        text(""),
        text("Z"),
        text("a"),
        text("ä"),
        Bson::Document(Document::default()),
        Bson::Document(document! { "a": int(1) }),
        Bson::Binary {
            subtype: 0,
            bytes: vec![1, 2],
        },
        Bson::ObjectId([7; 12]),
        Bson::ObjectId([8; 12]),
        Bson::Bool(false),
        Bson::Bool(true),
        Bson::Date(0),
        Bson::Timestamp {
            time: 1,
            increment: 2,
        },
        Bson::MaxKey,
    ];
    assert_places(fixture, values).await;
}

pub(super) async fn ids_of_every_type_have_their_place(fixture: &dyn Fixture) {
    let uuid = Bson::uuid_from_text("c9f3f8d2-6a1f-4f0e-9a61-0a4a3f6f2b11").unwrap();
    let up = vec![
        Bson::Null,
        int(-1),
        Bson::Double(0.5),
        Bson::Int64(7),
        text("6979da5797f9041fc0aa063f"),
        text("x"),
        Bson::Document(document! { "a": int(1), "b": text("c") }),
        uuid,
        Bson::object_id_from_hex("6979da5797f9041fc0aa063f").unwrap(),
        Bson::Bool(true),
        Bson::Date(5),
    ];
    insert_ids(fixture, up.clone()).await;
    let down: Vec<Bson> = up.iter().rev().cloned().collect();
    assert_order(fixture, "_id", &up, &down).await;
}

pub(super) async fn not_a_number_comes_before_all_numbers(fixture: &dyn Fixture) {
    let values = vec![
        Bson::Null,
        Bson::Double(f64::NAN),
        Bson::Double(f64::NEG_INFINITY),
        int(0),
        text(""),
    ];
    assert_places(fixture, values).await;
}

pub(super) async fn numbers_of_all_widths_are_one_line(fixture: &dyn Fixture) {
    let decimal = |text: &str| Bson::Decimal128(text.to_owned());
    let rows = vec![
        document! { "_id": int(1), "v": decimal("-1.5") },
        document! { "_id": int(2), "v": int(2) },
        document! { "_id": int(3), "v": Bson::Int64(2) },
        document! { "_id": int(4), "v": Bson::Double(2.0) },
        document! { "_id": int(5), "v": decimal("2.0") },
        document! { "_id": int(6), "v": Bson::Double(2.5) },
        document! { "_id": int(7), "v": decimal("1E+3") },
    ];
    fixture.insert(NAME, rows).await;
    assert_order(fixture, "v", &ints(1..=7), &ints((1..=7).rev())).await;
}

pub(super) async fn negative_zero_is_zero(fixture: &dyn Fixture) {
    insert_values(
        fixture,
        [int(0), Bson::Double(-0.0), Bson::Double(0.0), int(1)],
    )
    .await;
    assert_order(fixture, "v", &ints(1..=4), &ints((1..=4).rev())).await;
}

pub(super) async fn an_array_stands_at_its_least_or_greatest_item(fixture: &dyn Fixture) {
    let values = [
        list(ints([1, 9])),
        int(2),
        list(ints([5, 3, 2])),
        int(5),
        list(ints([9])),
    ];
    insert_values(fixture, values).await;
    // Least items: 1 2 2 5 9; greatest: 9 2 5 5 9.
    assert_order(fixture, "v", &ints([1, 2, 3, 4, 5]), &ints([5, 1, 4, 3, 2])).await;
}

pub(super) async fn an_empty_array_comes_before_null(fixture: &dyn Fixture) {
    assert_places(fixture, vec![list([]), Bson::Null, int(1)]).await;
}

pub(super) async fn dates_before_1970_come_first(fixture: &dyn Fixture) {
    let values = [-86_400_000, -1, 0, 1].map(Bson::Date).to_vec();
    assert_places(fixture, values).await;
}

pub(super) async fn a_dotted_path_can_be_sorted_by(fixture: &dyn Fixture) {
    let inner = |value| Bson::Document(document! { "b": value });
    let rows = vec![
        document! { "_id": int(1), "a": Bson::Null },
        document! { "_id": int(2) },
        document! { "_id": int(3), "a": inner(int(1)) },
        document! { "_id": int(4), "a": inner(int(2)) },
        document! { "_id": int(5), "a": inner(text("x")) },
    ];
    fixture.insert(NAME, rows).await;
    assert_order(fixture, "a.b", &ints(1..=5), &ints((1..=5).rev())).await;
}

pub(super) async fn a_regular_expression_is_no_place(fixture: &dyn Fixture) {
    insert_ids(fixture, ints([1])).await;
    let cursor = Cursor {
        value: Bson::Regex {
            pattern: "a".to_owned(),
            options: String::new(),
        },
        id: int(1),
    };
    let query = Query {
        sort: by("v", false),
        from: Place::After(cursor.into()),
        ..question(1)
    };
    let never = CancellationToken::new();
    match fixture.index().page(&query, &never).await {
        Ok(page) => assert!(page.rows.is_empty(), "a missing value comes before"),
        Err(error) => assert_eq!(error.kind, Kind::Unsupported),
    }
}
