//! The only place that starts work. Every task has a number, a lane, a token and an end.
//!
//! Reads may be dropped at any point: a cancelled task says so at once, then gets a short time to
//! tell the server. Writes are never dropped: they look at the token between their steps, one of
//! them runs at a time, and nothing else may write a document that is being written. A panic in a
//! task ends that task, not the program.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{Instrument as _, info_span, warn};

use super::event::{Failure, TaskEvent, What};
use super::job::{self, World};
use super::spec::{Lane, TaskId, TaskSpec};
use crate::domain::Key;
use crate::store::error::Kind;

/// Reports that may wait to be read. Results wait for a place; progress does not.
const REPORTS: usize = 256;
/// How long a cancelled read may go on to tell its server.
const LAST_WORDS: Duration = Duration::from_secs(2);
const INTERACTIVE: usize = 8;
const BACKGROUND: usize = 2;

/// Owns every task.
#[derive(Debug)]
pub struct Runtime {
    world: Arc<World>,
    events: mpsc::Sender<TaskEvent>,
    lanes: Lanes,
    handle: Handle,
    tracker: TaskTracker,
    root: CancellationToken,
    running: Running,
    writing: Writing,
}

/// Which task writes which document.
type Writing = Arc<Mutex<HashMap<Key, TaskId>>>;
type Running = Arc<Mutex<HashMap<TaskId, (CancellationToken, Longer)>>>;
/// How often somebody has said to wait longer.
type Longer = Arc<AtomicU32>;

#[derive(Clone, Debug)]
struct Lanes {
    interactive: Arc<Semaphore>,
    background: Arc<Semaphore>,
    write: Arc<Semaphore>,
}

impl Lanes {
    fn of(&self, lane: Lane) -> Arc<Semaphore> {
        match lane {
            Lane::Interactive => self.interactive.clone(),
            Lane::Background => self.background.clone(),
            Lane::Write => self.write.clone(),
        }
    }
}

impl Runtime {
    /// A runtime on the given async runtime, and the end where its reports come out.
    #[must_use]
    pub fn new(world: World, handle: Handle) -> (Self, mpsc::Receiver<TaskEvent>) {
        let (events, reports) = mpsc::channel(REPORTS);
        let lanes = Lanes {
            interactive: Arc::new(Semaphore::new(INTERACTIVE)),
            background: Arc::new(Semaphore::new(BACKGROUND)),
            write: Arc::new(Semaphore::new(1)),
        };
        let runtime = Self {
            world: Arc::new(world),
            events,
            lanes,
            handle,
            tracker: TaskTracker::new(),
            root: CancellationToken::new(),
            running: Running::default(),
            writing: Writing::default(),
        };
        (runtime, reports)
    }

    /// Starts a task; returns at once. The number must not have been used before.
    pub fn start(&self, task: TaskId, spec: TaskSpec) {
        let token = self.root.child_token();
        let longer = Longer::default();
        lock(&self.running).insert(task, (token.clone(), Longer::clone(&longer)));
        let span = info_span!("task", id = task.0, name = spec.name());
        let run = Run {
            task,
            world: self.world.clone(),
            lane: self.lanes.of(spec.lane()),
            reporter: Reporter {
                task,
                events: self.events.clone(),
                longer,
            },
            token,
            taken: self.take(task, &spec),
            writing: self.writing.clone(),
        };
        let running = self.running.clone();
        let work = async move {
            run.finish(spec).await;
            lock(&running).remove(&task);
        };
        #[expect(clippy::disallowed_methods, reason = "the one place that starts work")]
        self.tracker.spawn_on(work.instrument(span), &self.handle);
    }

    /// Takes the document that the task writes; the other task that has it already.
    fn take(&self, task: TaskId, spec: &TaskSpec) -> Option<TaskId> {
        let key = spec.writes()?;
        match lock(&self.writing).entry(key.clone()) {
            Entry::Occupied(taken) => Some(*taken.get()),
            Entry::Vacant(free) => {
                free.insert(task);
                None
            }
        }
    }

    /// Stops a task; a number that is not running is ignored.
    pub fn cancel(&self, task: TaskId) {
        if let Some((token, _)) = lock(&self.running).get(&task) {
            token.cancel();
        }
    }

