//! Filters hold or not as in MongoDB, and what is not evaluated is an error.

use super::*;

fn document(fields: Vec<(&str, Bson)>) -> Document {
    let own = |(name, value): (&str, Bson)| (name.to_owned(), value);
    Document(fields.into_iter().map(own).collect())
}

fn text(text: &str) -> Bson {
    Bson::String(text.to_owned())
}

fn list(items: &[Bson]) -> Bson {
    Bson::Array(items.to_vec())
}

fn op(name: &str, value: Bson) -> Bson {
    Bson::Document(document(vec![(name, value)]))
}

fn sample() -> Document {
    let item = |name: &str, n| Bson::Document(document(vec![("k", text(name)), ("n", n)]));
    document(vec![
        ("_id", Bson::Int32(1)),
        ("user", text("Nora")),
        ("age", Bson::Int64(41)),
        ("at", Bson::Date(1_000)),
        ("tags", list(&[text("rust"), text("route.map")])),
        ("none", Bson::Null),
        ("empty", list(&[])),
        (
            "parts",
            list(&[item("a", Bson::Int32(1)), item("b", Bson::Double(2.5))]),
        ),
    ])
}

fn passes(raw: Document) -> bool {
    let filter = Filter {
        clauses: Vec::new(),
        raw: Some(raw),
    };
    Matcher::new(&filter).unwrap().matches(&sample())
}

#[test]
fn a_raw_query_holds_or_not_as_in_mongodb() {
    let one = Bson::Int32;
    let cases: Vec<(&str, Bson, bool)> = vec![
        ("user", text("Nora"), true),
        ("user", text("nora"), false),
        ("age", Bson::Double(41.0), true),
        ("age", op("$gt", Bson::Decimal128("40.99".into())), true),
        ("age", op("$gt", text("4")), false),
        ("age", op("$ne", one(41)), false),
        ("at", op("$lte", Bson::Date(1_000)), true),
        ("at", op("$lt", Bson::Int64(9_999_999)), false),
        ("none", Bson::Null, true),
        ("gone", Bson::Null, true),
        ("user", Bson::Null, false),
        ("gone", op("$exists", Bson::Bool(false)), true),
        ("none", op("$exists", Bson::Bool(true)), true),
        ("gone", op("$gte", Bson::Null), true),
        ("gone", op("$ne", Bson::Null), false),
        ("tags", text("rust"), true),
        ("tags", list(&[text("rust"), text("route.map")]), true),
        ("tags", list(&[text("route.map"), text("rust")]), false),
        (
            "tags",
            op("$all", list(&[text("route.map"), text("rust")])),
            true,
        ),
        ("tags", op("$all", list(&[])), false),
        ("tags", op("$size", one(2)), true),
        ("empty", op("$size", one(0)), true),
        ("tags", op("$nin", list(&[text("rust")])), false),
        ("tags.1", text("route.map"), true),
        ("tags", op("$regex", text("^route\\.")), true),
        ("tags", op("$not", op("$regex", text("^ROUTE"))), true),
        ("user", op("$in", list(&[text("x"), Bson::Null])), false),
        ("gone", op("$in", list(&[text("x"), Bson::Null])), true),
        ("parts.k", text("b"), true),
        ("parts.n", op("$gt", one(2)), true),
        ("parts.x", Bson::Null, true),
        ("age", op("$type", text("number")), true),
        ("age", op("$type", list(&[one(16), one(18)])), true),
        ("tags", op("$type", text("string")), true),
        ("tags", op("$type", text("array")), true),
        ("gone", op("$type", text("null")), false),
    ];
    for (path, test, expected) in cases {
        assert_eq!(
            passes(document(vec![(path, test.clone())])),
            expected,
            "{path}: {test:?}"
        );
    }
}

#[test]
fn one_item_must_meet_all_of_elem_match() {
    let both = |k: &str, n: Bson| {
        let item = document(vec![("k", text(k)), ("n", n)]);
        passes(document(vec![(
            "parts",
            op("$elemMatch", Bson::Document(item)),
        )]))
    };
    assert!(both("b", op("$gt", Bson::Int32(2))));
    assert!(!both("a", op("$gt", Bson::Int32(2))));
    let plain = op("$elemMatch", op("$eq", text("rust")));
    assert!(passes(document(vec![("tags", plain)])));
}

#[test]
fn branches_join_as_their_names_say() {
    let nora = || Bson::Document(document(vec![("user", text("Nora"))]));
    let ivan = || Bson::Document(document(vec![("user", text("Ivan"))]));
    let join = |name: &str, a: Bson, b: Bson| passes(document(vec![(name, list(&[a, b]))]));
    assert!(join("$or", ivan(), nora()));
    assert!(!join("$and", ivan(), nora()));
    assert!(!join("$nor", ivan(), nora()));
    assert!(join("$nor", ivan(), ivan()));
}

#[test]
fn what_is_not_evaluated_is_an_error_that_names_it() {
    for (name, value) in [
        ("$where", text("1")),
        ("$expr", text("1")),
        ("a", op("$near", text("x"))),
        ("a", op("$not", op("$mod", text("x")))),
        ("a", op("$in", text("x"))),
        ("a", op("$regex", text("a.*b"))),
        ("$or", list(&[])),
    ] {
        let filter = Filter {
            clauses: Vec::new(),
            raw: Some(document(vec![(name, value)])),
        };
        assert!(Matcher::new(&filter).is_err(), "{name}");
    }
    let filter = Filter {
        clauses: Vec::new(),
        raw: Some(document(vec![("a", op("$near", text("x")))])),
    };
    let said = Matcher::new(&filter).unwrap_err().to_string();
    assert!(said.contains("$near"), "{said}");
}

#[test]
fn the_filter_lines_conditions_hold_or_not() {
    let range = |from, to| Test::Range { from, to };
    let cases = [
        ("user", Test::AnyOf(vec![text("x"), text("Nora")]), true),
        ("user", Test::NoneOf(vec![text("Nora")]), false),
        ("gone", Test::NoneOf(vec![text("Nora")]), true),
        ("tags", Test::Contains("ROUTE".into()), true),
        ("age", Test::Contains("4".into()), false),
        ("gone", Test::IsNull(true), true),
        ("none", Test::IsNull(false), false),
        ("user", Test::IsNull(false), true),
        ("age", range(Some((Bson::Int32(41), true)), None), true),
        ("age", range(Some((Bson::Int32(41), false)), None), false),
        ("age", range(None, Some((Bson::Date(5), true))), false),
        (
            "at",
            range(
                Some((Bson::Date(0), true)),
                Some((Bson::Date(1_000), false)),
            ),
            false,
        ),
    ];
    for (path, test, expected) in cases {
        let filter = Filter {
            clauses: vec![Clause {
                path: path.to_owned(),
                test: test.clone(),
            }],
            raw: None,
        };
        let matcher = Matcher::new(&filter).unwrap();
        assert_eq!(matcher.matches(&sample()), expected, "{path}: {test:?}");
    }
}
