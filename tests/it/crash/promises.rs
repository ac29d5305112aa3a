//! What must hold after every order of events.

use std::sync::Arc;

use dualscope::domain::Version;
use dualscope::domain::intent::{Ending, Fact, Story};
use dualscope::domain::plan::{Fence, Plan, ValueWrite};
use dualscope::task::event::Written;

use super::{Order, is_theirs};
use crate::support::writing::{KEY, Stores};

/// The promises.
pub(super) fn check(stores: &Stores, plan: &Plan, told: &[Written], order: Order) {
    let told_by_journal = stores.paper.stories();
    assert!(told_by_journal.len() <= 1, "{order:?}");
    let log: Vec<(Version, Arc<[u8]>)> = stores
        .values
        .log()
        .into_iter()
        .filter(|(_, key, _)| key == KEY)
        .map(|(version, _, bytes)| (version, bytes))
        .collect();
    let ours = plan.value.as_ref().map(|write| ours(&log, write));
    let story = told_by_journal.first();
    for written in told {
        assert!(
            written.ending != Ending::Done || done_is_true(stores, plan, ours.as_deref(), order),
            "{order:?}: {written:?}"
        );
    }
    if let (Some(write), Some(ours)) = (&plan.value, &ours) {
        assert!(ours.len() <= 1, "written twice: {order:?}");
        for version in ours {
            // Nobody's value came between what was read and what we wrote.
            let between = log
                .iter()
                .filter(|(other, _)| other < version && other.0 > write.fence.number());
            assert_eq!(
                between.count(),
                0,
                "a foreign value was overwritten: {order:?}"
            );
        }
    }
    let Some(story) = story else {
        assert!(
            ours.is_none_or(|ours| ours.is_empty()),
            "written, and nobody knows: {order:?}"
        );
        return;
    };
    known(stores, story, ours.as_deref(), order);
}

/// The versions at which our bytes were written above the fence.
fn ours(log: &[(Version, Arc<[u8]>)], write: &ValueWrite) -> Vec<Version> {
    let above = log.iter().filter(|(version, bytes)| {
        *bytes == write.bytes && (version.0 > write.fence.number() || write.fence == Fence::Absent)
    });
    above.map(|(version, _)| *version).collect()
}

/// When something was reported done, both stores held it; somebody else may have written since.
fn done_is_true(stores: &Stores, plan: &Plan, ours: Option<&[Version]>, order: Order) -> bool {
    let value = ours.is_none_or(|ours| ours.len() == 1);
    let (_, their_lite) = is_theirs(stores);
    let lite = plan.lite.as_ref().is_none_or(|write| {
        write.is(stores.lite().as_ref()) || (order.foreign.is_some() && their_lite)
    });
    value && lite
}

/// However it ended, the story says so.
fn known(stores: &Stores, story: &Story, ours: Option<&[Version]>, order: Order) {
    let facts = stores.paper.facts();
    let context = || format!("{order:?}\n{:?}\n{facts:?}", story.ended);
    let written = ours.is_some_and(|ours| !ours.is_empty());
    let lite = story
        .plan
        .lite
        .as_ref()
        .is_none_or(|write| write.is(stores.lite().as_ref()));
    let Some((ending, said)) = &story.ended else {
        panic!("left open for ever: {}", context());
    };
    match ending {
        Ending::Done | Ending::Superseded | Ending::HalfDone => {}
        Ending::Refused | Ending::Conflict | Ending::Dropped => {
            assert!(!written, "said not to be written: {}", context());
        }
        Ending::GivenUp => {
            let says = said.contains("stored at") || !written;
            assert!(says, "{}", context());
        }
        Ending::NotApplied | Ending::Unknown | Ending::DataMissing => {
            panic!("never settled: {}", context());
        }
    }
    if written && !lite && order.foreign.is_none() {
        assert!(
            ending.row().open || *ending == Ending::GivenUp,
            "half written: {}",
            context()
        );
    }
    if order.foreign.is_none() {
        assert_ne!(
            *ending,
            Ending::Conflict,
            "a conflict with oneself: {}",
            context()
        );
        let planned = facts
            .iter()
            .any(|fact| matches!(fact, Fact::Submitting { .. }))
            || written;
        assert!(
            *ending == Ending::Done || !planned || story.plan.value.is_none(),
            "{}",
            context()
        );
    }
}
