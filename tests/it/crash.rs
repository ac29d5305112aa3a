//! The program dies at every point of every kind of write, and again at every point of its recovery,
//! while the node applies late and somebody else writes like the service does. Whatever the order:
//! nobody's value is overwritten unknowingly, nothing is half written that nobody knows, nothing
//! is reported done that is not.

use std::sync::Arc;
use std::time::Duration;

use dualscope::domain::intent::{Choice, Decision, Ending, Fact, Story};
use dualscope::domain::plan::{self, Desk, Plan, Refusal, Typed, ValueWrite};
use dualscope::domain::{Bson, Codec, Collection, Stored, Version};
use dualscope::store::memory::{MemoryIndex, MemoryValues};
use dualscope::task::event::{OpenIntent, Outcome, Written};
use dualscope::task::spec::TaskSpec;

use crate::support::writing::{Foreign, Fuse, KEY, Stores, first_text, key, text, typed_text};

/// The kinds of writes.
const KINDS: [&str; 7] = [
    "edit",
    "delete",
    "soft-delete",
    "restore",
    "rebuild",
    "put-back",
    "create",
];

/// When the node applies what was submitted.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Late {
    AtOnce,
    Soon,
    AfterTheCrash,
    AfterTheSecond,
    AtTheVeryEnd,
}

const LATE: [Late; 5] = [
    Late::AtOnce,
    Late::Soon,
    Late::AfterTheCrash,
    Late::AfterTheSecond,
    Late::AtTheVeryEnd,
];

fn id() -> Bson {
    Bson::object_id_from_hex("6979da5797f9041fc0aa063f").unwrap()
}

fn memcells() -> Collection {
    Collection::new("memcells")
}

/// Both stores as each kind of write needs to find them.
fn stores_for(kind: &str) -> Stores {
    let stores = Stores::with_document();
    match kind {
        "restore" => {
            let mut lite = crate::support::writing::first_lite();
            for (name, value) in &mut lite.0 {
                match name.as_str() {
                    "deleted_at" => *value = Bson::Date(5),
                    "deleted_id" => *value = Bson::Int64(7),
                    _ => {}
                }
            }
            stores.index.put(&memcells(), lite);
        }
        "rebuild" => drop(stores.index.remove(&memcells(), &id())),
        "create" => return empty(),
        _ => {}
    }
    stores
}

fn empty() -> Stores {
    let stores = Stores::new();
    stores.values.skip(1);
    stores.values.set_delay(Some(Duration::ZERO));
    stores
}

fn make(kind: &str, desk: Desk<'_>) -> Result<Plan, Refusal> {
    let typed = |text: String| Typed {
        text: text.into(),
        as_is: false,
    };
    match kind {
        "edit" => desk.edit(&typed(typed_text())),
        "create" => desk.edit(&typed(first_text())),
        "delete" => desk.delete(),
        "soft-delete" => plan::soft_delete(desk, None),
        "restore" => plan::restore(desk),
        "rebuild" => plan::rebuild(desk),
        _ => desk.put_back(&Stored::Value {
            version: Version(1),
            full: dualscope::store::codec::decode(
                Codec::Base64
                    .encode(&text("[]", "2026-01-20T13:59:30+00:00"))
                    .into(),
            ),
        }),
    }
}

