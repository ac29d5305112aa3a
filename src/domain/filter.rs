//! The filter line: text to [`Filter`], with the place of every fault and completion of names.
//!
//! Terms stand between blanks, and all must hold:
//!
//! | term | holds when |
//! |---|---|
//! | `group_id:g1`, `group_id=g1` | equal (an array field: one item is equal) |
//! | `user_id:alice,bob` | equal to one of them |
//! | `user_id:"Ann, the first"` | quotes keep blanks, commas and `..`; `\"` and `\\` inside |
//! | `-type:X`, `type:!X`, `type!=X` | not equal (to none of several) |
//! | `timestamp:>2026-01-20`, `n>=5`, `<`, `<=` | greater, less |
//! | `timestamp:2026-01-01..2026-01-31`, `n:5..`, `n:..5` | between, both ends included |
//! | `user_id:~ali`, `user_id~ali` | contains the text, letter case ignored |
//! | `event_id:null`, `event_id:!null` | null or missing; neither |
//! | `is:drifted,orphan`, `-is:agrees` | the state (of loaded rows); several `is:` add up |
//!
//! Values are read by the type of the field. A date is a year, month, day, minute, second or
//! instant (`2026`, `2026-01`, `2026-01-20`, `2026-01-20T14:12`, with seconds, `Z` or an offset;
//! without one it is UTC) and stands for the whole of it; `today`, `yesterday`, `now` and
//! distances into the past (`-30s`, `-5m`, `-2h`, `-7d`, `-2w`) are dates too. In a field of
//! unknown type, what looks like a number, an id, `true` or `false` matches that and the text.
//! A field is a dotted path. Where the fields of a collection are known, another name is a fault
//! unless a loaded row has it.
//!
//! A line that starts with `{` is one raw MongoDB query: relaxed extended JSON, or as typed in the
//! MongoDB shell. Server-side JavaScript is refused in it.
//!
//! Nothing here asks a server or reads a clock; "now" is an argument.

mod complete;
mod raw;
mod term;
mod value;

use std::ops::Range;

pub use complete::{Completion, complete};

use super::model::Field;
use super::query::Filter;
use super::state::{State, TABLE};
use term::Term;
use value::{Kind, Typing};

/// A parsed filter line.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Line {
    /// What the server is asked.
    pub filter: Filter,
    /// `is:STATE` conditions, which hold for loaded rows only; any of them must match. Empty when
    /// every state passes.
    pub states: Vec<State>,
}

/// What is wrong in a filter line, and where.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{what}")]
pub struct Fault {
    /// Byte range in the line, at character boundaries; empty at the end of the line.
    pub span: Range<usize>,
    /// What is wrong and what would be right.
    pub what: String,
    /// All that would be right, where that is more than a line of the screen holds; may be empty.
    pub choice: String,
}

impl Fault {
    fn new(span: &Range<usize>, what: impl Into<String>) -> Self {
        Self {
            span: span.clone(),
            what: what.into(),
            choice: String::new(),
        }
    }
}

/// Fields seen in loaded rows, with their BSON type names.
pub type Names = [(String, &'static str)];

/// Reads a filter line. `known` are the collection's lite fields (none: every name is taken),
/// `names` those seen in loaded rows, `now` is milliseconds since 1970.
///
/// # Errors
/// The first fault, with its place.
pub fn parse(line: &str, known: &[Field], names: &Names, now: i64) -> Result<Line, Fault> {
    let start = line.len() - line.trim_start().len();
    if line[start..].starts_with('{') {
        let mut parsed = Line::default();
        parsed.filter.raw = Some(raw::read(line, start)?);
        return Ok(parsed);
    }
    let mut parsed = Line::default();
    let mut states = States::default();
    for term in term::split(line)? {
        if term.name == "is" {
            states.add(&term)?;
            continue;
        }
        let kind = kind_of(&term, known, names)?;
        let typing = Typing { kind, now };
        parsed.filter.clauses.push(typing.clause(&term)?);
    }
    parsed.states = states.left()?;
    Ok(parsed)
}

/// The type of a term's field, if it may be asked for at all.
fn kind_of(term: &Term, known: &[Field], names: &Names) -> Result<Kind, Fault> {
    let top = term.name.split('.').next().unwrap_or_default();
    if top.is_empty() || top.starts_with('$') || term.name.split('.').any(str::is_empty) {
        let what = format!("{:?} is not the name of a field", term.name);
        return Err(Fault::new(&term.name_span, what));
    }
    let whole = top == term.name;
    if let Some(field) = known.iter().find(|field| field.name == top) {
        return Ok(Kind::of_field(field.kind, whole));
    }
    if let Some((_, bson)) = names.iter().find(|(name, _)| name == top) {
        return Ok(if whole {
            Kind::of_bson(bson)
        } else {
            Kind::Any
        });
    }
    if known.is_empty() {
        return Ok(Kind::Any);
    }
    let all = known.iter().map(|field| field.name.as_str());
    let what = format!("MongoDB holds no field {top:?} here{}", meant(top, all));
    let span = term.name_span.start..term.name_span.start + top.len();
    Err(Fault::new(&span, what))
}

/// The `is:` terms of a line.
#[derive(Default)]
struct States {
    wanted: Vec<State>,
    refused: Vec<State>,
    span: Range<usize>,
}

impl States {
    fn add(&mut self, term: &Term) -> Result<(), Fault> {
        if term.op != term::Op::Equal || term.range {
            return Err(Fault::new(
                &term.span,
                "is: takes names of states: is:drifted,orphan",
            ));
        }
        self.span = term.span.clone();
        for value in &term.values {
            let Some(state) = State::from_name(&value.text) else {
                let names = TABLE.map(|row| row.name);
                let near = meant(&value.text, names.iter().copied());
                let what = format!("no state is called {:?}{near}", value.text);
                return Err(Fault {
                    choice: format!("the states are {}", names.join(", ")),
                    ..Fault::new(&value.span, what)
                });
            };
            let list = if term.negated {
                &mut self.refused
            } else {
                &mut self.wanted
            };
            list.push(state);
        }
        Ok(())
    }

    fn left(self) -> Result<Vec<State>, Fault> {
        let none = self.wanted.is_empty();
        if none && self.refused.is_empty() {
            return Ok(Vec::new());
        }
        let all = TABLE.iter().map(|row| row.state);
        let left: Vec<_> = all
            .filter(|state| none || self.wanted.contains(state))
            .filter(|state| !self.refused.contains(state))
            .collect();
        if left.is_empty() {
            return Err(Fault::new(&self.span, "no state is left that could match"));
        }
        Ok(left)
    }
}

/// `; did you mean NAME?` when one of the names is near enough, otherwise nothing.
#[must_use]
pub fn meant<'a>(typed: &str, names: impl Iterator<Item = &'a str>) -> String {
    let near = names
        .map(|name| (distance(typed, name), name))
        .filter(|(far, name)| *far <= 1 + name.chars().count() / 4)
        .min();
    near.map_or_else(String::new, |(_, name)| format!("; did you mean {name}?"))
}

/// How many characters must be added, removed, replaced or swapped with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().take(64).collect();
    let b: Vec<char> = b.chars().take(64).collect();
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                let swap = if swapped {
                    rows[i - 2][j - 2] + 1
                } else {
                    usize::MAX
                };
                change
                    .min(rows[i - 1][j] + 1)
                    .min(rows[i][j - 1] + 1)
                    .min(swap)
            };
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests;
