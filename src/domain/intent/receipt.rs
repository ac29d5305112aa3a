//! What is known of one submission of a value: gathered from what the client says while it runs.

/// A process that was started, told apart from a later one with the same number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Child {
    /// Its process number.
    pub pid: u32,
    /// When the kernel started it, in clock ticks since boot.
    pub started: u64,
}

/// How far a submission is. Each stage bounds what may have happened.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Stage {
    /// Nothing can have been sent yet.
    #[default]
    Preparing,
    /// The transaction may be on its way; nobody has confirmed it (0G wire contract, F-39).
    Sending,
    /// The transaction is out; nobody has seen it in a block.
    Sent,
    /// The transaction was out, and the chain's node knows nothing of it any more: neither in a block
    /// nor waiting for one. Another node may still have it.
    Vanished,
    /// The transaction is in a block, and its data may be missing: the node goes no further before
    /// it has it, for any stream (F-11).
    Mined,
    /// The data is where it belongs.
    Uploaded,
    /// The chain took the transaction and it failed there: nothing comes of it.
    Reverted,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 7] = [
        Self::Preparing,
        Self::Sending,
        Self::Sent,
        Self::Vanished,
        Self::Mined,
        Self::Uploaded,
        Self::Reverted,
    ];

    /// The name in the journal and in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Preparing => "preparing",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Vanished => "vanished",
            Self::Mined => "mined",
            Self::Uploaded => "uploaded",
            Self::Reverted => "reverted",
        }
    }

    /// Whether a transaction is out and its data may be missing.
    #[must_use]
    pub fn may_lack_data(self) -> bool {
        matches!(self, Self::Sent | Self::Mined)
    }

    /// Whether a transaction may be out that nobody has seen, where it is not certain that none was
    /// sent.
    #[must_use]
    pub fn is_unseen(self) -> bool {
        matches!(self, Self::Preparing | Self::Sending | Self::Vanished)
    }

    /// Whether nothing comes of the try: nothing went out, or the chain refused it.
    #[must_use]
    pub fn is_without_effect(self) -> bool {
        matches!(self, Self::Preparing | Self::Reverted)
    }

    /// The stage of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }
}

/// What is known of a submission so far.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Receipt {
    /// The process that does it, where one does.
    pub child: Option<Child>,
    /// How far it got.
    pub stage: Stage,
    /// The Merkle root of the data, `0x` and 64 hex digits.
    pub root: Option<String>,
    /// The transaction's hash, `0x` and 64 hex digits.
    pub hash: Option<String>,
    /// The transaction's sequence: the version that the value becomes if it is applied.
    pub sequence: Option<u64>,
    /// What the next sequence was before the first try: an older transaction is of another write, also
    /// where it carries the same data.
    pub floor: Option<u64>,
}

impl Receipt {
    /// This receipt with what an earlier one of the same transaction knew: a stage that was reached
    /// stays reached, but for a block that the chain has replaced, and for a transaction that one node
    /// did not know and another one does.
    #[must_use]
    pub fn over(self, earlier: &Self) -> Self {
        let replaced = (Stage::Vanished, Stage::Mined);
        let found = (Stage::Sent, Stage::Vanished);
        let both = (self.stage, earlier.stage);
        Self {
            child: self.child.or(earlier.child),
            stage: if both == replaced || both == found {
                self.stage
            } else {
                self.stage.max(earlier.stage)
            },
            root: self.root.or_else(|| earlier.root.clone()),
            hash: self.hash.or_else(|| earlier.hash.clone()),
            sequence: self.sequence.or(earlier.sequence),
            floor: earlier.floor.or(self.floor),
        }
    }
}

/// Why a node has gone past a transaction without a result (0G wire contract, B.6).
pub const PASSED: &str = "gives no result: it was not for this node, or lies before its window";

/// What the value store says became of a transaction.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Fate {
    /// It was applied.
    Applied,
    /// It was dropped, for this reason (the node's own word).
    Dropped(String),
    /// Its turn has not come.
    Waiting,
    /// Its turn is over, and the store says nothing of it (see [`PASSED`]): nothing comes of it here.
    /// Another node may have applied it.
    Passed,
    /// The store does not say.
    Untold,
}
