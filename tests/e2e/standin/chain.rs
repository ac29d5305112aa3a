//! What becomes of a write: on the chain, in the storage node, in the KV node.

use std::time::Duration;

use rstest::rstest;

use crate::devnet::chain::{Replay, Stall, Step};
use crate::devnet::wire::cipher::Cipher;
use crate::devnet::{Fault, KvNode, Options, stream};
use crate::support::devnet::{Devnet, KEY, account, clients, until};

const STRANGER: [u8; 20] = [7; 20];

fn applied(seq: u64, result: &str) -> Step {
    Step::Applied {
        seq,
        result: Some(result.to_owned()),
    }
}

#[test]
fn what_is_mined_is_applied_later_and_in_order() {
    let net = Devnet::start();
    net.chain.replay(Replay::ByHand);
    assert_eq!(net.write(&[("k", "one")]).run().ended(0).seq(), 1);
    assert_eq!(net.write(&[("k", "two")]).run().ended(0).seq(), 2);
    assert_eq!(net.value("k"), None);
    assert_eq!(net.chain.apply_next(), applied(1, "Commit"));
    assert_eq!(net.value("k"), Some((1, b"one".to_vec())));
    assert_eq!(net.chain.apply_all(), [applied(2, "Commit")]);
    assert_eq!(net.value("k"), Some((2, b"two".to_vec())));
    assert_eq!(net.chain.apply_next(), Step::Idle);
    net.chain.replay(Replay::After(Duration::from_millis(1)));
    let third = net.write(&[("k", "three")]).run().ended(0).seq();
    assert_eq!(net.result(third).as_deref(), Some("Commit"));
}

#[test]
fn a_fence_holds_back_what_was_written_meanwhile() {
    let net = Devnet::start();
    let first = net.write(&[("k", "one")]).run().ended(0).seq();
    net.result(first);
    let fenced = |version: u64, value: &str| {
        let call = net
            .write(&[("k", value)])
            .with("--version", &version.to_string());
        let seq = call.run().ended(0).seq();
        (seq, net.result(seq).unwrap())
    };
    let (second, result) = fenced(first, "two");
    assert_eq!(result, "Commit");
    assert_eq!(fenced(first, "three").1, "VersionConfliction");
    assert_eq!(net.value("k"), Some((second, b"two".to_vec())));
}

#[test]
fn who_wrote_first_owns_the_stream() {
    let net = Devnet::start();
    net.result(net.write(&[("k", "mine")]).run().ended(0).seq());
    assert_eq!(net.node.state(|state| state.admins[&stream(1)].len()), 1);
    let other = "2".repeat(64);
    let run = net
        .write(&[("k", "theirs")])
        .with("--key", &other)
        .run()
        .ended(0);
    assert_eq!(
        net.result(run.seq()).as_deref(),
        Some("SenderNoWritePermission")
    );
    let special = (stream(1), b"special".to_vec());
    net.node.state(|state| {
        let other = crate::devnet::wire::account::Wallet::parse(&other)
            .unwrap()
            .address();
        let other = dualscope::store::kv::rpc::Hash(other);
        state.writers.entry(stream(1)).or_default().insert(other);
        state.special.insert(special, [].into());
    });
    let run = net
        .write(&[("k", "theirs")])
        .with("--key", &other)
        .run()
        .ended(0);
    assert_eq!(net.result(run.seq()).as_deref(), Some("Commit"));
    let run = net
        .write(&[("special", "theirs")])
        .with("--key", &other)
        .run()
        .ended(0);
    let denied = format!("WritePermissionDenied: stream: {}, key: special", stream(1));
    assert_eq!(net.result(run.seq()), Some(denied));
}

#[test]
fn a_node_that_does_not_hold_the_stream_says_nothing() {
    let net = Devnet::start();
    let run = net
        .write(&[("k", "v")])
        .with("--stream-id", "0x2")
        .run()
        .ended(0);
    assert_eq!(net.result(run.seq()), None);
    assert_eq!(net.node.state(|state| state.applied_seq), 2);
}

