//! A whole write beside the bare client: the stand-in at the pace of the real one, and a node that
//! applies a moment later. What is above the client and the node is the journal, the looks and the
//! reading back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use dualscope::domain::intent::Ending;
use dualscope::domain::plan::{Action, Before, Fence, Plan, ValueWrite};
use dualscope::domain::{Catalog, Codec, Collection, Key, Stored};
use dualscope::journal::{Journal, Rules};
use dualscope::store::codec::decode;
use dualscope::store::kv::writer::{Encryption, Limits, Options};
use dualscope::store::kv::{self, Writer};
use dualscope::store::memory::MemoryIndex;
use dualscope::store::port::{Services, Writers};
use dualscope::task::event::{Outcome, What};
use dualscope::task::job::{Pen, World};
use dualscope::task::spec::{TaskId, TaskSpec};
use dualscope::task::{Runtime, TaskEvent};
use tempfile::TempDir;
use tokio::sync::mpsc::Receiver;

use crate::devnet::chain::Replay;
use crate::devnet::stream;
use crate::parse::document;
use crate::report::{Amount, Bar, Bench, Run};
use crate::rounds::{Effort, quantile_of};
use crate::support::{Call, Devnet, KEY, standin, until};

pub(crate) const BENCHES: &[Bench] = &[Bench {
    name: "write/saga",
    run: Run::Bars(saga),
}];

/// How late the node applies.
const NODE: Duration = Duration::from_millis(1500);
/// A run takes seconds, whatever the effort.
const ROUNDS: usize = 5;

/// A program that writes, in process, with everything behind it real but MongoDB.
struct Desk {
    net: Devnet,
    runtime: Runtime,
    reports: Receiver<TaskEvent>,
    next: u64,
    _folder: TempDir,
}

impl Desk {
    fn new() -> anyhow::Result<Self> {
        let (net, folder) = (Devnet::start(), tempfile::tempdir()?);
        net.chain.replay(Replay::After(NODE));
        let options = Options {
            client: Some(standin().to_owned()),
            evm_rpc: net.chain.evm.url(),
            storage_nodes: vec![net.chain.storage.url()],
            indexer: None,
            stream: stream(1).to_string(),
            wallet_key: KEY.to_owned().into(),
            encryption: Encryption::None,
            kv_node: Some(net.node.url()),
            locks: folder.path().join("locks"),
            limits: Limits::around(Duration::from_secs(60)),
        };
        let index = Arc::new(MemoryIndex::new("memsys"));
        index.create(&Collection::new("memcells"));
        let read = kv::Options::new(&stream(1).to_string());
        let services = Services {
            writers: Ok(Writers {
                lite: index.clone(),
                values: Arc::new(Writer::new(&options)?),
            }),
            ..Services::reading(
                index,
                Ok(Arc::new(kv::Reader::new(&net.node.url(), &read)?)),
            )
        };
        let rules = Rules {
            keep_values: true,
            decode,
        };
        let pen = Pen {
            ledger: Arc::new(Journal::new(&folder.path().join("journal"), rules)),
            patience: Duration::from_secs(60),
        };
        let world = World::new(services, Catalog::builtin(), None, 0, 1 << 20).writing(pen);
        let (runtime, reports) = Runtime::new(world, tokio::runtime::Handle::current());
        Ok(Self {
            net,
            runtime,
            reports,
            next: 0,
            _folder: folder,
        })
    }

    /// The saga, until it says that it is done.
    async fn ours(&mut self, number: usize) -> anyhow::Result<Duration> {
        let plan = Arc::new(plan(number)?);
        let start = Instant::now();
        self.next += 1;
        self.runtime
            .start(TaskId(self.next), TaskSpec::Write { plan, undoes: None });
        loop {
            match self.reports.recv().await.context("no report")?.what {
                What::Finished(Outcome::Written(written)) if written.ending == Ending::Done => {
                    return Ok(start.elapsed());
                }
                What::Finished(Outcome::Written(written)) => bail!("{}", written.said),
                What::Failed(failure) => bail!("{}", failure.said),
                _ => {}
            }
        }
    }

    /// The client alone, until the node shows the value.
    fn bare(&self, number: usize) -> anyhow::Result<Duration> {
        let plan = plan(number)?;
        let (key, write) = (plan.key.to_string(), plan.value.context("no value")?);
        let start = Instant::now();
        let mut call: Call = self.net.write(&[(&key, &*write.bytes)]);
        call = call.env("DEVNET_CLIENT_SPEED", "1");
        call.run().ended(0);
        until(|| self.net.value(&key).is_some());
        Ok(start.elapsed())
    }
}

/// A first value of a size that is usual.
fn plan(number: usize) -> anyhow::Result<Plan> {
    let key: Key = format!("memcells:6979da57{number:016x}").parse()?;
    Ok(Plan {
        action: Action::Create,
        id: key.id_candidates().remove(0),
        before: Before {
            lite: None,
            stored: Some(Stored::Absent),
        },
        value: Some(ValueWrite {
            bytes: Codec::Base64
                .encode(&document(16).replace("made up", &format!("n{number}")))
                .into(),
            fence: Fence::Absent,
        }),
        lite: None,
        key,
    })
}

fn saga(_effort: Effort) -> anyhow::Result<Vec<Bar>> {
    let tokio = tokio::runtime::Runtime::new()?;
    let mut desk = {
        let _inside = tokio.enter();
        Desk::new()?
    };
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        bare.push(desk.bare(2 * round)?);
        ours.push(tokio.block_on(desk.ours(2 * round + 1))?);
    }
    let (ours, bare) = (quantile_of(&ours, 0.5), quantile_of(&bare, 0.5));
    Ok(vec![
        Bar::told(
            "the bare client, until the node shows it",
            Amount::Time(bare),
        ),
        Bar::at_most(
            "the whole write",
            Amount::Time(ours),
            Amount::Time(bare.mul_f64(1.05)),
        ),
    ])
}
