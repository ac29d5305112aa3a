//! The finds of a page, as they are sent.

use std::sync::Arc;

use mongodb::bson::{Bson as Value, Document, doc, oid::ObjectId};
use rstest::rstest;

use super::super::filter::{Walk, query_document};
use crate::domain::query::{Clause, Filter, Test};
use crate::domain::{Bson, Collection, Cursor, Place, Query, Sort, bson};
use crate::store::error::Kind;

const ID: [u8; 12] = [7; 12];

fn cursor(value: Bson) -> Arc<Cursor> {
    let id = Bson::ObjectId(ID);
    Arc::new(Cursor { value, id })
}

fn asked(field: &str, descending: bool, from: Place) -> Query {
    Query {
        collection: Collection::new("memcells"),
        filter: Filter::default(),
        sort: Sort {
            field: field.to_owned(),
            descending,
        },
        from,
        limit: 50,
    }
}

fn oid() -> Value {
    ObjectId::from_bytes(ID).into()
}

#[rstest]
#[case(false, Place::After(cursor(Bson::Null)), "$gt", 1)]
#[case(false, Place::At(cursor(Bson::Null)), "$gte", 1)]
#[case(false, Place::Before(cursor(Bson::Null)), "$lt", -1)]
#[case(true, Place::After(cursor(Bson::Null)), "$lt", -1)]
#[case(true, Place::At(cursor(Bson::Null)), "$lte", -1)]
#[case(true, Place::Before(cursor(Bson::Null)), "$gt", 1)]
fn by_id_alone_a_page_is_a_plain_range_first(
    #[case] descending: bool,
    #[case] from: Place,
    #[case] operator: &str,
    #[case] direction: i32,
) {
    let walk = Walk::new(&asked("_id", descending, from)).unwrap();
    assert_eq!(walk.filters[0], doc! { "_id": { operator: oid() } });
    assert_eq!(walk.sort, doc! { "_id": direction });
    // Other types come only when the range is used up.
    let others = walk.filters[1].to_string();
    let upwards = direction == 1;
    for (name, expected) in [("date", upwards), ("string", !upwards), ("objectId", false)] {
        let named = others.contains(&format!("\"{name}\""));
        assert_eq!(named, expected, "{name} in {others}");
    }
    assert_eq!(walk.filters.len(), 2);
}

#[test]
fn the_first_and_the_last_page_have_no_condition() {
    for (from, direction) in [(Place::First, 1), (Place::Last, -1)] {
        let walk = Walk::new(&asked("_id", false, from.clone())).unwrap();
        assert_eq!(
            (walk.filters, walk.sort),
            (vec![doc! {}], doc! { "_id": direction })
        );
        let walk = Walk::new(&asked("created_at", false, from)).unwrap();
        assert_eq!(walk.filters, [doc! {}]);
        assert_eq!(
            walk.sort,
            doc! { "created_at": direction, "_id": direction }
        );
    }
}

#[test]
fn behind_a_date_come_later_dates_and_greater_types() {
    let date = Bson::Date(5);
    let at: Value = mongodb::bson::DateTime::from_millis(5).into();
    let walk = Walk::new(&asked("created_at", false, Place::After(cursor(date)))).unwrap();
    let [filter] = &walk.filters[..] else {
        panic!("{walk:?}");
    };
    let some = filter.get_array("$or").unwrap();
    let higher = [
        "timestamp",
        "regex",
        "dbPointer",
        "javascript",
        "javascriptWithScope",
        "maxKey",
    ];
    assert_eq!(some[0], doc! { "created_at": { "$gt": at.clone() } }.into());
    assert_eq!(
        some[1],
        doc! { "created_at": { "$type": higher.to_vec() } }.into()
    );
    let tied = some[2].as_document().unwrap().get_array("$and").unwrap();
    assert_eq!(tied[0], doc! { "created_at": { "$eq": at } }.into());
    assert_eq!(some.len(), 3);
    assert!(
        filter.contains_key("$nor"),
        "arrays that stand before are kept out"
    );
}

#[test]
fn a_filter_stands_beside_the_place() {
    let clause = Clause {
        path: "user_id".to_owned(),
        test: Test::AnyOf(vec![Bson::String("u".to_owned())]),
    };
    let query = Query {
        filter: Filter {
            clauses: vec![clause],
            raw: None,
        },
        ..asked("_id", false, Place::After(cursor(Bson::Null)))
    };
    let walk = Walk::new(&query).unwrap();
    let range = doc! { "_id": { "$gt": oid() } };
    let wanted = doc! { "user_id": { "$eq": "u" } };
    assert_eq!(walk.filters[0], doc! { "$and": [range, wanted] });
}

#[rstest]
#[case(Test::AnyOf(vec![Bson::Int32(1)]), doc! { "$eq": 1 })]
#[case(Test::AnyOf(vec![Bson::Int32(1), Bson::Null]), doc! { "$in": [1, Value::Null] })]
#[case(Test::NoneOf(vec![Bson::Int32(1)]), doc! { "$nin": [1] })]
#[case(Test::IsNull(true), doc! { "$eq": Value::Null })]
#[case(Test::Contains("a.b_c é\0".to_owned()), doc! { "$regex": "a\\.b_c é\\x00", "$options": "i" })]
fn tests_as_operators(#[case] test: Test, #[case] expected: Document) {
    let path = "a.b".to_owned();
    let filter = Filter {
        clauses: vec![Clause { path, test }],
        raw: None,
    };
    assert_eq!(query_document(&filter).unwrap(), doc! { "a.b": expected });
}

#[rstest]
#[case("$where")]
#[case("$function")]
#[case("$accumulator")]
fn scripts_are_refused_at_any_depth(#[case] script: &str) {
    let field = |name: &str, value| bson::Document(vec![(name.to_owned(), value)]);
    let deep = Bson::Document(field(script, Bson::Null));
    let raw = field("$or", Bson::Array(vec![Bson::Document(field("a", deep))]));
    let filter = Filter {
        clauses: vec![],
        raw: Some(raw),
    };
    let error = query_document(&filter).unwrap_err();
    assert_eq!(error.kind, Kind::Refused);
    assert!(error.message.contains(script));
}

#[test]
fn a_place_that_cannot_be_compared_is_told() {
    let regex = Bson::Regex {
        pattern: "private".to_owned(),
        options: String::new(),
    };
    let error = Walk::new(&asked("v", false, Place::After(cursor(regex)))).unwrap_err();
    assert_eq!(error.kind, Kind::Unsupported);
    assert!(error.message.contains("`v`") && error.message.contains("regex"));
    assert!(!error.message.contains("private"));
}
