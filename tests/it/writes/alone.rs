//! Writes of MongoDB alone: they were decided from a value, and are right only while it stands.

use std::sync::atomic::Ordering;

use dualscope::domain::intent::{Choice, Decision, Ending, Fact, Phase, Verdict};
use dualscope::domain::plan::{self, Desk, Plan, Refusal};
use dualscope::domain::{Bson, Codec, Collection, State};
use dualscope::store::error::{Kind, Retry, Store, StoreError};
use dualscope::store::memory::faults::{Fault, Op};
use dualscope::task::event::{Outcome, Written};
use dualscope::task::spec::TaskSpec;
use pretty_assertions::assert_eq;

use crate::support::writing::{Fuse, KEY, Program, Stores, first_lite, first_text, key, once};

/// A write of MongoDB alone, and what somebody else does to its value meanwhile.
struct Case {
    stores: fn() -> Stores,
    plan: fn(Desk<'_>) -> Result<Plan, Refusal>,
    theirs: fn(&Stores),
    /// Where that leaves a document that the write has not touched.
    untouched: State,
}

const CASES: [Case; 3] = [
    Case {
        stores: unwritten,
        plan: |desk| desk.delete(),
        theirs: comes_late,
        untouched: State::Agrees,
    },
    Case {
        stores: unlisted,
        plan: plan::rebuild,
        theirs: deletes,
        untouched: State::Agrees,
    },
    Case {
        stores: Stores::with_document,
        plan: |desk| plan::soft_delete(desk, None),
        theirs: deletes,
        untouched: State::Tombstoned,
    },
];

/// Listed, and its value was never written.
fn unwritten() -> Stores {
    let stores = Stores::new();
    stores.values.skip(1);
    stores.index.put(&Collection::new("memcells"), first_lite());
    stores.values.set_delay(Some(std::time::Duration::ZERO));
    stores
}

/// A value that nobody lists.
fn unlisted() -> Stores {
    let stores = Stores::with_document();
    let id = Bson::object_id_from_hex("6979da5797f9041fc0aa063f").unwrap();
    stores.index.remove(&Collection::new("memcells"), &id);
    stores
}

/// The service writes MongoDB first, and the value up to twenty seconds later.
fn comes_late(stores: &Stores) {
    stores.values.put(KEY, Codec::Base64.encode(&first_text()));
}

fn deletes(stores: &Stores) {
    stores.values.delete(KEY);
}

fn away(store: Store) -> Fault {
    let error = StoreError::new(store, Kind::Unreachable, "it is away");
    Fault::Fail(error.retry(Retry::Safe))
}

impl Case {
    /// The stores after a program died in the midst of the write: before MongoDB's part, or after.
    async fn left(&self, made: bool) -> Stores {
        for crash in 1.. {
            let stores = (self.stores)();
            let before = stores.lite();
            let mut program = stores.start(&Fuse::new(Some(crash), None));
            let plan = program.plan(&key(KEY), self.plan).await.unwrap();
            assert_eq!(plan.value, None);
            assert_eq!(program.write(plan).await, None, "no such point");
            program.die();
            let planned = stores.paper.stories().pop();
            let planned = planned.is_some_and(|story| story.phase == Phase::Planned);
            if planned && made == (stores.lite() != before) {
                return stores;
            }
        }
        unreachable!("the write ends before");
    }
}

async fn verdict(program: &mut Program) -> Verdict {
    match program.ask(TaskSpec::Survey).await {
        Some(Ok(Outcome::Open(mut open, _))) => open.remove(0).verdict.unwrap(),
        other => panic!("{other:?}"),
    }
}

async fn finish(program: &mut Program) -> Written {
    let intent = program.stores.paper.stories().remove(0).intent;
    let resume = TaskSpec::Resume {
        intent,
        key: key(KEY),
        decision: Decision::Finish,
    };
    program.take_up(resume).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn it_is_not_made_any_more_once_somebody_wrote_the_value() {
    for case in CASES {
        for withholds in [false, true] {
            let stores = case.left(false).await;
            stores.paper.withholds.store(withholds, Ordering::Relaxed);
            let before = stores.lite();
            (case.theirs)(&stores);

            let mut program = stores.start(&Fuse::new(None, None));
            let found = verdict(&mut program).await;
            assert_eq!(found.choices, [Choice::Drop, Choice::Later]);
            let said = "the value that it was decided from has been written by somebody else";
            assert!(found.certain.iter().any(|text| text == said), "{found:?}");

            let written = finish(&mut program).await;
            assert_eq!(written.ending, Ending::Conflict, "{}", written.said);
            let said = "the value was changed by somebody else meanwhile; nothing was touched";
            assert_eq!(written.said, said);
            assert_eq!(stores.lite(), before);
            assert_eq!(program.state(&key(KEY)).await, case.untouched);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn made_before_somebody_wrote_the_value_it_is_told_as_overtaken() {
    for case in CASES {
        let stores = case.left(true).await;
        (case.theirs)(&stores);
        let mut program = stores.start(&Fuse::new(None, None));
        let choices = verdict(&mut program).await.choices;
        assert_eq!(choices, [Choice::Finish, Choice::Drop, Choice::Later]);
        let written = finish(&mut program).await;
        assert_eq!(written.ending, Ending::Superseded, "{}", written.said);
        let said = "written in MongoDB, but somebody else has written the value that it was \
                    decided from";
        assert_eq!(written.said, said);
    }
}

#[tokio::test(start_paused = true)]
async fn left_alone_it_is_finished_from_wherever_it_stood() {
    for case in CASES {
        for made in [false, true] {
            let stores = case.left(made).await;
            let mut program = stores.start(&Fuse::new(None, None));
            let written = finish(&mut program).await;
            assert_eq!(written.ending, Ending::Done, "{}", written.said);
            assert!(written.said.ends_with("read back from both stores"));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_value_that_is_written_while_mongodb_is_tried_again_is_a_conflict() {
    for case in CASES {
        let stores = (case.stores)();
        let before = stores.lite();
        let mut program = stores.start(&Fuse::new(None, None));
        let plan = program.plan(&key(KEY), case.plan).await.unwrap();
        // The look before the write is answered, the one of its first try is not.
        let asked = stores.faults.calls(Op::ByIds);
        (stores.faults).on_call(Op::ByIds, asked + 2, away(Store::Mongo));
        let writes = async {
            let tried = || stores.faults.calls(Op::ByIds) == asked + 2;
            once("the first try", tried).await;
            (case.theirs)(&stores);
        };
        let (written, ()) = tokio::join!(program.write(plan), writes);
        let written = written.unwrap();
        assert_eq!(written.ending, Ending::Conflict, "{}", written.said);
        assert_eq!(stores.lite(), before);
    }
}

#[tokio::test(start_paused = true)]
async fn a_value_that_is_written_before_it_is_read_back_is_told() {
    for case in CASES {
        let stores = (case.stores)().slow();
        let mut program = stores.start(&Fuse::new(None, None));
        let plan = program.plan(&key(KEY), case.plan).await.unwrap();
        let writes = async {
            let made = || stores.paper.facts().contains(&Fact::Indexed);
            once("MongoDB's part", made).await;
            (case.theirs)(&stores);
        };
        let (written, ()) = tokio::join!(program.write(plan), writes);
        let written = written.unwrap();
        assert_eq!(written.ending, Ending::Superseded, "{}", written.said);
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_away_when_it_is_taken_up_leaves_it_open() {
    for case in CASES {
        let stores = case.left(false).await;
        let mut program = stores.start(&Fuse::new(None, None));
        stores.faults.always(Op::Get, away(Store::Values));
        let found = verdict(&mut program).await;
        assert_eq!(found.choices, [Choice::Later, Choice::Drop]);
        stores.faults.clear();

        stores.faults.always(Op::ByIds, away(Store::Mongo));
        let written = finish(&mut program).await;
        assert_eq!(written.ending, Ending::Unknown, "{}", written.said);
        stores.faults.clear();

        let written = finish(&mut program).await;
        assert_eq!(written.ending, Ending::Done, "{}", written.said);
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_whose_answer_is_lost_is_never_called_untouched() {
    for case in CASES {
        let stores = (case.stores)();
        let before = stores.lite();
        let mut program = stores.start(&Fuse::new(None, None));
        let plan = program.plan(&key(KEY), case.plan).await.unwrap();
        stores.unanswered.store(1, Ordering::Relaxed);
        let asked = stores.faults.calls(Op::ByIds);
        // Two looks before it are answered, none after it.
        for nth in 3..20 {
            (stores.faults).on_call(Op::ByIds, asked + nth, away(Store::Mongo));
        }
        let written = program.write(plan).await.unwrap();
        assert_ne!(stores.lite(), before, "it was made");
        assert_eq!(written.ending, Ending::Unknown, "{}", written.said);
        let said = "it is not known whether MongoDB was changed";
        assert!(written.said.starts_with(said), "{}", written.said);

        stores.faults.clear();
        let written = finish(&mut program).await;
        assert_eq!(written.ending, Ending::Done, "{}", written.said);
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_that_is_looked_up_is_no_trouble() {
    for case in CASES {
        let stores = (case.stores)();
        let mut program = stores.start(&Fuse::new(None, None));
        let plan = program.plan(&key(KEY), case.plan).await.unwrap();
        stores.unanswered.store(1, Ordering::Relaxed);
        let written = program.write(plan).await.unwrap();
        assert_eq!(written.ending, Ending::Done, "{}", written.said);
    }
}
