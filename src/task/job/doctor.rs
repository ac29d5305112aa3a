//! The doctor: every step of the way to both stores, and how the values are written down.

mod held;

use futures_util::future::join_all;
use tokio_util::sync::CancellationToken;

use super::{Outcome, Reporter, World, no_values};
use crate::domain::check::{Check, CheckVerdict, Step};
use crate::domain::{Codec, Collection, Filter, Key, Place, Query, Sort, Stored};
use crate::store::error::StoreError;
use crate::task::event::{Failure, What};

/// Newest documents of a collection whose values are looked at.
const SAMPLE: u32 = 2;

pub(super) async fn doctor(world: &World, reporter: &Reporter) -> Result<Outcome, Failure> {
    let mongo = async {
        let mut checks = world.services.index.probe().await;
        let reads = checks
            .iter()
            .all(|check| check.verdict != CheckVerdict::Failed);
        match world.writers() {
            Ok(writers) if reads => checks.extend(writers.lite.probe().await),
            // What is skipped since the keys are late is named; who only reads has nothing to wait for.
            Err(why) if reads && world.unlock.is_some() => {
                checks.push(Check::skipped(Step::MongoWrite, why));
            }
            Ok(_) | Err(_) => {}
        }
        reporter
            .result(What::Part(Outcome::Checks(checks.clone())))
            .await;
        checks
    };
    let values = async {
        let checks = match &world.services.values {
            Ok(values) => values.probe().await,
            Err(why) => vec![Check::new(
                Step::KvReach,
                CheckVerdict::Skipped,
                why,
                no_values(why).hint,
            )],
        };
        reporter
            .result(What::Part(Outcome::Checks(checks.clone())))
            .await;
        checks
    };
    let (mut checks, values) = tokio::join!(mongo, values);
    let usable = checks
        .iter()
        .chain(&values)
        .filter(|check| check.step != Step::MongoWrite)
        .all(|check| check.verdict != CheckVerdict::Failed);
    let reaches_values = values.iter().any(|check| check.step == Step::KvStream);
    checks.extend(values);
    if usable && reaches_values {
        // What a few first values of the stream look like is told better by the newest documents.
        checks.retain(|check| check.step != Step::KvCodec);
        checks.push(codecs_seen(world).await);
    }
    let (waiting, open) = held::checks(world, reaches_values).await;
    checks.extend(waiting);
    match world.writers() {
        Ok(writers) => checks.extend(writers.values.probe().await),
        Err(why) => checks.push(no_writer(world, why)),
    }
    checks.extend(open);
    Ok(Outcome::Checks(checks))
}

/// Whether the node waits for the data of a transaction, where it can be asked.
pub(super) async fn waits(world: &World) -> Option<Check> {
    held::checks(world, true).await.0
}

/// Why there is nothing that writes: a key that is set and bad is a fault, a session that only reads
/// has none.
fn no_writer(world: &World, why: String) -> Check {
    match (&world.unfit, &world.unlock) {
        (Some(unfit), _) => Check::unfit(unfit),
        (None, Some(_)) if world.has_failed_to_unlock() => Check::unfit(why),
        (None, Some(_)) => {
            let next = "the writer is looked at when its keys are there: run the doctor again";
            Check::new(Step::WriteWay, CheckVerdict::Skipped, why, next)
        }
        (None, None) => Check::skipped(Step::WriteWay, why),
    }
}

/// What a few values look like.
#[derive(Debug, Default)]
struct Seen {
    base64: usize,
    plain: usize,
    undecodable: usize,
    /// Questions without an answer, and what was said to the last.
    failed: usize,
    why: String,
}

impl Seen {
    fn note(&mut self, answer: Result<Stored, StoreError>) {
        match answer {
            Err(error) => {
                self.failed += 1;
                self.why = error.message;
            }
            Ok(stored) => match stored.full().map(|full| full.json().and(full.codec())) {
                Some(Some(Codec::Base64)) => self.base64 += 1,
                Some(Some(Codec::Plain)) => self.plain += 1,
                Some(None) => self.undecodable += 1,
                None => {}
            },
        }
    }

