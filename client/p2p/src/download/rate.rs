//! Whether enough comes from a source.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures::AsyncRead;
use futures::io::ReadHalf;
use libp2p::Stream;

use super::SourceEnd;

/// Counts bytes as they arrive, also of a message that is not complete.
pub(super) struct Counted {
    pub(super) from: ReadHalf<Stream>,
    pub(super) arrived: Arc<AtomicU64>,
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<std::io::Result<usize>> {
        let polled = Pin::new(&mut self.from).poll_read(context, buffer);
        if let Poll::Ready(Ok(read)) = &polled {
            self.arrived.fetch_add(*read as u64, Ordering::Relaxed);
        }
        polled
    }
}

/// Whether enough comes, looked at over windows of a fixed length.
pub(super) struct Rate {
    arrived: Arc<AtomicU64>,
    window: Duration,
    /// Bytes per second below which a source is slow.
    least: u64,
    /// Begin of the window, and what had arrived then.
    since: Instant,
    before: u64,
    /// When something arrived last, as far as it was looked at.
    last: (Instant, u64),
}

impl Rate {
    pub(super) fn new(arrived: Arc<AtomicU64>, window: Duration, least: u64) -> Self {
        let now = Instant::now();
        Self {
            arrived,
            window,
            least,
            since: now,
            before: 0,
            last: (now, 0),
        }
    }

    /// Something was asked for: time counts from here.
    pub(super) fn begin(&mut self) {
        let (now, arrived) = (Instant::now(), self.arrived.load(Ordering::Relaxed));
        self.since = now;
        self.before = arrived;
        self.last = (now, arrived);
    }

    /// The only source left may be as slow as it likes, as long as anything comes within `patience`.
    pub(super) fn too_low(&mut self, alone: bool, patience: Duration) -> Option<SourceEnd> {
        let (now, arrived) = (Instant::now(), self.arrived.load(Ordering::Relaxed));
        if arrived > self.last.1 {
            self.last = (now, arrived);
        }
        let silent = now.saturating_duration_since(self.last.0);
        if silent >= if alone { patience } else { self.window } {
            return Some(SourceEnd::Silent);
        }
        let passed = now.saturating_duration_since(self.since);
        if passed < self.window {
            return None;
        }
        let came = arrived.saturating_sub(self.before);
        let needed = u128::from(self.least) * passed.as_millis() / 1_000;
        self.since = now;
        self.before = arrived;
        (!alone && u128::from(came) < needed).then_some(SourceEnd::Slow)
    }
}
