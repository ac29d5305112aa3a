//! Ends of a client in words: what went wrong, what may have happened by then, what to do.
//!
//! The client's own text is never passed on as it is: a known phrase becomes words of ours, and a
//! few checked words of the client may follow.

#![expect(
    clippy::result_large_err,
    reason = "a fault of the port, made once for a run that takes seconds"
)]

use std::process::ExitStatus;

use super::log::{Failure, Log};
use super::redact::excerpt;
use crate::domain::intent::{Receipt, Stage};
use crate::store::error::{Kind, Retry, Store, StoreError};
use crate::store::port::SubmitFault;

/// One way to fail, known by a piece of the client's text in lower case.
struct Phrase(&'static str, Kind, &'static str, &'static str);

const ENDPOINTS: &str = "check writer.evm_rpc, writer.storage_nodes and writer.indexer, then run \
                         `dualscope doctor`";
const FUNDS: &str = "put more tokens into the wallet";
const REPORT: &str = "please report this with the log file (`dualscope paths`)";
const OTHER_PROGRAM: &str = "look whether another program spends from this wallet";
const NODES: &str = "name storage nodes that together hold all shards (writer.storage_nodes)";

/// The first that matches counts; `{}` is the party that was asked.
const PHRASES: &[Phrase] = &[
    Phrase(
        "keys and values length mismatch",
        Kind::Bug,
        "the client counts other keys than values",
        REPORT,
    ),
    Phrase(
        "no keys to write",
        Kind::Bug,
        "the client was given no key",
        REPORT,
    ),
    Phrase(
        "key is empty",
        Kind::Bug,
        "the client was given an empty key",
        REPORT,
    ),
    Phrase(
        "at least one of --node and --indexer",
        Kind::Refused,
        "neither a storage node nor an indexer is known",
        NODES,
    ),
    Phrase(
        "chain id mismatch",
        Kind::Refused,
        "the EVM node and the storage node belong to different chains",
        ENDPOINTS,
    ),
    Phrase(
        "insufficient funds",
        Kind::Refused,
        "the wallet cannot pay for the transaction",
        FUNDS,
    ),
    Phrase(
        "gas required exceeds allowance",
        Kind::Refused,
        "the wallet cannot pay for the transaction",
        FUNDS,
    ),
    Phrase(
        "intrinsic gas too low",
        Kind::NotFound,
        "no storage node knows this data yet, and a second transaction was not sent",
        "wait until the transaction is in a block and the storage node has seen it, then try again",
    ),
    Phrase(
        "transaction execution failed",
        Kind::Refused,
        "the transaction failed on the chain",
        "look the transaction up on the chain",
    ),
    Phrase(
        "execution reverted",
        Kind::Refused,
        "the contract refuses the transaction",
        ENDPOINTS,
    ),
    Phrase(
        "nonce too low",
        Kind::Unknown,
        "the number of the transaction was already used: by its own first try, or by another program",
        OTHER_PROGRAM,
    ),
    Phrase(
        "already known",
        Kind::Unknown,
        "the chain already has this very transaction",
        OTHER_PROGRAM,
    ),
    Phrase(
        "underpriced",
        Kind::Unknown,
        "another transaction of this wallet waits under the same number",
        OTHER_PROGRAM,
    ),
    Phrase(
        "mempool full",
        Kind::Timeout,
        "the transaction was not seen in a block in time",
        "it may still come: look at both stores in a while",
    ),
    Phrase(
        "cannot cover all shards",
        Kind::Refused,
        "the storage nodes do not hold all shards",
        NODES,
    ),
    Phrase(
        "numshard is zero",
        Kind::Refused,
        "a storage node tells a number of shards that cannot be",
        NODES,
    ),
    Phrase(
        "too many data writing",
        Kind::Unreachable,
        "the storage node is busy",
        "try again in a while",
    ),
    Phrase(
        "failed to connect to fullnode",
        Kind::Malformed,
        "the EVM node's address cannot be used",
        "write writer.evm_rpc as http://HOST:PORT",
    ),
    Phrase(
        "connection refused",
        Kind::Unreachable,
        "{} refuses the connection: nothing listens there",
        ENDPOINTS,
    ),
    Phrase(
        "no such host",
        Kind::Unreachable,
        "{} has a host name without an address",
        ENDPOINTS,
    ),
    Phrase(
        "deadline exceeded",
        Kind::Unreachable,
        "{} did not answer in time",
        ENDPOINTS,
    ),
    Phrase(
        "timeout",
        Kind::Unreachable,
        "{} did not answer in time",
        ENDPOINTS,
    ),
    Phrase(
        "connection reset",
        Kind::Unreachable,
        "{} broke the connection off",
        ENDPOINTS,
    ),
    Phrase(
        "closed connection",
        Kind::Unreachable,
        "{} broke the connection off",
        ENDPOINTS,
    ),
    Phrase(
        "eof",
        Kind::Unreachable,
        "{} broke the connection off",
        ENDPOINTS,
    ),
    Phrase(
        "failed to select nodes from indexer",
        Kind::Unreachable,
        "the indexer names no storage nodes",
        ENDPOINTS,
    ),
    Phrase(
        "failed after",
        Kind::Malformed,
        "{} gives an answer that the client cannot use",
        ENDPOINTS,
    ),
];

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
    let error = match end {
        End::Ended(status) => match &failure {
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

/// Bounds an error by what may have happened.
pub(super) fn staged(receipt: Receipt, mut error: StoreError) -> SubmitFault {
    let so_far = match (receipt.stage, &receipt.hash) {
        (Stage::Preparing, _) => "nothing was sent".to_owned(),
        (Stage::Sending, _) => "whether the transaction went out can't be told".to_owned(),
        (Stage::Sent, Some(hash)) => format!("transaction {hash} is out, its data may be missing"),
        (Stage::Sent, None) => "the transaction is out, its data may be missing".to_owned(),
        (Stage::Uploaded, _) => "transaction and data are out".to_owned(),
    };
    error.message = format!("{}; {so_far}", error.message);
    if receipt.stage > Stage::Preparing {
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
