//! Random documents, changes by others and writes against the smallest model there is.

use std::collections::BTreeMap;

use dualscope::domain::bson::Document;
use dualscope::domain::plan::LiteWrite;
use dualscope::domain::{Bson, Lite};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::super::index::document;
use super::{Fixture, attempt, int, read, text};

/// Stories per run of the suite, and writes in each.
const STORIES: i32 = 12;
const WRITES: usize = 10;

const NAMES: [&str; 4] = ["a", "b", "c.d", "$e"];

/// The fields by name; what is not compared (the order) is not kept.
type Fields = BTreeMap<String, Bson>;

/// Few values that are alike, so that some writes meet what they expect.
fn value() -> impl Strategy<Value = Bson> {
    prop_oneof![
        2 => Just(Bson::Null),
        3 => (0..2).prop_map(int),
        1 => (0..2_i64).prop_map(Bson::Int64),
        1 => Just(Bson::Double(1.0)),
        1 => Just(Bson::Date(-1)),
        2 => "[ab]".prop_map(|letter| text(&letter)),
        1 => Just(Bson::Array(vec![int(1)])),
        1 => Just(Bson::Array(vec![text("a"), Bson::Null])),
    ]
}

fn fields() -> impl Strategy<Value = Fields> {
    let name = prop::sample::select(&NAMES[..]).prop_map(str::to_owned);
    prop::collection::btree_map(name, value(), 0..4)
}

#[derive(Clone, Debug)]
enum Kind {
    Insert(Fields),
    Update(BTreeMap<String, Option<Bson>>),
    Remove,
}

/// A write, and what somebody else does between reading and writing.
#[derive(Clone, Debug)]
struct Step {
    kind: Kind,
    between: Between,
}

/// What somebody else does.
#[derive(Clone, Debug)]
enum Between {
    Nothing,
    Put(Fields),
    Take,
}

fn step() -> impl Strategy<Value = Step> {
    let name = prop::sample::select(&NAMES[..]).prop_map(str::to_owned);
    let change = prop::collection::btree_map(name, prop::option::of(value()), 0..3);
    let kind = prop_oneof![
        3 => fields().prop_map(Kind::Insert),
        6 => change.prop_map(Kind::Update),
        1 => Just(Kind::Remove),
    ];
    let between = prop_oneof![
        6 => Just(Between::Nothing),
        3 => fields().prop_map(Between::Put),
        1 => Just(Between::Take),
    ];
    (kind, between).prop_map(|(kind, between)| Step { kind, between })
}

fn whole(id: &Bson, fields: &Fields) -> Document {
    let mut document = document! { "_id": id.clone() };
    document.0.extend(fields.clone());
    document
}

fn fields_of(lite: &Lite) -> Fields {
    let own = lite.fields.0.iter().filter(|(name, _)| name != "_id");
    own.cloned().collect()
}

pub(super) async fn random_writes_do_what_the_rule_says(fixture: &dyn Fixture) {
    // The seed is fixed, so that a failure is the same on every machine.
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let story = prop::collection::vec(step(), WRITES);
    let (mut done, mut refused) = (0, 0);
    for number in 0..STORIES {
        let id = int(number);
        let mut now: Option<Fields> = None;
        for step in story.new_tree(&mut runner).unwrap().current() {
            match run(fixture, &id, &step, &mut now).await {
                Some(true) => done += 1,
                Some(false) => refused += 1,
                None => {}
            }
        }
    }
    assert!(done > 20 && refused > 10, "{done} done, {refused} refused");
}

/// Runs one step; `None` when there was nothing to update.
async fn run(
    fixture: &dyn Fixture,
    id: &Bson,
    step: &Step,
    now: &mut Option<Fields>,
) -> Option<bool> {
    let before = read(fixture, id).await;
    let (write, before) = match &step.kind {
        Kind::Insert(fields) => (LiteWrite::Insert(whole(id, fields)), None),
        Kind::Update(fields) => {
            let fields = fields.clone().into_iter().collect();
            (LiteWrite::Update(fields), Some(before?))
        }
        Kind::Remove => (LiteWrite::Remove, before),
    };
    match &step.between {
        Between::Nothing => {}
        Between::Put(fields) => {
            fixture.put(whole(id, fields)).await;
            *now = Some(fields.clone());
        }
        Between::Take => {
            if now.take().is_some() {
                fixture.take(id).await;
            }
        }
    }
    let expected = allowed(&step.kind, before.as_ref(), now.as_ref());
    if expected {
        apply(&step.kind, now);
    }
    let held = attempt(fixture, id, before.as_ref(), &write).await;
    assert_eq!(held, Ok(expected), "{step:#?} {before:#?}");
    let after = read(fixture, id).await;
    assert_eq!(after.as_ref().map(fields_of), *now, "{step:#?}");
    Some(expected)
}

/// The rule, written once more in the plainest way.
fn allowed(kind: &Kind, before: Option<&Lite>, now: Option<&Fields>) -> bool {
    let before = before.map(fields_of);
    let (Some(before), Some(now)) = (&before, now) else {
        return before.is_none() && now.is_none();
    };
    let names = before.keys().chain(now.keys());
    names
        .into_iter()
        .all(|name| match (before.get(name), now.get(name)) {
            (Some(Bson::Null), None) => true,
            (None, Some(_)) => match kind {
                Kind::Update(fields) => !fields.contains_key(name),
                Kind::Insert(_) | Kind::Remove => false,
            },
            (read, found) => read == found,
        })
}

fn apply(kind: &Kind, now: &mut Option<Fields>) {
    match kind {
        Kind::Insert(fields) => *now = Some(fields.clone()),
        Kind::Remove => *now = None,
        Kind::Update(fields) => {
            let all = now.get_or_insert_default();
            for (name, value) in fields {
                match value {
                    Some(value) => drop(all.insert(name.clone(), value.clone())),
                    None => drop(all.remove(name)),
                }
            }
        }
    }
}
