//! A whole 0G world for a test: KV node, chain and storage node, and the client as a process.
//!
//! ```ignore
//! let net = Devnet::start();
//! net.chain.replay(Replay::ByHand);
//! let run = net.write(&[("k", "v")]).run();
//! net.chain.apply_all();
//! ```

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::devnet::chain::Chain;
use crate::devnet::wire::account::{Address, Wallet};
use crate::devnet::{KvNode, stream};

/// The private key that writes unless another is named.
pub(crate) const KEY: &str = "1111111111111111111111111111111111111111111111111111111111111111";

/// Names a real client, which is then held to the same tests as the stand-in.
const REAL: &str = "DUALSCOPE_TEST_ZEROG_CLIENT";

/// The account of [`KEY`].
pub(crate) fn account() -> Address {
    Wallet::parse(KEY).unwrap().address()
}

/// The stand-in, just built.
pub(crate) fn standin() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let tests = std::env::current_exe().unwrap();
        let folder = tests.parent().and_then(Path::parent).unwrap();
        let release = folder.ends_with("release").then_some("--release");
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        // What cargo says to a test would have it build other packages again.
        for (name, _) in std::env::vars_os() {
            let told = [
                "CARGO_PKG_",
                "CARGO_MANIFEST_",
                "CARGO_BIN_",
                "CARGO_CRATE_",
                "CARGO_PRIMARY_",
            ];
            if told
                .iter()
                .any(|told| name.to_string_lossy().starts_with(told))
            {
                build.env_remove(name);
            }
        }
        let done = build
            .args(["build", "--quiet", "--locked", "--offline"])
            .args(["--example", "zerog-client", "--target-dir"])
            .arg(folder.parent().unwrap())
            .args(release)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status()
            .unwrap();
        assert!(done.success(), "the stand-in cannot be built");
        folder.join("examples/zerog-client")
    })
}

/// The stand-in, and the real client where one is named.
pub(crate) fn clients() -> Vec<PathBuf> {
    let real = std::env::var_os(REAL).map(PathBuf::from);
    std::iter::once(standin().to_owned()).chain(real).collect()
}

/// A KV node that holds `stream(1)`, with the chain that it follows.
pub(crate) struct Devnet {
    pub(crate) node: KvNode,
    pub(crate) chain: Chain,
}

impl Devnet {
    pub(crate) fn start() -> Self {
        Self::of(KvNode::with_stream())
    }

    pub(crate) fn of(node: KvNode) -> Self {
        let chain = Chain::of(&node).unwrap();
        Self { node, chain }
    }

    /// `kv-write` of these values into `stream(1)`; empty ones delete.
    pub(crate) fn write<K: AsRef<[u8]>, V: AsRef<[u8]>>(&self, pairs: &[(K, V)]) -> Call {
        let mut call = self
            .write_anywhere()
            .with("--node", &self.chain.storage.url());
        for (key, value) in pairs {
            call = call.field("--stream-keys=", key.as_ref());
            call = call.field("--stream-values=", value.as_ref());
        }
        call
    }

    /// `kv-write` without keys, values and storage node.
    pub(crate) fn write_anywhere(&self) -> Call {
        Call::new("kv-write")
            .args(["--log-color-disabled", "--rpc-retry-count", "0"])
            .with("--url", &self.chain.evm.url())
            .with("--key", KEY)
            .with("--stream-id", &stream(1).to_string())
    }

    /// `kv-read` of `stream(1)`.
    pub(crate) fn read(&self) -> Call {
        Call::new("kv-read")
            .args(["--log-color-disabled", "--rpc-retry-count", "0"])
            .with("--node", &self.node.url())
            .with("--stream-id", &stream(1).to_string())
    }

    /// The result of a transaction, once it is applied.
    pub(crate) fn result(&self, seq: u64) -> Option<String> {
        until(|| self.node.state(|state| state.applied_seq > seq));
        self.node.state(|state| state.results.get(&seq).cloned())
    }

    /// The newest version and value of a key.
    pub(crate) fn value(&self, key: &str) -> Option<(u64, Vec<u8>)> {
        self.node.state(|state| {
            let row = state.newest(stream(1), key.as_bytes(), u64::MAX);
            row.map(|(version, row)| (version, row.bytes.to_vec()))
        })
    }
}

/// Waits for what comes soon or never.
pub(crate) fn until(mut done: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !done() {
        assert!(Instant::now() < end, "it never came to pass");
        std::thread::park_timeout(Duration::from_millis(2));
    }
}

