//! The lines of each way a write can go.

use crate::devnet::Fault;
use crate::support::devnet::{Devnet, Run, clients};

/// Two halves of a run write their lines as they come: these are compared in another order.
fn sorted(run: &Run) -> String {
    let mut lines = run.lines();
    lines.sort();
    lines.join("\n")
}

#[test]
fn new_content_is_submitted_and_uploaded_at_once() {
    for client in clients() {
        let net = Devnet::start();
        let run = net.write(&[("k", "v")]).by(&client).run().ended(0);
        assert_eq!(run.out, "");
        let lines = run.lines();
        insta::allow_duplicates! {
            insta::assert_snapshot!(lines[..7].join("\n"), @r#"
            info "fragment size: 4294967296"
            info "Data prepared to upload" chunks=1 segments=1 size=65
            info "Data merkle root calculated" root=H
            info "Upload/Transaction in parallel" root=H
            info "submit with fee" fee(neuron)=1
            info "Set tx params" gasPrice="<nil>" maxNonGasRetries=20 nonce="<nil>" timeout=0s
            info "Succeeded to send transaction to append log entry" hash=H
            "#);
            insta::assert_snapshot!(sorted(&run), @r#"
            info "Begin to upload file" nodeNum=1 root=H segNum=1 sequence=N
            info "Completed to upload file" duration=D root=H segNum=1 sequence=N
            info "Data merkle root calculated" root=H
            info "Data prepared to upload" chunks=1 segments=1 size=65
            info "File finalized on storage node"
            info "Set tx params" gasPrice="<nil>" maxNonGasRetries=20 nonce="<nil>" timeout=0s
            info "Succeeded to send transaction to append log entry" hash=H
            info "Transaction receipt" receipt=R txHash=H
            info "Upload/Transaction in parallel" root=H
            info "Wait for log entry on storage node" finality=1 root=H
            info "Wait for log entry on storage node" finality=1 root=H txSeq=N
            info "fragment size: 4294967296"
            info "submit with fee" fee(neuron)=1
            info "upload took" duration=D
            "#);
        }
        assert_eq!((run.seq(), net.result(1).as_deref()), (1, Some("Commit")));
    }
}

#[test]
fn known_content_waits_for_its_receipt_before_it_says_the_hash() {
    for client in clients() {
        let net = Devnet::start();
        net.write(&[("k", "v")]).by(&client).run().ended(0);
        let run = net.write(&[("k", "v")]).by(&client).run().ended(0);
        insta::allow_duplicates! {
            insta::assert_snapshot!(run.lines()[3..].join("\n"), @r#"
            info "Prepare to submit log entry" root=H
            info "submit with fee" fee(neuron)=1
            info "Set tx params" gasPrice=1000000000 maxNonGasRetries=20 nonce=1 timeout=0s
            info "Transaction receipt" receipt=R txHash=H
            info "Succeeded to send transaction to append log entry" hash=H
            info "Wait for log entry on storage node" finality=1 root=H txSeq=N
            info "Begin to upload file" nodeNum=1 root=H segNum=1 sequence=N
            info "Completed to upload file" duration=D root=H segNum=1 sequence=N
            info "Wait for log entry on storage node" finality=1 root=H txSeq=N
            info "upload took" duration=D
            "#);
        }
        assert_eq!(run.seq(), 2);
        let skipped = net
            .write(&[("k", "v")])
            .args(["--skip-tx"])
            .by(&client)
            .run()
            .ended(0);
        insta::allow_duplicates! {
            insta::assert_snapshot!(skipped.lines()[3..].join("\n"), @r#"
            info "Begin to upload file" nodeNum=1 root=H segNum=1 sequence=N
            info "Completed to upload file" duration=D root=H segNum=1 sequence=N
            info "Wait for log entry on storage node" finality=1 root=H txSeq=N
            info "upload took" duration=D
            "#);
        }
        assert_eq!(net.chain.seen().len(), 2);
    }
}

#[test]
fn an_indexer_is_asked_first() {
    for client in clients() {
        let net = Devnet::start();
        let call = net
            .write_anywhere()
            .with("--indexer", &net.chain.indexer.url());
        let call = call.args(["--stream-keys", "k", "--stream-values", "v"]);
        let run = call.by(&client).run().ended(0);
        let lines = run.lines();
        let node = format!(
            "info \"Selected Nodes...\" ips=\"[{}]\"",
            net.chain.storage.url()
        );
        assert_eq!(lines[..2], ["info \"Selecting nodes ...\"", &node]);
        assert_eq!(net.chain.storage.counts().of("zgs_getShardConfig"), 0);
    }
}

#[test]
fn waiting_is_one_line_each_second() {
    let net = Devnet::start();
    net.chain.set(|ledger| ledger.mining = false);
    net.chain.set(|ledger| ledger.log_sync = false);
    let call = net.write(&[("k", "v")]).with("--timeout", "600ms");
    let run = call.run().ended(1);
    let url = net.chain.storage.url();
    let waits = format!("info \"Log entry is unavailable yet\" ip=\"{url}\" zgsNodeSyncHeight=N");
    let lines = run.lines();
    assert!(
        lines.iter().filter(|line| **line == waits).count() > 1,
        "{}",
        run.err
    );
    assert!(lines.contains(&"info \"Transaction receipt\" receipt=\"<nil>\" txHash=H".to_owned()));
    let failed = "\"fail to execute kv batch\" error=\"Failed to upload data: ";
    assert!(run.fatal().starts_with(failed), "{}", run.fatal());
    assert!(
        run.fatal().ends_with("context deadline exceeded\""),
        "{}",
        run.fatal()
    );
}

#[test]
fn levels_and_colours() {
    let net = Devnet::start();
    for client in clients() {
        let failing = |level: &str| {
            let call = net.write(&[("k", "v")]).with("--log-level", level);
            call.with("--stream-keys", "more")
                .by(&client)
                .run()
                .ended(1)
        };
        assert_eq!(
            failing("fatal").lines(),
            ["fatal \"keys and values length mismatch\""]
        );
        assert_eq!(failing("panic").err, "");
        let unknown = failing("loud");
        assert_eq!(
            unknown.fatal(),
            r#""Failed to parse log level" error="not a valid logrus Level: \"loud\"" fields.level=loud"#
        );
        let call =
            net.write(&[("k", "v")])
                .args(["--log-color-disabled=false", "--stream-keys", "x"]);
        let coloured = call.by(&client).run().ended(1).err;
        let (head, rest) = coloured
            .split_once('[')
            .and_then(|(_, rest)| rest.split_once("m["))
            .unwrap();
        assert_eq!(head, "31mFATA\u{1b}[0");
        assert_eq!(
            rest[20..],
            format!("] {:<44} \n", "keys and values length mismatch")
        );
    }
}

#[test]
fn values_are_said_at_the_level_debug_only() {
    let net = Devnet::start();
    for client in clients() {
        let said = |level: &str| {
            let call = net.write(&[("k", level)]).with("--log-level", level);
            call.by(&client).run().ended(0).err
        };
        assert!(!said("info").contains("Built stream data"));
        assert!(
            said("debug").contains(
                "msg=\"Built stream data\" data=\"[255 255 255 255 255 255 255 255 0 0 0 0"
            )
        );
    }
}

#[test]
fn a_duplicate_upload_is_taken_for_a_good_one() {
    for client in clients() {
        let net = Devnet::start();
        let fault = Fault::Error {
            code: -32602,
            message: "Invalid params: root".to_owned(),
            data: Some("already uploaded and finalized".to_owned()),
        };
        net.chain
            .storage
            .fail("zgs_uploadSegmentsByTxSeq", fault, 0, 1);
        let run = net.write(&[("k", "v")]).by(&client).run().ended(0);
        assert!(
            run.err
                .contains("msg=\"Segments already uploaded or finalized on node\" error=")
        );
    }
}
