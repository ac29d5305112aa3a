//! Effects that are not tasks: clipboard, mouse, what is remembered, suspend.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::event_loop::Host;
use super::remembered::{self, private_folder};
use super::signal;
use super::terminal::{Guard, Out};
use crate::app::{Effect, Outside};
use crate::domain::human;
use crate::task::Runtime;
use crate::task::spec::{TaskId, TaskSpec};

/// The most text that is sent to a clipboard. Terminals that limit the sequence cut it, or drop
/// it, above 100 000 bytes: 74 994 bytes of text as Base64 in a frame of 8 (BEL at its end, not ST).
const MOST_COPIED: usize = 74_994;

/// Which program stands between us and the terminal, as far as the clipboard is concerned.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Between {
    /// Nobody that is known.
    #[default]
    Nobody,
    /// tmux: passes the clipboard on when `set-clipboard` is `on`. It is not wrapped into a
    /// passthrough sequence: that is off in tmux unless allowed, and then the text would be lost.
    Tmux,
    /// GNU screen: drops it.
    Screen,
}

/// The program's hands.
#[derive(Debug)]
pub struct Hands<'a> {
    /// Starts and stops tasks.
    pub runtime: &'a Runtime,
    /// Holds the terminal.
    pub guard: &'a Guard,
    /// Private folder for what outlives the program.
    pub state: PathBuf,
    /// What stands between us and the terminal.
    pub between: Between,
}

impl Host for Hands<'_> {
    fn start(&mut self, task: TaskId, spec: TaskSpec) {
        self.runtime.start(task, spec);
    }

    fn cancel(&mut self, task: TaskId) {
        self.runtime.cancel(task);
    }

    fn perform(&mut self, effect: Effect) -> Option<Outside> {
        match effect {
            Effect::Copy(text) => Some(copy(&text, self.guard.out(), &self.state, self.between)),
            Effect::Mouse(on) => match self.guard.mouse(on) {
                Ok(()) => None,
                Err(error) => Some(failed("the mouse could not be switched", &error)),
            },
            Effect::RememberColumns(collection, choice) => {
                let done = remembered::remember_columns(&self.state, collection, choice);
                told("the columns could not be remembered", done)
            }
            Effect::RememberFilter(collection, line) => {
                let done = remembered::remember_filter(&self.state, collection, &line);
                told("the filter could not be remembered", done)
            }
            // these are the loop's own
            Effect::Start(..) | Effect::Cancel(_) | Effect::Suspend | Effect::Exit => None,
        }
    }

    fn suspend(&mut self) -> Result<(), String> {
        if !signal::has_shell() {
            return Err("there is no shell to go back to; dualscope goes on".to_owned());
        }
        // a terminal that does not listen must not keep the person from the shell
        let _ = self.guard.leave();
        signal::stop().map_err(|error| format!("dualscope could not be stopped: {error}"))
    }

    fn resume(&mut self) -> io::Result<()> {
        self.guard.enter_again()
    }
}

fn failed(what: &str, error: &io::Error) -> Outside {
    Outside::Failed(format!("{what}: {error}"))
}

/// What is to be said of something remembered.
fn told(what: &str, done: io::Result<Option<String>>) -> Option<Outside> {
    match done {
        Ok(note) => note.map(Outside::Failed),
        Err(error) => Some(failed(what, &error)),
    }
}

/// Sends text to the clipboard of the terminal; text that would not arrive goes to a private file.
fn copy(text: &str, mut out: Out, state: &Path, between: Between) -> Outside {
    let size = human::exact_bytes(text.len());
    if text.len() > MOST_COPIED || between == Between::Screen {
        let why = if between == Between::Screen {
            "GNU screen passes no clipboard on"
        } else {
            "too much for a terminal's clipboard"
        };
        return match keep(text, state) {
            Ok(path) => Outside::Copied(format!("{why}: wrote {size} to {}", path.display())),
            Err(error) => failed(&format!("{why}, and no file could be written"), &error),
        };
    }
    // crossterm has this sequence too, but would copy the text once more
    let sequence = format!("\x1b]52;c;{}\x07", BASE64_STANDARD.encode(text));
    match out.write_all(sequence.as_bytes()) {
        Ok(()) if between == Between::Tmux => Outside::Copied(format!(
            "sent {size} to tmux (OSC 52); it passes them on with `set -g set-clipboard on`"
        )),
        Ok(()) => Outside::Copied(format!(
            "sent {size} to the terminal's clipboard (OSC 52); some terminals ignore it"
        )),
        Err(error) => failed("nothing was copied", &error),
    }
}

/// A new file with this text, readable by its owner only.
fn keep(text: &str, state: &Path) -> io::Result<PathBuf> {
    private_folder(state)?;
    let mut file = tempfile::Builder::new()
        .prefix("copy-")
        .suffix(".txt")
        .tempfile_in(state)?;
    file.write_all(text.as_bytes())?;
    let (_, path) = file.keep()?;
    Ok(path)
}

#[cfg(test)]
mod tests;
