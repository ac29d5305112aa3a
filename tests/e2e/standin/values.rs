//! That keys, values and stream ids arrive byte for byte, and what does not.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::devnet::stream;
use crate::devnet::wire::batch::{Batch, Entry};
use crate::support::devnet::{Devnet, clients};

/// The batch of the newest submission.
fn newest(net: &Devnet) -> Batch {
    let seen = net.chain.seen().pop().unwrap();
    Batch::decode(&seen.data.unwrap()).unwrap()
}

fn entry(key: &[u8], value: &[u8]) -> Entry {
    Entry {
        stream: stream(1).0,
        key: key.to_vec(),
        value: value.to_vec(),
    }
}

fn nasty() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop::sample::select(b"\r\n\",a\\ \xff\xc3\xa9-=[{\x01\x7f".as_slice());
    prop::collection::vec(byte, 1..12)
}

#[test]
fn every_byte_but_nul_survives_in_keys_and_values() {
    let net = Devnet::start();
    for (at, client) in clients().iter().enumerate() {
        // The real one takes two seconds for each.
        let cases = if at == 0 { 60 } else { 4 };
        let config = Config {
            cases,
            failure_persistence: None,
            ..Config::default()
        };
        let both = (nasty(), prop::collection::vec(nasty(), 0..2));
        let checked = TestRunner::new(config).run(&both, |(key, value)| {
            let value = value.concat();
            net.write(&[(&key, &value)]).by(client).run().ended(0);
            prop_assert_eq!(newest(&net).writes, [entry(&key, &value)]);
            Ok(())
        });
        checked.unwrap();
    }
}

#[test]
fn the_last_of_equal_keys_counts_and_empty_values_delete() {
    let net = Devnet::start();
    for client in clients() {
        let twice = net
            .write(&[("k", "1"), ("k", "2")])
            .by(&client)
            .run()
            .ended(0);
        assert_eq!(newest(&net).writes, [entry(b"k", b"2")]);
        assert_eq!(net.result(twice.seq()).as_deref(), Some("Commit"));
        net.write(&[("k", "")]).by(&client).run().ended(0);
        assert_eq!(newest(&net).writes, [entry(b"k", b"")]);
        let all = net
            .write::<&str, &str>(&[])
            .with("--stream-keys", "a,b")
            .with("--stream-values", "");
        all.by(&client).run().ended(0);
        let mut writes = newest(&net).writes;
        writes.sort_by(|a, b| a.key.cmp(&b.key));
        assert_eq!(writes, [entry(b"a", b""), entry(b"b", b"")]);
    }
}

#[test]
fn a_line_break_outside_quotes_loses_what_follows() {
    let net = Devnet::start();
    for client in clients() {
        let call = net.write::<&str, &str>(&[]).with("--stream-keys", "k");
        call.raw("--stream-values", b"one\ntwo")
            .by(&client)
            .run()
            .ended(0);
        assert_eq!(newest(&net).writes, [entry(b"k", b"one")]);
    }
}

#[test]
fn any_text_is_a_stream_id() {
    let net = Devnet::start();
    let id = |end: &str| format!("{end:0>64}");
    let long = format!("0xff{}", id("7"));
    for client in clients() {
        for (given, taken) in [
            ("0x1", id("1")),
            ("abc", id("abc")),
            ("zz", id("0")),
            ("", id("0")),
            (&long, id("7")),
        ] {
            let call = net.write(&[("k", given)]).with("--stream-id", given);
            call.by(&client).run().ended(0);
            let stream = newest(&net).writes[0].stream;
            assert_eq!(crate::devnet::wire::hex(&stream)[2..], taken, "{given}");
        }
    }
}

#[test]
fn a_value_of_several_segments_arrives() {
    let net = Devnet::start();
    let big = "q".repeat(120_000);
    let pairs = [("a", &big), ("b", &big), ("c", &big)];
    for client in clients() {
        let run = net.write(&pairs).by(&client).run().ended(0);
        assert_eq!(run.field("segNum"), Some("2"));
        assert_eq!(net.result(run.seq()).as_deref(), Some("Commit"));
        assert_eq!(net.value("c"), Some((run.seq(), big.clone().into_bytes())));
        let read = net
            .read()
            .with("--stream-keys", "b")
            .by(&client)
            .run()
            .ended(0);
        assert_eq!(read.out, format!("{{\"b\":\"{big}\"}}\n"));
    }
}

#[test]
fn reading_escapes_and_sorts_and_cannot_tell_absent_from_deleted() {
    let net = Devnet::start();
    net.node.put("b", "<&>\u{2028}\n\x01\x7f\u{e9}\\\"");
    net.node.put("gone", "x");
    net.node.put("gone", "");
    net.node.put("a", b"\xff\xfe");
    for client in clients() {
        let read = |keys: &str| net.read().with("--stream-keys", keys).by(&client).run();
        let run = read("b,gone,never,a,b").ended(0);
        let wanted = [
            r#"{"a":"\ufffd\ufffd","b":"\u003c\u0026\u003e\u2028\n\u0001"#,
            "\u{7f}",
            r#"é\\\"","gone":"","never":""}"#,
            "\n",
        ];
        assert_eq!(run.out, wanted.concat());
        assert_eq!(
            (read("").ended(0).out.as_str(), run.err.as_str()),
            ("{}\n", "")
        );
        let first = net.read().args(["--stream-keys", "gone", "--version", "2"]);
        assert_eq!(first.by(&client).run().ended(0).out, "{\"gone\":\"x\"}\n");
        let empty = read("\"\"").ended(1);
        assert_eq!(empty.out, "");
        assert!(
            empty
                .fatal()
                .ends_with("Message: Invalid params: key; data: key is empty\"")
        );
    }
}
