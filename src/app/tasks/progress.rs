//! Where a task stands, from the moment it was asked for to its end. It knows no words of an answer.

use crate::domain::intent::Ending;
use crate::task::event::Failure;

/// Where a task stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Progress {
    /// It waits for a place.
    Queued,
    /// It runs.
    Running,
    /// A stop was asked for.
    Stopping,
    /// It is done.
    Done,
    /// A half of what it read is not known.
    Unknown,
    /// A write ended otherwise than done.
    Left(Ending),
    /// It could not be done.
    Failed(Failure),
    /// It was stopped on request.
    Cancelled,
}

impl Progress {
    /// One word.
    #[must_use]
    pub fn said(&self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Stopping => "stopping",
            Self::Done => "done",
            Self::Unknown => "unknown",
            Self::Left(ending) => ending.row().name,
            Self::Failed(_) => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether nothing more will happen.
    #[must_use]
    pub fn is_end(&self) -> bool {
        matches!(
            self,
            Self::Done | Self::Unknown | Self::Left(_) | Self::Failed(_) | Self::Cancelled
        )
    }
}
