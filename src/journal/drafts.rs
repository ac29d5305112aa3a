//! Texts that are typed and not written yet: one private file for each key, program and text.
//!
//! A file is replaced whole or not at all, and only by the program that made it, whose token is in
//! its name: two programs that edit one document both keep their text. The number of the text is in
//! it, too: what a program begins anew does not take the place of what it kept before. A draft goes only when
//! somebody says so; one that cannot be read is set aside under another name, never removed.
//!
//! What an editor outside saved and no program took over is a draft, too (see `sheets`).

pub(super) mod format;

use std::cmp::Reverse;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use uuid::Uuid;

use super::{folder, sheets};
use crate::domain::intent::Place;
use crate::domain::key::{Key, Version};
use format::Fault;

/// What is saved.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a> {
    /// Of which stores the document is.
    pub place: &'a Place,
    /// Which document.
    pub key: &'a Key,
    /// The version of the value that the text was made from; `None` when there was none.
    pub base: Option<Version>,
    /// The text, byte for byte.
    pub text: &'a str,
}

/// A text that was saved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Draft {
    /// Of which stores the document is.
    pub place: Place,
    /// Which document.
    pub key: Key,
    /// The version of the value that the text was made from; `None` when there was none.
    pub base: Option<Version>,
    /// When it was saved (ms since 1970).
    pub at: i64,
    /// The number of the text in this program, which saved it; `None` when another one did.
    pub ours: Option<u32>,
    /// The text, byte for byte.
    pub text: Arc<str>,
    /// Its file.
    pub file: PathBuf,
}

/// Something in the folder that is no draft.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DraftFault {
    /// The file, under the name that it has now.
    pub file: PathBuf,
    /// In words, without any of the text.
    pub said: String,
}

/// What looking into the folder gives.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Found {
    /// Drafts, the newest first.
    pub drafts: Vec<Draft>,
    /// What could not be read; it is still there.
    pub faults: Vec<DraftFault>,
}

/// Why a draft could not be saved, taken or discarded.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// The text is not on disk; a draft that was there before still is.
    #[error("the draft could not be saved ({0})")]
    NotSaved(io::Error),
    /// The draft is still there.
    #[error("the draft could not be removed ({0}); it is still there")]
    NotRemoved(io::Error),
    /// Somebody saved it again, or took it: what is there now is another text.
    #[error("the draft was changed by another program meanwhile; nothing was removed")]
    Changed,
}

/// The drafts of a folder, with the token of this program.
#[derive(Clone, Debug)]
pub struct Drafts {
    dir: PathBuf,
    /// The folder in which the sheets of editors are.
    sheets: Option<PathBuf>,
    token: Uuid,
    /// Which text of this program is saved.
    number: u32,
}

const SUFFIX: &str = ".draft";
const BROKEN: &str = ".broken";

