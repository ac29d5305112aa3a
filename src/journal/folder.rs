//! Private folders and files: made, named and told apart from what is not ours.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use uuid::Uuid;

use super::error::JournalError;
use super::waits;

/// What a file of the journal's folder is, by its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// Facts.
    Facts,
    /// A file that is being made, or whose maker died doing so.
    Unborn,
    /// What was cut off the end of a file.
    Torn,
    /// A file that somebody put aside, since it could not be read to its end.
    Aside,
    /// What a client said.
    Output,
    /// Nothing of ours.
    Foreign,
}

const FACTS: &str = ".jsonl";
const UNBORN: &str = ".new";
const TORN: &str = ".jsonl.torn";
pub(super) const ASIDE: &str = ".jsonl.aside";
const OUTPUT: &str = ".log";

pub(super) fn fresh_name(name: Uuid) -> String {
    format!("{name}{FACTS}")
}

/// The kind of a file, by its name.
pub(super) fn kind(name: &OsStr) -> Kind {
    let Some(name) = name.to_str() else {
        return Kind::Foreign;
    };
    let Some((uuid, rest)) = name.split_at_checked(36) else {
        return Kind::Foreign;
    };
    if Uuid::try_parse(uuid).is_err() {
        return Kind::Foreign;
    }
    match rest {
        FACTS => Kind::Facts,
        UNBORN => Kind::Unborn,
        _ if rest.starts_with(TORN) => Kind::Torn,
        _ if rest.starts_with(ASIDE) => Kind::Aside,
        _ if rest.starts_with('-') && rest.ends_with(OUTPUT) => Kind::Output,
        _ => Kind::Foreign,
    }
}

/// Makes a folder that only its owner may enter, and takes the rights of others to one that is there.
pub(super) fn private_folder(folder: &Path) -> io::Result<()> {
    if !folder.is_dir() {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
        if let Some(parent) = folder.parent() {
            sync_folder(parent)?;
        }
    }
    let mode = fs::metadata(folder)?.permissions().mode();
    if mode & 0o077 != 0 {
        fs::set_permissions(folder, Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Makes the names in a folder outlive a crash of the machine.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    waits::all(&File::open(folder)?)
}

/// A new private file to append to; fails when there is one of that name.
pub(super) fn private_file(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .append(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

/// Makes the file of a process, held from the moment that others can see it.
///
/// # Errors
/// What could not be made; the next try begins anew.
pub(super) fn create(path: &Path) -> Result<File, JournalError> {
    let open = |what| move |why| JournalError::Open { what, why };
    let folder = path.parent().unwrap_or(Path::new("."));
    private_folder(folder).map_err(open("its folder"))?;
    let unborn = path.with_extension(UNBORN.trim_start_matches('.'));
    let file = private_file(&unborn).map_err(open("a new file"))?;
    let named = hold(&file)
        .and_then(|()| fs::rename(&unborn, path).map_err(open("the name of a new file")));
    if named.is_err() {
        // It is empty and ours, and would be in the way of the next try.
        let _ = fs::remove_file(&unborn);
    }
    named?;
    sync_folder(folder).map_err(open("the folder's list on disk"))?;
    Ok(file)
}

/// Takes the lock of a file. Who only looks whether it is held has it for an instant, so one
/// refusal is no answer yet. Waits a tenth of a second at most.
#[expect(
    clippy::disallowed_methods,
    reason = "no worker: taking over a file is work for a thread that may block"
)]
pub(super) fn hold(file: &File) -> Result<(), JournalError> {
    const TRIES: u32 = 20;
    const PAUSE: Duration = Duration::from_millis(5);
    for _ in 0..TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
            Err(TryLockError::Error(why)) => {
                return Err(JournalError::Open {
                    what: "its lock",
                    why,
                });
            }
        }
    }
    Err(JournalError::Held)
}

/// A name beside `path` that nobody has: with `suffix`, then with a number behind it.
pub(super) fn beside(path: &Path, suffix: &str) -> io::Result<(PathBuf, File)> {
    let mut number = 1;
    loop {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        if number > 1 {
            name.push(format!(".{number}"));
        }
        let name = PathBuf::from(name);
        match private_file(&name) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 1000 => {
                number += 1;
            }
            made => return made.map(|file| (name, file)),
        }
    }
}

/// Milliseconds since 1970.
pub(super) fn wall_ms() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    })
}
