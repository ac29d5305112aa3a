//! Filters: what each test means on the server.

use dualscope::domain::bson::Document;
use dualscope::domain::query::{Clause, Test};
use dualscope::domain::{Bson, Filter, Page, Query};
use dualscope::store::StoreError;
use dualscope::store::error::{Kind, Retry};
use tokio_util::sync::CancellationToken;

use super::{Fixture, NAME, document, ids, insert_values, int, ints, list, question, text};

fn clause(path: &str, test: Test) -> Clause {
    Clause {
        path: path.to_owned(),
        test,
    }
}

async fn ask(fixture: &dyn Fixture, filter: Filter) -> Result<Page<super::Lite>, StoreError> {
    let query = Query {
        filter,
        ..question(100)
    };
    let never = CancellationToken::new();
    fixture.index().page(&query, &never).await
}

async fn matching(fixture: &dyn Fixture, clauses: impl IntoIterator<Item = Clause>) -> Vec<Bson> {
    let filter = Filter {
        clauses: clauses.into_iter().collect(),
        raw: None,
    };
    ids(&ask(fixture, filter).await.unwrap())
}

async fn passing(fixture: &dyn Fixture, test: Test) -> Vec<Bson> {
    matching(fixture, [clause("v", test)]).await
}

fn raw(document: Document) -> Filter {
    Filter {
        clauses: Vec::new(),
        raw: Some(document),
    }
}

pub(super) async fn equal_to_one_of_several_types(fixture: &dyn Fixture) {
    insert_values(
        fixture,
        [int(5), text("5"), Bson::Int64(5), text("x"), Bson::Null],
    )
    .await;
    let one = Test::AnyOf(vec![text("5")]);
    assert_eq!(passing(fixture, one).await, ints([2]));
    let several = Test::AnyOf(vec![int(5), text("5")]);
    assert_eq!(passing(fixture, several).await, ints([1, 2, 3]));
    assert_eq!(passing(fixture, Test::AnyOf(vec![])).await, ints([]));
}

pub(super) async fn equal_to_none(fixture: &dyn Fixture) {
    insert_values(fixture, [int(5), text("5"), text("x"), Bson::Null]).await;
    let test = Test::NoneOf(vec![int(5), text("x")]);
    assert_eq!(passing(fixture, test).await, ints([2, 4]));
}

pub(super) async fn a_range_with_and_without_its_bounds(fixture: &dyn Fixture) {
    insert_values(fixture, (1..=4).map(|day| Bson::Date(day * 1000))).await;
    let bound = |day: i64, included| Some((Bson::Date(day * 1000), included));
    for (from, to, expected) in [
        (bound(2, true), bound(3, true), vec![2, 3]),
        (bound(1, false), bound(4, false), vec![2, 3]),
        (bound(3, true), None, vec![3, 4]),
        (None, bound(3, false), vec![1, 2]),
        (None, None, vec![1, 2, 3, 4]),
    ] {
        assert_eq!(
            passing(fixture, Test::Range { from, to }).await,
            ints(expected)
        );
    }
}

pub(super) async fn a_range_holds_for_its_own_type_only(fixture: &dyn Fixture) {
    insert_values(
        fixture,
        [
            int(5),
            text("zzz"),
            Bson::Double(7.5),
            Bson::Null,
            Bson::Date(9),
        ],
    )
    .await;
    let test = Test::Range {
        from: Some((int(5), true)),
        to: None,
    };
    assert_eq!(passing(fixture, test).await, ints([1, 3]));
}

pub(super) async fn text_that_contains_is_taken_literally(fixture: &dyn Fixture) {
    let texts = ["a.b", "axb", "(a+b)* [c] \\d $^", "#-&~ {1,2}|?"];
    insert_values(fixture, texts.map(text)).await;
    for (part, expected) in [
        (".b", vec![1]),
        ("(a+b)*", vec![3]),
        ("[c] \\d $^", vec![3]),
        ("#-&~ {1,2}|?", vec![4]),
    ] {
        let test = Test::Contains(part.to_owned());
        assert_eq!(passing(fixture, test).await, ints(expected), "{part}");
    }
}

pub(super) async fn letter_case_is_ignored_in_contains(fixture: &dyn Fixture) {
    insert_values(fixture, ["Hello", "hELLo", "ÄRGER", "other"].map(text)).await;
    assert_eq!(
        passing(fixture, Test::Contains("ello".into())).await,
        ints([1, 2])
    );
    assert_eq!(
        passing(fixture, Test::Contains("ärger".into())).await,
        ints([3])
    );
}

