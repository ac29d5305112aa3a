//! The command line of `0g-storage-client`, as bytes: every field survives the client's own
//! reading of it, and a line that the system would refuse is refused before anything happens.
//!
//! The line holds the wallet's key and the document, so it has no `Debug` and is wiped when it is
//! dropped. The copy that the system makes for the new process can be read by this machine's users
//! (`/proc/PID/cmdline`) for as long as the client runs; the client has no other way in.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::time::Duration;

use secrecy::zeroize::Zeroizing;

/// Linux takes no argument longer than this, in bytes (32 pages with the final zero).
pub const MAX_ARGUMENT: usize = 131_071;

/// Arguments and environment together, in bytes; the system takes a quarter of the stack (2 MiB as
/// a rule), less what it needs itself.
pub const MAX_TOTAL: usize = 1_572_864;

const KEYS: &str = "--stream-keys=";
const VALUES: &str = "--stream-values=";

/// Why a line cannot be given to the client.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unfit {
    /// A byte 0 in the key or the value, which no argument can hold.
    Zero(&'static str),
    /// One argument is too long.
    Long {
        /// `key` or `value`.
        what: &'static str,
        /// Bytes of the argument, flag and quotes included.
        size: usize,
    },
    /// All arguments together are too long.
    Total(usize),
}

/// The arguments of one start, the program's name left out.
pub(super) struct Argv(Vec<Zeroizing<Vec<u8>>>);

impl Argv {
    /// An empty line.
    pub(super) fn new() -> Self {
        Self(Vec::new())
    }

    fn put(&mut self, argument: impl AsRef<[u8]>) {
        self.0.push(Zeroizing::new(argument.as_ref().to_vec()));
    }

    /// The flags that every write starts with.
    pub(super) fn write(timeout: Duration) -> Self {
        let mut argv = Self::new();
        argv.words(&["kv-write", "--log-color-disabled", "--log-level", "info"]);
        argv.words(&["--rpc-retry-count", "2", "--rpc-retry-interval", "1s"]);
        argv.words(&["--rpc-timeout", "15s"]);
        argv.pair("--timeout", &milliseconds(timeout));
        argv
    }

    /// The flags of a read of one key.
    pub(super) fn read(timeout: Duration) -> Self {
        let mut argv = Self::new();
        argv.words(&["kv-read", "--log-color-disabled", "--log-level", "info"]);
        argv.words(&["--rpc-retry-count", "0"]);
        argv.pair("--timeout", &milliseconds(timeout));
        argv
    }

    /// Plain words.
    pub(super) fn words(&mut self, words: &[&str]) {
        for word in words {
            self.put(word);
        }
    }

    /// A flag and its value.
    pub(super) fn pair(&mut self, flag: &str, value: &str) {
        self.put(flag);
        self.put(value);
    }

    /// A storage node; the client reads a list, so an odd address is quoted.
    pub(super) fn node(&mut self, url: &str) {
        self.put("--node");
        match field(url.as_bytes()) {
            Some(quoted) if url.contains([',', '"', '\r', '\n']) => self.put(&*quoted),
            _ => self.put(url),
        }
    }

    /// The one key of this line.
    pub(super) fn key(&mut self, key: &[u8]) -> Result<(), Unfit> {
        self.field("key", KEYS, key)
    }

    /// The one value of this line; no bytes are a tombstone.
    pub(super) fn value(&mut self, value: &[u8]) -> Result<(), Unfit> {
        self.field("value", VALUES, value)
    }

    fn field(&mut self, what: &'static str, flag: &str, bytes: &[u8]) -> Result<(), Unfit> {
        let quoted = field(bytes).ok_or(Unfit::Zero(what))?;
        let size = flag.len() + quoted.len();
        if size > MAX_ARGUMENT {
            return Err(Unfit::Long { what, size });
        }
        let mut argument = Zeroizing::new(Vec::with_capacity(size));
        argument.extend_from_slice(flag.as_bytes());
        argument.extend_from_slice(&quoted);
        self.0.push(argument);
        Ok(())
    }

