//! Settings in, a session out: the only module that names the concrete stores together.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::runtime::Handle;
use tokio::sync::mpsc::Receiver;

use crate::config::{self, EncryptionMode, KvKind, Settings};
use crate::domain::{Catalog, Codec};
use crate::store::error::{Kind, Store, StoreError};
use crate::store::memory::faults::{Faults, Faulty, Latency};
use crate::store::port::{Index, Services, ValueWriter, Values};
use crate::store::{kv, memory, mongo};
use crate::task::job::World;
use crate::task::{Runtime, TaskEvent};

/// Milliseconds of grace for values of the demo.
const DEMO_GRACE: i64 = 5 * 60 * 1000;

/// Both stores as the settings name them. Nothing is connected yet.
///
/// # Errors
/// A setting that no store can be made of, or no MongoDB named at all.
pub fn services(settings: &Settings) -> Result<Services, StoreError> {
    let Some(uri) = &settings.mongo.uri else {
        let message = "no MongoDB is named";
        return Err(StoreError::new(Store::Mongo, Kind::Refused, message).hint(
            "give --mongo-uri, start in the service's folder, write a file with \
             `dualscope config init`, or try `dualscope demo`",
        ));
    };
    let limits = mongo::Limits {
        timeout: settings.mongo.timeout,
        ..mongo::Limits::default()
    };
    let index = Arc::new(mongo::connect(uri, &settings.mongo.database, limits)?);
    Ok(Services::reading(index, values(settings)?))
}

/// The value side, or why there is none.
fn values(settings: &Settings) -> Result<Result<Arc<dyn Values>, String>, StoreError> {
    let kv = &settings.kv;
    let why = match (kv.kind, &kv.node, &kv.stream) {
        (KvKind::Zerog, Some(node), Some(stream)) => {
            let mut options = kv::Options::new(stream.as_str());
            (options.deadline, options.batch) = (kv.timeout, kv.batch);
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

/// The writing side of the values as the settings name it, or why there is none. `locks` is the
/// folder of the wallets' locks, the same for every session of this person.
///
/// # Errors
/// A setting that no writer can be made of.
pub fn value_writer(
    settings: &Settings,
    locks: PathBuf,
) -> Result<Result<Arc<dyn ValueWriter>, String>, StoreError> {
    let writer = &settings.writer;
    let why = match (&writer.evm_rpc, &writer.wallet_key, &settings.kv.stream) {
        _ if settings.session.read_only => "this session only reads",
        _ if settings.kv.kind != KvKind::Zerog => "only values in 0G can be written",
        (None, ..) => "no EVM node is named (writer.evm_rpc)",
        (_, None, _) => "no wallet key is named (writer.wallet_key)",
        (.., None) => "no stream is named (kv.stream)",
        (Some(evm_rpc), Some(wallet_key), Some(stream)) => {
            let Some(encryption) = encryption(writer) else {
                return Ok(Err(
                    "no key of the stream is named (writer.encryption_key)".to_owned()
                ));
            };
            let options = kv::writer::Options {
                client: writer.client.clone(),
                evm_rpc: evm_rpc.clone(),
                storage_nodes: writer.storage_nodes.clone(),
                indexer: writer.indexer.clone(),
                stream: stream.as_str().to_owned(),
                wallet_key: wallet_key.clone(),
                encryption,
                kv_node: settings.kv.node.clone(),
                locks,
                limits: kv::writer::Limits::around(writer.timeout),
            };
            return Ok(Ok(Arc::new(kv::Writer::new(&options)?)));
        }
    };
    Ok(Err(why.to_owned()))
}

fn encryption(writer: &config::Writer) -> Option<kv::writer::Encryption> {
    use kv::writer::Encryption;
    match writer.encryption {
        EncryptionMode::None => Some(Encryption::None),
        EncryptionMode::Unknown => Some(Encryption::Unknown),
        EncryptionMode::StreamKey => writer.encryption_key.clone().map(Encryption::StreamKey),
    }
}

/// The demo's stores; every call takes at least `latency`.
#[must_use]
pub fn demo(latency: Duration) -> Services {
    let (index, values) = memory::demo(Timestamp::now().as_millisecond());
    if latency.is_zero() {
        return Services::reading(index, Ok(values));
    }
    let faults = Faults::new(Latency {
        fixed: latency,
        jitter: latency / 4,
    });
    Services::reading(
        Arc::new(Faulty::<dyn Index>::new(index, faults.clone())),
        Ok(Arc::new(Faulty::<dyn Values>::new(values, faults))),
    )
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
    World::new(services, Catalog::builtin(), expected, grace, cache)
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
