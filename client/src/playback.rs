//! Playing one video: ranges of plaintext for whatever shows it, while its minutes are mined.

mod ad;
mod buffer;
mod driver;
mod earner;
mod event;
mod facts;
mod keeper;
mod keys;
mod layer;
mod liars;
mod loader;
mod place;
mod shared;
mod slot;
mod stats;

use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use chainflix_controller::clock::Clock;
use chainflix_primitives::manifest::{Manifest, Rendition};
use chainflix_primitives::{AccountId, Magnet};
use tokio::sync::{broadcast, mpsc, watch};
use tokio::task::JoinHandle;

pub use ad::AdPlace;
pub(crate) use ad::Turns;
pub use buffer::CellBuffer;
pub(crate) use earner::{Earner, Earners};
pub use event::PlaybackEvent;
pub(crate) use facts::Facts;
pub use layer::{Layer, LayerInfo};
pub(crate) use liars::Liars;
pub(crate) use shared::Services;
pub use stats::{PlaybackStats, ScreenStats, SourceStats};

use crate::chain::ChainError;
use crate::mining::playhead::Snapshot;
use crate::verifiers::VerifierError;
use place::Place;
use shared::Shared;

/// Reports of the player that wait at most.
const REPORTS: usize = 256;
/// Most bits per second of what is played before anything was fetched: two seconds of it come in half a second over an
/// ordinary line of 10 Mb/s, and who waits for the first picture leaves. A better line shows in the next minute.
const FIRST_LINE: u64 = 2_500_000;

/// Why a range can't be had.
#[derive(Clone, Debug, thiserror::Error)]
pub enum PlaybackError {
    /// The video has no such cell, or the cell no such range.
    #[error("the video has no such part")]
    NoSuchPart,
    /// A key is refused.
    #[error("the minute can't be opened: {0}")]
    Key(#[from] VerifierError),
    /// The playback was closed.
    #[error("the playback was closed")]
    Closed,
    /// The manifest is not the one on chain.
    #[error(
        "the video is registered with other content than the controller has; ask another controller"
    )]
    NotTheRegisteredVideo,
    /// The chain does not know the video.
    #[error("the chain knows no video {0}; check the magnet")]
    UnknownVideo(Magnet),
    /// The chain can't be asked about the video.
    #[error(transparent)]
    Chain(#[from] ChainError),
}

/// A video that is being played. Dropping it stops everything, and wipes keys and plaintext.
pub struct Playback {
    shared: Arc<Shared>,
    driver: JoinHandle<()>,
    keeper: JoinHandle<()>,
    idle: watch::Receiver<bool>,
}

impl Playback {
    /// Begins a playback; fetching starts at once. `earned` are the minutes that have earned in this cycle.
    pub(crate) fn begin(
        magnet: Magnet,
        manifest: Manifest,
        services: Services,
        assigned: Vec<AccountId>,
        earned: Vec<u16>,
    ) -> Self {
        let (messages, inbox) = mpsc::channel(REPORTS);
        let place = Place::beginning(first_rendition(&manifest.renditions));
        let shared = Shared::new(magnet, Arc::new(manifest), services, place, messages);
        shared.set_assigned(assigned);
        let shared = Arc::new(shared);
        let (busy, idle) = watch::channel(true);
        let pending = watch::Sender::new(Default::default());
        let keeper = tokio::spawn(keeper::run(shared.clone(), pending.subscribe()));
        let driver = driver::Driver::new(shared.clone(), earned, pending, busy);
        let driver = tokio::spawn(driver.run(inbox));
        Self {
            shared,
            driver,
            keeper,
            idle,
        }
    }

    /// Id of the video.
    #[must_use]
    pub fn magnet(&self) -> Magnet {
        self.shared.magnet
    }

