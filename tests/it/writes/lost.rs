//! A client that is gone while its transaction is on its way: it is looked for before anybody says
//! that nothing is known, and for as long as a person wants to wait.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use async_trait::async_trait;
use dualscope::domain::intent::{Ending, Fact, Receipt, Stage};
use dualscope::domain::plan::ValueWrite;
use dualscope::domain::{Key, State, Version};
use dualscope::store::error::{Kind, Retry, Store, StoreError};
use dualscope::store::memory::{MemoryValues, MemoryWriter};
use dualscope::store::port::{Attempt, Check, Described, SubmitFault, ValueWriter};
use dualscope::task::event::{Outcome, Written};
use dualscope::task::spec::TaskSpec;
use pretty_assertions::assert_eq;

use super::edit;
use crate::support::writing::{Fuse, KEY, Stores, first_lite, key};

/// A client that dies once its transaction is out. Nobody learns its number, and its data can't be
/// brought before it is in a block.
#[derive(Debug)]
struct Dying {
    sends: MemoryWriter,
    /// Where it shows once it is in a block.
    values: Arc<MemoryValues>,
    /// What it has said by then.
    said: Stage,
    /// The node that is asked first knows nothing of the transaction.
    unknown: AtomicBool,
}

impl Dying {
    fn fault(&self, what: &str) -> SubmitFault {
        let error = StoreError::new(Store::Values, Kind::Unreachable, what);
        SubmitFault {
            receipt: Receipt {
                stage: self.said,
                ..Receipt::default()
            },
            error: error.retry(Retry::AfterLooking),
        }
    }
}

#[async_trait]
impl ValueWriter for Dying {
    fn described(&self) -> Described {
        self.sends.described()
    }

    fn check(&self, key: &Key, write: &ValueWrite) -> Result<(), StoreError> {
        self.sends.check(key, write)
    }

    async fn submit(
        &self,
        key: &Key,
        write: &ValueWrite,
        attempt: Attempt<'_>,
    ) -> Result<Receipt, SubmitFault> {
        let fault = self.fault("the client died");
        let Attempt { output, witness } = attempt;
        witness.saw(&fault.receipt).unwrap();
        let nobody = Nobody;
        let unseen = Attempt {
            output,
            witness: &nobody,
        };
        self.sends.submit(key, write, unseen).await?;
        Err(fault)
    }

    async fn look(
        &self,
        _write: (&Key, &ValueWrite),
        receipt: &Receipt,
        _output: &Path,
    ) -> Result<(Receipt, Option<bool>), StoreError> {
        let mut known = receipt.clone();
        let of_key = |(_, key, _): &&(Version, String, Arc<[u8]>)| key == KEY;
        if self.values.log().iter().filter(of_key).count() > 2 {
            known.stage = Stage::Uploaded;
        } else if self.unknown.swap(false, Relaxed) {
            known.stage = Stage::Vanished;
        } else if known.stage == Stage::Vanished {
            known.stage = Stage::Sent;
        }
        Ok((known, Some(false)))
    }

    async fn follow(
        &self,
        receipt: &Receipt,
        attempt: Attempt<'_>,
    ) -> Result<Receipt, SubmitFault> {
        self.sends.follow(receipt, attempt).await
    }

    async fn complete(
        &self,
        _write: (&Key, &ValueWrite),
        _known: &Receipt,
        _attempt: Attempt<'_>,
    ) -> Result<Receipt, SubmitFault> {
        Err(self.fault("it is in no block"))
    }

    async fn probe(&self) -> Vec<Check> {
        Vec::new()
    }
}

struct Nobody;

impl dualscope::store::port::Witness for Nobody {
    fn saw(&self, _receipt: &Receipt) -> Result<(), StoreError> {
        Ok(())
    }
}

/// The end of an edit whose client dies having said this, and whose value shows so much later; it is
/// waited for three seconds, or twice as long.
async fn edited(said: Stage, later: Duration, longer: bool) -> (Stores, State, Written) {
    through(said, later, longer, false).await
}

/// The same, where the node that is asked first may know nothing of the transaction.
async fn through(
    said: Stage,
    later: Duration,
    longer: bool,
    unknown: bool,
) -> (Stores, State, Written) {
    let mut stores = Stores::with_document();
    stores.values.set_delay(Some(later));
    stores.writer = Some(Arc::new(Dying {
        sends: MemoryWriter::new(Arc::clone(&stores.values), 100_000),
        values: Arc::clone(&stores.values),
        said,
        unknown: unknown.into(),
    }));
    let mut program = stores.start(&Fuse::new(None, None));
    let plan = edit(&mut program).await;
    let plan = Arc::new(plan);
    let task = program.begin(TaskSpec::Write { plan, undoes: None });
    tokio::time::sleep(Duration::from_secs(2)).await;
    if longer {
        program.extend(task);
    }
    let Some(Ok(Outcome::Written(written))) = program.end().await else {
        panic!("no end")
    };
    let state = program.state(&key(KEY)).await;
    (stores, state, *written)
}

#[tokio::test(start_paused = true)]
async fn a_send_of_which_nobody_knows_is_looked_for_before_it_is_left() {
    let soon = Duration::from_secs(1);
    let (_, state, written) = edited(Stage::Sending, soon, false).await;
    assert_eq!(
        (written.ending, written.version, state),
        (Ending::Done, Some(Version(3)), State::Agrees),
        "{}",
        written.said
    );
}

#[tokio::test(start_paused = true)]
async fn a_transaction_in_no_block_is_looked_for_as_long_as_a_person_waits() {
    let late = Duration::from_secs(5);
    let (_, state, written) = edited(Stage::Sent, late, true).await;
    assert_eq!(
        (written.ending, written.version, state),
        (Ending::Done, Some(Version(3)), State::Agrees),
        "{}",
        written.said
    );
    let (stores, _, written) = edited(Stage::Sent, late, false).await;
    assert_eq!(written.ending, Ending::Unknown, "{}", written.said);
    assert!(
        written.said.contains("it is in no block"),
        "{}",
        written.said
    );
    assert_eq!(stores.lite().unwrap().fields, first_lite());
}

/// As of two nodes behind one address, of which one has not heard of it yet.
#[tokio::test(start_paused = true)]
async fn a_transaction_that_one_node_does_not_know_is_waited_for_where_another_one_does() {
    let late = Duration::from_secs(5);
    let (stores, state, written) = through(Stage::Sent, late, true, true).await;
    assert_eq!(
        (written.ending, written.version, state),
        (Ending::Done, Some(Version(3)), State::Agrees),
        "{}",
        written.said
    );
    let sent = |fact: &&Fact| matches!(fact, Fact::Submitting { .. });
    assert_eq!(stores.paper.facts().iter().filter(sent).count(), 1);
}
