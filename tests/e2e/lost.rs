//! What the network or a dying client loses between the send and the data, as a person meets it: the
//! command says that it does not know, `recover` brings it to its end, and no second transaction is
//! paid for.

mod again;

use serde_json::Value;

use crate::devnet::Fault;
use crate::kills::kinds::{Case, Kind, full, lite};
use crate::real::{Real, Said, Started};
use crate::support::devnet::{account, until};
use crate::support::mongo::Server;

/// What goes wrong.
#[derive(Clone, Copy, Debug)]
enum Loss {
    /// The transaction is mined, and the answer to its send never comes (F-39); the client that
    /// brings its data dies.
    Answer,
    /// The client dies behind its transaction, and so does the one that brings the data.
    Data,
}

/// A kind of write in stores of its own, stopped in the middle.
struct Scene {
    real: Real,
    case: Case,
    /// Transactions of dualscope before.
    sent: usize,
}

impl Scene {
    fn new(kind: Kind) -> Self {
        let real = Real::new(Server::Plain);
        let case = Case::new(&real, kind, 1);
        let mut scene = Self {
            real,
            case,
            sent: 0,
        };
        scene.sent = scene.sent();
        scene
    }

    /// Transactions of dualscope's wallet.
    fn sent(&self) -> usize {
        let seen = self.real.net.chain.seen().into_iter();
        seen.filter(|seen| seen.sender == account()).count()
    }

    /// The command, which loses something on its way and has to say so.
    fn lose(&self, loss: Loss) -> Said {
        match loss {
            Loss::Answer => {
                let evm = &self.real.net.chain.evm;
                evm.fail("eth_sendRawTransaction", Fault::Lost, 0, 1);
                // by then it is found, and its data is to be brought
                self.real.client_fault("die@upload");
            }
            Loss::Data => self.real.client_fault("die@hash,die@upload"),
        }
        let said = Started::new(self.case.command(&self.real), &self.case.state).end();
        self.real.client_fault("");
        let said = said.ended(7);
        assert_eq!(ending(&said), "data-missing", "{said:?}");
        assert_eq!(self.sent(), self.sent + 1, "it is mined all the same");
        assert!(self.case.is_reached(&self.real).is_err(), "{said:?}");
        said
    }

    fn recover(&self, more: &[&str]) -> Said {
        let all = [&["recover", "--json"], more].concat();
        self.real.run(&self.case.state, &all)
    }

    /// What is open, and that it can be finished.
    fn is_listed(&self) {
        let open = self.recover(&[]).ended(1).lines();
        assert_eq!(open.len(), 1, "{open:?}");
        let choices = open[0]["choices"].as_array().unwrap();
        assert!(choices.iter().any(|choice| choice == "finish"), "{open:?}");
    }

    /// What somebody else writes meanwhile, in the order of the service.
    fn foreign(&self) {
        let Case { id, key, .. } = &self.case;
        self.real.service_lite(id, &lite(id, "theirs"));
        self.real.service_submits(key, encoded(id).as_bytes());
    }

    /// The node waits for nothing any more, and nothing was paid twice.
    fn is_at_rest(&self) {
        let node = &self.real.net.node;
        until(|| node.state(|state| state.applied_seq >= state.mined_seq));
        assert_eq!(self.sent(), self.sent + 1, "a second transaction");
        self.recover(&[]).ended(0);
    }
}

fn encoded(id: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(full(id, "theirs"))
}

/// The ending that a command told.
fn ending(said: &Said) -> String {
    let lines = said.lines();
    let mut told = lines.iter().filter_map(|line| line["ending"].as_str());
    told.next_back().unwrap_or_default().to_owned()
}

fn is_finished_by_recover(kind: Kind, loss: Loss) {
    let scene = Scene::new(kind);
    scene.lose(loss);
    scene.is_listed();
    let said = scene.recover(&["--finish", "--yes"]).ended(0);
    assert_eq!(ending(&said), "done", "{said:?}");
    scene.case.is_reached(&scene.real).unwrap();
    scene.is_at_rest();
    let state = ["get", &scene.case.key, "--view", "state", "--json"];
    if kind != Kind::Delete {
        let said = scene.real.run(&scene.case.state, &state).ended(0);
        let line: Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!(line["state"], "agrees", "{line}");
    }
}

