//! The one table of settings: names, kinds, and the other names under which a setting is known.
//!
//! Defaults and help texts are not here but in `assets/config.toml`; a test holds the two together.

use std::time::Duration;

use super::settings::{Codec, ColorMode, EncryptionMode, KvKind, LogLevel};

/// What a setting's value may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Any text that is not empty.
    Text,
    /// Text that is never shown: as it is, with `${NAME}`, or `!command`.
    Secret,
    /// An `http://` or `https://` address.
    Url,
    /// A list of such addresses.
    Urls,
    /// A file or folder; `~/` is the home folder.
    Path,
    /// A number with a unit of time, between two ends.
    Duration(Duration, Duration),
    /// Bytes, as a number or with `KiB`, `MiB`, `GiB`, between two ends.
    Size(u64, u64),
    /// A whole number between two ends.
    Integer(u64, u64),
    /// `true` or `false`.
    Bool,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A 0G stream id: 64 hex digits.
    Stream,
    /// A table of lists of field paths, one per collection.
    Columns,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// `section.key`, or `profile`, the only one outside a section.
    pub name: &'static str,
    /// What its value may be.
    pub kind: Kind,
    /// Short environment names, besides `DUALSCOPE_<SECTION>__<KEY>`.
    pub environment: &'static [&'static str],
    /// The flag that sets it, if there is one.
    pub flag: Option<&'static str>,
    /// The service's variables that decide it.
    pub service: &'static [&'static str],
}

const SECOND: Duration = Duration::from_secs(1);
const TENTH: Duration = Duration::from_millis(100);
const HOUR: Duration = Duration::from_secs(3600);
const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);
const DAY: Duration = Duration::from_secs(24 * 3600);
const TEN_YEARS: Duration = Duration::from_secs(3652 * 24 * 3600);
const MIB: u64 = 1 << 20;

/// A setting without other names than its own.
const fn plain(name: &'static str, kind: Kind) -> Setting {
    known_as(name, kind, &[], None, &[])
}

const fn known_as(
    name: &'static str,
    kind: Kind,
    environment: &'static [&'static str],
    flag: Option<&'static str>,
    service: &'static [&'static str],
) -> Setting {
    Setting {
        name,
        kind,
        environment,
        flag,
        service,
    }
}

/// Every setting, in the order of `assets/config.toml`.
pub const SETTINGS: &[Setting] = &[
    known_as(
        "profile",
        Kind::Text,
        &["DUALSCOPE_PROFILE"],
        Some("--profile"),
        &[],
    ),
    known_as(
        "mongo.uri",
        Kind::Secret,
        &["DUALSCOPE_MONGO_URI"],
        Some("--mongo-uri"),
        &[
            "MONGODB_URI",
            "MONGODB_HOST",
            "MONGODB_PORT",
            "MONGODB_USERNAME",
            "MONGODB_PASSWORD",
        ],
    ),
    known_as(
        "mongo.database",
        Kind::Text,
        &["DUALSCOPE_DATABASE"],
        Some("--database"),
        &[
            "MONGODB_DATABASE",
            "TENANT_NON_TENANT_MODE",
            "TENANT_SINGLE_TENANT_ID",
        ],
    ),
    plain("mongo.timeout", Kind::Duration(TENTH, HOUR)),
    known_as(
        "kv.kind",
        Kind::Choice(KvKind::NAMES),
        &[],
        None,
        &["KV_STORAGE_TYPE"],
    ),
    known_as(
        "kv.node",
        Kind::Url,
        &["DUALSCOPE_KV_NODE"],
        Some("--kv-node"),
        &["ZEROG_READ_NODE", "ZEROG_KV_URL"],
    ),
    known_as(
        "kv.stream",
        Kind::Stream,
        &["DUALSCOPE_STREAM"],
        Some("--stream"),
        &["ZEROG_STREAM_ID"],
    ),
    plain("kv.timeout", Kind::Duration(TENTH, HOUR)),
    known_as(
        "kv.codec",
        Kind::Choice(Codec::NAMES),
        &[],
        None,
        &["ZEROG_NODES", "ZEROG_INDEXER_URL"],
    ),
    plain("kv.grace", Kind::Duration(Duration::ZERO, WEEK)),
    plain("kv.batch", Kind::Integer(1, 100)),
    known_as("writer.client", Kind::Path, &[], Some("--client"), &[]),
    known_as(
        "writer.evm_rpc",
        Kind::Url,
        &[],
        Some("--evm-rpc"),
        &["ZEROG_RPC_URL"],
    ),
    known_as(
        "writer.storage_nodes",
        Kind::Urls,
        &[],
        Some("--storage-node"),
        &["ZEROG_NODES"],
    ),
    known_as(
        "writer.indexer",
        Kind::Url,
        &[],
        Some("--indexer"),
        &["ZEROG_INDEXER_URL"],
    ),
    known_as(
        "writer.wallet_key",
        Kind::Secret,
        &["ZEROG_WALLET_KEY"],
        None,
        &["ZEROG_WALLET_KEY"],
    ),
    known_as(
        "writer.encryption",
        Kind::Choice(EncryptionMode::NAMES),
        &[],
        None,
        &["ZEROG_ENCRYPTION_KEY", "ZEROG_NODES"],
    ),
    known_as(
        "writer.encryption_key",
        Kind::Secret,
        &[],
        None,
        &["ZEROG_ENCRYPTION_KEY"],
    ),
    known_as(
        "writer.timeout",
        Kind::Duration(SECOND.saturating_mul(10), HOUR),
        &[],
        None,
        &["ZEROG_TIMEOUT"],
    ),
    known_as(
        "writer.patience",
        Kind::Duration(SECOND, HOUR),
        &[],
        Some("--patience"),
        &[],
    ),
    plain("browse.page_size", Kind::Integer(1, 1000)),
    plain(
        "browse.preview_delay",
        Kind::Duration(Duration::ZERO, SECOND.saturating_mul(10)),
    ),
    plain("browse.window", Kind::Integer(100, 100_000)),
    plain("browse.cache", Kind::Size(MIB, 16 * 1024 * MIB)),
    plain("browse.columns", Kind::Columns),
    plain("ui.theme", Kind::Text),
    plain("ui.color", Kind::Choice(ColorMode::NAMES)),
    plain("ui.mouse", Kind::Bool),
    plain("ui.ascii", Kind::Bool),
    plain("ui.keys", Kind::Path),
    known_as(
        "log.level",
        Kind::Choice(LogLevel::NAMES),
        &["DUALSCOPE_LOG"],
        None,
        &[],
    ),
    plain("log.dir", Kind::Path),
    plain("journal.retention", Kind::Duration(DAY, TEN_YEARS)),
    plain("journal.keep_values", Kind::Bool),
    known_as(
        "session.read_only",
        Kind::Bool,
        &[],
        Some("--read-only"),
        &[],
    ),
    plain("session.protected", Kind::Bool),
    known_as(
        "service.dir",
        Kind::Path,
        &["DUALSCOPE_SERVICE_DIR"],
        Some("--service-dir"),
        &[],
    ),
    plain("service.detect", Kind::Bool),
];

