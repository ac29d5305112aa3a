//! Where copied text goes, and what is said about it.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::{Arc, Mutex};

use super::*;
use crate::tui::terminal::Tty;

#[derive(Debug, Default)]
struct Paper(Mutex<Vec<u8>>);

impl Tty for Paper {
    fn raw(&self, _: bool) -> io::Result<()> {
        Ok(())
    }
    fn send(&self, bytes: &[u8]) -> io::Result<()> {
        self.0.lock().unwrap().extend(bytes);
        Ok(())
    }
}

fn copied(text: &str, between: Between) -> (String, String, tempfile::TempDir) {
    let (paper, state) = (Arc::new(Paper::default()), tempfile::tempdir().unwrap());
    let guard = Guard::enter(paper.clone(), false).unwrap();
    paper.0.lock().unwrap().clear();
    let said = match copy(text, guard.out(), &state.path().join("new"), between) {
        Outside::Copied(said) => said,
        other => panic!("{other:?}"),
    };
    let sent = String::from_utf8(paper.0.lock().unwrap().clone()).unwrap();
    (said, sent, state)
}

#[test]
fn text_goes_to_the_terminal_as_base64_and_its_size_is_said() {
    let (said, sent, _) = copied("héllo\x1b", Between::Nobody);
    assert_eq!(sent, "\x1b]52;c;aMOpbGxvGw==\x07");
    assert_eq!(
        said,
        "sent 7 bytes to the terminal's clipboard (OSC 52); some terminals ignore it"
    );
}

#[test]
fn inside_tmux_the_message_says_what_tmux_needs() {
    let (said, sent, _) = copied("x", Between::Tmux);
    assert_eq!(sent, "\x1b]52;c;eA==\x07");
    assert!(
        said.contains("1 byte") && said.contains("set-clipboard on"),
        "{said}"
    );
}

#[test]
fn what_would_not_arrive_is_written_to_a_private_file() {
    let long = "x".repeat(MOST_COPIED + 1);
    for (text, between, why) in [
        (long.as_str(), Between::Nobody, "too much"),
        ("short", Between::Screen, "GNU screen"),
    ] {
        let (said, sent, _state) = copied(text, between);
        assert_eq!(sent, "");
        assert!(said.contains(why), "{said}");
        assert!(said.contains(&human::exact_bytes(text.len())), "{said}");
        let path = said.rsplit_once(" to ").unwrap().1;
        assert_eq!(std::fs::read_to_string(path).unwrap(), text);
        let mode = std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let (_, sent, _) = copied(&long[1..], Between::Nobody);
    assert!(sent.len() <= 100_000 && sent.starts_with("\x1b]52"));
}
