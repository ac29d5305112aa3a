//! Values and names of every kind, as guards and as what is written.

use dualscope::domain::Bson;
use dualscope::domain::bson::Document;
use dualscope::domain::plan::LiteWrite;
use dualscope::store::error::{Kind, Retry};

use super::super::index::document;
use super::{
    Fixture, assert_refused, assert_same, attempt, int, one, read, set, stored, text, unset, write,
};

fn list(items: impl IntoIterator<Item = Bson>) -> Bson {
    Bson::Array(items.into_iter().collect())
}

fn inner(fields: impl IntoIterator<Item = (&'static str, Bson)>) -> Bson {
    let fields = fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value));
    Bson::Document(Document(fields.collect()))
}

fn decimal(digits: &str) -> Bson {
    Bson::Decimal128(digits.to_owned())
}

fn binary(subtype: u8, bytes: &[u8]) -> Bson {
    Bson::Binary {
        subtype,
        bytes: bytes.to_vec(),
    }
}

/// Values of which each is another than all others, however alike they are.
fn all() -> Vec<Bson> {
    vec![
        Bson::Null,
        Bson::Bool(false),
        Bson::Bool(true),
        int(0),
        int(1),
        Bson::Int64(0),
        Bson::Int64(1),
        Bson::Double(0.0),
        Bson::Double(-0.0),
        Bson::Double(1.0),
        Bson::Double(f64::NAN),
        Bson::Double(f64::NEG_INFINITY),
        decimal("1"),
        decimal("1.00"),
        text(""),
        text("1"),
        text("a"),
        text("A"),
        Bson::Date(0),
        Bson::Date(-1),
        Bson::Date(-62_000_000_000_000),
        Bson::ObjectId([0; 12]),
        Bson::ObjectId([1; 12]),
        binary(0, &[1]),
        binary(128, &[1]),
        binary(4, &[7; 16]),
        list([]),
        list([int(1)]),
        list([Bson::Int64(1)]),
        list([int(1), int(2)]),
        list([int(2), int(1)]),
        list([list([int(1)])]),
        list([Bson::Null]),
        inner([]),
        inner([("a", int(1))]),
        inner([("a", Bson::Double(1.0))]),
        inner([("a", int(1)), ("b", int(2))]),
        inner([("b", int(2)), ("a", int(1))]),
        Bson::Timestamp {
            time: 1,
            increment: 2,
        },
        Bson::MinKey,
        Bson::MaxKey,
        Bson::JavaScript("f()".to_owned()),
        Bson::Regex {
            pattern: "a".to_owned(),
            options: String::new(),
        },
        Bson::Regex {
            pattern: "a".to_owned(),
            options: "i".to_owned(),
        },
    ]
}

pub(super) async fn every_value_is_its_own_guard(fixture: &dyn Fixture) {
    for value in all() {
        let before = stored(fixture, one([("a", value.clone())])).await;
        assert!(
            write(fixture, &before, &set("b", value.clone())).await,
            "{value:?}"
        );
        let expected = one([("a", value.clone()), ("b", value.clone())]);
        let after = read(fixture, &int(1)).await.unwrap();
        assert_same(Some(&after), Some(&expected));
        assert!(
            write(fixture, &after, &LiteWrite::Remove).await,
            "{value:?}"
        );
    }
}

pub(super) async fn every_other_value_is_a_change(fixture: &dyn Fixture) {
    let all = all();
    for (at, value) in all.iter().enumerate() {
        // Neighbours are most alike; that they are compared in both directions is enough.
        for other in [(at + 1) % all.len(), (at + all.len() - 1) % all.len()] {
            let before = stored(fixture, one([("a", value.clone())])).await;
            fixture.put(one([("a", all[other].clone())])).await;
            assert_refused(fixture, &before, &set("b", int(1))).await;
        }
    }
    for (value, other) in [
        (int(1), Bson::Int64(1)),
        (int(1), Bson::Double(1.0)),
        (Bson::Int64(1), decimal("1")),
        (int(1), list([int(1), int(2)])),
        (text("a"), list([text("a")])),
        (list([int(1)]), list([list([int(1)])])),
        (Bson::Null, list([Bson::Null])),
        (Bson::Date(-1), int(-1)),
    ] {
        let before = stored(fixture, one([("a", value)])).await;
        fixture.put(one([("a", other)])).await;
        assert_refused(fixture, &before, &set("a", int(1))).await;
        assert_refused(fixture, &before, &LiteWrite::Remove).await;
    }
}

