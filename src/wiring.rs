//! Settings in, a session out: the only module that names the concrete stores together.

mod unlocking;
mod writing;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::runtime::Handle;
use tokio::sync::mpsc::Receiver;

pub use unlocking::Unlocking;
pub use writing::{journal, unfit, writing};

use crate::config::{self, KvKind, Later, Settings};
use crate::domain::{Catalog, Codec};
use crate::store::error::{Kind, Store, StoreError};
use crate::store::memory::faults::{Faults, Faulty, Latency};
pub use crate::store::port::Writers;
use crate::store::port::{Index, Services, ValueWriter, Values};
use crate::store::{kv, memory, mongo};
use crate::task::job::World;
use crate::task::{Runtime, TaskEvent};

/// Why there is no session without MongoDB.
pub const NO_MONGO: &str = "no MongoDB is named";
/// What to do about it.
pub const NO_MONGO_NEXT: &str = "give --mongo-uri, start in the service's folder, write a file with \
                             `dualscope config init`, or try `dualscope demo`";

/// Milliseconds of grace for values of the demo.
const DEMO_GRACE: i64 = 5 * 60 * 1000;

/// How late the demo's value store shows a write: long enough to be seen waiting.
const DEMO_REPLAY: Duration = Duration::from_millis(1200);
/// Most bytes of a value that the demo's writer takes: what one argument of a program can carry.
const DEMO_LIMIT: usize = 131_000;

/// Both stores as the settings name them. Nothing is connected yet. `locks` is the folder
/// of the wallets' locks.
///
/// # Errors
/// A setting that no store can be made of, or no MongoDB named at all. A way to write that cannot
/// be made is no error: the session reads, and knows why it does not write.
pub fn services(settings: &Settings, locks: &Path) -> Result<Services, StoreError> {
    let (services, _) = services_beside(settings, locks, Later::default())?;
    Ok(services)
}

/// The same for a session that is seen before its keys are there, and the way to its writers where
/// nothing but those keys is missing.
///
/// # Errors
/// As [`services`].
pub fn services_beside(
    settings: &Settings,
    locks: &Path,
    later: Later,
) -> Result<(Services, Option<Arc<Unlocking>>), StoreError> {
    let Some(uri) = &settings.mongo.uri else {
        return Err(StoreError::new(Store::Mongo, Kind::Refused, NO_MONGO).hint(NO_MONGO_NEXT));
    };
    let limits = mongo::Limits {
        timeout: settings.mongo.timeout,
        ..mongo::Limits::default()
    };
    let index = Arc::new(mongo::connect(uri, &settings.mongo.database, limits)?);
    let unlocking = Unlocking::new(settings, &index, locks, later);
    let writers = match &unlocking {
        Some(unlocking) => Err(unlocking.reason()),
        None => writing::writers(settings, &index, locks),
    };
    let services = Services {
        writers,
        ..Services::reading(index, values(settings)?)
    };
    Ok((services, unlocking.map(Arc::new)))
}

/// The value side, or why there is none.
fn values(settings: &Settings) -> Result<Result<Arc<dyn Values>, String>, StoreError> {
    let kv = &settings.kv;
    let why = match (kv.kind, &kv.node, &kv.stream) {
        (KvKind::Zerog, Some(node), Some(stream)) => {
            let mut options = kv::Options::new(stream.as_str());
            (options.deadline, options.batch) = (kv.timeout, kv.batch);
            options.storage = kv::Storage {
                nodes: settings.writer.storage_nodes.clone(),
                indexer: settings.writer.indexer.clone(),
            };
            return Ok(Ok(Arc::new(kv::Reader::new(node, &options)?)));
        }
        (KvKind::Zerog, None, _) => "no KV node is named (kv.node)",
        (KvKind::Zerog, _, None) => "no stream is named (kv.stream)",
        (KvKind::Redis, ..) => "the values are in Redis, which this version cannot read",
        (KvKind::InMemory, ..) => "the service keeps its values in its own memory (inmemory)",
        (KvKind::None, ..) => "no value store is named (kv.kind is none)",
    };
    Ok(Err(why.to_owned()))
}

/// Where values are read, and what writes them, or why neither is there: all that the doctor can look
/// at where no MongoDB is named.
pub type Partly = (
    Result<Arc<dyn Values>, String>,
    Result<Arc<dyn ValueWriter>, String>,
);

/// The value side alone; nothing is connected yet.
pub fn partly(settings: &Settings, locks: &Path) -> Partly {
    let values = values(settings);
    let values = values.unwrap_or_else(|error| Err(error.to_string()));
    (values, writing::value_writer(settings, locks))
}

/// The demo's stores; every call takes at least `latency`.
#[must_use]
pub fn demo(latency: Duration) -> Services {
    demo_at(Timestamp::now().as_millisecond(), latency)
}

/// The demo's stores as they are planted at a time, in milliseconds since 1970.
#[must_use]
pub fn demo_at(wall: i64, latency: Duration) -> Services {
    let (index, values) = memory::demo(wall);
    values.set_delay(Some(DEMO_REPLAY));
    let writers = Writers {
        lite: index.clone(),
        values: Arc::new(memory::MemoryWriter::new(values.clone(), DEMO_LIMIT)),
    };
    let writers = Ok(writers);
    if latency.is_zero() {
        return Services {
            writers,
            ..Services::reading(index, Ok(values))
        };
    }
    let faults = Faults::new(Latency {
        fixed: latency,
        jitter: latency / 4,
    });
    let index = Arc::new(Faulty::<dyn Index>::new(index, faults.clone()));
    let values = Arc::new(Faulty::<dyn Values>::new(values, faults));
    Services {
        writers,
        ..Services::reading(index, Ok(values))
    }
}

/// A session on the settings' stores.
#[must_use]
pub fn world(services: Services, settings: &Settings) -> World {
    let expected = match settings.kv.codec {
        config::Codec::Auto => None,
        config::Codec::Base64 => Some(Codec::Base64),
        config::Codec::Plain => Some(Codec::Plain),
    };
    let grace = i64::try_from(settings.kv.grace.as_millis()).unwrap_or(i64::MAX);
    let cache = usize::try_from(settings.browse.cache).unwrap_or(usize::MAX);
    let mut world = World::new(services, Catalog::builtin(), expected, grace, cache);
    world.unfit = unfit(settings);
    world
}

/// A session on the demo's stores.
#[must_use]
pub fn demo_world(services: Services, settings: &Settings) -> World {
    let cache = usize::try_from(settings.browse.cache).unwrap_or(usize::MAX);
    World::new(services, Catalog::builtin(), None, DEMO_GRACE, cache)
}

/// Starts the background of a session.
#[must_use]
pub fn runtime(world: World, handle: Handle) -> (Runtime, Receiver<TaskEvent>) {
    Runtime::new(world, handle)
}
