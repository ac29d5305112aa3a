//! A client as a process of its own: it takes its time, says how far it is, can stop at every stage,
//! and outlives the program that started it, or is ended with it.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use dualscope::domain::intent::{Child, Receipt, Stage};
use dualscope::domain::plan::ValueWrite;
use dualscope::domain::{Key, Version};
use dualscope::store::error::{Kind, Retry, Store, StoreError};
use dualscope::store::memory::MemoryValues;
use dualscope::store::port::{Attempt, Check, Described, SubmitFault, ValueWriter};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::sleep;

/// The time between two stages.
const STEP: Duration = Duration::from_millis(300);

/// Where a client stops by itself.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Stop {
    /// It comes to its end.
    Never,
    /// Before it sends anything.
    Unsent,
    /// While it sends, and the transaction is on no chain.
    Lost,
    /// While it sends: the answer is lost, the transaction is mined.
    LostAnswer,
    /// The transaction is out, its data is not: the store waits for it.
    Bare,
    /// The data is there; it does not come to its end.
    Uploaded,
}

impl Stop {
    pub(crate) const ALL: [Self; 6] = [
        Self::Never,
        Self::Unsent,
        Self::Lost,
        Self::LostAnswer,
        Self::Bare,
        Self::Uploaded,
    ];
}

/// What becomes of the clients of a program that dies.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Death {
    /// They run on.
    RunOn,
    /// They run on, and nobody can tell.
    Unseen,
    /// They are killed too.
    Killed,
    /// The machine goes down with what was not on disk yet.
    Rebooted,
}

impl Death {
    pub(crate) const ALL: [Self; 4] = [Self::RunOn, Self::Unseen, Self::Killed, Self::Rebooted];
}

/// What one client has said, and whether it runs.
#[derive(Clone, Debug)]
struct Said {
    receipt: Receipt,
    ended: Option<bool>,
}

#[derive(Debug)]
struct Process {
    output: PathBuf,
    said: watch::Sender<Said>,
    task: AbortHandle,
}

#[derive(Debug, Default)]
struct State {
    /// Where the clients stop, the first one first; later ones come to their end.
    stops: Vec<Stop>,
    processes: Vec<Arc<Process>>,
    /// The transactions of each root, and whether its data is there.
    roots: HashMap<String, (Vec<Version>, bool)>,
    boots: u32,
}

/// What the clients run on.
#[derive(Debug)]
pub(crate) struct Machine {
    values: Arc<MemoryValues>,
    death: Death,
    state: Mutex<State>,
}

impl Machine {
    pub(crate) fn new(values: &Arc<MemoryValues>, stops: &[Stop], death: Death) -> Arc<Self> {
        let state = State {
            stops: stops.to_vec(),
            ..State::default()
        };
        Arc::new(Self {
            values: Arc::clone(values),
            death,
            state: Mutex::new(state),
        })
    }

    /// How often it was started again.
    pub(super) fn boot(&self) -> u32 {
        self.state.lock().unwrap().boots
    }

    /// A program has died; whether the machine went down with it.
    pub(super) fn dies(&self) -> bool {
        let mut state = self.state.lock().unwrap();
        if matches!(self.death, Death::Killed | Death::Rebooted) {
            for process in &state.processes {
                process.task.abort();
                process.said.send_modify(|said| {
                    said.ended.get_or_insert(false);
                });
            }
        }
        let down = self.death == Death::Rebooted;
        if down {
            state.boots += 1;
            state.processes.clear();
        }
        down
    }

    fn start(self: &Arc<Self>, output: &Path, known: Receipt, life: Life) -> Arc<Process> {
        let mut state = self.state.lock().unwrap();
        let number = u32::try_from(state.processes.len()).unwrap();
        let child = Child {
            pid: 100 * (state.boots + 1) + number,
            started: 1,
        };
        let receipt = Receipt {
            child: Some(child),
            ..known
        };
        let (said, _) = watch::channel(Said {
            receipt,
            ended: None,
        });
        let run = life.run(Arc::clone(self), said.clone());
        let process = Arc::new(Process {
            output: output.to_owned(),
            said,
            task: spawn(run),
        });
        state.processes.push(Arc::clone(&process));
        process
    }

    fn stop(&self) -> Stop {
        let mut state = self.state.lock().unwrap();
        if state.stops.is_empty() {
            return Stop::Never;
        }
        state.stops.remove(0)
    }

