//! Manifests of the videos of which cells are held: named by magnet, which is the hash of their content.

use std::fs;
use std::io;

use chainflix_primitives::{Hasher, Magnet, Sha256, manifest::MAX_MANIFEST_BYTES};

use super::{Shared, Store, layout, lock};

/// Why a manifest was not stored.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// It is longer than a manifest may be, or not the one of the magnet.
    #[error("this is not the manifest of the magnet")]
    OtherVideo,
    /// The node holds nothing of the video, and keeps no strangers' files.
    #[error("the node holds no cell of this video")]
    NoCell,
    /// Not enough space.
    #[error("the node has no space for the manifest")]
    NoSpace,
    /// The disk failed.
    #[error("the manifest can't be written: {0}")]
    Io(#[source] io::Error),
}

impl Store {
    /// Videos of which cells are held, but not the manifest.
    #[must_use]
    pub fn without_manifest(&self) -> Vec<Magnet> {
        let state = lock(&self.shared.state);
        let videos = state.videos.keys();
        videos
            .filter(|video| !state.manifests.contains_key(video))
            .copied()
            .collect()
    }

    /// Stores the SCALE-encoded manifest of `video`, of which a cell is held or being taken in. Blocks until it is
    /// durable.
    ///
    /// # Errors
    /// When it is another video's, nothing of the video is held, or there is no space.
    pub fn put_manifest(&self, video: &Magnet, encoded: &[u8]) -> Result<(), ManifestError> {
        if encoded.len() > MAX_MANIFEST_BYTES || Sha256::sha256(encoded) != video.0 {
            return Err(ManifestError::OtherVideo);
        }
        let bytes = u64::try_from(encoded.len()).unwrap_or(u64::MAX);
        let free = self.space().free;
        {
            let mut state = lock(&self.shared.state);
            if state.manifests.contains_key(video) {
                return Ok(());
            }
            let comes = state.busy.keys().any(|cell| cell.video == *video);
            if !comes && !state.videos.contains_key(video) {
                return Err(ManifestError::NoCell);
            }
            if bytes > free {
                return Err(ManifestError::NoSpace);
            }
            state.used = state.used.saturating_add(bytes);
            state.manifests.insert(*video, bytes);
        }
        let layout = &self.shared.layout;
        let partial = layout.partial_manifest(video);
        let written = layout::write_durably(&partial, encoded)
            .and_then(|()| layout::publish(&partial, &layout.manifest(video)));
        if let Err(error) = written {
            layout::delete(&partial);
            self.shared.forget_manifest(video);
            return Err(ManifestError::Io(error));
        }
        Ok(())
    }

    /// The SCALE-encoded manifest of `video`. `None` when it is not held; one that no longer verifies is deleted. Blocks
    /// while it reads.
    #[must_use]
    pub fn manifest(&self, video: &Magnet) -> Option<Vec<u8>> {
        if !lock(&self.shared.state).manifests.contains_key(video) {
            return None;
        }
        let path = self.shared.layout.manifest(video);
        let encoded = fs::read(&path).ok()?;
        if Sha256::sha256(&encoded) != video.0 {
            tracing::error!(%video, "a stored manifest no longer verifies and is deleted; check the disk");
            self.shared.forget_manifest(video);
            layout::delete(&path);
            return None;
        }
        Some(encoded)
    }
}

impl Shared {
    fn forget_manifest(&self, video: &Magnet) {
        let mut state = lock(&self.state);
        if let Some(bytes) = state.manifests.remove(video) {
            state.used = state.used.saturating_sub(bytes);
        }
    }

    /// Deletes the manifests of videos of which nothing is held any more.
    pub(super) fn forget_manifests(&self) {
        let idle: Vec<Magnet> = {
            let state = lock(&self.state);
            let videos = state.manifests.keys();
            videos
                .filter(|video| !state.videos.contains_key(video))
                .filter(|video| state.busy.keys().all(|cell| cell.video != **video))
                .copied()
                .collect()
        };
        for video in idle {
            self.forget_manifest(&video);
            layout::delete(&self.layout.manifest(&video));
        }
    }
}
