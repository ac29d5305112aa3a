//! The reading adapter: the port's questions in terms of the node's calls.
//!
//! It never iterates inclusively (the node would loop), never takes an unheld stream for an empty
//! one, and takes a method that an old node lacks for "can't tell" rather than for an error.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use jsonrpsee::core::ClientError;
use jsonrpsee::core::params::ArrayParams;
use serde::de::DeserializeOwned;

use super::client::{Client, Item};
use super::fault::{NO_METHOD, SAID};
use super::fetch::{self, Fetch, Limits};
use super::probe;
use super::rpc::{Bytes, EntryPart, NodeClient, ReplayProgress, StreamId, method};
use super::stuck;
use super::text::{key_bytes, of_key};
use crate::domain::intent::Fate;
use crate::domain::text::one_line;
use crate::domain::{Head, Key, Page, Version, Window};
use crate::store::error::{Kind, Store, StoreError};
use crate::store::port::{Came, Check, Found, Got, Values, Waits, Want};

/// Where the storage nodes behind a stream are named. Addresses may hold logins.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Storage {
    /// Their URLs.
    pub nodes: Vec<String>,
    /// An indexer that names them; it wins.
    pub indexer: Option<String>,
}

impl fmt::Debug for Storage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (nodes, indexer) = (self.nodes.len(), self.indexer.is_some());
        write!(f, "Storage({nodes} nodes, indexer: {indexer})")
    }
}

/// How to reach a stream.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Options {
    /// The stream: 64 hex digits, with or without `0x`.
    pub stream: String,
    /// The deadline of one request; a question takes as many requests as it needs.
    pub deadline: Duration,
    /// Calls in one request, 1 to 100.
    pub batch: usize,
    /// Who is asked whether a transaction's data is there.
    pub storage: Storage,
    /// How long data that is not there counts as on its way.
    pub settle: Duration,
}

impl Options {
    /// The stream with a deadline of 10 s and full batches.
    #[must_use]
    pub fn new(stream: &str) -> Self {
        Self {
            stream: stream.to_owned(),
            deadline: Duration::from_secs(10),
            batch: 100,
            storage: Storage::default(),
            settle: Duration::from_secs(6),
        }
    }
}

/// One stream of one KV node.
pub struct Reader {
    pub(super) client: Client,
    pub(super) stream: StreamId,
    pub(super) storage: Storage,
    pub(super) settle: Duration,
    limits: Limits,
    /// The node was seen to hold the stream, or cannot say.
    held: AtomicBool,
    /// The node has no `kv_getReplayProgress`.
    no_progress: AtomicBool,
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Reader({}, {})",
            self.client.address().shown,
            self.stream
        )
    }
}

impl Reader {
    /// Prepares reading from the node at `url` (`http://[USER:PASSWORD@]HOST:PORT`). Does no IO.
    ///
    /// # Errors
    /// A URL or a stream id that cannot be one.
    pub fn new(url: &str, options: &Options) -> Result<Self, StoreError> {
        let stream = options.stream.parse().map_err(|fault| {
            let start = one_line(&options.stream, 14);
            let message = format!("the stream id {start} {fault}");
            StoreError::new(Store::Values, Kind::Malformed, message).hint(
                "set kv.stream (--stream, ZEROG_STREAM_ID) to 0x and 64 hex digits; \
                 `dualscope config show` tells where it comes from",
            )
        })?;
        Ok(Self {
            client: Client::new(url, options.deadline)?,
            stream,
            storage: options.storage.clone(),
            settle: options.settle,
            limits: Limits::new(options.batch),
            held: AtomicBool::new(false),
            no_progress: AtomicBool::new(false),
        })
    }

    /// The error for a stream that the node does not follow.
    pub(super) fn not_held(&self) -> StoreError {
        let message = format!(
            "KV node {} does not hold the stream {}, so every key looks as if it was never written",
            self.client.address().shown,
            self.stream
        );
        StoreError::new(Store::Values, Kind::NotFound, message).hint(
            "correct kv.stream (--stream), or add the stream to the node's stream_ids and restart it",
        )
    }

