//! Everything that the controller knows, in memory: nodes, inventories, videos, leases, promises of space.
//!
//! No I/O and no clock of its own happen here: a simulator drives the same code through [`Clock`]. What has to outlive
//! a restart is handed out as changes and taken in again; nodes connect and compare their inventory by its digest.

mod colleagues;
mod dark;
mod demand;
mod fleet;
mod inventory;
mod moves;
mod node;
mod promises;
mod restored;
mod saved;
mod sharers;
mod sources;
mod status;
mod surplus;
mod video;
mod videos;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::Arc;

use chainflix_primitives::Magnet;

pub use demand::Plays;
pub use moves::{Order, Repair};
pub use sources::{SourcesChoice, Viewer};
pub use video::KnownManifest;

use crate::address;
use crate::choice_log::Entry;
use crate::clock::Clock;
use crate::popularity::{Popularity, forecast::Forecaster};
use crate::protocol::{ApiError, CellRef, ErrorCode, InventoryDigest, PathClass, Serving};
use crate::registry::RegisteredProvider;
use fleet::FleetState;
use moves::Urgency;
use node::Node;
use restored::Deferred;
use saved::Unsaved;
use video::Video;

/// A node that was not heard of for so long is forgotten, in ms.
const FORGOTTEN_MS: u64 = 24 * 60 * 60 * 1_000;
/// Decisions that wait for the log at most; beyond, they are counted as not logged.
const MAX_ENTRIES: usize = 65_536;

/// How much the directory holds at most.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Nodes.
    pub nodes: usize,
    /// Cells of one node.
    pub cells_per_node: u32,
    /// Videos.
    pub videos: usize,
    /// Bytes of all manifests.
    pub manifest_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            nodes: 10_000,
            cells_per_node: 1_000_000,
            videos: 100_000,
            manifest_bytes: 2 << 30,
        }
    }
}

/// Space promised to a node for one cell.
#[derive(Clone, Copy, Debug)]
struct Promise {
    provider: u32,
    bytes: u64,
    until_ms: u64,
    /// Whether the node was told to fetch it, rather than a publisher to bring it.
    is_repair: bool,
}

impl Promise {
    fn is_repair_of(&self, provider: u32) -> bool {
        self.is_repair && self.provider == provider
    }
}

/// The controller's knowledge.
pub struct Directory {
    clock: Arc<dyn Clock>,
    limits: Limits,
    /// Copies of each cell that are wanted.
    copies: usize,
    nodes: BTreeMap<u32, Node>,
    videos: BTreeMap<Magnet, Video>,
    manifest_bytes: usize,
    /// Which nodes hold a cell, of those whose inventory is in the index.
    holders: HashMap<CellRef, Vec<u32>>,
    /// Cells of registered videos with fewer holders than copies are always kept.
    short: BTreeSet<CellRef>,
    /// Cells for which copies have to be ordered, and how urgently; most urgent first.
    wanting: BTreeSet<(Urgency, CellRef)>,
    urgency: HashMap<CellRef, Urgency>,
    /// Cells with more copies than are wanted.
    surplus: BTreeSet<CellRef>,
    /// Cells of which a copy was just given up, and until when no other one is.
    given_up: HashMap<CellRef, u64>,
    /// Where the last look for copies to give up ended.
    surplus_after: Option<CellRef>,
    promises: HashMap<CellRef, Vec<Promise>>,
    popularity: Popularity,
    fleet: FleetState,
    /// Number of the next decision.
    decisions: u64,
    /// Decisions that are not yet in the log.
    entries: Vec<Entry>,
    entries_lost: u64,
    unsaved: Unsaved,
    /// Cells whose copies are judged later, while much is taken in at once.
    deferred: Option<Deferred>,
    /// Addresses of the relays through which nodes may be reached.
    relays: Vec<String>,
}

