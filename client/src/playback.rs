//! Playing one video: ranges of plaintext for whatever shows it, while its minutes are mined.

mod buffer;
mod driver;
mod event;
mod facts;
mod keeper;
mod loader;
mod slot;
mod stats;

use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use chainflix_content::envelope::ContentKey;
use chainflix_controller::clock::{Clock, SystemClock};
use chainflix_p2p::Network;
use chainflix_primitives::manifest::{CellEntry, Manifest};
use chainflix_primitives::merkle::Tree;
use chainflix_primitives::play_data::{self, Path};
use chainflix_primitives::refusal::Refusal;
use chainflix_primitives::window::CELL_MS;
use chainflix_primitives::{AccountId, Magnet, Sha256};
use tokio::sync::{broadcast, mpsc, watch};
use tokio::task::JoinHandle;

pub use buffer::CellBuffer;
pub use event::PlaybackEvent;
pub(crate) use facts::Facts;
pub use stats::{PlaybackStats, SourceStats};

use crate::controllers::Controller;
use crate::mining::playhead::{PlayState, Snapshot};
use crate::verifiers::{Identity, VerifierError, Verifiers};
use slot::{Slot, Slots};
use stats::Counting;

/// Events that a slow listener may be behind.
const EVENTS: usize = 1_024;
/// Reports of the player that wait at most.
const REPORTS: usize = 256;
/// The content key of the next cell is asked for in so much of the end of a cell, in ms.
const NEXT_KEY_MS: u64 = 15_000;
/// A player so near the end of a cell has nothing left to show of it, in ms.
const BORDER_MS: u64 = 3_000;

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
}

/// Who moves, sends and knows what.
pub(crate) struct Services {
    pub(crate) identity: Arc<Identity>,
    pub(crate) verifiers: Arc<Verifiers>,
    pub(crate) controller: Controller,
    pub(crate) network: Network,
    pub(crate) facts: Facts,
}

/// What all parts of a playback share.
pub(crate) struct Shared {
    magnet: Magnet,
    manifest: Arc<Manifest>,
    /// Tree over the manifest's cell entries.
    entries: Tree,
    identity: Arc<Identity>,
    verifiers: Arc<Verifiers>,
    controller: Controller,
    network: Network,
    facts: Facts,
    assigned: RwLock<Vec<AccountId>>,
    slots: Slots,
    clock: SystemClock,
    events: broadcast::Sender<PlaybackEvent>,
    counting: Counting,
    /// Where the player is.
    place: watch::Sender<Place>,
    messages: mpsc::Sender<driver::Message>,
}

/// Where the player is, or wants to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    /// The minute that plays, or that was last read from elsewhere.
    cell: u16,
    /// The rendition that was last read.
    rendition: u8,
    /// Position that the player last reported, in ms; `None` before it has begun.
    position_ms: Option<u64>,
    /// Whether the playback was closed: whoever waits goes home.
    closed: bool,
}

impl Shared {
    fn tell(&self, event: PlaybackEvent) {
        self.counting.count(&event);
        // Nobody may be listening.
        let _ = self.events.send(event);
    }

