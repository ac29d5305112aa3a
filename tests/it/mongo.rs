//! The MongoDB side on a wire server: faults, messages, and what the doctor says.

mod codes;
mod copies;
mod dead_ends;
mod faults;
mod probe;
mod uri;
mod views;
mod writing;

use std::time::Duration;

use dualscope::domain::{Bson, Collection, Filter, Place, Query, Sort};
use dualscope::store::mongo::{Limits, Mongo, connect};
use dualscope::store::{Index, StoreError};
use mongodb::bson::doc;
use tokio_util::sync::CancellationToken;

use crate::support::mongo::{Scratch, address_of, through};
use crate::support::proxy::Proxy;

const NAME: &str = "memories";

/// Short enough to wait for in a test, long enough for a slow machine.
fn brisk() -> Limits {
    Limits {
        connect: Duration::from_millis(1500),
        timeout: Duration::from_millis(1500),
        ..Limits::default()
    }
}

fn open(uri: &str, database: &str) -> Mongo {
    open_within(uri, database, Limits::default())
}

fn open_within(uri: &str, database: &str, limits: Limits) -> Mongo {
    connect(&uri.into(), database, limits).unwrap()
}

fn collection() -> Collection {
    Collection::new(NAME)
}

fn question(limit: u32) -> Query {
    Query {
        collection: collection(),
        filter: Filter::default(),
        sort: Sort::by_id(false),
        from: Place::First,
        limit,
    }
}

/// The scratch database behind a proxy.
fn behind_proxy(scratch: &Scratch, limits: Limits) -> (Proxy, Mongo) {
    let proxy = Proxy::before(address_of(&scratch.uri));
    let uri = through(&scratch.uri, &proxy.address());
    let mongo = open_within(&uri, &scratch.name, limits);
    (proxy, mongo)
}

/// What no message may contain: the value that is stored in every document of these tests.
const VALUE: &str = "very private";

async fn seeded(rows: i32) -> Option<Scratch> {
    let scratch = Scratch::new().await?;
    let rows = (0..rows).map(|id| doc! { "_id": id, "text": VALUE });
    scratch.seed(NAME, rows).await;
    Some(scratch)
}

async fn ask(mongo: &Mongo, query: &Query) -> Result<Vec<Bson>, StoreError> {
    let page = mongo.page(query, &CancellationToken::new()).await?;
    Ok(page.rows.into_iter().map(|row| row.id).collect())
}

async fn fault(mongo: &Mongo) -> StoreError {
    ask(mongo, &question(5)).await.unwrap_err()
}

/// Where it happened, a next step, one line, no values.
fn assert_fit(error: &StoreError, mongo: &Mongo) {
    let said = error.to_string();
    assert!(error.message.contains(&mongo.address()), "where? {said}");
    assert!(!error.hint.is_empty() && !said.contains('\n'), "{said}");
    for secret in [VALUE, "p@ss", "p%40ss", "wrong-word"] {
        assert!(!said.contains(secret), "{said}");
    }
}
