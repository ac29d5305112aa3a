//! The process: signals, pipes, time limits, hanging, and the faults that it has on demand.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rstest::rstest;

use crate::devnet::Fault;
use crate::support::devnet::{Devnet, Run, clients, until};

const SIGPIPE: i32 = 13;

/// Reads the log of a child until a line says this.
fn read_until(child: &mut Child, what: &str) -> BufReader<std::process::ChildStderr> {
    let mut reader = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains(what) {
        line.clear();
        assert_ne!(
            reader.read_line(&mut line).unwrap(),
            0,
            "it never said {what}"
        );
    }
    reader
}

fn ends_within(child: &mut Child, limit: Duration) -> bool {
    let end = Instant::now() + limit;
    while Instant::now() < end {
        if child.try_wait().unwrap().is_some() {
            return true;
        }
        std::thread::park_timeout(Duration::from_millis(5));
    }
    false
}

/// Ends a child that must not have ended by itself.
fn still_runs(mut child: Child, limit: Duration) -> Run {
    assert!(!ends_within(&mut child, limit), "it ended");
    child.kill().unwrap();
    Run::of(&child.wait_with_output().unwrap())
}

#[test]
fn it_dies_when_nobody_reads_its_log_even_after_the_send() {
    for client in clients() {
        let net = Devnet::start();
        let mut child = net.write(&[("k", "v")]).by(&client).start();
        drop(read_until(&mut child, "Succeeded to send transaction"));
        let run = Run::of(&child.wait_with_output().unwrap());
        assert_eq!(run.code, -SIGPIPE);
        assert_eq!(net.chain.seen()[0].data, None, "mined without its data");
    }
}

