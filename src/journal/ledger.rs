//! The journal as a write knows it.

use std::path::PathBuf;
use std::sync::Arc;

use super::survey::Owner;
use super::{Journal, JournalError};
use crate::domain::intent::{self, Fact, IntentId, Ledger, LedgerFault, Story};

const HINT: &str = "look at the state folder (`dualscope paths`): its disk, its rights, its size";

impl Ledger for Journal {
    fn name(&self) -> IntentId {
        Self::new_intent()
    }

    fn append(&self, intent: &IntentId, fact: &Fact) -> Result<(), LedgerFault> {
        Self::append(self, intent, fact).map_err(|error| fault(&error))
    }

    fn output(&self, intent: &IntentId, attempt: u32) -> PathBuf {
        self.output_path(intent, attempt)
    }

    fn survey(&self) -> Result<intent::Survey, LedgerFault> {
        let survey = Self::survey(self);
        let entry = |entry: super::Entry| intent::Entry {
            owner: owner(entry.owner, entry.whole),
            story: entry.story,
        };
        let said = |fault: super::FileFault| {
            let name = fault.file.file_name().unwrap_or(fault.file.as_os_str());
            let line = fault
                .line
                .map_or(String::new(), |line| format!(", line {line}"));
            format!("{}{line}: {}", name.to_string_lossy(), fault.said)
        };
        Ok(intent::Survey {
            entries: survey.entries.into_iter().map(entry).collect(),
            faults: survey.faults.into_iter().map(said).collect(),
        })
    }

    fn adopt(&self, intent: &IntentId) -> Result<(Story, Arc<dyn Ledger>), LedgerFault> {
        let survey = Self::survey(self);
        let entry = survey
            .entries
            .iter()
            .find(|entry| entry.story.intent == *intent);
        let Some(entry) = entry else {
            return Err(LedgerFault {
                said: format!("the journal does not know the intent {intent}"),
                hint: "`dualscope journal` lists those that it knows".to_owned(),
            });
        };
        let (story, own) = if entry.owner == Owner::Here {
            (entry.story.clone(), self.own())
        } else {
            let adopted = Self::adopt(self, entry).map_err(|error| fault(&error))?;
            (adopted.story, adopted.appender)
        };
        let ledger = Self {
            dir: self.dir.clone(),
            rules: self.rules,
            own,
        };
        Ok((story, Arc::new(ledger)))
    }
}

/// A file that cannot be read to its end, or whose owner can't be told, is nobody's to decide about.
fn owner(owner: Owner, whole: bool) -> intent::Owner {
    match owner {
        Owner::Here => intent::Owner::Ours,
        Owner::Gone if whole => intent::Owner::Gone,
        Owner::Gone | Owner::Running | Owner::Untold => intent::Owner::Alive,
    }
}

fn fault(error: &JournalError) -> LedgerFault {
    LedgerFault {
        said: error.to_string(),
        hint: HINT.to_owned(),
    }
}