    /// Lets a write wait once more as long as it waits by itself; a number that is not running is
    /// ignored.
    pub fn extend(&self, task: TaskId) {
        if let Some((_, longer)) = lock(&self.running).get(&task) {
            longer.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Whether something is being written now.
    #[must_use]
    pub fn is_writing(&self) -> bool {
        self.lanes.write.available_permits() == 0
    }

    /// Stops everything and waits for the ends, for at most `grace`; then closes the stores, while
    /// there is still an async runtime for them to end in.
    pub async fn shutdown(self, grace: Duration) {
        self.root.cancel();
        self.tracker.close();
        // Nobody reads reports any more; a full channel must not hold a task back.
        drop(self.events);
        if timeout(grace, self.tracker.wait()).await.is_err() {
            warn!("tasks were still running at the end of the grace time");
        }
        self.world.services.index.close().await;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Run {
    task: TaskId,
    world: Arc<World>,
    lane: Arc<Semaphore>,
    reporter: Reporter,
    token: CancellationToken,
    /// The task that writes the same document already.
    taken: Option<TaskId>,
    writing: Writing,
}

impl Run {
    async fn finish(self, spec: TaskSpec) {
        let name = spec.name();
        let end = self.work(spec).await;
        // Whoever hears of the end may write the document again at once.
        lock(&self.writing).retain(|_, by| *by != self.task);
        let Some(end) = end else {
            return;
        };
        // What was said stays out of the log: a server's words can repeat what was typed or stored.
        if let What::Failed(failure) = &end {
            warn!(kind = failure.kind, "task {} failed: {name}", self.task);
        }
        self.reporter.result(end).await;
    }

    /// The task's end, or nothing when it has been told already.
    async fn work(&self, spec: TaskSpec) -> Option<What> {
        if let Some(other) = self.taken {
            return Some(What::Failed(Failure {
                said: format!("task {other} is writing this document"),
                hint: "wait for its end, then look at the document again".to_owned(),
                kind: Kind::Refused.name(),
                again: false,
            }));
        }
        let permit = if let Ok(permit) = self.lane.clone().try_acquire_owned() {
            permit
        } else {
            self.reporter.result(What::Queued).await;
            tokio::select! {
                permit = self.lane.clone().acquire_owned() => permit.ok()?,
                () = self.token.cancelled() => return Some(What::Cancelled),
            }
        };
        self.reporter.result(What::Started).await;
        let job = job::run(&self.world, &spec, &self.reporter, &self.token);
        let mut job = std::pin::pin!(AssertUnwindSafe(job).catch_unwind());
        let write = spec.lane() == Lane::Write;
        let ended = tokio::select! {
            biased;
            ended = &mut job => ended,
            () = self.token.cancelled(), if !write => {
                drop(permit);
                self.reporter.result(What::Cancelled).await;
                // What a dropped read leaves on its server is not ours to report.
                let _ = timeout(LAST_WORDS, job).await;
                return None;
            }
        };
        Some(match ended {
            Ok(Ok(outcome)) => What::Finished(outcome),
            Ok(Err(_)) if !write && self.token.is_cancelled() => What::Cancelled,
            Ok(Err(failure)) => What::Failed(failure),
            Err(_) => What::Failed(fault_of_ours(write)),
        })
    }
}

/// What is said of a panic.
fn fault_of_ours(write: bool) -> Failure {
    let hint = if write {
        "what was written is in the journal: look at the unfinished writes, and please report this"
    } else {
        Kind::Bug.hint()
    };
    Failure {
        said: "this task ended in a fault of the program".to_owned(),
        hint: hint.to_owned(),
        kind: Kind::Bug.name(),
        again: false,
    }
}

/// Where a job says how it is going.
#[derive(Clone, Debug)]
pub struct Reporter {
    task: TaskId,
    events: mpsc::Sender<TaskEvent>,
    longer: Longer,
}

impl Reporter {
    /// A deadline with what somebody has added to it.
    pub(super) fn extended(&self, deadline: Duration) -> Duration {
        deadline.saturating_mul(self.longer.load(Ordering::Relaxed).saturating_add(1))
    }

    /// Says something that must arrive; waits for a place.
    pub(super) async fn result(&self, what: What) {
        // The reader is gone only when the program ends.
        let _ = self
            .events
            .send(TaskEvent {
                task: self.task,
                what,
            })
            .await;
    }

    /// Says how far it is; dropped when nobody keeps up, since the next one supersedes it.
    pub(super) fn progress(&self, done: usize, total: usize) {
        let what = What::Progress { done, total };
        let _ = self.events.try_send(TaskEvent {
            task: self.task,
            what,
        });
    }
}
