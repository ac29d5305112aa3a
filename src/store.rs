//! The two stores: ports that the rest of the program talks to, and the adapters behind them.

pub mod kv;
