//! The 0G key-value node.

pub mod rpc;
