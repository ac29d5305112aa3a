//! Documents: both halves read, decoded and compared.

mod halves;

use std::sync::Arc;

pub(super) use halves::Wanted;

use super::{Failure, Outcome, Reporter, World, history, look};
use crate::domain::document::Sight;
use crate::domain::full::Stored;
use crate::domain::intent::When;
use crate::domain::{
    Bson, Collection, Document, Head, Key, Lite, Outlook, State, Version, Window, diagnose,
};
use crate::store::error::{Retry, StoreError};
use crate::store::port::{Came, Values};
use crate::task::event::{Inspection, Mark, What};

/// Rows whose values are read in one go: a screenful.
const CHUNK: usize = 50;

/// Looks at the values of some rows, a screenful at a time, and reports each as it is known. Rows
/// whose stores did not answer are reported too, as unknown; the end says that there were such.
pub(super) async fn marks(
    world: &World,
    collection: &Collection,
    rows: &[Arc<Lite>],
    reporter: &Reporter,
) -> Result<Outcome, Failure> {
    let mut done = 0;
    let mut silence = Silence::default();
    for chunk in rows.chunks(CHUNK) {
        let keys: Vec<Key> = chunk.iter().map(|lite| lite.key(collection)).collect();
        let (sights, window) = sights(world, &keys, &mut silence, &|_, _| {}).await;
        look::note(world, collection, &sights).await;
        let outlook = world.outlook(collection, window);
        let documents = chunk.iter().zip(keys).zip(sights);
        let mut documents: Vec<Document> = documents
            .map(|((lite, key), stored)| {
                let lite = Sight::Seen(Some(Lite::clone(lite)));
                Document { key, lite, stored }
            })
            .collect();
        let gone = refresh(world, collection, &mut documents, &outlook, &mut silence).await;
        let marks: Vec<Mark> = documents
            .into_iter()
            .enumerate()
            .map(|(at, document)| {
                let mut mark = mark(document, &outlook);
                mark.silent &= silence.again;
                if gone.contains(&at) {
                    let said = std::mem::take(&mut mark.diagnosis.said);
                    mark.diagnosis.said = said.behind("no longer in MongoDB: ");
                }
                mark
            })
            .collect();
        reporter.result(What::Part(Outcome::Marks(marks))).await;
        done += chunk.len();
        reporter.progress(done, rows.len());
    }
    match silence.failure(rows.len()) {
        None => Ok(Outcome::Done),
        Some(failure) => Err(failure),
    }
}

/// Rows whose stores did not answer, and what the last of them met.
#[derive(Debug, Default)]
struct Silence {
    rows: usize,
    last: Option<StoreError>,
    /// Asking again may bring what is missing.
    again: bool,
}

impl Silence {
    fn note(&mut self, rows: usize, error: StoreError) {
        self.rows += rows;
        self.again |= error.retry != Retry::Never;
        self.last = Some(error);
    }

    /// The end of a look at so many rows, where not all of them were answered for.
    fn failure(self, of: usize) -> Option<Failure> {
        let mut failure = Failure::from(self.last?);
        failure.said = match of {
            of if self.rows < of => {
                format!("{} of {of} rows can't be told: {}", self.rows, failure.said)
            }
            _ => failure.said,
        };
        // Looking again changes nothing, and the store may have recovered by then.
        failure.again = true;
        Some(failure)
    }
}

/// Rows were read when the list was, maybe long ago, and their values now: before anything is said
/// to be wrong, what stands in MongoDB is read again. The places of those that are gone.
async fn refresh(
    world: &World,
    collection: &Collection,
    documents: &mut [Document],
    outlook: &Outlook<'_>,
    silence: &mut Silence,
) -> Vec<usize> {
    let wrong = |document: &Document| diagnose(document, outlook).state.row().finding;
    // What has no `_id` (a view can yield such) can't be asked for.
    let named = |document: &Document| listed(document).is_some_and(|lite| !lite.id.is_null());
    let suspects: Vec<usize> = (0..documents.len())
        .filter(|at| named(&documents[*at]) && wrong(&documents[*at]))
        .collect();
    let ids: Vec<Bson> = suspects
        .iter()
        .filter_map(|at| Some(listed(&documents[*at])?.id.clone()))
        .collect();
    if ids.is_empty() {
        return Vec::new();
    }
    let found = match world.services.index.by_ids(collection, &ids).await {
        Ok(found) => found,
        Err(error) => {
            for at in &suspects {
                documents[*at].lite = Sight::Unknown(error.message.clone().into());
            }
            silence.note(suspects.len(), error);
            return Vec::new();
        }
    };
    let mut gone = Vec::new();
    for (at, id) in suspects.into_iter().zip(ids) {
        let same = |lite: &&Lite| {
            lite.id.type_name() == id.type_name() && lite.id.id_text() == id.id_text()
        };
        let now = found.iter().find(same);
        if now.is_none() {
            gone.push(at);
        }
        documents[at].lite = Sight::Seen(now.cloned());
    }
    gone
}

