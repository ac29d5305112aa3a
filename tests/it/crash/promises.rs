//! What must hold after every order of events.

use std::sync::Arc;

use dualscope::domain::Version;
use dualscope::domain::intent::{Ending, Story};
use dualscope::domain::plan::{Fence, Plan, ValueWrite};
use dualscope::task::event::Written;

use super::Order;
use super::kinds::{REFUSED, Theirs, in_step, is_their_document, is_theirs};
use crate::support::writing::{KEY, Stores, diagnosed};

/// What an order has left behind.
pub(super) struct Seen<'a> {
    pub(super) stores: &'a Stores,
    /// Writes that the journal knew before.
    pub(super) known: usize,
    pub(super) plan: &'a Plan,
    pub(super) told: &'a [Written],
    pub(super) order: Order,
}

impl Seen<'_> {
    /// The story of the write, if it began.
    fn story(&self) -> Option<Story> {
        let mut stories = self.stores.paper.stories();
        assert!(stories.len() <= self.known + 1, "{:?}", self.order);
        (stories.len() > self.known).then(|| stories.remove(0))
    }

    fn log(&self) -> Vec<(Version, Arc<[u8]>)> {
        let log = self.stores.values.log().into_iter();
        let of_key = log.filter(|(_, key, _)| key == KEY);
        of_key.map(|(version, _, bytes)| (version, bytes)).collect()
    }

    /// The versions at which our bytes were written above the fence; `None` when no value is planned.
    fn ours(&self) -> Option<Vec<Version>> {
        let write = self.plan.value.as_ref()?;
        let log = self.log().into_iter();
        let ours = log.filter(|(version, bytes)| is_ours(write, *version, bytes));
        Some(ours.map(|(version, _)| version).collect())
    }

    /// Whether somebody else writes what the plan writes.
    fn is_shared(&self) -> bool {
        matches!(self.order.foreign, Some((_, Theirs::Same)))
    }

    /// Whether the value was written; `None` when none is planned.
    fn wrote(&self) -> Option<bool> {
        self.ours().map(|ours| !ours.is_empty())
    }

    /// Whether MongoDB holds its part now, or holds what somebody else wrote.
    fn lite(&self) -> (bool, bool) {
        let now = self.stores.lite();
        let plan = self.plan.lite.as_ref();
        let held = plan.is_none_or(|write| write.is(now.as_ref()));
        (held, self.order.is_disturbed() && is_theirs(self.stores).1)
    }
}

fn is_ours(write: &ValueWrite, version: Version, bytes: &[u8]) -> bool {
    *bytes == *write.bytes && (version.0 > write.fence.number() || write.fence == Fence::Absent)
}

/// The promises.
pub(super) fn check(seen: &Seen<'_>) {
    let story = seen.story();
    let context = || {
        let facts = seen.stores.paper.facts();
        let told: Vec<_> = seen
            .told
            .iter()
            .map(|told| (told.ending, &told.said))
            .collect();
        format!("{:?}\n{told:?}\n{facts:#?}", seen.order)
    };
    written_once(seen, &context);
    for written in seen.told {
        is_true(seen, (written.ending, &written.said), &context);
    }
    goes_on(seen, story.as_ref(), &context);
    if let Some(story) = story {
        known(seen, &story, &context);
    } else {
        let wrote = seen.wrote() == Some(true) && !seen.is_shared();
        assert!(!wrote, "written, and nobody knows: {}", context());
    }
}

/// The store waits for nobody's data. What is encrypted can't be brought again: then it was sent once
/// at most, and whoever asked knows of it.
fn goes_on(seen: &Seen<'_>, story: Option<&Story>, context: &dyn Fn() -> String) {
    let bare = seen.stores.values.bare();
    if !seen.order.encrypted {
        assert!(bare.is_empty(), "it waits for {bare:?}: {}", context());
        return;
    }
    let machine = seen.stores.machine.as_ref().unwrap();
    assert!(machine.mined() <= 1, "sent twice: {}", context());
    let ended = story.and_then(|story| story.ended.as_ref());
    if let (false, Some((ending, said))) = (bare.is_empty(), ended) {
        let words = match ending {
            Ending::GivenUp => ["without its data", "its data would be missing"],
            _ => ["without its data and hold the node up"; 2],
        };
        let told = words.iter().any(|words| said.contains(words));
        assert!(told, "it waits for {bare:?}: {}", context());
    }
}

