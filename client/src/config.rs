//! What a client is started with.

use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::Serialize;
use sha2::Digest;

use crate::wallet::Wallet;

/// Settings of a client.
#[derive(Clone, Debug)]
pub struct Config {
    /// Nodes of the chain, `ws://` or `wss://` URLs; the first that answers is used, the others stand in.
    pub chain: Vec<String>,
    /// The storage controller, an `http://` URL; `None` for the first that is registered on chain and answers.
    pub controller: Option<String>,
    /// The account that publishes, watches and earns.
    pub wallet: Wallet,
}

/// Longest part of a file's name in the name of a work folder, in bytes: with the rest it is no longer than names may be.
const MAX_NAME_BYTES: usize = 200;

/// Where a publication of the file `source` works, below a producer's folder `state`. `made_as` is what else makes it another
/// publication, such as title and chain: a file of the same name elsewhere, one that was changed, or another title has a
/// folder of its own, and the same again has the same.
///
/// # Errors
/// When the file can't be looked at.
pub fn default_work_folder(
    state: &Path,
    source: &Path,
    made_as: &impl Serialize,
) -> io::Result<PathBuf> {
    let name = source.file_name().unwrap_or_default().to_string_lossy();
    let name = name
        .get(..name.floor_char_boundary(MAX_NAME_BYTES))
        .unwrap_or("video");
    let file = std::fs::metadata(source)?;
    let changed = file.modified().ok();
    let changed = changed.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    let changed_ms = changed.map_or(0, |since| since.as_millis());
    let path = std::path::absolute(source)?;
    let identity = (path, file.len(), changed_ms.to_string(), made_as);
    let digest = sha2::Sha256::digest(serde_json::to_vec(&identity)?);
    let digits: String = hex::encode(digest).chars().take(8).collect();
    Ok(state.join("publish").join(format!("{name}-{digits}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_the_same_name_a_changed_one_and_another_title_have_folders_of_their_own() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).join("video.mp4");
        for name in ["a", "b"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
            std::fs::write(path(name), "the same").unwrap();
        }
        let state = Path::new("state");
        let of = |name, title: &str| default_work_folder(state, &path(name), &title).unwrap();
        let first = of("a", "Film");
        assert!(first.starts_with("state/publish"));
        assert!(first.to_string_lossy().contains("/video.mp4-"));
        assert_eq!(first, of("a", "Film"), "the same goes on where it stopped");
        assert_ne!(first, of("b", "Film"));
        assert_ne!(first, of("a", "The film"));
        std::fs::write(path("a"), "exported once more").unwrap();
        assert_ne!(first, of("a", "Film"));
    }

    #[test]
    fn a_name_as_long_as_names_may_be_leaves_room_for_the_digits() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("ä".repeat(127));
        std::fs::write(&source, "film").unwrap();
        let work = default_work_folder(folder.path(), &source, &"").unwrap();
        std::fs::create_dir_all(work).unwrap();
        assert!(default_work_folder(folder.path(), &folder.path().join("none"), &"").is_err());
    }
}
