//! Texts that are typed and not written yet, as the screen knows them. The files are kept outside.

use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::{Key, Version};

/// Which text of this session: each opening of the editor begins another one, unless it goes on with
/// a draft of this session.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct DraftId(pub u32);

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
    /// Which text of this session; `None` is one of another run.
    pub own: Option<DraftId>,
    /// When it was saved (ms since 1970).
    pub at: i64,
    /// Its file; `None` while it is not on the disk.
    pub file: Option<PathBuf>,
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
    /// Of this session's own drafts this one, if any.
    pub id: Option<DraftId>,
    /// That one only while it holds this text; `None` is whatever it holds.
    pub text: Option<Arc<str>>,
    /// Drafts that it was made from, while they are as they were found.
    pub files: Vec<PathBuf>,
}
