//! What reaches the program past its terminal: signals, and the end of the terminal itself.

use std::io;
use std::os::fd::AsFd as _;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::thread;

use futures_util::Stream;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::{Signal as Number, getpgrp, getsid, kill_current_process_group};
use tokio::signal::unix::{Signal as Listener, SignalKind, signal};
use tokio::sync::oneshot;

use super::Exit;

/// What the loop has to do about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Signal {
    /// End, for this reason.
    Stop(Exit),
    /// Give the terminal back and stop until somebody continues us.
    Suspend,
    /// We were continued; the terminal may be in any state.
    Continue,
}

/// The signals that are answered, and how. `SIGKILL` and `SIGSTOP` can't be.
const ANSWERS: [(Number, Signal); 6] = [
    (Number::TERM, Signal::Stop(Exit::Signal(15))),
    (Number::HUP, Signal::Stop(Exit::Signal(1))),
    (Number::INT, Signal::Stop(Exit::Signal(2))),
    (Number::QUIT, Signal::Stop(Exit::Signal(3))),
    (Number::TSTP, Signal::Suspend),
    (Number::CONT, Signal::Continue),
];

/// All of them as one stream, which never ends.
#[derive(Debug)]
pub struct Signals {
    listeners: Vec<(Listener, Signal)>,
    gone: Option<oneshot::Receiver<()>>,
}

impl Signals {
    /// Listens from now on; to be called inside an async runtime.
    ///
    /// # Errors
    /// The system does not let a signal be caught.
    pub fn listen() -> io::Result<Self> {
        let listen = |(number, answer): (Number, Signal)| {
            let kind = SignalKind::from_raw(number.as_raw());
            signal(kind).map(|listener| (listener, answer))
        };
        Ok(Self {
            listeners: ANSWERS.into_iter().map(listen).collect::<io::Result<_>>()?,
            gone: hang_up(),
        })
    }
}

/// Ends when the terminal at standard input hangs up. The thread sleeps in the kernel until then,
/// or until the program ends. Without it there is still `SIGHUP`, and drawing that fails.
fn hang_up() -> Option<oneshot::Receiver<()>> {
    let input = io::stdin().as_fd().try_clone_to_owned().ok()?;
    let (say, gone) = oneshot::channel();
    thread::Builder::new()
        .name("terminal-watch".to_owned())
        .spawn(move || {
            let mut watched = [PollFd::new(&input, PollFlags::empty())];
            while poll(&mut watched, None) == Err(Errno::INTR) {}
            let end = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
            if watched[0].revents().intersects(end) {
                let _ = say.send(());
            }
        })
        .ok()?;
    Some(gone)
}

impl Stream for Signals {
    type Item = Signal;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Signal>> {
        for (listener, answer) in &mut self.listeners {
            if let Poll::Ready(Some(())) = listener.poll_recv(context) {
                return Poll::Ready(Some(*answer));
            }
        }
        let Some(gone) = &mut self.gone else {
            return Poll::Pending;
        };
        let Poll::Ready(said) = Pin::new(gone).poll(context) else {
            return Poll::Pending;
        };
        self.gone = None;
        match said {
            Ok(()) => Poll::Ready(Some(Signal::Stop(Exit::TerminalGone))),
            // it can't be watched
            Err(_) => Poll::Pending,
        }
    }
}

/// Whether a shell with job control waits for us: jobs have a process group of their own, apart
/// from that of the session's first process. Without one, stopping would be for ever.
#[must_use]
pub fn has_shell() -> bool {
    getsid(None).is_ok_and(|session| session != getpgrp())
}

/// Stops this program and everything started together with it (`cargo run`), so that the shell
/// notices; returns when somebody continues it. `SIGSTOP`, because `SIGTSTP` is caught by us.
///
/// # Errors
/// The system refused.
pub fn stop() -> io::Result<()> {
    Ok(kill_current_process_group(Number::STOP)?)
}
