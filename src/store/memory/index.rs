//! Lite documents in memory, with the manners of MongoDB: BSON's order, filters with its rules,
//! pages by place.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::matcher::Matcher;
use crate::domain::bson::Document;
use crate::domain::order::Ordered;
use crate::domain::query::Count;
use crate::domain::{Bson, Collection, Cursor, Filter, Lite, Page, Place, Query};
use crate::store::error::{Kind, Store, StoreError};
use crate::store::port::{Check, CheckVerdict, Entry, Index, IndexEntry, Step};

#[derive(Debug, Default)]
struct Shelf {
    documents: BTreeMap<Ordered, Arc<Lite>>,
    indexes: Vec<IndexEntry>,
}

/// Whether another document has exactly these values.
pub(super) type Others<'a> = dyn Fn(&IndexEntry, &[(&str, &Bson)]) -> bool + 'a;

/// The MongoDB side in memory.
#[derive(Debug)]
pub struct MemoryIndex {
    database: String,
    collections: RwLock<BTreeMap<Collection, Shelf>>,
}

impl MemoryIndex {
    /// An empty database of that name.
    #[must_use]
    pub fn new(database: &str) -> Self {
        Self {
            database: database.to_owned(),
            collections: RwLock::default(),
        }
    }

    /// Makes a collection if there is none of that name.
    pub fn create(&self, collection: &Collection) {
        self.write().entry(collection.clone()).or_default();
    }

    /// Adds an index to what a collection says about itself. [`MemoryIndex::put`] does not mind it;
    /// the writer does.
    pub fn add_index(&self, collection: &Collection, index: IndexEntry) {
        let mut collections = self.write();
        collections
            .entry(collection.clone())
            .or_default()
            .indexes
            .push(index);
    }

    /// Stores a document under its `_id`, in place of one with an equal `_id`; that one is
    /// returned.
    pub fn put(&self, collection: &Collection, document: Document) -> Option<Arc<Lite>> {
        let lite = Arc::new(Lite::new(document));
        let mut collections = self.write();
        let kept = collections.entry(collection.clone()).or_default();
        kept.documents.insert(Ordered(lite.id.clone()), lite)
    }

    /// Removes a document; it is returned.
    pub fn remove(&self, collection: &Collection, id: &Bson) -> Option<Arc<Lite>> {
        let mut collections = self.write();
        let kept = collections.get_mut(collection)?;
        kept.documents.remove(&Ordered(id.clone()))
    }

    /// Changes a document in one step: `change` sees it and says what it becomes (`None`: it goes),
    /// or refuses.
    pub(super) fn change(
        &self,
        collection: &Collection,
        id: &Bson,
        change: impl FnOnce(
            Option<&Lite>,
            &[IndexEntry],
            &Others<'_>,
        ) -> Result<Option<Lite>, StoreError>,
    ) -> Result<(), StoreError> {
        let mut collections = self.write();
        let empty = Shelf::default();
        let kept = collections.get(collection).unwrap_or(&empty);
        let place = Ordered(id.clone());
        let now = kept.documents.get(&place).cloned();
        let others = |index: &IndexEntry, fields: &[(&str, &Bson)]| {
            let rest = kept.documents.iter().filter(|(at, _)| **at != place);
            let mut rest = rest.filter(|(_, lite)| index.may_hold(&lite.fields));
            rest.any(|(_, lite)| fields.iter().all(|field| meets(lite, *field)))
        };
        let after = change(now.as_deref(), &kept.indexes, &others)?;
        // A write that leaves nothing behind makes no collection.
        if let Some(lite) = after {
            let kept = collections.entry(collection.clone()).or_default();
            kept.documents.insert(place, Arc::new(lite));
        } else if let Some(kept) = collections.get_mut(collection) {
            kept.documents.remove(&place);
        }
        Ok(())
    }

