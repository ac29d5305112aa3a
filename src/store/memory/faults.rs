//! Delays and failures on demand around any store: for the demo's `--latency`, and for tests that
//! need the third call to fail or one that never ends.
//!
//! A decorator knows nothing of what it wraps.

use std::collections::HashMap;
use std::fmt;
use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use crate::domain::intent::Fate;
use crate::domain::query::Count;
use crate::domain::{Bson, Collection, Filter, Head, Key, Lite, Page, Query, Version, Window};
use crate::store::error::{Store, StoreError};
use crate::store::port::{Came, Check, Entry, Found, Got, Index, IndexEntry, Values, Waits, Want};

/// The calls of both ports that can be delayed and can fail.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Op {
    /// `ping`, of either port.
    Ping,
    /// `Index::collections`.
    Collections,
    /// `Index::estimate`.
    Estimate,
    /// `Index::count`.
    Count,
    /// `Index::page`.
    Page,
    /// `Index::by_ids`.
    ByIds,
    /// `Index::indexes`.
    Indexes,
    /// `Values::window`.
    Window,
    /// `Values::heads`.
    Heads,
    /// `Values::get`.
    Get,
    /// `Values::history`.
    History,
    /// `Values::scan`.
    Scan,
    /// `Values::fate`.
    Fate,
    /// `probe`, of either port; it can be delayed or hang, a failure is ignored.
    Probe,
}

/// What happens instead of the answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The call fails.
    Fail(StoreError),
    /// The call never ends by itself: only its token or the drop of its future ends it.
    Hang,
}

/// How long every call takes at least.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Latency {
    /// Always.
    pub fixed: Duration,
    /// Up to this much more.
    pub jitter: Duration,
}

#[derive(Debug, Default)]
struct Script {
    latency: Latency,
    calls: HashMap<Op, u64>,
    /// Which call of which kind, counted from 1, ends how; `None` is every call.
    faults: Vec<(Op, Option<u64>, Fault)>,
    drawn: u64,
}

/// The script that the decorators of both ports follow. Shared: what is scripted later counts.
#[derive(Debug, Default)]
pub struct Faults {
    script: Mutex<Script>,
}

impl Faults {
    /// No faults, and this latency.
    #[must_use]
    pub fn new(latency: Latency) -> Arc<Self> {
        let faults = Self::default();
        faults.lock().latency = latency;
        Arc::new(faults)
    }

    /// Lets the nth call of a kind, counted from the first one ever, end like this.
    pub fn on_call(&self, op: Op, nth: u64, fault: Fault) {
        self.lock().faults.push((op, Some(nth), fault));
    }

    /// Lets every call of a kind end like this until [`Faults::clear`].
    pub fn always(&self, op: Op, fault: Fault) {
        self.lock().faults.push((op, None, fault));
    }

    /// Forgets all faults; counts stay.
    pub fn clear(&self) {
        self.lock().faults.clear();
    }

    /// How often a kind was called.
    #[must_use]
    pub fn calls(&self, op: Op) -> u64 {
        self.lock().calls.get(&op).copied().unwrap_or(0)
    }

    fn lock(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a call; how long it takes and how it ends.
    fn begin(&self, op: Op) -> (Duration, Option<Fault>) {
        let mut script = self.lock();
        let count = script.calls.entry(op).or_default();
        *count += 1;
        let nth = *count;
        let hits = |(on, call, _): &&(Op, Option<u64>, Fault)| {
            *on == op && call.is_none_or(|call| call == nth)
        };
        let fault = script
            .faults
            .iter()
            .find(hits)
            .map(|(.., fault)| fault.clone());
        // Not random, only uneven: the golden ratio spreads the jitter over its whole width.
        script.drawn = script.drawn.wrapping_add(0x9E37_79B9);
        let part = u32::try_from(script.drawn % 1000).unwrap_or(0);
        let latency = script.latency.fixed + script.latency.jitter * part / 1000;
        (latency, fault)
    }

    async fn gate(&self, op: Op) -> Result<(), StoreError> {
        let (latency, fault) = self.begin(op);
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        match fault {
            None => Ok(()),
            Some(Fault::Fail(error)) => Err(error),
            Some(Fault::Hang) => pending().await,
        }
    }

    async fn gate_until(
        &self,
        op: Op,
        store: Store,
        cancel: &CancellationToken,
    ) -> Result<(), StoreError> {
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(super::cancelled(store)),
            gone = self.gate(op) => gone,
        }
    }
}

