//! Golden vectors.

use pretty_assertions::assert_eq;
use proptest::prelude::*;

use crate::devnet::wire::account::{Wallet, checksummed};
use crate::devnet::wire::batch::{self, Access, Batch, Entry, NoBatch};
use crate::devnet::wire::merkle::{self, Tree};
use crate::devnet::wire::rlp::{self, Transaction};
use crate::devnet::wire::submission::Submission;
use crate::devnet::wire::{Digest, hex, keccak, unhex};

fn first() -> Digest {
    let mut stream = Digest::default();
    stream[31] = 1;
    stream
}

fn batch(version: u64, writes: &[(&str, &[u8])]) -> Batch {
    let writes = writes.iter().map(|(key, value)| Entry {
        stream: first(),
        key: key.as_bytes().to_vec(),
        value: value.to_vec(),
    });
    Batch {
        version,
        writes: writes.collect(),
        ..Batch::default()
    }
}

#[test]
fn one_small_value() {
    let encoded = batch(u64::MAX, &[("k", b"v")]).encode();
    assert_eq!(
        hex(&encoded),
        "0xffffffffffffffff0000000000000001\
         0000000000000000000000000000000000000000000000000000000000000001\
         0000016b00000000000000017600000000"
    );
    let tree = Tree::of(&encoded);
    let root = "0x357a4dce89f71652dbc93c6b4a5d4c9def3ff8cf38ff6190333b1dd28b4efe16";
    assert_eq!(hex(&tree.root()), root);
    assert_eq!(tree.nodes(), [(tree.root(), 0)]);
    assert_eq!(
        (tree.sectors(), tree.segments(), tree.segment(0).len()),
        (1, 1, 256)
    );
    let proof = tree.proof(0);
    assert_eq!((proof.lemma, proof.path), (vec![tree.root()], vec![]));

    let tags = batch::tags(&[first()]);
    assert_eq!(batch::tagged(&tags), [first()]);
    let submission = Submission::of(&tree, encoded.len(), tags, [0xaa; 20]);
    let words = [
        "20",
        "40",
        &"aa".repeat(20),
        "41",
        "60",
        "c0",
        "40",
        batch::DOMAIN,
        "01",
        "01",
        &root[2..],
        "00",
    ];
    let words = words.map(|word| format!("{word:0>64}")).concat();
    assert_eq!(hex(&submission.call()), format!("0xbc8c11f8{words}"));
    assert_eq!(
        Submission::read(&submission.call()),
        Some(submission.clone())
    );

    let event = submission.event(5, 9);
    assert_eq!(
        hex(&event.topics[0]),
        "0x167ce04d2aa1981994d3a31695da0d785373335b1078cec239a1a3a2c7675555"
    );
    assert_eq!(
        hex(&event.topics[2]),
        "0x0c0f42dd45360fe9576ef8b30a7cea1b0d9f29467bbc17cf3848b7326c5b826c"
    );
    assert_eq!((event.data[31], event.data[63], event.data[95]), (5, 9, 1));
}

#[test]
fn a_tombstone_and_a_value_of_two_chunks() {
    let encoded = batch(7, &[("a", b""), ("bb", &[b'x'; 300])]).encode();
    let tree = Tree::of(&encoded);
    assert_eq!((encoded.len(), tree.chunks()), (409, 2));
    assert_eq!(
        hex(&tree.root()),
        "0x86a2ad57199571f8900540807172b31220e2edd12306f183e5ff69bcb1b67bcc"
    );
    assert_eq!(tree.nodes(), [(tree.root(), 1)]);
}

#[test]
fn two_segments_with_their_proofs() {
    let value: Vec<u8> = (0..=255).cycle().take(1100 * 256).collect();
    let encoded = batch(u64::MAX, &[("big", &value)]).encode();
    let tree = Tree::of(&encoded);
    assert_eq!(
        (encoded.len(), tree.chunks(), tree.sectors()),
        (281_666, 1101, 1152)
    );
    let nodes: Vec<(String, u32)> = tree
        .nodes()
        .iter()
        .map(|(root, height)| (hex(root), *height))
        .collect();
    let first = "0xdc439244be8709e76b5c56fc5eeba9aa01761039453391f7b75fee3e804baa09";
    let second = "0x134e93745629dbf68e86c072979ae7ccbadde56f8dc989b4a70a08546dc6f032";
    assert_eq!(nodes, [(first.to_owned(), 10), (second.to_owned(), 7)]);
    let root = "0x02399888a042997f7da9a7f74bf57bef13fae0e9447be61635aa2c9e1a91a85b";
    assert_eq!(hex(&tree.root()), root);
    assert_eq!(merkle::root_of_nodes(&tree.nodes()), tree.root());
    assert_eq!(
        (tree.segment(0).len(), tree.segment(1).len()),
        (262_144, 19_712)
    );
    let proof = tree.proof(0);
    assert_eq!(proof.path, [true]);
    assert_eq!(
        proof
            .lemma
            .iter()
            .map(|digest| hex(digest))
            .collect::<Vec<_>>(),
        [first, second, root]
    );
    let proof = tree.proof(1);
    assert_eq!(proof.path, [false]);
    assert_eq!(
        proof
            .lemma
            .iter()
            .map(|digest| hex(digest))
            .collect::<Vec<_>>(),
        [second, first, root]
    );
    for at in 0..2 {
        assert!(merkle::proves(
            &tree.segment(at),
            &tree.proof(at),
            (at, 1152),
            &tree.root()
        ));
        let mut spoiled = tree.segment(at);
        spoiled[100] ^= 1;
        assert!(!merkle::proves(
            &spoiled,
            &tree.proof(at),
            (at, 1152),
            &tree.root()
        ));
    }
}

