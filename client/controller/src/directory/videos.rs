//! Which videos there are, and what the chain says of them.

use chainflix_primitives::Magnet;

use super::Directory;
use super::video::{KnownManifest, Video};
use crate::protocol::{ApiError, CellRef, ErrorCode};
use crate::registry::Registration;

/// A video that the chain does not know after so long is forgotten, in ms.
const UNREGISTERED_MS: u64 = 2 * 60 * 60 * 1_000;

impl Directory {
    /// Takes in the manifest of a video that the chain may not know yet.
    ///
    /// # Errors
    /// When there is no room for it.
    pub fn add_video(&mut self, video: Magnet, known: KnownManifest) -> Result<(), ApiError> {
        if self.videos.contains_key(&video) {
            return Ok(());
        }
        self.has_room_for(&video, &known)?;
        self.manifest_bytes = self.manifest_bytes.saturating_add(known.encoded.len());
        let now = self.now_ms();
        let entry = Video {
            known,
            registration: Registration::Unknown,
            since_ms: now,
            asked_ms: 0,
        };
        self.videos.insert(video, entry);
        Ok(())
    }

    /// Whether the manifest of a video can be taken in, or is here already.
    ///
    /// # Errors
    /// When there is no room for it.
    pub fn has_room_for(&self, video: &Magnet, known: &KnownManifest) -> Result<(), ApiError> {
        let bytes = self.manifest_bytes.saturating_add(known.encoded.len());
        let has_room =
            self.videos.len() < self.limits.videos && bytes <= self.limits.manifest_bytes;
        if has_room || self.videos.contains_key(video) {
            return Ok(());
        }
        Err(ApiError::new(
            ErrorCode::Full,
            "This controller has as many videos as it may; use another one.",
        ))
    }

    /// The manifest of a video.
    #[must_use]
    pub fn manifest(&self, video: &Magnet) -> Option<KnownManifest> {
        self.videos.get(video).map(|video| video.known.clone())
    }

    /// At most `limit` videos about which the chain should be asked again, longest ago first; those not yet registered
    /// before all others.
    pub fn to_ask(&mut self, limit: usize) -> Vec<Magnet> {
        let now = self.now_ms();
        let mut due: Vec<(bool, u64, Magnet)> = self
            .videos
            .iter()
            .map(|(magnet, video)| {
                let known = video.registration != Registration::Unknown;
                (known, video.asked_ms, *magnet)
            })
            .collect();
        due.sort_unstable();
        due.truncate(limit);
        for (_, _, magnet) in &due {
            if let Some(video) = self.videos.get_mut(magnet) {
                video.asked_ms = now;
            }
        }
        due.into_iter().map(|(_, _, magnet)| magnet).collect()
    }

    /// All videos.
    #[must_use]
    pub fn magnets(&self) -> Vec<Magnet> {
        self.videos.keys().copied().collect()
    }

    /// What the chain said of a video. True when the video is forgotten, because the chain never came to know it.
    pub fn registered(&mut self, magnet: &Magnet, registration: Registration) -> bool {
        let now = self.now_ms();
        let Some(video) = self.videos.get_mut(magnet) else {
            return false;
        };
        let before = std::mem::replace(&mut video.registration, registration);
        let age = now.saturating_sub(video.since_ms);
        if registration == Registration::Unknown && age > UNREGISTERED_MS {
            let encoded = video.known.encoded.len();
            self.manifest_bytes = self.manifest_bytes.saturating_sub(encoded);
            self.videos.remove(magnet);
            self.unsaved.registration(*magnet);
            self.popularity.forget(magnet);
            return true;
        }
        if before != registration {
            self.unsaved.registration(*magnet);
            let cells: Vec<CellRef> = video.cells(*magnet).collect();
            for cell in cells {
                self.judge_copies(cell);
            }
        }
        false
    }
}
