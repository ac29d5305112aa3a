//! The document that tests of writing are about, in both stores.

use std::sync::Arc;
use std::time::Duration;

use dualscope::domain::bson::Document as BsonDocument;
use dualscope::domain::{Bson, Codec, Collection, Document, Lite, Sight};

use super::{Stores, fields, key};

/// The document that these tests are about.
pub(crate) const KEY: &str = "memcells:6979da5797f9041fc0aa063f";

/// Its full text with these keywords, as the service of January writes it.
pub(crate) fn text(keywords: &str, updated: &str) -> String {
    format!(
        r#"{{"created_at":"2026-01-20T14:00:00+00:00","updated_at":"{updated}","deleted_at":null,"deleted_by":null,"deleted_id":0,"user_id":null,"timestamp":"2026-01-20T13:59:00.123456+00:00","group_id":"g1","participants":["alice","bob"],"type":"Conversation","keywords":{keywords},"summary":"lunch at noon","number":12345678901234567890.50,"id":"6979da5797f9041fc0aa063f"}}"#
    )
}

/// The text as it is stored before anything happens.
pub(crate) fn first_text() -> String {
    text(r#"["lunch"]"#, "2026-01-20T14:00:00+00:00")
}

/// The text that a person types.
pub(crate) fn typed_text() -> String {
    text(r#"["lunch","tuesday"]"#, "2026-01-20T14:00:00+00:00")
}

/// The lite document that goes with [`first_text`].
pub(crate) fn first_lite() -> BsonDocument {
    let texts = |all: &[&str]| {
        Bson::Array(
            all.iter()
                .map(|text| Bson::String((*text).to_owned()))
                .collect(),
        )
    };
    let at = 1_768_917_600_000;
    fields(&[
        (
            "_id",
            Bson::object_id_from_hex("6979da5797f9041fc0aa063f").unwrap(),
        ),
        ("updated_at", Bson::Date(at)),
        ("created_at", Bson::Date(at)),
        ("user_id", Bson::Null),
        ("timestamp", Bson::Date(1_768_917_540_123)),
        ("group_id", Bson::String("g1".to_owned())),
        ("participants", texts(&["alice", "bob"])),
        ("type", Bson::String("Conversation".to_owned())),
        ("keywords", texts(&["lunch"])),
        ("deleted_at", Bson::Null),
        ("deleted_by", Bson::Null),
        ("deleted_id", Bson::Int32(0)),
    ])
}

impl Stores {
    /// With the document in both stores, in step, at version 2; version 1 held other keywords.
    pub(crate) fn with_document() -> Self {
        let stores = Self::new();
        stores.values.skip(1);
        stores.values.put(
            KEY,
            Codec::Base64.encode(&text("[]", "2026-01-20T13:59:30+00:00")),
        );
        stores.values.put(KEY, Codec::Base64.encode(&first_text()));
        stores.index.put(&Collection::new("memcells"), first_lite());
        stores.values.set_delay(Some(Duration::ZERO));
        stores
    }

    pub(crate) fn lite(&self) -> Option<Lite> {
        use dualscope::store::port::Index as _;
        let key = key(KEY);
        let ids = key.id_candidates();
        let found = futures_util::FutureExt::now_or_never(self.index.by_ids(&key.collection, &ids));
        found.unwrap().unwrap().into_iter().next()
    }

    /// Both halves of the document now.
    pub(crate) fn halves(&self) -> Document {
        use dualscope::store::port::{Got, Values as _, Want};
        let key = key(KEY);
        let wants = [Want::latest(key.clone())];
        let found = futures_util::FutureExt::now_or_never(self.values.get(&wants));
        let stored = match found.unwrap().unwrap().pop() {
            Some(Ok(Got::Stored(stored))) => stored,
            other => panic!("{other:?}"),
        };
        Document {
            key,
            lite: Sight::Seen(self.lite()),
            stored: Sight::Seen(stored),
        }
    }

    /// The bytes under the key now.
    pub(crate) fn bytes(&self) -> Option<Arc<[u8]>> {
        self.values
            .log()
            .into_iter()
            .rfind(|(_, key, _)| key == KEY)
            .map(|(.., bytes)| bytes)
    }
}
