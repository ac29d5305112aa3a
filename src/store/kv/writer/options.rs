//! What a writer is made of, and the checks that need nobody else.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};

use super::endpoint::Endpoint;
use super::root::{hex, unhex};
use crate::store::error::{Kind, Store, StoreError};

/// How the batches of the stream are encrypted. A property of the stream: a plain batch in an
/// encrypted stream stops the KV node, and the reverse spoils the batch. Where nobody has said there
/// is no writer.
#[derive(Clone)]
pub enum Encryption {
    /// They are not.
    None,
    /// With the stream's key (64 hex digits, with or without `0x`).
    StreamKey(SecretString),
}

impl Encryption {
    /// The mode in words, for a review.
    #[must_use]
    pub fn said(&self) -> &'static str {
        match self {
            Self::None => "not encrypted",
            Self::StreamKey(_) => "encrypted with the stream's key",
        }
    }
}

/// How long things may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// The client's own limit.
    pub client: Duration,
    /// Until the transaction is sent; a client that takes longer is ended.
    pub prepare: Duration,
    /// After that; a client that takes longer is left to itself.
    pub patience: Duration,
    /// For another write that spends from the same wallet.
    pub queue: Duration,
    /// The first pause before a try is repeated; each further one is twice as long.
    pub pause: Duration,
}

impl Limits {
    /// Limits around the client's own.
    #[must_use]
    pub fn around(client: Duration) -> Self {
        Self {
            client,
            prepare: client + Duration::from_secs(5),
            patience: client * 2 + Duration::from_secs(60),
            queue: client * 2,
            pause: Duration::from_secs(1),
        }
    }
}

/// How to write to a stream.
#[derive(Clone)]
pub struct Options {
    /// The client; `None` is the one on `PATH`.
    pub client: Option<PathBuf>,
    /// The EVM node's JSON-RPC.
    pub evm_rpc: String,
    /// Storage nodes.
    pub storage_nodes: Vec<String>,
    /// An indexer that names storage nodes; it wins over them.
    pub indexer: Option<String>,
    /// The stream: 64 hex digits, with or without `0x`.
    pub stream: String,
    /// The key that signs and pays: 64 hex digits, with or without `0x`.
    pub wallet_key: SecretString,
    /// The stream's encryption.
    pub encryption: Encryption,
    /// The KV node that is read from, for the doctor.
    pub kv_node: Option<String>,
    /// The folder of the wallets' locks, shared by all processes of this person.
    pub locks: PathBuf,
    /// Deadlines.
    pub limits: Limits,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // addresses may hold logins
        f.debug_struct("Options")
            .field("client", &self.client)
            .field("storage_nodes", &self.storage_nodes.len())
            .field("indexer", &self.indexer.is_some())
            .field("stream", &self.stream)
            .field("encryption", &self.encryption.said())
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// How long the doctor waits for one answer.
const ANSWER: Duration = Duration::from_secs(10);

impl Options {
    /// The EVM node.
    pub(super) fn evm(&self) -> Endpoint<'_> {
        Endpoint {
            what: "EVM node",
            setting: "writer.evm_rpc (--evm-rpc)",
            url: &self.evm_rpc,
            deadline: ANSWER,
        }
    }

    /// The storage nodes that are named.
    pub(super) fn storage(&self) -> impl Iterator<Item = Endpoint<'_>> {
        self.nodes(&self.storage_nodes)
    }

    /// Storage nodes at these addresses.
    pub(super) fn nodes<'a>(&self, urls: &'a [String]) -> impl Iterator<Item = Endpoint<'a>> {
        let setting = match self.indexer {
            None => "writer.storage_nodes (--storage-node)",
            Some(_) => "writer.indexer (--indexer)",
        };
        urls.iter().map(move |url| Endpoint {
            what: "storage node",
            setting,
            url,
            deadline: ANSWER,
        })
    }

    /// The indexer, where one is named.
    pub(super) fn index(&self) -> Option<Endpoint<'_>> {
        self.indexer.as_deref().map(|url| Endpoint {
            what: "indexer",
            setting: "writer.indexer (--indexer)",
            url,
            deadline: ANSWER,
        })
    }

    /// Everything that can be told without asking anybody; the stream's bytes.
    pub(super) fn checked(&self) -> Result<[u8; 32], StoreError> {
        self.evm().check()?;
        for node in self.storage().chain(self.index()) {
            node.check()?;
        }
        if self.storage_nodes.is_empty() && self.indexer.is_none() {
            let message = "neither a storage node nor an indexer is named";
            return Err(StoreError::new(Store::Values, Kind::Refused, message)
                .hint("set writer.storage_nodes (--storage-node) or writer.indexer (--indexer)"));
        }
        if let Encryption::StreamKey(key) = &self.encryption {
            encryption_key(key)?;
        }
        // the client takes any text for a stream and writes to another one then
        unhex(&self.stream).ok_or_else(|| {
            let message = "the stream id is not 64 hex digits";
            StoreError::new(Store::Values, Kind::Malformed, message)
                .hint("set kv.stream (--stream, ZEROG_STREAM_ID)")
        })
    }
}

/// The key as the client takes it.
pub(super) fn encryption_key(key: &SecretString) -> Result<SecretString, StoreError> {
    let bytes = unhex::<32>(key.expose_secret().trim()).ok_or_else(|| {
        let message = "the encryption key is not 64 hex digits (it is not shown)";
        StoreError::new(Store::Values, Kind::Malformed, message)
            .hint("set writer.encryption_key (ZEROG_ENCRYPTION_KEY of .0g_secrets)")
    })?;
    Ok(hex(&bytes).into())
}
