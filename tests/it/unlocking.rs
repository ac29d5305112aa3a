//! A session whose keys come later: it reads at once, writes when they are there, and can be asked
//! again when they did not come.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use dualscope::domain::check::{Check, CheckVerdict, Step};
use dualscope::domain::intent::Ending;
use dualscope::domain::plan::Typed;
use dualscope::domain::{Catalog, Collection, Filter, Place, Query, Sort};
use dualscope::journal::{Journal, Rules};
use dualscope::store::memory::MemoryWriter;
use dualscope::store::port::{Services, Writers};
use dualscope::task::event::{Outcome, TaskEvent, What};
use dualscope::task::job::{Pen, Unlock, World};
use dualscope::task::spec::{TaskId, TaskSpec};
use dualscope::task::{Failure, Runtime};
use pretty_assertions::assert_eq;
use tempfile::TempDir;
use tokio::runtime::Handle;
use tokio::sync::{Notify, mpsc::Receiver};

use crate::support::writing::{Fuse, KEY, Stores, key, typed_text};

const REASON: &str = "the wallet key is still being fetched";

/// Gives the next answer each time that it is knocked at.
#[derive(Debug)]
struct Door {
    knock: Notify,
    answers: Mutex<VecDeque<Result<Writers, String>>>,
}

#[async_trait]
impl Unlock for Door {
    async fn unlock(&self) -> Result<Writers, String> {
        self.knock.notified().await;
        self.answers.lock().unwrap().pop_front().unwrap()
    }
}

struct Session {
    runtime: Runtime,
    reports: Receiver<TaskEvent>,
}

impl Session {
    /// Waits for the end of a task.
    async fn end(&mut self, task: u64) -> Result<Outcome, Failure> {
        loop {
            let event = self.reports.recv().await.unwrap();
            match event.what {
                What::Finished(outcome) if event.task == TaskId(task) => return Ok(outcome),
                What::Failed(failure) if event.task == TaskId(task) => return Err(failure),
                _ => {}
            }
        }
    }

    async fn checks(&mut self, task: u64) -> Vec<Check> {
        match self.ask(task, TaskSpec::Doctor).await {
            Ok(Outcome::Checks(checks)) => checks,
            other => panic!("{other:?}"),
        }
    }

    /// What the doctor says of the steps that need the keys.
    async fn locked(&mut self, task: u64) -> Vec<(Step, CheckVerdict, String)> {
        let checks = self.checks(task).await.into_iter();
        let of_keys = checks.filter(|check| {
            let next = check.step == Step::WriteWay && check.verdict == CheckVerdict::Skipped;
            assert_eq!(
                next,
                check.next.contains("run the doctor again"),
                "{check:?}"
            );
            matches!(check.step, Step::MongoWrite | Step::WriteWay)
        });
        of_keys
            .map(|check| (check.step, check.verdict, check.said))
            .collect()
    }

    async fn ask(&mut self, task: u64, spec: TaskSpec) -> Result<Outcome, Failure> {
        self.runtime.start(TaskId(task), spec);
        self.end(task).await
    }
}

/// A session on these stores whose keys come when somebody knocks, after these refusals.
fn opened(stores: &Stores, refusals: &[&str]) -> (Session, Arc<Door>, TempDir) {
    let answers = refusals.iter().map(|why| Err((*why).to_owned()));
    let writers = Writers {
        lite: stores.index.clone(),
        values: Arc::new(MemoryWriter::new(stores.values.clone(), 100_000)),
    };
    let door = Arc::new(Door {
        knock: Notify::new(),
        answers: Mutex::new(answers.chain([Ok(writers)]).collect()),
    });
    let services = Services {
        writers: Err(REASON.to_owned()),
        ..Services::reading(stores.index.clone(), Ok(stores.values.clone()))
    };
    let folder = tempfile::tempdir().unwrap();
    let rules = Rules { keep_values: true };
    let mut world = World::new(services, Catalog::builtin(), None, 0, 1 << 20).writing(Pen {
        ledger: Arc::new(Journal::new(folder.path(), rules)),
        patience: Duration::from_secs(5),
    });
    world.unlock = Some(door.clone());
    let (runtime, reports) = Runtime::new(world, Handle::current());
    (Session { runtime, reports }, door, folder)
}

