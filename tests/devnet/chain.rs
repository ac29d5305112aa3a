//! The chain and the storage node behind an emulated KV node: what a client submits to, each as a
//! server of its own that can be dead, wrong, silent or refuse without the others.
//!
//! Mined at once and in one global order; applied by the KV node later and in that order. The
//! real client works on it too, so what it says here is held to the real formats.

pub mod evm;
pub mod ledger;
pub mod replay;
pub mod storage;

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use jsonrpsee::Methods;
use jsonrpsee::types::ErrorObjectOwned;

use super::endpoint::Endpoint;
use super::shared::Shared;
use super::state::State;
use super::wire::batch::{Batch, Entry};
use super::{KvNode, wire};
pub use ledger::{Ledger, Seen};
pub use replay::{Replay, Stall, Step};

/// How often the KV node looks for something to apply.
const LOOKS_EVERY: Duration = Duration::from_millis(2);

/// What the servers of one chain share.
pub struct World {
    ledger: Mutex<Ledger>,
    /// Gives the KV node's state.
    node: Arc<Shared>,
}

impl World {
    /// Reads or changes chain and KV node together.
    pub fn with<T>(&self, action: impl FnOnce(&mut Ledger, &mut State) -> T) -> T {
        let mut ledger = self.ledger.lock().expect("a thread of the chain panicked");
        action(&mut ledger, &mut self.node.state())
    }
}

/// A running chain with its storage node and indexer; it stops when dropped.
pub struct Chain {
    world: Arc<World>,
    pub evm: Endpoint,
    pub storage: Endpoint,
    pub indexer: Endpoint,
    /// Ends the replay when it is dropped.
    stop: Option<Sender<()>>,
    replayer: Option<JoinHandle<()>>,
}

impl Chain {
    /// Starts the chain that a KV node follows.
    pub fn of(node: &KvNode) -> std::io::Result<Self> {
        let world = Arc::new(World {
            ledger: Mutex::new(Ledger::default()),
            node: Arc::new(node.shared().beside()),
        });
        let start = |methods: Methods| Endpoint::start(Arc::new(node.shared().beside()), methods);
        let evm = start(evm::methods(&world))?;
        let storage = start(storage::methods(&world))?;
        let indexer = start(storage::indexer(&world, &storage.url()))?;
        let (stop, stopped) = channel::<()>();
        let replayed = Arc::clone(&world);
        let thread = std::thread::Builder::new().name("replay".to_owned());
        let spawned = thread.spawn(move || {
            while stopped.recv_timeout(LOOKS_EVERY) == Err(RecvTimeoutError::Timeout) {
                replayed.with(|ledger, state| {
                    ledger.mine(state);
                    ledger.replay_due(state);
                });
            }
        })?;
        Ok(Self {
            world,
            evm,
            storage,
            indexer,
            stop: Some(stop),
            replayer: Some(spawned),
        })
    }

    /// Reads or changes the settings and the content of the chain.
    pub fn set<T>(&self, action: impl FnOnce(&mut Ledger) -> T) -> T {
        self.world.with(|ledger, _| action(ledger))
    }

    /// When the KV node applies what was mined.
    pub fn replay(&self, replay: Replay) {
        self.set(|ledger| ledger.replay = replay);
    }

    /// Applies what can be applied now, whatever was said about when.
    pub fn apply_all(&self) -> Vec<Step> {
        self.world.with(|ledger, state| {
            let steps = std::iter::from_fn(|| Some(ledger.apply_next(state)));
            steps
                .take_while(|step| *step != Step::Idle && !step.is_stalled())
                .collect()
        })
    }

    /// Applies the next transaction, if one waits.
    pub fn apply_next(&self) -> Step {
        self.world.with(Ledger::apply_next)
    }

    /// Submits another program's batch with its data in place; returns its sequence.
    pub fn foreign(&self, account: [u8; 20], writes: &[Entry]) -> u64 {
        let batch = Batch {
            version: u64::MAX,
            writes: writes.to_vec(),
            ..Batch::default()
        };
        self.submit(account, &batch)
    }

    /// Submits any batch with its data in place; returns its sequence.
    pub fn submit(&self, account: [u8; 20], batch: &Batch) -> u64 {
        let mut streams: Vec<_> = batch.writes.iter().map(|write| write.stream).collect();
        streams.extend(batch.accesses.iter().map(|access| access.stream));
        streams.sort_unstable();
        streams.dedup();
        let tags = wire::batch::tags(&streams);
        let data = batch.encode();
        self.world
            .with(|ledger, state| ledger.store(state, account, (&data, tags)))
    }

    /// Submits any bytes with their tags and their data in place; returns the sequence.
    pub fn submit_raw(&self, account: [u8; 20], data: &[u8], tags: Vec<u8>) -> u64 {
        self.world
            .with(|ledger, state| ledger.store(state, account, (data, tags)))
    }

    /// What the chain has seen, in order.
    pub fn seen(&self) -> Vec<Seen> {
        self.set(|ledger| ledger.seen())
    }
}

impl Drop for Chain {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(replayer) = self.replayer.take() {
            let _ = replayer.join();
        }
    }
}

/// A JSON-RPC error without data.
fn refusal(code: i32, message: impl Into<String>) -> ErrorObjectOwned {
    ErrorObjectOwned::owned(code, message, None::<()>)
}
