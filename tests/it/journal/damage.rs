//! Files that a crash, a disk or a person left in another state than they were written.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use dualscope::domain::intent::{Fact, Story};
use dualscope::journal::{JournalError, Owner, Survey, Trouble, parse};
use proptest::prelude::*;

use super::made::{self, Bench};

/// A file whose program is gone: its bytes, and where it is.
fn left(bench: &Bench, lives: usize) -> (Vec<u8>, PathBuf) {
    let journal = bench.journal();
    let intents: Vec<_> = (0..lives).map(|_| made::intent()).collect();
    for fact in made::whole_life() {
        for intent in &intents {
            journal.append(intent, &fact).unwrap();
        }
    }
    let path = journal.own().path().to_owned();
    (fs::read(&path).unwrap(), path)
}

/// The stories that these whole lines tell, folded here by hand.
fn told(lines: &[u8]) -> Vec<Story> {
    let mut stories: Vec<Story> = Vec::new();
    for line in lines.split(|byte| *byte == b'\n') {
        let Ok(record) = parse(line) else {
            continue;
        };
        match Story::begin(record.intent.clone(), record.at, &record.fact) {
            Some(story) => stories.push(story),
            None => stories
                .iter_mut()
                .find(|story| story.intent == record.intent)
                .unwrap()
                .take(record.at, &record.fact),
        }
    }
    stories.sort_by(|a, b| (b.since, &b.intent).cmp(&(a.since, &a.intent)));
    stories
}

fn stories(survey: &Survey) -> Vec<Story> {
    let entries = survey.entries.iter();
    entries.map(|entry| entry.story.clone()).collect()
}

#[test]
fn cut_at_any_byte_every_whole_line_counts_and_the_rest_is_said() {
    let bench = Bench::new();
    let (bytes, path) = left(&bench, 2);
    let journal = bench.journal();
    for length in 0..bytes.len() {
        fs::write(&path, &bytes[..length]).unwrap();
        let survey = journal.survey();
        let whole = bytes[..length].iter().rposition(|byte| *byte == b'\n');
        let whole = whole.map_or(0, |at| at + 1);
        assert_eq!(stories(&survey), told(&bytes[..whole]), "cut at {length}");
        assert!(survey.entries.iter().all(|entry| entry.whole));
        let troubles: Vec<_> = survey.faults.iter().map(|fault| fault.trouble).collect();
        let torn = if whole == length {
            vec![]
        } else {
            vec![Trouble::Torn]
        };
        assert_eq!(troubles, torn, "cut at {length}");
    }
}

