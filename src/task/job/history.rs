//! The versions of one value. Where the node's history begins later than the stream, what is older
//! is unknown, and the answer says so with the node's reach.

use super::{Failure, Outcome, World, no_values};
use crate::domain::{Key, Version};
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
    Ok(Outcome::Versions(Box::new(Versions {
        key: key.clone(),
        page,
        window,
    })))
}
