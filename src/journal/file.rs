//! Writing facts: one file, one lock, whole lines.
//!
//! A fact that cannot be read back exactly is refused before anything is written. All calls take
//! `&self` and wait for the disk where the fact says so, a few milliseconds.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use super::error::JournalError;
use super::read::{self, Reading, Why};
use super::record::{self, Line, Record};
use super::survey::{Entry, Owner};
use super::tail::Tail;
use super::{Rules, folder, output, waits};
use crate::domain::full::Stored;
use crate::domain::intent::{Fact, IntentId, Story};
use crate::domain::plan::Plan;

/// The end of one file, held by this program.
#[derive(Debug)]
pub struct Appender {
    path: PathBuf,
    rules: Rules,
    open: Mutex<Option<Open>>,
}

#[derive(Debug)]
struct Open {
    tail: Tail,
    lines: u64,
    known: HashSet<IntentId>,
}

impl Appender {
    /// A file that is made when the first fact comes.
    pub(super) fn lazy(path: PathBuf, rules: Rules) -> Self {
        Self {
            path,
            rules,
            open: Mutex::new(None),
        }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a fact: one line by one write. Returns when it is in the file, and, if it
    /// [`Fact::is_durable`], on disk, with every line before it: two waits for a write, and one for
    /// a decision. A crash of the program loses no line; one of the machine may lose those of the
    /// other kinds at the end, which the client's output and the stores tell again.
    ///
    /// # Errors
    /// The fact is not in the file (only after [`JournalError::NotCertain`] it may be), and what
    /// was there before still is. After an error nothing must be done that depends on the fact.
    pub fn append(&self, intent: &IntentId, fact: &Fact) -> Result<(), JournalError> {
        // A panic cannot leave a half-changed state behind: the file is looked at before each line.
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let known = open.as_ref();
        check(
            intent,
            fact,
            known.is_some_and(|open| open.known.contains(intent)),
        )?;
        let lines = known.map_or(0, |open| open.lines);
        let line = self.line(lines + 1, intent, fact)?;
        let open = self.opened(&mut open)?;
        open.tail.add(&line, fact.is_durable())?;
        open.lines += 1;
        open.known.insert(intent.clone());
        Ok(())
    }

    fn opened<'a>(
        &self,
        open: &'a mut MutexGuard<'_, Option<Open>>,
    ) -> Result<&'a mut Open, JournalError> {
        let made = match open.take() {
            Some(open) => open,
            None => Open {
                tail: Tail::new(Box::new(folder::create(&self.path)?), 0),
                lines: 0,
                known: HashSet::new(),
            },
        };
        Ok(open.insert(made))
    }

    /// The printed line, once it is certain that it reads back as the same fact.
    fn line(&self, seq: u64, intent: &IntentId, fact: &Fact) -> Result<Vec<u8>, JournalError> {
        let at = folder::wall_ms();
        let line = Line {
            seq,
            at,
            intent,
            fact,
        };
        let printed = record::print(&line, self.rules);
        let whole = printed.strip_suffix(b"\n").unwrap_or(&printed);
        let again =
            record::parse(whole).map_err(|fault| JournalError::Unfaithful(fault.to_string()))?;
        let same = again.seq == seq && again.at == at && again.intent == *intent;
        if same && is_told(fact, &again, self.rules.keep_values) {
            return Ok(printed);
        }
        let said = "a field name or value has no exact form as extended JSON";
        Err(JournalError::Unfaithful(said.to_owned()))
    }
}

/// Whether a fact may stand here.
fn check(intent: &IntentId, fact: &Fact, known: bool) -> Result<(), JournalError> {
    if Uuid::try_parse(&intent.0).is_err() || intent.0.len() != 36 {
        return Err(JournalError::Name);
    }
    match fact {
        Fact::Planned { .. } if known => Err(JournalError::PlannedTwice(intent.to_string())),
        Fact::Planned { place, .. } if place.mongo.contains('@') || place.mongo.contains("://") => {
            Err(JournalError::Credentials)
        }
        Fact::Planned { .. } => Ok(()),
        _ if known => Ok(()),
        _ => Err(JournalError::Unplanned(intent.to_string())),
    }
}

