//! What an earlier run left open: looked at without touching it, and taken up on request.

use tokio_util::sync::CancellationToken;

use super::{End, Saga, tools};
use crate::domain::document::Sight;
use crate::domain::full::Stored;
use crate::domain::intent::{
    Decision, Ending, Entry, Evidence, Fact, Fate, IntentId, Ledger, LedgerFault, Owner, Phase,
    Receipt, Verdict, judge, reopen,
};
use crate::store::error::Kind;
use crate::task::event::{Failure, OpenIntent, Outcome, Written};
use crate::task::job::{Reporter, World};

/// Every open intent of the journal with what can be said about it now. Intents that a running
/// program holds, and those for other stores, are named and left alone.
pub(in crate::task::job) async fn survey(
    world: &World,
    reporter: &Reporter,
    token: &CancellationToken,
) -> Result<Outcome, Failure> {
    let (_, pen) = tools(world)?;
    let survey = pen.ledger.survey().map_err(|fault| failure(&fault))?;
    let mut open = Vec::new();
    for entry in survey.entries {
        // What this program is writing right now is no business of a recovery; what it left is.
        let at_work = entry.owner == Owner::Ours && world.is_at_work(&entry.story.intent);
        if !entry.story.is_open() || at_work {
            continue;
        }
        let elsewhere = entry.story.place != world.place();
        let verdict = if elsewhere || entry.owner.apart().is_some() {
            None
        } else {
            let evidence = Saga::new(world, entry.story.clone(), reporter, token)?
                .evidence()
                .await;
            Some(judge(&entry.story, &evidence))
        };
        open.push(OpenIntent {
            story: entry.story,
            owner: entry.owner,
            elsewhere,
            verdict,
        });
    }
    pen.ledger.tidy(world.now());
    Ok(Outcome::Open(open, survey.faults))
}

/// One closed intent with what can be said about it now, if it can be taken up again.
pub(in crate::task::job) async fn reconsider(
    world: &World,
    intent: &IntentId,
    reporter: &Reporter,
    token: &CancellationToken,
) -> Result<Outcome, Failure> {
    let (_, pen) = tools(world)?;
    let survey = pen.ledger.survey().map_err(|fault| failure(&fault))?;
    let mut entries = survey.entries.into_iter();
    let entry = entries.find(|entry| entry.story.intent == *intent);
    let Some(Entry { story, owner }) = entry else {
        return Err(failure(&LedgerFault {
            said: "the journal holds no such intent".to_owned(),
            hint: "look at the list of intents again".to_owned(),
        }));
    };
    let elsewhere = story.place != world.place();
    let verdict = if elsewhere || owner.apart().is_some() {
        None
    } else {
        let saga = Saga::new(world, story.clone(), reporter, token)?;
        Some(saga.reconsidered().await?)
    };
    let closed = OpenIntent {
        story,
        owner,
        elsewhere,
        verdict,
    };
    Ok(Outcome::Open(vec![closed], Vec::new()))
}

/// Carries out a decision about an open intent, or to finish one that was given up. The decision is on
/// disk before anything else.
pub(in crate::task::job) async fn resume(
    world: &World,
    (intent, decision): (&IntentId, Decision),
    reporter: &Reporter,
    token: &CancellationToken,
) -> Result<Outcome, Failure> {
    let (_, pen) = tools(world)?;
    let Some(_at_work) = world.work_on(intent) else {
        return Err(failure(&LedgerFault {
            said: "this program works on the intent already".to_owned(),
            hint: "wait until it is at its end".to_owned(),
        }));
    };
    let again = decision == Decision::Finish && is_given_up(&*pen.ledger, intent);
    let held = if again {
        pen.ledger.readopt(intent)
    } else {
        pen.ledger.adopt(intent)
    };
    let (story, ledger) = held.map_err(|fault| failure(&fault))?;
    if story.place != world.place() {
        return Err(Failure {
            said: format!("intent {intent} is for other stores: {}", story.place),
            hint: "start dualscope with the profile of those stores".to_owned(),
            kind: Kind::Refused.name(),
            again: false,
        });
    }
    if !story.is_open() && !again {
        let said = "it is closed already; there is nothing left to do".to_owned();
        let end = story.ended.clone().unwrap_or((Ending::Done, said));
        return Ok(Written::new(Some(intent.clone()), &story.plan, end).into());
    }
    let mut saga = Saga::new(world, story, reporter, token)?;
    saga.ledger = ledger;
    if again {
        saga.reconsidered().await?;
    }
    saga.note(&Fact::Decided(decision))
        .map_err(|fault| failure(&fault))?;
    match decision {
        Decision::Finish => {
            if let Err((ending, said)) = saga.before_the_first_step().await {
                let said = saga.close(ending, said);
                return Ok(saga.told(Some(intent.clone()), (ending, said)).await.into());
            }
            Ok(saga.run().await.into())
        }
        Decision::Drop => Ok(saga.drop_it().await.into()),
    }
}

