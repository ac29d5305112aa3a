//! What an error of a write lets us conclude: refused, not sent, or "may have happened".
//!
//! Only what is certain is said to be: everything that is not listed here may have happened. An
//! error may be that of the driver's second try, whose first one went through; so a refusal counts
//! where the server looked at this very write (it knows the first try by its number), and a word
//! about the server's role does not, unless it adds that nothing was written.

use std::io;
use std::time::Duration;

use mongodb::error::{Error, ErrorKind, WriteFailure};

use crate::store::StoreError;
use crate::store::error::{Kind, Retry};
use crate::store::mongo::classify::{Call, classify, code_of};

/// The next step after anything that may have happened.
const LOOK: &str =
    "it may have happened, or still will: read the document again before anything else";

const DUPLICATE: i32 = 11_000;

/// The store error of a driver error.
pub(super) fn outcome(error: &Error, call: &Call) -> StoreError {
    let plain = classify(error, call);
    if is_overloaded(error) {
        return plain.retry(Retry::Safe).hint("try again in a moment");
    }
    match error.kind.as_ref() {
        ErrorKind::Write(WriteFailure::WriteError(write)) => {
            refusal(write.code, error, call).unwrap_or_else(|| unknown(plain))
        }
        ErrorKind::Command(command) => match refusal(command.code, error, call) {
            Some(refused) => refused,
            None if error.contains_label("NoWritesPerformed") => unwritten(plain),
            None => unknown(plain),
        },
        ErrorKind::Write(WriteFailure::WriteConcernError(concern)) => {
            unconfirmed(concern.code, call)
        }
        // These come before the command is sent. Of a second try only if the first was not sent
        // either: else the driver keeps the first one's error.
        ErrorKind::ServerSelection { .. }
        | ErrorKind::DnsResolve { .. }
        | ErrorKind::Authentication { .. }
        | ErrorKind::InvalidTlsConfig { .. }
        | ErrorKind::InvalidArgument { .. }
        | ErrorKind::IncompatibleServer { .. }
        | ErrorKind::SessionsNotSupported
        | ErrorKind::ConnectionPoolCleared { .. }
        | ErrorKind::Shutdown => unwritten(plain),
        ErrorKind::Io(cause) if cause.kind() == io::ErrorKind::ConnectionRefused => {
            unwritten(plain)
        }
        _ if error.contains_label("NoWritesPerformed") => unwritten(plain),
        _ => unknown(plain),
    }
}

/// No answer within our own limit.
pub(super) fn overdue(waited: Duration, call: &Call) -> StoreError {
    let said = format!("no answer in {:.1} s", waited.as_secs_f32());
    unknown(call.fail(Kind::Timeout, &said))
}

/// Whether an insert met a document of the same `_id`.
pub(super) fn is_same_id(error: &Error) -> bool {
    code_of(error) == Some(DUPLICATE) && twin(error).is_some_and(|twin| twin.index == "_id_")
}

/// The server sends the command back before it looks at it.
fn is_overloaded(error: &Error) -> bool {
    error.contains_label("SystemOverloadedError") && error.contains_label("RetryableError")
}

/// The reading side's own class is right: it can be tried again, or it will fail again.
fn unwritten(error: StoreError) -> StoreError {
    let retry = match error.kind {
        Kind::Unreachable | Kind::Timeout | Kind::Unknown => Retry::Safe,
        _ => Retry::Never,
    };
    error.retry(retry)
}

fn unknown(error: StoreError) -> StoreError {
    error.retry(Retry::AfterLooking).hint(LOOK)
}

fn unconfirmed(code: i32, call: &Call) -> StoreError {
    let said = format!("the primary did it, but the write concern was not met (code {code})");
    let error = call.fail(Kind::Unknown, &said).retry(Retry::AfterLooking);
    error.hint(
        "read the document again; if the primary is lost before the others have the write, it is \
         taken back",
    )
}

/// A refusal by which nothing was changed, if the code is that of one.
fn refusal(code: i32, error: &Error, call: &Call) -> Option<StoreError> {
    if code == DUPLICATE || code == 11_001 {
        return Some(duplicate(error, call));
    }
    let (kind, what, hint) = meaning(code)?;
    let refused = call.fail(kind, &format!("{what} (code {code})")).hint(hint);
    Some(match code {
        // Another write held the document; the server undid its own try.
        112 => refused.retry(Retry::Safe),
        _ => refused.retry(Retry::Never),
    })
}

