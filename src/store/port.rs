//! The ports: what the rest of the program may ask of the two stores. Read-only.
//!
//! Adapters (`mongo`, `kv`, `memory`) implement them; nothing above this layer names an adapter.
//! Every call ends within the adapter's own deadline. Dropping a future abandons the call;
//! cancelling the token does the same and tells the server where it can.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::error::StoreError;
pub use crate::domain::check::{Check, CheckVerdict, Step};
pub use crate::domain::query::{Entry, IndexEntry};

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

    /// The versions of one key, newest first, starting at or below `from`, at most `limit`.
    async fn history(
        &self,
        key: &Key,
        from: Option<Version>,
        limit: usize,
    ) -> Result<Page<Head>, StoreError>;

    /// Keys in byte order behind `after`, tombstones left out, at most `limit`.
    async fn scan(&self, after: Option<&str>, limit: usize) -> Result<Page<Found>, StoreError>;

    /// The steps of a connection, one after the other, up to the first that fails.
    async fn probe(&self) -> Vec<Check>;
}

/// Both stores of a session. The value side may be missing: MongoDB can be browsed alone.
#[derive(Clone, Debug)]
pub struct Services {
    /// The MongoDB side.
    pub index: Arc<dyn Index>,
    /// The value side, or why there is none.
    pub values: Result<Arc<dyn Values>, String>,
}
