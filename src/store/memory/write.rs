//! The writing sides of the stores in memory: as guarded and as late as the real ones.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;

use super::index::{MemoryIndex, Others};
use super::values::{Content, MemoryValues};
use crate::domain::intent::{Receipt, Stage};
use crate::domain::plan::{LiteWrite, Room, ValueWrite};
use crate::domain::{Bson, Collection, Key, Lite};
use crate::store::error::{Kind, Store, StoreError};
use crate::store::port::{
    Attempt, Check, CheckVerdict, Described, Index as _, IndexEntry, LiteWriter, Step, SubmitFault,
    ValueWriter, Values as _,
};

#[async_trait]
impl LiteWriter for MemoryIndex {
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
        let mut held = false;
        self.change(collection, id, |now, indexes, others| {
            held = write.holds(before, now);
            if !held {
                return Ok(now.cloned());
            }
            let after = write.after(now);
            if let Some(after) = &after {
                refuse_twins(collection, after, indexes, others)?;
            }
            Ok(after)
        })?;
        Ok(held)
    }

    async fn read(&self, collection: &Collection, id: &Bson) -> Result<Option<Lite>, StoreError> {
        let found = self.by_ids(collection, std::slice::from_ref(id)).await?;
        Ok(found.into_iter().next())
    }

    async fn probe(&self) -> Vec<Check> {
        vec![Check {
            step: Step::MongoWrite,
            verdict: CheckVerdict::Ok,
            said: "may insert, update and remove".to_owned(),
            next: String::new(),
        }]
    }
}

fn refuse_twins(
    collection: &Collection,
    after: &Lite,
    indexes: &[IndexEntry],
    others: &Others<'_>,
) -> Result<(), StoreError> {
    for index in indexes.iter().filter(|index| {
        // the condition of a partial one is not kept here
        index.unique && !index.partial && index.may_hold(&after.fields)
    }) {
        let values: Vec<(&str, &Bson)> = index
            .fields
            .iter()
            .map(|name| (name.as_str(), after.fields.at(name).unwrap_or(&Bson::Null)))
            .collect();
        if others(index, &values) {
            let message = format!(
                "MongoDB: writing {collection}: another document has the same {} (unique index {})",
                index.fields.join(", "),
                index.name
            );
            return Err(StoreError::new(Store::Mongo, Kind::Conflict, message)
                .hint("find the other document and decide which of the two stays"));
        }
    }
    Ok(())
}

/// Writes to a value store in memory.
#[derive(Debug)]
pub struct MemoryWriter {
    values: Arc<MemoryValues>,
    /// Most bytes of one value.
    limit: usize,
}

impl MemoryWriter {
    /// A writer with a limit in bytes of one value.
    #[must_use]
    pub fn new(values: Arc<MemoryValues>, limit: usize) -> Self {
        Self { values, limit }
    }
}

#[async_trait]
impl ValueWriter for MemoryWriter {
    fn described(&self) -> Described {
        Described {
            by: "memory".to_owned(),
            stream: self.values.stream(),
            encryption: "none".to_owned(),
        }
    }

    fn limit(&self) -> Option<Room> {
        Some(Room {
            most: self.limit as u64,
            quoted: false,
            line: None,
        })
    }

    fn check(&self, key: &Key, write: &ValueWrite) -> Result<(), StoreError> {
        let over = self.limit().and_then(|room| room.over(key, &write.bytes));
        let Some(over) = over else {
            return Ok(());
        };
        let message = format!("{key}: {over}");
        Err(StoreError::new(Store::Values, Kind::TooLarge, message).hint("make it smaller"))
    }

    async fn submit(
        &self,
        key: &Key,
        write: &ValueWrite,
        attempt: Attempt<'_>,
    ) -> Result<Receipt, SubmitFault> {
        let mut receipt = Receipt::default();
        attempt.witness.saw(&receipt).map_err(SubmitFault::unsent)?;
        let content = Content::Bytes(Arc::clone(&write.bytes));
        let writes = vec![(key.to_string(), content)];
        let version = self.values.submit_fenced(writes, write.fence.number());
        receipt.stage = Stage::Uploaded;
        receipt.sequence = Some(version.0);
        // It has happened: whether that could be written down is the reader's to find out.
        let _ = attempt.witness.saw(&receipt);
        Ok(receipt)
    }

    async fn look(
        &self,
        (key, write): (&Key, &ValueWrite),
        receipt: &Receipt,
        _output: &Path,
    ) -> Result<(Receipt, Option<bool>), StoreError> {
        let mut known = receipt.clone();
        let fence = write.fence.number();
        let found = self.values.submitted(&key.to_string(), &write.bytes, fence);
        if let Some(version) = found.filter(|_| known.stage == Stage::Preparing) {
            (known.stage, known.sequence) = (Stage::Uploaded, Some(version.0));
        }
        Ok((known, Some(false)))
    }

    async fn follow(
        &self,
        receipt: &Receipt,
        _attempt: Attempt<'_>,
    ) -> Result<Receipt, SubmitFault> {
        Ok(receipt.clone())
    }

    async fn complete(
        &self,
        (key, write): (&Key, &ValueWrite),
        _known: &Receipt,
        attempt: Attempt<'_>,
    ) -> Result<Receipt, SubmitFault> {
        self.submit(key, write, attempt).await
    }

    async fn probe(&self) -> Vec<Check> {
        Vec::new()
    }
}
