//! The writer with a whole client and a whole chain: the stand-in, and a real client where the
//! environment names one.
#![expect(
    clippy::result_large_err,
    reason = "the port's fault, as the writer gives it"
)]

use std::fs;
use std::future::Future;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use dualscope::domain::Key;
use dualscope::domain::Version;
use dualscope::domain::intent::{Receipt, Stage};
use dualscope::domain::plan::{Fence, ValueWrite};
use dualscope::store::StoreError;
use dualscope::store::error::{Kind, Retry};
use dualscope::store::kv::Writer;
use dualscope::store::kv::writer::{Encryption, Limits, Options};
use dualscope::store::port::{Attempt, CheckVerdict, SubmitFault, ValueWriter as _, Witness};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::devnet::{Fault, stream};
use crate::support::devnet::{Devnet, KEY, account, clients, standin, until};

/// What a test needs: the chain, the writer, and a folder for both.
struct World {
    net: Devnet,
    writer: Writer,
    dir: TempDir,
}

impl World {
    fn new(client: &Path) -> Self {
        Self::with(client, |_| {})
    }

    fn with(client: &Path, change: impl FnOnce(&mut Options)) -> Self {
        let parts = (Devnet::start(), tempfile::tempdir().unwrap());
        Self::on(parts, client, change)
    }

    fn on((net, dir): (Devnet, TempDir), client: &Path, change: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options {
            client: Some(quick(client, dir.path())),
            evm_rpc: net.chain.evm.url(),
            storage_nodes: vec![net.chain.storage.url()],
            indexer: None,
            stream: stream(1).to_string(),
            wallet_key: KEY.to_owned().into(),
            encryption: Encryption::None,
            kv_node: Some(net.node.url()),
            locks: dir.path().join("locks"),
            limits: Limits {
                pause: Duration::from_millis(10),
                ..Limits::around(Duration::from_secs(30))
            },
        };
        change(&mut options);
        let writer = Writer::new(&options).unwrap();
        Self { net, writer, dir }
    }

    fn output(&self) -> PathBuf {
        self.dir.path().join("output")
    }

    fn complete(&self, write: &ValueWrite, notes: &Notes) -> Result<Receipt, SubmitFault> {
        let (key, known, output) = (key(), Receipt::default(), self.output());
        run(self
            .writer
            .complete((&key, write), &known, notes.at(&output)))
    }

    fn shown(&self, write: &ValueWrite) -> Version {
        let key = key().to_string();
        until(|| {
            let now = self.net.value(&key);
            now.is_some_and(|(_, bytes)| *bytes == *write.bytes)
        });
        Version(self.net.value(&key).unwrap().0)
    }
}

/// The stand-in with its sleeps shortened; a real client as it is.
fn quick(client: &Path, dir: &Path) -> PathBuf {
    if client != standin() {
        return client.to_owned();
    }
    let script = dir.join("client");
    let text = format!(
        "#!/bin/sh\nDEVNET_CLIENT_SPEED=100 exec '{}' \"$@\"\n",
        client.display()
    );
    fs::write(&script, text).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    script
}

fn key() -> Key {
    "memcells:6979da5797f9041fc0aa063f".parse().unwrap()
}

fn write(bytes: &[u8], fence: Fence) -> ValueWrite {
    ValueWrite {
        bytes: bytes.into(),
        fence,
    }
}

fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_all().build().unwrap();
    runtime.block_on(future)
}

/// Remembers, and may end the client at a stage.
#[derive(Default)]
struct Notes {
    last: Mutex<Receipt>,
    kill_at: Option<Stage>,
}

impl Witness for Notes {
    fn saw(&self, receipt: &Receipt) -> Result<(), StoreError> {
        receipt.clone_into(&mut self.last.lock().unwrap());
        if let Some(child) = receipt
            .child
            .filter(|_| self.kill_at == Some(receipt.stage))
        {
            let pid = Pid::from_raw(child.pid.try_into().unwrap()).unwrap();
            kill_process(pid, Signal::KILL).unwrap();
        }
        Ok(())
    }
}

impl Notes {
    fn at<'a>(&'a self, output: &'a Path) -> Attempt<'a> {
        Attempt {
            output,
            witness: self,
        }
    }
}

