//! Key files: 32 random bytes each, readable by the owner only.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use crate::random;

/// Why a key file can't be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// It can't be read or written.
    #[error("the key file {path} can't be read or written")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Others may read it.
    #[error("the key file {path} is open to other users (mode {mode:o}); run `chmod 600` on it")]
    Open {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// It is not a key.
    #[error(
        "the key file {path} does not hold 32 bytes; restore it from a backup, or remove it to get a new key"
    )]
    NotAKey {
        /// The file.
        path: PathBuf,
    },
}

/// The key in `path`, made if there is none.
pub(super) fn load_or_create(path: &Path) -> Result<Zeroizing<[u8; 32]>, KeyFileError> {
    let failed = |source| KeyFileError::Io {
        path: path.to_path_buf(),
        source,
    };
    match File::open(path) {
        Ok(file) => load(path, file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let mut key = Zeroizing::new([0u8; 32]);
            random::fill(key.as_mut_slice());
            create(path, &key).map_err(failed)?;
            Ok(key)
        }
        Err(error) => Err(failed(error)),
    }
}

/// Writes a key to `path`.
pub(super) fn write(path: &Path, key: &[u8; 32]) -> Result<(), KeyFileError> {
    create(path, key).map_err(|source| KeyFileError::Io {
        path: path.to_path_buf(),
        source,
    })
}

fn load(path: &Path, mut file: File) -> Result<Zeroizing<[u8; 32]>, KeyFileError> {
    let failed = |source| KeyFileError::Io {
        path: path.to_path_buf(),
        source,
    };
    let metadata = file.metadata().map_err(failed)?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyFileError::Open {
            path: path.to_path_buf(),
            mode,
        });
    }
    let mut key = Zeroizing::new([0u8; 32]);
    if metadata.len() != key.len() as u64 {
        return Err(KeyFileError::NotAKey {
            path: path.to_path_buf(),
        });
    }
    file.read_exact(key.as_mut_slice()).map_err(failed)?;
    Ok(key)
}

/// Writes beside the place first: a crash leaves the whole key or none.
fn create(path: &Path, key: &[u8; 32]) -> io::Result<()> {
    let unfinished = path.with_extension("key.new");
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&unfinished)?;
    file.write_all(key)?;
    file.sync_all()?;
    fs::rename(&unfinished, path)?;
    if let Some(directory) = path.parent() {
        File::open(directory)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_only_its_owner_can_read_it() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("service.key");
        let first = load_or_create(&path).expect("made");
        let again = load_or_create(&path).expect("read");
        assert_eq!(*first, *again);
        let mode = fs::metadata(&path).expect("file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_key_file_that_others_may_read_or_that_is_cut_short_is_refused() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("service.key");
        load_or_create(&path).expect("made");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("changed");
        assert!(matches!(
            load_or_create(&path),
            Err(KeyFileError::Open { mode: 0o640, .. })
        ));
        fs::write(&path, [1; 31]).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("changed");
        assert!(matches!(
            load_or_create(&path),
            Err(KeyFileError::NotAKey { .. })
        ));
    }
}
