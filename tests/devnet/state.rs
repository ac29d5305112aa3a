//! What an emulated KV node has stored: every version of every key of every stream.
//!
//! Pure data, no network. Versions are transaction sequences, which all streams share.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use dualscope::store::kv::rpc::{Account, StreamId};

/// A flow entry is this long; where a value ends within one decides an answer of the node.
const ENTRY: usize = 256;

/// One write of a transaction.
#[derive(Clone)]
pub struct Write {
    pub stream: StreamId,
    pub key: Vec<u8>,
    /// Empty for a tombstone.
    pub bytes: Vec<u8>,
}

/// One version of one key.
#[derive(Clone)]
pub struct Row {
    pub bytes: Arc<[u8]>,
    /// Where the value ends in the encoded batch that carried it.
    pub end: usize,
}

impl Row {
    /// Whether the value ends exactly at the end of a flow entry.
    pub fn ends_aligned(&self) -> bool {
        self.end.is_multiple_of(ENTRY)
    }
}

type Versions = BTreeMap<u64, Row>;

/// The whole store.
#[derive(Default)]
pub struct State {
    pub held: BTreeSet<StreamId>,
    pub admins: BTreeMap<StreamId, BTreeSet<Account>>,
    pub writers: BTreeMap<StreamId, BTreeSet<Account>>,
    /// Keys that only admins and these accounts may write.
    pub special: BTreeMap<(StreamId, Vec<u8>), BTreeSet<Account>>,
    pub results: BTreeMap<u64, String>,
    pub first_tx_seq: Option<u64>,
    /// The next sequence to be applied.
    pub applied_seq: u64,
    /// The next sequence that the chain gives out; a chain that nobody started gives none.
    pub mined_seq: u64,
    rows: BTreeMap<StreamId, BTreeMap<Vec<u8>, Versions>>,
}

impl State {
    /// Applies one transaction as `seq`, or as the next one. A transaction that touches a stream
    /// which is not held is skipped as a whole and leaves no result.
    pub fn commit(&mut self, seq: Option<u64>, writes: &[Write]) -> u64 {
        let seq = seq.unwrap_or_else(|| {
            assert!(
                self.mined_seq <= self.applied_seq,
                "a transaction waits to be applied: write through the chain"
            );
            self.applied_seq
        });
        self.applied_seq = self.applied_seq.max(seq + 1);
        if writes.iter().any(|w| !self.held.contains(&w.stream)) {
            return seq;
        }
        let mut end: usize = 16 + writes.iter().map(|w| 43 + w.key.len()).sum::<usize>();
        for write in writes {
            end += write.bytes.len();
            let row = Row {
                bytes: write.bytes.as_slice().into(),
                end,
            };
            let keys = self.rows.entry(write.stream).or_default();
            keys.entry(write.key.clone()).or_default().insert(seq, row);
        }
        self.results.insert(seq, "Commit".to_owned());
        seq
    }

    /// Forgets what happened from `seq` on, as a chain reorganisation does.
    pub fn roll_back(&mut self, seq: u64) {
        for versions in self.rows.values_mut().flat_map(BTreeMap::values_mut) {
            versions.split_off(&seq);
        }
        self.results.split_off(&seq);
        self.applied_seq = seq;
    }

    /// The newest row of a key up to and including `version`.
    pub fn newest(&self, stream: StreamId, key: &[u8], version: u64) -> Option<(u64, &Row)> {
        let versions = self.rows.get(&stream)?.get(key)?;
        versions.range(..=version).next_back().map(|(v, r)| (*v, r))
    }

    /// The keys of a stream that were written at or before `version`, tombstones included.
    pub fn keys(
        &self,
        stream: StreamId,
        from: Bound<&[u8]>,
        to: Bound<&[u8]>,
        version: u64,
    ) -> impl DoubleEndedIterator<Item = (&Vec<u8>, u64, &Row)> {
        self.rows
            .get(&stream)
            .into_iter()
            .flat_map(move |keys| keys.range::<[u8], _>((from, to)))
            .filter_map(move |(key, versions)| {
                let (version, row) = versions.range(..=version).next_back()?;
                Some((key, *version, row))
            })
    }
}

/// The size of at least `least` bytes at which the only value of a transaction ends on an entry.
pub fn aligned_size(key: &str, least: usize) -> usize {
    let before = 16 + 43 + key.len();
    (before + least).next_multiple_of(ENTRY) - before
}
