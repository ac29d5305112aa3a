//! Writing through a real terminal: the person's own editor, drafts, and the end during a write.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use rstest::rstest;

use crate::support::program::Program;
use crate::support::pty::Pty;

/// An editor that asks for a word at the terminal and puts it into the summary.
const ASKING: &str = r#"#!/bin/sh
printf 'word? ' >/dev/tty
read -r word </dev/tty
sed -i "s/\"summary\": \"/&$word /" "$1"
"#;

fn program() -> Program {
    let program = Program::dualscope(&["demo"]).size(110, 34);
    let temporary = program.home().join("tmp");
    fs::create_dir(&temporary).unwrap();
    let temporary = temporary.to_str().unwrap().to_owned();
    program.env("TMPDIR", &temporary)
}

fn with_editor(program: Program, script: &str) -> Program {
    let file = program.home().join("editor");
    fs::write(&file, script).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    let file = file.to_str().unwrap().to_owned();
    program.env("EDITOR", &file)
}

/// At a cell of memory whose halves are in step.
fn at_a_document(program: Program) -> Pty {
    let pty = program.start();
    pty.until("≈160");
    pty.send("/");
    pty.until("> ");
    pty.send("memcells<enter>");
    pty.until("memcells ·");
    pty.until(" of 159 ");
    pty.until("plain JSON");
    pty
}

/// Every draft in the temporary folder of a session.
fn drafts(home: &Path) -> Vec<PathBuf> {
    let folders = fs::read_dir(home.join("tmp")).unwrap();
    let files = folders.filter_map(|folder| fs::read_dir(folder.ok()?.path().join("drafts")).ok());
    files.flatten().map(|file| file.unwrap().path()).collect()
}

#[test]
fn the_persons_editor_has_the_keys_and_its_text_is_written_after_a_review() {
    let pty = at_a_document(with_editor(program(), ASKING));
    pty.send("E");
    pty.until("word? ");
    assert_eq!(
        pty.modes(),
        pty.found(),
        "the editor has the terminal as the shell had it"
    );
    pty.send("Outside<enter>");
    pty.until("+  /summary: \"Outside ");
    pty.until("y write");
    pty.send("y");
    pty.until("edited at v");
    pty.send("q");
    assert_eq!(pty.exit().exit_code(), 0);
    assert_eq!(pty.modes(), pty.found());
}

#[test]
fn an_interrupt_in_the_editor_is_the_editors() {
    let pty = at_a_document(with_editor(program(), ASKING));
    pty.send("E");
    pty.until("word? ");
    pty.send("<c-c>");
    pty.until("nothing was changed");
    pty.send("<esc>");
    pty.until("memcells ·");
    pty.send("q");
    assert_eq!(pty.exit().exit_code(), 0);
}

#[test]
fn a_stop_in_the_editor_stops_the_whole_job_and_both_go_on() {
    let pty = at_a_document(with_editor(program(), ASKING).under_job_control());
    pty.send("E");
    pty.until("word? ");
    pty.send("<c-z>");
    pty.until("[stopped]");
    pty.send("<enter>");
    pty.send("Later<enter>");
    pty.until("+  /summary: \"Later ");
    pty.send("n");
    pty.until("ctrl-s review");
    pty.send("<esc>");
    pty.until("discard");
    pty.send("<down><down><enter>");
    pty.until("memcells ·");
    pty.send("q");
    assert_eq!(pty.exit().exit_code(), 0);
}

#[test]
fn without_an_editor_the_text_stays_in_the_built_in_one() {
    let pty = at_a_document(program());
    pty.send("E");
    pty.until("neither $VISUAL nor $EDITOR names an editor");
    pty.until("ctrl-s review");
    pty.send("<esc>");
    pty.until("memcells ·");
    pty.send("q");
    assert_eq!(pty.exit().exit_code(), 0);
}

#[test]
fn what_is_typed_is_a_private_draft_within_seconds() {
    let program = program();
    let home = program.home().to_owned();
    let pty = at_a_document(program);
    pty.send("e");
    pty.until("ctrl-s review");
    pty.send("<down><end>x");
    pty.until("not JSON");
    pty.until_screen("a draft on disk", |_| !drafts(&home).is_empty());
    let files = drafts(&home);
    let mode = fs::metadata(&files[0]).unwrap().permissions().mode();
    assert_eq!((files.len(), mode & 0o777), (1, 0o600));
    pty.signal("TERM");
    assert_eq!(pty.exit().exit_code(), 143);
}

