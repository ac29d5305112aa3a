//! Two stores in memory with their writing sides, a journal in memory, and a fuse: at a chosen point
//! the program "dies", and what is left is what the stores and the journal hold.

use std::collections::HashMap;
use std::fmt;
use std::future::pending;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use dualscope::domain::bson::Document as BsonDocument;
use dualscope::domain::intent::{
    Entry, Fact, IntentId, Ledger, LedgerFault, Owner, Receipt, Story, Survey,
};
use dualscope::domain::plan::{Desk, LiteWrite, Plan, ValueWrite};
use dualscope::domain::{Bson, Catalog, Codec, Collection, Document, Key, Lite, State};
use dualscope::store::error::StoreError;
use dualscope::store::memory::{MemoryIndex, MemoryValues, MemoryWriter};
use dualscope::store::port::{
    Attempt, Check, Described, LiteWriter, Services, SubmitFault, ValueWriter, Writers,
};
use dualscope::task::event::{Inspection, Outcome, What, Written};
use dualscope::task::job::{Pen, World};
use dualscope::task::spec::{TaskId, TaskSpec};
use dualscope::task::{Failure, Runtime};
use tokio::runtime::Handle;
use tokio::sync::Notify;

/// The time of every test here, in microseconds: 2026-01-20 14:13:08.412907 UTC.
pub(crate) const NOW: i64 = 1_768_918_388_412_907;

/// What somebody else does, at a point of its own.
pub(crate) type Foreign = Arc<dyn Fn(&MemoryIndex, &MemoryValues) + Send + Sync>;

/// Counts the points at which something can happen, and burns at one of them.
#[derive(Default)]
pub(crate) struct Fuse {
    state: Mutex<FuseState>,
    burnt: Notify,
}

#[derive(Default)]
struct FuseState {
    points: usize,
    crash_at: Option<usize>,
    foreign_at: Option<(usize, Foreign)>,
    dead: bool,
}

impl fmt::Debug for Fuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fuse")
    }
}

impl Fuse {
    /// A fuse that burns at a point, counted from 1, and at which point somebody else acts.
    pub(crate) fn new(crash_at: Option<usize>, foreign_at: Option<(usize, Foreign)>) -> Arc<Self> {
        let state = FuseState {
            crash_at,
            foreign_at,
            ..FuseState::default()
        };
        Arc::new(Self {
            state: Mutex::new(state),
            burnt: Notify::new(),
        })
    }

    /// How many points there were.
    pub(crate) fn points(&self) -> usize {
        self.state.lock().unwrap().points
    }

    /// One point; whether the program still lives behind it.
    fn pass(&self, stores: &Stores) -> bool {
        let mut state = self.state.lock().unwrap();
        if state.dead {
            return false;
        }
        state.points += 1;
        let here = state.points;
        if let Some((_, act)) = state.foreign_at.take_if(|(at, _)| *at == here) {
            act(&stores.index, &stores.values);
        }
        if state.crash_at == Some(here) {
            state.dead = true;
            self.burnt.notify_one();
        }
        !state.dead
    }

    /// One point of an async call: a dead program never comes back.
    async fn gate(&self, stores: &Stores) {
        if !self.pass(stores) {
            pending::<()>().await;
        }
    }
}

/// What survives a crash.
#[derive(Clone)]
pub(crate) struct Stores {
    pub(crate) index: Arc<MemoryIndex>,
    pub(crate) values: Arc<MemoryValues>,
    pub(crate) paper: Arc<Paper>,
}

impl fmt::Debug for Stores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stores")
    }
}

/// The journal: every fact, and which program each intent belongs to.
#[derive(Debug, Default)]
pub(crate) struct Paper {
    facts: Mutex<Vec<(IntentId, Fact)>>,
    owners: Mutex<HashMap<IntentId, usize>>,
    alive: Mutex<Vec<usize>>,
    started: Mutex<usize>,
    names: Mutex<usize>,
}

impl Paper {
    pub(crate) fn stories(&self) -> Vec<Story> {
        let mut stories: Vec<Story> = Vec::new();
        for (at, (intent, fact)) in self.facts.lock().unwrap().iter().enumerate() {
            let at = i64::try_from(at).unwrap();
            match stories.iter_mut().find(|story| story.intent == *intent) {
                Some(story) => story.take(at, fact),
                None => stories.extend(Story::begin(intent.clone(), at, fact)),
            }
        }
        stories.reverse();
        stories
    }

    pub(crate) fn facts(&self) -> Vec<Fact> {
        self.facts
            .lock()
            .unwrap()
            .iter()
            .map(|(_, fact)| fact.clone())
            .collect()
    }
}

/// One program's hold on the journal.
#[derive(Debug)]
struct Hold {
    program: usize,
    stores: Stores,
    fuse: Arc<Fuse>,
}