#[rstest]
#[case("VersionConfliction")]
#[case("TagsMismatch")]
#[case("SenderNoWritePermission")]
#[case("WritePermissionDenied: stream: 0x01, key: k")]
#[case(
    "AccessControlPermissionDenied: operation: GrantAdmin, stream: 0x01, key: NONE, account: 0x02"
)]
#[case("DataParseError: Invalid stream data")]
#[case("DataParseError: Stream read/write/access_control list too long")]
#[case("DownloadFailed")]
fn a_node_can_drop_what_the_client_calls_done(#[case] verdict: &str) {
    let net = Devnet::start();
    net.chain
        .set(|ledger| ledger.verdicts.push_back(verdict.to_owned()));
    let run = net.write(&[("k", "v")]).run().ended(0);
    assert_eq!(net.result(run.seq()).as_deref(), Some(verdict));
    assert_eq!(net.value("k"), None);
    let next = net.write(&[("k", "w")]).run().ended(0);
    assert_eq!(net.result(next.seq()).as_deref(), Some("Commit"));
}

#[test]
fn mined_without_its_data_it_stops_the_node_for_everybody() {
    let net = Devnet::start();
    net.chain.replay(Replay::ByHand);
    let call = net.write(&[("k", "v")]);
    let killed = call.clone().fault("die@hash").run();
    assert_eq!(killed.code, -9);
    assert!(killed.field("hash").is_some());
    let other = net.write(&[("other", "v")]).run().ended(0).seq();
    let stalled = Step::Stalled {
        seq: 1,
        why: Stall::NoData,
    };
    assert_eq!(net.chain.apply_next(), stalled);
    assert_eq!(net.chain.apply_all(), []);
    // The same again without a transaction brings the data.
    let sent = net.chain.evm.counts().of("eth_sendRawTransaction");
    assert_eq!(call.args(["--skip-tx"]).run().ended(0).seq(), 1);
    assert_eq!(net.chain.evm.counts().of("eth_sendRawTransaction"), sent);
    assert_eq!(
        net.chain.apply_all(),
        [applied(1, "Commit"), applied(other, "Commit")]
    );
}

#[test]
fn a_second_submission_completes_the_first_one_too() {
    for client in clients() {
        let net = Devnet::start();
        net.chain.replay(Replay::ByHand);
        let call = net.write(&[("k", "v")]);
        assert_eq!(call.clone().fault("die@hash").run().code, -9);
        assert_eq!(call.by(&client).run().ended(0).seq(), 2);
        assert_eq!(
            net.chain.apply_all(),
            [applied(1, "Commit"), applied(2, "Commit")]
        );
    }
}

#[test]
fn a_node_that_gives_up_goes_on() {
    let net = Devnet::start();
    net.chain.set(|ledger| ledger.gives_up = true);
    assert_eq!(net.write(&[("k", "v")]).fault("die@hash").run().code, -9);
    assert_eq!(net.result(1).as_deref(), Some("DownloadFailed"));
}

#[test]
fn encryption_is_of_one_mind_or_everything_stops() {
    let secret = format!("0x{}", "ab".repeat(32));
    let net = Devnet::start();
    net.chain.replay(Replay::ByHand);
    // A node without a key reads noise.
    let run = net
        .write(&[("k", "v")])
        .with("--encryption-key", &secret)
        .run()
        .ended(0);
    let undecodable = net.chain.apply_next();
    assert!(
        matches!(&undecodable, Step::Applied { result: Some(result), .. } if result.starts_with("DataParseError"))
    );
    assert_eq!(run.field("size"), Some("82"));
    // A node with one stops at what is not encrypted.
    net.chain
        .set(|ledger| ledger.cipher = Some(Cipher::Key([0xab; 32])));
    net.write(&[("k", "v")])
        .with("--encryption-key", &secret)
        .run()
        .ended(0);
    assert_eq!(net.chain.apply_next(), applied(2, "Commit"));
    assert_eq!(net.value("k"), Some((2, b"v".to_vec())));
    let again = net
        .write(&[("k", "v")])
        .with("--encryption-key", &secret)
        .run()
        .ended(0);
    assert!(
        again.err.contains("Upload/Transaction in parallel"),
        "the root never comes twice"
    );
    net.chain.apply_all();
    net.write(&[("k", "plain")]).run().ended(0);
    let stalled = Step::Stalled {
        seq: 4,
        why: Stall::Encryption(255),
    };
    assert_eq!(net.chain.apply_next(), stalled);
    let net = Devnet::start();
    let secret = crate::devnet::wire::account::Wallet::parse(KEY)
        .unwrap()
        .secret();
    net.chain
        .set(|ledger| ledger.cipher = Some(Cipher::Wallet(secret)));
    let run = net.write(&[("k", "v")]).args(["--encrypt"]).run().ended(0);
    assert_eq!(run.field("size"), Some("115"));
    assert_eq!(net.result(1).as_deref(), Some("Commit"));
}

