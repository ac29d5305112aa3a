//! A write that was given up since its chain forgot its transaction, which comes into a block all the
//! same: it is taken up again, and only then.

use std::sync::Arc;
use std::time::Duration;

use dualscope::domain::intent::{Choice, Decision, Ending, Fact, Finding, IntentId};
use dualscope::domain::{Codec, State, Version};
use dualscope::task::Failure;
use dualscope::task::event::{OpenIntent, Outcome};
use dualscope::task::spec::TaskSpec;
use pretty_assertions::assert_eq;

use super::typed;
use crate::support::writing::{
    Death, Fuse, KEY, Machine, Program, Stop, Stores, first_lite, first_text, key, text, typed_text,
};

fn resume(intent: &IntentId, decision: Decision) -> TaskSpec {
    TaskSpec::Resume {
        intent: intent.clone(),
        key: key(KEY),
        decision,
    }
}

async fn open(program: &mut Program) -> Vec<OpenIntent> {
    match program.ask(TaskSpec::Survey).await {
        Some(Ok(Outcome::Open(open, _))) => open,
        other => panic!("{other:?}"),
    }
}

/// Stores whose values take a moment, and clients on a machine.
fn stores(machine: impl FnOnce(&Stores) -> Arc<Machine>) -> (Stores, Arc<Machine>) {
    let mut stores = Stores::with_document();
    stores.values.set_delay(Some(Duration::from_millis(100)));
    let machine = machine(&stores);
    stores.machine = Some(Arc::clone(&machine));
    (stores, machine)
}

/// An edit that was given up by its program, which is gone.
async fn given_up(stores: &Stores) -> IntentId {
    let mut program = stores.start(&Fuse::new(None, None));
    let plan = program
        .plan(&key(KEY), |desk| desk.edit(&typed(&typed_text())))
        .await
        .unwrap();
    let written = program.write(plan).await.unwrap();
    assert_eq!(written.ending, Ending::Unknown, "{}", written.said);
    let intent = written.intent.unwrap();
    let written = program.take_up(resume(&intent, Decision::Drop)).await;
    assert_eq!(written.unwrap().ending, Ending::GivenUp);
    program.die();
    intent
}

fn forgetting() -> (Stores, Arc<Machine>) {
    stores(|stores| Machine::new(&stores.values, &[Stop::Evicted], Death::RunOn))
}

