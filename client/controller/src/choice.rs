//! Which holders of a cell serve it: two drawn at random, the less loaded taken, until enough are named.
//!
//! Choosing the better of two random holders cuts the wait at high load by an order of magnitude against one random
//! holder, and unlike "always the least loaded" it does not send everybody to the same node on stale figures
//! (Mitzenmacher, *The power of two choices*). Loads in the same [`STEP`] count as equal: then the better path, the
//! nearer region and the fewer failures decide. When those drawn have not enough to spare between them for one more stream,
//! the holders with most to spare are named instead, by what they can still send: of two that are nine tenths full one may
//! have room for ten streams, the other for half of one. The draw's seed is the number of the decision and the cell, so that a
//! log of decisions can be replayed and a controller can't draw again until its friend wins.

use chainflix_primitives::{Hash32, Hasher, Sha256};
use codec::Encode;
use serde::{Deserialize, Serialize};

use crate::protocol::{CellRef, PathClass};

/// Loads that differ by less than this may count as equal, in thousandths of a node's upload capacity.
const STEP: u64 = 20;
/// What an idle node counts as, so that failures weigh at any load, in thousandths of its upload capacity.
const IDLE: u64 = 100;
/// A second source is named only when its load is not this much above the least of all, in thousandths: viewers fetch
/// from all that are named.
const SECOND_SLACK: u64 = 250;
/// The same for a third source and later ones.
const SLACK: u64 = 100;
/// Failures beyond so many weigh no more.
const MAX_FAILURES: u32 = 12;

/// A holder of the cell that may be offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Index on chain.
    pub provider: u32,
    /// Load in thousandths of its upload capacity, leases not yet in the heartbeat included.
    pub load: u64,
    /// How the viewer reaches it.
    pub path: PathClass,
    /// Whether it is in another region than the viewer, which stands for the round trip.
    pub far: bool,
    /// Recent failures.
    pub failures: u32,
    /// Whether it is a viewer that shares what it has watched. Logs from before there were such are of storage nodes.
    #[serde(default)]
    pub shares: bool,
    /// What it has to spare, in thousandths of the stream that a viewer takes. Unknown in older logs, whose decisions did
    /// not look at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spare_milli: Option<u64>,
}

/// A viewer's stream in thousandths of itself.
const STREAM: u64 = 1_000;

impl Candidate {
    /// Smaller is better: load, each failure adding a quarter of it, then whether it is a storage node, path, region,
    /// failures.
    fn rank(&self) -> (u64, bool, PathClass, bool, u32) {
        let failures = u64::from(self.failures.min(MAX_FAILURES));
        let weighted = self
            .load
            .saturating_add(IDLE)
            .saturating_mul(failures.saturating_add(4))
            / 4;
        let load = weighted / STEP;
        (load, self.shares, self.path, self.far, self.failures)
    }
}

/// Whether some of those who have so much `spare` can send a stream in equal parts.
fn can_send(spare: impl Iterator<Item = u64>) -> bool {
    let mut spare: Vec<u64> = spare.collect();
    spare.sort_unstable_by_key(|spare| std::cmp::Reverse(*spare));
    let mut teams = (1u64..).zip(spare);
    teams.any(|(team, least)| least.saturating_mul(team) >= STREAM)
}

/// Those with most to spare, when that is known of all; of those with none, the least overloaded, and of those alike each in
/// its turn: `first` says which comes first.
fn roomiest(candidates: &[Candidate], wanted: usize, first: usize) -> Option<Vec<u32>> {
    let (before, from) = candidates.split_at_checked(first)?;
    let mut all: Vec<&Candidate> = from.iter().chain(before).collect();
    all.sort_by_key(|candidate| (std::cmp::Reverse(candidate.spare_milli), candidate.rank()));
    let is_known = all.iter().all(|candidate| candidate.spare_milli.is_some());
    all.truncate(wanted);
    is_known.then(|| all.iter().map(|candidate| candidate.provider).collect())
}

