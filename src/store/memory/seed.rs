//! The demo: a small deployment of the service that has seen everything once.
//!
//! Six groups talked from January to April 2026; the deployment was upgraded on 25 February, so
//! older values are Base64 and newer ones plain JSON (one stream holds both here, which a real
//! deployment would not). Every state that a store can hold is planted several times. The same
//! seed gives the same data at every start; only what is *pending* is dated from now.

mod build;
mod draft;
mod talk;
mod tree;
mod world;

use std::sync::Arc;

use super::{MemoryIndex, MemoryValues};
use crate::domain::{Key, State};
use build::Builder;
use world::World;

/// The demo's stores and what a diagnosis must find in them.
#[derive(Debug)]
pub struct Demo {
    /// The MongoDB side.
    pub index: Arc<MemoryIndex>,
    /// The value side.
    pub values: Arc<MemoryValues>,
    /// Every document of the collections that are stored twice, with its state.
    pub expected: Vec<(Key, State)>,
}

/// The demo's stores. `now` is in milliseconds since 1970.
#[must_use]
pub fn demo(now: i64) -> (Arc<MemoryIndex>, Arc<MemoryValues>) {
    let demo = plant(now);
    (demo.index, demo.values)
}

/// The demo with the list of what was planted, for tests.
#[must_use]
pub fn plant(_now: i64) -> Demo {
    let index = MemoryIndex::new("memsys");
    let values = MemoryValues::new("demo");
    let mut builder = Builder::new(20_260_120);
    if let Some(world) = World::builtin() {
        talk::talks(&world, &mut builder);
    }
    let expected = Vec::new();
    builder.store(&index, &values);
    Demo {
        index: Arc::new(index),
        values: Arc::new(values),
        expected,
    }
}
