//! One storage node as the directory knows it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chainflix_primitives::registry::ProviderRecord;

use super::{Beat, Offer};
use crate::placement::Site;
use crate::protocol::{
    CellRef, INDEXED_MS, InventoryDigest, NodeStatus, OFFERED_MS, PathClass, Peer, Serving,
};
use crate::registry::RegisteredProvider;
use crate::state::{SavedNode, SavedOffer};

/// A failure counts against a node for so long, in ms.
const FAILURE_MS: u64 = 600_000;
/// Most failures that are remembered of a node.
const MAX_FAILURES: usize = 64;
/// After a copy failed a node is given no other one for so long, in ms: the next try is somebody else's.
const REST_MS: u64 = 10_000;
/// Most orders of which a node may still say what became of them.
const MOST_TOLD: usize = 64;
/// A cap of so much is none, in bytes per second: 100 Gb/s.
const MOST_BYTES_PER_SECOND: u64 = 12_500_000_000;
/// What a node without an upload cap is taken to have, in bytes per second: 100 Mb/s.
const UNCAPPED_BYTES_PER_SECOND: u64 = 12_500_000;
/// An inventory is written as a whole when so many changes of it were written, and one for so many cells of it besides.
const LEAST_LOGGED: usize = 16;
const CELLS_PER_LOGGED: usize = 64;
/// Weight of one stream in thousandths.
const STREAM: u64 = 1_000;

/// A node, whether connected or not.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) provider: u32,
    pub(super) record: ProviderRecord,
    pub(super) addresses: Vec<String>,
    pub(super) capacity_bytes: u64,
    pub(super) free_bytes: u64,
    upload_bytes_per_second: u64,
    pub(super) path: PathClass,
    pub(super) streams: u32,
    pub(super) sent_bytes_per_second: u64,
    /// Streams by cell, as last told.
    pub(super) serving: Vec<Serving>,
    /// Load averaged over the last heartbeats, in thousandths.
    usual_load: u64,
    /// Whether it will leave.
    pub(super) leaving: bool,
    /// Whether it is a viewer that shares what it has watched.
    pub(super) shares: bool,
    /// Cells on their way to it.
    pub(super) incoming: u32,
    /// Whether its copies count as there: it was heard of lately.
    pub(super) counts: bool,
    /// When it was last heard of.
    seen_ms: u64,
    pub(super) connected: bool,
    pub(super) inventory: BTreeSet<CellRef>,
    pub(super) digest: InventoryDigest,
    /// Changes of its inventory that were written since it was last written as a whole.
    pub(super) logged: usize,
    /// Whether its inventory stands in the index.
    pub(super) indexed: bool,
    /// Bytes promised to it by grants, not yet in its inventory.
    pub(super) reserved_bytes: u64,
    /// Leases since its last heartbeat, in thousandths of a stream.
    leased_milli: u64,
    failures: VecDeque<u64>,
    /// Copies that it was told to fetch, by the command's id.
    pub(super) told: BTreeMap<u64, CellRef>,
    rests_until_ms: u64,
}

impl Node {
    pub(super) fn new(registered: RegisteredProvider, now_ms: u64) -> Self {
        Self {
            provider: registered.index,
            record: registered.record,
            addresses: Vec::new(),
            capacity_bytes: 0,
            free_bytes: 0,
            upload_bytes_per_second: 0,
            path: PathClass::default(),
            streams: 0,
            sent_bytes_per_second: 0,
            serving: Vec::new(),
            usual_load: 0,
            leaving: false,
            shares: false,
            incoming: 0,
            counts: true,
            seen_ms: now_ms,
            connected: false,
            inventory: BTreeSet::new(),
            digest: InventoryDigest::default(),
            logged: 0,
            indexed: false,
            reserved_bytes: 0,
            leased_milli: 0,
            failures: VecDeque::new(),
            told: BTreeMap::new(),
            rests_until_ms: 0,
        }
    }

