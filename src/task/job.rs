//! From a [`TaskSpec`] to the work that answers it. Jobs talk to ports and report; they know
//! neither a concrete store nor a screen.

mod browse;
mod doctor;
mod history;
mod inspect;
mod look;
mod undo;
mod unlock;
mod write;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::event::{Failure, Outcome};
use super::runtime::Reporter;
use super::spec::TaskSpec;
use crate::domain::intent::{IntentId, Ledger, Place};
use crate::domain::{Catalog, Codec, Collection, Outlook, Window};
use crate::store::cache::Cache;
use crate::store::error::{Kind, Retry, StoreError};
use crate::store::port::{Services, Writers};
use look::Kinds;
pub use unlock::{Unlock, way};
pub use write::Pen;

/// How long what the node said about its reach is taken as still true.
const WINDOW_AGE: std::time::Duration = std::time::Duration::from_secs(5);

/// What every job works with.
#[derive(Debug)]
pub struct World {
    /// Both stores.
    pub services: Services,
    /// What is known of the collections.
    pub catalog: &'static Catalog,
    /// The codec that the service reads, if it is known.
    pub expected: Option<Codec>,
    /// How long, in milliseconds, a missing value is awaited.
    pub grace: i64,
    /// Values read before.
    pub cache: Cache,
    /// What a write needs; `None` in a session that cannot write.
    pub pen: Option<Pen>,
    /// Where writes of this machine are written down, to be looked at; also in a session that only
    /// reads.
    pub journal: Option<Arc<dyn Ledger>>,
    /// How the writers come to a session that begins without them.
    pub unlock: Option<Arc<dyn Unlock>>,
    /// What of the way to write is set and can't be used.
    pub unfit: Option<String>,
    unlocked: OnceLock<Writers>,
    /// Why the last try to fetch the writers brought none.
    locked: Mutex<Option<Locked>>,
    window: Mutex<Option<(Instant, Window)>>,
    /// The writes that are being carried out right now.
    at_work: Mutex<HashSet<IntentId>>,
    kinds: Kinds,
    clock: fn() -> i64,
}

/// A write that is being carried out; it is not any more when this is dropped, whatever the reason.
#[derive(Debug)]
struct AtWork<'a> {
    world: &'a World,
    intent: IntentId,
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        let all = &self.world.at_work;
        let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(&self.intent);
    }
}

/// How a try to fetch the writers ended that brought none.
#[derive(Debug)]
enum Locked {
    /// What was brought is of no use, or nothing was.
    Failed(String),
    /// It was stopped.
    Stopped(String),
}

impl Locked {
    fn why(&self) -> &String {
        let (Self::Failed(why) | Self::Stopped(why)) = self;
        why
    }
}

impl World {
    /// A world; `cache` is in bytes, `grace` in milliseconds.
    #[must_use]
    pub fn new(
        services: Services,
        catalog: &'static Catalog,
        expected: Option<Codec>,
        grace: i64,
        cache: usize,
    ) -> Self {
        Self {
            services,
            catalog,
            expected,
            grace,
            cache: Cache::new(cache),
            pen: None,
            journal: None,
            unlock: None,
            unfit: None,
            unlocked: OnceLock::new(),
            locked: Mutex::new(None),
            window: Mutex::new(None),
            at_work: Mutex::default(),
            kinds: Kinds::default(),
            clock: || Timestamp::now().as_millisecond(),
        }
    }

    /// The same with another clock (milliseconds since 1970), for pictures and tests.
    #[must_use]
    pub fn at(self, clock: fn() -> i64) -> Self {
        Self { clock, ..self }
    }

    /// The same, able to write where its services have writers.
    #[must_use]
    pub fn writing(self, pen: Pen) -> Self {
        Self {
            journal: Some(Arc::clone(&pen.ledger)),
            pen: Some(pen),
            ..self
        }
    }

    /// The same, with a journal to be looked at.
    #[must_use]
    pub fn keeping(self, journal: Arc<dyn Ledger>) -> Self {
        Self {
            journal: Some(journal),
            ..self
        }
    }

    /// The writing sides, or why this session cannot write now.
    fn writers(&self) -> Result<&Writers, String> {
        match (self.unlocked.get(), &self.services.writers) {
            (Some(writers), _) | (None, Ok(writers)) => Ok(writers),
            (None, Err(why)) => {
                let locked = self.locked.lock().unwrap_or_else(PoisonError::into_inner);
                Err(locked.as_ref().map_or(why, Locked::why).clone())
            }
        }
    }

    /// Whether the writers were to be fetched, and what was brought is of no use.
    fn has_failed_to_unlock(&self) -> bool {
        let locked = self.locked.lock().unwrap_or_else(PoisonError::into_inner);
        matches!(*locked, Some(Locked::Failed(_)))
    }

