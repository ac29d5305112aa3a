//! The real binary, as a person starts it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests fail like tests"
)]

#[allow(dead_code, reason = "each binary uses its part of what is shared")]
#[path = "../support"]
mod support {
    //! What the tests of this binary share.
    pub(crate) mod devnet;
    pub(crate) mod keys;
    pub(crate) mod mongo;
    pub(crate) mod program;
    pub(crate) mod pty;
    pub(crate) mod screen;
}

mod canary;
mod cli;
#[path = "../devnet/devnet.rs"]
mod devnet;
mod editing;
mod kills;
mod lost;
mod panes;
mod pty;
mod real;
mod remembered;
mod standin;
mod terminal;
mod unlocking;
mod writer;
