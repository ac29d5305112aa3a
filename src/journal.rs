//! What a write leaves on this machine: its facts, its drafts, the output of its client.
//!
//! A fact is on disk before anything is done that depends on it, so that a crash at any moment
//! leaves a story that can be finished. History is only ever appended: a line is never changed, and
//! only whole files go, when all of their intents are closed and old. Nothing here knows a store,
//! decides what a story means (`domain::intent` does), or takes a secret: a fact has no place for
//! one, and this layer may not even name the types that hold them. Previous values are in it in
//! clear, which is the price of undo; so folders are 0700 and files 0600.
//!
//! One file belongs to one process, which holds its lock while it lives. Everybody may read it.

mod aside;
mod drafts;
mod error;
mod file;
mod folder;
mod ledger;
mod output;
mod read;
mod record;
mod retention;
mod sheets;
mod survey;
mod tail;
mod waits;

pub use drafts::{Draft, DraftError, DraftFault, Drafts, Found, Text};
pub use error::JournalError;
pub use file::{Adopted, Appender};
pub use record::{Line, LineFault, Record, WHATS, What, parse, print};
pub use retention::Swept;
pub use sheets::Sheet;
pub use survey::{Entry, FileFault, Lookup, Owner, Survey, Trouble};
pub use waits::waits;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use uuid::Uuid;

use crate::domain::intent::{Fact, IntentId, Story};

/// How the journal is kept.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Whether previous values are written down; otherwise only their version and size.
    pub keep_values: bool,
}

/// The journal of this process, and the door to those of others. A clone is the same journal.
/// What a write needs of it is [`crate::domain::intent::Ledger`].
#[derive(Clone, Debug)]
pub struct Journal {
    dir: PathBuf,
    rules: Rules,
    own: Arc<Appender>,
    /// What this program took over and still works on.
    taken: Arc<Mutex<Vec<Weak<ledger::Hold>>>>,
    /// How long closed files are kept; `None` is for ever.
    keep: Option<Duration>,
}

impl Journal {
    /// The journal in a folder of its own. Nothing is created before the first fact.
    #[must_use]
    pub fn new(dir: &Path, rules: Rules) -> Self {
        let own = dir.join(folder::fresh_name(Uuid::now_v7()));
        Self {
            dir: dir.to_owned(),
            rules,
            own: Arc::new(Appender::lazy(own, rules)),
            taken: Arc::default(),
            keep: None,
        }
    }

    /// The same, letting closed files go when they are older.
    #[must_use]
    pub fn keeping(self, keep: Duration) -> Self {
        Self {
            keep: Some(keep),
            ..self
        }
    }

    /// A name for a new intent; names sort by time.
    #[must_use]
    pub fn new_intent() -> IntentId {
        IntentId(Uuid::now_v7().to_string().into())
    }

    /// The folder of the files.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The file of this process.
    #[must_use]
    pub fn own(&self) -> Arc<Appender> {
        Arc::clone(&self.own)
    }

    /// Writes a fact to the file of this process; see [`Appender::append`].
    ///
    /// # Errors
    /// As [`Appender::append`].
    pub fn append(&self, intent: &IntentId, fact: &Fact) -> Result<(), JournalError> {
        self.own.append(intent, fact)
    }

    /// Reads every file of the folder, also those of other running programs, without holding
    /// anybody up. Never fails: what could not be read is among its faults.
    #[must_use]
    pub fn survey(&self) -> Survey {
        survey::survey(&self.dir, self.own.path())
    }

    /// The facts of an entry in their order, as its file tells them now; none when it can't be read.
    #[must_use]
    pub fn facts(&self, entry: &Entry) -> Vec<Record> {
        // What is gone or can't be read tells nothing.
        let bytes = std::fs::read(&entry.file).unwrap_or_default();
        read::facts(&bytes, &entry.story.intent)
    }

    /// Takes over the file of an entry whose owner is gone. What was torn off its end is copied
    /// beside it and cut off; the story is read again under the lock, which is released when the
    /// result is dropped.
    ///
    /// # Errors
    /// The owner lives (or another program was faster), the file is gone or cannot be read to its
    /// end, or the intent was closed meanwhile. Nothing was changed then.
    pub fn adopt(&self, entry: &Entry) -> Result<Adopted, JournalError> {
        file::adopt(entry, Story::is_open, self.rules)
    }

    /// Removes the files whose intents are all closed and whose last fact is older than `keep` at
    /// `now` (ms since 1970), with what was torn off them and what their clients said. For the
    /// start of the program. Files that a running program holds stay.
    #[must_use]
    pub fn sweep(&self, now: i64, keep: Duration) -> Swept {
        retention::sweep(&self.dir, now, keep)
    }

    /// Where the client of one try of an intent writes to.
    #[must_use]
    pub fn output_path(&self, intent: &IntentId, attempt: u32) -> PathBuf {
        output::path(&self.dir, intent, attempt)
    }

    /// Makes that file, private and empty, to be given to the client as its output. It stays until
    /// the journal of its intent goes.
    ///
    /// # Errors
    /// The file cannot be made, or there is one already: a try is numbered once.
    pub fn create_output(
        &self,
        intent: &IntentId,
        attempt: u32,
    ) -> Result<(PathBuf, File), JournalError> {
        output::create(&self.dir, intent, attempt)
    }
}
