//! The private files into which a client writes while it runs.
//!
//! A file and no pipe: the client outlives a crash of this program, and recovery reads what it
//! said. What it says is of another program: it is kept here and shown to nobody as it is.
//!
//! That there is one says something as well: it is made once the line that announces its try is on
//! disk. A last line that was damaged since is taken for one that was never finished, and behind
//! which nothing was done; the output knows better.

use std::fs::File;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::error::JournalError;
use super::folder;
use crate::domain::intent::{Fact, IntentId, Story};

/// The name of the output of one try.
#[must_use]
pub(super) fn path(dir: &Path, intent: &IntentId, attempt: u32) -> PathBuf {
    dir.join(format!("{intent}-{attempt}.log"))
}

/// Whether a file is the output of a try of this intent.
pub(super) fn is_of(file: &Path, intent: &IntentId) -> bool {
    let name = file
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    name.as_deref()
        .and_then(|name| name.strip_prefix(&*intent.0))
        .and_then(|rest| rest.strip_prefix('-')?.strip_suffix(".log"))
        .is_some_and(|attempt| attempt.parse::<u32>().is_ok())
}

/// Adds to open stories the tries that only their outputs tell of. What they did is not known here,
/// so they count as tries of which nobody knows the start of the machine.
pub(super) fn add_untold(dir: &Path, stories: &mut [Story]) {
    for story in stories.iter_mut().filter(|story| story.is_open()) {
        let next = |story: &Story| path(dir, &story.intent, story.attempts + 1);
        while next(story).try_exists().is_ok_and(|exists| exists) {
            let untold = Fact::Submitting {
                attempt: story.attempts + 1,
                boot: None,
                alone: false,
            };
            story.take(story.last, &untold);
        }
    }
}

/// Makes the file of one try, for a client to append to.
pub(super) fn create(
    dir: &Path,
    intent: &IntentId,
    attempt: u32,
) -> Result<(PathBuf, File), JournalError> {
    // The name becomes part of a path.
    if Uuid::try_parse(&intent.0).is_err() || intent.0.len() != 36 {
        return Err(JournalError::Name);
    }
    let open = |what| move |why| JournalError::Open { what, why };
    folder::private_folder(dir).map_err(open("its folder"))?;
    let path = path(dir, intent, attempt);
    let file = folder::private_file(&path).map_err(open("the file for a client's output"))?;
    folder::sync_folder(dir).map_err(open("the folder's list on disk"))?;
    Ok((path, file))
}