/// What the doctor says of the way to write in a session without writers.
async fn way_of(why: &str, unfit: Option<&str>) -> Check {
    let stores = Stores::with_document();
    let services = Services {
        writers: Err(why.to_owned()),
        ..Services::reading(stores.index.clone(), Ok(stores.values.clone()))
    };
    let mut world = World::new(services, Catalog::builtin(), None, 0, 1 << 20);
    world.unfit = unfit.map(str::to_owned);
    let (runtime, reports) = Runtime::new(world, Handle::current());
    let checks = Session { runtime, reports }.checks(1).await;
    let of_way = |check: &Check| check.step == Step::WriteWay;
    checks.into_iter().find(of_way).unwrap()
}

#[tokio::test]
async fn a_key_that_is_set_and_bad_is_a_fault_and_one_that_is_not_set_is_none() {
    let bad = "`writer.wallet_key` is not a key of 64 hex digits";
    let failed = way_of(bad, Some(bad)).await;
    assert_eq!(failed.verdict, CheckVerdict::Failed);
    assert_eq!(failed.said, bad);
    assert!(failed.next.contains("set it right"), "{}", failed.next);
    let unasked = way_of("no wallet key is named", None).await;
    assert_eq!(
        unasked,
        Check::skipped(Step::WriteWay, "no wallet key is named")
    );
}

fn page() -> TaskSpec {
    TaskSpec::Page(Query {
        collection: Collection::new("memcells"),
        filter: Filter::default(),
        sort: Sort::by_id(false),
        from: Place::First,
        limit: 10,
    })
}

#[tokio::test]
async fn it_reads_before_the_keys_are_there_and_writes_after() {
    let stores = Stores::with_document();
    stores.values.set_delay(Some(Duration::from_millis(1)));
    let typed = Typed {
        text: typed_text().into(),
        as_is: false,
    };
    let mut other = stores.start(&Fuse::new(None, None));
    let plan = other.plan(&key(KEY), |desk| desk.edit(&typed)).await;
    let plan = Arc::new(plan.unwrap());
    let (mut session, door, _folder) = opened(&stores, &["no such key"]);

    // While it waits for the keys everything can be read, and nothing is written.
    session.runtime.start(TaskId(1), TaskSpec::Unlock);
    let Outcome::Page(page, _) = session.ask(2, page()).await.unwrap() else {
        panic!()
    };
    assert_eq!(page.rows.len(), 1);
    let write = |plan| TaskSpec::Write { plan, undoes: None };
    let refused = session.ask(3, write(plan.clone())).await.unwrap_err();
    assert_eq!(refused.said, REASON);
    door.knock.notify_one();
    assert_eq!(session.end(1).await.unwrap_err().said, "no such key");

    door.knock.notify_one();
    let Outcome::Unlocked(way) = session.ask(4, TaskSpec::Unlock).await.unwrap() else {
        panic!()
    };
    assert_eq!(way.limit.map(|room| room.most), Some(100_000));
    let Outcome::Written(written) = session.ask(5, write(plan)).await.unwrap() else {
        panic!()
    };
    assert_eq!(written.ending, Ending::Done, "{}", written.said);
}

#[tokio::test]
async fn the_doctor_names_what_waits_for_the_keys_and_why_they_did_not_come() {
    let stores = Stores::with_document();
    let (mut session, door, _folder) = opened(&stores, &["no such key"]);
    let because = |why: &str| {
        [Step::MongoWrite, Step::WriteWay].map(|step| (step, CheckVerdict::Skipped, why.to_owned()))
    };
    let failed = |why: &str| {
        let [lite, (step, _, why)] = because(why);
        [lite, (step, CheckVerdict::Failed, why)]
    };
    session.runtime.start(TaskId(1), TaskSpec::Unlock);
    assert_eq!(session.locked(2).await, because(REASON));
    door.knock.notify_one();
    session.end(1).await.unwrap_err();
    assert_eq!(session.locked(3).await, failed("no such key"));

    session.runtime.start(TaskId(4), TaskSpec::Unlock);
    tokio::task::yield_now().await;
    assert_eq!(
        session.locked(5).await,
        because(REASON),
        "it is fetched again"
    );
    session.runtime.cancel(TaskId(4));
    let stopped = because("fetching the keys was stopped");
    let mut tries = 6..1000;
    while session.locked(tries.next().unwrap()).await != stopped {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    door.knock.notify_one();
    session.ask(1001, TaskSpec::Unlock).await.unwrap();
    let checks = session.checks(1002).await;
    let skipped = |check: &&Check| check.said == REASON || check.next.contains("keys");
    assert_eq!(checks.iter().find(skipped), None, "{checks:?}");
}
