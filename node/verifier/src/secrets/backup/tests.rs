//! Backups: what comes back, and what does not come out.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    time::{Duration, Instant},
};

use super::*;
use crate::secrets::{HeldSecret, held_secrets};

const PASSPHRASE: &str = "four verifiers walk into a cinema";
const GENESIS: Hash32 = [7; 32];

fn epochs(held: &[HeldSecret]) -> Vec<(u32, [u8; 32])> {
    held.iter().map(|held| (held.epoch, *held.secret)).collect()
}

/// The writing thread of a store lets go of the file when it ends.
fn once_free<T>(mut attempt: impl FnMut() -> Result<T, BackupError>) -> T {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        match attempt() {
            Err(BackupError::Directory(_)) if Instant::now() < deadline => {
                std::thread::yield_now();
            }
            outcome => return outcome.expect("it works"),
        }
    }
}

fn stopped_service(directory: &Path) -> ServiceKeys {
    let keys = ServiceKeys::load_or_create(directory).expect("keys");
    let store = Store::open(directory, &GENESIS, CACHE).expect("a store");
    for (epoch, byte) in [(0, 9), (1, 8)] {
        let made = commitment(epoch, &[byte; 32]);
        let sealed = keys.store.seal(epoch, &made, &[byte; 32]).expect("sealed");
        store
            .write_now(move |batch| batch.put(SECRETS, &(epoch, made), &sealed))
            .expect("written");
    }
    keys
}

#[test]
fn a_restored_directory_has_the_same_keys_and_the_secrets_of_every_epoch() {
    let (from, to) = (
        tempfile::tempdir().expect("a"),
        tempfile::tempdir().expect("b"),
    );
    let keys = stopped_service(from.path());
    let file = to.path().join("backup");
    let count = once_free(|| back_up(from.path(), &file, PASSPHRASE));
    assert_eq!(count, 2);
    let mode = fs::metadata(&file).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let bytes = fs::read(&file).expect("read");
    for secret in [[9u8; 32], [8; 32]] {
        assert!(!bytes.windows(32).any(|window| window == secret));
    }

    let directory = to.path().join("verifier");
    assert_eq!(restore(&directory, &file, PASSPHRASE).expect("restored"), 2);
    let held = once_free(|| Ok(held_secrets(&directory)?));
    assert_eq!(epochs(&held), vec![(0, [9; 32]), (1, [8; 32])]);
    let restored = ServiceKeys::load_or_create(&directory).expect("keys");
    assert_eq!(restored.service_key(), keys.service_key());
    assert_eq!(restored.exchange.public(), keys.exchange.public());
    // The chain of the store is that of the backup.
    let is_refused = once_free(|| match Store::open(&directory, &[8; 32], CACHE) {
        Err(StoreError::OtherChain { .. }) => Ok(true),
        Err(error) => Err(error.into()),
        Ok(_) => Ok(false),
    });
    assert!(is_refused);
}

#[test]
fn without_the_passphrase_or_with_a_changed_file_nothing_comes_out_and_nothing_is_written() {
    let (from, to) = (
        tempfile::tempdir().expect("a"),
        tempfile::tempdir().expect("b"),
    );
    stopped_service(from.path());
    let file = to.path().join("backup");
    once_free(|| back_up(from.path(), &file, PASSPHRASE));
    let directory = to.path().join("verifier");
    let refused = restore(&directory, &file, "another passphrase");
    assert!(matches!(refused, Err(BackupError::WrongPassphrase)));
    let good = fs::read(&file).expect("read");
    for place in [20, good.len() - 1] {
        let mut bad = good.clone();
        bad[place] ^= 1;
        fs::write(&file, &bad).expect("written");
        let refused = restore(&directory, &file, PASSPHRASE);
        assert!(matches!(refused, Err(BackupError::WrongPassphrase)));
    }
    for bad in [&good[..40], b"something else".as_slice()] {
        fs::write(&file, bad).expect("written");
        let refused = restore(&directory, &file, PASSPHRASE);
        assert!(matches!(refused, Err(BackupError::NotABackup { .. })));
    }
    assert!(!directory.exists());
}

#[test]
fn keys_in_use_and_files_that_exist_are_not_overwritten() {
    let (from, to) = (
        tempfile::tempdir().expect("a"),
        tempfile::tempdir().expect("b"),
    );
    stopped_service(from.path());
    let file = to.path().join("backup");
    once_free(|| back_up(from.path(), &file, PASSPHRASE));
    let before = fs::read(&file).expect("read");
    let again = back_up(from.path(), &file, PASSPHRASE);
    assert!(again.is_err());
    assert_eq!(fs::read(&file).expect("read"), before);
    let refused = restore(from.path(), &file, PASSPHRASE);
    assert!(matches!(refused, Err(BackupError::InUse { .. })));
    let short = back_up(from.path(), &to.path().join("other"), "short");
    assert!(matches!(short, Err(BackupError::ShortPassphrase)));
}

#[test]
fn a_restore_that_fails_half_way_leaves_nothing_behind_and_can_be_done_again() {
    let (from, to) = (
        tempfile::tempdir().expect("a"),
        tempfile::tempdir().expect("b"),
    );
    stopped_service(from.path());
    let file = from.path().join("backup");
    once_free(|| back_up(from.path(), &file, PASSPHRASE));
    // The last key can't be written: the place beside it is taken.
    let taken = to.path().join("store.key.new");
    fs::create_dir(&taken).expect("made");
    assert!(restore(to.path(), &file, PASSPHRASE).is_err());
    assert!(!keys::any_in(to.path()));
    fs::remove_dir(&taken).expect("removed");
    assert_eq!(once_free(|| restore(to.path(), &file, PASSPHRASE)), 2);
}
