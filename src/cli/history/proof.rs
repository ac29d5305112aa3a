//! What proves that a key was deleted: at which version, what was there before, and when, as far as
//! anybody can know. A KV node keeps no times; our journal knows those of our own writes, and the
//! content before says when it was changed last.

use super::super::record::Object;
use crate::cli::exit::{Exit, Stop};
use crate::cli::output::Output;
use crate::cli::session::{Session, mismatch};
use crate::domain::full::{Full, Stored};
use crate::domain::intent::When;
use crate::domain::text::clean;
use crate::domain::{Bson, Key, Version, compare, time};
use crate::task::{Outcome, TaskSpec};

/// What the versions say.
#[derive(Clone, Copy)]
pub(super) struct Deleted {
    /// The tombstone's version, the newest one.
    pub(super) at: Version,
    /// Versions with content before it.
    pub(super) live: usize,
    /// The newest of them, and its stored bytes.
    pub(super) last: Option<(Version, u64)>,
}

/// Tells the proof.
pub(super) async fn tell(
    session: &mut Session,
    (key, deleted): (&Key, Deleted),
    out: &mut Output,
) -> Result<(), Stop> {
    let when = when(session, key, deleted.at).await?;
    let not_before = match (&when, deleted.last) {
        (When::Journal { sent, .. }, _) => Some(*sent),
        (_, Some((version, _))) => changed(session, key, version).await?,
        (_, None) => None,
    };
    if out.style.json {
        return out.json(&object(key, deleted, (&when, not_before)));
    }
    let Deleted { at, live, last } = deleted;
    let said = match last {
        Some((version, size)) => format!(
            "deleted at version {}: {live} versions with content before, the last one {version} \
             with {size} bytes",
            at.0
        ),
        None => format!("deleted at version {}: nothing seen before it", at.0),
    };
    out.line(&said)?;
    out.line(&clean(&when.said()))?;
    let by_text = !matches!(when, When::Journal { .. });
    if let Some(at) = not_before.filter(|_| by_text).and_then(time::iso) {
        out.line(&format!(
            "not before {at}, by updated_at of the last content"
        ))?;
    }
    Ok(())
}

fn object(key: &Key, deleted: Deleted, (when, not_before): (&When, Option<i64>)) -> Object {
    let mut object = Object::with_schema();
    object.put("key", &key.to_string());
    object.put("version", &deleted.at);
    object.put("state", "deleted");
    object.put("live", &deleted.live);
    object.put("last", &deleted.last.map(|(version, _)| version));
    object.put("last_size", &deleted.last.map(|(_, size)| size));
    let (seen, intent) = match when {
        When::Journal { seen, intent, .. } => (Some(*seen), Some(&*intent.0)),
        When::Marked { .. } | When::Unknown => (None, None),
    };
    let marked = match when {
        When::Marked { at } => Some(*at),
        When::Journal { .. } | When::Unknown => None,
    };
    object.put("when", &seen.and_then(time::iso));
    object.put("when_by", &seen.map(|_| "journal"));
    object.put("intent", &intent);
    object.put("not_before", &not_before.and_then(time::iso));
    object.put("soft_deleted", &marked.and_then(time::iso));
    object
}

async fn when(session: &mut Session, key: &Key, at: Version) -> Result<When, Stop> {
    let survey = session.journal().survey();
    let stories = survey.entries.iter().map(|entry| &entry.story);
    if let Some(ours) = When::written(stories, (&session.place, key, at)) {
        return Ok(ours);
    }
    let seen = inspect(session, key, None).await?;
    Ok(When::listed(seen.as_ref().and_then(|seen| seen.lite())))
}

/// When the content of a version was changed, by its own word (ms since 1970).
async fn changed(session: &mut Session, key: &Key, version: Version) -> Result<Option<i64>, Stop> {
    let seen = inspect(session, key, Some(version)).await?;
    let stored = seen.as_ref().and_then(|seen| seen.document.stored.seen());
    let json = stored.and_then(Stored::full).and_then(Full::json);
    Ok(json.and_then(|json| {
        let at = json.get(json.root(), "updated_at")?;
        let text = json.string(at)?.into_owned();
        compare::instant(&Bson::String(text))
    }))
}

/// The document; `None` where a store does not answer, which is no reason to tell nothing.
async fn inspect(
    session: &mut Session,
    key: &Key,
    at: Option<Version>,
) -> Result<Option<crate::task::event::Inspection>, Stop> {
    let spec = TaskSpec::Inspect {
        key: key.clone(),
        id: None,
        at,
    };
    match session.ask(spec).await {
        Ok(Outcome::Inspection(inspection)) => Ok(Some(*inspection)),
        Ok(_) => Err(mismatch()),
        Err(Stop::Fault(fault)) if fault.exit == Exit::Unreachable => Ok(None),
        Err(stop) => Err(stop),
    }
}
