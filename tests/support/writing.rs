//! Two stores in memory with their writing sides, a journal in memory, and a fuse: at a chosen point
//! the program "dies", and what is left is what the stores and the journal hold.

mod client;
mod fuse;
mod machine;
mod made;
mod paper;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use dualscope::domain::bson::Document as BsonDocument;
use dualscope::domain::plan::{Desk, Plan};
use dualscope::domain::{
    Bson, Catalog, Codec, Diagnosis, Document, Key, Outlook, State, Window, diagnose,
};
use dualscope::store::memory::faults::{Faults, Faulty, Latency};
use dualscope::store::memory::{MemoryIndex, MemoryValues, MemoryWriter};
use dualscope::store::port::{Index, Services, ValueWriter, Values, Writers};
use dualscope::task::event::{Inspection, Outcome, What, Written};
use dualscope::task::job::{Pen, World};
use dualscope::task::spec::{TaskId, TaskSpec};
use dualscope::task::{Failure, Runtime};
use tokio::runtime::Handle;

pub(crate) use fuse::{Foreign, Fuse};
pub(crate) use machine::{Death, Machine, Stop};
pub(crate) use made::{KEY, first_lite, first_text, text, typed_text};
pub(crate) use paper::Paper;

use client::Client;
use fuse::Fused;
use paper::Hold;

/// The time of every test here, in microseconds: 2026-01-20 14:13:08.412907 UTC.
pub(crate) const NOW: i64 = 1_768_918_388_412_907;

/// What survives a crash.
#[derive(Clone)]
pub(crate) struct Stores {
    pub(crate) index: Arc<MemoryIndex>,
    pub(crate) values: Arc<MemoryValues>,
    pub(crate) paper: Arc<Paper>,
    /// Where clients run as processes of their own; without it a write to the values takes no time.
    pub(crate) machine: Option<Arc<Machine>>,
    /// Another way to write values.
    pub(crate) writer: Option<Arc<dyn ValueWriter>>,
    /// A copy of MongoDB that is behind, which is read instead where nothing is written.
    pub(crate) copy: Option<Arc<MemoryIndex>>,
    /// Writes to MongoDB that are done and whose answers are lost.
    pub(crate) unanswered: Arc<AtomicUsize>,
    /// What goes wrong with reading.
    pub(crate) faults: Arc<Faults>,
}

impl fmt::Debug for Stores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stores")
    }
}

/// One run of the program over stores that outlive it.
pub(crate) struct Program {
    pub(crate) stores: Stores,
    fuse: Arc<Fuse>,
    number: usize,
    runtime: Runtime,
    reports: tokio::sync::mpsc::Receiver<dualscope::task::TaskEvent>,
    next: u64,
}

impl Stores {
    pub(crate) fn new() -> Self {
        Self {
            index: Arc::new(MemoryIndex::new("memsys")),
            values: Arc::new(MemoryValues::new("stream")),
            paper: Arc::new(Paper::default()),
            machine: None,
            writer: None,
            copy: None,
            unanswered: Arc::default(),
            faults: Arc::default(),
        }
    }

    /// Lets every read take a while, so that others can act while it is on its way.
    pub(crate) fn slow(mut self) -> Self {
        self.faults = Faults::new(Latency {
            fixed: Duration::from_millis(100),
            ..Latency::default()
        });
        self
    }

    /// What a program reads.
    fn services(&self) -> Services {
        let index: Arc<dyn Index> = self.copy.as_ref().unwrap_or(&self.index).clone();
        let values: Arc<dyn Values> = self.values.clone();
        let faults = || Arc::clone(&self.faults);
        Services::reading(
            Arc::new(Faulty::new(index, faults())),
            Ok(Arc::new(Faulty::new(values, faults()))),
        )
    }

    /// Starts the program on them.
    pub(crate) fn start(&self, fuse: &Arc<Fuse>) -> Program {
        let number = {
            let mut started = self.paper.started.lock().unwrap();
            *started += 1;
            self.paper.alive.lock().unwrap().push(*started);
            *started
        };
        let (stores, fuse) = (self.clone(), Arc::clone(fuse));
        let lite = Fused {
            inner: Arc::clone(&self.index),
            stores: self.clone(),
            fuse: Arc::clone(&fuse),
        };
        let writer: Arc<dyn ValueWriter> = match (&self.writer, &self.machine) {
            (Some(writer), _) => Arc::clone(writer),
            (None, Some(machine)) => Arc::new(Client(Arc::clone(machine))),
            (None, None) => Arc::new(MemoryWriter::new(Arc::clone(&self.values), 100_000)),
        };
        let values = Fused {
            inner: writer,
            stores: self.clone(),
            fuse: Arc::clone(&fuse),
        };
        let services = Services {
            writers: Ok(Writers {
                lite: Arc::new(lite),
                values: Arc::new(values),
            }),
            ..self.services()
        };
        let pen = Pen {
            ledger: Arc::new(Hold {
                program: number,
                stores: self.clone(),
                fuse: Arc::clone(&fuse),
            }),
            patience: Duration::from_secs(3),
        };
        let world = World::new(services, Catalog::builtin(), None, 0, 1 << 20)
            .at(|| NOW / 1000)
            .writing(pen);
        let (runtime, reports) = Runtime::new(world, Handle::current());
        Program {
            stores,
            fuse,
            number,
            runtime,
            reports,
            next: 0,
        }
    }
}

