//! MongoDB's part, guarded by what was read; what an error leaves open is looked up.

use std::time::Duration;

use tokio::time::sleep;

use super::{End, Saga};
use crate::domain::intent::{Ending, Fact, who};
use crate::domain::plan::Step;
use crate::store::error::{Kind, Retry, StoreError};

/// Pauses before further tries, in seconds.
const PAUSES: [u64; 3] = [1, 2, 4];

impl Saga<'_> {
    /// Until MongoDB holds its part, or it is known why not.
    pub(super) async fn lite_side(&mut self) -> Result<(), End> {
        self.step(Step::Lite, "updating MongoDB").await;
        let mut pauses = PAUSES.into_iter();
        // An earlier run may have tried, too.
        let mut doubt = self.story.decision.is_some();
        let mut again = false;
        loop {
            let trouble = match self.write_lite(again).await {
                Ok(()) => {
                    // Found out again by looking, if it can't be written down.
                    let _ = self.note(&Fact::Indexed);
                    return Ok(());
                }
                Err(Trouble::End(end)) => return Err(end),
                Err(Trouble::Again(error)) => error,
            };
            doubt |= trouble.retry == Retry::AfterLooking;
            let Some(pause) = pauses.next() else {
                return Err(self.left(&trouble, doubt));
            };
            self.step(
                Step::Lite,
                format!("{}; trying again in {pause} s", trouble.message),
            )
            .await;
            sleep(Duration::from_secs(pause)).await;
            again = true;
        }
    }

    /// One try, and a look after it where the answer leaves it open. Before a further one the value
    /// is looked at too, since nobody else did meanwhile.
    async fn write_lite(&self, again: bool) -> Result<(), Trouble> {
        let plan = &self.story.plan;
        let Some(write) = &plan.lite else {
            return Ok(());
        };
        let now = self.lite_now().await.map_err(Trouble::Again)?;
        if write.is(now.as_ref()) {
            return Ok(());
        }
        if again && plan.value.is_none() {
            self.still_right().await?;
        }
        let collection = &plan.key.collection;
        let before = plan.before.lite.as_ref();
        let done = self
            .writers
            .lite
            .write(collection, &plan.id, before, write)
            .await;
        let error = match done {
            Ok(true) => return Ok(()),
            Ok(false) => None,
            // One that the server itself takes back is tried again.
            Err(error) if error.kind == Kind::Conflict && error.retry == Retry::Never => {
                return Err(Trouble::End(self.refused(&error)));
            }
            Err(error) => Some(error),
        };
        let now = self.lite_now().await.map_err(|unseen| {
            // What can't be looked up stays as open as the write left it.
            let open = error.clone().filter(|it| it.retry == Retry::AfterLooking);
            Trouble::Again(open.unwrap_or(unseen))
        })?;
        let untouched = self.is_as_read(now.as_ref());
        match error {
            _ if write.is(now.as_ref()) => Ok(()),
            Some(error) if untouched && error.retry == Retry::Never => {
                Err(Trouble::End(self.refused(&error)))
            }
            Some(error) if untouched => Err(Trouble::Again(error)),
            _ => Err(Trouble::End(self.changed())),
        }
    }

    /// Whether the value is still the one that a write of MongoDB alone was decided from.
    async fn still_right(&self) -> Result<(), Trouble> {
        if self.story.decided_from().is_none() {
            return Ok(());
        }
        let now = self.stored_now().await.map_err(Trouble::Again)?;
        match self.moved(&now).map_err(Trouble::Again)? {
            None => Ok(()),
            Some(by) => {
                let said =
                    format!("the value was changed by {by} meanwhile; MongoDB was left alone");
                Err(Trouble::End((Ending::Conflict, said)))
            }
        }
    }

    fn wrote_value(&self) -> Option<String> {
        self.story.plan.value.as_ref()?;
        let at = self
            .story
            .version
            .map_or(String::new(), |version| format!(" at {version}"));
        Some(format!("the value is written{at}"))
    }

    /// Somebody changed the document in between.
    fn changed(&self) -> End {
        let by = who(self.changed_lite().as_ref());
        match self.wrote_value() {
            None => {
                let said = format!("the MongoDB document was changed by {by} and was left alone");
                (Ending::Conflict, said)
            }
            Some(value) => {
                let said = format!(
                    "{value}, but the MongoDB document was changed by {by} and was left alone: \
                     compare them, then rebuild the lite document"
                );
                (Ending::HalfDone, said)
            }
        }
    }

    /// MongoDB says no.
    fn refused(&self, error: &StoreError) -> End {
        match self.wrote_value() {
            None => (Ending::Refused, format!("nothing was touched: {error}")),
            Some(value) => (
                Ending::HalfDone,
                format!("{value}, but MongoDB refused its part: {error}"),
            ),
        }
    }

    /// MongoDB did not answer in all tries. `doubt`: one of them may have been carried out, now or
    /// later.
    fn left(&self, error: &StoreError, doubt: bool) -> End {
        match self.wrote_value() {
            None if error.retry == Retry::Safe && !doubt => {
                (Ending::Refused, format!("nothing was touched: {error}"))
            }
            None => (
                Ending::Unknown,
                format!("it is not known whether MongoDB was changed: {error}"),
            ),
            Some(value) => (
                Ending::HalfDone,
                format!("{value}, MongoDB is not yet: {error}"),
            ),
        }
    }
}

enum Trouble {
    End(End),
    Again(StoreError),
}
