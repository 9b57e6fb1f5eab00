//! The operator's backup: the service's keys and every set secret that it holds, in one file under a passphrase.
//!
//! What is lost with these can't be had again when the other verifiers are gone, too: with all copies of an epoch's secret
//! go the keys of every video of that epoch. Views, tickets and earnings are not in it: they come back from the others.
//!
//! ```text
//! magic ‖ version ‖ log₂ KiB ‖ salt (16) ‖ nonce (24) ‖ XChaCha20-Poly1305 (Argon2id (passphrase, salt), content)
//! ```

use std::{
    fs::{DirBuilder, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use chainflix_primitives::hash::Hash32;
use codec::{Decode, DecodeAll, Encode};
use zeroize::Zeroizing;

use super::{commitment, held::secrets_in};
use crate::error::StartError;
use crate::keys::{self, KeyFileError, ServiceKeys};
use crate::random;
use crate::store::tables::SECRETS;
use crate::store::{Store, StoreError};

/// First bytes of a backup, with the version of its format.
const MAGIC: &[u8; 16] = b"chainflix-backup";
/// The version.
const VERSION: u8 = 1;
/// Cost of guessing a passphrase: Argon2id with 64 MiB, three passes and four lanes, as RFC 9106 recommends (section 4).
const LOG_KIB: u8 = 16;
/// Most that a backup may ask for, 1 GiB: a file can't make this program take all memory.
const MAX_LOG_KIB: u8 = 20;
/// Least that Argon2 takes with four lanes.
const MIN_LOG_KIB: u8 = 5;
/// Passes over the memory.
const PASSES: u32 = 3;
/// Lanes of the memory.
const LANES: u32 = 4;
/// Longest backup that is read: 100,000 secrets are 7 MiB.
const MAX_BYTES: u64 = 16 * 1024 * 1024;
/// Memory for the store's cache while secrets are written.
const CACHE: usize = 1024 * 1024;
/// A shorter passphrase can be guessed.
const MIN_PASSPHRASE: usize = 12;

/// Why a backup can't be made or restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The service's directory can't be used.
    #[error(transparent)]
    Directory(#[from] StartError),
    /// The passphrase is too short.
    #[error("the passphrase has to be at least {MIN_PASSPHRASE} bytes long")]
    ShortPassphrase,
    /// A file can't be read or written.
    #[error("{path} can't be read or written")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is no backup, of another version, or damaged.
    #[error("{path} is no backup that this version can read")]
    NotABackup {
        /// The file.
        path: PathBuf,
    },
    /// It does not open.
    #[error("the backup does not open: the passphrase is another one, or the file was changed")]
    WrongPassphrase,
    /// The directory is in use by keys of its own.
    #[error(
        "{directory} holds a verifier's keys already; restore into an empty one, or move that one away first"
    )]
    InUse {
        /// The directory.
        directory: PathBuf,
    },
    /// Sealing failed.
    #[error("the backup could not be sealed")]
    Seal,
}

impl From<StoreError> for BackupError {
    fn from(error: StoreError) -> Self {
        Self::Directory(error.into())
    }
}

impl From<KeyFileError> for BackupError {
    fn from(error: KeyFileError) -> Self {
        Self::Directory(error.into())
    }
}

/// What lies in a backup.
#[derive(Encode, Decode)]
struct Content {
    genesis: Hash32,
    /// Name and content of each key file.
    keys: Vec<(Vec<u8>, [u8; 32])>,
    /// Epoch and secret.
    secrets: Vec<(u32, [u8; 32])>,
}

impl Drop for Content {
    fn drop(&mut self) {
        use zeroize::Zeroize;
        self.keys.iter_mut().for_each(|(_, key)| key.zeroize());
        let secrets = self.secrets.iter_mut();
        secrets.for_each(|(_, secret)| secret.zeroize());
    }
}

/// Writes the keys and set secrets in the directory of a service that is not running to a new file, sealed under
/// `passphrase`. How many set secrets it holds.
///
/// # Errors
/// When the directory holds no service's store, a service is using it, the file exists, or can't be written.
pub fn back_up(directory: &Path, file: &Path, passphrase: &str) -> Result<usize, BackupError> {
    if passphrase.len() < MIN_PASSPHRASE {
        return Err(BackupError::ShortPassphrase);
    }
    let store = Store::open_existing(directory)?;
    let genesis = store.view()?.genesis()?;
    let held = secrets_in(directory, &store)?;
    let content = Content {
        genesis,
        keys: keys::read_all(directory)?
            .into_iter()
            .map(|(name, key)| (name.as_bytes().to_vec(), *key))
            .collect(),
        secrets: held.iter().map(|held| (held.epoch, *held.secret)).collect(),
    };
    let sealed = seal(&content, passphrase).ok_or(BackupError::Seal)?;
    write_new(file, &sealed).map_err(|source| BackupError::File {
        path: file.to_path_buf(),
        source,
    })?;
    Ok(held.len())
}

