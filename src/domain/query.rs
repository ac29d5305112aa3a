//! What can be asked of a collection: a filter, an order, and a place in that order.
//!
//! Paging is by place (the sort value and `_id` of the last row seen), never by count, so that no
//! row is shown twice or missed while others are inserted. `_id` closes every order.

use std::sync::Arc;
use std::time::Duration;

use super::bson::{Bson, Document};
use super::key::Collection;

/// One page's worth of question.
#[derive(Clone, PartialEq, Debug)]
pub struct Query {
    /// Which collection.
    pub collection: Collection,
    /// Which rows.
    pub filter: Filter,
    /// In which order.
    pub sort: Sort,
    /// From which place.
    pub from: Place,
    /// How many rows at most.
    pub limit: u32,
}

impl Query {
    /// The first `limit` rows by `_id`.
    #[must_use]
    pub fn first(collection: &Collection, filter: Filter, limit: u32) -> Self {
        Self {
            collection: collection.clone(),
            filter,
            sort: Sort::by_id(false),
            from: Place::First,
            limit,
        }
    }
}

/// Which rows: all clauses must hold, and the raw query too.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Filter {
    /// Conditions of the filter line.
    pub clauses: Vec<Clause>,
    /// A MongoDB query document, typed with a leading `{`.
    pub raw: Option<Document>,
}

impl Filter {
    /// Whether every row passes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.clauses.is_empty() && self.raw.is_none()
    }

    /// For each field that is compared with dates: its path, and the filter of the rows that pass
    /// all other conditions but hold text there. No date is ever equal to a text, nor before or
    /// behind it.
    #[must_use]
    pub fn texts_for_dates(&self) -> Vec<(&str, Self)> {
        let dated = self.clauses.iter().filter(|clause| clause.test.is_dated());
        let mut paths: Vec<&str> = dated.map(|clause| clause.path.as_str()).collect();
        paths.sort_unstable();
        paths.dedup();
        let texts = paths.into_iter().filter(|_| self.raw.is_none());
        texts.map(|path| (path, self.texts_at(path))).collect()
    }

    fn texts_at(&self, path: &str) -> Self {
        let others = self.clauses.iter().filter(|clause| clause.path != path);
        let kind = Bson::String("string".to_owned());
        let kind = Document(vec![("$type".to_owned(), kind)]);
        Self {
            clauses: others.cloned().collect(),
            raw: Some(Document(vec![(path.to_owned(), Bson::Document(kind))])),
        }
    }
}

/// How long a count of such rows may take, for each field: nobody has asked for it.
pub const TEXTS_LIMIT: Duration = Duration::from_secs(2);

/// The filter line that lists the rows that hold text in a field.
#[must_use]
pub fn texts_line(path: &str) -> String {
    format!("{{\"{path}\": {{\"$type\": \"string\"}}}}")
}

/// One condition on one field.
#[derive(Clone, PartialEq, Debug)]
pub struct Clause {
    /// Dotted path of the field.
    pub path: String,
    /// The comparison.
    pub test: Test,
}

/// What a field's value must be. Array fields match when any item does, as in MongoDB.
#[derive(Clone, PartialEq, Debug)]
pub enum Test {
    /// Equal to one of these (one text can be read as several types).
    AnyOf(Vec<Bson>),
    /// Equal to none of these.
    NoneOf(Vec<Bson>),
    /// Between two bounds of one BSON type; each bound says whether it is included.
    Range {
        /// The lower bound.
        from: Option<(Bson, bool)>,
        /// The upper bound.
        to: Option<(Bson, bool)>,
    },
    /// Text that contains this, letter case ignored.
    Contains(String),
    /// Missing or null.
    IsNull(bool),
}

impl Test {
    fn is_dated(&self) -> bool {
        let date = |end: &Option<(Bson, bool)>| matches!(end, Some((Bson::Date(_), _)));
        match self {
            Self::Range { from, to } => date(from) || date(to),
            Self::AnyOf(values) => values.iter().any(|value| matches!(value, Bson::Date(_))),
            Self::NoneOf(_) | Self::Contains(_) | Self::IsNull(_) => false,
        }
    }
}

/// An order: by one field, closed by `_id` in the same direction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sort {
    /// Dotted path; `_id` alone when it is `_id`.
    pub field: String,
    /// Greatest first.
    pub descending: bool,
}

impl Sort {
    /// By `_id` alone.
    #[must_use]
    pub fn by_id(descending: bool) -> Self {
        Self {
            field: "_id".to_owned(),
            descending,
        }
    }
}

/// Where a page starts.
#[derive(Clone, PartialEq, Debug)]
pub enum Place {
    /// At the first row of the order.
    First,
    /// So that it ends with the last row.
    Last,
    /// Behind this row.
    After(Arc<Cursor>),
    /// So that it ends just before this row.
    Before(Arc<Cursor>),
    /// At this row, itself included (a refresh keeps its place).
    At(Arc<Cursor>),
}

/// A row's place in an order.
#[derive(Clone, PartialEq, Debug)]
pub struct Cursor {
    /// The value of the sort field; missing is null. For an array it is the item that MongoDB
    /// sorts by: the least when ascending, the greatest when descending.
    pub value: Bson,
    /// `_id`.
    pub id: Bson,
}

/// An answer: rows in the order asked for (also for `Before` and `Last`).
#[derive(Clone, PartialEq, Debug)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Whether there are more rows beyond, in the direction of the walk (before the first row for
    /// `Before` and `Last`).
    pub more: bool,
}

/// How many rows there are, and how far that can be trusted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Count {
    /// From the collection's metadata: `≈ n`.
    Estimate(u64),
    /// Counted: `n`.
    Exact(u64),
    /// The time limit cut the count off: `≥ n`.
    AtLeast(u64),
}

/// One collection as the server lists it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The name.
    pub name: Collection,
    /// A view or a time series rather than a plain collection.
    pub derived: bool,
}

/// One index of a collection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IndexEntry {
    /// Its name.
    pub name: String,
    /// Dotted paths, in order.
    pub fields: Vec<String>,
    /// Whether it refuses equal keys.
    pub unique: bool,
    /// Whether documents that have none of its fields are left out.
    pub sparse: bool,
    /// Whether it has a condition of its own, and only documents that meet it are in it.
    pub partial: bool,
}

impl IndexEntry {
    /// An index of these fields whose every document counts.
    #[must_use]
    pub fn plain(name: &str, fields: &[&str], unique: bool) -> Self {
        Self {
            name: name.to_owned(),
            fields: fields.iter().map(|field| (*field).to_owned()).collect(),
            unique,
            sparse: false,
            partial: false,
        }
    }

    /// Whether a document of these fields is in it, as far as that does not hang on a condition.
    #[must_use]
    pub fn may_hold(&self, document: &Document) -> bool {
        let mut fields = self.fields.iter();
        !self.sparse || fields.any(|name| document.at(name).is_some())
    }

    /// Whether each document of the collection is in it, so that it can serve any order.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.sparse && !self.partial
    }
}
