//! How often a whole write waits for the disk: twice, and the first one of a program for the names of
//! its folder and its file as well. Never more than four times.

use std::sync::Arc;
use std::time::Duration;

use dualscope::domain::Catalog;
use dualscope::domain::intent::Ending;
use dualscope::domain::plan::Typed;
use dualscope::journal::{Journal, Rules, waits};
use dualscope::store::memory::MemoryWriter;
use dualscope::store::port::{Services, Writers};
use dualscope::task::Runtime;
use dualscope::task::event::{Outcome, What, Written};
use dualscope::task::job::{Pen, World};
use dualscope::task::spec::{TaskId, TaskSpec};
use tokio::runtime::Handle;

use crate::support::writing::{Fuse, KEY, Stores, key, text};

/// Edits the document by a saga whose facts go to a journal on disk; how often that waited.
async fn edit(stores: &Stores, journal: &Journal, keywords: &str) -> u64 {
    let mut planner = stores.start(&Fuse::new(None, None));
    let typed = Typed {
        text: text(keywords, "2026-01-20T14:00:00+00:00").into(),
        as_is: false,
    };
    let plan = planner.plan(&key(KEY), |desk| desk.edit(&typed)).await;
    let (plan, undoes) = (Arc::new(plan.unwrap()), None);
    assert!(plan.value.is_some() && plan.lite.is_some());
    let services = Services {
        writers: Ok(Writers {
            lite: stores.index.clone(),
            values: Arc::new(MemoryWriter::new(stores.values.clone(), 100_000)),
        }),
        ..Services::reading(stores.index.clone(), Ok(stores.values.clone()))
    };
    let pen = Pen {
        ledger: Arc::new(journal.clone()),
        patience: Duration::from_secs(3),
    };
    let world = World::new(services, Catalog::builtin(), None, 0, 1 << 20).writing(pen);
    let (runtime, mut reports) = Runtime::new(world, Handle::current());
    let before = waits();
    runtime.start(TaskId(1), TaskSpec::Write { plan, undoes });
    let written: Written = loop {
        match reports.recv().await.unwrap().what {
            What::Finished(Outcome::Written(written)) => break *written,
            What::Failed(failure) => panic!("{failure:?}"),
            _ => {}
        }
    };
    assert_eq!(written.ending, Ending::Done, "{}", written.said);
    waits() - before
}

#[tokio::test(start_paused = true)]
async fn a_write_waits_for_the_disk_twice_and_the_first_one_for_its_file_too() {
    let (folder, stores) = (tempfile::tempdir().unwrap(), Stores::with_document());
    let rules = Rules { keep_values: true };
    let journal = Journal::new(&folder.path().join("journal"), rules);
    let first = edit(&stores, &journal, r#"["one"]"#).await;
    let second = edit(&stores, &journal, r#"["two"]"#).await;
    let third = edit(&stores, &journal, r#"["three"]"#).await;
    assert_eq!((second, third), (2, 2));
    // The folder's own name, once for ever, and the name of this program's file.
    assert_eq!(first, 2 + 2);

    let next = Journal::new(journal.dir(), rules);
    assert_eq!(edit(&stores, &next, r#"["four"]"#).await, 2 + 1);
}
