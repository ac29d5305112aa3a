//! Somebody else writes the very bytes that a plan writes, as the service does that deletes the same
//! document: the value is as planned, and our own transaction may still stand behind it without its
//! data, so that the node goes no further, for any stream.

use std::sync::Arc;
use std::time::Duration;

use dualscope::domain::Version;
use dualscope::domain::intent::{Choice, Decision, Ending, Finding};
use dualscope::store::memory::MemoryValues;
use dualscope::task::event::{OpenIntent, Outcome, Written};
use dualscope::task::spec::TaskSpec;
use pretty_assertions::assert_eq;
use tokio::time::sleep;

use crate::support::writing::{
    Death, Foreign, Fuse, KEY, Machine, Program, Stop, Stores, desk, key,
};

/// The point at which the plan is on disk and nothing is sent.
const PLANNED: usize = 3;

/// Writes of somebody else, each of these bytes; no bytes are a tombstone.
fn theirs(writes: &'static [&'static [u8]]) -> Foreign {
    Arc::new(move |_, values: &MemoryValues| {
        for bytes in writes {
            values.submit(vec![(KEY.to_owned(), bytes.to_vec().into())]);
        }
    })
}

fn on_clients(stops: &[Stop]) -> Stores {
    let mut stores = Stores::with_document();
    stores.machine = Some(Machine::new(&stores.values, stops, Death::Killed));
    stores
}

/// A delete that somebody else's writes come before; `None` when the program died at that point.
async fn delete(stores: &Stores, theirs: Foreign, crash: Option<usize>) -> Option<Written> {
    let mut program = stores.start(&Fuse::new(crash, Some((PLANNED, theirs))));
    let before = program.inspect(&key(KEY)).await.document;
    let end = program.write(desk(&before).delete().unwrap()).await;
    program.die();
    end
}

async fn open(program: &mut Program) -> Vec<OpenIntent> {
    match program.ask(TaskSpec::Survey).await {
        Some(Ok(Outcome::Open(open, _))) => open,
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

/// What a delete leaves whose program dies as soon as the client has gone so far and is killed.
async fn left(stops: &[Stop], writes: &'static [&'static [u8]]) -> (Stores, Vec<Version>) {
    for crash in 4.. {
        let stores = on_clients(stops);
        let end = delete(&stores, theirs(writes), Some(crash)).await;
        assert_eq!(end, None, "no crash leaves it so");
        let bare = stores.values.bare();
        if !bare.is_empty() {
            return (stores, bare);
        }
    }
    unreachable!("it ends before")
}

#[tokio::test(start_paused = true)]
async fn done_is_not_said_before_the_data_of_our_own_transaction_is_there() {
    for stop in [Stop::Bare, Stop::LostAnswer] {
        let stores = on_clients(&[stop]);
        let written = delete(&stores, theirs(&[b""]), None).await.unwrap();
        assert_eq!(
            (written.ending, written.version),
            (Ending::Done, Some(Version(3))),
            "{stop:?}: {}",
            written.said
        );
        assert!(stores.values.bare().is_empty(), "{stop:?}: 4 has its data");
    }
}

#[tokio::test(start_paused = true)]
async fn a_recovery_brings_the_data_of_a_transaction_behind_the_same_value() {
    let (stores, bare) = left(&[Stop::Bare], &[b""]).await;
    assert_eq!(bare, [Version(4)]);
    let mut program = stores.start(&Fuse::new(None, None));
    let found = &open(&mut program).await[0];
    let verdict = found.verdict.as_ref().unwrap();
    assert_eq!(verdict.finding, Finding::Ours(Version(3)));
    assert_eq!(
        verdict.choices,
        [Choice::Finish, Choice::Drop, Choice::Later]
    );
    let certain = verdict.certain.join("; ");
    assert!(
        certain.contains("is in a block without its data, and the node waits for it"),
        "{certain}"
    );
    let written = decide(&mut program, found, Decision::Finish).await;
    assert_eq!(written.ending, Ending::Done, "{}", written.said);
    assert!(stores.values.bare().is_empty());
    assert_eq!(stores.lite(), None);
}

#[tokio::test(start_paused = true)]
async fn a_transaction_behind_a_value_that_was_replaced_since_gets_its_data_too() {
    let (stores, bare) = left(&[Stop::Bare], &[b"", b"{}"]).await;
    assert_eq!(bare, [Version(5)]);
    let mut program = stores.start(&Fuse::new(None, None));
    let found = &open(&mut program).await[0];
    let verdict = found.verdict.as_ref().unwrap();
    assert_eq!(verdict.finding, Finding::Superseded(Version(3)));
    assert_eq!(verdict.choices[0], Choice::Finish);
    let written = decide(&mut program, found, Decision::Finish).await;
    assert_eq!(written.ending, Ending::Superseded, "{}", written.said);
    assert!(stores.values.bare().is_empty());
    assert_eq!(stores.bytes().unwrap().as_ref(), b"{}");
}

/// The data of an encrypted write can't be made again: the end names what the node waits for.
#[tokio::test(start_paused = true)]
async fn what_can_not_be_brought_behind_the_same_value_is_not_called_done() {
    let mut stores = Stores::with_document();
    let machine = Machine::encrypted(&stores.values, &[Stop::Bare], Death::Killed);
    stores.machine = Some(machine);
    let written = delete(&stores, theirs(&[b""]), None).await.unwrap();
    assert_eq!(written.ending, Ending::DataMissing, "{}", written.said);
    let mut program = stores.start(&Fuse::new(None, None));
    let found = &open(&mut program).await[0];
    let verdict = found.verdict.as_ref().unwrap();
    assert_eq!(verdict.finding, Finding::Ours(Version(3)));
    assert_eq!(verdict.choices, [Choice::Drop, Choice::Later]);
    let written = decide(&mut program, found, Decision::Drop).await;
    assert_eq!(written.ending, Ending::GivenUp, "{}", written.said);
    assert!(written.said.contains("stored at v3"), "{}", written.said);
    assert!(
        written.said.contains("without its data"),
        "{}",
        written.said
    );
}

/// Nobody has seen the transaction: it may come yet, and then without its data.
#[tokio::test(start_paused = true)]
async fn what_may_still_come_behind_the_same_value_is_left_open() {
    let stores = on_clients(&[Stop::Lost]);
    let written = delete(&stores, theirs(&[b""]), None).await.unwrap();
    assert_eq!(written.ending, Ending::Unknown, "{}", written.said);
    assert!(
        written.said.contains("the new value is stored at v3"),
        "{}",
        written.said
    );
    sleep(Duration::from_secs(60)).await;
    let mut program = stores.start(&Fuse::new(None, None));
    let found = &open(&mut program).await[0];
    let verdict = found.verdict.as_ref().unwrap();
    assert_eq!(
        verdict.choices,
        [Choice::Later, Choice::Finish, Choice::Drop]
    );
    assert_eq!(verdict.uncertain, ["whether the transaction was sent"]);
}
