//! What must hold when everything has come to rest, on the stores themselves.

use dualscope::domain::intent::{Ending, Story};
use mongodb::bson::Document;

use super::kinds::Case;
use super::orders::Order;
use crate::real::{Real, Said, Version};

/// What the commands of a round claimed, in their order.
#[derive(Default)]
pub(super) struct Told(Vec<(Ending, String)>);

impl Told {
    /// Takes what a command said of the key; its exit code has to say the same.
    pub(super) fn take(&mut self, said: &Said, key: &str) {
        let mut last = None;
        for line in said.lines() {
            let of_key = line["key"] == key;
            let ending = line["ending"].as_str().filter(|_| of_key);
            // The list of what is open tells endings too, and claims nothing.
            let Some(ending) = ending.filter(|_| line.get("choices").is_none()) else {
                continue;
            };
            if ending == "nothing-to-do" {
                continue;
            }
            let ending = Ending::from_name(ending).unwrap();
            last = Some(ending);
            self.0.push((ending, line.to_string()));
        }
        if let (Some(code), Some(ending)) = (said.code(), last)
            && !(ending == Ending::GivenUp && code == 0)
        {
            assert_eq!(code, i32::from(ending.row().exit), "{said:?}");
        }
    }
}

/// The promises.
pub(super) fn check(real: &Real, case: &Case, told: &Told, order: &Order) {
    let versions = real.versions(&case.key);
    let (before, new) = versions.split_at(case.versions.len());
    assert_eq!(before, case.versions, "history changed: {order:?}");
    let ours: Vec<&Version> = new.iter().filter(|version| version.ours).collect();
    assert!(ours.len() <= 1, "written twice: {order:?}: {new:?}");
    let story = case.story();
    let context = || format!("{order:?}\n{story:#?}\n{:?}\n{new:?}", told.0);
    nothing_overwritten(&versions, story.as_ref(), &context);
    let lite = real.document(&case.id);
    their_lite_stays(case, (story.as_ref(), lite.as_ref()), order, &context);
    for (ending, said) in &told.0 {
        match ending {
            Ending::Done => done_is_true(real, case, order, &context),
            Ending::Refused | Ending::Conflict | Ending::Dropped => {
                assert!(
                    ours.is_empty(),
                    "said not to be written: {said}: {}",
                    context()
                );
            }
            _ => {}
        }
    }
    match &story {
        None => {
            assert!(ours.is_empty(), "written, and nobody knows: {}", context());
            let untouched = order.touches_lite() || lite == case.lite;
            assert!(
                untouched,
                "MongoDB changed, and nobody knows: {}",
                context()
            );
            // What is refused before it is begun is not written down.
            let refused = |(ending, _): &(Ending, String)| {
                matches!(ending, Ending::Refused | Ending::Conflict)
            };
            assert!(told.0.iter().all(refused), "{}", context());
        }
        Some(story) => known(real, case, story, order, !ours.is_empty()),
    }
    assert!(
        case.typed_text_is_there(real),
        "a typed text is lost: {}",
        context()
    );
}

/// What our value replaced is what was read when the write was planned.
fn nothing_overwritten(versions: &[Version], story: Option<&Story>, context: &dyn Fn() -> String) {
    let Some(write) = story.and_then(|story| story.plan.value.as_ref()) else {
        return;
    };
    for (at, version) in versions.iter().enumerate() {
        if version.ours && *version.bytes == *write.bytes && version.number > write.fence.number() {
            let replaced = at.checked_sub(1).map_or(0, |at| versions[at].number);
            let fence = write.fence.number();
            assert_eq!(
                replaced,
                fence,
                "a foreign value was overwritten: {}",
                context()
            );
        }
    }
}

/// What somebody else wrote to MongoDB is there, unless it was read when the write was planned.
fn their_lite_stays(
    case: &Case,
    (story, lite): (Option<&Story>, Option<&Document>),
    order: &Order,
    context: &dyn Fn() -> String,
) {
    let is_theirs = |lite: &Document| {
        let keywords = lite.get_array("keywords");
        keywords.is_ok_and(|words| words.first().and_then(|word| word.as_str()) == Some("theirs"))
    };
    let read = story.and_then(|story| story.plan.before.lite.as_ref());
    let knew = read.is_some_and(|lite| format!("{:?}", lite.get("keywords")).contains("theirs"));
    if order.touches_lite() && !knew {
        assert!(
            lite.is_some_and(is_theirs),
            "theirs is lost ({}): {}",
            case.key,
            context()
        );
    }
}

/// When it was reported done, both stores held it; somebody else may have written since.
fn done_is_true(real: &Real, case: &Case, order: &Order, context: &dyn Fn() -> String) {
    if order.foreign.is_none() {
        let reached = case.is_reached(real);
        assert!(reached.is_ok(), "{}: {}", reached.unwrap_err(), context());
        return;
    }
    let story = case.story().unwrap();
    let (plan, versions) = (&story.plan, real.versions(&case.key));
    let value = plan.value.as_ref().is_none_or(|write| {
        let above = |version: &Version| version.number > write.fence.number();
        let is_it =
            |version: &&Version| version.ours && above(version) && *version.bytes == *write.bytes;
        versions.iter().filter(is_it).count() == 1
    });
    assert!(value, "no value: {}", context());
    let lite = plan.lite.as_ref();
    let lite = lite.is_none_or(|write| write.is(real.lite(&case.key).as_ref()));
    assert!(
        lite || order.touches_lite(),
        "no lite document: {}",
        context()
    );
}

/// However it ended, the journal says so.
fn known(real: &Real, case: &Case, story: &Story, order: &Order, written: bool) {
    let context = || format!("{order:?}\n{story:#?}");
    let Some((ending, said)) = &story.ended else {
        panic!("left open for ever: {}", context());
    };
    match ending {
        Ending::Done | Ending::Superseded => {
            let value = story.plan.value.is_none() || written;
            assert!(value, "said to be written: {}", context());
        }
        Ending::Refused | Ending::Conflict | Ending::Dropped => {
            assert!(!written, "said not to be written: {}", context());
        }
        Ending::GivenUp => {
            assert!(said.contains("stored at") || !written, "{}", context());
        }
        Ending::HalfDone | Ending::NotApplied | Ending::Unknown | Ending::DataMissing => {
            panic!("never settled: {}", context());
        }
    }
    let lite = story.plan.lite.as_ref();
    let lite = lite.is_none_or(|write| write.is(real.lite(&case.key).as_ref()));
    if written && !lite && !order.touches_lite() {
        assert_ne!(*ending, Ending::Done, "half written: {}", context());
    }
    // A client that died before it sent anything leaves nothing to be finished.
    let unsent = matches!(ending, Ending::Refused | Ending::GivenUp) && !written;
    if order.foreign.is_none() && order.client.can_die_unsent() && unsent {
        assert_eq!(real.document(&case.id), case.lite, "{}", context());
    } else if order.foreign.is_none() {
        assert_eq!(*ending, Ending::Done, "{}", context());
        let reached = case.is_reached(real);
        assert!(reached.is_ok(), "{}: {}", reached.unwrap_err(), context());
    }
}
