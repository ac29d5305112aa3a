//! Two stores whose documents are made when they are asked for: as many rows as one likes, and no
//! memory but the program's own.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use dualscope::domain::bson::Document as Fields;
use dualscope::domain::codec;
use dualscope::domain::document::Sight;
use dualscope::domain::query::{Count, Entry, IndexEntry};
use dualscope::domain::{
    Bson, Catalog, Codec, Collection, Document, Filter, Full, Head, Key, Lite, Outlook, Page,
    Place, Query, Stored, Version, Window, diagnose,
};
use dualscope::store::error::StoreError;
use dualscope::store::port::{Check, Found, Got, Index, Values, Want};
use dualscope::task::event::Inspection;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::values::VECTOR;

/// The collection's name: one that the program knows.
pub(crate) const COLLECTION: &str = "memcells";
/// The time of the first row in milliseconds; each next one is a second older.
const NEWEST: i64 = 1_767_225_600_000;

/// So many rows, the newest first, and a value of 23 kB for each.
#[derive(Debug)]
pub(crate) struct Synthetic {
    rows: u32,
    /// A JSON array of numbers.
    vector: String,
}

impl Synthetic {
    pub(crate) fn new(rows: u32) -> Self {
        let numbers: Vec<String> = (0..VECTOR)
            .map(|n| (f64::from(n) * 0.618).sin().to_string())
            .collect();
        Self {
            rows,
            vector: format!("[{}]", numbers.join(",")),
        }
    }

    /// The rows that a question asks for.
    pub(crate) fn rows(&self, query: &Query) -> Page<Lite> {
        let place = |cursor: &Arc<dualscope::domain::Cursor>| number(&cursor.id);
        let from = match &query.from {
            Place::First => 0,
            Place::Last => self.rows.saturating_sub(query.limit),
            Place::After(cursor) => place(cursor).saturating_add(1),
            Place::At(cursor) => place(cursor),
            Place::Before(cursor) => place(cursor).saturating_sub(query.limit),
        };
        let to = match &query.from {
            Place::Before(cursor) => place(cursor),
            _ => from.saturating_add(query.limit).min(self.rows),
        };
        let backwards = matches!(query.from, Place::Before(_) | Place::Last);
        Page {
            rows: (from..to).map(lite).collect(),
            more: if backwards { from > 0 } else { to < self.rows },
        }
    }

    /// The value of a row.
    pub(crate) fn full(&self, row: u32) -> Full {
        let at = Timestamp::from_millisecond(time(row)).unwrap_or_default();
        let text = format!(
            r#"{{"id":"{id}","user_id":"user-{row}","timestamp":"{at}","group_id":"group-{group}","participants":["alice","bob"],"type":"Conversation","keywords":["made","up"],"deleted_at":null,"deleted_by":null,"deleted_id":0,"created_at":"{at}","updated_at":"{at}","summary":"A talk about nothing","vector":{vector}}}"#,
            id = object_id(row),
            group = row % 97,
            vector = self.vector,
        );
        codec::decode(codec::encode(&text, Codec::Base64).into())
    }

    /// Both halves of a row, with this value.
    pub(crate) fn inspection(row: u32, full: Full) -> Inspection {
        let collection = Collection::new(COLLECTION);
        let lite = lite(row);
        let document = Document {
            key: lite.key(&collection),
            lite: Sight::Seen(Some(lite)),
            stored: Sight::Seen(Stored::Value {
                version: version(row),
                full,
            }),
        };
        let outlook = Outlook {
            model: Catalog::builtin().get(&collection),
            no_values: false,
            now: NEWEST,
            grace: 300_000,
            expected: Some(Codec::Base64),
            window: window(),
        };
        Inspection {
            diagnosis: diagnose(&document, &outlook),
            document,
            at: None,
            before: None,
            deleted: None,
            twins: 0,
            silent: false,
            took: Duration::from_millis(3),
        }
    }
}

fn time(row: u32) -> i64 {
    NEWEST - i64::from(row) * 1000
}

fn object_id(row: u32) -> Bson {
    let mut bytes = *b"\x65\xf1\xc0\xffmade\0\0\0\0";
    // a later row is an older document
    bytes[8..].copy_from_slice(&(u32::MAX - row).to_be_bytes());
    Bson::ObjectId(bytes)
}

