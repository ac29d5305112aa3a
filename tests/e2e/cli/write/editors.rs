//! `edit` with editors that do what editors do, and everything that they should not.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use crate::cli::demo::in_state;
use crate::cli::{Answer, Program, demo, text};
use crate::support::program;

/// `edit` of a document that is in step, with this script as the editor.
fn edit(program: &Program, script: &str, more: &[&str]) -> Answer {
    let key = in_state("agrees");
    let all = [&["edit", &key, "--yes", "--demo"], more].concat();
    let mut command = program.command(&all);
    command.env("EDITOR", editor(program.home.path(), script));
    Answer::of(&command.output().unwrap())
}

/// A script as a program; its name.
fn editor(home: &std::path::Path, script: &str) -> String {
    let file = home.join("an editor");
    fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    format!("'{}' --wait", file.display())
}

/// The file that a text was kept in.
fn kept(answer: &Answer) -> PathBuf {
    let line = answer
        .err
        .lines()
        .find_map(|line| line.split_once("the text is kept in "));
    let path = PathBuf::from(line.expect(&answer.err).1.trim());
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    path
}

/// What the editor saved last, from the file that is named for it.
fn last(answer: &Answer) -> Vec<u8> {
    let of = |words: &str| {
        let line = answer.err.lines().find_map(|line| line.split_once(words));
        line.map(|(_, file)| PathBuf::from(file.trim()))
    };
    let file = of("what the editor saved last is kept in ").or_else(|| of("the text is kept in "));
    fs::read(file.expect(&answer.err)).unwrap()
}

#[test]
fn a_text_that_was_edited_is_written() {
    let program = Program::new();
    let script = r#"test "$1" = --wait && sed -i 's/"type": "[^"]*"/"type": "Talk"/' "$2""#;
    let answer = edit(&program, script, &["--json"]).ended(0);
    assert_eq!(answer.json()[0]["ending"], "done");
    let dry = edit(&program, script, &["--dry-run"]).ended(0);
    assert!(dry.text().contains("+ /type  \"Talk\""), "{}", dry.text());
    assert!(dry.err.contains("the text is kept in"), "{}", dry.err);
}

#[test]
fn where_no_editor_is_named_none_is_started() {
    let program = Program::new();
    let line = ["edit", &in_state("agrees"), "--yes", "--demo"];
    for blank in ["", " "] {
        let mut command = program.command(&line);
        command.env("VISUAL", blank).env("EDITOR", blank);
        let command = command.timeout(std::time::Duration::from_secs(60));
        let answer = Answer::of(&command.output().unwrap()).ended(2);
        let said = "no editor is named: set $VISUAL or $EDITOR";
        assert!(answer.err.contains(said), "{}", answer.err);
    }
    assert_eq!(fs::read_dir(program.home.path()).unwrap().count(), 0);
}

#[test]
fn an_editor_that_changes_nothing_writes_nothing() {
    let program = Program::new();
    for script in ["true", r#"touch "$2""#, r#"echo >>"$2""#] {
        let answer = edit(&program, script, &[]).ended(0);
        assert!(
            answer.text().contains("nothing to do"),
            "{script}: {}",
            answer.text()
        );
    }
}

