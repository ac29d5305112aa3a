//! One submission and its upload: both at once for new content, one after the other for content
//! that the storage nodes know.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use super::chain::{Evm, NotSent, Receipt};
use super::fault::{self, Stage};
use super::go;
use super::storage::{Info, Upload};
use super::write::{End, NIL};
use crate::wire::account::Address;
use crate::wire::submission::Submission;
use crate::wire::{Digest, hex};

/// Content up to this size is submitted and uploaded at the same time.
const PARALLEL: usize = 2 << 20;

/// How long the receipt of known content may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A submission and its upload.
pub(crate) struct Job {
    pub(crate) evm: Evm,
    pub(crate) upload: Upload,
    pub(crate) flow: Address,
    pub(crate) market: Address,
    pub(crate) tags: Vec<u8>,
    /// Whether to wait until the storage nodes have the data.
    pub(crate) finality: bool,
}

/// What the two halves of a parallel run report.
enum News {
    Uploaded(Result<(), String>),
    Mined(Result<Receipt, String>),
}

impl Job {
    /// Does all of it.
    pub(crate) fn run(self: &Arc<Self>, skip: bool) -> Result<(), End> {
        let began = Instant::now();
        let (log, tree) = (self.upload.log, &self.upload.tree);
        let sizes = [
            ("size", tree.size().to_string()),
            ("chunks", tree.chunks().to_string()),
            ("segments", tree.segments().to_string()),
        ];
        log.info("Data prepared to upload", &sizes);
        log.info("Data merkle root calculated", &[self.root()]);
        let failed = |why: String| format!("Failed to upload data: {why}");
        let known = self.known().map_err(failed)?;
        match known {
            Some(info) if skip => self.finish(info).map_err(failed)?,
            None if tree.size() <= PARALLEL => {
                log.info("Upload/Transaction in parallel", &[self.root()]);
                self.parallel()?;
            }
            _ => {
                log.info("Prepare to submit log entry", &[self.root()]);
                let info = self.submit_and_wait().map_err(failed)?;
                self.finish(info).map_err(failed)?;
            }
        }
        log.info(
            "upload took",
            &[("duration", go::duration(began.elapsed()))],
        );
        Ok(())
    }

    fn root(&self) -> (&'static str, String) {
        ("root", hex(&self.upload.root))
    }

    /// Whether a node has heard of this content.
    fn known(&self) -> Result<Option<Info>, String> {
        for node in &self.upload.nodes {
            let info = node
                .by_root(&self.upload.root, self.upload.end)
                .map_err(|why| {
                    format!("Failed to check if skipped log entry available on storage node: {why}")
                })?;
            if info.is_some() {
                return Ok(info);
            }
        }
        Ok(None)
    }

    /// What is submitted and what it costs.
    fn prepare(&self) -> Result<(Submission, u128), String> {
        let (tree, submitter) = (&self.upload.tree, self.evm.wallet.address());
        let submission = Submission::of(tree, tree.size(), self.tags.clone(), submitter);
        let price = self.evm.price(&self.market)?;
        let fee = match self.evm.fixed.fee {
            0 => price * u128::from(submission.sectors()),
            given => given,
        };
        let fields = [("fee(neuron)", fee.to_string())];
        self.upload.log.info("submit with fee", &fields);
        Ok((submission, fee))
    }

    fn sent(&self, hash: &Digest) {
        let fields = [("hash", hex(hash))];
        let message = "Succeeded to send transaction to append log entry";
        self.upload.log.info(message, &fields);
        fault::at(Stage::Hash);
    }

    fn parallel(self: &Arc<Self>) -> Result<(), End> {
        let failed = |why: String| End::from(format!("Failed to upload data: {why}"));
        let entry = |why: String| failed(format!("Failed to submit log entry: {why}"));
        let (submission, fee) = self.prepare().map_err(entry)?;
        let end = self.upload.end;
        let hash = match self.evm.submit((self.flow, fee), &submission, end) {
            Ok(hash) => hash,
            Err(NotSent::Panic) => return Err(End::Panic(NIL.to_owned())),
            Err(NotSent::Error(why)) => {
                return Err(entry(format!(
                    "Failed to send transaction to append log entry: {why}"
                )));
            }
        };
        self.sent(&hash);
        let (news, heard) = channel();
        let (mined, job) = (news.clone(), Arc::clone(self));
        std::thread::spawn(move || {
            let _ = mined.send(News::Mined(job.evm.wait(&hash, end)));
        });
        let job = Arc::clone(self);
        std::thread::spawn(move || {
            let _ = news.send(News::Uploaded(job.wait_and_upload()));
        });
        // Whichever ends it: the process does not wait for the other half.
        self.first_end(&heard).map_err(failed)?;
        self.upload.log.info("File finalized on storage node", &[]);
        Ok(())
    }

    fn first_end(&self, heard: &Receiver<News>) -> Result<(), String> {
        loop {
            let left = self
                .upload
                .end
                .map(|end| end.saturating_duration_since(Instant::now()));
            let left = left.unwrap_or(Duration::from_secs(1 << 30));
            match heard.recv_timeout(left) {
                Ok(News::Uploaded(ended)) => return ended,
                Ok(News::Mined(ended)) => drop(ended?),
                Err(_) => return Err("context deadline exceeded".to_owned()),
            }
        }
    }

    fn wait_and_upload(&self) -> Result<(), String> {
        let info = self.upload.wait(None, false);
        let info =
            info.map_err(|why| format!("Failed to wait for log entry on storage node: {why}"))?;
        let uploaded = self.upload.run(info);
        uploaded.map_err(|why| format!("Failed to upload file: {why}"))?;
        self.upload.wait(Some(info.seq), self.finality).map(drop)
    }

    fn submit_and_wait(self: &Arc<Self>) -> Result<Info, String> {
        let entry = |why: String| format!("Failed to submit log entry: {why}");
        let (submission, fee) = self.prepare().map_err(entry)?;
        let sent = |why: String| {
            entry(format!(
                "Failed to send transaction to append log entry: {why}"
            ))
        };
        let end = self.upload.end;
        let hash = self
            .evm
            .submit_known((self.flow, fee), &submission, end)
            .map_err(sent)?;
        let receipt = self.receipt_in_time(&hash).map_err(sent)?;
        self.sent(&hash);
        if !receipt.any_logs {
            return Err("missing transaction receipt logs".to_owned());
        }
        let [seq] = receipt.seqs.as_slice() else {
            return Err("log entry event count mismatch".to_owned());
        };
        let info = self.upload.wait(Some(*seq), false);
        info.map_err(|why| format!("Failed to check if log entry available on storage node: {why}"))
    }

    /// The receipt, unless it takes longer than the real program has patience.
    fn receipt_in_time(self: &Arc<Self>, hash: &Digest) -> Result<Receipt, String> {
        let (news, heard) = channel();
        let (job, hash) = (Arc::clone(self), *hash);
        std::thread::spawn(move || {
            let _ = news.send(job.evm.wait(&hash, None));
        });
        let patience = self.evm.client.options.pace.scaled(PATIENCE);
        heard.recv_timeout(patience).unwrap_or_else(|_| {
            let why = "mempool full and no max gas price is set, failed to send transaction";
            Err(format!("{why}: timeout"))
        })
    }

    fn finish(&self, info: Info) -> Result<(), String> {
        let uploaded = self.upload.run(info);
        uploaded.map_err(|why| format!("Failed to upload file: {why}"))?;
        let info = self.upload.wait(Some(info.seq), self.finality);
        info.map(drop).map_err(|why| {
            format!("Failed to wait for transaction finality on storage node: {why}")
        })
    }
}
