//! A node that goes past a transaction without a word: nothing comes of it there, ever.

use dualscope::domain::Version;
use dualscope::domain::intent::{Choice, Decision, Ending};
use dualscope::domain::plan::{Desk, Plan};
use dualscope::task::event::{OpenIntent, Outcome, Written};
use dualscope::task::spec::TaskSpec;
use pretty_assertions::assert_eq;
use tokio::time::Instant;

use super::typed;
use crate::support::writing::{Fuse, KEY, Program, Stores, first_lite, key, once, typed_text};

/// Somebody else's transaction goes through; ours, in front of it, is not for this node.
fn pass(stores: &Stores) {
    assert!(stores.values.lose(Version(3)));
    stores.values.put("memcells:other", b"x".to_vec());
}

async fn edit(program: &mut Program) -> Plan {
    let made = |desk: Desk<'_>| desk.edit(&typed(&typed_text()));
    program.plan(&key(KEY), made).await.unwrap()
}

/// A write whose transaction was taken and not applied, and its program.
async fn waits() -> (Stores, Program, Written) {
    let stores = Stores::with_document();
    stores.values.set_delay(None);
    let mut program = stores.start(&Fuse::new(None, None));
    let plan = edit(&mut program).await;
    let written = program.write(plan).await.unwrap();
    assert_eq!(written.ending, Ending::NotApplied, "{}", written.said);
    (stores, program, written)
}

async fn open(program: &mut Program) -> Vec<OpenIntent> {
    match program.ask(TaskSpec::Survey).await {
        Some(Ok(Outcome::Open(open, _))) => open,
        other => panic!("{other:?}"),
    }
}

async fn resume(program: &mut Program, written: &Written, decision: Decision) -> Written {
    let intent = written.intent.clone().unwrap();
    let key = written.key.clone();
    let spec = TaskSpec::Resume {
        intent,
        key,
        decision,
    };
    program.take_up(spec).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn it_is_not_waited_for_and_can_be_given_up() {
    let (stores, mut program, written) = waits().await;
    let verdict = open(&mut program).await.remove(0).verdict.unwrap();
    assert_eq!(verdict.choices, [Choice::Finish, Choice::Later]);
    let said = "when the transaction (sequence 3) will be applied";
    assert_eq!(verdict.uncertain, [said]);

    pass(&stores);
    let verdict = open(&mut program).await.remove(0).verdict.unwrap();
    assert_eq!(verdict.choices, [Choice::Drop, Choice::Later]);
    let said = "the node went past the transaction (sequence 3) and gives no result: it was not for \
                this node, or lies before its window";
    assert!(
        verdict.certain.iter().any(|text| text == said),
        "{verdict:?}"
    );
    let said = "whether another node has applied it";
    assert_eq!(verdict.uncertain, [said]);

    let begun = Instant::now();
    let again = resume(&mut program, &written, Decision::Finish).await;
    assert_eq!(again.ending, Ending::NotApplied, "{}", again.said);
    assert!(
        again.said.contains("went past the transaction 3"),
        "{}",
        again.said
    );
    assert!(begun.elapsed().is_zero(), "nothing is waited for");

    let dropped = resume(&mut program, &written, Decision::Drop).await;
    assert_eq!(dropped.ending, Ending::GivenUp, "{}", dropped.said);
    assert!(open(&mut program).await.is_empty());
    assert_eq!(stores.lite().unwrap().fields, first_lite());
}

#[tokio::test(start_paused = true)]
async fn a_write_that_waits_is_told_as_soon_as_the_node_is_past_it() {
    let stores = Stores::with_document();
    stores.values.set_delay(None);
    let mut program = stores.start(&Fuse::new(None, None));
    let plan = edit(&mut program).await;
    let passes = async {
        let taken = || stores.values.lose(Version(3));
        once("the transaction", taken).await;
        stores.values.apply_all();
    };
    let begun = Instant::now();
    let (written, ()) = tokio::join!(program.write(plan), passes);
    let written = written.unwrap();
    assert_eq!(written.ending, Ending::NotApplied, "{}", written.said);
    assert!(
        written.said.contains("went past the transaction 3"),
        "{}",
        written.said
    );
    assert!(begun.elapsed().as_secs() < 2, "{:?}", begun.elapsed());
}
