//! What others do between two looks of a write, and a MongoDB that is gone for a while.

use std::time::Duration;

use dualscope::domain::intent::{Decision, Ending, Fact};
use dualscope::domain::plan::Plan;
use dualscope::domain::{Bson, Codec, Collection, State, Version};
use dualscope::store::error::{Kind, Retry, Store, StoreError};
use dualscope::store::memory::faults::{Fault, Op};
use dualscope::task::event::Written;
use pretty_assertions::assert_eq;

use super::{edit, resume};
use crate::support::writing::{
    Fuse, KEY, Program, Stores, first_lite, first_text, key, once, text,
};

/// Somebody else changes a field of the document that our edit changes too.
fn changes_mongodb(stores: &Stores) {
    let mut lite = first_lite();
    let field = lite.0.iter_mut().find(|(name, _)| name == "keywords");
    field.unwrap().1 = Bson::Array(vec![Bson::String("theirs".into())]);
    stores.index.put(&Collection::new("memcells"), lite);
}

fn away() -> Fault {
    let error = StoreError::new(Store::Mongo, Kind::Unreachable, "MongoDB is away");
    Fault::Fail(error.retry(Retry::Safe))
}

fn knows(stores: &Stores, is: impl Fn(&Fact) -> bool) -> bool {
    stores.paper.facts().iter().any(is)
}

