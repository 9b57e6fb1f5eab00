//! Everything that the controller knows, in memory: nodes, inventories, videos, leases, promises of space.
//!
//! No I/O and no clock of its own happen here: a simulator drives the same code through [`Clock`]. What has to outlive
//! a restart comes back by itself: nodes send their inventory, manifests are read from their directory.

mod dark;
mod inventory;
mod node;
mod sources;
mod video;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::Arc;

use chainflix_primitives::Magnet;

pub use sources::{Order, Repair, SourcesChoice};
pub use video::KnownManifest;

use crate::address;
use crate::clock::Clock;
use crate::protocol::{ApiError, CellRef, ErrorCode, InventoryDigest, NodeStatus, VideoStatus};
use crate::registry::{RegisteredProvider, Registration};
use node::Node;
use video::Video;

/// A node that was not heard of for so long is forgotten, in ms.
const FORGOTTEN_MS: u64 = 24 * 60 * 60 * 1_000;
/// A video that the chain does not know after so long is forgotten, in ms.
const UNREGISTERED_MS: u64 = 2 * 60 * 60 * 1_000;

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
    /// Cells of registered videos with fewer holders than copies are wanted.
    short: BTreeSet<CellRef>,
    promises: HashMap<CellRef, Vec<Promise>>,
    /// Number of the next decision.
    decisions: u64,
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
    /// Its inventory.
    pub inventory: InventoryDigest,
}

impl Directory {
    /// An empty directory that wants `copies` copies of each cell.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, limits: Limits, copies: usize) -> Self {
        Self {
            clock,
            limits,
            copies,
            nodes: BTreeMap::new(),
            videos: BTreeMap::new(),
            manifest_bytes: 0,
            holders: HashMap::new(),
            short: BTreeSet::new(),
            promises: HashMap::new(),
            decisions: 0,
        }
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
        Ok(())
    }

    /// A logged-in node says what it offers. True when its inventory has to be sent.
    pub fn hello(&mut self, provider: u32, offer: &Offer, observed: IpAddr) -> bool {
        let now = self.now_ms();
        let Some(node) = self.nodes.get_mut(&provider) else {
            return true;
        };
        node.connected = true;
        node.addresses = address::reachable(&offer.addresses, observed);
        node.offers(offer.capacity_bytes, offer.upload_bytes_per_second);
        node.beats(offer.free_bytes, 0, now);
        node.heard_of(now);
        self.agrees(provider, offer.inventory)
    }

    /// A heartbeat. True when the inventory has to be sent.
    pub fn heartbeat(
        &mut self,
        provider: u32,
        free_bytes: u64,
        streams: u32,
        inventory: InventoryDigest,
    ) -> bool {
        let now = self.now_ms();
        let Some(node) = self.nodes.get_mut(&provider) else {
            return true;
        };
        node.heard_of(now);
        node.beats(free_bytes, streams, now);
        self.agrees(provider, inventory)
    }

    /// Puts the inventory on record back into the index when it is the node's. True when it is not.
    fn agrees(&mut self, provider: u32, inventory: InventoryDigest) -> bool {
        let agrees = self
            .nodes
            .get(&provider)
            .is_some_and(|node| node.digest == inventory);
        if agrees {
            self.index(provider);
        }
        !agrees
    }

    /// The node's connection is gone; its inventory stays in the index until it was silent for long enough.
    pub fn disconnected(&mut self, provider: u32) {
        let now = self.now_ms();
        if let Some(node) = self.nodes.get_mut(&provider) {
            node.connected = false;
            node.failed(now);
        }
    }

    /// Takes in the manifest of a video that the chain may not know yet.
    ///
    /// # Errors
    /// When there is no room for it.
    pub fn add_video(&mut self, video: Magnet, known: KnownManifest) -> Result<(), ApiError> {
        if self.videos.contains_key(&video) {
            return Ok(());
        }
        let bytes = self.manifest_bytes.saturating_add(known.encoded.len());
        if self.videos.len() >= self.limits.videos || bytes > self.limits.manifest_bytes {
            return Err(ApiError::new(
                ErrorCode::Full,
                "This controller has as many videos as it may; use another one.",
            ));
        }
        self.manifest_bytes = bytes;
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
            return true;
        }
        if before != Registration::Active && registration == Registration::Active {
            let cells: Vec<CellRef> = video.cells(*magnet).collect();
            for cell in cells {
                self.judge_copies(cell);
            }
        }
        false
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
            self.unindex(provider);
        }
        self.nodes
            .retain(|_, node| node.connected || node.silent_ms(now) < FORGOTTEN_MS);
        self.lapse_promises(now);
    }

    /// Nodes by index.
    #[must_use]
    pub fn nodes(&self) -> Vec<NodeStatus> {
        let now = self.now_ms();
        self.nodes.values().map(|node| node.status(now)).collect()
    }

    /// Number of nodes that are offered.
    #[must_use]
    pub fn offered_nodes(&self) -> u32 {
        let now = self.now_ms();
        let offered = self.nodes.values().filter(|node| node.is_offered(now));
        u32::try_from(offered.count()).unwrap_or(u32::MAX)
    }

    /// Number of videos.
    #[must_use]
    pub fn video_count(&self) -> u32 {
        u32::try_from(self.videos.len()).unwrap_or(u32::MAX)
    }

    /// Number of cells that have fewer copies than are wanted.
    #[must_use]
    pub fn short_cells(&self) -> u32 {
        u32::try_from(self.short.len()).unwrap_or(u32::MAX)
    }

    /// At most `limit` videos above `after`, by magnet.
    #[must_use]
    pub fn videos(&self, after: Option<Magnet>, limit: usize) -> Vec<VideoStatus> {
        use std::ops::Bound;
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.videos
            .range((from, Bound::Unbounded))
            .take(limit)
            .map(|(magnet, video)| self.status_of(*magnet, video))
            .collect()
    }

    /// One video.
    #[must_use]
    pub fn video(&self, magnet: &Magnet) -> Option<VideoStatus> {
        self.videos
            .get(magnet)
            .map(|video| self.status_of(*magnet, video))
    }

    fn status_of(&self, magnet: Magnet, video: &Video) -> VideoStatus {
        let now = self.now_ms();
        let manifest = &video.known.manifest;
        let copies = video
            .cells(magnet)
            .map(|cell| self.offered_holders(&cell, now).count())
            .min()
            .unwrap_or(0);
        let rendition_bytes = manifest.renditions.iter().map(|rendition| {
            let cells = rendition.cells.iter();
            cells.map(|cell| u64::from(cell.entry.bytes)).sum::<u64>()
        });
        let largest = rendition_bytes.clone().max().unwrap_or(0);
        VideoStatus {
            video: magnet,
            title: manifest.title.clone(),
            producer: manifest.producer,
            total_playtime_ms: manifest.total_playtime_ms,
            bytes: rendition_bytes.sum(),
            throttle_bytes_per_second: largest
                .saturating_mul(1_000)
                .checked_div(u64::from(manifest.total_playtime_ms))
                .unwrap_or(0),
            cells: manifest.entry_count(),
            copies: u32::try_from(copies).unwrap_or(u32::MAX),
            registered: video.registration == Registration::Active,
        }
    }
}
