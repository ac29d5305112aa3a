//! Transactions that are mined without their data, as a client leaves them that dies in between. They
//! must hold up everything behind them, as they do on a real node.

use tokio::time::Instant;

use super::{Content, MemoryValues};
use crate::domain::Version;

impl MemoryValues {
    /// Takes one transaction without its data: it and everything behind it waits until the data is
    /// [brought](Self::bring). Dropped when one of its keys has a version greater than `fence` by
    /// then.
    pub fn submit_bare(&self, writes: Vec<(String, Content)>, fence: u64) -> Version {
        let version = self.submit_fenced(writes, fence);
        let mut state = self.write();
        let mut waiting = state.waiting.iter_mut();
        if let Some(bare) = waiting.find(|w| w.sequence == version.0) {
            bare.whole = false;
        }
        version
    }

    /// Brings the data of a waiting transaction, which becomes visible after the delay. Whether the
    /// data was missing.
    pub fn bring(&self, version: Version) -> bool {
        let mut state = self.write();
        let due = state.delay.map(|delay| Instant::now() + delay);
        let mut waiting = state.waiting.iter_mut();
        let found = waiting.find(|w| w.sequence == version.0 && !w.whole);
        found.is_some_and(|bare| {
            (bare.whole, bare.due) = (true, due);
            true
        })
    }

    /// The waiting transactions without data.
    #[must_use]
    pub fn bare(&self) -> Vec<Version> {
        let state = self.now();
        let bare = state.waiting.iter().filter(|w| !w.whole);
        bare.map(|w| Version(w.sequence)).collect()
    }
}
