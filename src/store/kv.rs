//! The 0G key-value node, read through its JSON-RPC: [`Reader`] is the adapter behind the port
//! [`crate::store::Values`].
//!
//! Nothing here writes. No message or log carries a value; addresses are shown without
//! credentials and query.

pub mod rpc;

mod client;
mod fault;
mod fetch;
mod probe;
mod reader;
mod text;

pub use reader::{Options, Reader};
