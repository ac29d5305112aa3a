//! Several transactions of the same data: which of them is that of a write.

use dualscope::store::kv::rpc::Hash;
use dualscope::store::port::ValueWriter as _;
use pretty_assertions::assert_eq;

use super::*;
use crate::devnet::stream;
use crate::support::devnet::Devnet;

/// A chain whose KV node drops what this wallet sends, and a writer.
struct Twins {
    net: Devnet,
    world: World,
}

impl Twins {
    fn new() -> Self {
        let net = Devnet::start();
        net.node.state(|state| {
            state
                .admins
                .entry(stream(1))
                .or_default()
                .insert(Hash([7; 20]));
        });
        let world = World::new("").with(|options| {
            options.evm_rpc = net.chain.evm.url();
            options.storage_nodes = vec![net.chain.storage.url()];
            options.kv_node = Some(net.node.url());
            options.stream = stream(1).to_string();
        });
        fs::write(world.output(), "").unwrap();
        Self { net, world }
    }

    /// Somebody sends it; its number. The KV node has dropped it when this returns.
    fn send(&self) -> u64 {
        let pairs = [(key().to_string(), "{}")];
        self.net.write(&pairs).with("--version", "0").run().ended(0);
        let seq = self.net.chain.seen().pop().unwrap().seq;
        let result = self.net.result(seq);
        assert_eq!(result.as_deref(), Some("SenderNoWritePermission"));
        seq
    }

    /// What is known of a write of it that may have sent something.
    async fn look(&self, writer: &Writer, floor: Option<u64>) -> (Stage, Option<u64>) {
        let known = Receipt {
            stage: Stage::Sending,
            floor,
            ..Receipt::default()
        };
        let (key, write, output) = (key(), write(b"{}"), self.world.output());
        let looked = writer.look((&key, &write), &known, &output).await;
        let (receipt, _) = looked.unwrap();
        assert_eq!(receipt.floor, floor);
        (receipt.stage, receipt.sequence)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_transaction_of_the_same_data_is_of_another_write() {
    let twins = Twins::new();
    let writer = twins.world.writer();
    let first = twins.send();
    let ours = (Stage::Uploaded, Some(first));
    assert_eq!(twins.look(&writer, Some(first)).await, ours);
    let unsent = (Stage::Sending, None);
    assert_eq!(twins.look(&writer, Some(first + 1)).await, unsent);
    // where nobody knows what was there before: what the node has dropped already is not taken for it
    assert_eq!(twins.look(&writer, None).await, unsent);

    // others in between, and the same again
    for other in ["1", "2", "3"] {
        twins.net.write(&[("another:1", other)]).run().ended(0);
    }
    let second = twins.send();
    assert!(second > first + 3);
    let ours = (Stage::Uploaded, Some(second));
    for floor in [None, Some(first), Some(first + 1), Some(second)] {
        assert_eq!(twins.look(&writer, floor).await, ours, "{floor:?}");
    }
    assert_eq!(twins.look(&writer, Some(second + 1)).await, unsent);
}

#[tokio::test(flavor = "multi_thread")]
async fn among_too_many_transactions_the_number_is_not_told() {
    let twins = Twins::new();
    let writer = twins.world.writer();
    let first = twins.send();
    for other in 0..140_u32 {
        let entry = crate::devnet::wire::batch::Entry {
            stream: stream(1).0,
            key: b"another:1".to_vec(),
            value: other.to_be_bytes().to_vec(),
        };
        twins.net.chain.foreign([9; 20], &[entry]);
    }
    let ours = (Stage::Uploaded, None);
    assert_eq!(twins.look(&writer, Some(first)).await, ours);
    assert_eq!(
        twins.look(&writer, Some(first + 1)).await,
        (Stage::Sending, None)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_there_before_is_written_down_before_a_client_is_started() {
    let twins = Twins::new();
    let before = twins.send();
    twins.net.node.state(|state| state.admins.clear());
    let world = World::new("prepare; sending; sent; uploaded").with(|options| {
        options.storage_nodes = vec![twins.net.chain.storage.url()];
    });
    let notes = Notes::default();
    world
        .writer()
        .submit(&key(), &write(b"{}"), notes.at(&world.output()))
        .await
        .unwrap();
    let seen = notes.seen();
    let floor = Some(before + 1);
    assert_eq!((seen[0].child, seen[0].floor), (None, floor));
    assert!(seen.iter().all(|receipt| receipt.floor == floor));

    // what cannot be written down is not begun
    let (deaf, runs) = (Notes::deaf_from(Stage::Preparing), world.runs());
    let fault = world.fails(&deaf).await;
    assert!(fault.is_unsent() && world.runs() == runs, "{fault:?}");
}
