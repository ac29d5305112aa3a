//! Lists: collections, pages, sizes, signs of life.

use std::time::{Duration, Instant};

use futures_util::stream::{self, StreamExt as _};
use tokio_util::sync::CancellationToken;

use super::{Failure, Outcome, Reporter, World, no_values};
use crate::domain::query::Count;
use crate::domain::{Collection, Filter, Query, Window};
use crate::task::event::{Half, Health, What};

/// Estimates asked for at the same time.
const ESTIMATES: usize = 4;

/// Each store's sign of life is told as it comes: one that is silent does not hide the other's.
pub(super) async fn health(world: &World, reporter: &Reporter) -> Outcome {
    let told = |half, sign| reporter.result(What::Part(Outcome::Sign(half, sign)));
    let mongo = async {
        let start = Instant::now();
        let ping = world.services.index.ping().await;
        let sign = ping.map(|()| start.elapsed()).map_err(Failure::from);
        told(Half::Mongo, sign.clone()).await;
        sign
    };
    let values = async {
        let answer = values_answer(world).await;
        let sign = answer.clone().map(|(took, _)| took);
        told(Half::Values, sign).await;
        answer
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

async fn values_answer(world: &World) -> Result<(Duration, Window), Failure> {
    let values = world.services.values.as_ref();
    let values = values.map_err(|why| no_values(why))?;
    let start = Instant::now();
    values.ping().await?;
    let took = start.elapsed();
    Ok((took, world.window().await?))
}

/// That the rows of a field can't be counted is an answer too, and no fault of the list.
pub(super) async fn texts(
    world: &World,
    (collection, filter): (&Collection, &Filter),
    limit: Duration,
    token: &CancellationToken,
) -> Outcome {
    let index = &world.services.index;
    let mut found = Vec::new();
    for (path, texts) in filter.texts_for_dates() {
        let count = index.count(collection, &texts, limit, token).await;
        found.push((path.to_owned(), count.unwrap_or(Count::AtLeast(0))));
    }
    Outcome::Texts(found)
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

pub(super) async fn page(
    world: &World,
    query: &Query,
    token: &CancellationToken,
) -> Result<Outcome, Failure> {
    let start = Instant::now();
    let page = world.services.index.page(query, token).await?;
    Ok(Outcome::Page(page, start.elapsed()))
}
