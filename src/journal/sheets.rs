//! Texts in the hands of a person's own editor: a private folder for each, with what the text was
//! made from beside it.
//!
//! Nothing here goes by itself. However a program ends, the folder stays with what the editor saved
//! last, and is found later as a draft; only who knows that the text is safe elsewhere removes it.
//! Who works on a sheet holds its lock, and the editor inherits it: a text that is still open
//! somewhere is nobody's to take.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use rustix::io::{FdFlags, fcntl_setfd};

use super::drafts::{Draft, DraftFault, Text, format};
use super::folder;
use crate::domain::key::Key;

/// What the lines that tell a fault at the top of the file begin with.
const HEAD: &str = "// dualscope: ";
/// What the names of the folders begin with.
const FOLDER: &str = "editing-";
/// The file beside the text: what it was made from, as a draft is written down.
const BEGUN: &str = ".begun";

/// A text in a file of its own. Dropped, it stays on the disk.
#[derive(Debug)]
pub struct Sheet {
    folder: PathBuf,
    file: PathBuf,
    /// Held while this or the editor lives.
    lock: File,
}

impl Sheet {
    /// A sheet in a folder of its own below `dir`, with a name that tells the document and that
    /// editors know as JSON. `begun` is what the editor will begin with; [`Sheet::fill`] puts it there.
    ///
    /// # Errors
    /// Nothing is left of it then.
    pub fn open(dir: &Path, begun: Text<'_>) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
        sweep(dir);
        let made = tempfile::Builder::new()
            .prefix(FOLDER)
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(dir)?;
        let mut lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(made.path().join(BEGUN))?;
        folder::hold(&lock).map_err(io::Error::other)?;
        lock.write_all(&format::print(&begun, folder::wall_ms()))?;
        lock.sync_all()?;
        let folder = made.keep();
        Ok(Self {
            file: folder.join(file_name(begun.key)),
            folder,
            lock,
        })
    }

    /// The file for the editor.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Puts a text into the file, below the fault that it had. What was there before stays until
    /// the new one is whole.
    ///
    /// # Errors
    /// The file is as it was.
    pub fn fill(&self, text: &str, fault: Option<&str>) -> io::Result<()> {
        // made with mode 0600
        let mut file = tempfile::Builder::new()
            .prefix(".filling-")
            .tempfile_in(&self.folder)?;
        for line in fault.into_iter().flat_map(str::lines) {
            writeln!(file, "{HEAD}{line}")?;
        }
        file.write_all(text.as_bytes())?;
        if !text.ends_with('\n') {
            file.write_all(b"\n")?;
        }
        file.as_file().sync_all()?;
        file.persist(&self.file).map_err(|error| error.error)?;
        Ok(())
    }

    /// What the file holds now, without the lines that told a fault.
    ///
    /// # Errors
    /// It is gone, or cannot be read.
    pub fn bytes(&self) -> io::Result<Vec<u8>> {
        fs::read(&self.file).map(|bytes| without_head(&bytes))
    }

    /// Where something is that an editor left beside the file, if it did.
    #[must_use]
    pub fn aside(&self) -> Option<PathBuf> {
        let others = others(&self.folder, &self.file).unwrap_or(false);
        others.then(|| self.folder.clone())
    }

    /// Starts the editor, which inherits the lock: it outlives a program that is killed, and has the
    /// text open then.
    ///
    /// # Errors
    /// Those of `start`, and of lending the lock; nothing is started then.
    pub fn lent<T>(&self, start: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        fcntl_setfd(&self.lock, FdFlags::empty())?;
        let started = start();
        // What starts later has nothing to do with this text. It cannot fail where it just could.
        let _ = fcntl_setfd(&self.lock, FdFlags::CLOEXEC);
        started
    }