#[test]
fn adopted_after_any_cut_a_file_goes_on_with_whole_lines_and_nothing_is_lost() {
    let bench = Bench::new();
    let (bytes, path) = left(&bench, 1);
    let first = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let last = bytes[..bytes.len() - 1]
        .iter()
        .rposition(|byte| *byte == b'\n')
        .unwrap()
        + 1;
    for length in (first..=last + 40).step_by(7).chain([last]) {
        fs::write(&path, &bytes[..length]).unwrap();
        let journal = bench.journal();
        let entry = journal.survey().entries[0].clone();
        let adopted = journal.adopt(&entry).unwrap();
        assert_eq!(adopted.story, entry.story);
        let whole = bytes[..length]
            .iter()
            .rposition(|byte| *byte == b'\n')
            .unwrap()
            + 1;
        assert_eq!(adopted.torn.is_some(), whole < length);
        if let Some(torn) = &adopted.torn {
            assert_eq!(fs::read(torn).unwrap(), &bytes[whole..length]);
            assert_eq!(
                fs::metadata(torn).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
        adopted
            .appender
            .append(&entry.story.intent, &made::done())
            .unwrap();
        let survey = journal.survey();
        assert_eq!(
            (survey.faults.len(), survey.open().count()),
            (0, 0),
            "{survey:?}"
        );
    }
    let torn = bench
        .names()
        .into_iter()
        .filter(|name| name.contains(".torn"));
    assert!(torn.count() > 10, "each torn end has a file of its own");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_flipped_bit_stops_the_reading_there_and_makes_nothing_up(at in any::<prop::sample::Index>(), bit in 0u32..8) {
        let bench = Bench::new();
        let (mut bytes, path) = left(&bench, 2);
        let at = at.index(bytes.len());
        bytes[at] ^= 1u8 << bit;
        fs::write(&path, &bytes).unwrap();
        let good = bytes[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let survey = bench.journal().survey();
        prop_assert_eq!(stories(&survey), told(&bytes[..good]));
        prop_assert_eq!(survey.faults.len(), 1);
        let fault = &survey.faults[0];
        let line = bytes[..good].split(|byte| *byte == b'\n').count() as u64;
        prop_assert_eq!(fault.line, Some(line));
        // the last line may be torn; any other is damage, and then no story is sure to be whole
        let torn = fault.trouble == Trouble::Torn;
        prop_assert!(torn || fault.trouble == Trouble::Damaged);
        let end = bytes[good..].iter().position(|byte| *byte == b'\n');
        let is_last = end.is_none_or(|end| good + end + 1 == bytes.len());
        prop_assert_eq!(torn, is_last);
        prop_assert!(survey.entries.iter().all(|entry| entry.whole == torn));
    }

    #[test]
    fn any_bytes_at_the_end_change_nothing_of_what_was_told(junk in prop::collection::vec(any::<u8>(), 1..200)) {
        let bench = Bench::new();
        let (mut bytes, path) = left(&bench, 1);
        let meant = told(&bytes);
        bytes.extend_from_slice(&junk);
        fs::write(&path, &bytes).unwrap();
        let survey = bench.journal().survey();
        prop_assert_eq!(stories(&survey), meant);
        prop_assert_eq!(survey.faults.len(), 1);
    }

    #[test]
    fn lines_in_another_order_twice_or_missing_are_never_folded(from in 0usize..8, to in 0usize..8, keep: bool) {
        let bench = Bench::new();
        let (bytes, path) = left(&bench, 1);
        let mut lines: Vec<_> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
        prop_assume!(from != to || keep);
        let line = lines[from];
        if !keep {
            lines.remove(from);
        }
        lines.insert(to.min(lines.len()), line);
        fs::write(&path, lines.concat()).unwrap();
        let survey = bench.journal().survey();
        let same = bytes.split_inclusive(|byte| *byte == b'\n').zip(&lines).take_while(|(a, b)| a == *b).count();
        prop_assert_eq!(stories(&survey), told(&lines[..same].concat()));
        prop_assert_eq!(survey.faults.len(), 1);
        prop_assert_eq!(survey.faults[0].trouble, Trouble::Damaged);
        prop_assert_eq!(survey.faults[0].line, Some(same as u64 + 1));
    }
}

#[test]
fn a_glued_line_is_damage_and_not_two_facts() {
    let bench = Bench::new();
    let (bytes, path) = left(&bench, 1);
    let second = bytes.iter().position(|byte| *byte == b'\n').unwrap();
    let third = second
        + 1
        + bytes[second + 1..]
            .iter()
            .position(|byte| *byte == b'\n')
            .unwrap();
    let mut glued = bytes.clone();
    glued.remove(third);
    fs::write(&path, glued).unwrap();
    let survey = bench.journal().survey();
    assert_eq!(survey.faults[0].line, Some(2));
    assert_eq!(stories(&survey), told(&bytes[..=second]));
}

#[test]
fn behind_damage_nothing_is_written_and_nobody_adopts() {
    let bench = Bench::new();
    let (mut bytes, path) = left(&bench, 1);
    let second = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 30;
    bytes[second] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let journal = bench.journal();
    let survey = journal.survey();
    let entry = survey.open().next().unwrap();
    assert!(!entry.whole);
    let said = journal.adopt(entry).unwrap_err();
    assert!(
        matches!(said, JournalError::Damaged { line: 2, .. }),
        "{said}"
    );
    assert_eq!(fs::read(&path).unwrap(), bytes);
    assert_eq!(bench.names().len(), 1, "and nothing was put beside it");
}

#[test]
fn what_is_not_ours_is_named_and_left_alone() {
    let bench = Bench::new();
    let (bytes, path) = left(&bench, 1);
    let dir = bench.dir();
    fs::write(dir.join("notes.txt"), "theirs").unwrap();
    fs::write(dir.join("copy.jsonl"), &bytes).unwrap();
    fs::create_dir(dir.join("old")).unwrap();
    std::os::unix::fs::symlink(&path, dir.join(path.with_extension("lnk.jsonl"))).unwrap();
    let survey = bench.journal().survey();
    assert_eq!(stories(&survey), told(&bytes));
    let troubles: Vec<_> = survey.faults.iter().map(|fault| fault.trouble).collect();
    assert_eq!(troubles, [Trouble::Foreign; 4]);
    assert_eq!(fs::read_to_string(dir.join("notes.txt")).unwrap(), "theirs");
}

#[test]
fn a_copy_of_a_file_is_no_second_set_of_intents() {
    let bench = Bench::new();
    let (bytes, path) = left(&bench, 1);
    let copy = bench.dir().join(format!("{}.jsonl", made::intent()));
    fs::write(&copy, &bytes).unwrap();
    let survey = bench.journal().survey();
    assert_eq!(stories(&survey), told(&bytes));
    assert_eq!(
        (survey.faults.len(), survey.faults[0].trouble),
        (1, Trouble::Twice)
    );
    assert_eq!(
        (&survey.entries[0].file, &survey.faults[0].file),
        (&path, &copy)
    );
}

#[test]
fn a_file_that_another_program_is_just_writing_has_no_fault() {
    let bench = Bench::new();
    let (journal, intent) = (bench.journal(), made::intent());
    journal.append(&intent, &made::planned()).unwrap();
    let path = journal.own().path().to_owned();
    let mut bytes = fs::read(&path).unwrap();
    bytes.extend_from_slice(b"{\"v\":1,\"cr");
    fs::write(&path, bytes).unwrap();
    let survey = bench.journal().survey();
    assert_eq!(
        (survey.faults.len(), survey.entries[0].owner),
        (0, Owner::Running)
    );
    let said = journal.append(&intent, &Fact::Submitted).unwrap_err();
    assert!(
        matches!(said, JournalError::Broken(_)),
        "a stranger wrote to it: {said}"
    );
}
