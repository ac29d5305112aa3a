//! One document from both stores at the same time. A store that is silent does not hold back what
//! the other one has; what it has not said is never taken as said.

use std::pin::pin;
use std::time::{Duration, Instant};

use tokio::time::sleep_until;

use super::super::{Failure, Outcome, Reporter, World, look};
use super::{Silence, sights};
use crate::domain::document::Sight;
use crate::domain::full::Stored;
use crate::domain::{Bson, Diagnosis, Document, Key, Lite, Version, Window, diagnose};
use crate::store::error::{Kind, Retry, StoreError};
use crate::store::port::{Came, Got, Want};
use crate::task::event::{Inspection, What};

/// How long a half waits for the other before it is reported alone.
const MOMENT: Duration = Duration::from_millis(300);

/// What is to be read.
#[derive(Clone, Copy)]
pub(in super::super) struct Wanted<'a> {
    pub(in super::super) key: &'a Key,
    /// The `_id`, where its type is known.
    pub(in super::super) id: Option<&'a Bson>,
    /// The value as of an older version.
    pub(in super::super) at: Option<Version>,
    /// MongoDB's half from where it is written, in a session that can write.
    pub(in super::super) written: bool,
}

impl<'a> Wanted<'a> {
    /// A document as a write has left it, or will find it.
    pub(in super::super) fn now(key: &'a Key, id: &'a Bson) -> Self {
        Self {
            key,
            id: Some(id),
            at: None,
            written: true,
        }
    }
}

/// Both halves.
pub(super) struct Halves {
    pub(super) document: Document,
    pub(super) twins: usize,
    pub(super) diagnosis: Diagnosis,
    pub(super) took: Duration,
    pub(super) silent: bool,
}

/// What one store says of its half.
struct Told<T> {
    sight: Sight<T>,
    /// There was no answer, and there may be one when it is asked again.
    silent: bool,
}

impl<T> Told<T> {
    fn seen(value: T) -> Self {
        Self::of(Sight::Seen(value))
    }