#[test]
fn a_lost_answer_to_the_send_is_a_failure_without_a_hash_and_yet_mined() {
    for client in clients() {
        let net = Devnet::start();
        net.chain.replay(Replay::ByHand);
        net.chain
            .evm
            .fail("eth_sendRawTransaction", Fault::Lost, 0, 1);
        let run = net.write(&[("k", "v")]).by(&client).run().ended(1);
        insta::allow_duplicates! {
            insta::assert_snapshot!(run.fatal(), @r#""fail to execute kv batch" error="Failed to upload data: Failed to submit log entry: Failed to send transaction to append log entry: failed to send transaction: nonce too low: next nonce 1, tx nonce 0""#);
        }
        assert_eq!((run.field("hash"), net.chain.seen().len()), (None, 1));
        let root = crate::devnet::wire::hex(&net.chain.seen()[0].root);
        assert_eq!(run.field("root"), Some(root.as_str()));
        assert_eq!(
            net.chain.apply_next(),
            Step::Stalled {
                seq: 1,
                why: Stall::NoData
            }
        );
    }
}

#[test]
fn the_account_must_pay() {
    for client in clients() {
        let net = Devnet::start();
        net.chain.set(|ledger| ledger.balances.insert(account(), 1));
        let run = net.write(&[("k", "v")]).by(&client).run().ended(1);
        insta::allow_duplicates! {
            insta::assert_snapshot!(run.fatal(), @r#""fail to execute kv batch" error="Failed to upload data: Failed to submit log entry: Failed to send transaction to append log entry: failed to send transaction: insufficient funds for gas * price + value: balance 1, tx cost 200000000000001, overshot 200000000000000""#);
        }
        assert!(net.chain.seen().is_empty());
        net.chain.set(|ledger| ledger.balances.clear());
        let before = net.chain.set(|ledger| ledger.balance(account()));
        net.write(&[("k", "v")]).by(&client).run().ended(0);
        assert!(net.chain.set(|ledger| ledger.balance(account())) < before);
    }
}

#[test]
fn writers_of_one_key_at_the_same_time_take_each_others_nonce() {
    let net = Devnet::start();
    // Both have asked for their nonce before one of them sends.
    let one = net.write(&[("a", "v")]);
    let slow = Fault::Delay(Duration::from_millis(1500));
    net.chain.evm.fail("eth_sendRawTransaction", slow, 0, 2);
    let children = [one.start(), net.write(&[("b", "v")]).start()];
    let ended = children.map(|child| child.wait_with_output().unwrap());
    let mut codes: Vec<_> = ended.iter().map(|output| output.status.code()).collect();
    codes.sort_unstable();
    assert_eq!(codes, [Some(0), Some(1)]);
    let said = |output: &std::process::Output| {
        String::from_utf8_lossy(&output.stderr).contains("nonce too low")
    };
    assert_eq!(ended.iter().filter(|output| said(output)).count(), 1);
}

#[test]
fn a_gap_of_nonces_waits_without_a_word() {
    let net = Devnet::start();
    let call = net
        .write(&[("k", "v")])
        .args(["--nonce", "1", "--timeout", "3s"]);
    let run = call.run().ended(1);
    assert!(run.field("hash").is_some() && run.fatal().ends_with("context deadline exceeded\""));
    assert!(net.chain.seen().is_empty());
    net.write(&[("fill", "the gap")]).run().ended(0);
    until(|| net.chain.seen().len() == 2);
}

#[test]
fn a_contract_that_reverts_is_a_failure_after_the_hash() {
    for client in clients() {
        let net = Devnet::start();
        net.chain.set(|ledger| ledger.price = 10_u128.pow(18));
        let call = net
            .write(&[("k", "v")])
            .args(["--fee", "0.5", "--gas-limit", "300000"]);
        let run = call.by(&client).run().ended(1);
        insta::allow_duplicates! {
            insta::assert_snapshot!(run.fatal(), @r#""fail to execute kv batch" error="Failed to upload data: Transaction execution failed""#);
        }
        assert!(run.field("hash").is_some());
    }
}

#[test]
fn an_old_node_tells_no_progress_and_applies_all_the_same() {
    let node = KvNode::start(Options::holding(stream(1)).old()).unwrap();
    let net = Devnet::of(node);
    let seq = net.write(&[("k", "v")]).run().ended(0).seq();
    assert_eq!(net.result(seq).as_deref(), Some("Commit"));
    assert_eq!(net.chain.foreign(STRANGER, &[]), 2);
}
