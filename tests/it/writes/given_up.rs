//! What an undo without a name says of a last write that was given up: only the stores tell what came
//! of it, and what came to something is not passed over.

use dualscope::domain::intent::{Decision, Ending, IntentId};
use dualscope::domain::plan::Why;
use dualscope::domain::{Codec, Version};
use dualscope::store::error::{Kind, Store, StoreError};
use dualscope::store::memory::faults::{Fault, Op};
use dualscope::task::Failure;
use dualscope::task::event::{Halfway, Outcome};
use dualscope::task::spec::{TaskSpec, Undoing};
use pretty_assertions::assert_eq;

use super::typed;
use crate::support::writing::{Fuse, KEY, Program, Stores, key, text};

const EARLY: &str = "2026-01-20T14:00:00+00:00";

/// What gives the write up that is on its way; `meanwhile` is what happens before that.
async fn given_up(
    stores: &Stores,
    delete: bool,
    meanwhile: impl Fn(&Stores),
) -> (Program, IntentId) {
    let mut program = stores.start(&Fuse::new(None, None));
    let first = typed(&text(r#"["one"]"#, EARLY));
    let plan = program.plan(&key(KEY), |desk| desk.edit(&first)).await;
    let one = program.write(plan.unwrap()).await.unwrap();
    assert_eq!(one.ending, Ending::Done, "{}", one.said);

    stores.values.set_delay(None);
    let second = typed(&text(r#"["two"]"#, EARLY));
    let key = key(KEY);
    let plan = program.plan(&key, |desk| {
        if delete {
            desk.delete()
        } else {
            desk.edit(&second)
        }
    });
    let plan = plan.await.unwrap();
    let two = program.write(plan).await.unwrap();
    assert_eq!(two.ending, Ending::NotApplied, "{}", two.said);
    meanwhile(stores);
    let intent = two.intent.unwrap();
    let spec = TaskSpec::Resume {
        intent: intent.clone(),
        key,
        decision: Decision::Drop,
    };
    let dropped = program.take_up(spec).await.unwrap();
    assert_eq!(dropped.ending, Ending::GivenUp, "{}", dropped.said);
    (program, intent)
}

async fn undo(program: &mut Program) -> Result<Outcome, Failure> {
    let last = Undoing::Last(Some(key(KEY)));
    program.ask(TaskSpec::PlanUndo(last)).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn one_whose_value_came_is_said_to_be_half_done_and_no_older_one_is_taken_back() {
    for delete in [false, true] {
        let stores = Stores::with_document();
        let (mut program, two) =
            given_up(&stores, delete, |stores| stores.values.apply_all()).await;
        let Ok(Outcome::Stuck(stuck)) = undo(&mut program).await else {
            panic!("it was passed over")
        };
        assert_eq!(stuck.story.intent, two);
        let how = Halfway::Value {
            version: Some(Version(4)),
            tombstone: delete,
            older: Some(Version(3)),
            followed: Some(false),
        };
        assert_eq!(stuck.how, how);
        let what = if delete { "tombstone" } else { "value" };
        let said = format!(
            "was given up half done: its {what} stands in 0G at v4, MongoDB does not hold its part"
        );
        assert_eq!(stuck.said(), said);
        let named = program.ask(TaskSpec::PlanUndo(Undoing::Intent(two))).await;
        assert!(matches!(named, Some(Ok(Outcome::Stuck(_)))));
    }
}

#[tokio::test(start_paused = true)]
async fn one_of_which_nothing_came_is_passed_over() {
    let stores = Stores::with_document();
    let theirs = Codec::Base64.encode(&text(r#"["theirs"]"#, EARLY));
    let meanwhile = |stores: &Stores| {
        stores.values.put(KEY, theirs.clone());
    };
    let (mut program, two) = given_up(&stores, false, meanwhile).await;
    let Ok(Outcome::Undo(undo)) = undo(&mut program).await else {
        panic!("the first one is done")
    };
    assert_ne!(undo.story.intent, two);
    assert_eq!(undo.plan.unwrap_err().why, Why::Superseded);
    let named = program.ask(TaskSpec::PlanUndo(Undoing::Intent(two))).await;
    let failure = named.unwrap().unwrap_err();
    assert!(failure.said.contains("was not done"), "{}", failure.said);
}

#[tokio::test(start_paused = true)]
async fn one_of_which_nobody_can_tell_what_came_is_not_passed_over() {
    let stores = Stores::with_document();
    let (mut program, _) = given_up(&stores, false, |stores| stores.values.apply_all()).await;
    let gone = StoreError::new(Store::Values, Kind::Unreachable, "the node is away");
    stores.faults.always(Op::Get, Fault::Fail(gone));
    let failure = undo(&mut program).await.unwrap_err();
    for said in [
        "was given up, and it can't be told what came of it",
        "the node is away",
    ] {
        assert!(failure.said.contains(said), "{}", failure.said);
    }
}
