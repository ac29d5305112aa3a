//! The flow contract and the storage of one emulated chain. Pure data, no network.

use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;

use super::super::state::State;
use super::super::wire::account::Address;
use super::super::wire::cipher::Cipher;
use super::super::wire::merkle::{self, Proof, SEGMENT_CHUNKS, Tree};
use super::super::wire::rlp::{self, Transaction};
use super::super::wire::submission::Submission;
use super::super::wire::{Digest, keccak};
use super::replay::Replay;

/// The flow contract.
pub const FLOW: Address = [0xf1; 20];
/// The market contract, which says the price.
pub const MARKET: Address = [0xf2; 20];
/// Wei for a unit of gas.
pub const GAS_PRICE: u128 = 1_000_000_000;
/// Gas for a submission.
pub const GAS: u64 = 200_000;

/// One submission.
pub struct Submitted {
    pub seq: u64,
    pub sender: Address,
    pub submission: Submission,
    pub root: Digest,
    /// First sector in the flow.
    pub start: u64,
    pub mined: Instant,
    /// The file and since when it is complete.
    pub file: Option<(Vec<u8>, Instant)>,
    pub segments: BTreeMap<usize, Vec<u8>>,
    /// Whether the storage node had read it when it was mined.
    synced: bool,
}

/// A submission as a test looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub seq: u64,
    pub sender: Address,
    pub root: Digest,
    pub tags: Vec<u8>,
    /// None while the segments are missing.
    pub data: Option<Vec<u8>>,
}

/// What became of a mined transaction.
pub struct Receipt {
    pub hash: Digest,
    pub block: u64,
    pub sender: Address,
    pub to: Address,
    pub gas_price: u128,
    /// Sequence of its submission; none when the contract reverted.
    pub seq: Option<u64>,
}

/// Transactions in no block, by account and nonce.
pub type Waiting = BTreeMap<(Address, u64), (Digest, Transaction)>;

/// A fault in the words of the EVM node or of the storage node.
#[derive(Debug)]
pub struct Refused(pub i32, pub String);

/// A whole chain. The public fields are its settings, which may change at any time.
pub struct Ledger {
    /// What the EVM node says.
    pub chain_id: u64,
    /// What the storage node says.
    pub storage_chain_id: u64,
    /// Makes the hashes of its blocks other than those of another chain.
    pub salt: u64,
    /// Which shard of how many the storage node says that it keeps.
    pub shard: (u64, u64),
    /// Wei for a sector.
    pub price: u128,
    /// Whether transactions are mined; those that wait are mined when it is set again.
    pub mining: bool,
    /// Whether the storage node follows the chain; it catches up when it is set again.
    pub log_sync: bool,
    /// What an account has that is not in `balances`.
    pub funds: u128,
    pub balances: BTreeMap<Address, u128>,
    /// How the KV node decrypts; one that does so expects nothing else.
    pub cipher: Option<Cipher>,
    /// Whether the KV node gives up a file that is not there (`max_download_retries` above 0).
    pub gives_up: bool,
    pub replay: Replay,
    /// Results that the KV node gives to the next batches instead of the right ones.
    pub verdicts: VecDeque<String>,
    pub(super) entries: BTreeMap<u64, Submitted>,
    pub(super) receipts: BTreeMap<Digest, Receipt>,
    nonces: BTreeMap<Address, u64>,
    waiting: Waiting,
    blocks: u64,
    flow: u64,
}

impl Default for Ledger {
    fn default() -> Self {
        Self {
            chain_id: 31_337,
            storage_chain_id: 31_337,
            salt: 0,
            shard: (0, 1),
            price: 1,
            mining: true,
            log_sync: true,
            funds: 10_u128.pow(24),
            balances: BTreeMap::new(),
            cipher: None,
            gives_up: false,
            replay: Replay::default(),
            verdicts: VecDeque::new(),
            entries: BTreeMap::new(),
            receipts: BTreeMap::new(),
            nonces: BTreeMap::new(),
            waiting: BTreeMap::new(),
            blocks: 3,
            flow: 1,
        }
    }
}

impl Ledger {
    /// The number of the newest block.
    pub fn height(&self) -> u64 {
        self.blocks
    }

    /// Blocks in which nothing happens.
    pub fn advance(&mut self, blocks: u64) {
        self.blocks += blocks;
    }

