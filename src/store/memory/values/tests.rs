//! Versions, history, scans and late application, as a KV node has them.

use super::*;
use crate::domain::{Codec, Collection};

fn key(id: &str) -> Key {
    Key {
        collection: Collection::new("memcells"),
        id: id.into(),
    }
}

fn versions(page: &Page<Head>) -> Vec<u64> {
    let of = |head: &Head| match head {
        Head::Absent => None,
        Head::Tombstone(version) | Head::Value { version, .. } => Some(version.0),
    };
    page.rows.iter().filter_map(of).collect()
}

async fn one(values: &MemoryValues, want: Want) -> Got {
    values.get(&[want]).await.unwrap().remove(0).unwrap()
}

#[tokio::test]
async fn versions_are_one_global_sequence_and_old_ones_stay_readable() {
    let values = MemoryValues::new("s");
    assert_eq!(values.put("memcells:a", "{\"n\":0}"), Version(0));
    assert_eq!(values.put("memcells:b", "{}"), Version(1));
    values.skip(5);
    assert_eq!(values.put("memcells:a", "{\"n\":1}"), Version(7));
    assert_eq!(values.delete("memcells:a"), Version(8));

    let heads = values
        .heads(&[key("a"), key("b"), key("c")], None)
        .await
        .unwrap();
    let size = 2;
    let b = Head::Value {
        version: Version(1),
        size,
    };
    assert_eq!(heads, [Head::Tombstone(Version(8)), b, Head::Absent]);
    let at = |version| Want {
        at: Some(Version(version)),
        ..Want::latest(key("a"))
    };
    for (version, expected) in [(0, "{\"n\":0}"), (6, "{\"n\":0}"), (7, "{\"n\":1}")] {
        let Got::Stored(Stored::Value { full, .. }) = one(&values, at(version)).await else {
            panic!("no value at {version}");
        };
        assert_eq!(&**full.text().unwrap(), expected);
        assert_eq!(full.codec(), Some(Codec::Plain));
    }
    let before = Want {
        at: Some(Version(0)),
        ..Want::latest(key("b"))
    };
    assert_eq!(one(&values, before).await, Got::Stored(Stored::Absent));
}

#[tokio::test]
async fn a_known_version_is_not_sent_again() {
    let values = MemoryValues::new("s");
    values.skip(3);
    let version = values.put("memcells:a", "{}");
    let known = |known| Want {
        known: Some(known),
        ..Want::latest(key("a"))
    };
    assert_eq!(one(&values, known(version)).await, Got::Unchanged(version));
    assert!(matches!(
        one(&values, known(Version(1))).await,
        Got::Stored(_)
    ));
}

#[tokio::test]
async fn history_goes_back_page_by_page() {
    let values = MemoryValues::new("s");
    values.skip(1);
    for n in 0..5 {
        values.put("memcells:a", if n == 3 { "" } else { "{}" });
    }
    let page = values.history(&key("a"), None, 2).await.unwrap();
    assert_eq!((versions(&page), page.more), (vec![5, 4], true));
    let page = values
        .history(&key("a"), Some(Version(3)), 9)
        .await
        .unwrap();
    assert_eq!((versions(&page), page.more), (vec![3, 2, 1], false));
    assert!(
        values
            .history(&key("x"), None, 9)
            .await
            .unwrap()
            .rows
            .is_empty()
    );
}

#[tokio::test]
async fn a_scan_goes_in_byte_order_and_leaves_tombstones_out() {
    let values = MemoryValues::new("s");
    for name in ["b", "a:2", "a", "é", "a:10", "gone"] {
        values.put(name, "1");
    }
    values.delete("gone");
    let page = values.scan(None, 3).await.unwrap();
    let names = |page: &Page<Found>| page.rows.iter().map(|f| f.key.clone()).collect::<Vec<_>>();
    assert_eq!(
        (names(&page), page.more),
        (vec!["a".into(), "a:10".into(), "a:2".into()], true)
    );
    let page = values.scan(Some("a:2"), 2).await.unwrap();
    assert_eq!(
        (names(&page), page.more),
        (vec!["b".into(), "é".into()], false)
    );
    // A start between two keys is a place as well.
    assert_eq!(names(&values.scan(Some("a:1"), 1).await.unwrap()), ["a:10"]);
}

