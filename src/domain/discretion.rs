//! What must not be asked for while it is masked: which documents come, and in which order, tells
//! a hidden value piece by piece.
//!
//! One rule for the screen and the command line; what is masked at all is [`Model::hides`].

use super::bson::{Bson, Document};
use super::model::Model;
use super::query::{Filter, Sort};

/// A question that would tell what is masked.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Masked {
    /// A field that is masked.
    #[error("{name} of {collection} is masked and can't be asked for")]
    Field {
        /// Its path as it was asked for.
        name: String,
        /// Its collection.
        collection: String,
    },
    /// An operator that can reach any field.
    #[error("{name} can reach what {collection} masks")]
    Operator {
        /// Its name, with the `$`.
        name: String,
        /// The collection that is asked.
        collection: String,
    },
}

impl Masked {
    /// The field or operator.
    #[must_use]
    pub fn name(&self) -> &str {
        let (Self::Field { name, .. } | Self::Operator { name, .. }) = self;
        name
    }
}

/// The first thing in a question that would tell what the collection masks.
#[must_use]
pub fn masked(model: Option<&Model>, filter: &Filter, sort: &Sort) -> Option<Masked> {
    let model = model.filter(|model| model.sensitive)?;
    let clauses = filter.clauses.iter().map(|clause| clause.path.as_str());
    let asked = clauses
        .chain([sort.field.as_str()])
        .find(|path| model.hides(path));
    let of_query = || {
        let query = filter.raw.as_ref();
        query.and_then(|query| hidden_in(query, model))
    };
    let name = asked.or_else(of_query)?.to_owned();
    let collection = model.name.clone();
    Some(if name.starts_with('$') {
        Masked::Operator { name, collection }
    } else {
        Masked::Field { name, collection }
    })
}

/// The first name in a MongoDB query that may lead to something masked. Of operators only those
/// that join conditions are looked into; any other beside fields can reach every field.
fn hidden_in<'a>(query: &'a Document, model: &Model) -> Option<&'a str> {
    query
        .0
        .iter()
        .find_map(|(name, value)| match (name.as_str(), value) {
            ("$and" | "$or" | "$nor", Bson::Array(conditions)) => {
                conditions.iter().find_map(|condition| match condition {
                    Bson::Document(condition) => hidden_in(condition, model),
                    _ => None,
                })
            }
            ("$comment", _) => None,
            (name, _) if name.starts_with('$') || model.hides(name) => Some(name),
            _ => None,
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::filter::parse;
    use crate::domain::{Catalog, Collection};

    fn told(collection: &str, line: &str, sort: &str) -> Option<String> {
        let model = Catalog::builtin().get(&Collection::new(collection));
        let filter = parse(line, &[], &[], 0).unwrap().filter;
        let field = sort.to_owned();
        let descending = true;
        let found = masked(model, &filter, &Sort { field, descending });
        found.map(|masked| masked.name().to_owned())
    }

    #[test]
    fn what_is_masked_is_neither_a_condition_nor_an_order() {
        let secret = |line, sort| told("user_secrets", line, sort);
        assert_eq!(secret("api_key:~D", "_id").as_deref(), Some("api_key"));
        assert_eq!(secret("", "api_key").as_deref(), Some("api_key"));
        let raw = r#"{"$or": [{"user_id": "a"}, {"api_key": "b"}]}"#;
        assert_eq!(secret(raw, "_id").as_deref(), Some("api_key"));
        let any = r#"{"$expr": {"$gt": ["$api_key", "a"]}}"#;
        assert_eq!(secret(any, "_id").as_deref(), Some("$expr"));
        assert_eq!(secret("user_id:a", "user_id"), None);
        assert_eq!(told("memcells", "api_key:a", "api_key"), None);
    }
}
