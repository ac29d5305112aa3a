//! The emulated chain in process: encodings against vectors of the real ones, and the rules by
//! which the KV node takes or drops a batch.

mod csv;
mod replay;
mod wire;
