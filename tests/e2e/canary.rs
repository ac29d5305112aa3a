//! Secrets and texts that may be nowhere but where they belong, after commands that succeed and
//! commands that fail in every way: on what was printed, in the log, in the journal, in any file, in
//! the report of a panic, and on the pages of the screen that tell what happened.

mod encrypted;
mod panic;
mod screen;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dualscope::store::kv::rpc::Hash;
use mongodb::bson::doc;

use crate::devnet::stream;
use crate::devnet::wire::account::Wallet;
use crate::kills::kinds::{full, kill_clients, lite};
use crate::real::{COLLECTION, Real, Said, Started};
use crate::support::mongo::{Server, address_of};

/// The key that signs and pays.
const WALLET: &str = "5eed5eedc0ffee00badc0dedeadbeef05eed5eedc0ffee00badc0dedeadbeef1";
/// The key of a stream.
const STREAM_KEY: &str = "abad1deaabad1dea0ff1ce0ff1ce0ff10abad1deaabad1dea0ff1ce0ff1ce0ff";
/// A part of MongoDB's password that is spelled the same however it is encoded.
const PASSWORD: &str = "mongocanary5f21";
/// What stands in the document.
const DOCUMENT: &str = "documentcanary83b0";
/// What a person typed.
const TYPED: &str = "typedcanary1d97";

const ID: &str = "6979da5797f9041fc0aa063f";
/// How long a command gets before it is asked to end.
const PATIENCE: Duration = Duration::from_secs(4);

/// Whether document texts may be printed by a command.
#[derive(Clone, Copy, PartialEq)]
enum Asked {
    Yes,
    No,
}
use Asked::{No, Yes};

struct Scene {
    real: Real,
    state: PathBuf,
    key: String,
    typed: u32,
    user: String,
}

impl Scene {
    fn new() -> Self {
        let mut real = Real::new(Server::Auth);
        let user = real.mongo.name.replace("dualscope_test", "canary");
        let made = real.mongo.client.database("admin");
        let made = made.run_command(doc! {
            "createUser": &user,
            "pwd": format!("p@ss/{PASSWORD}"),
            "roles": [{"role": "root", "db": "admin"}],
        });
        real.runtime.block_on(async { made.await }).unwrap();
        let address = address_of(&real.mongo.uri).to_owned();
        real.mongo.uri =
            format!("mongodb://{user}:p%40ss%2F{PASSWORD}@{address}/?authSource=admin");
        WALLET.clone_into(&mut real.wallet);
        real.net.node.state(|state| {
            let account = Hash(Wallet::parse(WALLET).unwrap().address());
            state.admins.entry(stream(1)).or_default().insert(account);
        });
        let key = format!("{COLLECTION}:{ID}");
        real.service_value(&key, STANDARD.encode(full(ID, DOCUMENT)).as_bytes());
        real.service_lite(ID, &lite(ID, DOCUMENT));
        let state = real.home.path().join("state");
        fs::create_dir(&state).unwrap();
        Self {
            real,
            state,
            key,
            typed: 0,
            user,
        }
    }

