//! What is refused before a client runs, in words.

use std::io;

use super::argv::{MAX_ARGUMENT, MAX_TOTAL, Unfit};
use crate::store::error::{Kind, Retry, Store, StoreError};

/// The client cannot be given this.
pub(super) fn unfit(unfit: Unfit) -> StoreError {
    let large = |message: String| {
        StoreError::new(Store::Values, Kind::TooLarge, message)
            .hint("shorten the document; the way through 0g-storage-client carries no more")
    };
    match unfit {
        Unfit::Zero(what) => {
            let message = format!("the {what} holds a byte 0, which the client cannot be given");
            StoreError::new(Store::Values, Kind::Refused, message)
                .hint("take the byte out; in JSON it can be written as \\u0000")
        }
        Unfit::Long { what, size } => large(format!(
            "the {what} takes {size} bytes on the client's command line, where {MAX_ARGUMENT} are \
             allowed"
        )),
        Unfit::Total(size) => large(format!(
            "the client's command line takes {size} bytes, where {MAX_TOTAL} are allowed"
        )),
    }
}

/// The client's line has no room for it.
pub(super) fn oversized(said: &str) -> StoreError {
    StoreError::new(Store::Values, Kind::TooLarge, said).hint("shorten the document")
}

/// The client did not start, so nothing was sent.
pub(super) fn unstarted(error: &io::Error) -> StoreError {
    let (kind, message, hint) = match error.kind() {
        io::ErrorKind::WouldBlock => (
            Kind::Conflict,
            "an earlier try of this write still runs".to_owned(),
            "wait for it, or follow it",
        ),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => (
            Kind::Refused,
            "there is no room on the disk for what the client says".to_owned(),
            "make room in the state folder (`dualscope paths`)",
        ),
        io::ErrorKind::ArgumentListTooLong => (
            Kind::TooLarge,
            "the system refuses so long a command line".to_owned(),
            "shorten the document",
        ),
        kind => (
            Kind::Refused,
            format!("the client cannot be started: {kind}"),
            "run `dualscope doctor`",
        ),
    };
    StoreError::new(Store::Values, kind, message).hint(hint)
}

/// What a client has said is not at hand.
pub(super) fn unreadable(error: &io::Error) -> StoreError {
    let message = format!("the client's output cannot be read: {}", error.kind());
    StoreError::new(Store::Values, Kind::Unknown, message).retry(Retry::AfterLooking)
}
