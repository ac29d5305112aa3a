//! The screen while writes run: keys in the loop of [`flood`](crate::flood), whose reports are those
//! of real writes, one after the other and as fast as they go, with a journal on this disk.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context as _, bail};
use dualscope::domain::bson::Document;
use dualscope::domain::intent::Ending;
use dualscope::domain::plan::{Action, Before, Fence, LiteWrite, Plan, ValueWrite};
use dualscope::domain::{Catalog, Codec, Collection, Key, Stored};
use dualscope::journal::{Journal, Rules};
use dualscope::store::memory::{MemoryIndex, MemoryValues, MemoryWriter};
use dualscope::store::port::{Services, Writers};
use dualscope::task::event::{Outcome, What};
use dualscope::task::job::{Pen, World};
use dualscope::task::spec::{TaskId, TaskSpec};
use dualscope::task::{Runtime, TaskEvent};
use tokio::sync::mpsc;

use crate::flood::{Reporter, keys_under};
use crate::parse::document;
use crate::report::{Amount, Bar, Bench, Run};
use crate::rounds::Effort;
use crate::values::VECTOR;

pub(crate) const BENCHES: &[Bench] = &[Bench {
    name: "writing",
    run: Run::Bars(writing),
}];

fn writing(effort: Effort) -> anyhow::Result<Vec<Bar>> {
    let reporter: Reporter = |reports, task, over| {
        let tokio = tokio::runtime::Builder::new_multi_thread();
        let tokio = { tokio }.worker_threads(1).enable_all().build()?;
        tokio.block_on(write_on(reports, task, over))
    };
    let under = keys_under(effort, reporter)?;
    anyhow::ensure!(under.count > 0, "nothing was written");
    let rate = f64::from(under.count) / under.lasted.as_secs_f64();
    let mut bars = vec![Bar::told("writes a second", Amount::Number(rate.round()))];
    bars.extend(under.bars());
    Ok(bars)
}

/// Writes until it is over; how many. The loop hears every step.
async fn write_on(
    reports: &mpsc::Sender<TaskEvent>,
    task: TaskId,
    over: &AtomicBool,
) -> anyhow::Result<u32> {
    let folder = tempfile::tempdir()?;
    let (runtime, mut told) = Runtime::new(world(&folder), tokio::runtime::Handle::current());
    let mut count = 0;
    while !over.load(Ordering::Relaxed) {
        let spec = TaskSpec::Write {
            plan: Arc::new(plan(count)?),
            undoes: None,
        };
        runtime.start(TaskId(u64::from(count) + 1), spec);
        loop {
            let what = told.recv().await.context("no report")?.what;
            match &what {
                What::Finished(Outcome::Written(written)) if written.ending == Ending::Done => {
                    break;
                }
                What::Finished(Outcome::Written(written)) => bail!("{}", written.said),
                What::Failed(failure) => bail!("{}", failure.said),
                What::Step(_) => {}
                _ => continue,
            }
            if reports.send(TaskEvent { task, what }).await.is_err() {
                return Ok(count);
            }
        }
        count += 1;
    }
    Ok(count)
}

fn world(folder: &tempfile::TempDir) -> World {
    let index = Arc::new(MemoryIndex::new("memsys"));
    index.create(&Collection::new("memcells"));
    let values = Arc::new(MemoryValues::new("stream"));
    values.skip(1);
    values.set_delay(Some(Duration::ZERO));
    let services = Services {
        writers: Ok(Writers {
            lite: index.clone(),
            values: Arc::new(MemoryWriter::new(Arc::clone(&values), 1 << 20)),
        }),
        ..Services::reading(index, Ok(values))
    };
    let rules = Rules { keep_values: true };
    let pen = Pen {
        ledger: Arc::new(Journal::new(&folder.path().join("journal"), rules)),
        patience: Duration::from_secs(60),
    };
    World::new(services, Catalog::builtin(), None, 0, 1 << 20).writing(pen)
}

/// A new document whose value has about 23 kB.
fn plan(number: u32) -> anyhow::Result<Plan> {
    let key: Key = format!("memcells:6979da57{number:016x}").parse()?;
    let id = key.id_candidates().remove(0);
    Ok(Plan {
        action: Action::Create,
        before: Before {
            lite: None,
            stored: Some(Stored::Absent),
        },
        value: Some(ValueWrite {
            bytes: Codec::Base64.encode(&document(VECTOR)).into(),
            fence: Fence::Absent,
        }),
        lite: Some(LiteWrite::Insert(Document(vec![(
            "_id".to_owned(),
            id.clone(),
        )]))),
        id,
        key,
    })
}
