//! Reading whole values.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dualscope::domain::{Body, Codec, Stored, Version};
use dualscope::store::port::{Got, Want};

use super::{Fixture, checks, key, value_of};

checks![
    never_written_is_absent,
    a_tombstone_is_not_absent,
    plain_json_is_told_from_base64,
    what_does_not_decode_keeps_its_bytes,
    the_shortest_value_is_a_value,
    sizes_around_every_limit_come_back_whole,
    twenty_megabytes_come_back_whole,
    the_newest_write_wins,
    the_past_can_be_read,
    a_value_written_after_a_tombstone_is_back,
    a_future_version_is_now,
    answers_come_in_the_order_asked,
    one_key_at_several_versions_in_one_question,
    a_known_version_is_not_sent_again,
    an_outdated_known_version_is,
    a_known_value_that_was_deleted_is_a_tombstone,
    more_keys_than_one_request_holds,
    keys_of_every_shape,
    version_zero_can_hold_a_value,
    two_keys_of_one_transaction_share_its_version,
    many_readers_at_once,
];

/// JSON text of exactly `size` bytes.
fn json_of(size: usize) -> String {
    format!("\"{}\"", "x".repeat(size - 2))
}

async fn never_written_is_absent(f: &Fixture) {
    f.put("memcells:b", "1");
    assert_eq!(f.stored("memcells:a").await, Stored::Absent);
}

async fn a_tombstone_is_not_absent(f: &Fixture) {
    f.put("memcells:a", "{}");
    let version = f.delete("memcells:a");
    assert_eq!(f.stored("memcells:a").await, Stored::Tombstone { version });
}

async fn plain_json_is_told_from_base64(f: &Fixture) {
    let text = "{\"id\": \"a\", \"n\": 1.50}";
    f.put("memcells:plain", text);
    f.put("memcells:base64", STANDARD.encode(text));
    for (name, codec) in [
        ("memcells:plain", Codec::Plain),
        ("memcells:base64", Codec::Base64),
    ] {
        let (_, full) = f.value(name).await;
        assert_eq!(full.codec(), Some(codec));
        assert_eq!(full.json().unwrap().text().as_ref(), text);
    }
    let (_, full) = f.value("memcells:base64").await;
    assert_eq!(&*full.raw, STANDARD.encode(text).as_bytes());
}

async fn what_does_not_decode_keeps_its_bytes(f: &Fixture) {
    for raw in [&b"\xff\x00{}"[..], b"not json!", b"{\"a\":NaN}", b"\n"] {
        f.put("memcells:a", raw);
        let (_, full) = f.value("memcells:a").await;
        assert_eq!(&*full.raw, raw);
        assert!(matches!(full.body, Body::Undecodable(_)));
    }
}

async fn the_shortest_value_is_a_value(f: &Fixture) {
    let version = f.put("memcells:a", "7");
    let (seen, full) = f.value("memcells:a").await;
    assert_eq!((seen, &*full.raw), (version, &b"7"[..]));
}

async fn sizes_around_every_limit_come_back_whole(f: &Fixture) {
    let part = 256 << 10;
    let sizes = [
        2,
        255,
        256,
        257,
        crate::devnet::aligned_size("memcells:a", part),
        crate::devnet::aligned_size("memcells:a", part) - 1,
        part - 1,
        part,
        part + 1,
        2 * part,
        2 * part + 1,
    ];
    for size in sizes {
        let text = json_of(size);
        let version = f.put("memcells:a", &text);
        let (seen, full) = f.value("memcells:a").await;
        assert_eq!(seen, version);
        assert!(&*full.raw == text.as_bytes(), "{size} bytes");
    }
}

async fn twenty_megabytes_come_back_whole(f: &Fixture) {
    let text = json_of(20 << 20);
    f.put("memcells:a", &text);
    let (_, full) = f.value("memcells:a").await;
    assert!(&*full.raw == text.as_bytes());
    assert!(full.json().is_some());
}

async fn the_newest_write_wins(f: &Fixture) {
    f.put("memcells:a", "1");
    let version = f.put("memcells:a", "2");
    f.put("memcells:b", "3");
    let (seen, full) = f.value("memcells:a").await;
    assert_eq!((seen, &*full.raw), (version, &b"2"[..]));
}

async fn the_past_can_be_read(f: &Fixture) {
    f.put_at(10, "memcells:a", "1");
    f.put_at(20, "memcells:a", "");
    f.put_at(30, "memcells:a", "3");
    assert_eq!(f.stored_at("memcells:a", 9).await, Stored::Absent);
    for at in [10, 19] {
        let (version, full) = value_of(f.stored_at("memcells:a", at).await);
        assert_eq!((version, &*full.raw), (Version(10), &b"1"[..]));
    }
    for at in [20, 29] {
        let version = Version(20);
        assert_eq!(
            f.stored_at("memcells:a", at).await,
            Stored::Tombstone { version }
        );
    }
    let (version, _) = value_of(f.stored_at("memcells:a", 30).await);
    assert_eq!(version, Version(30));
}

async fn a_value_written_after_a_tombstone_is_back(f: &Fixture) {
    f.put("memcells:a", "1");
    f.delete("memcells:a");
    let version = f.put("memcells:a", "1");
    assert_eq!(f.value("memcells:a").await.0, version);
}