    /// Whether the system takes it, together with `environment` bytes of environment.
    pub(super) fn fits(&self, environment: usize) -> Result<(), Unfit> {
        match self.size() + environment {
            total if total > MAX_TOTAL => Err(Unfit::Total(total)),
            _ => Ok(()),
        }
    }

    /// How long a quoted value, a quoted key, and both together can be, without their quotes, beside
    /// what stands in the line already, empty ones among it.
    pub(super) fn room(&self, environment: usize) -> (usize, usize, usize) {
        let both = MAX_TOTAL.saturating_sub(self.size() + environment);
        let alone = |flag: &str| MAX_ARGUMENT - flag.len() - 2;
        (alone(VALUES), alone(KEYS), both)
    }

    fn size(&self) -> usize {
        // each argument ends with a zero and has a pointer
        self.0.iter().map(|argument| argument.len() + 9).sum()
    }

    /// The arguments as the system takes them.
    pub(super) fn arguments(&self) -> impl Iterator<Item = &OsStr> {
        self.0.iter().map(|argument| OsStr::from_bytes(argument))
    }
}

fn milliseconds(duration: Duration) -> String {
    format!("{}ms", duration.as_millis())
}

/// One field of the client's lists (one CSV record for each flag): always quoted, quotes doubled,
/// and a further CR before each CR LF, since the client's reader takes one away even inside
/// quotes. `None` for bytes that hold a zero.
pub(super) fn field(bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    if bytes.contains(&0) {
        return None;
    }
    let mut out = Zeroizing::new(Vec::with_capacity(2 * bytes.len() + 2));
    out.push(b'"');
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'"' => out.extend_from_slice(b"\"\""),
            b'\r' if bytes.get(at + 1) == Some(&b'\n') => out.extend_from_slice(b"\r\r"),
            byte => out.push(*byte),
        }
    }
    out.push(b'"');
    Some(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// One record as Go's `encoding/csv` reads it, by its rules and not by ours: line by line, each
    /// line ended by LF with one CR before it taken away, a CR before the end of the input too.
    fn record(text: &[u8]) -> Result<Vec<Vec<u8>>, &'static str> {
        let mut lines = lines(text).into_iter().skip_while(|line| line == b"\n");
        let mut line = lines.next().ok_or("EOF")?;
        let mut fields = Vec::new();
        let mut rest: &[u8] = &line.clone();
        loop {
            let Some(quoted) = rest.strip_prefix(b"\"") else {
                let end = rest.iter().position(|byte| *byte == b',');
                let raw = &rest[..end.unwrap_or(rest.len())];
                let raw = raw.strip_suffix(b"\n").unwrap_or(raw);
                if raw.contains(&b'"') {
                    return Err("bare quote");
                }
                fields.push(raw.to_vec());
                match end {
                    Some(end) => rest = &rest[end + 1..],
                    None => return Ok(fields),
                }
                continue;
            };
            let mut value = Vec::new();
            let mut inside = quoted.to_vec();
            let after = loop {
                let Some(quote) = inside.iter().position(|byte| *byte == b'"') else {
                    value.extend_from_slice(&inside);
                    line = lines.next().ok_or("missing quote")?;
                    inside.clone_from(&line);
                    continue;
                };
                value.extend_from_slice(&inside[..quote]);
                let after = inside[quote + 1..].to_vec();
                if after.first() != Some(&b'"') {
                    break after;
                }
                value.push(b'"');
                inside = after[1..].to_vec();
            };
            fields.push(value);
            match after.as_slice() {
                [] | b"\n" => return Ok(fields),
                [b',', more @ ..] => {
                    let more = more.to_vec();
                    line = more;
                    rest = &line;
                    let copy = rest.to_vec();
                    return Ok([fields, record(&copy)?].concat());
                }
                _ => return Err("extraneous quote"),
            }
        }
    }

    fn lines(text: &[u8]) -> Vec<Vec<u8>> {
        let mut all: Vec<Vec<u8>> = text
            .split_inclusive(|b| *b == b'\n')
            .map(<[u8]>::to_vec)
            .collect();
        for line in &mut all {
            if line.ends_with(b"\r\n") {
                line.truncate(line.len() - 2);
                line.push(b'\n');
            } else if line.ends_with(b"\r") {
                line.pop();
            }
        }
        all
    }

    #[test]
    fn the_readers_own_rules_are_those_that_were_seen() {
        let seen: &[(&[u8], &[&[u8]])] = &[
            (b"a,b", &[b"a", b"b"]),
            (b",", &[b"", b""]),
            (b"\"\"", &[b""]),
            (b"\"a\"\"b\"", &[b"a\"b"]),
            (b"a\nb", &[b"a"]),
            (b"\"a\r\nb\"", &[b"a\nb"]),
            (b"\"a\r\r\nb\"", &[b"a\r\nb"]),
            (b"a\r", &[b"a"]),
            (b"\"a\r\"", &[b"a\r"]),
            (b"\"a,b\",c", &[b"a,b", b"c"]),
        ];
        for (text, fields) in seen {
            assert_eq!(record(text).unwrap(), *fields);
        }
        assert!(record(br#"{"k":1}"#).is_err());
        assert!(record(br#""a"b"#).is_err());
    }

    fn nasty() -> impl Strategy<Value = Vec<u8>> {
        let byte = prop_oneof![
            3 => prop::sample::select(b"\r\n\",\\ -[\xff\xef\x01\x7f".to_vec()),
            1 => 1..=255_u8,
        ];
        prop::collection::vec(byte, 0..60)
    }

    proptest! {
        #[test]
        fn every_field_without_a_zero_is_read_as_it_was(bytes in nasty()) {
            let quoted = field(&bytes).unwrap();
            prop_assert_eq!(record(&quoted).unwrap(), vec![bytes]);
        }

        #[test]
        fn a_line_carries_key_and_value_to_the_last_byte(key in nasty(), value in nasty()) {
            let mut argv = Argv::new();
            argv.key(&key).unwrap();
            argv.value(&value).unwrap();
            let read: Vec<_> = argv
                .arguments()
                .zip([KEYS, VALUES])
                .map(|(argument, flag)| {
                    record(argument.as_bytes().strip_prefix(flag.as_bytes()).unwrap()).unwrap()
                })
                .collect();
            prop_assert_eq!(read, vec![vec![key], vec![value]]);
        }
    }

    #[test]
    fn a_zero_is_refused_and_a_tombstone_is_two_quotes() {
        let mut argv = Argv::new();
        assert_eq!(argv.key(b"a\0b"), Err(Unfit::Zero("key")));
        assert_eq!(argv.value(b"\0"), Err(Unfit::Zero("value")));
        argv.value(b"").unwrap();
        let all: Vec<_> = argv.arguments().collect();
        assert_eq!(all, [OsStr::new("--stream-values=\"\"")]);
    }

    #[test]
    fn the_longest_argument_is_exactly_the_systems() {
        let room = MAX_ARGUMENT - VALUES.len() - 2;
        let mut argv = Argv::new();
        argv.value(&vec![b'x'; room]).unwrap();
        let size = MAX_ARGUMENT + 1;
        let what = "value";
        let long = Err(Unfit::Long { what, size });
        assert_eq!(argv.value(&vec![b'x'; room + 1]), long);
        let mut quotes = vec![b'x'; room - 1];
        quotes[0] = b'"';
        assert_eq!(argv.value(&quotes), Ok(()));
        quotes.push(b'x');
        assert_eq!(argv.value(&quotes), long);
        assert_eq!(argv.fits(1000), Ok(()));
        assert!(matches!(argv.fits(MAX_TOTAL), Err(Unfit::Total(_))));
    }

    #[test]
    fn an_address_with_a_comma_is_one_address() {
        let mut argv = Argv::new();
        argv.node("http://h:1");
        argv.node("http://h:1/a,b");
        let all: Vec<_> = argv.arguments().map(|a| a.as_bytes().to_vec()).collect();
        assert_eq!(all[1], b"http://h:1");
        assert_eq!(record(&all[3]).unwrap(), [b"http://h:1/a,b"]);
    }
}
