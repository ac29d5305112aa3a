//! The whole house without a terminal: the real runtime on the demo's stores.

use dualscope::app::{Options, Target};
use dualscope::domain::{Collection, State};
use dualscope::store::error::{Kind, Store, StoreError};
use dualscope::store::memory::faults::{Fault, Op};
use pretty_assertions::assert_eq;

use crate::support::driver::options;
use crate::support::house::House;

const SIZE: (u16, u16) = (120, 40);

fn at(collection: &str) -> Options {
    let open = Some(Target::Collection(Collection::new(collection)));
    Options {
        profile: "demo".to_owned(),
        open,
        ..options()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_walk_through_the_demo() {
    let mut house = House::open(at("episodic_memories"), SIZE).await;
    house.must_see("episodic_memories");
    let selected = house.app.list().selected().unwrap();
    assert_ne!(
        selected.state(),
        State::Unchecked,
        "visible rows are looked at by themselves"
    );
    let shown = house.app.viewer().inspection().unwrap();
    assert_eq!(shown.document.key, selected.key);

    house.keys("jjj<tab><tab>").await;
    house.must_see("[Diff]");
    house.keys("<enter><tab>").await;
    house.must_see("[Raw]");
    house.keys("<esc>G").await;
    house.must_see("at the end");
    house.keys("fis:tombstoned<enter>").await;
    let states: Vec<_> = house
        .app
        .list()
        .window
        .rows()
        .map(dualscope::app::list::Row::state)
        .collect();
    assert!(!states.is_empty() && states.iter().all(|state| *state == State::Tombstoned));
    house.must_see("†");
    house.keys("Fc").await;
    house.keys(":app.doctor<enter>").await;
    house.must_see("mongo database");
    house.must_see("kv codec");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_diff_of_a_document_fits_into_the_narrowest_pane() {
    let mut house = House::open(at("episodic_memories"), (100, 30)).await;
    house.keys("jjj<tab><tab>").await;
    house.must_see("[Diff]");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_collection_of_the_demo_can_be_walked_from_top_to_bottom() {
    let mut house = House::open(at("memcells"), (130, 30)).await;
    let names: Vec<_> = house
        .app
        .collections()
        .rows()
        .iter()
        .map(|row| row.name.clone())
        .collect();
    assert!(names.len() >= 14);
    for name in names {
        house.keys(&format!("b{name}<enter>")).await;
        assert_eq!(house.app.list().collection.as_ref(), Some(&name));
        assert!(house.app.list().failure.is_none(), "{name}");
        house.keys("G").await;
        house.keys("<tab><pageup><tab><tab><tab>gg").await;
        house.must_see(&format!("┌ {name} · "));
        let id = house.app.list().selected().unwrap().lite.id.id_text();
        let end: String = id
            .chars()
            .skip(id.chars().count().saturating_sub(4))
            .collect();
        let screen = house.screen();
        let row = screen
            .lines()
            .any(|line| line.contains('▸') && line.contains(&end));
        assert!(row, "{name}: {id} is not on\n{screen}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_store_that_fails_makes_rows_unknown_and_never_deleted() {
    let mut house = House::open(at("memcells"), SIZE).await;
    let gone = StoreError::new(Store::Values, Kind::Unreachable, "KV node kv:6789: refused");
    for op in [Op::Get, Op::Heads, Op::Window, Op::Ping] {
        house.faults.always(op, Fault::Fail(gone.clone()));
    }
    house.keys("R").await;
    let window = &house.app.list().window;
    let told: Vec<_> = window
        .shown()
        .map(|at| window.get(at).unwrap().state())
        .collect();
    assert!(
        told.iter().all(|state| *state == State::Unknown),
        "{told:?}"
    );
    house.must_see("Can't tell what the value store");
    house.must_see("0G ✗ unreachable");

    house.faults.clear();
    house.keys("R").await;
    let window = &house.app.list().window;
    assert!(
        window
            .shown()
            .any(|at| window.get(at).unwrap().state() == State::Agrees)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_that_fails_keeps_the_rows_and_comes_back() {
    let mut house = House::open(at("memcells"), SIZE).await;
    let rows = house.app.list().window.len();
    let gone = StoreError::new(
        Store::Mongo,
        Kind::Timeout,
        "MongoDB db:27017: no answer in 5 s",
    );
    house.faults.always(Op::Page, Fault::Fail(gone));
    house.keys("R").await;
    assert_eq!(house.app.list().window.len(), rows);
    house.must_see("no answer in 5 s (R again)");
    house.faults.clear();
    house.keys("R").await;
    assert!(house.app.list().failure.is_none());
}
