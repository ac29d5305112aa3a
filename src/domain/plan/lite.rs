//! Writes that touch MongoDB alone: the marks of a soft delete, and the lite document made again.

use std::sync::Arc;

use super::edit::Desk;
use super::project;
use super::validate::{Refusal, Why};
use super::{Action, FieldWrite, LiteWrite, Plan};
use crate::domain::bson::Bson;
use crate::domain::compare::{self, Pair};
use crate::domain::diagnose::{Verdict, surplus};
use crate::domain::document::Lite;
use crate::domain::full::{Full, Stored};
use crate::domain::json::Json;
use crate::domain::model::Model;

/// Sets the three marks the way the service does for many (its number is the time in microseconds).
///
/// # Errors
/// A collection without the marks, a document that is not listed, or one that has them already.
pub fn soft_delete(desk: Desk<'_>, by: Option<&str>) -> Result<Plan, Refusal> {
    let instead = match &desk.before.stored {
        Some(Stored::Value { .. }) => "delete it with a tombstone instead",
        _ => "delete takes the document from MongoDB, undo lists it again",
    };
    let lite = marked(&desk).map_err(|refusal| refusal.unmarked(instead))?;
    if lite.is_soft_deleted() {
        return Err(Refusal::new(Why::Nothing, "it is soft-deleted already"));
    }
    let by = by.map_or(Bson::Null, |name| Bson::String(name.to_owned()));
    let marks = [
        ("deleted_at", Bson::Date(desk.now.div_euclid(1000))),
        ("deleted_by", by),
        ("deleted_id", Bson::Int64(desk.now)),
    ];
    let write = update(lite, marks);
    Ok(desk.lite_only(Action::SoftDelete, write))
}

/// Takes the three marks back, also those that are left of a delete that is none.
///
/// # Errors
/// A collection without the marks, a document that is not listed, or one that is alive.
pub fn restore(desk: Desk<'_>) -> Result<Plan, Refusal> {
    let instead = match &desk.before.stored {
        Some(Stored::Tombstone { .. }) => {
            "put-back writes an older version of the value that was deleted"
        }
        _ => "nothing was written",
    };
    let lite = marked(&desk).map_err(|refusal| refusal.unmarked(instead))?;
    let deleted = lite.is_soft_deleted();
    if !deleted && !lite.has_stray_marks() {
        return Err(Refusal::new(Why::Nothing, "it is not soft-deleted"));
    }
    let marks = [
        ("deleted_at", Bson::Null),
        ("deleted_by", Bson::Null),
        ("deleted_id", Bson::Int32(0)),
    ];
    // Of a document that is alive, only what is set goes: the rest is not this write's to touch.
    let marks = marks
        .into_iter()
        .filter(|(name, _)| deleted || lite.is_marked(name));
    let write = update(lite, marks);
    Ok(desk.lite_only(Action::Restore, write))
}

/// Makes the lite document say what the full value says: every field that differs or has the wrong
/// type, or the whole document when there is none. `_id` and the marks stay; nothing is stamped. Where
/// the two sides agree and MongoDB holds the whole document, what belongs into the value alone goes
/// from there, since the value has it too.
///
/// # Errors
/// No readable value to make it from, a collection that is not stored twice, nothing to do, or a
/// field that MongoDB alone has and that would be lost.
pub fn rebuild(desk: Desk<'_>) -> Result<Plan, Refusal> {
    let json = json_of(&desk)?;
    let lite = match &desk.before.lite {
        None => LiteWrite::Insert(project::fresh(&json, desk.dual()?, &desk.id())?),
        Some(lite) => {
            let differing = differing(&desk, lite, &json)?;
            LiteWrite::Update(if differing.is_empty() {
                reducing(&desk, lite, &json)?
            } else {
                differing
            })
        }
    };
    if matches!(&lite, LiteWrite::Update(fields) if fields.is_empty()) {
        let said = "the lite document says what the full value says";
        return Err(Refusal::new(Why::Nothing, said));
    }
    Ok(desk.lite_only(Action::RebuildLite, lite))
}

