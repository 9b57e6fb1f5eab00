//! A clock in the test's hand.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use chainflix_verifier::Clock;

/// A clock in the test's hand.
pub(crate) struct TestClock {
    wall: AtomicU64,
    monotonic: AtomicU64,
}

impl TestClock {
    pub(crate) fn at(wall_ms: u64) -> Arc<Self> {
        Arc::new(Self {
            wall: AtomicU64::new(wall_ms),
            monotonic: AtomicU64::new(1_000),
        })
    }

    pub(crate) fn advance(&self, ms: u64) {
        self.wall.fetch_add(ms, Ordering::SeqCst);
        self.monotonic.fetch_add(ms, Ordering::SeqCst);
    }

    /// The wall clock is set.
    pub(crate) fn set_wall(&self, ms: u64) {
        self.wall.store(ms, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn wall_ms(&self) -> u64 {
        self.wall.load(Ordering::SeqCst)
    }
    fn monotonic_ms(&self) -> u64 {
        self.monotonic.load(Ordering::SeqCst)
    }
}
