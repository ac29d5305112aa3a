//! The Merkle root of a write's data, computed here, so that a transaction that lacks its data is
//! only completed with the very bytes that it was made of.
//!
//! Only for one key and without encryption: the client's order of several keys and its cipher are
//! random, so nobody can compute those roots before.

use tiny_keccak::{Hasher as _, Keccak};

const CHUNK: usize = 256;

type Hash = [u8; 32];

/// Keccak-256 of the parts, one after the other.
pub(super) fn keccak(parts: &[&[u8]]) -> Hash {
    let mut hasher = Keccak::v256();
    for part in parts {
        hasher.update(part);
    }
    let mut out = Hash::default();
    hasher.finalize(&mut out);
    out
}

/// The root of the batch that writes `value` under `key`, `0x` and 64 hex digits.
pub(super) fn of_write(stream: &Hash, key: &[u8], value: &[u8], version: u64) -> String {
    let data = batch(stream, key, value, version);
    let used = data.len().div_ceil(CHUNK);
    let mut chunks: Vec<Hash> = data.chunks(CHUNK).map(leaf).collect();
    chunks.resize(padded(used), leaf(&[]));
    hex(&root(&chunks))
}

/// The batch as the store decodes it: no reads, one write, no changes of rights.
fn batch(stream: &Hash, key: &[u8], value: &[u8], version: u64) -> Vec<u8> {
    let mut out = Vec::with_capacity(63 + key.len() + value.len());
    out.extend_from_slice(&version.to_be_bytes());
    out.extend_from_slice(&0_u32.to_be_bytes());
    out.extend_from_slice(&1_u32.to_be_bytes());
    out.extend_from_slice(stream);
    let [.., a, b, c] = (key.len() as u64).to_be_bytes();
    out.extend_from_slice(&[a, b, c]);
    out.extend_from_slice(key);
    out.extend_from_slice(&(value.len() as u64).to_be_bytes());
    out.extend_from_slice(value);
    out.extend_from_slice(&0_u32.to_be_bytes());
    out
}

fn leaf(chunk: &[u8]) -> Hash {
    let mut full = [0; CHUNK];
    full[..chunk.len()].copy_from_slice(chunk);
    keccak(&[&full])
}

/// Chunks that the chain stores for so many with data.
fn padded(used: usize) -> usize {
    let whole = used.next_power_of_two();
    if used == whole {
        return used;
    }
    let unit = (whole / 16).max(1);
    used.div_ceil(unit) * unit
}

/// Powers of two from the left, folded from the right.
fn root(chunks: &[Hash]) -> Hash {
    let mut nodes = Vec::new();
    let mut rest = chunks;
    while !rest.is_empty() {
        let size = 1 << rest.len().ilog2();
        let (left, right) = rest.split_at(size);
        nodes.push(full_tree(left));
        rest = right;
    }
    let fold = |right: Hash, left: Hash| keccak(&[&left, &right]);
    nodes.into_iter().rev().reduce(fold).unwrap_or_default()
}

fn full_tree(leaves: &[Hash]) -> Hash {
    let mut level = leaves.to_vec();
    while level.len() > 1 {
        level = level
            .chunks(2)
            .map(|pair| keccak(&[&pair[0], &pair[1]]))
            .collect();
    }
    level.first().copied().unwrap_or_default()
}

/// `0x` and lower-case digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut out = String::from("0x");
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// The bytes of hex digits, with or without `0x`; `None` for anything else.
pub(super) fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.strip_prefix("0x").unwrap_or(text).as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let mut out = [0; N];
    for (byte, pair) in out.iter_mut().zip(digits.chunks(2)) {
        let digit = |at: usize| char::from(*pair.get(at)?).to_digit(16);
        *byte = u8::try_from(digit(0)? * 16 + digit(1)?).ok()?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream() -> Hash {
        let mut stream = Hash::default();
        stream[31] = 1;
        stream
    }

    #[test]
    fn known_roots_come_out() {
        assert_eq!(
            of_write(&stream(), b"k", b"v", u64::MAX),
            "0x357a4dce89f71652dbc93c6b4a5d4c9def3ff8cf38ff6190333b1dd28b4efe16"
        );
        let big: Vec<u8> = (0..=255).collect::<Vec<u8>>().repeat(1100);
        assert_eq!(
            of_write(&stream(), b"big", &big, u64::MAX),
            "0x02399888a042997f7da9a7f74bf57bef13fae0e9447be61635aa2c9e1a91a85b"
        );
    }

    #[test]
    fn the_chain_pads_in_sixteenths() {
        let cases = [
            (1, 1),
            (3, 3),
            (5, 5),
            (9, 9),
            (17, 18),
            (33, 36),
            (100, 104),
            (1025, 1152),
        ];
        for (used, stored) in cases {
            assert_eq!(padded(used), stored);
        }
    }

    #[test]
    fn hex_leads_back_and_refuses_what_is_none() {
        assert_eq!(unhex(&hex(&stream())), Some(stream()));
        assert_eq!(unhex::<1>("0Xff"), None);
        assert_eq!(unhex::<1>("+f"), None);
        assert_eq!(unhex::<1>("é"), None);
    }
}
