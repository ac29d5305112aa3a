//! The demo's two halves for two real servers: values into the emulated node, lite documents into
//! a MongoDB.

use anyhow::Context as _;
use dualscope::domain::query::{Filter, Place, Query, Sort};
use dualscope::store::memory::seed;
use dualscope::store::mongo::bson_json;
use dualscope::store::port::Index as _;
use mongodb::Client;
use mongodb::bson::Document;
use mongodb::error::{Error, ErrorKind, WriteFailure};
use tokio_util::sync::CancellationToken;

use crate::devnet::KvNode;
use crate::devnet::words::clause;

/// What `dualscope demo` shows.
pub(crate) struct Demo(seed::Demo);

impl Demo {
    /// The demo as of now.
    pub(crate) fn planted() -> Self {
        Self(seed::plant(jiff::Timestamp::now().as_millisecond()))
    }

    /// Writes every version of every value; returns how many.
    pub(crate) fn load(&self, node: &KvNode) -> usize {
        let log = self.0.values.log();
        for (version, key, bytes) in &log {
            node.put_at(version.0, key, bytes);
        }
        log.len()
    }

    /// Replaces a database by the lite documents; returns which
    /// documents the server refused, each with the reason.
    pub(crate) async fn seed(&self, uri: &str, database: &str) -> anyhow::Result<Vec<String>> {
        let mut refused = Vec::new();
        let place = || format!("the demo cannot be written into {database}");
        let database = Client::with_uri_str(uri).await?.database(database);
        database.drop().await.with_context(place)?;
        for entry in self.0.index.collections().await? {
            let query = Query {
                collection: entry.name.clone(),
                filter: Filter::default(),
                sort: Sort::by_id(false),
                from: Place::First,
                limit: 100_000,
            };
            let page = self.0.index.page(&query, &CancellationToken::new()).await?;
            let documents: Vec<Document> = page
                .rows
                .iter()
                .map(|row| bson_json::write(&row.fields))
                .collect::<Result<_, _>>()?;
            if documents.is_empty() {
                database
                    .create_collection(entry.name.as_str())
                    .await
                    .with_context(place)?;
            } else {
                let collection = database.collection::<Document>(entry.name.as_str());
                if collection.insert_many(&documents).await.is_err() {
                    // Some servers refuse what others store (dates far outside the calendar).
                    for (row, document) in page.rows.iter().zip(documents) {
                        if let Err(error) = collection.insert_one(document).await {
                            refused.push(format!("{}: {}", row.key(&entry.name), why(&error)));
                        }
                    }
                }
            }
        }
        Ok(refused)
    }
}

/// What the server said, on a line; the rest of such an error is its whole answer in bytes.
fn why(error: &Error) -> String {
    let said = match error.kind.as_ref() {
        ErrorKind::Command(command) => command.message.clone(),
        ErrorKind::Write(WriteFailure::WriteError(write)) => write.message.clone(),
        _ => error.to_string(),
    };
    clause(&said, 160)
}
