//! x
mod demo;
