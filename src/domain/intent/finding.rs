//! How the value side of a write stands, and whose transaction it can have been. Whoever writes the
//! same bytes writes what was planned too; only the number of a transaction tells them apart.

use super::receipt::Receipt;
use crate::domain::key::Version;

/// How the value side stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Finding {
    /// The plan does not touch it.
    NotPlanned,
    /// As it was when the plan was made.
    Untouched,
    /// It holds our value.
    Ours(Version),
    /// It held our value, and somebody wrote again.
    Superseded(Version),
    /// Somebody else wrote; ours is not among the versions that can be seen.
    Foreign(Option<Version>),
    /// The store could not be asked.
    Unknown(String),
}

impl Finding {
    /// Whether our bytes stand, or stood, above the fence.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        matches!(self, Self::Ours(_) | Self::Superseded(_))
    }

    /// Whether it is known that this transaction brought our bytes: the same ones may be somebody
    /// else's, as of a tombstone.
    #[must_use]
    pub fn is_by(&self, receipt: &Receipt) -> bool {
        match self {
            Self::Ours(version) | Self::Superseded(version) => receipt.sequence == Some(version.0),
            _ => false,
        }
    }

    /// Whether a value stands beside which a transaction of ours can be out. Where nobody can be
    /// `told` of that transaction any more, equal bytes count as its own.
    #[must_use]
    pub fn is_beside(&self, receipt: &Receipt, told: bool) -> bool {
        match self {
            Self::Foreign(_) => true,
            Self::Ours(_) | Self::Superseded(_) => !self.is_by(receipt) && told,
            _ => false,
        }
    }
}
