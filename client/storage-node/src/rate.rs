//! The upload cap: bytes leave at an even pace over all streams.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// What may be caught up on after a pause: so much time's worth of bytes leaves at once.
const BURST: Duration = Duration::from_millis(250);

/// A rate that all streams of a node share.
pub struct UploadCap {
    bytes_per_second: u64,
    /// When everything that was let through has left, at the cap's rate.
    clear: Mutex<Instant>,
}

impl UploadCap {
    /// A cap of `bytes_per_second`; 0 means none.
    #[must_use]
    pub fn new(bytes_per_second: u64) -> Self {
        Self {
            bytes_per_second,
            clear: Mutex::new(Instant::now()),
        }
    }

    /// The cap, in bytes per second; 0 means none.
    #[must_use]
    pub fn bytes_per_second(&self) -> u64 {
        self.bytes_per_second
    }

    /// Waits until `bytes` may leave. Streams are let through in the order in which they ask.
    pub async fn take(&self, bytes: u64) {
        let Some(time) = bytes
            .saturating_mul(1_000_000)
            .checked_div(self.bytes_per_second)
        else {
            return;
        };
        let begins = {
            let mut clear = self.clear.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            let earliest = now.checked_sub(BURST).unwrap_or(now);
            let begins = (*clear).max(earliest);
            *clear = begins + Duration::from_micros(time);
            begins
        };
        sleep_until(begins).await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[tokio::test]
    async fn streams_together_get_no_more_than_the_cap_and_a_burst() {
        let cap = Arc::new(UploadCap::new(4_000_000));
        let started = Instant::now();
        let streams = (0..4).map(|_| {
            let cap = cap.clone();
            tokio::spawn(async move {
                for _ in 0..50 {
                    cap.take(16_384).await;
                }
            })
        });
        for stream in streams.collect::<Vec<_>>() {
            stream.await.unwrap();
        }
        // 3.3 MB at 4 MB/s, less the last piece and a burst.
        assert!(started.elapsed() >= Duration::from_millis(560));
    }

    #[tokio::test]
    async fn without_a_cap_nothing_waits() {
        let cap = UploadCap::new(0);
        let started = Instant::now();
        for _ in 0..1_000 {
            cap.take(1 << 30).await;
        }
        assert!(started.elapsed() < Duration::from_secs(1));
    }
}
