//! One suite for each port, run on every adapter behind it.

pub(crate) mod values;
