//! Lists: collections, pages, sizes, signs of life.

use std::time::Instant;

use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt as _};
use tokio_util::sync::CancellationToken;

use super::{Failure, Outcome, Reporter, World, no_values};
use crate::domain::check::{Check, CheckVerdict, Step};
use crate::domain::{Collection, Filter, Head, Key, Place, Query, Sort, Window};
use crate::store::error::StoreError;
use crate::task::event::{Health, What};

/// Estimates asked for at the same time.
const ESTIMATES: usize = 4;
/// Documents whose values are looked for to tell whether a collection is stored twice.
const SAMPLE: u32 = 5;

pub(super) async fn health(world: &World) -> Outcome {
    let mongo = async {
        let start = Instant::now();
        world
            .services
            .index
            .ping()
            .await
            .map(|()| start.elapsed())
            .map_err(Failure::from)
    };
    let values = async {
        let values = world
            .services
            .values
            .as_ref()
            .map_err(|why| no_values(why))?;
        let start = Instant::now();
        values.ping().await?;
        let took = start.elapsed();
        Ok::<_, Failure>((took, world.window().await?))
    };
    let (mongo, values) = tokio::join!(mongo, values);
    let window = values
        .as_ref()
        .map_or_else(|_| Window::default(), |(_, window)| *window);
    Outcome::Health(Box::new(Health {
        mongo,
        values: values.map(|(took, _)| took),
        window,
    }))
}

pub(super) async fn collections(world: &World) -> Result<Outcome, Failure> {
    Ok(Outcome::Collections(
        world.services.index.collections().await?,
    ))
}

pub(super) async fn estimates(
    world: &World,
    collections: &[Collection],
    reporter: &Reporter,
) -> Result<Outcome, Failure> {
    let asked = collections.iter().cloned().map(|collection| {
        let index = world.services.index.clone();
        async move {
            let answer = index.estimate(&collection).await;
            (collection, answer)
        }
    });
    let mut answers = stream::iter(asked).buffer_unordered(ESTIMATES);
    while let Some((collection, answer)) = answers.next().await {
        let part = Outcome::Estimate(collection, answer.map_err(Failure::from));
        reporter.result(What::Part(part)).await;
    }
    Ok(Outcome::Done)
}

/// A collection without a model is stored twice if any of its first documents has ever had a value.
pub(super) async fn look(
    world: &World,
    collection: &Collection,
    token: &CancellationToken,
) -> Result<Outcome, Failure> {
    let Ok(values) = &world.services.values else {
        return Ok(Outcome::Look(collection.clone(), None));
    };
    if !collection.makes_keys() {
        return Ok(Outcome::Look(collection.clone(), Some(false)));
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
        return Ok(Outcome::Look(collection.clone(), None));
    }
    let heads = values.heads(&keys, None).await?;
    let dual = heads.iter().any(|head| *head != Head::Absent);
    Ok(Outcome::Look(collection.clone(), Some(dual)))
}

pub(super) async fn page(
    world: &World,
    query: &Query,
    token: &CancellationToken,
) -> Result<Outcome, Failure> {
    let start = Instant::now();
    let page = world.services.index.page(query, token).await?;
    Ok(Outcome::Page(page, start.elapsed()))
}

pub(super) async fn doctor(world: &World, reporter: &Reporter) -> Result<Outcome, Failure> {
    let mongo = async {
        let checks = world.services.index.probe().await;
        reporter
            .result(What::Part(Outcome::Checks(checks.clone())))
            .await;
        checks
    };
    let values = async {
        let checks = match &world.services.values {
            Ok(values) => values.probe().await,
            Err(why) => vec![Check {
                step: Step::KvReach,
                verdict: CheckVerdict::Skipped,
                said: why.clone(),
                next: no_values(why).hint,
            }],
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
        .all(|check| check.verdict != CheckVerdict::Failed);
    let reaches_values = values.iter().any(|check| check.step == Step::KvStream);
    checks.extend(values);
    if usable && reaches_values {
        // What a few first values of the stream look like is told better by the newest documents.
        checks.retain(|check| check.step != Step::KvCodec);
        checks.push(codecs_seen(world).await);
    }
    Ok(Outcome::Checks(checks))
}

/// Reads a few values of every dual collection and says how they are written down.
async fn codecs_seen(world: &World) -> Check {
    let samples = world
        .catalog
        .collections
        .iter()
        .filter(|model| model.is_dual())
        .map(|model| {
            let collection = Collection::new(&model.name);
            async move { sample_codecs(world, &collection).await }
        });
    let mut seen = [0_usize; 3];
    for answer in join_all(samples).await.into_iter().flatten() {
        for (total, count) in seen.iter_mut().zip(answer) {
            *total += count;
        }
    }
    let [base64, plain, other] = seen;
    let (verdict, said) = match (base64, plain, other) {
        (0, 0, 0) => (
            CheckVerdict::Warn,
            "no value found for the newest documents".to_owned(),
        ),
        (_, 0, 0) => (
            CheckVerdict::Ok,
            format!("Base64 of JSON in {base64} values looked at"),
        ),
        (0, _, 0) => (
            CheckVerdict::Ok,
            format!("plain JSON in {plain} values looked at"),
        ),
        _ => (
            CheckVerdict::Warn,
            format!("mixed: {base64} Base64, {plain} plain JSON, {other} not decodable"),
        ),
    };
    let next = match verdict {
        CheckVerdict::Ok => String::new(),
        _ if seen == [0; 3] => "is this the stream that the service writes?".to_owned(),
        _ => "a service reads only one of them: `dualscope ls --check` finds the others".to_owned(),
    };
    Check {
        step: Step::KvCodec,
        verdict,
        said,
        next,
    }
}

async fn sample_codecs(world: &World, collection: &Collection) -> Result<[usize; 3], StoreError> {
    let query = Query {
        collection: collection.clone(),
        filter: Filter::default(),
        sort: Sort::by_id(true),
        from: Place::First,
        limit: 2,
    };
    let page = world
        .services
        .index
        .page(&query, &CancellationToken::new())
        .await?;
    let keys: Vec<Key> = page.rows.iter().map(|lite| lite.key(collection)).collect();
    let mut seen = [0; 3];
    if let Ok(values) = &world.services.values {
        for stored in world
            .cache
            .read(&**values, &keys)
            .await?
            .into_iter()
            .flatten()
        {
            let Some(full) = stored.full() else { continue };
            match (full.json(), full.codec()) {
                (Some(_), Some(crate::domain::Codec::Base64)) => seen[0] += 1,
                (Some(_), Some(crate::domain::Codec::Plain)) => seen[1] += 1,
                _ => seen[2] += 1,
            }
        }
    }
    Ok(seen)
}
