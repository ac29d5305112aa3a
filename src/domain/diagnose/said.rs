//! States in words, with the values that matter; the place where they are shown cuts.

use super::super::bson::date_text;
use super::super::compare;
use super::super::document::Lite;
use super::super::human;
use super::super::state::{Newer, State};
use super::super::text::Sentence;
use super::{FieldRow, Verdict};

/// `drifted: full is newer by 4.2 s · sync_status 0 → 1`; an arrow goes from the older half to the
/// newer one.
pub(super) fn drift(rows: &[FieldRow], newer: Newer, by: u64) -> Sentence {
    let said = Sentence::from(match newer {
        Newer::Neither => "drifted, neither is newer".to_owned(),
        half => format!("drifted: {} is newer by {}", half.name(), human::span(by)),
    });
    let differing = rows.iter().filter(|row| row.drifts());
    let mut others = differing.filter(|row| row.name != "updated_at").peekable();
    if others.peek().is_none() && newer != Newer::Neither {
        return said.ours(", nothing else differs");
    }
    others.fold(said, |said, row| difference(said.item(), row, newer))
}

fn difference(said: Sentence, row: &FieldRow, newer: Newer) -> Sentence {
    let said = said.name(&row.name).ours(" ");
    let lite = row.lite.as_ref().map(|(text, _)| text.as_str());
    let full = row.full.as_deref();
    let missing = matches!(row.verdict, Verdict::MissingInLite | Verdict::MissingInFull);
    if missing || lite == full {
        return said.ours(&row.said);
    }
    let (before, sign, after) = match newer {
        Newer::Full => (lite, " → ", full),
        Newer::Lite => (full, " → ", lite),
        Newer::Neither => (lite, " ≠ ", full),
    };
    let side = |said: Sentence, side: Option<&str>| match side {
        Some(text) => said.value(text),
        None => said.ours("–"),
    };
    side(side(said, before).ours(sign), after)
}

/// `timestamp is text, should be a date`, if a row says so.
pub(super) fn type_drift(rows: &[FieldRow]) -> Option<Sentence> {
    let mut wrong = rows.iter().filter(|row| row.verdict == Verdict::Type);
    let said = |said: Sentence, row: &FieldRow| said.name(&row.name).ours(" ").ours(&row.said);
    let first = said(Sentence::default(), wrong.next()?);
    Some(wrong.fold(first, |whole, row| said(whole.item(), row)))
}

/// `the whole document sits in MongoDB: summary, episode`
pub(super) fn held(names: &[&str]) -> Sentence {
    listed(&format!("{}: ", State::FullInMongo.row().said), names)
}

/// Some names of fields.
pub(super) fn listed(words: &str, names: &[&str]) -> Sentence {
    let said = |(said, first): (Sentence, bool), name: &&str| {
        (if first { said } else { said.ours(", ") }.name(name), false)
    };
    let start = (Sentence::new(words), true);
    names.iter().fold(start, said).0
}

/// `soft-deleted 2026-01-20 14:13:08 (value kept)`
pub(super) fn soft_deleted(lite: &Lite) -> Sentence {
    match lite.get("deleted_at").and_then(compare::instant) {
        Some(at) => format!("soft-deleted {} (value kept)", date_text(at)).into(),
        None => State::SoftDeleted.row().said.into(),
    }
}
