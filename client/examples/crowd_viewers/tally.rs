//! What viewers went through, counted.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// What viewers went through.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) viewers: u32,
    /// Videos that were begun.
    pub(crate) plays: u32,
    pub(crate) played: Duration,
    pub(crate) stalled: Duration,
    pub(crate) stalls: u32,
    pub(crate) longest_stall: Duration,
    /// From the wish to watch until the first fragment, of each video whose first fragment came, in ms.
    pub(crate) start_ms: Vec<u64>,
    /// Cells of which a part did not come within [`crate::screen::PATIENCE`].
    pub(crate) lost: Vec<Value>,
    /// Why videos could not be opened or played on, and how often.
    pub(crate) failed: BTreeMap<String, u32>,
    pub(crate) accepted: u64,
    /// Sources at work that were given up.
    pub(crate) sources_dropped: u64,
    pub(crate) bytes: u64,
}

impl Tally {
    pub(crate) fn add(mut self, other: Self) -> Self {
        self.viewers += other.viewers;
        self.plays += other.plays;
        self.played += other.played;
        self.stalled += other.stalled;
        self.stalls += other.stalls;
        self.longest_stall = self.longest_stall.max(other.longest_stall);
        self.start_ms.extend(other.start_ms);
        self.lost.extend(other.lost);
        for (why, count) in other.failed {
            *self.failed.entry(why).or_default() += count;
        }
        self.accepted += other.accepted;
        self.sources_dropped += other.sources_dropped;
        self.bytes += other.bytes;
        self
    }

    pub(crate) fn failure(&mut self, why: &impl ToString) {
        *self.failed.entry(why.to_string()).or_default() += 1;
    }

    /// The screen waited since `since`.
    pub(crate) fn stall(&mut self, since: Instant) {
        let waited = since.elapsed();
        self.stalls += 1;
        self.stalled += waited;
        self.longest_stall = self.longest_stall.max(waited);
    }

    pub(crate) fn as_json(&self) -> Value {
        json!({
            "viewers": self.viewers,
            "plays": self.plays,
            "played_ms": milliseconds(self.played),
            "stalled_ms": milliseconds(self.stalled),
            "stalls": self.stalls,
            "longest_stall_ms": milliseconds(self.longest_stall),
            "start_ms": self.start_ms,
            "lost": self.lost,
            "failed": self.failed,
            "accepted": self.accepted,
            "sources_dropped": self.sources_dropped,
            "bytes": self.bytes,
        })
    }
}

pub(crate) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
