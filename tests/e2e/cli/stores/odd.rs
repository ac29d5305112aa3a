//! What is too large to be usual, and what goes while somebody looks at it.

use std::time::Duration;

use mongodb::bson::{Document, doc};
use serde_json::json;

use super::{Stores, full, key, lite};
use crate::devnet::stream;
use crate::support::program::Program;
use crate::support::pty::Pty;

const TWENTY: usize = 20_000_000;
/// How soon a key must be answered while something large is open.
const AT_ONCE: Duration = Duration::from_secs(3);

fn opened(stores: &Stores, what: &str) -> Pty {
    let stream = stream(1).to_string();
    let url = stores.node.url();
    let program = Program::dualscope(&[
        what,
        "--mongo-uri",
        &stores.mongo.uri,
        "--database",
        &stores.mongo.name,
        "--kv-node",
        &url,
        "--stream",
        &stream,
    ]);
    program.size(120, 40).start()
}

fn leave(pty: &Pty) {
    pty.send("<c-c>");
    assert_eq!(pty.exit().exit_code(), 0, "{}", pty.snapshot());
    assert_eq!(pty.modes(), pty.found());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_value_of_20_mb_is_printed_byte_for_byte_and_opens_on_the_screen() {
    let Some(stores) = Stores::new().await else {
        return;
    };
    stores.mongo.seed("memcells", [lite(1, doc! {})]).await;
    let text = full(1, &json!({ "summary": "long ".repeat(TWENTY / 5) }));
    assert!(text.len() > TWENTY);
    stores.node.put(&key(1), &text);

    let got = stores.run(&["get", &key(1), "--view", "full"]).ended(0);
    assert!(got.out == text.as_bytes(), "{} bytes came", got.out.len());

    let pty = opened(&stores, &key(1));
    pty.until("20.0 MB");
    pty.until("\"summary\"");
    pty.send("?");
    pty.until_within("Keys of", AT_ONCE);
    pty.send("<esc>");
    pty.until_screen("the help gone", |screen| {
        !screen.contents().contains("Keys of")
    });
    pty.send("<tab>");
    pty.until_within("[Lite]", AT_ONCE);
    pty.send("<s-tab>G");
    pty.until_within("[Full]", AT_ONCE);
    leave(&pty);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_collection_that_goes_while_it_is_open_is_said_and_its_rows_stay() {
    let Some(stores) = Stores::new().await else {
        return;
    };
    let rows = stores.mongo.seed("memcells", [lite(1, doc! {})]).await;
    let others: [Document; 1] = [doc! { "_id": 1 }];
    stores.mongo.seed("notes", others).await;
    stores.node.put(&key(1), full(1, &json!({})));
    let pty = opened(&stores, "memcells");
    pty.until("A trip.");

    rows.drop().await.unwrap();
    pty.send("R");
    pty.until(&format!(
        "memcells is not (or no longer) in {}",
        stores.mongo.name
    ));
    pty.until("A trip.");
    // the others are still listed
    pty.until_screen("the list of today", |screen| {
        let text = screen.contents();
        text.contains("notes") && !text.contains("▸memcells")
    });
    leave(&pty);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_database_that_goes_while_it_is_open_is_said() {
    let Some(stores) = Stores::new().await else {
        return;
    };
    stores.mongo.seed("memcells", [lite(1, doc! {})]).await;
    stores.node.put(&key(1), full(1, &json!({})));
    let pty = opened(&stores, "memcells");
    pty.until("A trip.");

    stores.mongo.database.drop().await.unwrap();
    pty.send("R");
    let name = &stores.mongo.name;
    pty.until(&format!("memcells is not (or no longer) in {name}"));
    pty.until("no collections.");
    pty.until("Is it the right");
    pty.until("Mongo ●");
    leave(&pty);
}
