//! Writes to a stream that is encrypted.

use super::{No, STREAM_KEY, Scene};
use crate::devnet::wire::cipher::Cipher;
use crate::devnet::wire::unhex_array;

/// The client is given the stream's key, whatever becomes of
/// it. A transaction without its data could not be completed there, so nothing dies behind the send.
pub(super) fn write(scene: &mut Scene) {
    let cipher = Cipher::Key(unhex_array(STREAM_KEY).unwrap());
    scene
        .real
        .net
        .chain
        .set(|ledger| ledger.cipher = Some(cipher));
    let key = scene.key.clone();
    let env = [("DUALSCOPE_WRITER__ENCRYPTION", "stream-key")];
    let stages = ["start", "nodes", "send", "sent", "hash", "upload", "end"];
    let garbage: Vec<String> = stages.map(|stage| format!("garbage@{stage}")).to_vec();
    let orders = [
        "",
        "die@start",
        "fail@nodes",
        "quiet@start",
        &garbage.join(","),
    ];
    for (at, order) in orders.into_iter().enumerate() {
        let file = scene.file();
        let put = ["put", &key, &file, "--yes", "--despite-open", "--json"];
        scene.real.client_fault(order);
        let said = scene.run(&put[..6 - at % 2], No, &env);
        let is_well = order.is_empty() || order.starts_with("garbage");
        assert_eq!(said.code() == Some(0), is_well, "{order}: {said:?}");
        scene.real.client_fault("");
    }
    for arguments in [
        &["doctor"][..],
        &["doctor", "--json"],
        &["recover"],
        &["journal"],
    ] {
        scene.run(arguments, No, &env);
    }
    let seen = scene.real.net.chain.seen();
    let last = seen.last().and_then(|seen| seen.data.clone()).unwrap();
    assert!(cipher.open(&last).is_ok(), "no client had the stream's key");
    scene.real.net.chain.set(|ledger| ledger.cipher = None);
}