    pub(super) fn heard_of(&mut self, now_ms: u64) {
        self.seen_ms = now_ms;
    }

    pub(super) fn offers(&mut self, offer: &Offer) {
        self.capacity_bytes = offer.capacity_bytes;
        self.upload_bytes_per_second = offer.upload_bytes_per_second;
        self.path = offer.path;
        self.free_bytes = offer.free_bytes.min(offer.capacity_bytes);
        self.streams = 0;
        self.sent_bytes_per_second = 0;
        self.leased_milli = 0;
    }

    /// What is kept of it.
    pub(super) fn saved(&self) -> SavedNode {
        SavedNode {
            registered: RegisteredProvider {
                index: self.provider,
                record: self.record.clone(),
            },
            offer: SavedOffer {
                addresses: self.addresses.clone(),
                capacity_bytes: self.capacity_bytes,
                free_bytes: self.free_bytes,
                upload_bytes_per_second: self.upload_bytes_per_second,
                path: self.path,
                leaving: self.leaving,
                shares: self.shares,
            },
        }
    }

    /// Whether so many changes of its inventory stand beside it that the whole shall be written instead, when there are
    /// `more` of them.
    pub(super) fn is_long_log(&self, more: usize) -> bool {
        let most = self.inventory.len() / CELLS_PER_LOGGED;
        self.logged.saturating_add(more) > most.saturating_add(LEAST_LOGGED)
    }

    /// What was kept of it is so again.
    pub(super) fn restores(&mut self, saved: &SavedNode) {
        let SavedNode { registered, offer } = saved;
        self.record = registered.record.clone();
        self.addresses.clone_from(&offer.addresses);
        self.capacity_bytes = offer.capacity_bytes;
        self.free_bytes = offer.free_bytes;
        self.upload_bytes_per_second = offer.upload_bytes_per_second;
        self.path = offer.path;
        self.leaving = offer.leaving;
        self.shares = offer.shares;
    }

    /// Another controller heard of it at `at_ms`. Whether that is news.
    pub(super) fn heard_elsewhere(&mut self, at_ms: u64) -> bool {
        let is_news = at_ms > self.seen_ms;
        self.seen_ms = self.seen_ms.max(at_ms);
        is_news
    }

    /// A heartbeat, when a stream takes `stream_rate` bytes per second.
    pub(super) fn beats(&mut self, beat: &Beat, stream_rate: u64) {
        self.free_bytes = beat.free_bytes.min(self.capacity_bytes);
        self.streams = beat.streams;
        self.sent_bytes_per_second = beat.sent_bytes_per_second;
        self.leased_milli = 0;
        let load = self.load(stream_rate);
        self.usual_load = self.usual_load.saturating_mul(7).saturating_add(load) / 8;
    }

    /// Whether viewers and publishers are sent to it.
    pub(super) fn is_offered(&self, now_ms: u64) -> bool {
        self.connected
            && !self.addresses.is_empty()
            && now_ms.saturating_sub(self.seen_ms) < OFFERED_MS
    }

    /// Whether its copies count as there: a node that connects again soon is not missed.
    pub(super) fn is_present(&self, now_ms: u64) -> bool {
        self.silent_ms(now_ms) < OFFERED_MS
    }

    /// Whether what it holds are copies that stay.
    pub(super) fn keeps_copies(&self) -> bool {
        !self.leaving && !self.shares
    }

    /// Whether what it holds are copies that are there and stay.
    pub(super) fn is_counted(&self) -> bool {
        self.counts && self.keeps_copies()
    }

    /// Whether its inventory has to leave the index.
    pub(super) fn is_silent(&self, now_ms: u64) -> bool {
        self.silent_ms(now_ms) >= INDEXED_MS
    }

    pub(super) fn silent_ms(&self, now_ms: u64) -> u64 {
        now_ms.saturating_sub(self.seen_ms)
    }

