//! What is asked before a client is started, since it would find it out after the fee was paid:
//! storage nodes that do not keep all parts of the data, a stream that is not held, a wallet that may
//! not write, nodes of two chains. Only a clear answer refuses a write; whoever does not answer is left to the client.

use futures_util::future::{join_all, try_join};
use jsonrpsee::core::params::ArrayParams;
use serde_json::Value;

use super::chains::one_chain;
use super::endpoint::Endpoint;
use super::{Writer, root};
use crate::store::error::{Kind, Store, StoreError};
use crate::store::kv::client::Item;
use crate::store::kv::reader::{self, Reader};
use crate::store::kv::rpc::method;
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
            _ => one_chain(writer, &reader).await.map(drop),
        }
    };
    try_join(storage, rights).await.map(drop)
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
