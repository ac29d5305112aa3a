//! A text that comes in: bytes from a file or from standard input, and the text to be stored that
//! they make.

use std::fs;
use std::io::{self, Read as _};
use std::sync::Arc;

use crate::cli::exit::{Exit, Fault, trouble};
use crate::cli::record;
use crate::domain::edit::{Folding, Layout, rebuild};
use crate::domain::json::{self, Json};
use crate::domain::plan::{Refusal, Why};

/// A text and where it came from.
#[derive(Clone, Debug)]
pub(super) struct Input {
    /// The file's name as it was given.
    pub(super) name: String,
    /// The text, byte for byte.
    pub(super) text: Arc<str>,
}

impl Input {
    /// Reads a file, or standard input for `-`, to its end.
    pub(super) fn read(name: &str) -> Result<Self, Fault> {
        let (name, bytes) = match name {
            "-" => ("standard input".to_owned(), from_stdin()),
            file => (file.to_owned(), fs::read(file)),
        };
        let bytes = bytes.map_err(|error| {
            let message = format!("{name} can't be read: {}", trouble(&error));
            Fault::new(Exit::Usage, "input", message).hint("nothing was written")
        })?;
        Self::of(name, bytes)
    }

    /// Bytes as a text.
    pub(super) fn of(name: String, bytes: Vec<u8>) -> Result<Self, Fault> {
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self {
                name,
                text: text.into(),
            }),
            Err(fault) => {
                let at = fault.utf8_error().valid_up_to();
                let before = fault.as_bytes().get(..at).unwrap_or_default();
                let (line, column) = place(&String::from_utf8_lossy(before));
                let said = format!("{name}:{line}:{column}: not UTF-8 at byte {at}");
                Err(Fault::new(Exit::Refused, Why::Invalid.name(), said)
                    .hint("save it as UTF-8; nothing was written"))
            }
        }
    }

    /// The text to store in place of `stored`: what is equal keeps the bytes that it has there. A
    /// text for a key without JSON is stored compact.
    pub(super) fn over(&self, stored: Option<&Json>) -> Result<Arc<str>, Refusal> {
        let Some(stored) = stored else {
            let body = self.text.strip_prefix('\u{feff}').unwrap_or(&self.text);
            Json::parse(body.into()).map_err(|fault| not_json(&fault))?;
            return Ok(record::one_line(body).into());
        };
        let shown = Layout::new(stored, Folding::NOTHING).map_err(|fault| not_json(&fault))?;
        let rebuilt = rebuild(stored, &shown, &self.text).map_err(|fault| not_json(&fault))?;
        Ok(Arc::clone(rebuilt.json.text()))
    }

    /// A refusal told with its place in this text.
    pub(super) fn blame(&self, refusal: Refusal) -> Fault {
        let place = refusal.place;
        let mut fault = Fault::from(refusal);
        if let Some((line, column)) = place {
            fault.message = format!("{}:{line}:{column}: {}", self.name, fault.message);
        } else {
            fault.message = format!("{}: {}", self.name, fault.message);
        }
        fault
    }
}

fn from_stdin() -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The refusal of a text that is not JSON.
pub(super) fn not_json(fault: &json::Fault) -> Refusal {
    Refusal {
        place: Some((fault.line, fault.column)),
        ..Refusal::new(Why::Invalid, format!("not JSON: {}", fault.what))
    }
}

/// Line and column behind a text, from 1.
fn place(before: &str) -> (usize, usize) {
    let line = before.matches('\n').count() + 1;
    let last = before.rsplit('\n').next().unwrap_or_default();
    (line, last.chars().count() + 1)
}
