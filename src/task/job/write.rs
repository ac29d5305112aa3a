//! The saga: a plan carried out step by step, each step on disk before it is taken.
//!
//! Journal, say *submitting*, submit with a fence, wait until the store shows it, MongoDB, read
//! both back. Nothing is reported done before it was read back; what can't be told is an ending of
//! its own; nothing is sent a second time unless it is certain that the fence decides between the
//! two and that one brings the data of the other. This is the only place that writes to a store.

mod beside;
mod confirm;
mod foresee;
mod lite;
mod preflight;
mod resume;
mod submit;

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

pub(super) use foresee::foresee;
pub(super) use resume::{reconsider, resume, survey};

use super::inspect::{self, Wanted};
use super::{Failure, Outcome, Reporter, World};
use crate::domain::Version;
use crate::domain::intent::{Ending, Fact, IntentId, Ledger, LedgerFault, Phase, Story};
use crate::domain::plan::{Plan, Step};
use crate::store::error::{Kind, Store, StoreError};
use crate::store::port::{Values, Writers};
use crate::task::event::{StepReport, What, Written};

/// What a session needs in order to write. A session without it cannot.
#[derive(Clone, Debug)]
pub struct Pen {
    /// Where facts are written down.
    pub ledger: Arc<dyn Ledger>,
    /// How long a submitted value is awaited before it counts as not applied yet.
    pub patience: Duration,
}

/// How a write ended, with its words.
type End = (Ending, String);

/// One write on its way.
struct Saga<'a> {
    world: &'a World,
    writers: &'a Writers,
    values: Option<&'a Arc<dyn Values>>,
    ledger: Arc<dyn Ledger>,
    patience: Duration,
    story: Story,
    /// Why it is not known what the last try did.
    doubt: Option<String>,
    reporter: &'a Reporter,
    token: &'a CancellationToken,
}

/// Carries a plan out.
///
/// # Errors
/// This session cannot write. Everything that can happen to a write itself is an ending, not an
/// error.
pub(super) async fn write(
    world: &World,
    (plan, undoes): (&Arc<Plan>, Option<&IntentId>),
    reporter: &Reporter,
    token: &CancellationToken,
) -> Result<Outcome, Failure> {
    let (_, pen) = tools(world)?;
    let intent = pen.ledger.name();
    let fact = Fact::Planned {
        place: world.place(),
        plan: Arc::clone(plan),
        undoes: undoes.cloned(),
    };
    let refused = |said: String| Written::new(None, plan, (Ending::Refused, said));
    let Some(story) = Story::begin(intent.clone(), world.now(), &fact) else {
        return Ok(refused("it is not a plan".to_owned()).into());
    };
    let saga = Saga::new(world, story, reporter, token)?;
    if let Err((ending, said)) = saga.preflight().await {
        return Ok(saga.told(None, (ending, said)).await.into());
    }
    let _at_work = world.work_on(&intent);
    saga.step(Step::Journal, "writing down what will be done")
        .await;
    if let Err(fault) = saga.ledger.append(&intent, &fact) {
        return Ok(refused(format!("nothing was touched: {fault}")).into());
    }
    Ok(saga.run().await.into())
}

/// What a session that can write has.
fn tools(world: &World) -> Result<(&Writers, &Pen), Failure> {
    let refused = |why: &str| Failure {
        said: why.to_owned(),
        hint: "nothing was written".to_owned(),
        kind: Kind::Refused.name(),
        again: false,
    };
    let writers = world.writers().map_err(|why| refused(&why))?;
    let pen = world
        .pen
        .as_ref()
        .ok_or_else(|| refused("this session has no journal"))?;
    Ok((writers, pen))
}

impl<'a> Saga<'a> {
    /// A story to be carried on, with what this session writes with.
    fn new(
        world: &'a World,
        story: Story,
        reporter: &'a Reporter,
        token: &'a CancellationToken,
    ) -> Result<Self, Failure> {
        let (writers, pen) = tools(world)?;
        Ok(Self {
            world,
            writers,
            values: world.services.values.as_ref().ok(),
            ledger: Arc::clone(&pen.ledger),
            patience: pen.patience,
            story,
            doubt: None,
            reporter,
            token,
        })
    }

    /// From wherever the story stands to an ending.
    async fn run(mut self) -> Written {
        let end = match self.drive().await {
            Ok(()) => self.read_back().await,
            Err(end) => end,
        };
        let (ending, mut said) = end;
        if let Some(caveat) = self.caveat() {
            said = format!("{said}; {caveat}");
        }
        let said = self.close(ending, said);
        let intent = Some(self.story.intent.clone());
        self.told(intent, (ending, said)).await
    }

