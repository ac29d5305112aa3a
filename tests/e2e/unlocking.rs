//! A wallet key that a command prints: the screen does not wait for it, and the command cannot reach the
//! terminal; a headless command waits, and says for what.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::support::program::Program;
use crate::support::pty::{PATIENCE, Pty};

const KEY: &str = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
/// Nobody listens there.
const NOWHERE: &str = "mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=200";

/// Everything that writing needs, with the command that prints the key.
fn config(home: &Path, command: &str) {
    let folder = home.join(".config/dualscope");
    fs::create_dir_all(&folder).unwrap();
    let text = format!(
        "[mongo]\nuri = \"{NOWHERE}\"\n[kv]\nkind = \"zerog\"\nnode = \"http://127.0.0.1:9\"\n\
         stream = \"{}\"\n[writer]\nevm_rpc = \"http://127.0.0.1:9\"\n\
         storage_nodes = [\"http://127.0.0.1:9\"]\nencryption = \"none\"\n\
         wallet_key = \"!{command}\"\n[session]\nread_only = false\n",
        "0x01".to_owned() + &"01".repeat(31)
    );
    fs::write(folder.join("config.toml"), text).unwrap();
}

/// The screen while the command waits for the file `go`.
fn opened(command: &str) -> (Pty, std::path::PathBuf) {
    let program = Program::dualscope(&["memcells"]);
    let go = program.home().join("go");
    let wait = format!(
        "while [ ! -e {} ]; do sleep 0.05; done; {command}",
        go.display()
    );
    config(program.home(), &wait);
    let pty = program.size(120, 40).start();
    (pty, go)
}

fn leave(pty: &Pty) {
    pty.send("<c-c>");
    assert_eq!(pty.exit().exit_code(), 0, "{}", pty.snapshot());
    assert_eq!(pty.modes(), pty.found());
}

#[test]
fn the_screen_comes_first_and_writes_when_the_key_is_there() {
    let scribble = "echo SCRIBBLE >/dev/tty; echo SCRIBBLE >&2";
    let (pty, go) = opened(&format!("({scribble}); echo {KEY}"));
    pty.until("memcells ·");
    pty.until("READ-ONLY");
    // keys answer, and those that write say why they are off
    pty.send("?");
    pty.until("Keys of");
    pty.send("<esc>");
    pty.until_screen("the help gone", |screen| {
        !screen.contents().contains("Keys of")
    });
    pty.send("a");
    pty.until("the wallet key is still being fetched");

    fs::write(go, "").unwrap();
    pty.until("the keys are there: this session can write now");
    pty.until_screen("a session that writes", |screen| {
        !screen.contents().contains("READ-ONLY")
    });
    leave(&pty);
    let raw = String::from_utf8_lossy(&pty.raw()).into_owned();
    assert!(!raw.contains("SCRIBBLE") && !raw.contains(KEY), "{raw}");
}

#[test]
fn a_key_that_does_not_come_leaves_a_session_that_reads_with_the_reason() {
    let (pty, go) = opened("exit 3");
    pty.until("memcells ·");
    fs::write(go, "").unwrap();
    let said = "the command of `writer.wallet_key` (~/.config/dualscope/config.toml:11) ended with";
    pty.until(said);
    pty.until("READ-ONLY");
    leave(&pty);
}

#[test]
fn leaving_does_not_wait_for_the_command() {
    let (pty, _never) = opened("true");
    pty.until("memcells ·");
    let start = Instant::now();
    leave(&pty);
    assert!(start.elapsed() < PATIENCE / 2);
}

#[test]
fn a_headless_command_waits_and_names_what_it_waits_for() {
    let run = |seconds: f32, arguments: &[&str]| {
        let home = tempfile::tempdir().unwrap();
        config(home.path(), &format!("sleep {seconds}; echo {KEY}"));
        let start = Instant::now();
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_dualscope"))
            .args(arguments)
            .env("HOME", home.path())
            .env_remove("XDG_CONFIG_HOME")
            .current_dir(home.path())
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (text(output.stdout), text(output.stderr), start.elapsed())
    };
    let line = "running writer.wallet_key\n";
    let (out, err, took) = run(1.5, &["doctor"]);
    assert!(took > Duration::from_millis(1_500));
    assert!(err.starts_with(line), "{err}");
    assert!(!out.contains("running writer.wallet_key"), "{out}");
    assert!(!run(0.0, &["doctor"]).1.contains("running"));
    assert!(!run(1.5, &["doctor", "--quiet"]).1.contains("running"));
}
