//! The writing half of a session whose keys come later: fetched beside the screen, never before it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::writing;
use crate::config::{Later, Settings};
use crate::store::mongo::Mongo;
use crate::store::port::Writers;
use crate::task::job::Unlock;

/// How often the commands are looked at.
const LOOK: Duration = Duration::from_millis(20);

/// Everything that the writers are made of, but the keys.
#[derive(Debug)]
pub struct Unlocking {
    settings: Settings,
    mongo: Arc<Mongo>,
    locks: PathBuf,
    later: Later,
}

impl Unlocking {
    /// `None` where there is no key to fetch, or something else is missing as well.
    pub(super) fn new(
        settings: &Settings,
        mongo: &Arc<Mongo>,
        locks: &Path,
        later: Later,
    ) -> Option<Self> {
        if later.is_empty() {
            return None;
        }
        let complete = later.stand_ins().into_settings(settings.clone());
        writing::options(&complete, locks.to_owned()).ok()?;
        Some(Self {
            settings: settings.clone(),
            mongo: Arc::clone(mongo),
            locks: locks.to_owned(),
            later,
        })
    }

    /// Why nothing can be written yet.
    #[must_use]
    pub fn reason(&self) -> String {
        format!("{} is still being fetched", self.later.said())
    }
}

#[async_trait]
impl Unlock for Unlocking {
    async fn unlock(&self) -> Result<Writers, String> {
        let mut fetching = self.later.start()?;
        let keys = loop {
            match fetching.poll() {
                Some(keys) => break keys?,
                None => tokio::time::sleep(LOOK).await,
            }
        };
        let settings = keys.into_settings(self.settings.clone());
        writing::writers(&settings, &self.mongo, &self.locks)
    }
}
