//! Somebody else changes the document after our look and before our write: the server's own look,
//! within the write, has to notice. The proxy holds the write back meanwhile.

use dualscope::domain::Bson;
use dualscope::domain::plan::LiteWrite;
use mongodb::bson::{Bson as Value, Document, doc};
use rstest::rstest;

use super::{lite, raw, set, write, writer_behind_proxy};
use crate::mongo::NAME;
use crate::support::mongo::{Scratch, kind};
use crate::support::proxy::Trap;

/// Writes, with `other` in place of the document before the server hears of it (`None`: removed).
async fn overtaken(
    scratch: &Scratch,
    there: Document,
    change: &LiteWrite,
    other: Option<Document>,
) -> bool {
    let collection = scratch.seed(NAME, [there]).await;
    let (proxy, writer) = writer_behind_proxy(scratch);
    let before = lite(scratch, 1).await.unwrap();
    let command = match change {
        LiteWrite::Remove => "delete",
        LiteWrite::Insert(_) | LiteWrite::Update(_) => "update",
    };
    proxy.trap(command, Trap::Hold);
    let somebody = async {
        proxy.caught().await;
        collection.delete_one(doc! { "_id": 1 }).await.unwrap();
        if let Some(other) = other {
            collection.insert_one(other).await.unwrap();
        }
        let left = raw(scratch, 1).await;
        proxy.release();
        left
    };
    let (held, left) = tokio::join!(write(&writer, &before, change), somebody);
    let held = held.unwrap();
    let now = raw(scratch, 1).await;
    assert!(held || now == left, "refused, and yet changed: {now:?}");
    collection.drop().await.unwrap();
    held
}

fn with(value: impl Into<Value>) -> Document {
    doc! { "_id": 1, "a": value.into(), "b": 1 }
}

#[rstest]
#[case::value(with(1), with(2))]
#[case::int_to_long(with(1), with(1_i64))]
#[case::int_to_double(with(1), with(1.0))]
#[case::int_to_null(with(1), with(Value::Null))]
#[case::null_to_value(with(Value::Null), with(0))]
#[case::missing(with(1), doc! { "_id": 1, "b": 1 })]
#[case::into_an_array(with(1), with(vec![1, 2]))]
#[case::array_in_array(with(vec![1]), with(vec![vec![1]]))]
#[case::array_order(with(vec!["x", "y"]), with(vec!["y", "x"]))]
#[case::empty_to_null(with(Vec::<i32>::new()), with(Value::Null))]
#[case::letter_case(with("x"), with("X"))]
#[case::date(with(mongodb::bson::DateTime::from_millis(-1)), with(-1_i64))]
#[case::operator(with(doc! { "$gt": 0 }), with(5))]
#[case::variable(with("$b"), with(1))]
#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_change_in_the_moment_between_is_noticed(
    #[case] there: Document,
    #[case] other: Document,
    #[values(set("b", Bson::Int32(9)), set("a", Bson::Int32(9)), LiteWrite::Remove)]
    change: LiteWrite,
) {
    let Some(scratch) = Scratch::new().await else {
        return;
    };
    let held = overtaken(&scratch, there, &change, Some(other)).await;
    assert!(!held, "{change:?}");
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_removal_in_the_moment_between_is_noticed() {
    let Some(scratch) = Scratch::new().await else {
        return;
    };
    let change = set("b", Bson::Int32(9));
    assert!(!overtaken(&scratch, with(1), &change, None).await);
    assert!(!overtaken(&scratch, with(1), &LiteWrite::Remove, None).await);
    assert_eq!(raw(&scratch, 1).await, None);
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_field_that_came_in_the_moment_between() {
    let Some(scratch) = Scratch::new().await else {
        return;
    };
    let came = || Some(doc! { "_id": 1, "a": 1, "b": 1, "c": 5, "d.e": 6 });
    for touched in ["c", "d.e"] {
        let change = set(touched, Bson::Int32(9));
        assert!(
            !overtaken(&scratch, with(1), &change, came()).await,
            "{touched}"
        );
    }
    assert!(!overtaken(&scratch, with(1), &LiteWrite::Remove, came()).await);
    let elsewhere = set("b", Bson::Int32(9));
    assert!(overtaken(&scratch, with(1), &elsewhere, came()).await);
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn a_null_that_went_in_the_moment_between_is_still_unset() {
    let Some(scratch) = Scratch::new().await else {
        return;
    };
    let (null, missing) = (with(Value::Null), doc! { "_id": 1, "b": 1 });
    let change = set("a", Bson::Int32(9));
    assert!(overtaken(&scratch, null.clone(), &change, Some(missing.clone())).await);
    assert!(!overtaken(&scratch, missing, &change, Some(null)).await);
}

#[tokio::test]
#[ignore = "needs a MongoDB server: tests/run"]
async fn another_order_inside_a_document_in_the_moment_between() {
    let Some(scratch) = Scratch::new().await else {
        return;
    };
    if kind() == "secantus" {
        println!("skipped: to this server documents of any order are equal");
        return;
    }
    let there = with(doc! { "x": 1, "y": 2 });
    let other = with(doc! { "y": 2, "x": 1 });
    let change = set("b", Bson::Int32(9));
    assert!(!overtaken(&scratch, there, &change, Some(other)).await);
}
