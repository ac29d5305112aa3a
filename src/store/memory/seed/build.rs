//! Collects drafts and stores them: every write of every document in the order of time, several
//! of one moment in one transaction, as the service's commits carry them.

use super::draft::{Draft, SECOND, Write};
use super::tree::Draw;
use crate::domain::Collection;
use crate::store::memory::values::Content;
use crate::store::memory::{MemoryIndex, MemoryValues};

/// The demo under construction.
pub(super) struct Builder {
    pub(super) draw: Draw,
    pub(super) drafts: Vec<Draft>,
    /// Writes that belong to no document: keys of other shapes.
    pub(super) strays: Vec<(String, Write)>,
    counter: u32,
}

impl Builder {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            draw: Draw(seed),
            drafts: Vec::with_capacity(1_600),
            strays: Vec::new(),
            counter: 0x00a1_b200,
        }
    }

    pub(super) fn add(&mut self, draft: Draft) {
        self.drafts.push(draft);
    }

    /// Up to a second, to the microsecond.
    pub(super) fn jitter(&mut self) -> i64 {
        i64::try_from(self.draw.below(1_000_000)).unwrap_or(0)
    }

    /// A fresh object id: its second, one process, a counter.
    pub(super) fn id(&mut self, at: i64) -> [u8; 12] {
        self.counter += 1;
        let second = u32::try_from(at.div_euclid(SECOND))
            .unwrap_or(0)
            .to_be_bytes();
        let count = self.counter.to_be_bytes();
        let mut id = [
            0x5c, 0xa1, 0xab, 0x1e, 0x5c, 0xa1, 0xab, 0x1e, 0x07, 0, 0, 0,
        ];
        id[..4].copy_from_slice(&second);
        id[9..].copy_from_slice(&count[1..]);
        id
    }

    /// A random UUID's text.
    pub(super) fn uuid(&mut self) -> String {
        let (a, b) = (self.draw.next(), self.draw.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            a >> 32,
            a >> 16 & 0xffff,
            a & 0xfff,
            b >> 48 & 0x3fff | 0x8000,
            b & 0xffff_ffff_ffff
        )
    }

    /// Moves everything into the stores.
    pub(super) fn store(self, index: &MemoryIndex, values: &MemoryValues) {
        let mut draw = Draw(3);
        let mut writes: Vec<(i64, String, Content)> = Vec::with_capacity(4_000);
        for draft in self.drafts {
            let key = draft.key();
            for write in draft.writes {
                writes.push((write.at, key.clone(), write.written.content()));
            }
            if let Some(lite) = draft.lite {
                index.put(&Collection::new(draft.collection), lite);
            }
        }
        for (key, write) in self.strays {
            writes.push((write.at, key, write.written.content()));
        }
        writes.sort_by_key(|(at, ..)| *at);
        let mut batch: Vec<(String, Content)> = Vec::new();
        let mut since = i64::MIN;
        for (at, key, content) in writes {
            if at > since.saturating_add(20 * SECOND) || batch.iter().any(|(k, _)| *k == key) {
                if !batch.is_empty() {
                    values.submit(std::mem::take(&mut batch));
                    // Other streams of the same chain use up numbers too.
                    values.skip(draw.next() % 3);
                }
                since = at;
            }
            batch.push((key, content));
        }
        values.submit(batch);
        values.apply_all();
    }
}
