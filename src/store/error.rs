//! One error for both stores, already fit to be shown: what happened, where, what to do next.
//!
//! Messages are made by the adapters and never carry a document's values, a password or the raw
//! text of a driver's error.

use std::fmt;

use crate::domain::Collection;
use crate::domain::plan::Unfit;

/// Which store an error speaks of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Store {
    /// The MongoDB side.
    Mongo,
    /// The value side.
    Values,
}

impl fmt::Display for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mongo => "MongoDB",
            Self::Values => "KV node",
        })
    }
}

/// What kind of trouble it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// Nobody answers at the address.
    Unreachable,
    /// The server says no: login, rights, a refused command.
    Refused,
    /// The thing asked for is not there.
    NotFound,
    /// Somebody else changed it.
    Conflict,
    /// Over a limit of size.
    TooLarge,
    /// The answer (or the question) is not of the agreed form.
    Malformed,
    /// No answer in time.
    Timeout,
    /// The server does not have this method or feature.
    Unsupported,
    /// It may or may not have happened.
    Unknown,
    /// A fault of this program.
    Bug,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Unreachable,
        Self::Refused,
        Self::NotFound,
        Self::Conflict,
        Self::TooLarge,
        Self::Malformed,
        Self::Timeout,
        Self::Unsupported,
        Self::Unknown,
        Self::Bug,
    ];

    /// The name in JSON output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Refused => "refused",
            Self::NotFound => "not-found",
            Self::Conflict => "conflict",
            Self::TooLarge => "too-large",
            Self::Malformed => "malformed",
            Self::Timeout => "timeout",
            Self::Unsupported => "unsupported",
            Self::Unknown => "unknown",
            Self::Bug => "bug",
        }
    }

    /// The next step when the adapter knows no better one.
    #[must_use]
    pub fn hint(self) -> &'static str {
        match self {
            Self::Unreachable => "check the address, then run `dualscope doctor`",
            Self::Refused => "check the login and its rights, then run `dualscope doctor`",
            Self::NotFound => "refresh; it may have been removed meanwhile",
            Self::Conflict => "read it again and look at what changed",
            Self::TooLarge => "ask for less at once",
            Self::Malformed => "check that the address is the right kind of server",
            Self::Timeout => {
                "try again, or raise mongo.timeout or kv.timeout, whichever store it is"
            }
            Self::Unsupported => "a newer server would have it; the rest works without",
            Self::Unknown => "look at what both stores hold now before doing anything",
            Self::Bug => "please report this with the log file (`dualscope paths`)",
        }
    }
}

/// What may be done after an error.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Retry {
    /// Nothing happened; the same call may be made again.
    Safe,
    /// It may have happened; look first.
    AfterLooking,
    /// The same call will fail again.
    Never,
}

/// An error of a store.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}; {hint}")]
pub struct StoreError {
    /// Which store.
    pub store: Store,
    /// What kind of trouble.
    pub kind: Kind,
    /// What may be done.
    pub retry: Retry,
    /// What happened and where; one line, no values, no secrets.
    pub message: String,
    /// The next step.
    pub hint: String,
}

impl StoreError {
    /// An error of a read, with the hint of its kind.
    #[must_use]
    pub fn new(store: Store, kind: Kind, message: impl Into<String>) -> Self {
        let retry = match kind {
            Kind::Unreachable | Kind::Timeout | Kind::Unknown => Retry::Safe,
            _ => Retry::Never,
        };
        Self {
            store,
            kind,
            retry,
            message: message.into(),
            hint: kind.hint().to_owned(),
        }
    }

    /// The error of a write to this collection that cannot be done at all.
    #[must_use]
    pub fn unfit(collection: &Collection, unfit: &Unfit) -> Self {
        let (kind, why) = match unfit {
            Unfit::Contradiction(why) => (Kind::Bug, *why),
            Unfit::Unwritable(why) => (Kind::Malformed, why.as_str()),
        };
        let error = Self::new(Store::Mongo, kind, format!("writing {collection}: {why}"));
        match kind {
            Kind::Malformed => error.hint("leave this field as it is, or change it in a shell"),
            _ => error,
        }
    }

    /// The same with a better next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// The same with another retry class.
    #[must_use]
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_kind_has_a_name_and_a_next_step() {
        assert!(Kind::ALL.iter().all(|kind| !kind.hint().is_empty()));
        assert_eq!(
            Kind::ALL
                .iter()
                .map(|k| k.name())
                .collect::<HashSet<_>>()
                .len(),
            Kind::ALL.len()
        );
    }
}
