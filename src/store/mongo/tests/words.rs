//! Driver errors in our words: what no server here produces.

use std::io;

use mongodb::error::Error;
use rstest::rstest;

use super::super::classify::{Call, classify};
use crate::store::error::{Kind, Retry, StoreError};

fn told(error: impl Into<Error>) -> StoreError {
    let call = Call {
        doing: "reading memcells".to_owned(),
        address: "db.example.net:27017".to_owned(),
        typed: false,
        set: false,
    };
    classify(&error.into(), &call)
}

#[rstest]
#[case(io::ErrorKind::ConnectionRefused, Kind::Unreachable, "refused")]
#[case(io::ErrorKind::TimedOut, Kind::Unreachable, "in time")]
#[case(io::ErrorKind::ConnectionReset, Kind::Unreachable, "cut")]
#[case(io::ErrorKind::HostUnreachable, Kind::Unreachable, "no way")]
#[case(io::ErrorKind::InvalidData, Kind::Refused, "TLS")]
fn io_errors_name_the_cause_and_not_their_text(
    #[case] kind: io::ErrorKind,
    #[case] expected: Kind,
    #[case] word: &str,
) {
    let error = told(io::Error::new(kind, "private text"));
    assert_eq!(error.kind, expected);
    let start = "reading memcells at db.example.net:27017: ";
    assert!(
        error.message.starts_with(start) && error.message.contains(word),
        "{error}"
    );
    assert!(!error.to_string().contains("private"));
}

#[test]
fn an_error_of_unknown_kind_says_no_more_than_that() {
    let error = told(Error::custom("private text".to_owned()));
    assert_eq!((error.kind, error.retry), (Kind::Unknown, Retry::Safe));
    assert!(!error.to_string().contains("private"));
}