    /// Says why there are no writers, in place of what the session began with; `None` is that again.
    fn stay_locked(&self, why: Option<Locked>) {
        *self.locked.lock().unwrap_or_else(PoisonError::into_inner) = why;
    }

    /// Which stores these are, as the journal names them.
    #[must_use]
    pub fn place(&self) -> Place {
        let index = &self.services.index;
        let stream = self.services.values.as_ref().map(|values| values.stream());
        Place {
            mongo: index.address(),
            database: index.database(),
            stream: stream.unwrap_or_default(),
        }
    }

    /// Takes a write to work on, until the answer is dropped; `None` while somebody else does.
    fn work_on(&self, intent: &IntentId) -> Option<AtWork<'_>> {
        let mut all = self.at_work.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(intent.clone()).then(|| AtWork {
            world: self,
            intent: intent.clone(),
        })
    }

    /// Whether this program carries the write out right now.
    fn is_at_work(&self, intent: &IntentId) -> bool {
        let all = self.at_work.lock().unwrap_or_else(PoisonError::into_inner);
        all.contains(intent)
    }

    /// Milliseconds since 1970.
    fn now(&self) -> i64 {
        (self.clock)()
    }

    fn outlook(&self, collection: &Collection, window: Window) -> Outlook<'_> {
        Outlook {
            model: self.catalog.get(collection),
            no_values: self.kinds.get(collection) == Some(false),
            now: self.now(),
            grace: self.grace,
            expected: self.expected,
            window,
        }
    }

    /// How far the value store can see, asked again when the last answer is old.
    async fn window(&self) -> Result<Window, StoreError> {
        let known = *self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, window)) = known
            && at.elapsed() < WINDOW_AGE
        {
            return Ok(window);
        }
        let Ok(values) = &self.services.values else {
            return Ok(Window::default());
        };
        let window = values.window().await?;
        *self.window.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((Instant::now(), window));
        Ok(window)
    }
}

/// Does one task.
///
/// # Errors
/// What went wrong, fit to be shown.
pub(super) async fn run(
    world: &World,
    spec: &TaskSpec,
    reporter: &Reporter,
    token: &CancellationToken,
) -> Result<Outcome, Failure> {
    match spec {
        TaskSpec::Health => Ok(browse::health(world, reporter).await),
        TaskSpec::Collections => browse::collections(world).await,
        TaskSpec::Estimates(collections) => browse::estimates(world, collections, reporter).await,
        TaskSpec::Look(collection) => look::look(world, collection, token).await,
        TaskSpec::Indexes(collection) => {
            let indexes = world.services.index.indexes(collection).await?;
            Ok(Outcome::Indexes(collection.clone(), indexes))
        }
        TaskSpec::Page(query) => browse::page(world, query, token).await,
        TaskSpec::Count {
            collection,
            filter,
            limit,
        } => {
            let index = &world.services.index;
            Ok(Outcome::Count(
                index.count(collection, filter, *limit, token).await?,
            ))
        }
        TaskSpec::Texts {
            collection,
            filter,
            limit,
        } => Ok(browse::texts(world, (collection, filter), *limit, token).await),
        TaskSpec::Marks { collection, rows } => {
            inspect::marks(world, collection, rows, reporter).await
        }
        TaskSpec::Inspect { key, id, at } => {
            let wanted = inspect::Wanted {
                key,
                id: id.as_ref(),
                at: *at,
                written: false,
            };
            inspect::inspect(world, wanted, Some(reporter)).await
        }
        TaskSpec::Unlock => unlock::unlock(world).await,
        TaskSpec::Doctor => doctor::doctor(world, reporter).await,
        TaskSpec::Foresee(plan) => write::foresee(world, plan).await,
        TaskSpec::Write { plan, undoes } => {
            write::write(world, (plan, undoes.as_ref()), reporter, token).await
        }
        TaskSpec::Survey => write::survey(world, reporter, token).await,
        TaskSpec::Reconsider(intent) => write::reconsider(world, intent, reporter, token).await,
        TaskSpec::Resume {
            intent, decision, ..
        } => write::resume(world, (intent, *decision), reporter, token).await,
        TaskSpec::PlanUndo(which) => undo::plan(world, which).await,
        TaskSpec::History { key, from, limit } => {
            history::versions(world, key, *from, *limit).await
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self {
            again: error.retry != Retry::Never,
            kind: error.kind.name(),
            said: error.message,
            hint: error.hint,
        }
    }
}

/// The failure that stands for "there is no value store in this session".
fn no_values(why: &str) -> Failure {
    Failure {
        said: why.to_owned(),
        hint: "name one with --kv-node and --stream, or in the configuration".to_owned(),
        kind: Kind::Unsupported.name(),
        again: false,
    }
}