/// What somebody else writes: the value, the lite document, or both in the service's order.
fn foreign(kind: usize) -> Foreign {
    let theirs = text(r#"["theirs"]"#, "2026-03-01T00:00:00+00:00");
    let value = move |values: &MemoryValues| {
        values.submit(vec![(KEY.to_owned(), Codec::Base64.encode(&theirs).into())]);
    };
    let lite = |index: &MemoryIndex| {
        let mut lite = crate::support::writing::first_lite();
        for (name, value) in &mut lite.0 {
            match name.as_str() {
                "keywords" => *value = Bson::Array(vec![Bson::String("theirs".into())]),
                "updated_at" => *value = Bson::Date(1_772_323_200_000),
                _ => {}
            }
        }
        index.put(&memcells(), lite);
    };
    match kind {
        0 => Arc::new(move |_, values| value(values)),
        1 => Arc::new(move |index, _| lite(index)),
        _ => Arc::new(move |index, values| {
            lite(index);
            value(values);
        }),
    }
}

fn is_theirs(stores: &Stores) -> (bool, bool) {
    let lite = stores.lite().and_then(|lite| lite.get("keywords").cloned());
    let theirs = Bson::Array(vec![Bson::String("theirs".into())]);
    let wrote =
        |(_, key, bytes): (Version, String, Arc<[u8]>)| key == KEY && is_their_value(&bytes);
    (
        stores.values.log().into_iter().any(wrote),
        lite == Some(theirs),
    )
}

fn is_their_value(bytes: &[u8]) -> bool {
    bytes == Codec::Base64.encode(&text(r#"["theirs"]"#, "2026-03-01T00:00:00+00:00"))
}

/// One order of events.
#[derive(Clone, Copy, Debug)]
struct Order {
    kind: &'static str,
    late: Late,
    crash: Option<usize>,
    second: Option<usize>,
    foreign: Option<(usize, usize)>,
}

/// What was learnt of a run: how many points the first run and the recovery had.
struct Run {
    first: usize,
    recovery: usize,
}

async fn run(order: Order) -> Run {
    let stores = stores_for(order.kind);
    match order.late {
        Late::AtOnce => {}
        Late::Soon => stores.values.set_delay(Some(Duration::from_secs(1))),
        _ => stores.values.set_delay(None),
    }
    let calm = Fuse::new(None, None);
    let mut planner = stores.start(&calm);
    let plan = planner
        .plan(&key(KEY), |desk| make(order.kind, desk))
        .await
        .unwrap();
    planner.die();

    let act = order.foreign.map(|(at, kind)| (at, foreign(kind)));
    let fuse = Fuse::new(order.crash, act);
    let mut program = stores.start(&fuse);
    let reported = program.write(plan.clone()).await;
    let mut told: Vec<Written> = reported.into_iter().collect();
    program.die();
    if order.late == Late::AfterTheCrash {
        stores.values.apply_all();
    }

    let second = Fuse::new(order.second, None);
    recover(&stores, &second, &mut told).await;
    if order.late != Late::AtTheVeryEnd {
        stores.values.apply_all();
    }
    for _ in 0..3 {
        recover(&stores, &Fuse::new(None, None), &mut told).await;
        stores.values.apply_all();
    }
    check(&stores, &plan, &told, order);
    Run {
        first: fuse.points(),
        recovery: second.points(),
    }
}

/// A new start: every open intent is finished where that is offered, given up where it is not.
async fn recover(stores: &Stores, fuse: &Arc<Fuse>, told: &mut Vec<Written>) {
    let mut program = stores.start(fuse);
    let open = match program.ask(TaskSpec::Survey).await {
        Some(Ok(Outcome::Open(open, faults))) if faults.is_empty() => open,
        None => return program.die(),
        other => panic!("{other:?}"),
    };
    for intent in open {
        let Some(decision) = decide(&intent) else {
            continue;
        };
        let spec = TaskSpec::Resume {
            intent: intent.story.intent.clone(),
            decision,
        };
        match program.ask(spec).await {
            Some(Ok(Outcome::Written(written))) => told.push(*written),
            None => break,
            other => panic!("{other:?}"),
        }
    }
    program.die();
}

fn decide(open: &OpenIntent) -> Option<Decision> {
    let choices = &open.verdict.as_ref().unwrap().choices;
    match choices.first()? {
        Choice::Finish | Choice::Follow => Some(Decision::Finish),
        Choice::Drop => Some(Decision::Drop),
        Choice::Later => None,
    }
}

/// The promises.
fn check(stores: &Stores, plan: &Plan, told: &[Written], order: Order) {
    let told_by_journal = stores.paper.stories();
    assert!(told_by_journal.len() <= 1, "{order:?}");
    let log: Vec<(Version, Arc<[u8]>)> = stores
        .values
        .log()
        .into_iter()
        .filter(|(_, key, _)| key == KEY)
        .map(|(version, _, bytes)| (version, bytes))
        .collect();
    let ours = plan.value.as_ref().map(|write| ours(&log, write));
    let story = told_by_journal.first();
    for written in told {
        assert!(
            written.ending != Ending::Done || done_is_true(stores, plan, ours.as_deref(), order),
            "{order:?}: {written:?}"
        );
    }
    if let (Some(write), Some(ours)) = (&plan.value, &ours) {
        assert!(ours.len() <= 1, "written twice: {order:?}");
        for version in ours {
            // Nobody's value came between what was read and what we wrote.
            let between = log
                .iter()
                .filter(|(other, _)| other < version && other.0 > write.fence.number());
            assert_eq!(
                between.count(),
                0,
                "a foreign value was overwritten: {order:?}"
            );
        }
    }
    let Some(story) = story else {
        assert!(
            ours.is_none_or(|ours| ours.is_empty()),
            "written, and nobody knows: {order:?}"
        );
        return;
    };
    known(stores, story, ours.as_deref(), order);
}

/// The versions at which our bytes were written above the fence.
fn ours(log: &[(Version, Arc<[u8]>)], write: &ValueWrite) -> Vec<Version> {
    let above = log.iter().filter(|(version, bytes)| {
        *bytes == write.bytes
            && (version.0 > write.fence.number() || write.fence == plan::Fence::Absent)
    });
    above.map(|(version, _)| *version).collect()
}

/// When something was reported done, both stores held it; somebody else may have written since.
fn done_is_true(stores: &Stores, plan: &Plan, ours: Option<&[Version]>, order: Order) -> bool {
    let value = ours.is_none_or(|ours| ours.len() == 1);
    let (_, their_lite) = is_theirs(stores);
    let lite = plan.lite.as_ref().is_none_or(|write| {
        write.is(stores.lite().as_ref()) || (order.foreign.is_some() && their_lite)
    });
    value && lite
}

/// However it ended, the story says so.
fn known(stores: &Stores, story: &Story, ours: Option<&[Version]>, order: Order) {
    let facts = stores.paper.facts();
    let context = || format!("{order:?}\n{:?}\n{facts:?}", story.ended);
    let written = ours.is_some_and(|ours| !ours.is_empty());
    let lite = story
        .plan
        .lite
        .as_ref()
        .is_none_or(|write| write.is(stores.lite().as_ref()));
    let Some((ending, said)) = &story.ended else {
        panic!("left open for ever: {}", context());
    };
    match ending {
        Ending::Done | Ending::Superseded | Ending::HalfDone => {}
        Ending::Refused | Ending::Conflict | Ending::Dropped => {
            assert!(!written, "said not to be written: {}", context());
        }
        Ending::GivenUp => {
            let says = said.contains("stored at") || !written;
            assert!(says, "{}", context());
        }
        Ending::NotApplied | Ending::Unknown | Ending::DataMissing => {
            panic!("never settled: {}", context());
        }
    }
    if written && !lite && order.foreign.is_none() {
        assert!(
            ending.row().open || *ending == Ending::GivenUp,
            "half written: {}",
            context()
        );
    }
    if order.foreign.is_none() {
        assert_ne!(
            *ending,
            Ending::Conflict,
            "a conflict with oneself: {}",
            context()
        );
        let planned = facts
            .iter()
            .any(|fact| matches!(fact, Fact::Submitting { .. }))
            || written;
        assert!(
            *ending == Ending::Done || !planned || story.plan.value.is_none(),
            "{}",
            context()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_crash_at_every_point_and_another_in_the_recovery_break_no_promise() {
    let mut runs = 0;
    for kind in KINDS {
        for late in LATE {
            let calm = Order {
                kind,
                late,
                crash: None,
                second: None,
                foreign: None,
            };
            let points = run(calm).await.first;
            for crash in 1..=points {
                let order = Order {
                    crash: Some(crash),
                    ..calm
                };
                let again = run(order).await.recovery;
                for second in 1..=again {
                    run(Order {
                        second: Some(second),
                        ..order
                    })
                    .await;
                    runs += 1;
                }
            }
        }
    }
    println!("{runs} orders");
    assert!(runs > 2_000, "{runs}");
}

#[tokio::test(start_paused = true)]
async fn somebody_elses_writes_at_every_point_break_no_promise() {
    let mut runs = 0;
    for kind in KINDS {
        for late in [Late::AtOnce, Late::Soon, Late::AtTheVeryEnd] {
            let calm = Order {
                kind,
                late,
                crash: None,
                second: None,
                foreign: None,
            };
            let points = run(calm).await.first;
            for crash in (1..=points).map(Some).chain([None]) {
                for at in 1..=crash.unwrap_or(points) {
                    for what in 0..3 {
                        run(Order {
                            crash,
                            foreign: Some((at, what)),
                            ..calm
                        })
                        .await;
                        runs += 1;
                    }
                }
            }
        }
    }
    println!("{runs} orders");
    assert!(runs > 2_000, "{runs}");
}
