//! Documents of a collection that nobody knows: a name in both halves, one more member in the value.

use dualscope::domain::bson::Document as BsonDocument;
use dualscope::domain::{Bson, Collection, Key};

/// The collection.
pub(crate) fn flags() -> Collection {
    Collection::new("flags")
}

pub(crate) fn key(id: i32) -> Key {
    Key::new(&flags(), &Bson::Int32(id))
}

pub(crate) fn lite(id: i32, name: &str) -> BsonDocument {
    BsonDocument(vec![
        ("_id".to_owned(), Bson::Int32(id)),
        ("name".to_owned(), Bson::String(name.to_owned())),
    ])
}

pub(crate) fn full(id: i32, name: &str) -> String {
    format!(r#"{{"id":"{id}","name":"{name}","more":[1]}}"#)
}
