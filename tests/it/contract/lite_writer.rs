//! What writing one lite document promises, checked on a real wire server and in memory.
//!
//! A store joins by a [`Fixture`] and one line of `contract!`; the checks know the ports alone.

mod guards;
mod model;
mod values;
mod writes;

use std::sync::Arc;

use async_trait::async_trait;
use dualscope::domain::bson::Document;
use dualscope::domain::plan::LiteWrite;
use dualscope::domain::{Bson, Collection, Lite};
use dualscope::store::memory::index::MemoryIndex;
use dualscope::store::mongo::{Limits, bson_json, connect, writer};
use dualscope::store::port::{IndexEntry, LiteWriter};
use dualscope::store::{Index, StoreError};
use mongodb::IndexModel;
use mongodb::bson::doc;
use mongodb::options::IndexOptions;

use super::index::document;
use crate::support::mongo::Scratch;

/// A store under test, with a way to be somebody else.
#[async_trait]
pub(crate) trait Fixture: Sync {
    fn writer(&self) -> Arc<dyn LiteWriter>;

    fn index(&self) -> Arc<dyn Index>;

    /// Somebody else stores a document, in place of one of the same `_id`.
    async fn put(&self, document: Document);

    /// Somebody else removes one.
    async fn take(&self, id: &Bson);

    /// A unique index over these fields.
    async fn unique(&self, fields: &[&str]);
}

struct Wire {
    scratch: Scratch,
    index: Arc<dyn Index>,
    writer: Arc<dyn LiteWriter>,
}

impl Wire {
    async fn new() -> Option<Self> {
        let scratch = Scratch::new().await?;
        let uri = scratch.uri.as_str().into();
        let mongo = Arc::new(connect(&uri, &scratch.name, Limits::default()).unwrap());
        let writer = Arc::new(writer(Arc::clone(&mongo)).unwrap());
        Some(Self {
            scratch,
            index: mongo,
            writer,
        })
    }
}

#[async_trait]
impl Fixture for Wire {
    fn writer(&self) -> Arc<dyn LiteWriter> {
        Arc::clone(&self.writer)
    }

    fn index(&self) -> Arc<dyn Index> {
        Arc::clone(&self.index)
    }

    async fn put(&self, document: Document) {
        let document = bson_json::write(&document).unwrap();
        let filter = doc! { "_id": { "$eq": document.get("_id").unwrap() } };
        let collection = self.scratch.collection(NAME);
        // Removed first: a replacement that only changes types may count as none.
        collection.delete_one(filter).await.unwrap();
        collection.insert_one(document).await.unwrap();
    }

    async fn take(&self, id: &Bson) {
        let filter = doc! { "_id": { "$eq": bson_json::write_value(id).unwrap() } };
        let taken = self.scratch.collection(NAME).delete_one(filter).await;
        assert_eq!(taken.unwrap().deleted_count, 1);
    }

    async fn unique(&self, fields: &[&str]) {
        let keys = fields.iter().map(|name| ((*name).to_owned(), 1.into()));
        let options = IndexOptions::builder().unique(true).build();
        let model = IndexModel::builder().keys(keys.collect::<mongodb::bson::Document>());
        let model = model.options(options).build();
        let collection = self.scratch.collection(NAME);
        collection.create_index(model).await.unwrap();
    }
}

struct Memory(Arc<MemoryIndex>);

impl Memory {
    #[expect(clippy::unused_async, reason = "all fixtures are made alike")]
    async fn new() -> Option<Self> {
        Some(Self(Arc::new(MemoryIndex::new("memsys"))))
    }
}

#[async_trait]
impl Fixture for Memory {
    fn writer(&self) -> Arc<dyn LiteWriter> {
        Arc::clone(&self.0) as Arc<dyn LiteWriter>
    }

    fn index(&self) -> Arc<dyn Index> {
        Arc::clone(&self.0) as Arc<dyn Index>
    }

    async fn put(&self, document: Document) {
        self.0.put(&collection(), document);
    }

    async fn take(&self, id: &Bson) {
        assert!(self.0.remove(&collection(), id).is_some());
    }

    async fn unique(&self, fields: &[&str]) {
        let name: Vec<String> = fields.iter().map(|name| format!("{name}_1")).collect();
        let entry = IndexEntry::plain(&name.join("_"), fields, true);
        self.0.add_index(&collection(), entry);
    }
}

