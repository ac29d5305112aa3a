//! The journal as the port that a write knows: [`Ledger`].
//!
//! What the port cannot say is mapped to the careful side: a file whose owner can't be told counts
//! as held, and a story that is not whole cannot be taken over.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, Weak};

use super::error::JournalError;
use super::file::{self, Appender, Fits};
use super::survey::{Entry, FileFault, Owner, Trouble};
use super::{Journal, output};
use crate::domain::intent::{self, Fact, IntentId, Ledger, LedgerFault, Story};

/// An intent that this program took over, and the file that it is in.
#[derive(Debug)]
pub(super) struct Hold {
    journal: Journal,
    intent: IntentId,
    appender: Arc<Appender>,
}

impl Journal {
    /// Takes over one intent: of a program that is gone, or one that this program left.
    fn take(&self, wanted: &IntentId, fits: Fits) -> Result<(Story, Arc<Hold>), LedgerFault> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.retain(|hold| hold.strong_count() > 0);
        let holds: Vec<Arc<Hold>> = taken.iter().filter_map(Weak::upgrade).collect();
        if holds.iter().any(|hold| hold.intent == *wanted) {
            return Err(fault("this program works on the intent already"));
        }
        let survey = self.survey();
        let mut entries = survey.entries.into_iter();
        let entry = entries.find(|entry| entry.story.intent == *wanted);
        let entry = entry.ok_or_else(|| fault("the journal holds no such intent"))?;
        let shared = holds.iter().find(|hold| hold.appender.path() == entry.file);
        let (story, appender) = match shared {
            Some(hold) => (here(&entry, fits)?, Arc::clone(&hold.appender)),
            None if entry.owner == Owner::Here => (here(&entry, fits)?, self.own()),
            None => {
                let adopted = file::adopt(&entry, fits, self.rules).map_err(told)?;
                (adopted.story, adopted.appender)
            }
        };
        let hold = Arc::new(Hold {
            journal: self.clone(),
            intent: wanted.clone(),
            appender,
        });
        taken.push(Arc::downgrade(&hold));
        Ok((story, hold))
    }

    fn holds(&self, file: &Path) -> bool {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let mut holds = taken.iter().filter_map(Weak::upgrade);
        holds.any(|hold| hold.appender.path() == file)
    }

    fn told(&self) -> Result<intent::Survey, LedgerFault> {
        let survey = self.survey();
        let folder =
            |fault: &&FileFault| fault.trouble == Trouble::Unreadable && fault.file == self.dir();
        if let Some(unreadable) = survey.faults.iter().find(folder) {
            return Err(fault(&unreadable.to_string()));
        }
        let entry = |entry: Entry| intent::Entry {
            owner: match entry.owner {
                Owner::Here => intent::Owner::Ours,
                _ if self.holds(&entry.file) => intent::Owner::Ours,
                Owner::Gone if !entry.whole => intent::Owner::Unread,
                Owner::Gone => intent::Owner::Gone,
                Owner::Running | Owner::Untold => intent::Owner::Alive,
            },
            story: entry.story,
        };
        Ok(intent::Survey {
            faults: survey.faults.iter().map(FileFault::to_string).collect(),
            entries: survey.entries.into_iter().map(entry).collect(),
        })
    }
}

/// A story of a file that this program holds: as it was read just now.
fn here(entry: &Entry, fits: Fits) -> Result<Story, LedgerFault> {
    if !fits(&entry.story) {
        return Err(told(JournalError::Closed(entry.story.intent.to_string())));
    }
    Ok(entry.story.clone())
}

/// The kernel's name for this start of the machine (Linux; nobody else tells).
fn boot() -> Option<Arc<str>> {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().into())
}

fn fault(said: &str) -> LedgerFault {
    LedgerFault {
        said: said.to_owned(),
        hint: "look at the list of intents again".to_owned(),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "fits `map_err`")]
fn told(error: JournalError) -> LedgerFault {
    let hint = match &error {
        JournalError::Open { .. } | JournalError::NotWritten(_) => {
            "look at the room and the rights of the journal's folder, then try again"
        }
        JournalError::NotCertain(_) | JournalError::Broken(_) => {
            "start the program again; what is unfinished is found then"
        }
        JournalError::Held => "wait until the other program ends",
        JournalError::Unfaithful(_) => "such a document cannot be written by this program",
        JournalError::Damaged { .. } => {
            "`dualscope journal` names the file; `dualscope journal --set-aside FILE` puts it aside"
        }
        JournalError::Gone | JournalError::Whole | JournalError::Closed(_) => {
            "look at the list of intents again"
        }
        JournalError::Unplanned(_)
        | JournalError::PlannedTwice(_)
        | JournalError::Name
        | JournalError::Credentials => "this is a fault of dualscope; please report it",
    };
    LedgerFault {
        said: error.to_string(),
        hint: hint.to_owned(),
    }
}

impl Ledger for Journal {
    fn name(&self) -> IntentId {
        Self::new_intent()
    }

    fn append(&self, intent: &IntentId, fact: &Fact) -> Result<(), LedgerFault> {
        Self::append(self, intent, fact).map_err(told)
    }

    fn output(&self, intent: &IntentId, attempt: u32) -> PathBuf {
        output::path(self.dir(), intent, attempt)
    }

    fn survey(&self) -> Result<intent::Survey, LedgerFault> {
        self.told()
    }

    fn boot(&self) -> Option<Arc<str>> {
        boot()
    }

    fn tidy(&self, now: i64) {
        if let Some(keep) = self.keep {
            // What could not be removed is met again at the next start.
            let _ = self.sweep(now, keep);
        }
    }

    fn adopt(&self, intent: &IntentId) -> Result<(Story, Arc<dyn Ledger>), LedgerFault> {
        let (story, hold) = self.take(intent, Story::is_open)?;
        Ok((story, hold))
    }

    fn readopt(&self, intent: &IntentId) -> Result<(Story, Arc<dyn Ledger>), LedgerFault> {
        let (story, hold) = self.take(intent, Story::is_given_up)?;
        Ok((story, hold))
    }
}

impl Ledger for Hold {
    fn name(&self) -> IntentId {
        Journal::new_intent()
    }

    fn append(&self, intent: &IntentId, fact: &Fact) -> Result<(), LedgerFault> {
        self.appender.append(intent, fact).map_err(told)
    }

    fn output(&self, intent: &IntentId, attempt: u32) -> PathBuf {
        Ledger::output(&self.journal, intent, attempt)
    }

    fn boot(&self) -> Option<Arc<str>> {
        boot()
    }

    fn survey(&self) -> Result<intent::Survey, LedgerFault> {
        self.journal.told()
    }

    fn adopt(&self, intent: &IntentId) -> Result<(Story, Arc<dyn Ledger>), LedgerFault> {
        Ledger::adopt(&self.journal, intent)
    }

    fn readopt(&self, intent: &IntentId) -> Result<(Story, Arc<dyn Ledger>), LedgerFault> {
        Ledger::readopt(&self.journal, intent)
    }
}