    fn of(sight: Sight<T>) -> Self {
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

type LiteHalf = (Told<Option<Lite>>, usize);
type FullHalf = (Told<Stored>, Window);

/// Reads both halves. While only one of them is there after a moment, that one is reported alone.
///
/// # Errors
/// Neither store answers.
pub(super) async fn read(
    world: &World,
    wanted: Wanted<'_>,
    reporter: Option<&Reporter>,
) -> Result<Halves, Failure> {
    let start = Instant::now();
    let ((lite, twins), (stored, window)) = both(world, wanted, reporter).await;
    let took = start.elapsed();
    let key = wanted.key;
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
    if wanted.at.is_none() {
        let sights = std::slice::from_ref(&document.stored);
        look::note(world, &key.collection, sights).await;
    }
    Ok(Halves {
        diagnosis: diagnosis(world, &document, wanted.at, window),
        document,
        twins,
        took,
        silent,
    })
}

fn diagnosis(world: &World, document: &Document, at: Option<Version>, window: Window) -> Diagnosis {
    match at {
        Some(at) => Diagnosis::as_of(at, &document.stored, window),
        None => diagnose(document, &world.outlook(&document.key.collection, window)),
    }
}

async fn both(
    world: &World,
    wanted: Wanted<'_>,
    reporter: Option<&Reporter>,
) -> (LiteHalf, FullHalf) {
    let Wanted { key, at, .. } = wanted;
    let start = tokio::time::Instant::now();
    let (mut lite, mut full) = (None, None);
    let mut lite_comes = pin!(lite_half(world, wanted));
    // Only the first read of a document has somebody who watches it.
    let came = |have: u64, of: u64| {
        if let Some(reporter) = reporter {
            let count = |bytes| usize::try_from(bytes).unwrap_or(usize::MAX);
            reporter.progress(count(have), count(of));
        }
    };
    let mut full_comes = pin!(full_half(world, key, at, &came));
    let mut reporter = reporter;
    loop {
        let one = lite.is_some() || full.is_some();
        tokio::select! {
            half = &mut lite_comes, if lite.is_none() => lite = Some(half),
            half = &mut full_comes, if full.is_none() => full = Some(half),
            () = sleep_until(start + MOMENT), if one && reporter.is_some() => {
                let early = early(world, wanted, (lite.as_ref(), full.as_ref()));
                if let (Some(early), Some(reporter)) = (early, reporter.take()) {
                    let part = Outcome::Inspection(Box::new(early));
                    reporter.result(What::Part(part)).await;
                }
            }
        }
        match (lite, full) {
            (Some(lite), Some(full)) => return (lite, full),
            open => (lite, full) = open,
        }
    }
}

/// The document with the half that is there, if that half says anything; `None` otherwise. The
/// other one is being read, which is not the same as not known: it stays unchecked.
fn early(
    world: &World,
    wanted: Wanted<'_>,
    (lite, full): (Option<&LiteHalf>, Option<&FullHalf>),
) -> Option<Inspection> {
    let seen = |seen: bool| seen.then_some(());
    let (lite, twins) = match lite {
        Some((told, twins)) => {
            seen(matches!(told.sight, Sight::Seen(_)))?;
            (told.sight.clone(), *twins)
        }
        None => (Sight::Unchecked, 0),
    };
    let (stored, window) = match full {
        Some((told, window)) => {
            seen(matches!(told.sight, Sight::Seen(_)))?;
            (told.sight.clone(), *window)
        }
        None => (Sight::Unchecked, Window::default()),
    };
    let document = Document {
        key: wanted.key.clone(),
        lite,
        stored,
    };
    Some(Inspection {
        diagnosis: diagnosis(world, &document, wanted.at, window),
        document,
        at: wanted.at,
        before: None,
        deleted: None,
        twins,
        took: MOMENT,
        silent: false,
    })
}

async fn lite_half(world: &World, wanted: Wanted<'_>) -> LiteHalf {
    let Wanted { key, id, .. } = wanted;
    let ids = id.map_or_else(|| key.id_candidates(), |id| vec![id.clone()]);
    let found = match (id, world.writers()) {
        (Some(id), Ok(writers)) if wanted.written => {
            let found = writers.lite.read(&key.collection, id).await;
            found.map(|lite| lite.into_iter().collect())
        }
        _ => world.services.index.by_ids(&key.collection, &ids).await,
    };
    match found {
        Ok(mut found) => {
            // Candidates come likeliest first; the server answers in its own order.
            found.sort_by_key(|lite| ids.iter().position(|id| *id == lite.id));
            let twins = found.len().saturating_sub(1);
            (Told::seen(found.into_iter().next()), twins)
        }
        Err(error) => (Told::unanswered(error), 0),
    }
}

async fn full_half(world: &World, key: &Key, at: Option<Version>, came: Came<'_>) -> FullHalf {
    let Some(version) = at else {
        // The one answer carries the reason.
        let mut silence = Silence::default();
        let keys = std::slice::from_ref(key);
        let (mut sights, window) = sights(world, keys, &mut silence, came).await;
        let half = Told {
            sight: sights.pop().unwrap_or(Sight::Unchecked),
            silent: silence.again,
        };
        return (half, window);
    };
    let values = match &world.services.values {
        Ok(values) => values,
        Err(why) => {
            let sight = Sight::Unknown(why.as_str().into());
            return (Told::of(sight), Window::default());
        }
    };
    let window = match world.window().await {
        Ok(window) => window,
        Err(error) => return (Told::unanswered(error), Window::default()),
    };
    let want = Want {
        key: key.clone(),
        at: Some(version),
        known: None,
    };
    let half = match values
        .get_telling(&[want], came)
        .await
        .map(|mut answers| answers.pop())
    {
        Ok(Some(Ok(Got::Stored(stored)))) => Told::seen(stored),
        Ok(Some(Ok(Got::Unchanged(_))) | None) => Told::of(Sight::Unchecked),
        Ok(Some(Err(error))) | Err(error) => Told::unanswered(error),
    };
    (half, window)
}