impl Ledger for Hold {
    fn name(&self) -> IntentId {
        let mut names = self.stores.paper.names.lock().unwrap();
        *names += 1;
        IntentId(format!("intent-{names}").into())
    }

    fn append(&self, intent: &IntentId, fact: &Fact) -> Result<(), LedgerFault> {
        // Before the line is on disk, and after: the program can die at either.
        if self.fuse.pass(&self.stores) {
            let paper = &self.stores.paper;
            paper
                .facts
                .lock()
                .unwrap()
                .push((intent.clone(), fact.clone()));
            paper
                .owners
                .lock()
                .unwrap()
                .insert(intent.clone(), self.program);
            self.fuse.pass(&self.stores);
        }
        Ok(())
    }

    fn output(&self, intent: &IntentId, attempt: u32) -> PathBuf {
        Path::new("/nowhere").join(format!("{intent}-{attempt}.log"))
    }

    fn survey(&self) -> Result<Survey, LedgerFault> {
        let entries = self.stores.paper.stories().into_iter();
        let entries = entries.map(|story| Entry {
            owner: self.owner(&story.intent),
            story,
        });
        Ok(Survey {
            entries: entries.collect(),
            faults: Vec::new(),
        })
    }

    fn adopt(&self, intent: &IntentId) -> Result<(Story, Arc<dyn Ledger>), LedgerFault> {
        let fault = |said: &str| LedgerFault {
            said: said.to_owned(),
            hint: "leave it".to_owned(),
        };
        if self.owner(intent) == Owner::Alive {
            return Err(fault("another program holds it"));
        }
        let mut stories = self.stores.paper.stories().into_iter();
        let story = stories
            .find(|story| story.intent == *intent)
            .ok_or_else(|| fault("no such intent"))?;
        self.stores
            .paper
            .owners
            .lock()
            .unwrap()
            .insert(intent.clone(), self.program);
        Ok((
            story,
            Arc::new(Self {
                program: self.program,
                stores: self.stores.clone(),
                fuse: Arc::clone(&self.fuse),
            }),
        ))
    }
}

impl Hold {
    fn owner(&self, intent: &IntentId) -> Owner {
        let owners = self.stores.paper.owners.lock().unwrap();
        match owners.get(intent) {
            Some(program) if *program == self.program => Owner::Ours,
            Some(program) if self.stores.paper.alive.lock().unwrap().contains(program) => {
                Owner::Alive
            }
            _ => Owner::Gone,
        }
    }
}

/// A writing side whose calls are points of the fuse, before and after.
#[derive(Debug)]
struct Fused<W> {
    inner: W,
    stores: Stores,
    fuse: Arc<Fuse>,
}

#[async_trait]
impl LiteWriter for Fused<Arc<MemoryIndex>> {
    async fn write(
        &self,
        collection: &Collection,
        id: &Bson,
        before: Option<&Lite>,
        write: &LiteWrite,
    ) -> Result<bool, StoreError> {
        self.fuse.gate(&self.stores).await;
        let done = self.inner.write(collection, id, before, write).await;
        self.fuse.gate(&self.stores).await;
        done
    }

    async fn probe(&self) -> Vec<Check> {
        Vec::new()
    }
}

#[async_trait]
impl ValueWriter for Fused<MemoryWriter> {
    fn described(&self) -> Described {
        self.inner.described()
    }

    fn check(&self, key: &Key, write: &ValueWrite) -> Result<(), StoreError> {
        self.inner.check(key, write)
    }

    async fn submit(
        &self,
        key: &Key,
        write: &ValueWrite,
        attempt: Attempt<'_>,
    ) -> Result<Receipt, SubmitFault> {
        self.fuse.gate(&self.stores).await;
        let done = self.inner.submit(key, write, attempt).await;
        self.fuse.gate(&self.stores).await;
        done
    }

    async fn look(
        &self,
        receipt: &Receipt,
        output: &Path,
    ) -> Result<(Receipt, Option<bool>), StoreError> {
        self.fuse.gate(&self.stores).await;
        // A crash between the start of a try and its first word leaves nothing to tell it by.
        let (receipt, running) = self.inner.look(receipt, output).await?;
        let told = receipt != Receipt::default();
        Ok((receipt, running.filter(|_| told)))
    }

    async fn follow(
        &self,
        receipt: &Receipt,
        attempt: Attempt<'_>,
    ) -> Result<Receipt, SubmitFault> {
        self.inner.follow(receipt, attempt).await
    }

    async fn complete(
        &self,
        key: &Key,
        write: &ValueWrite,
        attempt: Attempt<'_>,
    ) -> Result<Receipt, SubmitFault> {
        self.inner.complete(key, write, attempt).await
    }

