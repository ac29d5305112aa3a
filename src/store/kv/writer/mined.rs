//! A transaction looked up by the Merkle root of its data, where the client's own words are not
//! enough: the answer to its send was lost, or its data was left behind (0G wire contract, F-11 and
//! F-39).
//!
//! The root of an unencrypted write follows from key, bytes and fence, so whatever has it carries
//! exactly this write. It may be an older transaction all the same, of a write that was dropped: a
//! storage node tells the first of a root whose data it has. So the number tells, too. Asks only; sends
//! nothing.

use futures_util::future::join_all;
use jsonrpsee::core::params::ArrayParams;
use serde_json::Value;

use super::Writer;
use super::endpoint::Endpoint;
use super::fault::staged;
use super::options::Encryption;
use super::ready::kv_reader;
use super::root;
use crate::domain::Key;
use crate::domain::intent::{Fate, Receipt, Stage};
use crate::domain::plan::ValueWrite;
use crate::store::error::{Kind, Retry, Store, StoreError};
use crate::store::kv::rpc::NodeClient;
use crate::store::kv::storage::{self, File, chosen};
use crate::store::kv::text::key_bytes;
use crate::store::port::{SubmitFault, Values as _};

impl Writer {
    /// The receipt with what the storage nodes know of the transaction; as it was where no node can
    /// be asked. A number that the client has said stays: another copy of the same write has the same
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
        let Ok(urls) = self.asked().await else {
            return known;
        };
        for node in self.options.nodes(&urls) {
            let found = match self.found_at(&node, &root, &known).await {
                Ok(None) => continue,
                Ok(Some(found)) => found,
                Err(error) => {
                    tracing::info!(
                        kind = error.kind.name(),
                        "a transaction could not be looked up"
                    );
                    return known;
                }
            };
            known.stage = known.stage.max(found.stage);
            known.root = Some(root);
            known.sequence = known.sequence.or(found.sequence);
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
            if let Some(found) = self.found_at(&node, &root, known).await? {
                return Ok((root, found.stage));
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

    /// What a storage node tells of the transaction of this root that is not older than the write: the
    /// one that is known by its number, or the newest.
    async fn found_at(
        &self,
        node: &Endpoint<'_>,
        root: &str,
        known: &Receipt,
    ) -> Result<Option<Found>, StoreError> {
        let info = file_info(node, root).await?;
        if info.is_null() {
            return Ok(None);
        }
        let first = Found {
            stage: stage_of(&info),
            sequence: info.pointer("/tx/seq").and_then(Value::as_u64),
        };
        let Some(number) = first.sequence else {
            return Ok(Some(first));
        };
        match known.sequence {
            Some(own) if own == number => return Ok(Some(first)),
            Some(own) => return of_number(node, root, own).await,
            None => {}
        }
        let oldest = match known.floor {
            Some(floor) => floor,
            // one that is judged already, and nobody knows what was there before
            None if self.was_dropped(number).await => number.saturating_add(1),
            None => number,
        };
        let first = (number >= oldest).then_some(first);
        newest(node, root, (first, oldest.max(number.saturating_add(1)))).await
    }

    /// Whether the KV node has dropped the transaction of this number.
    async fn was_dropped(&self, sequence: u64) -> bool {
        let Ok(Some(reader)) = kv_reader(self) else {
            return false;
        };
        matches!(reader.fate(sequence).await, Ok(Fate::Dropped(_)))
    }

    /// A number that the next transaction has at least, as far as the nodes tell: what is older was
    /// there before.
    pub(super) async fn floor(&self) -> Option<u64> {
        // Whoever can't reach the indexer leaves it to the client, which asks it too.
        let urls = self.asked().await.unwrap_or_default();
        let known = join_all(self.options.nodes(&urls).map(next)).await;
        let applied = async {
            let reader = kv_reader(self).ok()??;
            let progress = reader.client.once(NodeClient::get_replay_progress).await;
            Some(progress.ok()?.applied_seq)
        };
        known.into_iter().flatten().max().max(applied.await)
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

/// A transaction that a storage node knows.
#[derive(Clone, Copy)]
struct Found {
    stage: Stage,
    /// Its number, where it is certain that none of the same data is newer.
    sequence: Option<u64>,
}

impl Found {
    fn of(file: &File, sequence: u64) -> Self {
        let stage = if file.whole {
            Stage::Uploaded
        } else {
            Stage::Mined
        };
        Self {
            stage,
            sequence: Some(sequence),
        }
    }
}

/// Most numbers that are asked for one by one.
const ASKED: u64 = 128;
/// As many at a time.
const AT_ONCE: usize = 16;

/// The next number of a storage node; nothing where it does not tell.
async fn next(node: Endpoint<'_>) -> Option<u64> {
    let status = node.ask("zgs_getStatus", ArrayParams::new()).await.ok()?;
    status.get("nextTxSeq").and_then(Value::as_u64)
}

/// The transaction of this number, if the storage node knows it and it is of this root.
async fn of_number(
    node: &Endpoint<'_>,
    root: &str,
    sequence: u64,
) -> Result<Option<Found>, StoreError> {
    let file = storage::file(node, sequence).await?;
    let same = |file: &File| {
        file.root
            .as_deref()
            .is_some_and(|of| of.eq_ignore_ascii_case(root))
    };
    let file = file.filter(same);
    Ok(file.map(|file| Found::of(&file, sequence)))
}

/// The newest transaction of this root from a number on, or else the one that is known. A node tells the
/// first of a root only, so the others are asked for by number; where there are too many, which one is
/// the newest is not told.
async fn newest(
    node: &Endpoint<'_>,
    root: &str,
    (known, from): (Option<Found>, u64),
) -> Result<Option<Found>, StoreError> {
    let unnumbered = |found: Option<Found>| {
        found.map(|found| Found {
            sequence: None,
            ..found
        })
    };
    let Some(next) = next(*node).await else {
        return Ok(unnumbered(known));
    };
    let last = next.min(from.saturating_add(ASKED));
    let numbers: Vec<u64> = (from..last).collect();
    let mut found = known;
    for some in numbers.chunks(AT_ONCE) {
        let asked = some.iter().map(|number| of_number(node, root, *number));
        for told in join_all(asked).await {
            found = told?.or(found);
        }
    }
    Ok(if last < next {
        unnumbered(found)
    } else {
        found
    })
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
