//! Machines do not agree about the time. An edit from one whose clock is behind must not look older
//! than what it replaced: `updated_at` is what says which half is newer.

use dualscope::domain::intent::Ending;
use dualscope::domain::plan;
use dualscope::domain::{Bson, Codec, Collection, State};
use pretty_assertions::assert_eq;

use super::typed;
use crate::support::writing::{Fuse, KEY, NOW, Stores, first_lite, key, text};

/// The document as a service wrote it whose clock is an hour ahead of ours.
fn ahead() -> Stores {
    let stores = Stores::with_document();
    let full = text("[\"lunch\"]", "2026-01-20T15:13:08.412907+00:00");
    stores.values.put(KEY, Codec::Base64.encode(&full));
    let mut lite = first_lite();
    for (name, value) in &mut lite.0 {
        if name == "updated_at" {
            *value = Bson::Date(NOW.div_euclid(1000) + 3_600_000);
        }
    }
    stores.index.put(&Collection::new("memcells"), lite);
    stores
}

#[tokio::test(start_paused = true)]
async fn time_does_not_go_backwards_in_either_store() {
    let stores = ahead();
    let mut program = stores.start(&Fuse::new(None, None));
    assert_eq!(program.state(&key(KEY)).await, State::Agrees);
    let new = text("[\"trip\"]", "2026-01-20T15:13:08.412907+00:00");
    let plan = program
        .plan(&key(KEY), |desk| desk.edit(&typed(&new)))
        .await
        .unwrap();
    let said = plan::behind(&plan.before, NOW).unwrap();
    for time in ["2026-01-20T15:13:08.412Z", "2026-01-20T14:13:08.412Z"] {
        assert!(said.contains(time), "{said}");
    }
    assert_eq!(program.write(plan).await.unwrap().ending, Ending::Done);
    // The next instant of both stores, one and the same.
    let written = text("[\"trip\"]", "2026-01-20T15:13:08.413000+00:00");
    assert_eq!(
        stores.bytes().unwrap().as_ref(),
        Codec::Base64.encode(&written)
    );
    let at = Bson::Date(NOW.div_euclid(1000) + 3_600_001);
    assert_eq!(stores.lite().unwrap().get("updated_at"), Some(&at));
    assert_eq!(program.state(&key(KEY)).await, State::Agrees);
}

#[tokio::test(start_paused = true)]
#[expect(
    clippy::redundant_closure_for_method_calls,
    reason = "the method itself is of one lifetime"
)]
async fn a_clock_that_is_right_is_what_an_edit_is_stamped_with() {
    let stores = Stores::with_document();
    let mut program = stores.start(&Fuse::new(None, None));
    let before = program.plan(&key(KEY), |desk| desk.delete()).await.unwrap();
    assert_eq!(plan::behind(&before.before, NOW), None);
}
