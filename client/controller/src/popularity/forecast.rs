//! What verified plays so far say of the next half hour: several forecasters, of which measurement picks one.
//!
//! `docs/forecaster.md` says how they were compared and what came out.

use super::rate::Rate;

/// Half-life of the fast average, in ms.
pub const FAST_MS: u64 = 300_000;
/// Half-life of the slow average, in ms.
pub const SLOW_MS: u64 = 3_600_000;

/// A rule that forecasts the rate of plays.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Forecaster {
    /// The rate of the last minutes goes on.
    #[default]
    Recent,
    /// The larger of the rate of the last minutes and half of that of the last hours.
    Larger,
    /// A constant, the fast and the slow average, and the rise of the fast one over the slow one, by fitted weights.
    Fitted([f64; 4]),
}

/// Verified plays of one rendition.
#[derive(Clone, Copy, Debug, Default)]
pub struct History {
    fast: Rate,
    slow: Rate,
}

impl History {
    /// Counts verified plays.
    pub fn add(&mut self, plays: f64, now_ms: u64) {
        self.add_ago(plays, now_ms, 0);
    }

    /// Counts verified plays of `ago_ms` ago.
    pub fn add_ago(&mut self, plays: f64, now_ms: u64, ago_ms: u64) {
        self.fast.add_ago(plays, now_ms, ago_ms, FAST_MS);
        self.slow.add_ago(plays, now_ms, ago_ms, SLOW_MS);
    }

    /// What a forecaster sees: the fast and the slow average, in plays a minute.
    #[must_use]
    pub fn features(&self, now_ms: u64) -> [f64; 2] {
        [
            self.fast.per_minute(now_ms, FAST_MS),
            self.slow.per_minute(now_ms, SLOW_MS),
        ]
    }
}

impl Forecaster {
    /// Plays a minute that are to be expected in the next half hour.
    #[must_use]
    pub fn plays_per_minute(self, [fast, slow]: [f64; 2]) -> f64 {
        match self {
            Self::Recent => fast,
            Self::Larger => fast.max(slow / 2.0),
            Self::Fitted([constant, by_fast, by_slow, by_rise]) => {
                let rise = (fast - slow).max(0.0);
                (constant + by_fast * fast + by_slow * slow + by_rise * rise).max(0.0)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_forecaster_expects_steady_demand_to_go_on() {
        let mut history = History::default();
        let minutes = 60 * 12;
        for minute in 0..minutes {
            history.add(20.0, minute * 60_000);
        }
        let fitted = Forecaster::Fitted([0.05, 0.6, 0.4, 0.1]);
        for forecaster in [Forecaster::Recent, Forecaster::Larger, fitted] {
            let expected = forecaster.plays_per_minute(history.features(minutes * 60_000));
            assert!(
                (17.0..23.0).contains(&expected),
                "{forecaster:?} {expected}"
            );
        }
    }
}
