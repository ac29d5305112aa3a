//! What is known beforehand about the service's collections: which are stored twice, which fields
//! MongoDB holds, of which types. From `assets/collections.json`, compiled in.
//!
//! Facts only: nothing here looks at a stored document, and a collection that is not in the table
//! is simply not known.

use std::sync::LazyLock;

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
    /// Whether the service fills the field in when a value lacks it; null is still refused unless
    /// `nullable`.
    #[serde(default)]
    pub default: bool,
}

impl Field {
    /// Whether a full value without the field is not valid for the service.
    #[must_use]
    pub fn is_required(&self) -> bool {
        !self.nullable && !self.default
    }

    /// Whether only MongoDB decides the field (the three marks of a soft delete). Full values
    /// carry it stale by design, so it is never compared.
    #[must_use]
    pub fn is_mongo_only(&self) -> bool {
        MONGO_ONLY.contains(&self.name.as_str())
    }
}

/// Stands where a secret was.
pub const MASK: &str = "***";

/// The fields that only MongoDB decides.
pub const MONGO_ONLY: [&str; 3] = ["deleted_at", "deleted_by", "deleted_id"];

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
#[expect(
    clippy::struct_excessive_bools,
    reason = "a row of the table: independent facts, not one state"
)]
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

    /// Whether a field of this name is a secret, to be shown as [`MASK`] until asked for: in a
    /// collection that holds secrets everything but ids, dates, and what orders or names the
    /// documents. The one rule for every place that shows values; a dotted path, and a name that
    /// nobody knows, is hidden there.
    #[must_use]
    pub fn hides(&self, field: &str) -> bool {
        let named = |names: &[String]| names.iter().any(|name| name == field);
        let dated = || {
            let mut all = self.lite.iter().chain(&self.full);
            all.any(|known| known.name == field && known.kind == FieldType::Date)
        };
        self.sensitive
            && !(["_id", "id", "_id / id"].contains(&field)
                || field == self.sort_field
                || named(&self.title)
                || named(&self.business_key)
                || dated())
    }

    /// A lite field.
    #[must_use]
    pub fn lite_field(&self, name: &str) -> Option<&Field> {
        self.lite.iter().find(|field| field.name == name)
    }

    /// A field that only the full value has.
    #[must_use]
    pub fn full_field(&self, name: &str) -> Option<&Field> {
        self.full.iter().find(|field| field.name == name)
    }

    /// The lite fields that the full value must repeat, in order: all but `_id` and those that
    /// only MongoDB decides.
    pub fn compared(&self) -> impl Iterator<Item = &Field> {
        self.lite
            .iter()
            .filter(|field| field.name != "_id" && !field.is_mongo_only())
    }

    /// The fields of a full value whose type is known: the compared ones and the full-only ones.
    pub fn projects(&self) -> impl Iterator<Item = &Field> {
        self.compared().chain(&self.full)
    }
}

/// All that is known beforehand.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalog {
    /// The collections.
    pub collections: Vec<Model>,
    /// Names that hold no data and are not shown; a trailing `*` stands for any ending.
    pub hidden: Vec<String>,
}

static BUILTIN: LazyLock<Catalog> = LazyLock::new(|| {
    // A table that does not parse is found by the test below, never by a person.
    serde_json::from_str(include_str!("../../assets/collections.json")).unwrap_or_default()
});