    /// Makes sure that "never written" can be believed: asks once whether the stream is held.
    async fn ensure_held(&self) -> Result<(), StoreError> {
        if self.held.load(Ordering::Relaxed) {
            return Ok(());
        }
        if self.holds().await? == Some(false) {
            return Err(self.not_held());
        }
        self.held.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Whether the stream is held; `None` from a node that cannot say.
    async fn holds(&self) -> Result<Option<bool>, StoreError> {
        let name = method::GET_HOLDING_STREAM_IDS;
        let ids = self.client.once(NodeClient::get_holding_stream_ids).await;
        self.or_missing(name, ids)
            .map(|ids| ids.map(|ids| ids.contains(&self.stream)))
    }

    /// `None` when the node does not have the method.
    fn or_missing<T>(
        &self,
        method: &str,
        answer: Result<T, ClientError>,
    ) -> Result<Option<T>, StoreError> {
        match answer {
            Ok(value) => Ok(Some(value)),
            Err(ClientError::Call(object)) if object.code() == NO_METHOD => Ok(None),
            Err(error) => Err(self.client.call(method).failed(&error)),
        }
    }

    /// The newest version that has been applied, to see one moment through many calls. The inner
    /// `None` is a node that does not say; the outer one a node that has applied nothing.
    async fn moment(&self) -> Result<Option<Option<u64>>, StoreError> {
        if self.no_progress.load(Ordering::Relaxed) {
            return Ok(Some(None));
        }
        let progress = self.client.once(NodeClient::get_replay_progress).await;
        match self.or_missing(method::GET_REPLAY_PROGRESS, progress)? {
            None => {
                self.no_progress.store(true, Ordering::Relaxed);
                Ok(Some(None))
            }
            Some(progress) => Ok(progress.applied_seq.checked_sub(1).map(Some)),
        }
    }

    /// The first live key behind `after`, seen at one moment.
    async fn step(
        &self,
        after: Option<Vec<u8>>,
        moment: Option<u64>,
    ) -> Result<Option<EntryPart>, StoreError> {
        let (name, entry) = match after {
            None => {
                let ask = self
                    .client
                    .once(|http| http.get_first(self.stream, 0, 0, moment));
                (method::GET_FIRST, ask.await)
            }
            Some(key) => {
                let ask = self.client.once(|http| {
                    http.get_next(self.stream, Bytes(key.clone()), 0, 0, false, moment)
                });
                (method::GET_NEXT, ask.await)
            }
        };
        entry.map_err(|error| self.client.call(name).failed(&error))
    }

    /// What the node says of a transaction, by one batch.
    async fn fate_now(&self, sequence: u64) -> Result<Fate, StoreError> {
        let first = method::GET_TRANSACTION_RESULT;
        let mut asked = ArrayParams::new();
        // A number always serialises.
        let _ = asked.insert(sequence);
        let calls = vec![
            (first, asked),
            (method::GET_REPLAY_PROGRESS, ArrayParams::new()),
        ];
        let items = self.client.batch(first, calls).await?;
        let [result, progress] = &items[..] else {
            return Err(self.client.call(first).senseless("too few answers"));
        };
        let result: Option<Option<String>> = self.item(first, result)?;
        let progress: Option<ReplayProgress> = self.item(method::GET_REPLAY_PROGRESS, progress)?;
        // `appliedSeq` is the next transaction to be applied (0G wire contract, B.7). A result may
        // stay empty for ever when the node skipped the transaction.
        Ok(match (result.flatten(), progress) {
            (Some(result), _) if result == "Commit" => Fate::Applied,
            (Some(result), _) => Fate::Dropped(one_line(&result, SAID)),
            (None, Some(progress)) if progress.applied_seq <= sequence => Fate::Waiting,
            (None, Some(_)) => Fate::Passed,
            (None, None) => Fate::Untold,
        })
    }

    /// An item of a batch; `None` when the node does not have the method.
    fn item<T: DeserializeOwned>(
        &self,
        method: &str,
        item: &Item,
    ) -> Result<Option<T>, StoreError> {
        let call = self.client.call(method);
        match item {
            Ok(raw) => serde_json::from_str(raw.get())
                .map(Some)
                .map_err(|_error| call.senseless("JSON of another shape than a KV node's")),
            Err(object) if object.code() == NO_METHOD => Ok(None),
            Err(object) => Err(call.refused(object)),
        }
    }
}

#[async_trait]
impl Values for Reader {
    fn address(&self) -> String {
        self.client.address().shown.clone()
    }

    fn stream(&self) -> String {
        self.stream.to_string()
    }

    async fn ping(&self) -> Result<(), StoreError> {
        let call = self.client.call(method::GET_STATUS);
        match self.client.once(NodeClient::get_status).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(call.error(Kind::Unreachable, "says that it is not ready")),
            Err(error) => Err(call.failed(&error)),
        }
    }

