//! Nothing is sent twice unless one copy stands in for the other: on an encrypted stream it never
//! does, since the data is different each time that it is made, and on a plain one the first is
//! looked for before a second costs its fee.

use dualscope::domain::intent::{Choice, Decision, Ending, Phase, Stage, Story};
use dualscope::task::event::{OpenIntent, Outcome, Written};
use dualscope::task::spec::TaskSpec;
use pretty_assertions::assert_eq;

use super::typed;
use crate::support::writing::{Death, Fuse, KEY, Machine, Program, Stop, Stores, key, typed_text};

const LATER_OR_DROP: [Choice; 2] = [Choice::Later, Choice::Drop];

/// A machine whose first client stops there; the stream is encrypted, or plain.
fn on(encrypted: bool, stop: Stop, death: Death) -> Stores {
    let mut stores = Stores::with_document();
    let make = if encrypted {
        Machine::encrypted
    } else {
        Machine::new
    };
    stores.machine = Some(make(&stores.values, &[stop], death));
    stores
}

fn mined(stores: &Stores) -> usize {
    stores.machine.as_ref().unwrap().mined()
}

/// What an edit leaves whose program dies at the first point at which it is so far.
async fn left(make: impl Fn() -> Stores, is_there: impl Fn(&Story) -> bool) -> Stores {
    for crash in 1.. {
        let stores = make();
        let mut program = stores.start(&Fuse::new(Some(crash), None));
        let plan = program
            .plan(&key(KEY), |desk| desk.edit(&typed(&typed_text())))
            .await;
        let ended = program.write(plan.unwrap()).await;
        assert_eq!(ended, None, "no point of the write is there");
        program.die();
        if stores.paper.stories().first().is_some_and(&is_there) {
            return stores;
        }
    }
    unreachable!("the write ends before");
}

fn is_at(stage: Stage) -> impl Fn(&Story) -> bool {
    move |story| (story.phase, story.receipt.stage) == (Phase::Submitting, stage)
}

async fn open(program: &mut Program) -> OpenIntent {
    match program.ask(TaskSpec::Survey).await {
        Some(Ok(Outcome::Open(mut open, _))) if open.len() == 1 => open.remove(0),
        other => panic!("{other:?}"),
    }
}

async fn decide(program: &mut Program, open: &OpenIntent, decision: Decision) -> Written {
    let spec = TaskSpec::Resume {
        intent: open.story.intent.clone(),
        key: key(KEY),
        decision,
    };
    program.take_up(spec).await.unwrap()
}

/// It waits or is given up, and to finish it sends nothing.
async fn is_never_sent_again(stores: Stores, uncertain: &str) {
    let mut program = stores.start(&Fuse::new(None, None));
    let found = open(&mut program).await;
    let verdict = found.verdict.as_ref().unwrap();
    assert_eq!(verdict.choices, LATER_OR_DROP);
    let said = verdict.uncertain.join("; ");
    assert!(said.contains(uncertain), "{said}");
    let before = mined(&stores);
    let written = decide(&mut program, &found, Decision::Finish).await;
    assert_eq!(written.ending, Ending::Unknown, "{}", written.said);
    assert!(
        written.said.contains("it is not sent again"),
        "{}",
        written.said
    );
    let found = open(&mut program).await;
    assert_eq!((found.story.attempts, mined(&stores)), (1, before));
    // whoever gives it up is told what may still come of it
    let written = decide(&mut program, &found, Decision::Drop).await;
    assert_eq!(written.ending, Ending::GivenUp, "{}", written.said);
    assert!(written.said.contains(uncertain), "{}", written.said);
}

#[tokio::test(start_paused = true)]
async fn encrypted_data_that_may_have_been_sent_is_not_sent_again() {
    let sending = || on(true, Stop::Lost, Death::Killed);
    let stores = left(sending, is_at(Stage::Sending)).await;
    is_never_sent_again(stores, "whether the transaction was sent: encrypted").await;
}

#[tokio::test(start_paused = true)]
async fn encrypted_data_of_a_transaction_that_vanished_is_not_sent_again() {
    let evicted = || on(true, Stop::Evicted, Death::Killed);
    let stores = left(evicted, is_at(Stage::Sent)).await;
    is_never_sent_again(stores, "whether another node of the chain still has it").await;
}

/// What the client said was not on disk yet when the machine went down.
#[tokio::test(start_paused = true)]
async fn encrypted_data_of_which_the_machine_has_lost_the_word_is_not_sent_again() {
    let down = || on(true, Stop::Never, Death::Rebooted);
    let stores = left(down, is_at(Stage::Preparing)).await;
    is_never_sent_again(stores, "whether the transaction was sent: encrypted").await;
}

#[tokio::test(start_paused = true)]
async fn encrypted_data_that_was_certainly_not_sent_is_sent_once() {
    let unsent = || on(true, Stop::Unsent, Death::Killed);
    let child = |story: &Story| story.receipt.child.is_some();
    let stores = left(unsent, child).await;
    let mut program = stores.start(&Fuse::new(None, None));
    let found = open(&mut program).await;
    assert_eq!(found.verdict.as_ref().unwrap().choices[0], Choice::Finish);
    let written = decide(&mut program, &found, Decision::Finish).await;
    assert_eq!(written.ending, Ending::Done, "{}", written.said);
    assert_eq!(mined(&stores), 1);
}

/// The client of a program that died runs on where nobody can tell, and sends a little later.
#[tokio::test(start_paused = true)]
async fn a_send_that_a_dead_program_left_is_looked_for_before_it_is_done_again() {
    for encrypted in [false, true] {
        let unseen = || on(encrypted, Stop::Never, Death::Unseen);
        let stores = left(unseen, is_at(Stage::Sending)).await;
        assert_eq!(mined(&stores), 0);
        let mut program = stores.start(&Fuse::new(None, None));
        let found = open(&mut program).await;
        let written = decide(&mut program, &found, Decision::Finish).await;
        assert_eq!(written.ending, Ending::Done, "{}", written.said);
        assert_eq!(mined(&stores), 1, "one transaction, one fee");
    }
}
