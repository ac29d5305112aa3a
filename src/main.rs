//! The thin binary: reads the command line and chooses a front end.

use std::process::ExitCode;

use dualscope::cli::{self, Call, Exit, Screen};
use dualscope::config::{self, LogLevel, Settings, Surroundings};
use dualscope::domain::plan;
use dualscope::task::event::Way;
use dualscope::task::job::{World, way};
use dualscope::tui::launch::{Subject, Writing, launch};
use dualscope::{tui, wiring};

fn main() -> ExitCode {
    match cli::parse(std::env::args_os()) {
        Ok(Call::Headless(command)) => cli::run(command).into(),
        Ok(Call::Screen(screen)) => match open_screen(&screen) {
            Ok(exit) => exit.code().into(),
            Err(error) => cli::report(Exit::Usage, &format!("{error:#}"), screen.json).into(),
        },
        Err(exit) => exit.into(),
    }
}

/// The call site of the screen: on the demo's stores, or on configured ones.
fn open_screen(screen: &Screen) -> anyhow::Result<tui::Exit> {
    let around = Surroundings {
        slow: Some(cli::running),
        ..Surroundings::of_process()
    };
    let demo = screen.demo.is_some();
    let load = if demo {
        config::load_without_stores
    } else {
        config::load_beside
    };
    let mut loaded = load(&screen.overrides, &around).or_else(|fault| meant(screen, fault))?;
    let color = &mut loaded.settings.ui.color;
    *color = screen.color.unwrap_or(*color);
    let later = std::mem::take(&mut loaded.later);
    let settings = &loaded.settings;
    let (services, unlocking) = match screen.demo {
        Some(latency) => (wiring::demo(latency), None),
        None => wiring::services_beside(settings, &loaded.paths.wallets_dir, later)
            .or_else(|fault| meant(screen, fault))?,
    };
    // The demo leaves nothing on the disk.
    let folder = demo.then(tempfile::tempdir).transpose()?;
    let log = (!demo).then(|| config::logging::start(&settings.log));
    let mut notes = loaded.notes.clone();
    if let Some(Err(fault)) = &log {
        notes.insert(0, fault.to_string());
    }
    let state = match &folder {
        Some(folder) => folder.path().to_owned(),
        None => loaded.paths.state_dir.clone(),
    };
    // The screen has its own thread. More of them would not be faster, but each keeps its own
    // pool of freed memory.
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let (world, journal) = if demo {
        let world = wiring::demo_world(services, settings);
        (world, state.join("journal"))
    } else {
        let world = wiring::world(services, settings);
        (world, loaded.paths.journal_dir.clone())
    };
    let world = wiring::writing(world, settings, &journal, unlocking);
    let written = matches!(log, Some(Ok(_))) && settings.log.level != LogLevel::Off;
    let subject = Subject {
        writing: way_to_write(&world, settings),
        later: way_to_come(&world, settings),
        profile: profile(settings, demo).to_owned(),
        database: world.place().database,
        stream: world.place().stream,
        target: screen.target.as_ref().map(ToString::to_string),
        meant: screen.meant.clone(),
        drafts: state.join("drafts"),
        state,
        log: written.then(|| settings.log.dir.join(config::logging::FILE)),
        notes,
        given: screen.given.clone(),
        forgets: demo,
    };
    let session = wiring::runtime(world, tokio.handle().clone());
    launch(&loaded, subject, session, tokio.handle().clone())
}

/// The fault, with what the first word may have been meant for.
fn meant<T>(screen: &Screen, fault: impl Into<anyhow::Error>) -> anyhow::Result<T> {
    let fault = fault.into();
    let Some(target) = screen
        .target
        .as_ref()
        .filter(|target| target.is_collection())
    else {
        return Err(fault);
    };
    let meant = screen.meant.as_ref();
    let meant = meant.map_or_else(String::new, |(_, name)| {
        format!(" (did you mean `{name}`?)")
    });
    Err(fault.context(format!(
        "{target} is no command, so it was taken for a collection{meant}"
    )))
}

/// What the screen is told of the way to write.
fn way_to_write(world: &World, settings: &Settings) -> Result<Writing, String> {
    let writers = world.services.writers.as_ref().map_err(String::clone)?;
    Ok(with(world, settings, way(writers)))
}

/// The same, where only the keys are missing, but for the way itself.
fn way_to_come(world: &World, settings: &Settings) -> Option<Writing> {
    let comes = world.unlock.is_some();
    comes.then(|| with(world, settings, Way::default()))
}

fn with(world: &World, settings: &Settings, way: Way) -> Writing {
    Writing {
        by: way.by,
        encryption: way.encryption,
        limit: way.limit,
        codec: plan::codec(None, None, world.expected),
        protected: settings.session.protected,
        place: world.place(),
    }
}

/// The name of the session's profile.
fn profile(settings: &Settings, demo: bool) -> &str {
    match (demo, &settings.profile) {
        (true, _) => "demo",
        (false, Some(name)) => name,
        (false, None) => "default",
    }
}
