//! Putting a file aside that can't be read to its end, on a person's word.
//!
//! Nothing in it is changed, and it stays in the folder for good under another name; only its
//! stories no longer count.

use std::fs;
use std::path::{Path, PathBuf};

use super::folder;
use super::{Journal, JournalError, survey};

impl Journal {
    /// Puts a file of this folder aside and says under which name. Its intents are not found any
    /// more: neither taken up nor taken back.
    ///
    /// # Errors
    /// It is no file of the journal, a running program holds it, it can be read to its end, or the
    /// system refuses. Nothing was changed then.
    pub fn set_aside(&self, name: &Path) -> Result<PathBuf, JournalError> {
        let open = |what| move |why| JournalError::Open { what, why };
        let path = self.file(name).ok_or(JournalError::Gone)?;
        let file = fs::File::open(&path).map_err(open("the file"))?;
        folder::hold(&file)?;
        let reading = super::read::read(&file).map_err(open("reading it"))?;
        if survey::is_whole(&reading) {
            return Err(JournalError::Whole);
        }
        let suffix = folder::ASIDE.trim_start_matches(".jsonl");
        let (aside, _) = folder::beside(&path, suffix).map_err(open("its new name"))?;
        fs::rename(&path, &aside).map_err(open("its new name"))?;
        folder::sync_folder(self.dir()).map_err(open("the folder's list on disk"))?;
        Ok(aside)
    }

    /// The file of this folder that a person means, by its name or its path.
    #[must_use]
    pub fn file(&self, named: &Path) -> Option<PathBuf> {
        let name = named.file_name()?;
        let folder = named.parent().filter(|it| !it.as_os_str().is_empty());
        let here = folder.is_none_or(|folder| {
            let same = fs::canonicalize(folder).ok() == fs::canonicalize(self.dir()).ok();
            same && folder.is_dir()
        });
        let path = self.dir().join(name);
        let ours = here && folder::kind(name) == folder::Kind::Facts && path.is_file();
        ours.then_some(path)
    }
}
