//! A rate of events that forgets: each event's weight halves after a fixed time.

/// Events per minute with exponential forgetting.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rate {
    weight: f64,
    at_ms: u64,
    from_ms: Option<u64>,
}

/// A rate is never judged by less time than this, in ms.
const LEAST_MS: u64 = 600_000;

impl Rate {
    /// Counts `events` at `now_ms`.
    pub fn add(&mut self, events: f64, now_ms: u64, half_life_ms: u64) {
        self.add_ago(events, now_ms, 0, half_life_ms);
    }

    /// Counts `events` of `ago_ms` ago, learned at `now_ms`: with the weight that they would have by now.
    pub fn add_ago(&mut self, events: f64, now_ms: u64, ago_ms: u64, half_life_ms: u64) {
        let left = if ago_ms == 0 {
            1.0
        } else {
            (-milliseconds(ago_ms) / milliseconds(half_life_ms)).exp2()
        };
        self.weight = self.weight_at(now_ms, half_life_ms) + events * left;
        self.at_ms = self.at_ms.max(now_ms);
        let happened = now_ms.saturating_sub(ago_ms);
        let from = self.from_ms.map_or(happened, |from| from.min(happened));
        self.from_ms = Some(from);
    }

    /// Events per minute at `now_ms`, judged by the time since the first of them when that is short.
    #[must_use]
    pub fn per_minute(&self, now_ms: u64, half_life_ms: u64) -> f64 {
        // The weights of one event a minute add up to half-life ÷ ln 2 minutes.
        let age = now_ms.saturating_sub(self.from_ms.unwrap_or(now_ms));
        let seen = milliseconds(age.max(LEAST_MS)) / milliseconds(half_life_ms);
        self.weight_at(now_ms, half_life_ms) * std::f64::consts::LN_2 * 60_000.0
            / milliseconds(half_life_ms)
            / (1.0 - (-seen).exp2())
    }

    /// Events with their weights at `now_ms`: about those of the last one and a half half-lives.
    #[must_use]
    pub fn recent(&self, now_ms: u64, half_life_ms: u64) -> f64 {
        self.weight_at(now_ms, half_life_ms)
    }

    fn weight_at(&self, now_ms: u64, half_life_ms: u64) -> f64 {
        let age = milliseconds(now_ms.saturating_sub(self.at_ms));
        self.weight * (-age / milliseconds(half_life_ms)).exp2()
    }
}

#[allow(clippy::cast_precision_loss, reason = "exact below 2^53 ms")]
fn milliseconds(ms: u64) -> f64 {
    ms.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_young_rate_is_judged_by_its_age() {
        let mut rate = Rate::default();
        for minute in 0..20 {
            rate.add(6.0, minute * 60_000, 3_600_000);
        }
        let now = rate.per_minute(1_200_000, 3_600_000);
        assert!((5.5..6.5).contains(&now), "{now}");
    }

    #[test]
    fn what_is_learned_late_counts_as_if_it_had_been_known_at_once() {
        let (mut known, mut learned) = (Rate::default(), Rate::default());
        for minute in 0..120u64 {
            known.add(3.0, minute * 60_000, 300_000);
        }
        for minute in 0..120u64 {
            learned.add_ago(3.0, 7_200_000, 7_200_000 - minute * 60_000, 300_000);
        }
        let [known, learned] = [known, learned].map(|rate| rate.per_minute(7_200_000, 300_000));
        assert!((known - learned).abs() < 0.01, "{known} {learned}");
    }

    #[test]
    fn a_steady_stream_of_events_has_its_rate_and_half_of_it_is_forgotten_in_a_half_life() {
        let mut rate = Rate::default();
        for second in 0..3_600 {
            rate.add(0.5, second * 1_000, 300_000);
        }
        let now = rate.per_minute(3_600_000, 300_000);
        assert!((29.0..31.0).contains(&now), "{now}");
        let later = rate.per_minute(3_900_000, 300_000);
        assert!((later * 2.0 - now).abs() < 0.01, "{later}");
    }
}
