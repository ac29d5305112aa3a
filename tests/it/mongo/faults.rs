//! Every fault that a server can produce here has a message that names what, where and the next
//! step, and shows neither passwords nor documents.

use std::net::TcpListener;

use dualscope::domain::Filter;
use dualscope::domain::bson::Document;
use dualscope::domain::query::Count;
use dualscope::domain::{Bson, Query};
use dualscope::store::error::{Kind, Retry};
use dualscope::store::mongo::Mongo;
use dualscope::store::{Index, StoreError};
use mongodb::Client;
use mongodb::bson::doc;
use rstest::rstest;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

use super::{NAME, behind_proxy, brisk, collection, open, open_within, question};
use crate::support::mongo::{Scratch, Server, address_of, kind, through};

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

#[tokio::test]
async fn a_refused_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let uri = format!("mongodb://someone:wrong-word@{address}/");
    let mongo = open_within(&uri, "memsys", brisk());
    let error = fault(&mongo).await;
    assert_eq!((error.kind, error.retry), (Kind::Unreachable, Retry::Safe));
    assert!(error.message.contains("refused"), "{error}");
    assert_fit(&error, &mongo);
}

#[tokio::test]
async fn a_host_without_an_address() {
    let mongo = open_within("mongodb://nowhere.invalid:27017/", "memsys", brisk());
    let error = fault(&mongo).await;
    assert_eq!(error.kind, Kind::Unreachable);
    assert_fit(&error, &mongo);
    assert!(error.message.contains("nowhere.invalid:27017"));
}

#[tokio::test]
async fn an_srv_name_without_records() {
    let mongo = open_within("mongodb+srv://nowhere.invalid/", "memsys", brisk());
    let error = fault(&mongo).await;
    assert!(
        matches!(error.kind, Kind::Unreachable | Kind::Timeout),
        "{error}"
    );
    assert_fit(&error, &mongo);
}

#[tokio::test]
async fn a_server_that_accepts_and_stays_silent() {
    let Some(scratch) = seeded(1).await else {
        return;
    };
    let (proxy, mongo) = behind_proxy(&scratch, brisk());
    proxy.stall();
    let error = fault(&mongo).await;
    assert!(
        matches!(error.kind, Kind::Unreachable | Kind::Timeout),
        "{error}"
    );
    assert_fit(&error, &mongo);
}

#[tokio::test]
async fn a_server_that_falls_silent_later_and_comes_back() {
    let Some(scratch) = seeded(3).await else {
        return;
    };
    let (proxy, mongo) = behind_proxy(&scratch, brisk());
    assert_eq!(ask(&mongo, &question(5)).await.unwrap().len(), 3);
    proxy.stall();
    let error = fault(&mongo).await;
    assert!(
        matches!(error.kind, Kind::Unreachable | Kind::Timeout),
        "{error}"
    );
    assert_eq!(error.retry, Retry::Safe);
    assert_fit(&error, &mongo);
    proxy.pass();
    let again = async { while ask(&mongo, &question(5)).await.is_err() {} };
    tokio::time::timeout(Duration::from_secs(60), again)
        .await
        .unwrap();
}

#[tokio::test]
async fn an_answer_that_stops_half_way() {
    let Some(scratch) = seeded(300).await else {
        return;
    };
    let (proxy, mongo) = behind_proxy(&scratch, brisk());
    mongo.ping().await.unwrap();
    proxy.stall_after(2_000);
    let error = ask(&mongo, &question(300)).await.unwrap_err();
    assert!(
        matches!(error.kind, Kind::Unreachable | Kind::Timeout),
        "{error}"
    );
    assert_fit(&error, &mongo);
}

#[tokio::test]
async fn connections_that_are_cut() {
    let Some(scratch) = seeded(1).await else {
        return;
    };
    let (proxy, mongo) = behind_proxy(&scratch, brisk());
    mongo.ping().await.unwrap();
    proxy.refuse();
    proxy.cut();
    let error = fault(&mongo).await;
    assert_eq!((error.kind, error.retry), (Kind::Unreachable, Retry::Safe));
    assert_fit(&error, &mongo);
}

#[tokio::test]
async fn a_wrong_password_is_told_at_once_and_again() {
    let Some(uri) = Server::Auth.uri() else {
        return;
    };
    let uri = format!("mongodb://keeper:wrong-word@{}/", address_of(&uri));
    let mongo = open(&uri, "memsys");
    for _ in 0..2 {
        let error = fault(&mongo).await;
        assert_eq!(error.kind, Kind::Refused, "{error}");
        assert!(error.message.contains("login was refused"), "{error}");
        assert!(error.hint.contains("password"));
        assert_fit(&error, &mongo);
    }
}

#[tokio::test]
async fn no_password_where_one_is_wanted() {
    let Some(uri) = Server::Auth.uri() else {
        return;
    };
    let mongo = open(&format!("mongodb://{}/", address_of(&uri)), "memsys");
    let error = fault(&mongo).await;
    assert_eq!(error.kind, Kind::Refused, "{error}");
    assert_fit(&error, &mongo);
}

