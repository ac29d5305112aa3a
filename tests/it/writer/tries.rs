//! Trying again: only where nothing was sent. And completing what was sent.

use dualscope::domain::intent::Stage;
use dualscope::store::error::{Kind, Retry};
use dualscope::store::port::ValueWriter as _;

use super::*;

const REFUSED: &str = "Failed to get chain ID: dial tcp 127.0.0.1:1: connect: connection refused";

#[tokio::test]
async fn a_try_that_sent_nothing_is_repeated_three_times() {
    let fails = format!(
        "prepare; [ $runs -lt 4 ] && fatal 'fail to execute kv batch' '{REFUSED}'; sending; sent; uploaded"
    );
    let world = World::new(&fails);
    let notes = Notes::default();
    let receipt = world
        .writer()
        .submit(&key(), &write(b"{}"), notes.at(&world.output()))
        .await;
    assert_eq!(receipt.unwrap().stage, Stage::Uploaded);
    assert_eq!(world.runs(), 4);
    let told: Vec<_> = notes.seen();
    let mut children: Vec<_> = told.iter().map(|receipt| receipt.child).collect();
    children.dedup();
    // between two of them nobody is known
    assert_eq!(children.len(), 7);
    assert!(children.iter().skip(1).step_by(2).all(Option::is_none));
}

#[tokio::test]
async fn the_fourth_failure_is_the_answer() {
    let world = World::new(&format!(
        "prepare; fatal 'fail to execute kv batch' '{REFUSED}'"
    ));
    let notes = Notes::default();
    let fault = world.fails(&notes).await;
    assert_eq!(world.runs(), 4);
    assert_eq!(
        (fault.error.kind, fault.error.retry),
        (Kind::Unreachable, Retry::Safe)
    );
    assert_eq!(
        fault.error.message,
        "the EVM node refuses the connection: nothing listens there; nothing was sent"
    );
}

#[tokio::test]
async fn what_may_have_been_sent_is_never_sent_again() {
    for (body, stage) in [
        ("prepare; sending", Stage::Sending),
        ("sending; sent", Stage::Sent),
    ] {
        let world = World::new(&format!(
            "{body}; fatal 'fail to execute kv batch' '{REFUSED}'"
        ));
        let notes = Notes::default();
        let fault = world.fails(&notes).await;
        assert_eq!(world.runs(), 1);
        assert_eq!(
            (fault.receipt.stage, fault.error.retry),
            (stage, Retry::AfterLooking)
        );
    }
}

#[tokio::test]
async fn what_will_fail_again_is_not_repeated() {
    let world = World::new("fatal 'keys and values length mismatch' ''");
    let notes = Notes::default();
    let fault = world
        .writer()
        .submit(&key(), &write(b"{}"), notes.at(&world.output()))
        .await;
    assert_eq!(fault.unwrap_err().error.kind, Kind::Bug);
    assert_eq!(world.runs(), 1);
}

#[tokio::test]
async fn two_writes_of_one_wallet_come_one_after_the_other() {
    let body = r#"[ -e "$here/busy" ] && touch "$here/both"; touch "$here/busy"; sleep 0.2; rm "$here/busy"; uploaded"#;
    let world = World::new(body);
    let (one, other) = (world.writer(), world.writer());
    let notes = Notes::default();
    let (a, b, document) = (world.path("a"), world.path("b"), write(b"{}"));
    let key = key();
    let (first, second) = tokio::join!(
        one.submit(&key, &document, notes.at(&a)),
        other.submit(&key, &document, notes.at(&b)),
    );
    assert!(first.is_ok() && second.is_ok());
    assert_eq!((world.runs(), world.path("both").exists()), (2, false));
}

/// An indexer that does not answer beforehand names no storage node that could be asked.
fn completing(body: &str) -> World {
    World::new(body).with(|options| options.indexer = Some("http://127.0.0.1:3".to_owned()))
}

#[tokio::test]
async fn a_completion_sends_no_transaction_and_keeps_what_was_known() {
    let world = completing(
        r#"printf '%s\0' "$@" >"$here/args"; uploaded_only() { say 'upload took' duration=1s; }; uploaded_only"#,
    );
    let earlier = world.has_said_hash();
    let notes = Notes::default();
    let receipt = world
        .writer()
        .complete(
            (&key(), &write(b"{}")),
            &Receipt::default(),
            notes.at(&world.output()),
        )
        .await;
    let receipt = receipt.unwrap();
    assert_eq!(
        (receipt.stage, receipt.hash.as_deref()),
        (Stage::Uploaded, Some(HASH))
    );
    assert!(
        world
            .text("args")
            .ends_with("\0--skip-tx\0--gas-limit\x001\0")
    );
    assert!(
        world.text("output").starts_with(&earlier),
        "nothing is lost"
    );
    assert!(
        notes
            .seen()
            .iter()
            .all(|receipt| receipt.stage >= Stage::Sent)
    );
}

#[tokio::test]
async fn a_completion_of_other_data_is_refused() {
    let world = completing("uploaded");
    fs::write(
        world.output(),
        format!("time=\"x\" level=info msg=\"Data merkle root calculated\" root={ROOT}\n"),
    )
    .unwrap();
    let notes = Notes::default();
    let fault = world
        .writer()
        .complete(
            (&key(), &write(b"{}")),
            &Receipt::default(),
            notes.at(&world.output()),
        )
        .await;
    let fault = fault.unwrap_err();
    assert_eq!(fault.error.kind, Kind::Conflict);
    assert!(!fault.is_unsent(), "the transaction is still out");
    assert_eq!(world.runs(), 0);
}

#[tokio::test]
async fn an_encrypted_write_cannot_be_completed() {
    let world = completing("uploaded")
        .with(|options| options.encryption = Encryption::StreamKey("1f".repeat(32).into()));
    let notes = Notes::default();
    let fault = world
        .writer()
        .complete(
            (&key(), &write(b"{}")),
            &Receipt::default(),
            notes.at(&world.output()),
        )
        .await;
    assert_eq!(fault.unwrap_err().error.kind, Kind::Unsupported);
    assert_eq!(world.runs(), 0);
}

#[tokio::test]
async fn a_completion_asks_the_storage_node_first_and_keeps_what_was_known_without_it() {
    let world = World::new("uploaded");
    world.has_said_hash();
    let notes = Notes::default();
    let fault = world
        .writer()
        .complete(
            (&key(), &write(b"{}")),
            &Receipt::default(),
            notes.at(&world.output()),
        )
        .await;
    let fault = fault.unwrap_err();
    assert_eq!(
        (fault.error.kind, fault.error.retry),
        (Kind::Unreachable, Retry::AfterLooking)
    );
    assert_eq!(
        (fault.receipt.stage, fault.receipt.hash.as_deref()),
        (Stage::Sent, Some(HASH))
    );
    assert_eq!(world.runs(), 0);
}
