//! Writes on real parts: a MongoDB server, a KV node that follows a chain, and a client as a process.

mod refused;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use mongodb::bson::{DateTime, Document, doc, oid::ObjectId};
use rustix::process::Signal;
use serde_json::Value;

use super::Running;
use crate::cli::{Answer, Program, text};
use crate::devnet::chain::Replay;
use crate::devnet::stream;
use crate::support::devnet::{Devnet, KEY as WALLET, standin};
use crate::support::mongo::Scratch;

const ID: &str = "6979da5797f9041fc0aa063f";
pub(super) const KEY: &str = "memcells:6979da5797f9041fc0aa063f";

pub(super) struct World {
    mongo: Scratch,
    pub(super) net: Devnet,
    pub(super) program: Program,
}

pub(super) fn full(keywords: &str) -> String {
    format!(
        r#"{{"id":"{ID}","user_id":"alice","timestamp":"2026-01-20T14:13:08.412907+00:00","group_id":"g1","participants":["alice"],"type":"Conversation","keywords":{keywords},"created_at":"2026-01-20T14:13:09.412000+00:00","updated_at":"2026-01-20T14:13:10.412999+00:00","summary":"caf\u00e9 1.50"}}"#
    )
}

fn lite() -> Document {
    let date = |ms: i64| DateTime::from_millis(1_768_918_388_412 + ms);
    doc! {
        "_id": ObjectId::parse_str(ID).unwrap(),
        "user_id": "alice", "timestamp": date(0), "group_id": "g1", "participants": ["alice"],
        "type": "Conversation", "keywords": ["lunch"],
        "deleted_at": null, "deleted_by": null, "deleted_id": 0,
        "created_at": date(1_000), "updated_at": date(2_000),
    }
}

impl World {
    pub(super) async fn new() -> Option<Self> {
        let world = Self {
            mongo: Scratch::new().await?,
            net: Devnet::start(),
            program: Program::new(),
        };
        world.mongo.seed("memcells", [lite()]).await;
        world.net.node.put(KEY, full(r#"["lunch"]"#));
        let home = world.program.home.path();
        let client = home.join("client");
        world.client("");
        let config = home.join("config.toml");
        let (node, evm) = (world.net.node.url(), world.net.chain.evm.url());
        let storage = world.net.chain.storage.url();
        let settings = format!(
            "[mongo]\nuri = {:?}\ndatabase = {:?}\n[kv]\nnode = {node:?}\nstream = \"{}\"\n\
             [writer]\nclient = {:?}\nevm_rpc = {evm:?}\nstorage_nodes = [{storage:?}]\n\
             wallet_key = \"{WALLET}\"\nencryption = \"none\"\n",
            world.mongo.uri,
            world.mongo.name,
            stream(1),
            client.display(),
        );
        fs::write(&config, settings).unwrap();
        fs::set_permissions(&config, fs::Permissions::from_mode(0o600)).unwrap();
        Some(world)
    }

    /// The stand-in with its sleeps shortened, behind something else.
    fn client(&self, before: &str) {
        let file = self.program.home.path().join("client");
        let standin = standin().display();
        let script =
            format!("#!/bin/sh\n{before}\nDEVNET_CLIENT_SPEED=100 exec '{standin}' \"$@\"\n");
        fs::write(&file, script).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }

    pub(super) fn run(&self, line: &[&str]) -> Answer {
        let answer = self.program.run(&with_config(line));
        let said = format!("{}{}", answer.text(), answer.err);
        assert!(!said.contains(WALLET), "{said}");
        answer
    }

    fn file(&self, text: &str) -> String {
        let file = self.program.home.path().join("value.json");
        fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    }

    pub(super) fn value(&self) -> Vec<u8> {
        self.net.value(KEY).unwrap().1.clone()
    }

    pub(super) async fn keywords(&self) -> Option<Vec<String>> {
        let found = self
            .mongo
            .collection("memcells")
            .find_one(doc! {})
            .await
            .unwrap()?;
        let all = found.get_array("keywords").unwrap();
        Some(
            all.iter()
                .map(|word| word.as_str().unwrap().to_owned())
                .collect(),
        )
    }
}

pub(super) fn with_config<'a>(line: &[&'a str]) -> Vec<&'a str> {
    [line, &["--config", "config.toml", "--json"]].concat()
}

