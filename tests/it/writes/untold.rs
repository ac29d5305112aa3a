//! A store that does not see its whole history says "no value" also of a value that it never saw.
//! Nothing is written over and nothing is deleted then, whoever made the plan.

use dualscope::domain::Collection;
use dualscope::domain::intent::Ending;
use dualscope::domain::plan::{self, Fence, Why};
use pretty_assertions::assert_eq;

use super::typed;
use crate::support::writing::{Fuse, KEY, Stores, desk, first_lite, key, typed_text};

/// The document is listed; its value lies below what the node sees.
fn blind() -> Stores {
    let stores = Stores::new();
    stores.index.put(&Collection::new("memcells"), first_lite());
    stores.values.skip(1);
    stores.values.set_delay(Some(std::time::Duration::ZERO));
    stores.values.set_window(Some(true), Some(1));
    stores
}

#[tokio::test(start_paused = true)]
#[expect(
    clippy::redundant_closure_for_method_calls,
    reason = "the method itself is of one lifetime"
)]
async fn no_plan_is_made_that_replaces_or_deletes_what_cannot_be_told() {
    let stores = blind();
    let mut program = stores.start(&Fuse::new(None, None));
    let seen = program.inspect(&key(KEY)).await;
    assert!(seen.diagnosis.untold().is_some());
    let old = seen.document.stored.seen().unwrap().clone();
    let edit = |desk: plan::Desk<'_>| desk.edit(&typed(&typed_text()));
    for plan in [
        program.plan(&key(KEY), |desk| desk.delete()).await,
        program.plan(&key(KEY), edit).await,
        program.plan(&key(KEY), |desk| desk.put_back(&old)).await,
        program.plan(&key(KEY), plan::rebuild).await,
    ] {
        let refusal = plan.unwrap_err();
        assert_eq!(refusal.why, Why::Unseen);
        assert!(refusal.said.contains("the node starts at 1"), "{refusal}");
    }
    // The marks are MongoDB's alone, and can be taken back.
    let marks = program
        .plan(&key(KEY), |desk| plan::soft_delete(desk, None))
        .await
        .unwrap();
    assert_eq!(program.write(marks).await.unwrap().ending, Ending::Done);
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_was_made_elsewhere_is_refused_before_anything_is_written_down() {
    let stores = blind();
    let mut program = stores.start(&Fuse::new(None, None));
    let document = program.inspect(&key(KEY)).await.document;
    // As another program would make them, one that took the node's word.
    let delete = desk(&document).delete().unwrap();
    let edit = desk(&document).edit(&typed(&typed_text())).unwrap();
    for plan in [delete, edit] {
        let written = program.write(plan).await.unwrap();
        assert_eq!(written.ending, Ending::Refused);
        assert!(
            written.said.contains("the node starts at 1"),
            "{}",
            written.said
        );
    }
    assert!(stores.paper.facts().is_empty());
    assert_eq!(stores.lite().unwrap().fields, first_lite());
    assert_eq!(stores.bytes(), None);
}

#[tokio::test(start_paused = true)]
async fn who_knows_that_a_key_was_never_written_may_write_a_first_value() {
    let stores = blind();
    let mut program = stores.start(&Fuse::new(None, None));
    let first = program
        .plan(&key(KEY), |desk| desk.vouched().edit(&typed(&typed_text())))
        .await
        .unwrap();
    assert_eq!(first.value.as_ref().unwrap().fence, Fence::Vouched);
    assert_eq!(program.write(first).await.unwrap().ending, Ending::Done);

    // The word is about a first value: it deletes nothing.
    let stores = blind();
    let mut program = stores.start(&Fuse::new(None, None));
    let delete = program
        .plan(&key(KEY), |desk| desk.vouched().delete())
        .await
        .unwrap();
    let refused = program.write(delete).await.unwrap();
    assert_eq!(refused.ending, Ending::Refused, "{}", refused.said);
}
