//! Who may write a file: one program at a time, the next only when the first is gone.

use std::fs::{self, File};
use std::sync::Barrier;
use std::thread;

use dualscope::domain::intent::{Ending, Fact};
use dualscope::journal::{JournalError, Owner};

use super::made::{self, Bench};

#[test]
fn a_running_program_keeps_its_file_and_a_dead_ones_is_taken_over_once() {
    let bench = Bench::new();
    let (first, intent) = (bench.journal(), made::intent());
    first.append(&intent, &made::planned()).unwrap();

    let second = bench.journal();
    let entry = second.survey().entries[0].clone();
    assert_eq!(entry.owner, Owner::Running);
    assert!(matches!(second.adopt(&entry), Err(JournalError::Held)));
    assert!(matches!(
        first.adopt(&first.survey().entries[0]),
        Err(JournalError::Held)
    ));

    drop(first);
    let entry = second.survey().entries[0].clone();
    assert_eq!(entry.owner, Owner::Gone);
    let adopted = second.adopt(&entry).unwrap();
    let third = bench.journal();
    assert!(matches!(third.adopt(&entry), Err(JournalError::Held)));
    assert_eq!(third.survey().entries[0].owner, Owner::Running);

    let attempt = Fact::Submitting {
        attempt: 1,
        boot: None,
        alone: false,
    };
    adopted.appender.append(&intent, &attempt).unwrap();
    drop(adopted);
    let adopted = third.adopt(&entry).unwrap();
    assert_eq!(adopted.story.attempts, 1, "read again under the lock");
}

#[test]
fn an_intent_that_another_program_closed_is_not_taken_over() {
    let bench = Bench::new();
    let intent = made::intent();
    bench.journal().append(&intent, &made::planned()).unwrap();
    let (second, third) = (bench.journal(), bench.journal());
    let entry = third.survey().entries[0].clone();
    let adopted = second.adopt(&second.survey().entries[0]).unwrap();
    adopted.appender.append(&intent, &made::done()).unwrap();
    drop(adopted);
    assert!(matches!(third.adopt(&entry), Err(JournalError::Closed(_))));

    fs::remove_file(&entry.file).unwrap();
    assert!(matches!(third.adopt(&entry), Err(JournalError::Gone)));
}

#[test]
fn of_many_that_want_a_file_at_once_exactly_one_has_it() {
    let bench = Bench::new();
    let intent = made::intent();
    bench.journal().append(&intent, &made::planned()).unwrap();
    let start = Barrier::new(6);
    let takers: Vec<_> = thread::scope(|scope| {
        let taker = || {
            let journal = bench.journal();
            start.wait();
            let entry = journal.survey().entries[0].clone();
            journal.adopt(&entry)
        };
        let all: Vec<_> = (0..6).map(|_| scope.spawn(taker)).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let (won, lost): (Vec<_>, Vec<_>) = takers.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    assert!(
        lost.iter()
            .all(|one| matches!(one, Err(JournalError::Held)))
    );
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a thread of its own, no worker; the other one has to be waiting by then"
)]
fn somebody_who_only_looks_is_no_owner() {
    let bench = Bench::new();
    let intent = made::intent();
    bench.journal().append(&intent, &made::planned()).unwrap();
    let journal = bench.journal();
    let entry = journal.survey().entries[0].clone();
    let looking = File::open(&entry.file).unwrap();
    looking.try_lock_shared().unwrap();
    let adopted = thread::scope(|scope| {
        let waiting = scope.spawn(|| journal.adopt(&entry));
        thread::sleep(std::time::Duration::from_millis(20));
        looking.unlock().unwrap();
        waiting.join().unwrap()
    });
    assert!(adopted.is_ok(), "{adopted:?}");
}

#[test]
fn an_intent_that_was_left_is_open_and_goes_on_in_its_own_file() {
    let bench = Bench::new();
    let (first, intent) = (bench.journal(), made::intent());
    first.append(&intent, &made::planned()).unwrap();
    let left = Fact::Ended {
        ending: Ending::Unknown,
        said: "the client did not answer".to_owned(),
    };
    first.append(&intent, &left).unwrap();
    drop(first);
    let second = bench.journal();
    let adopted = second
        .adopt(second.survey().open().next().unwrap())
        .unwrap();
    adopted.appender.append(&intent, &made::done()).unwrap();
    assert_eq!(second.survey().open().count(), 0);
    assert_eq!(bench.names().len(), 1, "no file of its own was needed");
}
