//! What the doctor says, step by step: the cause and the next step at the first fault.

use std::net::TcpListener;

use dualscope::store::Index;
use dualscope::store::port::{Check, CheckVerdict, Step};
use mongodb::bson::doc;

use super::{behind_proxy, brisk, open, open_within};
use crate::support::mongo::{Scratch, Server, address_of};

async fn steps(uri: &str, database: &str) -> Vec<Check> {
    open_within(uri, database, brisk()).probe().await
}

fn verdicts(checks: &[Check]) -> Vec<(Step, CheckVerdict)> {
    checks
        .iter()
        .map(|check| (check.step, check.verdict))
        .collect()
}

/// The steps before are done; this one failed, and it is the last.
fn assert_fails_at(checks: &[Check], step: Step) -> &Check {
    let last = checks.last().unwrap();
    assert_eq!(
        (last.step, last.verdict),
        (step, CheckVerdict::Failed),
        "{checks:#?}"
    );
    assert!(!last.said.is_empty() && !last.next.is_empty(), "{last:?}");
    let before = &checks[..checks.len() - 1];
    assert!(
        before
            .iter()
            .all(|check| check.verdict != CheckVerdict::Failed)
    );
    for check in checks {
        assert!(!check.said.contains("wrong-word") && !check.said.contains("p@ss"));
    }
    last
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn all_is_well() {
    let Some(scratch) = Scratch::new().await else {
        return;
    };
    scratch.seed("memcells", [doc! { "_id": 1 }]).await;
    let checks = open(&scratch.uri, &scratch.name).probe().await;
    let expected = [
        (Step::MongoDns, CheckVerdict::Ok),
        (Step::MongoTcp, CheckVerdict::Ok),
        (Step::MongoTls, CheckVerdict::Skipped),
        (Step::MongoAuth, CheckVerdict::Skipped),
        (Step::MongoRights, CheckVerdict::Ok),
        (Step::MongoDatabase, CheckVerdict::Ok),
    ];
    assert_eq!(verdicts(&checks), expected, "{checks:#?}");
    assert!(checks[4].said.contains("memcells"));
    assert!(checks[5].said.contains("1 collection"));
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn helpers_are_counted_apart_and_not_named() {
    let Some(scratch) = Scratch::new().await else {
        return;
    };
    for name in [
        "EventLogRecordProjection",
        "ForesightRecordProjection",
        "memcells",
    ] {
        scratch.seed(name, [doc! { "_id": 1 }]).await;
    }
    let checks = open(&scratch.uri, &scratch.name).probe().await;
    assert!(checks[4].said.ends_with("read memcells"), "{checks:#?}");
    let said = "has 3 collections, 2 of them helpers that are not shown";
    assert!(checks[5].said.ends_with(said), "{checks:#?}");
}

#[tokio::test]
async fn a_host_without_an_address() {
    let checks = steps("mongodb://nowhere.invalid/", "memsys").await;
    let last = assert_fails_at(&checks, Step::MongoDns);
    assert!(last.said.contains("nowhere.invalid"));
    let checks = steps("mongodb+srv://nowhere.invalid/", "memsys").await;
    assert_fails_at(&checks, Step::MongoDns);
}

#[tokio::test]
async fn a_port_that_nobody_listens_on() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let checks = steps(
        &format!("mongodb://someone:wrong-word@{address}/"),
        "memsys",
    )
    .await;
    let last = assert_fails_at(&checks, Step::MongoTcp);
    assert!(
        last.said.contains(&format!("{address} (refused)")),
        "{last:?}"
    );
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn one_host_of_two() {
    let Some(uri) = Server::Plain.uri() else {
        return;
    };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let dead = listener.local_addr().unwrap();
    drop(listener);
    let both = format!("mongodb://{},{dead}/", address_of(&uri));
    let checks = steps(&both, "memsys").await;
    assert_eq!(
        verdicts(&checks)[1],
        (Step::MongoTcp, CheckVerdict::Warn),
        "{checks:#?}"
    );
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_server_that_is_half_dead() {
    let Some(scratch) = Scratch::new().await else {
        return;
    };
    let (proxy, mongo) = behind_proxy(&scratch, brisk());
    proxy.stall();
    let checks = mongo.probe().await;
    let last = assert_fails_at(&checks, Step::MongoTls);
    assert!(last.next.contains("tls=true"), "{last:?}");
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn tls_with_and_without_the_authority() {
    let Some(uri) = Server::Tls.uri() else { return };
    let checks = steps(&uri, "memsys").await;
    assert_eq!(
        verdicts(&checks)[2],
        (Step::MongoTls, CheckVerdict::Ok),
        "{checks:#?}"
    );
    let stranger = format!("mongodb://{}/?tls=true", address_of(&uri));
    let checks = steps(&stranger, "memsys").await;
    let last = assert_fails_at(&checks, Step::MongoTls);
    assert!(last.next.contains("tlsCAFile"), "{last:?}");
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_wrong_password() {
    let Some(uri) = Server::Auth.uri() else {
        return;
    };
    let wrong = format!("mongodb://keeper:wrong-word@{}/", address_of(&uri));
    let checks = steps(&wrong, "memsys").await;
    let last = assert_fails_at(&checks, Step::MongoAuth);
    assert!(last.next.contains("password"), "{last:?}");
    let checks = steps(&uri, "memsys").await;
    let login = &checks[3];
    assert_eq!(login.verdict, CheckVerdict::Ok, "{login:?}");
    assert!(login.said.contains("keeper"), "{login:?}");
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_login_without_the_right() {
    let Some(uri) = Server::Reader.uri() else {
        return;
    };
    let checks = steps(&uri, "elsewhere").await;
    let last = assert_fails_at(&checks, Step::MongoRights);
    assert!(last.next.contains("role"), "{last:?}");
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn an_empty_database_beside_a_full_one() {
    let Some(scratch) = Scratch::new().await else {
        return;
    };
    scratch.seed("memcells", [doc! { "_id": 1 }]).await;
    scratch.seed("episodes", [doc! { "_id": 1 }]).await;
    let misspelt = format!("{}s", scratch.name);
    let checks = steps(&scratch.uri, &misspelt).await;
    let last = checks.last().unwrap();
    let expected = (Step::MongoDatabase, CheckVerdict::Warn);
    assert_eq!((last.step, last.verdict), expected, "{checks:#?}");
    let there = format!("there is {} with 2 collections", scratch.name);
    assert!(last.said.contains(&there), "{last:?}");
    assert_eq!(last.next, format!("use --database {}", scratch.name));
}
