//! Connections that are cut or silent around a write: the same error, three truths. "May have
//! happened" is the only honest answer, and looking tells.

use std::time::Duration;

use dualscope::domain::Bson;
use dualscope::domain::plan::LiteWrite;
use dualscope::store::error::{Kind, Retry};
use dualscope::store::port::LiteWriter;
use mongodb::bson::doc;
use rstest::rstest;

use super::{collection, document, lite, raw, set, write, writer_at, writer_behind_proxy};
use crate::mongo::{NAME, VALUE, brisk, seeded};
use crate::support::proxy::Trap;

/// The three writes with the command by which each is sent.
fn writes() -> [(&'static str, LiteWrite); 3] {
    let fresh = document([
        ("_id", Bson::Int32(9)),
        ("text", Bson::String(VALUE.to_owned())),
    ]);
    [
        ("update", set("text", Bson::String("new".to_owned()))),
        ("delete", LiteWrite::Remove),
        ("insert", LiteWrite::Insert(fresh)),
    ]
}

#[rstest]
#[case(Trap::CutBefore, false)]
#[case(Trap::CutWithin, false)]
#[case(Trap::CutAfter, true)]
#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_connection_cut_around_a_write(#[case] trap: Trap, #[case] happened: bool) {
    for (command, change) in writes() {
        let Some(scratch) = seeded(1).await else {
            return;
        };
        let (proxy, writer) = writer_behind_proxy(&scratch);
        proxy.trap(command, trap);
        let (id, before) = match &change {
            LiteWrite::Insert(_) => (9, None),
            LiteWrite::Update(_) | LiteWrite::Remove => (0, lite(&scratch, 0).await),
        };
        let key = Bson::Int32(id);
        let error = writer
            .write(&collection(), &key, before.as_ref(), &change)
            .await;
        let error = error.unwrap_err();
        let told = (error.kind, error.retry);
        assert_eq!(told, (Kind::Unreachable, Retry::AfterLooking), "{error}");
        assert!(error.hint.contains("read the document again"), "{error}");
        assert!(error.message.contains(&proxy.address()), "{error}");
        assert!(!error.to_string().contains(VALUE), "{error}");
        let now = lite(&scratch, id).await;
        assert_eq!(
            change.is(now.as_ref()),
            happened,
            "{command} {trap:?}: {now:?}"
        );
        assert_eq!(now != before, happened, "{command} {trap:?}: {now:?}");
    }
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_cut_while_looking_has_changed_nothing() {
    for trap in [Trap::CutBefore, Trap::CutWithin] {
        let Some(scratch) = seeded(1).await else {
            return;
        };
        let (proxy, writer) = writer_behind_proxy(&scratch);
        let before = lite(&scratch, 0).await.unwrap();
        proxy.trap("find", trap);
        let change = set("text", Bson::Null);
        // A read is tried once more by the driver, so the cut may go unnoticed.
        let done = write(&writer, &before, &change).await;
        match done {
            Ok(done) => assert!(done),
            Err(error) => {
                assert_eq!((error.kind, error.retry), (Kind::Unreachable, Retry::Safe));
                assert_eq!(lite(&scratch, 0).await, Some(before));
            }
        }
    }
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_server_that_refuses_connections_has_changed_nothing() {
    let Some(scratch) = seeded(1).await else {
        return;
    };
    let before = lite(&scratch, 0).await.unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let nowhere = writer_at(&format!("mongodb://{address}/"), &scratch.name, brisk());
    let error = write(&nowhere, &before, &LiteWrite::Remove)
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.retry),
        (Kind::Unreachable, Retry::Safe),
        "{error}"
    );

    let (proxy, writer) = writer_behind_proxy(&scratch);
    assert_eq!(
        write(&writer, &before, &LiteWrite::Update(vec![])).await,
        Ok(true)
    );
    proxy.refuse();
    proxy.cut();
    let error = write(&writer, &before, &LiteWrite::Remove)
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.retry),
        (Kind::Unreachable, Retry::Safe),
        "{error}"
    );
    assert_eq!(lite(&scratch, 0).await, Some(before));
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_write_given_up_may_happen_later() {
    let Some(scratch) = seeded(1).await else {
        return;
    };
    let (proxy, writer) = writer_behind_proxy(&scratch);
    let before = lite(&scratch, 0).await.unwrap();
    proxy.trap("update", Trap::Hold);
    let change = set("text", Bson::String("late".to_owned()));
    let error = write(&writer, &before, &change).await.unwrap_err();
    assert_eq!(
        (error.kind, error.retry),
        (Kind::Timeout, Retry::AfterLooking),
        "{error}"
    );
    assert!(error.hint.contains("still will"), "{error}");
    assert_eq!(lite(&scratch, 0).await, Some(before), "not yet");

    proxy.release();
    let later = async {
        while !change.is(lite(&scratch, 0).await.as_ref()) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), later)
        .await
        .unwrap();
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_write_whose_answer_is_late_has_happened() {
    let Some(scratch) = seeded(1).await else {
        return;
    };
    let (proxy, writer) = writer_behind_proxy(&scratch);
    let before = lite(&scratch, 0).await.unwrap();
    proxy.trap("delete", Trap::Hold);
    let silence = async {
        proxy.caught().await;
        proxy.stall_after(0);
        proxy.release();
    };
    let (done, ()) = tokio::join!(write(&writer, &before, &LiteWrite::Remove), silence);
    let error = done.unwrap_err();
    assert_eq!(
        (error.kind, error.retry),
        (Kind::Timeout, Retry::AfterLooking),
        "{error}"
    );
    assert_eq!(raw(&scratch, 0).await, None);
    let count = scratch.collection(NAME).count_documents(doc! {}).await;
    assert_eq!(count.unwrap(), 0);
}
