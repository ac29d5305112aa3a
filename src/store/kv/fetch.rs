//! Fetching whole values in few requests: parts of at most 256 KiB, all of one value pinned to the
//! version of its first part, many values side by side in one batch.
//!
//! The rules (0G wire contract, B.4): a part is as long as asked unless the value ends, never ask at
//! the very end, and another version or size in a later part means that the chain was reorganised,
//! so the value is begun anew.

use std::sync::atomic::{AtomicU64, Ordering};

use jsonrpsee::core::params::ArrayParams;
use jsonrpsee::types::ErrorObjectOwned;

use super::client::{Client, Item};
use super::fault::Call;
use super::rpc::{Bytes, MAX_PART, StreamId, ValuePart, method};
use crate::domain::codec;
use crate::domain::{Head, Stored, Version};
use crate::store::error::{Kind, StoreError};
use crate::store::port::{Came, Got};

/// Bytes of values that one request may bring, before Base64 makes a third more of them: with
/// the JSON around, answers stay below 8 MiB.
const BATCH_BYTES: u64 = (6 << 20) - (256 << 10);

/// The largest value that is read.
pub(super) const MAX_VALUE: u64 = 64 << 20;

/// How often a value is begun anew when it changes under the reader.
const RESTARTS: u32 = 3;

/// The shortest part that is tried when a node finds parts too long.
const MIN_PART: u64 = 1 << 10;

/// How much may be asked at once.
#[derive(Debug)]
pub(super) struct Limits {
    /// Calls in one request.
    pub(super) batch: usize,
    /// Longest part that the node gives, as far as known.
    part: AtomicU64,
}

impl Limits {
    /// At most `batch` calls in a request.
    pub(super) fn new(batch: usize) -> Self {
        Self {
            batch: batch.clamp(1, 100),
            part: AtomicU64::new(MAX_PART),
        }
    }

    fn part(&self) -> u64 {
        self.part.load(Ordering::Relaxed)
    }

    /// Halves the part after the node refused `len`; false when that leads nowhere.
    fn halve(&self, len: u64) -> bool {
        self.part.fetch_min(len / 2, Ordering::Relaxed);
        len / 2 >= MIN_PART
    }
}

/// One value on its way.
pub(super) struct Fetch {
    key: Bytes,
    at: Option<u64>,
    known: Option<Version>,
    /// Version and size, once the first answer told them.
    pinned: Option<(u64, u64)>,
    bytes: Vec<u8>,
    restarts: u32,
    done: Option<Result<Got, StoreError>>,
}

/// One call of a batch: which value, from where, how much.
struct Part {
    of: usize,
    start: u64,
    len: u64,
}

impl Fetch {
    /// Of the newest write up to `at`; nothing but the version if that is `known`.
    pub(super) fn new(key: Vec<u8>, at: Option<Version>, known: Option<Version>) -> Self {
        Self {
            key: Bytes(key),
            at: at.map(|v| v.0),
            known,
            pinned: None,
            bytes: Vec::new(),
            restarts: 0,
            done: None,
        }
    }

    fn params(&self, stream: StreamId, part: &Part) -> Result<ArrayParams, serde_json::Error> {
        let version = self.pinned.map_or(self.at, |(version, _)| Some(version));
        params(stream, &self.key, part, version)
    }

    fn finish(&mut self, result: Result<Got, StoreError>) {
        self.bytes = Vec::new();
        self.done = Some(result);
    }

    /// Takes one answer in.
    fn take(&mut self, part: &Part, answer: &ValuePart, call: Call<'_>) {
        let seen = (answer.version, answer.size);
        if *self.pinned.get_or_insert(seen) != seen {
            return self.begin_anew(call);
        }
        let head = Head::of(answer.version, answer.size);
        match head {
            Head::Absent => return self.finish(Ok(Got::Stored(Stored::Absent))),
            Head::Tombstone(version) => {
                return self.finish(Ok(Got::Stored(Stored::Tombstone { version })));
            }
            Head::Value { version, .. } if self.known == Some(version) => {
                return self.finish(Ok(Got::Unchanged(version)));
            }
            Head::Value { .. } => {}
        }
        if answer.size > MAX_VALUE {
            let what = format!(
                "holds a value of {} bytes, and at most {MAX_VALUE} are read",
                answer.size
            );
            let error = call.error(Kind::TooLarge, &what);
            return self.finish(Err(error.hint("read it with the 0G storage client")));
        }
        let have = self.bytes.len() as u64;
        let came = answer.data.0.len() as u64;
        if part.len == 0 || part.start != have {
            // Only the head was asked for, or the part before this one failed.
            return;
        }
        let due = part.len.min(answer.size - have);
        if came != due {
            let what = format!("{came} bytes of a value where {due} were due");
            return self.finish(Err(call.senseless(&what)));
        }
        self.bytes.extend_from_slice(&answer.data.0);
        if self.bytes.len() as u64 == answer.size {
            let full = codec::decode(std::mem::take(&mut self.bytes).into());
            let version = Version(answer.version);
            self.finish(Ok(Got::Stored(Stored::Value { version, full })));
        }
    }

    fn begin_anew(&mut self, call: Call<'_>) {
        self.pinned = None;
        self.bytes.clear();
        self.restarts += 1;
        if self.restarts > RESTARTS {
            let error = call.error(Kind::Conflict, "changed a value again and again meanwhile");
            self.finish(Err(error));
        }
    }
}