/// A field that survives the client's reading of its flags, whatever its bytes (but NUL) are.
pub(crate) fn quoted(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![b'"'];
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'"' => out.extend(b"\"\""),
            b'\r' if bytes.get(at + 1) == Some(&b'\n') => out.extend(b"\r\r"),
            other => out.push(*other),
        }
    }
    out.push(b'"');
    out
}

/// One run of the client, with sleeps a hundredth as long.
#[derive(Clone)]
pub(crate) struct Call {
    program: PathBuf,
    arguments: Vec<OsString>,
    env: Vec<(String, String)>,
}

impl Call {
    pub(crate) fn new(command: &str) -> Self {
        Self::bare().args([command])
    }

    /// Without a command.
    pub(crate) fn bare() -> Self {
        Self {
            program: standin().to_owned(),
            arguments: Vec::new(),
            env: vec![("DEVNET_CLIENT_SPEED".to_owned(), "100".to_owned())],
        }
    }

    /// Another program in its place.
    pub(crate) fn by(mut self, program: &Path) -> Self {
        program.clone_into(&mut self.program);
        self
    }

    pub(crate) fn args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        let arguments = arguments.into_iter();
        self.arguments
            .extend(arguments.map(|argument| argument.as_ref().to_owned()));
        self
    }

    /// A flag with its value.
    pub(crate) fn with(self, flag: &str, value: &str) -> Self {
        self.args([flag, value])
    }

    /// A flag whose value is one quoted field.
    pub(crate) fn field(mut self, flag: &str, bytes: &[u8]) -> Self {
        let argument = [flag.as_bytes(), &quoted(bytes)].concat();
        self.arguments.push(OsString::from_vec(argument));
        self
    }

    /// A flag whose value is any bytes.
    pub(crate) fn raw(mut self, flag: &str, bytes: &[u8]) -> Self {
        self.arguments.push(flag.into());
        self.arguments.push(OsStr::from_bytes(bytes).to_owned());
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Orders a fault of the process itself, such as `die@hash`.
    pub(crate) fn fault(self, order: &str) -> Self {
        self.env("DEVNET_CLIENT_FAULT", order)
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .env_clear()
            .stdin(Stdio::null());
        command.envs(self.env.iter().cloned());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn start(&self) -> Child {
        self.command().spawn().unwrap()
    }

    pub(crate) fn run(&self) -> Run {
        Run::of(&self.command().output().unwrap())
    }
}

/// How a run ended and what it said.
pub(crate) struct Run {
    /// The exit code, or the signal that ended it as a negative number.
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    pub(crate) fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let status = output.status;
        Self {
            code: status.code().unwrap_or_else(|| -status.signal().unwrap()),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }

    /// Ended with this code, which says the rest when not.
    pub(crate) fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        self
    }

    /// The value of the last field of a name in the log.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let (_, behind) = self.err.rsplit_once(&format!(" {name}="))?;
        behind.split_ascii_whitespace().next()
    }

    /// The sequence that it was told.
    pub(crate) fn seq(&self) -> u64 {
        self.field("sequence").unwrap().parse().unwrap()
    }

    /// The log with what changes from run to run replaced, in an order that does not change.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.err.lines().map(told).collect()
    }

    /// The `error` of the fatal line, behind which what still waits may have said one more word.
    pub(crate) fn fatal(&self) -> String {
        let lines = self.lines();
        let mut last = lines.iter().rev();
        let fatal = last.find_map(|line| line.strip_prefix("fatal "));
        fatal.unwrap_or_else(|| panic!("{}", self.err)).to_owned()
    }
}

fn told(line: &str) -> String {
    let line = line.strip_prefix("time=\"").map_or(line, |line| {
        let (time, rest) = line.split_once("\" level=").unwrap();
        assert!(time.len() == 20 && time.ends_with('Z'), "{time}");
        rest
    });
    let mut out = String::new();
    for word in line.replace(" msg=", " ").split(' ') {
        let (name, value) = word
            .split_once('=')
            .filter(|(name, _)| !name.is_empty())
            .unwrap_or(("", word));
        let value = match name {
            "root" | "hash" | "txHash" if value.len() == 66 => "H",
            "duration" => "D",
            "timeout" if value != "0s" => "T",
            "sequence" | "txSeq" | "zgsNodeSyncHeight" => "N",
            "receipt" if value.starts_with("\"&{") => "R ",
            _ => value,
        };
        if out.contains("receipt=R ") && !name.starts_with("txHash") {
            continue;
        }
        let separator = if out.is_empty() { "" } else { " " };
        let equals = if name.is_empty() { "" } else { "=" };
        out.extend([separator, name, equals, value]);
    }
    out.replace("R  ", "R ")
}
