//! Proof that what is uploaded opens: the best rendition, decrypted again with keys that are asked for anew.

use chainflix_content::Publication;
use chainflix_content::envelope::ContentKey;
use chainflix_primitives::api::MAX_UPLOAD_KEYS_PER_REQUEST;
use sha2::Digest;
use tokio::io::AsyncReadExt;

use super::{Producer, PublishError, PublishProgress};
use crate::player;

/// Read and decrypted at a time, in bytes.
const CHUNK: usize = 1 << 20;

impl Producer<'_> {
    /// SHA-256 over the plaintext of the best rendition's cells, in order.
    pub(super) async fn plain_sha256(
        &self,
        publication: &Publication,
        progress: &(dyn Fn(PublishProgress) + Send + Sync),
    ) -> Result<[u8; 32], PublishError> {
        let mut hasher = sha2::Sha256::new();
        let upload = publication.manifest.upload_id;
        let renditions = &publication.manifest.renditions;
        let number = player::chosen(renditions, None);
        let Some(rendition) = renditions.get(usize::from(number)) else {
            return Ok(hasher.finalize().into());
        };
        let bytes = rendition.cells.iter().map(|cell| cell.entry.bytes);
        let total = bytes.map(u64::from).sum();
        let mut done = 0u64;
        let mut chunk = zeroize::Zeroizing::new(vec![0u8; CHUNK]);
        for cells in rendition
            .cells
            .chunks(usize::from(MAX_UPLOAD_KEYS_PER_REQUEST))
        {
            let Some(first) = cells.first().map(|cell| cell.entry.index) else {
                break;
            };
            let count = u16::try_from(cells.len()).unwrap_or(MAX_UPLOAD_KEYS_PER_REQUEST);
            let keys = self.verifiers.upload_keys(upload, number, first, count);
            for (cell, key) in cells.iter().zip(keys.await?) {
                let key = ContentKey::new(*key);
                let path = publication.cell_path(number, cell.entry.index);
                let failed = |source| PublishError::Work {
                    path: path.clone(),
                    source,
                };
                let mut file = tokio::fs::File::open(&path).await.map_err(failed)?;
                let mut offset = 0u64;
                loop {
                    let read = file.read(&mut chunk).await.map_err(failed)?;
                    let Some(bytes) = chunk.get_mut(..read).filter(|bytes| !bytes.is_empty())
                    else {
                        break;
                    };
                    key.apply(offset, bytes);
                    hasher.update(&*bytes);
                    let read = u64::try_from(read).unwrap_or(0);
                    offset = offset.saturating_add(read);
                    done = done.saturating_add(read);
                    progress(PublishProgress::Checking { done, total });
                }
            }
        }
        Ok(hasher.finalize().into())
    }
}
