//! The two stores: ports that the rest of the program talks to, and the adapters behind them.
//!
//! Only adapters talk to the network. Nothing here knows tasks or screens.

pub mod cache;
pub mod error;
pub mod kv;
pub mod memory;
pub mod mongo;
pub mod port;

pub use error::StoreError;
pub use port::{Index, Services, Values};
