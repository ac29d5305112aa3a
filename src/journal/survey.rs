//! All files of the folder at once: the stories, whose they are, and what could not be read.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::folder::{self, Kind};
use super::output;
use super::read::{self, Reading, Why};
use crate::domain::intent::{Ending, IntentId, Place, Story};
use crate::domain::key::Key;

/// Who writes a file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Owner {
    /// This program.
    Here,
    /// Another program that runs.
    Running,
    /// Nobody any more: it can be adopted.
    Gone,
    /// The file system does not say.
    Untold,
}

/// One story and where it is written.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// What happened.
    pub story: Story,
    /// In which file.
    pub file: PathBuf,
    /// Who writes it.
    pub owner: Owner,
    /// Whether the file could be read to its end; if not, more may have happened than the story
    /// tells, and nothing should be decided from it.
    pub whole: bool,
}

/// What is wrong with a file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Trouble {
    /// Its last line is not whole; everything before it counts.
    Torn,
    /// From a line on it cannot be trusted.
    Damaged,
    /// From a line on it is not understood.
    Newer,
    /// It repeats an intent of another file, and does not count.
    Twice,
    /// It is not a file of the journal.
    Foreign,
    /// The system does not let it be read.
    Unreadable,
}

/// One fault of one file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileFault {
    /// Which file, or the folder.
    pub file: PathBuf,
    /// In which line, from 1, when it is about one.
    pub line: Option<u64>,
    /// The kind.
    pub trouble: Trouble,
    /// In words, without any value.
    pub said: String,
}

impl std::fmt::Display for FileFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = self.file.file_name().unwrap_or(self.file.as_os_str());
        write!(f, "{}", name.display())?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        let trouble = match self.trouble {
            Trouble::Torn => ": torn at its end, what is before it counts: ",
            Trouble::Damaged => ": damaged, nothing from there on counts: ",
            Trouble::Newer => ": not understood from there on: ",
            Trouble::Twice | Trouble::Foreign | Trouble::Unreadable => ": ",
        };
        write!(f, "{trouble}{}", self.said)
    }
}

/// What looking for one intent gives.
#[derive(Clone, PartialEq, Debug)]
pub enum Lookup<'a> {
    /// Nothing begins so.
    None,
    /// This one.
    One(&'a Entry),
    /// More than one; a longer beginning tells them apart.
    Many(Vec<&'a IntentId>),
}

/// Everything that the folder holds.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Survey {
    /// The stories, the newest first.
    pub entries: Vec<Entry>,
    /// What could not be read, by file.
    pub faults: Vec<FileFault>,
}

impl Survey {
    /// The intents that are not ended, the newest first.
    pub fn open(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.story.is_open())
    }

    /// The intent of that name, or the only one whose name begins so. Upper case counts as lower.
    #[must_use]
    pub fn find(&self, name: &str) -> Lookup<'_> {
        let name = name.to_ascii_lowercase();
        let begins = |entry: &&Entry| !name.is_empty() && entry.story.intent.0.starts_with(&name);
        let found: Vec<_> = self.entries.iter().filter(begins).collect();
        let exact = found.iter().find(|entry| *entry.story.intent.0 == *name);
        match (exact, found.as_slice()) {
            (Some(entry), _) | (None, [entry]) => Lookup::One(entry),
            (None, []) => Lookup::None,
            (None, many) => Lookup::Many(many.iter().map(|entry| &entry.story.intent).collect()),
        }
    }

    /// The writes to a key that were done, the newest first: what can be undone.
    pub fn done_of(&self, place: &Place, key: &Key) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| {
            let story = &entry.story;
            let done = matches!(story.ended, Some((Ending::Done, _)));
            done && story.plan.key == *key && story.place == *place
        })
    }
}

pub(super) fn survey(dir: &Path, own: &Path) -> Survey {
    let mut survey = Survey::default();
    for (path, name_kind) in files(dir, &mut survey.faults) {
        match name_kind {
            Kind::Facts => one(&path, own, &mut survey),
            Kind::Foreign => survey.faults.push(FileFault {
                file: path,
                line: None,
                trouble: Trouble::Foreign,
                said: "not a file of the journal; it is left alone".to_owned(),
            }),
            Kind::Unborn | Kind::Torn | Kind::Aside | Kind::Output => {}
        }
    }
    drop_repeated(&mut survey);
    let newest = |entry: &Entry| Reverse((entry.story.since, entry.story.intent.clone()));
    survey.entries.sort_by_key(newest);
    survey
}

