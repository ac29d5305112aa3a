//! The screen never lies: what is not known is not said, what was read long ago is read again
//! before it counts as wrong, and secrets stay hidden wherever values are shown.

mod doctor;
mod silence;

use std::sync::Arc;
use std::time::Duration;

use dualscope::app::viewer::{View, Viewer, ViewerOptions};
use dualscope::app::{Options, Target};
use dualscope::domain::{
    Bson, Catalog, Codec, Collection, Filter, Lite, Place, Query, Sort, State, Version,
};
use dualscope::store::error::{Kind, Store, StoreError};
use dualscope::store::memory::faults::{Fault, Faults, Faulty, Latency, Op};
use dualscope::store::memory::{MemoryIndex, MemoryValues};
use dualscope::store::port::{Index, Services, Values};
use dualscope::task::event::{Inspection, Mark, Outcome, What};
use dualscope::task::job::World;
use dualscope::task::spec::{TaskId, TaskSpec};
use dualscope::task::{Failure, Runtime};
use pretty_assertions::assert_eq;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use crate::support::driver::options;
use crate::support::flags::{flags, full, key, lite};
use crate::support::house::House;

const KEPT: &str = "kept in MongoDB only";

/// Two stores with trouble on demand, and the tasks that read them.
struct Stores {
    index: Arc<MemoryIndex>,
    values: Arc<MemoryValues>,
    /// Of the index.
    mongo: Arc<Faults>,
    /// Of the values.
    node: Arc<Faults>,
    runtime: Runtime,
    reports: tokio::sync::mpsc::Receiver<dualscope::task::TaskEvent>,
    next: u64,
}

impl Stores {
    fn new(expected: Option<Codec>) -> Self {
        let index = Arc::new(MemoryIndex::new("memsys"));
        let values = Arc::new(MemoryValues::new("stream"));
        Self::of(index, values, expected, Latency::default())
    }

    fn of(
        index: Arc<MemoryIndex>,
        values: Arc<MemoryValues>,
        expected: Option<Codec>,
        slow: Latency,
    ) -> Self {
        let (mongo, node) = (Faults::new(slow), Faults::new(Latency::default()));
        let services = Services::reading(
            Arc::new(Faulty::<dyn Index>::new(index.clone(), mongo.clone())),
            Ok(Arc::new(Faulty::<dyn Values>::new(
                values.clone(),
                node.clone(),
            ))),
        );
        let world = World::new(services, Catalog::builtin(), expected, 0, 1 << 20);
        let (runtime, reports) = Runtime::new(world, Handle::current());
        Self {
            index,
            values,
            mongo,
            node,
            runtime,
            reports,
            next: 1,
        }
    }

    async fn ask(&mut self, spec: TaskSpec) -> (Vec<Outcome>, Result<Outcome, Failure>) {
        self.next += 1;
        self.runtime.start(TaskId(self.next), spec);
        let mut parts = Vec::new();
        loop {
            match self.reports.recv().await.unwrap().what {
                What::Part(part) => parts.push(part),
                What::Finished(end) => return (parts, Ok(end)),
                What::Failed(failure) => return (parts, Err(failure)),
                What::Cancelled => panic!("nobody stopped it"),
                What::Queued | What::Started | What::Progress { .. } | What::Step(_) => {}
            }
        }
    }

    async fn mark(&mut self, rows: &[Arc<Lite>]) -> Vec<Mark> {
        let (marks, end) = self.try_to_mark(rows).await;
        assert_eq!(end, Ok(Outcome::Done));
        marks
    }

    async fn try_to_mark(&mut self, rows: &[Arc<Lite>]) -> (Vec<Mark>, Result<Outcome, Failure>) {
        let (collection, rows) = (flags(), rows.to_vec());
        let (parts, end) = self.ask(TaskSpec::Marks { collection, rows }).await;
        let marks = parts.into_iter().flat_map(|part| match part {
            Outcome::Marks(marks) => marks,
            other => panic!("{other:?}"),
        });
        (marks.collect(), end)
    }

    async fn states(&mut self, rows: &[Arc<Lite>]) -> Vec<(State, String)> {
        let marks = self.mark(rows).await.into_iter();
        marks
            .map(|mark| (mark.diagnosis.state, mark.diagnosis.said.to_string()))
            .collect()
    }

    async fn inspect(&mut self, id: i32, at: Option<u64>) -> Inspection {
        let spec = TaskSpec::Inspect {
            key: key(id),
            id: Some(Bson::Int32(id)),
            at: at.map(Version),
        };
        match self.ask(spec).await.1.unwrap() {
            Outcome::Inspection(inspection) => *inspection,
            other => panic!("{other:?}"),
        }
    }

    async fn look(&mut self) -> Option<bool> {
        match self.ask(TaskSpec::Look(flags())).await.1.unwrap() {
            Outcome::Look(_, dual) => dual,
            other => panic!("{other:?}"),
        }
    }

