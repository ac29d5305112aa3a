//! Values in memory, with the manners of a 0G key-value node: one global sequence of
//! transactions, versions kept for ever, tombstones, and writes that become visible later.

mod bare;
mod content;
mod fenced;

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

pub use content::{Content, Recipe};

use crate::domain::codec;
use crate::domain::intent::Fate;
use crate::domain::{Head, Key, Page, Stored, Version, Window};
use crate::store::error::StoreError;
use crate::store::port::{Check, CheckVerdict, Found, Got, Step, Values, Waits, Want};

/// One write to one key.
#[derive(Clone, Debug)]
struct Write {
    version: u64,
    content: Content,
}

impl Write {
    fn head(&self) -> Head {
        Head::of(self.version, self.content.size() as u64)
    }

    fn stored(&self) -> Stored {
        match self.head_without_size() {
            Head::Absent => Stored::Absent,
            Head::Tombstone(version) => Stored::Tombstone { version },
            Head::Value { version, .. } => Stored::Value {
                version,
                full: codec::decode(self.content.bytes()),
            },
        }
    }

    fn head_without_size(&self) -> Head {
        Head::of(self.version, u64::from(!self.content.is_tombstone()))
    }
}

/// A transaction that has a number and is not visible yet.
#[derive(Debug)]
struct Submitted {
    sequence: u64,
    writes: Vec<(String, Content)>,
    /// Dropped when the latest version of one of its keys is greater.
    fence: u64,
    due: Option<Instant>,
    /// Whether its data is there: nothing is applied before it has come.
    whole: bool,
}

#[derive(Debug, Default)]
struct State {
    /// Every write of every key, oldest first.
    keys: BTreeMap<String, Vec<Write>>,
    /// The next free transaction number.
    next: u64,
    waiting: VecDeque<Submitted>,
    /// Every fenced write, applied or not: number, fence, key, bytes.
    fenced: Vec<(u64, u64, String, Arc<[u8]>)>,
    /// Why transactions were dropped.
    dropped: HashMap<u64, String>,
    /// Transactions that it goes past without a word.
    passed: HashSet<u64>,
    delay: Option<Duration>,
    held: Option<bool>,
    first: Option<u64>,
}

impl State {
    /// Transactions are applied strictly in order, so the first that waits holds up all others.
    fn apply_while(&mut self, ready: impl Fn(&Submitted) -> bool) {
        let ready = |submitted: &Submitted| submitted.whole && ready(submitted);
        while self.waiting.front().is_some_and(&ready) {
            let Some(submitted) = self.waiting.pop_front() else {
                break;
            };
            let latest = |(key, _): &(String, Content)| {
                self.keys
                    .get(key)
                    .and_then(|writes| Some(writes.last()?.version))
            };
            if submitted
                .writes
                .iter()
                .filter_map(latest)
                .any(|latest| latest > submitted.fence)
            {
                let why = "VersionConfliction".to_owned();
                self.dropped.insert(submitted.sequence, why);
                continue;
            }
            for (key, content) in submitted.writes {
                self.keys.entry(key).or_default().push(Write {
                    version: submitted.sequence,
                    content,
                });
            }
        }
    }

    fn applied(&self) -> u64 {
        self.waiting.front().map_or(self.next, |w| w.sequence)
    }

    fn latest(&self, key: &str, at: Option<Version>) -> Option<&Write> {
        let top = at.map_or(u64::MAX, |version| version.0);
        let writes = self.keys.get(key)?;
        writes.iter().rev().find(|write| write.version <= top)
    }
}

/// The value side in memory.
#[derive(Debug)]
pub struct MemoryValues {
    stream: String,
    state: RwLock<State>,
}

impl MemoryValues {
    /// An empty store whose stream is called so on the screen.
    #[must_use]
    pub fn new(stream: &str) -> Self {
        Self {
            stream: stream.to_owned(),
            state: RwLock::new(State {
                held: Some(true),
                ..State::default()
            }),
        }
    }

