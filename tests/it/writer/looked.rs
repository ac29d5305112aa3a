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
        .complete((&key(), &document), &Receipt::default(), notes.at(&output))
        .await;
    let receipt = done.unwrap();
    assert_eq!(
        (receipt.stage, receipt.hash.as_deref()),
        (Stage::Uploaded, Some(HASH))
    );
    assert_eq!(world.runs(), 0);
}

/// A client of that chain that has said this and is gone.
fn gone(net: &Devnet, said: &str) -> World {
    let world = on(net, "exit 1");
    let line = format!("time=\"x\" level=info msg={said}\n");
    fs::write(world.output(), line).unwrap();
    world
}

/// What is known after one more look.
async fn look(world: &World, known: &Receipt) -> Receipt {
    let (key, write, output) = (key(), write(b"{}"), world.output());
    let looked = world.writer().look((&key, &write), known, &output).await;
    looked.unwrap().0.over(known)
}

fn sent() -> String {
    format!("\"Succeeded to send transaction to append log entry\" hash={HASH}")
}

/// Two nodes behind one address, of which one has not heard of it yet.
#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_a_node_knows_again_has_not_vanished() {
    let net = Devnet::start();
    let world = gone(&net, &sent());
    let first = look(&world, &Receipt::default()).await;
    assert_eq!(first.stage, Stage::Vanished);
    assert_eq!(look(&world, &first).await.stage, Stage::Vanished);

    let waits = json!({ "hash": HASH, "blockNumber": null });
    let evm = &net.chain.evm;
    evm.fail("eth_getTransactionByHash", Fault::Result(waits), 0, 1);
    let known = look(&world, &first).await;
    assert_eq!(
        (known.stage, known.hash.as_deref()),
        (Stage::Sent, Some(HASH))
    );
    // who does not answer takes nothing back
    evm.fail("eth_getTransactionByHash", Fault::Close, 0, usize::MAX);
    assert_eq!(look(&world, &known).await.stage, Stage::Sent);
    assert_eq!(look(&world, &first).await.stage, Stage::Vanished);
}

/// Also of data that is encrypted, whose root is of one transaction alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_root_tells_the_number_of_its_transaction() {
    let net = Devnet::start();
    let known: Value = json!({ "tx": { "seq": 9 }, "finalized": false });
    let storage = &net.chain.storage;
    storage.fail("zgs_getFileInfo", Fault::Result(known), 0, usize::MAX);
    let said = format!("\"Data merkle root calculated\" root={ROOT}");
    for encryption in [
        Encryption::None,
        Encryption::StreamKey("1f".repeat(32).into()),
    ] {
        let world = gone(&net, &said).with(|options| options.encryption = encryption);
        let receipt = look(&world, &Receipt::default()).await;
        assert_eq!((receipt.stage, receipt.sequence), (Stage::Mined, Some(9)));
    }
}
