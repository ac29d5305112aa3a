//! Time as the program sees it: the real waits, divided by what a test can wait for.

use std::time::{Duration, Instant};

/// Divisors for what is slept and for what is waited at most.
#[derive(Clone, Copy)]
pub(crate) struct Pace {
    sleeps: u32,
    limits: u32,
}

impl Pace {
    /// As the environment says.
    pub(crate) fn from_env() -> Self {
        let of = |name: &str| {
            let text = std::env::var(name).unwrap_or_default();
            text.parse().ok().filter(|n| *n > 0).unwrap_or(1)
        };
        Self {
            sleeps: of("DEVNET_CLIENT_SPEED"),
            limits: of("DEVNET_CLIENT_LIMITS"),
        }
    }

    /// A wait as long as it is here.
    pub(crate) fn scaled(self, duration: Duration) -> Duration {
        duration / self.sleeps
    }

    pub(crate) fn sleep(self, duration: Duration) {
        std::thread::sleep(duration / self.sleeps);
    }

    /// Sleeps unless a moment passes first; whether it did not.
    pub(crate) fn sleep_until(self, duration: Duration, end: Option<Instant>) -> bool {
        let whole = duration / self.sleeps;
        let left = end.map(|end| end.saturating_duration_since(Instant::now()));
        let slept = left.map_or(whole, |left| left.min(whole));
        std::thread::sleep(slept);
        end.is_none_or(|end| Instant::now() < end)
    }

    /// The moment at which a limit that begins now ends.
    pub(crate) fn deadline(self, limit: Duration) -> Instant {
        Instant::now() + limit / self.limits
    }

    /// What is left of a limit, as the program would say it.
    pub(crate) fn left(self, end: Instant) -> Duration {
        end.saturating_duration_since(Instant::now()) * self.limits
    }
}
