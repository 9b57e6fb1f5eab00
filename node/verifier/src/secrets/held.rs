//! The set secrets that a stopped service holds, read from its directory.

use std::path::Path;

use chainflix_primitives::hash::Hash32;
use zeroize::Zeroizing;

use super::commitment;
use crate::error::StartError;
use crate::keys::ServiceKeys;
use crate::store::Store;
use crate::store::tables::SECRETS;

/// Most secrets that are read: far more than there are epochs and attempts in the life of a chain.
const MOST: usize = 100_000;

/// A set secret in plaintext. Whoever has it can derive the keys of every video of its epoch.
pub struct HeldSecret {
    /// Key epoch.
    pub epoch: u32,
    /// Commitment to it, as it stands on chain when it is in force.
    pub commitment: Hash32,
    /// The secret; wiped when it is dropped.
    pub secret: Zeroizing<[u8; 32]>,
}

impl std::fmt::Debug for HeldSecret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("HeldSecret")
            .field("epoch", &self.epoch)
            .finish_non_exhaustive()
    }
}

/// The set secrets in the directory of a service that is not running, by epoch and commitment.
///
/// # Errors
/// When the directory holds no service's store, a service is using it, or its key file can't be read.
pub fn held_secrets(directory: &Path) -> Result<Vec<HeldSecret>, StartError> {
    let store = Store::open_existing(directory)?;
    secrets_in(directory, &store)
}

/// The set secrets in `store`, which lies in `directory`.
pub(super) fn secrets_in(directory: &Path, store: &Store) -> Result<Vec<HeldSecret>, StartError> {
    let keys = ServiceKeys::load_or_create(directory)?;
    let (first, last) = ((0, [0; 32]), (u32::MAX, [u8::MAX; 32]));
    let sealed = store.view()?.range(SECRETS, &first, &last, MOST)?;
    let opened = sealed.into_iter().filter_map(|((epoch, made), sealed)| {
        let secret = keys.store.open(epoch, &made, &sealed)?;
        (commitment(epoch, &secret) == made).then_some(HeldSecret {
            epoch,
            commitment: made,
            secret,
        })
    });
    Ok(opened.collect())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    async fn store_with_secret(directory: &Path) -> Store {
        let keys = ServiceKeys::load_or_create(directory).expect("keys");
        let store = Store::open(directory, &[1; 32], 1 << 20).expect("a store");
        let made = commitment(0, &[9; 32]);
        let sealed = keys.store.seal(0, &made, &[9; 32]).expect("sealed");
        let writing = store
            .writer()
            .write(move |batch| batch.put(SECRETS, &(0, made), &sealed));
        writing.await.expect("written");
        store
    }

    #[tokio::test]
    async fn the_secrets_of_a_stopped_service_come_out_and_not_those_of_a_running_one() {
        let directory = tempfile::tempdir().expect("a directory");
        let store = store_with_secret(directory.path()).await;
        assert!(held_secrets(directory.path()).is_err());
        drop(store);
        let deadline = Instant::now() + Duration::from_secs(10);
        let held = loop {
            // The writing thread lets go of the file when it ends.
            match held_secrets(directory.path()) {
                Err(_) if Instant::now() < deadline => std::thread::yield_now(),
                held => break held.expect("read"),
            }
        };
        assert_eq!(held.len(), 1);
        assert_eq!((held[0].epoch, *held[0].secret), (0, [9; 32]));
        assert!(!format!("{held:?}").contains("9, 9"));
    }

    #[test]
    fn an_empty_directory_is_left_empty() {
        let directory = tempfile::tempdir().expect("a directory");
        assert!(held_secrets(directory.path()).is_err());
        let entries = std::fs::read_dir(directory.path()).expect("a directory");
        assert_eq!(entries.count(), 0);
    }
}
