//! Whether a collection that nobody knows beforehand is stored twice.
//!
//! "No value for any of these documents" is taken as an answer only from a node that could have
//! seen one; everything else is "can't tell", and the rows are looked at like those of any other
//! collection.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use super::{Failure, Outcome, World};
use crate::domain::{Collection, Filter, Head, Key, Place, Query, Sight, Sort, Stored};
use crate::store::error::StoreError;

/// Documents whose values are looked for.
const SAMPLE: u32 = 5;

/// What was found by looking, in this session: whether a collection has values.
#[derive(Debug, Default)]
pub(super) struct Kinds(Mutex<HashMap<Collection, bool>>);

impl Kinds {
    pub(super) fn get(&self, collection: &Collection) -> Option<bool> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(collection).copied()
    }

    /// Notes an answer. One value is proof; its absence from a sample takes no proof back.
    fn note(&self, collection: &Collection, dual: bool) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = known.entry(collection.clone()).or_insert(dual);
        *entry |= dual;
    }
}

/// A collection without a model is stored twice if any of its first documents ever had a value.
pub(super) async fn look(
    world: &World,
    collection: &Collection,
    token: &CancellationToken,
) -> Result<Outcome, Failure> {
    let dual = has_values(world, collection, token).await?;
    if let Some(dual) = dual {
        world.kinds.note(collection, dual);
    }
    Ok(Outcome::Look(collection.clone(), dual))
}

/// Whether documents have values; `None` when it can't be told.
///
/// # Errors
/// The index's; a value store that does not answer is `None`.
async fn has_values(
    world: &World,
    collection: &Collection,
    token: &CancellationToken,
) -> Result<Option<bool>, StoreError> {
    let Ok(values) = &world.services.values else {
        return Ok(None);
    };
    if !collection.makes_keys() {
        return Ok(Some(false));
    }
    // The reach is asked for first: what is absent then was not applied before.
    let Ok(window) = world.window().await else {
        return Ok(None);
    };
    if window.held == Some(false) {
        return Ok(None);
    }
    let query = Query {
        collection: collection.clone(),
        filter: Filter::default(),
        sort: Sort::by_id(true),
        from: Place::First,
        limit: SAMPLE,
    };
    let page = world.services.index.page(&query, token).await?;
    let keys: Vec<Key> = page.rows.iter().map(|lite| lite.key(collection)).collect();
    if keys.is_empty() {
        return Ok(None);
    }
    let Ok(heads) = values.heads(&keys, None).await else {
        return Ok(None);
    };
    let found = heads.iter().any(|head| *head != Head::Absent);
    Ok(match window.blind() {
        Some(_) if !found => None,
        _ => Some(found),
    })
}

/// Before documents of a collection that nobody knows are judged by what the value store has of
/// them: whether they are stored twice at all. Asked once, and only when a value is missing.
pub(super) async fn note(world: &World, collection: &Collection, sights: &[Sight<Stored>]) {
    if world.catalog.get(collection).is_some() {
        return;
    }
    let seen = |test: fn(&Stored) -> bool| {
        let mut all = sights.iter().filter_map(Sight::seen);
        all.any(test)
    };
    if seen(|stored| *stored != Stored::Absent) {
        world.kinds.note(collection, true);
    } else if seen(|stored| *stored == Stored::Absent) && world.kinds.get(collection).is_none() {
        // An index that does not answer leaves it open: the rows are judged without it.
        let dual = has_values(world, collection, &CancellationToken::new()).await;
        if let Ok(Some(dual)) = dual {
            world.kinds.note(collection, dual);
        }
    }
}