/// All checks for one store.
macro_rules! contract {
    ($store:ident, $new:expr $(, $needs:literal)?) => {
        contract! { @checks $store, $new, [$($needs)?],
            guards: [
                a_field_that_changed_refuses_the_write,
                a_field_that_went_refuses_the_write,
                a_document_that_went_refuses_the_write,
                a_field_that_came_elsewhere_does_not_matter,
                a_field_that_came_where_the_write_writes_refuses_it,
                a_null_that_went_is_still_unset,
                a_null_that_came_is_a_change,
                what_changed_is_not_removed,
                a_field_that_came_saves_its_document,
                an_insert_never_replaces,
                of_two_racing_writers_one_wins,
                of_two_racing_inserts_one_wins,
                a_write_that_contradicts_itself_is_a_fault,
            ],
            values: [
                every_value_is_its_own_guard,
                every_other_value_is_a_change,
                operators_in_data_are_data,
                odd_names_are_names,
                ids_of_every_type_are_written_to,
                what_would_not_be_stored_as_it_is_is_refused,
            ],
            writes: [
                an_update_changes_its_fields_alone,
                a_type_can_be_changed_alone,
                a_field_is_taken_away,
                an_update_to_what_is_already_so_is_done,
                an_update_of_nothing_tells_whether_the_guard_holds,
                a_removed_document_is_gone,
                to_remove_what_is_not_there_is_done,
                an_insert_makes_its_collection,
                a_refused_write_makes_no_collection,
                a_soft_delete_and_back,
                a_unique_index_refuses_an_insert,
                a_unique_index_refuses_an_update,
                numbers_of_two_types_meet_in_a_unique_index,
                missing_and_null_meet_in_a_unique_index,
            ],
            model: [random_writes_do_what_the_rule_says],
        }
    };
    (@checks $store:ident, $new:expr, $needs:tt, $($topic:ident: [$($check:ident),* $(,)?],)*) => {
        mod $store {
            $(mod $topic {
                $(contract! { @check $needs $check, $new, super::super::$topic::$check })*
            })*
        }
    };
    (@check [$($needs:literal)?] $name:ident, $new:expr, $check:path) => {
        #[tokio::test]
        $(#[ignore = $needs])?
        async fn $name() {
            let fixture = $new.await.unwrap();
            $check(&fixture).await;
        }
    };
}

contract!(
    wire,
    crate::contract::lite_writer::Wire::new(),
    "needs a MongoDB server: tests/run"
);
contract!(memory, crate::contract::lite_writer::Memory::new());

/// The collection that the checks use.
const NAME: &str = "memories";

fn collection() -> Collection {
    Collection::new(NAME)
}

fn int(number: i32) -> Bson {
    Bson::Int32(number)
}

fn text(text: &str) -> Bson {
    Bson::String(text.to_owned())
}

/// An update of one field.
fn set(name: &str, value: Bson) -> LiteWrite {
    LiteWrite::Update(vec![(name.to_owned(), Some(value))])
}

fn unset(name: &str) -> LiteWrite {
    LiteWrite::Update(vec![(name.to_owned(), None)])
}

/// A document of `_id` 1 with these fields.
fn one(fields: impl IntoIterator<Item = (&'static str, Bson)>) -> Document {
    let mut document = document! { "_id": int(1) };
    let fields = fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value));
    document.0.extend(fields);
    document
}

async fn read(fixture: &dyn Fixture, id: &Bson) -> Option<Lite> {
    let found = fixture
        .index()
        .by_ids(&collection(), std::slice::from_ref(id))
        .await;
    let found = found.unwrap().pop();
    let written = fixture.writer().read(&collection(), id).await.unwrap();
    // Not-a-number is not equal to itself; printed it is.
    let same = format!("{written:?}") == format!("{found:?}");
    assert!(same, "both sides read it: {written:?}, {found:?}");
    found
}

/// Stores it, and reads what a session would have read.
async fn stored(fixture: &dyn Fixture, document: Document) -> Lite {
    let id = document.get("_id").unwrap().clone();
    fixture.put(document).await;
    read(fixture, &id).await.unwrap()
}

async fn attempt(
    fixture: &dyn Fixture,
    id: &Bson,
    before: Option<&Lite>,
    write: &LiteWrite,
) -> Result<bool, StoreError> {
    fixture
        .writer()
        .write(&collection(), id, before, write)
        .await
}

/// Writes to what was read.
async fn write(fixture: &dyn Fixture, before: &Lite, write: &LiteWrite) -> bool {
    attempt(fixture, &before.id, Some(before), write)
        .await
        .unwrap()
}

/// By text, as not-a-number is not equal to itself; in order.
#[track_caller]
fn assert_same(found: Option<&Lite>, expected: Option<&Document>) {
    let found = found.map(|lite| &lite.fields);
    assert_eq!(format!("{found:#?}"), format!("{expected:#?}"));
}

/// The guard refuses the write and the document stays as somebody else left it.
async fn assert_refused(fixture: &dyn Fixture, before: &Lite, change: &LiteWrite) {
    let now = read(fixture, &before.id).await;
    assert!(
        !write(fixture, before, change).await,
        "{before:?} {now:?} {change:?}"
    );
    let after = read(fixture, &before.id).await;
    assert_same(after.as_ref(), now.as_ref().map(|lite| &lite.fields));
}
