//! What accompanies a video that is being played: subtitles or a dub, published by somebody else and accepted by the
//! video's producer.
//!
//! A layer is fetched like a video, by its own manifest, tokens and keys, but it follows the place of the video that it
//! accompanies, and nothing of it is mined: minutes of the video name it. Nothing is fetched before it is read for the first
//! time, nor after it was stopped.

use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use chainflix_content::tracks::{self, Tracks};
use chainflix_primitives::Magnet;
use chainflix_primitives::manifest::{Manifest, Rendition};
use chainflix_primitives::window;
use futures::FutureExt;
use serde::Serialize;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::place::Place;
use super::{PlaybackError, Shared, driver, keeper};
use crate::chain::{Enhancement, EnhancementKind};

/// A layer may last so much shorter or longer than its video, in ms: sound ends with a frame of its own.
const OTHER_LENGTH_MS: u32 = 1_000;

/// Longest language tag, in bytes; the chain takes no longer one.
const MAX_LANGUAGE_BYTES: usize = 16;

/// What a viewer is told of a layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LayerInfo {
    /// The enhancement's id on chain.
    pub id: u32,
    /// What it is: subtitles or a dub.
    pub kind: EnhancementKind,
    /// Language, a tag of BCP 47.
    pub language: String,
    /// The magnet of its content.
    pub content: Magnet,
}

