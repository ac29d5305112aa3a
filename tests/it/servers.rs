//! The ground of the other tests: the servers are what they claim, the proxy does as it is told.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use mongodb::bson::doc;
use mongodb::error::ErrorKind as Fault;
use mongodb::{Client, Database};
use rstest::rstest;

use crate::support::mongo::{Scratch, Server, address_of, alone_with_faults, through};
use crate::support::proxy::Proxy;

const PATIENCE: Duration = Duration::from_secs(20);
const MOMENT: Duration = Duration::from_millis(100);

async fn names(database: &Database) -> Vec<String> {
    database.list_collection_names().await.unwrap()
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn each_test_has_a_database_of_its_own_that_goes_with_it() {
    let (Some(one), Some(two)) = (Scratch::new().await, Scratch::new().await) else {
        return;
    };
    let seeded = one
        .seed("memories", [doc! { "_id": 1 }, doc! { "_id": 2 }])
        .await;
    one.seed("empty", []).await;
    assert_eq!(seeded.count_documents(doc! {}).await.unwrap(), 2);
    assert_eq!(names(&one.database).await.len(), 2);
    assert_eq!(names(&two.database).await.len(), 0);

    let gone = one.name.clone();
    drop(one);
    let left = two.client.list_database_names().await.unwrap();
    assert!(!left.contains(&gone), "{gone} is still there");
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn faults_can_be_made_at_the_server() {
    let Some(scratch) = Scratch::new().await else {
        return;
    };
    let _alone = alone_with_faults().await;
    // bound to this test's client by its name, since other tests use the same server
    let uri = through(&scratch.uri, address_of(&scratch.uri));
    let name = format!("faults-{}", scratch.name);
    let client = Client::with_uri_str(format!("{uri}&appName={name}"))
        .await
        .unwrap();
    let data = doc! { "failCommands": ["count"], "errorCode": 50, "appName": &name };
    let command =
        doc! { "configureFailPoint": "failCommand", "mode": { "times": 1 }, "data": data };
    client.database("admin").run_command(command).await.unwrap();

    let collection = client
        .database(&scratch.name)
        .collection::<mongodb::bson::Document>("any");
    let fault = collection.estimated_document_count().await.unwrap_err();
    assert!(matches!(*fault.kind, Fault::Command(ref told) if told.code == 50));
    assert_eq!(
        collection.estimated_document_count().await.unwrap(),
        0,
        "once only"
    );
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn the_server_with_passwords_refuses_the_wrong_one() {
    let Some(uri) = Server::Auth.uri() else {
        return;
    };
    let client = Client::with_uri_str(&uri).await.unwrap();
    client.list_database_names().await.unwrap();

    let credentials = &uri["mongodb://".len()..uri.find('@').unwrap()];
    let user = credentials.split(':').next().unwrap();
    let wrong = uri.replacen(credentials, &format!("{user}:wrong"), 1);
    let client = Client::with_uri_str(wrong).await.unwrap();
    let fault = client.list_database_names().await.unwrap_err();
    assert!(matches!(*fault.kind, Fault::Authentication { .. }));
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn the_reader_may_only_read_one_database() {
    let Some(uri) = Server::Reader.uri() else {
        return;
    };
    let client = Client::with_uri_str(&uri).await.unwrap();
    names(&client.database("memsys")).await;
    let elsewhere = client
        .database("elsewhere")
        .list_collection_names()
        .await
        .unwrap_err();
    assert!(matches!(*elsewhere.kind, Fault::Command(ref told) if told.code == 13));
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn the_tls_server_is_believed_only_with_its_authority() {
    let Some(uri) = Server::Tls.uri() else { return };
    let client = Client::with_uri_str(&uri).await.unwrap();
    client.list_database_names().await.unwrap();

    let address = Server::Tls.address().unwrap();
    let stranger = format!("mongodb://{address}/?tls=true&serverSelectionTimeoutMS=1500");
    let client = Client::with_uri_str(stranger).await.unwrap();
    let fault = client.list_database_names().await.unwrap_err();
    assert!(matches!(*fault.kind, Fault::ServerSelection { .. }));
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn the_driver_goes_through_the_proxy() {
    let Some(scratch) = Scratch::new().await else {
        return;
    };
    let proxy = Proxy::before(address_of(&scratch.uri));
    let uri = through(&scratch.uri, &proxy.address());
    let client = Client::with_uri_str(uri).await.unwrap();
    let collection = client.database(&scratch.name).collection("memories");
    collection.insert_one(doc! { "_id": 1 }).await.unwrap();
    assert_eq!(
        scratch
            .collection("memories")
            .count_documents(doc! {})
            .await
            .unwrap(),
        1
    );

    proxy.stall();
    let silent = tokio::time::timeout(MOMENT, collection.find_one(doc! {})).await;
    assert!(silent.is_err(), "a silent server answers nothing");
    proxy.pass();
    assert!(collection.find_one(doc! {}).await.unwrap().is_some());
}

#[rstest]
#[case("mongodb://h:1", "mongodb://p:9/?directConnection=true")]
#[case("mongodb://h:1/", "mongodb://p:9/?directConnection=true")]
#[case(
    "mongodb://u:p%40s@h:1,i:2/?a=b",
    "mongodb://u:p%40s@p:9,i:2/?a=b&directConnection=true"
)]
#[case(
    "mongodb://h:1/?directConnection=false",
    "mongodb://p:9/?directConnection=false"
)]
fn a_uri_can_be_led_through_a_proxy(#[case] uri: &str, #[case] moved: &str) {
    assert_eq!(through(uri, "p:9"), moved);
}

/// A server that sends back what it gets, for one connection after the other.
fn echo() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut back = stream.try_clone().unwrap();
            std::thread::spawn(move || std::io::copy(&mut stream, &mut back));
        }
    });
    address
}

