//! Everything that is tested in process: one binary, one module for each topic.
//!
//! Run by `tests/run` (which brings the servers) or, for what needs none, by `cargo test --test it`.
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
    pub(crate) mod driver;
    pub(crate) mod flags;
    pub(crate) mod house;
    pub(crate) mod looking;
    pub(crate) mod made;
    pub(crate) mod member;
    pub(crate) mod mongo;
    pub(crate) mod pen;
    pub(crate) mod plain;
    pub(crate) mod proxy;
    pub(crate) mod rows;
    pub(crate) mod writing;
}

mod ascii;
mod chain;
mod config;
mod contract;
mod crash;
mod demo;
#[path = "../devnet/devnet.rs"]
mod devnet;
#[path = "../docs/docs.rs"]
mod docs;
mod docs_current;
mod edit;
mod journal;
mod kv;
mod layers;
mod mongo;
mod promises;
mod screens;
mod servers;
mod slow;
mod stories;
mod truth;
mod undo;
mod unlocking;
mod unmoved;
mod viewer;
mod writer;
mod writes;