async fn a_future_version_is_now(f: &Fixture) {
    let version = f.put("memcells:a", "1");
    for at in [1_000_000, u64::MAX] {
        assert_eq!(value_of(f.stored_at("memcells:a", at).await).0, version);
    }
}

async fn answers_come_in_the_order_asked(f: &Fixture) {
    for n in 0..5 {
        f.put(&format!("memcells:{n}"), n.to_string());
    }
    let asked = [3, 0, 4, 3, 9, 1];
    let wants: Vec<_> = asked
        .iter()
        .map(|n| Want::latest(key(&format!("memcells:{n}"))))
        .collect();
    for (n, got) in asked.iter().zip(f.got(&wants).await) {
        let Got::Stored(stored) = got else {
            panic!("unchanged, although not known");
        };
        match *n {
            9 => assert_eq!(stored, Stored::Absent),
            n => assert_eq!(&*value_of(stored).1.raw, n.to_string().as_bytes()),
        }
    }
    assert_eq!(f.got(&[]).await, []);
}

async fn one_key_at_several_versions_in_one_question(f: &Fixture) {
    let old = f.put("memcells:a", "1");
    f.put("memcells:a", "2");
    let now = Want::latest(key("memcells:a"));
    let then = Want {
        at: Some(old),
        ..now.clone()
    };
    let got = f.got(&[now, then]).await;
    let raw: Vec<_> = got
        .into_iter()
        .map(|got| match got {
            Got::Stored(stored) => value_of(stored).1.raw.to_vec(),
            Got::Unchanged(_) => panic!("unchanged, although not known"),
        })
        .collect();
    assert_eq!(raw, [b"2", b"1"]);
}

async fn a_known_version_is_not_sent_again(f: &Fixture) {
    let version = f.put("memcells:a", "1");
    let want = Want {
        known: Some(version),
        ..Want::latest(key("memcells:a"))
    };
    assert_eq!(f.got(&[want]).await, [Got::Unchanged(version)]);
}

async fn an_outdated_known_version_is(f: &Fixture) {
    let old = f.put("memcells:a", "1");
    let new = f.put("memcells:a", json_of(300_000));
    let want = Want {
        known: Some(old),
        ..Want::latest(key("memcells:a"))
    };
    let Got::Stored(stored) = f.got(&[want]).await.remove(0) else {
        panic!("unchanged, although it changed");
    };
    let (version, full) = value_of(stored);
    assert_eq!((version, full.raw.len()), (new, 300_000));
}

async fn a_known_value_that_was_deleted_is_a_tombstone(f: &Fixture) {
    let old = f.put("memcells:a", "1");
    let version = f.delete("memcells:a");
    let want = Want {
        known: Some(old),
        ..Want::latest(key("memcells:a"))
    };
    let tombstone = Stored::Tombstone { version };
    assert_eq!(f.got(&[want]).await, [Got::Stored(tombstone)]);
}

async fn more_keys_than_one_request_holds(f: &Fixture) {
    let name = |n: usize| format!("memcells:{n}");
    for n in (0..250).filter(|n| n % 5 != 0) {
        f.put(&name(n), json_of(2_000 + n));
    }
    let wants: Vec<_> = (0..250).map(|n| Want::latest(key(&name(n)))).collect();
    for (n, got) in f.got(&wants).await.into_iter().enumerate() {
        let Got::Stored(stored) = got else {
            panic!("unchanged, although not known");
        };
        match stored.full() {
            None => assert!(n.is_multiple_of(5) && stored == Stored::Absent, "{n}"),
            Some(full) => assert_eq!(full.raw.len(), 2_000 + n),
        }
    }
}

async fn keys_of_every_shape(f: &Fixture) {
    let names = [
        "memcells:a:b:c",
        "memcells:ключ 🗝",
        "memcells:a b\n\"",
        "memcells:\u{10FF41}",
        "m:x",
    ];
    for (n, name) in names.iter().enumerate() {
        f.put(name, n.to_string());
    }
    for (n, name) in names.iter().enumerate() {
        assert_eq!(&*f.value(name).await.1.raw, n.to_string().as_bytes());
    }
}

async fn version_zero_can_hold_a_value(f: &Fixture) {
    f.put_at(0, "memcells:a", "1");
    assert_eq!(f.value("memcells:a").await.0, Version(0));
    // An empty write of transaction 0 cannot be told from none.
    f.put_at(0, "memcells:b", "");
    assert_eq!(f.stored("memcells:b").await, Stored::Absent);
}

async fn two_keys_of_one_transaction_share_its_version(f: &Fixture) {
    f.put_at(7, "memcells:a", "1");
    f.put_at(7, "memcells:b", "2");
    assert_eq!(f.value("memcells:a").await.0, Version(7));
    assert_eq!(f.value("memcells:b").await.0, Version(7));
}

async fn many_readers_at_once(f: &Fixture) {
    for n in 0..8 {
        f.put(&format!("memcells:{n}"), json_of(300_000 + n));
    }
    let names: Vec<_> = (0..8).map(|n| format!("memcells:{n}")).collect();
    let all = futures_util::future::join_all(names.iter().map(|name| f.value(name))).await;
    for (n, (_, full)) in all.into_iter().enumerate() {
        assert_eq!(full.raw.len(), 300_000 + n);
    }
}
