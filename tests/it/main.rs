//! Integration tests, one binary: everything in process.

mod config;