impl Catalog {
    /// The table that is compiled in.
    #[must_use]
    pub fn builtin() -> &'static Self {
        &BUILTIN
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn model(name: &str) -> &'static Model {
        Catalog::builtin().get(&Collection::new(name)).unwrap()
    }

    #[test]
    fn the_table_parses_and_holds_every_collection_once() {
        let text = include_str!("../../assets/collections.json");
        let parsed: Catalog = serde_json::from_str(text).unwrap();
        let names: HashSet<_> = parsed.collections.iter().map(|m| &m.name).collect();
        assert_eq!((names.len(), parsed.collections.len()), (16, 16));
        let dual = |layout| {
            let all = &Catalog::builtin().collections;
            all.iter().filter(|m| m.stored == layout).count()
        };
        assert_eq!(dual(Layout::Dual), 14);
        assert_eq!(dual(Layout::DualInJanuary), 1);
        assert_eq!(dual(Layout::MongoOnly), 1);
    }

    #[test]
    fn every_model_holds_together() {
        for model in &Catalog::builtin().collections {
            let name = &model.name;
            assert_eq!(model.lite[0].name, "_id", "{name}");
            assert_eq!(model.lite[0].kind, FieldType::ObjectId, "{name}");
            let fields: Vec<_> = model.lite.iter().chain(&model.full).collect();
            let once: HashSet<_> = fields.iter().map(|f| &f.name).collect();
            assert_eq!(once.len(), fields.len(), "{name}: a field stands twice");
            assert!(model.lite_field(&model.sort_field).is_some(), "{name}");
            for named in model.title.iter().chain(&model.business_key) {
                assert!(once.contains(named), "{name}.{named}");
            }
            let nested = |f: &Field| f.kind == FieldType::Nested;
            assert!(
                !model.lite.iter().any(nested),
                "{name}: lite holds no sub-document"
            );
            let marks = model.lite.iter().filter(|f| f.is_mongo_only()).count();
            assert_eq!(marks, if model.soft_delete { 3 } else { 0 }, "{name}");
        }
    }

    #[test]
    fn the_facts_that_rules_lean_on_are_in_the_table() {
        let only = |test: fn(&Model) -> bool| -> Vec<_> {
            let all = Catalog::builtin().collections.iter();
            all.filter(|m| test(m)).map(|m| m.name.as_str()).collect()
        };
        assert_eq!(only(|m| m.soft_delete), ["memcells"]);
        assert_eq!(only(|m| m.sensitive), ["user_secrets"]);
        let dated: Vec<_> = Catalog::builtin()
            .collections
            .iter()
            .filter(|m| {
                m.lite_field("timestamp")
                    .is_some_and(|f| f.kind == FieldType::Date)
            })
            .map(|m| m.name.as_str())
            .collect();
        assert_eq!(
            dated,
            [
                "memcells",
                "episodic_memories",
                "event_log_records",
                "behavior_histories"
            ]
        );
        let text = |name: &str, field: &str| model(name).lite_field(field).unwrap().kind;
        assert_eq!(text("foresight_records", "start_time"), FieldType::String);
        assert_eq!(
            text("conversation_metas", "conversation_created_at"),
            FieldType::String
        );
        assert_eq!(
            text("memory_request_logs", "message_create_time"),
            FieldType::String
        );
        assert!(
            model("episodic_memories")
                .full_field("episode")
                .unwrap()
                .is_required()
        );
        assert!(
            !model("cluster_states")
                .full_field("cluster_ids")
                .unwrap()
                .is_required()
        );
        assert_eq!(model("core_memories").business_key, ["user_id", "version"]);
        assert!(model("user_secrets").full.is_empty());
    }

    #[test]
    fn what_is_compared_is_the_lite_set_without_id_and_delete_marks() {
        let names: Vec<_> = model("memcells")
            .compared()
            .map(|f| f.name.as_str())
            .collect();
        let expected = [
            "user_id",
            "timestamp",
            "group_id",
            "participants",
            "type",
            "keywords",
            "created_at",
            "updated_at",
        ];
        assert_eq!(names, expected);
        assert_eq!(model("memcells").projects().count(), 16);
    }

    #[test]
    fn of_secrets_only_ids_names_and_dates_are_shown() {
        let secrets = model("user_secrets");
        let shown = ["_id", "id", "_id / id", "user_id", "created_at"];
        assert!(!shown.into_iter().any(|name| secrets.hides(name)));
        let hidden = ["api_key", "zerog_wallet_key", "unheard_of", "user_id.key"];
        assert!(hidden.into_iter().all(|name| secrets.hides(name)));
        assert!(!model("memcells").hides("api_key"));
    }

    #[test]
    fn helper_collections_are_hidden() {
        let hides = |name| Catalog::builtin().hides(&Collection::new(name));
        assert!(hides("EventLogRecordProjection"));
        assert!(hides("system.profile"));
        assert!(!hides("systematic"));
        assert!(!hides("memcells"));
    }
}