/// Puts what `file` holds into `directory`, which must not hold a service's keys. How many set secrets it holds.
///
/// # Errors
/// When the file does not open under `passphrase`, or the directory is in use. Nothing is changed then.
pub fn restore(directory: &Path, file: &Path, passphrase: &str) -> Result<usize, BackupError> {
    let content = open(file, passphrase)?;
    let in_use = || BackupError::InUse {
        directory: directory.to_path_buf(),
    };
    if keys::any_in(directory) || Store::exists_in(directory) {
        return Err(in_use());
    }
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
        .map_err(|source| BackupError::File {
            path: directory.to_path_buf(),
            source,
        })?;
    let filled = fill(directory, &content);
    if filled.is_err() {
        // None of that was there before, and with a part of it the directory would be in use.
        keys::remove_from(directory);
        Store::remove_from(directory);
    }
    filled
}

/// Writes keys and secrets. How many set secrets there are.
fn fill(directory: &Path, content: &Content) -> Result<usize, BackupError> {
    for (name, key) in &content.keys {
        // A name that is none of the service's is no path to write to.
        let Some(name) = keys::FILES
            .iter()
            .find(|known| known.as_bytes() == name.as_slice())
        else {
            continue;
        };
        keys::write(directory, name, key)?;
    }
    let keys = ServiceKeys::load_or_create(directory)?;
    let store = Store::open(directory, &content.genesis, CACHE)?;
    let mut sealed = Vec::with_capacity(content.secrets.len());
    for (epoch, secret) in &content.secrets {
        let made = commitment(*epoch, secret);
        let secret = keys.store.seal(*epoch, &made, secret);
        sealed.push(((*epoch, made), secret.ok_or(BackupError::Seal)?));
    }
    let count = sealed.len();
    store.write_now(move |batch| {
        let mut secrets = sealed.iter();
        secrets.try_for_each(|(key, secret)| batch.put(SECRETS, key, secret))
    })?;
    Ok(count)
}

fn seal(content: &Content, passphrase: &str) -> Option<Vec<u8>> {
    let salt = random::bytes::<16>();
    let nonce = random::bytes::<24>();
    let header = header(LOG_KIB, &salt, &nonce);
    let key = derive(passphrase, &salt, LOG_KIB)?;
    let plain = Zeroizing::new(content.encode());
    let payload = Payload {
        msg: &plain,
        aad: &header,
    };
    let cipher = XChaCha20Poly1305::new((&*key).into());
    let sealed = cipher.encrypt(XNonce::from_slice(&nonce), payload).ok()?;
    Some([header, sealed].concat())
}

fn open(file: &Path, passphrase: &str) -> Result<Content, BackupError> {
    let bytes = read_all(file).map_err(|source| BackupError::File {
        path: file.to_path_buf(),
        source,
    })?;
    let not_a_backup = || BackupError::NotABackup {
        path: file.to_path_buf(),
    };
    let parts = Parts::of(&bytes).ok_or_else(not_a_backup)?;
    let header = header(parts.log_kib, parts.salt, parts.nonce);
    let key = derive(passphrase, parts.salt, parts.log_kib).ok_or_else(not_a_backup)?;
    let payload = Payload {
        msg: parts.sealed,
        aad: &header,
    };
    let cipher = XChaCha20Poly1305::new((&*key).into());
    let plain = cipher
        .decrypt(XNonce::from_slice(parts.nonce), payload)
        .map(Zeroizing::new)
        .map_err(|_| BackupError::WrongPassphrase)?;
    Content::decode_all(&mut plain.as_slice()).map_err(|_| not_a_backup())
}

/// A backup's parts.
struct Parts<'a> {
    log_kib: u8,
    salt: &'a [u8; 16],
    nonce: &'a [u8; 24],
    sealed: &'a [u8],
}

impl<'a> Parts<'a> {
    fn of(bytes: &'a [u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(MAGIC)?;
        let ([version, log_kib], rest) = rest.split_first_chunk::<2>()?;
        if *version != VERSION || !(MIN_LOG_KIB..=MAX_LOG_KIB).contains(log_kib) {
            return None;
        }
        let (salt, rest) = rest.split_first_chunk::<16>()?;
        let (nonce, sealed) = rest.split_first_chunk::<24>()?;
        Some(Self {
            log_kib: *log_kib,
            salt,
            nonce,
            sealed,
        })
    }
}

fn header(log_kib: u8, salt: &[u8; 16], nonce: &[u8; 24]) -> Vec<u8> {
    [MAGIC.as_slice(), &[VERSION, log_kib], salt, nonce].concat()
}

fn derive(passphrase: &str, salt: &[u8; 16], log_kib: u8) -> Option<Zeroizing<[u8; 32]>> {
    let memory = 1u32.checked_shl(u32::from(log_kib))?;
    let parameters = Params::new(memory, PASSES, LANES, Some(32)).ok()?;
    let mut memory = vec![Block::default(); parameters.block_count()];
    let mut key = Zeroizing::new([0u8; 32]);
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters);
    let derived = argon2.hash_password_into_with_memory(
        passphrase.as_bytes(),
        salt,
        key.as_mut_slice(),
        &mut memory,
    );
    derived.ok()?;
    Some(key)
}

fn write_new(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn read_all(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = OpenOptions::new().read(true).open(file)?;
    file.take(MAX_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
