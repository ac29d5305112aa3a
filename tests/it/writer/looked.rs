//! A transaction that is looked up: what chain and storage nodes say of it, and what one of them can
//! take back.

use serde_json::{Value, json};

use dualscope::store::port::ValueWriter as _;

use super::*;
use crate::devnet::Fault;
use crate::support::devnet::Devnet;

/// A client of that chain that has said this and is gone.
fn gone(net: &Devnet, said: &str) -> World {
    let world = World::new("exit 1").with(|options| {
        options.evm_rpc = net.chain.evm.url();
        options.storage_nodes = vec![net.chain.storage.url()];
    });
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

/// Of a plain write another copy may have the same root, and be the one that the node tells of.
#[tokio::test(flavor = "multi_thread")]
async fn the_root_of_encrypted_data_tells_the_number_of_its_transaction() {
    let net = Devnet::start();
    let known: Value = json!({ "tx": { "seq": 9 }, "finalized": false });
    let storage = &net.chain.storage;
    storage.fail("zgs_getFileInfo", Fault::Result(known), 0, usize::MAX);
    let said = format!("\"Data merkle root calculated\" root={ROOT}");
    for (encryption, number) in [
        (Encryption::None, None),
        (Encryption::StreamKey("1f".repeat(32).into()), Some(9)),
    ] {
        let world = gone(&net, &said).with(|options| options.encryption = encryption);
        let receipt = look(&world, &Receipt::default()).await;
        assert_eq!((receipt.stage, receipt.sequence), (Stage::Mined, number));
    }
}
