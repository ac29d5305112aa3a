//! The signals that end a command, each with what it means before and after something was sent.

use std::io;

use tokio::signal::unix::{Signal as Listener, SignalKind, signal};

use crate::cli::exit::{Exit, Fault, Stop};

/// A signal that asks the program to end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::cli) enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// Ctrl-\.
    Quit,
    /// Somebody or the system ends programs.
    Terminate,
    /// The terminal is gone.
    HangUp,
}

impl Signal {
    /// The exit of a command that it ended before anything was sent.
    pub(in crate::cli) fn exit(self) -> Exit {
        match self {
            Self::Interrupt => Exit::Interrupted,
            Self::Quit => Exit::Quit,
            Self::Terminate => Exit::Terminated,
            Self::HangUp => Exit::HungUp,
        }
    }

    pub(super) fn said(self) -> &'static str {
        match self {
            Self::Interrupt => "stopped with Ctrl-C",
            Self::Quit => "stopped with Ctrl-\\",
            Self::Terminate => "stopped by a termination signal",
            Self::HangUp => "stopped, since the terminal hung up",
        }
    }

    /// The end of a command that nothing was sent by.
    pub(in crate::cli) fn before_anything(self) -> Stop {
        let fault = Fault::new(self.exit(), "interrupted", self.said());
        fault.hint("nothing was changed").into()
    }
}

/// All of them.
#[derive(Debug)]
pub(super) struct Signals {
    interrupt: Listener,
    quit: Listener,
    terminate: Listener,
    hang_up: Listener,
}

impl Signals {
    /// Listens from now on.
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// The next one.
    pub(super) async fn next(&mut self) -> Signal {
        tokio::select! {
            biased;
            _ = self.terminate.recv() => Signal::Terminate,
            _ = self.hang_up.recv() => Signal::HangUp,
            _ = self.quit.recv() => Signal::Quit,
            _ = self.interrupt.recv() => Signal::Interrupt,
        }
    }

    /// Forgets the interrupts that were meant for another program at the same terminal.
    pub(super) fn forget_interrupts(&mut self) -> io::Result<()> {
        self.interrupt = signal(SignalKind::interrupt())?;
        Ok(())
    }
}
