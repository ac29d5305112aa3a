//! What a panic leaves behind: a place, and nothing of what the program had in hand.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use dualscope::config::{Log, LogLevel, logging};
use dualscope::tui::terminal::{Guard, Tty};

use super::{DOCUMENT, TYPED, WALLET, found, secrets, texts};

/// Names the folder of the log to the process that panics.
const FOLDER: &str = "DUALSCOPE_TEST_PANIC";

/// A terminal that takes everything.
#[derive(Debug)]
struct Deaf;

impl Tty for Deaf {
    fn raw(&self, _: bool) -> std::io::Result<()> {
        Ok(())
    }

    fn send(&self, _: &[u8]) -> std::io::Result<()> {
        Ok(())
    }
}

/// As the program is when a fault of its own ends it: with a log, and with the terminal in its hands.
fn panic_in(folder: &Path) {
    let log = Log {
        level: LogLevel::Trace,
        dir: folder.to_owned(),
    };
    let _log = logging::start(&log).unwrap();
    let guard = Guard::enter(Arc::new(Deaf), false).unwrap();
    let _hook = guard.hook(Some(folder.join(logging::FILE)));
    let all = format!("{WALLET} {DOCUMENT} {TYPED}");
    let told = all.clone();
    let task = std::thread::spawn(move || panic!("{told}")).join();
    assert!(task.is_err());
    panic!("{all}");
}

#[test]
fn a_panic_tells_its_place_and_nothing_of_what_was_in_hand() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return panic_in(Path::new(&folder));
    }
    let folder = tempfile::tempdir().unwrap();
    let name = "canary::panic::a_panic_tells_its_place_and_nothing_of_what_was_in_hand";
    let ended = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    let log = std::fs::read(folder.path().join(logging::FILE)).unwrap();
    let told = String::from_utf8_lossy(&ended.stderr).into_owned();
    let logged = String::from_utf8_lossy(&log).into_owned();
    assert!(!ended.status.success(), "{told}");
    assert!(told.contains("a fault of the program at"), "{told}");
    assert_eq!(
        logged.matches("a fault of the program").count(),
        2,
        "{logged}"
    );
    for needle in [secrets(), texts()].concat() {
        for said in [&ended.stdout, &ended.stderr, &log] {
            assert!(!found(said, &needle), "{told}\n{logged}");
        }
    }
}
