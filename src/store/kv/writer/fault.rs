//! Ends of a client in words: what went wrong, what may have happened by then, what to do.
//!
//! The client's own text is never passed on as it is: a known phrase becomes words of ours, and a
//! few checked words of the client may follow.

#![expect(
    clippy::result_large_err,
    reason = "a fault of the port, made once for a run that takes seconds"
)]

mod phrases;

use std::process::ExitStatus;

use self::phrases::{ENDPOINTS, PHRASES, Phrase, REPORT};
use super::log::{Failure, Log};
use super::redact::excerpt;
use crate::domain::intent::{Receipt, Stage};
use crate::store::error::{Kind, Retry, Store, StoreError};
use crate::store::port::SubmitFault;

/// Words of the client may be shown when they hold nothing of these. Without them nobody can tell,
/// and no words are shown.
pub(super) type Secrets<'a> = Option<&'a [&'a [u8]]>;

/// Why a client's run did not end well.
pub(super) enum End {
    /// By itself; how, where its parent is this program.
    Ended(Option<ExitStatus>),
    /// It hung before it sent anything and was ended.
    Hung,
    /// It takes too long after the send and was left alone.
    Left,
    /// What it did could not be written down.
    Deaf(StoreError),
    /// What it said could not be read.
    Blind(std::io::Error),
}

/// The end of a run as the port tells it.
pub(super) fn conclude(end: End, log: Log, secrets: Secrets<'_>) -> Result<Receipt, SubmitFault> {
    let (mut receipt, failure, done) = (log.receipt, log.failure, log.done);
    let success = match &end {
        End::Ended(Some(status)) => status.success(),
        End::Ended(None) => done || failure.is_none() && receipt.stage == Stage::Uploaded,
        End::Left => receipt.stage == Stage::Uploaded,
        _ => false,
    };
    if success {
        // its word for more than its lines told
        receipt.stage = receipt.stage.max(Stage::Sent);
        return Ok(receipt);
    }
    receipt.stage = bounded(&receipt, failure.as_ref());
    let error = match end {
        End::Ended(status) => match &failure {
            // It looks for its block until its own time is over: that is no word about the node.
            Some(Failure::Fatal(text)) if receipt.stage == Stage::Sent && is_late(text) => fault(
                Kind::Timeout,
                "the transaction was not seen in a block in time",
            )
            .hint("it may still come: look at both stores in a while"),
            Some(failure) => of_failure(failure, secrets),
            None => silent(status),
        },
        End::Hung => fault(
            Kind::Timeout,
            "the client did not get as far as the transaction in time and was ended",
        )
        .hint(ENDPOINTS),
        End::Left => left(&receipt),
        End::Deaf(error) => error,
        End::Blind(error) => {
            receipt.stage = receipt.stage.max(Stage::Sending);
            fault(
                Kind::Unknown,
                &format!("what the client says cannot be read: {}", error.kind()),
            )
        }
    };
    Err(staged(receipt, error))
}

/// Refusals of the chain's node that prove that it did not take the transaction: it looks at the
/// number of a transaction before anything of these, so a second copy of one that went out is
/// refused in other words (F-39).
const REFUSALS: [&str; 3] = [
    "insufficient funds",
    "gas required exceeds allowance",
    "execution reverted",
];

/// How far a try can have got, by the client's last word too.
pub(super) fn bounded(receipt: &Receipt, failure: Option<&Failure>) -> Stage {
    let Some(Failure::Fatal(text)) = failure else {
        return receipt.stage;
    };
    let text = text.to_lowercase();
    let refused = text.contains("submit log entry") && REFUSALS.iter().any(|of| text.contains(of));
    match receipt.stage {
        Stage::Sending if refused && receipt.hash.is_none() => Stage::Preparing,
        Stage::Sending | Stage::Sent if text.contains("transaction execution failed") => {
            Stage::Reverted
        }
        stage => stage,
    }
}

/// Bounds an error by what may have happened.
pub(super) fn staged(receipt: Receipt, mut error: StoreError) -> SubmitFault {
    let so_far = match (receipt.stage, &receipt.hash) {
        (Stage::Preparing, _) => "nothing was sent".to_owned(),
        (Stage::Sending, _) => "whether the transaction went out can't be told".to_owned(),
        (Stage::Sent | Stage::Mined, Some(hash)) => {
            format!("transaction {hash} is out, its data may be missing")
        }
        (Stage::Sent | Stage::Mined, None) => {
            "the transaction is out, its data may be missing".to_owned()
        }
        (Stage::Vanished, _) => {
            "the transaction was out, and the EVM node knows nothing of it any more".to_owned()
        }
        (Stage::Uploaded, _) => "transaction and data are out".to_owned(),
        (Stage::Reverted, _) => "its fee is spent and nothing was written".to_owned(),
    };
    error.message = format!("{}; {so_far}", error.message);
    if receipt.stage == Stage::Reverted {
        error.retry = Retry::Never;
    } else if receipt.stage > Stage::Preparing {
        error.retry = Retry::AfterLooking;
    } else if error.retry == Retry::AfterLooking {
        error.retry = Retry::Safe;
    }
    SubmitFault { receipt, error }
}

fn fault(kind: Kind, message: &str) -> StoreError {
    StoreError::new(Store::Values, kind, message)
}

fn left(receipt: &Receipt) -> StoreError {
    let who = receipt
        .child
        .map_or_else(String::new, |child| format!(" (process {})", child.pid));
    let message = format!("the client{who} is still at work and was left alone");
    fault(Kind::Timeout, &message).hint(
        "do not end it: its data would be missing and the store would wait for it; look again later",
    )
}

/// An end without a word.
fn silent(status: Option<ExitStatus>) -> StoreError {
    use std::os::unix::process::ExitStatusExt as _;
    let (code, signal) = (
        status.and_then(|s| s.code()),
        status.and_then(|s| s.signal()),
    );
    let hint = "run `dualscope doctor` to see whether the client works";
    match (code, signal) {
        (Some(126 | 127), _) => fault(Kind::NotFound, "the client could not be started"),
        (Some(code), _) => fault(
            Kind::Unknown,
            &format!("the client ended with status {code} and said no reason"),
        ),
        (_, Some(signal)) => fault(
            Kind::Unknown,
            &format!("the client was ended by signal {signal}"),
        ),
        _ => fault(
            Kind::Unknown,
            "the client has ended and its output does not say how",
        ),
    }
    .hint(hint)
}

fn of_failure(failure: &Failure, secrets: Secrets<'_>) -> StoreError {
    match failure {
        Failure::Usage(text) if text.contains("unknown flag") || text.contains("unknown command") => {
            fault(Kind::Unsupported, "the client does not know a flag that writing needs")
                .hint("install 0g-storage-client v1.3.0 or newer")
        }
        // the text repeats arguments
        Failure::Usage(_) => fault(Kind::Bug, "the client refused its command line").hint(REPORT),
        Failure::Panic(text) if is_about_key(text) => {
            fault(Kind::Refused, "the client does not take the wallet key")
                .hint("check writer.wallet_key (ZEROG_WALLET_KEY)")
        }
        Failure::Panic(text) => with_words(fault(Kind::Unknown, "the client broke"), text, secrets)
            .hint("a fault of 0g-storage-client, often after an odd answer of a node; a newer one may help"),
        Failure::Fatal(text) => {
            let (error, known) = fatal(text);
            if known { error } else { with_words(error, text, secrets) }
        }
    }
}

fn is_late(text: &str) -> bool {
    let text = text.to_lowercase();
    ["deadline exceeded", "timeout"]
        .iter()
        .any(|phrase| text.contains(phrase))
}

fn is_about_key(text: &str) -> bool {
    let text = text.to_lowercase();
    [
        "private key",
        "invalid hex",
        "hex string",
        "invalid length",
        "hex character",
    ]
    .iter()
    .any(|phrase| text.contains(phrase))
}

/// The error, and whether its words say it all.
fn fatal(text: &str) -> (StoreError, bool) {
    let lower = text.to_lowercase();
    let found = PHRASES.iter().find(|phrase| lower.contains(phrase.0));
    let Some(Phrase(_, kind, said, hint)) = found else {
        let error = fault(Kind::Unknown, "the client gave up").hint(ENDPOINTS);
        return (error, false);
    };
    let party = if lower.contains("method: indexer_") || lower.contains("indexer") {
        "the indexer"
    } else if lower.contains("method: zgs_") || lower.contains("storage node") {
        "the storage node"
    } else {
        "the EVM node"
    };
    let error = fault(*kind, &said.replace("{}", party)).hint(*hint);
    (error, *kind != Kind::Malformed)
}

fn with_words(mut error: StoreError, text: &str, secrets: Secrets<'_>) -> StoreError {
    if let Some(words) = secrets.and_then(|secrets| excerpt(text, secrets)) {
        error.message = format!("{} (it said: {words})", error.message);
    }
    error
}

#[cfg(test)]
mod tests;
