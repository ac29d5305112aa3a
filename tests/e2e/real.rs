//! Everything that a real write needs: MongoDB, the KV node with its chain, the client, and
//! `dualscope` itself, each as its own process or server.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use dualscope::domain::{Collection, Key, Lite};
use dualscope::store::kv::rpc::Hash;
use dualscope::store::mongo::{self, Mongo};
use dualscope::store::port::Index as _;
use mongodb::bson::{Document, doc, oid::ObjectId};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::devnet::stream;
use crate::devnet::wire::batch::{Batch, Entry};
use crate::support::devnet::{Devnet, KEY, account, standin, until};
use crate::support::mongo::{Scratch, Server};

/// The collection of all documents here.
pub(crate) const COLLECTION: &str = "memcells";

/// The account of the service, and of everybody else who writes without a fence.
const SERVICE: [u8; 20] = [0x5e; 20];

/// Both stores, the way to write, and a folder.
pub(crate) struct Real {
    pub(crate) runtime: Runtime,
    pub(crate) mongo: Scratch,
    pub(crate) net: Devnet,
    pub(crate) index: Mongo,
    pub(crate) home: TempDir,
    pub(crate) wallet: String,
}

/// One version of a value as the chain tells it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Version {
    pub(crate) number: u64,
    /// Whether dualscope's wallet wrote it.
    pub(crate) ours: bool,
    pub(crate) bytes: Vec<u8>,
}

/// A command that was started, with its output in files: what it said is there also when it is
/// killed.
pub(crate) struct Started {
    child: Child,
    out: PathBuf,
    err: PathBuf,
    pub(crate) at: Instant,
}

/// What a command said and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: ExitStatus,
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) took: Duration,
}

impl Real {
    /// On a server of the tests.
    pub(crate) fn new(server: Server) -> Self {
        let runtime = Runtime::new().unwrap();
        let mongo = runtime.block_on(Scratch::on(server)).unwrap();
        let index = {
            let _inside = runtime.enter();
            let limits = mongo::Limits::default();
            mongo::connect(&mongo.uri.clone().into(), &mongo.name, limits).unwrap()
        };
        let net = Devnet::start();
        net.node.state(|state| {
            let admins = state.admins.entry(stream(1)).or_default();
            admins.extend([Hash(account()), Hash(SERVICE)]);
        });
        let real = Self {
            runtime,
            mongo,
            net,
            index,
            home: TempDir::new().unwrap(),
            wallet: KEY.to_owned(),
        };
        real.client_fault("");
        let script = real.home.path().join("client");
        let text = format!(
            "#!/bin/sh\nread -r fault <'{}'\nDEVNET_CLIENT_SPEED=100 DEVNET_CLIENT_FAULT=$fault exec '{}' \"$@\"\n",
            real.home.path().join("fault").display(),
            standin().display(),
        );
        fs::write(&script, text).unwrap();
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        // A version of 0 would be told apart from no version by nobody.
        real.service_value("memcells:first", b"{}");
        real
    }

    /// Orders a fault of the next clients, such as `die@hash`; none with an empty text.
    pub(crate) fn client_fault(&self, order: &str) {
        fs::write(self.home.path().join("fault"), format!("{order}\n")).unwrap();
    }

