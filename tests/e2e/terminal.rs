//! However a session ends or pauses, the terminal is as it was found.

use std::process::Command;

use rstest::rstest;

use crate::support::program::Program;
use crate::support::pty::Pty;

/// What the first screen of the demo shows once it is drawn.
const DRAWN: &str = "Collections";

fn demo() -> Program {
    Program::dualscope(&["demo"]).env("COLORTERM", "truecolor")
}

fn started(program: Program) -> Pty {
    let pty = program.start();
    pty.until(DRAWN);
    assert_ne!(pty.modes(), pty.found(), "it took the terminal");
    pty
}

/// It ended with this code and left nothing behind.
fn ended(pty: &Pty, code: u32) {
    assert_eq!(pty.exit().exit_code(), code, "{}", pty.snapshot());
    assert_eq!(pty.modes(), pty.found());
    assert!(!pty.snapshot().contains(DRAWN), "{}", pty.snapshot());
}

/// Escape alone is a key; together with the next one it would be Alt.
fn help_and_back(pty: &Pty) {
    pty.send("?");
    pty.until("Keys of");
    pty.send("<esc>");
    pty.until_screen("the help gone", |screen| {
        !screen.contents().contains("Keys of")
    });
}

#[test]
fn after_q() {
    let pty = started(demo());
    pty.send("q");
    ended(&pty, 0);
    assert_eq!(pty.snapshot(), "");
}

#[test]
fn after_q_with_the_mouse_on() {
    let program = demo().env("DUALSCOPE_UI__MOUSE", "true");
    let pty = started(program);
    assert!(String::from_utf8_lossy(&pty.raw()).contains("\x1b[?1000h"));
    pty.send("q");
    ended(&pty, 0);
}

#[rstest]
#[case::term("TERM", 143)]
#[case::hup("HUP", 129)]
#[case::int("INT", 130)]
#[case::quit("QUIT", 131)]
fn after_a_signal(#[case] signal: &str, #[case] code: u32) {
    let pty = started(demo());
    pty.signal(signal);
    ended(&pty, code);
}

#[test]
fn while_it_is_stopped_and_after_it_went_on() {
    let pty = started(demo().under_job_control());
    pty.send("<c-z>");
    pty.until("[stopped]");
    assert_eq!(pty.modes(), pty.found());
    assert!(!pty.snapshot().contains(DRAWN));
    pty.send("<enter>");
    pty.until(DRAWN);
    // and it still hears keys
    help_and_back(&pty);
    pty.send("q");
    ended(&pty, 0);
}

#[test]
fn while_somebody_else_stopped_it() {
    let pty = started(demo().under_job_control());
    pty.signal("TSTP");
    pty.until("[stopped]");
    assert_eq!(pty.modes(), pty.found());
    pty.send("<enter>");
    pty.until(DRAWN);
    pty.send("q");
    ended(&pty, 0);
}

#[test]
fn after_a_stop_that_nobody_can_catch() {
    let pty = started(demo().under_job_control());
    pty.signal("STOP");
    // written into our picture wherever the cursor was, maybe inside a sequence that takes the `[`
    pty.until_screen("the shell", |screen| {
        let text: String = screen.contents().split_whitespace().collect();
        text.contains("topped]")
    });
    // the terminal is still raw, so Enter would not end the shell's line
    pty.send_bytes(b"\n");
    pty.until_screen("a whole picture", |screen| {
        screen.alternate_screen()
            && screen.contents().contains(DRAWN)
            && !screen.contents().contains("topped]")
    });
    pty.send("q");
    ended(&pty, 0);
}

#[test]
fn without_a_shell_ctrl_z_says_so_and_goes_on() {
    let pty = started(demo());
    pty.send("<c-z>");
    pty.until("no shell");
    pty.send("q");
    ended(&pty, 0);
}