/// Names at most `wanted` of `candidates`, best first, by decision `number` about `cell`.
#[must_use]
pub fn choose(number: u64, cell: &CellRef, candidates: &[Candidate], wanted: usize) -> Vec<u32> {
    let mut draw = Draw::new(number, cell);
    let mut left: Vec<Candidate> = candidates.to_vec();
    let mut chosen = Vec::with_capacity(wanted.min(left.len()));
    let mut spare = Vec::with_capacity(wanted.min(left.len()));
    let least = left
        .iter()
        .map(|candidate| candidate.load)
        .min()
        .unwrap_or(0);
    while chosen.len() < wanted {
        let Some(first) = draw.below(left.len()) else {
            break;
        };
        let second = draw.below(left.len()).unwrap_or(first);
        let better = match (left.get(first), left.get(second)) {
            (Some(a), Some(b)) if b.rank() < a.rank() => second,
            _ => first,
        };
        let taken = left.swap_remove(better);
        let slack = match chosen.len() {
            0 => u64::MAX,
            1 => SECOND_SLACK,
            _ => SLACK,
        };
        if taken.load <= least.saturating_add(slack) {
            chosen.push(taken.provider);
            spare.push(taken.spare_milli.unwrap_or(0));
        }
    }
    if can_send(spare.into_iter()) {
        return chosen;
    }
    let first = draw.below(candidates.len()).unwrap_or(0);
    roomiest(candidates, wanted, first).unwrap_or(chosen)
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

    fn holder(provider: u32, load: u64, failures: u32) -> Candidate {
        Candidate {
            provider,
            load,
            path: PathClass::Direct,
            far: false,
            failures,
            shares: false,
            spare_milli: None,
        }
    }

    fn idle(providers: std::ops::Range<u32>) -> Vec<Candidate> {
        providers.map(|provider| holder(provider, 0, 0)).collect()
    }

    /// How often in a thousand the second of two is named first.
    fn second_first(candidates: [Candidate; 2]) -> usize {
        (0..1_000)
            .filter(|number| choose(*number, &cell(2), &candidates, 2)[0] == candidates[1].provider)
            .count()
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
    fn a_node_that_failed_serves_less_but_not_nothing() {
        assert!(second_first([holder(1, 400, 1), holder(2, 450, 0)]) > 650);
        assert!(second_first([holder(1, 400, 1), holder(2, 900, 0)]) < 350);
    }

    #[test]
    fn between_equal_loads_the_better_path_and_then_the_nearer_region_decides() {
        let mut relayed = holder(1, 400, 0);
        relayed.path = PathClass::Relayed;
        assert!(second_first([relayed, holder(2, 401, 0)]) > 650);
        let mut far = holder(1, 400, 0);
        far.far = true;
        assert!(second_first([far, holder(2, 401, 0)]) > 650);
        assert!(second_first([relayed, holder(2, 600, 0)]) < 350);
    }

    #[test]
    fn a_viewer_that_shares_serves_when_storage_nodes_are_busier() {
        let mut sharer = holder(1, 400, 0);
        sharer.shares = true;
        assert!(second_first([sharer, holder(2, 401, 0)]) > 650);
        assert!(second_first([sharer, holder(2, 600, 0)]) < 350);
        assert_eq!(choose(0, &cell(5), &[sharer], 3), [1]);
    }

    #[test]
    fn later_sources_that_are_busier_than_the_rest_are_left_alone() {
        let candidates = [
            holder(1, 100, 0),
            holder(2, 100, 0),
            holder(3, 900, 0),
            holder(4, 150, 0),
        ];
        for number in 0..200 {
            let chosen = choose(number, &cell(4), &candidates, 4);
            assert!(!chosen[1..].contains(&3), "{chosen:?}");
        }
    }

    /// One that has room for so many thousandths of a stream.
    fn with_room(provider: u32, load: u64, spare_milli: u64) -> Candidate {
        Candidate {
            spare_milli: Some(spare_milli),
            ..holder(provider, load, 0)
        }
    }

    #[test]
    fn a_fuller_holder_with_a_wider_line_is_named_when_those_drawn_have_no_room_for_a_stream() {
        let wide = with_room(1, 950, 5_000);
        let narrow = (2..20).map(|provider| with_room(provider, 900, 200));
        let candidates: Vec<Candidate> = std::iter::once(wide).chain(narrow).collect();
        for number in 0..200 {
            assert!(choose(number, &cell(5), &candidates, 4).contains(&1));
        }
        // Nobody has room, or it is not known who has, as in an older log: each comes first in its turn.
        let full: Vec<Candidate> = (0..20).map(|p| with_room(p, 1_000, 0)).collect();
        let unknown: Vec<Candidate> = (0..20).map(|p| holder(p, 1_000, 0)).collect();
        for alike in [full, unknown] {
            let first = |number| choose(number, &cell(6), &alike, 4)[0];
            let firsts: std::collections::BTreeSet<u32> = (0..200).map(first).collect();
            assert!(firsts.len() > 10, "{firsts:?}");
        }
    }

    #[test]
    fn several_with_little_room_send_a_stream_together() {
        assert!(can_send([400, 340, 350].into_iter()));
        assert!(!can_send([400, 330, 350].into_iter()));
        assert!(can_send([0, 1_000].into_iter()) && !can_send([999].into_iter()));
        assert!(!can_send([].into_iter()));
    }

    proptest! {
        #[test]
        fn a_choice_names_each_candidate_at_most_once_and_as_many_as_it_can(
            number: u64, count in 0usize..40, wanted in 0usize..10, loads in proptest::collection::vec(0u64..9, 40),
            rooms in proptest::option::of(0u64..1_500),
        ) {
            let candidates: Vec<Candidate> = (0..count)
                .map(|i| Candidate { spare_milli: rooms, ..holder(i as u32, loads[i], 0) })
                .collect();
            let chosen = choose(number, &cell(3), &candidates, wanted);
            let distinct: std::collections::BTreeSet<_> = chosen.iter().collect();
            prop_assert_eq!(distinct.len(), chosen.len());
            prop_assert_eq!(chosen.len(), wanted.min(count));
        }
    }
}
