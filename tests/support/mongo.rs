//! The MongoDB servers of the tests: where they are, and a database for each test alone.
//!
//! `tests/run` starts the servers and names them by variables. A test that needs one carries
//! `#[ignore = "needs a MongoDB server: tests/run"]`, so that plain `cargo test` reports it as not run;
//! `tests/run` runs those too. A test without its server never counts as passed.

use std::env;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mongodb::bson::Document;
use mongodb::{Client, Collection, Database};
use tokio::sync::{Mutex, MutexGuard};

const PATIENCE: Duration = Duration::from_secs(20);

/// One of the servers that the tests can have.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Server {
    /// No password, no TLS; `failCommand` works here.
    Plain,
    /// Wants a password; the URI is that of a user who may do everything.
    Auth,
    /// The same server; the URI is that of a user who may only read the database `memsys`.
    Reader,
    /// Plain with TLS; the URI names the certificate authority's file.
    Tls,
}

impl Server {
    fn variable(self) -> &'static str {
        match self {
            Self::Plain => "DUALSCOPE_TEST_MONGO_URI",
            Self::Auth => "DUALSCOPE_TEST_MONGO_AUTH_URI",
            Self::Reader => "DUALSCOPE_TEST_MONGO_READER_URI",
            Self::Tls => "DUALSCOPE_TEST_MONGO_TLS_URI",
        }
    }

    /// The URI. Panics when the tests run without servers; it is always there otherwise.
    pub(crate) fn uri(self) -> Option<String> {
        let uri = env::var(self.variable()).ok().filter(|uri| !uri.is_empty());
        assert!(
            uri.is_some(),
            "{} is not set: this test needs a server, so it carries #[ignore] and is run by tests/run",
            self.variable()
        );
        uri
    }

    /// `host:port`, for a proxy in front of it.
    pub(crate) fn address(self) -> Option<String> {
        self.uri().map(|uri| address_of(&uri).to_owned())
    }
}

/// What the servers are, as `tests/run` says: `mongod`, `secantus`, or `given`.
pub(crate) fn kind() -> String {
    env::var("DUALSCOPE_TEST_MONGO_KIND").unwrap_or_else(|_| "given".to_owned())
}

/// `failCommand` can be set once per server: who sets it holds this until the faults are used up.
pub(crate) async fn alone_with_faults() -> MutexGuard<'static, ()> {
    static FAULTS: Mutex<()> = Mutex::const_new(());
    FAULTS.lock().await
}

/// The first `host:port` of a URI.
pub(crate) fn address_of(uri: &str) -> &str {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next().unwrap_or(rest);
    let hosts = authority
        .rsplit_once('@')
        .map_or(authority, |(_, hosts)| hosts);
    hosts.split(',').next().unwrap_or(hosts)
}

/// `uri` with another `host:port`, connecting to that one alone: the same server behind a proxy.
pub(crate) fn through(uri: &str, address: &str) -> String {
    let moved = uri.replacen(address_of(uri), address, 1);
    if moved.contains("directConnection=") {
        return moved;
    }
    let authority = moved.find("://").map_or(0, |at| at + 3);
    let joint = match (moved[authority..].contains('/'), moved.contains('?')) {
        (_, true) => "&",
        (true, false) => "?",
        (false, false) => "/?",
    };
    format!("{moved}{joint}directConnection=true")
}

/// A database that no other test has; dropped when this value is, panic or not.
pub(crate) struct Scratch {
    pub(crate) uri: String,
    pub(crate) client: Client,
    pub(crate) database: Database,
    pub(crate) name: String,
}

impl Scratch {
    /// On the plain server.
    pub(crate) async fn new() -> Option<Self> {
        Self::on(Server::Plain).await
    }

    pub(crate) async fn on(server: Server) -> Option<Self> {
        let uri = server.uri()?;
        let client = Client::with_uri_str(&uri).await.unwrap();
        let name = unique_name();
        let database = client.database(&name);
        Some(Self {
            uri,
            client,
            database,
            name,
        })
    }

    pub(crate) fn collection(&self, name: &str) -> Collection<Document> {
        self.database.collection(name)
    }

    /// Puts documents into a collection, which is there afterwards even if there are none.
    pub(crate) async fn seed(
        &self,
        name: &str,
        documents: impl IntoIterator<Item = Document>,
    ) -> Collection<Document> {
        let collection = self.collection(name);
        let documents: Vec<_> = documents.into_iter().collect();
        if documents.is_empty() {
            self.database.create_collection(name).await.unwrap();
        } else {
            collection.insert_many(documents).await.unwrap();
        }
        collection
    }
}

fn unique_name() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_micros();
    format!("dualscope_test_{}_{now}_{count}", std::process::id())
}

impl Drop for Scratch {
    /// With a client of its own: that of the test is tied to a runtime that may be ending.
    fn drop(&mut self) {
        let (uri, name) = (self.uri.clone(), self.name.clone());
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            let work = async {
                let client = Client::with_uri_str(&uri).await?;
                client.database(&name).drop().await
            };
            let runtime = runtime.unwrap();
            let done = runtime.block_on(async { tokio::time::timeout(PATIENCE, work).await });
            runtime.shutdown_background();
            matches!(done, Ok(Ok(())))
        });
        let dropped = dropping.join().unwrap_or(false);
        if !dropped {
            println!("the database {} is left behind", self.name);
        }
    }
}
