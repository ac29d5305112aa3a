//! Writing to a 0G stream through the program `0g-storage-client`: [`Writer`] is the adapter behind
//! the port [`ValueWriter`].
//!
//! The client signs, pays and uploads; this module starts it so that nothing can end it halfway,
//! reads what it says, and tells what may have happened. It never takes an unknown for a failure,
//! never sends twice what may have been sent once, and shows neither document nor secret.

mod argv;
mod chains;
pub(super) mod endpoint;
mod fault;
mod log;
mod mined;
mod options;
mod probe;
mod process;
mod program;
mod ready;
mod redact;
mod refusal;
mod root;
mod wallet;
mod watch;

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use secrecy::ExposeSecret as _;

pub use argv::{MAX_ARGUMENT, MAX_TOTAL};
pub use options::{Encryption, Limits, Options};

use self::argv::Argv;
use self::chains::Told;
use self::fault::{conclude, staged};
use self::log::Log;
use self::process::{Launcher, Output};
use self::program::Program;
use self::refusal::{oversized, unfit, unreadable, unstarted};
use self::wallet::{Hold, Wallet};
use self::watch::{Process, Tail, Watch};
use super::text::key_bytes;
use crate::domain::intent::{Receipt, Stage};
use crate::domain::plan::{Fence, Line, Room, ValueWrite};
use crate::domain::{Collection, Key, Version};
use crate::store::error::{Kind, Retry, StoreError};
use crate::store::port::{Attempt, Check, Described, SubmitFault, ValueWriter};

/// Tries of one submission, as long as nothing was sent.
const TRIES: u32 = 4;

/// One stream of 0G, written through the client.
pub struct Writer {
    options: Options,
    stream: [u8; 32],
    wallet: Wallet,
    program: Program,
    launcher: Launcher,
    told: Told,
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Writer({}, {})",
            self.program.name(),
            root::hex(&self.stream)
        )
    }
}