fn is_told(fact: &Fact, again: &Record, keep_values: bool) -> bool {
    let Fact::Planned {
        place,
        plan,
        undoes,
    } = fact
    else {
        return again.fact == *fact;
    };
    let Fact::Planned {
        place: told_place,
        plan: told,
        undoes: told_undoes,
    } = &again.fact
    else {
        return false;
    };
    let mut meant = Plan::clone(plan);
    if !keep_values && matches!(meant.before.stored, Some(Stored::Value { .. })) {
        meant.before.stored = None;
    }
    // Not-a-number is not equal to itself; printed for a debugger it is, and all else differs.
    let lites = |plan: &Plan| format!("{:?}{:?}{:?}", plan.id, plan.before.lite, plan.lite);
    let rest = |plan: &Plan| Plan {
        id: crate::domain::bson::Bson::Null,
        lite: None,
        before: crate::domain::plan::Before {
            lite: None,
            stored: plan.before.stored.clone(),
        },
        ..plan.clone()
    };
    let same = meant == **told || rest(&meant) == rest(told) && lites(&meant) == lites(told);
    same && place == told_place && undoes == told_undoes
}

/// A file that was taken over. Dropping the last copy of its appender releases it.
#[derive(Clone, Debug)]
pub struct Adopted {
    /// The story of the entry, as the file tells it now.
    pub story: Story,
    /// All stories of the file.
    pub stories: Vec<Story>,
    /// Where its further facts go.
    pub appender: Arc<Appender>,
    /// The file that holds what was torn off the end, if there was such.
    pub torn: Option<PathBuf>,
}

/// Which stories may be taken over.
pub(super) type Fits = fn(&Story) -> bool;

pub(super) fn adopt(entry: &Entry, fits: Fits, rules: Rules) -> Result<Adopted, JournalError> {
    if matches!(entry.owner, Owner::Here) {
        return Err(JournalError::Held);
    }
    let (file, reading) = take_over(&entry.file)?;
    let mut stories = reading.stories.clone();
    let dir = entry.file.parent().unwrap_or(Path::new("."));
    output::add_untold(dir, &mut stories);
    let intent = &entry.story.intent;
    let found = stories.iter().find(|story| story.intent == *intent);
    let closed = || JournalError::Closed(intent.to_string());
    let story = found.filter(|story| fits(story)).ok_or_else(closed)?;
    let story = story.clone();
    let torn = cut_tail(&file, &entry.file, &reading)?;
    let open = Open {
        tail: Tail::new(Box::new(file), reading.good),
        lines: reading.lines,
        known: stories.iter().map(|story| story.intent.clone()).collect(),
    };
    Ok(Adopted {
        story,
        stories,
        appender: Arc::new(Appender {
            path: entry.file.clone(),
            rules,
            open: Mutex::new(Some(open)),
        }),
        torn,
    })
}

/// Takes the lock of a file and reads it to its end. Changes nothing.
pub(super) fn take_over(path: &Path) -> Result<(File, Reading), JournalError> {
    use std::os::unix::fs::MetadataExt as _;
    let opened = OpenOptions::new().read(true).append(true).open(path);
    let file = opened.map_err(|why| match why.kind() {
        io::ErrorKind::NotFound => JournalError::Gone,
        _ => JournalError::Open {
            what: "the file",
            why,
        },
    })?;
    folder::hold(&file)?;
    let reading = |why| JournalError::Open {
        what: "reading it",
        why,
    };
    // Whoever held it before may have removed it.
    if file.metadata().map_err(reading)?.nlink() == 0 {
        return Err(JournalError::Gone);
    }
    let read = read::read(&file).map_err(reading)?;
    match &read.stop {
        Some(stop) if !matches!(stop.why, Why::Unfinished | Why::Torn) => {
            Err(JournalError::Damaged {
                line: stop.line,
                said: stop.said.clone(),
            })
        }
        _ => Ok((file, read)),
    }
}

/// Copies what is behind the last good line to a file beside it, and cuts it off.
fn cut_tail(file: &File, path: &Path, reading: &Reading) -> Result<Option<PathBuf>, JournalError> {
    if reading.stop.is_none() {
        return Ok(None);
    }
    let copied = || -> io::Result<PathBuf> {
        let mut from = file;
        from.seek(SeekFrom::Start(reading.good))?;
        let (torn, mut to) = folder::beside(path, ".torn")?;
        io::copy(&mut from.take(u64::MAX), &mut to)?;
        waits::all(&to)?;
        folder::sync_folder(path.parent().unwrap_or(Path::new(".")))?;
        file.set_len(reading.good)?;
        waits::all(file)?;
        Ok(torn)
    };
    let what = "setting its torn end aside";
    copied()
        .map(Some)
        .map_err(|why| JournalError::Open { what, why })
}
