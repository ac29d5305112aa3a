//! The filter line: text to [`Filter`], with the place of every fault and completion of names.

use super::model::Field;
use super::query::Filter;
use super::state::State;

/// A parsed filter line.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Line {
    /// What the server is asked.
    pub filter: Filter,
    /// `is:STATE` conditions, which hold for loaded rows only; any of them must match.
    pub states: Vec<State>,
}

/// What is wrong in a filter line, and where.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{what}")]
pub struct Fault {
    /// Byte range in the line.
    pub span: std::ops::Range<usize>,
    /// What is wrong and what would be right.
    pub what: String,
}

/// Reads a filter line.
///
/// # Errors
/// The first fault, with its place.
pub fn parse(
    _line: &str,
    _known: &[Field],
    _names: &[(String, &'static str)],
    _now: i64,
) -> Result<Line, Fault> {
    Ok(Line::default())
}

/// What could stand at a place of the line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Completion {
    /// Byte range that the text replaces.
    pub span: std::ops::Range<usize>,
    /// The text.
    pub text: String,
    /// A few words about it (the field's type, the state in words).
    pub help: String,
}

/// Completions at a byte offset of the line, the best first. `names` are fields seen in loaded
/// rows with their BSON type names, beside the `known` ones.
#[must_use]
pub fn complete(
    _line: &str,
    _at: usize,
    _known: &[Field],
    _names: &[(String, &'static str)],
) -> Vec<Completion> {
    Vec::new()
}
