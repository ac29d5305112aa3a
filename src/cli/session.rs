//! Stores, a runtime and a way to ask it: starts a task, awaits its parts and its end, and stops
//! everything on Ctrl-C.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::mpsc::Receiver;

use super::args::Common;
use super::exit::{Exit, Fault, Stop};
use super::output::Output;
use crate::config::{self, Loaded, Settings, Surroundings};
use crate::domain::{Catalog, Collection, Model};
use crate::task::{Failure, Outcome, Runtime, TaskEvent, TaskId, TaskSpec, What};
use crate::wiring;

/// How long running reads get at the end.
const GRACE: Duration = Duration::from_millis(500);

type Interrupt = Pin<Box<dyn Future<Output = io::Result<()>>>>;

/// A session without a screen.
pub(super) struct Session {
    /// What the demo writes down, gone with the session.
    _folder: Option<tempfile::TempDir>,
    runtime: Runtime,
    reports: Receiver<TaskEvent>,
    interrupt: Interrupt,
    next: u64,
    pub(super) settings: Settings,
    /// The MongoDB side for people: address and database.
    pub(super) mongo: String,
    /// The value side for people, or why there is none.
    pub(super) values: Result<String, String>,
}

/// Reads the configuration, with the notes that it gave rise to told.
pub(super) fn load(common: &Common, out: &mut Output) -> Result<Loaded, Stop> {
    let (over, around) = (common.overrides(), Surroundings::of_process());
    let loaded = if common.demo {
        config::load_without_stores(&over, &around)
    } else {
        config::load(&over, &around)
    }?;
    let ui = &loaded.settings.ui;
    out.style.ascii = ui.ascii;
    out.choose_color(common.print.color.map_or(ui.color, Into::into));
    Ok(loaded)
}

impl Session {
    /// Opens the configured stores or those of the demo; nothing is connected yet.
    pub(super) fn open(common: &Common, loaded: Loaded, handle: Handle) -> Result<Self, Stop> {
        let settings = loaded.settings;
        let refused =
            |failure: Failure| Fault::new(Exit::Usage, "config", failure.said).hint(failure.hint);
        let services = match common.demo() {
            Some(latency) => wiring::demo(latency),
            None => wiring::services(&settings).map_err(|e| refused(e.into()))?,
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
        let journal = match &folder {
            Some(folder) => folder.path().join("journal"),
            None => loaded.paths.journal_dir,
        };
        let world = wiring::writing(world, &settings, &journal);
        let (runtime, reports) = wiring::runtime(world, handle);
        Ok(Self {
            _folder: folder,
            runtime,
            reports,
            interrupt: Box::pin(tokio::signal::ctrl_c()),
            next: 1,
            settings,
            mongo,
            values,
        })
    }

    /// What is known of a collection beforehand.
    pub(super) fn model(collection: &Collection) -> Option<&'static Model> {
        Catalog::builtin().get(collection)
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
                _ = &mut self.interrupt => None,
            };
            let Some(event) = event else {
                self.cancel(first..self.next);
                return Err(Stop::interrupted());
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
    }
}

/// The fault of an answer that does not belong to the question.
pub(super) fn mismatch() -> Stop {
    let message = "a task gave an answer to another question";
    Fault::new(Exit::Unknown, "bug", message)
        .hint("please report this with the log file (`dualscope paths`)")
        .into()
}
