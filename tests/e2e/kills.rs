//! The real program is killed with `kill -9` at any moment of every kind of write, sometimes again
//! in its recovery, while the node applies late, somebody else writes like the service does, and the
//! client lives on, is killed too, dies by itself or hangs.
//!
//! Rounds are made of seeds. `DUALSCOPE_TEST_KILLS` says how many kills have to hit (hundreds: some
//! minutes), `DUALSCOPE_TEST_SEED` repeats the round of one seed instead, which a failure names:
//!
//! ```text
//! DUALSCOPE_TEST_KILLS=500 tests/run e2e::kills
//! DUALSCOPE_TEST_SEED=1234 DUALSCOPE_TEST_KILLS=20 tests/run e2e::kills
//! ```
//!
//! A moment is a part of the time that the same write takes when nobody disturbs it, so that a slow
//! machine is hit at the same places.

pub(crate) mod kinds;
mod orders;
mod promises;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dualscope::domain::intent::Phase;

use self::kinds::{Case, KINDS, Kind, full, kill_clients, lite};
use self::orders::{Client, Late, Order, Theirs};
use self::promises::{Told, check};
use crate::devnet::chain::Replay;
use crate::real::{COLLECTION, Real, Started};
use crate::support::devnet::until;
use crate::support::mongo::Server;

/// Kills that have to hit unless the environment says more.
const KILLS: u64 = 200;
/// Stores side by side.
const WORKERS: u64 = 2;
/// How soon the node applies what is there.
const SOON: Duration = Duration::from_millis(10);
/// How often a recovery is tried before it is said to be stuck.
const TURNS: usize = 8;

/// Says how to have a round again, if it fails.
struct Blame(u64);

impl Drop for Blame {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let seed = self.0;
            println!(
                "again: DUALSCOPE_TEST_SEED={seed} DUALSCOPE_TEST_KILLS=20 tests/run e2e::kills"
            );
        }
    }
}

/// What all workers add to.
#[derive(Default)]
struct Sum {
    rounds: AtomicU64,
    first: AtomicU64,
    second: AtomicU64,
    /// How far the write was when it was killed.
    phases: Mutex<BTreeMap<String, u64>>,
}

impl Sum {
    fn hits(&self) -> u64 {
        self.first.load(Ordering::Relaxed) + self.second.load(Ordering::Relaxed)
    }
}

/// Stores of one worker, with the time that each kind of write takes there.
struct Worker<'a> {
    real: Real,
    calm: BTreeMap<Kind, Duration>,
    next: u32,
    sum: &'a Sum,
}

impl<'a> Worker<'a> {
    fn new(sum: &'a Sum) -> Self {
        let mut worker = Self {
            real: Real::new(Server::Plain),
            calm: BTreeMap::new(),
            next: 1,
            sum,
        };
        for kind in KINDS {
            let case = worker.case(kind);
            let said = worker.start(&case).end().ended(0);
            case.is_reached(&worker.real).unwrap();
            worker.calm.insert(kind, said.took);
        }
        worker
    }

    fn case(&mut self, kind: Kind) -> Case {
        self.next += 1;
        Case::new(&self.real, kind, self.next)
    }

    fn start(&self, case: &Case) -> Started {
        Started::new(case.command(&self.real), &case.state)
    }

    /// One round, and whatever is left open is settled.
    fn round(&mut self, order: &Order) -> (Case, Told) {
        let case = self.case(order.kind);
        let calm = self.calm[&order.kind];
        self.real.net.chain.replay(match order.late {
            Late::AtOnce => Replay::After(SOON),
            Late::Slowly => Replay::After(calm / 3),
            Late::AfterTheKill | Late::AfterTheSecond => Replay::ByHand,
        });
        let mut told = Told::default();
        self.first(&case, (order, calm), &mut told);
        if order.late == Late::AfterTheKill {
            self.real.net.chain.replay(Replay::After(SOON));
        }
        if let Some(second) = order.second {
            let mut again = self.recover(&case, &["--finish", "--yes"]);
            again.until(calm.mul_f64(second));
            let (hit, said) = again.kill();
            self.sum.second.fetch_add(u64::from(hit), Ordering::Relaxed);
            told.take(&said, &case.key);
        }
        self.real.net.chain.replay(Replay::After(SOON));
        self.settle(&case, &mut told);
        let (real, sum) = (&self.real, self.sum);
        until(|| {
            real.net
                .node
                .state(|state| state.applied_seq >= state.mined_seq)
        });
        sum.rounds.fetch_add(1, Ordering::Relaxed);
        (case, told)
    }

