//! What the threads of one emulated node share, and how it is configured.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use dualscope::store::kv::rpc::{MAX_PART, StreamId};

use super::fault::Control;
use super::state::State;

/// How a node is configured.
#[derive(Clone)]
pub struct Options {
    /// 0 takes a free one.
    pub port: u16,
    /// Streams that it follows.
    pub streams: Vec<StreamId>,
    /// Added to every HTTP request.
    pub delay: Duration,
    /// `max_query_len_in_bytes`.
    pub max_part: u64,
    /// `max_response_body_in_bytes`, for each call.
    pub max_response: usize,
    /// Methods that this release does not have yet.
    pub missing: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            streams: Vec::new(),
            delay: Duration::ZERO,
            max_part: MAX_PART,
            max_response: 30 << 20,
            missing: Vec::new(),
        }
    }
}

impl Options {
    /// A node that holds one stream.
    pub fn holding(stream: StreamId) -> Self {
        Self {
            streams: vec![stream],
            ..Self::default()
        }
    }

    /// A node of a release up to v1.5.1.
    pub fn old(mut self) -> Self {
        self.missing.push("kv_getReplayProgress".to_owned());
        self
    }
}

/// What the threads of one node share.
pub struct Shared {
    pub options: Options,
    state: Arc<Mutex<State>>,
    control: Mutex<Control>,
    hanging: AtomicUsize,
}

impl Shared {
    pub fn new(options: Options) -> Self {
        let mut state = State::default();
        state.held.extend(&options.streams);
        // Sequence 0 is a dummy, as on every sensible chain: version 0 means absent.
        state.applied_seq = 1;
        Self {
            options,
            state: Arc::new(Mutex::new(state)),
            control: Mutex::default(),
            hanging: AtomicUsize::new(0),
        }
    }

    /// The part of another server of the same world: faults and counters of its own, one state.
    pub fn beside(&self) -> Self {
        Self {
            options: Options::default(),
            state: Arc::clone(&self.state),
            control: Mutex::default(),
            hanging: AtomicUsize::new(0),
        }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("a thread of the node panicked")
    }

    pub fn control(&self) -> MutexGuard<'_, Control> {
        self.control.lock().expect("a thread of the node panicked")
    }

    /// How many requests hang right now, waiting for the client to give up.
    pub fn hanging(&self) -> usize {
        self.hanging.load(Ordering::SeqCst)
    }

    /// Never answers; noticed by [`Self::hanging`] until the client closes its connection.
    pub async fn hang<T>(&self) -> T {
        struct Guard<'a>(&'a AtomicUsize);
        impl Drop for Guard<'_> {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Ordering::SeqCst);
            }
        }
        self.hanging.fetch_add(1, Ordering::SeqCst);
        let _guard = Guard(&self.hanging);
        std::future::pending().await
    }
}
