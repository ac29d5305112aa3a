//! Walking while the collection changes: every row that is there all the time is met exactly once.

use std::collections::BTreeMap;

use dualscope::domain::bson::Document;
use dualscope::domain::{Bson, Place, Query, Sort};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::{Fixture, by, document, int, list, page, place_of, question, text};

/// Walks per run of the suite.
const WALKS: u32 = 24;

/// One random walk.
#[derive(Debug)]
struct Plan {
    /// The rows at the start; `_id`s are made of their place.
    values: Vec<Option<Bson>>,
    /// Before the page of that number: a row to insert, or a row to remove.
    changes: BTreeMap<usize, Change>,
    descending: bool,
    backwards: bool,
    by_id: bool,
    limit: u32,
}

#[derive(Clone, Debug)]
enum Change {
    Insert(Option<Bson>),
    Remove(prop::sample::Index),
}

/// Few values of each type, so that there are many equal ones.
fn value() -> impl Strategy<Value = Option<Bson>> {
    prop_oneof![
        2 => Just(None),
        2 => Just(Some(Bson::Null)),
        4 => (-2..3).prop_map(|n| Some(int(n))),
        2 => (-2..3_i8).prop_map(|n| Some(Bson::Double(f64::from(n) / 2.0))),
        1 => Just(Some(Bson::Double(f64::NEG_INFINITY))),
        1 => Just(Some(Bson::Double(-0.0))),
        1 => (0..2_i64).prop_map(|n| Some(Bson::Int64(n))),
        4 => "[ab]{0,2}".prop_map(|s| Some(text(&s))),
        2 => (0..3_i64).prop_map(|n| Some(Bson::Date(n - 1))),
        1 => any::<bool>().prop_map(|b| Some(Bson::Bool(b))),
        2 => (0..2_u8).prop_map(|n| Some(Bson::ObjectId([n; 12]))),
        1 => (0..2).prop_map(|n| Some(Bson::Document(document! { "a": int(n) }))),
        4 => prop::collection::vec(item(), 0..4).prop_map(|items| Some(list(items))),
    ]
}

/// An item of an array.
fn item() -> impl Strategy<Value = Bson> {
    prop_oneof![
        4 => (-2..3).prop_map(int),
        2 => "[ab]".prop_map(|s| text(&s)),
        1 => Just(Bson::Null),
    ]
}

fn plan() -> impl Strategy<Value = Plan> {
    let change = prop_oneof![
        value().prop_map(Change::Insert),
        any::<prop::sample::Index>().prop_map(Change::Remove),
    ];
    (
        prop::collection::vec(value(), 0..40),
        prop::collection::btree_map(0..12_usize, change, 0..8),
        any::<bool>(),
        any::<bool>(),
        prop::bool::weighted(0.25),
        1..8_u32,
    )
        .prop_map(
            |(values, changes, descending, backwards, by_id, limit)| Plan {
                values,
                changes,
                descending,
                backwards,
                by_id,
                limit,
            },
        )
}

/// `_id`s of several types, in an order that has nothing to do with the values.
fn id(place: usize) -> Bson {
    let number = i32::try_from(place).unwrap().wrapping_mul(7919) % 1000;
    match place % 4 {
        0 => int(number * 2),
        1 => text(&format!("{number}")),
        2 => Bson::ObjectId([u8::try_from(place % 251).unwrap(); 12]),
        _ => Bson::Double(f64::from(number) * 2.0 + 0.5),
    }
}

fn row(place: usize, value: Option<&Bson>) -> Document {
    let mut row = document! { "_id": id(place) };
    row.0
        .extend(value.map(|value| ("v".to_owned(), value.clone())));
    row
}

pub(super) async fn every_row_exactly_once(fixture: &dyn Fixture) {
    // The seed is fixed, so that a failure is the same on every machine.
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    for number in 0..WALKS {
        let plan = plan().new_tree(&mut runner).unwrap().current();
        run(fixture, &format!("walk{number}"), &plan).await;
    }
}

async fn run(fixture: &dyn Fixture, name: &str, plan: &Plan) {
    let rows = plan.values.iter().enumerate();
    let rows = rows
        .map(|(place, value)| row(place, value.as_ref()))
        .collect();
    fixture.insert(name, rows).await;

    // How often each row that was there at the start was met; removed rows are crossed out.
    let mut met: BTreeMap<String, (Bson, u32)> = (0..plan.values.len())
        .map(|place| (format!("{:?}", id(place)), (id(place), 0)))
        .collect();
    let mut seen_new = BTreeMap::new();
    let mut query = Query {
        collection: dualscope::domain::Collection::new(name),
        sort: if plan.by_id {
            Sort::by_id(plan.descending)
        } else {
            by("v", plan.descending)
        },
        from: if plan.backwards {
            Place::Last
        } else {
            Place::First
        },
        ..question(plan.limit)
    };
    for step in 0..200 {
        change(fixture, name, plan, step, &mut met).await;
        let page = page(fixture, &query).await;
        for row in &page.rows {
            let key = format!("{:?}", row.id);
            match met.get_mut(&key) {
                Some((_, times)) => *times += 1,
                None => *seen_new.entry(key).or_insert(0) += 1,
            }
        }
        let last = if plan.backwards {
            page.rows.first()
        } else {
            page.rows.last()
        };
        let Some(last) = last.filter(|_| page.more) else {
            break;
        };
        let place = place_of(last, &query.sort);
        query.from = if plan.backwards {
            Place::Before(place)
        } else {
            Place::After(place)
        };
    }
    let wrong: Vec<_> = met.iter().filter(|(_, (_, times))| *times != 1).collect();
    assert!(
        wrong.is_empty(),
        "{name}: not met once: {wrong:?}\n{plan:#?}"
    );
    assert!(
        seen_new.values().all(|times| *times <= 1),
        "{name}: {seen_new:?}\n{plan:#?}"
    );
}

/// Inserts or removes a row before a page; a removed row no longer counts.
async fn change(
    fixture: &dyn Fixture,
    name: &str,
    plan: &Plan,
    step: usize,
    met: &mut BTreeMap<String, (Bson, u32)>,
) {
    match plan.changes.get(&step) {
        Some(Change::Insert(value)) => {
            let row = row(plan.values.len() + step, value.as_ref());
            fixture.insert(name, vec![row]).await;
        }
        Some(Change::Remove(which)) if !met.is_empty() => {
            let key = which.get(&met.keys().cloned().collect::<Vec<_>>()).clone();
            if let Some((id, times)) = met.remove(&key) {
                assert!(times <= 1, "{name}: {key} was met {times} times");
                fixture.remove(name, &id).await;
            }
        }
        _ => {}
    }
}
