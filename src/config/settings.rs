//! The settings as typed values: what the rest of the program reads.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use super::fault::Problem;
use super::layers::Layered;
use super::mask::mask;
use super::paths::Paths;
use super::value::{StreamId, Value};

macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$meaning:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum $name { $($(#[$meaning])* $variant,)+ }

        impl $name {
            /// The words of the configuration file, in the order of the variants.
            pub const NAMES: &'static [&'static str] = &[$($word),+];

            /// The word of the configuration file.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// The variant of that word.
            #[must_use]
            pub fn of(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

choice! {
    /// Where the full values are.
    KvKind {
        /// A 0G KV node.
        Zerog = "zerog",
        /// A Redis database; this version cannot read it.
        Redis = "redis",
        /// The service's own memory, which nobody else can read.
        InMemory = "inmemory",
        /// No value store: MongoDB only.
        None = "none",
    }
}

choice! {
    /// How the service writes and expects the bytes of a value.
    Codec {
        /// Either; looked at per value.
        Auto = "auto",
        /// Base64 of compact JSON (January 2026).
        Base64 = "base64",
        /// JSON text.
        Plain = "plain",
    }
}

choice! {
    /// How the batches of the stream are encrypted.
    EncryptionMode {
        /// Not at all.
        None = "none",
        /// With the stream's key.
        StreamKey = "stream-key",
        /// Nobody has said, so nothing is written.
        Unknown = "unknown",
    }
}

choice! {
    /// When to use colour.
    ColorMode {
        /// When the terminal has it and nobody asked for none.
        Auto = "auto",
        /// Also when the output is no terminal.
        Always = "always",
        /// Never: bold, reverse and marks only.
        Never = "never",
    }
}

choice! {
    /// What goes to the log file.
    LogLevel {
        /// No file at all.
        Off = "off",
        /// What failed.
        Error = "error",
        /// And what looks wrong.
        Warn = "warn",
        /// And what was done.
        Info = "info",
        /// And how.
        Debug = "debug",
        /// Everything.
        Trace = "trace",
    }
}

/// Every setting, checked.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The profile chosen, shown in the header.
    pub profile: Option<String>,
    /// The MongoDB side.
    pub mongo: Mongo,
    /// The value side.
    pub kv: Kv,
    /// How values are written.
    pub writer: Writer,
    /// Lists and previews.
    pub browse: Browse,
    /// The screen.
    pub ui: Ui,
    /// The log file.
    pub log: Log,
    /// What a write leaves on this machine.
    pub journal: Journal,
    /// What this session may do.
    pub session: Session,
}

/// `[mongo]`
#[derive(Clone, Debug)]
pub struct Mongo {
    /// The connection string, if any layer names one.
    pub uri: Option<SecretString>,
    /// The database of the lite documents.
    pub database: String,
    /// Deadline of one read, on the server and here.
    pub timeout: Duration,
}

/// `[kv]`
#[derive(Clone)]
pub struct Kv {
    /// Which store holds the values.
    pub kind: KvKind,
    /// The node's address; it may carry a password, so `Debug` masks it.
    pub node: Option<String>,
    /// The stream.
    pub stream: Option<StreamId>,
    /// Deadline of one request.
    pub timeout: Duration,
    /// What the service expects in the stream.
    pub codec: Codec,
    /// How long a missing value counts as pending.
    pub grace: Duration,
    /// Keys in one request.
    pub batch: usize,
}

impl fmt::Debug for Kv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kv")
            .field("kind", &self.kind)
            .field("node", &self.node.as_deref().map(mask))
            .field("stream", &self.stream)
            .field("timeout", &self.timeout)
            .field("codec", &self.codec)
            .field("grace", &self.grace)
            .field("batch", &self.batch)
            .finish()
    }
}

/// `[writer]`
#[derive(Clone)]
pub struct Writer {
    /// The storage client; `None` is the one on `PATH`.
    pub client: Option<PathBuf>,
    /// The EVM node; addresses may carry a password, so `Debug` masks them.
    pub evm_rpc: Option<String>,
    /// Storage nodes.
    pub storage_nodes: Vec<String>,
    /// An indexer.
    pub indexer: Option<String>,
    /// The key that signs and pays; never there in a session that only reads.
    pub wallet_key: Option<SecretString>,
    /// The stream's encryption.
    pub encryption: EncryptionMode,
    /// The key of [`EncryptionMode::StreamKey`]; never there in a session that only reads.
    pub encryption_key: Option<SecretString>,
    /// The client's own limit for one write.
    pub timeout: Duration,
    /// How long a submitted value is awaited.
    pub patience: Duration,
    /// Why a key that is named is not there, if that was found out.
    pub unfit: Option<String>,
}

impl Writer {
    fn build(values: &Layered) -> Result<Self, Problem> {
        let text = |name: &str| values.text(name).map(str::to_owned);
        Ok(Self {
            client: values.path("writer.client").map(PathBuf::from),
            evm_rpc: text("writer.evm_rpc"),
            storage_nodes: values
                .list("writer.storage_nodes")
                .unwrap_or_default()
                .to_vec(),
            indexer: text("writer.indexer"),
            wallet_key: values.secret("writer.wallet_key"),
            encryption: need(values, "writer.encryption", |v, n| {
                EncryptionMode::of(v.text(n)?)
            })?,
            encryption_key: values.secret("writer.encryption_key"),
            timeout: need(values, "writer.timeout", Layered::duration)?,
            patience: need(values, "writer.patience", Layered::duration)?,
            unfit: None,
        })
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nodes: Vec<String> = self.storage_nodes.iter().map(|node| mask(node)).collect();
        f.debug_struct("Writer")
            .field("client", &self.client)
            .field("evm_rpc", &self.evm_rpc.as_deref().map(mask))
            .field("storage_nodes", &nodes)
            .field("indexer", &self.indexer.as_deref().map(mask))
            .field("wallet_key", &self.wallet_key)
            .field("encryption", &self.encryption)
            .field("encryption_key", &self.encryption_key)
            .field("timeout", &self.timeout)
            .field("patience", &self.patience)
            .field("unfit", &self.unfit)
            .finish()
    }
}

/// `[browse]`
#[derive(Clone, Debug)]
pub struct Browse {
    /// Documents fetched at once.
    pub page_size: usize,
    /// How long the selection must rest before its value is fetched.
    pub preview_delay: Duration,
    /// Rows kept in memory.
    pub window: usize,
    /// Bytes of values kept in memory.
    pub cache: u64,
    /// Field paths by collection name.
    pub columns: BTreeMap<String, Vec<String>>,
}

/// `[ui]`
#[derive(Clone, Debug)]
pub struct Ui {
    /// `auto`, `dark`, `light`, `mono`, or the name of a theme file.
    pub theme: String,
    /// When to use colour.
    pub color: ColorMode,
    /// Whether the mouse is captured.
    pub mouse: bool,
    /// ASCII characters only.
    pub ascii: bool,
}

/// `[log]`
#[derive(Clone, Debug)]
pub struct Log {
    /// What goes to the file.
    pub level: LogLevel,
    /// The folder of the files.
    pub dir: PathBuf,
}

/// `[journal]`
#[derive(Clone, Copy, Debug)]
pub struct Journal {
    /// How long the files of writes that are finished stay.
    pub retention: Duration,
    /// Whether the previous values of the value store are written down.
    pub keep_values: bool,
}

/// `[session]`
#[derive(Clone, Copy, Debug)]
pub struct Session {
    /// Refuse every write.
    pub read_only: bool,
    /// Ask for the profile's name to be typed before any change.
    pub protected: bool,
}

impl Settings {
    /// Typed settings from the values that won.
    pub(crate) fn build(values: &Layered, paths: &Paths) -> Result<Self, Problem> {
        Ok(Self {
            profile: values.text("profile").map(str::to_owned),
            mongo: Mongo {
                uri: values.secret("mongo.uri"),
                database: need(values, "mongo.database", Layered::text)?.to_owned(),
                timeout: need(values, "mongo.timeout", Layered::duration)?,
            },
            kv: Kv {
                kind: need(values, "kv.kind", |v, n| KvKind::of(v.text(n)?))?,
                node: values.text("kv.node").map(str::to_owned),
                stream: values.text("kv.stream").and_then(|id| id.parse().ok()),
                timeout: need(values, "kv.timeout", Layered::duration)?,
                codec: need(values, "kv.codec", |v, n| Codec::of(v.text(n)?))?,
                grace: need(values, "kv.grace", Layered::duration)?,
                batch: need(values, "kv.batch", Layered::count)?,
            },
            writer: Writer::build(values)?,
            browse: Browse {
                page_size: need(values, "browse.page_size", Layered::count)?,
                preview_delay: need(values, "browse.preview_delay", Layered::duration)?,
                window: need(values, "browse.window", Layered::count)?,
                cache: need(values, "browse.cache", Layered::number)?,
                columns: values.columns(),
            },
            ui: Ui {
                theme: need(values, "ui.theme", Layered::text)?.to_owned(),
                color: need(values, "ui.color", |v, n| ColorMode::of(v.text(n)?))?,
                mouse: need(values, "ui.mouse", Layered::bool)?,
                ascii: need(values, "ui.ascii", Layered::bool)?,
            },
            log: Log {
                level: need(values, "log.level", |v, n| LogLevel::of(v.text(n)?))?,
                dir: paths.log_dir.clone(),
            },
            journal: Journal {
                retention: need(values, "journal.retention", Layered::duration)?,
                keep_values: need(values, "journal.keep_values", Layered::bool)?,
            },
            session: Session {
                read_only: need(values, "session.read_only", Layered::bool)?,
                protected: need(values, "session.protected", Layered::bool)?,
            },
        })
    }
}

/// A value that the compiled-in defaults always give; a test keeps them complete.
fn need<'a, T>(
    values: &'a Layered,
    name: &str,
    read: impl FnOnce(&'a Layered, &str) -> Option<T>,
) -> Result<T, Problem> {
    read(values, name).ok_or_else(|| {
        Problem::new(
            "defaults",
            format!("`{name}` has no default"),
            "Set it in your configuration and report this fault of dualscope",
        )
    })
}

/// How a value is printed by `config show`: as in the file, secrets masked.
pub(crate) fn shown(value: &Value, size: bool) -> String {
    use secrecy::ExposeSecret as _;
    match value {
        Value::Text(text) if text.contains("://") => mask(text),
        Value::Text(text) => text.clone(),
        Value::Secret(secret) => mask(secret.expose_secret()),
        Value::Path(path) => path.display().to_string(),
        Value::Duration(duration) => super::value::duration_text(*duration),
        Value::Number(number) if size => super::value::size_text(*number),
        Value::Number(number) => number.to_string(),
        Value::Bool(on) => on.to_string(),
        Value::List(items) => {
            let shown = |item: &String| {
                if item.contains("://") {
                    mask(item)
                } else {
                    item.clone()
                }
            };
            items.iter().map(shown).collect::<Vec<_>>().join(", ")
        }
    }
}
