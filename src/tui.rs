//! The full-screen front end: holds the terminal, feeds `app::update`, draws `ui::view`.
//!
//! It knows no store. It never ends the process: it returns an [`Exit`], after the terminal is as
//! it was found and the runtime had its grace time.

pub mod drafts;
pub mod event_loop;
pub mod external_editor;
mod fault;
pub mod input;
pub mod launch;
mod leaving;
pub mod papers;
pub mod perform;
pub mod remembered;
pub mod screen;
pub mod signal;
mod spill;
pub mod terminal;

use std::cell::RefCell;
use std::io::{self, BufWriter, IsTerminal as _, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream;
use ratatui::Terminal;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use self::drafts::Kept;
use self::event_loop::{Clock, EventLoop, Sources};
use self::input::Keyboard;
use self::leaving::Leaving;
use self::papers::Papers;
use self::perform::{Between, Hands};
use self::screen::Screen;
use self::terminal::{Console, Guard};
use crate::app::{App, Outside};
use crate::domain::intent::Ending;
use crate::domain::text::clean;
use crate::task::{Runtime, TaskEvent};
use crate::ui;
use crate::ui::theme::Theme;

/// How long a step of a write gets at the end.
const WRITING: Duration = Duration::from_secs(5);

/// How the session ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// The person asked for it.
    Asked,
    /// A signal of this number asked for it.
    Signal(u8),
    /// The terminal is gone.
    TerminalGone,
    /// However it was asked for: a write is left open.
    LeftOpen,
}

impl Exit {
    /// The exit code by the convention of shells: 0, or 128 and the number of the signal. A terminal
    /// that is gone counts as `SIGHUP`. A write that is left open has that of an unknown end.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Asked => 0,
            Self::Signal(number) => 128 + number,
            Self::TerminalGone => 128 + 1,
            Self::LeftOpen => Ending::Unknown.row().exit,
        }
    }
}

