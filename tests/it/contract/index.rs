//! What the MongoDB side promises, checked on a real wire server and on the store in memory.
//!
//! A store joins by a [`Fixture`] and one line of `contract!`; the checks know the port alone.

mod answers;
mod filters;
mod paging;
mod places;
mod walk;

use std::sync::Arc;

use async_trait::async_trait;
use dualscope::domain::bson::Document;
use dualscope::domain::{Bson, Collection, Cursor, Filter, Lite, Page, Place, Query, Sort};
use dualscope::store::Index;
use dualscope::store::memory::index::MemoryIndex;
use dualscope::store::mongo::{Limits, bson_json, connect};
use mongodb::bson::doc;
use tokio_util::sync::CancellationToken;

use crate::support::mongo::Scratch;

/// A store under test, with a way to change what it holds.
#[async_trait]
pub(crate) trait Fixture: Sync {
    fn index(&self) -> Arc<dyn Index>;

    /// Stores documents; their collection is there afterwards, even if there are none.
    async fn insert(&self, collection: &str, documents: Vec<Document>);

    async fn remove(&self, collection: &str, id: &Bson);
}

/// The driver's adapter on a wire server.
struct Wire {
    scratch: Scratch,
    index: Arc<dyn Index>,
}

impl Wire {
    async fn new() -> Option<Self> {
        let scratch = Scratch::new().await?;
        let uri = scratch.uri.as_str().into();
        let index = Arc::new(connect(&uri, &scratch.name, Limits::default()).unwrap());
        Some(Self { scratch, index })
    }
}

#[async_trait]
impl Fixture for Wire {
    fn index(&self) -> Arc<dyn Index> {
        Arc::clone(&self.index)
    }

    async fn insert(&self, collection: &str, documents: Vec<Document>) {
        let documents = documents.iter().map(|d| bson_json::write(d).unwrap());
        self.scratch.seed(collection, documents).await;
    }

    async fn remove(&self, collection: &str, id: &Bson) {
        let filter = doc! { "_id": { "$eq": bson_json::write_value(id).unwrap() } };
        let removed = self.scratch.collection(collection).delete_one(filter).await;
        assert_eq!(removed.unwrap().deleted_count, 1);
    }
}

/// The documents in memory.
struct Memory(Arc<MemoryIndex>);

impl Memory {
    #[expect(clippy::unused_async, reason = "all fixtures are made alike")]
    async fn new() -> Option<Self> {
        Some(Self(Arc::new(MemoryIndex::new("memsys"))))
    }
}

#[async_trait]
impl Fixture for Memory {
    fn index(&self) -> Arc<dyn Index> {
        Arc::clone(&self.0) as Arc<dyn Index>
    }

    async fn insert(&self, collection: &str, documents: Vec<Document>) {
        let collection = Collection::new(collection);
        self.0.create(&collection);
        for document in documents {
            assert!(self.0.put(&collection, document).is_none());
        }
    }

    async fn remove(&self, collection: &str, id: &Bson) {
        let collection = Collection::new(collection);
        assert!(self.0.remove(&collection, id).is_some());
    }
}

