//! One suite for each port, run on every adapter behind it.

mod index;
pub(crate) mod values;
