//! Both stores in memory: for the demo, which needs no server, and for tests.
//!
//! They answer as the real ones do, oddities included, so that everything above the ports runs
//! unchanged. Nothing here touches the network or the disk.

pub mod faults;
pub mod index;
mod matcher;
pub mod seed;
pub mod values;
mod write;

pub use index::MemoryIndex;
pub use seed::demo;
pub use values::{Content, MemoryValues};
pub use write::MemoryWriter;

use super::error::{Kind, Store, StoreError};

/// The error of a call whose token was cancelled.
fn cancelled(store: Store) -> StoreError {
    StoreError::new(store, Kind::Timeout, format!("{store}: cancelled"))
}
