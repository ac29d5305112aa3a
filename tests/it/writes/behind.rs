//! A copy of MongoDB that is behind: what is listed is read from it, what is written is not judged by
//! it.

use std::sync::Arc;

use dualscope::domain::intent::{Choice, Decision, Ending, Phase};
use dualscope::domain::plan::{Desk, Plan};
use dualscope::domain::{Collection, State};
use dualscope::store::memory::MemoryIndex;
use dualscope::task::event::{Outcome, Written};
use dualscope::task::spec::{TaskSpec, Undoing};
use pretty_assertions::assert_eq;

use super::typed;
use crate::support::writing::{Fuse, KEY, Program, Stores, first_lite, key, typed_text};

/// The document in step, and a copy that hears of nothing more.
fn behind() -> Stores {
    let copy = MemoryIndex::new("memsys");
    copy.put(&Collection::new("memcells"), first_lite());
    Stores {
        copy: Some(Arc::new(copy)),
        ..Stores::with_document()
    }
}

async fn edit(program: &mut Program) -> Plan {
    let made = |desk: Desk<'_>| desk.edit(&typed(&typed_text()));
    program.plan(&key(KEY), made).await.unwrap()
}

fn state(written: &Written) -> State {
    written.inspection.as_ref().unwrap().diagnosis.state
}

#[tokio::test(start_paused = true)]
async fn a_good_write_is_done_and_can_be_taken_back() {
    let stores = behind();
    let mut program = stores.start(&Fuse::new(None, None));
    let plan = edit(&mut program).await;
    let written = program.write(plan).await.unwrap();
    assert_eq!(written.ending, Ending::Done, "{}", written.said);
    assert_eq!(
        state(&written),
        State::Agrees,
        "as it is, not as it is listed"
    );

    let undo = match program.ask(TaskSpec::PlanUndo(Undoing::Last(None))).await {
        Some(Ok(Outcome::Undo(undo))) => undo,
        other => panic!("{other:?}"),
    };
    let plan = undo.plan.unwrap();
    let undoes = Some(undo.story.intent);
    let spec = TaskSpec::Write { plan, undoes };
    let written = program.take_up(spec).await.unwrap();
    assert_eq!(written.ending, Ending::Done, "{}", written.said);
    assert_eq!(stores.lite().unwrap().fields, first_lite());
}

#[tokio::test(start_paused = true)]
async fn what_was_read_of_the_copy_and_is_not_so_any_more_is_a_conflict() {
    let stores = behind();
    let mut program = stores.start(&Fuse::new(None, None));
    let first = edit(&mut program).await;
    let again = first.clone();
    assert_eq!(program.write(first).await.unwrap().ending, Ending::Done);
    let written = program.write(again).await.unwrap();
    assert_eq!(written.ending, Ending::Conflict, "{}", written.said);
}

#[tokio::test(start_paused = true)]
async fn a_recovery_sees_what_was_written() {
    for crash in 1.. {
        let stores = behind();
        let mut program = stores.start(&Fuse::new(Some(crash), None));
        let plan = edit(&mut program).await;
        assert_eq!(program.write(plan).await, None, "no such point");
        program.die();
        let Some(story) = stores.paper.stories().pop() else {
            continue;
        };
        if story.phase != Phase::Indexed {
            continue;
        }
        let mut program = stores.start(&Fuse::new(None, None));
        let verdict = match program.ask(TaskSpec::Survey).await {
            Some(Ok(Outcome::Open(mut open, _))) => open.remove(0).verdict.unwrap(),
            other => panic!("{other:?}"),
        };
        assert_eq!(
            verdict.choices,
            [Choice::Finish, Choice::Drop, Choice::Later]
        );
        let said = "MongoDB holds its part";
        assert!(
            verdict.certain.iter().any(|text| text == said),
            "{verdict:?}"
        );
        let spec = TaskSpec::Resume {
            intent: story.intent,
            key: key(KEY),
            decision: Decision::Finish,
        };
        let written = program.take_up(spec).await.unwrap();
        assert_eq!(written.ending, Ending::Done, "{}", written.said);
        return;
    }
}