#[test]
fn it_dies_when_nobody_reads_its_answer() {
    for client in clients() {
        let net = Devnet::start();
        net.node
            .fail_always(Fault::Delay(Duration::from_millis(100)));
        let mut child = net.read().with("--stream-keys", "k").by(&client).start();
        drop(child.stdout.take());
        assert_eq!(Run::of(&child.wait_with_output().unwrap()).code, -SIGPIPE);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_log_that_cannot_be_written_changes_nothing() {
    for client in clients() {
        let net = Devnet::start();
        let full = std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let mut command = net.write(&[("k", "v")]).by(&client).command();
        let run = Run::of(&command.stderr(Stdio::from(full)).output().unwrap());
        assert_eq!(run.code, 0);
        assert_eq!(net.result(1).as_deref(), Some("Commit"));
    }
}

#[rstest]
#[case(rustix::process::Signal::TERM)]
#[case(rustix::process::Signal::INT)]
#[case(rustix::process::Signal::HUP)]
fn signals_end_it_at_once(#[case] signal: rustix::process::Signal) {
    for client in clients() {
        let net = Devnet::start();
        net.chain.set(|ledger| ledger.log_sync = false);
        let mut child = net.write(&[("k", "v")]).by(&client).start();
        let mut reader = read_until(&mut child, "Transaction receipt");
        let pid = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(pid, signal).unwrap();
        let mut rest = String::new();
        reader.read_to_string(&mut rest).unwrap();
        assert_eq!(
            Run::of(&child.wait_with_output().unwrap()).code,
            -signal.as_raw()
        );
    }
}

/// A server that accepts and does not answer: with one more attempt the client waits for ever,
/// without one the limit holds.
#[rstest]
#[case("zgs_getShardConfig")]
#[case("zgs_getStatus")]
#[case("eth_chainId")]
#[case("eth_call")]
#[case("zgs_getFileInfo")]
#[case("eth_sendRawTransaction")]
fn silence_hangs_it_as_soon_as_it_may_try_again(#[case] method: &str) {
    for client in clients() {
        let net = Devnet::start();
        let server = if method.starts_with("zgs") {
            &net.chain.storage
        } else {
            &net.chain.evm
        };
        server.fail(method, Fault::Silence, 0, usize::MAX);
        let call = net.write(&[("k", "v")]).by(&client);
        let call = call.args(["--rpc-timeout", "100ms", "--timeout", "300ms"]);
        let run = call.run().ended(1);
        assert!(
            run.fatal().ends_with("timeout\"") || run.fatal().contains(": timeout\" url="),
            "{}",
            run.err
        );
        let again = call.args(["--rpc-retry-count", "1", "--rpc-retry-interval", "10ms"]);
        let hung = still_runs(again.start(), Duration::from_millis(800));
        assert!(!hung.err.contains("level=fatal"), "{}", hung.err);
    }
}

#[test]
fn after_the_send_the_limit_of_the_whole_holds() {
    for client in clients() {
        for method in ["zgs_uploadSegmentsByTxSeq", "zgs_getFileInfoByTxSeq"] {
            let net = Devnet::start();
            net.chain
                .storage
                .fail(method, Fault::Silence, 0, usize::MAX);
            let call = net.write(&[("k", "v")]).by(&client);
            let call = call.args(["--rpc-retry-count", "3", "--timeout", "1500ms"]);
            let call = if client.ends_with("zerog-client") {
                call.env("DEVNET_CLIENT_LIMITS", "2")
            } else {
                call
            };
            let mut child = call.start();
            let ended = ends_within(&mut child, Duration::from_secs(8));
            assert!(ended, "{} {method}", client.display());
            let run = Run::of(&child.wait_with_output().unwrap()).ended(1);
            assert!(run.field("hash").is_some());
        }
    }
}

#[test]
fn a_receipt_that_never_comes_does_not_matter_once_the_data_is_there() {
    for client in clients() {
        let net = Devnet::start();
        net.chain
            .evm
            .fail("eth_getTransactionReceipt", Fault::Silence, 0, usize::MAX);
        let run = net.write(&[("k", "v")]).by(&client).run().ended(0);
        assert!(!run.err.contains("Transaction receipt"));
    }
}

#[test]
fn known_content_loses_patience_with_its_receipt() {
    let net = Devnet::start();
    net.write(&[("k", "v")]).run().ended(0);
    net.chain.set(|ledger| ledger.mining = false);
    let run = net.write(&[("k", "v")]).run().ended(1);
    assert!(run.fatal().ends_with(
        "mempool full and no max gas price is set, failed to send transaction: timeout\""
    ));
    assert!(run.field("hash").is_none() && run.field("txHash").is_some());
    net.chain.set(|ledger| ledger.mining = true);
    until(|| net.chain.seen().len() == 2);
}

/// What the chain and the log hold when the process ends at a stage: submissions, those with
/// data, and whether `root=`, `hash=` and `Completed` were said.
#[rstest]
#[case("start", (0, 0), (false, false, false))]
#[case("nodes", (0, 0), (false, false, false))]
#[case("send", (0, 0), (true, false, false))]
#[case("sent", (1, 0), (true, false, false))]
#[case("hash", (1, 0), (true, true, false))]
#[case("upload", (1, 0), (true, true, false))]
#[case("uploaded", (1, 1), (true, true, true))]
#[case("end", (1, 1), (true, true, true))]
fn it_can_end_at_each_stage(
    #[case] stage: &str,
    #[case] (mined, stored): (usize, usize),
    #[case] said: (bool, bool, bool),
) {
    for (what, code) in [("die", -9), ("panic", 2), ("fail", 1), ("quiet", 0)] {
        let net = Devnet::start();
        let run = net
            .write(&[("k", "v")])
            .fault(&format!("{what}@{stage}"))
            .run();
        assert_eq!(run.code, code, "{what}@{stage} {}", run.err);
        let seen = net.chain.seen();
        let data = seen.iter().filter(|seen| seen.data.is_some()).count();
        assert_eq!((seen.len(), data), (mined, stored), "{what}@{stage}");
        let completed = run.err.contains("Completed to upload file");
        let heard = (
            run.field("root").is_some(),
            run.field("hash").is_some(),
            completed,
        );
        assert_eq!(heard, said, "{what}@{stage} {}", run.err);
    }
}

#[test]
fn it_can_hang_at_each_stage_and_print_garbage_and_go_on() {
    for stage in [
        "start", "nodes", "send", "sent", "hash", "upload", "uploaded", "end",
    ] {
        let net = Devnet::start();
        let hanging = net
            .write(&[("k", "v")])
            .fault(&format!("hang@{stage}"))
            .start();
        still_runs(hanging, Duration::from_millis(200));
        let net = Devnet::start();
        let run = net
            .write(&[("k", "v")])
            .fault(&format!("garbage@{stage}"))
            .run()
            .ended(0);
        assert!(run.err.len() > 100_000 && run.err.contains('\u{fffd}'));
        assert_eq!(net.result(1).as_deref(), Some("Commit"));
    }
}
