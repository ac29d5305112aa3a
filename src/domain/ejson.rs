//! MongoDB extended JSON (v2): reading it relaxed, printing it relaxed or canonical.

use super::bson::Bson;

/// Relaxed extended JSON of a value, on one line.
#[must_use]
pub fn relaxed(value: &Bson) -> String {
    format!("{:?}", value.type_name())
}
