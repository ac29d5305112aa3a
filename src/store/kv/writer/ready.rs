//! What is asked before a client is started, since it would find it out after the fee was paid:
//! storage nodes that do not keep all parts of the data, a stream that is not held, a wallet that may
//! not write. Only a clear answer refuses a write; whoever does not answer is left to the client.

use futures_util::future::{join_all, try_join};
use jsonrpsee::core::params::ArrayParams;
use serde_json::Value;

use super::endpoint::Endpoint;
use super::probe::quantity;
use super::{Writer, root};
use crate::store::error::{Kind, Store, StoreError};
use crate::store::kv::client::Item;
use crate::store::kv::reader::{self, Reader};
use crate::store::kv::rpc::{NodeClient, method};
use crate::store::kv::storage::{Named, Shard, chosen, params, shard, unreadable};

/// Why the storage nodes can't be used.
pub(super) enum Unfit {
    /// One did not answer.
    Silent(StoreError),
    /// Their answers say so.
    Certain(StoreError),
}

impl Unfit {
    /// In words.
    pub(super) fn error(self) -> StoreError {
        match self {
            Self::Silent(error) | Self::Certain(error) => error,
        }
    }
}

/// Refuses a write to the key with these bytes that cannot end well.
pub(super) async fn ready(writer: &Writer, key: &[u8]) -> Result<(), StoreError> {
    let storage = async {
        match covered(writer).await {
            Err(Unfit::Certain(error)) => Err(error),
            Err(Unfit::Silent(_)) | Ok(_) => Ok(()),
        }
    };
    let rights = async {
        let Some(reader) = kv_reader(writer)? else {
            return Ok(());
        };
        match rights(writer, &reader, key).await {
            Ok(Rights {
                held: Some(false), ..
            }) => Err(reader.not_held()),
            Ok(Rights {
                may: Some(false), ..
            }) => Err(forbidden(writer)),
            _ => one_chain(writer, &reader).await,
        }
    };
    try_join(storage, rights).await.map(drop)
}

/// How often nodes that seem to be of two chains are looked at.
const LOOKS: u32 = 3;

/// Refuses where EVM node, storage nodes and KV node are not of one chain, as far as they tell: a
/// storage node that has read another block than the EVM node has at its height, or blocks that it
/// does not have; a KV node that has applied more than a storage node knows of that has read all.
/// (One that has applied less may only be behind.)
pub(super) async fn one_chain(writer: &Writer, reader: &Reader) -> Result<(), StoreError> {
    let progress = reader.client.once(NodeClient::get_replay_progress).await;
    let applied = progress.ok().map(|progress| progress.applied_seq);
    // Whoever can't reach the indexer leaves it to the client, which asks it too.
    let urls = writer.asked().await.unwrap_or_default();
    for node in writer.options.nodes(&urls) {
        for look in 1..=LOOKS {
            match apart(writer, &node, applied).await {
                None => break,
                Some(error) if look == LOOKS => return Err(error),
                // one of them may read faster than the others, and a block may be replaced
                Some(_) => tokio::time::sleep(writer.options.limits.pause).await,
            }
        }
    }
    Ok(())
}

/// Blocks that a storage node may have read before an EVM node shows them.
const AHEAD: u128 = 10;

/// What tells that a storage node follows another chain than the EVM node or the KV node.
async fn apart(writer: &Writer, node: &Endpoint<'_>, applied: Option<u64>) -> Option<StoreError> {
    let evm = writer.options.evm();
    let head = evm.ask("eth_blockNumber", ArrayParams::new()).await.ok()?;
    let head = quantity(evm, &head).ok()?;
    let status = node.ask("zgs_getStatus", ArrayParams::new()).await.ok()?;
    let told = |name: &str| status.get(name).and_then(Value::as_u64);
    let (read, next) = (told("logSyncHeight")?, told("nextTxSeq")?);
    let what = if u128::from(read) > head + AHEAD {
        format!("has read block {read} and the EVM node is at {head}")
    } else if is_another(evm, read, status.get("logSyncBlock")?).await {
        format!("has read another block {read} than the EVM node has")
    } else if let Some(applied) = applied.filter(|applied| *applied > next)
        && u128::from(read) >= head
    {
        format!("knows {next} transactions and the KV node has applied {applied}")
    } else {
        return None;
    };
    let what = format!("{what}: they are of two chains, or one of them is far behind");
    Some(node.fault(Kind::Refused, &what).hint(
        "name the EVM node and the storage nodes of the KV node's chain (writer.evm_rpc, \
         writer.storage_nodes or writer.indexer)",
    ))
}

