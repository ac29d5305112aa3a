//! The flags of each command, and how arguments become their values (pflag's rules).

use std::collections::BTreeMap;
use std::time::Duration;

use super::go::quote;
use super::{csv, numbers};

/// What a flag takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Slice,
    Bool,
    Unsigned,
    Signed,
    Duration,
    Float,
}

/// One flag.
#[derive(Clone, Copy)]
pub(crate) struct Flag {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// As the help shows it; empty for what it does not show.
    pub(crate) default: &'static str,
    pub(crate) usage: &'static str,
    pub(crate) required: bool,
}

const fn flag(name: &'static str, kind: Kind, default: &'static str, usage: &'static str) -> Flag {
    Flag {
        name,
        kind,
        default,
        usage,
        required: false,
    }
}

const fn must(flag: Flag) -> Flag {
    Flag {
        required: true,
        ..flag
    }
}

/// Flags of every command, by name.
pub(crate) const GLOBAL: [Flag; 8] = [
    flag(
        "gas-limit",
        Kind::Unsigned,
        "",
        "Custom gas limit to send transaction",
    ),
    flag(
        "gas-price",
        Kind::Unsigned,
        "",
        "Custom gas price to send transaction",
    ),
    flag(
        "log-color-disabled",
        Kind::Bool,
        "",
        "Force to disable colorful logs",
    ),
    flag("log-level", Kind::Text, "info", "Log level"),
    flag(
        "rpc-retry-count",
        Kind::Signed,
        "5",
        "Retry count for rpc request",
    ),
    flag(
        "rpc-retry-interval",
        Kind::Duration,
        "5s",
        "Retry interval for rpc request",
    ),
    flag(
        "rpc-timeout",
        Kind::Duration,
        "30s",
        "Timeout for single rpc request",
    ),
    flag(
        "web3-log-enabled",
        Kind::Bool,
        "",
        "Enable log for web3 RPC",
    ),
];

const VERSION: Flag = flag(
    "version",
    Kind::Unsigned,
    "18446744073709551615",
    "key version",
);
const STREAM: Flag = must(flag("stream-id", Kind::Text, "0x", "stream to read/write"));
const KEYS: Flag = flag("stream-keys", Kind::Slice, "", "kv keys");
const TIMEOUT: Flag = flag(
    "timeout",
    Kind::Duration,
    "",
    "cli task timeout, 0 for no timeout",
);

/// Flags of `kv-read`. The keys ought to be required; the real program forgets it.
pub(crate) const READ: [Flag; 5] = [
    must(flag("node", Kind::Text, "", "kv node url")),
    STREAM,
    KEYS,
    TIMEOUT,
    VERSION,
];

/// The flag that tells v1.4.1 from older ones.
pub(crate) const ENCRYPT: Flag = flag(
    "encrypt",
    Kind::Bool,
    "",
    "Encrypt stream data with ECIES using --key's wallet pubkey (v2, mutually exclusive with --encryption-key)",
);
const ENCRYPTION_USAGE: &str =
    "Hex-encoded 32-byte AES-256 symmetric key (v1, mutually exclusive with --encrypt)";
/// The flag that tells v1.3.0 from older ones, and how v1.3.0 explains it.
pub(crate) const ENCRYPTION_KEY: Flag = flag("encryption-key", Kind::Text, "", ENCRYPTION_USAGE);
pub(crate) const OLD_ENCRYPTION_USAGE: &str =
    "Hex-encoded 32-byte AES-256 encryption key for encrypting the stream data";

/// Flags of `kv-write` that every release has.
pub(crate) const WRITE: [Flag; 17] = [
    flag(
        "expected-replica",
        Kind::Unsigned,
        "1",
        "expected number of replications to kvWrite",
    ),
    flag("fee", Kind::Float, "", "fee paid in a0gi"),
    flag(
        "finality-required",
        Kind::Bool,
        "",
        "Wait for file finality on nodes to kvWrite",
    ),
    flag(
        "full-trusted",
        Kind::Bool,
        "",
        "whether all selected nodes should be from trusted nodes",
    ),
    flag("indexer", Kind::Text, "", "ZeroGStorage indexer URL"),
    must(flag(
        "key",
        Kind::Text,
        "",
        "Private key to interact with smart contract",
    )),
    flag(
        "method",
        Kind::Text,
        "random",
        "method for selecting nodes, can be max, min, random, or positive number, if provided a number, will fail if the requirement cannot be met",
    ),
    flag("node", Kind::Slice, "", "ZeroGStorage storage node URL"),
    flag("nonce", Kind::Unsigned, "", "nonce of upload transaction"),
    flag(
        "skip-tx",
        Kind::Bool,
        "",
        "Skip sending the transaction on chain if already exists",
    ),
    STREAM,
    must(KEYS),
    must(flag("stream-values", Kind::Slice, "", "kv values")),
    flag(
        "task-size",
        Kind::Unsigned,
        "10",
        "Number of segments to kvWrite in single rpc request",
    ),
    TIMEOUT,
    must(flag(
        "url",
        Kind::Text,
        "",
        "Fullnode URL to interact with ZeroGStorage smart contract",
    )),
    VERSION,
];

/// What was given: each flag's arguments in order, readable as its kind.
pub(crate) struct Given {
    values: BTreeMap<&'static str, Vec<Vec<u8>>>,
    flags: Vec<Flag>,
}

