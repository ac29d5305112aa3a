//! One suite for each port, run on every adapter behind it.

mod index;
mod lite_writer;
pub(crate) mod values;
