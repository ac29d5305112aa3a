//! A transaction that is mined without its data stalls the node for all streams: who finds it, and
//! what is said about it.

use std::sync::Arc;
use std::time::Duration;

use dualscope::domain::Catalog;
use dualscope::domain::intent::{Fact, IntentId, Place, Receipt, Stage};
use dualscope::domain::plan::Plan;
use dualscope::journal::{Journal, Rules};
use dualscope::store::kv::{Reader, Storage};
use dualscope::store::memory::MemoryIndex;
use dualscope::store::port::{Check, CheckVerdict, Services, Step, Values as _, Waits};
use dualscope::task::Runtime;
use dualscope::task::event::{Outcome, What};
use dualscope::task::job::World;
use dualscope::task::spec::{TaskId, TaskSpec};
use tokio::runtime::Handle;

use super::reader_with;
use crate::devnet::Fault;
use crate::devnet::chain::{Replay, Seen};
use crate::devnet::wire::hex;
use crate::support::devnet::{Devnet, until};
use crate::support::writing::{Fuse, KEY, Stores, desk, key};

/// A client that dies right behind its send: the transaction is mined, its data is nowhere.
fn lose(net: &Devnet) -> Seen {
    net.write(&[(KEY, "{}")]).fault("die@hash").run();
    let lost = net.chain.seen().pop().unwrap();
    assert_eq!(lost.data, None);
    until(|| net.node.state(|state| state.applied_seq == lost.seq));
    lost
}

