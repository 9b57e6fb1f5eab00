//! What all nodes together can do, looked at once a second.

use super::Directory;
use crate::popularity::{FULL_PERMILLE, Fleet};

/// What a stream takes before any was seen, in bytes per second: 2.5 Mb/s over two sources.
const STREAM_RATE: u64 = 156_250;
/// A stream never counts as less, or more, in bytes per second.
const STREAM_RATES: std::ops::RangeInclusive<u64> = 15_625..=12_500_000;
/// Load that nodes shall have at most on average, in thousandths: the rest is for what comes unexpectedly.
const AIM_PERMILLE: u64 = 700;
/// Share of holders that are not there although they were, as is usual among homes, in thousandths.
const ABSENT_PERMILLE: u64 = 50;

/// What is known of all nodes together.
#[derive(Debug)]
pub(super) struct FleetState {
    /// Whether nodes have come since it was last looked at.
    pub(super) stale: bool,
    /// Nodes that are offered and stay, by index on chain.
    pub(super) roster: Vec<u32>,
    /// Those of them that are always on.
    pub(super) anchors: Vec<u32>,
    /// What a stream takes, in bytes per second.
    pub(super) stream_rate: u64,
    /// Sources that are named for a cell, in thousandths, averaged.
    pub(super) named_milli: u64,
    pub(super) figures: Fleet,
}

impl Default for FleetState {
    fn default() -> Self {
        Self {
            stale: false,
            roster: Vec::new(),
            anchors: Vec::new(),
            stream_rate: STREAM_RATE,
            named_milli: 2_000,
            figures: Fleet {
                nodes: 0,
                per_copy_milli: 1_000,
                blocked_permille: 500,
                free_permille: 0,
            },
        }
    }
}

impl Directory {
    /// Notices who has fallen silent or come back: their copies count no longer, or again.
    pub(super) fn call_the_roll(&mut self, now: u64) {
        let (mut turned, mut missed) = (Vec::new(), Vec::new());
        for node in self.nodes.values_mut() {
            let counts = node.is_present(now);
            if std::mem::replace(&mut node.counts, counts) != counts {
                turned.extend(node.inventory.iter().copied());
                missed.extend((!counts).then_some(node.provider));
            }
        }
        for provider in missed {
            self.withdraw_orders(provider);
        }
        for cell in turned {
            self.judge_copies(cell);
        }
    }

    /// Looks at all nodes.
    pub(super) fn muster(&mut self, now: u64) {
        let stream_rate = self.fleet.stream_rate;
        self.fleet.stale = false;
        self.fleet.roster.clear();
        self.fleet.anchors.clear();
        let (mut sent, mut streams, mut idle) = (0u64, 0u64, 0u64);
        let (mut free, mut capacity, mut full) = (0u64, 0u64, 0u64);
        for node in self.nodes.values().filter(|node| node.is_offered(now)) {
            if !node.keeps_copies() {
                continue;
            }
            self.fleet.roster.push(node.provider);
            let site = node.site(stream_rate);
            if crate::placement::is_always_on(&site) {
                self.fleet.anchors.push(node.provider);
            }
            sent = sent.saturating_add(node.sent_bytes_per_second);
            streams = streams.saturating_add(node.streams.into());
            free = free.saturating_add(site.free_bytes);
            capacity = capacity.saturating_add(node.capacity_bytes);
            let load = node.load(stream_rate);
            full = full.saturating_add(u64::from(load >= FULL_PERMILLE));
            let spare = node
                .upload()
                .saturating_mul(AIM_PERMILLE.saturating_sub(load));
            idle = idle.saturating_add(spare.checked_div(1_000).unwrap_or(0));
        }
        let count = u64::try_from(self.fleet.roster.len()).unwrap_or(u64::MAX);
        // Few streams say little about what one takes, and a node that holds back while it fills says too little.
        if streams >= count.max(10) {
            let seen = sent.checked_div(streams).unwrap_or(stream_rate);
            let seen = seen.clamp(*STREAM_RATES.start(), *STREAM_RATES.end());
            self.fleet.stream_rate = stream_rate.saturating_mul(31).saturating_add(seen) / 32;
        }
        let viewer_rate = stream_rate.saturating_mul(self.fleet.named_milli) / 1_000;
        let idle_each = idle.checked_div(count).unwrap_or(0);
        self.fleet.figures = Fleet {
            nodes: u32::try_from(count).unwrap_or(u32::MAX),
            per_copy_milli: idle_each
                .saturating_mul(1_000)
                .checked_div(viewer_rate)
                .unwrap_or(0)
                .max(500),
            blocked_permille: full
                .saturating_mul(1_000)
                .checked_div(count)
                .unwrap_or(1_000)
                .saturating_add(ABSENT_PERMILLE),
            free_permille: free
                .saturating_mul(1_000)
                .checked_div(capacity)
                .unwrap_or(0),
        };
    }
}
