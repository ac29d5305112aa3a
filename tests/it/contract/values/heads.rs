//! Versions and sizes without bytes, and what the store says about itself.

use dualscope::domain::{Head, Version};

use super::{Fixture, checks, head, key};

checks![
    heads_tell_value_tombstone_and_absent_apart,
    heads_of_the_past,
    heads_of_more_keys_than_one_request_holds,
    a_head_counts_stored_bytes,
    the_store_says_where_it_is,
    the_window_reaches_over_every_write,
];

async fn heads_tell_value_tombstone_and_absent_apart(f: &Fixture) {
    let value = f.put("memcells:a", "12345");
    f.put("memcells:b", "1");
    let gone = f.delete("memcells:b");
    let keys = [key("memcells:c"), key("memcells:b"), key("memcells:a")];
    assert_eq!(
        f.store.heads(&keys, None).await.unwrap(),
        [Head::Absent, Head::Tombstone(gone), head(value, 5)]
    );
    assert_eq!(f.store.heads(&[], None).await.unwrap(), []);
}

async fn heads_of_the_past(f: &Fixture) {
    f.put_at(10, "memcells:a", "1");
    f.put_at(20, "memcells:a", "");
    f.put_at(30, "memcells:a", "123");
    let keys = [key("memcells:a")];
    for (at, want) in [
        (9, Head::Absent),
        (10, head(Version(10), 1)),
        (20, Head::Tombstone(Version(20))),
        (29, Head::Tombstone(Version(20))),
        (99, head(Version(30), 3)),
    ] {
        let heads = f.store.heads(&keys, Some(Version(at))).await.unwrap();
        assert_eq!(heads, [want], "as of {at}");
    }
}

async fn heads_of_more_keys_than_one_request_holds(f: &Fixture) {
    let keys: Vec<_> = (0..250).map(|n| key(&format!("memcells:{n}"))).collect();
    let versions: Vec<_> = keys.iter().map(|k| f.put(&k.to_string(), "12")).collect();
    let want: Vec<_> = versions.into_iter().map(|v| head(v, 2)).collect();
    assert_eq!(f.store.heads(&keys, None).await.unwrap(), want);
}

async fn a_head_counts_stored_bytes(f: &Fixture) {
    let version = f.put("memcells:a", "eyJhIjoxfQ==");
    let heads = f.store.heads(&[key("memcells:a")], None).await.unwrap();
    assert_eq!(heads, [head(version, 12)]);
}

async fn the_store_says_where_it_is(f: &Fixture) {
    f.store.ping().await.unwrap();
    assert!(!f.store.address().is_empty());
    assert!(!f.store.address().contains('@'));
    assert!(!f.store.stream().is_empty());
}

async fn the_window_reaches_over_every_write(f: &Fixture) {
    let version = f.put("memcells:a", "1");
    let window = f.store.window().await.unwrap();
    assert_ne!(window.held, Some(false));
    assert!(window.applied.is_none_or(|next| next > version.0));
    let later = f.put("memcells:a", "2");
    let window = f.store.window().await.unwrap();
    assert!(window.applied.is_none_or(|next| next > later.0));
}
