//! What cannot end well is refused before anything is sent, and what somebody left half done is
//! found.

use super::*;
use crate::devnet::Fault;
use crate::devnet::wire::batch::Entry;
use crate::devnet::wire::hex;
use crate::support::devnet::{Devnet, account};

/// The steps of the doctor by name.
struct Steps(Vec<Value>);

impl Steps {
    fn of(world: &World, code: i32) -> Self {
        Self(world.run(&["doctor"]).ended(code).json())
    }

    fn step(&self, name: &str) -> &Value {
        let found = self.0.iter().find(|step| step["step"] == name);
        found.unwrap_or_else(|| panic!("no {name} in {:?}", self.0))
    }
}

impl World {
    /// A write that is refused with these words: nothing reaches the chain, nothing changes.
    async fn refuses(&self, words: &[&str]) -> Answer {
        let (before, sent) = (self.value(), self.net.chain.seen());
        let file = self.file(&full(r#"["trip"]"#));
        let answer = self.run(&["put", KEY, &file, "--as-is", "--yes"]).ended(6);
        let said = format!("{}{}", answer.text(), answer.err);
        for word in words {
            assert!(said.contains(word), "{word} is not in {said}");
        }
        assert_eq!(self.net.chain.seen(), sent);
        assert_eq!(self.value(), before);
        assert_eq!(self.keywords().await.unwrap(), ["lunch"]);
        // and nothing is left to be found out
        assert_ne!(self.run(&["recover"]).code, 1);
        answer
    }

    /// The configuration with one thing in it changed.
    fn config(&self, from: &str, to: &str) {
        let file = self.program.home.path().join("config.toml");
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(&file, text.replace(from, to)).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn the_doctor_finds_a_transaction_without_its_data_and_says_what_brings_it() {
    let Some(world) = World::new().await else {
        return;
    };
    let well = Steps::of(&world, 0);
    assert_eq!(well.step("kv waiting")["verdict"], "ok");
    assert_eq!(well.step("write open")["verdict"], "ok");

    // the client dies behind its send, and again when it is to bring the data
    world.client("export DEVNET_CLIENT_FAULT=die@hash,die@upload");
    let file = world.file(&full(r#"["trip"]"#));
    world.run(&["put", KEY, &file, "--as-is", "--yes"]).ended(7);
    let lost = world.net.chain.seen().pop().unwrap();
    assert_eq!(lost.data, None);
    let intent = text(&world.run(&["recover"]).ended(1).json()[0], "intent");

    let found = Steps::of(&world, 3);
    let next = format!("`dualscope recover {intent} --finish`");
    for name in ["kv waiting", "write open"] {
        let step = found.step(name);
        assert_eq!(step["verdict"], "failed", "{step}");
        assert!(text(step, "said").contains(KEY), "{step}");
        assert!(text(step, "next").contains(&next), "{step}");
    }
    let waiting = text(found.step("kv waiting"), "said");
    assert!(
        waiting.contains(&format!("transaction {}", lost.seq)),
        "{waiting}"
    );

    // a session that only reads finds it as well
    let read = world.run(&["doctor", "--read-only"]).ended(3).json();
    assert_eq!(Steps(read).step("kv waiting")["verdict"], "failed");

    world.client("");
    done(world.run(&["recover", &intent, "--finish", "--yes"]));
    let well = Steps::of(&world, 0);
    assert_eq!(well.step("kv waiting")["verdict"], "ok");
    assert_eq!(well.step("write open")["verdict"], "ok");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn the_doctor_finds_data_that_somebody_else_has_lost() {
    let Some(world) = World::new().await else {
        return;
    };
    let call = world.net.write(&[("others:1", "{}")]);
    call.fault("die@hash").run();
    let lost = world.net.chain.seen().pop().unwrap();
    let found = Steps::of(&world, 3);
    let step = found.step("kv waiting");
    assert_eq!(step["verdict"], "failed", "{step}");
    let next = text(step, "next");
    assert!(next.contains("only who sent it") && next.contains(&hex(&lost.root)));
    assert_eq!(found.step("write open")["verdict"], "ok");

    // the dry run says that the node would not get to another write
    let file = world.file(&full(r#"["trip"]"#));
    let answer = world.run(&["put", KEY, &file, "--dry-run"]).ended(0);
    let shown = String::from_utf8_lossy(&answer.out);
    let waits = "this would not be applied so far: the node waits for the data of transaction";
    assert!(shown.contains(waits), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn storage_nodes_that_lack_a_shard_are_refused_before_the_fee() {
    let Some(world) = World::new().await else {
        return;
    };
    let (storage, indexer) = (world.net.chain.storage.url(), world.net.chain.indexer.url());
    world.net.chain.set(|ledger| ledger.shard = (1, 2));
    let gap = "nobody has shard 0 of 2";
    world.refuses(&["nothing was sent", gap]).await;
    let step = Steps::of(&world, 3);
    assert_eq!(step.step("write storage")["verdict"], "failed");
    assert!(text(step.step("write storage"), "said").contains(gap));

    let nodes = format!("storage_nodes = [{storage:?}]");
    world.config(&nodes, &format!("indexer = {indexer:?}"));
    world.refuses(&["nothing was sent", gap]).await;
    let odd = serde_json::json!({"trusted": [{"url": storage}], "discovered": []});
    let method = "indexer_getSelectedNodes";
    let chain = &world.net.chain;
    chain.indexer.fail(method, Fault::Result(odd), 0, 1);
    world
        .refuses(&["does not say which part of the data it keeps"])
        .await;
    chain.set(|ledger| ledger.shard = (0, 3));
    world
        .refuses(&["does not say which part of the data it keeps"])
        .await;

    chain.set(|ledger| ledger.shard = (0, 1));
    let file = world.file(&full(r#"["trip"]"#));
    done(world.run(&["put", KEY, &file, "--as-is", "--yes"]));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_wallet_that_may_not_write_pays_nothing() {
    let Some(world) = World::new().await else {
        return;
    };
    // whose batch comes first owns the stream
    let theirs = Entry {
        stream: stream(1).0,
        key: b"others:1".to_vec(),
        value: b"{}".to_vec(),
    };
    world.net.chain.foreign([9; 20], &[theirs]);
    world.net.chain.apply_all();
    let wallet = hex(&account());
    let (stream, next) = (stream(1).to_string(), "writer.wallet_key");
    let may_not = format!("wallet {wallet} may not write to the stream {stream}");
    // the dry run asks as well
    let file = world.file(&full(r#"["trip"]"#));
    let answer = world.run(&["put", KEY, &file, "--dry-run"]).ended(0);
    let no = format!("this would be refused: {may_not}");
    let shown = String::from_utf8_lossy(&answer.out);
    assert!(shown.contains(&no), "{shown}");
    world.refuses(&["nothing was sent", &may_not, next]).await;
    let steps = Steps::of(&world, 3);
    let step = steps.step("write rights");
    assert_eq!(text(step, "said"), may_not);

    // a node that cannot say is no reason to refuse; the chain then says what it says
    let missing = Fault::error(-32601, "Method not found");
    let method = "kv_hasWritePermission";
    world.net.node.fail(method, missing, 0, usize::MAX);
    let file = world.file(&full(r#"["trip"]"#));
    let answer = world.run(&["put", KEY, &file, "--as-is", "--yes"]).ended(6);
    assert_eq!(text(&answer.json()[0], "ending"), "dropped");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn without_a_word_about_the_encryption_there_is_no_writer() {
    let Some(world) = World::new().await else {
        return;
    };
    world.config("encryption = \"none\"\n", "");
    let why = ["how the stream is encrypted", "set writer.encryption"];
    world.refuses(&why).await;
    for line in [["soft-delete", KEY], ["delete", KEY], ["restore", KEY]] {
        let answer = world.run(&[&line[..], &["--yes"]].concat()).ended(6);
        assert!(answer.err.contains(why[1]), "{}", answer.err);
    }
    assert_eq!(world.keywords().await.unwrap(), ["lunch"]);
    let steps = Steps::of(&world, 0);
    let way = steps.step("write way");
    assert_eq!(way["verdict"], "skipped");
    assert!(text(way, "said").contains(why[1]), "{way}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn nodes_of_two_chains_are_refused_by_the_client() {
    let Some(world) = World::new().await else {
        return;
    };
    world.net.chain.set(|ledger| ledger.storage_chain_id = 1);
    world.refuses(&["nothing was sent", "chain"]).await;
    let steps = Steps::of(&world, 3);
    let step = steps.step("write storage");
    assert!(text(step, "said").contains("belongs to chain 1"), "{step}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_wallet_key_that_is_none_makes_no_writer_and_is_not_shown() {
    let Some(world) = World::new().await else {
        return;
    };
    world.config(WALLET, "canary0000000000");
    let answer = world
        .refuses(&["is not a key of 64 hex digits", "writer.wallet_key"])
        .await;
    let said = format!("{}{}", answer.text(), answer.err);
    assert!(!said.contains("canary"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn an_empty_wallet_leaves_both_stores_as_they_were() {
    let Some(world) = World::new().await else {
        return;
    };
    world.net.chain.set(|ledger| ledger.funds = 0);
    let before = world.value();
    let file = world.file(&full(r#"["trip"]"#));
    let answer = world.run(&["put", KEY, &file, "--as-is", "--yes"]);
    let line = answer.ended(6).json().remove(0);
    let said = text(&line, "said");
    assert!(
        said.contains("nothing was sent") && said.contains("the wallet cannot pay"),
        "{line}"
    );
    assert!(world.net.chain.seen().is_empty());
    assert_eq!(world.value(), before);
    assert_eq!(world.keywords().await.unwrap(), ["lunch"]);
    let steps = Steps::of(&world, 0);
    let step = steps.step("write chain");
    assert_eq!(step["verdict"], "warn");
    assert!(text(step, "said").contains("is empty"), "{step}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_chain_that_is_not_the_kv_nodes_is_refused_before_the_fee() {
    let Some(world) = World::new().await else {
        return;
    };
    let other = Devnet::start();
    for (ours, theirs) in [
        (world.net.chain.evm.url(), other.chain.evm.url()),
        (world.net.chain.storage.url(), other.chain.storage.url()),
    ] {
        world.config(&ours, &theirs);
    }
    // as if the KV node had followed a longer chain
    world.net.node.state(|state| state.applied_seq += 100);
    world.refuses(&["two chains", "writer.evm_rpc"]).await;
    assert!(other.chain.seen().is_empty(), "nothing was paid there");
    let storage = Steps::of(&world, 3);
    let storage = storage.step("write storage");
    assert_eq!(storage["verdict"], "failed", "{storage}");

    // the storage nodes of the one and the EVM node of the other
    world.config(&other.chain.storage.url(), &world.net.chain.storage.url());
    other.chain.set(|ledger| ledger.salt = 1);
    world.refuses(&["another block", "two chains"]).await;
    assert!(other.chain.seen().is_empty(), "nothing was paid there");

    // and through an indexer of the other
    let named = format!("storage_nodes = [\"{}\"]", world.net.chain.storage.url());
    let indexer = format!("indexer = \"{}\"", other.chain.indexer.url());
    world.config(&named, &indexer);
    world.refuses(&["two chains", "writer.indexer"]).await;
}
