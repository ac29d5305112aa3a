//! The log file of the whole process.

use std::fs;

use dualscope::config::{Log, LogLevel, logging};

use super::{World, mode};

/// One test, since a process has one log.
#[test]
fn the_log_is_private_and_holds_only_what_dualscope_says() {
    let world = World::new();
    let dir = world.around.home.join("state/log");
    let off = Log {
        level: LogLevel::Off,
        dir: dir.clone(),
    };
    drop(logging::start(&off).expect("nothing to do"));
    assert!(!dir.exists(), "level off makes no file");

    let log = Log {
        level: LogLevel::Info,
        dir: dir.clone(),
    };
    let guard = logging::start(&log).expect("a folder of our own");
    tracing::info!(target: "dualscope::task", task = 7, "started");
    tracing::debug!(target: "dualscope::task", "below the level");
    tracing::error!(target: "jsonrpsee_core::client", "a request with a value");
    drop(guard);

    let file = dir.join(logging::FILE);
    let text = fs::read_to_string(&file).expect("the log");
    assert!(
        text.contains("INFO dualscope::task: started task=7"),
        "{text}"
    );
    assert!(!text.contains("below the level"), "{text}");
    assert!(!text.contains("a request with a value"), "{text}");
    assert_eq!(mode(&file), 0o600);
    assert_eq!(mode(&dir), 0o700);
}

#[test]
fn a_log_that_cannot_be_written_says_what_to_do() {
    let world = World::new().here("log", "a file, no folder");
    let log = Log {
        level: LogLevel::Info,
        dir: world.around.cwd.join("log"),
    };

    let fault = logging::start(&log)
        .err()
        .expect("a file is in the way")
        .to_string();

    assert!(
        world
            .portable(&fault)
            .starts_with("/here/log: the log cannot be written here: "),
        "{fault}"
    );
    assert!(fault.contains("`log.dir`"), "{fault}");
}
