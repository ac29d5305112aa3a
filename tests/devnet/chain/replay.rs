//! How the KV node applies what was mined: one sequence after the other, each as a whole or not at
//! all.

use std::time::{Duration, Instant};

use dualscope::store::kv::rpc::{Hash, StreamId};

use super::super::access::shown;
use super::super::state::{State, Write};
use super::super::wire::batch::{self, Batch};
use super::ledger::{Ledger, Submitted};

const COMMIT: &str = "Commit";

/// When the KV node applies a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replay {
    /// So long after its data is there.
    After(Duration),
    /// Only when a test says so.
    ByHand,
}

impl Default for Replay {
    fn default() -> Self {
        Self::After(Duration::from_millis(10))
    }
}

/// Why the KV node goes no further, in any stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stall {
    /// Mined without its segments.
    NoData,
    /// The node decrypts and this is not encrypted its way; the byte is what it takes for a kind.
    Encryption(u8),
}

/// What applying came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Done with; there is no result for what the node does not follow.
    Applied {
        seq: u64,
        result: Option<String>,
    },
    Stalled {
        seq: u64,
        why: Stall,
    },
    /// Nothing waits.
    Idle,
}

impl Step {
    /// Whether the node waits for something.
    pub fn is_stalled(&self) -> bool {
        matches!(self, Self::Stalled { .. })
    }
}

/// What one submission comes to.
enum Verdict {
    Result(String),
    NotFollowed,
    Stall(Stall),
}

impl Ledger {
    /// Applies what is due by now.
    pub fn replay_due(&mut self, state: &mut State) {
        let Replay::After(delay) = self.replay else {
            return;
        };
        loop {
            let Some((_, entry)) = self.entries.range(state.applied_seq..).next() else {
                return;
            };
            let since = entry.file.as_ref().map_or(entry.mined, |(_, since)| *since);
            if since + delay > Instant::now() {
                return;
            }
            if !matches!(self.apply_next(state), Step::Applied { .. }) {
                return;
            }
        }
    }

    /// Applies the next submission, whatever was said about when.
    pub fn apply_next(&mut self, state: &mut State) -> Step {
        let Some(seq) = self
            .entries
            .range(state.applied_seq..)
            .next()
            .map(|(seq, _)| *seq)
        else {
            return Step::Idle;
        };
        let forced = self.verdicts.front().cloned();
        let verdict = self.judge(state, &self.entries[&seq], forced.as_deref());
        let result = match verdict {
            Verdict::Stall(why) => return Step::Stalled { seq, why },
            Verdict::NotFollowed => None,
            Verdict::Result(result) => {
                self.verdicts.pop_front();
                Some(result)
            }
        };
        state.applied_seq = seq + 1;
        if let Some(result) = &result {
            state.results.insert(seq, result.clone());
        }
        Step::Applied { seq, result }
    }

    /// Decides on a submission; one that is good is written.
    fn judge(&self, state: &mut State, entry: &Submitted, forced: Option<&str>) -> Verdict {
        let result = |text: &str| Verdict::Result(text.to_owned());
        let tagged: Vec<StreamId> = batch::tagged(&entry.submission.tags)
            .into_iter()
            .map(Hash)
            .collect();
        if tagged.is_empty() || !tagged.iter().all(|id| state.held.contains(id)) {
            return Verdict::NotFollowed;
        }
        let sender = Hash(entry.sender);
        if !tagged.iter().any(|id| state.may_write_stream(sender, *id)) {
            return result("SenderNoWritePermission");
        }
        let data = match &entry.file {
            Some((data, _)) => data.clone(),
            None if self.gives_up => return result("DownloadFailed"),
            None => return Verdict::Stall(Stall::NoData),
        };
        let plain = match self.cipher.map(|cipher| cipher.open(&data)) {
            None => data,
            Some(Ok(plain)) => plain,
            Some(Err(_)) if self.gives_up => return result("DownloadFailed"),
            Some(Err(first)) => return Verdict::Stall(Stall::Encryption(first)),
        };
        if let Some(forced) = forced.filter(|forced| *forced != COMMIT) {
            return result(forced);
        }
        let batch = match Batch::decode(&plain) {
            Ok(batch) => batch,
            Err(why) => return result(why.result()),
        };
        if let Some(why) = objection(state, entry, (&batch, &tagged)) {
            return Verdict::Result(why);
        }
        write(state, entry, (batch, &tagged));
        result(COMMIT)
    }
}

/// Why a batch is dropped.
fn objection(
    state: &State,
    entry: &Submitted,
    (batch, tagged): (&Batch, &[StreamId]),
) -> Option<String> {
    let newer = |stream, key: &[u8]| {
        let row = state.newest(stream, key, u64::MAX);
        row.is_some_and(|(version, _)| version > batch.version)
    };
    for (stream, key) in &batch.reads {
        let stream = Hash(*stream);
        if !state.held.contains(&stream) {
            return Some("TagsMismatch".to_owned());
        }
        if newer(stream, key) {
            return Some("VersionConfliction".to_owned());
        }
    }
    for write in &batch.writes {
        let stream = Hash(write.stream);
        if !tagged.contains(&stream) {
            return Some("TagsMismatch".to_owned());
        }
        if newer(stream, &write.key) {
            return Some("VersionConfliction".to_owned());
        }
        if !state.may_write_key(Hash(entry.sender), stream, &write.key) {
            let key = shown(&write.key);
            return Some(format!(
                "WritePermissionDenied: stream: {stream}, key: {key}"
            ));
        }
    }
    batch.accesses.iter().find_map(|access| {
        if tagged.contains(&Hash(access.stream)) {
            return state.refuses(Hash(entry.sender), access);
        }
        Some("TagsMismatch".to_owned())
    })
}

fn write(state: &mut State, entry: &Submitted, (batch, tagged): (Batch, &[StreamId])) {
    for stream in tagged {
        state.own(Hash(entry.sender), *stream);
    }
    for access in &batch.accesses {
        state.allow(Hash(entry.sender), access);
    }
    let writes = batch.writes.into_iter().map(|entry| Write {
        stream: Hash(entry.stream),
        key: entry.key,
        bytes: entry.value,
    });
    let writes: Vec<Write> = writes.collect();
    state.commit(Some(entry.seq), &writes);
}
