//! What a lite document holds beyond a lite document: fields of the full value, as data from before
//! the documents were stored twice has them.

use crate::domain::bson::Bson;
use crate::domain::document::Lite;
use crate::domain::model::Model;

/// Names of lite fields that belong into the full value only: declared there, or sub-documents.
#[must_use]
pub fn surplus<'a>(lite: &'a Lite, model: &Model) -> Vec<&'a str> {
    let fields = lite.fields.0.iter();
    fields
        .filter(|(name, value)| {
            let nested = matches!(value, Bson::Document(_));
            name != "_id"
                && model.lite_field(name).is_none()
                && (nested || model.full_field(name).is_some())
        })
        .map(|(name, _)| name.as_str())
        .collect()
}
