//! A transaction looked up by the Merkle root of its data, where the client's own words are not
//! enough: the answer to its send was lost, or its data was left behind (0G wire contract, F-11 and
//! F-39).
//!
//! The root of an unencrypted write follows from key, bytes and fence, so whatever has it carries
//! exactly this write. Asks only; sends nothing.

use jsonrpsee::core::params::ArrayParams;
use serde_json::Value;

use super::Writer;
use super::endpoint::Endpoint;
use super::options::Encryption;
use super::root;
use crate::domain::Key;
use crate::domain::intent::{Receipt, Stage};
use crate::domain::plan::ValueWrite;
use crate::store::error::{Kind, Retry, Store, StoreError};
use crate::store::kv::text::key_bytes;

impl Writer {
    /// The receipt with what the storage nodes know of the transaction; as it was where no node can
    /// be asked. Its number stays what the client said: another copy of the same write has the same
    /// root.
    pub(super) async fn looked_up(
        &self,
        mut known: Receipt,
        key: &Key,
        write: &ValueWrite,
    ) -> Receipt {
        let root = match (&known.root, self.root(key, write)) {
            (Some(logged), _) => logged.clone(),
            (None, Some(root)) => root,
            (None, None) => return known,
        };
        for node in self.asked() {
            let info = match file_info(&node, &root).await {
                Ok(info) if info.is_null() => continue,
                Ok(info) => info,
                Err(error) => {
                    tracing::info!(
                        kind = error.kind.name(),
                        "a transaction could not be looked up"
                    );
                    return known;
                }
            };
            let whole = info.get("finalized").and_then(Value::as_bool) == Some(true);
            let stage = if whole { Stage::Uploaded } else { Stage::Sent };
            known.stage = known.stage.max(stage);
            known.root = Some(root);
            return known;
        }
        known
    }

    /// Makes sure that a completion brings the data of the transaction it is for, and that there is
    /// such a transaction; its root.
    pub(super) async fn can_complete(
        &self,
        known: &Receipt,
        key: &Key,
        write: &ValueWrite,
    ) -> Result<String, StoreError> {
        let Some(root) = self.root(key, write) else {
            let message = "the data of an encrypted write is different each time, so a transaction \
                           cannot be completed by writing it again";
            return Err(StoreError::new(Store::Values, Kind::Unsupported, message)
                .hint("write the document again as a new transaction"));
        };
        if known.root.as_ref().is_some_and(|logged| *logged != root) {
            let message = "the transaction was made of other data than this";
            return Err(StoreError::new(Store::Values, Kind::Conflict, message)
                .hint("write the document again as a new transaction"));
        }
        let mut asked = None;
        for node in self.asked() {
            if !file_info(&node, &root).await?.is_null() {
                return Ok(root);
            }
            asked = Some(node);
        }
        match asked {
            Some(node) => Err(node
                .fault(
                    Kind::NotFound,
                    "does not know the transaction of this data yet",
                )
                .retry(Retry::AfterLooking)
                .hint(
                    "it is not in a block, or the node has not seen that block: look again later",
                )),
            None => Ok(root),
        }
    }

    /// The root of this write's data, where it is the same for each try.
    fn root(&self, key: &Key, write: &ValueWrite) -> Option<String> {
        let plain = !matches!(self.options.encryption, Encryption::StreamKey(_));
        let bytes = key_bytes(&key.to_string());
        plain.then(|| root::of_write(&self.stream, &bytes, &write.bytes, write.fence.number()))
    }

    /// The storage nodes that can be asked: none where an indexer chooses them.
    fn asked(&self) -> impl Iterator<Item = Endpoint<'_>> {
        let named = self.options.indexer.is_none();
        self.options.storage().filter(move |_| named)
    }
}

async fn file_info(node: &Endpoint<'_>, root: &str) -> Result<Value, StoreError> {
    let mut params = ArrayParams::new();
    let put = params.insert(root).and_then(|()| params.insert(true));
    put.map_err(|_error| node.fault(Kind::Bug, "cannot be asked for a root"))?;
    node.ask("zgs_getFileInfo", params).await
}
