//! Content keys of a publication.

use chainflix_content::ContentKeys;
use chainflix_content::envelope::ContentKey;
use chainflix_content::publish::{KeysError, Upload};
use chainflix_primitives::ids::UploadId;

use crate::verifiers::Verifiers;

/// Content keys from the verifiers, in the producer's session.
pub(crate) struct VerifierKeys<'a>(pub(crate) &'a Verifiers);

impl ContentKeys for VerifierKeys<'_> {
    async fn begin_upload(&self) -> Result<Upload, KeysError> {
        let (_, upload) = self.0.begin_upload().await?;
        Ok(Upload {
            id: upload.id,
            key_epoch: upload.key_epoch,
        })
    }

    async fn content_keys(
        &self,
        upload: UploadId,
        rendition: u8,
        first: u16,
        count: u16,
    ) -> Result<Vec<ContentKey>, KeysError> {
        let keys = self.0.upload_keys(upload, rendition, first, count).await?;
        Ok(keys.iter().map(|key| ContentKey::new(**key)).collect())
    }
}
