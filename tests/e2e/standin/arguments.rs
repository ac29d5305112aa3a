//! What the command line comes to: streams, exit codes and the order of the checks.

use rstest::rstest;

use crate::support::devnet::{Call, Devnet, KEY, clients};

const STREAM: &str = "0x0101010101010101010101010101010101010101010101010101010101010101";

/// Runs a line on every client: the exit code, stdout and the beginning of stderr must be these.
fn holds(line: &[&str], (code, out, err): (i32, &str, &str)) {
    for client in clients() {
        let run = Call::bare().args(line).by(&client).run();
        let client = client.display();
        assert_eq!(run.code, code, "{client} {line:?} {}", run.err);
        assert_eq!(run.out, out, "{client} {line:?}");
        assert!(run.err.starts_with(err), "{client} {line:?} {}", run.err);
        assert_eq!(err.is_empty(), run.err.is_empty(), "{client} {}", run.err);
    }
}

/// An error that is followed by the usage.
fn misused(line: &[&str], why: &str) {
    let err = format!("Error: {why}\nUsage:\n  0g-storage-client");
    holds(line, (1, &format!("{why}\n"), &err));
}

#[rstest]
#[case(&["kv-write", "--foo"], "unknown flag: --foo")]
#[case(&["kv-write", "--foo=1"], "unknown flag: --foo")]
#[case(&["kv-read", "-x"], "unknown shorthand flag: 'x' in -x")]
#[case(&["kv-write", "--=x"], "bad flag syntax: --=x")]
#[case(&["kv-write", "---a"], "bad flag syntax: ---a")]
#[case(&["kv-write", "--stream-values"], "flag needs an argument: --stream-values")]
#[case(&["--log-level"], "flag needs an argument: --log-level")]
#[case(&["kv-write", "--version", "-1"], r#"invalid argument "-1" for "--version" flag: strconv.ParseUint: parsing "-1": invalid syntax"#)]
#[case(&["kv-write", "--version", "18446744073709551616"], r#"invalid argument "18446744073709551616" for "--version" flag: strconv.ParseUint: parsing "18446744073709551616": value out of range"#)]
#[case(&["kv-write", "--timeout", "5"], r#"invalid argument "5" for "--timeout" flag: time: missing unit in duration "5""#)]
#[case(&["kv-write", "--timeout", "5x"], r#"invalid argument "5x" for "--timeout" flag: time: unknown unit "x" in duration "5x""#)]
#[case(&["kv-write", "--skip-tx=maybe"], r#"invalid argument "maybe" for "--skip-tx" flag: strconv.ParseBool: parsing "maybe": invalid syntax"#)]
#[case(&["kv-write", "--fee", "much"], r#"invalid argument "much" for "--fee" flag: strconv.ParseFloat: parsing "much": invalid syntax"#)]
#[case(&["kv-write", "--rpc-retry-count", "1.5"], r#"invalid argument "1.5" for "--rpc-retry-count" flag: strconv.ParseInt: parsing "1.5": invalid syntax"#)]
#[case(&["kv-write", "--stream-values", r#"{"k":1}"#], r#"invalid argument "{\"k\":1}" for "--stream-values" flag: parse error on line 1, column 2: bare " in non-quoted-field"#)]
#[case(&["kv-write", "--stream-values", "x,\"a\nb\"c"], r#"invalid argument "x,\"a\nb\"c" for "--stream-values" flag: record on line 1; parse error on line 2, column 2: extraneous or missing " in quoted-field"#)]
#[case(&["kv-write", "--stream-values", "\n"], r#"invalid argument "\n" for "--stream-values" flag: EOF"#)]
#[case(&["kv-write"], r#"required flag(s) "key", "stream-id", "stream-keys", "stream-values", "url" not set"#)]
#[case(&["kv-write", "--skip-tx", "--version", "0x10"], r#"required flag(s) "key", "stream-id", "stream-keys", "stream-values", "url" not set"#)]
#[case(&["kv-read", "--stream-keys", "k"], r#"required flag(s) "node", "stream-id" not set"#)]
fn misuse_is_said_on_both_streams(#[case] line: &[&str], #[case] why: &str) {
    misused(line, why);
}

#[test]
fn an_unknown_command_gets_a_hint_and_no_usage() {
    let why = "unknown command \"version\" for \"0g-storage-client\"";
    let hint = "Run '0g-storage-client --help' for usage.\n";
    holds(
        &["version"],
        (1, &format!("{why}\n"), &format!("Error: {why}\n{hint}")),
    );
    let why =
        "unknown command \"kv-writ\" for \"0g-storage-client\"\n\nDid you mean this?\n\tkv-write\n";
    holds(
        &["kv-writ"],
        (1, &format!("{why}\n"), &format!("Error: {why}\n{hint}")),
    );
}

#[test]
fn help_is_on_stdout_and_all_is_well() {
    for line in [
        vec![],
        vec!["--help"],
        vec!["kv-write", "-h"],
        vec!["help", "kv-read"],
    ] {
        for client in clients() {
            let run = Call::bare().args(&line).by(&client).run().ended(0);
            assert!(
                run.out.contains("\nUsage:\n  0g-storage-client "),
                "{}",
                run.out
            );
            assert_eq!(run.err, "");
        }
    }
}

#[test]
fn help_is_the_same_to_the_letter() {
    insta::assert_snapshot!(Call::new("kv-write").args(["--help"]).run().ended(0).out);
    let all = clients();
    for line in [
        vec![],
        vec!["kv-read", "--help"],
        vec!["kv-write", "--help"],
    ] {
        let said = |at: usize| Call::bare().args(&line).by(&all[at]).run().out;
        assert_eq!(said(0), said(all.len() - 1));
    }
}

