//! The program dies at every point of every kind of write, and again in its recovery, while the node
//! applies late or refuses the right to write, somebody else writes like the service does, and the
//! client that writes stops where it likes, runs on, or is gone. Whatever the order: nobody's value is
//! overwritten unknowingly, nothing is half written that nobody knows, nothing is reported done that
//! is not. Each ending is reached by some order, or the test fails.
//!
//! Where all orders are too many, a part of them is drawn. `DUALSCOPE_TEST_SEED` draws the same ones
//! again, `DUALSCOPE_TEST_CRASHES` says how many to draw for each of the first crashes (1):
//!
//! ```text
//! DUALSCOPE_TEST_CRASHES=20 cargo test --release --test it crash -- --nocapture
//! ```

mod kinds;
mod promises;
mod sum;

use std::sync::Arc;
use std::time::Duration;

use dualscope::domain::intent::{Choice, Decision, Ending};
use dualscope::task::event::{OpenIntent, Outcome, Written};
use dualscope::task::spec::TaskSpec;
use tokio::time::sleep;

use kinds::{KINDS, Theirs, foreign, of_values, prepare};
use promises::{Seen, check};
use sum::{Dice, Sum, draws};

use crate::support::writing::{Death, Fuse, Machine, Stop, Stores};

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

/// Longer than any client lives.
const LONG: Duration = Duration::from_secs(30);

/// How often a recovery is tried before it is said to be stuck.
const TURNS: usize = 6;

/// One order of events.
#[derive(Clone, Copy, Debug)]
struct Order {
    kind: &'static str,
    late: Late,
    /// Where the first two clients stop.
    stops: [Stop; 2],
    death: Death,
    crash: Option<usize>,
    second: Option<usize>,
    foreign: Option<(usize, Theirs)>,
    /// The stream is encrypted.
    encrypted: bool,
}

impl Order {
    /// Nothing goes wrong.
    fn calm(kind: &'static str, late: Late) -> Self {
        Self {
            kind,
            late,
            stops: [Stop::Never; 2],
            death: Death::RunOn,
            crash: None,
            second: None,
            foreign: None,
            encrypted: false,
        }
    }

    /// Whether somebody else writes.
    fn is_disturbed(&self) -> bool {
        self.foreign.is_some() && !self.may_be_dropped()
    }

    /// Whether the node may drop a transaction although nobody else writes.
    fn may_be_dropped(&self) -> bool {
        matches!(self.foreign, Some((_, Theirs::Refusal)))
    }
}

/// What was learnt of a run: how many points the first run and the recovery had.
struct Run {
    first: usize,
    recovery: usize,
}

async fn run(order: Order, sum: &mut Sum) -> Run {
    let (mut stores, (plan, undoes)) = prepare(order.kind).await;
    let known = stores.paper.stories().len();
    match order.late {
        Late::AtOnce => {}
        Late::Soon => stores.values.set_delay(Some(Duration::from_secs(1))),
        _ => stores.values.set_delay(None),
    }
    let machine = if order.encrypted {
        Machine::encrypted
    } else {
        Machine::new
    };
    stores.machine = Some(machine(&stores.values, &order.stops, order.death));

    let act = order.foreign.map(|(at, what)| (at, foreign(what, &plan)));
    let fuse = Fuse::new(order.crash, act);
    let mut program = stores.start(&fuse);
    let spec = TaskSpec::Write {
        plan: Arc::clone(&plan),
        undoes,
    };
    let mut told: Vec<Written> = program.take_up(spec).await.into_iter().collect();
    program.die();
    if order.late == Late::AfterTheCrash {
        stores.values.apply_all();
    }

    let second = Fuse::new(order.second, None);
    recover((&stores, &second), true, &mut told, sum).await;
    if order.late != Late::AtTheVeryEnd {
        stores.values.apply_all();
    }
    for turn in 0..TURNS {
        sleep(LONG).await;
        let calm = Fuse::new(None, None);
        let open = recover((&stores, &calm), turn == 0, &mut told, sum).await;
        stores.values.apply_all();
        if open == 0 {
            break;
        }
    }
    sleep(LONG).await;
    stores.values.apply_all();
    let seen = Seen {
        stores: &stores,
        known,
        plan: &plan,
        told: &told,
        order,
    };
    check(&seen);
    sum.took(&seen);
    Run {
        first: fuse.points(),
        recovery: second.points(),
    }
}

/// A new start: every open intent is finished where that is offered, given up where it is not. What
/// is better left for later is left, while the person is patient. How many were open.
async fn recover(
    (stores, fuse): (&Stores, &Arc<Fuse>),
    patient: bool,
    told: &mut Vec<Written>,
    sum: &mut Sum,
) -> usize {
    let mut program = stores.start(fuse);
    let open = match program.ask(TaskSpec::Survey).await {
        Some(Ok(Outcome::Open(open, faults))) if faults.is_empty() => open,
        None => {
            program.die();
            return 1;
        }
        other => panic!("{other:?}"),
    };
    let found = open.len();
    for intent in open {
        sum.found(&intent.story);
        let Some(decision) = decide(&intent, patient) else {
            continue;
        };
        let spec = TaskSpec::Resume {
            intent: intent.story.intent.clone(),
            key: intent.story.plan.key.clone(),
            decision,
        };
        match program.ask(spec).await {
            Some(Ok(Outcome::Written(written))) => told.push(*written),
            None => break,
            other => panic!("{other:?}"),
        }
    }
    program.die();
    found
}

