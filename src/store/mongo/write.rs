//! Writing to MongoDB: one document at a time, only while it is as it was read.
//!
//! A write is two calls. The first reads the document and compares all of it, exactly, with what
//! was read before; whatever fails there has changed nothing. The second writes, under a filter by
//! which the server itself looks once more, so that of two racing writers one wins. That filter
//! cannot tell all that the first call can: see the module `guard`.
//!
//! Retryable writes stay as the connection string has them (on). A replica set then takes the
//! driver's second try for the first one by its number, so nothing happens twice. A server alone
//! takes no such numbers and gets no second try: a cut connection there is "may have happened".
//! Writes wait for the majority, unless the connection string says otherwise.
//!
//! This is the only module that calls a writing function of the driver.

mod change;
mod guard;
mod outcome;
mod rights;
#[cfg(test)]
mod tests;

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use mongodb::bson::{Document as Query, RawDocumentBuf, doc, serialize_to_vec};
use mongodb::error::Error;
use mongodb::options::{
    Acknowledgment, Collation, CollectionOptions, ReadPreference, SelectionCriteria,
    UpdateModifications, WriteConcern,
};
use mongodb::{Collection as Handle, Database};
use tokio::time::timeout;

use self::outcome::{outcome, overdue};
use super::classify::Call;
use super::{Mongo, bson_json};
use crate::domain::plan::LiteWrite;
use crate::domain::{Bson, Collection, Lite};
use crate::store::StoreError;
use crate::store::error::{Kind, Store};
use crate::store::port::{Check, LiteWriter};

/// Most bytes of one document, of a server's own limit.
const DOCUMENT_BYTES: usize = 16 << 20;

/// Most bytes of a filter and a change together; the server's limit is that of a document, and the
/// frame around them needs a little.
const COMMAND_BYTES: usize = DOCUMENT_BYTES - (64 << 10);

/// Writes single documents of one database, through the client of its reader.
pub struct MongoWriter {
    reader: Arc<Mongo>,
    concern: WriteConcern,
}

impl fmt::Debug for MongoWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MongoWriter({:?})", self.reader)
    }
}

/// The writing side of a database. No network yet.
///
/// # Errors
/// [`Kind::Unsupported`] when the connection string asks for writes without an answer (`w=0`):
/// nothing true could be said of them.
pub fn writer(reader: Arc<Mongo>) -> Result<MongoWriter, StoreError> {
    let mut concern = reader.uri.write_concern.clone().unwrap_or_default();
    if concern.w == Some(Acknowledgment::Nodes(0)) {
        let message = "the connection string asks for writes without an answer (w=0)";
        let error = StoreError::new(Store::Mongo, Kind::Unsupported, message);
        return Err(error.hint("take w=0 out of it, or write w=majority"));
    }
    concern.w.get_or_insert(Acknowledgment::Majority);
    // The server gives up waiting for the others before the client gives up waiting for the server.
    concern.w_timeout.get_or_insert(reader.limits.timeout);
    Ok(MongoWriter { reader, concern })
}

/// What is sent, decided before anything is.
enum Order {
    Insert(Query),
    Update(Query, UpdateModifications),
    Remove(Query),
    /// There is nothing to do.
    Nothing,
}

impl Order {
    /// # Errors
    /// [`Kind::Malformed`] for a value that cannot be sent, [`Kind::TooLarge`].
    fn new(id: &Bson, before: Option<&Lite>, write: &LiteWrite) -> Result<Self, StoreError> {
        match (write, before) {
            (LiteWrite::Insert(document), _) => {
                let document = bson_json::write(document)?;
                size_within(&document, DOCUMENT_BYTES)?;
                Ok(Self::Insert(document))
            }
            (LiteWrite::Remove, Some(before)) => {
                let filter = guard::filter(id, before, write, COMMAND_BYTES)?;
                Ok(Self::Remove(filter))
            }
            (LiteWrite::Update(fields), Some(before)) if !fields.is_empty() => {
                let (change, bytes) = change::of(fields)?;
                let room = COMMAND_BYTES.saturating_sub(bytes);
                let filter = guard::filter(id, before, write, room)?;
                Ok(Self::Update(filter, change))
            }
            (LiteWrite::Update(_) | LiteWrite::Remove, _) => Ok(Self::Nothing),
        }
    }
}

fn bytes_of(document: &Query) -> Result<usize, StoreError> {
    let bytes = serialize_to_vec(document).map_err(|_unserializable| {
        let message = "a value cannot be sent to MongoDB";
        StoreError::new(Store::Mongo, Kind::Malformed, message)
    })?;
    Ok(bytes.len())
}

fn size_within(document: &Query, limit: usize) -> Result<(), StoreError> {
    let bytes = bytes_of(document)?;
    if bytes <= limit {
        return Ok(());
    }
    let message = format!("{bytes} bytes would have to be sent to MongoDB, at most {limit} can be");
    Err(StoreError::new(Store::Mongo, Kind::TooLarge, message).hint("make the document smaller"))
}