    /// Writes and applies at once (whatever still waits is applied before); the new version.
    pub fn put(&self, key: &str, content: impl Into<Content>) -> Version {
        let version = self.submit(vec![(key.to_owned(), content.into())]);
        self.apply_all();
        version
    }

    /// Writes a tombstone and applies it at once; its version.
    pub fn delete(&self, key: &str) -> Version {
        self.put(key, Content::tombstone())
    }

    /// Takes one transaction: it has its number now and becomes visible after the delay, or when
    /// it is applied by hand when there is no delay. A key may stand in it only once.
    pub fn submit(&self, writes: Vec<(String, Content)>) -> Version {
        self.submit_fenced(writes, u64::MAX)
    }

    /// The same, dropped when one of its keys has a version greater than `fence` by then.
    pub fn submit_fenced(&self, writes: Vec<(String, Content)>, fence: u64) -> Version {
        let mut state = self.write();
        let sequence = state.next;
        state.next += 1;
        let due = state.delay.map(|delay| Instant::now() + delay);
        state.remember((sequence, fence), &writes);
        state.waiting.push_back(Submitted {
            sequence,
            writes,
            fence,
            due,
            whole: true,
        });
        Version(sequence)
    }

    /// Lets other streams use up this many transaction numbers.
    pub fn skip(&self, transactions: u64) {
        self.write().next += transactions;
    }

    /// From now on submitted transactions become visible after this time; `None`: by hand.
    pub fn set_delay(&self, delay: Option<Duration>) {
        self.write().delay = delay;
    }

    /// Makes every waiting transaction up to this one visible.
    pub fn apply_through(&self, version: Version) {
        self.write().apply_while(|w| w.sequence <= version.0);
    }

    /// Makes every waiting transaction visible.
    pub fn apply_all(&self) {
        self.write().apply_while(|_| true);
    }

    /// Loses a waiting transaction, as a node does that it is not for: its number is used up, its
    /// writes never come, nothing is said of it. Whether it was still waiting.
    pub fn lose(&self, version: Version) -> bool {
        let mut state = self.write();
        let lost = state.waiting.iter_mut().find(|w| w.sequence == version.0);
        let Some(submitted) = lost else {
            return false;
        };
        submitted.writes.clear();
        state.passed.insert(version.0);
        true
    }

    /// Drops a waiting transaction for this reason, as a node does that refuses its sender. Whether
    /// it was still waiting.
    pub fn refuse(&self, version: Version, why: &str) -> bool {
        let lost = self.lose(version);
        if lost {
            self.write().dropped.insert(version.0, why.to_owned());
        }
        lost
    }

    /// Sets whether the node follows the stream, and where its history begins.
    pub fn set_window(&self, held: Option<bool>, first: Option<u64>) {
        let mut state = self.write();
        state.held = held;
        state.first = first;
    }

    /// Every applied write, by transaction: the number, the key, the bytes (empty for a tombstone).
    #[must_use]
    pub fn log(&self) -> Vec<(Version, String, Arc<[u8]>)> {
        let state = self.now();
        let writes = state.keys.iter().flat_map(|(key, writes)| {
            writes
                .iter()
                .map(|w| (Version(w.version), key.clone(), w.content.bytes()))
        });
        let mut log: Vec<_> = writes.collect();
        log.sort_by_key(|(version, ..)| *version);
        log
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state after everything whose time has come was applied.
    fn now(&self) -> RwLockReadGuard<'_, State> {
        let read = || self.state.read().unwrap_or_else(PoisonError::into_inner);
        let due = |w: &Submitted| w.whole && w.due.is_some_and(|due| due <= Instant::now());
        let state = read();
        if !state.waiting.front().is_some_and(due) {
            return state;
        }
        drop(state);
        self.write().apply_while(due);
        read()
    }
}