/// The files of the folder by name, the oldest first. What is no plain file is foreign.
pub(super) fn files(dir: &Path, faults: &mut Vec<FileFault>) -> Vec<(PathBuf, Kind)> {
    let mut unreadable = |file: &Path, error: &io::Error| {
        faults.push(FileFault {
            file: file.to_owned(),
            line: None,
            trouble: Trouble::Unreadable,
            said: format!("it cannot be read: {error}"),
        });
    };
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            unreadable(dir, &error);
            return Vec::new();
        }
    };
    let mut found = Vec::new();
    for entry in entries {
        match entry.and_then(|entry| Ok((entry.path(), entry.file_name(), entry.file_type()?))) {
            Ok((path, name, kind)) if kind.is_file() => found.push((path, folder::kind(&name))),
            Ok((path, ..)) => found.push((path, Kind::Foreign)),
            Err(error) => unreadable(dir, &error),
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

fn one(path: &Path, own: &Path, survey: &mut Survey) {
    let opened = File::open(path).and_then(|file| {
        // The owner is asked before reading: one that dies meanwhile has written all by then.
        let owner = if path == own {
            Owner::Here
        } else {
            owner(&file)
        };
        Ok((owner, read::read(&file)?))
    });
    let (owner, mut reading) = match opened {
        Ok(read) => read,
        // it was removed since the folder was listed
        Err(error) if error.kind() == io::ErrorKind::NotFound => return,
        Err(error) => {
            survey.faults.push(FileFault {
                file: path.to_owned(),
                line: None,
                trouble: Trouble::Unreadable,
                said: format!("it cannot be read: {error}"),
            });
            return;
        }
    };
    survey.faults.extend(fault(path, owner, &reading));
    let whole = is_whole(&reading);
    let dir = path.parent().unwrap_or(Path::new("."));
    output::add_untold(dir, &mut reading.stories);
    let entries = reading.stories.into_iter().map(|story| Entry {
        story,
        file: path.to_owned(),
        owner,
        whole,
    });
    survey.entries.extend(entries);
}

/// Who holds the lock of a file. The lock is shared for an instant, which [`folder::hold`] bears.
pub(super) fn owner(file: &File) -> Owner {
    match file.try_lock_shared() {
        Ok(()) => {
            // Closing the file releases it as well.
            let _ = file.unlock();
            Owner::Gone
        }
        Err(TryLockError::WouldBlock) => Owner::Running,
        Err(TryLockError::Error(_)) => Owner::Untold,
    }
}

/// Whether everything that was written is in the reading.
pub(super) fn is_whole(reading: &Reading) -> bool {
    let stop = reading.stop.as_ref();
    stop.is_none_or(|stop| matches!(stop.why, Why::Unfinished | Why::Torn))
}

fn fault(path: &Path, owner: Owner, reading: &Reading) -> Option<FileFault> {
    let stop = reading.stop.as_ref()?;
    let alive = matches!(owner, Owner::Here | Owner::Running);
    let trouble = match stop.why {
        // being written just now
        Why::Unfinished if alive => return None,
        Why::Unfinished | Why::Torn => Trouble::Torn,
        Why::Damaged => Trouble::Damaged,
        Why::Newer => Trouble::Newer,
    };
    Some(FileFault {
        file: path.to_owned(),
        line: Some(stop.line),
        trouble,
        said: stop.said.clone(),
    })
}

/// An intent is written in one file. A copy of a file must not make it recovered twice: the
/// first file by name counts.
fn drop_repeated(survey: &mut Survey) {
    let mut first: HashMap<IntentId, PathBuf> = HashMap::new();
    let faults = &mut survey.faults;
    survey.entries.retain(|entry| {
        let file = first
            .entry(entry.story.intent.clone())
            .or_insert_with(|| entry.file.clone());
        if *file == entry.file {
            return true;
        }
        let said = format!(
            "it repeats an intent of {}; its stories of that name do not count",
            file.file_name().unwrap_or_default().display()
        );
        let fault = FileFault {
            file: entry.file.clone(),
            line: None,
            trouble: Trouble::Twice,
            said,
        };
        if !faults.contains(&fault) {
            faults.push(fault);
        }
        false
    });
}