/// The row of an id; the inverse of [`object_id`].
pub(crate) fn number(id: &Bson) -> u32 {
    match id {
        Bson::ObjectId([.., a, b, c, d]) => u32::MAX - u32::from_be_bytes([*a, *b, *c, *d]),
        _ => 0,
    }
}

/// The row of a key.
pub(crate) fn row_of(key: &Key) -> u32 {
    Bson::object_id_from_hex(&key.id).map_or(0, |id| number(&id))
}

fn version(row: u32) -> Version {
    Version(u64::from(row) + 1)
}

fn window() -> Window {
    Window {
        held: Some(true),
        applied: Some(u64::MAX),
        first: Some(0),
    }
}

fn lite(row: u32) -> Lite {
    let text = |text: &str| Bson::String(text.to_owned());
    let list = |items: [&str; 2]| Bson::Array(items.map(text).to_vec());
    let at = Bson::Date(time(row));
    let fields = [
        ("_id", object_id(row)),
        ("user_id", Bson::String(format!("user-{row}"))),
        ("timestamp", at.clone()),
        ("group_id", Bson::String(format!("group-{}", row % 97))),
        ("participants", list(["alice", "bob"])),
        ("type", text("Conversation")),
        ("keywords", list(["made", "up"])),
        ("deleted_at", Bson::Null),
        ("deleted_by", Bson::Null),
        ("deleted_id", Bson::Int32(0)),
        ("created_at", at.clone()),
        ("updated_at", at),
    ];
    let fields = fields.map(|(name, value)| (name.to_owned(), value));
    Lite::new(Fields(fields.into()))
}

#[async_trait]
impl Index for Synthetic {
    fn address(&self) -> String {
        "made up".to_owned()
    }

    fn database(&self) -> String {
        "bench".to_owned()
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn collections(&self) -> Result<Vec<Entry>, StoreError> {
        Ok(vec![entry()])
    }

    async fn estimate(&self, _: &Collection) -> Result<u64, StoreError> {
        Ok(u64::from(self.rows))
    }

    async fn count(
        &self,
        _: &Collection,
        _: &Filter,
        _: Duration,
        _: &CancellationToken,
    ) -> Result<Count, StoreError> {
        Ok(Count::Exact(u64::from(self.rows)))
    }

    async fn page(&self, query: &Query, _: &CancellationToken) -> Result<Page<Lite>, StoreError> {
        Ok(self.rows(query))
    }

    async fn by_ids(&self, _: &Collection, ids: &[Bson]) -> Result<Vec<Lite>, StoreError> {
        Ok(ids.iter().map(|id| lite(number(id))).collect())
    }

    async fn indexes(&self, _: &Collection) -> Result<Vec<IndexEntry>, StoreError> {
        Ok(Vec::new())
    }

    async fn probe(&self) -> Vec<Check> {
        Vec::new()
    }
}

/// The collection as it is listed.
pub(crate) fn entry() -> Entry {
    Entry {
        name: Collection::new(COLLECTION),
        derived: false,
    }
}

#[async_trait]
impl Values for Synthetic {
    fn address(&self) -> String {
        "made up".to_owned()
    }

    fn stream(&self) -> String {
        "bench".to_owned()
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn window(&self) -> Result<Window, StoreError> {
        Ok(window())
    }

    async fn heads(&self, keys: &[Key], _: Option<Version>) -> Result<Vec<Head>, StoreError> {
        let size = 23_000;
        let head = |key| Head::of(version(row_of(key)).0, size);
        Ok(keys.iter().map(head).collect())
    }

    async fn get(&self, wants: &[Want]) -> Result<Vec<Result<Got, StoreError>>, StoreError> {
        let got = |want: &Want| {
            let row = row_of(&want.key);
            let version = version(row);
            if want.known == Some(version) {
                return Ok(Got::Unchanged(version));
            }
            let full = self.full(row);
            Ok(Got::Stored(Stored::Value { version, full }))
        };
        Ok(wants.iter().map(got).collect())
    }

    async fn history(
        &self,
        key: &Key,
        _: Option<Version>,
        _: usize,
    ) -> Result<Page<Head>, StoreError> {
        let rows = self.heads(std::slice::from_ref(key), None).await?;
        Ok(Page { rows, more: false })
    }

    async fn scan(&self, _: Option<&str>, _: usize) -> Result<Page<Found>, StoreError> {
        Ok(Page {
            rows: Vec::new(),
            more: false,
        })
    }

    async fn probe(&self) -> Vec<Check> {
        Vec::new()
    }
}