fn meaning(code: i32) -> Option<(Kind, &'static str, &'static str)> {
    Some(match code {
        13 => (
            Kind::Refused,
            "the login may not write here",
            "ask for the role `readWrite` on this database (the actions insert, update and remove)",
        ),
        18 => (
            Kind::Refused,
            "the login was refused",
            "check the user, the password and authSource of the connection string",
        ),
        121 => (
            Kind::Refused,
            "the collection's validation rule refuses the document",
            "look at the rule (options.validator in listCollections) and at what it asks for",
        ),
        66 => (
            Kind::Refused,
            "a field that may not change would change",
            "the _id and a shard key stay as they are",
        ),
        112 => (
            Kind::Conflict,
            "somebody else is writing the same document",
            "try again",
        ),
        166 => (
            Kind::Unsupported,
            "a view cannot be written",
            "write to the collection that it is made from",
        ),
        10_334 | 17_419 => (
            Kind::TooLarge,
            "the document would be larger than MongoDB stores",
            "make it smaller",
        ),
        168 | 31_325 | 40_323 | 40_324 => (
            Kind::Unsupported,
            "the server cannot compare or change a field of such a name",
            "names with a dot or a dollar need MongoDB 5.0",
        ),
        52 | 55 | 56 | 57 => (
            Kind::Refused,
            "the server does not store a field of such a name",
            "names with a dot or a dollar need MongoDB 5.0",
        ),
        20 | 59 | 115 => (
            Kind::Unsupported,
            "the server does not have this",
            "it may be older than MongoDB 4.2, or something else that speaks its protocol; \
             retryWrites=false helps with some",
        ),
        2 | 9 | 14 | 26 | 28 | 72 | 73 => (
            Kind::Refused,
            "the server does not accept this write",
            "read the document again and look at the fields that were changed",
        ),
        _ => return None,
    })
}

/// The index that refused a write, without the values.
struct Twin {
    index: String,
    fields: Vec<String>,
}

/// Taken from what the server said: its text has the index (and behind it the values), its key
/// pattern the fields, where the driver hands that on. `None` when the text is not MongoDB's.
fn twin(error: &Error) -> Option<Twin> {
    let said = match error.kind.as_ref() {
        ErrorKind::Write(WriteFailure::WriteError(write)) => write.message.as_str(),
        ErrorKind::Command(command) => command.message.as_str(),
        _ => return None,
    };
    let (_, rest) = said.split_once(" index: ")?;
    let (index, _) = rest.split_once(" dup key:")?;
    Some(Twin {
        index: index.trim().to_owned(),
        fields: key_pattern(error).unwrap_or_default(),
    })
}

fn key_pattern(error: &Error) -> Option<Vec<String>> {
    let answer = error.server_response()?;
    let items = answer.get_array("writeErrors").ok()?;
    let item = items.get(0).ok()??.as_document()?;
    let pattern = item.get_document("keyPattern").ok()?;
    let names = pattern.iter().flatten();
    Some(names.map(|(name, _)| name.as_str().to_owned()).collect())
}

/// The index that refused a write, when its fields are still to be looked up.
pub(super) fn unnamed_index(error: &Error) -> Option<String> {
    let twin = (code_of(error) == Some(DUPLICATE)).then(|| twin(error))??;
    twin.fields.is_empty().then_some(twin.index)
}

/// The error of a write that a unique index refused.
pub(super) fn conflict(index: &str, fields: &[String], call: &Call) -> StoreError {
    let what = match fields {
        [] => "values".to_owned(),
        fields => fields.join(", "),
    };
    let said = format!("another document has the same {what} (unique index {index})");
    call.fail(Kind::Conflict, &said)
        .hint("find the other document and decide which of the two stays")
}

fn duplicate(error: &Error, call: &Call) -> StoreError {
    match twin(error) {
        Some(Twin { index, fields }) => conflict(&index, &fields, call),
        None => conflict("unknown", &[], call),
    }
}
