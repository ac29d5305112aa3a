//! What every value store must do, whatever is behind the port.
//!
//! A backend is a [`Fixture`]: the store to ask, and a way to write around it. [`run`] takes a
//! maker of fresh fixtures and runs every check on one of its own.

mod get;
mod heads;
mod history;
mod scan;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use dualscope::domain::{Collection, Full, Head, Key, Stored, Version};
use dualscope::store::port::{Got, Values, Want};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

/// Writes into a store, around the port (which only reads).
pub(crate) trait Writes: Send + Sync {
    /// Stores bytes under a key as transaction `seq`, or as the next one; empty bytes delete.
    /// Returns the version.
    fn put_at(&self, seq: Option<u64>, key: &str, bytes: &[u8]) -> u64;
}

/// A fresh, empty store whose first own transaction is at least 1.
pub(crate) struct Fixture {
    /// What is tested.
    pub(crate) store: Arc<dyn Values>,
    /// The way to fill it.
    pub(crate) writes: Box<dyn Writes>,
}

impl Fixture {
    /// Stores bytes as the next transaction.
    pub(crate) fn put(&self, key: &str, bytes: impl AsRef<[u8]>) -> Version {
        Version(self.writes.put_at(None, key, bytes.as_ref()))
    }

    /// Stores bytes as transaction `seq`.
    pub(crate) fn put_at(&self, seq: u64, key: &str, bytes: impl AsRef<[u8]>) -> Version {
        Version(self.writes.put_at(Some(seq), key, bytes.as_ref()))
    }

    /// Deletes a key: an empty write.
    pub(crate) fn delete(&self, key: &str) -> Version {
        self.put(key, "")
    }

    /// What is stored under one key now.
    pub(crate) async fn stored(&self, name: &str) -> Stored {
        self.one(Want::latest(key(name))).await
    }

    /// What was stored under one key as of a version.
    pub(crate) async fn stored_at(&self, name: &str, at: u64) -> Stored {
        let want = Want {
            at: Some(Version(at)),
            ..Want::latest(key(name))
        };
        self.one(want).await
    }

    async fn one(&self, want: Want) -> Stored {
        match self.got(&[want]).await.remove(0) {
            Got::Stored(stored) => stored,
            Got::Unchanged(version) => panic!("unchanged since {version}, although not known"),
        }
    }

    /// Answers to some wants, none of which may fail.
    pub(crate) async fn got(&self, wants: &[Want]) -> Vec<Got> {
        let all = self.store.get(wants).await.unwrap();
        all.into_iter().map(Result::unwrap).collect()
    }

    /// The bytes of a value that must be there, and its version.
    pub(crate) async fn value(&self, name: &str) -> (Version, Full) {
        value_of(self.stored(name).await)
    }
}

/// The version and value of a stored value.
pub(crate) fn value_of(stored: Stored) -> (Version, Full) {
    match stored {
        Stored::Value { version, full } => (version, full),
        other => panic!("no value: {other:?}"),
    }
}

/// A key from its text.
pub(crate) fn key(text: &str) -> Key {
    text.parse().unwrap_or_else(|_| Key {
        collection: Collection::new(text),
        id: "".into(),
    })
}

/// The head of a value.
pub(crate) fn head(version: Version, size: usize) -> Head {
    Head::Value {
        version,
        size: size as u64,
    }
}

/// A check of the suite.
pub(crate) type Check = for<'a> fn(&'a Fixture) -> BoxFuture<'a, ()>;

/// A list of checks with their names.
macro_rules! checks {
    ($($name:ident),+ $(,)?) => {
        /// The checks of this file.
        pub(crate) const CHECKS: &[(&str, super::Check)] =
            &[$((stringify!($name), |fixture| Box::pin($name(fixture)))),+];
    };
}
use checks;

/// Runs the whole suite; every check gets a fixture of its own, and all failures are told.
pub(crate) async fn run(make: impl Fn() -> Fixture) {
    let lists = [get::CHECKS, heads::CHECKS, history::CHECKS, scan::CHECKS];
    let mut failed = Vec::new();
    for (name, check) in lists.concat() {
        let fixture = make();
        if AssertUnwindSafe(check(&fixture))
            .catch_unwind()
            .await
            .is_err()
        {
            failed.push(name);
        }
    }
    assert!(failed.is_empty(), "broken promises: {failed:#?}");
}