impl LayerInfo {
    /// What can be shown of an enhancement. `None` for effects, and when its language is no tag.
    pub(crate) fn of(enhancement: &Enhancement) -> Option<Self> {
        let is_shown = matches!(
            enhancement.kind,
            EnhancementKind::Subtitles | EnhancementKind::Dub
        );
        let tag = &enhancement.language;
        let is_subtag = |part: &str| {
            (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        let is_tag = tag.len() <= MAX_LANGUAGE_BYTES && tag.split('-').all(is_subtag);
        (is_shown && is_tag).then(|| Self {
            id: enhancement.id,
            kind: enhancement.kind,
            language: tag.clone(),
            content: enhancement.content,
        })
    }

    /// Whether a manifest is a layer of this kind for a video: as many minutes, and the track that it is about.
    pub(crate) fn fits(&self, layer: &Manifest, video: &Manifest) -> bool {
        let (own_ms, video_ms) = (layer.total_playtime_ms, video.total_playtime_ms);
        let in_step = window::cell_count(own_ms) == window::cell_count(video_ms)
            && own_ms.abs_diff(video_ms) <= OTHER_LENGTH_MS;
        let Some(rendition) = layer.renditions.first() else {
            return false;
        };
        let tracks = Tracks::of_init(&rendition.init_segment);
        in_step
            && match self.kind {
                EnhancementKind::Subtitles => !tracks.texts.is_empty(),
                EnhancementKind::Dub => !tracks.sounds.is_empty(),
                EnhancementKind::Effects => false,
            }
    }
}

/// A layer of a video that is being played.
pub struct Layer {
    info: LayerInfo,
    manifest: Arc<Manifest>,
    /// The playback that it accompanies.
    video: Arc<Shared>,
    running: Mutex<Option<Arc<Running>>>,
}

impl Layer {
    pub(super) fn new(video: Arc<Shared>, info: LayerInfo, manifest: Manifest) -> Self {
        Self {
            info,
            manifest: Arc::new(manifest),
            video,
            running: Mutex::default(),
        }
    }

    /// What it is.
    #[must_use]
    pub fn info(&self) -> &LayerInfo {
        &self.info
    }

    /// Its manifest.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Its one rendition.
    #[must_use]
    pub fn rendition(&self) -> Option<&Rendition> {
        self.manifest.renditions.first()
    }

    /// The plaintext of a range of a cell. Waits until it is fetched and its key may be had.
    ///
    /// # Errors
    /// When there is no such range, or the key is refused.
    pub async fn read(&self, cell: u16, range: Range<u32>) -> Result<Bytes, PlaybackError> {
        let running = self.running();
        self.open(&running, cell, range).await
    }

    /// What subtitles say in a minute, as WebVTT; empty when nothing is said. Waits until the minute plays, or comes next and
    /// its key may be had.
    ///
    /// # Errors
    /// When there is no such minute, or the key is refused.
    pub async fn text(&self, cell: u16) -> Result<String, PlaybackError> {
        let found = self.manifest.cell(0, cell);
        let first = found.and_then(|(found, _)| crate::player::fragments(found).next());
        let (range, _) = first.ok_or(PlaybackError::NoSuchPart)?;
        let running = self.running();
        running.shared.wait_until_near(cell).await;
        let plain = self.open(&running, cell, range).await?;
        Ok(tracks::text_of_minute(&plain, 0)
            .unwrap_or("WEBVTT\n")
            .to_owned())
    }

    /// Takes minute after minute as the video comes to them, as a screen would that shows the layer, and drops what it took.
    /// Ends after the last one, or when a minute can't be had.
    ///
    /// # Errors
    /// Why it can't.
    pub async fn take_all(&self) -> Result<(), PlaybackError> {
        let Some(rendition) = self.rendition() else {
            return Err(PlaybackError::NoSuchPart);
        };
        for (cell, found) in (0u16..).zip(&rendition.cells) {
            if self.info.kind == EnhancementKind::Subtitles {
                self.text(cell).await?;
                continue;
            }
            let running = self.running();
            running.shared.wait_until_near(cell).await;
            for (range, _) in crate::player::fragments(found) {
                self.open(&running, cell, range).await?;
            }
        }
        Ok(())
    }

    /// Lets go of what was fetched, and fetches nothing until it is read again: it was turned off.
    pub fn stop(&self) {
        let stopped = self.lock().take();
        drop(stopped);
    }

    async fn open(
        &self,
        running: &Running,
        cell: u16,
        range: Range<u32>,
    ) -> Result<Bytes, PlaybackError> {
        let shared = &running.shared;
        if shared.place.borrow().closed {
            return Err(PlaybackError::Closed);
        }
        let slot = shared
            .slots
            .get(shared, 0, cell)
            .ok_or(PlaybackError::NoSuchPart)?;
        if range.is_empty() || range.end > slot.buffer.entry().bytes {
            return Err(PlaybackError::NoSuchPart);
        }
        let plain = shared.open(&slot, range).await?;
        let taken = driver::Message::LayerTaken {
            enhancement: self.info.id,
            cell,
        };
        // The driver is gone only when the playback is.
        let _ = self.video.messages.send(taken).await;
        Ok(plain)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<Running>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn running(&self) -> Arc<Running> {
        let mut running = self.lock();
        running
            .get_or_insert_with(|| Arc::new(Running::begin(self)))
            .clone()
    }
}

/// A layer that is being fetched.
struct Running {
    shared: Arc<Shared>,
    keeper: JoinHandle<()>,
    follower: JoinHandle<()>,
}

impl Running {
    fn begin(layer: &Layer) -> Self {
        let video = &layer.video;
        // The chain was asked before the layer was offered.
        let registered = futures::future::ready(Ok(())).boxed().shared();
        let place = video.place.borrow().in_rendition(0);
        let mut shared = Shared::new(
            layer.info.content,
            layer.manifest.clone(),
            video.services(registered),
            place,
            video.messages.clone(),
        );
        shared.accompanies = true;
        shared.set_assigned(video.assigned());
        let shared = Arc::new(shared);
        let nothing_pending = watch::Sender::new(Default::default());
        let keeper = keeper::run(shared.clone(), nothing_pending.subscribe());
        Self {
            keeper: tokio::spawn(async move {
                // It ends when nobody can tell it of minutes that are to be proved.
                let _pending = nothing_pending;
                keeper.await;
            }),
            follower: tokio::spawn(follow_on(video.place.subscribe(), shared.clone())),
            shared,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.keeper.abort();
        self.follower.abort();
        self.shared.place.send_modify(|place| place.closed = true);
        // Fetches hold on to what they share, so they have to be ended for it to go.
        self.shared.slots.clear();
    }
}

/// Goes where the video goes, until that is closed.
async fn follow_on(mut video: watch::Receiver<Place>, layer: Arc<Shared>) {
    loop {
        let place = video.borrow_and_update().in_rendition(0);
        layer.place.send_if_modified(|own| {
            let before = std::mem::replace(own, place);
            before != place
        });
        if place.closed {
            layer.slots.clear();
            return;
        }
        if video.changed().await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests;