/// Bytes for bytes, whatever the collection's own idea of equal text is.
fn by_bytes() -> Collation {
    Collation::builder().locale("simple").build()
}

impl MongoWriter {
    /// The document as it is on the primary.
    async fn look(&self, collection: &Collection, id: &Bson) -> Result<Option<Lite>, StoreError> {
        let call = (self.reader).call(format!("looking at a document of {collection} to write it"));
        let filter = doc! { "_id": { "$eq": bson_json::write_value(id)? } };
        let limit = self.reader.limits.timeout;
        let reading = async {
            let handle: Handle<RawDocumentBuf> = self.handle(collection).await?;
            let found = handle.find_one(filter).collation(by_bytes());
            found.max_time(limit).await
        };
        let found = self.reader.within(limit, &call, reading).await?;
        Ok(found.map(|raw| Lite::new(bson_json::read(&raw))))
    }

    async fn handle<T: Send + Sync>(&self, collection: &Collection) -> Result<Handle<T>, Error> {
        let database: Database = self.reader.open().await?;
        let options = CollectionOptions::builder()
            .write_concern(self.concern.clone())
            .selection_criteria(SelectionCriteria::ReadPreference(ReadPreference::Primary))
            .build();
        Ok(database.collection_with_options(collection.as_str(), options))
    }

    /// Sends it. `false` when the server found the document changed, or one where none may be.
    async fn send(&self, collection: &Collection, order: Order) -> Result<bool, StoreError> {
        match order {
            Order::Nothing => Ok(true),
            Order::Insert(document) => {
                let call = self.reader.call(format!("inserting into {collection}"));
                let inserting = async { self.handle(collection).await?.insert_one(document).await };
                match self.ended(&call, inserting).await? {
                    Ok(_) => Ok(true),
                    Err(error) if outcome::is_same_id(&error) => Ok(false),
                    Err(error) => Err(self.explained(collection, &error, &call).await),
                }
            }
            Order::Update(filter, change) => {
                let call = (self.reader).call(format!("updating a document of {collection}"));
                let updating = async {
                    let handle: Handle<Query> = self.handle(collection).await?;
                    let update = handle.update_one(filter, change);
                    update.collation(by_bytes()).await
                };
                match self.ended(&call, updating).await? {
                    Ok(done) => Ok(done.matched_count > 0),
                    Err(error) => Err(self.explained(collection, &error, &call).await),
                }
            }
            Order::Remove(filter) => {
                let call = (self.reader).call(format!("removing a document of {collection}"));
                let removing = async {
                    let handle: Handle<Query> = self.handle(collection).await?;
                    handle.delete_one(filter).collation(by_bytes()).await
                };
                let done = self.ended(&call, removing).await?;
                let done = done.map_err(|error| outcome(&error, &call))?;
                Ok(done.deleted_count > 0)
            }
        }
    }

    /// The error, with the fields of the unique index where that refused the write.
    async fn explained(&self, collection: &Collection, error: &Error, call: &Call) -> StoreError {
        let Some(name) = outcome::unnamed_index(error) else {
            return outcome(error, call);
        };
        // When the indexes cannot be read, the name of this one has to do.
        let indexes = self.reader.list_indexes(collection).await;
        let mut indexes = indexes.unwrap_or_default().into_iter();
        let known = indexes.find(|index| index.name == name);
        let fields = known.map_or_else(Vec::new, |index| index.fields);
        outcome::conflict(&name, &fields, call)
    }

    /// Waits as long as a read would; after that the write may still happen.
    async fn ended<T>(
        &self,
        call: &Call,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<Result<T, Error>, StoreError> {
        let patience: Duration = self.reader.patience(self.reader.limits.timeout);
        let ended = timeout(patience, work).await;
        let ended = ended.map_err(|_elapsed| overdue(patience, call))?;
        if let Err(error) = &ended {
            self.reader.contact.heed(error);
        }
        Ok(ended)
    }
}

#[async_trait]
impl LiteWriter for MongoWriter {
    async fn write(
        &self,
        collection: &Collection,
        id: &Bson,
        before: Option<&Lite>,
        write: &LiteWrite,
    ) -> Result<bool, StoreError> {
        if let Some(unfit) = write.unfit(id, before) {
            return Err(StoreError::unfit(collection, &unfit));
        }
        let order = Order::new(id, before, write)?;
        let now = self.look(collection, id).await?;
        if !write.holds(before, now.as_ref()) {
            return Ok(false);
        }
        self.send(collection, order).await
    }

    async fn read(&self, collection: &Collection, id: &Bson) -> Result<Option<Lite>, StoreError> {
        self.look(collection, id).await
    }

    async fn probe(&self) -> Vec<Check> {
        vec![self.check_rights().await]
    }
}
