//! The client program: where it is, and whether it is recent enough to be trusted with a write.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::OnceCell;

use super::process::{ask, in_path, is_executable};
use crate::store::error::{Kind, Store, StoreError};

/// The program's name on `PATH`.
pub(super) const NAME: &str = "0g-storage-client";

/// Only releases that handle empty values and single nodes rightly have it (v1.3.0 and newer).
const MARK: &str = "--encryption-key";

const PATIENCE: Duration = Duration::from_secs(10);

/// The client as it is configured.
pub(super) struct Program {
    named: Option<PathBuf>,
    proven: OnceCell<PathBuf>,
}

impl Program {
    /// The program at this path, or the one on `PATH`.
    pub(super) fn new(named: Option<PathBuf>) -> Self {
        Self {
            named,
            proven: OnceCell::new(),
        }
    }

    /// For people.
    pub(super) fn name(&self) -> String {
        match &self.named {
            Some(path) => path.display().to_string(),
            None => NAME.to_owned(),
        }
    }

    /// Where it is.
    pub(super) fn find(&self) -> Result<PathBuf, StoreError> {
        let missing = |message: String| {
            StoreError::new(Store::Values, Kind::NotFound, message).hint(
                "install it (go install github.com/0gfoundation/0g-storage-client@v1.4.1-testnet), \
                 or name it with writer.client (--client)",
            )
        };
        let Some(path) = &self.named else {
            return in_path(NAME).ok_or_else(|| missing(format!("there is no {NAME} on PATH")));
        };
        if is_executable(path) {
            return std::path::absolute(path).map_err(|_error| missing(not_there(path)));
        }
        if path.is_dir() {
            return Err(missing(format!(
                "{} is a folder, not a program",
                path.display()
            )));
        }
        if path.exists() {
            let message = format!("{} may not be executed", path.display());
            return Err(StoreError::new(Store::Values, Kind::Refused, message)
                .hint("make it executable (chmod +x), or name another with writer.client"));
        }
        Err(missing(not_there(path)))
    }

    /// Where it is, once it has shown that it is recent enough; asked for once.
    pub(super) async fn proven(&self) -> Result<&Path, StoreError> {
        let prove = || async {
            let path = self.find()?;
            prove(&path).await?;
            Ok(path)
        };
        let path = self.proven.get_or_try_init(prove).await?;
        if !is_executable(path) {
            // it was there before
            self.find()?;
        }
        Ok(path)
    }
}

fn not_there(path: &Path) -> String {
    format!("there is no program {}", path.display())
}

async fn prove(path: &Path) -> Result<(), StoreError> {
    let shown = path.display();
    let arguments = ["kv-write", "--help"].into_iter().map(OsStr::new);
    let output = ask(path, arguments, PATIENCE).await.map_err(|error| {
        let message = format!("{shown} cannot be asked for its help: {}", error.kind());
        StoreError::new(Store::Values, Kind::Refused, message)
            .hint("check that it is 0g-storage-client for this machine")
    })?;
    let help = String::from_utf8_lossy(&output.stdout);
    if help.contains(MARK) {
        return Ok(());
    }
    let message = if help.contains("--stream-values") {
        format!("{shown} is too old: it has no {MARK}")
    } else {
        format!("{shown} is not 0g-storage-client: it has no command kv-write")
    };
    Err(StoreError::new(Store::Values, Kind::Unsupported, message)
        .hint("install 0g-storage-client v1.3.0 or newer"))
}
