//! Waiting for a client: its file is followed while it runs, each thing learnt is told before the
//! next is waited for, and it is ended only while its own words prove that nothing was sent.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

use tokio::time::Instant;

use super::fault::End;
use super::log::Log;
use super::process::{self, Running};
use crate::domain::intent::{Child, Receipt, Stage};
use crate::store::error::StoreError;
use crate::store::port::Witness;

/// The shortest and the longest pause between two looks into the file.
const PAUSE: [Duration; 2] = [Duration::from_millis(10), Duration::from_millis(250)];

/// Whose process it is.
pub(super) enum Process {
    /// This program's own child.
    Own(Running),
    /// One that somebody else has started.
    Other(Option<Child>),
}

/// A process that has ended; how, where its parent is this program.
struct Gone(Option<ExitStatus>);

/// One client that is waited for.
pub(super) struct Watch<'a> {
    pub(super) process: Process,
    pub(super) tail: Tail,
    pub(super) log: Log,
    pub(super) witness: &'a dyn Witness,
    /// How long it may take before it sends.
    pub(super) prepare: Duration,
    /// How long it is waited for after that.
    pub(super) patience: Duration,
}

impl Watch<'_> {
    /// Until it has ended, or is not waited for any longer.
    pub(super) async fn run(mut self) -> (End, Log) {
        let end = self.until_end().await;
        (end, self.log)
    }

    async fn until_end(&mut self) -> End {
        let mut told = None;
        let mut pause = PAUSE[0];
        let mut deadline = Instant::now() + self.prepare;
        let mut preparing = true;
        loop {
            // asked before the file is read, so that nothing it said is missed
            let ended = self.ended();
            if let Err(error) = self.tail.read(&mut self.log) {
                return End::Blind(error);
            }
            if ended.is_some() {
                self.log.close();
            }
            if told.as_ref() != Some(&self.log.receipt) {
                if let Err(error) = self.witness.saw(&self.log.receipt) {
                    return self.deaf(error, ended.is_some()).await;
                }
                told = Some(self.log.receipt.clone());
                pause = PAUSE[0];
            }
            if let Some(Gone(status)) = ended {
                return End::Ended(status);
            }
            if preparing && self.log.receipt.stage > Stage::Preparing {
                preparing = false;
                deadline = Instant::now() + self.patience;
            }
            if Instant::now() >= deadline {
                return if preparing {
                    self.hung().await
                } else {
                    End::Left
                };
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 3 / 2).min(PAUSE[1]);
        }
    }

    /// `None` while it runs or nobody can tell.
    fn ended(&mut self) -> Option<Gone> {
        match &mut self.process {
            Process::Own(running) => running
                .ended()
                .ok()
                .flatten()
                .map(|status| Gone(Some(status))),
            Process::Other(child) => match is_running(*child, &self.tail.path) {
                Some(running) => (!running).then_some(Gone(None)),
                // it said its last word
                None => (self.log.done || self.log.failure.is_some()).then_some(Gone(None)),
            },
        }
    }

    /// Ends a process that has sent nothing. What it said meanwhile decides what it was.
    async fn hung(&mut self) -> End {
        if !self.stop().await {
            self.log.receipt.stage = self.log.receipt.stage.max(Stage::Sending);
            return End::Left;
        }
        if let Err(error) = self.last_words() {
            return End::Blind(error);
        }
        if self.log.receipt.stage == Stage::Preparing {
            return End::Hung;
        }
        // it sent in the very last moment
        match self.witness.saw(&self.log.receipt) {
            Ok(()) => End::Ended(None),
            Err(error) => End::Deaf(error),
        }
    }

    /// Nothing can be written down any more: what has not been sent shall not be.
    async fn deaf(&mut self, error: StoreError, ended: bool) -> End {
        if !ended && self.log.receipt.stage == Stage::Preparing {
            let stopped = self.stop().await;
            if !stopped || self.last_words().is_err() {
                self.log.receipt.stage = self.log.receipt.stage.max(Stage::Sending);
            }
        }
        End::Deaf(error)
    }

    async fn stop(&mut self) -> bool {
        match &mut self.process {
            Process::Own(running) => running.end().await.is_ok(),
            Process::Other(Some(child)) => process::end(*child).await,
            Process::Other(None) => false,
        }
    }

    fn last_words(&mut self) -> io::Result<()> {
        self.tail.read(&mut self.log)?;
        self.log.close();
        Ok(())
    }
}

/// Whether the process of an output still runs; `None` when it can't be told.
pub(super) fn is_running(child: Option<Child>, output: &Path) -> Option<bool> {
    let written = process::is_written(output);
    match (written, child) {
        (Some(true), _) => Some(true),
        (_, Some(child)) => process::is_running(child),
        // a crash may have come between its start and the note of its number, and not every file
        // system passes a lock on to a child
        (_, None) => None,
    }
}

/// The end of a file that grows.
pub(super) struct Tail {
    pub(super) path: std::path::PathBuf,
    file: File,
}

impl Tail {
    /// Reads from the start.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self {
            path: path.to_owned(),
            file: File::open(path)?,
        })
    }

    /// Leaves out what stands there by now.
    pub(super) fn skip(mut self) -> io::Result<Self> {
        use std::io::Seek as _;
        self.file.seek(io::SeekFrom::End(0))?;
        Ok(self)
    }

    /// What has come since.
    pub(super) fn read(&mut self, log: &mut Log) -> io::Result<()> {
        let mut buffer = [0; 16 * 1024];
        loop {
            match self.file.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(count) => log.feed(buffer.get(..count).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// What an output of an earlier try says, on top of what was known.
pub(super) fn read(receipt: &Receipt, output: &Path, over: bool) -> io::Result<Log> {
    let mut log = Log::new(receipt.clone());
    Tail::open(output)?.read(&mut log)?;
    if over {
        log.close();
    }
    Ok(log)
}