#[test]
#[ignore = "needs a MongoDB server: tests/run"]
fn a_lost_answer_to_the_send_is_looked_up_and_the_write_is_done_in_the_same_run() {
    let scene = Scene::new(Kind::Edit);
    let evm = &scene.real.net.chain.evm;
    evm.fail("eth_sendRawTransaction", Fault::Lost, 0, 1);
    let said = Started::new(scene.case.command(&scene.real), &scene.case.state).end();
    assert_eq!(ending(&said.ended(0)), "done");
    scene.case.is_reached(&scene.real).unwrap();
    scene.is_at_rest();
}

#[test]
#[ignore = "needs a MongoDB server: tests/run"]
fn a_lost_answer_is_looked_up_at_the_nodes_that_an_indexer_names_too() {
    let scene = Scene::new(Kind::Edit);
    let chain = &scene.real.net.chain;
    chain.evm.fail("eth_sendRawTransaction", Fault::Lost, 0, 1);
    let mut command = scene.case.command(&scene.real);
    command
        .env("DUALSCOPE_WRITER__INDEXER", chain.indexer.url())
        .env_remove("DUALSCOPE_WRITER__STORAGE_NODES");
    let said = Started::new(command, &scene.case.state).end();
    assert_eq!(ending(&said.ended(0)), "done");
    scene.case.is_reached(&scene.real).unwrap();
    scene.is_at_rest();
}

#[test]
#[ignore = "needs a MongoDB server: tests/run"]
fn a_lost_answer_to_the_send_is_finished_without_a_second_transaction() {
    for kind in [Kind::Put, Kind::Edit, Kind::Delete] {
        is_finished_by_recover(kind, Loss::Answer);
    }
}

#[test]
#[ignore = "needs a MongoDB server: tests/run"]
fn data_that_was_left_behind_is_brought_without_a_second_transaction() {
    for kind in [Kind::Put, Kind::Edit, Kind::Undo] {
        is_finished_by_recover(kind, Loss::Data);
    }
}

/// Theirs waits behind ours, which has to be brought all the same: the node goes no further without.
#[test]
#[ignore = "needs a MongoDB server: tests/run"]
fn what_somebody_else_writes_meanwhile_stays_and_the_node_goes_on() {
    for loss in [Loss::Answer, Loss::Data] {
        let scene = Scene::new(Kind::Put);
        scene.lose(loss);
        scene.foreign();
        scene.is_listed();
        let said = scene.recover(&["--finish", "--yes"]);
        let told = ending(&said);
        assert_ne!(told, "done", "{loss:?}: {said:?}");
        scene.real.net.chain.apply_all();
        if ["half-done", "not-applied", "unknown"].contains(&told.as_str()) {
            scene.recover(&["--drop", "--yes"]);
        }
        scene.is_at_rest();
        let versions = scene.real.versions(&scene.case.key);
        let [.., ours, theirs] = &versions[..] else {
            panic!("{versions:?}")
        };
        assert!(ours.ours && !theirs.ours, "{loss:?}: {versions:?}");
        assert_eq!(theirs.bytes, encoded(&scene.case.id).as_bytes());
        let now = scene.real.document(&scene.case.id).unwrap();
        assert_eq!(now, lite(&scene.case.id, "theirs"), "{loss:?}");
    }
}

/// The chain's node lets go of a transaction that has waited for a block for too long.
#[test]
#[ignore = "needs a MongoDB server: tests/run"]
fn a_transaction_that_its_chain_has_forgotten_is_sent_again_or_given_up() {
    for decision in ["--finish", "--drop"] {
        let scene = Scene::new(Kind::Edit);
        let chain = &scene.real.net.chain;
        chain.set(|ledger| ledger.mining = false);
        scene.real.client_fault("die@hash");
        let mut command = scene.case.command(&scene.real);
        command.env("DUALSCOPE_WRITER__PATIENCE", "1 s");
        let said = Started::new(command, &scene.case.state).end();
        scene.real.client_fault("");
        assert_eq!(ending(&said.ended(7)), "unknown");
        let open = scene.recover(&[]).ended(1).lines();
        assert_eq!(
            open[0]["choices"],
            serde_json::json!(["finish"]),
            "it waits"
        );

        chain.set(|ledger| {
            drop(ledger.evict());
            ledger.mining = true;
        });
        let open = scene.recover(&[]).ended(1).lines();
        let both = serde_json::json!(["finish", "drop"]);
        assert_eq!(open[0]["choices"], both, "{open:?}");
        let certain = open[0]["certain"].to_string();
        assert!(
            certain.contains("knows nothing of it any more"),
            "{certain}"
        );
        let said = scene.recover(&[decision, "--yes"]).ended(0);
        if decision == "--finish" {
            assert_eq!(ending(&said), "done", "{said:?}");
            scene.case.is_reached(&scene.real).unwrap();
            scene.is_at_rest();
        } else {
            assert_eq!(ending(&said), "given-up", "{said:?}");
            assert_eq!(scene.sent(), scene.sent);
            scene.recover(&[]).ended(0);
        }
    }
}