/// What an editor may do wrong: its script, the exit code, what is said, and whether there is a text
/// to be kept.
fn mishaps() -> Vec<(String, i32, &'static str, bool)> {
    let change = r#"sed -i 's/"type": "[^"]*"/"type": "typed"/' "$2""#;
    vec![
        (
            format!("{change}; exit 3"),
            6,
            "the editor ended with",
            true,
        ),
        (
            format!("{change}; sleep 2; rm \"$2\""),
            6,
            "removed the file",
            true,
        ),
        (
            format!("{change}; sleep 2; : >\"$2\""),
            6,
            "saved empty",
            true,
        ),
        ("echo 'typed {' >\"$2\"".to_owned(), 6, "not JSON", true),
        (
            r#"sed -i 's/"id": "/"id": "typed/' "$2""#.to_owned(),
            6,
            "`id` must stay",
            true,
        ),
        // Latin-1, and then also after a text that was saved before.
        (
            r#"printf '{"type":"typed caf\351"}' >"$2""#.to_owned(),
            6,
            "not UTF-8",
            true,
        ),
        (
            format!(r#"{change}; sleep 2; printf 'typed \351' >>"$2""#),
            6,
            "not UTF-8",
            true,
        ),
        // The drafts' folder is a file, so that none can be saved.
        (
            format!(
                r#"rm -rf "$(dirname "$2")/../drafts"; : >"$(dirname "$2")/../drafts"; {change}; exit 1"#
            ),
            6,
            "the draft could not be saved",
            true,
        ),
        (
            r#"echo typed >"$2~"; rm "$2""#.to_owned(),
            6,
            "what the editor left is in",
            false,
        ),
        ("exit 1".to_owned(), 6, "the editor ended with", false),
        ("rm \"$2\"".to_owned(), 6, "removed the file", false),
        ("kill -9 $$".to_owned(), 6, "the editor ended with", false),
    ]
}

#[test]
fn whatever_goes_wrong_nothing_is_written_and_nothing_typed_is_lost() {
    let program = Program::new();
    for (script, code, said, typed) in mishaps() {
        let answer = edit(&program, &script, &[]).ended(code);
        assert!(answer.err.contains(said), "{script}: {}", answer.err);
        assert!(
            answer.err.contains("nothing was written"),
            "{script}: {}",
            answer.err
        );
        assert!(!answer.err.contains("submitting"), "{}", answer.err);
        if typed {
            let draft = fs::read(kept(&answer)).unwrap();
            let draft = String::from_utf8_lossy(&draft);
            assert!(draft.contains("typed"), "{script}: {draft}");
            if script.contains("351") {
                let last = last(&answer);
                assert!(
                    last.ends_with(b"\xe9") || last.ends_with(b"\xe9\"}"),
                    "{last:?}"
                );
            }
        } else {
            assert!(!answer.err.contains("kept"), "{}", answer.err);
        }
    }
    let mut command = program.command(&["edit", &in_state("agrees"), "--yes", "--demo"]);
    let none = command.env("EDITOR", "/nowhere/editor");
    Answer::of(&none.output().unwrap()).ended(6);
}

#[test]
fn without_a_terminal_no_editor_is_started_for_a_person() {
    let program = Program::new();
    let (key, ran) = (in_state("agrees"), program.home.path().join("ran"));
    for more in [&[][..], &["--dry-run"]] {
        let all = [&["edit", &key, "--demo"], more].concat();
        let mut command = program.command(&all);
        let script = format!("touch '{}'", ran.display());
        command.env("EDITOR", editor(program.home.path(), &script));
        let answer = Answer::of(&command.output().unwrap()).ended(2);
        for words in ["no terminal", "--yes", "nothing was written"] {
            assert!(answer.err.contains(words), "{}", answer.err);
        }
        assert!(!ran.exists(), "the editor ran");
    }
}

#[test]
fn what_the_demo_keeps_of_a_text_is_not_promised_to_another_command() {
    let program = Program::new();
    let script = r#"sed -i 's/"type": "[^"]*"/"type": "typed"/' "$2"; exit 3"#;
    let answer = edit(&program, script, &[]).ended(6);
    assert!(kept(&answer).exists());
    assert!(!answer.err.contains("--resume"), "{}", answer.err);
    let words = "demo: no other command goes on with it";
    assert!(answer.err.contains(words), "{}", answer.err);
}

#[test]
fn a_text_that_is_not_json_comes_back_with_the_fault_on_top() {
    let key = in_state("agrees");
    let started = program::Program::dualscope(&["edit", &key, "--demo"]).size(150, 50);
    let script = r#"
        case "$(head -n 1 "$2")" in
          '// dualscope: '*not\ JSON*) sed -i 's/oops$//' "$2" ;;
          *) sed -i '2s/$/oops/; s/"type": "[^"]*"/"type": "Talk"/' "$2" ;;
        esac"#;
    let editor = editor(started.home(), script);
    let pty = started.env("EDITOR", &editor).start();
    pty.until("edit it again? [Y/n]");
    pty.send("<enter>");
    pty.until("go on? [y/N]");
    assert!(
        pty.snapshot().contains("+ /type  \"Talk\""),
        "{}",
        pty.snapshot()
    );
    pty.send("y<enter>");
    pty.until("read back from both stores");
    assert_eq!(pty.exit().exit_code(), 0);
}

#[test]
fn a_document_without_a_value_is_edited_from_what_mongodb_holds() {
    let program = Program::new();
    let copies = r#"grep -q '"user_id"' "$2" && cp "$2" seen"#;
    for state in [
        "tombstoned",
        "never-written",
        "full-in-mongo",
        "soft-deleted-no-value",
    ] {
        let key = in_state(state);
        let run = |script: &str, more: &[&str]| {
            let mut command =
                program.command(&[&["edit", &key, "--yes", "--demo", "--json"], more].concat());
            command.env("EDITOR", editor(program.home.path(), script));
            Answer::of(&command.output().unwrap())
        };
        let unchanged = run("true", &[]).ended(0);
        assert_eq!(unchanged.json()[0]["ending"], "nothing-to-do", "{state}");
        let said = unchanged.json()[0]["said"].to_string();
        if state == "full-in-mongo" && !said.contains("MongoDB") {
            // of those some have a value too
            continue;
        }
        assert!(said.contains("--as-is writes it as it is"), "{said}");
        let said = "there is no value: the text is made from MongoDB's document";
        assert!(unchanged.err.contains(said), "{}", unchanged.err);
        let script =
            format!(r#"{copies} && sed -i 's/"group_id": [^,]*/"group_id": "mine"/' "$2""#);
        let answer = run(&script, &[]);
        assert_eq!(answer.ended(0).json()[0]["ending"], "done", "{state}");
        let seen = fs::read_to_string(program.home.path().join("seen")).unwrap();
        let id = key.split_once(':').unwrap().1;
        assert!(seen.contains(&format!("\"id\": \"{id}\"")), "{seen}");
    }
}

#[test]
fn a_value_that_does_not_decode_is_edited_as_the_text_that_it_is() {
    let program = Program::new();
    let mut edited = 0;
    for collection in ["memcells", "episodic_memories", "event_log_records"] {
        let list = [
            "ls",
            collection,
            "--filter",
            "is:undecodable",
            "-n",
            "1",
            "--json",
        ];
        let rows = demo(&list).json();
        let Some(row) = rows.first() else { continue };
        let key = text(row, "key");
        let mut command = program.command(&["edit", &key, "--yes", "--demo", "--json"]);
        let script = r#"cp "$2" seen"#;
        command.env("EDITOR", editor(program.home.path(), script));
        let answer = Answer::of(&command.output().unwrap());
        let seen = program.home.path().join("seen");
        match fs::read(&seen) {
            Ok(bytes) => {
                assert!(!bytes.is_empty());
                edited += 1;
                fs::remove_file(seen).unwrap();
            }
            Err(_) => assert!(answer.err.contains("is not text"), "{}", answer.err),
        }
    }
    assert!(edited > 0);
}
