//! Documents: both halves read, decoded and compared.

use std::sync::Arc;
use std::time::Instant;

use super::{Failure, Outcome, Reporter, World};
use crate::domain::document::Sight;
use crate::domain::full::Stored;
use crate::domain::{
    Bson, Collection, Document, Head, Key, Lite, Outlook, Version, Window, diagnose,
};
use crate::store::error::{Kind, StoreError};
use crate::store::port::{Got, Values, Want};
use crate::task::event::{Inspection, Mark, What};

/// Rows whose values are read in one go: a screenful.
const CHUNK: usize = 50;

/// Looks at the values of some rows, a screenful at a time, and reports each as it is known.
pub(super) async fn marks(
    world: &World,
    collection: &Collection,
    rows: &[Arc<Lite>],
    reporter: &Reporter,
) -> Result<Outcome, Failure> {
    let mut done = 0;
    for chunk in rows.chunks(CHUNK) {
        let keys: Vec<Key> = chunk.iter().map(|lite| lite.key(collection)).collect();
        let (sights, window) = sights(world, &keys).await;
        let outlook = world.outlook(collection, window);
        let marks = chunk
            .iter()
            .zip(keys)
            .zip(sights)
            .map(|((lite, key), stored)| {
                let lite = Sight::Seen(Some(Lite::clone(lite)));
                mark(Document { key, lite, stored }, &outlook)
            });
        reporter
            .result(What::Part(Outcome::Marks(marks.collect())))
            .await;
        done += chunk.len();
        reporter.progress(done, rows.len());
    }
    Ok(Outcome::Done)
}

fn mark(document: Document, outlook: &Outlook<'_>) -> Mark {
    let diagnosis = diagnose(&document, outlook);
    let stored = document.stored.seen();
    Mark {
        head: stored.map(head_of),
        codec: stored
            .and_then(Stored::full)
            .and_then(crate::domain::Full::codec),
        key: document.key,
        diagnosis,
    }
}

fn head_of(stored: &Stored) -> Head {
    match stored {
        Stored::Absent => Head::Absent,
        Stored::Tombstone { version } => Head::Tombstone(*version),
        Stored::Value { version, full } => Head::Value {
            version: *version,
            size: full.raw.len() as u64,
        },
    }
}

/// What is known of the values of some keys. A store that does not answer makes them all unknown,
/// with its reason; that is an answer, not a failure.
async fn sights(world: &World, keys: &[Key]) -> (Vec<Sight<Stored>>, Window) {
    let values = match &world.services.values {
        Ok(values) => values,
        Err(why) => return (unknown(keys.len(), why), Window::default()),
    };
    // The reach is asked for first: what is absent then was not applied before.
    let window = match world.window().await {
        Ok(window) => window,
        Err(error) => return (unknown(keys.len(), &error.message), Window::default()),
    };
    let sights = match world.cache.read(&**values, keys).await {
        Ok(answers) => answers.into_iter().map(sight).collect(),
        Err(error) => unknown(keys.len(), &error.message),
    };
    (sights, window)
}

fn sight(answer: Result<Stored, StoreError>) -> Sight<Stored> {
    match answer {
        Ok(stored) => Sight::Seen(stored),
        Err(error) => Sight::Unknown(error.message.into()),
    }
}

fn unknown(count: usize, why: &str) -> Vec<Sight<Stored>> {
    vec![Sight::Unknown(why.into()); count]
}

/// Reads both halves of one document at the same time.
pub(super) async fn inspect(
    world: &World,
    key: &Key,
    id: Option<&Bson>,
    at: Option<Version>,
) -> Result<Outcome, Failure> {
    let start = Instant::now();
    let (lite, (stored, window)) =
        tokio::join!(lite_half(world, key, id), full_half(world, key, at));
    let took = start.elapsed();
    let (lite, twins) = lite;
    if let (Sight::Unknown(why), Sight::Unknown(_)) = (&lite, &stored) {
        return Err(Failure {
            said: format!("neither store answers for {key}: {why}"),
            hint: Kind::Unreachable.hint().to_owned(),
            kind: Kind::Unreachable.name(),
            again: true,
        });
    }
    let before = match (&stored, &world.services.values) {
        (Sight::Seen(Stored::Tombstone { version }), Ok(values)) => {
            last_content(&**values, key, *version).await
        }
        _ => None,
    };
    let document = Document {
        key: key.clone(),
        lite,
        stored,
    };
    let diagnosis = diagnose(&document, &world.outlook(&key.collection, window));
    let inspection = Inspection {
        document,
        diagnosis,
        at,
        before,
        twins,
        took,
    };
    Ok(Outcome::Inspection(Box::new(inspection)))
}

async fn lite_half(world: &World, key: &Key, id: Option<&Bson>) -> (Sight<Option<Lite>>, usize) {
    let ids = id.map_or_else(|| key.id_candidates(), |id| vec![id.clone()]);
    match world.services.index.by_ids(&key.collection, &ids).await {
        Ok(mut found) => {
            // Candidates come likeliest first; the server answers in its own order.
            found.sort_by_key(|lite| ids.iter().position(|id| *id == lite.id));
            let twins = found.len().saturating_sub(1);
            (Sight::Seen(found.into_iter().next()), twins)
        }
        Err(error) => (Sight::Unknown(error.message.into()), 0),
    }
}

async fn full_half(world: &World, key: &Key, at: Option<Version>) -> (Sight<Stored>, Window) {
    let Some(version) = at else {
        let (mut sights, window) = sights(world, std::slice::from_ref(key)).await;
        return (sights.pop().unwrap_or(Sight::Unchecked), window);
    };
    let values = match &world.services.values {
        Ok(values) => values,
        Err(why) => return (Sight::Unknown(why.as_str().into()), Window::default()),
    };
    let window = world.window().await.unwrap_or_default();
    let want = Want {
        key: key.clone(),
        at: Some(version),
        known: None,
    };
    let stored = match values.get(&[want]).await.map(|mut answers| answers.pop()) {
        Ok(Some(Ok(Got::Stored(stored)))) => Sight::Seen(stored),
        Ok(Some(Ok(Got::Unchanged(_))) | None) => Sight::Unchecked,
        Ok(Some(Err(error))) | Err(error) => Sight::Unknown(error.message.into()),
    };
    (stored, window)
}

/// The newest version below a tombstone that had content; a few steps back at most.
async fn last_content(values: &dyn Values, key: &Key, tombstone: Version) -> Option<Head> {
    let from = Version(tombstone.0.checked_sub(1)?);
    let page = values.history(key, Some(from), 8).await.ok()?;
    page.rows
        .into_iter()
        .find(|head| matches!(head, Head::Value { .. }))
}
