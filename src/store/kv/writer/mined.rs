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
use super::fault::staged;
use super::options::Encryption;
use super::root;
use crate::domain::Key;
use crate::domain::intent::{Receipt, Stage};
use crate::domain::plan::ValueWrite;
use crate::store::error::{Kind, Retry, Store, StoreError};
use crate::store::kv::storage::chosen;
use crate::store::kv::text::key_bytes;
use crate::store::port::{SubmitFault, ValueWriter as _};

impl Writer {
    /// The receipt with what the storage nodes know of the transaction; as it was where no node can
    /// be asked. Its number stays what the client said where another copy of the same write has the
    /// same root; the root of encrypted data is of one transaction alone.
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
        let Ok(urls) = self.asked().await else {
            return known;
        };
        for node in self.options.nodes(&urls) {
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
            known.stage = known.stage.max(stage_of(&info));
            if !self.is_repeatable() {
                let number = info.pointer("/tx/seq").and_then(Value::as_u64);
                known.sequence = known.sequence.or(number);
            }
            known.root = Some(root);
            return known;
        }
        known.stage = match self.on_the_chain(&known).await {
            // no node knows of it, whatever one said before: a block may have been replaced
            Stage::Vanished => Stage::Vanished,
            // a node knows of it, whatever another one said
            Stage::Sent if known.stage == Stage::Vanished => Stage::Sent,
            stage => known.stage.max(stage),
        };
        known
    }

    /// A refusal by the chain's node, looked at once more: what a storage node knows of was sent.
    pub(super) async fn doubted(
        &self,
        fault: SubmitFault,
        key: &Key,
        write: &ValueWrite,
    ) -> SubmitFault {
        if !fault.is_unsent() || fault.error.kind != Kind::Refused {
            return fault;
        }
        let receipt = self.looked_up(fault.receipt.clone(), key, write).await;
        if receipt.stage == Stage::Preparing {
            return fault;
        }
        let error = StoreError::new(
            Store::Values,
            Kind::Unknown,
            "the client says that it was refused, and a storage node knows of the transaction",
        );
        staged(receipt, error)
    }

    /// What the chain says of a transaction that no storage node knows.
    async fn on_the_chain(&self, known: &Receipt) -> Stage {
        let Some(hash) = &known.hash else {
            return Stage::Preparing;
        };
        let Ok(receipt) = self.of_transaction("eth_getTransactionReceipt", hash).await else {
            return Stage::Preparing;
        };
        match receipt.get("status").and_then(Value::as_str) {
            Some("0x0") => return Stage::Reverted,
            Some("0x1") => return Stage::Mined,
            _ => {}
        }
        // In no block: it waits for one, or its node has let it go.
        let waits = self.of_transaction("eth_getTransactionByHash", hash).await;
        match waits {
            Ok(Value::Null) if receipt.is_null() && known.stage.may_lack_data() => Stage::Vanished,
            Ok(Value::Object(_)) => Stage::Sent,
            _ => Stage::Preparing,
        }
    }

    async fn of_transaction(&self, method: &str, hash: &str) -> Result<Value, StoreError> {
        let node = self.options.evm();
        let mut params = ArrayParams::new();
        let put = params.insert(hash);
        put.map_err(|_error| node.fault(Kind::Bug, "cannot be asked for a transaction"))?;
        node.ask(method, params).await
    }

    /// Makes sure that a completion brings the data of the transaction it is for, and that there is
    /// such a transaction; its root, and how far it is, where a node can be asked.
    pub(super) async fn can_complete(
        &self,
        known: &Receipt,
        key: &Key,
        write: &ValueWrite,
    ) -> Result<(String, Stage), StoreError> {
        let Some(root) = self.root(key, write) else {
            let message = "the data of an encrypted write is different each time, so it cannot be \
                           brought again";
            return Err(
                StoreError::new(Store::Values, Kind::Unsupported, message).hint(
                    "a KV node gets past it only with a finite max_download_retries in its \
                 configuration; then write the document again",
                ),
            );
        };
        if known.root.as_ref().is_some_and(|logged| *logged != root) {
            let message = "the transaction was made of other data than this";
            return Err(StoreError::new(Store::Values, Kind::Conflict, message)
                .hint("write the document again as a new transaction"));
        }
        // Whoever can't reach the indexer leaves it to the client, which asks it too.
        let (urls, mut asked) = (self.asked().await.unwrap_or_default(), None);
        for node in self.options.nodes(&urls) {
            let info = file_info(&node, &root).await?;
            if !info.is_null() {
                return Ok((root, stage_of(&info)));
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
            None => Ok((root, Stage::Sent)),
        }
    }

    /// The root of this write's data, where it is the same for each try.
    fn root(&self, key: &Key, write: &ValueWrite) -> Option<String> {
        let bytes = key_bytes(&key.to_string());
        let same = !matches!(self.options.encryption, Encryption::StreamKey(_));
        same.then(|| root::of_write(&self.stream, &bytes, &write.bytes, write.fence.number()))
    }

    /// The storage nodes that can be asked: those that are named, or those that the indexer names.
    pub(super) async fn asked(&self) -> Result<Vec<String>, StoreError> {
        match self.options.index() {
            None => Ok(self.options.storage_nodes.clone()),
            Some(indexer) => {
                let named = chosen(indexer).await?.into_iter();
                Ok(named.map(|node| node.url).collect())
            }
        }
    }
}

/// How far a transaction is of which a storage node tells this.
fn stage_of(info: &Value) -> Stage {
    match info.get("finalized").and_then(Value::as_bool) {
        Some(true) => Stage::Uploaded,
        _ => Stage::Mined,
    }
}

async fn file_info(node: &Endpoint<'_>, root: &str) -> Result<Value, StoreError> {
    let mut params = ArrayParams::new();
    let put = params.insert(root).and_then(|()| params.insert(true));
    put.map_err(|_error| node.fault(Kind::Bug, "cannot be asked for a root"))?;
    node.ask("zgs_getFileInfo", params).await
}
