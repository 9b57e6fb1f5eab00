//! Crowds: demand that grows faster than verified plays can tell, seen in what nodes serve against verifiers' tokens.
//!
//! A play is verified minutes after it began; a crowd is there within seconds. What can't be made up by asking often is a
//! stream that a node serves, because it serves only against a delivery token that a verifier issued. The streams of the
//! busiest cell are the height of the wave that will roll over all later cells. They are believed up to the number of
//! choices of sources that were asked for, so that a node can't make a crowd by itself, and only for as long as it
//! takes until verified plays must have come: a crowd that none follow is not believed for [`DOUBT_MS`].

/// Copies are ready about so long after they are ordered, in ms: growth is projected so far.
const AHEAD_MS: u64 = 20_000;
/// Streams are compared with those of so long ago, in ms.
const LOOK_BACK_MS: u64 = 10_000;
/// What a crowd had at its height is halved in this time, in ms.
const CALM_MS: u64 = 240_000;
/// Verified plays must have followed by now, in ms.
const PROOF_MS: u64 = 600_000;
/// A crowd of which no plays were verified is not believed for so long, in ms.
pub const DOUBT_MS: u64 = 3_600_000;
/// Fewer streams of one cell are not a crowd.
const LEAST_STREAMS: f64 = 4.0;

/// What is seen of a rendition at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Sight {
    /// Streams of its busiest cell.
    pub streams: f64,
    /// Choices of sources for any of its cells in the last minutes.
    pub choices: f64,
    /// Whether those who hold the busiest cell can hardly take more.
    pub holders_full: bool,
    /// Streams at once by the forecast from verified plays.
    pub forecast: f64,
    /// Whether verified plays are heard of at all; without, nothing can be doubted for want of them.
    pub plays_are_told: bool,
}

/// What is remembered of a rendition's crowd.
#[derive(Clone, Copy, Debug, Default)]
pub struct Crowd {
    /// Height of the wave, in streams, at `at_ms`.
    height: f64,
    at_ms: u64,
    began_ms: Option<u64>,
    doubted_until_ms: u64,
    /// Streams at the last look back.
    before: f64,
    before_ms: u64,
}

impl Crowd {
    /// Takes in what is seen. Streams at once that the crowd needs; 0 without one.
    pub fn look(&mut self, sight: &Sight, now_ms: u64) -> f64 {
        let streams = sight.streams.min(sight.choices);
        let since = now_ms.saturating_sub(self.before_ms);
        let elapsed = seconds(since.clamp(LOOK_BACK_MS / 2, LOOK_BACK_MS));
        let usual = self.before.max(sight.forecast);
        let growth = (streams - usual).max(0.0) * seconds(AHEAD_MS) / elapsed;
        if since >= LOOK_BACK_MS {
            self.before = streams;
            self.before_ms = now_ms;
        }
        if now_ms < self.doubted_until_ms {
            return 0.0;
        }
        // Full holders hide how many more would come.
        let hidden = if sight.holders_full { streams } else { 0.0 };
        let projected = streams + growth.min(3.0 * streams).max(hidden);
        let unlikely = sight.forecast + 3.0 * sight.forecast.max(1.0).sqrt();
        let is_crowd = streams >= LEAST_STREAMS && streams > unlikely;
        let calmed = self.height_at(now_ms);
        if is_crowd && projected > calmed {
            self.height = projected;
            self.at_ms = now_ms;
            self.began_ms.get_or_insert(now_ms);
        }
        let height = self.height_at(now_ms);
        if height < 1.0 {
            self.began_ms = None;
            return 0.0;
        }
        let age = now_ms.saturating_sub(self.began_ms.unwrap_or(now_ms));
        if age >= PROOF_MS && sight.plays_are_told && sight.forecast * 8.0 < height {
            *self = Self {
                doubted_until_ms: now_ms.saturating_add(DOUBT_MS),
                before: streams,
                before_ms: now_ms,
                ..Self::default()
            };
            return 0.0;
        }
        height
    }

    /// Whether there is a crowd.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.began_ms.is_some()
    }

    fn height_at(&self, now_ms: u64) -> f64 {
        let age = seconds(now_ms.saturating_sub(self.at_ms));
        self.height * (-age / seconds(CALM_MS)).exp2()
    }
}

#[allow(clippy::cast_precision_loss, reason = "exact below 2^53 ms")]
fn seconds(ms: u64) -> f64 {
    ms as f64 / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sight(streams: f64, forecast: f64) -> Sight {
        Sight {
            streams,
            choices: streams * 2.0,
            holders_full: false,
            forecast,
            plays_are_told: true,
        }
    }

    #[test]
    fn a_crowd_is_seen_within_ten_seconds_and_its_growth_is_provided_for() {
        let mut crowd = Crowd::default();
        assert!(crowd.look(&sight(1.0, 1.0), 1_000_000) < 0.5);
        let height = crowd.look(&sight(20.0, 1.0), 1_005_000);
        assert!(crowd.is_on());
        assert!((60.0..=80.0).contains(&height), "{height}");
    }

    #[test]
    fn usual_demand_is_no_crowd() {
        let mut crowd = Crowd::default();
        for second in 0..600 {
            let wave = 20.0 + f64::from(second % 7);
            assert!(
                crowd.look(
                    &sight(wave, 25.0),
                    1_000_000 + u64::from(second as u32) * 1_000
                ) < 0.5
            );
        }
    }

    #[test]
    fn fake_requests_without_streams_and_streams_without_requests_are_no_crowd() {
        let mut crowd = Crowd::default();
        let requests = Sight {
            streams: 0.0,
            choices: 1e6,
            holders_full: true,
            forecast: 0.0,
            plays_are_told: true,
        };
        assert!(crowd.look(&requests, 1_000_000) < 0.5);
        let lies = Sight {
            streams: 1e6,
            choices: 0.0,
            holders_full: true,
            forecast: 0.0,
            plays_are_told: true,
        };
        assert!(crowd.look(&lies, 1_005_000) < 0.5);
    }

    #[test]
    fn a_crowd_whose_plays_are_never_verified_is_doubted_and_one_whose_are_is_not() {
        for (forecast, believed) in [(0.0, false), (30.0, true)] {
            let mut crowd = Crowd::default();
            let mut height = 0.0;
            for second in 0..700u64 {
                height = crowd.look(&sight(50.0, forecast), 1_000_000 + second * 1_000);
            }
            assert_eq!(height > 1.0, believed, "{forecast} {height}");
        }
    }
}
