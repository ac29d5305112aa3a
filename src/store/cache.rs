//! Values read before, bounded by their bytes, each with its version.
//!
//! The cache never answers by itself: the store is always asked whether the version still stands
//! ([`Want::known`]), so a cached value can be old news but never a lie.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use super::error::StoreError;
use super::port::{Came, Got, Values, Want};
use crate::domain::{Full, Key, Stored, Version};

/// Values of one store.
#[derive(Debug)]
pub struct Cache {
    limit: usize,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    clock: u64,
    bytes: usize,
    entries: HashMap<Key, Entry>,
    by_use: BTreeMap<u64, Key>,
}

#[derive(Debug)]
struct Entry {
    version: Version,
    full: Full,
    used: u64,
    cost: usize,
}

impl Cache {
    /// A cache of at most about `limit` bytes of memory.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            inner: Mutex::default(),
        }
    }

    /// Bytes held now.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.lock().bytes
    }

    /// Reads the latest values of some keys, sending only what has changed since the last time.
    ///
    /// # Errors
    /// The store's error; a single key's trouble stands in its place of the answer.
    pub async fn read(
        &self,
        values: &dyn Values,
        keys: &[Key],
    ) -> Result<Vec<Result<Stored, StoreError>>, StoreError> {
        self.read_telling(values, keys, &|_, _| {}).await
    }

    /// The same; `came` hears how far it is.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub async fn read_telling(
        &self,
        values: &dyn Values,
        keys: &[Key],
        came: Came<'_>,
    ) -> Result<Vec<Result<Stored, StoreError>>, StoreError> {
        let wants: Vec<Want> = keys
            .iter()
            .map(|key| Want {
                key: key.clone(),
                at: None,
                known: self.version(key),
            })
            .collect();
        let mut answers = Vec::with_capacity(keys.len());
        for (want, got) in wants.iter().zip(values.get_telling(&wants, came).await?) {
            answers.push(match got {
                Ok(Got::Stored(stored)) => Ok(self.keep(&want.key, stored)),
                Ok(Got::Unchanged(version)) => match self.take(&want.key, version) {
                    Some(stored) => Ok(stored),
                    // Pushed out while the store was asked: ask for the bytes after all.
                    None => self.read_again(values, &want.key, came).await,
                },
                Err(error) => Err(error),
            });
        }
        Ok(answers)
    }

    async fn read_again(
        &self,
        values: &dyn Values,
        key: &Key,
        came: Came<'_>,
    ) -> Result<Stored, StoreError> {
        let want = [Want::latest(key.clone())];
        match values.get_telling(&want, came).await?.pop() {
            Some(Ok(Got::Stored(stored))) => Ok(self.keep(key, stored)),
            Some(Err(error)) => Err(error),
            Some(Ok(Got::Unchanged(_))) | None => Err(StoreError::new(
                super::error::Store::Values,
                super::error::Kind::Bug,
                format!("no value came back for {key}"),
            )),
        }
    }

    fn version(&self, key: &Key) -> Option<Version> {
        self.lock().entries.get(key).map(|entry| entry.version)
    }

    fn take(&self, key: &Key, version: Version) -> Option<Stored> {
        let mut inner = self.lock();
        inner.touch(key);
        let entry = inner
            .entries
            .get(key)
            .filter(|entry| entry.version == version)?;
        Some(Stored::Value {
            version,
            full: entry.full.clone(),
        })
    }

    fn keep(&self, key: &Key, stored: Stored) -> Stored {
        let mut inner = self.lock();
        inner.remove(key);
        if let Stored::Value { version, full } = &stored {
            // Raw bytes, decoded text and its index are all held by the value.
            let index = full.json().map_or(0, |json| json.node_count() * 36);
            let cost = full.raw.len() + full.text().map_or(0, |text| text.len()) + index + 200;
            if cost <= self.limit / 2 {
                inner.insert(key, *version, full.clone(), cost);
                inner.shrink_to(self.limit);
            }
        }
        stored
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn insert(&mut self, key: &Key, version: Version, full: Full, cost: usize) {
        self.clock += 1;
        self.bytes += cost;
        self.by_use.insert(self.clock, key.clone());
        self.entries.insert(
            key.clone(),
            Entry {
                version,
                full,
                used: self.clock,
                cost,
            },
        );
    }

    fn touch(&mut self, key: &Key) {
        self.clock += 1;
        if let Some(entry) = self.entries.get_mut(key) {
            self.by_use.remove(&entry.used);
            entry.used = self.clock;
            self.by_use.insert(self.clock, key.clone());
        }
    }

    fn remove(&mut self, key: &Key) {
        if let Some(entry) = self.entries.remove(key) {
            self.by_use.remove(&entry.used);
            self.bytes -= entry.cost;
        }
    }

    fn shrink_to(&mut self, limit: usize) {
        while self.bytes > limit
            && let Some((_, key)) = self.by_use.pop_first()
        {
            if let Some(entry) = self.entries.remove(&key) {
                self.bytes -= entry.cost;
            }
        }
    }
}
