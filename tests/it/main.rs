//! Everything that runs in process, in one fast binary; each topic is a module.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "test helpers fail by panicking"
)]

mod contract;
#[path = "../devnet/devnet.rs"]
mod devnet;
mod kv;
