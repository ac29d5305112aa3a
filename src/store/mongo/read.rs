//! Asking: pages, counts, single documents, lists of collections and indexes.

use std::future::Future;
use std::time::Duration;

use futures_util::StreamExt;
use mongodb::bson::{Document as Command, RawDocument, doc};
use mongodb::{ClientSession, Collection as Handle};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::bson_json::{self, write_value};
use super::classify::{Call, code_of};
use super::filter::{Walk, query_document};
use super::rows::Rows;
use super::{FAREWELL, Mongo, cancelled};
use crate::domain::query::Count;
use crate::domain::{Bson, Collection, Filter, Lite, Page, Query};
use crate::store::StoreError;
use crate::store::port::{Entry, IndexEntry};

type Result<T, E = mongodb::error::Error> = std::result::Result<T, E>;

/// `_id`s per request: some hundred kilobytes at most, for ids of a usual size.
const IDS_AT_ONCE: usize = 1000;

/// A count is asked for up to these bounds first, so that one that is cut off still knows a number.
const COUNT_STEPS: [u64; 2] = [1_000, 100_000];

fn row(raw: &RawDocument) -> Lite {
    Lite::new(bson_json::read(raw))
}

impl Mongo {
    pub(super) async fn ask_ping(&self) -> Result<(), StoreError> {
        let call = self.call("asking for a sign of life");
        self.within(self.limits.timeout, &call, async {
            self.open().await?.run_command(doc! { "ping": 1 }).await
        })
        .await
        .map(drop)
    }

    pub(super) async fn list_collections(&self, database: &str) -> Result<Vec<Entry>, StoreError> {
        let call = self.call(format!("listing the collections of {database}"));
        let limit = self.limits.timeout;
        // Names and types only: that needs no rights beyond those to read the collections.
        let command = doc! {
            "listCollections": 1, "nameOnly": true, "authorizedCollections": true,
            "maxTimeMS": i64::try_from(limit.as_millis()).unwrap_or(i64::MAX),
        };
        self.within(limit, &call, async {
            let database = self.client().await?.database(database);
            let mut cursor = database.run_cursor_command(command).await?;
            let mut entries = Vec::new();
            while let Some(entry) = cursor.next().await {
                let entry: Command = entry?;
                entries.push(Entry {
                    name: Collection::new(entry.get_str("name").unwrap_or_default()),
                    derived: entry.get_str("type").is_ok_and(|kind| kind != "collection"),
                });
            }
            Ok(entries)
        })
        .await
    }

    pub(super) async fn ask_estimate(&self, collection: &Collection) -> Result<u64, StoreError> {
        let call = self.call(format!("estimating {collection}"));
        let limit = self.limits.timeout;
        self.within(limit, &call, async {
            let handle = self.handle(collection).await?;
            handle.estimated_document_count().max_time(limit).await
        })
        .await
    }

    pub(super) async fn ask_count(
        &self,
        collection: &Collection,
        filter: &Filter,
        limit: Duration,
        cancel: &CancellationToken,
    ) -> Result<Count, StoreError> {
        let query = query_document(filter)?;
        let mut call = self.call(format!("counting {collection}"));
        call.typed = filter.raw.is_some();
        let end = tokio::time::Instant::now() + limit;
        let mut known = 0;
        for bound in COUNT_STEPS.map(Some).into_iter().chain([None]) {
            // A limit of zero would mean "no limit" to the server.
            let left = end.saturating_duration_since(tokio::time::Instant::now());
            if left < Duration::from_millis(1) {
                return Ok(Count::AtLeast(known));
            }
            let work = async |session: &mut ClientSession| {
                let handle = self.handle_in(session, collection);
                let count = handle.count_documents(query.clone()).max_time(left);
                let counted = match bound {
                    Some(bound) => count.limit(bound).session(session).await,
                    None => count.session(session).await,
                };
                match counted {
                    // The server stopped at the limit; a server that is silent is an error.
                    Err(error) if matches!(code_of(&error), Some(50 | 262)) => Ok(None),
                    other => other.map(Some),
                }
            };
            let Some(counted) = self.stoppable(left, &call, cancel, work).await? else {
                return Ok(Count::AtLeast(known));
            };
            if bound.is_none_or(|bound| counted < bound) {
                return Ok(Count::Exact(counted));
            }
            known = counted;
        }
        Ok(Count::AtLeast(known))
    }

    pub(super) async fn ask_page(
        &self,
        query: &Query,
        cancel: &CancellationToken,
    ) -> Result<Page<Lite>, StoreError> {
        let walk = Walk::new(query)?;
        let mut call = self.call(format!("reading {}", query.collection));
        call.typed = query.filter.raw.is_some();
        let limit = self.limits.timeout;
        let work = async |session: &mut ClientSession| {
            let mut rows = Rows::new(query, walk.reversed, self.limits.page_bytes);
            for filter in &walk.filters {
                let find = (&query.collection, filter, &walk.sort);
                self.fill(find, &mut rows, session).await?;
                if rows.are_done() {
                    break;
                }
            }
            Ok(rows)
        };
        let rows = self.stoppable(limit, &call, cancel, work).await?;
        Ok(rows.page())
    }

