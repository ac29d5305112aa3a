//! The ports: what the rest of the program may ask of the two stores. Reading and writing are apart:
//! a session that must not write holds no object that could.
//!
//! Adapters (`mongo`, `kv`, `memory`) implement them; nothing above this layer names an adapter.
//! Every call ends within the adapter's own deadline. Dropping a future abandons the call;
//! cancelling the token does the same and tells the server where it can.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

mod submit;

pub use submit::SubmitFault;

use super::error::StoreError;
pub use crate::domain::check::{Check, CheckVerdict, Step};
pub use crate::domain::query::{Entry, IndexEntry};

use crate::domain::intent::{Fate, Receipt, Stage};
use crate::domain::plan::{LiteWrite, Room, ValueWrite};
use crate::domain::query::Count;
use crate::domain::{
    Bson, Collection, Filter, Head, Key, Lite, Page, Query, Stored, Version, Window,
};

/// The MongoDB side.
#[async_trait]
pub trait Index: Send + Sync + fmt::Debug {
    /// Host and port for messages, without credentials.
    fn address(&self) -> String;

    /// The database's name.
    fn database(&self) -> String;

    /// Asks for a sign of life.
    async fn ping(&self) -> Result<(), StoreError>;

    /// All collections of the database, in the server's order.
    async fn collections(&self) -> Result<Vec<Entry>, StoreError>;

    /// How many documents the metadata says there are.
    async fn estimate(&self, collection: &Collection) -> Result<u64, StoreError>;

    /// Counts, for at most `limit`; after that the answer is [`Count::AtLeast`] as far as anything
    /// is known.
    async fn count(
        &self,
        collection: &Collection,
        filter: &Filter,
        limit: Duration,
        cancel: &CancellationToken,
    ) -> Result<Count, StoreError>;

    /// One page of rows.
    async fn page(
        &self,
        query: &Query,
        cancel: &CancellationToken,
    ) -> Result<Page<Lite>, StoreError>;

    /// The documents with one of these `_id`s, in any order; missing ones are left out.
    async fn by_ids(&self, collection: &Collection, ids: &[Bson]) -> Result<Vec<Lite>, StoreError>;

    /// The indexes of a collection.
    async fn indexes(&self, collection: &Collection) -> Result<Vec<IndexEntry>, StoreError>;

    /// The steps of a connection, one after the other, up to the first that fails.
    async fn probe(&self) -> Vec<Check>;

    /// Ends the connections and whatever keeps them, soon; nothing can be asked afterwards.
    async fn close(&self) {}
}

/// One value that is wanted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Want {
    /// Its key.
    pub key: Key,
    /// As of this version; `None` is now.
    pub at: Option<Version>,
    /// A version whose bytes the caller already has: the same version is not sent again.
    pub known: Option<Version>,
}

impl Want {
    /// The latest value of a key.
    #[must_use]
    pub fn latest(key: Key) -> Self {
        Self {
            key,
            at: None,
            known: None,
        }
    }
}

/// The answer for one [`Want`].
#[derive(Clone, PartialEq, Debug)]
pub enum Got {
    /// Still the version that the caller knows.
    Unchanged(Version),
    /// What is stored.
    Stored(Stored),
}

/// Hears how many bytes of how many have come of the values that are on their way.
pub type Came<'a> = &'a (dyn Fn(u64, u64) + Send + Sync);

/// One key met by a scan.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// The raw key bytes as text, where they are text.
    pub key: String,
    /// Its version.
    pub version: Version,
    /// Stored bytes.
    pub size: u64,
}

/// The value side.
#[async_trait]
pub trait Values: Send + Sync + fmt::Debug {
    /// Where the store is, without credentials.
    fn address(&self) -> String;

    /// The stream (or database) that is read, for people.
    fn stream(&self) -> String;

    /// Asks for a sign of life.
    async fn ping(&self) -> Result<(), StoreError>;

    /// How far the node can see. A method that an old node lacks leaves its field `None`.
    async fn window(&self) -> Result<Window, StoreError>;

    /// Versions and sizes without bytes, in the order of the keys, in as few requests as the
    /// store allows.
    async fn heads(&self, keys: &[Key], at: Option<Version>) -> Result<Vec<Head>, StoreError>;

