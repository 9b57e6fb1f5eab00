//! Which holders of a cell serve it: two drawn at random, the less loaded taken, until enough are named.
//!
//! Choosing the better of two random holders cuts the wait at high load by an order of magnitude against one random
//! holder, and unlike "always the least loaded" it does not send everybody to the same node on stale figures
//! (Mitzenmacher, *The power of two choices*). The draw's seed is the number of the decision and the cell, so that a log of
//! decisions can be replayed and a controller can't draw again until its friend wins.

use chainflix_primitives::{Hash32, Hasher, Sha256};
use codec::Encode;
use serde::{Deserialize, Serialize};

use crate::protocol::CellRef;

/// A holder of the cell that may be offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Index on chain.
    pub provider: u32,
    /// Load in thousandths, leases not yet in the heartbeat included.
    pub load: u64,
    /// Recent failures.
    pub failures: u32,
}

/// Names at most `wanted` of `candidates`, best first, by decision `number` about `cell`.
#[must_use]
pub fn choose(number: u64, cell: &CellRef, candidates: &[Candidate], wanted: usize) -> Vec<u32> {
    let mut draw = Draw::new(number, cell);
    let mut left: Vec<Candidate> = candidates.to_vec();
    let mut chosen = Vec::with_capacity(wanted.min(left.len()));
    while chosen.len() < wanted {
        let Some(first) = draw.below(left.len()) else {
            break;
        };
        let second = draw.below(left.len()).unwrap_or(first);
        let better = match (left.get(first), left.get(second)) {
            (Some(a), Some(b)) if (b.failures, b.load) < (a.failures, a.load) => second,
            _ => first,
        };
        chosen.push(left.swap_remove(better).provider);
    }
    chosen
}

/// Random numbers out of a decision's seed, by hashing a counter.
struct Draw {
    seed: Hash32,
    counter: u64,
}

impl Draw {
    fn new(number: u64, cell: &CellRef) -> Self {
        Self {
            seed: Sha256::sha256(&("chainflix/choice/1", number, cell).encode()),
            counter: 0,
        }
    }

    /// A number below `bound`; `None` when there is none. The bias of the remainder is below `bound` ÷ 2⁶⁴.
    fn below(&mut self, bound: usize) -> Option<usize> {
        let digest = Sha256::sha256_parts(&[&self.seed, &self.counter.to_le_bytes()]);
        self.counter = self.counter.wrapping_add(1);
        let (head, _) = digest.split_first_chunk::<8>()?;
        let bound = u64::try_from(bound).ok()?;
        usize::try_from(u64::from_le_bytes(*head).checked_rem(bound)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainflix_primitives::Magnet;
    use proptest::prelude::*;

    fn cell(index: u16) -> CellRef {
        CellRef {
            video: Magnet([7; 32]),
            rendition: 0,
            cell: index,
        }
    }

    fn idle(providers: std::ops::Range<u32>) -> Vec<Candidate> {
        providers
            .map(|provider| Candidate {
                provider,
                load: 0,
                failures: 0,
            })
            .collect()
    }

    #[test]
    fn idle_holders_are_named_first_about_equally_often() {
        let candidates = idle(0..3);
        let mut firsts = [0u32; 3];
        for number in 0..3_000 {
            firsts[choose(number, &cell(0), &candidates, 3)[0] as usize] += 1;
        }
        assert!(
            firsts.iter().all(|n| (850..1_150).contains(n)),
            "{firsts:?}"
        );
    }

    #[test]
    fn a_loaded_holder_is_named_first_only_when_drawn_against_itself() {
        let mut candidates = idle(0..4);
        candidates[2].load = 5_000;
        let firsts = (0..4_000)
            .filter(|number| choose(*number, &cell(1), &candidates, 2)[0] == 2)
            .count();
        // Both draws fall on it: one in sixteen.
        assert!((170..330).contains(&firsts), "{firsts}");
    }

    #[test]
    fn failures_weigh_more_than_load() {
        let candidates = [
            Candidate {
                provider: 1,
                load: 0,
                failures: 1,
            },
            Candidate {
                provider: 2,
                load: 9_000,
                failures: 0,
            },
        ];
        let second_first = (0..1_000)
            .filter(|number| choose(*number, &cell(2), &candidates, 2)[0] == 2)
            .count();
        assert!(second_first > 650, "{second_first}");
    }

    proptest! {
        #[test]
        fn a_choice_names_each_candidate_at_most_once_and_as_many_as_it_can(
            number: u64, count in 0usize..40, wanted in 0usize..10, loads in proptest::collection::vec(0u64..9, 40),
        ) {
            let candidates: Vec<Candidate> = (0..count)
                .map(|i| Candidate { provider: i as u32, load: loads[i], failures: 0 })
                .collect();
            let chosen = choose(number, &cell(3), &candidates, wanted);
            let distinct: std::collections::BTreeSet<_> = chosen.iter().collect();
            prop_assert_eq!(distinct.len(), chosen.len());
            prop_assert_eq!(chosen.len(), wanted.min(count));
        }
    }
}