/// What arguments come to.
pub(crate) enum Parsed {
    Given(Given),
    Help,
}

/// Reads the arguments of a command; what is not a flag is ignored.
pub(crate) fn parse(flags: Vec<Flag>, arguments: &[Vec<u8>]) -> Result<Parsed, String> {
    let mut given = Given {
        values: BTreeMap::new(),
        flags,
    };
    let mut rest = arguments.iter();
    let mut help = false;
    while let Some(argument) = rest.next() {
        match argument.as_slice() {
            b"--" => break,
            [b'-', b'-', long @ ..] => help |= given.long(long, &mut rest)?,
            [b'-', short, ..] if *short != b'h' => {
                let (short, all) = (char::from(*short), String::from_utf8_lossy(argument));
                return Err(format!("unknown shorthand flag: '{short}' in {all}"));
            }
            [b'-', b'h', ..] => help = true,
            _ => {}
        }
    }
    Ok(if help {
        Parsed::Help
    } else {
        Parsed::Given(given)
    })
}

impl Given {
    /// Takes one flag; returns whether it asks for help.
    fn long<'a>(
        &mut self,
        text: &[u8],
        rest: &mut impl Iterator<Item = &'a Vec<u8>>,
    ) -> Result<bool, String> {
        let shown = || String::from_utf8_lossy(text).into_owned();
        if matches!(text, [b'-' | b'=', ..]) {
            return Err(format!("bad flag syntax: --{}", shown()));
        }
        let (name, inline) = match text.iter().position(|byte| *byte == b'=') {
            Some(at) => (&text[..at], Some(&text[at + 1..])),
            None => (text, None),
        };
        let name = String::from_utf8_lossy(name);
        if name == "help" {
            let Some(value) = inline else {
                return Ok(true);
            };
            return numbers::boolean(value).map_err(|why| {
                format!(
                    "invalid argument {} for \"-h, --help\" flag: {why}",
                    quote(value)
                )
            });
        }
        let Some(flag) = self.flags.iter().find(|flag| flag.name == name).copied() else {
            return Err(format!("unknown flag: --{name}"));
        };
        let value = match inline {
            Some(value) => value.to_vec(),
            None if flag.kind == Kind::Bool => b"true".to_vec(),
            None => match rest.next() {
                Some(value) => value.clone(),
                None => return Err(format!("flag needs an argument: --{name}")),
            },
        };
        if let Err(why) = check(flag.kind, &value) {
            let value = quote(&value);
            return Err(format!(
                "invalid argument {value} for \"--{name}\" flag: {why}"
            ));
        }
        self.values.entry(flag.name).or_default().push(value);
        Ok(false)
    }

    /// The required flags that are missing, in Go's words.
    pub(crate) fn missing(&self) -> Option<String> {
        let missing: Vec<String> = self
            .flags
            .iter()
            .filter(|flag| flag.required && !self.values.contains_key(flag.name))
            .map(|flag| format!("\"{}\"", flag.name))
            .collect();
        let names = missing.join(", ");
        (!missing.is_empty()).then(|| format!("required flag(s) {names} not set"))
    }

    fn last(&self, name: &str) -> &[u8] {
        let default = || {
            let flag = self.flags.iter().find(|flag| flag.name == name);
            flag.map_or("", |flag| flag.default).as_bytes()
        };
        match self.values.get(name).and_then(|all| all.last()) {
            Some(value) => value,
            None => default(),
        }
    }

    /// A text as bytes; the last one counts.
    pub(crate) fn text(&self, name: &str) -> &[u8] {
        self.last(name)
    }

    /// A text that is looked at, such as a URL.
    pub(crate) fn shown(&self, name: &str) -> String {
        String::from_utf8_lossy(self.last(name)).into_owned()
    }

    /// All elements of all occurrences.
    pub(crate) fn slice(&self, name: &str) -> Vec<Vec<u8>> {
        let given = self.values.get(name).into_iter().flatten();
        given
            .flat_map(|text| csv::fields(text).unwrap_or_default())
            .collect()
    }

    pub(crate) fn bool(&self, name: &str) -> bool {
        numbers::boolean(self.last(name)).unwrap_or(false)
    }

    pub(crate) fn unsigned(&self, name: &str) -> u64 {
        numbers::unsigned(self.last(name)).unwrap_or(0)
    }

    pub(crate) fn signed(&self, name: &str) -> i64 {
        numbers::signed(self.last(name)).unwrap_or(0)
    }

    pub(crate) fn float(&self, name: &str) -> f64 {
        numbers::float(self.last(name)).unwrap_or(0.0)
    }

    pub(crate) fn duration(&self, name: &str) -> Duration {
        numbers::duration(self.last(name)).unwrap_or_default()
    }
}

fn check(kind: Kind, value: &[u8]) -> Result<(), String> {
    match kind {
        Kind::Text => Ok(()),
        Kind::Slice => csv::fields(value).map(drop),
        Kind::Bool => numbers::boolean(value).map(drop),
        Kind::Unsigned => numbers::unsigned(value).map(drop),
        Kind::Signed => numbers::signed(value).map(drop),
        Kind::Duration => numbers::duration(value).map(drop),
        Kind::Float => numbers::float(value).map(drop),
    }
}
