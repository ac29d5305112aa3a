//! What the server refuses or stops, by `failCommand` and by hand: codes, limits, cancelled reads,
//! things that vanish.

use std::time::Duration;

use dualscope::domain::bson::Document;
use dualscope::domain::query::Count;
use dualscope::domain::{Bson, Filter, Query};
use dualscope::store::Index;
use dualscope::store::error::{Kind, Retry};
use dualscope::store::mongo::{Limits, Mongo};
use mongodb::Client;
use mongodb::bson::doc;
use rstest::rstest;
use tokio::sync::MutexGuard;
use tokio_util::sync::CancellationToken;

use super::{
    NAME, ask, assert_fit, behind_proxy, brisk, collection, fault, open, open_within, question,
    seeded,
};
use crate::support::mongo::{Scratch, address_of, alone_with_faults, through};

/// No other test can set faults while this one has them.
type Faulty = (Mongo, MutexGuard<'static, ()>);

/// Reads through a client whose commands fail as told: `code` on `command`, `times` times.
async fn failing(scratch: &Scratch, command: &str, code: i32, times: i32) -> Faulty {
    failing_when(scratch, command, code, doc! { "times": times }).await
}

/// The same with the server's own words for when.
async fn failing_when(
    scratch: &Scratch,
    command: &str,
    code: i32,
    mode: mongodb::bson::Document,
) -> Faulty {
    let alone = alone_with_faults().await;
    // Bound to this test's client by its name, since other tests use the same server.
    let name = format!("faults-{}", scratch.name);
    let uri = through(&scratch.uri, address_of(&scratch.uri));
    let data = doc! { "failCommands": [command], "errorCode": code, "appName": &name };
    let order = doc! { "configureFailPoint": "failCommand", "mode": mode, "data": data };
    let client = Client::with_uri_str(&scratch.uri).await.unwrap();
    client.database("admin").run_command(order).await.unwrap();
    let mongo = open(&format!("{uri}&appName={name}"), &scratch.name);
    (mongo, alone)
}

#[rstest]
#[case(2, Kind::Malformed)]
#[case(13, Kind::Refused)]
#[case(26, Kind::NotFound)]
#[case(43, Kind::NotFound)]
#[case(50, Kind::Timeout)]
#[case(59, Kind::Unsupported)]
#[case(175, Kind::NotFound)]
#[case(292, Kind::TooLarge)]
#[case(31_337, Kind::Unknown)]
#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_code_of_the_server(#[case] code: i32, #[case] expected: Kind) {
    let Some(scratch) = seeded(1).await else {
        return;
    };
    // One for the driver's own second try, where it makes one.
    let (mongo, _alone) = failing(&scratch, "find", code, 2).await;
    let error = fault(&mongo).await;
    assert_eq!(error.kind, expected, "{error}");
    assert!(error.message.contains(&code.to_string()), "{error}");
    assert_fit(&error, &mongo);
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_count_that_is_cut_off_says_what_is_known() {
    let Some(scratch) = seeded(1).await else {
        return;
    };
    let (mongo, _alone) = failing(&scratch, "aggregate", 50, 2).await;
    let (never, all) = (CancellationToken::new(), Filter::default());
    let long = Duration::from_secs(30);
    let counted = mongo.count(&collection(), &all, long, &never).await;
    assert_eq!(counted.unwrap(), Count::AtLeast(0));
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_count_that_is_cut_off_keeps_the_bound_that_was_reached() {
    let Some(scratch) = seeded(1_500).await else {
        return;
    };
    // The first step counts up to a thousand, the second one finds no end in time.
    let (mongo, _alone) = failing_when(&scratch, "aggregate", 50, doc! { "skip": 1 }).await;
    let (never, all) = (CancellationToken::new(), Filter::default());
    let long = Duration::from_secs(30);
    let counted = mongo.count(&collection(), &all, long, &never).await;
    assert_eq!(counted.unwrap(), Count::AtLeast(1_000));
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_cursor_that_is_gone_half_way() {
    let Some(scratch) = Scratch::new().await else {
        return;
    };
    // Two documents of 9 MB do not fit into one answer.
    let big = "x".repeat(9 << 20);
    for id in 0..3 {
        scratch.seed(NAME, [doc! { "_id": id, "text": &big }]).await;
    }
    let (mongo, _alone) = failing(&scratch, "getMore", 43, 1).await;
    let error = fault(&mongo).await;
    assert_eq!((error.kind, error.retry), (Kind::NotFound, Retry::Safe));
    assert_fit(&error, &mongo);
    assert_eq!(
        ask(&mongo, &question(5)).await.unwrap().len(),
        3,
        "all of them"
    );
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_page_of_big_documents_ends_early_and_goes_on() {
    let Some(scratch) = Scratch::new().await else {
        return;
    };
    let text = "x".repeat(100_000);
    let rows = (0..5).map(|id| doc! { "_id": id, "text": &text });
    scratch.seed(NAME, rows).await;
    let limits = Limits {
        page_bytes: 250_000,
        ..Limits::default()
    };
    let mongo = open_within(&scratch.uri, &scratch.name, limits);
    let page = mongo
        .page(&question(5), &CancellationToken::new())
        .await
        .unwrap();
    assert_eq!((page.rows.len(), page.more), (2, true));
    let tiny = Limits {
        page_bytes: 1,
        ..limits
    };
    let mongo = open_within(&scratch.uri, &scratch.name, tiny);
    let page = mongo
        .page(&question(5), &CancellationToken::new())
        .await
        .unwrap();
    assert_eq!((page.rows.len(), page.more), (1, true), "at least one");
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_collection_and_a_database_that_vanish_are_empty() {
    let Some(scratch) = seeded(3).await else {
        return;
    };
    let mongo = open(&scratch.uri, &scratch.name);
    assert_eq!(ask(&mongo, &question(5)).await.unwrap().len(), 3);
    scratch.collection(NAME).drop().await.unwrap();
    assert_eq!(ask(&mongo, &question(5)).await.unwrap(), []);
    assert_eq!(mongo.estimate(&collection()).await.unwrap(), 0);
    scratch.database.drop().await.unwrap();
    assert_eq!(mongo.collections().await.unwrap(), []);
    assert_eq!(ask(&mongo, &question(5)).await.unwrap(), []);
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_bad_query_is_repeated_to_who_typed_it() {
    let Some(scratch) = seeded(1).await else {
        return;
    };
    let mongo = open(&scratch.uri, &scratch.name);
    let operator = Bson::Document(Document(vec![("$grater".into(), Bson::Int32(1))]));
    let query = Query {
        filter: Filter {
            clauses: vec![],
            raw: Some(Document(vec![("text".into(), operator)])),
        },
        ..question(1)
    };
    let error = ask(&mongo, &query).await.unwrap_err();
    assert_eq!((error.kind, error.retry), (Kind::Malformed, Retry::Never));
    assert!(error.message.contains("$grater"), "{error}");
    assert_fit(&error, &mongo);
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_read_that_hangs_is_cancelled_on_both_sides() {
    let Some(scratch) = seeded(1).await else {
        return;
    };
    let _alone = alone_with_faults().await;
    let (proxy, _) = behind_proxy(&scratch, brisk());
    let name = format!("faults-{}", scratch.name);
    let uri = through(&scratch.uri, &proxy.address());
    let mongo = open(&format!("{uri}&appName={name}"), &scratch.name);
    mongo.ping().await.unwrap();
    // Two commands hang and fail: the read, and the order to end it.
    let data = doc! {
        "failCommands": ["find", "killSessions"], "appName": &name,
        "blockConnection": true, "blockTimeMS": 3000, "errorCode": 13,
    };
    let order = doc! { "configureFailPoint": "failCommand", "mode": { "times": 2 }, "data": data };
    let admin = scratch.client.database("admin");
    admin.run_command(order).await.unwrap();

    let asked = proxy.traffic().asked;
    let cancel = CancellationToken::new();
    let stop = async {
        while proxy.traffic().asked == asked {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        cancel.cancel();
    };
    let query = question(5);
    let (answer, ()) = tokio::join!(mongo.page(&query, &cancel), stop);
    let error = answer.unwrap_err();
    assert!(error.message.contains("stopped on request"), "{error}");
    assert_fit(&error, &mongo);
    let again = ask(&mongo, &query).await;
    assert_eq!(again.unwrap().len(), 1, "both faults are used up");
}
