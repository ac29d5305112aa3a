//! Stands in for `0g-storage-client` (`kv-write`, `kv-read`): a process with the same command line,
//! the same lines on stderr, the same exit codes and the same requests, for tests of what starts
//! it. It writes for real, to the emulated chain (`chain.rs`) or to any other.
//!
//! It must not be kinder than the real program: it waits where that waits, hangs where that hangs
//! and dies where that dies. What it does not have: commands beyond these two and `help`,
//! connections other than plain HTTP, type-2 transactions, and real encryption (`wire/cipher.rs`).
//!
//! Settings, by the environment, of which the real program reads nothing:
//!
//! | variable | meaning |
//! |---|---|
//! | `DEVNET_CLIENT_SPEED` | divides every sleep, poll and retry interval; 1 when not set |
//! | `DEVNET_CLIENT_LIMITS` | divides `--timeout` and `--rpc-timeout` likewise |
//! | `DEVNET_CLIENT_VERSION` | `v1.2.2`, `v1.3.0` or `v1.4.1` (when not set) |
//! | `DEVNET_CLIENT_FAULT` | `WHAT@STAGE`, several with commas between them (`client/fault.rs`) |
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "test support; this process sleeps and ends as the real one does"
)]

mod client {
    //! The parts of the program.
    pub(crate) mod chain;
    pub(crate) mod command;
    pub(crate) mod csv;
    pub(crate) mod fault;
    pub(crate) mod flags;
    pub(crate) mod go;
    pub(crate) mod http;
    pub(crate) mod job;
    pub(crate) mod log;
    pub(crate) mod numbers;
    pub(crate) mod pace;
    pub(crate) mod read;
    pub(crate) mod rpc;
    pub(crate) mod storage;
    pub(crate) mod usage;
    pub(crate) mod write;
}
mod wire;

use std::os::unix::ffi::OsStringExt;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = std::env::args_os().skip(1);
    let arguments: Vec<Vec<u8>> = arguments.map(OsStringExt::into_vec).collect();
    client::command::run(&arguments)
}