pub(super) fn done(answer: Answer) -> Value {
    let mut lines = answer.ended(0).json();
    let line = lines.remove(0);
    assert_eq!(text(&line, "ending"), "done");
    line
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_document_is_written_taken_back_and_deleted_in_both_stores() {
    let Some(world) = World::new().await else {
        return;
    };
    let first = world.value();
    let file = world.file(&full(r#"["lunch","trip"]"#));
    let put = done(world.run(&["put", KEY, &file, "--as-is", "--yes"]));
    assert_eq!(text(&put, "state"), "agrees");
    assert_eq!(world.value(), full(r#"["lunch","trip"]"#).into_bytes());
    assert_eq!(world.keywords().await.unwrap(), ["lunch", "trip"]);

    done(world.run(&["undo", "--yes"]));
    assert_eq!(world.value(), first);
    assert_eq!(world.keywords().await.unwrap(), ["lunch"]);
    done(world.run(&["redo", "--yes"]));
    done(world.run(&["delete", KEY, "--yes"]));
    assert_eq!(world.value(), b"");
    assert_eq!(world.keywords().await, None);

    let history = world.run(&["history", KEY]).ended(0).json();
    let states: Vec<String> = history.iter().map(|row| text(row, "state")).collect();
    assert_eq!(
        states,
        ["tombstone", "value", "value", "value", "value", "deleted"]
    );
    assert_eq!(text(&history[5], "when_by"), "journal");
    let journal = world.run(&["journal"]).ended(0).json();
    let actions: Vec<String> = journal.iter().map(|row| text(row, "action")).collect();
    assert_eq!(actions, ["delete", "redo", "undo", "edit"]);
    assert!(world.run(&["recover"]).ended(0).text().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_program_that_is_killed_in_a_write_leaves_what_recover_finishes() {
    let Some(world) = World::new().await else {
        return;
    };
    world.net.chain.replay(Replay::ByHand);
    let file = world.file(&full(r#"["trip"]"#));
    let line = with_config(&["put", KEY, &file, "--as-is", "--yes"]);
    let mut running = Running::start(&world.program, &line);
    running.until("waiting until applied");
    running.signal(Signal::KILL);
    running.child.wait().unwrap();

    let open = world.run(&["recover"]).ended(1).json();
    assert_eq!(open.len(), 1);
    assert_eq!(text(&open[0], "owner"), "gone");
    assert_eq!(
        open[0]["choices"],
        serde_json::json!(["finish"]),
        "{}",
        open[0]
    );
    let intent = text(&open[0], "intent");
    world.run(&["recover", &intent, "--drop", "--yes"]).ended(6);
    world.net.chain.apply_all();
    world.net.chain.replay(Replay::default());
    let finished = done(world.run(&["recover", &intent, "--finish", "--yes"]));
    assert_eq!(text(&finished, "state"), "agrees");
    assert_eq!(world.value(), full(r#"["trip"]"#).into_bytes());
    assert_eq!(world.keywords().await.unwrap(), ["trip"]);
    world.run(&["recover"]).ended(0);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_client_that_takes_its_time_lives_on_and_is_followed() {
    for signals in [&[Signal::TERM][..], &[Signal::INT, Signal::INT]] {
        let Some(world) = World::new().await else {
            return;
        };
        world.client("test \"$1\" = kv-write && test \"$2\" != --help && sleep 8");
        let file = world.file(&full(r#"["trip"]"#));
        let line = with_config(&["put", KEY, &file, "--as-is", "--yes"]);
        let mut running = Running::start(&world.program, &line);
        running.until("submitting the value");
        for signal in signals {
            running.signal(*signal);
            running.until("left to `dualscope recover`");
        }
        let answer = running.end().ended(7);
        assert_eq!(text(&answer.json()[0], "ending"), "unknown");
        let intent = text(&answer.json()[0], "intent");
        assert!(
            answer
                .err
                .contains(&format!("`dualscope recover {intent}`"))
        );

        let open = world.run(&["recover", &intent]).ended(1).json();
        assert_eq!(
            open[0]["choices"],
            serde_json::json!(["finish"]),
            "{}",
            open[0]
        );
        let done = done(world.run(&["recover", "--finish", "--yes"]));
        assert_eq!(text(&done, "state"), "agrees");
        assert_eq!(world.value(), full(r#"["trip"]"#).into_bytes());
        let versions = world.run(&["history", KEY]).ended(0).json().len();
        assert_eq!(versions, 2, "nothing was sent twice");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_plan_is_refused_when_the_service_wrote_meanwhile() {
    let Some(world) = World::new().await else {
        return;
    };
    let file = world.file(&full(r#"["trip"]"#));
    let plan = world.run(&["put", KEY, &file, "--dry-run"]).ended(0);
    let printed = world.program.home.path().join("plan.json");
    fs::write(&printed, &plan.out).unwrap();
    let theirs = full(r#"["theirs"]"#);
    world.net.node.put(KEY, theirs.clone());
    let late = world
        .run(&["apply", printed.to_str().unwrap(), "--yes"])
        .ended(5);
    assert_eq!(text(&late.json()[0], "ending"), "conflict");
    assert_eq!(world.value(), theirs.into_bytes());
    assert_eq!(world.keywords().await.unwrap(), ["lunch"]);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_draft_outlives_its_command_and_is_gone_when_it_is_written() {
    let Some(world) = World::new().await else {
        return;
    };
    let edit = |script: &str, more: &[&str]| {
        let line = with_config(&[&["edit", KEY, "--yes"], more].concat());
        let mut command = world.program.command(&line);
        Answer::of(&command.env("EDITOR", script).output().unwrap())
    };
    let failed = edit("sh -c 'sed -i s/lunch/trip/ \"$1\"; exit 1' x", &[]).ended(6);
    assert!(failed.err.contains("--resume"), "{}", failed.err);
    assert!(!failed.err.contains("trip"), "{}", failed.err);
    let asked = edit("true", &[]).ended(2);
    assert!(asked.err.contains("--fresh"), "{}", asked.err);
    done(edit("true", &["--resume"]));
    assert_eq!(world.keywords().await.unwrap(), ["trip"]);
    edit("true", &["--resume"]).ended(1);

    edit("sh -c 'sed -i s/trip/mine/ \"$1\"; exit 1' x", &[]).ended(6);
    world.net.node.put(KEY, full(r#"["theirs"]"#));
    let late = edit("true", &["--resume"]).ended(5);
    assert!(late.err.contains("the draft stays in"), "{}", late.err);
    assert_eq!(world.value(), full(r#"["theirs"]"#).into_bytes());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn the_doctor_goes_the_way_to_write_too() {
    let Some(world) = World::new().await else {
        return;
    };
    let steps = world.run(&["doctor"]).json();
    let names: Vec<String> = steps.iter().map(|step| text(step, "step")).collect();
    for name in ["mongo write", "write client", "write chain"] {
        assert!(names.contains(&name.to_owned()), "{names:?}");
    }
}
