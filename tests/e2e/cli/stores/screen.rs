//! The screen on the same two parts: from the first rows to a node that goes away and comes back.

use mongodb::bson::Document;
use serde_json::json;

use super::{full, key, lite};
use crate::devnet::{Fault, KvNode, Options, stream};
use crate::support::mongo::Scratch;
use crate::support::program::Program;
use crate::support::pty::Pty;

const ROWS: u8 = 3;

/// A node on this port (0 takes a free one) with the value of every row.
fn node(port: u16) -> KvNode {
    let options = Options {
        port,
        ..Options::holding(stream(1))
    };
    let node = KvNode::start(options).unwrap();
    for number in 0..ROWS {
        node.put(&key(number), full(number, &json!({})));
    }
    node
}

/// Waits until this mark stands before every row of the list.
fn every_row_is(pty: &Pty, mark: &str) {
    let row = format!("{mark} …");
    let all = usize::from(ROWS);
    pty.until_screen(&format!("{all} rows with {mark}"), |screen| {
        screen.contents().matches(&row).count() == all
    });
}

/// The screen on these stores; a node has a second to answer.
fn opened((uri, database): (&str, &str), (node, stream): (&str, &str)) -> Pty {
    let program = Program::dualscope(&[
        "memcells",
        "--mongo-uri",
        uri,
        "--database",
        database,
        "--kv-node",
        node,
        "--stream",
        stream,
    ]);
    let program = program.env("DUALSCOPE_KV__TIMEOUT", "1 s");
    let pty = program.size(120, 40).start();
    pty.until("memcells · ");
    pty
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn the_screen_tells_the_truth_while_the_node_goes_and_comes_back() {
    let Some(mongo) = Scratch::new().await else {
        return;
    };
    mongo
        .seed("memcells", (0..ROWS).map(|n| lite(n, Document::new())))
        .await;
    let running = node(0);
    let (url, stream) = (running.url(), stream(1).to_string());
    let (uri, name) = (&mongo.uri, &mongo.name);
    let pty = opened((uri, name), (&url, &stream));
    every_row_is(&pty, "●");
    pty.until("A trip.");
    pty.until("0G ●");
    pty.until("READ-ONLY");

    pty.send("<tab><tab>");
    pty.until("[Diff]");
    pty.until("group_id");

    drop(running);
    pty.send("R");
    every_row_is(&pty, "?");
    pty.until("0G ✗ unreachable");
    pty.until("Mongo ●");

    let port = url.rsplit(':').next().unwrap().parse().unwrap();
    let _back = node(port);
    every_row_is(&pty, "●");
    pty.until("0G ●");

    pty.send("q");
    assert_eq!(pty.exit().exit_code(), 0, "{}", pty.snapshot());
    assert_eq!(pty.modes(), pty.found());
    assert_eq!(pty.snapshot(), "");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_fault_too_short_for_the_header_heals_without_a_key() {
    let Some(mongo) = Scratch::new().await else {
        return;
    };
    mongo
        .seed("memcells", (0..ROWS).map(|n| lite(n, Document::new())))
        .await;
    let node = node(0);
    let (url, stream) = (node.url(), stream(1).to_string());
    let pty = opened((&mongo.uri, &mongo.name), (&url, &stream));
    every_row_is(&pty, "●");
    pty.until("A trip.");

    // values alone: pings are answered all the while
    node.fail("kv_getValue", Fault::Silence, 0, usize::MAX);
    pty.send("j");
    pty.until("can't tell");
    pty.until("0G ●");
    node.heal();
    every_row_is(&pty, "●");
    pty.until_screen("the document in step", |screen| {
        let text = screen.contents();
        text.contains("A trip.") && !text.contains("can't tell")
    });

    // the whole node: the header soon says for how long it has been silent
    node.fail_always(Fault::Silence);
    pty.send("R");
    every_row_is(&pty, "?");
    node.heal();
    every_row_is(&pty, "●");
    pty.send("q");
    assert_eq!(pty.exit().exit_code(), 0, "{}", pty.snapshot());
}
