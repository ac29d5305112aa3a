//! A replica set whose secondary answers what is read: a write is decided and judged by the primary.

use std::sync::Arc;

use dualscope::domain::Bson;
use dualscope::store::Index as _;
use dualscope::store::mongo::writer;
use dualscope::store::port::LiteWriter as _;
use rstest::rstest;

use super::{ask, brisk, collection, open_within, question};
use crate::support::member::Member;

#[rstest]
#[case::secondary("secondary")]
#[case::secondary_first("secondaryPreferred")]
#[tokio::test]
async fn what_is_read_to_write_is_read_where_it_is_written(#[case] preference: &str) {
    let (primary, secondary) = Member::pair();
    let uri = format!(
        "{}&replicaSet=rs&readPreference={preference}",
        primary.uri()
    );
    let mongo = Arc::new(open_within(&uri, "memsys", brisk()));
    let writer = writer(Arc::clone(&mongo)).unwrap();
    // The secondary is known a little later than the primary.
    while secondary.finds() == 0 {
        let _ = ask(&mongo, &question(5)).await;
    }
    let before = (primary.finds(), secondary.finds());

    let id = Bson::Int32(1);
    mongo
        .by_ids(&collection(), std::slice::from_ref(&id))
        .await
        .unwrap();
    let browsed = (primary.finds(), secondary.finds());
    assert_eq!(browsed, (before.0, before.1 + 1), "as it is asked for");

    assert_eq!(writer.read(&collection(), &id).await.unwrap(), None);
    let written = (primary.finds(), secondary.finds());
    assert_eq!(written, (browsed.0 + 1, browsed.1));
}
