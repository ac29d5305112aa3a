//! Where files are: one place for every path that dualscope reads or writes.
//!
//! XDG folders on every system, so that a person finds the same path on Linux and macOS.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::fault::{Fault, Problem};
use super::origin::short;
use super::{DEFAULTS, Overrides, Surroundings};

/// The file in the state folder that remembers columns.
pub const COLUMNS: &str = "columns.json";
/// The file in the state folder that remembers filter lines.
pub const FILTERS: &str = "filters.json";

/// Every file and folder that dualscope uses.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Paths {
    /// `config.toml`, whether it exists or not.
    pub config_file: PathBuf,
    /// The folder of `config.toml`.
    pub config_dir: PathBuf,
    /// Log, journal, drafts.
    pub state_dir: PathBuf,
    /// Columns chosen on the screen, whether it exists or not.
    pub columns_file: PathBuf,
    /// Filter lines used on the screen, whether it exists or not.
    pub filters_file: PathBuf,
    /// What writes left to be finished or undone.
    pub journal_dir: PathBuf,
    /// Texts that were typed and not written.
    pub drafts_dir: PathBuf,
    /// The locks of the wallets: one for all sessions of a person, whatever state folder they use.
    pub wallets_dir: PathBuf,
    /// The log files.
    pub log_dir: PathBuf,
    /// May be deleted at any time.
    pub cache_dir: PathBuf,
    /// Key map of the person, whether it exists or not.
    pub keys_file: PathBuf,
    /// Themes of the person.
    pub themes_dir: PathBuf,
    /// The service's files that were read.
    pub service_files: Vec<PathBuf>,
    /// Whether `--config` or `DUALSCOPE_CONFIG` named the file.
    pub(crate) config_named: Option<&'static str>,
    /// What `~` stands for.
    pub(crate) home: PathBuf,
}

