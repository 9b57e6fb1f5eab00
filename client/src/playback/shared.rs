//! What all parts of a playback share.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use chainflix_controller::clock::{Clock, SystemClock};
use chainflix_controller::protocol::CellRef;
use chainflix_p2p::Network;
use chainflix_p2p::download::DownloadStats;
use chainflix_primitives::manifest::{CellEntry, Manifest};
use chainflix_primitives::merkle::Tree;
use chainflix_primitives::play_data::{self, Path};
use chainflix_primitives::{AccountId, Magnet, Sha256};
use futures::future::{BoxFuture, Shared as FutureShared};
use tokio::sync::{broadcast, mpsc, watch};

use super::place::Place;
use super::slot::Slots;
use super::stats::Counting;
use super::{
    AdPlace, CellBuffer, Earner, Facts, Liars, PlaybackError, PlaybackEvent, Turns, driver,
};
use crate::controllers::Controllers;
use crate::sharing::{FetchedCell, HandOn};
use crate::verifiers::{Identity, Verifiers};

/// Events that a slow listener may be behind.
const EVENTS: usize = 1_024;

/// Whether the chain has the video registered with this manifest. Nothing is handed out before that is known.
pub(crate) type Registered = FutureShared<BoxFuture<'static, Result<(), PlaybackError>>>;

/// Who moves, sends and knows what.
pub(crate) struct Services {
    pub(crate) identity: Arc<Identity>,
    pub(crate) verifiers: Arc<Verifiers>,
    /// Those that are asked about this video.
    pub(crate) controllers: Controllers,
    pub(crate) network: Network,
    pub(crate) liars: Arc<Liars>,
    pub(crate) facts: Arc<Facts>,
    pub(crate) registered: Registered,
    /// Turns at the account's ticket, of everything that plays together.
    pub(crate) turns: Turns,
    /// Which of several playbacks this is, of which one earns.
    pub(crate) earner: Earner,
    /// Set when it is an advertisement.
    pub(crate) ad: Option<AdPlace>,
    pub(crate) hand_on: Option<HandOn>,
    /// When it was asked for.
    pub(crate) opened: Instant,
}

/// What all parts of a playback share.
pub(crate) struct Shared {
    pub(super) magnet: Magnet,
    pub(super) manifest: Arc<Manifest>,
    /// Tree over the manifest's cell entries.
    pub(super) entries: Tree,
    pub(super) identity: Arc<Identity>,
    pub(super) verifiers: Arc<Verifiers>,
    pub(super) controllers: Controllers,
    pub(super) network: Network,
    pub(super) liars: Arc<Liars>,
    pub(super) facts: Arc<Facts>,
    pub(super) registered: Registered,
    hand_on: Option<HandOn>,
    pub(super) assigned: RwLock<Vec<AccountId>>,
    pub(super) slots: Slots,
    pub(super) clock: SystemClock,
    pub(super) events: broadcast::Sender<PlaybackEvent>,
    pub(super) counting: Counting,
    /// Where the player is.
    pub(super) place: watch::Sender<Place>,
    pub(super) messages: mpsc::Sender<driver::Message>,
    /// The rendition to begin with.
    pub(super) first_rendition: u8,
    /// Whether it accompanies another playback, whose driver `messages` go to: it mines nothing, and keeps out of the way.
    pub(super) accompanies: bool,
    pub(super) turns: Turns,
    pub(super) earner: Earner,
    /// Set when it is an advertisement, which plays within another video.
    pub(super) ad: Option<AdPlace>,
}

impl Shared {
    /// What a playback that stands at `place` shares.
    pub(super) fn new(
        magnet: Magnet,
        manifest: Arc<Manifest>,
        services: Services,
        place: Place,
        messages: mpsc::Sender<driver::Message>,
    ) -> Self {
        let leaves = manifest.entries().map(CellEntry::leaf_hash::<Sha256>);
        let entries = Tree::new::<Sha256>(leaves.collect());
        Self {
            magnet,
            first_rendition: place.rendition,
            entries,
            manifest,
            identity: services.identity,
            verifiers: services.verifiers,
            controllers: services.controllers,
            network: services.network,
            liars: services.liars,
            facts: services.facts,
            registered: services.registered,
            hand_on: services.hand_on,
            assigned: RwLock::default(),
            slots: Slots::default(),
            clock: SystemClock::default(),
            events: broadcast::Sender::new(EVENTS),
            counting: Counting::since(services.opened),
            place: watch::Sender::new(place),
            messages,
            accompanies: false,
            turns: services.turns,
            earner: services.earner,
            ad: services.ad,
        }
    }

    /// The services of this playback, for one that accompanies it with what is `registered`.
    pub(super) fn services(&self, registered: Registered) -> Services {
        Services {
            identity: self.identity.clone(),
            verifiers: self.verifiers.clone(),
            // What accompanies it may be known elsewhere.
            controllers: self.controllers.fork(),
            network: self.network.clone(),
            liars: self.liars.clone(),
            facts: self.facts.clone(),
            registered,
            turns: self.turns.clone(),
            earner: self.earner.clone(),
            ad: None,
            hand_on: self.hand_on.clone(),
            opened: Instant::now(),
        }
    }

    /// Hands a complete cell on to whoever shares, if anybody does, there is room, and the chain knows the video as this one.
    pub(super) async fn hand_on(&self, buffer: &CellBuffer) {
        let Some(hand_on) = &self.hand_on else {
            return;
        };
        if self.registered.clone().await.is_err() {
            return;
        }
        let Ok(place) = hand_on.try_reserve() else {
            return;
        };
        let entry = buffer.entry().clone();
        if let Some(ciphertext) = buffer.ciphertext() {
            place.send(FetchedCell {
                cell: CellRef {
                    video: self.magnet,
                    rendition: entry.rendition,
                    cell: entry.index,
                },
                entry,
                ciphertext,
            });
        }
    }

    /// Whether another video's minute may be open while this is fetched: verifiers that know of its ticket give no keys of
    /// anything else, and it is not this one's to give up.
    pub(super) fn is_beside(&self) -> bool {
        self.accompanies || self.ad.is_some() || self.earner.is_anothers()
    }

    pub(super) fn tell(&self, event: PlaybackEvent) {
        self.counting.count(&event);
        // Nobody may be listening.
        let _ = self.events.send(event);
    }

    pub(super) fn assigned(&self) -> Vec<AccountId> {
        self.assigned
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn set_assigned(&self, assigned: Vec<AccountId>) {
        *self
            .assigned
            .write()
            .unwrap_or_else(PoisonError::into_inner) = assigned;
    }

    pub(super) fn count_delivery(&self, buffer: &CellBuffer, stats: &DownloadStats) {
        self.counting.delivered(buffer, stats);
    }

    pub(super) fn count_rate(&self, bytes: u64, took: Duration) {
        self.counting.fetched(bytes, took);
    }

    pub(super) fn now_ms(&self) -> u64 {
        self.clock.monotonic_ms()
    }

    /// A cell's commitment with its path under the manifest root.
    pub(super) fn committed(&self, rendition: u8, cell: u16) -> Option<(CellEntry, Path)> {
        let (found, place) = self.manifest.cell(rendition, cell)?;
        let path = self.entries.proof(usize::try_from(place).ok()?)?;
        Some((found.entry.clone(), play_data::path(path)?))
    }
}
