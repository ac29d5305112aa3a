//! The writing half of a session: there only where everything that it needs is named.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::{self, EncryptionMode, KvKind, Settings};
use crate::journal::{Journal, Rules};
use crate::store::error::StoreError;
use crate::store::kv;
use crate::store::mongo::{self, Mongo};
use crate::store::port::{ValueWriter, Writers};
use crate::task::job::{Pen, Unlock, World};
use crate::wiring::Unlocking;

/// Both writing sides, or why this session does not write.
pub(super) fn writers(
    settings: &Settings,
    mongo: &Arc<Mongo>,
    locks: &Path,
) -> Result<Writers, String> {
    Ok(Writers {
        values: value_writer(settings, locks)?,
        lite: Arc::new(mongo::writer(Arc::clone(mongo)).map_err(said)?),
    })
}

/// What writes values, or why nothing does.
pub(super) fn value_writer(
    settings: &Settings,
    locks: &Path,
) -> Result<Arc<dyn ValueWriter>, String> {
    let options = options(settings, locks.to_owned())?;
    Ok(Arc::new(kv::Writer::new(&options).map_err(said)?))
}

/// What of the way to write is set and can't be used, if anything is; what is not set is no fault.
#[must_use]
pub fn unfit(settings: &Settings) -> Option<String> {
    if settings.session.read_only {
        return None;
    }
    if let Some(why) = &settings.writer.unfit {
        return Some(why.clone());
    }
    // nothing is locked
    let options = options(settings, PathBuf::new()).ok()?;
    kv::Writer::new(&options).err().map(said)
}

#[expect(clippy::needless_pass_by_value, reason = "fits `map_err`")]
fn said(error: StoreError) -> String {
    format!("{}; {}", error.message, error.hint)
}

/// What the writer of values is made of, or what is missing for it.
pub(super) fn options(settings: &Settings, locks: PathBuf) -> Result<kv::writer::Options, String> {
    let writer = &settings.writer;
    if let Some(why) = &writer.unfit {
        return Err(why.clone());
    }
    let why = match (&writer.evm_rpc, &writer.wallet_key, &settings.kv.stream) {
        _ if settings.session.read_only => "this session only reads",
        _ if settings.kv.kind != KvKind::Zerog => "only values in 0G can be written",
        (None, ..) => "no EVM node is named (writer.evm_rpc)",
        (_, None, _) => "no wallet key is named (writer.wallet_key)",
        (.., None) => "no stream is named (kv.stream)",
        (Some(evm_rpc), Some(wallet_key), Some(stream)) => {
            let encryption = encryption(writer)?;
            return Ok(kv::writer::Options {
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
            });
        }
    };
    Err(why.to_owned())
}

/// How the stream is encrypted, or why that is not known. A wrong guess stops the KV node for all.
fn encryption(writer: &config::Writer) -> Result<kv::writer::Encryption, String> {
    use kv::writer::Encryption;
    let why = match (writer.encryption, &writer.encryption_key) {
        (EncryptionMode::None, _) => return Ok(Encryption::None),
        (EncryptionMode::StreamKey, Some(key)) => return Ok(Encryption::StreamKey(key.clone())),
        (EncryptionMode::StreamKey, None) => {
            "no key of the stream is named (writer.encryption_key)"
        }
        (EncryptionMode::Unknown, _) => {
            "it is not known how the stream is encrypted, and a wrong guess stops the KV node: set \
             writer.encryption to none or stream-key, or name the service's folder (--service-dir)"
        }
    };
    Err(why.to_owned())
}

/// The same session able to write, where its services are, or will be once its keys are there, and
/// nobody asked for less; `journal` is the folder where its writes are written down.
#[must_use]
pub fn writing(
    world: World,
    settings: &Settings,
    journal: &Path,
    unlocking: Option<Arc<Unlocking>>,
) -> World {
    let mut world = world;
    if settings.session.read_only {
        world.services.writers = Err("this session is read-only (session.read_only)".to_owned());
    }
    let ledger = Arc::new(self::journal(settings, journal).keeping(settings.journal.retention));
    let unlock = unlocking.filter(|_| !settings.session.read_only);
    if world.services.writers.is_err() && unlock.is_none() {
        return world.keeping(ledger);
    }
    world.unlock = unlock.map(|unlock| unlock as Arc<dyn Unlock>);
    world.writing(Pen {
        ledger,
        patience: settings.writer.patience,
    })
}

/// The journal in its folder, to be read.
#[must_use]
pub fn journal(settings: &Settings, folder: &Path) -> Journal {
    let rules = Rules {
        keep_values: settings.journal.keep_values,
    };
    Journal::new(folder, rules)
}
