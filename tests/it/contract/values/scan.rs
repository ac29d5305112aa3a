//! Walking over the keys of a store.

use dualscope::store::port::Found;

use super::{Fixture, checks};

checks![
    an_empty_store_has_no_keys,
    keys_come_in_byte_order_without_tombstones,
    a_scan_goes_on_where_it_stopped,
    a_scan_starts_behind_any_text,
    a_tombstone_as_the_place_to_go_on_does_no_harm,
    a_scan_tells_version_and_size,
];

async fn names(f: &Fixture, after: Option<&str>, limit: usize) -> (Vec<String>, bool) {
    let page = f.store.scan(after, limit).await.unwrap();
    let names = page.rows.into_iter().map(|found| found.key).collect();
    (names, page.more)
}

fn some(names: &[&str], more: bool) -> (Vec<String>, bool) {
    (names.iter().map(ToString::to_string).collect(), more)
}

async fn an_empty_store_has_no_keys(f: &Fixture) {
    assert_eq!(names(f, None, 10).await, some(&[], false));
    f.put("memcells:a", "1");
    f.delete("memcells:a");
    assert_eq!(names(f, None, 10).await, some(&[], false));
}

async fn keys_come_in_byte_order_without_tombstones(f: &Fixture) {
    for name in ["b:1", "a:é", "a:z", "a:1", "a:10", "a:2", "B:1", "gone:1"] {
        f.put(name, "1");
    }
    f.delete("gone:1");
    f.delete("a:1");
    let all = ["B:1", "a:10", "a:2", "a:z", "a:é", "b:1"];
    assert_eq!(names(f, None, 10).await, some(&all, false));
}

async fn a_scan_goes_on_where_it_stopped(f: &Fixture) {
    for n in 0..5 {
        f.put(&format!("a:{n}"), "1");
    }
    assert_eq!(names(f, None, 2).await, some(&["a:0", "a:1"], true));
    assert_eq!(names(f, Some("a:1"), 2).await, some(&["a:2", "a:3"], true));
    assert_eq!(names(f, Some("a:3"), 1).await, some(&["a:4"], false));
    assert_eq!(names(f, Some("a:4"), 2).await, some(&[], false));
}

async fn a_scan_starts_behind_any_text(f: &Fixture) {
    f.put("a:1", "1");
    f.put("b:1", "1");
    f.put("b:10", "1");
    assert_eq!(
        names(f, Some("a:5"), 9).await,
        some(&["b:1", "b:10"], false)
    );
    assert_eq!(names(f, Some("b:1"), 9).await, some(&["b:10"], false));
    assert_eq!(names(f, Some("zzz"), 9).await, some(&[], false));
}

async fn a_tombstone_as_the_place_to_go_on_does_no_harm(f: &Fixture) {
    f.put("a:1", "1");
    f.put("a:2", "1");
    f.put("a:3", "1");
    f.delete("a:1");
    f.delete("a:2");
    assert_eq!(names(f, Some("a:1"), 9).await, some(&["a:3"], false));
}

async fn a_scan_tells_version_and_size(f: &Fixture) {
    f.put("a:1", "1");
    let version = f.put("a:1", "12345");
    let page = f.store.scan(None, 9).await.unwrap();
    let found = Found {
        key: "a:1".to_owned(),
        version,
        size: 5,
    };
    assert_eq!(page.rows, [found]);
}