#[test]
fn chunks_are_filled_up_to_sectors() {
    let sectors = |chunks: usize| Tree::of(&vec![1; chunks * 256]).sectors();
    let all = [1, 2, 3, 5, 9, 17, 33, 100, 1025].map(sectors);
    assert_eq!(all, [1, 2, 3, 5, 9, 18, 36, 104, 1152]);
    let zeros = "0xd397b3b043d87fcd6fad1291ff0bfd16401c274896d8c63a923727f077b8e0b5";
    assert_eq!(hex(&Tree::of(&[0]).root()), zeros);
    let segment = "0xe68d02859bb6211cec64f52368b77d422de3b8eac34bf615942b814b643301b5";
    assert_eq!(hex(&Tree::of(&vec![0; 262_144]).root()), segment);
}

#[test]
fn keys_and_their_accounts() {
    let address = |key: &str| checksummed(&Wallet::parse(key).unwrap().address());
    assert_eq!(
        address(&"1".repeat(64)),
        "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A"
    );
    let one = format!("0x{:0>64}", 1);
    assert_eq!(address(&one), "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf");
    let order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
    for none in [
        "",
        "1",
        &"0".repeat(64),
        order,
        &format!("0X{}", "1".repeat(64)),
    ] {
        assert!(Wallet::parse(none).is_none(), "{none}");
    }
    assert_eq!(
        hex(&keccak(&[
            b"submit(((uint256,bytes,(bytes32,uint256)[]),address))"
        ]))[..10],
        *"0xbc8c11f8"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_signed_transaction_names_its_sender(
        (nonce, gas, value, chain) in (any::<u64>(), any::<u64>(), any::<u128>(), 1..1_000_000_u64),
        data in prop::collection::vec(any::<u8>(), 0..400),
        secret in 1..u64::MAX,
    ) {
        let wallet = Wallet::parse(&format!("{secret:064x}")).unwrap();
        let transaction = Transaction { nonce, gas_price: value, gas, to: [3; 20], value, data };
        let raw = transaction.sign(&wallet, chain);
        let sent = rlp::read(&raw).unwrap();
        prop_assert_eq!((sent.transaction, sent.sender, sent.chain_id), (transaction, wallet.address(), chain));
        for cut in 0..raw.len() {
            prop_assert!(rlp::read(&raw[..cut]).is_none());
        }
    }

    #[test]
    fn a_batch_comes_back_and_no_part_of_it_does(
        version in any::<u64>(),
        writes in prop::collection::vec((any::<[u8; 32]>(), prop::collection::vec(any::<u8>(), 1..9), prop::collection::vec(any::<u8>(), 0..300)), 0..5),
        operation in prop::sample::select(vec![0x00_u8, 0x01, 0x10, 0x22, 0x30, 0x32]),
    ) {
        let keyed = operation & 0x10 != 0;
        let named = matches!(operation, 0x00 | 0x30);
        let access = Access {
            operation,
            stream: [5; 32],
            key: keyed.then(|| b"k".to_vec()),
            account: named.then_some([6; 20]),
        };
        let writes = writes.into_iter().map(|(stream, key, value)| Entry { stream, key, value });
        let batch = Batch {
            version,
            reads: vec![([9; 32], b"read".to_vec())],
            writes: writes.collect(),
            accesses: vec![access],
        };
        let bytes = batch.encode();
        prop_assert_eq!(Batch::decode(&bytes), Ok(batch));
        for cut in 0..bytes.len() {
            prop_assert_eq!(Batch::decode(&bytes[..cut]), Err(NoBatch::Undecodable));
        }
    }
}

#[test]
fn a_list_that_is_too_long_is_another_fault() {
    let mut bytes = batch(1, &[]).encode();
    bytes[8..12].copy_from_slice(&65_537_u32.to_be_bytes());
    assert_eq!(Batch::decode(&bytes), Err(NoBatch::TooLong));
    assert_eq!(unhex("0x0g"), None);
}
