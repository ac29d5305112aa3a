//! The command line: the same operations as on the screen, without one.
//!
//! Every command runs the task that the screen would run and prints its answer. Standard output is
//! data, standard error is everything else, and the exit code tells how it went. Only `output`
//! prints. What opens the screen is only parsed here; `main` chooses who does it.

mod args;
mod check;
mod collections;
mod doctor;
mod document;
mod exit;
mod fields;
mod history;
mod journal;
mod list;
mod looking;
mod output;
mod question;
mod record;
mod recover;
mod secret;
mod session;
mod setup;
mod shell;
mod text;
mod usage;
mod write;

use std::ffi::OsString;
use std::time::Duration;

use tokio::runtime;

use crate::config::{self, ColorMode, Overrides};
use args::{Command, CommandLine, Common, Trail};
use exit::{Fault, Stop};
use output::{Output, Style};
use session::Session;

pub use args::Target;
pub use exit::Exit;

/// What was asked for on the command line.
pub enum Call {
    /// The full-screen front end.
    Screen(Screen),
    /// Anything else; [`run`] does it.
    Headless(Headless),
}

/// How to open the screen.
#[derive(Clone, Debug)]
pub struct Screen {
    /// What to show first.
    pub target: Option<Target>,
    /// The demo's stores, each call of which takes at least so long, instead of configured ones.
    pub demo: Option<Duration>,
    /// Settings from flags.
    pub overrides: Overrides,
    /// `--color`, which stands above the setting.
    pub color: Option<ColorMode>,
    /// The words that chose the stores, without secrets.
    pub given: Vec<String>,
    /// The command that was perhaps meant by what was taken for a collection.
    pub meant: Option<Meant>,
    /// `--json`: how an error is told.
    pub json: bool,
}

/// A word that was taken for a collection, and the command whose name is near it.
pub type Meant = (String, String);

/// A command without a screen.
pub struct Headless {
    command: Command,
    common: Common,
}

/// Reads the command line.
///
/// # Errors
/// When there is nothing left to do: help was printed, or what is wrong. The exit code says which.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Call, Exit> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let line = usage::parse(&arguments)?;
    let CommandLine {
        target,
        command,
        mut common,
    } = line;
    let target = match command {
        None => target,
        Some(Command::Demo { target }) => {
            common.demo = true;
            target
        }
        Some(command) => return Ok(Call::Headless(Headless { command, common })),
    };
    Ok(Call::Screen(Screen {
        meant: target.as_ref().and_then(usage::command_meant),
        json: common.print.json,
        target,
        demo: common.demo(),
        overrides: common.overrides(),
        color: common.print.color.map(Into::into),
        given: args::given(&common),
    }))
}

/// Prints why the screen could not be opened, the way every other error is printed.
#[must_use]
pub fn report(exit: Exit, message: &str, json: bool) -> Exit {
    let mut out = Output::new(Style {
        json,
        ..Style::default()
    });
    out.fault(&Fault::new(exit, "screen", message).long());
    exit
}

/// Says, on standard error, that the command of a setting is waited for.
pub fn running(setting: &str) {
    let mut out = Output::new(Style::default());
    out.note(&format!("running {setting}"));
}

/// Does what was asked for and prints it.
#[must_use]
pub fn run(call: Headless) -> Exit {
    let Headless { command, common } = call;
    let mut out = Output::new(Style {
        json: common.print.json,
        quiet: common.print.quiet,
        ..Style::default()
    });
    out.choose_color(common.print.color.map_or(ColorMode::Auto, Into::into));
    let done = dispatch(&command, &common, &mut out);
    let done = done.and_then(|exit| out.flush().map(|()| exit));
    match done {
        Ok(exit) => exit,
        Err(Stop::Closed) => Exit::Clean,
        Err(Stop::Fault(fault)) => {
            out.fault(&fault);
            fault.exit
        }
    }
}

fn dispatch(command: &Command, common: &Common, out: &mut Output) -> Result<Exit, Stop> {
    match command {
        Command::Config { what } => setup::config(common, what.as_ref(), out),
        Command::Paths => setup::paths(common, out),
        Command::Completions { shell } => shell::completions(*shell, out).map(|()| Exit::Clean),
        Command::Man => shell::man(out).map(|()| Exit::Clean),
        Command::Trail(Trail::Journal(args)) if !common.demo => {
            let loaded = loaded(command, common, out)?;
            let journal = session::journal(&loaded.settings, &loaded.paths.state_dir);
            journal::run(&journal, args, out)
        }
        _ => with_stores(command, common, out),
    }
}

/// The configuration, with what it gave rise to told.
fn loaded(command: &Command, common: &Common, out: &mut Output) -> Result<config::Loaded, Stop> {
    let loaded = session::load(common, command.stores(), out)?;
    let spelling = out.style.spelling();
    for note in &loaded.notes {
        out.note(&format!("note: {}", text::visible_lines(note, spelling)));
    }
    Ok(loaded)
}

/// The commands that ask the stores.
fn with_stores(command: &Command, common: &Common, out: &mut Output) -> Result<Exit, Stop> {
    let loaded = loaded(command, common, out)?;
    // The demo leaves nothing on the disk.
    let _log = if common.demo {
        None
    } else {
        start_log(&loaded.settings.log, out)
    };
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| {
            Fault::new(
                Exit::Unknown,
                "system",
                format!("no threads to work with: {}", error.kind()),
            )
        })?;
    let named = common.demo || loaded.settings.mongo.uri.is_some();
    runtime.block_on(async {
        if !named && matches!(command, Command::Doctor) {
            return doctor::partly(&loaded, out).await;
        }
        let mut session = Session::open(common, loaded, runtime.handle().clone())?;
        let done = match command {
            Command::Collections(args) => collections::run(&mut session, args, out).await,
            Command::Ls(args) => list::run(&mut session, args, out).await,
            Command::Check(args) => check::run(&mut session, args, out).await,
            Command::Get(args) => document::run(&mut session, args, out).await,
            Command::Write(what) => write::run(&mut session, what, out).await,
            Command::Trail(what) => trail(&mut session, what, out).await,
            _ => doctor::run(&mut session, out).await,
        };
        // What was found is seen before the stores are closed.
        let done = done.and_then(|exit| out.flush().map(|()| exit));
        session.close().await;
        done
    })
}

async fn trail(session: &mut Session, what: &Trail, out: &mut Output) -> Result<Exit, Stop> {
    match what {
        Trail::History(args) => history::run(session, args, out).await,
        Trail::Recover(args) => recover::run(session, args, out).await,
        Trail::Journal(args) => {
            let told = journal::run(&session.journal(), args, out)?;
            if let Some(passing) = session.passing() {
                out.note(passing);
            }
            Ok(told)
        }
    }
}

/// A log that can't be written is no reason not to read a store.
fn start_log(log: &config::Log, out: &mut Output) -> Option<config::logging::Guard> {
    match config::logging::start(log) {
        Ok(guard) => Some(guard),
        Err(fault) => {
            out.note(&format!(
                "note: {}",
                text::visible_lines(&fault.to_string(), out.style.spelling())
            ));
            None
        }
    }
}
