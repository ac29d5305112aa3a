//! What is sent, and what is made of what comes back; no server needed.

mod convert;
mod find;
mod words;
