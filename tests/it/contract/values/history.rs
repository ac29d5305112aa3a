//! The versions of one key.

use dualscope::domain::{Head, Page, Version};

use super::{Fixture, checks, head, key};

checks![
    history_is_newest_first_with_tombstones,
    history_starts_where_it_is_told,
    a_limit_cuts_history_and_says_so,
    what_was_never_written_has_no_history,
    history_reaches_version_zero,
    other_keys_do_not_show_in_a_history,
];

async fn page(f: &Fixture, from: Option<u64>, limit: usize) -> Page<Head> {
    let from = from.map(Version);
    let name = key("memcells:a");
    f.store.history(&name, from, limit).await.unwrap()
}

fn rows(rows: &[Head], more: bool) -> Page<Head> {
    Page {
        rows: rows.to_vec(),
        more,
    }
}

/// Writes three versions: 10 (one byte), 20 (a tombstone), 30 (three bytes).
fn three(f: &Fixture) -> [Head; 3] {
    f.put_at(10, "memcells:a", "1");
    f.put_at(20, "memcells:a", "");
    f.put_at(30, "memcells:a", "123");
    [
        head(Version(30), 3),
        Head::Tombstone(Version(20)),
        head(Version(10), 1),
    ]
}

async fn history_is_newest_first_with_tombstones(f: &Fixture) {
    let all = three(f);
    assert_eq!(page(f, None, 10).await, rows(&all, false));
}

async fn history_starts_where_it_is_told(f: &Fixture) {
    let all = three(f);
    assert_eq!(page(f, Some(20), 10).await, rows(&all[1..], false));
    assert_eq!(page(f, Some(19), 10).await, rows(&all[2..], false));
    assert_eq!(page(f, Some(99), 10).await, rows(&all, false));
    assert_eq!(page(f, Some(9), 10).await, rows(&[], false));
}

async fn a_limit_cuts_history_and_says_so(f: &Fixture) {
    let all = three(f);
    assert_eq!(page(f, None, 2).await, rows(&all[..2], true));
    assert_eq!(page(f, None, 3).await, rows(&all, false));
    // The next page starts just below the last row.
    assert_eq!(page(f, Some(19), 2).await, rows(&all[2..], false));
}

async fn what_was_never_written_has_no_history(f: &Fixture) {
    assert_eq!(page(f, None, 10).await, rows(&[], false));
}

async fn history_reaches_version_zero(f: &Fixture) {
    f.put_at(0, "memcells:a", "12");
    f.put_at(1, "memcells:a", "1");
    let all = [head(Version(1), 1), head(Version(0), 2)];
    assert_eq!(page(f, None, 10).await, rows(&all, false));
}

async fn other_keys_do_not_show_in_a_history(f: &Fixture) {
    f.put("memcells:", "1");
    let version = f.put("memcells:a", "1");
    f.put("memcells:aa", "1");
    assert_eq!(page(f, None, 10).await, rows(&[head(version, 1)], false));
}
