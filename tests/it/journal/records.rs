//! One line says one fact, exactly; a changed line says nothing.

use std::sync::Arc;

use dualscope::domain::bson::Document as BsonDocument;
use dualscope::domain::full::Head;
use dualscope::domain::intent::{Fact, IntentId, Story};
use dualscope::domain::plan::{LiteWrite, inverse};
use dualscope::domain::{Bson, Version};
use dualscope::journal::{Journal, JournalError, Line, LineFault, Rules, parse, print};
use proptest::prelude::*;

use super::made::{self, Bench, RULES};

fn line(seq: u64, at: i64, intent: &IntentId, fact: &Fact) -> Vec<u8> {
    let line = Line {
        seq,
        at,
        intent,
        fact,
    };
    let mut printed = print(&line, RULES);
    assert_eq!(printed.pop(), Some(b'\n'));
    assert!(!printed.contains(&b'\n'), "one fact, one line");
    printed
}

proptest! {
    #[test]
    fn every_fact_is_read_back_as_it_was(
        seq in any::<u64>(),
        at in any::<i64>(),
        fact in prop_oneof![made::first_fact(), made::later_fact()],
    ) {
        let intent = made::intent();
        let again = parse(&line(seq, at, &intent, &fact)).unwrap();
        prop_assert_eq!((again.seq, again.at), (seq, at));
        prop_assert_eq!(again.intent, intent);
        prop_assert_eq!(again.fact, fact);
        prop_assert_eq!(again.withheld, None);
    }

    #[test]
    fn every_plan_that_has_an_exact_form_can_be_written(fact in made::first_fact()) {
        let bench = Bench::new();
        let (journal, intent) = (bench.journal(), made::intent());
        journal.append(&intent, &fact).unwrap();
        let survey = journal.survey();
        prop_assert_eq!(&survey.faults, &[]);
        let meant = Story::begin(intent, survey.entries[0].story.since, &fact).unwrap();
        prop_assert_eq!(&survey.entries[0].story, &meant);
    }

    #[test]
    fn without_kept_values_a_plan_reads_as_one_that_nobody_asked_before(fact in made::first_fact()) {
        let rules = Rules { keep_values: false };
        let line = Line { seq: 1, at: 0, intent: &made::intent(), fact: &fact };
        let mut printed = print(&line, rules);
        printed.pop();
        let again = parse(&printed).unwrap();
        let (Fact::Planned { plan, .. }, Fact::Planned { plan: told, .. }) = (&fact, &again.fact) else {
            panic!("a planned fact");
        };
        let mut meant = plan.as_ref().clone();
        let value = meant.before.stored.as_ref().and_then(|stored| Some((stored.version()?, stored.full()?.raw.len())));
        prop_assert_eq!(again.withheld, value.map(|(version, size)| Head::Value { version, size: size as u64 }));
        if value.is_some() {
            meant.before.stored = None;
        }
        prop_assert_eq!(&**told, &meant);
    }

    #[test]
    fn any_text_ends_in_an_answer(text in "\\{\"v\":[0-9]{0,3},\"crc\":\"[0-9a-f]{0,9}\"?,?.{0,30}|.{0,40}") {
        prop_assert!(parse(text.as_bytes()).is_err());
    }
}

#[test]
fn a_line_looks_like_this() {
    let intent = IntentId("01890000-0000-7000-8000-000000000001".into());
    let printed = line(5, 1_700_000_000_000, &intent, &made::whole_life()[5]);
    insta::assert_snapshot!(
        String::from_utf8(printed).unwrap(),
        @r#"{"v":1,"crc":"acefc5b3","seq":5,"at":1700000000000,"intent":"01890000-0000-7000-8000-000000000001","what":"applied","version":8}"#
    );
}

#[test]
fn no_flipped_bit_passes() {
    let intent = made::intent();
    for fact in made::whole_life() {
        let good = line(3, 7, &intent, &fact);
        for at in 0..good.len() {
            for bit in 0..8 {
                let mut bad = good.clone();
                bad[at] ^= 1 << bit;
                let fault = parse(&bad).unwrap_err();
                assert!(
                    matches!(fault, LineFault::Damaged(_)),
                    "{at} {bit}: {fault}"
                );
            }
        }
    }
}

