//! Random numbers that are the same for a seed on every machine and in every version: results are quoted by seed.
//!
//! The generator is SplitMix64 (Steele, Lea and Flood, *Fast splittable pseudorandom number generators*, 2014). Each purpose
//! has a stream of its own, so that strategies that act differently still meet the same audience and the same failures.

/// One stream of random numbers.
#[derive(Clone, Debug)]
pub struct Random {
    state: u64,
}

impl Random {
    /// The stream of `purpose` and `index` under `seed`.
    #[must_use]
    pub fn new(seed: u64, purpose: u64, index: u64) -> Self {
        let mut random = Self { state: seed };
        for part in [purpose, index] {
            random.state = random
                .next()
                .wrapping_add(part.wrapping_mul(0x2545_F491_4F6C_DD1D));
        }
        random
    }

    /// 64 random bits.
    #[allow(clippy::should_implement_trait, reason = "no iterator: it never ends")]
    pub fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From 0 up to but without 1.
    #[allow(clippy::cast_precision_loss, reason = "53 bits are exact")]
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / 9_007_199_254_740_992.0
    }

    /// From `low` up to but without `high`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// An index below `bound`, which is not 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % bound).unwrap_or(0)
    }

    /// True with probability `p`.
    pub fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// Time until the next event of a Poisson process, in ms, when `mean_ms` lies between two on average; at least 1.
    pub fn wait_ms(&mut self, mean_ms: f64) -> u64 {
        let wait = -(1.0 - self.unit()).ln() * mean_ms;
        (wait.clamp(1.0, 1e15)) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_numbers_and_another_purpose_others() {
        let numbers = |mut random: Random| [random.next(), random.next()];
        assert_eq!(numbers(Random::new(7, 1, 2)), numbers(Random::new(7, 1, 2)));
        assert_ne!(numbers(Random::new(7, 1, 2)), numbers(Random::new(7, 2, 1)));
        assert_eq!(Random { state: 0 }.next(), 0xE220_A839_7B1D_CDAF);
    }

    #[test]
    fn waits_have_the_mean_that_was_asked_for() {
        let mut random = Random::new(1, 2, 3);
        let sum: u64 = (0..20_000).map(|_| random.wait_ms(5_000.0)).sum();
        assert!((4_850..5_150).contains(&(sum / 20_000)), "{}", sum / 20_000);
    }
}
