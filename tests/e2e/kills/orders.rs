//! Rounds made of seeds: what is written, what goes wrong, and when.

use super::kinds::{KINDS, Kind};

/// When the node applies what was submitted.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Late {
    AtOnce,
    Slowly,
    AfterTheKill,
    AfterTheSecond,
}

/// What somebody else writes meanwhile.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Theirs {
    Value,
    Lite,
    Both,
}

/// What goes wrong with the client.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Client {
    /// Nothing: it outlives the program.
    LivesOn,
    /// It is killed together with the program.
    KilledToo,
    /// It dies by itself at this stage.
    Dies(&'static str),
    /// It goes no further behind this stage, and is killed after the program.
    Hangs(&'static str),
}

/// The stages at which a client can be made to stop.
const STAGES: [&str; 8] = [
    "start", "nodes", "send", "sent", "hash", "upload", "uploaded", "end",
];

impl Client {
    fn of(dice: &mut Dice) -> Self {
        let stage = *dice.one_of(&STAGES);
        let all = [
            Self::LivesOn,
            Self::LivesOn,
            Self::KilledToo,
            Self::Dies(stage),
            Self::Hangs(stage),
        ];
        *dice.one_of(&all)
    }

    /// Whether a write may have to be begun anew since nothing of it was sent.
    pub(super) fn can_die_unsent(self) -> bool {
        matches!(self, Self::Dies("start" | "nodes" | "send"))
    }

    /// The fault as the client takes it.
    pub(super) fn fault(self) -> String {
        match self {
            Self::LivesOn | Self::KilledToo => String::new(),
            Self::Dies(stage) => format!("die@{stage}"),
            Self::Hangs(stage) => format!("hang@{stage}"),
        }
    }
}

/// One round. Moments are parts of the time that the write takes undisturbed.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) seed: u64,
    pub(super) kind: Kind,
    pub(super) late: Late,
    pub(super) client: Client,
    pub(super) kill: f64,
    pub(super) second: Option<f64>,
    pub(super) foreign: Option<(f64, Theirs)>,
}

impl Order {
    pub(super) fn of(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let all = [
            Late::AtOnce,
            Late::AtOnce,
            Late::Slowly,
            Late::AfterTheKill,
            Late::AfterTheSecond,
        ];
        Self {
            seed,
            kind: *dice.one_of(&KINDS),
            late: *dice.one_of(&all),
            client: Client::of(&mut dice),
            // Most of a short write is the start of the program, of which less is to be feared.
            kill: if dice.part() < 0.7 {
                0.4 + 0.65 * dice.part()
            } else {
                dice.part()
            },
            second: (dice.part() < 0.4).then(|| dice.part()),
            foreign: (dice.part() < 0.35).then(|| {
                let what = dice.one_of(&[Theirs::Value, Theirs::Lite, Theirs::Both]);
                (dice.part() * 1.2, *what)
            }),
        }
    }

    /// Whether somebody else writes to MongoDB.
    pub(super) fn touches_lite(&self) -> bool {
        matches!(self.foreign, Some((_, Theirs::Lite | Theirs::Both)))
    }
}

/// Numbers out of a seed (`SplitMix64`).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to 1.
    fn part(&mut self) -> f64 {
        let whole = u32::try_from(self.next() >> 32).unwrap();
        f64::from(whole) / f64::from(u32::MAX)
    }

    fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        let count = u64::try_from(all.len()).unwrap();
        &all[usize::try_from(self.next() % count).unwrap()]
    }
}