/// A line as this program would have printed it, with something else in it.
fn resealed(line: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = String::from_utf8(line.to_vec()).unwrap().replace(from, to);
    let (head, rest) = text.split_at(text.find("\"crc\":\"").unwrap() + 7);
    let rest = &rest[8..];
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(head.as_bytes());
    hasher.update(rest.as_bytes());
    format!("{head}{:08x}{rest}", hasher.finalize()).into_bytes()
}

#[test]
fn what_a_newer_program_wrote_is_said_and_not_guessed() {
    let (intent, life) = (made::intent(), made::whole_life());
    let planned = line(1, 7, &intent, &life[0]);
    assert!(parse(&resealed(&planned, "", "")).is_ok(), "the seal");
    for (fact, from, to) in [
        (0, "{\"v\":1", "{\"v\":2"),
        (0, "\"action\":\"edit\"", "\"action\":\"merge\""),
        (1, "\"submitting\"", "\"handing-over\""),
        (1, "\"attempt\":1", "\"attempt\":\"1\""),
        (2, "\"sent\"", "\"paid\""),
        (7, "\"finish\"", "\"ask\""),
        (8, "\"ending\":\"done\"", "\"ending\":\"merged\""),
    ] {
        let printed = line(1, 7, &intent, &life[fact]);
        let fault = parse(&resealed(&printed, from, to)).unwrap_err();
        assert!(matches!(fault, LineFault::Newer(_)), "{to}: {fault:?}");
        assert!(fault.to_string().contains("a newer dualscope"), "{fault}");
    }
}

#[test]
fn a_plan_that_would_be_told_differently_is_refused_before_anything_is_written() {
    let bench = Bench::new();
    let journal = bench.journal();
    let mut twice = made::plan("{}");
    let name = || "name".to_owned();
    let fields = vec![(name(), Bson::Int32(1)), (name(), Bson::Int32(2))];
    twice.lite = Some(LiteWrite::Insert(BsonDocument(fields)));
    let mut wrapped = made::plan("{}");
    let inner = vec![("$numberInt".to_owned(), Bson::String("1".to_owned()))];
    wrapped.id = Bson::Document(BsonDocument(inner));
    for plan in [twice, wrapped] {
        let fact = Fact::Planned {
            place: made::place(),
            plan: Arc::new(plan),
            undoes: None,
        };
        let said = journal.append(&made::intent(), &fact).unwrap_err();
        assert!(matches!(said, JournalError::Unfaithful(_)), "{said}");
    }
    assert_eq!(bench.names(), [""; 0], "not even the file was made");
}

#[test]
fn not_a_number_is_as_good_as_any_number() {
    let bench = Bench::new();
    let mut plan = made::plan("{}");
    plan.lite = Some(LiteWrite::Update(vec![(
        "score".to_owned(),
        Some(Bson::Double(f64::NAN)),
    )]));
    let fact = Fact::Planned {
        place: made::place(),
        plan: Arc::new(plan),
        undoes: None,
    };
    bench.journal().append(&made::intent(), &fact).unwrap();
}

#[test]
fn an_address_with_credentials_has_no_way_into_the_journal() {
    let bench = Bench::new();
    for mongo in ["mongodb://db:27017", "me:hunter2@db:27017"] {
        let mut fact = made::planned();
        if let Fact::Planned { place, .. } = &mut fact {
            mongo.clone_into(&mut place.mongo);
        }
        let said = bench.journal().append(&made::intent(), &fact).unwrap_err();
        assert!(matches!(said, JournalError::Credentials), "{said}");
        assert!(!said.to_string().contains("hunter2"));
    }
    assert_eq!(bench.names(), [""; 0]);
}

#[test]
fn a_value_that_was_not_kept_is_not_in_the_file_and_undo_is_told_so() {
    let bench = Bench::new();
    let rules = Rules { keep_values: false };
    let journal = Journal::new(&bench.dir(), rules);
    journal.append(&made::intent(), &made::planned()).unwrap();
    let file = std::fs::read_to_string(journal.own().path()).unwrap();
    assert!(!file.contains("old"), "{file}");
    assert!(
        file.contains(r#""stored":{"version":7,"size":49,"kept":false}"#),
        "{file}"
    );

    let entry = &journal.survey().entries[0];
    let version = Version(7);
    assert_eq!(
        entry.story.withheld,
        Some(Head::Value { version, size: 49 })
    );
    let now = made::plan("{}").before;
    let refusal = inverse(&entry.story.plan, None, now).unwrap_err();
    assert!(!refusal.said.is_empty());
}
