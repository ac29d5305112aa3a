//! The command line as data: every flag and command with its help.

mod given;
mod values;
mod write;
mod writing;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

pub(super) use self::given::given;
use self::writing::Writing;
use super::session::Stores;
use crate::config::{ColorMode, Overrides};
use crate::domain::{Collection, Key, Version};
use values::{collection, key, latency, limit, target, version};
pub(super) use write::{
    Apply, Edit, Given, History, How, Journal, Put, PutBack, Recover, SoftDelete, Trail, Write,
};

const EXAMPLES: &str = "\
Examples:
  dualscope demo                                look around without any server
  dualscope memcells                            open a collection on the configured stores
  dualscope ls memcells --filter 'is:drifted'   list what has drifted
  dualscope get memcells:6979da5797f9041fc0aa063f --view diff
  dualscope put memcells:6979… FILE --dry-run   what a write would do to both stores
  dualscope doctor                              check every step of the way to both stores

`dualscope man` prints the manual with the exit codes.";

/// Browse EverMemOS / 0g-memory dual storage: the lite document in MongoDB beside the full value in
/// a 0G key-value stream, and how the two stand. Every write is planned, shown, written down and
/// read back.
///
/// Without a command it opens the screen, with COLLECTION or KEY (COLLECTION:ID) right there.
#[derive(Parser)]
#[command(name = "dualscope", version, after_help = EXAMPLES, max_term_width = 100)]
#[command(subcommand_negates_reqs = true, subcommand_precedence_over_arg = true)]
pub(super) struct CommandLine {
    /// Open the screen here.
    #[arg(value_name = "COLLECTION | KEY", value_parser = target)]
    pub(super) target: Option<Target>,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) common: Common,
}

/// What to open.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// The list of a collection.
    Collection(Collection),
    /// One document.
    Document(Key),
}

impl Target {
    /// Whether it is a whole collection.
    #[must_use]
    pub fn is_collection(&self) -> bool {
        matches!(self, Self::Collection(_))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Collection(collection) => collection.fmt(f),
            Self::Document(key) => key.fmt(f),
        }
    }
}

// No `Debug`: the connection string may hold a password.
#[derive(Args, Clone)]
#[command(next_help_heading = "Stores and settings")]
pub(super) struct Common {
    /// Connection string of MongoDB; others on this machine can see it in the list of processes, so
    /// prefer `DUALSCOPE_MONGO_URI` or the configuration file for passwords
    #[arg(long, global = true, value_name = "URI")]
    pub(super) mongo_uri: Option<String>,
    /// Database of the lite documents
    #[arg(long, global = true, value_name = "NAME")]
    pub(super) database: Option<String>,
    /// JSON-RPC address of the KV node
    #[arg(long, global = true, value_name = "URL")]
    pub(super) kv_node: Option<String>,
    /// Stream of the full values: 64 hex digits, with or without 0x
    #[arg(long, global = true, value_name = "HEX")]
    pub(super) stream: Option<String>,
    #[command(flatten)]
    pub(super) writing: Writing,
    /// Profile of the configuration file
    #[arg(long, global = true, value_name = "NAME")]
    pub(super) profile: Option<String>,
    /// Folder of the service, whose `.env` and `.0g_secrets` name the stores
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) service_dir: Option<PathBuf>,
    /// Configuration file instead of the usual one
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Refuse every write
    #[arg(long, global = true)]
    pub(super) read_only: bool,
    /// Use the demo's stores instead of configured ones
    #[arg(long, global = true)]
    pub(super) demo: bool,
    /// Let every call to the demo's stores take so long, as `200` (milliseconds) or `2 s`
    #[arg(long, global = true, value_name = "TIME", value_parser = latency)]
    pub(super) latency: Option<Duration>,
    #[command(flatten)]
    pub(super) print: Print,
}