    /// A file with a text that was not stored yet.
    fn file(&mut self) -> String {
        self.typed += 1;
        let path = self.real.home.path().join("typed.json");
        let text = full(ID, &format!("{TYPED}-{}", self.typed));
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Runs a command; one that takes too long is asked to end, as a shutdown does.
    fn run(&self, arguments: &[&str], asked: Asked, env: &[(&str, &str)]) -> Said {
        let mut command = self.real.command(&self.state, arguments);
        command
            .env("DUALSCOPE_LOG", "trace")
            .env("DUALSCOPE_WRITER__ENCRYPTION_KEY", STREAM_KEY)
            .env("DUALSCOPE_WRITER__TIMEOUT", "10 s")
            .env(
                "EDITOR",
                format!(
                    "/bin/sh -c 'cat {}/typed.json >\"$1\"' x",
                    self.real.home.path().display()
                ),
            )
            .envs(env.iter().copied());
        let mut started = Started::new(command, &self.state);
        started.until(PATIENCE);
        started.terminate();
        let said = started.end();
        let what = || format!("{arguments:?}: {said:?}");
        for secret in secrets() {
            assert!(!found(said.out.as_bytes(), &secret), "{}", what());
            assert!(!found(said.err.as_bytes(), &secret), "{}", what());
        }
        for text in texts() {
            assert!(!found(said.err.as_bytes(), &text), "{}", what());
            assert!(
                asked == Yes || !found(said.out.as_bytes(), &text),
                "{}",
                what()
            );
        }
        said
    }

    /// The same for people and for programs.
    fn both(&self, arguments: &[&str], asked: Asked) {
        self.run(arguments, asked, &[]);
        self.run(&[arguments, &["--json"]].concat(), asked, &[]);
    }

    /// A write with a client that goes wrong, and its recovery with one that does not.
    fn faulty(&mut self, order: &str, json: bool) -> Option<i32> {
        let file = self.file();
        let key = self.key.clone();
        let end: &[&str] = if json { &["--json"] } else { &[] };
        self.real.client_fault(order);
        let put = [&["put", &key, &file, "--yes", "--despite-open"], end].concat();
        let code = self.run(&put, No, &[]).code();
        self.real.client_fault("");
        if order.starts_with("hang") {
            kill_clients(&self.real, &key);
        }
        self.run(&[&["recover"], end].concat(), No, &[]);
        self.run(&[&["recover", "--finish", "--yes"], end].concat(), No, &[]);
        self.run(&[&["recover", "--drop", "--yes"], end].concat(), No, &[]);
        code
    }

    /// Every file that is there, with what it holds.
    fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut all = Vec::new();
        let mut folders = vec![self.real.home.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    all.push((path.clone(), fs::read(&path).unwrap()));
                }
            }
        }
        all
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        let admin = self.real.mongo.client.database("admin");
        let dropped = admin.run_command(doc! {"dropUser": &self.user});
        // The database goes after this, by the user who made it.
        let uri = Server::Auth.uri().unwrap();
        self.real.mongo.uri = uri;
        let _ = self.real.runtime.block_on(async { dropped.await });
    }
}

/// A needle in every spelling: as it is, in the other case, and inside Base64 wherever it begins.
fn spellings(text: &str) -> Vec<Vec<u8>> {
    let mut all = vec![text.as_bytes().to_vec(), text.to_uppercase().into_bytes()];
    for shift in 0..3 {
        let encoded = STANDARD.encode([&vec![b' '; shift], text.as_bytes()].concat());
        let whole = encoded.trim_end_matches('=').as_bytes();
        all.push(whole[4..whole.len() - 3].to_vec());
    }
    all
}

fn secrets() -> Vec<Vec<u8>> {
    let all = [WALLET, STREAM_KEY, PASSWORD];
    all.into_iter().flat_map(spellings).collect()
}

fn texts() -> Vec<Vec<u8>> {
    [DOCUMENT, TYPED].into_iter().flat_map(spellings).collect()
}