fn connect(proxy: &Proxy) -> TcpStream {
    let stream = TcpStream::connect(proxy.address()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

fn read(stream: &mut TcpStream, bytes: usize) -> String {
    let mut buffer = vec![0; bytes];
    stream.read_exact(&mut buffer).unwrap();
    String::from_utf8(buffer).unwrap()
}

/// Nothing arrives for a moment. (What would arrive is on this machine, so a moment is long.)
fn is_silent(stream: &mut TcpStream) -> bool {
    stream.set_read_timeout(Some(MOMENT)).unwrap();
    let silent = stream.read(&mut [0]).is_err();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    silent
}

fn is_closed(stream: &mut TcpStream) -> bool {
    match stream.read(&mut [0]) {
        Ok(read) => read == 0,
        Err(fault) => fault.kind() == ErrorKind::ConnectionReset,
    }
}

#[test]
fn the_proxy_stalls_and_goes_on() {
    let proxy = Proxy::before(&echo());
    let mut open = connect(&proxy);
    open.write_all(b"one").unwrap();
    assert_eq!(read(&mut open, 3), "one");

    proxy.stall();
    open.write_all(b"two").unwrap();
    let mut new = connect(&proxy);
    new.write_all(b"new").unwrap();
    assert!(is_silent(&mut open) && is_silent(&mut new));

    proxy.pass();
    assert_eq!(
        (read(&mut open, 3), read(&mut new, 3)),
        ("two".to_owned(), "new".to_owned())
    );
    let traffic = proxy.traffic();
    assert_eq!((traffic.accepted, traffic.open), (2, 2));
    assert_eq!((traffic.asked, traffic.answered), (9, 9));
}

#[test]
fn the_proxy_stops_in_the_middle_of_an_answer() {
    let proxy = Proxy::before(&echo());
    let mut open = connect(&proxy);
    proxy.stall_after(4);
    open.write_all(b"half of it").unwrap();
    assert_eq!(read(&mut open, 4), "half");
    assert!(is_silent(&mut open));
    proxy.pass();
    assert_eq!(read(&mut open, 6), " of it");
}

#[test]
fn the_proxy_cuts_and_refuses() {
    let proxy = Proxy::before(&echo());
    let mut open = connect(&proxy);
    open.write_all(b"one").unwrap();
    assert_eq!(read(&mut open, 3), "one");
    proxy.stall();
    proxy.cut();
    assert!(is_closed(&mut open), "even a stalled connection is cut");

    proxy.refuse();
    assert!(is_closed(&mut connect(&proxy)));
    proxy.pass();
    let mut new = connect(&proxy);
    new.write_all(b"new").unwrap();
    assert_eq!(
        read(&mut new, 3),
        "new",
        "a cut is for those that were open"
    );
}

#[test]
fn the_proxy_delays_and_loses_nothing() {
    let proxy = Proxy::before(&echo());
    // so long that it is not over before the test is: nothing comes through
    proxy.delay(Duration::from_secs(3600));
    let mut open = connect(&proxy);
    open.write_all(b"one").unwrap();
    assert!(is_silent(&mut open));
    assert_eq!(proxy.traffic().answered, 0);

    // and a short one lets everything through, in order
    let proxy = Proxy::before(&echo());
    proxy.delay(Duration::from_millis(5));
    let mut open = connect(&proxy);
    open.write_all(b"one").unwrap();
    open.write_all(b"two").unwrap();
    assert_eq!(read(&mut open, 6), "onetwo");
}
