//! What is left in a publication's work folder once storage nodes hold its cells: everything but the cells.
//!
//! The journal stays, so that the same command again comes to the same video instead of a second one.

use std::path::Path;

use chainflix_content::Publication;
use serde::{Deserialize, Serialize};

use super::PublishError;

/// Says that the cells may be gone.
const MARK: &str = "handed-over.json";

/// What can't be found out without the cells.
#[derive(Serialize, Deserialize)]
struct HandedOver {
    magnet: String,
    plain_sha256: String,
}

/// SHA-256 over the plaintext of a publication whose cells enough nodes held in an earlier run. `None` when there was none.
pub(super) fn handed_over(publication: &Publication) -> Option<[u8; 32]> {
    let mark = std::fs::read(publication.work.join(MARK)).ok()?;
    let mark: HandedOver = serde_json::from_slice(&mark).ok()?;
    let is_it = mark.magnet == publication.magnet.to_string();
    let digest = hex::decode(mark.plain_sha256).ok().filter(|_| is_it)?;
    digest.try_into().ok()
}

/// Deletes the encrypted cells, after writing down that they are not needed.
pub(super) async fn forget_cells(
    publication: &Publication,
    plain_sha256: [u8; 32],
) -> Result<(), PublishError> {
    let path = publication.work.join(MARK);
    let mark = HandedOver {
        magnet: publication.magnet.to_string(),
        plain_sha256: hex::encode(plain_sha256),
    };
    let cells = publication.work.join("cells");
    let written = path.clone();
    let forget = move || {
        write_durably(&written, &serde_json::to_vec(&mark)?)?;
        match std::fs::remove_dir_all(cells) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    };
    let done = tokio::task::spawn_blocking(forget).await;
    let done = done.unwrap_or_else(|error| Err(std::io::Error::other(error)));
    done.map_err(|source| PublishError::Work { path, source })
}

/// As a whole or not at all, whenever the power goes: the cells are deleted after it.
fn write_durably(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let partial = path.with_added_extension("partial");
    std::fs::write(&partial, content)?;
    std::fs::File::open(&partial)?.sync_all()?;
    std::fs::rename(&partial, path)?;
    match path.parent() {
        Some(folder) => std::fs::File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use chainflix_content::envelope::ContentKey;
    use chainflix_content::publish::{KeysError, Upload};
    use chainflix_content::{ContentKeys, LayerKind, LayerRequest, PublishRequest, publish_layer};
    use chainflix_primitives::AccountId;
    use chainflix_primitives::ids::UploadId;
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::*;

    /// Gives another upload id each time, so that a second publication has another magnet.
    #[derive(Default)]
    struct Keys(AtomicU8);

    impl ContentKeys for Keys {
        async fn begin_upload(&self) -> Result<Upload, KeysError> {
            Ok(Upload {
                id: UploadId([self.0.fetch_add(1, Ordering::SeqCst); 16]),
                key_epoch: 1,
            })
        }

        async fn content_keys(
            &self,
            _: UploadId,
            _: u8,
            _: u16,
            count: u16,
        ) -> Result<Vec<ContentKey>, KeysError> {
            Ok((0..count).map(|_| ContentKey::new([5; 32])).collect())
        }
    }

    #[tokio::test]
    async fn what_nodes_hold_is_deleted_and_the_same_command_again_still_comes_to_the_same_video() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("de.srt");
        std::fs::write(&source, "1\n00:00:01,000 --> 00:00:03,000\nGuten Tag\n").unwrap();
        let work = folder.path().join("work");
        let request = LayerRequest {
            publication: PublishRequest::new(&source, &work, "German", AccountId([7; 32])),
            kind: LayerKind::Subtitles,
            playtime_ms: 61_000,
        };
        let keys = Keys::default();
        let first = publish_layer(&request, &keys, &|_| {}).await.unwrap();
        assert!(first.cell_path(0, 1).exists());
        assert_eq!(handed_over(&first), None);
        forget_cells(&first, [4; 32]).await.unwrap();
        assert!(!first.cell_path(0, 0).exists() && !first.cell_path(0, 1).exists());
        let again = publish_layer(&request, &keys, &|_| {}).await.unwrap();
        assert_eq!(again.magnet, first.magnet);
        assert_eq!(handed_over(&again), Some([4; 32]));
        // Deleted once more, it is as deleted.
        forget_cells(&again, [4; 32]).await.unwrap();
        // The mark is of one video.
        let mut other = again;
        other.magnet.0[0] ^= 1;
        assert_eq!(handed_over(&other), None);
    }
}
