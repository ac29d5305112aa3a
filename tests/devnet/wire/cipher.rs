//! The wrapper of encrypted stream data: the real headers around a cipher of our own.
//!
//! Length, first byte and randomness are those of the real wrapper, which is all that is visible
//! from outside. The key stream is keccak in place of AES-256-CTR and ECIES, so a real node cannot
//! read what the stand-in encrypts, nor the other way round.

use super::{Digest, keccak};

/// How stream data is encrypted, on either side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cipher {
    /// By a key of 32 bytes (`--encryption-key`).
    Key(Digest),
    /// To the owner of a private key (`--encrypt`).
    Wallet(Digest),
}

impl Cipher {
    fn version(&self) -> u8 {
        match self {
            Self::Key(_) => 1,
            Self::Wallet(_) => 2,
        }
    }

    fn header(&self) -> usize {
        match self {
            Self::Key(_) => 17,
            Self::Wallet(_) => 50,
        }
    }

    /// Header and ciphertext; `random` must never come twice.
    pub fn wrap(&self, plain: &[u8], random: &Digest) -> Vec<u8> {
        let mut out = vec![self.version()];
        out.extend(keccak(&[random, b"header"]));
        out.extend(keccak(&[random, b"nonce"]));
        out.truncate(self.header());
        let header = out.clone();
        out.extend(self.apply(plain, &header));
        out
    }

    /// The plain bytes; the first byte when that is no wrapper of this kind.
    pub fn open(&self, wrapped: &[u8]) -> Result<Vec<u8>, u8> {
        let first = wrapped.first().copied().unwrap_or_default();
        match wrapped.split_at_checked(self.header()) {
            Some((header, body)) if first == self.version() => Ok(self.apply(body, header)),
            _ => Err(first),
        }
    }

    fn apply(&self, bytes: &[u8], header: &[u8]) -> Vec<u8> {
        let (Self::Key(key) | Self::Wallet(key)) = self;
        let block = |at: usize| keccak(&[key, header, &at.to_be_bytes()]);
        let crossed = bytes.chunks(32).enumerate().flat_map(|(at, chunk)| {
            let stream = block(at);
            let both = chunk.iter().zip(stream).map(|(a, b)| a ^ b);
            both.collect::<Vec<u8>>()
        });
        crossed.collect()
    }
}
