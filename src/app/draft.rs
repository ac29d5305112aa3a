//! Texts that are typed and not written yet, as the screen knows them. The files are kept outside.

use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::{Key, Version};

/// A text to be kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DraftText {
    /// Of which document.
    pub key: Key,
    /// The version of the value that it was made from; `None` when there was none.
    pub base: Option<Version>,
    /// The text, byte for byte.
    pub text: Arc<str>,
}

/// A text that is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Draft {
    /// What is kept.
    pub text: DraftText,
    /// When it was saved (ms since 1970).
    pub at: i64,
    /// Its file.
    pub file: PathBuf,
    /// It is of other stores than this session's; in words which.
    pub elsewhere: Option<String>,
}

/// A file that is no draft, and that nobody may throw away but a person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unreadable {
    /// Its path.
    pub file: PathBuf,
    /// Why it is none, without any of its text.
    pub said: String,
}

/// Which drafts are not needed any more.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Spent {
    /// Of which document.
    pub key: Key,
    /// This program's own draft, while it holds this text; `None` is whatever it holds.
    pub text: Option<Arc<str>>,
    /// Drafts of other runs that it was made from.
    pub files: Vec<PathBuf>,
}
