//! Clients that fail, babble and leak: what a person gets to read.

use dualscope::store::error::{Kind, Retry};
use dualscope::store::port::ValueWriter as _;

use super::*;

async fn fault(body: &str) -> dualscope::store::port::SubmitFault {
    let world = World::new(body);
    let notes = Notes::default();
    let document = write(b"{\"canary\":\"canary in the document\"}");
    let output = world.output();
    world
        .writer()
        .submit(&key(), &document, notes.at(&output))
        .await
        .unwrap_err()
}

#[tokio::test]
async fn a_client_that_repeats_its_arguments_is_not_repeated() {
    let bodies = [
        r#"echo "Error: invalid argument $*" >&2; exit 1"#,
        r#"echo "Error: invalid argument $*"; exit 1"#,
        r#"for each; do fatal 'odd' "$each canary"; done"#,
        r#"echo "panic: $*" >&2; exit 2"#,
        r#"fatal 'failed to read' "failed after 2 retries: Node: http://u:canary@h:1/?canary=1, Method: zgs_x""#,
    ];
    for body in bodies {
        let error = fault(body).await.error;
        let text = error.to_string();
        for secret in ["canary", WALLET, "6979da57"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[tokio::test]
async fn a_bad_wallet_key_a_crash_and_a_signal_are_told_apart() {
    let key = fault("echo 'panic: invalid hex character' >&2; exit 2").await;
    assert_eq!((key.error.kind, key.is_unsent()), (Kind::Refused, true));
    let crash = fault("sending; sent; echo 'panic: runtime error: nil' >&2; exit 2").await;
    assert_eq!(crash.error.retry, Retry::AfterLooking);
    assert!(crash.error.message.contains(HASH), "{}", crash.error);
    let killed = fault("sending; kill -9 $$").await;
    assert!(
        killed.error.message.contains("signal 9"),
        "{}",
        killed.error
    );
    assert_eq!(killed.error.retry, Retry::AfterLooking);
}

#[tokio::test]
async fn babble_moves_nothing_and_is_not_kept() {
    let body = r"head -c 3000000 /dev/zero | tr '\0' x >&2; echo >&2; head -c 200000 /dev/urandom >&2; echo >&2; fatal 'no luck' ''";
    let fault = fault(body).await;
    assert!(fault.is_unsent());
    assert!(fault.error.message.len() < 300);
}

/// A client that looks for its block until its own time is over says nothing of the node.
#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_in_no_block_is_not_called_a_silent_node() {
    let late =
        "fatal 'fail to execute kv batch' 'Failed to upload data: context deadline exceeded'";
    let out = fault(&format!("prepare; sending; sent; {late}")).await;
    let said = "the transaction was not seen in a block in time";
    assert!(out.error.message.starts_with(said), "{}", out.error.message);
    let unsent = fault(&format!("prepare; {late}")).await;
    assert!(unsent.error.message.contains("did not answer in time"));
}

#[tokio::test]
async fn a_fault_of_the_send_without_a_hash_is_in_doubt() {
    let fault = fault("prepare; sending; fatal 'fail to execute kv batch' 'Failed to submit log entry: nonce too low'").await;
    assert!(!fault.is_unsent());
    assert_eq!(
        (fault.error.kind, fault.error.retry),
        (Kind::Unknown, Retry::AfterLooking)
    );
}
