//! A real system that refuses a write in the middle: the size of files is limited for a child.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use dualscope::domain::intent::Fact;
use dualscope::journal::{Journal, JournalError};

use super::made::{self, Bench, RULES};

const FOLDER: &str = "DUALSCOPE_TEST_JOURNAL_LIMIT";

/// Runs in the child alone: writes until the system refuses, and goes on with what still fits.
#[test]
fn inside_the_limit() {
    let Ok(folder) = env::var(FOLDER) else {
        return;
    };
    let journal = Journal::new(Path::new(&folder), RULES);
    let intent = made::intent();
    journal.append(&intent, &made::planned()).unwrap();
    let refused = (1..1000).find_map(|attempt| {
        let fact = Fact::Submitting {
            attempt,
            boot: None,
            alone: false,
        };
        journal.append(&intent, &fact).err()
    });
    assert!(
        matches!(refused, Some(JournalError::NotWritten(_))),
        "{refused:?}"
    );
    let length = fs::metadata(journal.own().path()).unwrap().len();
    // A shorter line may still fit; whatever happens, there are only whole lines.
    let _ = journal.append(&intent, &Fact::Indexed);
    let text = fs::read_to_string(journal.own().path()).unwrap();
    assert!(text.ends_with('\n') && text.len() as u64 >= length);
    fs::write(Path::new(&folder).with_extension("proof"), "done").unwrap();
}

#[test]
fn a_file_that_may_not_grow_keeps_whole_lines_only() {
    let bench = Bench::new();
    let me = env::current_exe().unwrap();
    let script =
        "trap '' XFSZ; ulimit -f 4 && exec \"$0\" --exact journal::limits::inside_the_limit";
    let run = Command::new("sh")
        .args(["-c", script])
        .arg(me)
        .env(FOLDER, bench.dir())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(run.status.success(), "{said}");
    let proof = bench.dir().with_extension("proof");
    assert!(proof.exists(), "the child did run: {said}");

    let survey = bench.journal().survey();
    assert_eq!(survey.faults, [], "no torn line is left");
    assert!(survey.entries[0].story.attempts > 3);
    let entry = &survey.entries[0];
    let adopted = bench.journal().adopt(entry).unwrap();
    adopted
        .appender
        .append(&entry.story.intent, &made::done())
        .unwrap();
    assert_eq!(bench.journal().survey().open().count(), 0);
}
