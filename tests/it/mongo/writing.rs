//! Writing on a wire server: what an error lets us conclude (proven by looking afterwards), what
//! the server itself notices between looking and writing, rights, sizes, untouched bytes.

mod between;
mod cuts;
mod refusals;

use std::sync::Arc;

use dualscope::domain::bson::Document;
use dualscope::domain::plan::LiteWrite;
use dualscope::domain::{Bson, Lite};
use dualscope::store::mongo::{Limits, MongoWriter, bson_json, connect, writer};
use dualscope::store::port::LiteWriter;
use dualscope::store::{Index, StoreError};
use mongodb::bson::{RawDocumentBuf, doc};

use super::{NAME, VALUE, brisk, collection};
use crate::support::mongo::{Scratch, address_of, through};
use crate::support::proxy::Proxy;

/// A writer, and its reader to compare with what it says.
fn writer_at(uri: &str, database: &str, limits: Limits) -> MongoWriter {
    let mongo = Arc::new(connect(&uri.into(), database, limits).unwrap());
    writer(mongo).unwrap()
}

/// The scratch database behind a proxy.
fn writer_behind_proxy(scratch: &Scratch) -> (Proxy, MongoWriter) {
    let proxy = Proxy::before(address_of(&scratch.uri));
    let uri = through(&scratch.uri, &proxy.address());
    let writer = writer_at(&uri, &scratch.name, brisk());
    (proxy, writer)
}

/// The document of this `_id`, to the byte.
async fn raw(scratch: &Scratch, id: i32) -> Option<RawDocumentBuf> {
    let collection = scratch.database.collection::<RawDocumentBuf>(NAME);
    collection.find_one(doc! { "_id": id }).await.unwrap()
}

async fn lite(scratch: &Scratch, id: i32) -> Option<Lite> {
    raw(scratch, id)
        .await
        .map(|raw| Lite::new(bson_json::read(&raw)))
}

fn set(name: &str, value: Bson) -> LiteWrite {
    LiteWrite::Update(vec![(name.to_owned(), Some(value))])
}

async fn write(writer: &MongoWriter, before: &Lite, write: &LiteWrite) -> Result<bool, StoreError> {
    writer
        .write(&collection(), &before.id, Some(before), write)
        .await
}

fn document(fields: impl IntoIterator<Item = (&'static str, Bson)>) -> Document {
    let fields = fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value));
    Document(fields.collect())
}

#[test]
fn writes_without_an_answer_are_not_for_us() {
    let open = |options: &str| {
        let uri = format!("mongodb://db.example.net/?{options}");
        writer(Arc::new(
            connect(&uri.as_str().into(), "memsys", brisk()).unwrap(),
        ))
    };
    let error = open("w=0").unwrap_err();
    assert!(
        error.message.contains("w=0") && error.hint.contains("majority"),
        "{error}"
    );
    for fine in ["w=1", "w=majority", "journal=true", "retryWrites=false"] {
        assert!(open(fine).is_ok(), "{fine}");
    }
}

#[test]
fn a_writer_names_its_place_and_not_its_password() {
    let uri = "mongodb://someone:wrong-word@db.example.net/";
    let writer = writer_at(uri, "memsys", brisk());
    assert_eq!(
        format!("{writer:?}"),
        "MongoWriter(Mongo(db.example.net:27017/memsys))"
    );
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn untouched_fields_stay_to_the_byte() {
    let Some(scratch) = Scratch::new().await else {
        return;
    };
    let vector: Vec<f64> = (0..512).map(|n| f64::from(n) / 7.0).collect();
    let all = doc! {
        "_id": 1, "z": 1_i64, "text": VALUE, "early": mongodb::bson::DateTime::from_millis(-1),
        "nested": { "b": 1, "a": [1, 2_i64, 3.0, { "$x": null }] }, "vector": vector,
        "decimal": "1.50".parse::<mongodb::bson::Decimal128>().unwrap(), "null": null,
        "nan": f64::NAN, "last": true,
    };
    scratch.seed(NAME, [all]).await;
    let old = raw(&scratch, 1).await.unwrap();
    let before = Lite::new(bson_json::read(&old));
    let writer = writer_at(&scratch.uri, &scratch.name, Limits::default());
    let change = LiteWrite::Update(vec![
        ("text".to_owned(), Some(Bson::String("another".to_owned()))),
        ("null".to_owned(), None),
        ("new".to_owned(), Some(Bson::Int32(1))),
    ]);
    assert_eq!(write(&writer, &before, &change).await, Ok(true));

    let new = raw(&scratch, 1).await.unwrap();
    let bytes = |raw: &RawDocumentBuf| {
        let elements = raw.iter_elements().map(Result::unwrap);
        let untouched = elements.filter(|e| !["text", "null", "new"].contains(&e.key().as_str()));
        let bytes = untouched.map(|e| (e.key().as_str().to_owned(), format!("{:?}", e.value())));
        bytes.collect::<Vec<_>>()
    };
    assert_eq!(bytes(&new), bytes(&old), "in their order, too");
    assert_eq!(new.get_str("text").unwrap(), "another");
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_document_near_the_limit_is_guarded_by_its_stamps() {
    let Some(scratch) = Scratch::new().await else {
        return;
    };
    let big = "x".repeat(15_900 << 10);
    scratch
        .seed(
            NAME,
            [doc! { "_id": 1, "big": big, "deleted_at": null, "updated_at": 1 }],
        )
        .await;
    let limits = Limits {
        timeout: std::time::Duration::from_secs(60),
        ..Limits::default()
    };
    let writer = writer_at(&scratch.uri, &scratch.name, limits);
    let before = lite(&scratch, 1).await.unwrap();
    assert_eq!(
        write(&writer, &before, &set("deleted_at", Bson::Date(5))).await,
        Ok(true)
    );
    let stale = write(&writer, &before, &set("deleted_at", Bson::Date(6))).await;
    assert_eq!(stale, Ok(false));

    let now = lite(&scratch, 1).await.unwrap();
    let error = write(
        &writer,
        &now,
        &set("big", Bson::String("y".repeat(1 << 20))),
    )
    .await;
    let error = error.unwrap_err();
    assert_eq!(
        error.kind,
        dualscope::store::error::Kind::TooLarge,
        "{error}"
    );
    assert_eq!(lite(&scratch, 1).await, Some(now.clone()));
    assert_eq!(write(&writer, &now, &LiteWrite::Remove).await, Ok(true));
    assert_eq!(lite(&scratch, 1).await, None);
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn what_is_written_is_what_the_reader_reads() {
    let Some(scratch) = Scratch::new().await else {
        return;
    };
    let mongo = connect(
        &scratch.uri.as_str().into(),
        &scratch.name,
        Limits::default(),
    )
    .unwrap();
    let mongo = Arc::new(mongo);
    let writer = writer(Arc::clone(&mongo)).unwrap();
    let fresh = document([
        ("_id", Bson::Int32(7)),
        ("at", Bson::Date(-62_135_596_800_000)),
    ]);
    let insert = LiteWrite::Insert(fresh.clone());
    let done = writer
        .write(&collection(), &Bson::Int32(7), None, &insert)
        .await;
    assert_eq!(done, Ok(true));
    let found = mongo
        .by_ids(&collection(), &[Bson::Int32(7)])
        .await
        .unwrap();
    assert_eq!(found, [Lite::new(fresh)]);
}
