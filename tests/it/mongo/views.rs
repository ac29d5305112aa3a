//! What is no plain collection, and what a plain one says of itself.

use dualscope::domain::{Collection, Query};
use dualscope::store::Index;
use dualscope::store::port::Entry;
use mongodb::IndexModel;
use mongodb::bson::{Document, doc};
use mongodb::options::IndexOptions;
use tokio_util::sync::CancellationToken;

use super::{NAME, collection, open, question};
use crate::support::mongo::Scratch;

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_view_is_read_and_told_apart() {
    let Some(scratch) = Scratch::new().await else {
        return;
    };
    scratch
        .seed(NAME, (0..5).map(|id| doc! { "_id": id }))
        .await;
    let create = scratch.database.create_collection("view");
    let least = doc! { "$match": { "_id": { "$gte": 3 } } };
    create.view_on(NAME).pipeline(vec![least]).await.unwrap();

    let mongo = open(&scratch.uri, &scratch.name);
    let view = Collection::new("view");
    let entries = mongo.collections().await.unwrap();
    let derived = |name: &str| {
        entries
            .iter()
            .find(|e| e.name.as_str() == name)
            .map(|e: &Entry| e.derived)
    };
    assert_eq!((derived("view"), derived(NAME)), (Some(true), Some(false)));
    let query = Query {
        collection: view.clone(),
        ..question(5)
    };
    let page = mongo.page(&query, &CancellationToken::new()).await.unwrap();
    assert_eq!(page.rows.len(), 2);
    assert!(
        mongo
            .indexes(&view)
            .await
            .unwrap()
            .iter()
            .all(|index| index.name == "_id_")
    );
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn indexes_are_listed_with_their_fields_in_order() {
    let Some(scratch) = Scratch::new().await else {
        return;
    };
    let seeded = scratch.seed(NAME, [doc! { "_id": 1 }]).await;
    let options = IndexOptions::builder()
        .unique(true)
        .name("both".to_owned())
        .build();
    let model = IndexModel::builder()
        .keys(doc! { "user_id": 1, "meta.at": -1 })
        .options(options)
        .build();
    seeded.create_index(model).await.unwrap();
    let mongo = open(&scratch.uri, &scratch.name);
    let indexes = mongo.indexes(&collection()).await.unwrap();
    let both = indexes.iter().find(|index| index.name == "both").unwrap();
    assert_eq!(
        (&both.fields[..], both.unique),
        (&["user_id".to_owned(), "meta.at".to_owned()][..], true)
    );
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn an_index_that_leaves_documents_out_is_told_apart() {
    let Some(scratch) = Scratch::new().await else {
        return;
    };
    let seeded = scratch.seed(NAME, [doc! { "_id": 1 }]).await;
    let make = |name: &str, options: IndexOptions| {
        let mut keys = Document::new();
        keys.insert(name, 1);
        let model = IndexModel::builder().keys(keys).options(options).build();
        seeded.create_index(model)
    };
    let unique = || IndexOptions::builder().unique(true);
    let condition = doc! { "deleted_id": { "$exists": true } };
    make("all", unique().build()).await.unwrap();
    make("some", unique().sparse(true).build()).await.unwrap();
    let partial = unique().partial_filter_expression(condition).build();
    make("few", partial).await.unwrap();

    let mongo = open(&scratch.uri, &scratch.name);
    let indexes = mongo.indexes(&collection()).await.unwrap();
    let kind = |field: &str| {
        let index = indexes.iter().find(|index| index.fields == [field]);
        let index = index.unwrap();
        (index.unique, index.sparse, index.partial)
    };
    assert_eq!(kind("all"), (true, false, false));
    assert_eq!(kind("some"), (true, true, false));
    assert_eq!(kind("few"), (true, false, true));
}
