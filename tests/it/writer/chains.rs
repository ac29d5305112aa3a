//! Two chains with one number: they are told apart before a client is started, also where the storage
//! node has read blocks that the EVM node does not have yet.

use std::time::Duration;

use dualscope::store::port::{CheckVerdict, Step, ValueWriter as _};
use tokio::time::{Instant, sleep};

use super::*;
use crate::devnet::stream;
use crate::support::devnet::Devnet;

const PAUSE: Duration = Duration::from_millis(200);

/// The EVM node of one chain, storage node and KV node of another, or of one that is the same but for
/// being `ahead` by so many blocks.
struct Nodes {
    evm: Devnet,
    rest: Devnet,
    world: World,
}

impl Nodes {
    fn new(same: bool, ahead: u64) -> Self {
        let (evm, rest) = (Devnet::start(), Devnet::start());
        rest.chain.set(|ledger| {
            ledger.salt = u64::from(!same);
            ledger.advance(ahead);
        });
        let world = World::new("prepare; sending; sent; uploaded").with(|options| {
            options.evm_rpc = evm.chain.evm.url();
            options.storage_nodes = vec![rest.chain.storage.url()];
            options.kv_node = Some(rest.node.url());
            options.stream = stream(1).to_string();
            options.limits.pause = PAUSE;
        });
        Self { evm, rest, world }
    }

    /// The error of a write that is not begun, or nothing where the client was started.
    async fn submit(&self, writer: &Writer) -> Option<String> {
        let (notes, output) = (Notes::default(), self.world.output());
        let runs = self.world.runs();
        let done = writer
            .submit(&key(), &write(b"{}"), notes.at(&output))
            .await;
        let begun = self.world.runs() > runs;
        let said = done.err().map(|fault| fault.error.to_string());
        assert_eq!(said.is_none(), begun, "{said:?}");
        said
    }

    /// The same, while the EVM node comes to more blocks.
    async fn submit_while_it_reads(&self, writer: &Writer, blocks: u64) -> Option<String> {
        let reads = async {
            sleep(PAUSE / 2).await;
            self.evm.chain.set(|ledger| ledger.advance(blocks));
        };
        tokio::join!(self.submit(writer), reads).0
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_that_the_evm_node_reads_a_moment_later_is_compared() {
    let nodes = Nodes::new(false, 2);
    let writer = nodes.world.writer();
    let said = nodes.submit_while_it_reads(&writer, 2).await.unwrap();
    assert!(
        said.contains("another block 5") && said.contains("two chains"),
        "{said}"
    );

    let nodes = Nodes::new(true, 2);
    let writer = nodes.world.writer();
    assert_eq!(nodes.submit_while_it_reads(&writer, 2).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_it_cannot_be_told_the_write_goes_on_after_a_moment() {
    for same in [true, false] {
        let nodes = Nodes::new(same, 2);
        let (writer, began) = (nodes.world.writer(), Instant::now());
        assert_eq!(nodes.submit(&writer).await, None);
        assert!(began.elapsed() >= PAUSE * 2, "it is waited for");
        assert!(began.elapsed() < PAUSE * 2 + Duration::from_secs(5));
    }
    // nothing is waited for where both are at the same block, or the EVM node is further
    for further in [0, 3] {
        let nodes = Nodes::new(true, 0);
        nodes.evm.chain.set(|ledger| ledger.advance(further));
        assert_eq!(nodes.submit(&nodes.world.writer()).await, None);
        let asked = nodes.evm.chain.evm.counts();
        assert_eq!(asked.calls.get("eth_blockNumber"), Some(&1), "once");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_says_the_same_chain_only_where_blocks_were_compared() {
    for (ahead, said) in [(0, "on the same chain"), (2, "can't be told")] {
        let nodes = Nodes::new(true, ahead);
        let checks = nodes.world.writer().probe().await;
        let mut checks = checks.iter();
        let storage = checks.find(|check| check.step == Step::WriteStorage);
        let storage = storage.unwrap();
        assert!(storage.said.contains(said), "{storage:?}");
        assert_eq!(storage.verdict, CheckVerdict::Ok);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_that_was_told_at_an_earlier_write_is_compared_when_the_evm_node_has_it() {
    let nodes = Nodes::new(false, 2);
    let writer = nodes.world.writer();
    assert_eq!(nodes.submit(&writer).await, None, "nobody can tell");
    // both go on, and the storage node stays ahead
    nodes.evm.chain.set(|ledger| ledger.advance(5));
    nodes.rest.chain.set(|ledger| ledger.advance(5));
    let said = nodes.submit(&writer).await.unwrap();
    assert!(said.contains("another block 5"), "{said}");

    let nodes = Nodes::new(true, 2);
    let writer = nodes.world.writer();
    assert_eq!(nodes.submit(&writer).await, None);
    nodes.evm.chain.set(|ledger| ledger.advance(5));
    nodes.rest.chain.set(|ledger| ledger.advance(5));
    assert_eq!(nodes.submit(&writer).await, None, "they are of one chain");
}
