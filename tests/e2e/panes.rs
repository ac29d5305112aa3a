//! What the panes show while nothing is there, when nothing comes, and when there is nothing: in a real
//! terminal, at its smallest usual size and a large one.

use std::time::Duration;

use rstest::rstest;

use crate::support::program::Program;
use crate::support::pty::Pty;

/// Nobody listens there.
const NOWHERE: &str = "mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=200";

fn demo() -> Program {
    Program::dualscope(&["demo", "memcells"])
}

/// The screen once it stands still, but for what turns: a frame comes in pieces.
#[expect(
    clippy::disallowed_methods,
    reason = "no runtime here, only a terminal"
)]
fn still(pty: &Pty) -> String {
    let turns = |sign: char| ('\u{2801}'..='\u{28ff}').contains(&sign);
    let calm = |text: String| text.replace(turns, "◌");
    let mut seen = calm(pty.snapshot());
    for _ in 0..20 {
        std::thread::sleep(Duration::from_millis(100));
        let now = calm(pty.snapshot());
        if now == seen {
            break;
        }
        seen = now;
    }
    seen
}

/// The picture without what depends on the moment.
fn told(name: &str, pty: &Pty) {
    let (columns, rows) = pty.size();
    let mut filters = insta::Settings::clone_current();
    // how the stores answer is asked again and again
    filters.add_filter(r"(?m)^( dualscope .*?) +Mongo .*$", "$1  SIGNS");
    filters.bind(|| insta::assert_snapshot!(format!("{name}-{columns}x{rows}"), still(pty)));
}

fn leave(pty: &Pty) {
    pty.send("<c-c>");
    assert_eq!(pty.exit().exit_code(), 0, "{}", pty.snapshot());
    assert_eq!(pty.modes(), pty.found());
}

#[rstest]
#[case::small(80, 24)]
#[case::large(120, 40)]
fn loading(#[case] columns: u16, #[case] rows: u16) {
    let program = Program::dualscope(&["demo", "memcells", "--latency", "60000"]);
    let pty = program.size(columns, rows).start();
    pty.until_screen("a whole picture", |screen| {
        let text = screen.contents();
        text.contains("reading") && text.contains("? help")
    });
    told("loading", &pty);
    // and it hears keys
    pty.send("?");
    pty.until("Keys of");
    pty.send("<esc>");
    pty.until_screen("the help gone", |screen| {
        !screen.contents().contains("Keys of")
    });
    leave(&pty);
}

#[rstest]
#[case::small(80, 24)]
#[case::large(120, 40)]
fn error(#[case] columns: u16, #[case] rows: u16) {
    let program = Program::dualscope(&["--mongo-uri", NOWHERE, "memcells"]);
    let pty = program.size(columns, rows).start();
    // the message goes, the reason stays in the panes
    pty.until_screen("the list failed", |screen| {
        let text = screen.contents();
        let message = text.lines().nth(usize::from(rows) - 2).unwrap_or_default();
        let works = text
            .lines()
            .next()
            .is_none_or(|header| header.contains("task"));
        text.contains("R reads again") && !works && message.trim().is_empty()
    });
    told("error", &pty);
    leave(&pty);
}

#[rstest]
#[case::small(80, 24)]
#[case::large(120, 40)]
fn empty(#[case] columns: u16, #[case] rows: u16) {
    let pty = demo().size(columns, rows).start();
    pty.until("memcells · ");
    pty.send("f");
    pty.until("filter: ");
    pty.send("user_id:nobody<enter>");
    pty.until_screen("nothing found", |screen| {
        let text = screen.contents();
        let works = text
            .lines()
            .next()
            .is_none_or(|header| header.contains("task"));
        text.contains("no row passes the filter") && text.contains("? help") && !works
    });
    told("empty", &pty);
    leave(&pty);
}
