//! What goes at last: whole files, when all of their intents are closed and old.
//!
//! A file with anything open, damaged or not understood in it stays for good, and so does whatever
//! is not ours. Nothing is rewritten.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::folder::{self, Kind};
use super::read::Reading;
use super::survey::{self, FileFault, Owner, Trouble};
use super::{file, output};
use crate::domain::intent::{IntentId, Story};

/// What [`super::Journal::sweep`] did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Swept {
    /// Files that are gone.
    pub removed: Vec<PathBuf>,
    /// What could not be looked at or removed.
    pub faults: Vec<FileFault>,
}

pub(super) fn sweep(dir: &Path, now: i64, keep: Duration) -> Swept {
    let mut swept = Swept::default();
    let keep = i64::try_from(keep.as_millis()).unwrap_or(i64::MAX);
    let before = now.saturating_sub(keep);
    let files = survey::files(dir, &mut swept.faults);
    for (path, kind) in &files {
        let gone = match kind {
            Kind::Facts => facts(path, before, &files),
            Kind::Unborn => unborn(path, before),
            Kind::Torn | Kind::Aside | Kind::Output | Kind::Foreign => Ok(Vec::new()),
        };
        match gone {
            Ok(gone) => swept.removed.extend(gone),
            Err(error) => swept.faults.push(FileFault {
                file: path.clone(),
                line: None,
                trouble: Trouble::Unreadable,
                said: format!("it is old and cannot be removed: {error}"),
            }),
        }
    }
    if !swept.removed.is_empty() {
        // Were the names to come back after a crash, they would be removed again.
        let _ = folder::sync_folder(dir);
    }
    swept
}

/// Removes a file of facts and what belongs to it, the file itself last: as long as it is there,
/// the next sweep finds what is left.
fn facts(path: &Path, before: i64, files: &[(PathBuf, Kind)]) -> io::Result<Vec<PathBuf>> {
    if !is_older(path, before)? {
        return Ok(Vec::new());
    }
    // Held, damaged, not understood, gone: none of that is removed.
    let Ok((_held, reading)) = file::take_over(path) else {
        return Ok(Vec::new());
    };
    if !is_closed(&reading, before) {
        return Ok(Vec::new());
    }
    let intents = reading.stories.iter().map(|story| &story.intent);
    let intents: Vec<&IntentId> = intents.collect();
    let belongs = |(other, kind): &&(PathBuf, Kind)| match kind {
        Kind::Torn => is_torn_off(other, path),
        Kind::Output => intents.iter().any(|intent| output::is_of(other, intent)),
        _ => false,
    };
    let mut gone = Vec::new();
    let related = files
        .iter()
        .filter(belongs)
        .map(|(other, _)| other.as_path());
    for other in related.chain([path]) {
        fs::remove_file(other)?;
        gone.push(other.to_owned());
    }
    Ok(gone)
}

fn is_closed(reading: &Reading, before: i64) -> bool {
    let old = |story: &Story| !story.is_open() && story.last < before;
    // A file without a story holds nothing when it is empty, and who knows what when it is not.
    let known = !reading.stories.is_empty() || reading.stop.is_none();
    known && reading.stories.iter().all(old)
}

fn is_torn_off(other: &Path, path: &Path) -> bool {
    let name = |path: &Path| {
        path.file_name()
            .map(|name| name.to_string_lossy().into_owned())
    };
    match (name(other), name(path)) {
        (Some(other), Some(name)) => other
            .strip_prefix(&name)
            .is_some_and(|rest| rest.starts_with(".torn")),
        _ => false,
    }
}

/// An empty file whose maker died before it had its name.
fn unborn(path: &Path, before: i64) -> io::Result<Vec<PathBuf>> {
    if fs::metadata(path)?.len() > 0 || !is_older(path, before)? {
        return Ok(Vec::new());
    }
    let file = fs::File::open(path)?;
    if survey::owner(&file) != Owner::Gone {
        return Ok(Vec::new());
    }
    fs::remove_file(path)?;
    Ok(vec![path.to_owned()])
}

/// Whether nobody changed a file since, by the clock of the file system.
fn is_older(path: &Path, before: i64) -> io::Result<bool> {
    let changed = fs::metadata(path)?.modified()?;
    let since = changed.duration_since(SystemTime::UNIX_EPOCH);
    let since = since.map_or(0, |since| {
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    });
    Ok(since < before)
}