    /// Removes the sheet with all that is in its folder: the text is safe elsewhere.
    pub fn remove(self) {
        // What could not be removed is found later, and nothing is lost by that.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// What earlier runs left, as drafts: texts that an editor saved, and that nobody has open. What is
/// no text is told as a fault, with its file.
pub(super) fn left(dir: &Path) -> (Vec<Draft>, Vec<DraftFault>) {
    let (mut drafts, mut faults) = (Vec::new(), Vec::new());
    for folder in folders(dir) {
        match Left::read(&folder) {
            Ok(Some(left)) => match left.draft() {
                Ok(draft) => drafts.extend(draft),
                Err(fault) => faults.push(fault),
            },
            Ok(None) => {}
            Err(fault) => faults.push(fault),
        }
    }
    (drafts, faults)
}

/// The draft that a file of a sheet is, if it is one.
pub(super) fn one(file: &Path) -> Option<Draft> {
    let folder = file.parent()?;
    let left = Left::read(folder).ok()??;
    left.draft().ok()?.filter(|draft| draft.file == *file)
}

/// Removes the sheets that hold this text: it was written, or given up.
pub(super) fn discard(dir: &Path, draft: &Draft) -> io::Result<()> {
    for folder in folders(dir) {
        let Ok(Some(left)) = Left::read(&folder) else {
            continue;
        };
        let same = |other: &Draft| {
            other.key == draft.key && other.place == draft.place && other.text == draft.text
        };
        if left.draft().ok().flatten().as_ref().is_some_and(same) {
            fs::remove_dir_all(&folder)?;
        }
    }
    Ok(())
}

/// Whether a path is in the folder of a sheet.
pub(super) fn is_sheet(path: &Path) -> bool {
    let folder = path.parent().and_then(Path::file_name);
    folder.is_some_and(|name| name.as_encoded_bytes().starts_with(FOLDER.as_bytes()))
}

/// The folder of the sheet that a fault names, which is that folder or a file in it.
pub(super) fn folder_of(path: &Path) -> Option<&Path> {
    let is_one = |folder: &&Path| {
        let name = folder.file_name();
        name.is_some_and(|name| name.as_encoded_bytes().starts_with(FOLDER.as_bytes()))
    };
    [Some(path), path.parent()]
        .into_iter()
        .flatten()
        .find(is_one)
}

/// Removes the sheets in which nothing was typed.
fn sweep(dir: &Path) {
    for folder in folders(dir) {
        if let Ok(Some(left)) = Left::read(&folder)
            && matches!(left.draft(), Ok(None))
            && !others(&folder, &left.file).unwrap_or(true)
        {
            let _ = fs::remove_dir_all(&folder);
        }
    }
}

/// A sheet that nobody has open.
struct Left {
    begun: Draft,
    file: PathBuf,
    bytes: Option<Vec<u8>>,
    at: i64,
    /// Held, so that nobody takes it up meanwhile.
    _lock: File,
}

impl Left {
    /// `None` while somebody has it, or when it went meanwhile.
    fn read(folder: &Path) -> Result<Option<Self>, DraftFault> {
        let fault = |said: String| DraftFault {
            file: folder.to_owned(),
            said,
        };
        let path = folder.join(BEGUN);
        let lock = match File::open(&path) {
            Ok(lock) => lock,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let empty = fs::read_dir(folder).is_ok_and(|mut names| names.next().is_none());
                if empty || !folder.exists() {
                    let _ = fs::remove_dir(folder);
                    return Ok(None);
                }
                let said = "what an editor left; which document it is of is not known";
                return Err(fault(said.to_owned()));
            }
            Err(error) => return Err(fault(error.to_string())),
        };
        // Shared, so that others may look at the same time.
        if lock.try_lock_shared().is_err() {
            return Ok(None);
        }
        let begun = fs::read(&path).map_err(|error| fault(error.to_string()))?;
        let Ok((place, key, base, _, text)) = format::parse(&begun) else {
            let said = "what an editor left; what it was made from can't be read";
            return Err(fault(said.to_owned()));
        };
        let file = folder.join(file_name(&key));
        let bytes = match fs::read(&file) {
            Ok(bytes) => Some(without_head(&bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(fault(error.to_string())),
        };
        Ok(Some(Self {
            at: saved(&file),
            begun: Draft {
                place,
                key,
                base,
                at: 0,
                ours: None,
                text,
                file: file.clone(),
            },
            file,
            bytes,
            _lock: lock,
        }))
    }

    /// What was typed, if anything was.
    fn draft(&self) -> Result<Option<Draft>, DraftFault> {
        let Some(bytes) = &self.bytes else {
            return Ok(None);
        };
        let Ok(text) = std::str::from_utf8(bytes) else {
            let key = &self.begun.key;
            return Err(DraftFault {
                file: self.file.clone(),
                said: format!("not UTF-8: what an editor left of {key}"),
            });
        };
        let nothing = text.trim().is_empty() || text.trim_end() == self.begun.text.trim_end();
        Ok((!nothing).then(|| Draft {
            at: self.at,
            text: Arc::from(text),
            ..self.begun.clone()
        }))
    }
}

/// When the file was saved (ms since 1970).
fn saved(file: &Path) -> i64 {
    let at = fs::metadata(file).and_then(|about| about.modified()).ok();
    let since = at.and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok());
    since.map_or(0, |since| {
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    })
}

fn folders(dir: &Path) -> Vec<PathBuf> {
    let names = fs::read_dir(dir).into_iter().flatten().flatten();
    let ours = |name: &fs::DirEntry| {
        let of_sheet = name
            .file_name()
            .as_encoded_bytes()
            .starts_with(FOLDER.as_bytes());
        of_sheet && name.file_type().is_ok_and(|kind| kind.is_dir())
    };
    let mut folders: Vec<PathBuf> = names.filter(ours).map(|name| name.path()).collect();
    folders.sort();
    folders
}

/// Whether an editor left anything beside the file.
fn others(folder: &Path, file: &Path) -> io::Result<bool> {
    for name in fs::read_dir(folder)? {
        let path = name?.path();
        if path != *file && path != folder.join(BEGUN) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn file_name(key: &Key) -> String {
    let plain = |sign: char| {
        if sign.is_ascii_alphanumeric() {
            sign
        } else {
            '-'
        }
    };
    let name: String = key.to_string().chars().take(80).map(plain).collect();
    format!("{name}.json")
}

fn without_head(bytes: &[u8]) -> Vec<u8> {
    let mut rest = bytes;
    while rest.starts_with(HEAD.as_bytes()) {
        let end = rest.iter().position(|byte| *byte == b'\n');
        rest = end.and_then(|end| rest.get(end + 1..)).unwrap_or_default();
    }
    rest.to_vec()
}
