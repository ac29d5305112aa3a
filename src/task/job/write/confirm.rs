//! Waiting until the store shows the value, with growing pauses, and telling whose it is.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::{End, Saga};
use crate::domain::full::{Head, Stored};
use crate::domain::human::span;
use crate::domain::intent::{Ending, Fact, Fate, Finding, PASSED, Phase, who};
use crate::domain::key::Version;
use crate::domain::plan::{Fence, Step, ValueWrite};
use crate::store::error::{Kind, Store, StoreError};
use crate::store::port::{Got, Values, Want};

pub(super) const FIRST_PAUSE: Duration = Duration::from_millis(200);
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// Versions looked at in one request, newest first, for one that is ours.
const PAGE: usize = 16;
/// Most such requests.
const PAGES: usize = 32;

impl Saga<'_> {
    /// Until the value is visible, or it is known that it will not be.
    pub(super) async fn confirm(&mut self) -> Result<(), End> {
        let start = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            let trouble = match self.verdict().await {
                Ok(Some(end)) => return end,
                Ok(None) => None,
                Err(error) => Some(error),
            };
            let waited = start.elapsed();
            let patience = self.reporter.extended(self.patience);
            if waited >= patience || self.token.is_cancelled() {
                return Err(not_applied(waited, trouble));
            }
            let said = format!(
                "waiting until applied ({} of {})",
                in_words(waited),
                in_words(patience)
            );
            self.step(Step::Confirm, said).await;
            tokio::select! {
                () = sleep(pause.min(patience.saturating_sub(waited))) => {}
                () = self.token.cancelled() => {}
            }
            pause = (pause * 3 / 2).min(LONGEST_PAUSE);
        }
    }

    /// One look: applied or not for good, or `None` for "not yet".
    async fn verdict(&mut self) -> Result<Option<Result<(), End>>, StoreError> {
        match self.find().await? {
            Finding::Ours(version) => {
                let _ = self.note(&Fact::Applied { version });
                self.step(Step::Confirm, format!("applied at {version}"))
                    .await;
                Ok(Some(Ok(())))
            }
            Finding::Superseded(version) => {
                self.story.version = Some(version);
                let latest = self.stored_now().await.ok().and_then(|now| now.version());
                let by = latest.and_then(|latest| self.wrote(latest));
                let said = format!(
                    "the value was written at {version}, and {} wrote again since; MongoDB was \
                     left alone",
                    who(by.as_ref())
                );
                Ok(Some(Err((Ending::Superseded, said))))
            }
            Finding::Foreign(version) => {
                let at = version.map_or(String::new(), |version| format!(" at {version}"));
                let by = version.and_then(|version| self.wrote(version));
                let said = format!(
                    "{} wrote{at} first; that value stands, MongoDB was left alone",
                    who(by.as_ref())
                );
                Ok(Some(Err((Ending::Conflict, said))))
            }
            Finding::Untouched | Finding::NotPlanned | Finding::Unknown(_) => self.fate().await,
        }
    }

    /// What the node says of the transaction, where its number is known.
    async fn fate(&self) -> Result<Option<Result<(), End>>, StoreError> {
        let (Some(sequence), Some(values)) = (self.story.receipt.sequence, self.values) else {
            return Ok(None);
        };
        Ok(match values.fate(sequence).await? {
            // Between the two questions the value may have moved: then that is the answer.
            Fate::Dropped(_) | Fate::Passed if self.find().await? != Finding::Untouched => None,
            Fate::Dropped(why) => {
                let said = format!("the node dropped the transaction {sequence}: {why}");
                Some(Err((Ending::Dropped, said)))
            }
            Fate::Passed => {
                let said = format!("the node went past the transaction {sequence} and {PASSED}");
                Some(Err((Ending::NotApplied, said)))
            }
            Fate::Applied | Fate::Waiting | Fate::Untold => None,
        })
    }

    /// How the value side stands; what can't be read is an ending.
    pub(super) async fn finding(&mut self) -> Result<Finding, End> {
        self.find().await.map_err(|error| {
            let said = format!(
                "it is not known whether the value was written: {}",
                error.message
            );
            (Ending::Unknown, said)
        })
    }

    async fn find(&self) -> Result<Finding, StoreError> {
        let Some(write) = self.story.plan.value.as_ref() else {
            return Ok(Finding::NotPlanned);
        };
        let stored = self.stored_now().await?;
        if let Some(why) = write.fence.behind(stored.head()) {
            return Err(StoreError::new(Store::Values, Kind::Unknown, why));
        }
        if write.fence.holds(stored.head()) {
            return Ok(Finding::Untouched);
        }
        let latest = stored.version();
        // Equal bytes above the fence are what was planned, whichever try brought them.
        if write.is(&stored)
            && let Some(version) = latest
            && self.story.phase > Phase::Planned
        {
            return Ok(Finding::Ours(version));
        }
        Ok(match self.ours_below(write, &stored).await? {
            Some(ours) => Finding::Superseded(ours),
            None => Finding::Foreign(latest),
        })
    }

    /// The version between the fence and the latest that holds our bytes, if one does.
    pub(super) async fn ours_below(
        &self,
        write: &ValueWrite,
        stored: &Stored,
    ) -> Result<Option<Version>, StoreError> {
        let (Some(values), Some(latest)) = (self.values, stored.version()) else {
            return Ok(None);
        };
        if self.story.phase == Phase::Planned {
            return Ok(None);
        }
        if let Some(sequence) = self.story.receipt.sequence.map(Version)
            && sequence < latest
            && self.is_ours(values, write, &[sequence]).await?.is_some()
        {
            return Ok(Some(sequence));
        }
        let mut from = latest.0.checked_sub(1).map(Version);
        for _ in 0..PAGES {
            let Some(newest) = from.take() else {
                return Ok(None);
            };
            let page = values
                .history(&self.story.plan.key, Some(newest), PAGE)
                .await?;
            let above = |version: &Version| {
                version.0 > write.fence.number() || write.fence == Fence::Absent
            };
            let all = page.rows.into_iter().filter_map(Head::version);
            let versions: Vec<Version> = all.take_while(above).collect();
            if let Some(ours) = self.is_ours(values, write, &versions).await? {
                return Ok(Some(ours));
            }
            if page.more && versions.len() == PAGE {
                let last = versions.last().and_then(|version| version.0.checked_sub(1));
                from = last.map(Version);
            }
        }
        let many = PAGES * PAGE;
        let message = format!("{many} newer versions were looked through, and there are more");
        Err(StoreError::new(Store::Values, Kind::Unknown, message))
    }

    /// Which of the versions holds our bytes.
    async fn is_ours(
        &self,
        values: &Arc<dyn Values>,
        write: &ValueWrite,
        versions: &[Version],
    ) -> Result<Option<Version>, StoreError> {
        let want = |version: &Version| Want {
            key: self.story.plan.key.clone(),
            at: Some(*version),
            known: None,
        };
        let wants: Vec<Want> = versions.iter().map(want).collect();
        let answers: Result<Vec<Got>, StoreError> = values.get(&wants).await?.into_iter().collect();
        Ok(answers?.into_iter().find_map(|got| match got {
            Got::Stored(stored) if write.is(&stored) => {
                stored.version().filter(|found| versions.contains(found))
            }
            _ => None,
        }))
    }
}

fn in_words(time: Duration) -> String {
    span(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}

/// The end of the patience.
fn not_applied(waited: Duration, trouble: Option<StoreError>) -> End {
    let waited = in_words(waited);
    match trouble {
        Some(error) => {
            let said = format!(
                "submitted; whether it was applied can't be told after {waited}: {}",
                error.message
            );
            (Ending::Unknown, said)
        }
        None => (
            Ending::NotApplied,
            format!("submitted, and not applied after {waited}"),
        ),
    }
}
