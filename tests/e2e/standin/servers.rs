//! What the client says when one of the servers is dead, wrong, or refuses.

use rstest::rstest;

use crate::devnet::Fault;
use crate::support::devnet::{Call, Devnet, clients};

fn boom() -> Fault {
    Fault::error(-32000, "boom")
}

/// What the client says when one method of one server answers with an error, and whether the
/// transaction is out by then.
#[rstest]
#[case("zgs_getShardConfig", r#""Failed to create zgs client" error="failed after 0 retries: Node: NODE, Method: zgs_getShardConfig, Message: boom" url="NODE""#, false)]
#[case(
    "zgs_getStatus",
    "Failed to get status from storage node NODE: failed after 0 retries: Node: NODE, Method: zgs_getStatus, Message: boom",
    false
)]
#[case(
    "eth_chainId",
    "Failed to get chain ID from blockchain node: boom",
    false
)]
#[case(
    "eth_call",
    "Failed to get market contract from flow contract 0xf1f1f1F1f1f1F1F1f1F1f1F1F1F1F1f1F1f1f1F1: boom",
    false
)]
#[case(
    "zgs_getFileInfo",
    "Failed to upload data: Failed to check if skipped log entry available on storage node: failed after 0 retries: Node: NODE, Method: zgs_getFileInfo, Message: boom",
    false
)]
#[case(
    "eth_getBlockByNumber",
    "Failed to upload data: Failed to submit log entry: Failed to send transaction to append log entry: failed to send transaction: boom",
    false
)]
#[case(
    "eth_gasPrice",
    "Failed to upload data: Failed to submit log entry: Failed to send transaction to append log entry: failed to send transaction: boom",
    false
)]
#[case(
    "eth_getCode",
    "Failed to upload data: Failed to submit log entry: Failed to send transaction to append log entry: failed to send transaction: boom",
    false
)]
#[case(
    "eth_estimateGas",
    "Failed to upload data: Failed to submit log entry: Failed to send transaction to append log entry: failed to send transaction: boom",
    false
)]
#[case(
    "eth_getTransactionCount",
    "Failed to upload data: Failed to submit log entry: Failed to send transaction to append log entry: failed to send transaction: boom",
    false
)]
#[case(
    "eth_sendRawTransaction",
    "Failed to upload data: Failed to submit log entry: Failed to send transaction to append log entry: failed to send transaction: boom",
    true
)]
#[case("eth_getTransactionReceipt", "Failed to upload data: boom", true)]
#[case(
    "zgs_uploadSegmentsByTxSeq",
    "Failed to upload data: Failed to upload file: Trusted nodes upload error: Failed to upload segment: failed after 0 retries: Node: NODE, Method: zgs_uploadSegmentsByTxSeq, Message: boom",
    true
)]
#[case(
    "zgs_getFileInfoByTxSeq",
    "Failed to upload data: failed after 0 retries: Node: NODE, Method: zgs_getFileInfoByTxSeq, Message: boom",
    true
)]
fn each_stage_fails_in_its_own_words(#[case] method: &str, #[case] why: &str, #[case] out: bool) {
    for client in clients() {
        let net = Devnet::start();
        let server = if method.starts_with("zgs") {
            &net.chain.storage
        } else {
            &net.chain.evm
        };
        server.fail(method, boom(), 0, usize::MAX);
        let run = net.write(&[("k", "v")]).by(&client).run().ended(1);
        let why = why.replace("NODE", &net.chain.storage.url());
        let whole = if why.starts_with('"') {
            why
        } else {
            format!("\"fail to execute kv batch\" error=\"{why}\"")
        };
        assert_eq!(run.fatal(), whole, "{}", client.display());
        // Here the send is carried out although its answer is an error.
        assert_eq!(net.chain.seen().len(), usize::from(out));
        assert_eq!(
            run.field("hash").is_some(),
            out && method != "eth_sendRawTransaction"
        );
    }
}