/// The chain's node forgets it, so it is given up; another node had it still and puts it into a block,
/// where its data is missing.
fn mined_after_it_was_given_up(keep_values: bool) -> (Scene, String) {
    let scene = Scene::new(Kind::Edit);
    let chain = &scene.real.net.chain;
    chain.set(|ledger| ledger.mining = false);
    scene.real.client_fault("die@hash");
    let mut command = scene.case.command(&scene.real);
    command
        .env("DUALSCOPE_WRITER__PATIENCE", "1 s")
        .env("DUALSCOPE_JOURNAL__KEEP_VALUES", keep_values.to_string());
    let said = Started::new(command, &scene.case.state).end();
    scene.real.client_fault("");
    assert_eq!(ending(&said.ended(7)), "unknown");
    let forgotten = chain.set(|ledger| {
        let forgotten = ledger.evict();
        ledger.mining = true;
        forgotten
    });
    let said = scene.recover(&["--drop", "--yes"]).ended(0);
    assert_eq!(ending(&said), "given-up", "{said:?}");
    let intent = scene.case.story().unwrap().intent.to_string();

    let finish = [intent.as_str(), "--finish", "--yes"];
    let said = scene.recover(&finish).ended(6);
    assert!(said.err.contains("in a block"), "{said:?}");
    chain.set(|ledger| ledger.readmit(forgotten));
    let node = &scene.real.net.node;
    until(|| node.state(|state| state.mined_seq > state.applied_seq));
    assert_eq!(scene.sent(), scene.sent + 1);
    (scene, intent)
}

/// What the doctor says of the node that waits.
fn waiting(scene: &Scene) -> Value {
    let said = scene.real.run(&scene.case.state, &["doctor", "--json"]);
    let mut steps = said.lines().into_iter();
    steps.find(|step| step["step"] == "kv waiting").unwrap()
}

#[test]
#[ignore = "needs a MongoDB server: tests/run"]
fn what_was_given_up_and_is_mined_all_the_same_is_finished_as_the_doctor_says() {
    for keep_values in [true, false] {
        let (scene, intent) = mined_after_it_was_given_up(keep_values);
        let step = waiting(&scene);
        assert_eq!(step["verdict"], "failed", "{step}");
        let way = format!("`dualscope recover {intent} --finish`");
        assert!(step["next"].as_str().unwrap().contains(&way), "{step}");
        scene.recover(&[]).ended(0);

        let again = [intent.as_str(), "--drop", "--yes"];
        let said = scene.recover(&again).ended(6);
        assert!(said.err.contains("closed"), "{said:?}");
        let told = scene.recover(&[&intent]).ended(1).lines();
        assert_eq!(told[0]["choices"], serde_json::json!(["finish"]));
        let said = scene.recover(&[&intent, "--finish", "--yes"]).ended(0);
        assert_eq!(ending(&said), "done", "{said:?}");
        scene.case.is_reached(&scene.real).unwrap();
        scene.is_at_rest();
        assert_eq!(waiting(&scene)["verdict"], "ok");
        let said = scene.recover(&[&intent, "--finish", "--yes"]).ended(6);
        assert!(said.err.contains("nothing left to do"), "{said:?}");
    }
}

#[test]
#[ignore = "needs a MongoDB server: tests/run"]
fn what_was_given_up_and_overtaken_brings_its_data_and_changes_nothing_else() {
    let (scene, intent) = mined_after_it_was_given_up(true);
    scene.foreign();
    let said = scene.recover(&[&intent, "--finish", "--yes"]);
    scene.real.net.chain.apply_all();
    let told = ending(&said);
    assert!(
        ["superseded", "half-done", "conflict"].contains(&told.as_str()),
        "{said:?}"
    );
    if told == "half-done" {
        scene.recover(&["--drop", "--yes"]).ended(0);
    }
    scene.is_at_rest();
    let theirs = encoded(&scene.case.id);
    let versions = scene.real.versions(&scene.case.key);
    assert_eq!(versions.last().unwrap().bytes, theirs.as_bytes());
    let now = scene.real.document(&scene.case.id).unwrap();
    assert_eq!(now, lite(&scene.case.id, "theirs"));
}
