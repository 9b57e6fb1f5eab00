//! Pacing of one stream: the first seconds of media at once, then a little faster than it is played, in small steps.
//!
//! A viewer can't earn faster than it plays, so there is no reason to fill its line, and bursts cost other traffic on it.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Media that leaves at full speed at the beginning, in seconds.
const BURST_SECONDS: u64 = 15;
/// Steps after that: what is played in so much time leaves at once.
const STEP: Duration = Duration::from_millis(10);
/// Smallest step in bytes: below it, headers outweigh the content.
const LEAST_STEP_BYTES: u64 = 1_024;

/// The pace of one stream.
pub(super) struct Pace {
    /// Bytes per second after the burst. `None`: full speed.
    rate: Option<u64>,
    /// Bytes of the burst that are left.
    burst: u64,
    /// When everything that was let through is played, at the rate.
    clear: Instant,
}

impl Pace {
    /// For a cell of `bytes` bytes that plays for `playtime_ms`; its throttle rate is length ÷ playtime, its pace 1.25 of
    /// that.
    pub(super) fn new(bytes: u32, playtime_ms: u32) -> Self {
        let throttle = u64::from(bytes) * 1_000 / u64::from(playtime_ms.max(1));
        Self {
            rate: Some((throttle.saturating_add(throttle / 4)).max(LEAST_STEP_BYTES)),
            burst: throttle.saturating_mul(BURST_SECONDS),
            clear: Instant::now(),
        }
    }

    /// No pace.
    pub(super) fn unlimited() -> Self {
        Self {
            rate: None,
            burst: 0,
            clear: Instant::now(),
        }
    }

    /// How many of `bytes` may leave in the next step; not 0 unless `bytes` is.
    pub(super) fn step(&self, bytes: usize) -> usize {
        let at_once = match self.rate {
            None => u64::MAX,
            Some(rate) => {
                let step_ms = u64::try_from(STEP.as_millis()).unwrap_or(u64::MAX);
                let step = rate.saturating_mul(step_ms) / 1_000;
                self.burst.max(step).max(LEAST_STEP_BYTES)
            }
        };
        bytes.min(usize::try_from(at_once).unwrap_or(usize::MAX))
    }

    /// Waits until a step of `bytes` may leave.
    pub(super) async fn wait(&mut self, bytes: usize) {
        let Some(rate) = self.rate else { return };
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let from_burst = bytes.min(self.burst);
        self.burst = self.burst.saturating_sub(from_burst);
        let paced = bytes.saturating_sub(from_burst);
        if paced == 0 {
            return;
        }
        let now = Instant::now();
        // A stream that paused does not catch up.
        let begins = self.clear.max(now.checked_sub(STEP).unwrap_or(now));
        let micros = paced.saturating_mul(1_000_000) / rate;
        self.clear = begins + Duration::from_micros(micros);
        sleep_until(begins).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn send(pace: &mut Pace, mut bytes: usize) -> Vec<(Instant, usize)> {
        let mut steps = Vec::new();
        while bytes > 0 {
            let step = pace.step(bytes);
            pace.wait(step).await;
            steps.push((Instant::now(), step));
            bytes -= step;
        }
        steps
    }

    #[tokio::test]
    async fn fifteen_seconds_leave_at_once_and_the_rest_at_five_quarters_in_steps_of_10_ms() {
        // 60 MB over 60 s: 1 MB/s, paced at 1.25 MB/s.
        let mut pace = Pace::new(60_000_000, 60_000);
        let began = Instant::now();
        send(&mut pace, 15_000_000).await;
        assert!(began.elapsed() < Duration::from_millis(50));
        let began = Instant::now();
        let steps = send(&mut pace, 1_250_000).await;
        let took = began.elapsed().as_secs_f64();
        assert!((0.97..1.2).contains(&took), "{took}");
        assert!(steps.iter().all(|(_, bytes)| *bytes <= 12_500));
        assert_eq!(steps.len(), 100);
    }

    #[tokio::test]
    async fn a_stream_that_paused_does_not_catch_up() {
        let mut pace = Pace::new(60_000_000, 60_000);
        send(&mut pace, 15_000_000).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        let began = Instant::now();
        send(&mut pace, 250_000).await;
        let took = began.elapsed();
        assert!(took > Duration::from_millis(170), "{took:?}");
    }

    #[tokio::test]
    async fn without_a_pace_nothing_waits() {
        let mut pace = Pace::unlimited();
        let began = Instant::now();
        assert_eq!(send(&mut pace, 100_000_000).await.len(), 1);
        assert!(began.elapsed() < Duration::from_millis(50));
    }
}
