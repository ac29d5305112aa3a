//! The sheet that an editor works on, and which editor that is.

use std::env;
use std::io;
use std::path::Path;

use crate::cli::exit::{Exit, Fault};
use crate::config;
use crate::journal::{Sheet, Text};

/// A sheet for a text.
pub(super) fn sheet(state: &Path, begun: Text<'_>) -> Result<Sheet, Fault> {
    Sheet::open(state, begun).map_err(|error| unwritten(&error))
}

/// Puts a text into the file, below the fault that it had.
pub(super) fn fill(sheet: &Sheet, text: &str, fault: Option<&str>) -> Result<(), Fault> {
    sheet.fill(text, fault).map_err(|error| unwritten(&error))
}

fn unwritten(error: &io::Error) -> Fault {
    let message = format!("the file for the editor can't be written: {}", error.kind());
    Fault::new(Exit::Usage, "folder", message).hint("nothing was written")
}

/// The editor of the person, perhaps with arguments.
pub(super) fn command() -> Result<String, Fault> {
    let variable = |name: &str| env::var(name).unwrap_or_default();
    config::editor::named(variable).ok_or_else(|| {
        Fault::usage("no editor is named: set $VISUAL or $EDITOR")
            .hint("nothing was started, and nothing was written")
    })
}
