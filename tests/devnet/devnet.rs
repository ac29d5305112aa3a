//! An emulated 0G KV node: serves the program's own JSON-RPC trait over real HTTP, as strictly and
//! as oddly as the real node does, and goes wrong on demand.
//!
//! It runs on a thread of its own, so it works in any test, with or without a runtime, and with a
//! paused clock. Test support only: it may panic, and each user takes only a part of it.
#![allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "test support: shared by several crates, each of which takes a part"
)]

pub mod calls;
pub mod fault;
pub mod front;
pub mod load;
pub mod node;
pub mod shared;
pub mod state;

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;

use dualscope::store::kv::rpc::StreamId;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

pub use fault::{Counts, Fault};
pub use shared::Options;
use shared::Shared;
pub use state::{State, Write, aligned_size};

/// A stream id made of one repeated byte.
pub fn stream(byte: u8) -> StreamId {
    dualscope::store::kv::rpc::Hash([byte; 32])
}

/// A running node; it stops when dropped.
pub struct KvNode {
    shared: Arc<Shared>,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl KvNode {
    /// Starts a node on 127.0.0.1; it listens when this returns.
    pub fn start(options: Options) -> std::io::Result<Self> {
        let listener = std::net::TcpListener::bind(("127.0.0.1", options.port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::new(options));
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let serving = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("kv-node".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    let listener = TcpListener::from_std(listener).expect("a listening socket");
                    tokio::select! {
                        () = front::serve(listener, serving) => {}
                        _ = stopped => {}
                    }
                });
            })?;
        Ok(Self {
            shared,
            address,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// A node that holds `stream(1)`.
    pub fn with_stream() -> Self {
        Self::start(Options::holding(stream(1))).expect("a free port on 127.0.0.1")
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Reads or changes what is stored.
    pub fn state<T>(&self, action: impl FnOnce(&mut State) -> T) -> T {
        action(&mut self.shared.state())
    }

    /// Stores one value as the next transaction; empty bytes make a tombstone.
    pub fn put(&self, key: &str, bytes: impl AsRef<[u8]>) -> u64 {
        self.write(None, key, bytes.as_ref())
    }

    /// Stores one value as transaction `seq`.
    pub fn put_at(&self, seq: u64, key: &str, bytes: impl AsRef<[u8]>) -> u64 {
        self.write(Some(seq), key, bytes.as_ref())
    }

    fn write(&self, seq: Option<u64>, key: &str, bytes: &[u8]) -> u64 {
        let write = Write {
            stream: self.shared.options.streams[0],
            key: key.as_bytes().to_vec(),
            bytes: bytes.to_vec(),
        };
        self.shared.state().commit(seq, &[write])
    }

    /// Orders a fault for the next request or call.
    pub fn fail_once(&self, fault: Fault) {
        self.shared.control().order(fault, None, 0, 1);
    }

    /// Orders a fault for everything from now on.
    pub fn fail_always(&self, fault: Fault) {
        self.shared.control().order(fault, None, 0, usize::MAX);
    }

    /// Orders a fault for `times` calls of one method after the first `skip`.
    pub fn fail(&self, method: &str, fault: Fault, skip: usize, times: usize) {
        self.shared
            .control()
            .order(fault, Some(method), skip, times);
    }

    /// Forgets all ordered faults.
    pub fn heal(&self) {
        self.shared.control().heal();
    }

    /// Changes the store right before call number `nth` from now of `method` is answered.
    pub fn before(&self, method: &str, nth: usize, hook: impl FnOnce(&mut State) + Send + 'static) {
        self.shared.control().before(method, nth, Box::new(hook));
    }

    /// What was asked so far.
    pub fn counts(&self) -> Counts {
        self.shared.control().counts.clone()
    }

    /// Sets the counters back; hooks that wait keep counting from here.
    pub fn reset_counts(&self) {
        self.shared.control().counts = Counts::default();
    }

    /// How many requests hang right now.
    pub fn hanging(&self) -> usize {
        self.shared.hanging()
    }
}

impl Drop for KvNode {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
