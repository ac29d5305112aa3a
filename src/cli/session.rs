//! Stores, a runtime and a way to ask it: starts a task, awaits its parts and its end, and stops
//! everything on Ctrl-C.

mod carriable;
mod carry;
mod outside;
mod signal;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::mpsc::Receiver;

pub(super) use self::carry::Carried;
use self::signal::Signals;
use super::args::Common;
use super::exit::{Exit, Fault, Stop};
use super::output::Output;
use crate::config::{self, Loaded, Settings, Surroundings};
use crate::domain::intent::Place;
use crate::domain::model::Layout;
use crate::domain::{Catalog, Collection, Model};
use crate::journal::{Drafts, Journal};
use crate::task::job::World;
use crate::task::{Failure, Outcome, Runtime, TaskEvent, TaskId, TaskSpec, What};
use crate::wiring;

/// The folders in the state folder, as `config::paths` names them.
const JOURNAL: &str = "journal";
const DRAFTS: &str = "drafts";
/// How long running reads get at the end.
const GRACE: Duration = Duration::from_millis(500);

/// A session without a screen.
pub(super) struct Session {
    /// What the demo writes down, gone with the session.
    folder: Option<tempfile::TempDir>,
    /// On the demo's stores.
    demo: bool,
    runtime: Runtime,
    reports: Receiver<TaskEvent>,
    signals: Signals,
    next: u64,
    pub(super) settings: Settings,
    /// The MongoDB side for people: address and database.
    pub(super) mongo: String,
    /// The value side for people, or why there is none.
    pub(super) values: Result<String, String>,
    /// Which stores these are, as the journal names them.
    pub(super) place: Place,
    /// The way values are written, for people, or why this session cannot write.
    pub(super) way: Result<String, String>,
    writers: Option<wiring::Writers>,
    /// The name of the profile, as a protected one is confirmed with.
    pub(super) profile: String,
    state: PathBuf,
}

/// What a command does with the configured stores.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stores {
    /// It needs none of them.
    Unused,
    /// It reads: no key of the writer is needed.
    Read,
    /// It writes, or tells whether that is possible.
    Written,
}

/// Reads the configuration, as much of it as a command needs.
pub(super) fn load(common: &Common, stores: Stores, out: &mut Output) -> Result<Loaded, Stop> {
    let over = common.overrides();
    let around = Surroundings {
        slow: (!common.print.quiet).then_some(super::running as fn(&str)),
        ..Surroundings::of_process()
    };
    let load = match stores {
        _ if common.demo => config::load_without_stores,
        Stores::Unused => config::load_without_stores,
        Stores::Written => config::load,
        Stores::Read => config::load_to_read,
    };
    let loaded = load(&over, &around)?;
    let ui = &loaded.settings.ui;
    out.style.ascii = ui.ascii;
    out.choose_color(common.print.color.map_or(ui.color, Into::into));
    Ok(loaded)
}

/// The journal in a state folder, for reading. No store is named or asked for it.
pub(super) fn journal(settings: &Settings, state: &Path) -> Journal {
    wiring::journal(settings, &state.join(JOURNAL))
}

impl Session {
    /// Opens the configured stores or those of the demo; nothing is connected yet.
    pub(super) fn open(common: &Common, loaded: Loaded, handle: Handle) -> Result<Self, Stop> {
        let settings = loaded.settings;
        let refused =
            |failure: Failure| Fault::new(Exit::Usage, "config", failure.said).hint(failure.hint);
        let services = match common.demo() {
            Some(latency) => wiring::demo(latency),
            None => wiring::services(&settings, &loaded.paths.wallets_dir)
                .map_err(|e| refused(e.into()))?,
        };
        let mongo = format!("{} {}", services.index.address(), services.index.database());
        let values = services.values.as_ref();
        let values = values
            .map(|values| format!("{} {}", values.address(), values.stream()))
            .map_err(Clone::clone);
        let world = if common.demo {
            wiring::demo_world(services, &settings)
        } else {
            wiring::world(services, &settings)
        };
        let folder = common.demo.then(tempfile::tempdir).transpose();
        let folder = folder.map_err(|error| {
            let said = format!("no temporary folder for the demo: {error}");
            Fault::new(Exit::Usage, "folder", said)
        })?;
        let state = match &folder {
            Some(folder) => folder.path().to_owned(),
            None => loaded.paths.state_dir,
        };
        let mut session = Self::on(world, settings, &state, handle)?;
        (session.mongo, session.values) = (mongo, values);
        if common.demo {
            "demo".clone_into(&mut session.profile);
        }
        (session.folder, session.demo) = (folder, common.demo);
        Ok(session)
    }

    /// A session on stores that are there already; `state` is the folder of journal and drafts.
    pub(super) fn on(
        world: World,
        settings: Settings,
        state: &Path,
        handle: Handle,
    ) -> Result<Self, Stop> {
        let world = wiring::writing(world, &settings, &state.join(JOURNAL), None);
        let described = |writers: &_| {
            let writers: &crate::wiring::Writers = writers;
            let way = writers.values.described();
            format!("{}, encryption: {}", way.by, way.encryption)
        };
        let way = world.services.writers.as_ref().map(described);
        let (place, way) = (world.place(), way.map_err(Clone::clone));
        let writers = world.services.writers.as_ref().ok().cloned();
        let (runtime, reports) = wiring::runtime(world, handle);
        Ok(Self {
            folder: None,
            demo: false,
            runtime,
            reports,
            signals: Signals::listen().map_err(|error| no_signals(&error))?,
            next: 1,
            mongo: place.to_string(),
            values: Ok(place.stream.clone()),
            place,
            way,
            writers,
            profile: settings.profile.as_deref().unwrap_or("default").to_owned(),
            settings,
            state: state.to_owned(),
        })
    }