fn decide(open: &OpenIntent, patient: bool) -> Option<Decision> {
    let choices = &open.verdict.as_ref().unwrap().choices;
    match choices.first()? {
        Choice::Finish | Choice::Follow => Some(Decision::Finish),
        Choice::Drop => Some(Decision::Drop),
        Choice::Later => {
            let drop = !patient && choices.contains(&Choice::Drop);
            drop.then_some(Decision::Drop)
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_crash_at_every_point_and_another_in_the_recovery_break_no_promise() {
    let (mut sum, mut dice) = (Sum::default(), Dice::new());
    for kind in KINDS {
        for late in LATE {
            let calm = Order::calm(kind, late);
            let points = run(calm, &mut sum).await.first;
            for crash in 1..=points {
                let crash = Some(crash);
                let again = run(Order { crash, ..calm }, &mut sum).await.recovery;
                // All of them for one lateness, every fourth for the others.
                let every = if late == Late::AtOnce { 1 } else { 4 };
                for second in (1 + dice.below(every)..=again).step_by(every) {
                    let second = Some(second);
                    let order = Order {
                        crash,
                        second,
                        ..calm
                    };
                    run(order, &mut sum).await;
                }
            }
        }
    }
    sum.say();
    assert!(sum.orders > 2_000);
    sum.reached(&[Ending::Done, Ending::NotApplied]);
}

#[tokio::test(start_paused = true)]
async fn somebody_elses_writes_at_every_point_break_no_promise() {
    let (mut sum, mut dice) = (Sum::default(), Dice::new());
    for kind in KINDS {
        for late in [Late::AtOnce, Late::Soon, Late::AtTheVeryEnd] {
            let calm = Order::calm(kind, late);
            let points = run(calm, &mut sum).await.first;
            for at in 1..=points {
                for what in Theirs::ALL {
                    let foreign = Some((at, what));
                    let order = Order { foreign, ..calm };
                    run(order, &mut sum).await;
                    for crash in (at + dice.below(5)..=points).step_by(5) {
                        let crash = Some(crash);
                        run(Order { crash, ..order }, &mut sum).await;
                    }
                }
            }
        }
    }
    sum.say();
    assert!(sum.orders > 2_000);
    sum.reached(&[
        Ending::Done,
        Ending::Conflict,
        Ending::Dropped,
        Ending::NotApplied,
        Ending::Superseded,
        Ending::HalfDone,
        Ending::GivenUp,
    ]);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_stops_anywhere_and_whose_program_dies_anywhere_breaks_no_promise() {
    let (mut sum, mut dice) = (Sum::default(), Dice::new());
    for &kind in of_values() {
        for stop in Stop::ALL {
            for death in Death::ALL {
                let calm = Order {
                    stops: [stop, Stop::Never],
                    death,
                    ..Order::calm(kind, Late::AtOnce)
                };
                let points = run(calm, &mut sum).await.first;
                for crash in (1..=points).map(Some).chain([None]) {
                    for _ in 0..draws() {
                        run(dice.order(calm, crash, points), &mut sum).await;
                    }
                }
            }
        }
    }
    sum.say();
    sum.met_everything();
}

#[tokio::test(start_paused = true)]
async fn an_encrypted_write_is_sent_once_and_what_lacks_its_data_is_told() {
    let (mut sum, mut dice) = (Sum::default(), Dice::new());
    for kind in ["edit", "delete"] {
        for stop in Stop::ALL {
            for death in Death::ALL {
                let calm = Order {
                    stops: [stop, Stop::Never],
                    death,
                    encrypted: true,
                    ..Order::calm(kind, Late::AtOnce)
                };
                let points = run(calm, &mut sum).await.first;
                for crash in (1..=points).map(Some).chain([None]) {
                    run(Order { crash, ..calm }, &mut sum).await;
                    for _ in 0..draws() {
                        run(dice.order(calm, crash, points), &mut sum).await;
                    }
                }
            }
        }
    }
    sum.say();
    assert!(sum.orders > 1_000);
}

#[tokio::test(start_paused = true)]
async fn what_a_client_may_still_send_is_not_given_up() {
    let order = Order {
        stops: [Stop::Bare, Stop::Never],
        death: Death::Unseen,
        crash: Some(9),
        foreign: Some((9, Theirs::Value)),
        ..Order::calm("edit", Late::AtOnce)
    };
    run(order, &mut Sum::default()).await;
}
