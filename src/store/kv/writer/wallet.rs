//! The wallet that pays: its key checked before a program is started with it, its address, and the
//! lock that lets one write at a time spend from it.
//!
//! Two writes at once take the same transaction number and one of them fails (0G wire contract,
//! F-18). The lock is a file in the state folder, so it holds between processes; the client that is
//! started inherits it, so it holds for as long as that runs, whatever becomes of this program.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use k256::SecretKey;
use k256::elliptic_curve::sec1::ToEncodedPoint as _;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::Instant;

use super::root::{hex, keccak, unhex};
use crate::store::error::{Kind, Retry, Store, StoreError};

const KEY_HINT: &str = "set writer.wallet_key (ZEROG_WALLET_KEY) to the 64 hex digits of the key";

/// Ours alone, so that the lock's name tells nothing about the wallet.
const SALT: &[u8] = b"dualscope: lock of a wallet";

/// A checked key.
pub(super) struct Wallet {
    key: SecretString,
    address: [u8; 20],
}

impl Wallet {
    /// Takes 64 hex digits, with or without `0x`, of a number that is a key.
    pub(super) fn new(key: &SecretString) -> Result<Self, StoreError> {
        let refused = |what: &str| {
            let message = format!("the wallet key {what} (it is not shown)");
            StoreError::new(Store::Values, Kind::Malformed, message).hint(KEY_HINT)
        };
        let bytes = unhex::<32>(key.expose_secret().trim()).map(Zeroizing::new);
        let bytes = bytes.ok_or_else(|| refused("is not 64 hex digits"))?;
        let secret = SecretKey::from_slice(&*bytes)
            .map_err(|_error| refused("is not a number that can be a key"))?;
        let point = secret.public_key().to_encoded_point(false);
        let hash = keccak(&[point.as_bytes().get(1..).unwrap_or_default()]);
        let mut address = [0; 20];
        address.copy_from_slice(&hash[12..]);
        Ok(Self {
            key: hex(&*bytes).into(),
            address,
        })
    }

    /// The digits without `0x`.
    pub(super) fn digits(&self) -> &str {
        let text = self.key.expose_secret();
        text.strip_prefix("0x").unwrap_or(text)
    }

    /// The public address, `0x` and 40 hex digits.
    pub(super) fn address(&self) -> String {
        hex(&self.address)
    }

    /// The name of the wallet's lock file.
    fn lock_name(&self) -> String {
        let hash = keccak(&[SALT, &self.address]);
        format!("{}.lock", &hex(&hash[..16])[2..])
    }

    /// Waits until no other write spends from this wallet, but no longer than `patience`.
    pub(super) async fn lock(&self, dir: &Path, patience: Duration) -> Result<Hold, StoreError> {
        let path = dir.join(self.lock_name());
        let file = open(dir, &path).map_err(|error| unusable(dir, &error))?;
        let deadline = Instant::now() + patience;
        let mut pause = Duration::from_millis(20);
        let mut told = false;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Hold { file }),
                Err(TryLockError::Error(error)) => return Err(unusable(dir, &error)),
                Err(TryLockError::WouldBlock) => {}
            }
            if !told {
                tracing::info!("waiting for another write that spends from the same wallet");
                told = true;
            }
            if Instant::now() + pause > deadline {
                return Err(busy(patience));
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(500));
        }
    }
}

/// The wallet is ours while this or a copy of its file is open.
pub(super) struct Hold {
    file: File,
}

impl Hold {
    /// A copy for the client's standard input: the file is empty, so reading it ends at once, and
    /// the lock lasts until the client has ended too.
    pub(super) fn input(&self) -> io::Result<File> {
        self.file.try_clone()
    }
}

fn open(dir: &Path, path: &PathBuf) -> io::Result<File> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)?;
    fs::OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
}

fn unusable(dir: &Path, error: &io::Error) -> StoreError {
    let message = format!(
        "the lock of the wallet in {} cannot be used: {}",
        dir.display(),
        error.kind()
    );
    StoreError::new(Store::Values, Kind::Refused, message)
        .hint("make the state folder writable; DUALSCOPE_STATE names another")
}

fn busy(patience: Duration) -> StoreError {
    let message = format!(
        "another write that spends from the same wallet still runs after {} s of waiting",
        patience.as_secs()
    );
    StoreError::new(Store::Values, Kind::Timeout, message)
        .retry(Retry::Safe)
        .hint("nothing was sent; wait for the other write, or look what `0g-storage-client` does")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wallet(key: &str) -> Result<Wallet, StoreError> {
        Wallet::new(&key.to_owned().into())
    }

    const KEY: &str = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

    #[test]
    fn the_address_of_a_well_known_key_comes_out() {
        for text in [KEY.to_owned(), format!("0x{}", KEY.to_uppercase())] {
            let wallet = wallet(&text).unwrap();
            assert_eq!(
                wallet.address(),
                "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"
            );
            assert_eq!(wallet.digits(), KEY);
        }
    }

    #[test]
    fn what_cannot_be_a_key_is_refused_without_being_shown() {
        let order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
        let odd = format!("0X{KEY}");
        for text in ["", &KEY[1..], &odd, &"0".repeat(64), order, "canary"] {
            let fault = wallet(text).err().unwrap();
            assert_eq!(fault.kind, Kind::Malformed);
            let long_enough = text.len() > 5;
            assert!(!long_enough || !fault.to_string().contains(text), "{fault}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn one_wallet_is_held_once_and_another_is_free() {
        let dir = tempfile::tempdir().unwrap();
        let (one, other) = (wallet(KEY).unwrap(), wallet(&"1".repeat(64)).unwrap());
        let patience = Duration::from_secs(3);

        let hold = one.lock(dir.path(), patience).await.unwrap();
        let child = hold.input().unwrap();
        drop(hold);
        let fault = one.lock(dir.path(), patience).await.err().unwrap();
        assert_eq!((fault.kind, fault.retry), (Kind::Timeout, Retry::Safe));
        assert!(other.lock(dir.path(), patience).await.is_ok());

        drop(child);
        assert!(one.lock(dir.path(), patience).await.is_ok());
        for entry in fs::read_dir(dir.path()).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            assert!(!KEY.contains(&name[..8]) && !one.address().contains(&name[..8]));
        }
    }
}