impl Drafts {
    /// The drafts in a folder of their own. Nothing is created before the first is saved.
    #[must_use]
    pub fn new(dir: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
            sheets: None,
            token: Uuid::now_v7(),
            number: 0,
        }
    }

    /// The same for another text of this program.
    #[must_use]
    pub fn numbered(&self, number: u32) -> Self {
        Self {
            number,
            ..self.clone()
        }
    }

    /// The same, with what editors left in their folders below `dir` among them.
    #[must_use]
    pub fn and_sheets(mut self, dir: &Path) -> Self {
        self.sheets = Some(dir.to_owned());
        self
    }

    /// The folder of the files.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Saves this text of this program for a key, over what it was when it was saved before and over
    /// no other. Returns when it is on disk.
    ///
    /// # Errors
    /// The text is not on disk; what was there before is.
    pub fn save(&self, text: Text<'_>) -> Result<PathBuf, DraftError> {
        let start = self.start(text.place, text.key);
        let path = self.dir.join(format!("{start}{}{SUFFIX}", self.number));
        let bytes = format::print(&text, folder::wall_ms());
        self.write(&path, &bytes).map_err(DraftError::NotSaved)?;
        Ok(path)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        folder::private_folder(&self.dir)?;
        // made with mode 0600
        let mut file = tempfile::Builder::new()
            .prefix(".saving-")
            .tempfile_in(&self.dir)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        folder::sync_folder(&self.dir)
    }

    /// All drafts of a key, this program's and those of others, the newest first.
    #[must_use]
    pub fn load(&self, place: &Place, key: &Key) -> Found {
        let start = name(place, key);
        let mut found = self.read(|name| name.starts_with(&start));
        self.add_sheets(&mut found);
        let is_it = |draft: &Draft| draft.key == *key && draft.place == *place;
        found.drafts.retain(is_it);
        found
    }

    /// All drafts, the newest first.
    #[must_use]
    pub fn list(&self) -> Found {
        let mut found = self.read(|_| true);
        self.add_sheets(&mut found);
        found
    }

    /// What editors left, where no draft holds the same text.
    fn add_sheets(&self, found: &mut Found) {
        let Some(dir) = &self.sheets else { return };
        let (left, faults) = sheets::left(dir);
        for draft in left {
            let same = |other: &Draft| {
                other.key == draft.key && other.place == draft.place && other.text == draft.text
            };
            if !found.drafts.iter().any(same) {
                found.drafts.push(draft);
            }
        }
        found.drafts.sort_by_key(newest);
        found.faults.extend(faults);
        found.faults.sort_by(|a, b| a.file.cmp(&b.file));
    }

    /// Removes a draft, if it is still the one that was read.
    ///
    /// # Errors
    /// It is still there, or another text is.
    pub fn discard(&self, draft: &Draft) -> Result<(), DraftError> {
        if !sheets::is_sheet(&draft.file) {
            self.discard_file(draft)?;
        } else if sheets::one(&draft.file).is_some_and(|now| now != *draft) {
            return Err(DraftError::Changed);
        }
        match &self.sheets {
            // The same text may lie in the sheet that the draft was saved from.
            Some(dir) => sheets::discard(dir, draft).map_err(DraftError::NotRemoved),
            None => Ok(()),
        }
    }

    /// Removes a file that was told as a fault, if it still is one and nobody has it open. What
    /// another program may still read is left alone.
    ///
    /// # Errors
    /// It is still there.
    pub fn discard_unreadable(&self, file: &Path) -> Result<(), DraftError> {
        let faults = self.list().faults;
        let is_aside = file.to_string_lossy().contains(BROKEN);
        let sheet = sheets::folder_of(file);
        let known = faults.iter().any(|fault| fault.file == file);
        if !known || !(is_aside || sheet.is_some()) {
            return Err(DraftError::Changed);
        }
        let gone = match sheet {
            Some(folder) => fs::remove_dir_all(folder),
            None => fs::remove_file(file),
        };
        gone.map_err(DraftError::NotRemoved)
    }

    fn discard_file(&self, draft: &Draft) -> Result<(), DraftError> {
        match self.one(&draft.file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Ok(Ok(now)) if now == *draft => {}
            Ok(_) => return Err(DraftError::Changed),
            Err(error) => return Err(DraftError::NotRemoved(error)),
        }
        fs::remove_file(&draft.file).map_err(DraftError::NotRemoved)?;
        folder::sync_folder(&self.dir).map_err(DraftError::NotRemoved)
    }

    /// What the names of this program's files for a key begin with.
    fn start(&self, place: &Place, key: &Key) -> String {
        format!("{}-{}-", name(place, key), self.token)
    }

    /// The number of the text that a file of this program holds.
    fn number(&self, path: &Path, (place, key): (&Place, &Key)) -> Option<u32> {
        let name = path.file_name()?.to_str()?;
        let number = name.strip_prefix(&self.start(place, key))?;
        number.strip_suffix(SUFFIX)?.parse().ok()
    }

    fn read(&self, wanted: impl Fn(&str) -> bool) -> Found {
        let mut found = Found::default();
        let fault = |file: &Path, said: String| DraftFault {
            file: file.to_owned(),
            said,
        };
        let entries = match fs::read_dir(&self.dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return found,
            Err(error) => {
                let said = format!("the drafts cannot be listed: {error}");
                found.faults.push(fault(&self.dir, said));
                return found;
            }
        };
        for entry in entries.flatten() {
            let (path, file_name) = (entry.path(), entry.file_name());
            let name = file_name.to_string_lossy();
            if !wanted(&name) || name.starts_with('.') {
                continue;
            }
            if name.contains(BROKEN) {
                found
                    .faults
                    .push(fault(&path, "it was set aside".to_owned()));
            } else if name.ends_with(SUFFIX) {
                match self.one(&path) {
                    Ok(Ok(draft)) => found.drafts.push(draft),
                    Ok(Err(Fault::Broken)) => found.faults.push(set_aside(&path)),
                    Ok(Err(Fault::Newer)) => {
                        let said = "a newer dualscope saved this draft; it is left alone";
                        found.faults.push(fault(&path, said.to_owned()));
                    }
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => found.faults.push(fault(&path, error.to_string())),
                }
            }
        }
        found.drafts.sort_by_key(newest);
        found.faults.sort_by(|a, b| a.file.cmp(&b.file));
        found
    }

    /// One file: a draft, or why it cannot be used.
    fn one(&self, path: &Path) -> io::Result<Result<Draft, Fault>> {
        if !fs::symlink_metadata(path)?.is_file() {
            return Err(io::Error::other("not a plain file"));
        }
        let bytes = fs::read(path)?;
        let read = format::parse(&bytes).map(|(place, key, base, at, text)| Draft {
            ours: self.number(path, (&place, &key)),
            file: path.to_owned(),
            place,
            key,
            base,
            at,
            text,
        });
        Ok(read)
    }
}

fn newest(draft: &Draft) -> Reverse<(i64, PathBuf)> {
    Reverse((draft.at, draft.file.clone()))
}

/// The part of the name that says the document; the text of a key may hold anything, so its name
/// is made of a hash.
fn name(place: &Place, key: &Key) -> String {
    const NAMES: Uuid = Uuid::from_u128(0x6f1d_5f0e_8f0b_4c0e_9d53_3d1b_1f6a_7c11);
    // Each part with its length, so that no two places and keys make the same text.
    let mut text = String::new();
    let key = key.to_string();
    for part in [&place.mongo, &place.database, &place.stream, &key] {
        // Writing to a String cannot fail.
        let _ = write!(text, "{}:{part}", part.len());
    }
    Uuid::new_v5(&NAMES, text.as_bytes()).simple().to_string()
}

/// Gives a file that is no draft a name under which it disturbs nobody.
fn set_aside(path: &Path) -> DraftFault {
    let moved = || -> io::Result<PathBuf> {
        // The name is taken first, so that nothing is overwritten.
        let (name, _) = folder::beside(path, BROKEN)?;
        fs::rename(path, &name)?;
        Ok(name)
    };
    let said = "its text is not what was saved";
    match moved() {
        Ok(file) => DraftFault {
            file,
            said: format!("{said}; it was set aside"),
        },
        Err(error) => DraftFault {
            file: path.to_owned(),
            said: format!("{said}; it could not be set aside: {error}"),
        },
    }
}
