//! What the command line says when one of two real parts is missing, silent or wrong.

use std::time::Duration;

use mongodb::bson::doc;
use serde_json::json;

use super::super::{Answer, CANARY, Program, text};
use super::{Stores, full, key, lite, seed};
use crate::devnet::{Fault, KvNode, stream};
use crate::support::mongo::{Scratch, Server};

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_node_that_does_not_answer_is_never_taken_for_a_missing_value() {
    let Some(stores) = Stores::new().await else {
        return;
    };
    seed(&stores).await;
    for fault in [
        Fault::Html,
        Fault::Status(500),
        Fault::Truncated,
        Fault::Close,
    ] {
        stores.node.heal();
        stores.node.fail_always(fault.clone());
        let check = stores
            .run(&["ls", "memcells", "--check", "--json"])
            .ended(3);
        assert!(
            check.json().iter().all(|row| row["state"] == "unknown"),
            "{fault:?}"
        );
        assert_eq!(check.error()["kind"], "unreachable");
        let get = stores.run(&["get", &key(0)]).ended(3);
        assert!(
            get.out.is_empty() && get.err.contains("doctor"),
            "{}",
            get.err
        );
        stores.run(&["get", &key(0), "--view", "lite"]).ended(0);
        let steps = stores.run(&["doctor", "--json"]).ended(3).json();
        let failed = steps
            .iter()
            .find(|step| step["verdict"] == "failed")
            .unwrap();
        assert!(text(failed, "step").starts_with("kv"), "{failed}");
        assert!(!text(failed, "next").is_empty(), "{failed}");
        let look = stores.run(&["collections", "--json"]).ended(0).json();
        assert_eq!(look[0]["kind"], "dual");
    }
    let nobody = stores
        .run_on("http://127.0.0.1:1", &["ls", "memcells", "--check"])
        .ended(3);
    assert!(nobody.err.contains("127.0.0.1:1"), "{}", nobody.err);
    stores
        .run_on("http://127.0.0.1:1", &["ls", "memcells"])
        .ended(0);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn without_a_value_store_lists_work_and_looking_says_what_is_missing() {
    let Some(stores) = Stores::new().await else {
        return;
    };
    seed(&stores).await;
    let mongo = [
        "--mongo-uri",
        &stores.mongo.uri,
        "--database",
        &stores.mongo.name,
    ];
    let run = |command: &[&str]| {
        let mut line = command.to_vec();
        line.extend(mongo);
        stores.program.run(&line)
    };
    run(&["ls", "memcells"]).ended(0);
    run(&["get", &key(0), "--view", "lite"]).ended(0);
    for command in [&["ls", "memcells", "--check"][..], &["get", &key(0)]] {
        let answer = run(command).ended(2);
        assert!(answer.err.contains("--kv-node"), "{}", answer.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn the_doctor_finds_two_healthy_stores_healthy() {
    let Some(stores) = Stores::new().await else {
        return;
    };
    seed(&stores).await;
    let steps = stores.run(&["doctor", "--json"]).ended(0).json();
    let verdict = |name: &str| {
        let step = steps
            .iter()
            .find(|step| step["step"] == name)
            .unwrap_or_else(|| panic!("{name}"));
        text(step, "verdict")
    };
    for step in [
        "mongo tcp",
        "mongo database",
        "kv reach",
        "kv node",
        "kv stream",
    ] {
        assert_eq!(verdict(step), "ok", "{step}");
    }
    let other = [
        "doctor",
        "--json",
        "--mongo-uri",
        &stores.mongo.uri,
        "--database",
        &stores.mongo.name,
        "--kv-node",
        &stores.node.url(),
        "--stream",
        &stream(2).to_string(),
    ];
    let steps = stores.program.run(&other).ended(3).json();
    let held = steps
        .iter()
        .find(|step| step["step"] == "kv stream")
        .unwrap();
    assert_eq!(held["verdict"], "failed", "{held}");
}

/// User and password of a connection string, as they are typed.
fn login(uri: &str) -> (String, String) {
    let (_, rest) = uri.split_once("://").unwrap();
    let (login, _) = rest.rsplit_once('@').unwrap();
    let (user, password) = login.split_once(':').unwrap();
    let mut typed = Vec::new();
    let mut bytes = password.bytes();
    while let Some(byte) = bytes.next() {
        typed.push(if byte == b'%' {
            let hex = [bytes.next().unwrap(), bytes.next().unwrap()];
            u8::from_str_radix(str::from_utf8(&hex).unwrap(), 16).unwrap()
        } else {
            byte
        });
    }
    (user.to_owned(), String::from_utf8(typed).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_service_folder_names_both_stores_and_its_password_stays_hidden() {
    let Some(mongo) = Scratch::on(Server::Auth).await else {
        return;
    };
    let (node, program) = (KvNode::with_stream(), Program::new());
    mongo
        .seed("memcells", (0..3).map(|n| lite(n, doc! {})))
        .await;
    for number in 0..3 {
        node.put(&key(number), full(number, &json!({})));
    }
    let (user, password) = login(&mongo.uri);
    let (host, port) = crate::support::mongo::address_of(&mongo.uri)
        .rsplit_once(':')
        .unwrap();
    let dir = program.home.path();
    let env = format!(
        "MONGODB_HOST={host}\nMONGODB_PORT={port}\nMONGODB_DATABASE={}\n\
         MONGODB_USERNAME={user}\nMONGODB_PASSWORD='{password}'\nKV_STORAGE_TYPE=zerog\n\
         ZEROG_READ_NODE={}\nZEROG_WALLET_KEY={CANARY}\n",
        mongo.name,
        node.url(),
    );
    std::fs::write(dir.join(".env"), env).unwrap();
    // the newest service has its stream there and nowhere else
    let stream = stream(1).to_string();
    let secrets = format!(
        "ZEROG_STREAM_ID={}\nZEROG_ENCRYPTION_KEY={CANARY}\n",
        stream.trim_start_matches("0x")
    );
    std::fs::write(dir.join(".0g_secrets"), secrets).unwrap();

    let (_, encoded) = mongo.uri.split_once("://").unwrap();
    let (encoded, _) = encoded.rsplit_once('@').unwrap();
    let (_, encoded) = encoded.split_once(':').unwrap();
    let run_to = |code: i32, line: &[&str]| {
        let mut line = line.to_vec();
        line.extend(["--service-dir", "."]);
        let answer = program.run(&line).ended(code);
        let all = answer.text() + &answer.err;
        for secret in [&password, encoded] {
            assert!(!all.contains(secret), "{all}");
        }
        answer
    };
    let run = |line: &[&str]| run_to(0, line);
    let shown = run(&["config", "show", "--json"]).text();
    assert!(shown.contains(".0g_secrets:1"), "{shown}");
    let rows = run(&["ls", "memcells", "--check", "--json"]).json();
    assert_eq!(rows.len(), 3);
    assert!(rows.iter().all(|row| row["state"] == "agrees"), "{rows:?}");
    // its wallet key is none, which is a fault of its own
    let doctor = run_to(3, &["doctor"]).text();
    assert!(
        doctor.contains(&stream) && doctor.contains(host),
        "{doctor}"
    );
    assert!(doctor.contains("is not a key of 64 hex digits"), "{doctor}");

    // with another password nobody gets in: the one of the folder is used
    let wrong = std::fs::read_to_string(dir.join(".env"))
        .unwrap()
        .replace(&password, CANARY);
    std::fs::write(dir.join(".env"), wrong).unwrap();
    let answer = program.run(&["ls", "memcells", "--service-dir", "."]);
    assert_ne!(answer.code, 0, "{}", answer.text());
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn ctrl_c_stops_a_command_that_waits_and_tells_it() {
    let Some(stores) = Stores::new().await else {
        return;
    };
    seed(&stores).await;
    stores.node.fail_always(Fault::Silence);
    let (uri, database, node) = (&stores.mongo.uri, &stores.mongo.name, stores.node.url());
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_dualscope"))
        .args([
            "get",
            &key(0),
            "--mongo-uri",
            uri,
            "--database",
            database,
            "--kv-node",
            &node,
        ])
        .args(["--stream", &stream(1).to_string()])
        .env("HOME", stores.program.home.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while stores.node.hanging() == 0 {
        assert!(std::time::Instant::now() < deadline && child.try_wait().unwrap().is_none());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let id = child.id().to_string();
    let sent = std::process::Command::new("kill")
        .args(["-INT", &id])
        .status()
        .unwrap();
    assert!(sent.success());
    let answer = Answer::of(&child.wait_with_output().unwrap()).ended(130);
    assert!(
        answer.err.contains("Ctrl-C") && answer.out.is_empty(),
        "{}",
        answer.err
    );
}

/// What a store says about a question may repeat the question; it is shown, and not logged.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn what_was_typed_and_what_a_store_says_stay_out_of_the_log() {
    let Some(stores) = Stores::new().await else {
        return;
    };
    seed(&stores).await;
    let said = "words-of-a-store";
    stores
        .node
        .fail("kv_getValue", Fault::error(-32_000, said), 0, usize::MAX);
    let (node, stream) = (stores.node.url(), stream(1).to_string());
    let (uri, name) = (&stores.mongo.uri, &stores.mongo.name);
    let flags = ["--mongo-uri", uri, "--database", name, "--kv-node", &node];
    let run = |command: &[&str]| {
        let mut all = command.to_vec();
        all.extend(flags);
        all.extend(["--stream", &stream]);
        let mut command = stores.program.command(&all);
        let output = command.env("DUALSCOPE_LOG", "trace").output().unwrap();
        assert!(!output.status.success());
        Answer::of(&output)
    };
    let typed = "$typedByAPerson";
    run(&["ls", "memcells", "--filter", &format!("{{\"{typed}\": 1}}")]);
    let get = run(&["get", &key(0)]);
    assert!(get.err.contains(said), "{}", get.err);

    let log = ".local/state/dualscope/log/dualscope.log";
    let log = std::fs::read_to_string(stores.program.home.path().join(log)).unwrap();
    assert!(log.contains("failed: page of memcells"), "{log}");
    assert!(log.contains("kind="), "{log}");
    assert!(!log.contains(said) && !log.contains(&typed[1..]), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn an_empty_database_names_the_one_beside_it_that_has_data() {
    let Some(stores) = Stores::new().await else {
        return;
    };
    seed(&stores).await;
    let wrong = format!("{}_", stores.mongo.name);
    let mongo = ["--mongo-uri", &stores.mongo.uri, "--database", &wrong];
    let mut line = vec!["ls", "memcells", "--json"];
    line.extend(mongo);
    let error = stores.program.run(&line).ended(2).error();
    assert_eq!(error["kind"], "not-found");
    let message = text(&error, "message");
    assert!(message.contains(&stores.mongo.name), "{message}");
    let hint = text(&error, "hint");
    assert_eq!(hint, format!("use --database {}", stores.mongo.name));

    let (node, stream) = (stores.node.url(), stream(1).to_string());
    for command in ["collections", "check"] {
        let mut line = vec![command, "--kv-node", &node, "--stream", &stream];
        line.extend(mongo);
        let told = stores.program.run(&line).ended(2);
        assert!(told.err.contains(&hint), "{}", told.err);
    }
}
