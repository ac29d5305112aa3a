//! What a program left that died on the way, taken up by a later one.

use std::sync::Arc;

use dualscope::domain::intent::{Choice, Decision, Ending, Finding, IntentId, Phase, Story};
use dualscope::domain::{Bson, Codec, Collection, Version};
use dualscope::store::memory::MemoryIndex;
use dualscope::task::spec::TaskSpec;
use pretty_assertions::assert_eq;

use super::{edit, open, resume};
use crate::support::writing::{Fuse, KEY, Stores, first_lite, first_text, text};

/// What an edit leaves whose program dies at the first point at which it is so far.
async fn left(is_there: impl Fn(&Stores, &Story) -> bool) -> (Stores, Story) {
    for crash in 1.. {
        let stores = Stores::with_document();
        let mut program = stores.start(&Fuse::new(Some(crash), None));
        let plan = edit(&mut program).await;
        let ended = program.write(plan).await;
        assert_eq!(ended, None, "no point of the write is there");
        program.die();
        let story = stores.paper.stories().pop();
        if let Some(story) = story.filter(|story| is_there(&stores, story)) {
            return (stores, story);
        }
    }
    unreachable!("the write ends before");
}

fn finish(intent: &IntentId) -> TaskSpec {
    resume(intent, Decision::Finish)
}

#[tokio::test(start_paused = true)]
async fn a_write_of_which_nothing_was_sent_is_looked_at_again_before_it_is_finished() {
    let (stores, story) = left(|_, story| story.phase == Phase::Planned).await;
    let mut lite = first_lite();
    let field = lite.0.iter_mut().find(|(name, _)| name == "keywords");
    field.unwrap().1 = Bson::Array(vec![Bson::String("theirs".into())]);
    stores.index.put(&Collection::new("memcells"), lite);
    let theirs = stores.lite();

    let mut program = stores.start(&Fuse::new(None, None));
    let written = program.take_up(finish(&story.intent)).await.unwrap();
    assert_eq!(written.ending, Ending::Conflict, "{}", written.said);
    assert!(
        written.said.contains("nothing was touched"),
        "{}",
        written.said
    );
    assert_eq!(
        stores.bytes().unwrap().as_ref(),
        Codec::Base64.encode(&first_text())
    );
    assert_eq!(stores.lite(), theirs);
    assert!(open(&mut program).await.is_empty(), "it is at its end");
}

/// Two others wrote, the first of them the very bytes that we only planned.
#[tokio::test(start_paused = true)]
async fn what_was_never_sent_is_not_found_among_other_peoples_versions() {
    let (stores, story) = left(|_, story| story.phase == Phase::Planned).await;
    let same = story.plan.value.as_ref().unwrap().bytes.to_vec();
    stores.values.put(KEY, same);
    let theirs = Codec::Base64.encode(&text(r#"["theirs"]"#, "2026-02-01T00:00:00+00:00"));
    stores.values.put(KEY, theirs.clone());

    let mut program = stores.start(&Fuse::new(None, None));
    let found = open(&mut program).await.remove(0).verdict.unwrap();
    assert_eq!(found.finding, Finding::Foreign(Some(Version(4))));
    let written = program.take_up(finish(&story.intent)).await.unwrap();
    assert_eq!(written.ending, Ending::Conflict, "{}", written.said);
    assert_eq!(stores.bytes().unwrap().as_ref(), theirs);
    assert_eq!(stores.lite().unwrap().fields, first_lite());
}

#[tokio::test(start_paused = true)]
async fn a_write_to_other_stores_is_not_taken_up_here() {
    let (stores, story) = left(|_, story| story.phase == Phase::Planned).await;
    let others = Stores {
        index: Arc::new(MemoryIndex::new("another")),
        ..stores.clone()
    };
    others.index.put(&Collection::new("memcells"), first_lite());
    let known = stores.paper.facts();

    let mut program = others.start(&Fuse::new(None, None));
    for decision in [Decision::Finish, Decision::Drop] {
        let taken_up = program.ask(resume(&story.intent, decision)).await;
        let failure = taken_up.unwrap().unwrap_err();
        assert!(
            failure.said.contains("is for other stores: "),
            "{}",
            failure.said
        );
    }
    assert_eq!(stores.paper.facts(), known, "and nothing is decided");
    assert_eq!(
        stores.bytes().unwrap().as_ref(),
        Codec::Base64.encode(&first_text())
    );
    assert_eq!(others.lite().unwrap().fields, first_lite());
    program.die();

    let mut program = stores.start(&Fuse::new(None, None));
    let written = program.take_up(finish(&story.intent)).await.unwrap();
    assert_eq!(written.ending, Ending::Done, "{}", written.said);
}

/// Nobody knows the number of ours, so it is looked for among all that came after it.
#[tokio::test(start_paused = true)]
async fn ours_is_found_below_many_newer_versions() {
    let theirs = Codec::Base64.encode(&text(r#"["theirs"]"#, "2026-02-01T00:00:00+00:00"));
    for newer in [1, 17, 40] {
        let is_sent = |stores: &Stores, _: &Story| stores.values.log().len() == 3;
        let (stores, story) = left(is_sent).await;
        assert_eq!(
            (story.phase, story.receipt.sequence),
            (Phase::Submitting, None)
        );
        for _ in 0..newer {
            stores.values.put(KEY, theirs.clone());
        }

        let mut program = stores.start(&Fuse::new(None, None));
        let found = open(&mut program).await.remove(0).verdict.unwrap();
        let expected = Finding::Superseded(Version(3));
        assert_eq!(found.finding, expected, "{newer}");
        assert_eq!(found.choices, [Choice::Drop, Choice::Later], "{newer}");
        let written = program.take_up(finish(&story.intent)).await.unwrap();
        assert_eq!(
            (written.ending, written.version),
            (Ending::Superseded, Some(Version(3))),
            "{newer}: {}",
            written.said
        );
        assert_eq!(stores.bytes().unwrap().as_ref(), theirs);
        assert_eq!(stores.lite().unwrap().fields, first_lite());
    }
}