    fn process(&self, child: Option<Child>, output: &Path) -> Option<Arc<Process>> {
        let state = self.state.lock().unwrap();
        let mut all = state.processes.iter().rev();
        let is_it = |process: &&Arc<Process>| {
            process.output == output
                || child.is_some() && process.said.borrow().receipt.child == child
        };
        all.find(is_it).cloned()
    }

    /// A transaction is mined; its data may be there from an earlier one of the same content.
    fn mine(&self, write: &Sent) -> Version {
        let mut state = self.state.lock().unwrap();
        let (all, whole) = state.roots.entry(write.root.clone()).or_default();
        let writes = vec![(write.key.clone(), write.bytes.clone().into())];
        let version = self.values.submit_bare(writes, write.fence);
        if *whole {
            self.values.bring(version);
        }
        all.push(version);
        version
    }

    /// The data of every transaction of this content.
    fn bring(&self, root: &str) {
        let mut state = self.state.lock().unwrap();
        if let Some((all, whole)) = state.roots.get_mut(root) {
            *whole = true;
            for version in all {
                self.values.bring(*version);
            }
        }
    }

    fn known(&self, root: &str) -> Option<Stage> {
        let state = self.state.lock().unwrap();
        let (_, whole) = state.roots.get(root)?;
        Some(if *whole {
            Stage::Uploaded
        } else {
            Stage::Mined
        })
    }
}

/// What a client sends.
#[derive(Clone)]
struct Sent {
    key: String,
    bytes: Vec<u8>,
    fence: u64,
    root: String,
}

impl Sent {
    fn of(key: &Key, write: &ValueWrite) -> Self {
        let mut hasher = DefaultHasher::new();
        (key.to_string(), &write.bytes, write.fence.number()).hash(&mut hasher);
        Self {
            key: key.to_string(),
            bytes: write.bytes.to_vec(),
            fence: write.fence.number(),
            root: format!("0x{:064x}", hasher.finish()),
        }
    }
}

/// What a client does.
struct Life {
    sent: Sent,
    stop: Stop,
    /// It only brings the data of what is mined.
    complete: bool,
}

impl Life {
    async fn run(self, machine: Arc<Machine>, said: watch::Sender<Said>) {
        let well = self.all(&machine, &said).await;
        said.send_modify(|said| said.ended = Some(well));
    }

    /// Whether it came to its end.
    async fn all(&self, machine: &Machine, said: &watch::Sender<Said>) -> bool {
        let Sent { root, .. } = &self.sent;
        sleep(STEP).await;
        if self.stop == Stop::Unsent {
            return false;
        }
        if !self.complete {
            tell(said, |receipt| {
                (receipt.stage, receipt.root) = (Stage::Sending, Some(root.clone()));
            });
            sleep(STEP).await;
            if self.stop == Stop::Lost {
                return false;
            }
            let version = machine.mine(&self.sent);
            if self.stop == Stop::LostAnswer {
                return false;
            }
            sleep(STEP).await;
            tell(said, |receipt| {
                receipt.stage = Stage::Sent;
                receipt.hash = Some(format!("0x{:064x}", version.0));
                receipt.sequence = Some(version.0);
            });
        }
        sleep(STEP).await;
        if self.stop == Stop::Bare {
            return false;
        }
        machine.bring(root);
        tell(said, |receipt| receipt.stage = Stage::Uploaded);
        sleep(STEP).await;
        self.stop != Stop::Uploaded
    }
}

fn tell(said: &watch::Sender<Said>, change: impl FnOnce(&mut Receipt)) {
    said.send_modify(|said| change(&mut said.receipt));
}

/// The writer that starts clients.
#[derive(Debug)]
pub(super) struct Client(pub(super) Arc<Machine>);

#[expect(
    clippy::disallowed_methods,
    reason = "another process, not a task of the program"
)]
fn spawn(run: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
    tokio::spawn(run).abort_handle()
}

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

    async fn submit(
        &self,
        key: &Key,
        write: &ValueWrite,
        attempt: Attempt<'_>,
    ) -> Result<Receipt, SubmitFault> {
        let life = Life {
            sent: Sent::of(key, write),
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
        let root = Sent::of(key, write).root;
        if let Some(stage) = self.0.known(&root) {
            known.stage = known.stage.max(stage);
            known.root = Some(root);
        }
        Ok((known, running))
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
        key: &Key,
        write: &ValueWrite,
        attempt: Attempt<'_>,
    ) -> Result<Receipt, SubmitFault> {
        let mut known = Receipt {
            stage: Stage::Sent,
            ..Receipt::default()
        };
        let sent = Sent::of(key, write);
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
