//! Making a session able to write that began without its keys: what they are and where they come
//! from is for whoever made the session to know.

use std::fmt;

use async_trait::async_trait;

use super::{Failure, Locked, Outcome, World};
use crate::store::error::Kind;
use crate::store::port::Writers;
use crate::task::event::Way;

/// The way to the writing sides.
#[async_trait]
pub trait Unlock: Send + Sync + fmt::Debug {
    /// Makes them, within a deadline of its own; dropping the future ends what it has started.
    ///
    /// # Errors
    /// Why there are none, fit to be shown.
    async fn unlock(&self) -> Result<Writers, String>;
}

pub(super) async fn unlock(world: &World) -> Result<Outcome, Failure> {
    let failed = |said: String| Failure {
        said,
        hint: "this session only reads".to_owned(),
        kind: Kind::Refused.name(),
        again: false,
    };
    if world.unlocked.get().is_none() {
        let Some(unlock) = &world.unlock else {
            return Err(failed("there is no key to fetch".to_owned()));
        };
        let attempt = Attempt::begin(world);
        let writers = unlock.unlock().await;
        attempt.end(writers.as_ref().err().cloned());
        let writers = writers.map_err(failed)?;
        // Somebody who was quicker has the same keys.
        let _ = world.unlocked.set(writers);
    }
    let writers = world.writers().map_err(failed)?;
    Ok(Outcome::Unlocked(way(writers)))
}

/// A try to fetch the writers; one that is dropped on the way was stopped.
struct Attempt<'a> {
    world: &'a World,
    ended: bool,
}

impl<'a> Attempt<'a> {
    fn begin(world: &'a World) -> Self {
        world.stay_locked(None);
        Self {
            world,
            ended: false,
        }
    }

    fn end(mut self, why_not: Option<String>) {
        self.ended = true;
        self.world.stay_locked(why_not.map(Locked::Failed));
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        if !self.ended {
            let said = "fetching the keys was stopped";
            self.world
                .stay_locked(Some(Locked::Stopped(said.to_owned())));
        }
    }
}

/// What is told of the writing sides.
#[must_use]
pub fn way(writers: &Writers) -> Way {
    let described = writers.values.described();
    Way {
        by: described.by,
        encryption: described.encryption,
        limit: writers.values.limit(),
    }
}