/// How a client is started.
enum Start<'a> {
    /// With a fresh output.
    Fresh(&'a Argv),
    /// Behind what an earlier try has said.
    Again(&'a Argv),
}

impl Writer {
    /// Prepares writing. Starts nothing, asks nobody.
    ///
    /// # Errors
    /// A setting that cannot be right: an address, the stream, a key.
    pub fn new(options: &Options) -> Result<Self, StoreError> {
        Ok(Self {
            stream: options.checked()?,
            wallet: Wallet::new(&options.wallet_key)?,
            program: Program::new(options.client.clone()),
            launcher: Launcher::find(),
            told: Told::default(),
            options: options.clone(),
        })
    }

    /// The public address of the wallet that pays.
    #[must_use]
    pub fn wallet_address(&self) -> String {
        self.wallet.address()
    }

    /// The command line of a write, if the client can be given it.
    fn argv(&self, key: &Key, write: &ValueWrite, complete: bool) -> Result<Argv, StoreError> {
        let argv = self.line(key, write, complete)?;
        argv.fits(process::environment_size()).map_err(unfit)?;
        Ok(argv)
    }

    /// The same, whether or not the whole of it fits.
    fn line(&self, key: &Key, write: &ValueWrite, complete: bool) -> Result<Argv, StoreError> {
        let mut argv = Argv::write(self.options.limits.client);
        argv.pair("--url", &self.options.evm_rpc);
        argv.pair("--key", self.wallet.digits());
        match &self.options.indexer {
            Some(indexer) => argv.pair("--indexer", indexer),
            None => self
                .options
                .storage_nodes
                .iter()
                .for_each(|url| argv.node(url)),
        }
        argv.pair("--stream-id", &root::hex(&self.stream));
        let bytes = key_bytes(&key.to_string());
        argv.key(&bytes)
            .and_then(|()| argv.value(&write.bytes))
            .map_err(unfit)?;
        argv.pair("--version", &write.fence.number().to_string());
        match &self.options.encryption {
            Encryption::None => {}
            Encryption::StreamKey(secret) => {
                let secret = options::encryption_key(secret)?;
                argv.pair("--encryption-key", secret.expose_secret());
            }
        }
        if complete {
            // the second flag makes a transaction impossible: no chain takes one with so little gas
            argv.words(&["--skip-tx", "--gas-limit", "1"]);
        }
        Ok(argv)
    }

    /// One run of the client, from its start to its end.
    async fn run(
        &self,
        start: Start<'_>,
        mut known: Receipt,
        hold: &Hold,
        attempt: Attempt<'_>,
    ) -> Result<(fault::End, Log), SubmitFault> {
        let (argv, fresh) = match start {
            Start::Fresh(argv) => (argv, true),
            Start::Again(argv) => (argv, false),
        };
        let program = match self.program.proven().await {
            Ok(program) => program,
            Err(error) => return Err(staged(known, error)),
        };
        let started = || {
            let output = Output::open(attempt.output, fresh)?;
            let tail = Tail::open(attempt.output)?.skip()?;
            let input = hold.input()?;
            let running = process::start(&self.launcher, program, argv, input, output)?;
            Ok((running, tail))
        };
        let (running, tail) = match started() {
            Ok(started) => started,
            Err(error) => return Err(staged(known, unstarted(&error))),
        };
        tracing::info!(process = running.child.pid, "0g-storage-client started");
        known.child = Some(running.child);
        let watch = Watch {
            process: Process::Own(running),
            tail,
            log: Log::new(known),
            witness: attempt.witness,
            prepare: self.options.limits.prepare,
            patience: self.options.limits.patience,
        };
        Ok(watch.run().await)
    }

    /// The end of a run of this write in words that hold no piece of it.
    #[expect(clippy::result_large_err, reason = "a fault of the port")]
    fn conclude(
        &self,
        (end, log): (fault::End, Log),
        key: &Key,
        write: &ValueWrite,
    ) -> Result<Receipt, SubmitFault> {
        let key = key_bytes(&key.to_string());
        let encryption = match &self.options.encryption {
            Encryption::StreamKey(secret) => secret.expose_secret().trim_start_matches("0x"),
            Encryption::None => "",
        };
        let wallet = self.wallet.digits().as_bytes();
        let secrets: [&[u8]; 4] = [wallet, encryption.as_bytes(), &key, &write.bytes];
        conclude(end, log, Some(&secrets))
    }
}

#[async_trait]
impl ValueWriter for Writer {
    fn described(&self) -> Described {
        Described {
            by: self.program.name(),
            stream: root::hex(&self.stream),
            encryption: self.options.encryption.said().to_owned(),
        }
    }

    fn is_repeatable(&self) -> bool {
        !matches!(self.options.encryption, Encryption::StreamKey(_))
    }

    fn limit(&self) -> Option<Room> {
        let key = Key {
            collection: Collection::new(""),
            id: "".into(),
        };
        let tombstone = ValueWrite {
            bytes: Arc::default(),
            fence: Fence::At(Version(u64::MAX)),
        };
        // The longest of its kind: what fits is carried by every try, that of bringing data again too.
        let rest = self.line(&key, &tombstone, true).ok()?;
        let (value, name, both) = rest.room(process::environment_size());
        Some(Room {
            most: value as u64,
            quoted: true,
            line: Some(Line {
                key: name as u64,
                both: (both + key.to_string().len()) as u64,
            }),
        })
    }

    fn check(&self, key: &Key, write: &ValueWrite) -> Result<(), StoreError> {
        self.argv(key, write, false)?;
        let over = self.limit().and_then(|room| room.over(key, &write.bytes));
        over.map_or(Ok(()), |said| Err(oversized(&said)))
    }

    async fn foresee(&self, key: &Key) -> Result<(), StoreError> {
        ready::ready(self, &key_bytes(&key.to_string())).await
    }

    async fn submit(
        &self,
        key: &Key,
        write: &ValueWrite,
        attempt: Attempt<'_>,
    ) -> Result<Receipt, SubmitFault> {
        let argv = self.argv(key, write, false).map_err(SubmitFault::unsent)?;
        self.foresee(key).await.map_err(SubmitFault::unsent)?;
        let limits = self.options.limits;
        let hold = self.wallet.lock(&self.options.locks, limits.queue).await;
        let hold = hold.map_err(SubmitFault::unsent)?;
        let known = Receipt {
            floor: self.floor().await,
            ..Receipt::default()
        };
        // on its way to the disk before a client is: what is older is not of this write
        if known.floor.is_some() {
            let told = attempt.witness.saw(&known);
            told.map_err(SubmitFault::unsent)?;
        }
        let mut pause = limits.pause;
        for tried in 1.. {
            let start = if tried == 1 {
                Start::Fresh(&argv)
            } else {
                Start::Again(&argv)
            };
            let run = self.run(start, known.clone(), &hold, attempt).await;
            let ended = match run {
                Ok(run) => self.conclude(run, key, write),
                Err(fault) => Err(fault),
            };
            let Err(fault) = ended else {
                return ended;
            };
            let fault = self.doubted(fault, key, write).await;
            let passing = fault.error.kind == Kind::Unreachable && fault.error.retry == Retry::Safe;
            if tried == TRIES || !passing || !fault.is_unsent() {
                return Err(fault);
            }
            tracing::info!(tried, "nothing was sent; trying again");
            tokio::time::sleep(pause).await;
            pause *= 2;
            // the process that is known by now has ended, and the next has no number yet
            if let Err(error) = attempt.witness.saw(&known) {
                return Err(SubmitFault::unsent(error));
            }
        }
        Err(SubmitFault::unsent(unstarted(&io::ErrorKind::Other.into())))
    }

    async fn look(
        &self,
        (key, write): (&Key, &ValueWrite),
        receipt: &Receipt,
        output: &Path,
    ) -> Result<(Receipt, Option<bool>), StoreError> {
        // asked first: what ends in between has said all by the time it is read
        let running = watch::is_running(receipt.child, output);
        let silent = receipt.child.is_none() && receipt.stage == Stage::Preparing;
        let known = match watch::read(receipt, output, running == Some(false)) {
            Ok(log) if running == Some(false) => log.concluded(),
            Ok(log) => log.receipt,
            // its output is made before a client is started
            Err(error) if error.kind() == io::ErrorKind::NotFound && silent => {
                return Ok((receipt.clone(), Some(false)));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => receipt.clone(),
            Err(error) => return Err(unreadable(&error)),
        };
        if running == Some(true) || known.stage >= Stage::Uploaded {
            return Ok((known, running));
        }
        Ok((self.looked_up(known, key, write).await, running))
    }

    async fn found(&self, (key, write): (&Key, &ValueWrite), receipt: &Receipt) -> Receipt {
        let known = Receipt {
            stage: Stage::Preparing,
            ..receipt.clone()
        };
        self.looked_up(known, key, write).await
    }

    async fn follow(
        &self,
        receipt: &Receipt,
        attempt: Attempt<'_>,
    ) -> Result<Receipt, SubmitFault> {
        let tail = Tail::open(attempt.output).map_err(|error| SubmitFault {
            receipt: Receipt {
                stage: receipt.stage.max(Stage::Sending),
                ..receipt.clone()
            },
            error: unreadable(&error),
        })?;
        let watch = Watch {
            process: Process::Other(receipt.child),
            tail,
            log: Log::new(receipt.clone()),
            witness: attempt.witness,
            prepare: self.options.limits.prepare,
            patience: self.options.limits.patience,
        };
        let (end, log) = watch.run().await;
        conclude(end, log, None)
    }

    async fn complete(
        &self,
        (key, write): (&Key, &ValueWrite),
        known: &Receipt,
        attempt: Attempt<'_>,
    ) -> Result<Receipt, SubmitFault> {
        // only a transaction that is out can lack its data
        let mut known = Receipt {
            child: None,
            stage: Stage::Sent,
            ..known.clone()
        };
        match watch::read(&known, attempt.output, true) {
            Ok(log) => known = log.receipt,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(staged(known, unreadable(&error))),
        }
        let ready = async {
            let argv = self.argv(key, write, true)?;
            let root = self.can_complete(&known, key, write).await?;
            let queue = self.options.limits.queue;
            let hold = self.wallet.lock(&self.options.locks, queue).await?;
            Ok((argv, root, hold))
        };
        let (argv, (root, stage), hold) = match ready.await {
            Ok(ready) => ready,
            Err(error) => return Err(staged(known, error)),
        };
        known.root = Some(root);
        known.stage = known.stage.max(stage);
        if known.stage == Stage::Uploaded {
            return Ok(known);
        }
        let run = self.run(Start::Again(&argv), known, &hold, attempt).await?;
        self.conclude(run, key, write)
    }

    async fn probe(&self) -> Vec<Check> {
        probe::run(self).await
    }
}
