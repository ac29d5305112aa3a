//! The state of the screen and the one function that changes it.
//!
//! `update` is deterministic: no IO, no clock, no threads, no random numbers. What must happen
//! outside comes out as [`Effect`]s; what happened there comes back as [`Msg`]s.

pub mod msg;

pub use msg::{Chord, Effect, Input, Key, Mouse, Msg, Now};
