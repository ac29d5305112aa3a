//! Whether the nodes that a write needs follow one chain, asked before the fee is paid. Two chains may
//! have the same number, so blocks are compared.
//!
//! A storage node tells its newest block alone, with its hash, and an EVM node any that it has. So where
//! the storage node is ahead, its block is kept in mind until the EVM node has one at that height: for a
//! moment now, and for the writes that follow. A KV node tells no block, only how many transactions it
//! has applied. Only a clear answer refuses a write.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jsonrpsee::core::params::ArrayParams;
use serde_json::Value;

use super::Writer;
use super::endpoint::Endpoint;
use super::probe::quantity;
use crate::store::error::{Kind, StoreError};
use crate::store::kv::reader::Reader;
use crate::store::kv::rpc::NodeClient;
use crate::store::kv::storage::params;

/// How often nodes that seem to be of two chains, or can't be compared yet, are looked at.
const LOOKS: u32 = 3;
/// Blocks that a storage node may have read before an EVM node shows them.
const AHEAD: u128 = 10;
/// Blocks of one storage node that are kept in mind.
const KEPT: usize = 4;

/// A block as a storage node tells it.
#[derive(Clone, PartialEq, Eq)]
struct Block {
    height: u64,
    hash: String,
}

/// Blocks that storage nodes have told and that the EVM node did not have yet, by the node's address.
#[derive(Default)]
pub(super) struct Told(Mutex<HashMap<String, Vec<Block>>>);

impl Told {
    /// The blocks of a node, the newest first.
    fn of(&self, node: &Endpoint<'_>) -> Vec<Block> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut blocks = all.get(node.url).cloned().unwrap_or_default();
        blocks.sort_by_key(|block| std::cmp::Reverse(block.height));
        blocks
    }

    /// Keeps one in mind; the older ones are compared sooner, so they stay.
    fn keep(&self, node: &Endpoint<'_>, block: Block) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let blocks = all.entry(node.url.to_owned()).or_default();
        if blocks.len() < KEPT && !blocks.contains(&block) {
            blocks.push(block);
        }
    }

    fn forget(&self, node: &Endpoint<'_>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(node.url);
    }
}

/// What a look tells of two nodes.
enum Look {
    /// Nothing speaks against one chain; whether a block of both was compared.
    Fits(bool),
    /// The EVM node does not have a block yet that could be compared.
    Early,
    /// They are of two chains.
    Apart(StoreError),
}

/// Refuses where EVM node, storage nodes and KV node are not of one chain, as far as they tell: a
/// storage node that has read another block than the EVM node has at its height, or many blocks that
/// it does not have; a KV node that has applied more than a storage node knows of that has read all.
/// (One that has applied less may only be behind.) Whether blocks were compared, of all storage nodes.
pub(super) async fn one_chain(writer: &Writer, reader: &Reader) -> Result<bool, StoreError> {
    let progress = reader.client.once(NodeClient::get_replay_progress).await;
    let applied = progress.ok().map(|progress| progress.applied_seq);
    // Whoever can't reach the indexer leaves it to the client, which asks it too.
    let urls = writer.asked().await.unwrap_or_default();
    // shared, so that many nodes are not waited for one after the other
    let mut early = LOOKS - 1;
    let mut certain = !urls.is_empty();
    for node in writer.options.nodes(&urls) {
        let mut apart = LOOKS - 1;
        loop {
            let left = match look(writer, &node, applied).await {
                Look::Fits(compared) => {
                    certain &= compared;
                    break;
                }
                Look::Early if early == 0 => {
                    tracing::info!("whether EVM node and storage node follow one chain: untold");
                    certain = false;
                    break;
                }
                Look::Apart(error) if apart == 0 => {
                    // the next write looks with fresh eyes: a block may have been replaced
                    writer.told.forget(&node);
                    return Err(error);
                }
                Look::Early => &mut early,
                Look::Apart(_) => &mut apart,
            };
            *left -= 1;
            // one of them may read faster than the others, and a block may be replaced
            tokio::time::sleep(writer.options.limits.pause).await;
        }
    }
    Ok(certain)
}