    fn write(&self) -> RwLockWriteGuard<'_, BTreeMap<Collection, Shelf>> {
        self.collections
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<Collection, Shelf>> {
        self.collections
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The documents that a filter lets through, by `_id`. A collection that does not exist is
    /// empty, as in MongoDB.
    fn matching(
        &self,
        collection: &Collection,
        filter: &Filter,
    ) -> Result<Vec<Arc<Lite>>, StoreError> {
        let matcher = Matcher::new(filter)?;
        let collections = self.read();
        let all = collections.get(collection).into_iter();
        Ok(all
            .flat_map(|kept| kept.documents.values())
            .filter(|lite| matcher.matches(&lite.fields))
            .cloned()
            .collect())
    }
}

/// Whether a document and a value meet in an index of this field: numbers of all types are one
/// line, a missing field is null, an array stands under each of its items.
fn meets(lite: &Lite, (name, value): (&str, &Bson)) -> bool {
    let keys = |value: &Bson| match value {
        Bson::Array(items) if items.is_empty() => vec![Ordered(Bson::Undefined)],
        Bson::Array(items) => items.iter().cloned().map(Ordered).collect(),
        other => vec![Ordered(other.clone())],
    };
    let theirs = keys(lite.fields.at(name).unwrap_or(&Bson::Null));
    keys(value).iter().any(|key| theirs.contains(key))
}

fn go_on(cancel: &CancellationToken) -> Result<(), StoreError> {
    if cancel.is_cancelled() {
        return Err(super::cancelled(Store::Mongo));
    }
    Ok(())
}

/// Cuts a page out of sorted rows.
fn cut(rows: &[(Cursor, Arc<Lite>)], query: &Query) -> Page<Lite> {
    let limit = query.limit as usize;
    let ends_before = |end: usize| (end.saturating_sub(limit), end);
    let starts_at = |start: usize| (start, (start + limit).min(rows.len()));
    let place = |cursor: &Cursor, side: fn(Ordering) -> bool| {
        rows.partition_point(|(row, _)| side(row.compare(cursor, &query.sort)))
    };
    let (start, end) = match &query.from {
        Place::First => starts_at(0),
        Place::Last => ends_before(rows.len()),
        Place::After(cursor) => starts_at(place(cursor, Ordering::is_le)),
        Place::At(cursor) => starts_at(place(cursor, Ordering::is_lt)),
        Place::Before(cursor) => ends_before(place(cursor, Ordering::is_lt)),
    };
    let more = match query.from {
        Place::Last | Place::Before(_) => start > 0,
        _ => end < rows.len(),
    };
    Page {
        rows: rows[start..end]
            .iter()
            .map(|(_, lite)| Lite::clone(lite))
            .collect(),
        more,
    }
}

#[async_trait]
impl Index for MemoryIndex {
    fn address(&self) -> String {
        "memory".to_owned()
    }

    fn database(&self) -> String {
        self.database.clone()
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn collections(&self) -> Result<Vec<Entry>, StoreError> {
        let entry = |name: &Collection| Entry {
            name: name.clone(),
            derived: false,
        };
        Ok(self.read().keys().map(entry).collect())
    }

    async fn estimate(&self, collection: &Collection) -> Result<u64, StoreError> {
        let collections = self.read();
        Ok(collections
            .get(collection)
            .map_or(0, |kept| kept.documents.len() as u64))
    }

    async fn count(
        &self,
        collection: &Collection,
        filter: &Filter,
        _limit: Duration,
        cancel: &CancellationToken,
    ) -> Result<Count, StoreError> {
        go_on(cancel)?;
        let rows = self.matching(collection, filter)?;
        Ok(Count::Exact(rows.len() as u64))
    }

    async fn page(
        &self,
        query: &Query,
        cancel: &CancellationToken,
    ) -> Result<Page<Lite>, StoreError> {
        go_on(cancel)?;
        if query.sort.field.starts_with('$') || query.sort.field.is_empty() {
            let message = "the sort field has no usable name";
            return Err(StoreError::new(Store::Mongo, Kind::Refused, message));
        }
        let rows = self.matching(&query.collection, &query.filter)?;
        let with_place = |lite: Arc<Lite>| (Cursor::of(&lite, &query.sort), lite);
        let mut rows: Vec<(Cursor, Arc<Lite>)> = rows.into_iter().map(with_place).collect();
        rows.sort_by(|(a, _), (b, _)| a.compare(b, &query.sort));
        Ok(cut(&rows, query))
    }

    async fn by_ids(&self, collection: &Collection, ids: &[Bson]) -> Result<Vec<Lite>, StoreError> {
        let collections = self.read();
        let Some(kept) = collections.get(collection) else {
            return Ok(Vec::new());
        };
        let of = |id: &Bson| kept.documents.get(&Ordered(id.clone()));
        Ok(ids
            .iter()
            .filter_map(of)
            .map(|lite| Lite::clone(lite))
            .collect())
    }

    async fn indexes(&self, collection: &Collection) -> Result<Vec<IndexEntry>, StoreError> {
        let collections = self.read();
        let Some(kept) = collections.get(collection) else {
            return Ok(Vec::new());
        };
        let by_id = IndexEntry::plain("_id_", &["_id"], true);
        Ok(std::iter::once(by_id)
            .chain(kept.indexes.iter().cloned())
            .collect())
    }

    async fn probe(&self) -> Vec<Check> {
        let collections = self.read().len();
        let steps = [
            (Step::MongoDns, CheckVerdict::Skipped, "in this process"),
            (Step::MongoTcp, CheckVerdict::Skipped, "in this process"),
            (Step::MongoTls, CheckVerdict::Skipped, "not needed"),
            (Step::MongoAuth, CheckVerdict::Skipped, "not needed"),
            (Step::MongoRights, CheckVerdict::Ok, "may read"),
        ];
        let check = |(step, verdict, said): (Step, CheckVerdict, &str)| Check {
            step,
            verdict,
            said: said.to_owned(),
            next: String::new(),
        };
        let mut checks: Vec<Check> = steps.into_iter().map(check).collect();
        checks.push(Check {
            step: Step::MongoDatabase,
            verdict: CheckVerdict::Ok,
            said: format!("{} has {collections} collections", self.database),
            next: String::new(),
        });
        checks
    }
}

#[cfg(test)]
mod tests;
