//! The demo: a small deployment of the service that has seen everything once.
//!
//! Six groups talked from January to April 2026; the deployment was upgraded on 25 February, so
//! older values are Base64 and newer ones plain JSON (one stream holds both here, which a real
//! deployment would not). Every state that a store can hold is planted several times. The same
//! seed gives the same data at every start; only what is *pending* is dated from now.

mod across;
mod build;
mod draft;
mod others;
mod people;
mod planted;
mod talk;
mod tree;
mod world;

use std::sync::Arc;

use super::{MemoryIndex, MemoryValues};
use crate::domain::{Key, State};
use build::Builder;
use world::World;

/// A fault that no document shows alone; the numbers are those of the service's states.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Across {
    /// 16: several live documents with one business key.
    DuplicateKey,
    /// 17: not exactly the last version is flagged as the latest.
    WrongLatest,
    /// 18: a key that is a bare id.
    BareKey,
    /// 19: a key whose prefix is no collection that is stored twice any more.
    UnknownPrefix,
    /// 20: half in MongoDB and half in the value store since an upgrade.
    UpgradedStatus,
    /// 21: the parent is not listed, or soft-deleted.
    DanglingChild,
}

/// The demo's stores and what a diagnosis must find in them.
#[derive(Debug)]
pub struct Demo {
    /// The MongoDB side.
    pub index: Arc<MemoryIndex>,
    /// The value side.
    pub values: Arc<MemoryValues>,
    /// Every document of the collections that are stored twice and of `legacy_imports`, orphans
    /// included, with its state.
    pub expected: Vec<(Key, State)>,
    /// What only several documents show, by raw key.
    pub across: Vec<(Across, String)>,
}

/// The demo's stores. `now` is in milliseconds since 1970.
#[must_use]
pub fn demo(now: i64) -> (Arc<MemoryIndex>, Arc<MemoryValues>) {
    let demo = plant(now);
    (demo.index, demo.values)
}

/// The demo with the list of what was planted, for tests.
#[must_use]
pub fn plant(now: i64) -> Demo {
    let index = MemoryIndex::new("memsys");
    let values = MemoryValues::new("demo");
    let mut builder = Builder::new(20_260_120);
    let mut across = Vec::new();
    if let Some(world) = World::builtin() {
        let cells = talk::talks(&world, &mut builder);
        people::people(&world, &cells, &mut builder);
        planted::plant(&mut builder);
        across = across::plant(&mut builder, now);
        others::status(&world, &mut builder, &index, &mut across);
        others::secrets(&world, &mut builder, &index);
    }
    let state = |draft: &draft::Draft| Some((draft.key().parse().ok()?, draft.expect));
    let mut expected: Vec<(Key, State)> = builder.drafts.iter().filter_map(state).collect();
    expected.extend(others::odd_ids(&mut builder, &index));
    others::plain(&index);
    others::collections(&index);
    builder.store(&index, &values);
    Demo {
        index: Arc::new(index),
        values: Arc::new(values),
        expected,
        across,
    }
}