    /// Writes the ending down; its words, with the trouble if that could not be done. It is as it
    /// is, also then: recovery will find the same.
    fn close(&mut self, ending: Ending, said: String) -> String {
        let fact = Fact::Ended {
            ending,
            said: said.clone(),
        };
        match self.note(&fact) {
            Ok(()) => said,
            Err(fault) => format!("{said} (the journal could not be closed: {})", fault.said),
        }
    }

    async fn drive(&mut self) -> Result<(), End> {
        if self.story.phase == Phase::Planned && self.token.is_cancelled() {
            return Err((
                Ending::GivenUp,
                "stopped on request before anything was sent".to_owned(),
            ));
        }
        if self.story.plan.value.is_some() {
            self.value_side().await?;
        }
        if self.story.phase < Phase::Indexed && self.story.plan.lite.is_some() {
            self.lite_side().await?;
        }
        Ok(())
    }

    /// Both stores once more: done is said only now.
    async fn read_back(&self) -> End {
        self.step(Step::ReadBack, "reading both stores back").await;
        if let Err(end) = self.value_back().await {
            return end;
        }
        if let Some(write) = &self.story.plan.lite {
            match self.lite_now().await {
                Err(error) => return unread(error),
                Ok(lite) if !write.is(lite.as_ref()) => {
                    let said = "written in both stores; somebody has changed MongoDB again since";
                    return (Ending::Superseded, said.to_owned());
                }
                Ok(_) => {}
            }
        }
        let done = self.story.plan.action.row().done;
        let stores = match self.story.decided_from() {
            Some(_) => "both stores",
            None => "MongoDB; the value store was not asked",
        };
        let at = self
            .story
            .version
            .map_or(String::new(), |version| format!(" at {version}"));
        (Ending::Done, format!("{done}{at}, read back from {stores}"))
    }

    /// Whether the value store holds what was written, or, of a write of MongoDB alone, still what
    /// that was decided from.
    async fn value_back(&self) -> Result<(), End> {
        if self.story.decided_from().is_none() {
            return Ok(());
        }
        let stored = self.stored_now().await.map_err(unread)?;
        let said = match &self.story.plan.value {
            Some(write) if write.is(&stored) => return Ok(()),
            Some(_) => {
                "written in both stores; somebody has written the value again since".to_owned()
            }
            None => match self.moved(&stored).map_err(unread)? {
                None => return Ok(()),
                Some(by) => format!(
                    "written in MongoDB, but {by} has written the value that it was decided from"
                ),
            },
        };
        Err((Ending::Superseded, said))
    }

    /// The other write of this journal to the document that brought a version, if one did.
    fn wrote(&self, version: Version) -> Option<IntentId> {
        self.other(|story| story.version == Some(version))
    }

    /// The newest other write of this journal that changed MongoDB's half since this one began.
    fn changed_lite(&self) -> Option<IntentId> {
        self.other(|story| {
            let done = matches!(story.ended, Some((Ending::Done, _)));
            let wrote = story.plan.lite.is_some() && (done || story.phase == Phase::Indexed);
            wrote && story.last >= self.story.since
        })
    }

    fn other(&self, is_it: impl Fn(&Story) -> bool) -> Option<IntentId> {
        // A journal that can't be read tells of nobody.
        let entries = self.ledger.survey().ok()?.entries;
        let mut stories = entries.into_iter().map(|entry| entry.story);
        let ours = |story: &Story| {
            let same = story.plan.key == self.story.plan.key && story.place == self.story.place;
            same && story.intent != self.story.intent && is_it(story)
        };
        stories.find(ours).map(|story| story.intent)
    }

    /// Writes a fact down and adds it to the story.
    fn note(&mut self, fact: &Fact) -> Result<(), LedgerFault> {
        let written = self.ledger.append(&self.story.intent, fact);
        self.story.take(self.world.now(), fact);
        written
    }

    async fn step(&self, step: Step, said: impl Into<String>) {
        let report = StepReport {
            intent: self.story.intent.clone(),
            step,
            said: said.into(),
        };
        self.reporter.result(What::Step(report)).await;
    }

    /// The answer, with both halves as they are now.
    async fn told(&self, intent: Option<IntentId>, end: End) -> Written {
        let plan = &self.story.plan;
        let mut written = Written::new(intent, plan, end);
        written.version = self.story.version;
        if let Ok(Outcome::Inspection(inspection)) =
            inspect::inspect(self.world, Wanted::now(&plan.key, &plan.id), None).await
        {
            written.inspection = Some(inspection);
        }
        written
    }
}

/// The end of a write that could not be read back.
#[expect(clippy::needless_pass_by_value, reason = "fits `map_err`")]
fn unread(error: StoreError) -> End {
    let said = format!("written, but it could not be read back: {}", error.message);
    (Ending::Unknown, said)
}

/// A fault of the journal as the stores' errors look.
fn ledger_error(fault: &LedgerFault) -> StoreError {
    StoreError::new(Store::Values, Kind::Refused, fault.said.clone()).hint(fault.hint.clone())
}
