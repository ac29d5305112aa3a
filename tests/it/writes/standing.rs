//! Whose value stands in the way, what a store that shows less can tell, and which write is under way.

use std::sync::Arc;

use dualscope::domain::intent::{
    Choice, Decision, Ending, Fact, Finding, Stage, Story, is_without_effect,
};
use dualscope::domain::plan::Plan;
use dualscope::store::error::{Kind, Store, StoreError};
use dualscope::store::memory::MemoryValues;
use dualscope::store::memory::faults::{Fault, Op};
use dualscope::task::event::{Halfway, OpenIntent, Outcome, Written};
use dualscope::task::spec::{TaskSpec, Undoing};
use pretty_assertions::assert_eq;

use super::{open, resume, typed};
use crate::support::writing::{Death, Fuse, KEY, Machine, Program, Stop, Stores, key, text};

async fn edit(program: &mut Program, keywords: &str) -> Plan {
    let typed = typed(&text(keywords, "2026-01-20T14:00:00+00:00"));
    let plan = program.plan(&key(KEY), |desk| desk.edit(&typed)).await;
    plan.unwrap()
}

async fn decide(program: &mut Program, open: &OpenIntent, decision: Decision) -> Written {
    let spec = resume(&open.story.intent, decision);
    program.take_up(spec).await.unwrap()
}

fn start(stores: &Stores) -> Program {
    stores.start(&Fuse::new(None, None))
}

