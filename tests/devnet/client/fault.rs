//! Faults of the process itself, on demand. Faults of what it talks to belong to the emulator.
//!
//! `DEVNET_CLIENT_FAULT=die@hash` kills it right behind its `hash=` line.
//!
//! | what | happens |
//! |---|---|
//! | `die` | it kills itself (SIGKILL) |
//! | `hang` | it goes no further, for ever |
//! | `garbage` | it prints what no log has and goes on |
//! | `panic` | a Go panic, exit 2 |
//! | `fail` | a fatal line of an unknown kind, exit 1 |
//! | `quiet` | exit 0 without a further line |
//!
//! | stage | when |
//! |---|---|
//! | `start` | the arguments are read |
//! | `nodes` | the storage nodes have answered |
//! | `send` | the transaction is signed but not sent |
//! | `sent` | it is sent, without a line about it |
//! | `hash` | the `hash=` line is out |
//! | `upload` | the segments are about to be sent |
//! | `uploaded` | the storage nodes have them, with the line about it |
//! | `end` | all is done |

use std::process::exit;
use std::time::Duration;

use super::log;

/// A moment in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Start,
    Nodes,
    Send,
    Sent,
    Hash,
    Upload,
    Uploaded,
    End,
}

/// The name of each stage.
const STAGES: [(&str, Stage); 8] = [
    ("start", Stage::Start),
    ("nodes", Stage::Nodes),
    ("send", Stage::Send),
    ("sent", Stage::Sent),
    ("hash", Stage::Hash),
    ("upload", Stage::Upload),
    ("uploaded", Stage::Uploaded),
    ("end", Stage::End),
];

/// What can happen, by name.
const FAULTS: [(&str, fn()); 6] = [
    ("die", die),
    ("hang", hang),
    ("garbage", garbage),
    ("panic", || {
        log::go_panic("runtime error: invalid memory address or nil pointer dereference");
        exit(2)
    }),
    ("fail", || {
        let line =
            "time=\"2026-01-02T03:04:05Z\" level=fatal msg=\"something new\" error=unknown\n";
        log::stderr(line.as_bytes());
        exit(1)
    }),
    ("quiet", || exit(0)),
];

/// Lets happen what the environment orders for this stage.
pub(crate) fn at(stage: Stage) {
    let orders = std::env::var("DEVNET_CLIENT_FAULT").unwrap_or_default();
    for order in orders.split(',').filter(|order| !order.is_empty()) {
        let (what, when) = order.split_once('@').expect("WHAT@STAGE");
        let known = STAGES.iter().find(|(name, _)| *name == when);
        let (_, when) = known.expect("a stage of the table");
        let fault = FAULTS.iter().find(|(name, _)| *name == what);
        let (_, happen) = fault.expect("a fault of the table");
        if *when == stage {
            happen();
        }
    }
}

fn die() {
    let me = rustix::process::getpid();
    rustix::process::kill_process(me, rustix::process::Signal::KILL).expect("one may kill oneself");
}

fn hang() {
    loop {
        std::thread::sleep(Duration::from_secs(3600));
    }
}

/// Broken UTF-8, NUL, orders for a terminal, half a line of the log, a very long line, lines that
/// look right and are not.
fn garbage() {
    let mut bytes = b"\xff\xfe\x00\x1b[2J\x1b]0;title\x07\r\n".to_vec();
    bytes.extend(b"hash=0x12 root=zz sequence=99999999999999999999999 msg=\"unclosed\n");
    bytes.extend(b"time=\"2026\" level=info msg=\"Succeeded to send\n");
    bytes.extend(std::iter::repeat_n(b'#', 100_000));
    bytes.push(b'\n');
    log::stderr(&bytes);
}
