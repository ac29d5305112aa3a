//! Connection strings: what is taken, and what is said of those that cannot be read.

use dualscope::store::Index;
use dualscope::store::error::Kind;
use dualscope::store::mongo::{Limits, connect};
use rstest::rstest;

use super::open;
use crate::support::mongo::{Scratch, address_of, through};

#[test]
fn what_is_printed_for_debugging_holds_no_password() {
    let mongo = open("mongodb://u:p%40ss@h:1/?appName=x", "memsys");
    assert_eq!(format!("{mongo:?}"), "Mongo(h:1/memsys)");
}

#[rstest]
#[case("localhost:27017", "mongodb://")]
#[case("mongodb://u:p@ss@h/", "escaped")]
#[case("mongodb://u:pass?word@h/", "cannot be read")]
#[case("mongodb://u:pass/word@h/", "")]
#[case("mongodb://h/?sokcetTimeoutMS=1", "sokcettimeoutms")]
#[case("mongodb://u:secret@h/?tls=true&tls=maybe-secret", "")]
#[case("mongodb://u:secret?a=b@h/", "")]
fn a_connection_string_that_cannot_be_read(#[case] uri: &str, #[case] said: &str) {
    let Err(error) = connect(&uri.into(), "memsys", Limits::default()) else {
        panic!("{uri} was accepted");
    };
    let text = error.to_string();
    assert_eq!(error.kind, Kind::Malformed);
    assert!(text.contains(said), "{text}");
    for secret in ["p@ss", "pass?", "pass/word", "secret", "maybe"] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[rstest]
#[case("")]
#[case("a b")]
#[case("a.b")]
fn a_name_that_no_database_can_have(#[case] name: &str) {
    assert!(connect(&"mongodb://h/".into(), name, Limits::default()).is_err());
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn the_services_own_options_are_taken() {
    let Some(scratch) = Scratch::new().await else {
        return;
    };
    let uri = through(&scratch.uri, address_of(&scratch.uri));
    let uri = format!("{uri}&socketTimeoutMS=15000&authSource=admin");
    let mongo = open(&uri, &scratch.name);
    mongo.ping().await.unwrap();
}

#[rstest]
#[case("mongodb://h", "h:27017")]
#[case("mongodb://u:p@h:1,[::1]:2/x?replicaSet=rs", "h:1,[::1]:2")]
#[case("mongodb+srv://u:p@cluster.example.net/x", "cluster.example.net (srv)")]
fn the_address_names_the_hosts_alone(#[case] uri: &str, #[case] address: &str) {
    assert_eq!(open(uri, "memsys").address(), address);
}
