//! Pages of a large collection through our adapter, beside the bare driver asking the same.
//!
//! The server is named by `DUALSCOPE_BENCH_MONGO_URI`; the rows are made here, in a database of
//! their own that is dropped at the end.

use std::sync::{Arc, OnceLock};

use anyhow::Context as _;
use dualscope::domain::{Bson, Collection, Cursor, Filter, Place, Query, Sort};
use dualscope::store::mongo::{self, Limits, Mongo};
use dualscope::store::port::Index;
use futures_util::TryStreamExt as _;
use mongodb::bson::{DateTime, Document, doc, oid::ObjectId};
use mongodb::{Client, IndexModel};
use secrecy::SecretString;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use crate::report::{Bench, Run};
use crate::rounds::{Limit, Pair, Side};

pub(crate) const BENCHES: &[Bench] = &[
    Bench {
        name: "mongo/first-page",
        run: Run::Pair(first_page),
    },
    Bench {
        name: "mongo/first-page-by-id",
        run: Run::Pair(first_page_by_id),
    },
    Bench {
        name: "mongo/far-page",
        run: Run::Pair(far_page),
    },
    Bench {
        name: "mongo/far-page-by-id",
        run: Run::Pair(far_page_by_id),
    },
];

/// The name of the collection: one that the program knows, so that it opens in its usual order.
pub(crate) const COLLECTION: &str = "memcells";
const ROWS: u32 = 100_000;
/// Rows of the small collection, whose pages cost a server next to nothing.
pub(crate) const SMALL: u32 = 1000;
const PAGE: u32 = 100;
/// How the date of every row begins.
pub(crate) const DAY: &str = "2025-01-0";
/// 2025-01-01 in milliseconds.
const EPOCH: i64 = 1_735_689_600_000;

/// A server with a large collection.
pub(crate) struct Server {
    pub(crate) uri: String,
    database: String,
    /// Another database, with a small collection of the same name.
    pub(crate) small: String,
    rows: u32,
    runtime: Runtime,
    index: Mongo,
    bare: mongodb::Collection<Document>,
}

static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();

/// The server; the first call fills it.
pub(crate) fn server() -> anyhow::Result<&'static Server> {
    let made = SERVER.get_or_init(|| Server::fill().map_err(|error| format!("{error:#}")));
    made.as_ref().map_err(|why| anyhow::anyhow!("{why}"))
}

/// Drops what was made.
pub(crate) fn clean_up() -> anyhow::Result<()> {
    if let Some(Ok(server)) = SERVER.get() {
        let client = server.bare.client();
        server.runtime.block_on(async {
            client.database(&server.database).drop().await?;
            client.database(&server.small).drop().await
        })?;
    }
    Ok(())
}

/// The `_id` of a row; row 0 is the oldest.
pub(crate) fn id(row: u32) -> [u8; 12] {
    let mut bytes = *b"\x65\xf1\xc0\xffbench\0\0\0";
    bytes[8..].copy_from_slice(&row.to_be_bytes());
    bytes
}

fn document(row: u32) -> Document {
    let at = DateTime::from_millis(EPOCH + i64::from(row) * 1000);
    doc! {
        "_id": ObjectId::from_bytes(id(row)),
        "user_id": format!("user-{row}"),
        "timestamp": at,
        "group_id": format!("group-{}", row % 97),
        "participants": ["alice", "bob", format!("guest-{}", row % 13)],
        "type": "Conversation",
        "keywords": ["made", "up", "for", "measuring"],
        "subject": "A talk about nothing in particular, which goes on for a line or so",
        "deleted_at": null, "deleted_by": null, "deleted_id": 0,
        "created_at": at,
        "updated_at": at,
    }
}

/// Makes a collection of so many rows, with the index that its usual order needs.
async fn fill(
    client: &Client,
    database: &str,
    rows: u32,
) -> mongodb::error::Result<mongodb::Collection<Document>> {
    let collection = client.database(database).collection(COLLECTION);
    let keys = doc! { "timestamp": -1, "_id": -1 };
    let index = IndexModel::builder().keys(keys).build();
    collection.create_index(index).await?;
    for from in (0..rows).step_by(5000) {
        let documents = (from..rows.min(from + 5000)).map(document);
        collection.insert_many(documents).await?;
    }
    Ok(collection)
}