/// Ours is stored once at most, and nobody's value came between what was read and ours.
fn written_once(seen: &Seen<'_>, context: &dyn Fn() -> String) {
    let (Some(write), Some(ours)) = (&seen.plan.value, seen.ours()) else {
        return;
    };
    // Theirs may be the same bytes: then nobody can tell which of the two is ours.
    let most = if seen.is_shared() { 2 } else { 1 };
    assert!(ours.len() <= most, "written twice: {}", context());
    if let Some(version) = ours.into_iter().next() {
        let log = seen.log().into_iter();
        let between = log.filter(|(other, _)| *other < version && other.0 > write.fence.number());
        let count = between.count();
        assert_eq!(count, 0, "a foreign value was overwritten: {}", context());
    }
}

/// Whether what was said of a write is so. Somebody else may have written since.
fn is_true(seen: &Seen<'_>, (ending, said): (Ending, &str), context: &dyn Fn() -> String) {
    let (held, theirs) = seen.lite();
    let foreign = seen.order.is_disturbed();
    match ending {
        Ending::Done => {
            assert_ne!(
                seen.wrote(),
                Some(false),
                "done without a value: {}",
                context()
            );
            assert!(held || theirs, "done without MongoDB: {}", context());
            let intent = seen.story().map(|story| story.intent);
            let done = intent.map(|intent| seen.stores.paper.done(&intent));
            assert!(
                done.is_some_and(|done| !done.is_empty()),
                "done by nobody's word: {}",
                context()
            );
        }
        Ending::Superseded => {
            assert_ne!(seen.wrote(), Some(false), "never written: {}", context());
            assert!(foreign, "nobody else wrote: {}", context());
        }
        Ending::HalfDone => {
            assert_eq!(seen.wrote(), Some(true), "not even half: {}", context());
        }
        Ending::Conflict => assert!(foreign, "with oneself: {}", context()),
        Ending::Dropped => {
            let refused = seen.order.may_be_dropped() && said.contains(REFUSED);
            assert!(refused, "without the node's reason: {}", context());
        }
        _ => {}
    }
    let not_ours = matches!(ending, Ending::Refused | Ending::Conflict | Ending::Dropped);
    if not_ours && !seen.is_shared() {
        assert_ne!(seen.wrote(), Some(true), "said not to be: {}", context());
    }
}

/// Done is said while the value store holds what was written, or still what MongoDB's part was
/// decided from, and both halves are in step. A document that somebody else has put where it says
/// what was planned, and more, is theirs.
fn done_in_step(seen: &Seen<'_>, story: &Story, context: &dyn Fn() -> String) {
    for halves in seen.stores.paper.done(&story.intent) {
        let (lite, stored) = (halves.lite.seen().unwrap(), halves.stored.seen().unwrap());
        let stands = match (&seen.plan.value, &seen.plan.before.stored) {
            (Some(write), _) => write.is(stored),
            (None, before) => before.as_ref() == Some(stored),
        };
        assert!(stands, "done over another value: {}", context());
        if !is_their_document(lite.as_ref()) {
            let (state, wanted) = (diagnosed(&halves).state, in_step(seen.order.kind));
            assert_eq!(state, wanted, "done, and out of step: {}", context());
        }
    }
}

/// However it ended, the story says so.
fn known(seen: &Seen<'_>, story: &Story, context: &dyn Fn() -> String) {
    done_in_step(seen, story, context);
    let Some((ending, said)) = &story.ended else {
        panic!("left open for ever: {}", context());
    };
    is_true(seen, (*ending, said), context);
    let (held, theirs) = seen.lite();
    let wrote = seen.wrote();
    match ending {
        Ending::Done
        | Ending::Superseded
        | Ending::Refused
        | Ending::Conflict
        | Ending::Dropped => {}
        Ending::HalfDone => assert!(theirs, "not brought to its end: {}", context()),
        Ending::GivenUp => {
            let says = said.contains("stored at") || wrote != Some(true) || seen.is_shared();
            assert!(says, "{}", context());
        }
        // Its number went down with the machine: nobody can ask the node what became of it.
        Ending::NotApplied if seen.order.may_be_dropped() && story.receipt.sequence.is_none() => {
            assert_eq!(wrote, Some(false), "{}", context());
            return;
        }
        Ending::NotApplied | Ending::Unknown | Ending::DataMissing => {
            panic!("never settled: {}", context());
        }
    }
    if seen.order.is_disturbed() {
        return;
    }
    if wrote == Some(true) || (wrote.is_none() && held) {
        assert_eq!(*ending, Ending::Done, "nobody disturbed it: {}", context());
    } else {
        // Only what was never sent may end otherwise, or what the node would not have.
        assert!(
            matches!(ending, Ending::Refused | Ending::GivenUp | Ending::Dropped),
            "{}",
            context()
        );
        let half = held && seen.plan.lite.is_some();
        assert!(!half, "half written: {}", context());
    }
}
