//! The order of values, bracket by bracket.

use super::*;

fn decimal(text: &str) -> Bson {
    Bson::Decimal128(text.to_owned())
}

#[test]
fn brackets_sort_as_mongodb_sorts_them() {
    let sorted = [
        Bson::MinKey,
        Bson::Undefined,
        Bson::Null,
        Bson::Double(f64::NAN),
        Bson::Double(f64::NEG_INFINITY),
        Bson::Int64(i64::MIN),
        decimal("-1.5"),
        Bson::Int32(-1),
        Bson::Int32(0),
        decimal("0.1"),
        Bson::Double(0.1), // a little more than a tenth
        Bson::Int32(1),
        Bson::Int64(9_007_199_254_740_992),
        Bson::Int64(9_007_199_254_740_993),
        Bson::Double(9_007_199_254_740_994.0),
        decimal("1E+30"),
        Bson::Double(f64::INFINITY),
        Bson::String(String::new()),
        Bson::String("Z".into()),
        Bson::Symbol("a".into()),
        Bson::Document(Document::default()),
        Bson::Array(vec![]),
        Bson::Array(vec![Bson::Int32(2)]),
        Bson::Binary {
            subtype: 0,
            bytes: vec![9],
        },
        Bson::Binary {
            subtype: 0,
            bytes: vec![1, 1],
        },
        Bson::ObjectId([0; 12]),
        Bson::Bool(false),
        Bson::Bool(true),
        Bson::Date(-1),
        Bson::Date(1),
        Bson::Timestamp {
            time: 0,
            increment: 1,
        },
        Bson::Regex {
            pattern: "a".into(),
            options: String::new(),
        },
        Bson::JavaScript("x".into()),
        Bson::MaxKey,
    ];
    for (at, a) in sorted.iter().enumerate() {
        for (beside, b) in sorted.iter().enumerate() {
            assert_eq!(compare(a, b), at.cmp(&beside), "{a:?} beside {b:?}");
        }
    }
}

#[test]
fn equal_numbers_of_other_types_are_equal() {
    for same in [
        Bson::Int64(2),
        Bson::Double(2.0),
        decimal("2"),
        decimal("20E-1"),
    ] {
        assert_eq!(compare(&Bson::Int32(2), &same), Ordering::Equal, "{same:?}");
    }
    assert_eq!(
        compare(&Bson::Double(-0.0), &Bson::Int32(0)),
        Ordering::Equal
    );
    assert_eq!(
        compare(&decimal("NaN"), &Bson::Double(f64::NAN)),
        Ordering::Equal
    );
}

#[test]
fn documents_compare_by_type_then_name_then_value() {
    let of = |name: &str, value: Bson| Bson::Document(Document(vec![(name.to_owned(), value)]));
    let z_number = of("z", Bson::Int32(9));
    let a_text = of("a", Bson::String("x".into()));
    assert_eq!(compare(&z_number, &a_text), Ordering::Less);
    assert_eq!(compare(&of("a", Bson::Int32(9)), &z_number), Ordering::Less);
}