/// One look at a storage node beside the EVM node and what the KV node has applied. Who does not
/// answer, or not as such a node does, speaks against nothing.
async fn look(writer: &Writer, node: &Endpoint<'_>, applied: Option<u64>) -> Look {
    let evm = writer.options.evm();
    // asked first, so that the EVM node has had its time
    let Ok(status) = node.ask("zgs_getStatus", ArrayParams::new()).await else {
        return Look::Fits(false);
    };
    let head = evm.ask("eth_blockNumber", ArrayParams::new()).await;
    let head = head.and_then(|head| quantity(evm, &head));
    let told = |name: &str| status.get(name).and_then(Value::as_u64);
    let (Ok(head), Some(read), Some(next)) = (head, told("logSyncHeight"), told("nextTxSeq"))
    else {
        return Look::Fits(false);
    };
    let apart = |what: String| {
        let what = format!("{what}: they are of two chains, or one of them is far behind");
        Look::Apart(node.fault(Kind::Refused, &what).hint(
            "name the EVM node and the storage nodes of the KV node's chain (writer.evm_rpc, \
             writer.storage_nodes or writer.indexer)",
        ))
    };
    if u128::from(read) > head + AHEAD {
        return apart(format!(
            "has read block {read} and the EVM node is at {head}"
        ));
    }
    let newest = block(read, status.get("logSyncBlock"));
    let same = match compared(writer, node, (newest.as_ref(), head)).await {
        Some((height, false)) => {
            return apart(format!(
                "has read another block {height} than the EVM node has"
            ));
        }
        same => same.is_some(),
    };
    if same {
        writer.told.forget(node);
    }
    if let Some(applied) = applied.filter(|applied| *applied > next)
        && u128::from(read) >= head
    {
        return apart(format!(
            "knows {next} transactions and the KV node has applied {applied}"
        ));
    }
    match newest {
        Some(newest) if !same && u128::from(newest.height) > head => {
            writer.told.keep(node, newest);
            Look::Early
        }
        _ => Look::Fits(same),
    }
}

/// The newest block of the storage node that the EVM node has one beside: its height, and whether the
/// two are the same.
async fn compared(
    writer: &Writer,
    node: &Endpoint<'_>,
    (newest, head): (Option<&Block>, u128),
) -> Option<(u64, bool)> {
    let known = writer.told.of(node);
    let all = newest.into_iter().chain(&known);
    for block in all.filter(|block| u128::from(block.height) <= head) {
        if let Some(theirs) = hash_at(writer.options.evm(), block.height).await {
            return Some((block.height, block.hash.eq_ignore_ascii_case(&theirs)));
        }
    }
    None
}

/// The block that a storage node tells; one that has read none tells a hash of zeros.
fn block(height: u64, hash: Option<&Value>) -> Option<Block> {
    let hash = hash.and_then(Value::as_str)?;
    let mut digits = hash.trim_start_matches("0x").bytes();
    let hash = digits.any(|digit| digit != b'0').then(|| hash.to_owned())?;
    Some(Block { height, hash })
}

/// The hash of the EVM node's block at a height. A node may answer with another block, or not know
/// its own yet: that is no answer.
async fn hash_at(evm: Endpoint<'_>, height: u64) -> Option<String> {
    let asked: [Value; 2] = [format!("{height:#x}").into(), false.into()];
    let block = evm.ask("eth_getBlockByNumber", params(&asked)).await.ok()?;
    let text = |name: &str| block.get(name).and_then(Value::as_str);
    let is_asked = text("number") == Some(&*format!("{height:#x}"));
    text("hash").filter(|_| is_asked).map(str::to_owned)
}
