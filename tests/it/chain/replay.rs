//! What the KV node makes of batches that no client of ours would send.

use pretty_assertions::assert_eq;

use crate::devnet::chain::{Chain, Replay, Step};
use crate::devnet::wire::batch::{self, Access, Batch, Entry};
use crate::devnet::{KvNode, stream};

const OWNER: [u8; 20] = [1; 20];
const OTHER: [u8; 20] = [2; 20];

struct World {
    node: KvNode,
    chain: Chain,
}

impl World {
    fn new() -> Self {
        let node = KvNode::with_stream();
        let chain = Chain::of(&node).unwrap();
        chain.replay(Replay::ByHand);
        Self { node, chain }
    }

    /// The result of the only transaction that waits.
    fn applied(&self) -> Option<String> {
        match self.chain.apply_all().as_slice() {
            [Step::Applied { result, .. }] => result.clone(),
            other => panic!("{other:?}"),
        }
    }

    fn submit(&self, account: [u8; 20], batch: &Batch) -> Option<String> {
        self.chain.submit(account, batch);
        self.applied()
    }
}

fn entry(key: &str, value: &str) -> Entry {
    Entry {
        stream: stream(1).0,
        key: key.into(),
        value: value.into(),
    }
}

fn writing(version: u64, key: &str) -> Batch {
    Batch {
        version,
        writes: vec![entry(key, "v")],
        ..Batch::default()
    }
}

#[test]
fn a_batch_is_applied_whole_or_not_at_all() {
    let world = World::new();
    assert_eq!(
        world.submit(OWNER, &writing(0, "k")).as_deref(),
        Some("Commit")
    );
    let both = Batch {
        version: 0,
        writes: vec![entry("new", "v"), entry("k", "w")],
        ..Batch::default()
    };
    assert_eq!(
        world.submit(OWNER, &both).as_deref(),
        Some("VersionConfliction")
    );
    let kept = |key: &str| {
        world.node.state(|state| {
            state
                .newest(stream(1), key.as_bytes(), 9)
                .map(|(version, _)| version)
        })
    };
    assert_eq!((kept("new"), kept("k")), (None, Some(1)));
}

#[test]
fn what_was_read_is_a_fence_too() {
    let world = World::new();
    world.submit(OWNER, &writing(0, "k"));
    let reading = |version: u64, stream: [u8; 32]| Batch {
        reads: vec![(stream, b"k".to_vec())],
        ..writing(version, "other")
    };
    let here = stream(1).0;
    assert_eq!(
        world.submit(OWNER, &reading(0, here)).as_deref(),
        Some("VersionConfliction")
    );
    assert_eq!(
        world.submit(OWNER, &reading(1, here)).as_deref(),
        Some("Commit")
    );
    assert_eq!(
        world.submit(OWNER, &reading(9, [9; 32])).as_deref(),
        Some("TagsMismatch")
    );
}

#[test]
fn tags_decide_who_looks_and_must_name_what_is_written() {
    let world = World::new();
    let elsewhere = Batch {
        writes: vec![Entry {
            stream: [9; 32],
            ..entry("k", "v")
        }],
        ..writing(9, "k")
    };
    let raw = |data: &[u8], tags: Vec<u8>| {
        world.chain.submit_raw(OWNER, data, tags);
        world.applied()
    };
    let ours = batch::tags(&[stream(1).0]);
    assert_eq!(
        raw(&elsewhere.encode(), ours.clone()).as_deref(),
        Some("TagsMismatch")
    );
    assert_eq!(
        raw(
            &writing(9, "k").encode(),
            batch::tags(&[stream(1).0, [9; 32]])
        ),
        None
    );
    assert_eq!(raw(b"no stream at all", Vec::new()), None);
    assert_eq!(
        raw(b"noise", ours).as_deref(),
        Some("DataParseError: Invalid stream data")
    );
}

#[test]
fn permissions_are_given_and_taken_by_batches() {
    let world = World::new();
    world.submit(OWNER, &writing(9, "k"));
    let granting = |operation: u8, key: Option<&str>| Batch {
        version: 99,
        accesses: vec![Access {
            operation,
            stream: stream(1).0,
            key: key.map(|key| key.as_bytes().to_vec()),
            account: matches!(operation, 0x00 | 0x20 | 0x21 | 0x30 | 0x31).then_some(OTHER),
        }],
        ..Batch::default()
    };
    let other = || world.submit(OTHER, &writing(99, "k"));
    let stranger = "SenderNoWritePermission";
    assert_eq!(other().as_deref(), Some(stranger));
    assert_eq!(
        world.submit(OWNER, &granting(0x20, None)).as_deref(),
        Some("Commit")
    );
    assert_eq!(other().as_deref(), Some("Commit"));
    let denied = world.submit(OTHER, &granting(0x00, None)).unwrap();
    assert_eq!(
        denied,
        format!(
            "AccessControlPermissionDenied: operation: GrantAdmin, stream: {}, key: NONE, account: 0x{}",
            stream(1),
            "02".repeat(20)
        )
    );
    world.submit(OWNER, &granting(0x10, Some("k")));
    let denied = format!("WritePermissionDenied: stream: {}, key: k", stream(1));
    assert_eq!(other(), Some(denied));
    world.submit(OWNER, &granting(0x30, Some("k")));
    assert_eq!(other().as_deref(), Some("Commit"));
    world.submit(OWNER, &granting(0x11, Some("k")));
    world.submit(OWNER, &granting(0x21, None));
    assert_eq!(other().as_deref(), Some(stranger));
}

#[test]
#[should_panic(expected = "write through the chain")]
fn a_test_cannot_write_past_a_transaction_that_waits() {
    let world = World::new();
    world.chain.foreign(OWNER, &[entry("k", "v")]);
    world.node.put("k", "too early");
}