#[test]
fn releases_are_told_apart_by_their_help() {
    let help = |release: &str| {
        let call = Call::new("kv-write").args(["--help"]);
        call.env("DEVNET_CLIENT_VERSION", release)
            .run()
            .ended(0)
            .out
    };
    let flags = |release: &str| {
        let help = help(release);
        let has = |flag: &str| help.contains(&format!("      --{flag} "));
        (has("encryption-key"), has("encrypt"))
    };
    assert_eq!(flags("v1.2.2"), (false, false));
    assert_eq!(flags("v1.3.0"), (true, false));
    assert_eq!(flags("v1.4.1"), (true, true));
}

#[test]
fn releases_before_1_3_cannot_write_to_nodes_nor_delete_all() {
    let net = Devnet::start();
    let old = |call: Call| call.env("DEVNET_CLIENT_VERSION", "v1.2.2").run();
    let run = old(net.write(&[("k", "v")])).ended(2);
    assert!(run.err.starts_with("panic: runtime error"), "{}", run.err);
    let all = net
        .write_anywhere()
        .with("--indexer", &net.chain.indexer.url())
        .with("--stream-keys", "a,b")
        .with("--stream-values", "");
    assert_eq!(
        old(all.clone()).ended(1).fatal(),
        r#""keys and values length mismatch""#
    );
    assert_eq!(all.run().ended(0).seq(), 1);
}

#[test]
fn a_private_key_that_is_none_is_a_panic_that_does_not_say_it() {
    let net = Devnet::start();
    let zero = "0".repeat(64);
    let large = "f".repeat(64);
    let short = &KEY[2..];
    let upper = format!("0X{KEY}");
    let spaced = format!(" {KEY}");
    for client in clients() {
        for key in ["", "zz", &zero, &large, short, &upper, &spaced] {
            let call = net.write(&[("k", "v")]).with("--key", key);
            let run = call.by(&client).run().ended(2);
            assert!(
                run.err
                    .starts_with("panic: invalid HEX format of private key")
            );
            assert!(!run.err.contains(&KEY[10..]), "{}", run.err);
            assert_eq!(run.out, "");
        }
        for key in [KEY.to_owned(), format!("0x{KEY}"), KEY.to_uppercase()] {
            net.write(&[("k", "v")])
                .with("--key", &key)
                .by(&client)
                .run()
                .ended(0);
        }
    }
    assert!(
        net.chain
            .seen()
            .iter()
            .all(|seen| seen.sender == crate::support::devnet::account())
    );
}

#[test]
fn checks_come_in_the_order_of_the_real_one() {
    let net = Devnet::start();
    let dead = "http://127.0.0.1:1";
    for client in clients() {
        // A bad key comes before a bad URL, a bad URL before bad encryption flags, those before
        // the storage node, that before the count of keys.
        let all = [
            ("--key", "zz"),
            ("--url", "abc"),
            ("--encryption-key", "0x1"),
            ("--node", dead),
        ];
        let said = |from: usize| {
            let call =
                Call::new("kv-write").args(["--log-color-disabled", "--rpc-retry-count", "0"]);
            let good = [("--key", KEY), ("--url", &net.chain.evm.url())];
            let call = good
                .iter()
                .fold(call, |call, (flag, value)| call.with(flag, value));
            let call = call.args([
                "--stream-id",
                STREAM,
                "--stream-keys",
                "a,b",
                "--stream-values",
                "v",
            ]);
            let call = all[from..]
                .iter()
                .fold(call, |call, (flag, value)| call.with(flag, value));
            call.by(&client).run()
        };
        assert_eq!(said(0).code, 2);
        assert!(
            said(1)
                .fatal()
                .starts_with(r#""Failed to connect to fullnode""#)
        );
        assert!(
            said(2)
                .fatal()
                .starts_with(r#""Failed to decode encryption key""#)
        );
        assert!(
            said(3)
                .fatal()
                .starts_with(r#""Failed to create zgs client""#)
        );
        assert_eq!(
            said(4).fatal(),
            r#""At least one of --node and --indexer should not be empty""#
        );
    }
}

#[test]
fn keys_and_values_are_counted_before_anything_is_sent() {
    let net = Devnet::start();
    for client in clients() {
        let counted = net
            .write(&[("a", "v")])
            .with("--stream-keys", "b")
            .by(&client)
            .run();
        assert_eq!(
            counted.ended(1).fatal(),
            r#""keys and values length mismatch""#
        );
        let none = net
            .write::<&str, &str>(&[])
            .with("--stream-keys", "")
            .with("--stream-values", "");
        assert_eq!(
            none.by(&client).run().ended(1).fatal(),
            r#""no keys to write""#
        );
        let empty = net.write(&[("", "v")]).by(&client).run().ended(1).fatal();
        insta::allow_duplicates! {
            insta::assert_snapshot!(empty, @r#""fail to execute kv batch" error="Failed to build stream data: key is empty""#);
        }
    }
    assert!(net.chain.seen().is_empty());
}

#[test]
fn encryption_flags_exclude_each_other_and_want_32_bytes() {
    let net = Devnet::start();
    for client in clients() {
        let said = |arguments: &[&str]| {
            net.write(&[("k", "v")])
                .args(arguments)
                .by(&client)
                .run()
                .ended(1)
                .fatal()
        };
        let both = said(&["--encrypt", "--encryption-key", "0x11"]);
        assert_eq!(
            both,
            r#""--encrypt and --encryption-key are mutually exclusive""#
        );
        let short = said(&["--encryption-key", "0x11"]);
        assert_eq!(short, r#""Encryption key must be 32 bytes, got 1""#);
        let bare = said(&["--encryption-key", KEY]);
        assert_eq!(
            bare,
            r#""Failed to decode encryption key" error="hex string without 0x prefix""#
        );
    }
}
