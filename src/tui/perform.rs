//! Effects that are not tasks: clipboard, mouse, what is remembered, suspend.

use std::cell::RefCell;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use tokio_util::sync::CancellationToken;

use super::drafts::fresh_id;
use super::event_loop::{Editing, Host};
use super::external_editor;
use super::input::Keyboard;
use super::papers::Papers;
use super::remembered::private_folder;
use super::signal;
use super::terminal::{Guard, Out};
use crate::app::draft::{DraftId, DraftText};
use crate::app::{Edited, Effect, Outside};
use crate::domain::human;
use crate::task::Runtime;
use crate::task::spec::{TaskId, TaskSpec};

/// The most text that is sent to a clipboard. Terminals that limit the sequence cut it, or drop
/// it, above 100 000 bytes: 74 994 bytes of text as Base64 in a frame of 8 (BEL at its end, not ST).
const MOST_COPIED: usize = 74_994;

/// How long the reader of keys gets to stop, and how often it is looked at.
const QUIET: Duration = Duration::from_millis(200);
const LOOK: Duration = Duration::from_millis(5);

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
    /// The files of the session.
    pub papers: &'a mut Papers,
    /// Where keys come from.
    pub keyboard: Rc<RefCell<Keyboard>>,
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
        let effect = match self.papers.perform(effect) {
            Ok(said) => return said,
            Err(effect) => *effect,
        };
        match effect {
            Effect::Copy(text) => Some(copy(&text, self.guard.out(), &self.state, self.between)),
            Effect::Extend(task) => {
                self.runtime.extend(task);
                None
            }
            Effect::Mouse(on) => match self.guard.mouse(on) {
                Ok(()) => None,
                Err(error) => Some(failed("the mouse could not be switched", &error)),
            },
            Effect::MakeId => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH);
                let seconds = since.map_or(0, |since| since.as_secs());
                Some(Outside::Id(fresh_id(seconds)))
            }
            // these are the loop's own, or about files
            Effect::SaveDraft(..)
            | Effect::FindDrafts(_)
            | Effect::DropDrafts(_)
            | Effect::RemoveUnreadable(_)
            | Effect::RememberColumns(..)
            | Effect::RememberFilter(..)
            | Effect::Start(..)
            | Effect::Cancel(_)
            | Effect::EditOutside(..)
            | Effect::Suspend
            | Effect::Exit => None,
        }
    }

    fn poll_answer(&mut self, context: &mut Context<'_>) -> Poll<Outside> {
        self.papers.poll_answer(context)
    }

    fn edit(&mut self, (id, text): (DraftId, DraftText), stop: CancellationToken) -> Editing<'_> {
        Box::pin(async move {
            let variable = |name: &str| std::env::var(name).unwrap_or_default();
            let Some(editor) = crate::config::editor::named(variable) else {
                let said = "neither $VISUAL nor $EDITOR names an editor";
                return Edited::Nothing(said.to_owned());
            };
            let is_over = self.keyboard.borrow_mut().pause();
            let mut patience = QUIET;
            while !is_over() && !patience.is_zero() {
                tokio::time::sleep(LOOK).await;
                patience = patience.saturating_sub(LOOK);
            }
            // a terminal that does not listen does not need to be left
            let _ = self.guard.leave();
            let sheet = match self.papers.sheet(&text) {
                Ok(sheet) => sheet,
                Err(error) => {
                    let said = format!("no file for the editor could be written: {error}");
                    return Edited::Nothing(said);
                }
            };
            let (edited, sheet) = external_editor::run(&editor, (sheet, &text.text), stop).await;
            if let Some(sheet) = sheet {
                self.papers.take_over(id, sheet);
            }
            edited
        })
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
        self.keyboard.borrow_mut().resume();
        self.guard.enter_again()
    }
}

fn failed(what: &str, error: &io::Error) -> Outside {
    Outside::Failed(format!("{what}: {error}"))
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
