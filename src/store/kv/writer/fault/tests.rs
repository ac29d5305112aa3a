//! Each way to fail that was seen, in words, at each stage.

use std::os::unix::process::ExitStatusExt as _;

use super::*;
use crate::domain::intent::Child;

fn log(stage: Stage, failure: Option<&str>) -> Log {
    let mut log = Log::new(Receipt {
        stage,
        ..Receipt::default()
    });
    log.failure = failure.map(|text| Failure::Fatal(text.to_owned()));
    log
}

fn end(stage: Stage, text: &str) -> SubmitFault {
    let end = End::Ended(Some(ExitStatus::from_raw(1 << 8)));
    conclude(end, log(stage, Some(text)), Some(&[])).unwrap_err()
}

#[test]
fn each_known_text_becomes_words_of_ours() {
    let storage = "failed after 2 retries: Node: http://127.0.0.1:1, Method: zgs_getStatus, Message: dial tcp: connect: connection refused";
    let cases = [
        (
            storage,
            Kind::Unreachable,
            "the storage node refuses the connection: nothing listens there",
        ),
        (
            "Failed to get chain ID: dial tcp: connection refused",
            Kind::Unreachable,
            "the EVM node refuses the connection: nothing listens there",
        ),
        (
            "failed to select nodes from indexer: connection refused",
            Kind::Unreachable,
            "the indexer refuses the connection: nothing listens there",
        ),
        (
            "Chain ID mismatch, blockchain = 1, storage node = 2",
            Kind::Refused,
            "the EVM node and the storage node belong to different chains",
        ),
        (
            "keys and values length mismatch: ",
            Kind::Bug,
            "the client counts other keys than values",
        ),
        (
            "fail to execute kv batch: Failed to submit log entry: insufficient funds for gas * price + value",
            Kind::Refused,
            "the wallet cannot pay for the transaction",
        ),
    ];
    for (text, kind, words) in cases {
        let fault = end(Stage::Preparing, text);
        assert_eq!(fault.error.kind, kind, "{text}");
        assert_eq!(fault.error.message, format!("{words}; nothing was sent"));
        assert!(fault.is_unsent());
    }
}

#[test]
fn the_stage_decides_what_may_be_done_again() {
    let refused = "dial tcp: connection refused";
    assert_eq!(end(Stage::Preparing, refused).error.retry, Retry::Safe);
    for stage in [Stage::Sending, Stage::Sent, Stage::Mined, Stage::Uploaded] {
        for text in [
            refused,
            "nonce too low",
            "insufficient funds",
            "no keys to write",
        ] {
            let fault = end(stage, text);
            assert_eq!(fault.error.retry, Retry::AfterLooking);
            assert!(!fault.is_unsent());
        }
    }
    assert_eq!(
        end(Stage::Preparing, "insufficient funds").error.retry,
        Retry::Never
    );
    let sending = end(Stage::Sending, "nonce too low").error.message;
    assert!(
        sending.ends_with("whether the transaction went out can't be told"),
        "{sending}"
    );
}

#[test]
fn a_refusal_by_the_chains_node_proves_that_nothing_went_out() {
    let sending = "fail to execute kv batch: Failed to upload data: Failed to submit log entry: ";
    for words in [
        "insufficient funds for gas * price + value",
        "gas required exceeds allowance (0)",
        "execution reverted",
    ] {
        let fault = end(Stage::Sending, &format!("{sending}{words}"));
        assert!(fault.is_unsent(), "{words}");
        assert_eq!(fault.error.retry, Retry::Never, "{words}");
        // said of something else, or with a transaction that was seen, it proves nothing
        assert!(!end(Stage::Sending, words).is_unsent());
        assert!(!end(Stage::Sent, &format!("{sending}{words}")).is_unsent());
    }
    for words in ["nonce too low", "already known", "EOF", "timeout"] {
        let fault = end(Stage::Sending, &format!("{sending}{words}"));
        assert_eq!(fault.receipt.stage, Stage::Sending, "{words}");
    }
}

#[test]
fn a_transaction_that_failed_on_the_chain_comes_to_nothing() {
    let fault = end(
        Stage::Sent,
        "fail to execute kv batch: Failed to upload data: Transaction execution failed",
    );
    assert_eq!(fault.receipt.stage, Stage::Reverted);
    assert!(fault.is_without_effect() && !fault.is_unsent());
    assert_eq!(fault.error.retry, Retry::Never);
    assert!(
        fault.error.message.ends_with("nothing was written"),
        "{}",
        fault.error
    );
}

