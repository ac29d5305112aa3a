//! What the nodes say of a transaction whose client is gone or said little: the storage node that waits
//! for its data or has it, and the chain where no storage node knows of it.

use dualscope::domain::intent::Stage;
use dualscope::store::error::{Kind, Retry};
use dualscope::store::port::ValueWriter as _;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::*;
use crate::devnet::Fault;
use crate::support::devnet::Devnet;

const FOR_EVER: usize = usize::MAX;

/// A client that does this, in front of a chain and its storage node.
fn on(net: &Devnet, body: &str) -> World {
    World::new(body).with(|options| {
        options.evm_rpc = net.chain.evm.url();
        options.storage_nodes = vec![net.chain.storage.url()];
    })
}

/// What the chain answers when it is asked for a receipt, and for the transaction.
fn on_chain(receipt: Fault, transaction: Value) -> Devnet {
    let net = Devnet::start();
    let evm = &net.chain.evm;
    evm.fail("eth_getTransactionReceipt", receipt, 0, FOR_EVER);
    let transaction = Fault::Result(transaction);
    evm.fail("eth_getTransactionByHash", transaction, 0, FOR_EVER);
    net
}

/// What the storage node answers for every root.
fn in_storage(finalized: bool) -> Devnet {
    let net = Devnet::start();
    let known = Fault::Result(json!({ "finalized": finalized }));
    net.chain
        .storage
        .fail("zgs_getFileInfo", known, 0, FOR_EVER);
    net
}

/// How far the transaction is found of a client that said its hash and is gone.
async fn found(net: &Devnet) -> Stage {
    let world = on(net, "");
    world.has_said_hash();
    let document = write(b"{}");
    let looked = world
        .writer()
        .look((&key(), &document), &Receipt::default(), &world.output())
        .await;
    let (receipt, _) = looked.unwrap();
    assert_eq!(receipt.hash.as_deref(), Some(HASH));
    receipt.stage
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_no_storage_node_knows_is_looked_up_on_the_chain() {
    let receipt = |status: &str| Fault::Result(json!({ "status": status }));
    let none = || Fault::Result(Value::Null);
    for (of_hash, transaction, stage) in [
        (receipt("0x0"), json!({}), Stage::Reverted),
        (receipt("0x1"), json!({}), Stage::Mined),
        // it waits for a block
        (none(), json!({ "blockNumber": null }), Stage::Sent),
        (none(), Value::Null, Stage::Vanished),
        // and nothing is concluded from an answer that is none
        (receipt("?"), Value::Null, Stage::Sent),
        (Fault::error(-32000, "boom"), Value::Null, Stage::Sent),
    ] {
        let said = format!("{of_hash:?}, {transaction}");
        assert_eq!(
            found(&on_chain(of_hash, transaction)).await,
            stage,
            "{said}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_storage_node_knows_is_in_a_block() {
    assert_eq!(found(&in_storage(false)).await, Stage::Mined);
    assert_eq!(found(&in_storage(true)).await, Stage::Uploaded);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_send_of_which_a_storage_node_knows_is_not_called_unsent() {
    let poor = "prepare; sending; fatal 'fail to execute kv batch' 'Failed to upload data: Failed to \
                submit log entry: insufficient funds for gas * price + value'";
    let notes = Notes::default();
    let fault = on(&Devnet::start(), poor).fails(&notes).await;
    assert!(fault.is_unsent());
    assert_eq!(fault.error.kind, Kind::Refused);

    let net = in_storage(false);
    let fault = on(&net, poor).fails(&notes).await;
    assert_eq!(fault.receipt.stage, Stage::Mined);
    assert_eq!(
        (fault.error.kind, fault.error.retry),
        (Kind::Unknown, Retry::AfterLooking)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn data_that_a_storage_node_has_is_not_brought_again() {
    let net = in_storage(true);
    let world = on(&net, "uploaded");
    world.has_said_hash();
    let (notes, output) = (Notes::default(), world.output());
    let document = write(b"{}");
    let done = world
        .writer()
        .complete(&key(), &document, notes.at(&output))
        .await;
    let receipt = done.unwrap();
    assert_eq!(
        (receipt.stage, receipt.hash.as_deref()),
        (Stage::Uploaded, Some(HASH))
    );
    assert_eq!(world.runs(), 0);
}
