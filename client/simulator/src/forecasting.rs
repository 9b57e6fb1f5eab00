//! Forecasters by themselves: how far each is from what comes, and the weights of the fitted one.
//!
//! Plays of every video are drawn from the audience's true rates, reach the forecaster as late as settled views do, and
//! are compared with the plays of the half hour that follows.

use chainflix_controller::popularity::forecast::{Forecaster, History};

use crate::engine::world;
use crate::random::Random;
use crate::scenario::Scenario;

/// Views are settled so long after they were watched, in ms.
const SETTLED_MS: u64 = 180_000;
/// What is forecast, in minutes.
const AHEAD: u64 = 30;
/// A forecast is made so often, in minutes.
const EVERY: u64 = 10;

/// Seeds on which weights are fitted; none of them is used to compare.
const TRAINING: std::ops::RangeInclusive<u64> = 1..=10;

/// The fitted forecaster, by the training seeds of `scenario`.
#[must_use]
pub fn trained(scenario: &Scenario) -> Forecaster {
    let found: Vec<Example> = TRAINING.flat_map(|seed| examples(scenario, seed)).collect();
    fit(&found).map_or_else(Forecaster::default, Forecaster::Fitted)
}

/// One forecast that could be made: what was known, and the plays a minute that came.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// Fast and slow average, in plays a minute.
    pub features: [f64; 2],
    /// Plays a minute of the next half hour.
    pub came: f64,
}

/// All examples of one seed.
#[must_use]
pub fn examples(scenario: &Scenario, seed: u64) -> Vec<Example> {
    let (net, audience) = world(scenario, seed);
    let mut found = Vec::new();
    let minutes = scenario.end_ms() / 60_000;
    for video in 0..net.catalogue.videos.len() as u32 {
        let mut random = Random::new(seed, 30, video.into());
        let plays: Vec<f64> = (0..minutes)
            .map(|minute| {
                let rate = audience.true_rate(&net.catalogue, video, minute * 60_000);
                poisson(rate, &mut random)
            })
            .collect();
        let mut history = History::default();
        for minute in 0..minutes.saturating_sub(AHEAD) {
            let settled = minute.checked_sub(SETTLED_MS / 60_000);
            let now_ms = minute * 60_000;
            let settled = settled.and_then(|minute| plays.get(minute as usize));
            if let Some(plays) = settled.filter(|plays| **plays > 0.0) {
                history.add(*plays, now_ms);
            }
            if minute >= scenario.warm_up_minutes && minute.is_multiple_of(EVERY) {
                let next = plays.iter().skip(minute as usize).take(AHEAD as usize);
                found.push(Example {
                    features: history.features(now_ms),
                    came: next.sum::<f64>() / AHEAD as f64,
                });
            }
        }
    }
    found
}

/// Mean distance between forecast and truth, in square roots of plays a minute: on that scale a play counts alike
/// whether a video has few or many, as far as chance goes.
#[must_use]
pub fn error(forecaster: Forecaster, examples: &[Example]) -> f64 {
    let distance = |example: &Example| {
        let forecast = forecaster.plays_per_minute(example.features);
        (forecast.sqrt() - example.came.sqrt()).abs()
    };
    examples.iter().map(distance).sum::<f64>() / examples.len().max(1) as f64
}

/// Weights of the fitted forecaster, constant, fast, slow, rise: by least squares, where an example counts by one over its
/// plays.
#[must_use]
pub fn fit(examples: &[Example]) -> Option<[f64; 4]> {
    let mut sums = [[0.0; 5]; 4];
    for example in examples {
        let [fast, slow] = example.features;
        let row = [1.0, fast, slow, (fast - slow).max(0.0), example.came];
        let weight = 1.0 / (1.0 + example.came);
        for (line, sum) in sums.iter_mut().enumerate() {
            for (place, cell) in sum.iter_mut().enumerate() {
                *cell += weight * row[line] * row[place];
            }
        }
    }
    for pivot in 0..4 {
        let best =
            (pivot..4).max_by(|a, b| sums[*a][pivot].abs().total_cmp(&sums[*b][pivot].abs()))?;
        sums.swap(pivot, best);
        if sums[pivot][pivot].abs() < 1e-12 {
            return None;
        }
        for line in 0..4 {
            if line != pivot {
                let factor = sums[line][pivot] / sums[pivot][pivot];
                let above = sums[pivot];
                for (value, from) in sums[line].iter_mut().zip(above) {
                    *value -= factor * from;
                }
            }
        }
    }
    Some([0, 1, 2, 3].map(|line| sums[line][4] / sums[line][line]))
}

/// A Poisson number with mean `mean`.
fn poisson(mean: f64, random: &mut Random) -> f64 {
    if mean > 30.0 {
        // Twelve uniform numbers are near enough to a normal one.
        let normal: f64 = (0..12).map(|_| random.unit()).sum::<f64>() - 6.0;
        return (mean + mean.sqrt() * normal).round().max(0.0);
    }
    let limit = (-mean).exp();
    let (mut count, mut product) = (0.0, random.unit());
    while product > limit {
        count += 1.0;
        product *= random.unit();
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn least_squares_finds_the_weights_that_made_the_data() {
        let examples: Vec<Example> = (0..200)
            .map(|n| {
                let mut random = Random::new(1, 2, n);
                let features = [random.between(0.0, 9.0), random.between(0.0, 9.0)];
                let [fast, slow] = features;
                Example {
                    features,
                    came: 0.5 + 0.25 * fast + 0.75 * slow + 0.125 * (fast - slow).max(0.0),
                }
            })
            .collect();
        let weights = fit(&examples).unwrap();
        for (found, wanted) in weights.iter().zip([0.5, 0.25, 0.75, 0.125]) {
            assert!((found - wanted).abs() < 1e-6, "{weights:?}");
        }
    }

    #[test]
    fn poisson_numbers_have_their_mean() {
        let mut random = Random::new(1, 2, 3);
        for mean in [0.5, 5.0, 80.0] {
            let sum: f64 = (0..5_000).map(|_| poisson(mean, &mut random)).sum();
            assert!((sum / 5_000.0 / mean - 1.0).abs() < 0.05, "{mean}");
        }
    }
}