#[derive(Args, Clone, Copy, Debug)]
#[command(next_help_heading = "Output")]
pub(super) struct Print {
    /// Print JSON Lines, and errors as JSON on standard error
    #[arg(long, global = true)]
    pub(super) json: bool,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", value_enum)]
    pub(super) color: Option<Color>,
    /// Say nothing on standard error but errors
    #[arg(long, short, global = true)]
    pub(super) quiet: bool,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Color {
    Auto,
    Always,
    Never,
}

impl From<Color> for ColorMode {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}

impl Common {
    pub(super) fn overrides(&self) -> Overrides {
        Overrides {
            mongo_uri: self.mongo_uri.clone(),
            database: self.database.clone(),
            kv_node: self.kv_node.clone(),
            stream: self.stream.clone(),
            client: self.writing.client.clone(),
            evm_rpc: self.writing.evm_rpc.clone(),
            storage_nodes: self.writing.storage_node.clone(),
            indexer: self.writing.indexer.clone(),
            patience: self.writing.patience.clone(),
            profile: self.profile.clone(),
            service_dir: self.service_dir.clone(),
            config: self.config.clone(),
            read_only: self.read_only,
        }
    }

    /// The latency of the demo's stores, when they are to be used.
    pub(super) fn demo(&self) -> Option<Duration> {
        self.demo.then(|| self.latency.unwrap_or_default())
    }
}

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Open the screen on the demo: healthy and broken documents in memory, no server
    Demo {
        /// Open the screen here
        #[arg(value_name = "COLLECTION | KEY", value_parser = target)]
        target: Option<Target>,
    },
    /// List the collections: name, kind and size
    Collections(Collections),
    /// List documents of a collection
    #[command(visible_alias = "list", after_help = LS_EXAMPLES)]
    Ls(Ls),
    /// Count how many documents stand how, in one collection or in all that are stored twice
    #[command(after_help = CHECK_EXAMPLES)]
    Check(Check),
    /// Print one document
    #[command(after_help = GET_EXAMPLES)]
    Get(Get),
    #[command(flatten)]
    Write(Write),
    #[command(flatten)]
    Trail(Trail),
    /// Check every step of the way to both stores
    #[command(
        after_help = "Ends with 0 when all steps are well (warnings included), 3 when one \
                            failed, 2 when the configuration names no MongoDB: then it tells \
                            what it can of the rest."
    )]
    Doctor,
    /// Show or write the configuration
    Config {
        #[command(subcommand)]
        what: Option<Config>,
    },
    /// List every file and folder that dualscope uses
    Paths,
    /// Print a completion script for a shell
    #[command(after_help = "Example:\n  dualscope completions bash > \
                            ~/.local/share/bash-completion/completions/dualscope")]
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// Print the manual as a man page: `dualscope man | man -l -`
    Man,
}

impl Command {
    /// What it does with the configured stores.
    pub(super) fn stores(&self) -> Stores {
        match self {
            Self::Write(_) | Self::Trail(Trail::Recover(_)) | Self::Doctor => Stores::Written,
            Self::Trail(Trail::Journal(_)) => Stores::Unused,
            _ => Stores::Read,
        }
    }
}

#[derive(Args, Debug)]
pub(super) struct Collections {
    /// Count exactly instead of asking for estimates
    #[arg(long)]
    pub(super) count: bool,
    /// Seconds after which an exact count is cut off
    #[arg(long, value_name = "SECONDS", default_value = "10", requires = "count",
          value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(super) time_limit: u64,
    /// List helper collections without data too
    #[arg(long)]
    pub(super) all: bool,
}

const LS_EXAMPLES: &str = "\
Examples:
  dualscope ls memcells --limit 20
  dualscope ls memcells --filter 'user_id:alice timestamp:>2026-01-20'
  dualscope ls memcells --filter 'is:tombstoned,drifted'
  dualscope ls memcells --filter '{\"keywords\": {\"$size\": 2}}'
  dualscope ls memcells --all --check --json > states.jsonl