/// A file where the folder of the drafts would be; gives its path.
fn no_folder_for_drafts(home: &Path) -> PathBuf {
    let mut folders = fs::read_dir(home.join("tmp")).unwrap();
    let file = folders.next().unwrap().unwrap().path().join("drafts");
    fs::write(&file, "in the way").unwrap();
    file
}

#[test]
fn what_no_draft_can_be_made_of_is_saved_when_there_is_a_way_again() {
    let program = program();
    let home = program.home().to_owned();
    let pty = at_a_document(program);
    let in_the_way = no_folder_for_drafts(&home);
    pty.send("e");
    pty.until("ctrl-s review");
    pty.send("<down><end>x");
    pty.until("1 text NOT ON DISK");
    pty.send("<esc>");
    pty.until("discard");
    pty.send("<down><enter>");
    pty.until("the editor stays open");
    fs::remove_file(in_the_way).unwrap();
    pty.until_screen("a draft on disk", |_| !drafts(&home).is_empty());
    pty.until("is on disk now");
    pty.send("<esc>");
    pty.until("discard");
    pty.send("<down><enter>");
    pty.until("the draft is kept");
    pty.send("q");
    assert_eq!(pty.exit().exit_code(), 0);
}

#[test]
fn what_no_draft_could_be_made_of_until_the_end_is_in_a_file_that_is_named() {
    let program = program().size(220, 34);
    let home = program.home().to_owned();
    let pty = at_a_document(program);
    no_folder_for_drafts(&home);
    pty.send("e");
    pty.until("ctrl-s review");
    pty.send("<down><end>x");
    pty.until("1 text NOT ON DISK");
    pty.signal("TERM");
    pty.until("what was typed is in ");
    assert_eq!(pty.exit().exit_code(), 143);
    let files = fs::read_dir(home.join("tmp")).unwrap();
    let files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    let [file] = files.as_slice() else {
        panic!("the session's own folder is gone, the text is not: {files:?}")
    };
    let mode = fs::metadata(file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let text = fs::read_to_string(file).unwrap();
    assert!(text.starts_with("{\n") && text.contains(",x\n"), "{text}");
}

#[test]
fn an_end_during_a_write_says_what_it_waits_for() {
    let pty = at_a_document(program());
    pty.send("D");
    pty.until("y write");
    pty.send("y");
    pty.until("on its way");
    pty.signal("TERM");
    pty.until("a write is under way; its step gets 5 s to end, the demo forgets the rest");
    // The value had been sent, and nobody waited for it any more.
    assert_eq!(pty.exit().exit_code(), 7);
    pty.until("not applied yet: ");
    pty.until("; the demo forgets it");
    assert_eq!(pty.modes(), pty.found());
}

#[test]
fn leaving_during_a_write_waits_for_it_when_told_to() {
    let pty = at_a_document(program());
    pty.send("D");
    pty.until("y write");
    pty.send("yq");
    pty.until("1 write under way");
    pty.send("<down><enter>");
    assert_eq!(pty.exit().exit_code(), 0);
}

#[rstest]
#[case("q", None)]
#[case("", Some("TERM"))]
#[case("", Some("HUP"))]
fn a_write_that_ended_and_is_left_open_is_told_behind_the_screen_however_it_is_left(
    #[case] keys: &str,
    #[case] signal: Option<&str>,
) {
    // shorter than the demo needs to show a value
    let pty = at_a_document(
        program()
            .env("DUALSCOPE_WRITER__PATIENCE", "1 s")
            .size(160, 30),
    );
    pty.send("D");
    pty.until("y write");
    pty.send("y");
    pty.until("1 open (W)");
    pty.send(keys);
    if let Some(signal) = signal {
        pty.signal(signal);
    }
    assert_eq!(pty.exit().exit_code(), 7);
    pty.until("not applied yet: ");
    pty.until("; the demo forgets it");
    assert_eq!(pty.modes(), pty.found());
}
