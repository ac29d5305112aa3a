//! The answers of an emulated KV node: the server half of the program's own trait.

use std::ops::Bound;
use std::sync::Arc;

use dualscope::store::kv::rpc::{
    Account, Bytes, EntryPart, NodeServer, ReplayProgress, StreamId, ValuePart,
};
use jsonrpsee::core::{RpcResult, async_trait};
use jsonrpsee::types::ErrorObjectOwned;

use super::shared::Shared;
use super::state::Row;

/// The trait's server.
pub struct Node(pub Arc<Shared>);

#[derive(Clone, Copy)]
struct Slice {
    start: u64,
    len: u64,
}

/// The common part of the iterating calls.
struct Ask {
    stream: StreamId,
    slice: Slice,
    version: Option<u64>,
    backwards: bool,
}

/// What iterating comes to.
enum Found {
    Entry(RpcResult<Option<EntryPart>>),
    /// The node asks its database the same question for ever.
    Loops,
}

impl Node {
    fn check(&self, key: Option<&Bytes>, slice: Slice) -> RpcResult<()> {
        if key.is_some_and(|key| key.0.is_empty()) {
            return Err(invalid("key", "key is empty"));
        }
        if slice.len > self.0.options.max_part {
            return Err(invalid("len", "query length too large"));
        }
        Ok(())
    }

    fn end(&self, ask: &Ask) -> RpcResult<Option<EntryPart>> {
        self.check(None, ask.slice)?;
        match self.first_live(ask, (Bound::Unbounded, Bound::Unbounded), false) {
            Found::Entry(entry) => entry,
            Found::Loops => unreachable!("only an inclusive question loops"),
        }
    }

    async fn neighbour(
        &self,
        ask: Ask,
        key: Bytes,
        inclusive: bool,
    ) -> RpcResult<Option<EntryPart>> {
        self.check(Some(&key), ask.slice)?;
        self.0.control().counts.inclusive += usize::from(inclusive);
        let here = if inclusive {
            Bound::Included(&*key.0)
        } else {
            Bound::Excluded(&*key.0)
        };
        let range = if ask.backwards {
            (Bound::Unbounded, here)
        } else {
            (here, Bound::Unbounded)
        };
        match self.first_live(&ask, range, inclusive) {
            Found::Entry(entry) => entry,
            Found::Loops => self.0.hang().await,
        }
    }

    fn first_live(&self, ask: &Ask, (from, to): Range<'_>, inclusive: bool) -> Found {
        let state = self.0.state();
        let version = ask.version.unwrap_or(u64::MAX);
        let mut rows = state.keys(ask.stream, from, to, version);
        let mut step = || {
            if ask.backwards {
                rows.next_back()
            } else {
                rows.next()
            }
        };
        let mut first = true;
        while let Some((key, version, row)) = step() {
            if !row.bytes.is_empty() {
                return Found::Entry(entry(key, version, row, ask.slice).map(Some));
            }
            if inclusive && first {
                return Found::Loops;
            }
            first = false;
        }
        Found::Entry(Ok(None))
    }
}

type Range<'a> = (Bound<&'a [u8]>, Bound<&'a [u8]>);

/// A semantic parameter error as the node words it.
fn invalid(name: &str, why: &str) -> ErrorObjectOwned {
    ErrorObjectOwned::owned(-32602, format!("Invalid params: {name}"), Some(why))
}

fn cut(row: &Row, slice: Slice) -> RpcResult<Bytes> {
    let size = row.bytes.len();
    if slice.len == 0 || size == 0 {
        return Ok(Bytes::default());
    }
    let start = usize::try_from(slice.start).unwrap_or(usize::MAX);
    if start > size {
        let why = "start index is greater than value length";
        return Err(invalid("start_index", why));
    }
    if start == size && row.ends_aligned() {
        let entry = row.end / 256;
        let message = format!("invalid entry index: start={entry} end={entry}");
        return Err(ErrorObjectOwned::owned(-32000, message, None::<()>));
    }
    let len = usize::try_from(slice.len).unwrap_or(usize::MAX);
    let end = start.saturating_add(len).min(size);
    Ok(Bytes(row.bytes[start..end].to_vec()))
}

fn entry(key: &[u8], version: u64, row: &Row, slice: Slice) -> RpcResult<EntryPart> {
    Ok(EntryPart {
        version,
        key: Bytes(key.to_vec()),
        data: cut(row, slice)?,
        size: row.bytes.len() as u64,
    })
}

