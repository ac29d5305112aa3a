//! The terminal harness itself, on tiny programs: it shows what is there and notices what is not.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use rstest::rstest;

use crate::support::keys::bytes_of;
use crate::support::program::Program;
use crate::support::pty::Pty;

fn sh(script: &str) -> Pty {
    Program::new("sh", &["-c", script]).start()
}

#[test]
fn text_keys_and_the_exit_code_go_through() {
    let pty = sh("printf 'name? '; read -r name; printf 'hello %s\\n' \"$name\"; exit 7");
    pty.until("name?");
    pty.send("Ada<bs><bs>nn<enter>");
    pty.until("hello Ann");
    assert_eq!(pty.exit().exit_code(), 7);
    assert_eq!(pty.snapshot(), "name? Ann\nhello Ann");
    assert!(pty.raw().starts_with(b"name? "));
}

#[test]
fn the_screen_is_what_counts_not_the_stream() {
    let pty = sh("printf 'Load'; printf '\\033[2;5Hx\\033[1;5Hed'; read -r _");
    pty.until("Loaded");
    pty.until_screen("the cursor behind it", |screen| {
        screen.cursor_position() == (0, 6)
    });
    assert_eq!(pty.snapshot(), "Loaded\n    x");
}

#[test]
fn a_wait_in_vain_shows_the_screen() {
    let pty = sh("printf 'something else'");
    pty.exit();
    let waiting = AssertUnwindSafe(|| pty.until_within("never there", Duration::ZERO));
    let message = *catch_unwind(waiting)
        .unwrap_err()
        .downcast::<String>()
        .unwrap();
    assert!(
        message.contains("`never there`") && message.contains("something else"),
        "{message}"
    );
}

#[test]
fn colours_and_attributes_are_told() {
    let pty = sh(
        "printf 'a\\033[1;31mred\\033[0;38;5;200;7m世\\033[0;48;2;1;2;3m.\\033[0mend'; read -r _",
    );
    pty.until("end");
    let expected = "0:1-3 bold fg=1 \"red\"\n0:4-4 inverse fg=200 \"世\"\n0:6-6 bg=#010203 \".\"\n";
    assert_eq!(pty.styled(), expected);
}

#[test]
fn modes_left_behind_are_noticed() {
    let pty = sh(
        "printf '\\033[?1049h\\033[?25l\\033[?1000h\\033[?1006h\\033[?2004h\\033[?1004h'
        stty raw -echo; printf on; head -c 1 >/dev/null
        printf '\\033[?1049l\\033[?25h\\033[?1006l\\033[?1000l\\033[?2004l\\033[?1004l'
        stty sane; printf off; read -r _",
    );
    pty.until("on");
    let during = pty.modes();
    assert!(during.alternate_screen && during.cursor_hidden && during.mouse);
    assert!(during.bracketed_paste && during.private.contains(&1004) && !during.line_by_line);
    pty.send("x");
    pty.until("off");
    let after = pty.modes();
    assert!(!after.alternate_screen && !after.cursor_hidden && !after.mouse);
    assert!(!after.bracketed_paste && after.private.is_empty() && after.line_by_line);
}

#[test]
fn a_program_that_touches_nothing_leaves_the_terminal_as_found() {
    let pty = sh("printf done");
    pty.exit();
    assert_eq!(pty.modes(), pty.found());

    let pty = sh("stty -echo");
    pty.exit();
    assert_ne!(pty.modes(), pty.found(), "the line discipline counts");
}

#[test]
fn questions_to_the_terminal_are_answered() {
    let pty = sh("stty raw -echo; printf 'ab\\033[6n'; head -c 6 | od -An -c; printf done");
    pty.until("done");
    assert!(
        pty.snapshot().contains("033   [   1   ;   3   R"),
        "{}",
        pty.snapshot()
    );
}

#[test]
fn a_copy_reaches_the_clipboard() {
    let pty = sh("printf '\\033]52;c;aGk=\\033\\\\done'; read -r _");
    pty.until("done");
    assert_eq!(pty.clipboard(), b"aGk=");
}

#[test]
fn a_paste_has_brackets_when_asked_for() {
    let pty = sh("stty raw -echo; printf '\\033[?2004hready'; head -c 14 | od -An -c; printf done");
    pty.until("ready");
    pty.paste("hi");
    pty.until("done");
    assert!(
        pty.snapshot().contains("[   2   0   0   ~   h   i"),
        "{}",
        pty.snapshot()
    );
}

#[test]
fn a_resize_reaches_the_program() {
    let program = Program::new(
        "sh",
        &[
            "-c",
            "trap 'stty size' WINCH; stty size; while :; do read -r _; done",
        ],
    );
    let pty = program.size(120, 40).start();
    pty.until("40 120");
    pty.resize(50, 10);
    pty.send("<enter>");
    pty.until("10 50");
}

#[rstest]
#[case("TERM")]
#[case("HUP")]
fn a_signal_reaches_the_program(#[case] signal: &str) {
    let pty = sh("trap 'echo caught; exit 3' TERM HUP; echo up; while :; do sleep 0.1; done");
    pty.until("up");
    pty.signal(signal);
    assert_eq!(pty.exit().exit_code(), 3);
    assert!(pty.snapshot().contains("caught"));
}

#[test]
fn a_job_is_stopped_and_goes_on() {
    let script = "echo up; read -r word; echo \"got $word\"; exit 5";
    let pty = Program::new("sh", &["-c", script])
        .under_job_control()
        .start();
    pty.until("up");
    pty.send("<c-z>");
    pty.until("[stopped]");
    pty.send("<enter>");
    pty.send("again<enter>");
    pty.until("got again");
    assert_eq!(pty.exit().exit_code(), 5);
}

#[test]
fn a_stopped_job_can_be_continued_by_signals() {
    let pty = Program::new("sh", &["-c", "echo up; read -r _; exit 6"])
        .under_job_control()
        .start();
    pty.until("up");
    pty.signal("TSTP");
    pty.until("[stopped]");
    pty.send("<enter>");
    pty.send("<enter>");
    assert_eq!(pty.exit().exit_code(), 6);
}

#[test]
fn the_real_binary_starts() {
    let program = Program::dualscope(&["--version"]).env("DUALSCOPE_CONFIG", "/dev/null");
    assert!(program.home().is_dir());
    assert_eq!(program.start().exit().signal(), None);
}

#[rstest]
#[case("a<lt>b", "a<b")]
#[case("<c-c><c-[><a-x><esc>", "\x03\x1b\x1bx\x1b")]
#[case("<up><c-right><s-tab><f12>", "\x1b[A\x1b[1;5C\x1b[Z\x1b[24~")]
fn keys_have_names(#[case] keys: &str, #[case] bytes: &str) {
    assert_eq!(bytes_of(keys), bytes.as_bytes());
}

#[test]
#[should_panic(expected = "there is no key `<bogus>`")]
fn an_unknown_key_is_refused() {
    bytes_of("<bogus>");
}
