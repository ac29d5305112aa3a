//! Names of documents: the collection, the id, and the key they make together in the value store.
//!
//! A key is `{collection}:{document id}` (the service joins them so and splits at the first colon).
//! Nothing here knows a driver; an id is plain data.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::bson::Bson;

/// The name of a MongoDB collection, which is also the prefix of its keys in the value store.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Collection(Arc<str>);

impl Collection {
    /// Wraps a name as the server gave it; no check, since the server has accepted it.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether keys of this collection can be told apart: a colon in the name would move the cut.
    #[must_use]
    pub fn makes_keys(&self) -> bool {
        !self.0.is_empty() && !self.0.contains(':')
    }
}

impl fmt::Display for Collection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Collection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Collection({})", self.0)
    }
}

/// `collection:id`, the name of one document in the value store. `Display` and `FromStr` are
/// inverse of each other for every collection that [`Collection::makes_keys`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Key {
    /// Left of the first colon.
    pub collection: Collection,
    /// Right of the first colon: the id as the service prints it (24 hex digits for an `ObjectId`).
    pub id: Arc<str>,
}

/// Why a text is not a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// There is no colon.
    #[error("{0:?} has no colon: a key is COLLECTION:ID")]
    NoColon(String),
    /// Nothing stands left or right of the first colon.
    #[error("{0:?} names no {1}: a key is COLLECTION:ID")]
    Empty(String, &'static str),
}

impl Key {
    /// The key of a document of `collection` whose `_id` is `id`.
    #[must_use]
    pub fn new(collection: &Collection, id: &Bson) -> Self {
        Self {
            collection: collection.clone(),
            id: id.id_text().into(),
        }
    }

    /// The `_id` values that print like this key's id, the likeliest first. An id text does not
    /// say its own type, so a look-up asks for all of them at once.
    #[must_use]
    pub fn id_candidates(&self) -> Vec<Bson> {
        let text = &*self.id;
        let mut all = Vec::new();
        if let Some(oid) = Bson::object_id_from_hex(text) {
            all.push(oid);
        }
        all.push(Bson::String(text.to_owned()));
        // Int32 and Int64 compare equal in MongoDB, so one integer type is enough.
        if let Ok(number) = text.parse::<i64>()
            && number.to_string() == text
        {
            all.push(Bson::Int64(number));
        }
        if let Some(uuid) = Bson::uuid_from_text(text) {
            all.push(uuid);
        }
        all
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.collection, self.id)
    }
}

impl FromStr for Key {
    type Err = KeyFault;

    fn from_str(text: &str) -> Result<Self, KeyFault> {
        let (collection, id) = text
            .split_once(':')
            .ok_or_else(|| KeyFault::NoColon(text.to_owned()))?;
        if collection.is_empty() {
            return Err(KeyFault::Empty(text.to_owned(), "collection"));
        }
        if id.is_empty() {
            return Err(KeyFault::Empty(text.to_owned(), "document id"));
        }
        // The service writes object ids in lower case; the value store compares bytes.
        let id = match Bson::object_id_from_hex(id) {
            Some(oid) => oid.id_text().into(),
            None => id.into(),
        };
        Ok(Self {
            collection: Collection::new(collection),
            id,
        })
    }
}

/// The value store's own number for a write (in 0G: the sequence of the transaction that carried
/// it). Greater is later; numbers are global, so gaps are normal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(pub u64);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_key_reads_back_as_it_was_printed(collection in "[^:]{1,20}", id in "[^A-F]{1,30}") {
            let key = Key { collection: Collection::new(&collection), id: id.into() };
            prop_assert_eq!(key.to_string().parse::<Key>(), Ok(key));
        }
    }

    #[test]
    fn an_object_id_may_be_typed_in_upper_case() {
        let key: Key = "memcells:69DF13705CA1AB1E07A1B762".parse().unwrap();
        assert_eq!(&*key.id, "69df13705ca1ab1e07a1b762");
    }

    #[test]
    fn only_the_first_colon_cuts() {
        let key: Key = "entities:a:b".parse().unwrap();
        assert_eq!(key.collection.as_str(), "entities");
        assert_eq!(&*key.id, "a:b");
    }

    #[test]
    fn a_text_that_is_no_key_says_what_is_missing() {
        assert!(matches!(
            "memcells".parse::<Key>(),
            Err(KeyFault::NoColon(_))
        ));
        assert_eq!(
            "memcells:".parse::<Key>().unwrap_err().to_string(),
            "\"memcells:\" names no document id: a key is COLLECTION:ID"
        );
        assert!(matches!(
            ":x".parse::<Key>(),
            Err(KeyFault::Empty(_, "collection"))
        ));
    }

    #[test]
    fn an_id_text_stands_for_every_type_that_prints_so() {
        let of = |text: &str| {
            Key {
                collection: Collection::new("c"),
                id: text.into(),
            }
            .id_candidates()
        };
        assert!(matches!(
            of("6979da5797f9041fc0aa063f")[..],
            [Bson::ObjectId(_), Bson::String(_)]
        ));
        assert_eq!(of("42"), [Bson::String("42".into()), Bson::Int64(42)]);
        assert_eq!(of("042"), [Bson::String("042".into())]);
        assert!(matches!(
            of("c9f3f8d2-6a1f-4f0e-9a61-0a4a3f6f2b11")[..],
            [Bson::String(_), Bson::Binary { subtype: 4, .. }]
        ));
    }
}