    fn assigned(&self) -> Vec<AccountId> {
        self.assigned
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn set_assigned(&self, assigned: Vec<AccountId>) {
        *self
            .assigned
            .write()
            .unwrap_or_else(PoisonError::into_inner) = assigned;
    }

    fn count_delivery(&self, buffer: &CellBuffer) {
        self.counting.delivered(buffer);
    }

    fn now_ms(&self) -> u64 {
        self.clock.monotonic_ms()
    }

    /// A cell's commitment with its path under the manifest root.
    fn committed(&self, rendition: u8, cell: u16) -> Option<(CellEntry, Path)> {
        let (found, place) = self.manifest.cell(rendition, cell)?;
        let path = self.entries.proof(usize::try_from(place).ok()?)?;
        Some((found.entry.clone(), play_data::path(path)?))
    }

    /// The content key of a cell: of what plays at once, of what comes next in the last 15 s.
    async fn key(&self, slot: &Slot) -> Result<ContentKey, VerifierError> {
        let key = slot.key.get_or_try_init(|| self.ask_key(slot)).await?;
        Ok(key.clone())
    }

    async fn ask_key(&self, slot: &Slot) -> Result<ContentKey, VerifierError> {
        let entry = slot.buffer.entry();
        let mut waits = 0u32;
        loop {
            self.wait_for_turn(entry.index).await;
            if self.place.borrow().closed {
                return Err(VerifierError::Nothing("the playback was closed".to_owned()));
            }
            let assigned = self.assigned();
            let asked = self
                .verifiers
                .content_key(self.magnet, entry.rendition, entry.index, &assigned)
                .await;
            match asked {
                Ok(key) => return Ok(ContentKey::new(*key)),
                // The verifier counts the minute from a little later than the player does.
                Err(VerifierError::Refused(
                    Refusal::TicketOpen | Refusal::RateLimited | Refusal::QuotaExceeded,
                )) if waits < 60 => {
                    waits = waits.saturating_add(1);
                    self.unblock(entry.index, waits).await;
                }
                Err(VerifierError::Unreachable(_)) if waits < 60 => {
                    waits = waits.saturating_add(1);
                    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Waits for a key that is refused for now. When the viewer has nothing left to see, the minute that is being mined
    /// is given up: earning never disturbs playing.
    async fn unblock(&self, cell: u16, waits: u32) {
        let start_ms = u64::from(cell).saturating_mul(u64::from(CELL_MS));
        let position_ms = self.place.borrow().position_ms;
        let at_border = position_ms.is_some_and(|at| at.saturating_add(BORDER_MS) >= start_ms);
        if at_border && waits >= 2 {
            // The driver is gone only when the playback is.
            let _ = self.messages.send(driver::Message::MakeWay).await;
        }
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }

    /// Returns when the content key of `cell` is due.
    async fn wait_for_turn(&self, cell: u16) {
        let mut place = self.place.subscribe();
        let due = |place: &Place| {
            let Some(position_ms) = place.position_ms.filter(|_| !place.closed) else {
                return true;
            };
            let end_ms = u64::from(cell).saturating_mul(u64::from(CELL_MS));
            let is_next = place.cell.checked_add(1) == Some(cell);
            !is_next || position_ms.saturating_add(NEXT_KEY_MS) >= end_ms
        };
        // The sender lives as long as this.
        let _ = place.wait_for(due).await;
    }
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
        let leaves = manifest.entries().map(CellEntry::leaf_hash::<Sha256>);
        let entries = Tree::new::<Sha256>(leaves.collect());
        let shared = Arc::new(Shared {
            magnet,
            entries,
            manifest: Arc::new(manifest),
            identity: services.identity,
            verifiers: services.verifiers,
            controller: services.controller,
            network: services.network,
            facts: services.facts,
            assigned: RwLock::new(assigned),
            slots: Slots::default(),
            clock: SystemClock::default(),
            events: broadcast::Sender::new(EVENTS),
            counting: Counting::default(),
            place: watch::Sender::new(Place {
                cell: 0,
                rendition: 0,
                position_ms: None,
                closed: false,
            }),
            messages,
        });
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
        let slot = shared
            .slots
            .get(shared, rendition, cell)
            .ok_or(PlaybackError::NoSuchPart)?;
        if range.is_empty() || range.end > slot.buffer.entry().bytes {
            return Err(PlaybackError::NoSuchPart);
        }
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
        slot.load(shared);
        // The driver is gone only when the playback is.
        let _ = shared
            .messages
            .send(driver::Message::Read { rendition, cell })
            .await;
        let (key, ()) = tokio::try_join!(
            async { shared.key(&slot).await.map_err(PlaybackError::from) },
            async {
                slot.buffer.wait_for(&range).await;
                Ok(())
            }
        )?;
        slot.buffer
            .read(range, &key)
            .ok_or(PlaybackError::NoSuchPart)
    }

    /// Takes in what the player does. Reports come at each change and at least twice a second.
    pub async fn report(&self, snapshot: Snapshot) {
        let at_ms = self.shared.now_ms();
        // The driver is gone only when the playback is.
        let _ = self
            .shared
            .messages
            .send(driver::Message::Report { snapshot, at_ms })
            .await;
    }

    /// What happens from now on.
    #[must_use]
    pub fn events(&self) -> broadcast::Receiver<PlaybackEvent> {
        self.shared.events.subscribe()
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

/// Whether a report says that the player is somewhere to stay.
fn settles(state: PlayState) -> bool {
    !matches!(state, PlayState::Seeking)
}
