//! Raw MongoDB queries in the filter line.

use super::super::bson::{Bson, Document};
use super::super::ejson;
use super::Fault;

/// Operators that run JavaScript on the server.
const JAVASCRIPT: [&str; 3] = ["$where", "$function", "$accumulator"];

/// Reads the query that starts at byte `start` of the line.
pub(super) fn read(line: &str, start: usize) -> Result<Document, Fault> {
    let text = &line[start..];
    let query = ejson::read_query(text).map_err(|fault| {
        let at = start + fault.at;
        let long = line[at..].chars().next().map_or(0, char::len_utf8);
        Fault::new(&(at..at + long), fault.what)
    })?;
    match javascript_in_document(&query) {
        None => Ok(query),
        Some(name) => {
            let span = text
                .find(name)
                .map_or(start..line.len(), |at| start + at..start + at + name.len());
            let what =
                format!("{name} runs JavaScript on the server, which dualscope never asks for");
            Err(Fault::new(&span, what))
        }
    }
}

fn javascript_in_document(document: &Document) -> Option<&'static str> {
    document.0.iter().find_map(|(name, value)| {
        let here = JAVASCRIPT.into_iter().find(|operator| operator == name);
        here.or_else(|| javascript_in(value))
    })
}

fn javascript_in(value: &Bson) -> Option<&'static str> {
    match value {
        Bson::Document(document) => javascript_in_document(document),
        Bson::Array(items) => items.iter().find_map(javascript_in),
        _ => None,
    }
}
