//! What the words mean: keys, versions, lite documents, full values, the state of a pair.
//!
//! Values, pure rules, and how values are said to people. No IO, no driver, no screen.

pub mod bson;
pub mod check;
pub mod codec;
pub mod columns;
pub mod compare;
pub mod diagnose;
pub mod discretion;
pub mod document;
pub mod edit;
pub mod ejson;
pub mod filter;
pub mod full;
pub mod human;
pub mod intent;
pub mod json;
pub mod key;
pub mod model;
pub mod order;
pub mod plan;
pub mod query;
pub mod state;
pub mod text;
pub mod time;

pub use bson::Bson;
pub use diagnose::{Diagnosis, Outlook, diagnose};
pub use document::{Document, Lite, Sight, Window};
pub use full::{Body, Codec, Full, Head, Stored};
pub use json::Json;
pub use key::{Collection, Key, Version};
pub use model::{Catalog, Model};
pub use query::{Cursor, Filter, Page, Place, Query, Sort};
pub use state::{Newer, State};
