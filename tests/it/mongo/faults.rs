//! Every fault of a connection that can be produced here has a message that names what, where and
//! the next step, and shows neither passwords nor documents.

use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use dualscope::store::Index;
use dualscope::store::error::{Kind, Retry};
use dualscope::store::mongo::Limits;

use super::{ask, assert_fit, behind_proxy, brisk, fault, open, open_within, question, seeded};
use crate::support::mongo::{Server, address_of, through};

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
async fn a_refused_connection_is_told_long_before_the_drivers_patience_ends() {
    let mongo = open(&format!("mongodb://{}/", nobody()), "memsys");
    // Again as well: each question gets news of its own.
    for _ in 0..2 {
        let start = Instant::now();
        let error = fault(&mongo).await;
        let took = start.elapsed();
        assert!(error.message.contains("refused"), "{error}");
        assert!(took < Limits::default().connect / 2, "{took:?}");
        assert_fit(&error, &mongo);
    }
}

#[tokio::test]
async fn a_host_that_refuses_beside_one_that_is_silent_does_not_cut_the_patience_short() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let uri = format!("mongodb://{},{}/", nobody(), silent.local_addr().unwrap());
    let mongo = open_within(&uri, "memsys", brisk());
    let start = Instant::now();
    let error = fault(&mongo).await;
    assert!(start.elapsed() >= brisk().connect, "{error}");
    assert_eq!(error.kind, Kind::Unreachable, "{error}");
    assert_fit(&error, &mongo);
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_server_that_is_just_starting_is_waited_for() {
    let Some(scratch) = seeded(3).await else {
        return;
    };
    let address = nobody();
    let mongo = open(&through(&scratch.uri, &address), &scratch.name);
    let server = address_of(&scratch.uri).to_owned();
    let start = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        std::thread::spawn(move || relay(&address, &server))
    };
    let question = question(5);
    let (rows, _server) = tokio::join!(ask(&mongo, &question), start);
    assert_eq!(rows.unwrap().len(), 3);
}

/// An address where nobody listens.
fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

/// Lets the server be reached at another address.
fn relay(address: &str, server: &str) {
    let listener = TcpListener::bind(address).unwrap();
    for inward in listener.incoming() {
        let (mut inward, mut outward) = (inward.unwrap(), TcpStream::connect(server).unwrap());
        let (mut back, mut from) = (inward.try_clone().unwrap(), outward.try_clone().unwrap());
        std::thread::spawn(move || std::io::copy(&mut inward, &mut outward));
        std::thread::spawn(move || std::io::copy(&mut from, &mut back));
    }
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
    match error.kind {
        Kind::Unreachable => {
            assert!(
                error.message.ends_with("the host's name has no address"),
                "{error}"
            );
            assert!(error.hint.contains("name server"), "{error}");
        }
        // Where no name server answers at all, it cannot be told that there is no such name.
        Kind::Timeout => assert!(error.message.contains("no answer in "), "{error}"),
        other => panic!("{other:?}: {error}"),
    }
    assert_fit(&error, &mongo);
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_server_that_accepts_and_stays_silent() {
    let Some(scratch) = seeded(1).await else {
        return;
    };
    let (proxy, mongo) = behind_proxy(&scratch, brisk());
    proxy.stall();
    let error = fault(&mongo).await;
    assert_eq!(error.kind, Kind::Unreachable, "{error}");
    assert!(
        error.message.ends_with("nobody answered in time"),
        "{error}"
    );
    assert!(error.hint.contains("firewall"), "{error}");
    assert_fit(&error, &mongo);
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_server_that_falls_silent_later_and_comes_back() {
    let Some(scratch) = seeded(3).await else {
        return;
    };
    let (proxy, mongo) = behind_proxy(&scratch, brisk());
    assert_eq!(ask(&mongo, &question(5)).await.unwrap().len(), 3);
    proxy.stall();
    let error = fault(&mongo).await;
    assert_eq!(error.kind, Kind::Timeout, "{error}");
    assert!(error.message.contains("no answer in "), "{error}");
    assert_eq!(error.retry, Retry::Safe);
    assert_fit(&error, &mongo);
    proxy.pass();
    let again = async { while ask(&mongo, &question(5)).await.is_err() {} };
    tokio::time::timeout(Duration::from_secs(60), again)
        .await
        .unwrap();
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn an_answer_that_stops_half_way() {
    let Some(scratch) = seeded(300).await else {
        return;
    };
    let (proxy, mongo) = behind_proxy(&scratch, brisk());
    mongo.ping().await.unwrap();
    proxy.stall_after(2_000);
    let error = ask(&mongo, &question(300)).await.unwrap_err();
    assert_eq!(error.kind, Kind::Timeout, "{error}");
    assert!(error.message.contains("no answer in "), "{error}");
    assert_fit(&error, &mongo);
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
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
#[ignore = "needs a MongoDB server: tests/run"]
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
#[ignore = "needs a MongoDB server: tests/run"]
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
#[ignore = "needs a MongoDB server: tests/run"]
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
#[ignore = "needs a MongoDB server: tests/run"]
async fn plain_words_to_a_server_that_wants_tls() {
    let Some(address) = Server::Tls.address() else {
        return;
    };
    let mongo = open_within(&format!("mongodb://{address}/"), "memsys", brisk());
    let error = fault(&mongo).await;
    assert_eq!(error.kind, Kind::Unreachable, "{error}");
    assert!(error.message.ends_with("the connection was cut"), "{error}");
    assert!(
        error.hint.contains("wants TLS") && error.hint.contains("tls=true"),
        "{error}"
    );
    assert_fit(&error, &mongo);
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
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
#[ignore = "needs a MongoDB server: tests/run"]
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