    /// The rows as a list has them now.
    async fn rows(&self) -> Vec<Arc<Lite>> {
        let query = Query {
            collection: flags(),
            filter: Filter::default(),
            sort: Sort::by_id(false),
            from: Place::First,
            limit: 100,
        };
        let token = CancellationToken::new();
        let page = self.index.page(&query, &token).await;
        page.unwrap().rows.into_iter().map(Arc::new).collect()
    }

    /// Writes both halves.
    fn write(&self, id: i32, name: &str) {
        self.index.put(&flags(), lite(id, name));
        self.values.put(&key(id).to_string(), &*full(id, name));
    }
}

fn gone(store: Store) -> StoreError {
    StoreError::new(store, Kind::Unreachable, "nobody answers")
}

fn kept() -> (State, String) {
    (State::Unchecked, KEPT.to_owned())
}

#[tokio::test]
async fn what_was_never_stored_twice_is_kept_in_mongodb_and_asked_for_once() {
    let mut place = Stores::new(None);
    place.values.skip(9);
    for id in 0..3 {
        place.index.put(&flags(), lite(id, "a"));
    }
    let rows = place.rows().await;
    assert_eq!(place.states(&rows).await, vec![kept(); 3]);
    assert_eq!(place.states(&rows[..1]).await, [kept()]);
    assert_eq!(place.inspect(0, None).await.diagnosis.said, KEPT);
    assert_eq!(place.mongo.calls(Op::Page), 1, "the look is remembered");

    place.values.put(&key(1).to_string(), &*full(1, "b"));
    let states: Vec<State> = place.states(&rows).await.into_iter().map(|s| s.0).collect();
    assert_eq!(
        states,
        [State::NeverWritten, State::Drifted, State::NeverWritten],
        "one value is proof that they are stored twice"
    );
}

#[tokio::test]
async fn a_node_that_could_not_have_seen_a_value_does_not_tell_the_kind() {
    let mut place = Stores::new(None);
    place.index.put(&flags(), lite(1, "a"));
    assert_eq!(place.look().await, None, "nothing is applied");
    for (held, first) in [(Some(true), Some(3)), (Some(false), None)] {
        let mut place = Stores::new(None);
        place.index.put(&flags(), lite(1, "a"));
        place.values.skip(9);
        place.values.set_window(held, first);
        assert_eq!(place.look().await, None, "{held:?} {first:?}");
        let rows = place.rows().await;
        assert_eq!(place.states(&rows).await[0].0, State::Unknown);
    }
    for op in [Op::Window, Op::Heads] {
        let mut place = Stores::new(None);
        place.values.skip(9);
        place.index.put(&flags(), lite(1, "a"));
        place.node.always(op, Fault::Fail(gone(Store::Values)));
        assert_eq!(place.look().await, None, "{op:?}");
        place.node.clear();
        assert_eq!(place.look().await, Some(false));
    }
}

#[tokio::test]
async fn rows_that_were_loaded_long_ago_are_read_again_before_they_are_wrong() {
    let mut place = Stores::new(None);
    for id in 0..4 {
        place.write(id, "old");
    }
    let rows = place.rows().await;
    place.write(0, "new");
    place.values.put(&key(1).to_string(), &*full(1, "drifted"));
    place.index.remove(&flags(), &Bson::Int32(2));
    place.values.delete(&key(2).to_string());
    place.index.remove(&flags(), &Bson::Int32(3));
    place.values.put(&key(3).to_string(), &*full(3, "new"));

    let told = place.states(&rows).await;
    assert_eq!(told[0].0, State::Agrees, "both halves were written");
    assert_eq!(told[1].0, State::Drifted);
    assert_eq!(told[2].0, State::Agrees);
    assert_eq!(
        told[2].1,
        "no longer in MongoDB: deleted in both stores, tombstone at version 6"
    );
    assert_eq!(place.mongo.calls(Op::ByIds), 1);
    assert_eq!(told[3].0, State::Orphan);

    place
        .mongo
        .always(Op::ByIds, Fault::Fail(gone(Store::Mongo)));
    let (marks, end) = place.try_to_mark(&rows).await;
    assert_eq!(marks[0].diagnosis.state, State::Unknown);
    assert_eq!(marks[0].diagnosis.said, "can't tell: nobody answers");
    assert!(end.is_err(), "and the look counts as failed");
}

#[tokio::test(start_paused = true)]
async fn a_write_between_the_two_reads_is_no_drift() {
    let index = Arc::new(MemoryIndex::new("memsys"));
    let values = Arc::new(MemoryValues::new("stream"));
    let slow = Latency {
        fixed: Duration::from_millis(10),
        ..Latency::default()
    };
    let mut place = Stores::of(index, values, None, slow);
    place.write(1, "old");
    // The value is read before the write shows, the lite document behind it.
    place.index.put(&flags(), lite(1, "new"));
    place.values.set_delay(Some(Duration::from_millis(5)));
    place
        .values
        .submit(vec![(key(1).to_string(), (&*full(1, "new")).into())]);
    let inspection = place.inspect(1, None).await;
    assert_eq!(inspection.diagnosis.state, State::Agrees);

    place.index.put(&flags(), lite(1, "other"));
    let inspection = place.inspect(1, None).await;
    assert_eq!(inspection.diagnosis.state, State::Drifted);
}

