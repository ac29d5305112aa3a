//! Questions at a terminal: what has to be typed, and what everything else means.

use crate::cli::demo;
use crate::cli::demo::in_state;
use crate::support::program::Program;
use crate::support::pty::Pty;

fn ask(line: &[&str]) -> Pty {
    let all = [line, &["--demo"]].concat();
    Program::dualscope(&all).size(150, 50).start()
}

#[test]
fn a_delete_wants_a_word_and_enter_is_no() {
    let key = in_state("agrees");
    for (typed, code) in [
        ("<enter>", 6),
        ("y<enter>", 6),
        ("<c-c>", 130),
        ("<c-d>", 6),
    ] {
        let pty = ask(&["delete", &key]);
        pty.until("type yes, or the key, to go on:");
        assert!(pty.snapshot().contains("a tombstone"), "{}", pty.snapshot());
        pty.send(typed);
        assert_eq!(pty.exit().exit_code(), code, "{typed}: {}", pty.snapshot());
        assert!(!pty.snapshot().contains("submitting"), "{}", pty.snapshot());
    }
    let pty = ask(&["delete", &key]);
    pty.until("to go on:");
    pty.send(&format!("{key}<enter>"));
    pty.until("deleted at v");
    assert_eq!(pty.exit().exit_code(), 0);
}

#[test]
fn a_terminal_is_no_reason_to_guess_an_editor() {
    let pty = ask(&["edit", &in_state("agrees")]);
    pty.until("no editor is named: set $VISUAL or $EDITOR");
    assert_eq!(pty.exit().exit_code(), 2);
}

#[test]
fn a_change_that_can_be_taken_back_wants_a_y() {
    let key = in_state("agrees");
    let pty = ask(&["soft-delete", &key]);
    pty.until("go on? [y/N]");
    pty.send("y<enter>");
    pty.until("soft-deleted, read back from both stores");
    assert_eq!(pty.exit().exit_code(), 0);
}

#[test]
fn the_difference_is_shown_before_a_question_also_where_the_end_is_for_a_program() {
    let key = in_state("agrees");
    let full = demo(&["get", &key]).ended(0).text();
    let mut value: serde_json::Value = serde_json::from_str(&full).unwrap();
    value["type"] = "Talk".into();
    let line = ["put", &key, "value.json", "--json", "--demo"];
    let program = Program::dualscope(&line).size(150, 50);
    std::fs::write(program.home().join("value.json"), value.to_string()).unwrap();
    let pty = program.start();
    pty.until("go on? [y/N]");
    for shown in ["+ /type  \"Talk\"", "MongoDB lite:", "Steps:"] {
        assert!(pty.snapshot().contains(shown), "{}", pty.snapshot());
    }
    pty.send("y<enter>");
    pty.until(r#""ending":"done""#);
    assert_eq!(pty.exit().exit_code(), 0);
}

#[test]
fn what_is_neither_yes_nor_no_is_asked_again_and_not_taken_for_yes() {
    use std::os::unix::fs::PermissionsExt as _;
    let program = Program::dualscope(&["edit", &in_state("agrees"), "--demo"]).size(150, 50);
    let script = program.home().join("editor");
    std::fs::write(&script, "#!/bin/sh\necho once >>runs\necho '{' >\"$1\"\n").unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let (runs, script) = (program.home().join("runs"), script.display().to_string());
    let pty = program.env("EDITOR", &script).start();
    let questions = |count| {
        pty.until_screen("the question", |screen| {
            screen.contents().matches("edit it again? [Y/n]").count() == count
        });
    };
    questions(1);
    pty.send("what is wrong with it?<enter>");
    questions(2);
    assert_eq!(std::fs::read_to_string(&runs).unwrap(), "once\n");
    pty.send("no<enter>");
    assert_eq!(pty.exit().exit_code(), 6);
    assert!(
        pty.snapshot().contains("the text is kept in"),
        "{}",
        pty.snapshot()
    );
}