/// Environment variables that are no settings: they say where files are.
pub const PLACES: &[&str] = &["DUALSCOPE_CONFIG", "DUALSCOPE_STATE"];

/// Variables that start so belong to the tests and are left alone.
pub const TEST_PREFIX: &str = "DUALSCOPE_TEST_";

impl Setting {
    /// The section, empty for `profile`.
    #[must_use]
    pub fn section(&self) -> &'static str {
        self.name.split_once('.').map_or("", |(section, _)| section)
    }

    /// The key inside the section.
    #[must_use]
    pub fn key(&self) -> &'static str {
        self.name.split_once('.').map_or(self.name, |(_, key)| key)
    }

    /// `DUALSCOPE_<SECTION>__<KEY>`; `profile` has only its short name.
    #[must_use]
    pub fn long_environment(&self) -> Option<String> {
        let (section, key) = self.name.split_once('.')?;
        Some(format!("DUALSCOPE_{section}__{key}").to_uppercase())
    }

    /// The comment above the setting in `assets/config.toml`, as lines without `#`.
    #[must_use]
    pub fn help(&self) -> Vec<&'static str> {
        self.documentation().0
    }

    /// The line that sets it in `assets/config.toml`: its default, or an example.
    #[must_use]
    pub fn example(&self) -> &'static str {
        self.documentation().1
    }

    fn documentation(&self) -> (Vec<&'static str>, &'static str) {
        let mut section = "";
        let mut comment = Vec::new();
        for line in super::DEFAULTS.lines() {
            let live = line.strip_prefix('#').unwrap_or(line);
            if let Some(text) = line.strip_prefix("# ") {
                comment.push(text);
            } else if let Some(name) = live.strip_prefix('[') {
                section = name.trim_end_matches(']');
            } else if let Some((key, _)) = live.split_once(" =") {
                let inside = section == self.section() && key == self.key();
                if inside || section == self.name {
                    return (comment, live);
                }
                comment.clear();
            } else if line.is_empty() {
                comment.clear();
            }
        }
        (Vec::new(), "")
    }
}

/// The setting of that name; a name below `browse.columns.` is one of them.
#[must_use]
pub fn find(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| {
        setting.name == name
            || setting.kind == Kind::Columns
                && name
                    .strip_prefix(setting.name)
                    .and_then(|rest| rest.strip_prefix('.'))
                    .is_some_and(|collection| !collection.is_empty())
    })
}

/// Every section name, once.
pub fn sections() -> impl Iterator<Item = &'static str> {
    let mut last = "";
    SETTINGS
        .iter()
        .map(Setting::section)
        .filter(move |section| std::mem::replace(&mut last, section) != *section)
}

/// The name most like `word`, if any is like it at all.
pub fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    names
        .into_iter()
        .filter(|name| is_like(word, name))
        .map(|name| (strsim::jaro_winkler(word, name), name))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// A typing error apart, or one the beginning of the other.
fn is_like(word: &str, name: &str) -> bool {
    let (shorter, longer) = if word.len() < name.len() {
        (word, name)
    } else {
        (name, word)
    };
    let typing = strsim::damerau_levenshtein(word, name) * 2 <= longer.chars().count();
    typing || shorter.len() > 2 && longer.starts_with(shorter)
}

/// The setting that somebody who wrote `section.key` most likely meant; no section is `""`.
#[must_use]
pub fn nearest_setting(section: &str, key: &str) -> Option<&'static Setting> {
    let near = |settings: &mut dyn Iterator<Item = &'static Setting>| {
        let all: Vec<_> = settings.filter(|s| !s.section().is_empty()).collect();
        let key = nearest(key, all.iter().map(|s| s.key()));
        all.into_iter().find(|s| Some(s.key()) == key)
    };
    let same_key = SETTINGS
        .iter()
        .find(|s| s.key() == key && !s.section().is_empty());
    near(&mut SETTINGS.iter().filter(|s| s.section() == section))
        .or(same_key)
        .or_else(|| near(&mut SETTINGS.iter()))
}