/// Whether the EVM node has another block at this height. Without an answer nothing is told.
async fn is_another(evm: Endpoint<'_>, height: u64, hash: &Value) -> bool {
    let asked: [Value; 2] = [format!("{height:#x}").into(), false.into()];
    let Ok(block) = evm.ask("eth_getBlockByNumber", params(&asked)).await else {
        return false;
    };
    // a node may answer with another block, or not know its own yet
    let text = |name: &str| block.get(name).and_then(Value::as_str);
    let (Some(theirs), Some(hash)) = (text("hash"), hash.as_str()) else {
        return false;
    };
    let known = hash
        .trim_start_matches("0x")
        .bytes()
        .any(|digit| digit != b'0');
    let asked = text("number") == Some(&*format!("{height:#x}"));
    asked && known && !hash.eq_ignore_ascii_case(theirs)
}

/// How many storage nodes the client will choose from, all parts of the data kept among them.
pub(super) async fn covered(writer: &Writer) -> Result<usize, Unfit> {
    let shards = if let Some(indexer) = writer.options.index() {
        named(indexer, chosen(indexer).await.map_err(Unfit::Silent)?)?
    } else {
        join_all(writer.options.storage().map(kept))
            .await
            .into_iter()
            .collect::<Result<Vec<Shard>, Unfit>>()?
    };
    match Shard::gap(Shard::WHOLE, &shards) {
        None => Ok(shards.len()),
        Some(gap) => Err(Unfit::Certain(uncovered(gap))),
    }
}

async fn kept(node: Endpoint<'_>) -> Result<Shard, Unfit> {
    let told = shard(&node).await.map_err(Unfit::Silent)?;
    told.ok_or_else(|| Unfit::Certain(unreadable(&node)))
}

/// What the nodes of an indexer keep. The client breaks with nodes that it does not vouch for (0G
/// wire contract, F-15), and with one whose part is not told.
fn named(indexer: Endpoint<'_>, nodes: Vec<Named>) -> Result<Vec<Shard>, Unfit> {
    if !nodes.iter().any(|node| node.trusted) {
        let error = indexer.fault(Kind::Refused, "names no storage node that it vouches for");
        return Err(Unfit::Certain(error.hint(
            "name storage nodes instead (writer.storage_nodes), or another indexer",
        )));
    }
    let shards = nodes.into_iter().map(|node| node.shard);
    let known = shards.collect::<Option<Vec<Shard>>>();
    known.ok_or_else(|| Unfit::Certain(unreadable(&indexer)))
}

fn uncovered(gap: Shard) -> StoreError {
    let message = format!(
        "the storage nodes do not keep all of the data: nobody has shard {} of {}",
        gap.id, gap.count
    );
    StoreError::new(Store::Values, Kind::Refused, message).hint(
        "name the nodes of all shards (writer.storage_nodes), or an indexer; a write would cost its \
         fee, and without its data the KV node would stand still",
    )
}

/// What the KV node says of a write; `None` where it cannot say.
pub(super) struct Rights {
    pub(super) held: Option<bool>,
    pub(super) may: Option<bool>,
}

/// Asks the KV node.
pub(super) async fn rights(
    writer: &Writer,
    reader: &Reader,
    key: &[u8],
) -> Result<Rights, StoreError> {
    let stream = root::hex(&writer.stream);
    let (held, may) = (method::GET_HOLDING_STREAM_IDS, method::HAS_WRITE_PERMISSION);
    let account: Value = writer.wallet.address().into();
    let asked = params(&[account, stream.clone().into(), base64(key).into()]);
    let calls = vec![(held, ArrayParams::new()), (may, asked)];
    let items = reader.client.batch(may, calls).await?;
    let ids: Option<Vec<String>> = items.first().and_then(read);
    Ok(Rights {
        held: ids.map(|ids| ids.iter().any(|id| id.eq_ignore_ascii_case(&stream))),
        may: items.get(1).and_then(read),
    })
}

/// An answer, if it is one.
fn read<T: serde::de::DeserializeOwned>(item: &Item) -> Option<T> {
    serde_json::from_str(item.as_ref().ok()?.get()).ok()
}

/// The wallet may not write.
pub(super) fn forbidden(writer: &Writer) -> StoreError {
    let message = format!(
        "wallet {} may not write to the stream {}",
        writer.wallet.address(),
        root::hex(&writer.stream)
    );
    StoreError::new(Store::Values, Kind::Refused, message).hint(
        "a write would cost its fee and be dropped: use the wallet of the service \
         (writer.wallet_key), or have the stream's admin grant this one the right",
    )
}

/// The KV node, where one is named.
pub(super) fn kv_reader(writer: &Writer) -> Result<Option<Reader>, StoreError> {
    let Some(url) = &writer.options.kv_node else {
        return Ok(None);
    };
    let stream = root::hex(&writer.stream);
    Reader::new(url, &reader::Options::new(&stream)).map(Some)
}

fn base64(bytes: &[u8]) -> String {
    use ::base64::Engine as _;
    ::base64::engine::general_purpose::STANDARD.encode(bytes)
}
