//! Time as the controller sees it: behind a trait, so that a simulator or a test runs the real code at any speed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Where time comes from.
pub trait Clock: Send + Sync {
    /// Milliseconds since an arbitrary start; never steps back. For liveness, leases and rates.
    fn monotonic_ms(&self) -> u64;
    /// Milliseconds since the Unix epoch. For what others read: expiries.
    fn unix_ms(&self) -> u64;
}

/// The monotonic clock begins at so much, so that what happened before the start has a time too: a week, in ms.
const BEFORE_START_MS: u64 = 7 * 24 * 60 * 60 * 1_000;

/// The machine's clocks.
#[derive(Debug)]
pub struct SystemClock {
    start: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self {
            start: Instant::now(),
        }
    }
}

impl Clock for SystemClock {
    fn monotonic_ms(&self) -> u64 {
        let elapsed = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        elapsed.saturating_add(BEFORE_START_MS)
    }

    fn unix_ms(&self) -> u64 {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| {
                u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
            })
    }
}

/// A clock that moves only when told.
#[derive(Debug)]
pub struct ManualClock {
    elapsed_ms: AtomicU64,
    epoch_ms: u64,
}

impl ManualClock {
    /// A clock that stands at `epoch_ms` since the Unix epoch.
    #[must_use]
    pub fn at(epoch_ms: u64) -> Self {
        Self {
            elapsed_ms: AtomicU64::new(0),
            epoch_ms,
        }
    }

    /// Moves it on.
    pub fn advance(&self, ms: u64) {
        self.elapsed_ms.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn monotonic_ms(&self) -> u64 {
        self.elapsed_ms.load(Ordering::SeqCst)
    }

    fn unix_ms(&self) -> u64 {
        self.epoch_ms.saturating_add(self.monotonic_ms())
    }
}
