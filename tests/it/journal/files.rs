//! One file of one program: when it is made, what it is, and what a fact must be.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::{fs, thread};

use dualscope::domain::intent::{Fact, IntentId, Phase};
use dualscope::journal::{JournalError, Lookup, Owner};

use super::made::{self, Bench};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_session_that_only_reads_leaves_nothing_behind() {
    let bench = Bench::new();
    let journal = bench.journal();
    assert_eq!(journal.survey().entries, []);
    assert_eq!(journal.survey().faults, []);
    drop(journal);
    assert_eq!(fs::read_dir(bench.state.path()).unwrap().count(), 0);
}

#[test]
fn the_first_fact_makes_a_private_file_in_a_private_folder() {
    let bench = Bench::new();
    let journal = bench.journal();
    journal.append(&made::intent(), &made::planned()).unwrap();
    assert_eq!(mode(&bench.dir()), 0o700);
    let path = journal.own().path().to_owned();
    assert_eq!(mode(&path), 0o600);
    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
    assert_eq!(bench.names(), [name], "and nothing beside it");
}

#[test]
fn a_folder_that_others_may_enter_is_closed_before_anything_is_in_it() {
    let bench = Bench::new();
    fs::create_dir(bench.dir()).unwrap();
    fs::set_permissions(bench.dir(), fs::Permissions::from_mode(0o755)).unwrap();
    bench
        .journal()
        .append(&made::intent(), &made::planned())
        .unwrap();
    assert_eq!(mode(&bench.dir()), 0o700);
}

#[test]
fn a_whole_life_is_told_as_it_was_lived() {
    let bench = Bench::new();
    let (journal, intent) = (bench.journal(), made::intent());
    for fact in made::whole_life() {
        journal.append(&intent, &fact).unwrap();
    }
    let survey = journal.survey();
    assert_eq!(survey.faults, []);
    let [entry] = &survey.entries[..] else {
        panic!("one story: {survey:?}");
    };
    assert_eq!((entry.owner, entry.whole), (Owner::Here, true));
    let story = &entry.story;
    assert_eq!((story.phase, story.attempts), (Phase::Indexed, 2));
    assert_eq!(story.receipt.sequence, Some(8));
    assert!(!story.is_open());
    assert_eq!(survey.open().count(), 0);
    assert_eq!(survey.done_of(&made::place(), &made::key()).count(), 1);
    let other = "memcells:other".parse().unwrap();
    assert_eq!(survey.done_of(&made::place(), &other).count(), 0);
}

#[test]
fn facts_must_be_about_an_intent_that_was_planned_here_once() {
    let bench = Bench::new();
    let (journal, intent) = (bench.journal(), made::intent());
    let said = journal.append(&intent, &Fact::Submitted).unwrap_err();
    assert!(matches!(said, JournalError::Unplanned(_)), "{said}");
    let named = IntentId("../../x".into());
    let said = journal.append(&named, &made::planned()).unwrap_err();
    assert!(matches!(said, JournalError::Name), "{said}");
    assert_eq!(bench.names(), [""; 0]);

    journal.append(&intent, &made::planned()).unwrap();
    let said = journal.append(&intent, &made::planned()).unwrap_err();
    assert!(matches!(said, JournalError::PlannedTwice(_)), "{said}");
    let lines = fs::read_to_string(journal.own().path()).unwrap();
    assert_eq!(lines.lines().count(), 1);
}

#[test]
fn an_intent_is_found_by_its_name_or_by_a_beginning_that_only_it_has() {
    let bench = Bench::new();
    let journal = bench.journal();
    let named = |last: &str| IntentId(format!("01890000-0000-7000-8000-0000000000{last}").into());
    for last in ["aa", "ab", "bb"] {
        journal.append(&named(last), &made::planned()).unwrap();
    }
    let survey = journal.survey();
    let one = |name: &str| match survey.find(name) {
        Lookup::One(entry) => entry.story.intent.to_string(),
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!(one(&named("ab").0), &*named("ab").0);
    assert_eq!(one("01890000-0000-7000-8000-0000000000b"), &*named("bb").0);
    assert_eq!(one("01890000-0000-7000-8000-0000000000AA"), &*named("aa").0);
    let Lookup::Many(many) = survey.find("0189") else {
        panic!("three");
    };
    assert_eq!(many.len(), 3);
    assert_eq!(survey.find("ffff"), Lookup::None);
    assert_eq!(survey.find(""), Lookup::None);
}

#[test]
fn many_threads_and_two_programs_write_whole_lines() {
    let bench = Bench::new();
    let journals = [bench.journal(), bench.journal()];
    thread::scope(|scope| {
        for journal in &journals {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..5 {
                        let intent = made::intent();
                        for fact in made::whole_life() {
                            journal.append(&intent, &fact).unwrap();
                        }
                    }
                });
            }
        }
        // somebody who looks all the time neither sees a fault nor stops anybody
        for _ in 0..20 {
            assert_eq!(journals[0].survey().faults, []);
        }
    });
    let survey = journals[0].survey();
    assert_eq!(survey.faults, []);
    assert_eq!(survey.entries.len(), 40);
    assert_eq!(survey.open().count(), 0);
    let newest_first = survey.entries.is_sorted_by_key(|entry| {
        std::cmp::Reverse((entry.story.since, entry.story.intent.clone()))
    });
    assert!(newest_first);
}

#[test]
fn a_folder_that_cannot_be_written_is_said_and_the_next_try_is_a_new_one() {
    let bench = Bench::new();
    // A file in its place stops root as well, which no mode does.
    fs::write(bench.dir(), "in the way").unwrap();
    let (journal, intent) = (bench.journal(), made::intent());
    let said = journal.append(&intent, &made::planned()).unwrap_err();
    assert!(matches!(said, JournalError::Open { .. }), "{said}");
    assert!(said.to_string().contains("nothing was written"), "{said}");
    assert_eq!(
        journal.survey().faults.len(),
        1,
        "and it is no empty journal"
    );

    fs::remove_file(bench.dir()).unwrap();
    journal.append(&intent, &made::planned()).unwrap();
    assert_eq!(journal.survey().entries.len(), 1);
}

#[test]
fn a_file_that_could_not_have_its_name_is_no_obstacle_to_the_next_try() {
    let bench = Bench::new();
    let (journal, intent) = (bench.journal(), made::intent());
    fs::create_dir_all(journal.own().path()).unwrap();
    let said = journal.append(&intent, &made::planned()).unwrap_err();
    assert!(matches!(said, JournalError::Open { .. }), "{said}");
    assert_eq!(bench.names().len(), 1, "nothing is left of the try");
    fs::remove_dir(journal.own().path()).unwrap();
    journal.append(&intent, &made::planned()).unwrap();
    assert_eq!(journal.survey().faults, []);
}

#[test]
fn a_file_that_somebody_changed_or_removed_is_not_written_any_more() {
    let bench = Bench::new();
    let (journal, intent) = (bench.journal(), made::intent());
    journal.append(&intent, &made::planned()).unwrap();
    fs::remove_file(journal.own().path()).unwrap();
    let said = journal.append(&intent, &Fact::Submitted).unwrap_err();
    assert!(matches!(said, JournalError::Broken(_)), "{said}");
}
