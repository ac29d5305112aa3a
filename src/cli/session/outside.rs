//! Another program that has the terminal for a while: the editor of the person.

use std::io;
use std::process::ExitStatus;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::{MissedTickBehavior, interval};

use super::Session;
use super::signal::Signal;
use crate::cli::exit::{Exit, Fault, Stop};
use crate::journal::Sheet;

/// How often the edited file is looked at.
const LOOK: Duration = Duration::from_secs(1);

impl Session {
    /// Runs an editor on a sheet until it ends; `look` is called again and again meanwhile. Ctrl-C is
    /// the editor's. When the program itself has to end, the editor is left alone.
    pub(in crate::cli) async fn outside(
        &mut self,
        editor: &str,
        sheet: &Sheet,
        mut look: impl FnMut(),
    ) -> Result<ExitStatus, Stop> {
        // A shell, since the name may carry arguments, as every program takes it.
        let mut command = Command::new("/bin/sh");
        command
            .arg("-c")
            .arg(format!("{editor} \"$@\""))
            .arg("editor")
            .arg(sheet.file());
        let started = sheet.lent(|| command.spawn());
        let mut child = started.map_err(|error| not_started(&error))?;
        let mut ticks = interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                ended = child.wait() => {
                    self.forget_interrupts();
                    return Ok(ended.map_err(|error| not_started(&error))?);
                }
                _ = ticks.tick() => look(),
                signal = self.signals.next() => if signal != Signal::Interrupt {
                    look();
                    return Err(signal.before_anything());
                },
            }
        }
    }
}

fn not_started(error: &io::Error) -> Fault {
    let message = format!("the editor can't be run: {}", error.kind());
    Fault::new(Exit::Usage, "editor", message).hint("set VISUAL or EDITOR; nothing was written")
}