    async fn probe(&self) -> Vec<Check> {
        Vec::new()
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
        }
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
        let values = Fused {
            inner: MemoryWriter::new(Arc::clone(&self.values), 100_000),
            stores: self.clone(),
            fuse: Arc::clone(&fuse),
        };
        let services = Services {
            writers: Ok(Writers {
                lite: Arc::new(lite),
                values: Arc::new(values),
            }),
            ..Services::reading(self.index.clone(), Ok(self.values.clone()))
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
        self.next += 1;
        self.runtime.start(TaskId(self.next), spec);
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

    /// The end of a write; `None` when the program died on the way.
    pub(crate) async fn write(&mut self, plan: Plan) -> Option<Written> {
        let plan = Arc::new(plan);
        match self.ask(TaskSpec::Write { plan, undoes: None }).await? {
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
        let document = self.inspect(key).await.document;
        make(desk(&document))
    }

    pub(crate) async fn state(&mut self, key: &Key) -> State {
        self.inspect(key).await.diagnosis.state
    }

    /// The program is gone; what it held is free.
    pub(crate) fn die(self) {
        self.stores
            .paper
            .alive
            .lock()
            .unwrap()
            .retain(|alive| *alive != self.number);
    }
}

/// A desk for a document, with the model of its collection.
pub(crate) fn desk(document: &Document) -> Desk<'_> {
    let model = Catalog::builtin().get(&document.key.collection);
    Desk::new(document, model, Codec::Base64, NOW).unwrap()
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

/// The document that these tests are about.
pub(crate) const KEY: &str = "memcells:6979da5797f9041fc0aa063f";

/// Its full text with these keywords, as the service of January writes it.
pub(crate) fn text(keywords: &str, updated: &str) -> String {
    format!(
        r#"{{"created_at":"2026-01-20T14:00:00+00:00","updated_at":"{updated}","deleted_at":null,"deleted_by":null,"deleted_id":0,"user_id":null,"timestamp":"2026-01-20T13:59:00.123456+00:00","group_id":"g1","participants":["alice","bob"],"type":"Conversation","keywords":{keywords},"summary":"lunch at noon","number":12345678901234567890.50,"id":"6979da5797f9041fc0aa063f"}}"#
    )
}

/// The text as it is stored before anything happens.
pub(crate) fn first_text() -> String {
    text(r#"["lunch"]"#, "2026-01-20T14:00:00+00:00")
}

/// The text that a person types.
pub(crate) fn typed_text() -> String {
    text(r#"["lunch","tuesday"]"#, "2026-01-20T14:00:00+00:00")
}

/// The lite document that goes with [`first_text`].
pub(crate) fn first_lite() -> BsonDocument {
    let texts = |all: &[&str]| {
        Bson::Array(
            all.iter()
                .map(|text| Bson::String((*text).to_owned()))
                .collect(),
        )
    };
    let at = 1_768_917_600_000;
    fields(&[
        (
            "_id",
            Bson::object_id_from_hex("6979da5797f9041fc0aa063f").unwrap(),
        ),
        ("updated_at", Bson::Date(at)),
        ("created_at", Bson::Date(at)),
        ("user_id", Bson::Null),
        ("timestamp", Bson::Date(1_768_917_540_123)),
        ("group_id", Bson::String("g1".to_owned())),
        ("participants", texts(&["alice", "bob"])),
        ("type", Bson::String("Conversation".to_owned())),
        ("keywords", texts(&["lunch"])),
        ("deleted_at", Bson::Null),
        ("deleted_by", Bson::Null),
        ("deleted_id", Bson::Int32(0)),
    ])
}

impl Stores {
    /// With the document in both stores, in step, at version 2; version 1 held other keywords.
    pub(crate) fn with_document() -> Self {
        let stores = Self::new();
        stores.values.skip(1);
        stores.values.put(
            KEY,
            Codec::Base64.encode(&text("[]", "2026-01-20T13:59:30+00:00")),
        );
        stores.values.put(KEY, Codec::Base64.encode(&first_text()));
        stores.index.put(&Collection::new("memcells"), first_lite());
        stores.values.set_delay(Some(Duration::ZERO));
        stores
    }

    pub(crate) fn lite(&self) -> Option<Lite> {
        use dualscope::store::port::Index as _;
        let key = key(KEY);
        let ids = key.id_candidates();
        let found = futures_util::FutureExt::now_or_never(self.index.by_ids(&key.collection, &ids));
        found.unwrap().unwrap().into_iter().next()
    }

    /// The bytes under the key now.
    pub(crate) fn bytes(&self) -> Option<Arc<[u8]>> {
        self.values
            .log()
            .into_iter()
            .rfind(|(_, key, _)| key == KEY)
            .map(|(.., bytes)| bytes)
    }
}
