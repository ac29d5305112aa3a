//! States in words: one line, never a whole long value.

use super::super::bson::date_text;
use super::super::compare::{self, cut};
use super::super::document::Lite;
use super::super::state::{Newer, State};
use super::super::time;
use super::{FieldRow, LINE, VALUE, Verdict};

/// `drifted: full is newer by 4.2 s · sync_status 0 → 1`; an arrow goes from the older half to the
/// newer one.
pub(super) fn drift(rows: &[FieldRow], newer: Newer, by: u64) -> String {
    let mut said = match newer {
        Newer::Neither => "drifted, neither is newer".to_owned(),
        half => format!("drifted: {} is newer by {}", half.name(), time::span(by)),
    };
    let differing = rows.iter().filter(|row| row.drifts());
    let mut left: Vec<_> = differing.filter(|row| row.name != "updated_at").collect();
    left.reverse();
    if left.is_empty() && newer != Newer::Neither {
        return said + ", nothing else differs";
    }
    while let Some(row) = left.pop() {
        let part = format!(" · {}", difference(row, newer));
        let tail = if left.is_empty() {
            0
        } else {
            " · +99 more".len()
        };
        if said.chars().count() + part.chars().count() + tail > LINE {
            return said + &format!(" · +{} more", left.len() + 1);
        }
        said += &part;
    }
    said
}

fn difference(row: &FieldRow, newer: Newer) -> String {
    let name = cut(&row.name, 2 * VALUE);
    match row.verdict {
        Verdict::MissingInLite | Verdict::MissingInFull => return format!("{name} {}", row.said),
        _ => {}
    }
    let side = |text: Option<&str>| cut(text.unwrap_or("–"), VALUE);
    let lite = side(row.lite.as_ref().map(|(text, _)| text.as_str()));
    let full = side(row.full.as_deref());
    match newer {
        _ if lite == full => format!("{name} {}", row.said),
        Newer::Full => format!("{name} {lite} → {full}"),
        Newer::Lite => format!("{name} {full} → {lite}"),
        Newer::Neither => format!("{name} {lite} ≠ {full}"),
    }
}

/// `timestamp is text, should be a date`, if a row says so.
pub(super) fn type_drift(rows: &[FieldRow]) -> Option<String> {
    let mut wrong = rows.iter().filter(|row| row.verdict == Verdict::Type);
    let first = wrong.next()?;
    let more = match wrong.count() {
        0 => String::new(),
        many => format!(" · +{many} more"),
    };
    Some(format!("{} {}{more}", first.name, first.said))
}

/// `the whole document sits in MongoDB: summary, episode`
pub(super) fn held(names: &[&str]) -> String {
    let more = match names.len() {
        0..=3 => String::new(),
        many => format!(" and {} more", many - 3),
    };
    let first = names.iter().take(3).copied().collect::<Vec<_>>().join(", ");
    let said = State::FullInMongo.row().said;
    format!("{said}: {}{more}", cut(&first, LINE / 3))
}

/// `soft-deleted 2026-01-20 14:13:08 (value kept)`
pub(super) fn soft_deleted(lite: &Lite) -> String {
    match lite.get("deleted_at").and_then(compare::instant) {
        Some(at) => format!("soft-deleted {} (value kept)", date_text(at)),
        None => State::SoftDeleted.row().said.to_owned(),
    }
}
