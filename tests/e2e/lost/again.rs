//! The same content again, after the node has dropped it the first time: the first transaction has the
//! same root, and is not taken for the second.

use dualscope::store::kv::rpc::Hash;

use super::*;
use crate::devnet::stream;

impl Scene {
    fn may_write(&self, may: bool) {
        let node = &self.real.net.node;
        node.state(|state| {
            let admins = state.admins.entry(stream(1)).or_default();
            if may {
                admins.insert(Hash(account()));
            } else {
                admins.remove(&Hash(account()));
            }
        });
        node.heal();
        if !may {
            // as if the right had been taken away between the question and the transaction
            let yes = Fault::Result(serde_json::json!(true));
            node.fail("kv_hasWritePermission", yes, 0, usize::MAX);
        }
    }

    /// The command, with little patience.
    fn write(&self) -> Said {
        let mut command = self.case.command(&self.real);
        command.env("DUALSCOPE_WRITER__PATIENCE", "1 s");
        Started::new(command, &self.case.state).end()
    }
}

/// A delete that the node has dropped for want of rights, which the wallet has since.
fn refused_once() -> Scene {
    let scene = Scene::new(Kind::Delete);
    scene.may_write(false);
    let said = scene.write().ended(6);
    assert_eq!(ending(&said), "dropped", "{said:?}");
    assert_eq!(scene.sent(), scene.sent + 1);
    scene.may_write(true);
    scene
}

fn is_done_by_a_second_transaction(scene: &Scene, said: Said) {
    let said = said.ended(0);
    assert_eq!(ending(&said), "done", "{said:?}");
    scene.case.is_reached(&scene.real).unwrap();
    assert_eq!(scene.sent(), scene.sent + 2);
    scene.recover(&[]).ended(0);
}

#[test]
#[ignore = "needs a MongoDB server: tests/run"]
fn it_is_sent_and_applied() {
    let scene = refused_once();
    let said = scene.write();
    is_done_by_a_second_transaction(&scene, said);
}

#[test]
#[ignore = "needs a MongoDB server: tests/run"]
fn a_client_that_dies_before_the_send_has_not_sent_what_was_there_before() {
    // before it says that it sends, and between that and the send
    for (fault, ended, told) in [("die@nodes", 6, "refused"), ("die@send", 7, "unknown")] {
        let scene = refused_once();
        scene.real.client_fault(fault);
        let said = scene.write().ended(ended);
        scene.real.client_fault("");
        assert_eq!(ending(&said), told, "{fault}: {said:?}");
        assert_eq!(scene.sent(), scene.sent + 1, "{fault}");
        let said = match ended {
            6 => scene.write(),
            _ => scene.recover(&["--finish", "--yes"]),
        };
        is_done_by_a_second_transaction(&scene, said);
    }
}

/// Its answer is lost, so nobody tells its number; the node tells of the first one when it is asked for
/// the root.
#[test]
#[ignore = "needs a MongoDB server: tests/run"]
fn a_lost_answer_to_its_send_is_found_behind_the_first_one() {
    let scene = refused_once();
    let evm = &scene.real.net.chain.evm;
    evm.fail("eth_sendRawTransaction", Fault::Lost, 0, 1);
    let said = scene.write();
    is_done_by_a_second_transaction(&scene, said);
}

/// Nobody tells the number of a transaction that the node drops: found by its root, it ends as what it
/// is, and not as one that may still be applied.
#[test]
#[ignore = "needs a MongoDB server: tests/run"]
fn a_lost_answer_to_a_send_that_the_node_drops_ends_as_dropped() {
    let scene = Scene::new(Kind::Delete);
    scene.may_write(false);
    let evm = &scene.real.net.chain.evm;
    evm.fail("eth_sendRawTransaction", Fault::Lost, 0, 1);
    let said = scene.write().ended(6);
    assert_eq!(ending(&said), "dropped", "{said:?}");
    scene.recover(&[]).ended(0);
}

#[test]
#[ignore = "needs a MongoDB server: tests/run"]
fn one_that_its_chain_has_forgotten_is_not_brought_by_the_first_ones_data() {
    let scene = refused_once();
    let chain = &scene.real.net.chain;
    chain.set(|ledger| ledger.mining = false);
    // the client of repeated content tells its hash with the receipt that it waits for
    let mut command = scene.case.command(&scene.real);
    command.env("DUALSCOPE_WRITER__PATIENCE", "1 s");
    let said = Started::new(command, &scene.case.state).end().ended(7);
    assert_eq!(ending(&said), "unknown", "{said:?}");
    chain.set(|ledger| {
        drop(ledger.evict());
        ledger.mining = true;
    });
    let said = scene.recover(&["--finish", "--yes"]);
    is_done_by_a_second_transaction(&scene, said);
}