    async fn window(&self) -> Result<Window, StoreError> {
        let (progress, streams) = (method::GET_REPLAY_PROGRESS, method::GET_HOLDING_STREAM_IDS);
        let calls = vec![
            (progress, ArrayParams::new()),
            (streams, ArrayParams::new()),
        ];
        let items = self.client.batch(progress, calls).await?;
        let [first, second] = &items[..] else {
            return Err(self.client.call(progress).senseless("too few answers"));
        };
        let progress: Option<ReplayProgress> = self.item(progress, first)?;
        let streams: Option<Vec<StreamId>> = self.item(streams, second)?;
        let held = streams.map(|ids| ids.contains(&self.stream));
        self.held.store(held != Some(false), Ordering::Relaxed);
        Ok(Window {
            held,
            applied: progress.map(|p| p.applied_seq),
            first: progress.and_then(|p| p.first_tx_seq),
        })
    }

    async fn heads(&self, keys: &[Key], at: Option<Version>) -> Result<Vec<Head>, StoreError> {
        self.ensure_held().await?;
        let keys: Vec<_> = keys.iter().map(|k| key_bytes(&k.to_string())).collect();
        fetch::heads(&self.client, self.stream, &self.limits, &keys, at).await
    }

    async fn get(&self, wants: &[Want]) -> Result<Vec<Result<Got, StoreError>>, StoreError> {
        self.get_telling(wants, &|_, _| {}).await
    }

    async fn get_telling(
        &self,
        wants: &[Want],
        came: Came<'_>,
    ) -> Result<Vec<Result<Got, StoreError>>, StoreError> {
        self.ensure_held().await?;
        let fetches = wants
            .iter()
            .map(|want| Fetch::new(key_bytes(&want.key.to_string()), want.at, want.known))
            .collect();
        let from = (&self.client, self.stream);
        fetch::all(from, &self.limits, fetches, came).await
    }

    async fn history(
        &self,
        key: &Key,
        from: Option<Version>,
        limit: usize,
    ) -> Result<Page<Head>, StoreError> {
        self.ensure_held().await?;
        let name = method::GET_VALUE;
        let key = Bytes(key_bytes(&key.to_string()));
        let mut at = from.map(|v| v.0);
        let mut rows = Vec::new();
        loop {
            let ask = self
                .client
                .once(|http| http.get_value(self.stream, key.clone(), 0, 0, at));
            let part = ask
                .await
                .map_err(|error| self.client.call(name).failed(&error))?;
            if at.is_some_and(|at| part.version > at) {
                let what = "a later version than the one that was asked for";
                return Err(self.client.call(name).senseless(what));
            }
            let head = Head::of(part.version, part.size);
            if head == Head::Absent {
                return Ok(Page { rows, more: false });
            }
            if rows.len() == limit {
                return Ok(Page { rows, more: true });
            }
            rows.push(head);
            match part.version.checked_sub(1) {
                Some(before) => at = Some(before),
                None => return Ok(Page { rows, more: false }),
            }
        }
    }

    async fn scan(&self, after: Option<&str>, limit: usize) -> Result<Page<Found>, StoreError> {
        self.ensure_held().await?;
        let mut rows = Vec::new();
        let Some(moment) = self.moment().await? else {
            return Ok(Page { rows, more: false });
        };
        let mut last = after.map(key_bytes);
        while let Some(entry) = self.step(last.clone(), moment).await? {
            if last.as_ref().is_some_and(|last| entry.key.0 <= *last) {
                let what = "a key that does not lie behind the one before";
                return Err(self.client.call(method::GET_NEXT).senseless(what));
            }
            if rows.len() == limit {
                return Ok(Page { rows, more: true });
            }
            rows.push(Found {
                key: of_key(&entry.key.0),
                version: Version(entry.version),
                size: entry.size,
            });
            last = Some(entry.key.0);
        }
        Ok(Page { rows, more: false })
    }

    async fn fate(&self, sequence: u64) -> Result<Fate, StoreError> {
        // A batch is answered at two moments, and the result may have come in between; a node that
        // is past the transaction before it is asked has it.
        match self.fate_now(sequence).await? {
            Fate::Passed => self.fate_now(sequence).await,
            fate => Ok(fate),
        }
    }

    async fn waits_for(&self) -> Result<Waits, StoreError> {
        stuck::look(self).await
    }

    async fn probe(&self) -> Vec<Check> {
        probe::run(self).await
    }
}
