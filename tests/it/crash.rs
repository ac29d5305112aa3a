//! The program dies at every point of every kind of write, and again at every point of its recovery,
//! while the node applies late and somebody else writes like the service does. Whatever the order:
//! nobody's value is overwritten unknowingly, nothing is half written that nobody knows, nothing
//! is reported done that is not.

mod promises;

use std::sync::Arc;
use std::time::Duration;

use dualscope::domain::intent::{Choice, Decision};
use dualscope::domain::plan::{self, Desk, Plan, Refusal, Typed};
use dualscope::domain::{Bson, Codec, Collection, Stored, Version};
use dualscope::store::memory::{MemoryIndex, MemoryValues};
use dualscope::task::event::{OpenIntent, Outcome, Written};
use dualscope::task::spec::TaskSpec;

use promises::check;

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
