//! What a session leaves on the disk, and what the next one finds there. No server is needed: what
//! was typed is remembered whether a store answers or not.

mod closed;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::support::program::Program;
use crate::support::pty::Pty;

/// Nobody listens there.
const NOWHERE: &str = "mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=200";

fn session(state: &Path) -> Pty {
    let program = Program::dualscope(&["--mongo-uri", NOWHERE, "memcells"])
        .env("DUALSCOPE_STATE", state.to_str().unwrap());
    let pty = program.size(120, 30).start();
    pty.until("memcells ·");
    pty
}

fn leave(pty: &Pty) {
    pty.send("<c-c>");
    assert_eq!(pty.exit().exit_code(), 0, "{}", pty.snapshot());
}

#[test]
fn a_filter_and_a_choice_of_columns_are_there_after_a_restart_in_private_files() {
    let folder = tempfile::tempdir().unwrap();
    let state = &folder.path().join("state");
    let pty = session(state);
    pty.send("f");
    pty.until("filter: ");
    pty.send("user_id:bob<enter>");
    pty.until("user_id:bob ·");
    pty.send("C");
    pty.until("Columns (enter shows or hides)");
    pty.send("type<enter>");
    pty.until("● type");
    pty.send("+");
    pty.until("cells");
    pty.send("<esc>");
    pty.until_screen("the menu gone", |screen| {
        !screen.contents().contains("Columns (enter")
    });
    leave(&pty);
    for name in ["filters.json", "columns.json"] {
        let mode = fs::metadata(state.join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }

    let pty = session(state);
    pty.send("f");
    pty.until("earlier filters");
    pty.send("typed<up>");
    pty.until("filter: user_id:bob");
    pty.send("<down>");
    pty.until("filter: typed");
    pty.send("<esc>");
    pty.until_screen("the line gone", |screen| {
        !screen.contents().contains("filter: ")
    });
    pty.send("C");
    pty.until("● type");
    pty.until("cells");
    pty.send("<esc>");
    pty.until_screen("the menu gone", |screen| {
        !screen.contents().contains("Columns (enter")
    });
    leave(&pty);
}

#[test]
fn what_was_chosen_on_the_screen_is_what_config_show_tells() {
    let folder = tempfile::tempdir().unwrap();
    let state = &folder.path().join("state");
    let pty = session(state);
    pty.send("C");
    pty.until("Columns (enter shows or hides)");
    pty.send("type<enter>");
    pty.until("● type");
    pty.send("<esc>");
    pty.until_screen("the menu gone", |screen| {
        !screen.contents().contains("Columns (enter")
    });
    leave(&pty);

    let config = folder.path().join("config.toml");
    let text = "[browse.columns]\nmemcells = [\"of_the_file\"]\nlogs = [\"of_the_file\"]\n";
    fs::write(&config, text).unwrap();
    let shown = |name: &str| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_dualscope"))
            .args(["config", "show", "--config", config.to_str().unwrap()])
            .env("HOME", folder.path())
            .env("DUALSCOPE_STATE", state)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let line = text.lines().find(|line| line.starts_with(name));
        line.unwrap_or_else(|| panic!("{name} is not in\n{text}"))
            .to_owned()
    };
    let chosen = shown("browse.columns.memcells");
    assert!(
        chosen.contains("type") && !chosen.contains("of_the_file"),
        "{chosen}"
    );
    assert!(
        chosen.ends_with("chosen on the screen (~/state/columns.json)"),
        "{chosen}"
    );
    let logs = shown("browse.columns.logs");
    assert!(
        logs.contains("of_the_file") && logs.ends_with("config.toml:3"),
        "{logs}"
    );
}

#[test]
fn a_file_that_cannot_be_understood_is_said_once_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path();
    fs::write(state.join("filters.json"), "{ torn").unwrap();
    let pty = session(state);
    pty.until("filters.json");
    leave(&pty);
    let kept = fs::read_to_string(state.join("filters.json.unreadable")).unwrap();
    assert_eq!(kept, "{ torn");

    let pty = session(state);
    pty.send("@");
    pty.until("Messages");
    assert!(
        !pty.snapshot().contains("filters.json"),
        "{}",
        pty.snapshot()
    );
    pty.send("<esc>");
    pty.until_screen("the page gone", |screen| {
        !screen.contents().contains("Messages")
    });
    leave(&pty);
}

#[test]
fn the_demo_leaves_nothing_behind_whatever_was_chosen_in_it() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().to_str().unwrap();
    let program = Program::dualscope(&["demo", "memcells"])
        .env("HOME", path)
        .env("TMPDIR", path);
    let pty = program.size(120, 30).start();
    pty.until("of 159");
    pty.send("f");
    pty.until("filter: ");
    pty.send("group_id:grp_ryori<enter>");
    pty.until("group_id:grp_ryori ·");
    pty.send("C");
    pty.until("Columns (enter shows or hides)");
    pty.send("<right>");
    pty.send("<esc>");
    pty.until_screen("the menu gone", |screen| {
        !screen.contents().contains("Columns (enter")
    });
    pty.send("f");
    pty.until("earlier filters");
    pty.send("<esc>");
    pty.until_screen("the line gone", |screen| {
        !screen.contents().contains("filter: ")
    });
    leave(&pty);
    let left: Vec<_> = fs::read_dir(home.path()).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}
