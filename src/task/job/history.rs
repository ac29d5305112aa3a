//! The versions of one value. Where the node's history begins later than the stream, what is older
//! is unknown, and the answer says so with the node's reach.

use super::{Failure, Outcome, World, no_values};
use crate::domain::intent::When;
use crate::domain::{Head, Key, Version};
use crate::task::event::Versions;

/// Versions and sizes at or below `from`, the newest first; no bytes.
pub(super) async fn versions(
    world: &World,
    key: &Key,
    from: Option<Version>,
    limit: usize,
) -> Result<Outcome, Failure> {
    let values = world.services.values.as_ref();
    let values = values.map_err(|why| no_values(why))?;
    // The reach is asked for first: what is not listed then was not applied before.
    let window = world.window().await?;
    let page = values.history(key, from, limit).await?;
    let tombstones = page.rows.iter().filter_map(|head| match head {
        Head::Tombstone(version) => Some(*version),
        Head::Absent | Head::Value { .. } => None,
    });
    let tombstones: Vec<Version> = tombstones.collect();
    Ok(Outcome::Versions(Box::new(Versions {
        key: key.clone(),
        deleted: deleted(world, key, &tombstones),
        page,
        window,
    })))
}

/// When those of the tombstones were written that the journal of this machine knows. A journal that
/// can't be read knows none.
pub(super) fn deleted(world: &World, key: &Key, tombstones: &[Version]) -> Vec<(Version, When)> {
    let Some(journal) = world.journal.as_ref().filter(|_| !tombstones.is_empty()) else {
        return Vec::new();
    };
    let survey = journal.survey().unwrap_or_default();
    let place = world.place();
    let when = |version: &Version| {
        let stories = survey.entries.iter().map(|entry| &entry.story);
        Some((*version, When::written(stories, (&place, key, *version))?))
    };
    tombstones.iter().filter_map(when).collect()
}
