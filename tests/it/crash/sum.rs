//! Which orders are drawn, and what they came across.

use std::collections::BTreeSet;
use std::time::{SystemTime, UNIX_EPOCH};

use dualscope::domain::intent::{Stage, Story};

use super::kinds::FOREIGN;
use super::promises::Seen;
use super::{LATE, Order};
use crate::support::writing::Stop;

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok().filter(|text| !text.is_empty())?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is no number")),
    )
}

/// Orders for each of the first crashes.
pub(super) fn draws() -> u64 {
    number("DUALSCOPE_TEST_CRASHES").unwrap_or(1)
}

/// Numbers out of a seed (`SplitMix64`), which a failure names.
pub(super) struct Dice {
    seed: u64,
    state: u64,
}

impl Dice {
    pub(super) fn new() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let drawn = u64::from(now.subsec_nanos()) ^ now.as_secs();
        let seed = number("DUALSCOPE_TEST_SEED").unwrap_or(drawn);
        println!("seed {seed}");
        Self { seed, state: seed }
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        let limit = u64::try_from(limit).unwrap();
        usize::try_from(mixed % limit).unwrap()
    }

    /// An order with this first crash, and anything else that can go wrong.
    pub(super) fn order(&mut self, calm: Order, crash: Option<usize>, points: usize) -> Order {
        let again = [Stop::Never, Stop::ALL[self.below(Stop::ALL.len())]];
        let second = 1 + self.below(20);
        let foreign = (1 + self.below(crash.unwrap_or(points)), self.below(FOREIGN));
        Order {
            late: LATE[self.below(LATE.len())],
            stops: [calm.stops[0], again[self.below(2)]],
            crash,
            second: (self.below(2) == 0).then_some(second),
            foreign: (self.below(4) == 0).then_some(foreign),
            ..calm
        }
    }
}

impl Drop for Dice {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!(
                "again: DUALSCOPE_TEST_SEED={} cargo test --test it crash",
                self.seed
            );
        }
    }
}

/// What the orders came across.
#[derive(Default)]
pub(super) struct Sum {
    pub(super) orders: u32,
    /// How far a write was that a recovery found.
    left: BTreeSet<String>,
    /// How writes were said to end.
    told: BTreeSet<&'static str>,
}

impl Sum {
    pub(super) fn found(&mut self, story: &Story) {
        let stage = story.receipt.stage.name();
        self.left.insert(format!("{:?} {stage}", story.phase));
    }

    pub(super) fn took(&mut self, seen: &Seen<'_>) {
        self.orders += 1;
        let endings = seen.told.iter().map(|written| written.ending.row().name);
        self.told.extend(endings);
    }

    pub(super) fn say(&self) {
        let Self { orders, left, told } = self;
        println!("{orders} orders; left at {left:?}; told {told:?}");
    }

    /// Whether every stage of a client was left behind, and every ending was told.
    pub(super) fn met_everything(&self) {
        for stage in [
            Stage::Preparing,
            Stage::Sending,
            Stage::Sent,
            Stage::Uploaded,
        ] {
            let left = format!("Submitting {}", stage.name());
            assert!(self.left.contains(&left), "{left}: {:?}", self.left);
        }
        for ending in dualscope::domain::intent::ENDINGS {
            // A node that drops for another reason than a fence is not among these orders.
            let met = self.told.contains(ending.name);
            assert!(
                met || ending.name == "dropped",
                "{}: {:?}",
                ending.name,
                self.told
            );
        }
    }
}
