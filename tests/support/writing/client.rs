//! The writer that starts clients on a [`Machine`], and follows what they say.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use dualscope::domain::Key;
use dualscope::domain::intent::{Receipt, Stage};
use dualscope::domain::plan::ValueWrite;
use dualscope::store::error::{Kind, Retry, Store, StoreError};
use dualscope::store::port::{Attempt, Check, Described, SubmitFault, ValueWriter};

use super::machine::{Death, Life, Machine, Process, Said};

/// The writer that starts clients.
#[derive(Debug)]
pub(super) struct Client(pub(super) Arc<Machine>);

/// Follows a client, and tells each thing that it says.
async fn watched(process: &Process, attempt: Attempt<'_>) -> Result<Receipt, SubmitFault> {
    let mut news = process.said.subscribe();
    loop {
        let Said { receipt, ended } = news.borrow_and_update().clone();
        attempt
            .witness
            .saw(&receipt)
            .map_err(|error| fault(&receipt, error))?;
        match ended {
            Some(true) => return Ok(receipt),
            Some(false) => {
                let error = StoreError::new(Store::Values, Kind::Unreachable, "the client died");
                return Err(fault(&receipt, error));
            }
            None => news.changed().await.unwrap(),
        }
    }
}

fn fault(receipt: &Receipt, error: StoreError) -> SubmitFault {
    let retry = if receipt.stage == Stage::Preparing {
        Retry::Safe
    } else {
        Retry::AfterLooking
    };
    SubmitFault {
        receipt: receipt.clone(),
        error: error.retry(retry),
    }
}

#[async_trait]
impl ValueWriter for Client {
    fn described(&self) -> Described {
        Described {
            by: "a client".to_owned(),
            stream: "stream".to_owned(),
            encryption: "none".to_owned(),
        }
    }

    fn check(&self, _key: &Key, _write: &ValueWrite) -> Result<(), StoreError> {
        Ok(())
    }

    fn is_repeatable(&self) -> bool {
        !self.0.encrypted
    }

    async fn submit(
        &self,
        key: &Key,
        write: &ValueWrite,
        attempt: Attempt<'_>,
    ) -> Result<Receipt, SubmitFault> {
        let life = Life {
            sent: self.0.send(key, write),
            stop: self.0.stop(),
            complete: false,
        };
        let process = self.0.start(attempt.output, Receipt::default(), life);
        watched(&process, attempt).await
    }

    async fn look(
        &self,
        (key, write): (&Key, &ValueWrite),
        receipt: &Receipt,
        output: &Path,
    ) -> Result<(Receipt, Option<bool>), StoreError> {
        let process = self.0.process(receipt.child, output);
        let said = process.map(|process| process.said.borrow().clone());
        let mut running = match (&said, receipt.child) {
            (Some(said), Some(_)) => Some(said.ended.is_none()),
            (None, Some(_)) => Some(false),
            (_, None) => None,
        };
        if self.0.death == Death::Unseen {
            running = None;
        }
        let mut known = said.map_or_else(|| receipt.clone(), |said| said.receipt);
        if running == Some(true) || known.stage == Stage::Uploaded {
            return Ok((known, running));
        }
        let root = self.0.root(&known, key, write);
        let found = root.and_then(|root| Some((self.0.known(&root)?, root)));
        if let Some((stage, root)) = found {
            known.stage = known.stage.max(stage);
            if self.0.encrypted {
                known.sequence = known.sequence.or(self.0.number(&root));
            }
            known.root = Some(root);
        } else if known.stage == Stage::Sent {
            // mined before its client says that it is out, unless it never is
            known.stage = Stage::Vanished;
        }
        Ok((known, running))
    }

    async fn found(&self, (key, write): (&Key, &ValueWrite), receipt: &Receipt) -> Receipt {
        let root = self.0.root(receipt, key, write);
        let stage = root.and_then(|root| self.0.known(&root));
        Receipt {
            stage: stage.unwrap_or_default(),
            ..receipt.clone()
        }
    }

    async fn follow(
        &self,
        receipt: &Receipt,
        attempt: Attempt<'_>,
    ) -> Result<Receipt, SubmitFault> {
        let process = self.0.process(receipt.child, attempt.output).unwrap();
        watched(&process, attempt).await
    }

    async fn complete(
        &self,
        (key, write): (&Key, &ValueWrite),
        _known: &Receipt,
        attempt: Attempt<'_>,
    ) -> Result<Receipt, SubmitFault> {
        let mut known = Receipt {
            stage: Stage::Sent,
            ..Receipt::default()
        };
        if self.0.encrypted {
            let error = StoreError::new(Store::Values, Kind::Unsupported, "other data each time");
            return Err(fault(&known, error));
        }
        let sent = self.0.send(key, write);
        match self.0.known(&sent.root) {
            Some(Stage::Mined) => known.stage = Stage::Mined,
            Some(stage) => {
                known.stage = stage;
                return Ok(known);
            }
            None => {
                let error = StoreError::new(Store::Values, Kind::NotFound, "no such transaction");
                return Err(fault(&known, error));
            }
        }
        let life = Life {
            sent,
            stop: self.0.stop(),
            complete: true,
        };
        let process = self.0.start(attempt.output, known, life);
        watched(&process, attempt).await
    }

    async fn probe(&self) -> Vec<Check> {
        Vec::new()
    }
}
