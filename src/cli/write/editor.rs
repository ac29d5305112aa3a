//! The file that an editor works on, and the text that comes back.

use std::env;
use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::cli::exit::{Exit, Fault};
use crate::domain::Key;

/// What the lines that tell a fault at the top of the file begin with.
const HEAD: &str = "// dualscope: ";

/// A private file for an editor, gone with the value.
pub(super) struct Sheet {
    folder: TempDir,
    pub(super) file: PathBuf,
}

impl Sheet {
    /// An empty one, with a name that tells the document and that editors know as JSON.
    pub(super) fn new(state: &Path, key: &Key) -> Result<Self, Fault> {
        let made = || -> io::Result<Self> {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(state)?;
            let folder = tempfile::Builder::new()
                .prefix("editing-")
                .permissions(Permissions::from_mode(0o700))
                .tempdir_in(state)?;
            let plain = |sign: char| {
                if sign.is_ascii_alphanumeric() {
                    sign
                } else {
                    '-'
                }
            };
            let name: String = key.to_string().chars().take(80).map(plain).collect();
            let file = folder.path().join(format!("{name}.json"));
            Ok(Self { folder, file })
        };
        made().map_err(|error| unwritten(&error))
    }

    /// Puts a text into the file, below the fault that it had.
    pub(super) fn fill(&self, text: &str, fault: Option<&str>) -> Result<(), Fault> {
        let written = || -> io::Result<()> {
            let mut file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&self.file)?;
            for line in fault.into_iter().flat_map(str::lines) {
                writeln!(file, "{HEAD}{line}")?;
            }
            file.write_all(text.as_bytes())?;
            if text.ends_with('\n') {
                return Ok(());
            }
            file.write_all(b"\n")
        };
        written().map_err(|error| unwritten(&error))
    }

    /// What the file holds now, without the lines that told a fault; `None` when it is gone.
    pub(super) fn bytes(&self) -> Option<Vec<u8>> {
        let bytes = fs::read(&self.file).ok()?;
        let mut rest = bytes.as_slice();
        while rest.starts_with(HEAD.as_bytes()) {
            let end = rest.iter().position(|byte| *byte == b'\n');
            rest = end.and_then(|end| rest.get(end + 1..)).unwrap_or_default();
        }
        Some(rest.to_vec())
    }

    /// Leaves the file where it is, for an editor that still has it.
    pub(super) fn keep(self) {
        let _ = self.folder.keep();
    }
}

fn unwritten(error: &io::Error) -> Fault {
    let message = format!("the file for the editor can't be written: {}", error.kind());
    Fault::new(Exit::Usage, "folder", message).hint("nothing was written")
}

/// The editor of the person, perhaps with arguments.
pub(super) fn command() -> String {
    let set = |name: &str| env::var(name).ok().filter(|value| !value.trim().is_empty());
    set("VISUAL")
        .or_else(|| set("EDITOR"))
        .unwrap_or_else(|| "vi".to_owned())
}
