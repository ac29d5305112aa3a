//! Whether the node waits for a transaction whose data is nowhere. It takes the transactions of all
//! streams strictly in order, so one such holds up everything (0G wire contract, F-11).
//!
//! A transaction is mined before its data arrives, so one that is seen without data is looked at
//! again for a while. The node alone does not tell: the storage nodes do.

use std::time::Duration;

use jsonrpsee::core::ClientError;
use tokio::time::{Instant, sleep};

use super::fault::NO_METHOD;
use super::reader::Reader;
use super::rpc::{NodeClient, method};
use super::storage::{self, File, chosen};
use super::writer::endpoint::Endpoint;
use crate::store::error::StoreError;
use crate::store::port::Waits;

/// How often it is looked again.
const LOOK: Duration = Duration::from_millis(250);

pub(super) async fn look(reader: &Reader) -> Result<Waits, StoreError> {
    let untold = |why: &str| Ok(Waits::Untold(why.to_owned()));
    let urls = match urls(reader).await {
        Ok(urls) if urls.is_empty() => {
            return untold("no storage node is named that could be asked (writer.storage_nodes)");
        }
        Ok(urls) => urls,
        Err(error) => return Ok(Waits::Untold(error.message)),
    };
    let end = Instant::now() + reader.settle;
    let mut seen = None;
    loop {
        let Some(next) = applied(reader).await? else {
            return untold("the KV node does not say how far it is");
        };
        // it goes on
        if seen.is_some_and(|seen| seen != next) {
            return Ok(Waits::Nothing);
        }
        seen = Some(next);
        let file = match file(reader, &urls, next).await {
            Ok(None) => return Ok(Waits::Nothing),
            Ok(Some(file)) => file,
            Err(error) => return Ok(Waits::Untold(error.message)),
        };
        if Instant::now() >= end {
            return Ok(if file.whole {
                Waits::Stuck { sequence: next }
            } else {
                Waits::Data {
                    sequence: next,
                    root: file.root,
                }
            });
        }
        sleep(LOOK).await;
    }
}

/// The next transaction that the node will apply; `None` from one that cannot say.
async fn applied(reader: &Reader) -> Result<Option<u64>, StoreError> {
    match reader.client.once(NodeClient::get_replay_progress).await {
        Ok(progress) => Ok(Some(progress.applied_seq)),
        Err(ClientError::Call(object)) if object.code() == NO_METHOD => Ok(None),
        Err(error) => Err(reader
            .client
            .call(method::GET_REPLAY_PROGRESS)
            .failed(&error)),
    }
}

async fn urls(reader: &Reader) -> Result<Vec<String>, StoreError> {
    let Some(indexer) = &reader.storage.indexer else {
        return Ok(reader.storage.nodes.clone());
    };
    let indexer = Endpoint {
        what: "indexer",
        setting: "writer.indexer (--indexer)",
        url: indexer,
        deadline: reader.client.deadline(),
    };
    let named = chosen(indexer).await?;
    Ok(named.into_iter().map(|node| node.url).collect())
}

/// What the storage nodes together know of a transaction: `None` when none has read of it. It is
/// whole where one has all that it keeps of it. A node that does not answer counts only when none
/// does.
async fn file(reader: &Reader, urls: &[String], sequence: u64) -> Result<Option<File>, StoreError> {
    let (mut known, mut failed) = (None, None);
    for url in urls {
        let node = Endpoint {
            what: "storage node",
            setting: "writer.storage_nodes (--storage-node)",
            url,
            deadline: reader.client.deadline(),
        };
        match storage::file(&node, sequence).await {
            Ok(Some(file)) if file.whole => return Ok(Some(file)),
            Ok(file) => known = known.or(file),
            Err(error) => failed = Some(error),
        }
    }
    match (known, failed) {
        (Some(file), _) => Ok(Some(file)),
        // one that is silent may know what the others have not read yet
        (None, Some(error)) => Err(error),
        (None, None) => Ok(None),
    }
}
