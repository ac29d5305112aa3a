//! The only place that changes the modes of the terminal, and changes them back.
//!
//! Everything that is turned on here is turned off by [`Guard::leave`], which may be called any
//! number of times: by `Drop`, by the panic hook, before the shell gets the terminal. What is
//! drawn after that goes nowhere ([`Out`]), so no late frame lands on the shell's screen.

use std::fmt::Debug;
use std::io::{self, Write};
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use ratatui::crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use ratatui::crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::crossterm::{Command, cursor, style};

/// What is behind the program: a terminal, or a stand-in for tests.
pub trait Tty: Debug + Send + Sync {
    /// Turns the line discipline off (`true`) or back to what it was (`false`).
    ///
    /// # Errors
    /// The terminal does not let itself be set.
    fn raw(&self, on: bool) -> io::Result<()>;

    /// Sends all of these bytes.
    ///
    /// # Errors
    /// The terminal is gone.
    fn send(&self, bytes: &[u8]) -> io::Result<()>;
}

/// The terminal at standard input and output.
#[derive(Clone, Copy, Debug)]
pub struct Console;

impl Tty for Console {
    fn raw(&self, on: bool) -> io::Result<()> {
        if on {
            enable_raw_mode()
        } else {
            disable_raw_mode()
        }
    }

    /// Past the buffer and the lock of `io::stdout`, so that it works in a panic too.
    fn send(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match rustix::io::write(rustix::stdio::stdout(), bytes) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => bytes = &bytes[count..],
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

#[derive(Debug)]
struct Modes {
    tty: Arc<dyn Tty>,
    on: AtomicBool,
    mouse: AtomicBool,
}

impl Modes {
    fn enter(&self) -> io::Result<()> {
        if self.on.load(Ordering::SeqCst) {
            return Ok(());
        }
        self.tty.raw(true)?;
        self.on.store(true, Ordering::SeqCst);
        let mut bytes = ansi(&EnterAlternateScreen);
        bytes += &ansi(&Clear(ClearType::All));
        bytes += &ansi(&cursor::Hide);
        bytes += &ansi(&EnableBracketedPaste);
        if self.mouse.load(Ordering::SeqCst) {
            bytes += &ansi(&EnableMouseCapture);
        }
        self.tty.send(bytes.as_bytes())
    }

    fn leave(&self) -> io::Result<()> {
        if !self.on.swap(false, Ordering::SeqCst) {
            return Ok(());
        }
        let mut bytes = String::new();
        if self.mouse.load(Ordering::SeqCst) {
            bytes += &ansi(&DisableMouseCapture);
        }
        bytes += &ansi(&DisableBracketedPaste);
        bytes += &ansi(&style::SetAttribute(style::Attribute::Reset));
        bytes += &ansi(&LeaveAlternateScreen);
        bytes += &ansi(&cursor::Show);
        let sent = self.tty.send(bytes.as_bytes());
        // also when nothing could be sent: another program may hold the same terminal
        self.tty.raw(false).and(sent)
    }
}

fn ansi(command: &impl Command) -> String {
    let mut text = String::new();
    // writing to a String does not fail
    let _ = command.write_ansi(&mut text);
    text
}

/// Holds the terminal in the modes of a full-screen program; as found when dropped.
#[derive(Debug)]
pub struct Guard {
    modes: Arc<Modes>,
}

impl Guard {
    /// Raw mode, alternate screen, hidden cursor, bracketed paste, and mouse reports if asked for.
    ///
    /// # Errors
    /// The terminal does not let itself be set; then it is as it was.
    pub fn enter(tty: Arc<dyn Tty>, mouse: bool) -> io::Result<Self> {
        let modes = Modes {
            tty,
            on: AtomicBool::new(false),
            mouse: AtomicBool::new(mouse),
        };
        let guard = Self {
            modes: Arc::new(modes),
        };
        guard.modes.enter()?;
        Ok(guard)
    }

    /// Everything as found. Doing it again does nothing.
    ///
    /// # Errors
    /// The terminal is gone; what could be done was done.
    pub fn leave(&self) -> io::Result<()> {
        self.modes.leave()
    }

    /// All modes again, after the shell had the terminal and whatever it left behind.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn enter_again(&self) -> io::Result<()> {
        // when the stop came from outside we never left; the shell reset the line discipline
        let _ = self.modes.leave();
        self.modes.enter()
    }

    /// Turns mouse reports on or off.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn mouse(&self, on: bool) -> io::Result<()> {
        if self.modes.mouse.swap(on, Ordering::SeqCst) == on || !self.is_on() {
            return Ok(());
        }
        let bytes = if on {
            ansi(&EnableMouseCapture)
        } else {
            ansi(&DisableMouseCapture)
        };
        self.modes.tty.send(bytes.as_bytes())
    }

    /// Whether the program has the screen.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.modes.on.load(Ordering::SeqCst)
    }

    /// Where frames are written; swallows them while the program does not have the screen.
    #[must_use]
    pub fn out(&self) -> Out {
        Out {
            modes: self.modes.clone(),
        }
    }

    /// From now on a panic on this thread restores the terminal first and then says, on standard
    /// error, where it happened. A panic elsewhere is only logged: the runtime ends that task.
    /// The payload is never shown or logged, since it may carry data of a document.
    #[must_use]
    pub fn hook(&self, log: Option<PathBuf>) -> Hook {
        self.hook_to(
            log,
            Arc::new(|text| drop(io::stderr().write_all(text.as_bytes()))),
        )
    }

    fn hook_to(&self, log: Option<PathBuf>, say: Arc<dyn Fn(&str) + Send + Sync>) -> Hook {
        let before = Arc::new(std::panic::take_hook());
        let (modes, screen) = (self.modes.clone(), thread::current().id());
        std::panic::set_hook(Box::new(move |panic| {
            let place = place(panic);
            let trace = std::backtrace::Backtrace::force_capture();
            tracing::error!(%place, %trace, "a fault of the program");
            if thread::current().id() == screen {
                let _ = modes.leave();
                say(&farewell(&place, log.as_deref()));
            }
        }));
        Hook { before }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.modes.leave();
    }
}

type Handler = dyn Fn(&PanicHookInfo<'_>) + Send + Sync;

/// The panic hook of [`Guard::hook`]; the one before it is back when this is dropped.
pub struct Hook {
    before: Arc<Box<Handler>>,
}

impl Debug for Hook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hook")
    }
}

impl Drop for Hook {
    fn drop(&mut self) {
        // a hook can't be changed by a thread that panics; the program ends anyway
        if !thread::panicking() {
            let before = self.before.clone();
            std::panic::set_hook(Box::new(move |panic| before(panic)));
        }
    }
}

fn place(panic: &PanicHookInfo<'_>) -> String {
    panic.location().map_or_else(
        || "an unknown place".to_owned(),
        |at| format!("{}:{}:{}", at.file(), at.line(), at.column()),
    )
}

fn farewell(place: &str, log: Option<&Path>) -> String {
    let more = log.map_or_else(String::new, |log| {
        format!("; see the log: {}", log.display())
    });
    format!(
        "dualscope: a fault of the program at {place}{more}\n\
         What was being written is in the journal, and what was typed is a draft: the next start lists both.\n"
    )
}

/// Writes to the terminal while the guard holds it, and nowhere otherwise.
#[derive(Clone, Debug)]
pub struct Out {
    modes: Arc<Modes>,
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.modes.on.load(Ordering::SeqCst) {
            self.modes.tty.send(bytes)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