    /// The nonce of the next transaction.
    pub fn nonce(&self, account: Address) -> u64 {
        self.nonces.get(&account).copied().unwrap_or(0)
    }

    /// The nonce behind everything that waits without a gap.
    pub fn pending_nonce(&self, account: Address) -> u64 {
        let mut nonce = self.nonce(account);
        while self.waiting.contains_key(&(account, nonce)) {
            nonce += 1;
        }
        nonce
    }

    /// What an account has.
    pub fn balance(&self, account: Address) -> u128 {
        self.balances.get(&account).copied().unwrap_or(self.funds)
    }

    /// What the chain has seen, in order.
    pub fn seen(&self) -> Vec<Seen> {
        let seen = self.entries.values().map(|entry| Seen {
            seq: entry.seq,
            sender: entry.sender,
            root: entry.root,
            tags: entry.submission.tags.clone(),
            data: entry.file.as_ref().map(|(bytes, _)| bytes.clone()),
        });
        seen.collect()
    }

    /// Takes a signed transaction; returns its hash.
    pub fn send(&mut self, state: &mut State, raw: &[u8]) -> Result<Digest, Refused> {
        let refuse = |text: String| Err(Refused(-32000, text));
        let Some(sent) = rlp::read(raw) else {
            return refuse("transaction type not supported".to_owned());
        };
        let (have, want) = (sent.chain_id, self.chain_id);
        if have != want {
            return refuse(format!(
                "invalid chain id for signer: have {have} want {want}"
            ));
        }
        let hash = keccak(&[raw]);
        let (nonce, next) = (sent.transaction.nonce, self.nonce(sent.sender));
        if self.is_waiting(&hash) {
            return refuse("already known".to_owned());
        }
        if nonce < next {
            return refuse(format!(
                "nonce too low: next nonce {next}, tx nonce {nonce}"
            ));
        }
        if self.waiting.contains_key(&(sent.sender, nonce)) {
            return refuse("replacement transaction underpriced".to_owned());
        }
        let cost = cost(&sent.transaction);
        let balance = self.balance(sent.sender);
        if let Some(over) = cost.checked_sub(balance).filter(|over| *over > 0) {
            return refuse(format!(
                "insufficient funds for gas * price + value: balance {balance}, tx cost {cost}, overshot {over}"
            ));
        }
        self.waiting
            .insert((sent.sender, nonce), (hash, sent.transaction));
        self.mine(state);
        Ok(hash)
    }

    /// Whether a transaction waits for a block.
    pub fn is_waiting(&self, hash: &Digest) -> bool {
        self.waiting.values().any(|(known, _)| known == hash)
    }

    /// Lets go what waits for a block, as a node does with what it kept for too long; other nodes may
    /// have it still.
    pub fn evict(&mut self) -> Waiting {
        std::mem::take(&mut self.waiting)
    }

    /// Another node had it still.
    pub fn readmit(&mut self, waiting: Waiting) {
        self.waiting.extend(waiting);
    }

    /// Mines what waits and has its turn.
    pub fn mine(&mut self, state: &mut State) {
        while self.mining {
            let ready = |place: &&(Address, u64)| place.1 == self.nonce(place.0);
            let Some(place) = self.waiting.keys().find(ready).copied() else {
                return;
            };
            let (hash, transaction) = self.waiting.remove(&place).expect("it was just found");
            self.nonces.insert(place.0, place.1 + 1);
            let left = self.balance(place.0).saturating_sub(cost(&transaction));
            self.balances.insert(place.0, left);
            let seq = self.execute(state, place.0, &transaction);
            // One block with the transaction and one more, so that it is confirmed.
            self.blocks += 2;
            let receipt = Receipt {
                hash,
                block: self.blocks - 1,
                sender: place.0,
                to: transaction.to,
                gas_price: transaction.gas_price,
                seq,
            };
            self.receipts.insert(hash, receipt);
        }
    }

    fn execute(&mut self, state: &mut State, sender: Address, sent: &Transaction) -> Option<u64> {
        let submission = Submission::read(&sent.data).filter(|_| sent.to == FLOW)?;
        if self.reverts(&submission, sent.value).is_some() {
            return None;
        }
        Some(self.record(state, sender, submission))
    }