/// The parameters of `kv_getValue`.
fn params(
    stream: StreamId,
    key: &Bytes,
    part: &Part,
    version: Option<u64>,
) -> Result<ArrayParams, serde_json::Error> {
    let mut params = ArrayParams::new();
    params.insert(stream)?;
    params.insert(key)?;
    params.insert(part.start)?;
    params.insert(part.len)?;
    params.insert(version)?;
    Ok(params)
}

/// Fetches all of them; answers in the same order. After each request `came` hears of those that
/// are not whole yet.
pub(super) async fn all(
    (client, stream): (&Client, StreamId),
    limits: &Limits,
    mut wanted: Vec<Fetch>,
    came: Came<'_>,
) -> Result<Vec<Result<Got, StoreError>>, StoreError> {
    let call = client.call(method::GET_VALUE);
    loop {
        let parts = plan(&wanted, limits);
        if parts.is_empty() {
            break;
        }
        let calls = parts
            .iter()
            .map(|part| Ok((method::GET_VALUE, wanted[part.of].params(stream, part)?)))
            .collect::<Result<Vec<_>, serde_json::Error>>()
            .map_err(|_error| call.error(Kind::Bug, "could not be asked: no JSON of a key"))?;
        let answers = client.batch(method::GET_VALUE, calls).await?;
        for (part, answer) in parts.iter().zip(answers) {
            settle(&mut wanted[part.of], part, answer, limits, call);
        }
        tell(&wanted, came);
    }
    let nothing = || Err(call.error(Kind::Bug, "was not asked for a value"));
    Ok(wanted
        .into_iter()
        .map(|fetch| fetch.done.unwrap_or_else(nothing))
        .collect())
}

/// How much has come of the values whose size is known and that are not whole.
fn tell(wanted: &[Fetch], came: Came<'_>) {
    let open = wanted.iter().filter(|fetch| fetch.done.is_none());
    let known = open.filter_map(|fetch| Some((fetch.bytes.len() as u64, fetch.pinned?.1)));
    let (have, of) = known.fold((0, 0), |(have, of), (came, size)| (have + came, of + size));
    if of > 0 {
        came(have, of);
    }
}

fn settle(fetch: &mut Fetch, part: &Part, answer: Item, limits: &Limits, call: Call<'_>) {
    if fetch.done.is_some() {
        return;
    }
    match answer {
        Ok(raw) => match serde_json::from_str(raw.get()) {
            Ok(answer) => fetch.take(part, &answer, call),
            Err(_) => fetch.finish(Err(call.senseless("JSON of another shape than a value's"))),
        },
        // A shorter part is planned in the next round.
        Err(error) if is_too_long(&error) && limits.halve(part.len) => {}
        Err(error) => fetch.finish(Err(call.refused(&error))),
    }
}

fn is_too_long(error: &ErrorObjectOwned) -> bool {
    let words = "query length too large";
    error.data().is_some_and(|data| data.get().contains(words)) || error.message().contains(words)
}

/// The next request: the next part of every value that is begun, the first of others, as many as
/// fit.
fn plan(wanted: &[Fetch], limits: &Limits) -> Vec<Part> {
    let open = || {
        wanted
            .iter()
            .enumerate()
            .filter(|(_, fetch)| fetch.done.is_none())
    };
    let waiting = open().count().min(limits.batch);
    if waiting == 0 {
        return Vec::new();
    }
    // Sizes are not known before the first answer: an equal share for each.
    let share = (BATCH_BYTES / waiting as u64).min(limits.part());
    let mut parts = Vec::new();
    let mut left = BATCH_BYTES;
    for (of, fetch) in open() {
        let mut start = fetch.bytes.len() as u64;
        loop {
            let len = match fetch.pinned {
                None if fetch.known.is_some() => 0,
                None => share,
                Some((_, size)) => limits.part().min(size - start),
            };
            if parts.len() == limits.batch || (len > left && !parts.is_empty()) {
                return parts;
            }
            parts.push(Part { of, start, len });
            left = left.saturating_sub(len);
            start += len;
            if fetch.pinned.is_none_or(|(_, size)| start >= size) {
                break;
            }
        }
    }
    parts
}

/// The heads of some keys, in their order.
pub(super) async fn heads(
    client: &Client,
    stream: StreamId,
    limits: &Limits,
    keys: &[Vec<u8>],
    at: Option<Version>,
) -> Result<Vec<Head>, StoreError> {
    let call = client.call(method::GET_VALUE);
    let mut heads = Vec::with_capacity(keys.len());
    for some in keys.chunks(limits.batch) {
        let head = Part {
            of: 0,
            start: 0,
            len: 0,
        };
        let calls = some
            .iter()
            .map(|key| {
                let params = params(stream, &Bytes(key.clone()), &head, at.map(|v| v.0))?;
                Ok((method::GET_VALUE, params))
            })
            .collect::<Result<Vec<_>, serde_json::Error>>()
            .map_err(|_error| call.error(Kind::Bug, "could not be asked: no JSON of a key"))?;
        for answer in client.batch(method::GET_VALUE, calls).await? {
            let raw = answer.map_err(|error| call.refused(&error))?;
            let part: ValuePart = serde_json::from_str(raw.get())
                .map_err(|_error| call.senseless("JSON of another shape than a value's"))?;
            heads.push(Head::of(part.version, part.size));
        }
    }
    Ok(heads)
}
