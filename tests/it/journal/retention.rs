//! What goes after its time, and all that stays.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

use dualscope::domain::intent::{Ending, Fact, IntentId};
use dualscope::journal::{Journal, JournalError, Swept};

use super::made::{self, Bench};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    i64::try_from(since.unwrap().as_millis()).unwrap()
}

/// Sweeps as a program that starts so many days later would.
fn sweep_after(journal: &Journal, days: u32) -> Swept {
    let later = i64::try_from((DAY * days).as_millis()).unwrap();
    journal.sweep(now_ms() + later, DAY * 30)
}

/// A file of a program that is gone, with one intent that ended so.
fn left(bench: &Bench, ending: Option<Ending>) -> (IntentId, std::path::PathBuf) {
    let (journal, intent) = (bench.journal(), made::intent());
    journal.append(&intent, &made::planned()).unwrap();
    if let Some(ending) = ending {
        let said = String::new();
        journal
            .append(&intent, &Fact::Ended { ending, said })
            .unwrap();
    }
    (intent, journal.own().path().to_owned())
}

#[test]
fn a_finished_write_stays_for_its_time_and_then_goes_with_all_that_belongs_to_it() {
    let bench = Bench::new();
    let (intent, path) = left(&bench, Some(Ending::Done));
    let journal = bench.journal();
    journal.create_output(&intent, 1).unwrap();
    journal.create_output(&intent, 12).unwrap();
    fs::write(format!("{}.torn", path.display()), "torn").unwrap();
    let other = journal.create_output(&made::intent(), 1).unwrap().0;

    assert_eq!(sweep_after(&journal, 29), Swept::default());
    assert_eq!(bench.names().len(), 5);
    let swept = sweep_after(&journal, 31);
    assert_eq!((swept.removed.len(), swept.faults.len()), (4, 0));
    assert_eq!(
        swept.removed.last(),
        Some(&path),
        "the file itself goes last"
    );
    let left = [other.file_name().unwrap().to_str().unwrap()];
    assert_eq!(bench.names(), left, "what belongs to nobody known stays");
}

#[test]
fn what_is_open_damaged_held_or_foreign_stays_for_good() {
    let bench = Bench::new();
    left(&bench, None);
    left(&bench, Some(Ending::Unknown));
    let (_, damaged) = left(&bench, Some(Ending::Done));
    let mut bytes = fs::read(&damaged).unwrap();
    bytes[40] ^= 1;
    fs::write(&damaged, bytes).unwrap();
    let running = bench.journal();
    let intent = made::intent();
    running.append(&intent, &made::planned()).unwrap();
    running.append(&intent, &made::done()).unwrap();
    fs::write(bench.dir().join("notes.txt"), "theirs").unwrap();
    fs::write(
        bench.dir().join(format!("{}.jsonl", made::intent())),
        "junk",
    )
    .unwrap();

    let before = bench.names();
    let swept = sweep_after(&bench.journal(), 3650);
    assert_eq!(swept, Swept::default());
    assert_eq!(bench.names(), before);
    drop(running);
    assert_eq!(sweep_after(&bench.journal(), 3650).removed.len(), 1);
}

#[test]
fn a_file_that_was_touched_of_late_stays_whatever_its_facts_say() {
    let bench = Bench::new();
    let (_, path) = left(&bench, Some(Ending::Done));
    let file = File::options().append(true).open(&path).unwrap();
    file.set_modified(SystemTime::now() + DAY * 20).unwrap();
    assert_eq!(sweep_after(&bench.journal(), 31), Swept::default());
    assert_eq!(sweep_after(&bench.journal(), 51).removed, [path]);
}

#[test]
fn the_empty_file_of_a_program_that_died_at_birth_goes_too() {
    let bench = Bench::new();
    left(&bench, None);
    let unborn = bench.dir().join(format!("{}.new", made::intent()));
    fs::write(&unborn, "").unwrap();
    let journal = bench.journal();
    assert_eq!(journal.survey().faults, []);
    assert_eq!(sweep_after(&journal, 31).removed, [unborn]);
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_client_writes_into_a_private_file_that_is_made_once() {
    let bench = Bench::new();
    let (journal, intent) = (bench.journal(), made::intent());
    let (path, _file) = journal.create_output(&intent, 2).unwrap();
    assert_eq!(path, journal.output_path(&intent, 2));
    assert_eq!((mode(&bench.dir()), mode(&path)), (0o700, 0o600));
    fs::write(&path, "root=0x…").unwrap();
    assert!(matches!(
        journal.create_output(&intent, 2),
        Err(JournalError::Open { .. })
    ));
    assert_eq!(fs::read_to_string(&path).unwrap(), "root=0x…");
    let named = IntentId("../x".into());
    assert!(matches!(
        journal.create_output(&named, 1),
        Err(JournalError::Name)
    ));
    assert_eq!(journal.survey().faults, [], "it is not foreign");
}