fn theirs() -> Vec<u8> {
    Codec::Base64.encode(&text(r#"["theirs"]"#, "2026-02-01T00:00:00+00:00"))
}

/// It is refused, in words, and nothing is written down.
async fn stays_closed(stores: &Stores, intent: &IntentId) -> Failure {
    let known = stores.paper.facts();
    let mut program = stores.start(&Fuse::new(None, None));
    let told = program.ask(TaskSpec::Reconsider(intent.clone())).await;
    let told = told.unwrap().unwrap_err();
    let finish = program.ask(resume(intent, Decision::Finish)).await;
    assert_eq!(finish.unwrap().unwrap_err().said, told.said);
    assert!(told.said.contains("is closed, and stays so"), "{told:?}");
    assert_eq!(stores.paper.facts(), known);
    assert!(open(&mut program).await.is_empty());
    program.die();
    told
}

#[tokio::test(start_paused = true)]
async fn a_write_that_was_given_up_is_finished_when_its_transaction_is_mined_without_its_data() {
    let (stores, machine) = forgetting();
    let intent = given_up(&stores).await;
    machine.mine_evicted();
    assert_eq!(stores.values.bare(), [Version(3)], "the node waits for it");

    let mut program = stores.start(&Fuse::new(None, None));
    assert!(open(&mut program).await.is_empty(), "it is closed");
    let told = program.ask(TaskSpec::Reconsider(intent.clone())).await;
    let Some(Ok(Outcome::Open(mut told, _))) = told else {
        panic!("{told:?}")
    };
    let verdict = told.remove(0).verdict.unwrap();
    assert_eq!(verdict.finding, Finding::Untouched);
    assert_eq!(verdict.choices, [Choice::Finish, Choice::Later]);
    let certain = verdict.certain.join("; ");
    assert!(certain.contains("without its data"), "{certain}");

    let known = stores.paper.facts().len();
    let written = program.take_up(resume(&intent, Decision::Finish)).await;
    let written = written.unwrap();
    assert_eq!(
        (written.ending, written.version),
        (Ending::Done, Some(Version(3))),
        "{}",
        written.said
    );
    assert_eq!(program.state(&key(KEY)).await, State::Agrees);
    let facts = stores.paper.facts();
    assert!(matches!(
        facts[known - 1..known + 3],
        [
            Fact::Ended {
                ending: Ending::GivenUp,
                ..
            },
            Fact::Decided(Decision::Finish),
            Fact::Seen(_),
            Fact::Completing { .. }
        ]
    ));
    assert_eq!(stores.values.log().len(), 3, "one transaction, not two");
}

#[tokio::test(start_paused = true)]
async fn what_was_written_meanwhile_stays_and_the_node_goes_on() {
    // theirs came before ours, which is dropped by its fence; or behind it
    for (before, ending) in [(true, Ending::Conflict), (false, Ending::Superseded)] {
        let (stores, machine) = forgetting();
        let intent = given_up(&stores).await;
        if before {
            stores.values.put(KEY, theirs());
        }
        machine.mine_evicted();
        if !before {
            stores
                .values
                .submit(vec![(KEY.to_owned(), theirs().into())]);
        }
        let mut program = stores.start(&Fuse::new(None, None));
        let written = program.take_up(resume(&intent, Decision::Finish)).await;
        let written = written.unwrap();
        assert_eq!(written.ending, ending, "{}", written.said);
        assert_eq!(stores.values.bare(), [], "its data was brought");
        assert_eq!(stores.bytes().unwrap().as_ref(), theirs());
        assert_eq!(stores.lite().unwrap().fields, first_lite());
        assert!(open(&mut program).await.is_empty(), "it is at its end");
    }
}

#[tokio::test(start_paused = true)]
async fn a_crash_at_any_point_of_taking_it_up_again_loses_nothing() {
    for crash in 1.. {
        let (stores, machine) = forgetting();
        let intent = given_up(&stores).await;
        machine.mine_evicted();
        let mut program = stores.start(&Fuse::new(Some(crash), None));
        let ended = program.take_up(resume(&intent, Decision::Finish)).await;
        program.die();

        let mut program = stores.start(&Fuse::new(None, None));
        let closed = stores.paper.stories()[0].ended.clone();
        match closed {
            Some((Ending::Done, _)) => {}
            // decided, and so in the list; or it is as it was
            ended => {
                let listed = open(&mut program).await.len();
                assert_eq!(listed, usize::from(ended.is_none()), "{crash}: {ended:?}");
                let written = program.take_up(resume(&intent, Decision::Finish)).await;
                let written = written.unwrap();
                assert_eq!(written.ending, Ending::Done, "{crash}: {}", written.said);
            }
        }
        assert_eq!(program.state(&key(KEY)).await, State::Agrees, "{crash}");
        assert_eq!(stores.values.log().len(), 3, "{crash}");
        if ended.is_some() {
            assert!(crash > 10, "nothing crashed");
            return;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_taken_up_again_that_is_not_certain() {
    let (stores, machine) = forgetting();
    let intent = given_up(&stores).await;
    let told = stays_closed(&stores, &intent).await;
    assert!(told.said.contains("in a block"), "{told:?}");

    // somebody brings its data: it was applied, and it stays given up
    machine.mine_evicted();
    machine.bring_all();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let told = stays_closed(&stores, &intent).await;
    assert!(told.said.contains("is there"), "{told:?}");
    assert_eq!(stores.lite().unwrap().fields, first_lite());
}

#[tokio::test(start_paused = true)]
async fn what_is_closed_for_good_stays_closed() {
    let stores = Stores::with_document();
    let mut program = stores.start(&Fuse::new(None, None));
    let plan = program
        .plan(&key(KEY), |desk| desk.edit(&typed(&typed_text())))
        .await
        .unwrap();
    let done = program.write(plan).await.unwrap().intent.unwrap();
    let told = program.ask(TaskSpec::Reconsider(done.clone())).await;
    let told = told.unwrap().unwrap_err().said;
    assert!(told.contains("it ended: done"), "{told}");
    let written = program.take_up(resume(&done, Decision::Finish)).await;
    assert_eq!(written.unwrap().ending, Ending::Done, "as it was");
    let nobody = TaskSpec::Reconsider(IntentId("nobody".into()));
    let told = program.ask(nobody).await.unwrap().unwrap_err().said;
    assert!(told.contains("no such intent"), "{told}");
    program.die();

    // nothing of it was ever sent
    let stores = Stores::with_document();
    let mut program = stores.start(&Fuse::new(Some(2), None));
    let plan = program
        .plan(&key(KEY), |desk| desk.edit(&typed(&typed_text())))
        .await
        .unwrap();
    assert_eq!(program.write(plan).await, None);
    program.die();
    let intent = stores.paper.stories().remove(0).intent;
    let mut program = stores.start(&Fuse::new(None, None));
    let written = program.take_up(resume(&intent, Decision::Drop)).await;
    assert_eq!(written.unwrap().ending, Ending::GivenUp);
    program.die();
    let told = stays_closed(&stores, &intent).await;
    assert!(told.said.contains("nothing of it was sent"), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn encrypted_data_cannot_be_brought_and_that_is_said() {
    let (stores, machine) =
        stores(|stores| Machine::encrypted(&stores.values, &[Stop::Evicted], Death::RunOn));
    let intent = given_up(&stores).await;
    machine.mine_evicted();
    let told = stays_closed(&stores, &intent).await;
    assert!(told.said.contains("max_download_retries"), "{told:?}");
    assert_eq!(
        stores.bytes().unwrap().as_ref(),
        Codec::Base64.encode(&first_text())
    );
}
