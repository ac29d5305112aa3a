//! Why something could not be written down, and what that means for the file.

use std::io;

/// A fact that is not in the journal. Every message says what was and what was not written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The folder or a file in it could not be made.
    #[error("the journal cannot be opened ({what}: {why}); nothing was written")]
    Open {
        /// What was tried.
        what: &'static str,
        /// What the system said.
        why: io::Error,
    },
    /// Another program holds the file.
    #[error("another running program holds this journal file; nothing was written")]
    Held,
    /// The line is not in the file, and the file is as it was.
    #[error("the journal could not be written ({0}); the fact is not in it, what was before is")]
    NotWritten(io::Error),
    /// The system took the line and could not say that it is on disk.
    #[error(
        "the disk did not confirm a journal line ({0}); it may or may not be there, and nothing \
         more is written to this file"
    )]
    NotCertain(io::Error),
    /// The file is not used any more.
    #[error("this journal file is not written any more: {0}; the fact is not in it")]
    Broken(String),
    /// A fact about an intent that this file does not know.
    #[error("this journal file does not know the intent {0}; nothing was written")]
    Unplanned(String),
    /// An intent is planned once.
    #[error("the intent {0} is planned already; nothing was written")]
    PlannedTwice(String),
    /// Not a UUID.
    #[error("an intent is named by a UUID; nothing was written")]
    Name,
    /// The address of a store looks like one with credentials.
    #[error("the place of an intent must be a host and a port alone; nothing was written")]
    Credentials,
    /// What would be written does not read back as it is.
    #[error("the plan cannot be told again exactly ({0}); nothing was written")]
    Unfaithful(String),
    /// The file has a place behind which it cannot be read.
    #[error("the journal file cannot be read past line {line} ({said}); nothing was changed")]
    Damaged {
        /// From 1.
        line: u64,
        /// What is wrong there.
        said: String,
    },
    /// Somebody else removed it.
    #[error("the journal file is gone; nothing was written")]
    Gone,
    /// It is not one to put aside.
    #[error("the journal file can be read to its end; nothing was changed")]
    Whole,
    /// It was finished by another program.
    #[error("the intent {0} was closed meanwhile; nothing was changed")]
    Closed(String),
}
