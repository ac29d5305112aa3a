//! Private keys, the accounts they stand for, and signatures that name their account.

use k256::ecdsa::{RecoveryId, Signature, SigningKey, VerifyingKey};

use super::{Digest, keccak, unhex_array};

/// An account's address.
pub type Address = [u8; 20];

/// A private key that is one: not zero, below the order of the curve.
#[derive(Clone)]
pub struct Wallet(SigningKey);

/// The signature of a hash.
pub struct Signed {
    pub odd: bool,
    pub r: Digest,
    pub s: Digest,
}

impl Wallet {
    /// Exactly 64 digits of any case, with or without `0x`.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: Digest = unhex_array(text)?;
        SigningKey::from_slice(&bytes).ok().map(Self)
    }

    /// The last 20 bytes of the hash of the public key.
    pub fn address(&self) -> Address {
        address_of(self.0.verifying_key())
    }

    /// The key itself.
    pub fn secret(&self) -> Digest {
        self.0.to_bytes().into()
    }

    /// Signs so that the account can be found from the signature.
    pub fn sign(&self, hash: &Digest) -> Signed {
        let (signature, id) = self
            .0
            .sign_prehash_recoverable(hash)
            .expect("a hash of 32 bytes can be signed");
        let (r, s) = signature.split_bytes();
        Signed {
            odd: id.is_y_odd(),
            r: r.into(),
            s: s.into(),
        }
    }
}

impl Signed {
    /// Who signed; none for what is no signature.
    pub fn signer(&self, hash: &Digest) -> Option<Address> {
        let signature = Signature::from_scalars(self.r, self.s).ok()?;
        let id = RecoveryId::new(self.odd, false);
        let key = VerifyingKey::recover_from_prehash(hash, &signature, id).ok()?;
        Some(address_of(&key))
    }
}

/// An address whose capitals are its checksum.
pub fn checksummed(address: &Address) -> String {
    let digits = super::hex(address)[2..].to_owned();
    let hash = super::hex(&keccak(&[digits.as_bytes()]));
    let pairs = digits.chars().zip(hash[2..].chars());
    let cased = pairs.map(|(digit, hash)| {
        if hash >= '8' {
            digit.to_ascii_uppercase()
        } else {
            digit
        }
    });
    format!("0x{}", cased.collect::<String>())
}

fn address_of(key: &VerifyingKey) -> Address {
    let point = key.to_encoded_point(false);
    let hash = keccak(&[&point.as_bytes()[1..]]);
    let mut address = Address::default();
    address.copy_from_slice(&hash[12..]);
    address
}