    /// `dualscope` on these stores, with a state folder of its own.
    pub(crate) fn command(&self, state: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dualscope"));
        command.env_clear();
        for name in ["PATH", "LD_LIBRARY_PATH", "LLVM_PROFILE_FILE"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command
            .env("HOME", self.home.path())
            .env("DUALSCOPE_STATE", state)
            .env("DUALSCOPE_MONGO_URI", &self.mongo.uri)
            .env("DUALSCOPE_DATABASE", &self.mongo.name)
            .env("DUALSCOPE_KV_NODE", self.net.node.url())
            .env("DUALSCOPE_STREAM", stream(1).to_string())
            .env("DUALSCOPE_WRITER__CLIENT", self.home.path().join("client"))
            .env("DUALSCOPE_WRITER__EVM_RPC", self.net.chain.evm.url())
            .env(
                "DUALSCOPE_WRITER__STORAGE_NODES",
                self.net.chain.storage.url(),
            )
            .env("DUALSCOPE_WRITER__ENCRYPTION", "none")
            .env("ZEROG_WALLET_KEY", &self.wallet)
            .current_dir(self.home.path())
            .stdin(Stdio::null())
            .args(arguments);
        command
    }

    /// Starts a command of this state folder.
    pub(crate) fn start(&self, state: &Path, arguments: &[&str]) -> Started {
        Started::new(self.command(state, arguments), state)
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, state: &Path, arguments: &[&str]) -> Said {
        self.start(state, arguments).end()
    }

    /// What the service writes to the value store: without a fence, its data in place.
    pub(crate) fn service_submits(&self, key: &str, bytes: &[u8]) -> u64 {
        let entry = Entry {
            stream: stream(1).0,
            key: key.as_bytes().to_vec(),
            value: bytes.to_vec(),
        };
        self.net.chain.foreign(SERVICE, &[entry])
    }

    /// The same, applied when this returns.
    pub(crate) fn service_value(&self, key: &str, bytes: &[u8]) {
        let seq = self.service_submits(key, bytes);
        until(|| self.net.node.state(|state| state.applied_seq > seq));
    }

    /// What the service writes to MongoDB: the whole document, whatever stands there.
    pub(crate) fn service_lite(&self, id: &str, lite: &Document) {
        let filter = doc! {"_id": ObjectId::parse_str(id).unwrap()};
        let collection = self.mongo.collection(COLLECTION);
        let put = collection.replace_one(filter, lite).upsert(true);
        self.runtime.block_on(async { put.await }).unwrap();
    }

    /// The document as the driver reads it.
    pub(crate) fn document(&self, id: &str) -> Option<Document> {
        let filter = doc! {"_id": ObjectId::parse_str(id).unwrap()};
        let collection = self.mongo.collection(COLLECTION);
        let found = self
            .runtime
            .block_on(async { collection.find_one(filter).await });
        found.unwrap()
    }

    /// The document as dualscope reads it.
    pub(crate) fn lite(&self, key: &str) -> Option<Lite> {
        let key: Key = key.parse().unwrap();
        let ids = key.id_candidates();
        let collection = Collection::new(COLLECTION);
        let found = self.index.by_ids(&collection, &ids);
        self.runtime.block_on(found).unwrap().into_iter().next()
    }

    /// Every version of a key that the store took, the oldest first.
    pub(crate) fn versions(&self, key: &str) -> Vec<Version> {
        let results = self.net.node.state(|state| state.results.clone());
        let mut versions = Vec::new();
        for seen in self.net.chain.seen() {
            let applied = results.get(&seen.seq).is_some_and(|said| said == "Commit");
            let batch = seen.data.as_deref().map(Batch::decode);
            let Some(Ok(batch)) = batch.filter(|_| applied) else {
                continue;
            };
            let written = batch.writes.into_iter().rev();
            let mut of_key = written.filter(|entry| entry.key == key.as_bytes());
            versions.extend(of_key.next().map(|entry| Version {
                number: seen.seq,
                ours: seen.sender == account(),
                bytes: entry.value,
            }));
        }
        versions
    }
}

impl Started {
    /// Starts a command; its output is beside this folder.
    pub(crate) fn new(mut command: Command, state: &Path) -> Self {
        let named = |kind: &str| {
            let mut name = state.as_os_str().to_owned();
            name.push(format!("-{:?}.{kind}", Instant::now()).replace(' ', ""));
            PathBuf::from(name)
        };
        let (out, err) = (named("out"), named("err"));
        command.stdout(File::create(&out).unwrap());
        command.stderr(File::create(&err).unwrap());
        Self {
            at: Instant::now(),
            child: command.spawn().unwrap(),
            out,
            err,
        }
    }

    /// Waits for a moment of its life, or for its end.
    pub(crate) fn until(&mut self, moment: Duration) {
        loop {
            let left = moment.saturating_sub(self.at.elapsed());
            if left.is_zero() || self.child.try_wait().unwrap().is_some() {
                return;
            }
            std::thread::park_timeout(left.min(Duration::from_millis(2)));
        }
    }

    /// `kill -9`, unless it has ended; whether it was killed.
    pub(crate) fn kill(mut self) -> (bool, Said) {
        use std::os::unix::process::ExitStatusExt as _;
        self.child.kill().unwrap();
        let said = self.end();
        (said.status.signal() == Some(9), said)
    }

    /// Asks it to end, as a shutdown does, unless it has ended.
    pub(crate) fn terminate(&mut self) {
        if self.child.try_wait().unwrap().is_some() {
            return;
        }
        let pid = i32::try_from(self.child.id()).unwrap();
        let pid = rustix::process::Pid::from_raw(pid).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> Said {
        let status = self.child.wait().unwrap();
        let took = self.at.elapsed();
        let text = |path: &Path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
        Said {
            status,
            out: text(&self.out),
            err: text(&self.err),
            took,
        }
    }
}

impl Said {
    pub(crate) fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// The whole lines of JSON; the last one of a program that was killed may be torn.
    pub(crate) fn lines(&self) -> Vec<serde_json::Value> {
        let whole = self.out.split_inclusive('\n');
        let whole = whole.filter(|line| line.ends_with('\n'));
        whole
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    #[track_caller]
    pub(crate) fn ended(self, code: i32) -> Self {
        assert_eq!(self.code(), Some(code), "{}\n{}", self.out, self.err);
        self
    }
}