impl Server {
    fn fill() -> anyhow::Result<Self> {
        let uri = std::env::var("DUALSCOPE_BENCH_MONGO_URI")
            .context("DUALSCOPE_BENCH_MONGO_URI is not set; use tests/bench/run")?;
        let rows = std::env::var("DUALSCOPE_BENCH_ROWS")
            .map_or(Ok(ROWS), |text| text.parse())
            .context("DUALSCOPE_BENCH_ROWS is not a number")?;
        let database = format!("dualscope_bench_{}", std::process::id());
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?;
        let small = format!("{database}_small");
        let bare = runtime.block_on(async {
            let client = Client::with_uri_str(&uri).await?;
            fill(&client, &small, SMALL).await?;
            fill(&client, &database, rows).await
        });
        // what a driver says can carry a server's reply
        let bare = bare.map_err(|_error| anyhow::anyhow!("the server refused the made-up rows"))?;
        let secret = SecretString::from(uri.clone());
        let index = mongo::connect(&secret, &database, Limits::default())?;
        Ok(Self {
            uri,
            database,
            small,
            rows,
            runtime,
            index,
            bare,
        })
    }

    /// A page through our adapter.
    fn page(&self, sort: &Sort, from: Place) -> anyhow::Result<usize> {
        let query = Query {
            collection: Collection::new(COLLECTION),
            filter: Filter::default(),
            sort: sort.clone(),
            from,
            limit: PAGE,
        };
        let cancel = CancellationToken::new();
        let page = self.runtime.block_on(self.index.page(&query, &cancel))?;
        anyhow::ensure!(page.rows.len() == PAGE as usize, "the page is not full");
        Ok(page.rows.len())
    }

    /// The first page by the bare driver.
    fn bare_page(&self, sort: Document) -> anyhow::Result<usize> {
        let find = self.bare.find(doc! {}).sort(sort);
        let find = find.limit(i64::from(PAGE)).batch_size(PAGE);
        let rows: Vec<Document> = self
            .runtime
            .block_on(async { find.await?.try_collect().await })?;
        anyhow::ensure!(rows.len() == PAGE as usize, "the page is not full");
        Ok(rows.len())
    }

    /// The place behind nine tenths of the rows, greatest first.
    fn far(&self, by_id: bool) -> Place {
        let row = self.rows / 10;
        let id = Bson::ObjectId(id(row));
        let value = if by_id {
            id.clone()
        } else {
            Bson::Date(EPOCH + i64::from(row) * 1000)
        };
        Place::After(Arc::new(Cursor { value, id }))
    }
}

fn by_timestamp() -> Sort {
    Sort {
        field: "timestamp".to_owned(),
        descending: true,
    }
}

fn first_page() -> anyhow::Result<Pair> {
    beside_the_driver(by_timestamp(), doc! { "timestamp": -1, "_id": -1 })
}

fn first_page_by_id() -> anyhow::Result<Pair> {
    beside_the_driver(Sort::by_id(true), doc! { "_id": -1 })
}

fn beside_the_driver(sort: Sort, bare: Document) -> anyhow::Result<Pair> {
    let server = server()?;
    Ok(Pair {
        base: Side::fallible("driver", move || server.bare_page(bare.clone())),
        ours: Side::fallible("adapter", move || server.page(&sort, Place::First)),
        limit: Some(Limit::AtMost(1.3)),
    })
}

fn far_page() -> anyhow::Result<Pair> {
    beside_the_first(by_timestamp(), false)
}

fn far_page_by_id() -> anyhow::Result<Pair> {
    beside_the_first(Sort::by_id(true), true)
}

fn beside_the_first(sort: Sort, by_id: bool) -> anyhow::Result<Pair> {
    let server = server()?;
    let (far, again) = (server.far(by_id), sort.clone());
    Ok(Pair {
        base: Side::fallible("first page", move || server.page(&sort, Place::First)),
        ours: Side::fallible("far page", move || server.page(&again, far.clone())),
        limit: Some(Limit::AtMost(1.5)),
    })
}
