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

pub mod access;
pub mod calls;
pub mod chain;
pub mod endpoint;
pub mod fault;
pub mod front;
pub mod load;
pub mod node;
pub mod shared;
pub mod state;
pub mod wire;
pub mod words;

use std::ops::Deref;
use std::sync::Arc;

use dualscope::store::kv::rpc::{NodeServer as _, StreamId};

pub use endpoint::Endpoint;
pub use fault::{Counts, Fault};
pub use shared::Options;
use shared::Shared;
pub use state::{State, Write, aligned_size};

/// A stream id made of one repeated byte.
pub fn stream(byte: u8) -> StreamId {
    dualscope::store::kv::rpc::Hash([byte; 32])
}

/// A running node; it stops when dropped. Where it listens and how it is spoiled is said by
/// [`Endpoint`].
pub struct KvNode {
    endpoint: Endpoint,
}

impl Deref for KvNode {
    type Target = Endpoint;

    fn deref(&self) -> &Endpoint {
        &self.endpoint
    }
}

impl KvNode {
    /// Starts a node on 127.0.0.1; it listens when this returns.
    pub fn start(options: Options) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::new(options));
        let mut module = node::Node(Arc::clone(&shared)).into_rpc();
        for name in shared.options.missing.clone() {
            let name: &'static str = name.leak();
            module.remove_method(name);
        }
        let endpoint = Endpoint::start(shared, module.into())?;
        Ok(Self { endpoint })
    }

    /// A node that holds `stream(1)`.
    pub fn with_stream() -> Self {
        Self::start(Options::holding(stream(1))).expect("a free port on 127.0.0.1")
    }

    /// Reads or changes what is stored.
    pub fn state<T>(&self, action: impl FnOnce(&mut State) -> T) -> T {
        action(&mut self.endpoint.shared().state())
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
            stream: self.endpoint.shared().options.streams[0],
            key: key.as_bytes().to_vec(),
            bytes: bytes.to_vec(),
        };
        self.endpoint.shared().state().commit(seq, &[write])
    }
}
