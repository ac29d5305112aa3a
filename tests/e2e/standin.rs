//! The stand-in for the client: held to what is known of the real one, row by row. Where the
//! environment names a real client, that is held to the same.

mod arguments;
mod chain;
mod lines;
mod process;
mod servers;
mod values;
