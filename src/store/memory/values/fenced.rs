//! Which transaction carries a write, found again by what it is made of, as the storage nodes of a
//! real store find it by its root. Only fenced ones: nobody else can have made them.

use std::sync::Arc;

use super::{Content, MemoryValues, State};
use crate::domain::Version;

impl State {
    /// Remembers a transaction with a fence.
    pub(super) fn remember(&mut self, (sequence, fence): (u64, u64), writes: &[(String, Content)]) {
        let writes = writes.iter().filter(|_| fence != u64::MAX);
        for (key, content) in writes {
            if let Content::Bytes(bytes) = content {
                let made_of = (sequence, fence, key.clone(), Arc::clone(bytes));
                self.fenced.push(made_of);
            }
        }
    }
}

impl MemoryValues {
    /// The latest transaction that writes these bytes under the key with this fence, applied, dropped
    /// or still waiting; `None`: none was ever taken.
    #[must_use]
    pub fn submitted(&self, key: &str, bytes: &[u8], fence: u64) -> Option<Version> {
        let state = self.now();
        let mut all = state.fenced.iter().rev();
        let is_it = |(_, of, under, holds): &&(u64, u64, String, Arc<[u8]>)| {
            (*of, under.as_str(), &**holds) == (fence, key, bytes)
        };
        let (sequence, ..) = all.find(is_it)?;
        Some(Version(*sequence))
    }
}
