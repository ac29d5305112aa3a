//! Writes that are over stay in the journal for their time; the next session lets them go.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use dualscope::domain::Key;
use dualscope::domain::intent::{Ending, Fact, IntentId, Place};
use dualscope::domain::plan::{Action, Before, LiteWrite, Plan};
use dualscope::journal::{Journal, Line, Rules, print};
use tempfile::TempDir;

use super::{NOWHERE, leave};
use crate::support::devnet::KEY;
use crate::support::program::Program;

const DAY: Duration = Duration::from_secs(24 * 3600);

const STREAM: &str = "0x000000000000000000000000000000000000000000000000000000000000f2be";

/// What a session needs that could write, if anybody were there.
const WRITING: [(&str, &str); 9] = [
    ("DUALSCOPE_MONGO_URI", NOWHERE),
    ("DUALSCOPE_KV_NODE", "http://127.0.0.1:9"),
    ("DUALSCOPE_STREAM", STREAM),
    ("DUALSCOPE_WRITER__CLIENT", "/bin/true"),
    ("DUALSCOPE_WRITER__EVM_RPC", "http://127.0.0.1:9"),
    ("DUALSCOPE_WRITER__STORAGE_NODES", "http://127.0.0.1:9"),
    ("DUALSCOPE_WRITER__ENCRYPTION", "none"),
    ("DUALSCOPE_JOURNAL__RETENTION", "48 h"),
    ("ZEROG_WALLET_KEY", KEY),
];

fn facts(ended: bool) -> Vec<Fact> {
    let key: Key = "memcells:6979da5797f9041fc0aa063f".parse().unwrap();
    let plan = Plan {
        action: Action::SoftDelete,
        id: key.id_candidates().remove(0),
        key,
        before: Before {
            lite: None,
            stored: None,
        },
        value: None,
        lite: Some(LiteWrite::Update(Vec::new())),
    };
    let place = Place {
        mongo: "elsewhere:27017".to_owned(),
        database: "memsys".to_owned(),
        stream: STREAM.to_owned(),
    };
    let planned = Fact::Planned {
        place,
        plan: Arc::new(plan),
        undoes: None,
    };
    let done = Fact::Ended {
        ending: Ending::Done,
        said: "marked as deleted".to_owned(),
    };
    [planned].into_iter().chain(ended.then_some(done)).collect()
}

/// A state folder with one write that ended three days ago, one that ended a day ago, and one that
/// was left open three days ago.
struct State {
    folder: TempDir,
    files: [PathBuf; 3],
}

impl State {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("journal");
        fs::create_dir(&journal).unwrap();
        let files = [(3, true), (1, true), (3, false)].map(|(days, ended)| {
            let at = SystemTime::now() - DAY * days;
            let since = at.duration_since(SystemTime::UNIX_EPOCH).unwrap();
            let intent: IntentId = Journal::new_intent();
            let mut text = Vec::new();
            for (seq, fact) in (1..).zip(&facts(ended)) {
                let line = Line {
                    seq,
                    at: since.as_millis().try_into().unwrap(),
                    intent: &intent,
                    fact,
                };
                text.extend(print(&line, Rules { keep_values: true }));
            }
            let path = journal.join(format!("{}.jsonl", Journal::new_intent()));
            fs::write(&path, text).unwrap();
            let file = File::options().append(true).open(&path).unwrap();
            file.set_modified(at).unwrap();
            path
        });
        Self { folder, files }
    }

    /// Which of them are there.
    fn left(&self) -> [bool; 3] {
        self.files.each_ref().map(|path| path.exists())
    }

    fn path(&self) -> &str {
        self.folder.path().to_str().unwrap()
    }
}

#[test]
fn a_session_on_the_screen_lets_old_closed_writes_go_and_keeps_what_is_open() {
    let state = State::new();
    let mut program = Program::dualscope(&["memcells"]).env("DUALSCOPE_STATE", state.path());
    for (name, value) in WRITING {
        program = program.env(name, value);
    }
    let pty = program.size(120, 30).start();
    pty.until("Unfinished writes");
    pty.until("for other stores");
    assert_eq!(state.left(), [false, true, true]);
    pty.send("<esc>");
    pty.until_screen("the page gone", |screen| {
        !screen.contents().contains("Unfinished writes")
    });
    leave(&pty);
}

#[test]
fn recover_lets_old_closed_writes_go_and_keeps_what_is_open() {
    let state = State::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_dualscope"));
    command
        .args(["recover", "--json"])
        .env_clear()
        .env("HOME", state.folder.path())
        .env("DUALSCOPE_STATE", state.path())
        .envs(WRITING);
    let answer = command.output().unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&answer.stdout),
        String::from_utf8_lossy(&answer.stderr),
    );
    assert_eq!(out.lines().count(), 1, "{out}\n{err}");
    assert_eq!(state.left(), [false, true, true], "{out}\n{err}");
}
