//! The flow contract's `submit` call and its `Submit` event.

use super::account::Address;
use super::merkle::{Node, Tree};
use super::{Digest, keccak};

/// `submit(((uint256,bytes,(bytes32,uint256)[]),address))`
pub const SUBMIT: [u8; 4] = [0xbc, 0x8c, 0x11, 0xf8];
/// `market()`
pub const MARKET: [u8; 4] = [0x80, 0xf5, 0x56, 0x05];
/// `pricePerSector()`
pub const PRICE: [u8; 4] = [0x61, 0xec, 0x50, 0x82];

const EVENT: &[u8] =
    b"Submit(address,bytes32,uint256,uint256,uint256,(uint256,bytes,(bytes32,uint256)[]))";

/// What a client asks the flow to record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// Bytes of the file.
    pub length: u64,
    pub tags: Vec<u8>,
    pub nodes: Vec<Node>,
    pub submitter: Address,
}

/// The event of a recorded submission.
pub struct Event {
    pub topics: Vec<Digest>,
    pub data: Vec<u8>,
}

impl Submission {
    /// The submission of a file.
    pub fn of(tree: &Tree, length: usize, tags: Vec<u8>, submitter: Address) -> Self {
        Self {
            length: length as u64,
            tags,
            nodes: tree.nodes(),
            submitter,
        }
    }

    /// Sectors it takes.
    pub fn sectors(&self) -> u64 {
        self.nodes.iter().map(|(_, height)| 1_u64 << height).sum()
    }

    /// Why the contract reverts.
    pub fn fault(&self) -> Option<&'static str> {
        let heights: Vec<u32> = self.nodes.iter().map(|(_, height)| *height).collect();
        let (Some(first), Some(last)) = (heights.first(), heights.last()) else {
            return Some("invalid submission");
        };
        let falling = heights.is_sorted_by(|a, b| a > b) && first - last < 4;
        let most = self.sectors() * 256;
        let fits = self.length <= most && self.length > most - (256 << last);
        let valid = falling && fits && self.submitter != Address::default();
        (!valid).then_some("invalid submission")
    }

    /// The call.
    pub fn call(&self) -> Vec<u8> {
        let mut out = SUBMIT.to_vec();
        out.extend(word(0x20));
        out.extend(word(0x40));
        out.extend([0; 12]);
        out.extend(self.submitter);
        out.extend(self.data());
        out
    }

    /// Reads a call; none for one that is not `submit` or is malformed.
    pub fn read(call: &[u8]) -> Option<Self> {
        let body = Words(call.strip_prefix(&SUBMIT)?);
        let top = body.index(0)?;
        let data = top.checked_add(body.index(top)?)?;
        let tags = data.checked_add(body.index(data + 32)?)?;
        let nodes = data.checked_add(body.index(data + 64)?)?;
        let length = body.index(tags)?;
        let count = body.index(nodes)?;
        let node = |at: usize| {
            let height = body.index(nodes + 64 + 64 * at)?;
            let height = u32::try_from(height).ok().filter(|height| *height < 40)?;
            Some((body.word(nodes + 32 + 64 * at)?, height))
        };
        Some(Self {
            length: body.index(data)? as u64,
            tags: body.bytes(tags + 32, length)?.to_vec(),
            nodes: (0..count).map(node).collect::<Option<_>>()?,
            submitter: body.word(top + 32)?[12..].try_into().ok()?,
        })
    }

    /// The event for a place in the flow.
    pub fn event(&self, seq: u64, start: u64) -> Event {
        let roots: Vec<u8> = self.nodes.iter().flat_map(|(root, _)| *root).collect();
        let mut submitter = Digest::default();
        submitter[12..].copy_from_slice(&self.submitter);
        let words = [word(seq), word(start), word(self.sectors()), word(0x80)];
        let mut data = words.concat();
        data.extend(self.data());
        Event {
            topics: vec![keccak(&[EVENT]), submitter, keccak(&[&roots])],
            data,
        }
    }

    fn data(&self) -> Vec<u8> {
        let padded = self.tags.len().next_multiple_of(32);
        let mut out = word(self.length).to_vec();
        out.extend(word(0x60));
        out.extend(word(0x80 + padded as u64));
        out.extend(word(self.tags.len() as u64));
        out.extend(&self.tags);
        out.resize(out.len() + padded - self.tags.len(), 0);
        out.extend(word(self.nodes.len() as u64));
        for (root, height) in &self.nodes {
            out.extend(root);
            out.extend(word((*height).into()));
        }
        out
    }
}

/// A number as a word.
pub fn word(value: u64) -> Digest {
    let mut word = Digest::default();
    word[24..].copy_from_slice(&value.to_be_bytes());
    word
}

struct Words<'a>(&'a [u8]);

impl Words<'_> {
    fn bytes(&self, at: usize, length: usize) -> Option<&[u8]> {
        self.0.get(at..at.checked_add(length)?)
    }

    fn word(&self, at: usize) -> Option<Digest> {
        self.bytes(at, 32)?.try_into().ok()
    }

    /// A number no larger than the call could need.
    fn index(&self, at: usize) -> Option<usize> {
        let word = self.word(at)?;
        let (zeros, rest) = word.split_at(27);
        let small = zeros.iter().all(|byte| *byte == 0);
        let value = rest
            .iter()
            .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
        small.then_some(value)
    }
}
