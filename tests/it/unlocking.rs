//! A session whose keys come later: it reads at once, writes when they are there, and can be asked
//! again when they did not come.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
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

    async fn ask(&mut self, task: u64, spec: TaskSpec) -> Result<Outcome, Failure> {
        self.runtime.start(TaskId(task), spec);
        self.end(task).await
    }
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
    let writers = Writers {
        lite: stores.index.clone(),
        values: Arc::new(MemoryWriter::new(stores.values.clone(), 100_000)),
    };
    let door = Arc::new(Door {
        knock: Notify::new(),
        answers: Mutex::new([Err("no such key".to_owned()), Ok(writers)].into()),
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
    let mut session = Session { runtime, reports };

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