/// A program that dies between saying that it brings the data and its client's first word.
#[tokio::test(start_paused = true)]
async fn what_is_known_of_a_transaction_stays_while_its_data_is_being_brought() {
    let mut stores = Stores::with_document();
    stores.values.set_delay(None);
    let machine = Machine::new(&stores.values, &[Stop::Bare], Death::RunOn);
    stores.machine = Some(Arc::clone(&machine));
    let mut program = start(&stores);
    let plan = edit(&mut program, r#"["mine"]"#).await;
    program.write(plan).await;
    program.die();
    // as it was before its data was brought
    let facts = stores.paper.facts();
    let brought = |fact: &Fact| matches!(fact, Fact::Completing { .. });
    let until = facts.iter().position(brought).unwrap();
    let told = stores.paper.stories().remove(0);
    let mut story = Story::begin(told.intent, told.since, &facts[0]).unwrap();
    for fact in &facts[1..until] {
        story.take(told.since, fact);
    }
    assert_eq!(story.receipt.stage, Stage::Mined, "{facts:?}");
    let (sequence, alone) = (story.receipt.sequence, story.alone);
    let completing = Fact::Completing {
        attempt: story.attempts + 1,
        boot: story.boot.clone(),
    };
    story.take(story.last + 1, &completing);
    assert_eq!(story.receipt.stage, Stage::Mined);
    assert_eq!(
        (story.receipt.sequence, story.receipt.child),
        (sequence, None)
    );
    assert_eq!(story.alone, alone);
    let last = (&story.receipt, Some(false));
    assert!(!is_without_effect(&story, last, story.boot.as_ref()));
}

#[tokio::test(start_paused = true)]
async fn a_node_that_shows_less_than_was_read_is_behind_and_not_overwritten() {
    let stores = Stores::with_document();
    stores.values.set_delay(None);
    let mut program = start(&stores);
    let plan = edit(&mut program, r#"["mine"]"#).await;
    let written = program.write(plan.clone()).await.unwrap();
    assert_eq!(written.ending, Ending::NotApplied);
    program.die();

    // the same stream at a node that has not come so far
    let behind = Stores {
        values: Arc::new(MemoryValues::new("stream")),
        ..stores.clone()
    };
    let mut program = start(&behind);
    let left = &open(&mut program).await[0];
    let verdict = left.verdict.as_ref().unwrap();
    assert!(matches!(&verdict.finding, Finding::Unknown(why) if why.contains("it is behind")));
    assert_eq!(verdict.choices, [Choice::Later]);
    let written = decide(&mut program, left, Decision::Finish).await;
    assert_eq!(written.ending, Ending::Unknown, "{}", written.said);
    assert!(written.said.contains("it is behind"), "{}", written.said);
    // and nothing new is begun there
    let refused = program.write(plan).await.unwrap();
    assert_eq!(refused.ending, Ending::Refused, "{}", refused.said);
    let undo = program
        .ask(TaskSpec::PlanUndo(Undoing::Last(Some(key(KEY)))))
        .await;
    assert!(
        matches!(undo, Some(Ok(Outcome::Stuck(_)))),
        "it is half done"
    );
    program.die();

    stores.values.apply_all();
    let mut program = start(&stores);
    let left = &open(&mut program).await[0];
    let written = decide(&mut program, left, Decision::Finish).await;
    assert_eq!(written.ending, Ending::Done, "{}", written.said);
}

#[tokio::test(start_paused = true)]
async fn what_this_person_wrote_is_not_called_somebody_elses() {
    let stores = Stores::with_document();
    stores.values.set_delay(None);
    let mut program = start(&stores);
    let plan = edit(&mut program, r#"["one"]"#).await;
    let first = program.write(plan).await.unwrap();
    let second = edit(&mut program, r#"["two"]"#).await;
    let second = program.write(second).await.unwrap();
    assert_eq!(first.ending, Ending::NotApplied);
    assert_eq!(second.ending, Ending::NotApplied);
    stores.values.apply_all();

    // the first was applied, so its fence drops the second
    let all = open(&mut program).await;
    let (newer, older) = (&all[0], &all[1]);
    let written = decide(&mut program, older, Decision::Finish).await;
    assert_eq!(written.ending, Ending::Done, "{}", written.said);
    let named = format!("your own write {}", older.story.intent);
    let again = open(&mut program).await;
    let certain = again[0].verdict.as_ref().unwrap().certain.join("; ");
    assert!(
        certain.contains(&format!("{named} wrote the value")),
        "{certain}"
    );
    assert!(
        certain.contains(&format!("changed by {named}")),
        "{certain}"
    );
    let written = decide(&mut program, newer, Decision::Finish).await;
    assert_eq!(written.ending, Ending::Conflict, "{}", written.said);
    assert!(written.said.contains(&named), "{}", written.said);
}

#[tokio::test(start_paused = true)]
async fn an_undo_without_a_name_passes_over_no_write_that_is_half_done() {
    let stores = Stores::with_document();
    let mut program = start(&stores);
    let plan = edit(&mut program, r#"["one"]"#).await;
    let one = program.write(plan).await.unwrap();
    assert_eq!(one.ending, Ending::Done, "{}", one.said);
    stores.values.set_delay(None);
    let plan = edit(&mut program, r#"["two"]"#).await;
    let two = program.write(plan).await.unwrap().intent.unwrap();
    for which in [Undoing::Last(None), Undoing::Last(Some(key(KEY)))] {
        let Some(Ok(Outcome::Stuck(stuck))) = program.ask(TaskSpec::PlanUndo(which)).await else {
            panic!("it is passed over")
        };
        assert_eq!((&stuck.story.intent, &stuck.how), (&two, &Halfway::Open));
        let said = "was not done in both stores, so it can't be taken back: not applied yet";
        assert_eq!(stuck.said(), said);
    }
    // by its name the older one is meant
    stores.values.apply_all();
    let named = Undoing::Intent(one.intent.unwrap());
    let Some(Ok(Outcome::Undo(undo))) = program.ask(TaskSpec::PlanUndo(named)).await else {
        panic!("no undo")
    };
    assert!(undo.plan.is_err(), "the second write stands on it");
}

#[tokio::test(start_paused = true)]
async fn a_store_that_can_not_be_asked_leaves_an_unknown_and_not_an_unapplied_write() {
    let stores = Stores::with_document();
    stores.values.set_delay(None);
    let mut program = start(&stores);
    let plan = edit(&mut program, r#"["mine"]"#).await;
    program.begin(TaskSpec::Write {
        plan: Arc::new(plan),
        undoes: None,
    });
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let gone = StoreError::new(Store::Values, Kind::Unreachable, "the node is away");
    stores.faults.always(Op::Get, Fault::Fail(gone));
    let Some(Ok(Outcome::Written(written))) = program.end().await else {
        panic!("no end")
    };
    assert_eq!(written.ending, Ending::Unknown, "{}", written.said);
    assert!(written.said.contains("can't be told"), "{}", written.said);
}

#[tokio::test(start_paused = true)]
async fn a_write_whose_end_could_not_be_written_down_is_found_by_the_program_that_left_it() {
    let stores = Stores::with_document();
    stores.values.set_delay(None);
    let mut program = start(&stores);
    let plan = edit(&mut program, r#"["mine"]"#).await;
    *stores.paper.refused.lock().unwrap() = Some(|fact| matches!(fact, Fact::Ended { .. }));
    let task = TaskSpec::Write {
        plan: Arc::new(plan),
        undoes: None,
    };
    program.begin(task);
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let Some(Ok(Outcome::Written(written))) = program.end().await else {
        panic!("no end")
    };
    assert!(written.said.contains("no space left"), "{}", written.said);
    *stores.paper.refused.lock().unwrap() = None;
    let left = open(&mut program).await;
    assert_eq!(left.len(), 1);
    stores.values.apply_all();
    let written = decide(&mut program, &left[0], Decision::Finish).await;
    assert_eq!(written.ending, Ending::Done, "{}", written.said);
    assert!(open(&mut program).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn tries_that_sent_nothing_leave_a_write_that_can_be_refused_and_given_up() {
    let mut met = 0;
    for crash in 1.. {
        let mut stores = Stores::with_document();
        let stops = [Stop::Unsent; 4];
        stores.machine = Some(Machine::new(&stores.values, &stops, Death::Killed));
        let mut program = stores.start(&Fuse::new(Some(crash), None));
        let plan = edit(&mut program, r#"["mine"]"#).await;
        if program.write(plan).await.is_some() {
            break;
        }
        program.die();
        let mut program = start(&stores);
        let left = open(&mut program).await;
        let Some(left) = left.first().filter(|left| left.story.attempts == 1) else {
            continue;
        };
        let verdict = left.verdict.as_ref().unwrap();
        if verdict.choices != [Choice::Finish, Choice::Drop, Choice::Later] {
            continue;
        }
        assert_eq!(left.story.receipt.stage, Stage::Preparing);
        let written = decide(&mut program, left, Decision::Finish).await;
        assert_eq!(written.ending, Ending::Refused, "{}", written.said);
        assert!(open(&mut program).await.is_empty());
        met += 1;
    }
    assert!(met > 0);
}

#[tokio::test(start_paused = true)]
async fn encrypted_data_that_is_missing_is_said_to_be_missing_and_not_sent_again() {
    let mut stores = Stores::with_document();
    stores.machine = Some(Machine::encrypted(
        &stores.values,
        &[Stop::Bare],
        Death::RunOn,
    ));
    let mut program = start(&stores);
    let plan = edit(&mut program, r#"["mine"]"#).await;
    let written = program.write(plan).await.unwrap();
    assert_eq!(written.ending, Ending::DataMissing, "{}", written.said);
    assert!(
        written.said.contains("can't be made again"),
        "{}",
        written.said
    );
    let left = &open(&mut program).await[0];
    assert_eq!(left.story.attempts, 1, "no second try");
    let verdict = left.verdict.as_ref().unwrap();
    assert_eq!(verdict.choices, [Choice::Drop, Choice::Later]);
    let said = verdict.uncertain.join("; ");
    assert!(said.contains("max_download_retries"), "{said}");
    let written = decide(&mut program, left, Decision::Drop).await;
    assert_eq!(written.ending, Ending::GivenUp, "{}", written.said);
}