fn json_of(desk: &Desk<'_>) -> Result<Arc<Json>, Refusal> {
    let stored = desk.stored()?;
    let Some(json) = stored.full().and_then(Full::json) else {
        let said = "there is no readable value to make the lite document from";
        let listed = desk.before.lite.is_some();
        let hint = match stored {
            Stored::Absent if desk.dual().is_ok() => {
                "a first value has to be written before (put, or edit on the screen)"
            }
            Stored::Absent => "it has no full values; nothing was written",
            Stored::Tombstone { .. } if listed => {
                "put-back brings an older version back, delete finishes the delete"
            }
            Stored::Tombstone { .. } if desk.dual().is_ok() => {
                "put-back brings an older version back"
            }
            Stored::Tombstone { .. } => "it is deleted in both stores; nothing was written",
            Stored::Value { .. } => "put-back an older version that can be read, or put another",
        };
        return Err(Refusal::new(Why::State, said).hint(hint));
    };
    super::validate::validate(desk.key, json, None, desk.model).map_err(|refusal| {
        let hint = format!("edit {} mends the value; nothing was written", desk.key);
        refusal.hint(hint)
    })?;
    Ok(Arc::clone(json))
}

fn marked<'a>(desk: &'a Desk<'_>) -> Result<&'a Lite, Refusal> {
    let known = desk.model.is_some_and(|model: &Model| model.soft_delete);
    let has = |lite: &Lite| lite.get("deleted_at").is_some() && lite.get("deleted_id").is_some();
    let Some(lite) = &desk.before.lite else {
        return Err(Refusal::new(Why::State, "MongoDB does not list it"));
    };
    if known || (desk.model.is_none() && has(lite)) {
        return Ok(lite);
    }
    let said = format!("{} has no delete marks", desk.key.collection);
    Err(Refusal::new(Why::Unsupported, said))
}

/// An update of those fields that do not hold the wanted value yet.
fn update<'a>(lite: &Lite, wanted: impl IntoIterator<Item = (&'a str, Bson)>) -> LiteWrite {
    let changed = wanted
        .into_iter()
        .filter(|(name, value)| lite.get(name) != Some(value));
    LiteWrite::Update(
        changed
            .map(|(name, value)| (name.to_owned(), Some(value)))
            .collect(),
    )
}

/// The fields that the comparison finds different, as the full value says them.
fn differing(desk: &Desk<'_>, lite: &Lite, json: &Json) -> Result<Vec<FieldWrite>, Refusal> {
    let pair = Pair {
        key: desk.key,
        lite,
        json,
    };
    let mut fields = Vec::new();
    for row in compare::rows(pair, desk.model) {
        let settled = matches!(row.verdict, Verdict::Same | Verdict::NotCompared);
        if settled || row.name == compare::ID_ROW {
            continue;
        }
        fields.extend(desk.field(lite, json, &row.name)?);
    }
    Ok(fields)
}

/// The fields that belong into the value alone, taken out of MongoDB's document. Each has to stand in
/// the value with the same content.
fn reducing(desk: &Desk<'_>, lite: &Lite, json: &Json) -> Result<Vec<FieldWrite>, Refusal> {
    let Some(model) = desk.model.filter(|model| model.is_dual()) else {
        return Ok(Vec::new());
    };
    let names = surplus(lite, model);
    let kept = |name: &str| {
        let (held, member) = (lite.get(name), json.get(json.root(), name));
        match (held, member) {
            (None | Some(Bson::Null), None) => true,
            (Some(held), Some(at)) => compare::same(held, json, at),
            _ => false,
        }
    };
    let lost: Vec<&str> = names.iter().copied().filter(|name| !kept(name)).collect();
    if lost.is_empty() {
        return Ok(names
            .into_iter()
            .map(|name| (name.to_owned(), None))
            .collect());
    }
    let said = format!(
        "MongoDB's document holds {}, and the value does not say the same: it is not taken out",
        lost.join(", ")
    );
    let hint = "edit puts it into the value first; nothing was written";
    Err(Refusal::new(Why::State, said).hint(hint))
}