#[tokio::test]
async fn a_login_without_the_right() {
    let Some(uri) = Server::Reader.uri() else {
        return;
    };
    let mongo = open(&uri, "elsewhere");
    let error = fault(&mongo).await;
    assert_eq!((error.kind, error.retry), (Kind::Refused, Retry::Never));
    assert!(error.message.contains("13"), "{error}");
    assert_fit(&error, &mongo);
    let allowed = open(&uri, "memsys");
    allowed.collections().await.unwrap();
}

#[tokio::test]
async fn plain_words_to_a_server_that_wants_tls() {
    let Some(address) = Server::Tls.address() else {
        return;
    };
    let mongo = open_within(&format!("mongodb://{address}/"), "memsys", brisk());
    let error = fault(&mongo).await;
    assert!(
        matches!(error.kind, Kind::Unreachable | Kind::Refused),
        "{error}"
    );
    assert!(error.to_string().contains("TLS") || error.to_string().contains("doctor"));
    assert_fit(&error, &mongo);
}

#[tokio::test]
async fn tls_to_a_server_that_speaks_plain() {
    let Some(address) = Server::Plain.address() else {
        return;
    };
    let mongo = open_within(&format!("mongodb://{address}/?tls=true"), "memsys", brisk());
    let error = fault(&mongo).await;
    assert!(
        matches!(error.kind, Kind::Unreachable | Kind::Refused),
        "{error}"
    );
    assert!(error.to_string().contains("TLS"), "{error}");
    assert_fit(&error, &mongo);
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for() {
    let Some(address) = Server::Tls.address() else {
        return;
    };
    let mongo = open_within(&format!("mongodb://{address}/?tls=true"), "memsys", brisk());
    let error = fault(&mongo).await;
    assert!(
        error.message.contains("certificate is not trusted"),
        "{error}"
    );
    assert!(error.hint.contains("tlsCAFile"));
    assert_fit(&error, &mongo);
}

/// Reads through a client whose commands fail as told: `code` on `command`, `times` times.
async fn failing(scratch: &Scratch, command: &str, code: i32, times: i32) -> Option<Mongo> {
    if kind() == "given" {
        println!("skipped: a server that was given may refuse failCommand");
        return None;
    }
    // Bound to this test's client by its name, since other tests use the same server.
    let name = format!("faults-{}", scratch.name);
    let uri = through(&scratch.uri, address_of(&scratch.uri));
    let data = doc! { "failCommands": [command], "errorCode": code, "appName": &name };
    let order =
        doc! { "configureFailPoint": "failCommand", "mode": { "times": times }, "data": data };
    let client = Client::with_uri_str(&scratch.uri).await.unwrap();
    client.database("admin").run_command(order).await.unwrap();
    Some(open(&format!("{uri}&appName={name}"), &scratch.name))
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
async fn a_code_of_the_server(#[case] code: i32, #[case] expected: Kind) {
    let Some(scratch) = seeded(1).await else {
        return;
    };
    // One for the driver's own second try, where it makes one.
    let Some(mongo) = failing(&scratch, "find", code, 2).await else {
        return;
    };
    let error = fault(&mongo).await;
    assert_eq!(error.kind, expected, "{error}");
    assert!(error.message.contains(&code.to_string()), "{error}");
    assert_fit(&error, &mongo);
}

#[tokio::test]
async fn a_count_that_is_cut_off_says_what_is_known() {
    let Some(scratch) = seeded(1).await else {
        return;
    };
    let Some(mongo) = failing(&scratch, "aggregate", 50, 2).await else {
        return;
    };
    let (never, all) = (CancellationToken::new(), Filter::default());
    let long = Duration::from_secs(30);
    let counted = mongo.count(&collection(), &all, long, &never).await;
    assert_eq!(counted.unwrap(), Count::AtLeast(0));
}

#[tokio::test]
async fn a_cursor_that_is_gone_half_way() {
    let Some(scratch) = Scratch::new().await else {
        return;
    };
    // Two documents of 9 MB do not fit into one answer.
    let big = "x".repeat(9 << 20);
    for id in 0..3 {
        scratch.seed(NAME, [doc! { "_id": id, "text": &big }]).await;
    }
    let Some(mongo) = failing(&scratch, "getMore", 43, 1).await else {
        return;
    };
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
async fn a_page_of_big_documents_ends_early_and_goes_on() {
    let Some(scratch) = Scratch::new().await else {
        return;
    };
    let text = "x".repeat(100_000);
    let rows = (0..5).map(|id| doc! { "_id": id, "text": &text });
    scratch.seed(NAME, rows).await;
    let limits = super::Limits {
        page_bytes: 250_000,
        ..super::Limits::default()
    };
    let mongo = open_within(&scratch.uri, &scratch.name, limits);
    let page = mongo
        .page(&question(5), &CancellationToken::new())
        .await
        .unwrap();
    assert_eq!((page.rows.len(), page.more), (2, true));
    let tiny = super::Limits {
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
async fn a_read_that_hangs_is_cancelled_on_both_sides() {
    let Some(scratch) = seeded(1).await else {
        return;
    };
    if kind() == "given" {
        println!("skipped: a server that was given may refuse failCommand");
        return;
    }
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