/// Why there is no full-screen session. A matter of usage: exit code 2.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "dualscope needs a terminal, and {0}; for scripts and pipes use `dualscope ls`, `get` or `collections` (see `dualscope --help`)"
)]
pub struct NoTerminal(pub &'static str);

/// What a session needs besides the application.
#[derive(Debug)]
pub struct Options {
    /// The async runtime for timers and signals.
    pub handle: Handle,
    /// How everything looks; without colour in it no colour sequence is sent.
    pub theme: Theme,
    /// Whether the mouse is reported from the start.
    pub mouse: bool,
    /// Private folder for what outlives the program.
    pub state: PathBuf,
    /// Texts that are typed and not written.
    pub drafts: Kept,
    /// The log file, to be named when the program fails.
    pub log: Option<PathBuf>,
    /// How long running reads get at the end.
    pub grace: Duration,
}

/// Runs a session on the terminal, from the first frame to the shell's prompt.
///
/// # Errors
/// [`NoTerminal`] when there is none; otherwise what the terminal refused.
pub fn run(
    mut app: App,
    runtime: Runtime,
    mut reports: mpsc::Receiver<TaskEvent>,
    options: Options,
) -> anyhow::Result<Exit> {
    check(
        io::stdin().is_terminal(),
        io::stdout().is_terminal(),
        &variable("TERM"),
    )?;
    let handle = options.handle.clone();
    let mut grace = options.grace;
    let mut papers = Papers::start(options.drafts.twin(), options.state.clone())?;
    // A fault of the program must not take a typed text with it.
    let ended = catch_unwind(AssertUnwindSafe(|| {
        session(&mut app, &runtime, &mut reports, (options, &mut papers))
    }));
    save_typed(&mut app, &mut papers);
    let leaving = Leaving::of(&app);
    if runtime.is_writing() {
        grace = grace.max(WRITING);
        tell(&leaving.waits(grace));
    }
    let ends = handle.block_on(leaving.shut_down((runtime, grace), &mut reports));
    let (said, open) = leaving.says(&ends);
    let waited_for = app.parting().iter().map(|said| clean(said).into_owned());
    for line in waited_for.chain(said) {
        tell(&line);
    }
    match ended {
        // the error is no less true than the write
        Ok(Err(error)) if open => {
            tell(&clean(&format!("{error:#}")));
            Ok(Exit::LeftOpen)
        }
        Ok(ended) => {
            let exit = ended?;
            Ok(if open { Exit::LeftOpen } else { exit })
        }
        Err(fault) => resume_unwind(fault),
    }
}

/// Puts on disk what was typed last, behind everything that waits for the disk. What no draft can be
/// made of goes into a file elsewhere, and that is said.
fn save_typed(app: &mut App, papers: &mut Papers) {
    let mut said: Vec<Outside> = Vec::new();
    for effect in app.unsaved() {
        // of what is unsaved nothing is about anything else
        said.extend(papers.perform(effect).unwrap_or_default());
    }
    said.extend(papers.finish());
    let mut told: Vec<String> = said
        .into_iter()
        .filter_map(|outside| app.last_word(outside))
        .collect();
    let texts = app.held();
    told.extend(texts.map(|held| spill::somewhere(held.text, held.why, &spill::folders())));
    for line in told {
        // standard error may be gone, as the terminal may be
        let _ = writeln!(io::stderr(), "dualscope: {line}");
    }
}

/// Says something on the shell's screen, which may be gone, as the terminal may be.
fn tell(said: &str) {
    let _ = writeln!(io::stderr(), "dualscope: {said}");
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

fn check(input: bool, output: bool, term: &str) -> Result<(), NoTerminal> {
    match (input, output, term) {
        (false, ..) => Err(NoTerminal("standard input is not one")),
        (_, false, _) => Err(NoTerminal("standard output is not one")),
        (.., "dumb") => Err(NoTerminal("this one can't place text (TERM=dumb)")),
        _ => Ok(()),
    }
}

/// Everything between taking the terminal and giving it back.
fn session(
    app: &mut App,
    runtime: &Runtime,
    reports: &mut mpsc::Receiver<TaskEvent>,
    (options, papers): (Options, &mut Papers),
) -> io::Result<Exit> {
    let _inside = options.handle.enter();
    // before the terminal changes: a signal in between must not find it half set
    let signals = signal::Signals::listen()?;
    let guard = Guard::enter(Arc::new(Console), options.mouse)?;
    let _hook = guard.hook(options.log);
    let color = options.theme.has_color();
    // crossterm looks at NO_COLOR itself; that was decided with the theme
    ratatui::crossterm::style::force_color_output(color);
    let screen = Screen::new(BufWriter::with_capacity(1 << 16, guard.out()), color);
    let mut terminal = Terminal::new(screen)?;
    let keyboard = Rc::new(RefCell::new(Keyboard::start(options.handle.clone())?));
    let events = Rc::clone(&keyboard);
    let sources = Sources {
        events: stream::poll_fn(move |context| events.borrow_mut().poll_next(context)),
        signals,
        reports,
    };
    let hands = Hands {
        runtime,
        guard: &guard,
        state: options.state,
        papers,
        keyboard,
        between: between(&variable("TMUX"), &variable("STY")),
    };
    let theme = options.theme;
    let fault = fault::is_wanted();
    let mut draw = |app: &App, frame: &mut ratatui::Frame<'_>| {
        ui::view(app, &theme, frame);
        if fault {
            fault::strike(app);
        }
    };
    let ended = options.handle.block_on(
        EventLoop::new(app, &mut terminal, hands, &mut draw, Clock::start()).run(sources),
    );
    let left = guard.leave();
    match ended {
        Err(error) if is_gone(&error) => Ok(Exit::TerminalGone),
        Ok(Exit::Asked) => left.map(|()| Exit::Asked),
        ended => ended,
    }
}

fn between(tmux: &str, sty: &str) -> Between {
    match (tmux, sty) {
        ("", "") => Between::Nobody,
        ("", _) => Between::Screen,
        _ => Between::Tmux,
    }
}

/// Whether a write failed because nobody is there any more.
fn is_gone(error: &io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    let error: &io::Error = inner.unwrap_or(error);
    error.kind() == io::ErrorKind::BrokenPipe
        || error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_terminal_the_message_names_what_to_use_instead() {
        assert_eq!(check(true, true, "xterm-256color"), Ok(()));
        for (input, output, term, named) in [
            (false, true, "xterm", "standard input"),
            (true, false, "xterm", "standard output"),
            (true, true, "dumb", "TERM=dumb"),
        ] {
            let said = check(input, output, term).unwrap_err().to_string();
            assert!(
                said.contains(named) && said.contains("dualscope ls"),
                "{said}"
            );
        }
    }

    #[test]
    fn exit_codes_follow_the_shells() {
        assert_eq!(Exit::Asked.code(), 0);
        assert_eq!(Exit::Signal(2).code(), 130);
        assert_eq!(Exit::Signal(15).code(), 143);
        assert_eq!(Exit::TerminalGone.code(), 129);
        assert_eq!(Exit::LeftOpen.code(), 7);
    }

    #[test]
    fn a_write_to_nobody_is_the_end_of_the_terminal() {
        let gone = io::Error::from_raw_os_error(rustix::io::Errno::IO.raw_os_error());
        assert!(is_gone(&io::Error::other(gone)));
        assert!(is_gone(&io::ErrorKind::BrokenPipe.into()));
        assert!(!is_gone(&io::ErrorKind::StorageFull.into()));
    }
}