#[test]
fn shards_that_cannot_be_covered_are_noticed_after_the_fee() {
    let net = Devnet::start();
    for client in clients() {
        for flags in [
            ["--method", "foo"],
            ["--method", "3"],
            ["--expected-replica", "2"],
        ] {
            let value = format!("{}{flags:?}", client.display());
            let run = net
                .write(&[("k", &value)])
                .args(flags)
                .by(&client)
                .run()
                .ended(1);
            assert!(
                run.fatal()
                    .ends_with("Failed to upload file: selected nodes cannot cover all shards\"")
            );
            assert!(run.field("hash").is_some());
        }
    }
}

#[test]
fn a_chain_that_is_another_one_is_refused() {
    for client in clients() {
        let net = Devnet::start();
        net.chain.set(|ledger| ledger.storage_chain_id = 16_661);
        let run = net.write(&[("k", "v")]).by(&client).run().ended(1);
        insta::allow_duplicates! {
            insta::assert_snapshot!(run.fatal(), @r#""fail to execute kv batch" error="Chain ID mismatch, blockchain = 31337, storage node = 16661""#);
        }
    }
}

#[test]
fn each_server_can_be_dead_by_itself() {
    for client in clients() {
        let net = Devnet::start();
        let refused = |url: &str| format!("dial tcp4 {}: connect: connection refused", &url[7..]);
        net.chain.evm.stop();
        let run = net.write(&[("k", "v")]).by(&client).run().ended(1);
        assert!(
            run.fatal().contains(&refused(&net.chain.evm.url())),
            "{}",
            run.fatal()
        );
        net.chain.storage.stop();
        let run = net.write(&[("k", "v")]).by(&client).run().ended(1);
        assert!(
            run.fatal().contains(&refused(&net.chain.storage.url())),
            "{}",
            run.fatal()
        );
        net.chain.indexer.stop();
        let call = net
            .write(&[("k", "v")])
            .with("--indexer", &net.chain.indexer.url());
        let run = call.by(&client).run().ended(1);
        assert!(
            run.fatal()
                .starts_with("\"failed to select nodes from indexer\"")
        );
        net.node.stop();
        let run = net
            .read()
            .with("--stream-keys", "k")
            .by(&client)
            .run()
            .ended(1);
        assert!(
            run.fatal()
                .contains("Method: kv_getValue, Message: dial tcp4")
        );
    }
}

#[test]
fn what_is_no_answer_has_its_own_words() {
    for client in clients() {
        let net = Devnet::start();
        let said = |fault: Fault| {
            net.node.heal();
            net.node.fail_always(fault);
            let fatal = net
                .read()
                .with("--stream-keys", "k")
                .by(&client)
                .run()
                .ended(1)
                .fatal();
            fatal
                .split_once("Message: ")
                .unwrap()
                .1
                .trim_end_matches('"')
                .to_owned()
        };
        assert_eq!(said(Fault::Status(503)), r"503 503 Service Unavailable\n");
        assert_eq!(
            said(Fault::Html),
            "invalid character '<' looking for beginning of value"
        );
        assert_eq!(said(Fault::Body(String::new())), "EOF");
        assert!(said(Fault::Close).starts_with("the server closed connection before"));
        let error = Fault::Error {
            code: -1,
            message: "no".to_owned(),
            data: Some("way".to_owned()),
        };
        assert_eq!(said(error), "no; data: way");
    }
}

#[test]
fn storage_errors_are_tried_again_and_those_of_the_chain_are_not() {
    for client in clients() {
        let net = Devnet::start();
        net.chain.storage.fail("zgs_getStatus", boom(), 0, 2);
        let again =
            |call: Call| call.args(["--rpc-retry-count", "2", "--rpc-retry-interval", "10ms"]);
        again(net.write(&[("k", "v")])).by(&client).run().ended(0);
        assert_eq!(net.chain.storage.counts().of("zgs_getStatus"), 3);
        net.chain.evm.fail("eth_call", boom(), 0, 1);
        again(net.write(&[("k", "w")])).by(&client).run().ended(1);
        net.chain.evm.fail("eth_call", Fault::Status(500), 0, 2);
        again(net.write(&[("k", "x")])).by(&client).run().ended(0);
    }
}
