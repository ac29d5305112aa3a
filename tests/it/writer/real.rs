//! Against a real client and servers of somebody's own, where `DUALSCOPE_TEST_ZEROG_CLIENT` names
//! the one and other variables the rest: the chain (`DUALSCOPE_TEST_ZEROG_EVM`), a storage node (`DUALSCOPE_TEST_ZEROG_NODE`) and KV node
//! (`DUALSCOPE_TEST_ZEROG_KV`), and a wallet (`DUALSCOPE_TEST_ZEROG_KEY`) that may write to the stream
//! of these tests.

use dualscope::domain::intent::Stage;
use dualscope::domain::{Stored, Version};
use dualscope::store::kv::{self, Reader};
use dualscope::store::port::{CheckVerdict, Got, ValueWriter as _, Values as _, Want};

use super::*;

fn variable(name: &str) -> Option<String> {
    std::env::var(format!("DUALSCOPE_TEST_ZEROG_{name}")).ok()
}

fn world() -> Option<(World, Reader)> {
    let (Some(client), Some(evm)) = (variable("CLIENT"), variable("EVM")) else {
        println!("skipped: DUALSCOPE_TEST_ZEROG_CLIENT and DUALSCOPE_TEST_ZEROG_EVM are not set");
        return None;
    };
    let kv = variable("KV").expect("DUALSCOPE_TEST_ZEROG_KV");
    let world = World::new("").with(|options| {
        options.client = Some(client.into());
        options.evm_rpc = evm;
        options.storage_nodes = vec![variable("NODE").expect("DUALSCOPE_TEST_ZEROG_NODE")];
        options.wallet_key = variable("KEY").unwrap_or_else(|| WALLET.to_owned()).into();
        options.kv_node = Some(kv.clone());
    });
    Some((world, Reader::new(&kv, &kv::Options::new(STREAM)).unwrap()))
}

async fn stored(reader: &Reader, key: &Key) -> Stored {
    match reader
        .get(&[Want::latest(key.clone())])
        .await
        .unwrap()
        .pop()
    {
        Some(Ok(Got::Stored(stored))) => stored,
        _ => panic!("no answer"),
    }
}

async fn visible(reader: &Reader, key: &Key, write: &ValueWrite) -> Version {
    for _ in 0..600 {
        let now = stored(reader, key).await;
        if write.is(&now) && Fence::of(&now) != write.fence {
            return now.version().unwrap();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("not visible within 60 s");
}

#[tokio::test]
async fn every_byte_arrives_and_a_tombstone_deletes() {
    let Some((world, reader)) = world() else {
        return;
    };
    let writer = world.writer();
    let unique = format!("memcells:{:x}", std::process::id());
    let key: Key = format!("{unique}\u{e9},\"q\" -x").parse().unwrap();
    let mut fence = Fence::of(&stored(&reader, &key).await);
    let mut last = write(b"");
    let every: Vec<u8> = (1..=255).chain(*b"\r\n\"\r\r\n,\n\n\r").collect();
    for bytes in [
        b"{\"a\": 1,\n\"b\":\"x\"}".as_slice(),
        &every,
        b"",
        b"again",
    ] {
        let write = ValueWrite {
            bytes: bytes.into(),
            fence,
        };
        let notes = Notes::default();
        let receipt = writer
            .submit(&key, &write, notes.at(&world.output()))
            .await
            .unwrap();
        assert_eq!(receipt.stage, Stage::Uploaded);
        assert!(receipt.hash.is_some() && receipt.root.is_some());
        let version = visible(&reader, &key, &write).await;
        assert_eq!(receipt.sequence, Some(version.0));
        fence = Fence::At(version);
        last = write;
    }
    // the data of the last write again: known by its root, so nothing is sent
    let notes = Notes::default();
    let receipt = writer
        .complete(
            (&key, &last),
            &Receipt::default(),
            notes.at(&world.output()),
        )
        .await
        .unwrap();
    assert_eq!(receipt.stage, Stage::Uploaded);
    assert_eq!(
        Fence::of(&stored(&reader, &key).await),
        fence,
        "no second transaction"
    );

    let other = write(b"never written");
    let fault = writer
        .complete(
            (&key, &other),
            &Receipt::default(),
            notes.at(&world.path("other")),
        )
        .await
        .unwrap_err();
    assert!(
        fault.error.message.contains("does not know"),
        "{}",
        fault.error
    );
}

#[tokio::test]
async fn the_doctor_finds_every_step_well() {
    let Some((world, reader)) = world() else {
        return;
    };
    let (key, notes) = (key(), Notes::default());
    let fence = Fence::of(&stored(&reader, &key).await);
    let bytes = b"{\"id\":\"x\"}".as_slice().into();
    let write = ValueWrite { bytes, fence };
    world
        .writer()
        .submit(&key, &write, notes.at(&world.output()))
        .await
        .unwrap();
    visible(&reader, &key, &write).await;
    let checks = world.writer().probe().await;
    assert_eq!(checks.len(), 5, "{checks:?}");
    for check in checks {
        assert!(
            matches!(check.verdict, CheckVerdict::Ok | CheckVerdict::Skipped),
            "{check:?}"
        );
    }
}

#[tokio::test]
async fn a_dead_chain_sends_nothing() {
    let Some((world, _)) = world() else { return };
    let world = world.with(|options| options.evm_rpc = "http://127.0.0.1:1".to_owned());
    let notes = Notes::default();
    let fault = world.fails(&notes).await;
    assert!(fault.is_unsent(), "{}", fault.error);
    assert!(
        fault.error.message.starts_with("the EVM node refuses"),
        "{}",
        fault.error
    );
}