impl Program {
    /// Asks for something and waits for its end; `None` when the program died on the way.
    pub(crate) async fn ask(&mut self, spec: TaskSpec) -> Option<Result<Outcome, Failure>> {
        self.begin(spec);
        self.end().await
    }

    /// Waits for the end of what was begun last; `None` when the program died on the way.
    pub(crate) async fn end(&mut self) -> Option<Result<Outcome, Failure>> {
        loop {
            let event = tokio::select! {
                biased;
                () = self.fuse.burnt.notified() => return None,
                event = self.reports.recv() => event.unwrap(),
            };
            match event.what {
                What::Finished(outcome) => return Some(Ok(outcome)),
                What::Failed(failure) => return Some(Err(failure)),
                What::Cancelled => panic!("nobody stopped it"),
                _ => {}
            }
        }
    }

    /// Starts something and lets it run.
    pub(crate) fn begin(&mut self, spec: TaskSpec) -> TaskId {
        self.next += 1;
        self.runtime.start(TaskId(self.next), spec);
        TaskId(self.next)
    }

    /// Lets a write wait once more as long.
    pub(crate) fn extend(&self, task: TaskId) {
        self.runtime.extend(task);
    }

    /// The end of a write; `None` when the program died on the way.
    pub(crate) async fn write(&mut self, plan: Plan) -> Option<Written> {
        let plan = Arc::new(plan);
        self.take_up(TaskSpec::Write { plan, undoes: None }).await
    }

    /// The end of a task that writes; `None` when the program died on the way.
    pub(crate) async fn take_up(&mut self, spec: TaskSpec) -> Option<Written> {
        match self.ask(spec).await? {
            Ok(Outcome::Written(written)) => Some(*written),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn inspect(&mut self, key: &Key) -> Inspection {
        let spec = TaskSpec::Inspect {
            key: key.clone(),
            id: None,
            at: None,
        };
        match self.ask(spec).await {
            Some(Ok(Outcome::Inspection(inspection))) => *inspection,
            other => panic!("{other:?}"),
        }
    }

    /// Plans with the document as it is now.
    pub(crate) async fn plan(
        &mut self,
        key: &Key,
        make: impl FnOnce(Desk<'_>) -> Result<Plan, dualscope::domain::plan::Refusal>,
    ) -> Result<Plan, dualscope::domain::plan::Refusal> {
        let seen = self.inspect(key).await;
        let model = Catalog::builtin().get(&key.collection);
        let sides = (&seen.document, &seen.diagnosis);
        make(Desk::new(sides, model, Codec::Base64, NOW)?)
    }

    pub(crate) async fn state(&mut self, key: &Key) -> State {
        self.inspect(key).await.diagnosis.state
    }

    /// The program is gone; what it held is free, and its clients meet their fate.
    pub(crate) fn die(self) {
        if let Some(machine) = &self.stores.machine
            && machine.dies()
        {
            self.stores.paper.forget();
        }
        self.stores
            .paper
            .alive
            .lock()
            .unwrap()
            .retain(|alive| *alive != self.number);
    }
}

/// How a document stands, with the model of its collection, as a store sees it that sees all.
pub(crate) fn diagnosed(document: &Document) -> Diagnosis {
    let outlook = Outlook {
        model: Catalog::builtin().get(&document.key.collection),
        no_values: false,
        now: NOW / 1000,
        grace: 0,
        expected: None,
        window: Window {
            held: Some(true),
            applied: Some(u64::MAX),
            first: None,
        },
    };
    diagnose(document, &outlook)
}

/// A desk for such a document.
pub(crate) fn desk(document: &Document) -> Desk<'_> {
    let model = Catalog::builtin().get(&document.key.collection);
    let seen = (document, &diagnosed(document));
    Desk::new(seen, model, Codec::Base64, NOW).unwrap()
}

/// Waits until something is so, while something else runs.
pub(crate) async fn once(what: &str, so: impl Fn() -> bool) {
    for _ in 0..60_000 {
        if so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("it never came: {what}");
}

pub(crate) fn key(text: &str) -> Key {
    text.parse().unwrap()
}

pub(crate) fn fields(pairs: &[(&str, Bson)]) -> BsonDocument {
    BsonDocument(
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
    )
}
