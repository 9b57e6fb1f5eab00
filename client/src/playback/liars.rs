//! Providers that sent something else than was published, so that a liar costs one group and not one of each cell.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A liar is remembered for so long: a disk that was replaced deserves another trial.
const REMEMBERED: Duration = Duration::from_secs(3_600);
/// Most that are remembered; of more the earliest is forgotten. Each costs a group, so this many were expensive to become.
const MOST: usize = 256;

/// Liars that a client has met, in whatever it plays.
#[derive(Debug, Default)]
pub(crate) struct Liars {
    caught: Mutex<BTreeMap<u32, Instant>>,
}

impl Liars {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<u32, Instant>> {
        self.caught.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A provider was caught.
    pub(super) fn caught(&self, provider: u32, now: Instant) {
        let mut caught = self.lock();
        caught.insert(provider, now);
        if caught.len() > MOST {
            let earliest = caught.iter().min_by_key(|(_, at)| **at);
            if let Some(earliest) = earliest.map(|(provider, _)| *provider) {
                caught.remove(&earliest);
            }
        }
    }

    /// Who of `named`, best first, is asked for a cell in which `lied_here` lied. Who lied in another cell is left out, unless
    /// there is nobody else: then nothing would play.
    pub(super) fn spared(
        &self,
        named: &[u32],
        lied_here: &BTreeSet<u32>,
        now: Instant,
    ) -> Vec<u32> {
        let honest_here = named.iter().filter(|one| !lied_here.contains(one));
        let here: Vec<u32> = honest_here.copied().collect();
        let caught = self.lock();
        let is_liar = |one: &u32| {
            let at = caught.get(one);
            at.is_some_and(|at| now.saturating_duration_since(*at) < REMEMBERED)
        };
        let honest: Vec<u32> = here.iter().filter(|one| !is_liar(one)).copied().collect();
        if honest.is_empty() { here } else { honest }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x1_a_liar_of_one_cell_is_not_asked_for_the_next_ones_for_an_hour() {
        let (liars, now) = (Liars::default(), Instant::now());
        let nobody = BTreeSet::new();
        assert_eq!(liars.spared(&[7, 3, 5], &nobody, now), [7, 3, 5]);
        liars.caught(7, now);
        for cell in 1..24u64 {
            let at = now + Duration::from_secs(60 * cell);
            assert_eq!(liars.spared(&[7, 3, 5], &nobody, at), [3, 5]);
        }
        let later = now + REMEMBERED;
        assert_eq!(liars.spared(&[7, 3, 5], &nobody, later), [7, 3, 5]);
    }

    #[test]
    fn x1_where_only_liars_are_left_each_has_one_more_trial_in_each_cell() {
        let (liars, now) = (Liars::default(), Instant::now());
        liars.caught(7, now);
        liars.caught(3, now);
        assert_eq!(liars.spared(&[7, 3], &BTreeSet::new(), now), [7, 3]);
        let here = BTreeSet::from([7]);
        assert_eq!(liars.spared(&[7, 3], &here, now), [3]);
        let here = BTreeSet::from([7, 3]);
        assert!(liars.spared(&[7, 3], &here, now).is_empty());
    }

    #[test]
    fn x1_however_many_lie_no_more_than_a_bound_are_remembered_the_latest_of_them() {
        let (liars, now) = (Liars::default(), Instant::now());
        for number in 0..1_000u32 {
            let at = now + Duration::from_millis(number.into());
            liars.caught(number, at);
        }
        assert_eq!(liars.lock().len(), MOST);
        let later = now + Duration::from_secs(2);
        let nobody = BTreeSet::new();
        assert_eq!(liars.spared(&[0, 999, 743, 744], &nobody, later), [0, 743]);
    }
}
