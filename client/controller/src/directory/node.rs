//! One storage node as the directory knows it.

use std::collections::{BTreeSet, VecDeque};

use chainflix_primitives::registry::ProviderRecord;

use crate::placement::Site;
use crate::protocol::{CellRef, INDEXED_MS, InventoryDigest, NodeStatus, OFFERED_MS, Peer};
use crate::registry::RegisteredProvider;

/// A failure counts against a node for so long, in ms.
const FAILURE_MS: u64 = 600_000;
/// Most failures that are remembered of a node.
const MAX_FAILURES: usize = 64;
/// Most leases that are remembered of a node; beyond, it is as loaded as can be anyway.
const MAX_LEASES: usize = 100_000;
/// Upload capacity that counts as one unit of load: 1 Mb/s.
const UNIT_BYTES_PER_SECOND: u64 = 125_000;
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
    streams: u32,
    heartbeat_ms: u64,
    /// When it was last heard of.
    seen_ms: u64,
    pub(super) connected: bool,
    pub(super) inventory: BTreeSet<CellRef>,
    pub(super) digest: InventoryDigest,
    /// Whether its inventory stands in the index.
    pub(super) indexed: bool,
    /// Bytes promised to it by grants, not yet in its inventory.
    pub(super) reserved_bytes: u64,
    /// Leases since its last heartbeat, with weight in thousandths of a stream.
    leases: VecDeque<(u64, u64)>,
    failures: VecDeque<u64>,
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
            streams: 0,
            heartbeat_ms: now_ms,
            seen_ms: now_ms,
            connected: false,
            inventory: BTreeSet::new(),
            digest: InventoryDigest::default(),
            indexed: false,
            reserved_bytes: 0,
            leases: VecDeque::new(),
            failures: VecDeque::new(),
        }
    }

    pub(super) fn heard_of(&mut self, now_ms: u64) {
        self.seen_ms = now_ms;
    }

    pub(super) fn offers(&mut self, capacity_bytes: u64, upload_bytes_per_second: u64) {
        self.capacity_bytes = capacity_bytes;
        self.upload_bytes_per_second = upload_bytes_per_second;
    }

    pub(super) fn beats(&mut self, free_bytes: u64, streams: u32, now_ms: u64) {
        self.free_bytes = free_bytes.min(self.capacity_bytes);
        self.streams = streams;
        self.heartbeat_ms = now_ms;
        self.leases.clear();
    }

    /// Whether viewers and publishers are sent to it.
    pub(super) fn is_offered(&self, now_ms: u64) -> bool {
        self.connected
            && !self.addresses.is_empty()
            && now_ms.saturating_sub(self.seen_ms) < OFFERED_MS
    }

    /// Whether its inventory has to leave the index.
    pub(super) fn is_silent(&self, now_ms: u64) -> bool {
        self.silent_ms(now_ms) >= INDEXED_MS
    }

    pub(super) fn silent_ms(&self, now_ms: u64) -> u64 {
        now_ms.saturating_sub(self.seen_ms)
    }

    /// Load in thousandths of a stream per unit of upload capacity.
    pub(super) fn load(&self) -> u64 {
        let streams = u64::from(self.streams).saturating_mul(STREAM);
        let leases: u64 = self.leases.iter().map(|(_, weight)| *weight).sum();
        let units = self
            .upload_bytes_per_second
            .checked_div(UNIT_BYTES_PER_SECOND)
            .unwrap_or(1)
            .max(1);
        streams
            .saturating_add(leases)
            .checked_div(units)
            .unwrap_or(u64::MAX)
    }

    /// It was named with `named` nodes in all for one viewer and cell.
    pub(super) fn leased(&mut self, now_ms: u64, named: usize) {
        let named = u64::try_from(named).unwrap_or(u64::MAX);
        let weight = STREAM.checked_div(named).unwrap_or(STREAM);
        if self.leases.len() < MAX_LEASES {
            self.leases.push_back((now_ms, weight));
        }
    }

    pub(super) fn failed(&mut self, now_ms: u64) {
        if self.failures.len() >= MAX_FAILURES {
            self.failures.pop_front();
        }
        self.failures.push_back(now_ms);
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

    pub(super) fn site(&self) -> Site {
        Site {
            provider: self.provider,
            owner: self.record.owner,
            region: self.record.region,
            class: self.record.class,
            free_bytes: self.free_bytes.saturating_sub(self.reserved_bytes),
        }
    }

    pub(super) fn status(&self, now_ms: u64) -> NodeStatus {
        NodeStatus {
            provider: self.provider,
            owner: self.record.owner,
            region: String::from_utf8_lossy(&self.record.region).into_owned(),
            offered: self.is_offered(now_ms),
            silent_ms: self.silent_ms(now_ms),
            capacity_bytes: self.capacity_bytes,
            free_bytes: self.free_bytes,
            cells: self.digest.cells,
            load: self.load(),
            failures: self.recent_failures(now_ms),
        }
    }
}