#[test]
fn after_sizes_that_nothing_fits_in() {
    let pty = started(demo());
    pty.resize(20, 5);
    pty.until("dualscope needs");
    pty.resize(120, 40);
    pty.until(DRAWN);
    pty.resize(1, 1);
    pty.resize(80, 24);
    pty.until(DRAWN);
    pty.send("q");
    ended(&pty, 0);
}

#[test]
fn a_terminal_of_20_by_5_is_told_what_is_needed() {
    let pty = demo().size(20, 5).start();
    pty.until("dualscope needs");
    pty.send("q");
    ended(&pty, 0);
}

#[test]
fn a_word_that_is_no_command_is_told_as_what_it_was_taken_for() {
    let run = |words: &[&str]| {
        let run = Command::new(env!("CARGO_BIN_EXE_dualscope"))
            .args(words)
            .env_clear()
            .env("HOME", "/nonexistent")
            .output()
            .unwrap();
        assert_eq!(run.status.code(), Some(2));
        String::from_utf8(run.stderr).unwrap()
    };
    let said = run(&["chekc"]);
    assert!(
        said.contains(
            "chekc is no command, so it was taken for a collection (did you mean `check`?)"
        ),
        "{said}"
    );
    let said = run(&["frobnicate"]);
    assert!(said.contains("frobnicate is no command, so") && !said.contains("did you mean"));
    let said = run(&["memcells:1"]);
    assert!(!said.contains("no command"), "{said}");
    // an error is JSON where JSON was asked for, though no command was named
    for words in [&["--json"][..], &["--demo", "--json", "memcells"]] {
        let said = run(words);
        let line: serde_json::Value = serde_json::from_str(said.trim_end()).unwrap();
        assert!(
            line["error"].is_object() || line["error"].is_string(),
            "{line}"
        );
    }
}

#[test]
fn without_a_terminal_it_names_what_to_use_instead() {
    let run = Command::new(env!("CARGO_BIN_EXE_dualscope"))
        .arg("demo")
        .env("HOME", "/nonexistent")
        .output()
        .unwrap();
    let said = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(2), "{said}");
    assert!(
        said.contains("needs a terminal") && said.contains("dualscope ls"),
        "{said}"
    );
    assert_eq!(run.stdout, b"");
}

#[test]
fn a_terminal_that_cannot_place_text_is_refused() {
    let pty = demo().env("TERM", "dumb").start();
    assert_eq!(pty.exit().exit_code(), 2);
    assert!(pty.snapshot().contains("TERM=dumb"), "{}", pty.snapshot());
}

/// Only debug builds can be made to fail.
#[cfg(debug_assertions)]
#[test]
fn after_a_panic_the_report_stands_where_the_shell_goes_on() {
    let program = demo().env("DUALSCOPE_TEST_PANIC", "1");
    let pty = program.size(120, 40).start();
    assert_eq!(pty.exit().exit_code(), 101, "{}", pty.snapshot());
    assert_eq!(pty.modes(), pty.found());
    let raw = String::from_utf8_lossy(&pty.raw()).into_owned();
    assert!(raw.contains("\x1b[?1049h"), "it had the terminal");
    // The report and nothing else: the panic itself carried the document.
    let said = pty.snapshot();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 2, "{said}");
    let place = "dualscope: a fault of the program at src/tui/fault.rs:";
    assert!(lines[0].starts_with(place), "{said}");
    assert!(
        lines[1].starts_with("What was being written is in the journal"),
        "{said}"
    );
    assert!(!raw.contains("Document {"), "{raw}");
}

/// The numbers of every SGR sequence among these bytes.
fn attributes(raw: &[u8]) -> Vec<u16> {
    let text = String::from_utf8_lossy(raw);
    let sequences = text.split("\x1b[").skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != ';' && c != ':')?;
        rest[end..].starts_with('m').then(|| rest[..end].to_owned())
    });
    sequences
        .flat_map(|numbers| {
            let numbers = numbers.split([';', ':']);
            numbers.map(|n| n.parse().unwrap_or(0)).collect::<Vec<_>>()
        })
        .collect()
}

