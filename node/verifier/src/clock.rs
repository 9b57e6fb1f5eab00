//! Time: wall clock for rounds, monotonic clock for what is measured.

use std::{
    fmt,
    sync::Arc,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

/// A source of time. Tests step their own.
pub trait Clock: Send + Sync + 'static {
    /// Milliseconds since the Unix epoch; may step either way.
    fn wall_ms(&self) -> u64;
    /// Milliseconds since some instant; never goes back.
    fn monotonic_ms(&self) -> u64;
}

/// The machine's clocks.
#[derive(Clone, Copy, Debug)]
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
    fn wall_ms(&self) -> u64 {
        // A clock set before 1970 gives 0: far from the chain's round, so that no ticket is issued by it.
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .ok()
            .and_then(|since| u64::try_from(since.as_millis()).ok())
            .unwrap_or(0)
    }

    fn monotonic_ms(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// The service's own time: wall clock at its start, and monotonic time since. A stepping wall clock does not move it.
#[derive(Clone)]
pub(crate) struct ServiceTime {
    clock: Arc<dyn Clock>,
    wall_at_start: u64,
    monotonic_at_start: u64,
}

impl ServiceTime {
    pub(crate) fn start(clock: Arc<dyn Clock>) -> Self {
        Self {
            wall_at_start: clock.wall_ms(),
            monotonic_at_start: clock.monotonic_ms(),
            clock,
        }
    }

    /// Milliseconds since the Unix epoch.
    pub(crate) fn now_ms(&self) -> u64 {
        self.wall_at_start.saturating_add(
            self.clock
                .monotonic_ms()
                .saturating_sub(self.monotonic_at_start),
        )
    }

    /// When the service started, ms since the Unix epoch.
    pub(crate) fn started_ms(&self) -> u64 {
        self.wall_at_start
    }

    /// Milliseconds on the monotonic clock.
    pub(crate) fn monotonic_ms(&self) -> u64 {
        self.clock.monotonic_ms()
    }
}

impl fmt::Debug for ServiceTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceTime")
            .field("wall_at_start", &self.wall_at_start)
            .finish_non_exhaustive()
    }
}
