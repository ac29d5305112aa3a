//! The value's way to the store: said before it is taken, and never taken twice blindly.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::beside::{OUT, lacking, unseen};
use super::confirm::{FIRST_PAUSE, LONGEST_PAUSE};
use super::{End, Saga, ledger_error};
use crate::domain::intent::{
    Ending, Fact, Fate, Finding, IntentId, Ledger, LedgerFault, Phase, Receipt, Stage,
};
use crate::domain::plan::Step;
use crate::store::error::StoreError;
use crate::store::port::{Attempt, SubmitFault, Witness};

/// Most times that one run goes round between submitting and looking.
const ROUNDS: u32 = 4;
/// How long a transaction is looked for of which nobody knows whether it was sent.
const LOST: Duration = Duration::from_secs(15);

/// Writes down what the client says, as it says it.
struct Scribe<'a> {
    ledger: &'a dyn Ledger,
    intent: IntentId,
    /// What was known of the transaction before.
    known: Receipt,
    last: Mutex<Receipt>,
}

impl Witness for Scribe<'_> {
    fn saw(&self, receipt: &Receipt) -> Result<(), StoreError> {
        let receipt = receipt.clone().over(&self.known);
        self.last
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone_from(&receipt);
        let fact = Fact::Seen(receipt);
        self.ledger
            .append(&self.intent, &fact)
            .map_err(|fault| ledger_error(&fault))
    }
}

