//! How a command ends: one table of exit codes, and the error that carries one.
//!
//! An error says what, where and what to do next; it never carries a secret or a document's value.

use std::io;
use std::ops::Range;

use crate::config;
use crate::domain::plan::{Refusal, Why};
use crate::task::Failure;

/// The exit codes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// Done, nothing found.
    Clean,
    /// Something was found.
    Findings,
    /// The command line or the configuration is wrong.
    Usage,
    /// A store does not answer as it should.
    Unreachable,
    /// Done in part.
    Partly,
    /// Somebody else changed it.
    Conflict,
    /// A guard said no.
    Refused,
    /// Not known how it ended.
    Unknown,
    /// The terminal hung up, and nothing is left open.
    HungUp,
    /// Stopped with Ctrl-C, and nothing is left open.
    Interrupted,
    /// Stopped with Ctrl-\\, and nothing is left open.
    Quit,
    /// Stopped by a termination signal, and nothing is left open.
    Terminated,
}

/// Every exit code with its number and its meaning, as the manual prints them.
pub(super) const TABLE: [(Exit, u8, &str); 12] = [
    (Exit::Clean, 0, "clean: done, and nothing was found"),
    (
        Exit::Findings,
        1,
        "findings: a document that is not as it should be, a value that is not there, a write that \
         is still open, a damaged journal",
    ),
    (
        Exit::Usage,
        2,
        "usage: the command line, the filter or the configuration is wrong, or names a database, \
         a field or a collection that does not exist; or nobody could be asked",
    ),
    (
        Exit::Unreachable,
        3,
        "unreachable: a store can't be reached, refuses the login or does not answer as it should",
    ),
    (
        Exit::Partly,
        4,
        "partly: a part of the answer is missing, or a value was written and MongoDB was not",
    ),
    (
        Exit::Conflict,
        5,
        "conflict: somebody else changed it; nothing of theirs was overwritten",
    ),
    (
        Exit::Refused,
        6,
        "refused: a guard, a store or the person said no; nothing was touched, or the node dropped it",
    ),
    (
        Exit::Unknown,
        7,
        "unknown: it can't be told yet how it ended; `dualscope recover` looks again",
    ),
    (
        Exit::HungUp,
        129,
        "hung up: the terminal went away, and no write of this session is left open",
    ),
    (
        Exit::Interrupted,
        130,
        "interrupted: stopped with Ctrl-C, and no write of this session is left open",
    ),
    (
        Exit::Quit,
        131,
        "quit: stopped with Ctrl-\\, and no write of this session is left open",
    ),
    (
        Exit::Terminated,
        143,
        "terminated: stopped by a signal, and no write of this session is left open",
    ),
];

impl Exit {
    /// The number.
    #[must_use]
    pub fn code(self) -> u8 {
        TABLE[self as usize].1
    }

    /// The exit of that number; one that is not known is nothing to rely on.
    pub(super) fn of(code: u8) -> Self {
        let row = TABLE.iter().find(|(_, known, _)| *known == code);
        row.map_or(Self::Unknown, |(exit, ..)| *exit)
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

/// Why a command could not be done, fit to be shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Fault {
    pub(super) exit: Exit,
    /// A stable name for programs.
    pub(super) kind: &'static str,
    /// What happened, and where: one line, whatever stands in what it names, unless it is `long`.
    pub(super) message: String,
    /// The message was composed of several lines.
    pub(super) long: bool,
    /// The next step, line by line; may be empty.
    pub(super) hint: Vec<String>,
    /// The line that was typed and the byte range in it that is meant.
    pub(super) place: Option<(String, Range<usize>)>,
}

impl Fault {
    pub(super) fn new(exit: Exit, kind: &'static str, message: impl Into<String>) -> Self {
        Self {
            exit,
            kind,
            message: message.into(),
            long: false,
            hint: Vec::new(),
            place: None,
        }
    }

    /// A fault of the command line.
    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, "usage", message)
    }

    /// With this next step in place of any other.
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint.clear();
        self.and(hint)
    }

    /// With one more line below the next step.
    pub(super) fn and(mut self, line: impl Into<String>) -> Self {
        let line = line.into();
        self.hint.extend((!line.is_empty()).then_some(line));
        self
    }

    /// With a message that was composed of several lines.
    pub(super) fn long(mut self) -> Self {
        self.long = true;
        self
    }

    pub(super) fn at(mut self, line: &str, span: Range<usize>) -> Self {
        self.place = Some((line.to_owned(), span));
        self
    }
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        let exit = match failure.kind {
            "not-found" => Exit::Usage,
            "conflict" => Exit::Conflict,
            "unknown" | "bug" => Exit::Unknown,
            _ => Exit::Unreachable,
        };
        Self::new(exit, failure.kind, failure.said).hint(failure.hint)
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        let exit = match refusal.why {
            Why::Superseded => Exit::Conflict,
            Why::Unseen => Exit::Unreachable,
            Why::Nothing | Why::Invalid | Why::Unsupported | Why::State => Exit::Refused,
        };
        let hint = match refusal.hint {
            hint if hint.contains("nothing was written") => hint,
            hint => format!("{hint}; nothing was written"),
        };
        Self::new(exit, refusal.why.name(), refusal.said).hint(hint)
    }
}

impl From<config::Fault> for Fault {
    fn from(fault: config::Fault) -> Self {
        Self::new(Exit::Usage, "config", fault.to_string()).long()
    }
}

/// Why a command stops before its end.
#[derive(Debug)]
pub(super) enum Stop {
    /// With an error to be told.
    Fault(Box<Fault>),
    /// Nobody reads what is printed any more, which is no error.
    Closed,
}

impl<T: Into<Fault>> From<T> for Stop {
    fn from(fault: T) -> Self {
        Self::Fault(Box::new(fault.into()))
    }
}

impl Stop {
    /// What a failed write means.
    pub(super) fn of_write(error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::Closed;
        }
        let message = format!("standard output can't be written: {}", error.kind());
        Fault::new(Exit::Partly, "output", message)
            .hint("what was printed so far is incomplete")
            .into()
    }

    /// The person has had enough.
    pub(super) fn interrupted() -> Self {
        Fault::new(Exit::Interrupted, "interrupted", "stopped with Ctrl-C")
            .hint("nothing was changed")
            .into()
    }
}

/// Why a file can't be used, in a person's words.
pub(super) fn trouble(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_there_is_told_as_that() {
        let said = |kind: io::ErrorKind| trouble(&kind.into());
        assert_eq!(said(io::ErrorKind::NotFound), "no such file");
        assert_eq!(said(io::ErrorKind::PermissionDenied), "permission denied");
    }

    #[test]
    fn the_table_has_each_code_at_its_place() {
        let mut codes: Vec<u8> = TABLE.iter().map(|(_, code, _)| *code).collect();
        for (at, (exit, _, said)) in TABLE.iter().enumerate() {
            assert_eq!(*exit as usize, at);
            assert!(!said.is_empty());
        }
        assert!(codes.is_sorted());
        codes.dedup();
        assert_eq!(codes.len(), TABLE.len());
    }

    #[test]
    fn a_closed_pipe_is_no_fault_and_a_full_disk_is() {
        let error = |kind: io::ErrorKind| Stop::of_write(&kind.into());
        assert!(matches!(error(io::ErrorKind::BrokenPipe), Stop::Closed));
        let Stop::Fault(fault) = error(io::ErrorKind::StorageFull) else {
            panic!("a full disk was passed over");
        };
        assert_eq!(fault.exit, Exit::Partly);
    }
}
