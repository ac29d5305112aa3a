//! The node as one JSON-RPC trait.
