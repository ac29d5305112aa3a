//! A look at values that a store did not answer: the rows say so, and so does the task.

use std::time::Duration;

use dualscope::domain::{Bson, State};
use dualscope::store::error::{Kind, Store, StoreError};
use dualscope::store::memory::faults::{Fault, Op};
use dualscope::task::event::{Half, Inspection, Mark, Outcome, What};
use dualscope::task::spec::{TaskId, TaskSpec};
use pretty_assertions::assert_eq;

use super::{Stores, full, gone, key};

/// How many rows were told, and how many of them as unknown.
fn unknown(marks: &[Mark]) -> (usize, usize) {
    let unknown = |mark: &&Mark| mark.diagnosis.state == State::Unknown;
    (marks.len(), marks.iter().filter(unknown).count())
}

#[tokio::test]
async fn a_look_that_got_half_an_answer_says_so_and_can_be_tried_again() {
    let mut stores = Stores::new(None);
    (0..60).for_each(|id| stores.write(id, "first"));
    let rows = stores.rows().await;
    // The second screenful, of ten.
    stores
        .node
        .on_call(Op::Get, 2, Fault::Fail(gone(Store::Values)));
    let (marks, end) = stores.try_to_mark(&rows).await;
    assert_eq!(unknown(&marks), (60, 10));
    let failure = end.unwrap_err();
    assert!(failure.said.starts_with("10 of 60 rows"), "{failure:?}");
    assert!(
        failure.again && failure.kind == "unreachable",
        "{failure:?}"
    );

    stores.node.clear();
    let (marks, end) = stores.try_to_mark(&rows).await;
    assert_eq!((unknown(&marks), end), ((60, 0), Ok(Outcome::Done)));
}

#[tokio::test]
async fn a_look_that_got_no_answer_at_all_gives_the_reason_alone() {
    for (op, of_values) in [(Op::Window, true), (Op::Get, true), (Op::ByIds, false)] {
        let mut stores = Stores::new(None);
        (0..3).for_each(|id| stores.write(id, "first"));
        let rows = stores.rows().await;
        let (faults, store) = if of_values {
            (&stores.node, Store::Values)
        } else {
            // Something must seem wrong before MongoDB is asked again.
            (0..3).for_each(|id| {
                let value = full(id, "drifted");
                stores.values.put(&key(id).to_string(), &*value);
            });
            (&stores.mongo, Store::Mongo)
        };
        faults.always(op, Fault::Fail(gone(store)));
        let (marks, end) = stores.try_to_mark(&rows).await;
        assert_eq!(unknown(&marks), (3, 3), "{op:?}");
        assert_eq!(end.unwrap_err().said, gone(store).message, "{op:?}");
    }
}

#[tokio::test]
async fn silence_is_told_from_what_asking_again_cannot_change() {
    let refused = StoreError::new(Store::Values, Kind::Refused, "not for you");
    for (error, silent) in [(gone(Store::Values), true), (refused, false)] {
        let mut stores = Stores::new(None);
        stores.write(0, "first");
        let rows = stores.rows().await;
        stores.node.always(Op::Get, Fault::Fail(error));
        let seen = stores.inspect(0, None).await;
        assert_eq!(
            (seen.diagnosis.state, seen.silent),
            (State::Unknown, silent)
        );
        let (marks, _) = stores.try_to_mark(&rows).await;
        assert_eq!(marks[0].silent, silent);

        stores.node.clear();
        assert!(!stores.inspect(0, None).await.silent);
        assert!(!stores.mark(&rows).await[0].silent);
    }
}

#[tokio::test]
async fn a_silent_index_is_told_with_the_half_that_is_there() {
    let mut stores = Stores::new(None);
    stores.write(0, "first");
    stores
        .mongo
        .always(Op::ByIds, Fault::Fail(gone(Store::Mongo)));
    let seen = stores.inspect(0, None).await;
    assert!(seen.silent && seen.document.stored.seen().is_some());
}

/// An inspection while one call never ends, stopped after a moment: what was told by then.
async fn early(stores: &mut Stores) -> Inspection {
    let spec = TaskSpec::Inspect {
        key: key(0),
        id: Some(Bson::Int32(0)),
        at: None,
    };
    stores.next += 1;
    stores.runtime.start(TaskId(stores.next), spec);
    let told = async {
        loop {
            if let What::Part(Outcome::Inspection(early)) =
                stores.reports.recv().await.unwrap().what
            {
                return *early;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), told)
        .await
        .expect("half of it is told")
}

#[tokio::test]
async fn the_half_that_is_there_is_told_while_the_other_store_is_silent() {
    for (op, of_values) in [(Op::Window, true), (Op::Get, true), (Op::ByIds, false)] {
        let mut stores = Stores::new(None);
        stores.write(0, "first");
        let faults = if of_values {
            &stores.node
        } else {
            &stores.mongo
        };
        faults.always(op, Fault::Hang);
        let early = early(&mut stores).await;
        let halves = (
            early.document.lite.seen().is_some(),
            early.document.stored.seen().is_some(),
        );
        assert_eq!(halves, (of_values, !of_values), "{op:?}");
        // It is being read: neither known nor unknown.
        assert_eq!(early.diagnosis.state, State::Unchecked);
        let awaited = if of_values { Half::Values } else { Half::Mongo };
        assert_eq!(early.awaited(), Some(awaited));
        assert_eq!(early.unknown_halves().count(), 0);
    }
}

#[tokio::test]
async fn a_sign_of_life_does_not_wait_for_the_silent_store() {
    for mongo_hangs in [true, false] {
        let mut stores = Stores::new(None);
        let (faults, lives) = if mongo_hangs {
            (&stores.mongo, Half::Values)
        } else {
            (&stores.node, Half::Mongo)
        };
        faults.always(Op::Ping, Fault::Hang);
        stores.runtime.start(TaskId(9), TaskSpec::Health);
        let told = async {
            loop {
                if let What::Part(Outcome::Sign(half, sign)) =
                    stores.reports.recv().await.unwrap().what
                {
                    return (half, sign.is_ok());
                }
            }
        };
        let told = tokio::time::timeout(Duration::from_secs(20), told).await;
        assert_eq!(told.unwrap(), (lives, true));
    }
}