impl Saga<'_> {
    /// Until the value is visible, or it is known why not.
    pub(super) async fn value_side(&mut self) -> Result<(), End> {
        for _ in 0..ROUNDS {
            match self.story.phase {
                Phase::Planned => self.submit(true).await?,
                Phase::Submitting => self.settle().await?,
                Phase::Submitted => self.confirm().await?,
                Phase::Applied | Phase::Indexed => return Ok(()),
            }
        }
        if self.story.phase >= Phase::Applied {
            return Ok(());
        }
        Err((
            Ending::Unknown,
            "it is not known whether the value was written".to_owned(),
        ))
    }

    /// One try. It is `alone` when nothing can come of any before it.
    async fn submit(&mut self, alone: bool) -> Result<(), End> {
        let attempt = self.story.attempts + 1;
        self.step(Step::Submit, "submitting the value").await;
        match self.submitting(attempt, alone) {
            Err(fault) if alone => {
                self.story.phase = Phase::Planned;
                return Err((Ending::Refused, format!("nothing was touched: {fault}")));
            }
            Err(fault) => {
                let said = format!("an earlier try may have been sent; this one was not: {fault}");
                return Err((Ending::Unknown, said));
            }
            Ok(()) => {}
        }
        let ended = self.with_witness(Way::Submit).await;
        self.after(ended)
    }

    fn submitting(&mut self, attempt: u32, alone: bool) -> Result<(), LedgerFault> {
        let boot = self.ledger.boot();
        self.note(&Fact::Submitting {
            attempt,
            boot,
            alone,
        })
    }

    /// Lets the writer do one of its three things, with a witness that writes down what it says.
    async fn with_witness(&mut self, way: Way) -> Result<Receipt, SubmitFault> {
        let output = self.output();
        let scribe = Scribe {
            ledger: &*self.ledger,
            intent: self.story.intent.clone(),
            known: self.story.receipt.clone(),
            last: Mutex::default(),
        };
        let attempt = Attempt {
            output: &output,
            witness: &scribe,
        };
        let plan = &self.story.plan;
        let Some(write) = &plan.value else {
            return Ok(Receipt::default());
        };
        let writer = &self.writers.values;
        let ended = match way {
            Way::Submit => writer.submit(&plan.key, write, attempt).await,
            Way::Complete => {
                let known = &self.story.receipt;
                writer.complete((&plan.key, write), known, attempt).await
            }
            Way::Follow => writer.follow(&self.story.receipt, attempt).await,
        };
        let receipt = match &ended {
            Ok(receipt) => receipt.clone(),
            Err(fault) => fault.receipt.clone(),
        };
        let receipt = receipt.over(&self.story.receipt);
        if receipt != *scribe.last.lock().unwrap_or_else(PoisonError::into_inner) {
            // Found out again by looking, if it can't be written down.
            let _ = self
                .ledger
                .append(&self.story.intent, &Fact::Seen(receipt.clone()));
        }
        self.story.receipt = receipt;
        ended
    }

    fn output(&self) -> PathBuf {
        self.ledger.output(&self.story.intent, self.story.attempts)
    }

    /// What follows from how a try ended.
    fn after(&mut self, ended: Result<Receipt, SubmitFault>) -> Result<(), End> {
        match ended {
            Ok(_) => {
                // What was submitted shows in the store, also when this can't be written down.
                let _ = self.note(&Fact::Submitted);
                Ok(())
            }
            Err(fault) if fault.is_without_effect() => Err(self.without_effect(&fault)),
            Err(fault) if fault.receipt.stage == Stage::Uploaded => {
                let _ = self.note(&Fact::Submitted);
                Ok(())
            }
            // What may have been sent is looked up, and data that is missing is brought at once: the
            // node waits for it, for all streams.
            Err(fault) => {
                self.doubt = Some(fault.error.to_string());
                Ok(())
            }
        }
    }

    /// The end of a try of which nothing comes.
    fn without_effect(&self, fault: &SubmitFault) -> End {
        if self.story.alone {
            return (Ending::Refused, fault.said());
        }
        let said = format!(
            "an earlier try may have been sent; nothing comes of this one: {}",
            fault.error
        );
        (Ending::Unknown, said)
    }

    /// A try whose end is not known: looks first, and does again only what is safe to do again.
    async fn settle(&mut self) -> Result<(), End> {
        let (receipt, running) = self.look().await;
        self.story.receipt = receipt;
        let doubt = self.doubt.take();
        if let (Some(true), Some(doubt)) = (running, &doubt) {
            let said = format!("it is not known yet whether the value was sent: {doubt}");
            return Err((Ending::Unknown, said));
        }
        if running == Some(true) {
            self.step(Step::Submit, "following the client that still runs")
                .await;
            let ended = self.with_witness(Way::Follow).await;
            return self.after(ended);
        }
        let finding = self.whereabouts(running).await?;
        let stage = self.story.receipt.stage;
        let alone = self.is_without_effect(running);
        let fate = self.judged().await;
        let may_come = !alone && self.may_come(&finding, running) && fate.is_none();
        let fate = fate.filter(|_| stage.may_lack_data());
        let judged = fate.is_some();
        // Nothing comes either of one that the node has dropped.
        let alone = alone || self.story.alone && matches!(fate, Some(Fate::Dropped(_)));
        match (finding, doubt) {
            // Whatever value stands: the node goes no further before it has the data.
            (finding, _)
                if stage.may_lack_data() && !judged && !finding.is_by(&self.story.receipt) =>
            {
                self.complete(&finding).await
            }
            (Finding::Untouched, _) if stage == Stage::Reverted && self.story.alone => {
                let said =
                    "the transaction failed on the chain: its fee is spent, nothing was written";
                Err((Ending::Refused, said.to_owned()))
            }
            (Finding::Untouched, Some(doubt)) if stage < Stage::Uploaded && !judged => {
                let what = if stage < Stage::Sent {
                    "whether the value was sent"
                } else {
                    "whether the value will be applied"
                };
                let said = format!("it is not known {what}: {doubt}");
                Err((Ending::Unknown, said))
            }
            // What is still on its way would hold the node up without its data.
            (finding, _) if may_come => Err(unseen(&finding)),
            // The fence decides between two copies: if the first is applied, the second is dropped.
            (Finding::Untouched, doubt)
                if stage != Stage::Uploaded && !(judged && doubt.is_some()) =>
            {
                self.submit(alone).await
            }
            // Whose it is is told where the value is awaited.
            _ => {
                self.story.phase = Phase::Submitted;
                Ok(())
            }
        }
    }

    /// How the value stands, asked until it is known whether a transaction that is or may be out is
    /// in a block.
    async fn whereabouts(&mut self, running: Option<bool>) -> Result<Finding, End> {
        let (start, mut pause) = (Instant::now(), FIRST_PAUSE);
        loop {
            let finding = self.finding().await?;
            let comes = !self.is_without_effect(running) && self.may_come(&finding, running);
            let most = match self.story.receipt.stage {
                Stage::Sending | Stage::Vanished => self.patience.min(LOST),
                Stage::Sent => self.reporter.extended(self.patience),
                // Only its own client can bring the data, and that may still be at work.
                Stage::Mined if running.is_none() && !self.writers.values.is_repeatable() => {
                    self.reporter.extended(self.patience)
                }
                _ if comes => self.patience.min(LOST),
                _ => return Ok(finding),
            };
            let waited = start.elapsed();
            let settled = finding.is_by(&self.story.receipt);
            if settled || waited >= most || self.token.is_cancelled() {
                return Ok(finding);
            }
            self.step(Step::Submit, "looking for the transaction in a block")
                .await;
            tokio::select! {
                () = sleep(pause.min(most.saturating_sub(waited))) => {}
                () = self.token.cancelled() => {}
            }
            pause = (pause * 3 / 2).min(LONGEST_PAUSE);
            self.story.receipt = self.look().await.0;
        }
    }

    /// What the last try is known to have done, and whether it still runs.
    pub(super) async fn look(&self) -> (Receipt, Option<bool>) {
        let plan = &self.story.plan;
        let known = &self.story.receipt;
        let Some(write) = &plan.value else {
            return (known.clone(), None);
        };
        let (values, output) = (&self.writers.values, self.output());
        let looked = values.look((&plan.key, write), known, &output).await;
        let (receipt, running) = looked.unwrap_or_default();
        (receipt.over(known), running)
    }

    /// What the node has made of the transaction, once it has come to it: it waits for no data then.
    async fn judged(&self) -> Option<Fate> {
        let (sequence, values) = (self.story.receipt.sequence?, self.values?);
        let fate = values.fate(sequence).await.ok()?;
        matches!(fate, Fate::Applied | Fate::Dropped(_)).then_some(fate)
    }

    /// The data of a transaction that is mined without it.
    async fn complete(&mut self, finding: &Finding) -> Result<(), End> {
        if !self.writers.values.is_repeatable() {
            return Err(self.unrepeatable(finding));
        }
        let what = match self.story.receipt.stage {
            Stage::Mined => "bringing the data of a transaction that is mined without it",
            _ => "looking for the transaction once more, to bring its data",
        };
        self.step(Step::Submit, what).await;
        // What was found out by looking is found again, if it can't be written down.
        let _ = self.note(&Fact::Seen(self.story.receipt.clone()));
        let completing = Fact::Completing {
            attempt: self.story.attempts + 1,
            boot: self.ledger.boot(),
        };
        if let Err(fault) = self.note(&completing) {
            let said =
                format!("its data was not brought, since that could not be written down: {fault}");
            return Err((lacking(self.story.receipt.stage), said));
        }
        match self.with_witness(Way::Complete).await {
            Ok(_) => {
                let _ = self.note(&Fact::Submitted);
                Ok(())
            }
            // What the journal knows of it counts as well: a silent node makes nothing unknown again.
            Err(fault) => match self.story.receipt.stage {
                Stage::Uploaded => {
                    let _ = self.note(&Fact::Submitted);
                    Ok(())
                }
                Stage::Mined => {
                    let said = format!("the node waits for it, for all streams: {}", fault.error);
                    Err((Ending::DataMissing, said))
                }
                _ => Err((Ending::Unknown, format!("{OUT}: {}", fault.error))),
            },
        }
    }
}

/// What the writer is asked to do.
#[derive(Clone, Copy)]
enum Way {
    Submit,
    Complete,
    Follow,
}