fn walked(program: Program) -> Vec<u16> {
    let pty = started(program);
    pty.send("jj<tab>jj");
    help_and_back(&pty);
    pty.send("q");
    ended(&pty, 0);
    attributes(&pty.raw())
}

#[test]
fn without_colour_no_colour_sequence_is_sent_and_bold_and_reverse_are() {
    let numbers = walked(demo().env("NO_COLOR", "1"));
    assert!(numbers.iter().all(|number| *number < 10), "{numbers:?}");
    assert!(numbers.contains(&1) && numbers.contains(&7), "{numbers:?}");
}

#[rstest]
#[case::never("DUALSCOPE_UI__COLOR", "never", false)]
#[case::mono("DUALSCOPE_UI__THEME", "mono", false)]
#[case::always("DUALSCOPE_UI__COLOR", "always", true)]
fn settings_decide_about_colour(#[case] name: &str, #[case] value: &str, #[case] colour: bool) {
    let program = demo().env(name, value);
    let program = if colour {
        program.env("NO_COLOR", "1")
    } else {
        program
    };
    let numbers = walked(program);
    assert_eq!(
        numbers.iter().any(|number| *number >= 30),
        colour,
        "{numbers:?}"
    );
}

#[test]
fn a_key_that_comes_together_with_a_new_size_is_heard_without_another_key() {
    for _ in 0..20 {
        let pty = started(demo());
        for columns in [100, 60, 90, 70] {
            pty.resize(columns, 24);
        }
        pty.send("q");
        ended(&pty, 0);
    }
}

/// Whether it is a part of something that turns.
fn turns(mark: char) -> bool {
    ('\u{2801}'..='\u{28ff}').contains(&mark)
}

/// Whether a line of the document stands at its end: the value has been read.
fn is_json(line: &str) -> bool {
    line.trim_end_matches(['│', ' ']).ends_with("\",")
}

/// Everything of the demo's first screen is there, and nothing moves any more.
fn settled(pty: &Pty) {
    pty.until_screen("a screen at rest", |screen| {
        let text = screen.contents();
        let lines: Vec<&str> = text.lines().collect();
        let header = lines.first().copied().unwrap_or_default();
        let unmarked = lines.iter().any(|line| line.contains("│   …"));
        header.contains("0G ●")
            && !header.contains("task")
            && !unmarked
            && !text.chars().any(turns)
            && lines.iter().any(|line| is_json(line))
            && !text.contains("reading")
            && text.contains("not dual-stored")
    });
}

#[rstest]
#[case::small(80, 24)]
#[case::large(120, 40)]
fn the_first_screen_of_the_demo(#[case] columns: u16, #[case] rows: u16) {
    let pty = started(demo().size(columns, rows));
    settled(&pty);
    let mut filters = insta::Settings::clone_current();
    // how fast the stores were
    filters.add_filter(
        r"(?m)^( dualscope .*?) +Mongo ● [\d.]+ m?s +0G ● [\d.]+ m?s",
        "$1  Mongo ● TIME  0G ● TIME",
    );
    let name = format!("demo-{columns}x{rows}");
    filters.bind(|| insta::assert_snapshot!(name, pty.snapshot()));
    pty.send("q");
    ended(&pty, 0);
}

#[test]
fn a_log_that_cannot_be_written_is_the_first_thing_said() {
    // nobody listens there, and the state folder is to be where a file is
    let program = Program::dualscope(&["--mongo-uri", "mongodb://127.0.0.1:1/"]);
    std::fs::write(program.home().join("state"), "").unwrap();
    let program = program.env("DUALSCOPE_STATE", "state").size(120, 40);
    let pty = started(program);
    pty.until("the log cannot be written here");
    pty.send("@");
    pty.until("Messages (UTC");
    pty.until("the log cannot be written here");
    pty.send("<esc>");
    pty.until_screen("the messages gone", |screen| {
        !screen.contents().contains("Messages (UTC")
    });
    pty.send("q");
    ended(&pty, 0);
}
