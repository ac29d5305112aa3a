//! What the value store holds under a key: bytes, kept as they are, and what they decode to.
//!
//! Decoding is a view and never a replacement: whatever cannot be decoded keeps its bytes and the
//! reason. The rules of decoding are in `domain::codec`; these are only the shapes.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::json::{Fault, Json};
use super::key::Version;

/// How a value is written down in the store.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Codec {
    /// Standard Base64 of compact JSON: deployments of January 2026 through the 0G client.
    Base64,
    /// JSON text itself: later deployments, and Redis.
    Plain,
}

impl Codec {
    /// Every codec.
    pub const ALL: [Self; 2] = [Self::Base64, Self::Plain];

    /// The name in configuration and JSON output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::Plain => "plain",
        }
    }

    /// The bytes to store for a text. Decoding them gives the same text and codec back if the text
    /// is JSON.
    #[must_use]
    pub fn encode(self, text: &str) -> Vec<u8> {
        match self {
            Self::Base64 => STANDARD.encode(text).into_bytes(),
            Self::Plain => text.as_bytes().to_vec(),
        }
    }

    /// The name on the screen.
    #[must_use]
    pub fn said(self) -> &'static str {
        match self {
            Self::Base64 => "Base64",
            Self::Plain => "plain JSON",
        }
    }
}

/// A non-empty stored value. What it says is never printed for debugging.
#[derive(Clone, PartialEq)]
pub struct Full {
    /// The bytes exactly as stored.
    pub raw: Arc<[u8]>,
    /// What they decode to.
    pub body: Body,
}

impl fmt::Debug for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Full({} bytes, {:?})", self.raw.len(), self.codec())
    }
}

/// The result of decoding.
#[derive(Clone, PartialEq, Debug)]
pub enum Body {
    /// JSON, with the codec it was found in.
    Json {
        /// How the text was written down.
        codec: Codec,
        /// The decoded text and its index.
        json: Arc<Json>,
    },
    /// Something else.
    Undecodable(Undecodable),
}

/// Why bytes did not decode, with as much as could be recovered.
#[derive(Clone, PartialEq, Debug)]
pub struct Undecodable {
    /// The codec that matched as far as it went.
    pub codec: Option<Codec>,
    /// The reason, without any of the value's text.
    pub reason: Reason,
    /// The decoded text where there is text, although it is not JSON.
    pub text: Option<Arc<str>>,
}

/// The reasons why bytes do not decode, each with its place.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Reason {
    /// The stored bytes are not text.
    #[error("not UTF-8 at byte {at}")]
    NotUtf8 {
        /// Offset in the stored bytes.
        at: usize,
    },
    /// Text that is neither JSON nor Base64.
    #[error("neither JSON nor Base64: {json}; Base64 ends at byte {base64_at}")]
    Neither {
        /// What a JSON reader says.
        json: Fault,
        /// First byte that Base64 does not have, or the length when the padding is wrong.
        base64_at: usize,
    },
    /// Base64 of bytes that are not text.
    #[error("Base64 of bytes that are not UTF-8 at decoded byte {at}")]
    Base64NotUtf8 {
        /// Offset in the decoded bytes.
        at: usize,
    },
    /// Base64 of text that is not JSON.
    #[error("Base64 of text that is not JSON: {0}")]
    Base64NotJson(Fault),
    /// Text that starts like JSON and is not.
    #[error("not JSON: {0}")]
    NotJson(Fault),
}

impl Full {
    /// The decoded text, byte for byte, where there is text.
    #[must_use]
    pub fn text(&self) -> Option<&Arc<str>> {
        match &self.body {
            Body::Json { json, .. } => Some(json.text()),
            Body::Undecodable(undecodable) => undecodable.text.as_ref(),
        }
    }

    /// The text that a person can edit: the decoded one, else the stored bytes where they are text.
    #[must_use]
    pub fn as_text(&self) -> Option<Arc<str>> {
        let bytes = || std::str::from_utf8(&self.raw).ok().map(Into::into);
        self.text().cloned().or_else(bytes)
    }

    /// The index over the text, if it is JSON.
    #[must_use]
    pub fn json(&self) -> Option<&Arc<Json>> {
        match &self.body {
            Body::Json { json, .. } => Some(json),
            Body::Undecodable(_) => None,
        }
    }

    /// The codec, where one was recognised.
    #[must_use]
    pub fn codec(&self) -> Option<Codec> {
        match &self.body {
            Body::Json { codec, .. } => Some(*codec),
            Body::Undecodable(undecodable) => undecodable.codec,
        }
    }
}

/// What the store says about one key.
#[derive(Clone, PartialEq, Debug)]
pub enum Stored {
    /// Never written, as far as this node can see. (A tombstone written by transaction 0 reads
    /// the same: version 0, size 0.)
    Absent,
    /// Written empty: deleted.
    Tombstone {
        /// The version of the empty write.
        version: Version,
    },
    /// A value.
    Value {
        /// The version that wrote it.
        version: Version,
        /// The value.
        full: Full,
    },
}

impl Stored {
    /// The version of the latest write, where there is one.
    #[must_use]
    pub fn version(&self) -> Option<Version> {
        match self {
            Self::Absent => None,
            Self::Tombstone { version } | Self::Value { version, .. } => Some(*version),
        }
    }

    /// What can be told of it without its bytes.
    #[must_use]
    pub fn head(&self) -> Head {
        match self {
            Self::Absent => Head::Absent,
            Self::Tombstone { version } => Head::Tombstone(*version),
            Self::Value { version, full } => Head::Value {
                version: *version,
                size: full.raw.len() as u64,
            },
        }
    }

    /// The value, if there is one.
    #[must_use]
    pub fn full(&self) -> Option<&Full> {
        match self {
            Self::Value { full, .. } => Some(full),
            _ => None,
        }
    }
}

/// A key's latest version and size, without its bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Head {
    /// Never written (version 0, size 0).
    Absent,
    /// Written empty.
    Tombstone(Version),
    /// A value of `size` stored bytes.
    Value {
        /// The version that wrote it.
        version: Version,
        /// Stored bytes, before decoding.
        size: u64,
    },
}

impl Head {
    /// Reads the store's answer: version 0 with a size is a value of transaction 0, without one
    /// nothing was ever written (0G wire contract, B.4).
    #[must_use]
    pub fn of(version: u64, size: u64) -> Self {
        match (version, size) {
            (0, 0) => Self::Absent,
            (version, 0) => Self::Tombstone(Version(version)),
            (version, size) => Self::Value {
                version: Version(version),
                size,
            },
        }
    }

    /// The version of the latest write, where there is one.
    #[must_use]
    pub fn version(self) -> Option<Version> {
        match self {
            Self::Absent => None,
            Self::Tombstone(version) | Self::Value { version, .. } => Some(version),
        }
    }
}
