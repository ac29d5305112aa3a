//! The 0G key-value store: read from a node's JSON-RPC, written through the storage client.
//! [`Reader`] is the adapter behind the port [`crate::store::Values`], [`Writer`] the one behind
//! [`crate::store::port::ValueWriter`].
//!
//! No message or log carries a value; addresses are shown without credentials and query.

pub mod rpc;
pub mod writer;

mod client;
mod fault;
mod fetch;
mod probe;
mod reader;
mod storage;
mod stuck;
mod text;

pub use reader::{Options, Reader, Storage};
pub use writer::Writer;
