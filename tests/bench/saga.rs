//! A whole write beside the bare client: the stand-in at the pace of the real one, a node that applies
//! a moment later, and MongoDB on its wire. What is above the client and the node is the journal, the
//! looks, MongoDB's half and the reading back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use dualscope::domain::bson::Document;
use dualscope::domain::intent::Ending;
use dualscope::domain::plan::{Action, Before, Fence, LiteWrite, Plan, ValueWrite};
use dualscope::domain::{Bson, Catalog, Codec, Key, Stored};
use dualscope::journal::{Journal, Rules, waits};
use dualscope::store::kv::writer::{Encryption, Limits, Options};
use dualscope::store::kv::{self, Writer};
use dualscope::store::mongo;
use dualscope::store::port::{Services, Writers};
use dualscope::task::event::{Outcome, What};
use dualscope::task::job::{Pen, World};
use dualscope::task::spec::{TaskId, TaskSpec};
use dualscope::task::{Runtime, TaskEvent};
use tempfile::TempDir;
use tokio::sync::mpsc::Receiver;

use crate::devnet::chain::Replay;
use crate::devnet::stream;
use crate::mongo::server;
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
/// What the whole may take, as a part of the client's run and the node's delay.
const OVERHEAD: f64 = 1.05;
/// Waits for the disk of one write.
const WAITS: f64 = 4.0;

/// A program that writes, in process, with everything behind it real.
struct Desk {
    net: Devnet,
    runtime: Runtime,
    reports: Receiver<TaskEvent>,
    next: u64,
    _folder: TempDir,
}

/// One write.
struct Wrote {
    took: Duration,
    waits: u64,
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
        let server = server()?;
        let uri = server.uri.clone().into();
        let index = mongo::connect(&uri, &server.small, mongo::Limits::default())?;
        let index = Arc::new(index);
        let read = kv::Options::new(&stream(1).to_string());
        let services = Services {
            writers: Ok(Writers {
                lite: Arc::new(mongo::writer(Arc::clone(&index))?),
                values: Arc::new(Writer::new(&options)?),
            }),
            ..Services::reading(
                index,
                Ok(Arc::new(kv::Reader::new(&net.node.url(), &read)?)),
            )
        };
        let rules = Rules { keep_values: true };
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
    async fn ours(&mut self, number: usize) -> anyhow::Result<Wrote> {
        let plan = Arc::new(plan(number)?);
        let (start, before) = (Instant::now(), waits());
        self.next += 1;
        self.runtime
            .start(TaskId(self.next), TaskSpec::Write { plan, undoes: None });
        loop {
            match self.reports.recv().await.context("no report")?.what {
                What::Finished(Outcome::Written(written)) if written.ending == Ending::Done => {
                    let (took, waits) = (start.elapsed(), waits() - before);
                    return Ok(Wrote { took, waits });
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

/// A first value of a size that is usual, and what MongoDB lists of it.
fn plan(number: usize) -> anyhow::Result<Plan> {
    let key: Key = format!("memcells:6979da57{number:016x}").parse()?;
    let id = key.id_candidates().remove(0);
    let text = |text: &str| Bson::String(text.to_owned());
    let fields = [
        ("_id", id.clone()),
        ("user_id", text("alice")),
        ("group_id", text("g1")),
        ("timestamp", Bson::Date(1_768_917_540_123)),
        ("type", text("Conversation")),
        ("updated_at", Bson::Date(1_768_917_600_000)),
    ];
    let fields = fields.map(|(name, value)| (name.to_owned(), value));
    Ok(Plan {
        action: Action::Create,
        id,
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
        lite: Some(LiteWrite::Insert(Document(fields.to_vec()))),
        key,
    })
}

#[expect(clippy::cast_precision_loss, reason = "a handful")]
fn saga(_effort: Effort) -> anyhow::Result<Vec<Bar>> {
    // On one thread, which is the one whose waits are counted.
    let builder = &mut tokio::runtime::Builder::new_current_thread();
    let tokio = builder.enable_all().build()?;
    let mut desk = {
        let _inside = tokio.enter();
        Desk::new()?
    };
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    let first = tokio.block_on(desk.ours(0))?;
    let mut most = 0;
    for round in 1..=ROUNDS {
        bare.push(desk.bare(2 * round)?);
        let wrote = tokio.block_on(desk.ours(2 * round + 1))?;
        most = most.max(wrote.waits);
        ours.push(wrote.took);
    }
    let (ours, bare) = (quantile_of(&ours, 0.5), quantile_of(&bare, 0.5));
    let ratio = ours.as_secs_f64() / bare.as_secs_f64();
    Ok(vec![
        Bar::told(
            "the bare client, until the node shows it",
            Amount::Time(bare),
        ),
        Bar::told("the whole write", Amount::Time(ours)),
        Bar::at_most(
            "the whole write, as a part of the bare client and the node",
            Amount::Number(ratio),
            Amount::Number(OVERHEAD),
        ),
        Bar::at_most(
            "waits for the disk, first write of a program",
            Amount::Number(first.waits as f64),
            Amount::Number(WAITS),
        ),
        Bar::at_most(
            "waits for the disk, each further write",
            Amount::Number(most as f64),
            Amount::Number(WAITS),
        ),
    ])
}
