//! Time: both clocks, and how often a frame may be drawn.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use crate::app::Now;

/// Time between frames: a little more than a sixtieth of a second, so that with the one frame that
/// a key may have early no second has more than 60.
const FRAME: Duration = Duration::from_millis(17);
/// Both clocks. The monotonic one is tokio's, so that tests can pause it.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    origin: Instant,
}

impl Clock {
    /// A clock whose monotonic side starts at zero now.
    #[must_use]
    pub fn start() -> Self {
        Self {
            origin: Instant::now(),
        }
    }

    /// Both times.
    #[must_use]
    pub fn now(self) -> Now {
        let wall = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        Now {
            mono: u64::try_from(self.origin.elapsed().as_millis()).unwrap_or(u64::MAX),
            wall: i64::try_from(wall.as_millis()).unwrap_or(i64::MAX),
        }
    }

    pub(super) fn at(self, mono: u64) -> Instant {
        self.origin + Duration::from_millis(mono)
    }
}

/// When the next frame may be drawn. Frames are [`FRAME`] apart on average; one that answers a
/// person may come a frame early, so a key does not wait behind a frame that showed a report.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    next: Instant,
}

impl Pace {
    /// The first frame may be drawn at once.
    pub(super) fn from(now: Instant) -> Self {
        Self { next: now }
    }

    pub(super) fn due(self, answers: bool) -> Instant {
        if answers {
            self.next.checked_sub(FRAME).unwrap_or(self.next)
        } else {
            self.next
        }
    }

    pub(super) fn drawn(&mut self, now: Instant) {
        self.next = self.next.max(now) + FRAME;
    }
}