    /// Why this session cannot write, if it cannot.
    pub(super) fn can_write(&self) -> Result<(), Fault> {
        match &self.way {
            Ok(_) => Ok(()),
            Err(why) => {
                let next = if self.settings.session.read_only {
                    "nothing was touched; it was asked for by --read-only or session.read_only"
                } else {
                    "nothing was touched; `dualscope doctor` checks what writing needs"
                };
                Err(Fault::new(Exit::Refused, "read-only", why.clone()).hint(next))
            }
        }
    }

    /// The journal of this machine's writes, for reading.
    pub(super) fn journal(&self) -> Journal {
        journal(&self.settings, &self.state)
    }

    /// Leaves what was typed on the disk, also in the demo. Whether a later command finds it.
    pub(super) fn keep(&mut self) -> bool {
        self.folder.take().map(tempfile::TempDir::keep);
        !self.demo
    }

    /// What has to be said of a session whose stores, journal and drafts are gone with it.
    pub(super) fn passing(&self) -> Option<&'static str> {
        let said = "demo: what a command writes ends with it, and no other one finds it";
        self.demo.then_some(said)
    }

    /// The folder of what this program leaves on the machine.
    pub(super) fn state(&self) -> &Path {
        &self.state
    }

    /// The texts that were typed and not written yet.
    pub(super) fn drafts(&self) -> Drafts {
        Drafts::new(&self.state.join(DRAFTS)).and_sheets(&self.state)
    }

    /// What is known of a collection beforehand.
    pub(super) fn model(collection: &Collection) -> Option<&'static Model> {
        Catalog::builtin().get(collection)
    }

    /// Whether a first value can be written there: it is known which fields MongoDB needs.
    pub(super) fn is_dual(collection: &Collection) -> bool {
        Self::model(collection).is_some_and(|model| model.stored != Layout::MongoOnly)
    }

    /// Does one task whose answer comes in one piece.
    pub(super) async fn ask(&mut self, spec: TaskSpec) -> Result<Outcome, Stop> {
        self.ask_in_parts(spec, |_| Ok(())).await
    }

    /// Does one task and hands on its parts.
    pub(super) async fn ask_in_parts(
        &mut self,
        spec: TaskSpec,
        mut part: impl FnMut(Outcome) -> Result<(), Stop>,
    ) -> Result<Outcome, Stop> {
        let ends = self.ask_all(vec![spec], |_, outcome| part(outcome)).await?;
        match ends.into_iter().next() {
            Some(end) => Ok(end?),
            None => Err(Fault::new(Exit::Unknown, "bug", "the task had no end").into()),
        }
    }

    /// Does several tasks at the same time and hands on their parts with the task's place; the
    /// ends come in the order asked.
    pub(super) async fn ask_all(
        &mut self,
        specs: Vec<TaskSpec>,
        mut part: impl FnMut(usize, Outcome) -> Result<(), Stop>,
    ) -> Result<Vec<Result<Outcome, Failure>>, Stop> {
        let first = self.next;
        let count = specs.len();
        for spec in specs {
            self.runtime.start(TaskId(self.next), spec);
            self.next += 1;
        }
        let mut ends: Vec<Option<Result<Outcome, Failure>>> = vec![None; count];
        while ends.iter().any(Option::is_none) {
            let event = tokio::select! {
                event = self.reports.recv() => event,
                signal = self.signals.next() => {
                    self.cancel(first..self.next);
                    return Err(signal.before_anything());
                }
            };
            let Some(event) = event else {
                return Err(mismatch());
            };
            let place = event
                .task
                .0
                .checked_sub(first)
                .and_then(|at| usize::try_from(at).ok());
            let Some((at, end)) = place.and_then(|at| Some((at, ends.get_mut(at)?))) else {
                continue;
            };
            match event.what {
                What::Part(outcome) => {
                    if let Err(stop) = part(at, outcome) {
                        self.cancel(first..self.next);
                        return Err(stop);
                    }
                }
                What::Finished(outcome) => *end = Some(Ok(outcome)),
                What::Failed(failure) => *end = Some(Err(failure)),
                What::Cancelled => return Err(Stop::interrupted()),
                What::Queued | What::Started | What::Progress { .. } | What::Step(_) => {}
            }
        }
        Ok(ends.into_iter().flatten().collect())
    }

    fn cancel(&self, tasks: std::ops::Range<u64>) {
        tasks.for_each(|task| self.runtime.cancel(TaskId(task)));
    }

    /// Ends what still runs.
    pub(super) async fn close(self) {
        drop(self.reports);
        self.runtime.shutdown(GRACE).await;
        // A folder that can't be removed is a temporary one all the same.
        drop(self.folder);
    }
}

fn no_signals(error: &io::Error) -> Fault {
    let message = format!("signals can't be caught: {}", error.kind());
    Fault::new(Exit::Unknown, "system", message)
}

/// The fault of an answer that does not belong to the question.
pub(super) fn mismatch() -> Stop {
    let message = "a task gave an answer to another question";
    Fault::new(Exit::Unknown, "bug", message)
        .hint("please report this with the log file (`dualscope paths`)")
        .into()
}
