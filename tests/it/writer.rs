//! Writing through the storage client, against small clients of our own that are as slow, broken
//! and talkative as a test wants, and against a real one where one is named.

mod fit;
mod full;
mod kinds;
mod life;
mod looked;
mod real;
mod survive;
mod tries;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use dualscope::domain::Key;
use dualscope::domain::intent::{Receipt, Stage};
use dualscope::domain::plan::{Fence, ValueWrite};
use dualscope::store::StoreError;
use dualscope::store::error::{Kind, Store};
use dualscope::store::kv::Writer;
use dualscope::store::kv::writer::{Encryption, Limits, Options};
use dualscope::store::port::{Attempt, SubmitFault, ValueWriter as _, Witness};
use tempfile::TempDir;

const WALLET: &str = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const STREAM: &str = "0x000000000000000000000000000000000000000000000000000000000000f2be";
const HASH: &str = "0x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const ROOT: &str = "0x357a4dce89f71652dbc93c6b4a5d4c9def3ff8cf38ff6190333b1dd28b4efe16";

/// What every made-up client begins with: its help, and words to say.
const HEAD: &str = r#"#!/bin/sh
here=$(dirname "$0")
if [ "$2" = --help ]; then echo 'kv-write --stream-values --encryption-key'; exit 0; fi
echo run >>"$here/runs"
runs=$(wc -l <"$here/runs")
say() { echo "time=\"2026-01-02T03:04:05Z\" level=info msg=\"$1\" $2" >&2; }
fatal() { echo "time=\"2026-01-02T03:04:05Z\" level=fatal msg=\"$1\" error=\"$2\"" >&2; exit 1; }
prepare() { say 'Data merkle root calculated' root=ROOT; }
sending() { say 'submit with fee' 'fee(neuron)=1'; say 'Set tx params' 'nonce="<nil>"'; }
sent() { say 'Succeeded to send transaction to append log entry' hash=HASH; }
begun() { say 'Begin to upload file' "root=ROOT sequence=7"; }
uploaded() { say 'Completed to upload file' "root=ROOT sequence=7"; say 'upload took' duration=1s; }
wait_for() { until [ -e "$here/$1" ]; do sleep 0.02; done; }
"#;

/// A folder with a client, its output and the wallets' locks.
struct World {
    dir: TempDir,
    options: Options,
}

impl World {
    /// A client that does this.
    fn new(body: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let client = dir.path().join("client");
        let head = HEAD.replace("ROOT", ROOT).replace("HASH", HASH);
        program(&client, &format!("{head}{body}\n"));
        let options = Options {
            client: Some(client),
            evm_rpc: "http://127.0.0.1:1/evm".to_owned(),
            storage_nodes: vec!["http://127.0.0.1:1".to_owned()],
            indexer: None,
            stream: STREAM.to_owned(),
            wallet_key: WALLET.to_owned().into(),
            encryption: Encryption::None,
            kv_node: None,
            locks: dir.path().join("locks"),
            limits: Limits {
                client: Duration::from_secs(30),
                prepare: Duration::from_secs(20),
                patience: Duration::from_secs(20),
                queue: Duration::from_secs(20),
                pause: Duration::from_millis(20),
            },
        };
        Self { dir, options }
    }

    fn with(mut self, change: impl FnOnce(&mut Options)) -> Self {
        change(&mut self.options);
        self
    }

    fn writer(&self) -> Writer {
        Writer::new(&self.options).unwrap()
    }

    /// The fault of a submission that must have one.
    async fn fails(&self, notes: &Notes) -> SubmitFault {
        let (write, output) = (write(b"{}"), self.output());
        let done = self
            .writer()
            .submit(&key(), &write, notes.at(&output))
            .await;
        done.unwrap_err()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn output(&self) -> PathBuf {
        self.path("output")
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// How often the client was started.
    fn runs(&self) -> usize {
        self.text("runs").lines().count()
    }

    /// Lets a client go on that waits for this.
    fn allow(&self, name: &str) {
        fs::write(self.path(name), "").unwrap();
    }

    async fn until(&self, name: &str) {
        until(|| self.path(name).exists()).await;
    }
}

/// Waits for what must come.
async fn until(mut seen: impl FnMut() -> bool) {
    for _ in 0..1500 {
        if seen() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it did not come within 15 s");
}

/// A program of this text. Another process writes it: a file that a thread of this one has open for
/// writing, even for an instant in a process that is just being started, cannot be executed.
fn program(path: &Path, text: &str) {
    let status = Command::new("/bin/sh")
        .args(["-c", r#"printf %s "$2" >"$1" && chmod 755 "$1""#, "sh"])
        .arg(path)
        .arg(text)
        .status();
    assert!(status.unwrap().success());
}

fn key() -> Key {
    "memcells:6979da5797f9041fc0aa063f".parse().unwrap()
}

fn write(bytes: &[u8]) -> ValueWrite {
    ValueWrite {
        bytes: bytes.into(),
        fence: Fence::Absent,
    }
}

/// Remembers all that it was told, and fails where it shall.
#[derive(Default)]
struct Notes {
    seen: Mutex<Vec<Receipt>>,
    deaf_from: Option<Stage>,
}

impl Witness for Notes {
    fn saw(&self, receipt: &Receipt) -> Result<(), StoreError> {
        if self.deaf_from.is_some_and(|stage| receipt.stage >= stage) {
            return Err(StoreError::new(
                Store::Values,
                Kind::Refused,
                "the disk is full",
            ));
        }
        self.seen.lock().unwrap().push(receipt.clone());
        Ok(())
    }
}

impl Notes {
    fn deaf_from(stage: Stage) -> Self {
        Self {
            deaf_from: Some(stage),
            ..Self::default()
        }
    }

    fn seen(&self) -> Vec<Receipt> {
        self.seen.lock().unwrap().clone()
    }

    fn last(&self) -> Receipt {
        self.seen().pop().unwrap()
    }

    fn stages(&self) -> Vec<Stage> {
        let mut stages: Vec<_> = self.seen().iter().map(|receipt| receipt.stage).collect();
        stages.dedup();
        stages
    }

    fn at<'a>(&'a self, output: &'a Path) -> Attempt<'a> {
        Attempt {
            output,
            witness: self,
        }
    }
}

/// The state letter and some numbers of a process; nothing when it is gone or only waits to be
/// taken note of.
fn process(number: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
    let (_, rest) = text.rsplit_once(')')?;
    let fields: Vec<String> = rest.split_whitespace().map(str::to_owned).collect();
    (fields[0] != "Z").then_some(fields)
}