    /// Load in thousandths of its upload capacity, when a stream takes `stream_rate` bytes per second.
    pub(super) fn load(&self, stream_rate: u64) -> u64 {
        // What it measured counts; streams that have just begun, or wait for their viewers, count half.
        let streams = u64::from(self.streams).saturating_mul(stream_rate) / 2;
        let sent = self.sent_bytes_per_second.max(streams);
        sent.saturating_mul(1_000)
            .saturating_add(self.leased_milli.saturating_mul(stream_rate))
            .checked_div(self.upload())
            .unwrap_or(u64::MAX)
    }

    /// Thousandths of streams of `viewer_rate` bytes per second that it can send besides, when a part of one from it takes
    /// `stream_rate`.
    pub(super) fn spare_milli(&self, stream_rate: u64, viewer_rate: u64) -> u64 {
        self.upload()
            .saturating_mul(1_000u64.saturating_sub(self.load(stream_rate)))
            .checked_div(viewer_rate)
            .unwrap_or(u64::MAX)
    }

    /// Upload capacity in bytes per second, never 0.
    pub(super) fn upload(&self) -> u64 {
        match self.upload_bytes_per_second {
            0 | MOST_BYTES_PER_SECOND.. => UNCAPPED_BYTES_PER_SECOND,
            cap => cap,
        }
    }

    /// It was named for one viewer and cell.
    pub(super) fn leased(&mut self) {
        self.leased_milli = self.leased_milli.saturating_add(STREAM);
    }

    pub(super) fn failed(&mut self, now_ms: u64) {
        if self.failures.len() >= MAX_FAILURES {
            self.failures.pop_front();
        }
        self.failures.push_back(now_ms);
    }

    /// It is told to fetch a cell.
    pub(super) fn was_told(&mut self, id: u64, cell: CellRef) {
        if self.told.len() >= MOST_TOLD {
            self.told.pop_first();
        }
        self.told.insert(id, cell);
    }

    /// A copy that it was told to fetch failed.
    pub(super) fn rests_from(&mut self, now_ms: u64) {
        self.rests_until_ms = now_ms.saturating_add(REST_MS);
    }

    pub(super) fn rests(&self, now_ms: u64) -> bool {
        now_ms < self.rests_until_ms
    }

    pub(super) fn recent_failures(&self, now_ms: u64) -> u32 {
        let recent = self
            .failures
            .iter()
            .filter(|at| now_ms.saturating_sub(**at) < FAILURE_MS)
            .count();
        u32::try_from(recent).unwrap_or(u32::MAX)
    }

    pub(super) fn peer(&self) -> Peer {
        Peer {
            provider: self.provider,
            peer_key: self.record.peer_key,
            addresses: self.addresses.clone(),
        }
    }

    /// What placement looks at, when a stream takes `stream_rate` bytes per second. Every cell on its way counts as one
    /// stream to come.
    pub(super) fn site(&self, stream_rate: u64) -> Site {
        let coming = u64::from(self.incoming)
            .saturating_mul(STREAM)
            .saturating_mul(stream_rate)
            .checked_div(self.upload());
        Site {
            provider: self.provider,
            owner: self.record.owner,
            region: self.record.region,
            class: self.record.class,
            free_bytes: self.free_bytes.saturating_sub(self.reserved_bytes),
            load: self.usual_load.saturating_add(coming.unwrap_or(0)),
        }
    }

    pub(super) fn status(&self, now_ms: u64, stream_rate: u64) -> NodeStatus {
        NodeStatus {
            provider: self.provider,
            owner: self.record.owner,
            region: String::from_utf8_lossy(&self.record.region).into_owned(),
            offered: self.is_offered(now_ms),
            silent_ms: self.silent_ms(now_ms),
            capacity_bytes: self.capacity_bytes,
            free_bytes: self.free_bytes,
            cells: self.digest.cells,
            load: self.load(stream_rate),
            leaving: self.leaving,
            shares: self.shares,
            failures: self.recent_failures(now_ms),
            needed: 0,
        }
    }
}