fn found(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

fn succeed(scene: &mut Scene) {
    let key = scene.key.clone();
    let key = key.as_str();
    scene.file();
    for (arguments, asked) in [
        (vec!["get", key], Yes),
        (vec!["get", key, "--view", "diff"], Yes),
        (vec!["get", key, "--view", "state"], No),
        (vec!["ls", COLLECTION, "--check"], Yes),
        (vec!["check"], No),
        (vec!["doctor"], No),
        (vec!["config", "show"], No),
        (vec!["paths"], No),
        (vec!["edit", key, "--dry-run", "--yes", "--fresh"], Yes),
        (vec!["edit", key, "--yes", "--fresh"], No),
        (vec!["soft-delete", key, "--yes"], No),
        (vec!["restore", key, "--yes"], No),
        (vec!["delete", key, "--dry-run"], Yes),
        (vec!["delete", key, "--yes"], No),
        (vec!["undo", "--yes"], No),
        (vec!["redo", "--yes"], No),
        (vec!["undo", "--yes"], No),
        (vec!["history", key], No),
        (vec!["journal"], No),
        (vec!["recover"], No),
    ] {
        scene.both(&arguments, asked);
    }
}

fn fail(scene: &mut Scene) {
    let file = scene.file();
    let key = scene.key.clone();
    let key = key.as_str();
    let put = ["put", key, file.as_str(), "--yes", "--despite-open"];
    for json in [false, true] {
        let end: &[&str] = if json { &["--json"] } else { &[] };
        let run = |arguments: &[&str], env: &[(&str, &str)]| {
            let all = [arguments, end].concat();
            let said = scene.run(&all, No, env);
            assert_ne!(said.code(), Some(0), "{all:?}: {said:?}");
        };
        run(&[&put[..], &["--if-version", "999999"]].concat(), &[]);
        run(&["apply", &file, "--yes"], &[]);
        run(&["get", &format!("{COLLECTION}:{ID}x")], &[]);
        let wrong = scene.real.mongo.uri.replace("p%40ss", "other");
        run(&put, &[("DUALSCOPE_MONGO_URI", &wrong)]);
        let nowhere = scene
            .real
            .mongo
            .uri
            .replace(address_of(&wrong), "127.0.0.1:9");
        run(
            &put,
            &[(
                "DUALSCOPE_MONGO_URI",
                &format!("{nowhere}&serverSelectionTimeoutMS=200"),
            )],
        );
        let odd = format!("mongodb://{PASSWORD}:{PASSWORD}:x@[");
        run(&put, &[("DUALSCOPE_MONGO_URI", &odd)]);
        run(&put, &[("ZEROG_WALLET_KEY", &WALLET[..63])]);
        run(&put, &[("ZEROG_WALLET_KEY", &format!("{WALLET}zz"))]);
        run(&put, &[("DUALSCOPE_WRITER__CLIENT", "/nowhere/client")]);
        run(&put, &[("DUALSCOPE_WRITER__EVM_RPC", "http://127.0.0.1:9")]);
        let key_of_stream = [
            ("DUALSCOPE_WRITER__ENCRYPTION", "stream-key"),
            ("DUALSCOPE_WRITER__ENCRYPTION_KEY", &STREAM_KEY[..63]),
        ];
        run(&put, &key_of_stream);
        let broken = scene.real.home.path().join("broken.json");
        fs::write(&broken, format!("{{\"a\": \"{TYPED}\", {TYPED}}}")).unwrap();
        run(&["put", key, broken.to_str().unwrap(), "--yes"], &[]);
        scene
            .real
            .net
            .chain
            .set(|ledger| ledger.verdicts.push_back("VersionConfliction".to_owned()));
        run(&put, &[]);
        run(&["put-back", key, "--version", "999999", "--yes"], &[]);
        run(&["undo", "0190"], &[]);
    }
}

/// Where a document's text may be on the disk.
fn may_hold_texts(path: &Path, home: &Path) -> bool {
    let inside = path.strip_prefix(home).unwrap();
    let is_facts =
        inside.starts_with("state/journal") && path.extension().is_some_and(|ext| ext == "jsonl");
    let typed = ["typed.json", "broken.json"]
        .map(Path::new)
        .contains(&inside);
    // What commands printed was looked at when they ended.
    let printed = path.extension().is_some_and(|ext| ext == "out");
    is_facts
        || typed
        || inside.starts_with("state/drafts")
        || printed && inside.parent() == Some(Path::new(""))
}

#[test]
#[ignore = "needs a MongoDB server: tests/run"]
fn no_secret_and_no_text_is_anywhere_but_where_it_belongs() {
    let mut scene = Scene::new();
    succeed(&mut scene);
    fail(&mut scene);
    let stages = [
        "start", "nodes", "send", "sent", "hash", "upload", "uploaded", "end",
    ];
    let garbage: Vec<String> = stages
        .iter()
        .map(|stage| format!("garbage@{stage}"))
        .collect();
    scene.faulty(&garbage.join(","), true);
    for (at, stage) in stages.into_iter().enumerate() {
        scene.faulty(&format!("fail@{stage}"), at % 2 == 0);
    }
    // What was sent and lacks only its data is brought to its end at once.
    for (at, (order, done)) in [
        ("die@hash", true),
        ("die@hash,die@upload", false),
        ("panic@upload", false),
        ("quiet@start", false),
        ("hang@start", false),
        ("hang@upload", false),
    ]
    .into_iter()
    .enumerate()
    {
        let code = scene.faulty(order, at % 2 == 1);
        assert_eq!(code == Some(0), done, "{order}: {code:?}");
    }
    encrypted::write(&mut scene);
    screen::look(&mut scene);

    let home = scene.real.home.path().to_owned();
    let (mut log, mut journal) = (0, 0);
    for (path, bytes) in scene.files() {
        log += bytes.len() * usize::from(path.starts_with(scene.state.join("log")));
        for secret in secrets() {
            assert!(!found(&bytes, &secret), "a secret is in {}", path.display());
        }
        let texts = texts().iter().any(|text| found(&bytes, text));
        assert!(
            !texts || may_hold_texts(&path, &home),
            "a text is in {}",
            path.display()
        );
        journal += usize::from(texts && path.starts_with(scene.state.join("journal")));
    }
    assert!(log > 1_000, "there is no log to look into");
    assert!(journal > 0, "the needles are not found where they must be");
}