#[tokio::test]
async fn an_older_version_is_told_and_not_compared() {
    let mut place = Stores::new(None);
    place.values.skip(1);
    place.write(1, "old");
    place.values.delete(&key(1).to_string());
    place.write(1, "new");
    for (at, said) in [
        (0, "as of version 0: nothing written yet"),
        (1, "as of version 1: a value of 34 bytes"),
        (2, "as of version 2: tombstone"),
    ] {
        let told = place.inspect(1, Some(at)).await.diagnosis;
        assert_eq!((told.state, &*told.said), (State::Unchecked, said));
        assert!(told.findings.is_empty() && told.fields.is_empty());
    }
}

#[tokio::test]
async fn a_reach_that_is_not_told_makes_an_older_version_unknown() {
    let mut place = Stores::new(None);
    place.write(1, "old");
    place
        .node
        .always(Op::Window, Fault::Fail(gone(Store::Values)));
    let told = place.inspect(2, Some(0)).await.diagnosis;
    let expected = (State::Unknown, "can't tell: nobody answers");
    assert_eq!((told.state, &*told.said), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn secrets_are_hidden_in_the_list_too() {
    let open = Some(Target::Collection(Collection::new("user_secrets")));
    let plain = Options {
        profile: "demo".to_owned(),
        open,
        ..options()
    };
    let mut chosen = plain.clone();
    let columns = ["user_id", "api_key"].map(str::to_owned).to_vec();
    chosen.configured.insert("user_secrets".to_owned(), columns);
    for options in [plain, chosen.clone()] {
        let house = House::open(options, (200, 50)).await;
        house.must_see("user_id");
        let screen = house.screen();
        for secret in ["DEMO-not-a-key", "dededede", "11111111", "00000000"] {
            assert!(!screen.contains(secret), "{secret}\n{screen}");
        }
    }
    let mut house = House::open(chosen, (200, 50)).await;
    house.must_see("***");
    let list = house.app.list();
    let row = list.selected().unwrap();
    assert!(!list.row_has(row, "demo-not-a-key") && list.row_has(row, "***"));
    house.keys("<tab><tab><tab>").await;
    assert!(!house.screen().contains("DEMO-not-a-key"));
}

fn shown(inspection: &Inspection, size: (u16, u16), view: View) -> (String, String) {
    let mut viewer = Viewer::new(ViewerOptions::default());
    viewer.resize(size.0, size.1);
    viewer.set_view(view);
    viewer.show(Arc::new(inspection.clone()));
    let lines = viewer.lines().into_iter();
    let text: Vec<String> = lines.map(|line| line.text()).collect();
    (viewer.header(), text.join("\n"))
}

#[tokio::test]
async fn the_viewer_says_never_written_only_of_what_was_lost() {
    let mut stores = Stores::new(None);
    stores.values.skip(9);
    stores.index.put(&flags(), lite(1, "a"));
    let kept = stores.inspect(1, None).await;
    let (header, page) = shown(&kept, (80, 20), View::Full);
    assert_eq!(header, "no value");
    assert!(page.starts_with("Kept in MongoDB only."), "{page}");
    let (_, raw) = shown(&kept, (80, 20), View::Raw);
    assert!(raw.contains(KEPT) && !raw.contains("never"), "{raw}");

    let (header, page) = shown(&stores.inspect(1, Some(3)).await, (80, 20), View::Full);
    assert_eq!(header, "no value · as of v3, not the latest");
    assert!(page.starts_with("Nothing written yet."), "{page}");

    let mut stores = Stores::new(None);
    stores.values.skip(9);
    stores.values.set_window(None, Some(4));
    let (header, page) = shown(&stores.inspect(1, Some(3)).await, (80, 20), View::Full);
    assert_eq!(header, "not known · as of v3, not the latest");
    assert!(
        page.starts_with("Can't tell whether a value was written: below"),
        "{page}"
    );
}

#[tokio::test]
async fn the_verdict_of_a_field_is_seen_in_narrow_panes() {
    let mut stores = Stores::new(None);
    stores.write(1, "a");
    stores.index.put(&flags(), lite(1, "b"));
    let drifted = stores.inspect(1, None).await;
    assert_eq!(drifted.diagnosis.state, State::Drifted);
    for width in 1..120 {
        let (_, page) = shown(&drifted, (width, 20), View::Diff);
        assert!(width < 22 || page.contains("◐ differs"), "{width}\n{page}");
    }
}