fn reader(net: &Devnet, settle: u64) -> Reader {
    reader_with(&net.node, |options| {
        options.settle = Duration::from_millis(settle);
        options.storage.nodes = vec![net.chain.storage.url()];
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn data_that_is_nowhere_is_told_and_data_that_comes_is_waited_for() {
    let net = Devnet::start();
    let reader = reader(&net, 600);
    assert_eq!(reader.waits_for().await.unwrap(), Waits::Nothing);
    net.write(&[("a:1", "1")]).run().ended(0);
    assert_eq!(reader.waits_for().await.unwrap(), Waits::Nothing);

    let lost = lose(&net);
    let data = Waits::Data {
        sequence: lost.seq,
        root: Some(hex(&lost.root)),
    };
    assert_eq!(reader.waits_for().await.unwrap(), data);

    // somebody who is just uploading is no finding
    let patient = super::reader_with(&net.node, |options| {
        options.settle = Duration::from_secs(30);
        options.storage.nodes = vec![net.chain.storage.url()];
    });
    let call = net.write(&[(KEY, "{}")]).args(["--skip-tx"]);
    let (waits, _) = tokio::join!(
        patient.waits_for(),
        tokio::task::spawn_blocking(move || call.run().ended(0))
    );
    assert_eq!(waits.unwrap(), Waits::Nothing);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_indexer_names_the_nodes_that_are_asked() {
    let net = Devnet::start();
    let lost = lose(&net);
    let reader = reader_with(&net.node, |options| {
        options.settle = Duration::ZERO;
        options.storage.indexer = Some(net.chain.indexer.url());
    });
    let waits = reader.waits_for().await.unwrap();
    assert!(matches!(waits, Waits::Data { sequence, .. } if sequence == lost.seq));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_stands_still_with_the_data_at_hand_is_told_apart() {
    let net = Devnet::start();
    net.chain.replay(Replay::ByHand);
    net.write(&[("a:1", "1")]).run().ended(0);
    let stuck = Waits::Stuck {
        sequence: net.chain.seen()[0].seq,
    };
    assert_eq!(reader(&net, 0).waits_for().await.unwrap(), stuck);
    net.chain.apply_all();
    assert_eq!(reader(&net, 0).waits_for().await.unwrap(), Waits::Nothing);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_be_asked_is_said() {
    let untold = |waits| match waits {
        Waits::Untold(why) => why,
        other => panic!("{other:?}"),
    };
    let net = Devnet::start();
    lose(&net);
    let nobody = super::reader(&net.node).waits_for().await.unwrap();
    assert!(untold(nobody).contains("no storage node is named"));

    let silent = reader_with(&net.node, |options| {
        options.storage = Storage {
            nodes: vec!["http://user:s3cret@127.0.0.1:1".to_owned()],
            indexer: None,
        };
        assert!(!format!("{options:?}").contains("s3cret"));
    });
    let why = untold(silent.waits_for().await.unwrap());
    assert!(
        why.contains("127.0.0.1:1") && !why.contains("s3cret"),
        "{why}"
    );

    let odd = Fault::Result(serde_json::json!({"tx": {}}));
    net.chain.storage.fail("zgs_getFileInfoByTxSeq", odd, 0, 1);
    let why = untold(reader(&net, 0).waits_for().await.unwrap());
    assert!(
        why.contains("does not answer as a storage node does"),
        "{why}"
    );

    let gone = Fault::error(-32601, "Method not found");
    net.node.fail("kv_getReplayProgress", gone, 0, 9);
    let why = untold(reader(&net, 0).waits_for().await.unwrap());
    assert!(why.contains("does not say how far it is"), "{why}");
}

/// What the doctor of a session that only reads finds, with a journal in which this was sent.
async fn doctor(net: &Devnet, sent: Option<(&Plan, Receipt)>) -> Vec<Check> {
    let state = tempfile::tempdir().unwrap();
    let rules = Rules { keep_values: true };
    let values = Arc::new(reader(net, 0));
    let services = Services::reading(Arc::new(MemoryIndex::new("memsys")), Ok(values));
    let world = World::new(services, Catalog::builtin(), None, 0, 1 << 20);
    if let Some((plan, receipt)) = sent {
        let earlier = Journal::new(state.path(), rules);
        write_down(&earlier, world.place(), plan, receipt);
    }
    let world = world.keeping(Arc::new(Journal::new(state.path(), rules)));
    let (runtime, mut reports) = Runtime::new(world, Handle::current());
    runtime.start(TaskId(1), TaskSpec::Doctor);
    loop {
        if let What::Finished(Outcome::Checks(checks)) = reports.recv().await.unwrap().what {
            return checks;
        }
    }
}

fn write_down(journal: &Journal, place: Place, plan: &Plan, receipt: Receipt) {
    let intent = IntentId("01890000-0000-7000-8000-000000000001".into());
    let facts = [
        Fact::Planned {
            place,
            plan: Arc::new(plan.clone()),
            undoes: None,
        },
        Fact::Submitting {
            attempt: 1,
            boot: None,
            alone: false,
        },
        Fact::Seen(receipt),
    ];
    for fact in facts {
        journal.append(&intent, &fact).unwrap();
    }
}

fn of(checks: &[Check], step: Step) -> &Check {
    checks.iter().find(|check| check.step == step).unwrap()
}

async fn plan() -> Plan {
    let stores = Stores::with_document();
    let mut program = stores.start(&Fuse::new(None, None));
    let document = program.inspect(&key(KEY)).await.document;
    desk(&document).delete().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_names_somebody_elses_lost_data_and_who_can_bring_it() {
    let net = Devnet::start();
    let well = doctor(&net, None).await;
    assert_eq!(of(&well, Step::KvWaiting).verdict, CheckVerdict::Ok);
    assert_eq!(of(&well, Step::WriteOpen).verdict, CheckVerdict::Ok);

    let lost = lose(&net);
    let found = doctor(&net, None).await;
    let check = of(&found, Step::KvWaiting);
    assert_eq!(check.verdict, CheckVerdict::Failed);
    let number = format!("transaction {}, which is mined without it", lost.seq);
    assert!(check.said.contains(&number), "{}", check.said);
    assert!(check.next.starts_with("only who sent it has the data"));
    assert!(check.next.contains(&hex(&lost.root)), "{}", check.next);
    assert!(!check.next.contains("recover"), "{}", check.next);
    assert_eq!(of(&found, Step::WriteOpen).verdict, CheckVerdict::Ok);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_names_the_write_whose_data_is_lost_and_what_brings_it() {
    let net = Devnet::start();
    let (lost, plan) = (lose(&net), plan().await);
    let receipt = Receipt {
        stage: Stage::Sent,
        root: Some(hex(&lost.root)),
        sequence: None,
        ..Receipt::default()
    };
    let found = doctor(&net, Some((&plan, receipt.clone()))).await;
    for step in [Step::KvWaiting, Step::WriteOpen] {
        let check = of(&found, step);
        assert_eq!(check.verdict, CheckVerdict::Failed);
        assert!(check.said.contains(KEY), "{}", check.said);
        let way = "`dualscope recover 01890000-0000-7000-8000-000000000001 --finish`";
        assert!(check.next.contains(way), "{}", check.next);
    }

    // another transaction is not taken for it
    let other = Receipt {
        root: Some(format!("0x{}", "ab".repeat(32))),
        sequence: Some(lost.seq),
        ..receipt
    };
    let found = doctor(&net, Some((&plan, other))).await;
    assert!(!of(&found, Step::KvWaiting).said.contains(KEY));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_write_that_is_not_known_to_be_sent_is_a_warning() {
    let (net, plan) = (Devnet::start(), plan().await);
    let found = doctor(&net, Some((&plan, Receipt::default()))).await;
    let check = of(&found, Step::WriteOpen);
    assert_eq!(check.verdict, CheckVerdict::Warn);
    assert!(check.said.contains(KEY) && check.next.contains("recover"));
}
