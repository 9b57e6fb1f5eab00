//! One video as the directory knows it: its manifest, and whether it may be watched.

use std::sync::Arc;

use chainflix_primitives::{Magnet, Sha256, manifest::Manifest};
use codec::DecodeAll;

use crate::protocol::{ApiError, CellRef, ErrorCode};
use crate::registry::Registration;

/// A manifest with its encoding.
#[derive(Clone, Debug)]
pub struct KnownManifest {
    /// Decoded and validated.
    pub manifest: Arc<Manifest>,
    /// As it was sent, which the magnet is the hash of.
    pub encoded: Arc<[u8]>,
}

impl KnownManifest {
    /// Reads the manifest of `video`.
    ///
    /// # Errors
    /// When it is another video's, or breaks a rule.
    pub fn read(video: &Magnet, encoded: &[u8]) -> Result<Self, ApiError> {
        let refused = |message: &str| ApiError::new(ErrorCode::Manifest, message);
        let manifest = Manifest::decode_all(&mut &*encoded)
            .map_err(|_| refused("The manifest can't be read."))?;
        if manifest.magnet::<Sha256>() != *video {
            return Err(refused("The manifest is not the one of this magnet."));
        }
        manifest
            .validate()
            .map_err(|error| refused(&format!("The manifest breaks a rule: {error:?}.")))?;
        Ok(Self {
            manifest: Arc::new(manifest),
            encoded: encoded.into(),
        })
    }
}

/// A video on record.
#[derive(Debug)]
pub(super) struct Video {
    pub(super) known: KnownManifest,
    pub(super) registration: Registration,
    /// When its manifest came.
    pub(super) since_ms: u64,
    /// When the chain was last asked about it.
    pub(super) asked_ms: u64,
}

impl Video {
    /// Every cell of every rendition.
    pub(super) fn cells(&self, video: Magnet) -> impl Iterator<Item = CellRef> {
        self.known.manifest.entries().map(move |entry| CellRef {
            video,
            rendition: entry.rendition,
            cell: entry.index,
        })
    }
}