#[async_trait]
impl Values for MemoryValues {
    fn address(&self) -> String {
        "memory".to_owned()
    }

    fn stream(&self) -> String {
        self.stream.clone()
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn window(&self) -> Result<Window, StoreError> {
        let state = self.now();
        Ok(Window {
            held: state.held,
            applied: Some(state.applied()),
            first: state.first,
        })
    }

    async fn heads(&self, keys: &[Key], at: Option<Version>) -> Result<Vec<Head>, StoreError> {
        let state = self.now();
        let head = |key: &Key| {
            let write = state.latest(&key.to_string(), at);
            write.map_or(Head::Absent, Write::head)
        };
        Ok(keys.iter().map(head).collect())
    }

    async fn get(&self, wants: &[Want]) -> Result<Vec<Result<Got, StoreError>>, StoreError> {
        // The lock is given back before values are made and decoded.
        let found: Vec<Option<Write>> = {
            let state = self.now();
            let of = |want: &Want| state.latest(&want.key.to_string(), want.at).cloned();
            wants.iter().map(of).collect()
        };
        let got = |(want, write): (&Want, Option<Write>)| match write {
            None => Got::Stored(Stored::Absent),
            Some(write) if want.known == Some(Version(write.version)) => {
                Got::Unchanged(Version(write.version))
            }
            Some(write) => Got::Stored(write.stored()),
        };
        Ok(wants.iter().zip(found).map(got).map(Ok).collect())
    }

    async fn history(
        &self,
        key: &Key,
        from: Option<Version>,
        limit: usize,
    ) -> Result<Page<Head>, StoreError> {
        let state = self.now();
        let top = from.map_or(u64::MAX, |version| version.0);
        let writes = state
            .keys
            .get(&key.to_string())
            .map_or(&[][..], Vec::as_slice);
        let mut below = writes.iter().rev().filter(|w| w.version <= top);
        let rows = below.by_ref().take(limit).map(Write::head).collect();
        Ok(Page {
            rows,
            more: below.next().is_some(),
        })
    }

    async fn scan(&self, after: Option<&str>, limit: usize) -> Result<Page<Found>, StoreError> {
        let state = self.now();
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let mut live = state
            .keys
            .range::<str, _>((from, Bound::Unbounded))
            .filter_map(|(key, writes)| match writes.last()?.head() {
                Head::Value { version, size } => Some(Found {
                    key: key.clone(),
                    version,
                    size,
                }),
                _ => None,
            });
        let rows = live.by_ref().take(limit).collect();
        Ok(Page {
            rows,
            more: live.next().is_some(),
        })
    }

    async fn fate(&self, sequence: u64) -> Result<Fate, StoreError> {
        let state = self.now();
        Ok(match state.dropped.get(&sequence) {
            _ if sequence >= state.applied() => Fate::Waiting,
            Some(why) => Fate::Dropped(why.clone()),
            None if state.passed.contains(&sequence) => Fate::Passed,
            None => Fate::Applied,
        })
    }

    async fn waits_for(&self) -> Result<Waits, StoreError> {
        Ok(Waits::Nothing)
    }

    async fn probe(&self) -> Vec<Check> {
        let (keys, applied) = {
            let state = self.now();
            (state.keys.len(), state.applied())
        };
        let said = |step| match step {
            Step::KvReach => "in this process".to_owned(),
            Step::KvMethods => "all of them".to_owned(),
            Step::KvStream => format!("holds stream {}", self.stream),
            Step::KvReplay => format!("{applied} transactions applied"),
            _ => format!("{keys} keys in memory"),
        };
        [
            Step::KvReach,
            Step::KvNode,
            Step::KvMethods,
            Step::KvStream,
            Step::KvReplay,
        ]
        .map(|step| Check {
            step,
            verdict: CheckVerdict::Ok,
            said: said(step),
            next: String::new(),
        })
        .to_vec()
    }
}

#[cfg(test)]
mod tests;