/// What a node says of itself when it connects.
#[derive(Clone, Debug)]
pub struct Offer {
    /// Where it listens, by its own word.
    pub addresses: Vec<String>,
    /// Space for cells, in bytes.
    pub capacity_bytes: u64,
    /// Of it free, in bytes.
    pub free_bytes: u64,
    /// Upload cap, in bytes per second.
    pub upload_bytes_per_second: u64,
    /// How others reach it.
    pub path: PathClass,
    /// Whether it is a viewer that shares what it has watched.
    pub shares: bool,
    /// Its inventory.
    pub inventory: InventoryDigest,
}

/// What a node says of itself in a heartbeat.
#[derive(Clone, Debug)]
pub struct Beat {
    /// Free space, in bytes.
    pub free_bytes: u64,
    /// Streams that it is sending on.
    pub streams: u32,
    /// What it sends, in bytes per second.
    pub sent_bytes_per_second: u64,
    /// Its inventory.
    pub inventory: InventoryDigest,
    /// Streams of its busiest cells.
    pub serving: Vec<Serving>,
}

impl Directory {
    /// An empty directory that wants `copies` copies of each cell.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, limits: Limits, copies: usize) -> Self {
        Self::with_forecaster(clock, limits, copies, Forecaster::default())
    }

    /// The same with another forecaster than the one that ships.
    #[must_use]
    pub fn with_forecaster(
        clock: Arc<dyn Clock>,
        limits: Limits,
        copies: usize,
        forecaster: Forecaster,
    ) -> Self {
        Self {
            clock,
            limits,
            copies,
            nodes: BTreeMap::new(),
            videos: BTreeMap::new(),
            manifest_bytes: 0,
            holders: HashMap::new(),
            short: BTreeSet::new(),
            wanting: BTreeSet::new(),
            urgency: HashMap::new(),
            surplus: BTreeSet::new(),
            given_up: HashMap::new(),
            surplus_after: None,
            promises: HashMap::new(),
            popularity: Popularity::new(u32::try_from(copies).unwrap_or(u32::MAX), forecaster),
            fleet: FleetState::default(),
            decisions: 0,
            entries: Vec::new(),
            entries_lost: 0,
            unsaved: Unsaved::default(),
            deferred: None,
            relays: Vec::new(),
        }
    }

    /// Names the relays whose addresses are passed on for nodes.
    pub fn set_relays(&mut self, addresses: Vec<String>) {
        self.relays = addresses;
    }

    fn now_ms(&self) -> u64 {
        self.clock.monotonic_ms()
    }

    /// A registered node has logged in; it is offered once it has said hello.
    ///
    /// # Errors
    /// When there are as many nodes as may be.
    pub fn logged_in(&mut self, registered: RegisteredProvider) -> Result<(), ApiError> {
        let now = self.now_ms();
        if self.nodes.len() >= self.limits.nodes && !self.nodes.contains_key(&registered.index) {
            return Err(ApiError::new(
                ErrorCode::Full,
                "This controller has as many nodes as it may; use another one.",
            ));
        }
        let node = self
            .nodes
            .entry(registered.index)
            .or_insert_with(|| Node::new(registered.clone(), now));
        node.record = registered.record;
        node.addresses.clear();
        node.heard_of(now);
        self.unsaved.node(registered.index);
        // A node keeps its orders in memory only: this may be another process, or the last ones were lost on the way. One
        // that it still carries out is at worst a copy more.
        self.withdraw_orders(registered.index);
        Ok(())
    }

    /// The chain's record of a node is this one.
    pub fn registered_as(&mut self, registered: RegisteredProvider) {
        let Some(node) = self.nodes.get_mut(&registered.index) else {
            return;
        };
        if node.record != registered.record {
            node.record = registered.record;
            self.fleet.stale = true;
            self.unsaved.node(registered.index);
        }
    }

    /// A logged-in node says what it offers. True when its inventory has to be sent.
    pub fn hello(&mut self, provider: u32, offer: &Offer, observed: IpAddr) -> bool {
        let now = self.now_ms();
        let Some(node) = self.nodes.get_mut(&provider) else {
            return true;
        };
        self.fleet.stale = true;
        node.connected = true;
        node.addresses = address::reachable(&offer.addresses, observed, &self.relays);
        node.offers(offer);
        node.heard_of(now);
        self.unsaved.node(provider);
        self.becomes(provider, offer.shares);
        self.agrees(provider, offer.inventory)
    }

    /// A heartbeat. True when the inventory has to be sent.
    pub fn heartbeat(&mut self, provider: u32, beat: Beat) -> bool {
        let now = self.now_ms();
        let stream_rate = self.fleet.stream_rate;
        let Some(node) = self.nodes.get_mut(&provider) else {
            return true;
        };
        // It beats over a connection to this controller, whatever another one said of it meanwhile.
        self.fleet.stale |= !node.connected;
        node.connected = true;
        node.heard_of(now);
        node.beats(&beat, stream_rate);
        self.serves(provider, beat.serving);
        self.agrees(provider, beat.inventory)
    }

    /// A node will leave, or stays after all.
    pub fn leaving(&mut self, provider: u32, leaving: bool) {
        let Some(node) = self.nodes.get_mut(&provider) else {
            return;
        };
        if std::mem::replace(&mut node.leaving, leaving) == leaving {
            return;
        }
        self.unsaved.node(provider);
        let cells: Vec<CellRef> = node.inventory.iter().copied().collect();
        for cell in cells {
            self.judge_copies(cell);
        }
    }

    /// The next decision's number.
    fn number(&mut self) -> u64 {
        let number = self.decisions;
        self.decisions = self.decisions.wrapping_add(1);
        number
    }

    /// Keeps a decision for the log.
    fn decided(&mut self, entry: Entry) {
        if self.entries.len() < MAX_ENTRIES {
            self.entries.push(entry);
        } else {
            self.entries_lost = self.entries_lost.saturating_add(1);
        }
    }

    /// Decisions since the last call, for the log, and how many were too many to be kept.
    pub fn take_entries(&mut self) -> (Vec<Entry>, u64) {
        (
            std::mem::take(&mut self.entries),
            std::mem::take(&mut self.entries_lost),
        )
    }

    /// Puts the inventory on record back into the index when it is the node's. True when it is not.
    fn agrees(&mut self, provider: u32, inventory: InventoryDigest) -> bool {
        let node = self.nodes.get(&provider);
        let agrees = node.is_some_and(|node| node.digest == inventory);
        if agrees {
            // It is connected here, so that nobody else writes what it holds.
            if node.is_some_and(|node| node.is_long_log(0)) {
                self.unsaved.inventory(provider);
            }
            self.index(provider);
        }
        !agrees
    }

    /// The node's connection is gone; its inventory stays in the index until it was silent for long enough.
    pub fn disconnected(&mut self, provider: u32) {
        let now = self.now_ms();
        if let Some(node) = self.nodes.get_mut(&provider) {
            node.connected = false;
            // Viewers come and go as they like.
            if !node.shares {
                node.failed(now);
            }
        }
        self.serves(provider, Vec::new());
    }

    /// Time passes: silent nodes leave the index, old promises lapse, long-gone nodes are forgotten.
    pub fn tick(&mut self) {
        let now = self.now_ms();
        let silent: Vec<u32> = self
            .nodes
            .values()
            .filter(|node| node.indexed && node.is_silent(now))
            .map(|node| node.provider)
            .collect();
        for provider in silent {
            self.serves(provider, Vec::new());
            self.break_promises(provider);
            self.unindex(provider);
        }
        let unsaved = &mut self.unsaved;
        self.nodes.retain(|provider, node| {
            let stays = node.connected || node.silent_ms(now) < FORGOTTEN_MS;
            if !stays {
                unsaved.node(*provider);
            }
            stays
        });
        self.lapse_promises(now);
        self.call_the_roll(now);
        self.muster(now);
        self.assess(now);
    }
}