/// All checks for one store.
macro_rules! contract {
    ($store:ident, $new:expr $(, $needs:literal)?) => {
        contract! { @checks $store, $new, [$($needs)?],
            answers: [
                a_store_gives_a_sign_of_life,
                its_address_holds_no_credentials,
                collections_are_listed_even_empty_ones,
                a_missing_collection_is_empty,
                the_estimate_counts_all,
                the_count_is_exact,
                a_count_can_be_filtered,
                a_count_without_time_says_at_least,
                documents_are_found_by_ids_of_any_type,
                ids_that_are_missing_are_left_out,
                an_id_is_looked_up_by_value_across_number_types,
                the_index_of_ids_is_listed,
                a_cancelled_read_ends_with_an_error,
                every_type_comes_back_as_it_was_stored,
            ],
            filters: [
                equal_to_one_of_several_types,
                equal_to_none,
                a_range_with_and_without_its_bounds,
                a_range_holds_for_its_own_type_only,
                text_that_contains_is_taken_literally,
                letter_case_is_ignored_in_contains,
                missing_and_null_are_the_same,
                an_array_matches_when_any_item_does,
                all_clauses_must_hold,
                a_dotted_path_looks_into_documents,
                a_raw_query_is_passed_on,
                a_raw_query_and_clauses_hold_together,
                a_raw_query_that_runs_a_script_is_refused,
                a_raw_query_with_an_unknown_operator_is_an_error,
            ],
            paging: [
                an_empty_collection_gives_an_empty_page,
                rows_come_in_the_order_of_ids,
                more_is_told_by_one_row_more,
                the_last_page_is_in_the_order_asked_for,
                pages_go_on_behind_a_row,
                pages_go_back_before_a_row,
                a_refresh_starts_at_the_row_itself,
                a_place_outlives_its_row,
                rows_inserted_while_walking_move_nothing,
                rows_deleted_while_walking_move_nothing,
                a_filter_and_a_place_hold_together,
            ],
            places: [
                equal_values_are_ordered_by_id,
                missing_and_null_sort_together,
                every_type_has_its_place,
                ids_of_every_type_have_their_place,
                not_a_number_comes_before_all_numbers,
                numbers_of_all_widths_are_one_line,
                negative_zero_is_zero,
                an_array_stands_at_its_least_or_greatest_item,
                an_empty_array_comes_before_null,
                dates_before_1970_come_first,
                a_dotted_path_can_be_sorted_by,
                a_regular_expression_is_no_place,
            ],
            walk: [every_row_exactly_once],
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
    crate::contract::index::Wire::new(),
    "needs a MongoDB server: tests/run"
);
contract!(memory, crate::contract::index::Memory::new());

/// `document! { "_id": int(1), "name": text("a") }`
macro_rules! document {
    ($($name:literal: $value:expr),* $(,)?) => {
        dualscope::domain::bson::Document(vec![$(($name.to_owned(), $value)),*])
    };
}
pub(crate) use document;

fn int(number: i32) -> Bson {
    Bson::Int32(number)
}

fn text(text: &str) -> Bson {
    Bson::String(text.to_owned())
}

fn list(items: impl IntoIterator<Item = Bson>) -> Bson {
    Bson::Array(items.into_iter().collect())
}

/// The collection that the checks use.
const NAME: &str = "memories";

fn collection() -> Collection {
    Collection::new(NAME)
}

fn by(field: &str, descending: bool) -> Sort {
    Sort {
        field: field.to_owned(),
        descending,
    }
}

/// A question for all rows by `_id`; checks change what they are about.
fn question(limit: u32) -> Query {
    Query {
        collection: collection(),
        filter: Filter::default(),
        sort: Sort::by_id(false),
        from: Place::First,
        limit,
    }
}

async fn page(fixture: &dyn Fixture, query: &Query) -> Page<Lite> {
    let never = CancellationToken::new();
    fixture.index().page(query, &never).await.unwrap()
}

fn ids(page: &Page<Lite>) -> Vec<Bson> {
    page.rows.iter().map(|row| row.id.clone()).collect()
}

fn ints(numbers: impl IntoIterator<Item = i32>) -> Vec<Bson> {
    numbers.into_iter().map(int).collect()
}

/// Stores documents of `_id`s only.
async fn insert_ids(fixture: &dyn Fixture, ids: impl IntoIterator<Item = Bson>) {
    let documents = ids.into_iter().map(|id| document! { "_id": id }).collect();
    fixture.insert(NAME, documents).await;
}

/// Stores `{_id: 1, v: …}`, `{_id: 2, v: …}` and so on.
async fn insert_values(fixture: &dyn Fixture, values: impl IntoIterator<Item = Bson>) {
    let documents = values.into_iter().zip(1..);
    let documents = documents.map(|(value, id)| document! { "_id": int(id), "v": value });
    fixture.insert(NAME, documents.collect()).await;
}

fn place_of(row: &Lite, sort: &Sort) -> Arc<Cursor> {
    Arc::new(Cursor::of(row, sort))
}

/// Walks through all pages, forwards from the first or backwards from the last; the rows come in
/// the order asked for either way.
async fn walk_through(fixture: &dyn Fixture, mut query: Query, backwards: bool) -> Vec<Lite> {
    query.from = if backwards { Place::Last } else { Place::First };
    let mut all = Vec::new();
    for _ in 0..1000 {
        let page = page(fixture, &query).await;
        assert!(page.rows.len() <= query.limit as usize);
        let next = if backwards {
            page.rows.first()
        } else {
            page.rows.last()
        };
        let place = next.map(|row| place_of(row, &query.sort));
        if backwards {
            all.splice(0..0, page.rows);
        } else {
            all.extend(page.rows);
        }
        match (page.more, place) {
            (false, _) => return all,
            (true, Some(place)) if backwards => query.from = Place::Before(place),
            (true, Some(place)) => query.from = Place::After(place),
            (true, None) => panic!("an empty page that says there is more"),
        }
    }
    panic!("the walk does not end");
}

/// Checks that walking in pages of every small size, both ways, gives these `_id`s, and the reverse
/// when descending; and that a refresh at each row starts there.
async fn assert_order(fixture: &dyn Fixture, field: &str, ascending: &[Bson], descending: &[Bson]) {
    for (down, expected) in [(false, ascending), (true, descending)] {
        for limit in 1..=3 {
            for backwards in [false, true] {
                let query = Query {
                    sort: by(field, down),
                    ..question(limit)
                };
                let rows = walk_through(fixture, query, backwards).await;
                let seen: Vec<Bson> = rows.into_iter().map(|row| row.id).collect();
                let how = format!("down {down}, {limit} a page, backwards {backwards}");
                // By text, as not-a-number is not equal to itself.
                assert_eq!(format!("{seen:?}"), format!("{expected:?}"), "{how}");
            }
        }
        assert_refresh(fixture, by(field, down)).await;
    }
}

async fn assert_refresh(fixture: &dyn Fixture, sort: Sort) {
    let all = Query {
        sort,
        ..question(100)
    };
    let rows = page(fixture, &all).await.rows;
    for (at, row) in rows.iter().enumerate() {
        let here = Query {
            from: Place::At(place_of(row, &all.sort)),
            ..all.clone()
        };
        let here = page(fixture, &here).await;
        let expected: Vec<Bson> = rows[at..].iter().map(|row| row.id.clone()).collect();
        assert_eq!(format!("{:?}", ids(&here)), format!("{expected:?}"));
    }
}