    /// Why the contract would refuse a submission.
    pub fn reverts(&self, submission: &Submission, value: u128) -> Option<&'static str> {
        let fee = u128::from(submission.sectors()) * self.price;
        let unpaid = (value < fee).then_some("not enough fee");
        submission.fault().or(unpaid)
    }

    fn record(&mut self, state: &mut State, sender: Address, submission: Submission) -> u64 {
        let last = self.entries.last_key_value();
        let seq = last.map_or(0, |(seq, _)| seq + 1).max(state.applied_seq);
        state.mined_seq = seq + 1;
        let root = merkle::root_of_nodes(&submission.nodes);
        let twin = self
            .entries
            .values()
            .find(|e| e.root == root && e.file.is_some());
        let copied = twin.and_then(|twin| twin.file.clone());
        let entry = Submitted {
            seq,
            sender,
            root,
            start: self.place(&submission),
            submission,
            mined: Instant::now(),
            file: copied.map(|(bytes, _)| (bytes, Instant::now())),
            segments: BTreeMap::new(),
            synced: self.log_sync,
        };
        self.entries.insert(seq, entry);
        seq
    }

    /// Aligned to its largest subtree, and not across a segment's end unless it begins at one.
    fn place(&mut self, submission: &Submission) -> u64 {
        let segment = SEGMENT_CHUNKS as u64;
        let first = submission.nodes.first().map_or(0, |(_, height)| *height);
        let sectors = submission.sectors();
        let mut start = self.flow.next_multiple_of(1 << first);
        if !start.is_multiple_of(segment) && start / segment != (start + sectors - 1) / segment {
            start = start.next_multiple_of(segment);
        }
        self.flow = start + sectors;
        start
    }

    /// Records a file together with its data; returns its sequence.
    pub fn store(&mut self, state: &mut State, by: Address, file: (&[u8], Vec<u8>)) -> u64 {
        let (data, tags) = file;
        let submission = Submission::of(&Tree::of(data), data.len(), tags, by);
        let seq = self.record(state, by, submission);
        let entry = self.entries.get_mut(&seq).expect("it was just recorded");
        entry.file = Some((data.to_vec(), Instant::now()));
        self.blocks += 2;
        seq
    }

    /// The submission with a sequence, as far as the storage node knows.
    pub fn by_seq(&self, seq: u64) -> Option<&Submitted> {
        let entry = self.entries.get(&seq);
        entry.filter(|entry| self.log_sync || entry.synced)
    }

    /// The submission of a file: a complete one, or else the first.
    pub fn by_root(&self, root: &Digest) -> Option<&Submitted> {
        let mut all = self.entries.keys().filter_map(|seq| self.by_seq(*seq));
        let complete = all.clone().find(|e| e.root == *root && e.file.is_some());
        complete.or_else(|| all.find(|e| e.root == *root))
    }

    /// Takes a segment of a file.
    pub fn upload(
        &mut self,
        seq: u64,
        (root, index): (Digest, usize),
        (data, proof): (Vec<u8>, &Proof),
    ) -> Result<(), Refused> {
        let refuse = |text: &str| Err(Refused(-32602, format!("Invalid params: {text}")));
        if self.by_seq(seq).is_none() {
            return refuse("root; data: data root not found");
        }
        let entry = self.entries.get_mut(&seq).expect("it was just found");
        if entry.file.is_some() {
            return refuse("root; data: already uploaded and finalized");
        }
        let sectors = usize::try_from(entry.submission.sectors()).expect("a small file");
        if root != entry.root || !merkle::proves(&data, proof, (index, sectors), &root) {
            return refuse("proof; data: validate with data hash failed");
        }
        entry.segments.insert(index, data);
        let length = usize::try_from(entry.submission.length).expect("a small file");
        let needed = length.div_ceil(merkle::CHUNK * SEGMENT_CHUNKS);
        if entry.segments.len() < needed {
            return Ok(());
        }
        let mut file: Vec<u8> = entry.segments.values().flatten().copied().collect();
        file.truncate(length);
        let same = self
            .entries
            .values_mut()
            .filter(|e| e.root == root && e.file.is_none());
        same.for_each(|entry| entry.file = Some((file.clone(), Instant::now())));
        Ok(())
    }
}

fn cost(transaction: &Transaction) -> u128 {
    let gas = u128::from(transaction.gas).saturating_mul(transaction.gas_price);
    gas.saturating_add(transaction.value)
}