    fn add(mut self, other: Self) -> Self {
        self.base64 += other.base64;
        self.plain += other.plain;
        self.undecodable += other.undecodable;
        self.failed += other.failed;
        if other.failed > 0 {
            self.why = other.why;
        }
        self
    }

    /// What is made of it: the words, and the next step where there is one.
    fn told(&self, expected: Option<Codec>) -> (String, &'static str) {
        let stream = "is this the stream that the service writes?";
        let (base64, plain, other) = (self.base64, self.plain, self.undecodable);
        let (said, next) = match (base64, plain, other) {
            (0, 0, 0) if self.failed > 0 => (String::new(), ""),
            (0, 0, 0) => ("no value found for the newest documents".to_owned(), stream),
            (0, 0, _) => (
                format!("none of {other} values looked at is decodable"),
                "is this the stream that the service writes, and not an encrypted one? look at a \
                 value in the Raw view",
            ),
            (_, 0, 0) => (format!("Base64 of JSON in {base64} values looked at"), ""),
            (0, _, 0) => (format!("plain JSON in {plain} values looked at"), ""),
            _ => (
                format!("mixed: {base64} Base64, {plain} plain JSON, {other} not decodable"),
                "a service reads only one of them: `dualscope ls COLLECTION --check --json` tells the codec \
                 of each value",
            ),
        };
        let unread = match expected {
            Some(Codec::Base64) => plain,
            Some(Codec::Plain) => base64,
            None => 0,
        };
        let (said, next) = match expected {
            Some(expected) if unread > 0 => (
                format!("{said}, where {} is expected", expected.said()),
                "the service does not read the others: correct kv.codec in the configuration, or look \
                 for who wrote them",
            ),
            _ => (said, next),
        };
        if self.failed == 0 {
            return (said, next);
        }
        let silent = format!("can't tell: {}", self.why);
        let again = "the store did not answer every question: run the doctor again";
        match self.failed {
            _ if said.is_empty() => (silent, again),
            1 => (format!("{said}; of 1 more, {silent}"), again),
            more => (format!("{said}; of {more} more, {silent}"), again),
        }
    }
}

/// Reads a few values of every dual collection and says how they are written down.
async fn codecs_seen(world: &World) -> Check {
    let models = world.catalog.collections.iter();
    let samples = models.filter(|model| model.is_dual()).map(|model| {
        let collection = Collection::new(&model.name);
        async move { sample_codecs(world, &collection).await }
    });
    let samples = join_all(samples).await.into_iter();
    let (said, next) = samples
        .fold(Seen::default(), Seen::add)
        .told(world.expected);
    let verdict = match next {
        "" => CheckVerdict::Ok,
        _ => CheckVerdict::Warn,
    };
    Check::new(Step::KvCodec, verdict, said, next)
}

async fn sample_codecs(world: &World, collection: &Collection) -> Seen {
    let mut seen = Seen::default();
    match read_sample(world, collection).await {
        Ok(answers) => answers.into_iter().for_each(|answer| seen.note(answer)),
        Err(error) => seen.note(Err(error)),
    }
    seen
}

async fn read_sample(
    world: &World,
    collection: &Collection,
) -> Result<Vec<Result<Stored, StoreError>>, StoreError> {
    let query = Query {
        collection: collection.clone(),
        filter: Filter::default(),
        sort: Sort::by_id(true),
        from: Place::First,
        limit: SAMPLE,
    };
    let token = CancellationToken::new();
    let page = world.services.index.page(&query, &token).await?;
    let keys: Vec<Key> = page.rows.iter().map(|lite| lite.key(collection)).collect();
    match &world.services.values {
        Ok(values) => world.cache.read(&**values, &keys).await,
        Err(_) => Ok(Vec::new()),
    }
}
