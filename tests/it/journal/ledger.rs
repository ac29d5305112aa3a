//! The journal behind the port that a write knows.

use std::fs;
use std::sync::Arc;

use dualscope::domain::intent::{Decision, Ending, Fact, Ledger, Owner};

use super::made::{self, Bench};

fn left() -> Fact {
    Fact::Ended {
        ending: Ending::Unknown,
        said: "the client did not answer".to_owned(),
    }
}

/// The owner of the only intent, as this program sees it.
fn owner(ledger: &dyn Ledger) -> Owner {
    ledger.survey().unwrap().entries[0].owner
}

#[test]
fn a_write_of_a_dead_program_is_finished_through_the_port() {
    let bench = Bench::new();
    let first: Arc<dyn Ledger> = Arc::new(bench.journal());
    let second: Arc<dyn Ledger> = Arc::new(bench.journal());
    let intent = first.name();
    first.append(&intent, &made::planned()).unwrap();
    assert_eq!(owner(&*first), Owner::Ours);
    assert_eq!(owner(&*second), Owner::Alive);
    let said = second.adopt(&intent).unwrap_err();
    assert!(said.hint.contains("other program ends"), "{said}");

    drop(first);
    assert_eq!(owner(&*second), Owner::Gone);
    let (story, ledger) = second.adopt(&intent).unwrap();
    assert!(story.is_open());
    assert_eq!(owner(&*second), Owner::Ours);
    assert!(second.adopt(&intent).is_err(), "not twice at a time");
    ledger.append(&intent, &made::done()).unwrap();
    assert!(!second.survey().unwrap().entries[0].story.is_open());
    assert_eq!(
        second.output(&intent, 1),
        bench.dir().join(format!("{intent}-1.log"))
    );
}

#[test]
fn two_intents_of_one_file_are_taken_over_side_by_side() {
    let bench = Bench::new();
    let first = bench.journal();
    let (one, two) = (made::intent(), made::intent());
    for intent in [&one, &two] {
        first.append(intent, &made::planned()).unwrap();
    }
    drop(first);
    let second: Arc<dyn Ledger> = Arc::new(bench.journal());
    let (_, first_ledger) = second.adopt(&one).unwrap();
    let (_, second_ledger) = second.adopt(&two).unwrap();
    second_ledger.append(&two, &made::done()).unwrap();
    first_ledger.append(&one, &left()).unwrap();
    let survey = second.survey().unwrap();
    assert_eq!(survey.faults, [""; 0]);
    assert!(second.adopt(&two).is_err(), "held, and closed");
    drop((first_ledger, second_ledger));
    assert!(second.adopt(&two).is_err(), "closed");
    let third: Arc<dyn Ledger> = Arc::new(bench.journal());
    assert!(third.adopt(&one).is_ok(), "released");
}

#[test]
fn what_this_program_left_it_may_take_up_with_and_without_an_end_and_once_at_a_time() {
    let bench = Bench::new();
    let journal: Arc<dyn Ledger> = Arc::new(bench.journal());
    let intent = journal.name();
    journal.append(&intent, &made::planned()).unwrap();
    let (story, ledger) = journal.adopt(&intent).unwrap();
    assert_eq!(story.ended, None, "its end could not be written down");
    let said = journal.adopt(&intent).unwrap_err();
    assert!(said.said.contains("already"), "{said}");
    drop(ledger);
    journal.append(&intent, &left()).unwrap();
    let (story, ledger) = journal.adopt(&intent).unwrap();
    assert_eq!(story.ended.unwrap().0, Ending::Unknown);
    ledger.append(&intent, &made::done()).unwrap();
    assert!(journal.adopt(&made::intent()).is_err(), "nobody planned it");
}

#[test]
fn only_what_was_given_up_is_taken_over_once_more_and_opened_by_a_fact() {
    let bench = Bench::new();
    let first = bench.journal();
    let (given_up, done, open) = (made::intent(), made::intent(), made::intent());
    for intent in [&given_up, &done, &open] {
        first.append(intent, &made::planned()).unwrap();
    }
    let end = Fact::Ended {
        ending: Ending::GivenUp,
        said: "given up".to_owned(),
    };
    first.append(&given_up, &end).unwrap();
    first.append(&done, &made::done()).unwrap();
    let second: Arc<dyn Ledger> = Arc::new(bench.journal());
    assert!(second.readopt(&given_up).is_err(), "its program runs");
    drop(first);

    assert!(second.adopt(&given_up).is_err(), "it is closed");
    for intent in [&done, &open] {
        assert!(second.readopt(intent).is_err(), "it was not given up");
    }
    let (story, ledger) = second.readopt(&given_up).unwrap();
    assert!(story.is_given_up() && !story.is_open());
    assert!(second.readopt(&given_up).is_err(), "not twice at a time");
    let is_open = || {
        let entries = second.survey().unwrap().entries.into_iter();
        let mut stories = entries.map(|entry| entry.story);
        stories.any(|story| story.intent == given_up && story.is_open())
    };
    assert!(!is_open(), "nothing was decided");
    let decided = Fact::Decided(Decision::Finish);
    ledger.append(&given_up, &decided).unwrap();
    assert!(is_open());
    drop(ledger);
    assert!(second.readopt(&given_up).is_err(), "it is open");
    assert!(second.adopt(&given_up).is_ok());
}

#[test]
fn faults_are_sentences_and_an_unreadable_folder_is_no_empty_journal() {
    let bench = Bench::new();
    let journal: Arc<dyn Ledger> = Arc::new(bench.journal());
    fs::write(bench.dir(), "in the way").unwrap();
    assert!(journal.survey().is_err());
    let said = journal
        .append(&journal.name(), &made::planned())
        .unwrap_err();
    assert!(said.said.contains("nothing was written"), "{said}");
    fs::remove_file(bench.dir()).unwrap();

    let intent = journal.name();
    journal.append(&intent, &made::planned()).unwrap();
    let torn = bench.dir().join(format!("{}.jsonl", made::intent()));
    fs::write(&torn, "{\"v\":1").unwrap();
    let faults = journal.survey().unwrap().faults;
    assert_eq!(faults.len(), 1);
    assert!(faults[0].contains("line 1: torn at its end"), "{faults:?}");
}