fn listed(document: &Document) -> Option<&Lite> {
    document.lite.seen()?.as_ref()
}

fn mark(document: Document, outlook: &Outlook<'_>) -> Mark {
    let mut diagnosis = diagnose(&document, outlook);
    // A row has its state; the values themselves are read again for the document.
    diagnosis.fields = Arc::new([]);
    let stored = document.stored.seen();
    let unknown = matches!(document.stored, Sight::Unknown(_));
    Mark {
        silent: unknown || matches!(document.lite, Sight::Unknown(_)),
        head: stored.map(Stored::head),
        codec: stored
            .and_then(Stored::full)
            .and_then(crate::domain::Full::codec),
        key: document.key,
        diagnosis,
    }
}

/// What is known of the values of some keys. A store that does not answer makes them all unknown,
/// with its reason, and is noted; that there is none in this session is an answer.
async fn sights(
    world: &World,
    keys: &[Key],
    silence: &mut Silence,
    came: Came<'_>,
) -> (Vec<Sight<Stored>>, Window) {
    let values = match &world.services.values {
        Ok(values) => values,
        Err(why) => return (unknown(keys.len(), why), Window::default()),
    };
    let mut silent = |error: StoreError| {
        let sights = unknown(keys.len(), &error.message);
        silence.note(keys.len(), error);
        sights
    };
    // The reach is asked for first: what is absent then was not applied before.
    let window = match world.window().await {
        Ok(window) => window,
        Err(error) => return (silent(error), Window::default()),
    };
    let sights = match world.cache.read_telling(&**values, keys, came).await {
        Ok(answers) => {
            let answers = answers.into_iter();
            answers.map(|answer| sight(answer, silence)).collect()
        }
        Err(error) => silent(error),
    };
    (sights, window)
}

fn sight(answer: Result<Stored, StoreError>, silence: &mut Silence) -> Sight<Stored> {
    match answer {
        Ok(stored) => Sight::Seen(stored),
        Err(error) => {
            let sight = Sight::Unknown(error.message.as_str().into());
            silence.note(1, error);
            sight
        }
    }
}

fn unknown(count: usize, why: &str) -> Vec<Sight<Stored>> {
    vec![Sight::Unknown(why.into()); count]
}

/// Reads both halves of one document. A difference may come from a write between the two reads:
/// it is told only when a second look finds one too. `reporter` hears of a half that comes much
/// earlier than the other.
pub(super) async fn inspect(
    world: &World,
    wanted: Wanted<'_>,
    reporter: Option<&Reporter>,
) -> Result<Outcome, Failure> {
    let mut halves = halves::read(world, wanted, reporter).await?;
    if between(halves.diagnosis.state) {
        halves = halves::read(world, wanted, None).await?;
    }
    let Wanted { key, at, .. } = wanted;
    let before = match (&halves.document.stored, &world.services.values) {
        (Sight::Seen(Stored::Tombstone { version }), Ok(values)) => {
            last_content(&**values, key, *version).await
        }
        _ => None,
    };
    let deleted = match &halves.document.stored {
        Sight::Seen(Stored::Tombstone { version }) => {
            let ours = history::deleted(world, key, &[*version]).pop();
            // A mark of now says nothing of a tombstone that was written over.
            let now = at.is_none().then(|| lite_of(&halves.document)).flatten();
            let listed = || When::listed(now);
            Some(ours.map_or_else(listed, |(_, when)| when))
        }
        _ => None,
    };
    Ok(Outcome::Inspection(Box::new(Inspection {
        document: halves.document,
        diagnosis: halves.diagnosis,
        at,
        before,
        deleted,
        twins: halves.twins,
        took: halves.took,
        silent: halves.silent,
    })))
}

fn lite_of(document: &Document) -> Option<&Lite> {
    document.lite.seen().and_then(Option::as_ref)
}

/// Whether a write between the two reads would look like this.
fn between(state: State) -> bool {
    use State::{Drifted, NeverWritten, Orphan, SoftDeletedNoValue, Tombstoned};
    matches!(
        state,
        Drifted | NeverWritten | Orphan | SoftDeletedNoValue | Tombstoned
    )
}

/// The newest version below a tombstone that had content; a few steps back at most.
async fn last_content(values: &dyn Values, key: &Key, tombstone: Version) -> Option<Head> {
    let from = Version(tombstone.0.checked_sub(1)?);
    let page = values.history(key, Some(from), 8).await.ok()?;
    page.rows
        .into_iter()
        .find(|head| matches!(head, Head::Value { .. }))
}
