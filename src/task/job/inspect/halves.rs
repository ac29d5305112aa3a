//! One document from both stores at the same time. A store that is silent does not hold back what
//! the other one has; what it has not said is never taken as said.

use std::time::{Duration, Instant};

use super::super::{Failure, World, look};
use super::{Silence, sights};
use crate::domain::document::Sight;
use crate::domain::full::Stored;
use crate::domain::{Bson, Diagnosis, Document, Key, Lite, Version, Window, diagnose};
use crate::store::error::{Kind, Retry, StoreError};
use crate::store::port::{Got, Want};

/// Both halves.
pub(super) struct Halves {
    pub(super) document: Document,
    pub(super) twins: usize,
    pub(super) diagnosis: Diagnosis,
    pub(super) took: Duration,
    pub(super) silent: bool,
}

/// What one store says of its half.
struct Half<T> {
    sight: Sight<T>,
    /// There was no answer, and there may be one when it is asked again.
    silent: bool,
}

impl<T> Half<T> {
    fn seen(value: T) -> Self {
        Self::told(Sight::Seen(value))
    }

    fn told(sight: Sight<T>) -> Self {
        let silent = false;
        Self { sight, silent }
    }

    fn unanswered(error: StoreError) -> Self {
        Self {
            silent: error.retry != Retry::Never,
            sight: Sight::Unknown(error.message.into()),
        }
    }
}

/// Reads both halves.
///
/// # Errors
/// Neither store answers.
pub(super) async fn read(
    world: &World,
    key: &Key,
    id: Option<&Bson>,
    at: Option<Version>,
) -> Result<Halves, Failure> {
    let start = Instant::now();
    let ((lite, twins), (stored, window)) =
        tokio::join!(lite_half(world, key, id), full_half(world, key, at));
    let took = start.elapsed();
    if let (Sight::Unknown(why), Sight::Unknown(_)) = (&lite.sight, &stored.sight) {
        return Err(Failure {
            said: format!("neither store answers for {key}: {why}"),
            hint: Kind::Unreachable.hint().to_owned(),
            kind: Kind::Unreachable.name(),
            again: true,
        });
    }
    let silent = lite.silent || stored.silent;
    let document = Document {
        key: key.clone(),
        lite: lite.sight,
        stored: stored.sight,
    };
    let diagnosis = if let Some(at) = at {
        Diagnosis::as_of(at, &document.stored, window)
    } else {
        look::note(
            world,
            &key.collection,
            std::slice::from_ref(&document.stored),
        )
        .await;
        diagnose(&document, &world.outlook(&key.collection, window))
    };
    Ok(Halves {
        document,
        twins,
        diagnosis,
        took,
        silent,
    })
}

async fn lite_half(world: &World, key: &Key, id: Option<&Bson>) -> (Half<Option<Lite>>, usize) {
    let ids = id.map_or_else(|| key.id_candidates(), |id| vec![id.clone()]);
    match world.services.index.by_ids(&key.collection, &ids).await {
        Ok(mut found) => {
            // Candidates come likeliest first; the server answers in its own order.
            found.sort_by_key(|lite| ids.iter().position(|id| *id == lite.id));
            let twins = found.len().saturating_sub(1);
            (Half::seen(found.into_iter().next()), twins)
        }
        Err(error) => (Half::unanswered(error), 0),
    }
}

async fn full_half(world: &World, key: &Key, at: Option<Version>) -> (Half<Stored>, Window) {
    let Some(version) = at else {
        // The one answer carries the reason.
        let mut silence = Silence::default();
        let (mut sights, window) = sights(world, std::slice::from_ref(key), &mut silence).await;
        let half = Half {
            sight: sights.pop().unwrap_or(Sight::Unchecked),
            silent: silence.again,
        };
        return (half, window);
    };
    let values = match &world.services.values {
        Ok(values) => values,
        Err(why) => {
            let sight = Sight::Unknown(why.as_str().into());
            return (Half::told(sight), Window::default());
        }
    };
    let window = match world.window().await {
        Ok(window) => window,
        Err(error) => return (Half::unanswered(error), Window::default()),
    };
    let want = Want {
        key: key.clone(),
        at: Some(version),
        known: None,
    };
    let half = match values.get(&[want]).await.map(|mut answers| answers.pop()) {
        Ok(Some(Ok(Got::Stored(stored)))) => Half::seen(stored),
        Ok(Some(Ok(Got::Unchanged(_))) | None) => Half::told(Sight::Unchecked),
        Ok(Some(Err(error))) | Err(error) => Half::unanswered(error),
    };
    (half, window)
}
