//! What the words mean: keys, versions, lite documents, full values, the state of a pair.
//!
//! Values and pure rules. No IO, no driver, no screen.

pub mod bson;
pub mod ejson;
pub mod key;

pub use bson::Bson;
pub use key::{Collection, Key, Version};