pub(super) async fn operators_in_data_are_data(fixture: &dyn Fixture) {
    let any_text = Bson::Regex {
        pattern: ".*".to_owned(),
        options: String::new(),
    };
    for (read, there) in [
        (inner([("$gt", int(0))]), int(5)),
        (inner([("$exists", Bson::Bool(true))]), int(5)),
        (any_text, text("any")),
        (text("$b"), text("the same")),
        (text("$$ROOT"), text("x")),
    ] {
        let before = stored(fixture, one([("a", read.clone()), ("b", text("the same"))])).await;
        assert!(
            write(fixture, &before, &set("c", read.clone())).await,
            "{read:?}"
        );
        fixture
            .put(one([("a", there), ("b", text("the same"))]))
            .await;
        assert_refused(fixture, &before, &set("b", read)).await;
    }
}

pub(super) async fn odd_names_are_names(fixture: &dyn Fixture) {
    for name in [
        "a.b",
        "a.0",
        "$set",
        "$",
        ".",
        "a.",
        "0",
        "$$ROOT",
        "with blank",
        "é",
    ] {
        let holder = inner([("b", int(7))]);
        let fields = [("a", holder), (name, int(1)), ("z", int(2))];
        let before = stored(fixture, one(fields.clone())).await;
        assert!(
            write(fixture, &before, &set(name, text("new"))).await,
            "{name}"
        );
        let after = read(fixture, &int(1)).await.unwrap();
        let [first, _, last] = fields;
        let expected = one([first.clone(), (name, text("new")), last.clone()]);
        assert_same(Some(&after), Some(&expected));
        assert_refused(fixture, &before, &set(name, int(5))).await;

        assert!(write(fixture, &after, &unset(name)).await, "{name}");
        let after = read(fixture, &int(1)).await.unwrap();
        assert_same(Some(&after), Some(&one([first, last])));
        assert!(write(fixture, &after, &set(name, int(1))).await, "{name}");
        assert_refused(fixture, &after, &set(name, int(5))).await;
    }
}

pub(super) async fn ids_of_every_type_are_written_to(fixture: &dyn Fixture) {
    // The server of the tests cannot update under not-a-number, which nobody has for an `_id`.
    let no_id = |id: &Bson| match id {
        Bson::Array(_) | Bson::Regex { .. } => true,
        Bson::Double(number) => number.is_nan(),
        _ => false,
    };
    let mut met: Vec<Bson> = Vec::new();
    for id in all().into_iter().filter(|id| !no_id(id)) {
        fixture
            .put(document! { "_id": id.clone(), "a": int(1) })
            .await;
        let before = read(fixture, &id).await.unwrap();
        assert!(write(fixture, &before, &set("a", int(2))).await, "{id:?}");
        let after = read(fixture, &id).await.unwrap();
        let expected = document! { "_id": id.clone(), "a": int(2) };
        assert_same(Some(&after), Some(&expected));
        assert!(write(fixture, &after, &LiteWrite::Remove).await, "{id:?}");
        assert_eq!(read(fixture, &id).await, None, "{id:?}");
        let insert = LiteWrite::Insert(expected);
        assert_eq!(
            attempt(fixture, &id, None, &insert).await,
            Ok(true),
            "{id:?}"
        );
        fixture.take(&id).await;
        met.push(id);
    }
    assert!(met.len() > 20);
}

pub(super) async fn what_would_not_be_stored_as_it_is_is_refused(fixture: &dyn Fixture) {
    let before = stored(fixture, one([("a", int(1))])).await;
    let odd = Bson::Other {
        kind: "dbPointer",
        ejson: "{}".to_owned(),
    };
    let zero = Bson::Timestamp {
        time: 0,
        increment: 0,
    };
    for value in [odd.clone(), list([odd]), zero] {
        let fault = attempt(fixture, &int(1), Some(&before), &set("a", value))
            .await
            .unwrap_err();
        assert_eq!(
            (fault.kind, fault.retry),
            (Kind::Malformed, Retry::Never),
            "{fault}"
        );
    }
    assert_same(read(fixture, &int(1)).await.as_ref(), Some(&before.fields));
}
