//! The merkle tree over the chunks of a file, and what a submission and an upload take from it.

use super::{Digest, keccak};

/// Bytes of a chunk, which is a sector of the flow.
pub const CHUNK: usize = 256;

/// Chunks of a segment, the unit of an upload.
pub const SEGMENT_CHUNKS: usize = 1024;

/// A subtree of a submission: its root and its height.
pub type Node = (Digest, u32);

/// A file's tree.
pub struct Tree {
    /// One for each chunk, those of the padding included.
    leaves: Vec<Digest>,
    data: Vec<u8>,
}

/// Where a segment lies in its tree.
pub struct Proof {
    pub lemma: Vec<Digest>,
    /// Whether the node so far is the left one, from below.
    pub path: Vec<bool>,
}

impl Tree {
    /// The tree of a file that is not empty.
    pub fn of(data: &[u8]) -> Self {
        let chunks = data.len().div_ceil(CHUNK);
        let mut leaves: Vec<Digest> = data.chunks(CHUNK).map(leaf).collect();
        leaves.resize(padded(chunks), leaf(&[]));
        Self {
            leaves,
            data: data.to_vec(),
        }
    }

    /// Bytes of the file.
    pub fn size(&self) -> usize {
        self.data.len()
    }

    /// Chunks that hold data.
    pub fn chunks(&self) -> usize {
        self.data.len().div_ceil(CHUNK)
    }

    /// Segments that hold data.
    pub fn segments(&self) -> usize {
        self.chunks().div_ceil(SEGMENT_CHUNKS)
    }

    /// Sectors of the flow that it takes and pays for.
    pub fn sectors(&self) -> usize {
        self.leaves.len()
    }

    /// What identifies the file.
    pub fn root(&self) -> Digest {
        root(&self.leaves)
    }

    /// The subtrees of its submission, the largest first.
    pub fn nodes(&self) -> Vec<Node> {
        let mut nodes = Vec::new();
        let mut rest = self.leaves.as_slice();
        while !rest.is_empty() {
            let height = rest.len().ilog2();
            let (part, behind) = rest.split_at(1 << height);
            nodes.push((root(part), height));
            rest = behind;
        }
        nodes
    }

    /// The chunks of a segment, the last one filled up with zeros.
    pub fn segment(&self, index: usize) -> Vec<u8> {
        let size = CHUNK * SEGMENT_CHUNKS;
        let end = self.data.len().min((index + 1) * size);
        let mut bytes = self.data[index * size..end].to_vec();
        bytes.resize(bytes.len().next_multiple_of(CHUNK), 0);
        bytes
    }

    /// That a segment belongs to the file.
    pub fn proof(&self, index: usize) -> Proof {
        let mut level: Vec<Digest> = self.leaves.chunks(SEGMENT_CHUNKS).map(root).collect();
        let mut proof = Proof {
            lemma: Vec::new(),
            path: Vec::new(),
        };
        if level.len() > 1 {
            proof.lemma.push(level[index]);
        }
        let mut at = index;
        while level.len() > 1 {
            let left = at.is_multiple_of(2);
            let sibling = if left { at + 1 } else { at - 1 };
            if let Some(digest) = level.get(sibling) {
                proof.lemma.push(*digest);
                proof.path.push(left);
            }
            level = parents(&level);
            at /= 2;
        }
        proof.lemma.push(level[0]);
        proof
    }
}

/// Whether a segment's data and proof lead to a file's root; `sectors` is the length of the file.
pub fn proves(data: &[u8], proof: &Proof, (index, sectors): (usize, usize), file: &Digest) -> bool {
    let end = sectors.min((index + 1) * SEGMENT_CHUNKS);
    let Some(expected) = end.checked_sub(index * SEGMENT_CHUNKS) else {
        return false;
    };
    let mut leaves: Vec<Digest> = data.chunks(CHUNK).map(leaf).collect();
    if leaves.is_empty() || leaves.len() > expected {
        return false;
    }
    leaves.resize(expected, leaf(&[]));
    let mut node = root(&leaves);
    let [first, siblings @ ..] = proof.lemma.as_slice() else {
        return false;
    };
    let siblings = siblings.split_last().map_or(siblings, |(_, all)| all);
    if *first != node || siblings.len() != proof.path.len() || proof.lemma.last() != Some(file) {
        return false;
    }
    for (sibling, left) in siblings.iter().zip(&proof.path) {
        node = if *left {
            keccak(&[&node, sibling])
        } else {
            keccak(&[sibling, &node])
        };
    }
    node == *file
}

/// The root of a file from the subtrees of its submission.
pub fn root_of_nodes(nodes: &[Node]) -> Digest {
    let (last, others) = nodes.split_last().expect("a submission has nodes");
    let fold = |right: Digest, (left, _): &Node| keccak(&[left, &right]);
    others.iter().rev().fold(last.0, fold)
}

/// Sectors for so many chunks: as many, or filled up to sixteenths of the next power of two.
fn padded(chunks: usize) -> usize {
    let power = chunks.next_power_of_two();
    if power == chunks {
        return chunks;
    }
    chunks.next_multiple_of((power / 16).max(1))
}

fn leaf(chunk: &[u8]) -> Digest {
    let zeros = [0; CHUNK];
    keccak(&[chunk, &zeros[chunk.len()..]])
}

fn root(leaves: &[Digest]) -> Digest {
    let mut level = leaves.to_vec();
    while level.len() > 1 {
        level = parents(&level);
    }
    level[0]
}

/// An odd node at the end moves up as it is.
fn parents(level: &[Digest]) -> Vec<Digest> {
    let parent = |pair: &[Digest]| match pair {
        [left, right] => keccak(&[left, right]),
        other => other[0],
    };
    level.chunks(2).map(parent).collect()
}
