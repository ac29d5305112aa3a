//! A fuse in front of everything that writes: at one point the program dies, at another somebody
//! else acts.

use std::fmt;
use std::future::pending;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use dualscope::domain::intent::Receipt;
use dualscope::domain::plan::{LiteWrite, ValueWrite};
use dualscope::domain::{Bson, Collection, Key, Lite};
use dualscope::store::error::{Kind, Retry, Store, StoreError};
use dualscope::store::memory::faults::Faulty;
use dualscope::store::memory::{MemoryIndex, MemoryValues};
use dualscope::store::port::{
    Attempt, Check, Described, Index, LiteWriter, SubmitFault, ValueWriter,
};
use tokio::sync::Notify;

use super::Stores;

/// What somebody else does, at a point of its own.
pub(crate) type Foreign = Arc<dyn Fn(&MemoryIndex, &MemoryValues) + Send + Sync>;

/// Counts the points at which something can happen, and burns at one of them.
#[derive(Default)]
pub(crate) struct Fuse {
    state: Mutex<FuseState>,
    pub(super) burnt: Notify,
}

#[derive(Default)]
struct FuseState {
    points: usize,
    crash_at: Option<usize>,
    foreign_at: Option<(usize, Foreign)>,
    dead: bool,
}

impl fmt::Debug for Fuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fuse")
    }
}

impl Fuse {
    /// A fuse that burns at a point, counted from 1, and at which point somebody else acts.
    pub(crate) fn new(crash_at: Option<usize>, foreign_at: Option<(usize, Foreign)>) -> Arc<Self> {
        let state = FuseState {
            crash_at,
            foreign_at,
            ..FuseState::default()
        };
        Arc::new(Self {
            state: Mutex::new(state),
            burnt: Notify::new(),
        })
    }

    /// How many points there were.
    pub(crate) fn points(&self) -> usize {
        self.state.lock().unwrap().points
    }

    /// One point; whether the program still lives behind it.
    pub(super) fn pass(&self, stores: &Stores) -> bool {
        let mut state = self.state.lock().unwrap();
        if state.dead {
            return false;
        }
        state.points += 1;
        let here = state.points;
        if let Some((_, act)) = state.foreign_at.take_if(|(at, _)| *at == here) {
            act(&stores.index, &stores.values);
        }
        if state.crash_at == Some(here) {
            state.dead = true;
            self.burnt.notify_one();
        }
        !state.dead
    }

    /// One point of an async call: a dead program never comes back.
    pub(super) async fn gate(&self, stores: &Stores) {
        if !self.pass(stores) {
            pending::<()>().await;
        }
    }
}

/// A writing side whose calls are points of the fuse, before and after.
#[derive(Debug)]
pub(super) struct Fused<W> {
    pub(super) inner: W,
    pub(super) stores: Stores,
    pub(super) fuse: Arc<Fuse>,
}

#[async_trait]
impl LiteWriter for Fused<Arc<MemoryIndex>> {
    async fn write(
        &self,
        collection: &Collection,
        id: &Bson,
        before: Option<&Lite>,
        write: &LiteWrite,
    ) -> Result<bool, StoreError> {
        self.fuse.gate(&self.stores).await;
        let done = self.inner.write(collection, id, before, write).await;
        self.fuse.gate(&self.stores).await;
        let lost = |left: usize| left.checked_sub(1);
        let unanswered = &self.stores.unanswered;
        match unanswered.fetch_update(Ordering::Relaxed, Ordering::Relaxed, lost) {
            Ok(_) => {
                let error = StoreError::new(Store::Mongo, Kind::Timeout, "no answer");
                Err(error.retry(Retry::AfterLooking))
            }
            Err(_) => done,
        }
    }

    async fn read(&self, collection: &Collection, id: &Bson) -> Result<Option<Lite>, StoreError> {
        let index: Arc<dyn Index> = self.inner.clone();
        let index = Faulty::new(index, Arc::clone(&self.stores.faults));
        let found = index.by_ids(collection, std::slice::from_ref(id)).await?;
        Ok(found.into_iter().next())
    }

    async fn probe(&self) -> Vec<Check> {
        Vec::new()
    }
}

#[async_trait]
impl ValueWriter for Fused<Arc<dyn ValueWriter>> {
    fn described(&self) -> Described {
        self.inner.described()
    }

    fn is_repeatable(&self) -> bool {
        self.inner.is_repeatable()
    }

    fn check(&self, key: &Key, write: &ValueWrite) -> Result<(), StoreError> {
        self.inner.check(key, write)
    }

    async fn submit(
        &self,
        key: &Key,
        write: &ValueWrite,
        attempt: Attempt<'_>,
    ) -> Result<Receipt, SubmitFault> {
        self.fuse.gate(&self.stores).await;
        let done = self.inner.submit(key, write, attempt).await;
        self.fuse.gate(&self.stores).await;
        done
    }

    async fn look(
        &self,
        write: (&Key, &ValueWrite),
        receipt: &Receipt,
        output: &Path,
    ) -> Result<(Receipt, Option<bool>), StoreError> {
        self.fuse.gate(&self.stores).await;
        // A crash between the start of a try and its first word leaves nothing to tell it by.
        let (receipt, running) = self.inner.look(write, receipt, output).await?;
        let told = receipt != Receipt::default();
        Ok((receipt, running.filter(|_| told)))
    }

    async fn found(&self, write: (&Key, &ValueWrite), receipt: &Receipt) -> Receipt {
        self.inner.found(write, receipt).await
    }

    async fn follow(
        &self,
        receipt: &Receipt,
        attempt: Attempt<'_>,
    ) -> Result<Receipt, SubmitFault> {
        self.fuse.gate(&self.stores).await;
        let done = self.inner.follow(receipt, attempt).await;
        self.fuse.gate(&self.stores).await;
        done
    }

    async fn complete(
        &self,
        write: (&Key, &ValueWrite),
        known: &Receipt,
        attempt: Attempt<'_>,
    ) -> Result<Receipt, SubmitFault> {
        self.fuse.gate(&self.stores).await;
        let done = self.inner.complete(write, known, attempt).await;
        self.fuse.gate(&self.stores).await;
        done
    }

    async fn probe(&self) -> Vec<Check> {
        Vec::new()
    }
}