fn is_given_up(ledger: &dyn Ledger, intent: &IntentId) -> bool {
    // A journal that can't be read says so where the intent is taken.
    let entries = ledger.survey().map_or(Vec::new(), |survey| survey.entries);
    let mut stories = entries.into_iter().map(|entry| entry.story);
    stories.any(|story| story.intent == *intent && story.is_given_up())
}

fn failure(fault: &LedgerFault) -> Failure {
    Failure {
        said: fault.said.clone(),
        hint: fault.hint.clone(),
        kind: Kind::Refused.name(),
        again: true,
    }
}

impl Saga<'_> {
    /// What is looked at before the first step, where that is still to be taken. The journal does
    /// not say whether a write of MongoDB alone has been made: only MongoDB does.
    async fn before_the_first_step(&self) -> Result<(), End> {
        let plan = &self.story.plan;
        if self.story.phase > Phase::Planned {
            return Ok(());
        }
        if plan.value.is_none()
            && let Some(write) = &plan.lite
        {
            let now = self.lite_now().await.map_err(|error| {
                let said = format!("it is not known whether MongoDB was changed: {error}");
                (Ending::Unknown, said)
            })?;
            if write.is(now.as_ref()) || !self.is_as_read(now.as_ref()) {
                return Ok(());
            }
        }
        self.preflight().await
    }

    /// Everything that can be seen about the story without touching anything.
    async fn evidence(&self) -> Evidence {
        let plan = &self.story.plan;
        let lite = match self.lite_now().await {
            Ok(lite) => Sight::Seen(lite),
            Err(error) => Sight::Unknown(error.message.into()),
        };
        let (stored, ours_below) = match (&plan.value, self.stored_now().await) {
            (None, _) if self.story.decided_from().is_none() => (Sight::Unchecked, None),
            (_, Err(error)) => (Sight::Unknown(error.message.into()), None),
            (None, Ok(stored)) => (Sight::Seen(stored), None),
            (Some(write), Ok(stored)) => match self.below(write, &stored).await {
                Ok(ours) => (Sight::Seen(stored), ours),
                Err(why) => (Sight::Unknown(why.into()), None),
            },
        };
        let latest = stored.seen().and_then(Stored::version);
        let value_by = latest.and_then(|version| self.wrote(version));
        let (receipt, running) = self.look().await;
        let fate = match (receipt.sequence, self.values) {
            (Some(sequence), Some(values)) => values.fate(sequence).await.unwrap_or(Fate::Untold),
            _ => Fate::Untold,
        };
        Evidence {
            lite,
            stored,
            ours_below,
            receipt,
            running,
            repeatable: self.writers.values.is_repeatable(),
            fate,
            boot: self.ledger.boot(),
            value_by,
            lite_by: self.changed_lite(),
        }
    }

    /// How a closed story stands, if it can be taken up again; what the nodes do not tell at this moment
    /// opens nothing.
    async fn reconsidered(&self) -> Result<Verdict, Failure> {
        let plan = &self.story.plan;
        let now = match &plan.value {
            Some(write) => {
                let values = &self.writers.values;
                values.found((&plan.key, write), &self.story.receipt).await
            }
            None => Receipt::default(),
        };
        let judged = reopen(&self.story, now.stage, &self.evidence().await);
        judged.map_err(|why| Failure {
            said: format!("write {} is closed, and stays so: {why}", self.story.intent),
            hint: format!(
                "`dualscope journal {}` tells how it ended",
                self.story.intent
            ),
            kind: Kind::Refused.name(),
            again: false,
        })
    }

    async fn below(
        &self,
        write: &crate::domain::plan::ValueWrite,
        stored: &Stored,
    ) -> Result<Option<crate::domain::Version>, String> {
        if write.fence.holds(stored.head()) || write.is(stored) {
            return Ok(None);
        }
        self.ours_below(write, stored)
            .await
            .map_err(|error| error.message)
    }

    /// Gives an intent up, if that is safe, and says what of it stays.
    async fn drop_it(mut self) -> Written {
        let verdict = judge(&self.story, &self.evidence().await);
        let intent = Some(self.story.intent.clone());
        if !verdict
            .choices
            .contains(&crate::domain::intent::Choice::Drop)
        {
            let open = verdict.uncertain.join("; ");
            let said = match verdict.certain.last() {
                Some(last) if open.is_empty() => format!("it can't be given up: {last}"),
                _ => format!("it can't be given up, since it is not known: {open}"),
            };
            let left = self.story.ended.clone();
            let ending = left.map_or(Ending::Unknown, |(ending, _)| ending);
            let said = self.close(ending, said);
            return self.told(intent, (ending, said)).await;
        }
        let mut said = format!("given up: {}", verdict.certain.join("; "));
        if !verdict.uncertain.is_empty() {
            said = format!("{said}; not known: {}", verdict.uncertain.join("; "));
        }
        let said = self.close(Ending::GivenUp, said);
        self.told(intent, (Ending::GivenUp, said)).await
    }
}