Terms of a filter stand between blanks and must all hold: field:value, field:a,b, -field:value,
field:>value, field:from..to, field:~text, field:null, is:STATE. A leading { is a MongoDB query.

With --check or is:STATE it ends with 1 when a printed document is not as it should be, 4 when not
every state could be told, and 3 when a store does not answer. What user_secrets masks can be asked
for with --reveal only.";

#[derive(Args, Debug)]
pub(super) struct Ls {
    /// Which collection
    #[arg(value_parser = collection)]
    pub(super) collection: Collection,
    /// Only documents that match; is:STATE looks at both sides of every row
    #[arg(long, short, value_name = "LINE", allow_hyphen_values = true)]
    pub(super) filter: Option<String>,
    /// Sort by this field, with - before it the greatest first
    #[arg(
        long,
        short,
        value_name = "[-]FIELD",
        allow_hyphen_values = true,
        value_parser = clap::builder::NonEmptyStringValueParser::new()
    )]
    pub(super) sort: Option<String>,
    /// Print so many documents at most (default: one page)
    #[arg(long, short = 'n', value_name = "N", allow_negative_numbers = true,
          value_parser = limit::<u64>)]
    pub(super) limit: Option<u64>,
    /// Print all documents
    #[arg(long, conflicts_with = "limit")]
    pub(super) all: bool,
    /// Look at both sides of every row and tell how they stand
    #[arg(long)]
    pub(super) check: bool,
    /// Fields to print, dotted paths
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',')]
    pub(super) columns: Option<Vec<String>>,
    /// Go on behind this document of the same list
    #[arg(long, value_name = "KEY | ID")]
    pub(super) after: Option<String>,
    /// Print secrets of sensitive collections as they are, and let them be filtered and sorted by
    #[arg(long)]
    pub(super) reveal: bool,
}

const CHECK_EXAMPLES: &str = "\
Examples:
  dualscope check                        the newest documents of every collection
  dualscope check memcells entities --all
  dualscope check --all --json | jq -c '[.collection, .findings]'

Ends with 0 when all is as it should be, 1 when something is not, 4 when nothing was found but not
everything could be told, and 3 when a store does not answer. `dualscope ls COLLECTION --filter
is:STATE` lists what was found.";

#[derive(Args, Debug)]
pub(super) struct Check {
    /// Which collections (default: all that are stored twice)
    #[arg(value_name = "COLLECTION", value_parser = collection)]
    pub(super) collections: Vec<Collection>,
    /// Look at so many of the newest documents of each (default: one page)
    #[arg(long, short = 'n', value_name = "N", allow_negative_numbers = true,
          value_parser = limit::<u64>)]
    pub(super) limit: Option<u64>,
    /// Look at all documents
    #[arg(long, conflicts_with = "limit")]
    pub(super) all: bool,
}

const GET_EXAMPLES: &str = "\
Views:
  full   the decoded text of the value, byte for byte (on a terminal a newline is added and
         control characters are made visible)
  lite   the MongoDB document as extended JSON
  diff   both sides field by field
  raw    the stored bytes exactly
  state  how the two sides stand, on one line

Examples:
  dualscope get memcells:6979da5797f9041fc0aa063f | jq .summary
  dualscope get memcells:6979da5797f9041fc0aa063f --view state --json
  dualscope get memcells:6979da5797f9041fc0aa063f --at 812

Ends with 1 when there is nothing to print, or (diff, state) when the sides do not agree.";

#[derive(Args, Debug)]
pub(super) struct Get {
    /// Which document: COLLECTION:ID
    #[arg(value_parser = key)]
    pub(super) key: Key,
    /// What to print of it
    #[arg(long, value_enum, default_value_t = View::Full, hide_possible_values = true)]
    pub(super) view: View,
    /// The value as of this version
    #[arg(long, value_name = "VERSION", value_parser = version)]
    pub(super) at: Option<Version>,
    /// Extended JSON with every type kept (lite)
    #[arg(long)]
    pub(super) canonical: bool,
    /// Print secrets of sensitive collections as they are
    #[arg(long)]
    pub(super) reveal: bool,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum View {
    Full,
    Lite,
    Diff,
    Raw,
    State,
}

#[derive(Subcommand, Debug)]
pub(super) enum Config {
    /// Print every setting and where it came from, secrets masked (done without a subcommand too)
    Show,
    /// Write a commented configuration file that only you can read
    Init {
        /// Replace a file that is there
        #[arg(long)]
        force: bool,
    },
}

#[cfg(test)]
mod tests;
