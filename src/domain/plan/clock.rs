//! The time of an edit. `updated_at` tells which half is newer, so it never goes backwards: where
//! this machine's clock is behind what is stored, the edit takes the next instant after that, and
//! the review says so.

use super::Before;
use crate::domain::bson::Bson;
use crate::domain::full::Full;
use crate::domain::time;

/// The later `updated_at` of the two halves, in microseconds since 1970.
fn stored(before: &Before) -> Option<i64> {
    let lite = before.lite.as_ref().and_then(|lite| lite.get("updated_at"));
    let lite = lite.and_then(|at| match at {
        Bson::Date(ms) => Some(ms.saturating_mul(1000)),
        Bson::String(text) => time::parse(text).map(|at| at.micros),
        _ => None,
    });
    let json = before.full().and_then(Full::json);
    let full = json.and_then(|json| {
        let text = json.string(json.get(json.root(), "updated_at")?)?;
        time::parse(&text).map(|at| at.micros)
    });
    lite.max(full)
}

/// The instant that an edit is stamped with at `now`, in microseconds since 1970: later than what
/// is stored, also in MongoDB's milliseconds.
pub(super) fn stamp(before: &Before, now: i64) -> i64 {
    match stored(before) {
        Some(stored) if stored.div_euclid(1000) >= now.div_euclid(1000) => {
            (stored.div_euclid(1000) + 1).saturating_mul(1000)
        }
        _ => now,
    }
}

/// What is to be known before an edit is agreed to, where this machine's clock (microseconds since
/// 1970) is behind what is stored.
#[must_use]
pub fn behind(before: &Before, now: i64) -> Option<String> {
    let stored = stored(before).filter(|stored| *stored > now)?;
    let said = |micros: i64| time::iso(micros.div_euclid(1000)).unwrap_or_else(|| "?".to_owned());
    Some(format!(
        "updated_at is {} and this machine's clock says {}: one of the two clocks is wrong; the \
         edit takes the next instant after what is stored, so that time does not go backwards",
        said(stored),
        said(now)
    ))
}
