//! What can be wrong with a configuration, said so that a person can repair it.
//!
//! Texts name a place, a key and the next step. They never carry the value of a secret.

use std::fmt;

/// One thing that is wrong: where, what, and what to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// A file with line and column, an environment variable or a flag.
    pub place: String,
    /// What is wrong there, without a full stop.
    pub what: String,
    /// What to do next, without a full stop.
    pub next: String,
}

impl Problem {
    /// A problem from its three texts.
    pub(crate) fn new(
        place: impl Into<String>,
        what: impl Into<String>,
        next: impl Into<String>,
    ) -> Self {
        Self {
            place: place.into(),
            what: what.into(),
            next: next.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}. {}.", self.place, self.what, self.next)
    }
}

/// Everything that is wrong with the configuration, found in one go.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub struct Fault {
    problems: Vec<Problem>,
}

impl Fault {
    /// The single problems, in the order in which they were found.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// `Ok` when there is no problem.
    pub(crate) fn check(problems: Vec<Problem>) -> Result<(), Self> {
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Self { problems })
        }
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        Self {
            problems: vec![problem],
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.as_slice() {
            [one] => one.fmt(f),
            many => {
                write!(f, "{} faults in the configuration", many.len())?;
                many.iter()
                    .try_for_each(|problem| write!(f, "\n  {problem}"))
            }
        }
    }
}

/// What is wrong with a value, before its place is known: what, and what to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Complaint {
    pub(crate) what: String,
    pub(crate) next: String,
}

impl Complaint {
    pub(crate) fn new(what: impl Into<String>, next: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            next: next.into(),
        }
    }

    /// The same, now that the place is known.
    pub(crate) fn at(self, place: impl Into<String>) -> Problem {
        Problem::new(place, self.what, self.next)
    }
}