    /// Values, in the order asked, in as few requests as the store allows. The outer error is the
    /// store's, an inner one that key's alone.
    async fn get(&self, wants: &[Want]) -> Result<Vec<Result<Got, StoreError>>, StoreError>;

    /// The same, telling how far it is where a value comes in parts.
    async fn get_telling(
        &self,
        wants: &[Want],
        _came: Came<'_>,
    ) -> Result<Vec<Result<Got, StoreError>>, StoreError> {
        self.get(wants).await
    }

    /// The versions of one key, newest first, starting at or below `from`, at most `limit`.
    async fn history(
        &self,
        key: &Key,
        from: Option<Version>,
        limit: usize,
    ) -> Result<Page<Head>, StoreError>;

    /// Keys in byte order behind `after`, tombstones left out, at most `limit`.
    async fn scan(&self, after: Option<&str>, limit: usize) -> Result<Page<Found>, StoreError>;

    /// What became of the transaction of this sequence, as far as the store says.
    async fn fate(&self, _sequence: u64) -> Result<Fate, StoreError> {
        Ok(Fate::Untold)
    }

    /// What the store waits for before it can apply anything further. Asked again for a while where
    /// something is on its way, so that a write that is just being made is not taken for a lost one.
    async fn waits_for(&self) -> Result<Waits, StoreError> {
        Ok(Waits::Untold("the store does not say".to_owned()))
    }

    /// The steps of a connection, one after the other, up to the first that fails.
    async fn probe(&self) -> Vec<Check>;
}

/// What holds a store up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Waits {
    /// Nothing.
    Nothing,
    /// A transaction whose data is nowhere: the store goes no further, for all streams (0G wire
    /// contract, F-11).
    Data {
        /// Its sequence.
        sequence: u64,
        /// The Merkle root of the data, `0x` and 64 hex digits, where it is told.
        root: Option<String>,
    },
    /// A transaction that it does not get past, although its data can be had.
    Stuck {
        /// Its sequence.
        sequence: u64,
    },
    /// It can't be told, and why.
    Untold(String),
}

/// The side of MongoDB that writes: one document at a time, only while it is as it was read.
#[async_trait]
pub trait LiteWriter: Send + Sync + fmt::Debug {
    /// Does a write to one document. `before` is what was read and guards the write: the rule is
    /// [`LiteWrite::holds`] (`None`: there must be no document of this `_id`). `false` when the guard
    /// did not hold; nothing was changed then. A write that finds all as it shall be is done: `true`.
    ///
    /// The future must be run to its end: when it is dropped the write may or may not happen, now or
    /// later, and only reading tells.
    ///
    /// # Errors
    /// [`Kind::Conflict`](super::error::Kind::Conflict) when a unique index refuses it (nothing was
    /// changed), [`Kind::Bug`](super::error::Kind::Bug) when the write contradicts itself. After
    /// [`Retry::AfterLooking`](super::error::Retry::AfterLooking) it may have happened, also later;
    /// after any other error it has not.
    async fn write(
        &self,
        collection: &Collection,
        id: &Bson,
        before: Option<&Lite>,
        write: &LiteWrite,
    ) -> Result<bool, StoreError>;

    /// The document of this `_id` as it stands where it is written: what a write is decided, judged
    /// and read back by. An [`Index`] may be told to ask a copy that is behind.
    ///
    /// # Errors
    /// It could not be read; nothing was changed.
    async fn read(&self, collection: &Collection, id: &Bson) -> Result<Option<Lite>, StoreError>;

    /// Whether this login may write here, as far as the server says. Writes nothing.
    async fn probe(&self) -> Vec<Check>;
}

/// Hears what is known of a running submission, each time that more is known. What it is told is
/// on disk when it returns; an error ends the submission only where nothing has been sent.
pub trait Witness: Send + Sync {
    /// The receipt as it stands.
    ///
    /// # Errors
    /// It could not be written down.
    fn saw(&self, receipt: &Receipt) -> Result<(), StoreError>;
}

/// One try to submit, as the caller arranges it.
#[derive(Clone, Copy)]
pub struct Attempt<'a> {
    /// A private file for what the client says; it outlives this program.
    pub output: &'a Path,
    /// Hears how far it is.
    pub witness: &'a dyn Witness,
}

