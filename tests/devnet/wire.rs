//! What travels between a client, the chain, the storage and the KV node: encodings, hashes and
//! signatures, without any network or state.
//!
//! Shared by the emulator and by the stand-in for the client, which must agree byte for byte with
//! the real ones (the golden vectors in `tests/it/chain`), so nothing here may be made simpler than
//! the real format. The one exception is said in `cipher`.

pub mod account;
pub mod batch;
pub mod cipher;
pub mod merkle;
pub mod rlp;
pub mod submission;

use tiny_keccak::{Hasher as _, Keccak};

/// A hash, a stream id, a private key: 32 bytes.
pub type Digest = [u8; 32];

/// Keccak-256 of parts one behind the other.
pub fn keccak(parts: &[&[u8]]) -> Digest {
    let mut hasher = Keccak::v256();
    let mut digest = Digest::default();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize(&mut digest);
    digest
}

/// `0x` and lower-case digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::from("0x");
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Bytes of strict hex, with or without `0x`.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    if digits.len() % 2 == 1 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
    (0..digits.len()).step_by(2).map(byte).collect()
}

/// A fixed number of bytes of strict hex.
pub fn unhex_array<const N: usize>(text: &str) -> Option<[u8; N]> {
    unhex(text)?.try_into().ok()
}