    /// The command until it is killed, and what somebody else does meanwhile or after that.
    fn first(&self, case: &Case, (order, calm): (&Order, Duration), told: &mut Told) {
        self.real.client_fault(&order.client.fault());
        let mut running = self.start(case);
        let theirs_first = order.foreign.filter(|(at, _)| *at < order.kill);
        if let Some((at, what)) = theirs_first {
            running.until(calm.mul_f64(at));
            self.foreign(case, what);
        }
        running.until(calm.mul_f64(order.kill));
        let (hit, said) = running.kill();
        if matches!(order.client, Client::KilledToo | Client::Hangs(_)) {
            kill_clients(&self.real, &case.key);
        }
        self.real.client_fault("");
        told.take(&said, &case.key);
        if hit {
            self.sum.first.fetch_add(1, Ordering::Relaxed);
            let phase = case
                .story()
                .map(|story| (story.phase, story.ended.is_some()));
            let phase = match phase {
                None => "nothing written down".to_owned(),
                Some((Phase::Indexed, true)) => "ended".to_owned(),
                Some((phase, _)) => format!("{phase:?}"),
            };
            *self.sum.phases.lock().unwrap().entry(phase).or_default() += 1;
        }
        assert!(
            case.typed_text_is_there(&self.real),
            "typed text is lost: {order:?}"
        );
        if let Some((_, what)) = order.foreign.filter(|_| theirs_first.is_none()) {
            self.foreign(case, what);
        }
    }

    /// What somebody else writes, in the order of the service.
    fn foreign(&self, case: &Case, what: Theirs) {
        if what != Theirs::Value {
            self.real.service_lite(&case.id, &lite(&case.id, "theirs"));
        }
        if what != Theirs::Lite {
            let text = STANDARD.encode(full(&case.id, "theirs"));
            self.real.service_submits(&case.key, text.as_bytes());
        }
    }

    fn recover(&self, case: &Case, arguments: &[&str]) -> Started {
        let all = [&["recover", "--json"], arguments].concat();
        self.real.start(&case.state, &all)
    }

    /// Until nothing is open: finished where that is offered, given up where it is not, or where
    /// finishing comes to no end since somebody else has changed the document.
    fn settle(&self, case: &Case, told: &mut Told) {
        for turn in 0..TURNS {
            let list = self.recover(case, &[]).end();
            if list.code() == Some(0) {
                return;
            }
            for open in list.ended(1).lines() {
                let choices = open["choices"].as_array().unwrap();
                let offered = |name: &str| choices.iter().any(|choice| choice == name);
                let flag = match (offered("finish"), offered("drop")) {
                    (true, true) if turn > 2 => "--drop",
                    (true, _) => "--finish",
                    (false, true) => "--drop",
                    (false, false) => continue,
                };
                let intent = open["intent"].as_str().unwrap();
                let said = self.recover(case, &[intent, flag, "--yes"]).end();
                told.take(&said, &case.key);
            }
        }
        let list = self.recover(case, &[]).end();
        panic!("it stays open: {}\n{}", list.out, list.err);
    }
}

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok().filter(|text| !text.is_empty())?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is no number")),
    )
}

/// Rounds until enough kills have hit; then all of them are looked at once more.
fn work(sum: &Sum, (seed, step): (u64, u64), kills: u64) {
    let mut worker = Worker::new(sum);
    let bystander = worker.case(Kind::Put);
    let mut past = Vec::new();
    let mut seed = seed;
    // A round that ends before its kill is no hit; a machine on which none hits is no proof.
    while sum.hits() < kills && sum.rounds.load(Ordering::Relaxed) < kills * 4 {
        let _blame = Blame(seed);
        let order = Order::of(seed);
        let (case, told) = worker.round(&order);
        check(&worker.real, &case, &told, &order);
        past.push((case, told, order));
        seed = seed.wrapping_add(step);
    }
    std::thread::park_timeout(Duration::from_millis(300));
    for (case, told, order) in &past {
        let _blame = Blame(order.seed);
        check(&worker.real, case, told, order);
    }
    let real = &worker.real;
    assert_eq!(
        real.document(&bystander.id),
        bystander.lite,
        "nobody touched {COLLECTION}"
    );
    assert_eq!(real.versions(&bystander.key), bystander.versions);
}

#[test]
#[ignore = "needs a MongoDB server: tests/run"]
fn a_kill_at_any_moment_of_any_write_breaks_no_promise() {
    let kills = number("DUALSCOPE_TEST_KILLS").unwrap_or(KILLS);
    let given = number("DUALSCOPE_TEST_SEED");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let seed = given.unwrap_or(u64::from(now.subsec_nanos()) ^ now.as_secs());
    println!("seeds from {seed}");
    let sum = Sum::default();
    std::thread::scope(|scope| {
        for worker in 0..WORKERS {
            let sum = &sum;
            let (from, step) = if given.is_some() {
                (seed, 0)
            } else {
                (seed.wrapping_add(worker), WORKERS)
            };
            scope.spawn(move || work(sum, (from, step), kills));
        }
    });
    let phases = sum.phases.lock().unwrap();
    let (first, second) = (sum.first.into_inner(), sum.second.into_inner());
    println!(
        "{} rounds, {first} kills of writes, {second} of recoveries; the writes were at: {phases:?}",
        sum.rounds.into_inner()
    );
    assert!(
        first + second >= kills,
        "most rounds ended before their kill"
    );
    if given.is_none() && kills >= KILLS {
        assert!(phases.len() >= 4, "the kills hit few places: {phases:?}");
    }
}
