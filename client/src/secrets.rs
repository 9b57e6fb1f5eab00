//! Secrets come from files that only their owner can read, never from a command line, and are wiped after use.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// Longest secret file, in bytes.
const MAX_SECRET_BYTES: u64 = 4_096;

/// Why a secret can't be used. Nothing of the secret itself is in any of these.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// There is no such file.
    #[error("there is no key file {0}; make one with `chainflix keys generate`")]
    Missing(PathBuf),
    /// It can't be read or written.
    #[error("the key file {path} can't be used: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It stands there already.
    #[error("the key file {0} exists already; a key is never overwritten")]
    Exists(PathBuf),
    /// Others may read it.
    #[error("the key file {path} can be read by others (mode {mode:03o}); run `chmod 600 {path}`")]
    Open {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// It is empty, too long or not text.
    #[error("the key file {0} does not hold a key")]
    NotAKey(PathBuf),
    /// It holds another kind of key.
    #[error("the key file {path} does not hold {wanted}")]
    OtherKind {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        wanted: &'static str,
    },
    /// The operating system gives no randomness.
    #[error("the operating system gives no randomness")]
    NoRandomness,
}

/// Reads the secret in `path`: its first line that is neither empty nor a comment (`#`).
///
/// # Errors
/// When others may read the file, or it holds no secret.
pub fn read(path: &Path) -> Result<Zeroizing<String>, SecretError> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => SecretError::Missing(path.to_path_buf()),
        _ => SecretError::Io {
            path: path.to_path_buf(),
            source,
        },
    };
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = metadata.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(SecretError::Open {
                path: path.to_path_buf(),
                mode,
            });
        }
    }
    if metadata.len() > MAX_SECRET_BYTES {
        return Err(SecretError::NotAKey(path.to_path_buf()));
    }
    // Room for everything from the start, so that no half of a secret stays behind in a buffer that was grown.
    let mut text = Zeroizing::new(String::with_capacity(
        usize::try_from(metadata.len().saturating_add(1)).unwrap_or(0),
    ));
    file.take(MAX_SECRET_BYTES)
        .read_to_string(&mut text)
        .map_err(|_| SecretError::NotAKey(path.to_path_buf()))?;
    let line = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with('#'));
    line.map(|line| Zeroizing::new(line.to_owned()))
        .ok_or_else(|| SecretError::NotAKey(path.to_path_buf()))
}

/// Reads 32 bytes in hex from `path`.
///
/// # Errors
/// As [`read`], and when it is anything else.
pub fn read_key(path: &Path) -> Result<Zeroizing<[u8; 32]>, SecretError> {
    let text = read(path)?;
    let mut key = Zeroizing::new([0u8; 32]);
    let digits = text.strip_prefix("0x").unwrap_or(&text);
    hex::decode_to_slice(digits, key.as_mut_slice()).map_err(|_| SecretError::OtherKind {
        path: path.to_path_buf(),
        wanted: "32 bytes in hex",
    })?;
    Ok(key)
}

/// Writes a new secret file that only its owner can read, with a comment about what it is.
///
/// # Errors
/// When the file exists or can't be written.
pub fn create(path: &Path, comment: &str, secret: &str) -> Result<(), SecretError> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::AlreadyExists => SecretError::Exists(path.to_path_buf()),
        _ => SecretError::Io {
            path: path.to_path_buf(),
            source,
        },
    };
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path).map_err(failed)?;
    let text = Zeroizing::new(format!("# {comment}\n{secret}\n"));
    file.write_all(text.as_bytes()).map_err(failed)?;
    file.sync_all().map_err(failed)
}

/// 32 fresh random bytes from the operating system.
///
/// # Errors
/// When it gives none.
pub fn random_key() -> Result<Zeroizing<[u8; 32]>, SecretError> {
    let mut key = Zeroizing::new([0u8; 32]);
    getrandom::fill(key.as_mut_slice()).map_err(|_| SecretError::NoRandomness)?;
    Ok(key)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_secret_is_written_for_its_owner_only_and_read_back_and_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("viewer.key");
        create(&path, "wallet of a viewer", "//Viewer").unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(read(&path).unwrap().as_str(), "//Viewer");
        let again = create(&path, "another", "//Other");
        assert!(matches!(again, Err(SecretError::Exists(_))));
    }

    #[test]
    fn a_file_that_others_may_read_is_refused_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("viewer.key");
        create(&path, "wallet", "//Viewer").unwrap();
        for mode in [0o640, 0o604, 0o660, 0o601] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            let error = read(&path).unwrap_err();
            assert!(error.to_string().contains("chmod 600"), "{error}");
            assert!(!error.to_string().contains("//Viewer"));
        }
    }

    #[test]
    fn what_holds_no_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let with = |content: &[u8]| {
            std::fs::write(&path, content).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        };
        assert!(matches!(read(&path), Err(SecretError::Missing(_))));
        with(b"");
        assert!(matches!(read(&path), Err(SecretError::NotAKey(_))));
        with(b"# only a comment\n\n");
        assert!(matches!(read(&path), Err(SecretError::NotAKey(_))));
        with(&[0xff; 64]);
        assert!(matches!(read(&path), Err(SecretError::NotAKey(_))));
        with(&[b'a'; 5_000]);
        assert!(matches!(read(&path), Err(SecretError::NotAKey(_))));
        with(b"abcd\n");
        assert!(matches!(
            read_key(&path),
            Err(SecretError::OtherKind { .. })
        ));
        with(format!("# node\n0x{}\n", "5a".repeat(32)).as_bytes());
        assert_eq!(*read_key(&path).unwrap(), [0x5a; 32]);
    }
}
