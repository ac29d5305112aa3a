//! The bytes of one write, kept or made again at every read.

use std::fmt;
use std::sync::{Arc, OnceLock};

/// The bytes of one write. Empty bytes are a tombstone.
#[derive(Clone)]
pub enum Content {
    /// Bytes as they are.
    Bytes(Arc<[u8]>),
    /// Bytes made again at every read: a kilobyte of recipe instead of a megabyte of vectors.
    Made(Arc<Recipe>),
}

/// How to make a value again, and how long it is once that is known.
pub struct Recipe {
    make: Box<dyn Fn() -> Vec<u8> + Send + Sync>,
    size: OnceLock<usize>,
}

impl Content {
    /// Bytes that a recipe makes; it must make the same bytes every time, and never none.
    pub fn made(recipe: impl Fn() -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::Made(Arc::new(Recipe {
            make: Box::new(recipe),
            size: OnceLock::new(),
        }))
    }

    /// An empty value: a deletion.
    #[must_use]
    pub fn tombstone() -> Self {
        Self::Bytes(Arc::new([]))
    }

    pub(super) fn bytes(&self) -> Arc<[u8]> {
        match self {
            Self::Bytes(bytes) => Arc::clone(bytes),
            Self::Made(recipe) => (recipe.make)().into(),
        }
    }

    pub(super) fn size(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Made(recipe) => *recipe.size.get_or_init(|| (recipe.make)().len()),
        }
    }

    pub(super) fn is_tombstone(&self) -> bool {
        matches!(self, Self::Bytes(bytes) if bytes.is_empty())
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
            Self::Made(_) => f.write_str("Made"),
        }
    }
}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Self::Bytes(text.as_bytes().into())
    }
}

impl From<Vec<u8>> for Content {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes.into())
    }
}
