//! Clients as processes of their own: they take their time, say how far they are, can stop at every
//! stage, and outlive the program that started them, or are ended with it.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dualscope::domain::intent::{Child, Receipt, Stage};
use dualscope::domain::plan::ValueWrite;
use dualscope::domain::{Key, Version};
use dualscope::store::memory::MemoryValues;
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
    /// The transaction is out and comes into no block.
    Evicted,
    /// The transaction is out, its data is not: the store waits for it.
    Bare,
    /// The data is there; it does not come to its end.
    Uploaded,
}

impl Stop {
    pub(crate) const ALL: [Self; 7] = [
        Self::Never,
        Self::Unsent,
        Self::Lost,
        Self::LostAnswer,
        Self::Evicted,
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
pub(super) struct Said {
    pub(super) receipt: Receipt,
    pub(super) ended: Option<bool>,
}

#[derive(Debug)]
pub(super) struct Process {
    output: PathBuf,
    pub(super) said: watch::Sender<Said>,
    task: AbortHandle,
}

#[derive(Debug, Default)]
struct State {
    /// Where the clients stop, the first one first; later ones come to their end.
    stops: Vec<Stop>,
    processes: Vec<Arc<Process>>,
    /// The transactions of each root, and whether its data is there.
    roots: HashMap<String, (Vec<Version>, bool)>,
    /// What is out and came into no block.
    evicted: Vec<Sent>,
    /// How often data was encrypted.
    made: u64,
    boots: u32,
}

/// What the clients run on.
#[derive(Debug)]
pub(crate) struct Machine {
    values: Arc<MemoryValues>,
    pub(super) death: Death,
    /// The stream is encrypted: the data of a write is different each time that it is made.
    pub(super) encrypted: bool,
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
            encrypted: false,
            state: Mutex::new(state),
        })
    }

    /// The same on a stream that is encrypted.
    pub(crate) fn encrypted(values: &Arc<MemoryValues>, stops: &[Stop], death: Death) -> Arc<Self> {
        let machine = Arc::into_inner(Self::new(values, stops, death)).unwrap();
        Arc::new(Self {
            encrypted: true,
            ..machine
        })
    }

    /// How many transactions were mined.
    pub(crate) fn mined(&self) -> usize {
        let state = self.state.lock().unwrap();
        state.roots.values().map(|(all, _)| all.len()).sum()
    }

    /// What a client is to send: made anew, it is other data each time where the stream is encrypted.
    pub(super) fn send(&self, key: &Key, write: &ValueWrite) -> Sent {
        let mut state = self.state.lock().unwrap();
        state.made += 1;
        Sent::of(key, write, self.encrypted.then_some(state.made))
    }

    /// The root by which the transaction of a try can be looked up, where anybody knows it.
    pub(super) fn root(&self, known: &Receipt, key: &Key, write: &ValueWrite) -> Option<String> {
        if self.encrypted {
            return known.root.clone();
        }
        Some(Sent::of(key, write, None).root)
    }

    /// The number of the only transaction of this root.
    pub(super) fn number(&self, root: &str) -> Option<u64> {
        let state = self.state.lock().unwrap();
        match &*state.roots.get(root)?.0 {
            [only] => Some(only.0),
            _ => None,
        }
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

    #[expect(
        clippy::disallowed_methods,
        reason = "a process of its own, which outlives the runtime of a program"
    )]
    pub(super) fn start(
        self: &Arc<Self>,
        output: &Path,
        known: Receipt,
        life: Life,
    ) -> Arc<Process> {
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
            task: tokio::spawn(run).abort_handle(),
        });
        state.processes.push(Arc::clone(&process));
        process
    }

    pub(super) fn stop(&self) -> Stop {
        let mut state = self.state.lock().unwrap();
        if state.stops.is_empty() {
            return Stop::Never;
        }
        state.stops.remove(0)
    }

    pub(super) fn process(&self, child: Option<Child>, output: &Path) -> Option<Arc<Process>> {
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

    /// What came into no block comes into one all the same, without its data.
    pub(crate) fn mine_evicted(&self) {
        let evicted = std::mem::take(&mut self.state.lock().unwrap().evicted);
        for sent in &evicted {
            self.mine(sent);
        }
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

    /// Somebody brings all data that is missing.
    pub(crate) fn bring_all(&self) {
        let state = self.state.lock().unwrap();
        let roots: Vec<String> = state.roots.keys().cloned().collect();
        drop(state);
        for root in &roots {
            self.bring(root);
        }
    }

    pub(super) fn known(&self, root: &str) -> Option<Stage> {
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
#[derive(Clone, Debug)]
pub(super) struct Sent {
    key: String,
    bytes: Vec<u8>,
    fence: u64,
    pub(super) root: String,
}

impl Sent {
    fn of(key: &Key, write: &ValueWrite, made: Option<u64>) -> Self {
        let mut hasher = DefaultHasher::new();
        (key.to_string(), &write.bytes, write.fence.number(), made).hash(&mut hasher);
        Self {
            key: key.to_string(),
            bytes: write.bytes.to_vec(),
            fence: write.fence.number(),
            root: format!("0x{:064x}", hasher.finish()),
        }
    }
}

/// What a client does.
pub(super) struct Life {
    pub(super) sent: Sent,
    pub(super) stop: Stop,
    /// It only brings the data of what is mined.
    pub(super) complete: bool,
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
            if self.stop == Stop::Evicted {
                tell(said, |receipt| {
                    receipt.stage = Stage::Sent;
                    receipt.hash = Some(format!("0x{:064x}", u64::MAX));
                });
                machine
                    .state
                    .lock()
                    .unwrap()
                    .evicted
                    .push(self.sent.clone());
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
