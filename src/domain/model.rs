//! What is known beforehand about the service's collections: which are stored twice, which fields
//! MongoDB holds, of which types. From `assets/collections.json`, compiled in.

use serde::Deserialize;

use super::key::Collection;

/// The type of a field, in MongoDB and in the full value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldType {
    /// An `ObjectId` in MongoDB, 24 hex digits in the full value.
    ObjectId,
    /// Text on both sides (dates that stay text in MongoDB included).
    String,
    /// A BSON date in MongoDB, ISO 8601 text in the full value.
    Date,
    /// An array of strings, in order.
    Strings,
    /// An integer of any width.
    Int,
    /// A floating-point number.
    Float,
    /// `true` or `false`.
    Bool,
    /// An object, a map or an array of anything; in full values only.
    Nested,
}

/// One field of a collection.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// The name, the same on both sides (but `_id` is `id` in the full value).
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// Whether null or missing is allowed.
    #[serde(default)]
    pub nullable: bool,
}

/// Where the documents of a collection are.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// Lite in MongoDB, full in the value store.
    Dual,
    /// So in deployments of January 2026, wholly in MongoDB since.
    DualInJanuary,
    /// Wholly in MongoDB.
    MongoOnly,
}

/// What is known about one collection.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// The collection's name.
    pub name: String,
    /// Whether its documents are stored twice.
    pub stored: Layout,
    /// Has the three `deleted_*` fields.
    #[serde(default)]
    pub soft_delete: bool,
    /// Full values may carry undeclared fields.
    #[serde(default)]
    pub extra_fields: bool,
    /// Holds secrets in clear text; values are masked unless asked for.
    #[serde(default)]
    pub sensitive: bool,
    /// The field that people look at in order.
    pub sort_field: String,
    /// Greatest first.
    pub sort_descending: bool,
    /// Fields of the full value that say what a document is about, the best first.
    #[serde(default)]
    pub title: Vec<String>,
    /// Fields that name one document for people: at most one live document each.
    #[serde(default)]
    pub business_key: Vec<String>,
    /// Fields of the lite document, `_id` first.
    pub lite: Vec<Field>,
    /// Fields that only the full value has.
    pub full: Vec<Field>,
}

impl Model {
    /// Whether the newest version of the service stores it twice.
    #[must_use]
    pub fn is_dual(&self) -> bool {
        self.stored == Layout::Dual
    }

    /// A lite field.
    #[must_use]
    pub fn lite_field(&self, name: &str) -> Option<&Field> {
        self.lite.iter().find(|field| field.name == name)
    }
}

/// All that is known beforehand.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalog {
    /// The collections.
    pub collections: Vec<Model>,
    /// Names that hold no data and are not shown; a trailing `*` stands for any ending.
    pub hidden: Vec<String>,
}

impl Catalog {
    /// The model of a collection.
    #[must_use]
    pub fn get(&self, collection: &Collection) -> Option<&Model> {
        self.collections
            .iter()
            .find(|model| model.name == collection.as_str())
    }

    /// Whether a collection is a helper without data.
    #[must_use]
    pub fn hides(&self, collection: &Collection) -> bool {
        self.hidden.iter().any(|name| match name.strip_suffix('*') {
            Some(start) => collection.as_str().starts_with(start),
            None => name == collection.as_str(),
        })
    }
}
