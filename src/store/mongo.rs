//! The MongoDB side over the official driver. [`Mongo`] only reads; who may write holds a
//! [`MongoWriter`] as well.
//!
//! Every call ends within [`Limits`]: the server gets a time limit, and the client waits a little
//! longer than that. Nothing here spawns; the driver keeps its own monitors. Nothing here prints
//! what the driver says: see the module `classify`.

pub mod bson_json;
mod classify;
mod contact;
mod current;
mod filter;
mod order;
mod probe;
mod read;
mod rows;
#[cfg(test)]
mod tests;
mod uri;
mod write;

use std::fmt;
use std::future::{Future, IntoFuture as _};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use mongodb::options::{ClientOptions, ConnectionString, ServerMonitoringMode};
use mongodb::{Client, Database};
use secrecy::SecretString;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use self::classify::{Call, classify, refused};
use self::contact::Contact;
use self::current::Current;
pub use self::write::{MongoWriter, writer};
use super::error::{Kind, Retry, StoreError};
use super::port::{Check, Entry, Index, IndexEntry};
use crate::domain::query::Count;
use crate::domain::{Bson, Collection, Filter, Lite, Page, Query};

/// How much longer than the server's own limit the client waits, so that the server's answer
/// ("stopped at the time limit") arrives first.
const GRACE: Duration = Duration::from_millis(500);

/// How long telling the server to stop may take.
const FAREWELL: Duration = Duration::from_millis(500);

/// How long things may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Finding a server and connecting to it.
    pub connect: Duration,
    /// One call, the server's work included.
    pub timeout: Duration,
    /// Bytes of documents after which a page ends early (with at least one row).
    pub page_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            timeout: Duration::from_secs(10),
            page_bytes: 32 << 20,
        }
    }
}

/// One database of a MongoDB server.
pub struct Mongo {
    uri: ConnectionString,
    address: String,
    database: String,
    limits: Limits,
    client: Current,
    contact: Contact,
}

impl fmt::Debug for Mongo {
    /// Names the place only: the connection string holds the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mongo({}/{})", self.address, self.database)
    }
}

/// Prepares to read a database. No network yet, so it cannot fail but for the text: names are
/// resolved (the SRV lookup too) and connections made by the first call.
///
/// All options of the connection string hold; the two limits of time hold where they are shorter.
///
/// # Errors
/// [`Kind::Malformed`] for a connection string or a database name that cannot be one. No part of
/// the string is repeated, as it may be a piece of the password.
pub fn connect(uri: &SecretString, database: &str, limits: Limits) -> Result<Mongo, StoreError> {
    let uri = uri::parse(uri)?;
    uri::check_database(database)?;
    Ok(Mongo {
        address: uri::address(&uri),
        uri,
        database: database.to_owned(),
        limits,
        client: Current::default(),
        contact: Contact::default(),
    })
}

impl Mongo {
    /// The driver's client, made by the first call that gets so far, and again after a dead end.
    async fn client(&self) -> Result<Client, mongodb::error::Error> {
        let make = async || {
            let options = ClientOptions::parse(self.uri.clone()).await?;
            let mut options = self.tuned(options);
            options.sdam_event_handler = Some(self.contact.begin(&options.hosts));
            Client::with_options(options)
        };
        let lost = || self.contact.is_lost();
        (self.client.or_make(lost, self.limits.connect, make)).await
    }

    fn tuned(&self, mut options: ClientOptions) -> ClientOptions {
        let Limits { connect, .. } = self.limits;
        let shorter = |own: Option<Duration>| Some(own.map_or(connect, |own| own.min(connect)));
        options.server_selection_timeout = shorter(options.server_selection_timeout);
        options.connect_timeout = shorter(options.connect_timeout);
        // With the streaming monitor a refused login blocks the next call for ten seconds.
        options
            .server_monitoring_mode
            .get_or_insert(ServerMonitoringMode::Poll);
        options
            .app_name
            .get_or_insert_with(|| "dualscope".to_owned());
        options.max_pool_size.get_or_insert(10);
        options
    }

    async fn open(&self) -> Result<Database, mongodb::error::Error> {
        Ok(self.client().await?.database(&self.database))
    }

    fn call(&self, doing: impl Into<String>) -> Call {
        Call {
            doing: doing.into(),
            address: self.address.clone(),
            typed: false,
            set: self.uri.replica_set.is_some(),
        }
    }

    /// How long the client waits for a call that has so much time at the server.
    fn patience(&self, limit: Duration) -> Duration {
        limit.max(self.limits.connect) + GRACE
    }

    /// Waits for an answer, for at most `limit` (and the grace) of server time; not where every
    /// host refuses the connection.
    async fn within<T>(
        &self,
        limit: Duration,
        call: &Call,
        work: impl Future<Output = Result<T, mongodb::error::Error>>,
    ) -> Result<T, StoreError> {
        let patience = self.patience(limit);
        let answer = tokio::select! {
            biased;
            answer = timeout(patience, work) => answer,
            () = self.contact.refused_since(Instant::now()) => return Err(refused(call)),
        };
        match answer {
            Ok(answer) => answer.map_err(|error| {
                self.contact.heed(&error);
                classify(&error, call)
            }),
            Err(_elapsed) => {
                let waited = format!("no answer in {:.1} s", patience.as_secs_f32());
                Err(call.fail(Kind::Timeout, &waited))
            }
        }
    }
}

/// Ends a client with its monitors, in at most twice the farewell. Left to itself it is torn down
/// with the async runtime, in the midst of what it does.
async fn end(client: Client) {
    // What was given up half way is taken back at the server first, where that is quick.
    let orderly = client.clone().shutdown().into_future();
    if timeout(FAREWELL, orderly).await.is_err() {
        let at_once = client.shutdown().immediate(true).into_future();
        let _ = timeout(FAREWELL, at_once).await;
    }
}

/// The error of a call whose token was cancelled; whoever cancelled is not interested.
fn cancelled(call: &Call) -> StoreError {
    call.fail(Kind::Timeout, "stopped on request")
        .retry(Retry::Safe)
        .hint("start it again")
}

#[async_trait]
impl Index for Mongo {
    fn address(&self) -> String {
        self.address.clone()
    }

    fn database(&self) -> String {
        self.database.clone()
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.ask_ping().await
    }

    async fn collections(&self) -> Result<Vec<Entry>, StoreError> {
        self.list_collections(&self.database).await
    }

    async fn estimate(&self, collection: &Collection) -> Result<u64, StoreError> {
        self.ask_estimate(collection).await
    }

    async fn count(
        &self,
        collection: &Collection,
        filter: &Filter,
        limit: Duration,
        cancel: &CancellationToken,
    ) -> Result<Count, StoreError> {
        self.ask_count(collection, filter, limit, cancel).await
    }

    async fn page(
        &self,
        query: &Query,
        cancel: &CancellationToken,
    ) -> Result<Page<Lite>, StoreError> {
        self.ask_page(query, cancel).await
    }

    async fn by_ids(&self, collection: &Collection, ids: &[Bson]) -> Result<Vec<Lite>, StoreError> {
        self.ask_by_ids(collection, ids).await
    }

    async fn indexes(&self, collection: &Collection) -> Result<Vec<IndexEntry>, StoreError> {
        self.list_indexes(collection).await
    }

    async fn probe(&self) -> Vec<Check> {
        self.run_probe().await
    }

    async fn close(&self) {
        if let Some(client) = self.client.get() {
            end(client).await;
        }
    }
}
