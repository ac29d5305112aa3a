//! The MongoDB side on a wire server: faults, messages, and what the doctor says.

mod faults;
mod probe;
mod uri;

use std::time::Duration;

use dualscope::domain::{Collection, Filter, Place, Query, Sort};
use dualscope::store::mongo::{Limits, Mongo, connect};

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
