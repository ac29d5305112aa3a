//! Configuration: every setting, where it came from, and what is wrong with it.
//!
//! Weakest first: the compiled-in defaults, `config.toml`, the profile chosen from it, the
//! service's own files, the environment, flags. All input (environment, folders) comes in as
//! arguments; nothing here prints, knows a store or changes a file except [`init`].

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

mod dotenv;
pub mod editor;
mod environment;
mod fault;
mod file;
pub mod later;
mod layers;
mod loader;
pub mod logging;
mod mask;
mod origin;
mod paths;
mod secrets;
mod service;
mod settings;
pub mod table;
mod value;

pub use fault::{Fault, Problem};
pub use later::{Keys, Later};
pub use mask::mask;
pub use origin::{Origin, Shown};
pub use paths::{COLUMNS, FILTERS, Paths, init};
pub use settings::{
    Browse, Codec, ColorMode, EncryptionMode, Journal, Kv, KvKind, Log, LogLevel, Mongo, Session,
    Settings, Ui, Writer,
};
pub(crate) use table::nearest;
pub(crate) use value::time as duration;
pub use value::{StreamId, StreamIdFault};

use loader::{Loader, Need};

/// Every setting with its default and a comment, as text.
pub const DEFAULTS: &str = include_str!("../assets/config.toml");

/// What the flags say; plain data, filled by the command line.
#[derive(Clone, Default)]
pub struct Overrides {
    /// `--mongo-uri`
    pub mongo_uri: Option<String>,
    /// `--database`
    pub database: Option<String>,
    /// `--kv-node`
    pub kv_node: Option<String>,
    /// `--stream`
    pub stream: Option<String>,
    /// `--client`
    pub client: Option<PathBuf>,
    /// `--evm-rpc`
    pub evm_rpc: Option<String>,
    /// `--storage-node`, each time it was given
    pub storage_nodes: Vec<String>,
    /// `--indexer`
    pub indexer: Option<String>,
    /// `--patience`
    pub patience: Option<String>,
    /// `--profile`
    pub profile: Option<String>,
    /// `--service-dir`
    pub service_dir: Option<PathBuf>,
    /// `--config`
    pub config: Option<PathBuf>,
    /// `--read-only`
    pub read_only: bool,
}

impl fmt::Debug for Overrides {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Overrides")
            .field("mongo_uri", &self.mongo_uri.as_deref().map(mask::mask))
            .field("database", &self.database)
            .field("kv_node", &self.kv_node.as_deref().map(mask::mask))
            .field("stream", &self.stream)
            .field("client", &self.client)
            .field("evm_rpc", &self.evm_rpc.as_deref().map(mask::mask))
            .field("storage_nodes", &self.storage_nodes.len())
            .field("indexer", &self.indexer.as_deref().map(mask::mask))
            .field("patience", &self.patience)
            .field("profile", &self.profile)
            .field("service_dir", &self.service_dir)
            .field("config", &self.config)
            .field("read_only", &self.read_only)
            .finish()
    }
}

/// The process around us, as values, so that a test can make up another.
#[derive(Clone, Default)]
pub struct Surroundings {
    /// Environment variables.
    pub env: BTreeMap<String, String>,
    /// The working directory.
    pub cwd: PathBuf,
    /// The home folder.
    pub home: PathBuf,
    /// Hears the name of a setting whose command is waited for and takes its time.
    pub slow: Option<fn(&str)>,
}

impl fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Of the environment only the names: values may be secrets of any program.
        f.debug_struct("Surroundings")
            .field("env", &self.env.keys())
            .field("cwd", &self.cwd)
            .field("home", &self.home)
            .finish_non_exhaustive()
    }
}

impl Surroundings {
    /// Those of this process. A variable that is not UTF-8 is taken with replacement characters;
    /// without a home folder paths start at the root.
    #[must_use]
    pub fn of_process() -> Self {
        let text = |os: std::ffi::OsString| os.to_string_lossy().into_owned();
        Self {
            env: std::env::vars_os()
                .map(|(name, value)| (text(name), text(value)))
                .collect(),
            cwd: std::env::current_dir().unwrap_or_default(),
            home: directories::BaseDirs::new()
                .map_or_else(|| PathBuf::from("/"), |dirs| dirs.home_dir().to_owned()),
            slow: None,
        }
    }
}

/// The outcome of [`load`].
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Typed values for the program.
    pub settings: Settings,
    /// Every setting for `config show`, secrets masked.
    pub shown: Vec<Shown>,
    /// What a person should know though nothing is wrong.
    pub notes: Vec<String>,
    /// Where files are.
    pub paths: Paths,
    /// Keys of the writer that are still to be fetched; see [`load_beside`].
    pub later: Later,
}

/// Reads all layers for a session that may write. A secret's command runs here, up to a minute, so call this before anything
/// that must not wait.
///
/// # Errors
///
/// Everything that is wrong, in one fault: a file that cannot be read, unknown names, values that
/// do not fit, a secret that cannot be had, a service folder that is none. A key of the writer that
/// cannot be had is none of it: the session reads, and [`Writer::unfit`] says why it only does so.
pub fn load(over: &Overrides, around: &Surroundings) -> Result<Loaded, Fault> {
    Loader::new(over, around, Need::Writing).load(over)
}

/// The same for a session that is seen at once: a command that prints a key of the writer is not
/// run but left in [`Loaded::later`].
///
/// # Errors
///
/// As [`load`].
pub fn load_beside(over: &Overrides, around: &Surroundings) -> Result<Loaded, Fault> {
    Loader::new(over, around, Need::Beside).load(over)
}

/// The same for what only reads: the keys of the writer are neither fetched nor looked at.
///
/// # Errors
///
/// As [`load`].
pub fn load_to_read(over: &Overrides, around: &Surroundings) -> Result<Loaded, Fault> {
    Loader::new(over, around, Need::Reading).load(over)
}

/// The same for a session that talks to no store of the configuration, such as the demo: the
/// service's files are not read, no secret is fetched, and `mongo.uri` is not set.
///
/// # Errors
///
/// As [`load`], without what concerns secrets and the service's folder.
pub fn load_without_stores(over: &Overrides, around: &Surroundings) -> Result<Loaded, Fault> {
    Loader::new(over, around, Need::Nothing).load(over)
}

/// Where files are, as the layers say it; no secret is fetched.
///
/// # Errors
///
/// As [`load`], without what concerns secrets.
pub fn paths(over: &Overrides, around: &Surroundings) -> Result<Paths, Fault> {
    Loader::new(over, around, Need::Reading).paths(over)
}