#[tokio::test]
async fn a_submitted_transaction_shows_when_it_is_applied_and_only_in_order() {
    let values = MemoryValues::new("s");
    let first = values.submit(vec![
        ("memcells:a".into(), "{}".into()),
        ("memcells:b".into(), "{}".into()),
    ]);
    let second = values.submit(vec![("memcells:a".into(), Content::tombstone())]);
    assert_eq!(values.window().await.unwrap().applied, Some(0));
    assert_eq!(
        values.heads(&[key("a")], None).await.unwrap(),
        [Head::Absent]
    );

    values.apply_through(first);
    let both = values.heads(&[key("a"), key("b")], None).await.unwrap();
    assert!(
        both.iter()
            .all(|h| matches!(h, Head::Value { version, .. } if *version == first))
    );
    assert_eq!(values.window().await.unwrap().applied, Some(second.0));

    values.apply_all();
    assert_eq!(
        values.heads(&[key("a")], None).await.unwrap(),
        [Head::Tombstone(second)]
    );
}

#[tokio::test]
async fn a_lost_transaction_uses_its_number_up_and_writes_nothing() {
    let values = MemoryValues::new("s");
    let lost = values.submit(vec![("memcells:a".into(), "{}".into())]);
    assert!(values.lose(lost));
    let next = values.put("memcells:b", "{}");
    assert!(next > lost && !values.lose(lost));
    assert_eq!(values.fate(lost.0).await.unwrap(), Fate::Passed);
    assert_eq!(values.fate(next.0).await.unwrap(), Fate::Applied);
    assert_eq!(
        values.heads(&[key("a")], None).await.unwrap(),
        [Head::Absent]
    );
}

#[tokio::test(start_paused = true)]
async fn a_delayed_write_shows_after_its_time() {
    let values = MemoryValues::new("s");
    values.set_delay(Some(Duration::from_secs(20)));
    values.submit(vec![("memcells:a".into(), "{}".into())]);
    tokio::time::advance(Duration::from_secs(19)).await;
    assert_eq!(
        values.heads(&[key("a")], None).await.unwrap(),
        [Head::Absent]
    );
    tokio::time::advance(Duration::from_secs(1)).await;
    assert!(matches!(
        values.heads(&[key("a")], None).await.unwrap()[..],
        [Head::Value { .. }]
    ));
}

#[tokio::test]
async fn the_window_says_what_it_was_told() {
    let values = MemoryValues::new("s");
    values.set_window(Some(false), Some(9));
    let window = values.window().await.unwrap();
    assert_eq!((window.held, window.first), (Some(false), Some(9)));
}

#[tokio::test(start_paused = true)]
async fn a_transaction_without_its_data_holds_up_all_others_until_it_comes() {
    let values = MemoryValues::new("s");
    values.skip(1);
    values.set_delay(Some(Duration::ZERO));
    let write = |key: &str| vec![(key.to_owned(), Content::from("{}"))];
    let bare = values.submit_bare(write("memcells:a"), u64::MAX);
    let behind = values.submit(write("memcells:b"));
    values.apply_all();
    assert!(values.log().is_empty());
    assert_eq!(values.bare(), [bare]);
    assert_eq!(values.fate(behind.0).await.unwrap(), Fate::Waiting);
    assert!(!values.bring(behind), "it has its data");
    assert!(values.bring(bare));
    assert!(!values.bring(bare), "once");
    let applied: Vec<Version> = values.log().into_iter().map(|(at, ..)| at).collect();
    assert_eq!(applied, [bare, behind]);
    assert!(values.bare().is_empty());
}
