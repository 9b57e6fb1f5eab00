//! Notices that the machine was suspended: its wall clock went on while its monotonic clock stood still.

/// The wall clock may gain so much on the monotonic one between two looks, in ms: it is corrected in small steps, and
/// sometimes set.
const GAIN_MS: u64 = 2_000;

/// Compares the two clocks, look by look.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wakefulness {
    last: Option<Look>,
}

#[derive(Clone, Copy, Debug)]
struct Look {
    monotonic_ms: u64,
    unix_ms: u64,
}

impl Wakefulness {
    /// Whether the machine slept since the last look. A wall clock that is set far forward looks the same, one that is set
    /// back does not.
    pub fn slept(&mut self, monotonic_ms: u64, unix_ms: u64) -> bool {
        let now = Look {
            monotonic_ms,
            unix_ms,
        };
        let Some(before) = self.last.replace(now) else {
            return false;
        };
        let by_wall = unix_ms.saturating_sub(before.unix_ms);
        let awake = monotonic_ms.saturating_sub(before.monotonic_ms);
        by_wall.saturating_sub(awake) > GAIN_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_whose_clocks_go_together_is_awake_however_long_nobody_looked() {
        let mut wakefulness = Wakefulness::default();
        let epoch = 1_700_000_000_000;
        for at in [0, 250, 500, 3_600_000] {
            assert!(!wakefulness.slept(at, epoch + at));
        }
        // Corrections in small steps, and a clock that is set back by an hour.
        assert!(!wakefulness.slept(3_600_250, epoch + 3_601_900));
        assert!(!wakefulness.slept(3_600_500, epoch + 1_000));
        assert!(!wakefulness.slept(3_600_750, epoch + 1_250));
    }

    #[test]
    fn a_wall_clock_that_ran_past_the_monotonic_one_says_that_the_machine_slept_once() {
        let mut wakefulness = Wakefulness::default();
        let epoch = 1_700_000_000_000;
        assert!(!wakefulness.slept(20_000, epoch));
        assert!(wakefulness.slept(20_250, epoch + 40_250));
        assert!(!wakefulness.slept(20_500, epoch + 40_500));
    }
}