    /// Its manifest.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.shared.manifest
    }

    /// The rendition that a player should begin with, which is fetched before it asks for anything: the best one that an
    /// ordinary line carries.
    #[must_use]
    pub fn first_rendition(&self) -> u8 {
        self.shared.first_rendition
    }

    /// Verifiers that may accept the viewer's minutes in this cycle.
    #[must_use]
    pub fn assigned(&self) -> Vec<AccountId> {
        self.shared.assigned()
    }

    /// The plaintext of a range of a cell. Waits until it is fetched and its key may be had.
    ///
    /// # Errors
    /// When there is no such range, or the key is refused.
    pub async fn read(
        &self,
        rendition: u8,
        cell: u16,
        range: Range<u32>,
    ) -> Result<Bytes, PlaybackError> {
        let shared = &self.shared;
        let (found, _) = shared
            .manifest
            .cell(rendition, cell)
            .ok_or(PlaybackError::NoSuchPart)?;
        if range.is_empty() || range.end > found.entry.bytes {
            return Err(PlaybackError::NoSuchPart);
        }
        // First of all, so that nobody lets the cell go as one of another rendition.
        shared.place.send_if_modified(|place| {
            let last = place.cell.saturating_add(slot::AHEAD);
            let elsewhere = !(place.cell..=last).contains(&cell);
            let changed = elsewhere || place.rendition != rendition;
            if elsewhere {
                place.cell = cell;
            }
            place.rendition = rendition;
            changed
        });
        let slot = shared
            .slots
            .get(shared, rendition, cell)
            .ok_or(PlaybackError::NoSuchPart)?;
        slot.note_read();
        // The driver is gone only when the playback is.
        let _ = shared
            .messages
            .send(driver::Message::Read {
                rendition,
                cell,
                from_start: range.start == 0,
            })
            .await;
        shared.open(&slot, range).await
    }

    /// The rendition in which a cell is shown, or will be: what accompanies its picture is taken from the same one.
    #[must_use]
    pub fn rendition_of(&self, cell: u16) -> u8 {
        let shared = &self.shared;
        let current = shared.place.borrow().rendition;
        shared.slots.shown(current, cell).unwrap_or(current)
    }

    /// The plaintext of a range of a cell for something that accompanies the picture. Unlike [`Self::read`] this says
    /// nothing about what is played.
    ///
    /// # Errors
    /// When there is no such range, or the key is refused.
    pub async fn read_beside(
        &self,
        rendition: u8,
        cell: u16,
        range: Range<u32>,
    ) -> Result<Bytes, PlaybackError> {
        let shared = &self.shared;
        let slot = shared
            .slots
            .get(shared, rendition, cell)
            .ok_or(PlaybackError::NoSuchPart)?;
        if range.is_empty() || range.end > slot.buffer.entry().bytes {
            return Err(PlaybackError::NoSuchPart);
        }
        shared.open(&slot, range).await
    }

    /// The plaintext of the first fragment of a cell, in the rendition in which it is shown: what is said in the minute stands
    /// there. Waits until the cell plays, or comes next and its key may be had.
    ///
    /// # Errors
    /// When there is no such cell, or the key is refused.
    pub async fn first_fragment(&self, cell: u16) -> Result<Bytes, PlaybackError> {
        let shared = &self.shared;
        let exists = shared.manifest.cell(0, cell).is_some();
        if !exists {
            return Err(PlaybackError::NoSuchPart);
        }
        shared.wait_until_near(cell).await;
        let rendition = self.rendition_of(cell);
        let found = shared.manifest.cell(rendition, cell);
        let first = found.and_then(|(found, _)| crate::player::fragments(found).next());
        let (range, _) = first.ok_or(PlaybackError::NoSuchPart)?;
        self.read_beside(rendition, cell, range).await
    }

    /// Takes in what the player does. Reports come at each change and at least twice a second.
    pub async fn report(&self, snapshot: Snapshot) {
        let counting = &self.shared.counting;
        counting.reported(snapshot.state, Instant::now());
        let message = driver::Message::Report {
            snapshot,
            at_ms: self.shared.now_ms(),
            unix_ms: self.shared.clock.unix_ms(),
        };
        // The driver is gone only when the playback is.
        let _ = self.shared.messages.send(message).await;
    }

    /// These enhancements are on from now on, see [`Layer`]. Minutes that are played with them to the end name them.
    pub async fn show(&self, enhancements: Vec<u32>) {
        let message = driver::Message::Layers(enhancements);
        // The driver is gone only when the playback is.
        let _ = self.shared.messages.send(message).await;
    }

    /// An enhancement of this video, published as `manifest`. Nothing of it is fetched before it is read.
    pub(crate) fn layer(&self, info: LayerInfo, manifest: Manifest) -> Layer {
        Layer::new(self.shared.clone(), info, manifest)
    }

    /// What happens from now on.
    #[must_use]
    pub fn events(&self) -> broadcast::Receiver<PlaybackEvent> {
        self.shared.events.subscribe()
    }

    /// Why nothing of this playback earns at the moment although it plays as it should, in one sentence: another playback of
    /// the same client earns. That one and this one may be open side by side; intervals of one account must not overlap.
    #[must_use]
    pub fn why_not_earning(&self) -> Option<&'static str> {
        self.shared.earner.is_anothers().then_some(earner::WORDS)
    }

    /// Counts so far.
    #[must_use]
    pub fn stats(&self) -> PlaybackStats {
        self.shared.counting.stats()
    }

    /// Waits until every minute that was played through is accepted or refused.
    pub async fn mined(&self) {
        let mut idle = self.idle.clone();
        // An error says that the driver is gone, and with it everything that was to be mined.
        let _ = idle.wait_for(|busy| !*busy).await;
    }
}

impl Drop for Playback {
    fn drop(&mut self) {
        self.driver.abort();
        self.keeper.abort();
        self.shared.place.send_modify(|place| place.closed = true);
        // Fetches hold on to what they share, so they have to be ended for it to go.
        self.shared.slots.clear();
    }
}

/// The best rendition that a line of [`FIRST_LINE`] carries; the smallest when none is so small.
fn first_rendition(renditions: &[Rendition]) -> u8 {
    let all = || (0u8..).zip(renditions);
    let carried = all()
        .filter(|(_, rendition)| u64::from(rendition.bandwidth) <= FIRST_LINE)
        .max_by_key(|(_, rendition)| rendition.bandwidth);
    carried
        .or_else(|| all().min_by_key(|(_, rendition)| rendition.bandwidth))
        .map_or(0, |(number, _)| number)
}