/// A write while something happens.
async fn during(program: &mut Program, plan: Plan, what: impl Future<Output = ()>) -> Written {
    let (written, ()) = tokio::join!(program.write(plan), what);
    written.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_mongodb_that_somebody_changed_is_a_conflict_before_anything_is_touched() {
    let stores = Stores::with_document();
    let mut program = stores.start(&Fuse::new(None, None));
    let plan = edit(&mut program).await;
    changes_mongodb(&stores);
    let theirs = stores.lite();
    let written = program.write(plan).await.unwrap();
    assert_eq!(
        (written.ending, written.intent),
        (Ending::Conflict, None),
        "{}",
        written.said
    );
    assert!(
        written.said.contains("MongoDB document was changed")
            && written.said.contains("nothing was touched"),
        "{}",
        written.said
    );
    assert!(stores.paper.facts().is_empty());
    assert_eq!(
        stores.bytes().unwrap().as_ref(),
        Codec::Base64.encode(&first_text())
    );
    assert_eq!(stores.lite(), theirs);
}

/// In front of our transaction waits another one; between the look at the value and the question
/// after ours, the node applies both, and drops ours by its fence.
async fn behind(first: impl FnOnce(&Plan) -> (Vec<u8>, u64)) -> (Stores, Written) {
    let stores = Stores::with_document().slow();
    stores.values.set_delay(None);
    let mut program = stores.start(&Fuse::new(None, None));
    let plan = edit(&mut program).await;
    let (bytes, fence) = first(&plan);
    let writes = vec![(KEY.to_owned(), bytes.into())];
    stores.values.submit_fenced(writes, fence);
    let applied = async {
        let asked = || stores.faults.calls(Op::Fate) == 1;
        once("the question after the transaction", asked).await;
        stores.values.apply_all();
    };
    let written = during(&mut program, plan, applied).await;
    (stores, written)
}

#[tokio::test(start_paused = true)]
async fn a_dropped_copy_of_a_value_that_is_stored_meanwhile_is_no_dropped_write() {
    let (stores, written) = behind(|plan| {
        let write = plan.value.as_ref().unwrap();
        (write.bytes.to_vec(), write.fence.number())
    })
    .await;
    assert_eq!(
        (written.ending, written.version),
        (Ending::Done, Some(Version(3))),
        "{}",
        written.said
    );
    let keywords = stores.lite().unwrap().get("keywords").cloned();
    assert_ne!(keywords.as_ref(), first_lite().at("keywords"));
}

#[tokio::test(start_paused = true)]
async fn a_transaction_dropped_for_somebody_elses_is_a_conflict_that_names_theirs() {
    let theirs = text(r#"["theirs"]"#, "2026-02-01T00:00:00+00:00");
    let (stores, written) = behind(|_| (Codec::Base64.encode(&theirs), u64::MAX)).await;
    assert_eq!(written.ending, Ending::Conflict, "{}", written.said);
    assert!(
        written.said.contains("somebody else wrote at v3 first"),
        "{}",
        written.said
    );
    assert_eq!(stores.lite().unwrap().fields, first_lite());
}

#[tokio::test(start_paused = true)]
async fn a_mongodb_that_changes_before_it_is_read_back_is_not_called_done() {
    let stores = Stores::with_document().slow();
    let mut program = stores.start(&Fuse::new(None, None));
    let plan = edit(&mut program).await;
    let changed = async {
        let written = || knows(&stores, |fact| *fact == Fact::Indexed);
        once("MongoDB's part", written).await;
        changes_mongodb(&stores);
    };
    let written = during(&mut program, plan, changed).await;
    assert_eq!(written.ending, Ending::Superseded, "{}", written.said);
    assert!(
        written.said.contains("changed MongoDB again since"),
        "{}",
        written.said
    );
}

#[tokio::test(start_paused = true)]
async fn a_mongodb_that_cannot_be_read_back_is_not_called_done() {
    let stores = Stores::with_document().slow();
    let mut program = stores.start(&Fuse::new(None, None));
    let plan = edit(&mut program).await;
    let gone = async {
        let written = || knows(&stores, |fact| *fact == Fact::Indexed);
        once("MongoDB's part", written).await;
        stores.faults.always(Op::ByIds, away());
    };
    let written = during(&mut program, plan, gone).await;
    assert_eq!(written.ending, Ending::Unknown, "{}", written.said);
    assert!(
        written
            .said
            .contains("could not be read back: MongoDB is away"),
        "{}",
        written.said
    );

    stores.faults.clear();
    let finish = resume(&written.intent.unwrap(), Decision::Finish);
    let written = program.take_up(finish).await.unwrap();
    assert_eq!(written.ending, Ending::Done, "{}", written.said);
}

/// An edit whose value takes a second to be applied; meanwhile MongoDB goes, and comes back after
/// so many questions.
async fn away_for(questions: u64) -> (Stores, Program, Written) {
    let stores = Stores::with_document();
    stores.values.set_delay(Some(Duration::from_secs(1)));
    let mut program = stores.start(&Fuse::new(None, None));
    let plan = edit(&mut program).await;
    let goes = async {
        once("the value on its way", || {
            knows(&stores, |fact| *fact == Fact::Submitted)
        })
        .await;
        let asked = stores.faults.calls(Op::ByIds);
        for nth in 1..=questions {
            stores.faults.on_call(Op::ByIds, asked + nth, away());
        }
    };
    let written = during(&mut program, plan, goes).await;
    (stores, program, written)
}

#[tokio::test(start_paused = true)]
async fn a_mongodb_that_comes_back_after_two_tries_gets_its_part() {
    let (_, mut program, written) = away_for(2).await;
    assert_eq!(written.ending, Ending::Done, "{}", written.said);
    assert_eq!(program.state(&key(KEY)).await, State::Agrees);
}

#[tokio::test(start_paused = true)]
async fn a_mongodb_that_stays_away_leaves_a_write_half_done_that_is_finished_later() {
    let (stores, mut program, written) = away_for(4).await;
    assert_eq!(written.ending, Ending::HalfDone, "{}", written.said);
    assert!(
        written.said.contains("the value is written at v3")
            && written.said.contains("MongoDB is away"),
        "{}",
        written.said
    );
    assert_eq!(stores.lite().unwrap().fields, first_lite());

    let finish = resume(&written.intent.unwrap(), Decision::Finish);
    let written = program.take_up(finish).await.unwrap();
    assert_eq!(written.ending, Ending::Done, "{}", written.said);
    assert_eq!(program.state(&key(KEY)).await, State::Agrees);
}