pub(super) async fn missing_and_null_are_the_same(fixture: &dyn Fixture) {
    let rows = vec![
        document! { "_id": int(1), "v": Bson::Null },
        document! { "_id": int(2) },
        document! { "_id": int(3), "v": int(0) },
    ];
    fixture.insert(NAME, rows).await;
    assert_eq!(passing(fixture, Test::IsNull(true)).await, ints([1, 2]));
    assert_eq!(passing(fixture, Test::IsNull(false)).await, ints([3]));
}

pub(super) async fn an_array_matches_when_any_item_does(fixture: &dyn Fixture) {
    let names = |names: &[&str]| list(names.iter().map(|name| text(name)));
    insert_values(
        fixture,
        [names(&["ann", "bob"]), names(&["cy"]), names(&[])],
    )
    .await;
    let is = Test::AnyOf(vec![text("bob")]);
    assert_eq!(passing(fixture, is).await, ints([1]));
    assert_eq!(
        passing(fixture, Test::Contains("C".into())).await,
        ints([2])
    );
    let not = Test::NoneOf(vec![text("bob")]);
    assert_eq!(passing(fixture, not).await, ints([2, 3]));
}

pub(super) async fn all_clauses_must_hold(fixture: &dyn Fixture) {
    insert_values(fixture, ["ab", "abc", "bc"].map(text)).await;
    let contains = |part: &str| clause("v", Test::Contains(part.to_owned()));
    let both = [contains("a"), contains("c")];
    assert_eq!(
        matching(fixture, both).await,
        ints([2]),
        "twice the same field"
    );
}

pub(super) async fn a_dotted_path_looks_into_documents(fixture: &dyn Fixture) {
    let inner = |b: i32| Bson::Document(document! { "b": int(b) });
    insert_values(fixture, [inner(1), inner(2), list([inner(1), inner(3)])]).await;
    let test = || Test::AnyOf(vec![int(1)]);
    assert_eq!(
        matching(fixture, [clause("v.b", test())]).await,
        ints([1, 3])
    );
    assert_eq!(
        matching(fixture, [clause("v.0.b", test())]).await,
        ints([3])
    );
}

pub(super) async fn a_raw_query_is_passed_on(fixture: &dyn Fixture) {
    insert_values(fixture, (1..=5).map(int)).await;
    let least = Bson::Document(document! { "$gte": int(2), "$ne": int(3) });
    let most = Bson::Document(document! { "v": Bson::Document(document! { "$lt": int(5) }) });
    let query = document! { "v": least, "$or": list([most]) };
    assert_eq!(ids(&ask(fixture, raw(query)).await.unwrap()), ints([2, 4]));
}

pub(super) async fn a_raw_query_and_clauses_hold_together(fixture: &dyn Fixture) {
    insert_values(fixture, (1..=5).map(int)).await;
    let filter = Filter {
        clauses: vec![clause("v", Test::NoneOf(vec![int(2)]))],
        raw: Some(document! { "v": Bson::Document(document! { "$lt": int(4) }) }),
    };
    assert_eq!(ids(&ask(fixture, filter).await.unwrap()), ints([1, 3]));
}

pub(super) async fn a_raw_query_that_runs_a_script_is_refused(fixture: &dyn Fixture) {
    insert_values(fixture, [int(1)]).await;
    let script = document! { "$where": text("sleep(1000) || true") };
    let function =
        Bson::Document(document! { "body": text("x"), "args": list([]), "lang": text("js") });
    let deep = Bson::Document(document! { "$function": function });
    let hidden = list([Bson::Document(document! { "$expr": deep })]);
    for query in [script, document! { "$and": hidden }] {
        let error = ask(fixture, raw(query)).await.unwrap_err();
        assert_ne!(error.retry, Retry::Safe);
        assert!(matches!(
            error.kind,
            Kind::Refused | Kind::Malformed | Kind::Unsupported
        ));
        assert!(!error.message.contains("sleep(1000)"), "{}", error.message);
    }
}

pub(super) async fn a_raw_query_with_an_unknown_operator_is_an_error(fixture: &dyn Fixture) {
    insert_values(fixture, [int(1)]).await;
    let query = document! { "v": Bson::Document(document! { "$grater": int(1) }) };
    let error = ask(fixture, raw(query)).await.unwrap_err();
    let kinds = [Kind::Malformed, Kind::Refused];
    assert!(kinds.contains(&error.kind), "{error}");
    assert_eq!(error.retry, Retry::Never);
    assert!(
        error.message.contains("$grater"),
        "what was typed wrong: {error}"
    );
}
