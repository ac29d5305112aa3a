//! What is typed, on the disk while it is typed.

use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::intent::Place;
use crate::domain::{Key, Version};
use crate::journal::{Drafts, Text};

/// Keeps what is typed on the disk.
pub(super) struct Saver {
    pub(super) drafts: Drafts,
    pub(super) place: Place,
    pub(super) key: Key,
    pub(super) base: Option<Version>,
    pub(super) shown: Arc<str>,
    pub(super) saved: Option<(PathBuf, String)>,
    pub(super) trouble: Option<String>,
}

impl Saver {
    /// Whether all of these bytes are safe: nothing was typed, or they are in the draft.
    pub(super) fn has(&self, bytes: &[u8]) -> bool {
        let begun = bytes.trim_ascii_end() == self.shown.trim_ascii_end().as_bytes();
        let saved = self.saved.as_ref();
        let saved = saved.map(|(_, text)| text.as_bytes());
        bytes.trim_ascii().is_empty() || saved.map_or(begun, |saved| saved == bytes)
    }

    /// Saves a text that is not what the editor began with.
    pub(super) fn save(&mut self, bytes: Option<Vec<u8>>) {
        let Some(text) = bytes.and_then(|bytes| String::from_utf8(bytes).ok()) else {
            return;
        };
        let known = self.saved.as_ref().map(|(_, text)| text.as_str());
        let first = known.is_none() && text.trim_end() == self.shown.trim_end();
        if text.trim().is_empty() || first || known == Some(text.as_str()) {
            return;
        }
        let draft = Text {
            place: &self.place,
            key: &self.key,
            base: self.base,
            text: &text,
        };
        match self.drafts.save(draft) {
            Ok(file) => {
                self.saved = Some((file, text));
                self.trouble = None;
            }
            Err(error) => self.trouble = Some(error.to_string()),
        }
    }
}
