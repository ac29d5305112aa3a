//! What people type in the MongoDB shell, as extended JSON.

use super::super::bson::Document;
use super::super::json::Fault;
use super::read::read_document;

/// Reads a query document.
///
/// # Errors
/// The first fault.
pub fn read_query(text: &str) -> Result<Document, Fault> {
    read_document(text)
}