impl Paths {
    /// The paths before any file is read: `log_dir` and `keys_file` are the usual ones.
    #[must_use]
    pub fn find(over: &Overrides, around: &Surroundings) -> Self {
        let set = |name: &str| around.env.get(name).filter(|value| !value.is_empty());
        // The XDG specification wants a relative path to be ignored.
        let xdg = |name: &str, usual: &str| {
            set(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
                .unwrap_or_else(|| around.home.join(usual))
                .join("dualscope")
        };
        let from_env = set("DUALSCOPE_CONFIG").map(PathBuf::from);
        let config_named = match (&over.config, &from_env) {
            (Some(_), _) => Some("--config"),
            (None, Some(_)) => Some("DUALSCOPE_CONFIG"),
            (None, None) => None,
        };
        let config_file = match over.config.clone().or(from_env) {
            Some(path) => around.cwd.join(path),
            None => xdg("XDG_CONFIG_HOME", ".config").join("config.toml"),
        };
        let config_dir = config_file.parent().unwrap_or(&around.cwd).to_owned();
        let usual = xdg("XDG_STATE_HOME", ".local/state");
        let wallets_dir = usual.join("wallets");
        let state_dir = set("DUALSCOPE_STATE").map_or(usual, |path| around.cwd.join(path));
        Self {
            columns_file: state_dir.join(COLUMNS),
            filters_file: state_dir.join(FILTERS),
            journal_dir: state_dir.join("journal"),
            drafts_dir: state_dir.join("drafts"),
            log_dir: state_dir.join("log"),
            wallets_dir,
            cache_dir: xdg("XDG_CACHE_HOME", ".cache"),
            keys_file: config_dir.join("keys.toml"),
            themes_dir: config_dir.join("themes"),
            service_files: Vec::new(),
            home: around.home.clone(),
            config_file,
            config_dir,
            state_dir,
            config_named,
        }
    }

    /// A path as people read it: the home folder is `~`.
    #[must_use]
    pub fn shown(&self, path: &Path) -> String {
        super::origin::short(path, &self.home)
    }

    /// Name, path and whether something is there, in the order in which `paths` prints them.
    #[must_use]
    pub fn list(&self) -> Vec<(&'static str, &Path, bool)> {
        let own = [
            ("config", &self.config_file),
            ("keys", &self.keys_file),
            ("themes", &self.themes_dir),
            ("state", &self.state_dir),
            ("columns", &self.columns_file),
            ("filters", &self.filters_file),
            ("journal", &self.journal_dir),
            ("drafts", &self.drafts_dir),
            ("log", &self.log_dir),
            ("cache", &self.cache_dir),
        ];
        let service = self.service_files.iter().map(|path| ("service", path));
        own.into_iter()
            .chain(service)
            .map(|(name, path)| (name, path.as_path(), path.exists()))
            .collect()
    }

    /// The text of the configuration file; nothing when it is the usual one and not there.
    pub(crate) fn read_config(&self) -> Result<Option<String>, Problem> {
        let place = short(&self.config_file, &self.home);
        let error = match fs::read(&self.config_file) {
            Ok(bytes) => {
                return String::from_utf8(bytes).map(Some).map_err(|error| {
                    let valid = error.utf8_error().valid_up_to();
                    let before = error.as_bytes().get(..valid).unwrap_or_default();
                    let line = before.split(|byte| *byte == b'\n').count();
                    let place = format!("{place}:{line}");
                    Problem::new(place, "this line is not UTF-8", "Save the file as UTF-8")
                });
            }
            Err(error) => error,
        };
        match (error.kind(), self.config_named) {
            (io::ErrorKind::NotFound, None) => Ok(None),
            (io::ErrorKind::NotFound, Some(by)) => Err(Problem::new(
                place,
                format!("there is no such file, though {by} names it"),
                "Correct the name, or let `dualscope config init` write the file",
            )),
            (io::ErrorKind::IsADirectory, _) => Err(Problem::new(
                place,
                "this is a folder",
                "Name the file itself, for example config.toml in this folder",
            )),
            (kind, _) => Err(Problem::new(
                place,
                format!("the file cannot be read: {kind}"),
                "Make it a file that you may read, or name another one with --config",
            )),
        }
    }
}

/// Writes the commented configuration file: mode 0600, parent folders 0700 where they are new.
///
/// # Errors
///
/// When the file exists and `force` is not given, or when it cannot be written. An existing file is
/// replaced as a whole or not at all.
pub fn init(paths: &Paths, force: bool) -> Result<PathBuf, Fault> {
    let file = &paths.config_file;
    let place = short(file, &paths.home);
    let failed = |error: &io::Error| {
        let what = format!("the file cannot be written: {}", error.kind());
        Problem::new(
            place.clone(),
            what,
            "Make the folder writable, or name another with --config",
        )
    };
    if file.is_dir() {
        let next = "Name the file itself, for example config.toml in this folder";
        return Err(Problem::new(place, "this is a folder", next).into());
    }
    // A link, as people keep them for their settings, stays a link.
    let file = &fs::canonicalize(file).unwrap_or_else(|_| file.clone());
    let dir = file.parent().unwrap_or(&paths.config_dir);
    private_dir(dir).map_err(|error| failed(&error))?;
    let mut fresh = tempfile::Builder::new()
        .prefix(".config.toml.")
        .tempfile_in(dir)
        .map_err(|error| failed(&error))?;
    fresh
        .write_all(commented().as_bytes())
        .and_then(|()| fresh.as_file().sync_all())
        .map_err(|error| failed(&error))?;
    let kept = if force {
        fresh.persist(file)
    } else {
        fresh.persist_noclobber(file)
    };
    match kept {
        Ok(_) => Ok(paths.config_file.clone()),
        Err(error) if !force && error.error.kind() == io::ErrorKind::AlreadyExists => {
            let what = "the file is already there";
            let next = "Nothing was changed: edit it, see what it sets with `dualscope config show`, write another \
                 with --config FILE, or let --force replace it by a new one";
            Err(Problem::new(place, what, next).into())
        }
        Err(error) => Err(failed(&error.error).into()),
    }
}

/// The defaults as a person's file starts: every setting a comment, so that a later version's
/// defaults stay in force until a line is uncommented.
fn commented() -> String {
    let mut out = String::with_capacity(DEFAULTS.len() + 64);
    for line in DEFAULTS.lines() {
        let live = !line.is_empty() && !line.starts_with(['#', '[']);
        out.push_str(if live { "#" } else { "" });
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// Creates a folder and its missing parents, all of them for this person only.
pub(crate) fn private_dir(dir: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(dir)
}

/// Whether others than the owner may read the file.
pub(crate) fn open_to_others(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o044 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}