#[async_trait]
impl NodeServer for Node {
    async fn get_status(&self) -> RpcResult<bool> {
        Ok(true)
    }

    async fn get_value(
        &self,
        stream_id: StreamId,
        key: Bytes,
        start: u64,
        len: u64,
        version: Option<u64>,
    ) -> RpcResult<ValuePart> {
        let slice = Slice { start, len };
        self.check(Some(&key), slice)?;
        let state = self.0.state();
        match state.newest(stream_id, &key.0, version.unwrap_or(u64::MAX)) {
            None => Ok(ValuePart::default()),
            Some((version, row)) => Ok(ValuePart {
                version,
                data: cut(row, slice)?,
                size: row.bytes.len() as u64,
            }),
        }
    }

    async fn get_next(
        &self,
        stream_id: StreamId,
        key: Bytes,
        start: u64,
        len: u64,
        inclusive: bool,
        version: Option<u64>,
    ) -> RpcResult<Option<EntryPart>> {
        let ask = Ask {
            stream: stream_id,
            slice: Slice { start, len },
            version,
            backwards: false,
        };
        self.neighbour(ask, key, inclusive).await
    }

    async fn get_prev(
        &self,
        stream_id: StreamId,
        key: Bytes,
        start: u64,
        len: u64,
        inclusive: bool,
        version: Option<u64>,
    ) -> RpcResult<Option<EntryPart>> {
        let ask = Ask {
            stream: stream_id,
            slice: Slice { start, len },
            version,
            backwards: true,
        };
        self.neighbour(ask, key, inclusive).await
    }

    async fn get_first(
        &self,
        stream_id: StreamId,
        start: u64,
        len: u64,
        version: Option<u64>,
    ) -> RpcResult<Option<EntryPart>> {
        self.end(&Ask {
            stream: stream_id,
            slice: Slice { start, len },
            version,
            backwards: false,
        })
    }

    async fn get_last(
        &self,
        stream_id: StreamId,
        start: u64,
        len: u64,
        version: Option<u64>,
    ) -> RpcResult<Option<EntryPart>> {
        self.end(&Ask {
            stream: stream_id,
            slice: Slice { start, len },
            version,
            backwards: true,
        })
    }

    async fn get_transaction_result(&self, tx_seq: u64) -> RpcResult<Option<String>> {
        Ok(self.0.state().results.get(&tx_seq).cloned())
    }

    async fn get_holding_stream_ids(&self) -> RpcResult<Vec<StreamId>> {
        Ok(self.0.state().held.iter().copied().collect())
    }

    async fn get_replay_progress(&self) -> RpcResult<ReplayProgress> {
        let state = self.0.state();
        Ok(ReplayProgress {
            applied_seq: state.applied_seq,
            first_tx_seq: state.first_tx_seq,
        })
    }

    async fn has_write_permission(
        &self,
        account: Account,
        stream_id: StreamId,
        key: Bytes,
        _version: Option<u64>,
    ) -> RpcResult<bool> {
        if key.0.is_empty() {
            return Err(invalid("key", "key is empty"));
        }
        Ok(self.0.state().may_write_key(account, stream_id, &key.0))
    }

    async fn is_admin(
        &self,
        account: Account,
        stream_id: StreamId,
        _version: Option<u64>,
    ) -> RpcResult<bool> {
        let state = self.0.state();
        let admins = state.admins.get(&stream_id);
        Ok(admins.is_some_and(|all| all.contains(&account)))
    }

    async fn is_special_key(
        &self,
        stream: StreamId,
        key: Bytes,
        _: Option<u64>,
    ) -> RpcResult<bool> {
        Ok(self.0.state().special.contains_key(&(stream, key.0)))
    }

    async fn is_writer_of_key(
        &self,
        account: Account,
        stream: StreamId,
        key: Bytes,
        _: Option<u64>,
    ) -> RpcResult<bool> {
        let state = self.0.state();
        let named = state.special.get(&(stream, key.0));
        Ok(named.is_some_and(|all| all.contains(&account)))
    }

    async fn is_writer_of_stream(
        &self,
        account: Account,
        stream: StreamId,
        _: Option<u64>,
    ) -> RpcResult<bool> {
        let state = self.0.state();
        let writers = state.writers.get(&stream);
        Ok(writers.is_some_and(|all| all.contains(&account)))
    }
}