#[test]
fn bytes_go_out_and_come_back_the_same() {
    for client in clients() {
        let world = World::new(&client);
        let (notes, output) = (Notes::default(), world.output());
        let every: Vec<u8> = (1..=255).chain(*b"\r\n\"\r\r\n,\n").collect();
        let mut fence = Fence::Absent;
        for bytes in [b"{\"a\": 1}".as_slice(), &every, b""] {
            let write = write(bytes, fence);
            let receipt = run(world.writer.submit(&key(), &write, notes.at(&output))).unwrap();
            assert_eq!(receipt.stage, Stage::Uploaded);
            let version = world.shown(&write);
            assert_eq!(receipt.sequence, Some(version.0), "{}", client.display());
            fence = Fence::At(version);
        }
        // what was read before is not the latest: the store drops the write
        let stale = write(b"stale", Fence::Absent);
        let receipt = run(world.writer.submit(&key(), &stale, notes.at(&output))).unwrap();
        let result = world.net.result(receipt.sequence.unwrap()).unwrap();
        assert_eq!(result, "VersionConfliction");
    }
}

#[test]
fn a_client_ended_after_the_send_is_completed_without_a_second_transaction() {
    for client in clients() {
        // at its own pace, which leaves a second between the send and the data
        let world = World::with(&client, |options| options.client = Some(client.clone()));
        let output = world.output();
        let document = write(b"{\"a\":1}", Fence::Absent);
        let killer = Notes {
            kill_at: Some(Stage::Sent),
            ..Notes::default()
        };
        let fault = run(world.writer.submit(&key(), &document, killer.at(&output))).unwrap_err();
        assert_eq!(fault.error.retry, Retry::AfterLooking);
        assert_eq!(fault.receipt.stage, Stage::Sent);
        let (looked, running) =
            run(world
                .writer
                .look((&key(), &document), &fault.receipt, &output))
            .unwrap();
        assert!(looked.stage.may_lack_data() && running == Some(false));
        assert_eq!(looked.hash, fault.receipt.hash);

        let notes = Notes::default();
        let done = || world.complete(&document, &notes);
        // the node may need a moment to see the transaction
        let mut last = done();
        for _ in 0..50 {
            if last.is_ok() {
                break;
            }
            std::thread::park_timeout(Duration::from_millis(100));
            last = done();
        }
        let receipt = last.unwrap();
        assert_eq!(receipt.stage, Stage::Uploaded);
        assert_eq!(
            (&receipt.hash, &receipt.root),
            (&fault.receipt.hash, &fault.receipt.root)
        );
        world.shown(&document);
        assert_eq!(world.net.chain.seen().len(), 1, "{}", client.display());
    }
}

#[test]
fn a_lost_answer_to_the_send_is_looked_up_by_its_root_and_its_data_brought() {
    for client in clients() {
        let world = World::new(&client);
        world
            .net
            .chain
            .evm
            .fail("eth_sendRawTransaction", Fault::Lost, 0, 1);
        let (notes, output) = (Notes::default(), world.output());
        let document = write(b"{\"a\":2}", Fence::Absent);
        let fault = run(world.writer.submit(&key(), &document, notes.at(&output))).unwrap_err();
        assert_eq!(
            (fault.receipt.stage, fault.error.retry),
            (Stage::Sending, Retry::AfterLooking)
        );
        assert!(fault.receipt.hash.is_none() && fault.receipt.root.is_some());
        assert_eq!(world.net.chain.seen().len(), 1, "it is mined all the same");

        let look = || {
            run(world
                .writer
                .look((&key(), &document), &fault.receipt, &output))
        };
        until(|| look().unwrap().0.stage == Stage::Mined);
        let other = write(b"{\"a\":3}", Fence::Absent);
        let receipt = Receipt::default();
        let gone = world.dir.path().join("gone");
        let (other, _) = run(world.writer.look((&key(), &other), &receipt, &gone)).unwrap();
        assert_eq!(other.stage, Stage::Preparing, "another write was not sent");

        let receipt = world.complete(&document, &notes).unwrap();
        assert_eq!(receipt.root, fault.receipt.root);
        world.shown(&document);
        assert_eq!(world.net.chain.seen().len(), 1);
        assert_eq!(look().unwrap().0.stage, Stage::Uploaded);
    }
}

#[test]
fn data_that_nobody_sent_is_not_completed() {
    for client in clients() {
        let world = World::new(&client);
        let document = write(b"never sent", Fence::Absent);
        let fault = world.complete(&document, &Notes::default()).unwrap_err();
        assert_eq!(fault.error.kind, Kind::NotFound, "{}", fault.error);
        assert!(world.net.chain.seen().is_empty());
    }
}