    /// Runs one find of a page. Rows that had to be held back for others may use up what was asked
    /// for; then it is asked again for more.
    async fn fill(
        &self,
        (collection, filter, sort): (&Collection, &Command, &Command),
        rows: &mut Rows,
        session: &mut ClientSession,
    ) -> Result<()> {
        let handle = self.handle_in(session, collection);
        let mut wanted = rows.missing();
        loop {
            let mut batches = handle
                .find(filter.clone())
                .sort(sort.clone())
                .limit(i64::try_from(wanted).unwrap_or(i64::MAX))
                .batch_size(u32::try_from(wanted.min(1000)).unwrap_or(1000))
                .max_time(self.limits.timeout)
                .session(&mut *session)
                .batch()
                .await?;
            let mut met = 0;
            let mut batches = batches.stream(session);
            while let Some(batch) = batches.next().await {
                for item in batch?.doc_slices()? {
                    // The server's own framing is broken when an item is no document.
                    let Some(raw) = item?.as_document() else {
                        continue;
                    };
                    met += 1;
                    rows.meet(row(raw), raw.as_bytes().len());
                }
                if rows.are_done() {
                    return Ok(());
                }
            }
            if met < wanted || !rows.start_again() {
                rows.end();
                return Ok(());
            }
            wanted = wanted.saturating_mul(4);
        }
    }

    pub(super) async fn ask_by_ids(
        &self,
        collection: &Collection,
        ids: &[Bson],
    ) -> Result<Vec<Lite>, StoreError> {
        let call = self.call(format!("reading single documents of {collection}"));
        let limit = self.limits.timeout;
        let mut rows = Vec::with_capacity(ids.len());
        for chunk in ids.chunks(IDS_AT_ONCE) {
            let wanted = chunk
                .iter()
                .map(write_value)
                .collect::<Result<Vec<_>, _>>()?;
            let found = self.within(limit, &call, async {
                let handle = self.handle(collection).await?;
                let filter = doc! { "_id": { "$in": wanted } };
                let mut batches = handle.find(filter).max_time(limit).batch().await?;
                let mut found = Vec::new();
                while let Some(batch) = batches.next().await {
                    let batch = batch?;
                    let documents = batch.doc_slices()?.into_iter().flatten();
                    found.extend(documents.filter_map(|item| item.as_document().map(row)));
                }
                Ok(found)
            });
            rows.extend(found.await?);
        }
        Ok(rows)
    }

    pub(super) async fn list_indexes(
        &self,
        collection: &Collection,
    ) -> Result<Vec<IndexEntry>, StoreError> {
        let call = self.call(format!("listing the indexes of {collection}"));
        let limit = self.limits.timeout;
        self.within(limit, &call, async {
            let handle = self.handle(collection).await?;
            let mut cursor = match handle.list_indexes().max_time(limit).await {
                // A view has none.
                Err(error) if code_of(&error) == Some(166) => return Ok(Vec::new()),
                other => other?,
            };
            let mut entries = Vec::new();
            while let Some(index) = cursor.next().await {
                let index = index?;
                let options = index.options.unwrap_or_default();
                let name = options.name.unwrap_or_default();
                entries.push(IndexEntry {
                    unique: options.unique == Some(true) || name == "_id_",
                    fields: index.keys.keys().cloned().collect(),
                    sparse: options.sparse == Some(true),
                    partial: options.partial_filter_expression.is_some(),
                    name,
                });
            }
            Ok(entries)
        })
        .await
    }

    async fn handle(&self, collection: &Collection) -> Result<Handle<Command>> {
        Ok(self.open().await?.collection(collection.as_str()))
    }

    /// Of the session's own client; another may have taken its place meanwhile.
    fn handle_in(&self, session: &ClientSession, collection: &Collection) -> Handle<Command> {
        let database = session.client().database(&self.database);
        database.collection(collection.as_str())
    }

    /// Runs a read in a session of its own. When the token is cancelled the read is dropped and the
    /// server is asked to end whatever runs in that session, which needs no rights beyond the
    /// login's own; a server that cannot is left to notice the closed connection.
    async fn stoppable<T>(
        &self,
        limit: Duration,
        call: &Call,
        cancel: &CancellationToken,
        work: impl AsyncFnOnce(&mut ClientSession) -> Result<T>,
    ) -> Result<T, StoreError> {
        let reading = async {
            let client = self.client().await?;
            client.start_session().await
        };
        let mut session = stop_or(cancel, call, self.within(limit, call, reading)).await?;
        let id = session.id().clone();
        let done = {
            let work = self.within(limit, call, work(&mut session));
            stop_or(cancel, call, work).await
        };
        if done.is_err() && cancel.is_cancelled() {
            self.end_session(id).await;
        }
        done
    }

    async fn end_session(&self, id: Command) {
        let farewell = async {
            let admin = self.client().await?.database("admin");
            admin.run_command(doc! { "killSessions": [id] }).await
        };
        // Nobody waits for the outcome: the read is given up either way.
        let _ = timeout(FAREWELL, farewell).await;
    }
}

async fn stop_or<T>(
    cancel: &CancellationToken,
    call: &Call,
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    tokio::select! {
        biased;
        () = cancel.cancelled() => Err(cancelled(call)),
        done = work => done,
    }
}
