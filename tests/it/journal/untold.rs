//! A last line that was damaged after it was on disk. It looks like one that was never finished, and
//! nothing is done behind such a one; but the client that it announced has left its output.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use dualscope::domain::intent::{
    Choice, Decision, Evidence, Fact, Fate, Finding, IntentId, Ledger, Owner, Phase, Receipt,
    Story, Verdict, judge,
};
use dualscope::domain::{Sight, Stored, Version, codec};
use pretty_assertions::assert_eq;

use super::made::{self, Bench};

fn submitting(attempt: u32) -> Fact {
    Fact::Submitting {
        attempt,
        boot: Some("this start".into()),
        alone: true,
    }
}

/// A program that is gone in the midst of this try, and one bit of its last line that flips. The
/// earlier tries ended before anything was sent.
fn left(bench: &Bench, attempt: u32) -> IntentId {
    let journal = bench.journal();
    let intent = made::intent();
    journal.append(&intent, &made::planned()).unwrap();
    for number in 1..=attempt {
        journal.append(&intent, &submitting(number)).unwrap();
        journal.create_output(&intent, number).unwrap();
    }
    let path = journal.own().path().to_owned();
    drop(journal);
    flip(&path);
    intent
}

fn flip(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let at = bytes.len() - 5;
    bytes[at] ^= 1;
    fs::write(path, bytes).unwrap();
}

fn only(ledger: &dyn Ledger) -> (Story, Owner) {
    let mut entries = ledger.survey().unwrap().entries;
    assert_eq!(entries.len(), 1);
    let entry = entries.remove(0);
    (entry.story, entry.owner)
}

/// What is said of it on the same start of the machine, its client gone before it said a word.
fn verdict(story: &Story, stored: Stored) -> Verdict {
    let evidence = Evidence {
        lite: Sight::Seen(story.plan.before.lite.clone()),
        stored: Sight::Seen(stored),
        ours_below: None,
        receipt: Receipt::default(),
        running: Some(false),
        repeatable: true,
        fate: Fate::Untold,
        boot: Some("this start".into()),
        value_by: None,
        lite_by: None,
    };
    judge(story, &evidence)
}

#[test]
fn what_an_output_tells_of_may_have_been_sent_and_is_not_given_up() {
    for attempt in [1, 2] {
        let bench = Bench::new();
        let intent = left(&bench, attempt);
        let journal: Arc<dyn Ledger> = Arc::new(bench.journal());
        let (story, owner) = only(&*journal);
        assert_eq!(owner, Owner::Gone);
        assert_eq!((story.phase, story.attempts), (Phase::Submitting, attempt));
        let output = journal.output(&intent, story.attempts);
        assert!(output.exists(), "it is what is looked at");

        let before = story.plan.before.stored.clone().unwrap();
        let untouched = verdict(&story, before);
        assert_eq!(untouched.choices, [Choice::Finish, Choice::Later]);
        let said = "whether the transaction was sent";
        assert_eq!(untouched.uncertain, [said]);

        // Stored, it is ours, and nobody else's.
        let bytes = story.plan.value.as_ref().unwrap().bytes.clone();
        let ours = Stored::Value {
            version: Version(9),
            full: codec::decode(bytes),
        };
        let stored = verdict(&story, ours);
        assert_eq!(stored.finding, Finding::Ours(Version(9)));
    }
}

#[test]
fn it_stays_so_when_the_damaged_line_is_cut_off_and_others_follow() {
    let bench = Bench::new();
    let intent = left(&bench, 1);
    let journal: Arc<dyn Ledger> = Arc::new(bench.journal());
    let (story, ledger) = journal.adopt(&intent).unwrap();
    assert_eq!((story.phase, story.attempts), (Phase::Submitting, 1));
    let decided = Fact::Decided(Decision::Finish);
    ledger.append(&intent, &decided).unwrap();
    drop((ledger, journal));

    let journal: Arc<dyn Ledger> = Arc::new(bench.journal());
    let (story, _) = only(&*journal);
    assert_eq!((story.phase, story.attempts), (Phase::Submitting, 1));
    let (_, ledger) = journal.adopt(&intent).unwrap();
    ledger.append(&intent, &submitting(2)).unwrap();
    let (story, _) = only(&*journal);
    assert_eq!((story.phase, story.attempts), (Phase::Submitting, 2));
}

#[test]
fn a_line_that_was_never_finished_has_no_output_and_nothing_was_sent() {
    let bench = Bench::new();
    let journal = bench.journal();
    let intent = made::intent();
    journal.append(&intent, &made::planned()).unwrap();
    journal.append(&intent, &submitting(1)).unwrap();
    // Another intent has one.
    journal.create_output(&made::intent(), 1).unwrap();
    let path = journal.own().path().to_owned();
    drop(journal);
    flip(&path);

    let journal: Arc<dyn Ledger> = Arc::new(bench.journal());
    let (story, _) = only(&*journal);
    assert_eq!((story.phase, story.attempts), (Phase::Planned, 0));
    let before = story.plan.before.stored.clone().unwrap();
    let choices = verdict(&story, before).choices;
    assert_eq!(choices, [Choice::Finish, Choice::Drop, Choice::Later]);
}