#[test]
fn a_silent_chain_sends_nothing_and_its_client_is_ended() {
    for client in clients() {
        let world = World::with(&client, |options| {
            options.limits.prepare = Duration::from_secs(2);
        });
        world
            .net
            .chain
            .evm
            .fail("eth_call", Fault::Silence, 0, usize::MAX);
        let (notes, output) = (Notes::default(), world.output());
        let document = write(b"{}", Fence::Absent);
        let fault = run(world.writer.submit(&key(), &document, notes.at(&output))).unwrap_err();
        assert_eq!(
            (fault.error.kind, fault.error.retry),
            (Kind::Timeout, Retry::Safe)
        );
        assert!(fault.is_unsent() && world.net.chain.seen().is_empty());
        let (_, running) = run(world
            .writer
            .look((&key(), &document), &fault.receipt, &output))
        .unwrap();
        assert_eq!(running, Some(false));
    }
}

#[test]
fn a_hiccup_before_the_send_is_got_over() {
    for client in clients() {
        let world = World::new(&client);
        // more than the client itself tries again
        world
            .net
            .chain
            .storage
            .fail("zgs_getStatus", Fault::Close, 0, 18);
        let (notes, output) = (Notes::default(), world.output());
        let document = write(b"{}", Fence::Absent);
        let receipt = run(world.writer.submit(&key(), &document, notes.at(&output))).unwrap();
        assert_eq!(receipt.stage, Stage::Uploaded);
        assert_eq!(world.net.chain.seen().len(), 1);
    }
}

#[test]
fn an_empty_wallet_is_told_in_plain_words_and_sends_nothing() {
    for client in clients() {
        for estimated in [true, false] {
            let world = World::new(&client);
            let poor = Fault::error(-32000, "insufficient funds for gas * price + value");
            if estimated {
                let evm = &world.net.chain.evm;
                evm.fail("eth_estimateGas", poor, 0, usize::MAX);
            } else {
                let chain = &world.net.chain;
                chain.set(|ledger| ledger.balances.insert(account(), 1));
            }
            let (notes, output) = (Notes::default(), world.output());
            let document = write(b"{}", Fence::Absent);
            let fault = run(world.writer.submit(&key(), &document, notes.at(&output))).unwrap_err();
            assert_eq!(
                (fault.error.kind, fault.error.retry),
                (Kind::Refused, Retry::Never),
                "{}",
                fault.error
            );
            assert!(fault.error.message.starts_with("the wallet cannot pay"));
            assert!(fault.is_unsent() && world.net.chain.seen().is_empty());
        }
    }
}

#[test]
fn an_indexer_serves_and_one_that_vouches_for_nobody_is_refused_before_the_fee() {
    for client in clients() {
        let (net, dir) = (Devnet::start(), tempfile::tempdir().unwrap());
        let indexer = net.chain.indexer.url();
        let world = World::on((net, dir), &client, |options| {
            options.indexer = Some(indexer);
        });
        let (notes, output) = (Notes::default(), world.output());
        let document = write(b"{}", Fence::Absent);
        let untrusted =
            serde_json::json!({"trusted": [], "discovered": [{"url": "http://127.0.0.1:1"}]});
        let fault = Fault::Result(untrusted);
        world
            .net
            .chain
            .indexer
            .fail("indexer_getSelectedNodes", fault, 0, 1);
        let fault = run(world.writer.submit(&key(), &document, notes.at(&output))).unwrap_err();
        assert!(
            fault.is_unsent() && world.net.chain.seen().is_empty(),
            "{}",
            fault.error
        );
        assert_eq!(
            (fault.error.kind, fault.error.retry),
            (Kind::Refused, Retry::Never)
        );

        let receipt = run(world.writer.submit(&key(), &document, notes.at(&output))).unwrap();
        assert_eq!(receipt.stage, Stage::Uploaded);
        world.shown(&document);
        let checks = run(world.writer.probe());
        assert!(
            checks.iter().all(|check| check.verdict == CheckVerdict::Ok),
            "{checks:?}"
        );
    }
}

#[test]
fn the_doctor_sees_the_whole_way() {
    for client in clients() {
        let world = World::new(&client);
        let (notes, output) = (Notes::default(), world.output());
        let document = write(b"{\"a\":1}", Fence::Absent);
        run(world.writer.submit(&key(), &document, notes.at(&output))).unwrap();
        world.shown(&document);
        let checks = run(world.writer.probe());
        assert_eq!(checks.len(), 5, "{checks:?}");
        for check in checks {
            assert_eq!(check.verdict, CheckVerdict::Ok, "{check:?}");
        }
    }
}