#[test]
fn an_end_without_words_is_told_by_how_it_came() {
    let ended = |raw, stage| {
        conclude(
            End::Ended(Some(ExitStatus::from_raw(raw))),
            log(stage, None),
            Some(&[]),
        )
    };
    assert_eq!(ended(0, Stage::Uploaded).unwrap().stage, Stage::Uploaded);
    assert_eq!(ended(0, Stage::Preparing).unwrap().stage, Stage::Sent);
    let killed = ended(9, Stage::Sent).unwrap_err();
    assert_eq!(killed.error.kind, Kind::Unknown);
    assert!(
        killed
            .error
            .message
            .starts_with("the client was ended by signal 9")
    );
    let missing = ended(127 << 8, Stage::Preparing).unwrap_err();
    assert_eq!(missing.error.kind, Kind::NotFound);
}

#[test]
fn of_a_strangers_process_the_log_alone_decides() {
    let ended = |stage, failure| conclude(End::Ended(None), log(stage, failure), Some(&[]));
    assert!(ended(Stage::Uploaded, None).is_ok());
    assert!(ended(Stage::Uploaded, Some("gone")).is_err());
    assert!(ended(Stage::Preparing, None).unwrap_err().is_unsent());
    assert_eq!(
        ended(Stage::Sent, None).unwrap_err().error.retry,
        Retry::AfterLooking
    );
}

#[test]
fn one_that_was_left_is_named_and_stays_in_the_receipt() {
    let mut log = log(Stage::Sent, None);
    let child = Child {
        pid: 77,
        started: 1,
    };
    log.receipt.child = Some(child);
    let fault = conclude(End::Left, log, Some(&[])).unwrap_err();
    assert_eq!(fault.receipt.child, Some(child));
    assert_eq!(
        (fault.error.kind, fault.error.retry),
        (Kind::Timeout, Retry::AfterLooking)
    );
    assert!(fault.error.message.contains("process 77"));
}

#[test]
fn what_cannot_be_read_may_have_happened() {
    let end = End::Blind(std::io::ErrorKind::PermissionDenied.into());
    let fault = conclude(end, log(Stage::Preparing, None), Some(&[])).unwrap_err();
    assert_eq!(
        (fault.receipt.stage, fault.error.retry),
        (Stage::Sending, Retry::AfterLooking)
    );
}

#[test]
fn the_clients_words_follow_only_without_a_piece_of_the_document() {
    let strange = "fail to execute kv batch: the moon is full of cheese";
    let plain = end(Stage::Preparing, strange).error.message;
    assert!(
        plain.contains("(it said: fail to execute kv batch: the moon"),
        "{plain}"
    );
    let ended = End::Ended(Some(ExitStatus::from_raw(1 << 8)));
    let hidden = conclude(
        ended,
        log(Stage::Preparing, Some(strange)),
        Some(&[b"half of cheese"]),
    );
    assert_eq!(
        hidden.unwrap_err().error.message,
        "the client gave up; nothing was sent"
    );
}

#[test]
fn without_the_document_at_hand_no_words_follow() {
    let ended = End::Ended(None);
    let log = log(Stage::Preparing, Some("the moon is full of cheese"));
    let fault = conclude(ended, log, None).unwrap_err();
    assert_eq!(fault.error.message, "the client gave up; nothing was sent");
}

#[test]
fn a_refused_command_line_and_a_broken_client_say_nothing_of_the_arguments() {
    let of = |failure| of_failure(&failure, Some(&[b"canary-canary"]));
    let usage = of(Failure::Usage(
        "Error: invalid argument \"canary-canary\"".to_owned(),
    ));
    assert_eq!(usage.kind, Kind::Bug);
    let old = of(Failure::Usage(
        "Error: unknown flag: --encryption-key".to_owned(),
    ));
    assert_eq!(old.kind, Kind::Unsupported);
    let key = of(Failure::Panic(
        "panic: invalid hex character 'x' in private key".to_owned(),
    ));
    assert_eq!(key.kind, Kind::Refused);
    let broken = of(Failure::Panic("panic: nil canary-canary".to_owned()));
    for error in [usage, old, key, broken] {
        assert!(!error.to_string().contains("canary"), "{error}");
    }
}