/// What a review says about the way values are written. No secrets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Described {
    /// The program or the store that writes.
    pub by: String,
    /// The stream.
    pub stream: String,
    /// The encryption mode of the stream, in words.
    pub encryption: String,
}

/// The side of the value store that writes.
#[async_trait]
pub trait ValueWriter: Send + Sync + fmt::Debug {
    /// For people.
    fn described(&self) -> Described;

    /// The room for one value: what [`check`](Self::check) refuses for its size, told beforehand to whoever
    /// types or decides.
    fn limit(&self) -> Option<Room> {
        None
    }

    /// Whether the same write is the same data each time, so that the data of a transaction that lacks
    /// it can be brought again.
    fn is_repeatable(&self) -> bool {
        true
    }

    /// Whether this write can be carried at all, asked before anything is written down.
    ///
    /// # Errors
    /// [`Kind::TooLarge`](super::error::Kind::TooLarge) with the size and the limit, or what the way
    /// cannot carry.
    fn check(&self, key: &Key, write: &ValueWrite) -> Result<(), StoreError>;

    /// Whether the stores would take a write to this key, asked of them without writing: the right to
    /// write, nodes that can't do it. Whoever does not answer refuses nothing.
    ///
    /// # Errors
    /// A clear no.
    async fn foresee(&self, _key: &Key) -> Result<(), StoreError> {
        Ok(())
    }

    /// Submits a write. It is on its way when this returns, not yet visible.
    ///
    /// # Errors
    /// See [`SubmitFault`].
    async fn submit(
        &self,
        key: &Key,
        write: &ValueWrite,
        attempt: Attempt<'_>,
    ) -> Result<Receipt, SubmitFault>;

    /// What is known of a try that somebody began earlier, and whether its process still runs
    /// (`None`: can't be told). Where its own words leave open what was sent, the stores are asked
    /// for the transaction of this write.
    ///
    /// # Errors
    /// Its output could not be read.
    async fn look(
        &self,
        write: (&Key, &ValueWrite),
        receipt: &Receipt,
        output: &Path,
    ) -> Result<(Receipt, Option<bool>), StoreError>;

    /// The receipt with what the nodes tell at this moment of the transaction of this write; its stage
    /// is theirs alone, and [`Stage::Preparing`] where they tell nothing.
    async fn found(&self, _write: (&Key, &ValueWrite), receipt: &Receipt) -> Receipt {
        let stage = Stage::Preparing;
        Receipt {
            stage,
            ..receipt.clone()
        }
    }

    /// Waits for a try that somebody began earlier and that still runs.
    ///
    /// # Errors
    /// See [`SubmitFault`].
    async fn follow(&self, receipt: &Receipt, attempt: Attempt<'_>)
    -> Result<Receipt, SubmitFault>;

    /// Brings the data of a transaction that is mined without it, of which so much is known; sends no
    /// second transaction.
    ///
    /// # Errors
    /// See [`SubmitFault`].
    async fn complete(
        &self,
        write: (&Key, &ValueWrite),
        known: &Receipt,
        attempt: Attempt<'_>,
    ) -> Result<Receipt, SubmitFault>;

    /// The steps of the way to write, one after the other, up to the first that fails.
    async fn probe(&self) -> Vec<Check>;
}

/// Both writing sides. A session without this object cannot write.
#[derive(Clone, Debug)]
pub struct Writers {
    /// MongoDB.
    pub lite: Arc<dyn LiteWriter>,
    /// The value store.
    pub values: Arc<dyn ValueWriter>,
}

/// Both stores of a session. The value side may be missing: MongoDB can be browsed alone.
#[derive(Clone, Debug)]
pub struct Services {
    /// The MongoDB side.
    pub index: Arc<dyn Index>,
    /// The value side, or why there is none.
    pub values: Result<Arc<dyn Values>, String>,
    /// The writing sides, or why this session cannot write.
    pub writers: Result<Writers, String>,
}

impl Services {
    /// Stores of a session that only reads.
    #[must_use]
    pub fn reading(index: Arc<dyn Index>, values: Result<Arc<dyn Values>, String>) -> Self {
        Self {
            index,
            values,
            writers: Err("this session only reads".to_owned()),
        }
    }
}
