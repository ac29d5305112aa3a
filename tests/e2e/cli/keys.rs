//! The writer's keys: what only reads neither runs their commands nor stumbles over a bad one.

use super::Program;
use crate::devnet::{KvNode, stream};

/// A configuration whose stores nobody answers for, and whose key is such.
fn program(key: &str) -> Program {
    let program = Program::new();
    let dir = program.home.path().join(".config/dualscope");
    std::fs::create_dir_all(&dir).unwrap();
    let text = format!(
        "[mongo]\nuri = \"mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200\"\n\
         [writer]\nwallet_key = '{key}'\nevm_rpc = \"http://127.0.0.1:1\"\n"
    );
    std::fs::write(dir.join("config.toml"), text).unwrap();
    program
}

const READ: &[&[&str]] = &[
    &["ls", "memcells"],
    &["get", "memcells:1"],
    &["collections"],
    &["check", "memcells"],
    &["history", "memcells:1"],
    &["journal"],
    &["config", "show"],
];

#[test]
fn what_only_reads_runs_no_command_of_a_key() {
    let program = program("!touch was-run; exit 1");
    for line in READ {
        let answer = program.run(line);
        assert!(!program.home.path().join("was-run").exists(), "{line:?}");
        assert!(!answer.err.contains("wallet"), "{}", answer.err);
    }
    let shown = program.run(&["config", "show"]).ended(0);
    assert!(
        shown.text().contains("*** (not fetched)"),
        "{}",
        shown.text()
    );

    // the doctor tells whether writing is possible
    program.run(&["doctor"]);
    assert!(program.home.path().join("was-run").exists());
}

#[test]
fn a_bad_key_is_no_wall_for_reading_and_the_reason_why_nothing_is_written() {
    let node = KvNode::with_stream();
    let (url, stream) = (node.url(), stream(1).to_string());
    let stores = [
        "--mongo-uri",
        "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200",
        "--kv-node",
        &url,
        "--stream",
        &stream,
        "--evm-rpc",
        "http://127.0.0.1:1",
    ];
    let program = Program::new();
    let run = |line: &[&str]| {
        let mut command = program.command(line);
        command.args(stores).env("ZEROG_WALLET_KEY", "junk-key");
        let answer = super::Answer::of(&command.output().unwrap());
        assert!(!answer.err.contains("junk-key"), "{}", answer.err);
        answer
    };
    run(&["config", "show"]).ended(0);
    run(&["journal"]).ended(0);
    // nobody answers there, which is another end than a configuration that is wrong
    assert_eq!(run(&["ls", "memcells"]).code, 3);

    let refused = run(&["delete", "memcells:1", "--yes"]).ended(6);
    let why = "`writer.wallet_key` (environment ZEROG_WALLET_KEY) is not a key of 64 hex digits";
    assert!(refused.err.contains(why), "{}", refused.err);
    let doctor = run(&["doctor"]);
    let failed = |line: &&str| line.contains("failed") && line.contains(why);
    let text = doctor.text();
    assert!(text.lines().any(|line| failed(&line)), "{text}");
}