/// A store behind a script.
pub struct Faulty<S: ?Sized> {
    inner: Arc<S>,
    faults: Arc<Faults>,
}

impl<S: ?Sized> Faulty<S> {
    /// Puts a script in front of a store.
    #[must_use]
    pub fn new(inner: Arc<S>, faults: Arc<Faults>) -> Self {
        Self { inner, faults }
    }
}

impl<S: fmt::Debug + ?Sized> fmt::Debug for Faulty<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Faulty({:?})", self.inner)
    }
}

#[async_trait]
impl Index for Faulty<dyn Index> {
    fn address(&self) -> String {
        self.inner.address()
    }

    fn database(&self) -> String {
        self.inner.database()
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.faults.gate(Op::Ping).await?;
        self.inner.ping().await
    }

    async fn collections(&self) -> Result<Vec<Entry>, StoreError> {
        self.faults.gate(Op::Collections).await?;
        self.inner.collections().await
    }

    async fn estimate(&self, collection: &Collection) -> Result<u64, StoreError> {
        self.faults.gate(Op::Estimate).await?;
        self.inner.estimate(collection).await
    }

    async fn count(
        &self,
        collection: &Collection,
        filter: &Filter,
        limit: Duration,
        cancel: &CancellationToken,
    ) -> Result<Count, StoreError> {
        self.faults
            .gate_until(Op::Count, Store::Mongo, cancel)
            .await?;
        self.inner.count(collection, filter, limit, cancel).await
    }

    async fn page(
        &self,
        query: &Query,
        cancel: &CancellationToken,
    ) -> Result<Page<Lite>, StoreError> {
        self.faults
            .gate_until(Op::Page, Store::Mongo, cancel)
            .await?;
        self.inner.page(query, cancel).await
    }

    async fn by_ids(&self, collection: &Collection, ids: &[Bson]) -> Result<Vec<Lite>, StoreError> {
        self.faults.gate(Op::ByIds).await?;
        self.inner.by_ids(collection, ids).await
    }

    async fn indexes(&self, collection: &Collection) -> Result<Vec<IndexEntry>, StoreError> {
        self.faults.gate(Op::Indexes).await?;
        self.inner.indexes(collection).await
    }

    async fn probe(&self) -> Vec<Check> {
        let _ = self.faults.gate(Op::Probe).await;
        self.inner.probe().await
    }

    async fn close(&self) {
        self.inner.close().await;
    }
}

#[async_trait]
impl Values for Faulty<dyn Values> {
    fn address(&self) -> String {
        self.inner.address()
    }

    fn stream(&self) -> String {
        self.inner.stream()
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.faults.gate(Op::Ping).await?;
        self.inner.ping().await
    }

    async fn window(&self) -> Result<Window, StoreError> {
        self.faults.gate(Op::Window).await?;
        self.inner.window().await
    }

    async fn heads(&self, keys: &[Key], at: Option<Version>) -> Result<Vec<Head>, StoreError> {
        self.faults.gate(Op::Heads).await?;
        self.inner.heads(keys, at).await
    }

    async fn get(&self, wants: &[Want]) -> Result<Vec<Result<Got, StoreError>>, StoreError> {
        self.faults.gate(Op::Get).await?;
        self.inner.get(wants).await
    }

    async fn get_telling(
        &self,
        wants: &[Want],
        came: Came<'_>,
    ) -> Result<Vec<Result<Got, StoreError>>, StoreError> {
        self.faults.gate(Op::Get).await?;
        self.inner.get_telling(wants, came).await
    }

    async fn history(
        &self,
        key: &Key,
        from: Option<Version>,
        limit: usize,
    ) -> Result<Page<Head>, StoreError> {
        self.faults.gate(Op::History).await?;
        self.inner.history(key, from, limit).await
    }

    async fn scan(&self, after: Option<&str>, limit: usize) -> Result<Page<Found>, StoreError> {
        self.faults.gate(Op::Scan).await?;
        self.inner.scan(after, limit).await
    }

    async fn fate(&self, sequence: u64) -> Result<Fate, StoreError> {
        self.faults.gate(Op::Fate).await?;
        self.inner.fate(sequence).await
    }

    async fn waits_for(&self) -> Result<Waits, StoreError> {
        self.faults.gate(Op::Window).await?;
        self.inner.waits_for().await
    }

    async fn probe(&self) -> Vec<Check> {
        let _ = self.faults.gate(Op::Probe).await;
        self.inner.probe().await
    }
}

#[cfg(test)]
mod tests;
