//! Unique indexes that leave documents out refuse only what MongoDB itself would.

use dualscope::domain::intent::Ending;
use dualscope::domain::query::IndexEntry;
use dualscope::domain::{Bson, Collection};
use pretty_assertions::assert_eq;

use super::edit;
use crate::support::writing::{Fuse, Stores, fields};

enum Kind {
    Whole,
    Sparse,
    Partial,
}

/// How an edit ends beside another document of these fields, with a unique index on `indexed`.
async fn edited(kind: &Kind, indexed: &[&str], other: &[(&str, Bson)]) -> Ending {
    let stores = Stores::with_document();
    let memcells = Collection::new("memcells");
    let mut index = IndexEntry::plain("theirs", indexed, true);
    match kind {
        Kind::Whole => {}
        Kind::Sparse => index.sparse = true,
        Kind::Partial => index.partial = true,
    }
    stores.index.add_index(&memcells, index);
    let id = Bson::object_id_from_hex("6979da5797f9041fc0aa0001").unwrap();
    let other = [&[("_id", id)], other].concat();
    stores.index.put(&memcells, fields(&other));
    let mut program = stores.start(&Fuse::new(None, None));
    let plan = edit(&mut program).await;
    program.write(plan).await.unwrap().ending
}

#[tokio::test(start_paused = true)]
async fn a_sparse_index_minds_only_documents_that_have_its_field() {
    // neither has it
    assert_eq!(edited(&Kind::Whole, &["event"], &[]).await, Ending::Refused);
    assert_eq!(edited(&Kind::Sparse, &["event"], &[]).await, Ending::Done);
    // ours holds null
    let null = [("user_id", Bson::Null)];
    let ends = [
        edited(&Kind::Whole, &["user_id"], &[]).await,
        edited(&Kind::Sparse, &["user_id"], &[]).await,
        edited(&Kind::Sparse, &["user_id"], &null).await,
    ];
    assert_eq!(ends, [Ending::Refused, Ending::Done, Ending::Refused]);
    // one of two fields is enough
    let same = [("group_id", Bson::String("g1".into()))];
    let both = ["event", "group_id"];
    assert_eq!(edited(&Kind::Sparse, &both, &same).await, Ending::Refused);
    assert_eq!(edited(&Kind::Sparse, &both, &[]).await, Ending::Done);
}

#[tokio::test(start_paused = true)]
async fn a_partial_index_is_left_to_mongodb() {
    let same = [("group_id", Bson::String("g1".into()))];
    let of = ["group_id"];
    assert_eq!(edited(&Kind::Whole, &of, &same).await, Ending::Refused);
    assert_eq!(edited(&Kind::Partial, &of, &same).await, Ending::Done);
}
