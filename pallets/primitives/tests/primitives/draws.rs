use std::collections::{BTreeMap, BTreeSet};

use chainflix_primitives::{
    AccountId, Hash32, Hasher, Sha256,
    draw::{
        ASSIGNED_VERIFIERS, assigned_verifiers, commitment, draw, drawn_leaf, drawn_leaves,
        first_cycle_seed, is_assigned,
    },
    report::{DRAWN_LEAVES, EARNINGS_LAG, earnings_due},
};
use proptest::prelude::*;

use crate::samples::{account, bytes};

fn verifiers(count: usize) -> Vec<AccountId> {
    let mut set: Vec<AccountId> = (0..count)
        .map(|n| account(&format!("verifier {n}")))
        .collect();
    set.sort_unstable();
    set
}

#[test]
fn a_commitment_binds_its_preimage_and_is_no_preimage_itself() {
    let preimage: Hash32 = bytes("preimage");
    assert_eq!(
        commitment::<Sha256>(&preimage),
        Sha256::sha256(&[b"chainflix/commitment/1".as_slice(), &preimage].concat())
    );
    assert_ne!(
        commitment::<Sha256>(&preimage),
        commitment::<Sha256>(&bytes("other"))
    );
}

#[test]
fn g3_the_draw_hangs_on_round_and_revealed_preimages_only() {
    let revealed: Vec<Hash32> = (0..4).map(|n| bytes(&format!("preimage {n}"))).collect();
    let drawn = draw::<Sha256>(7, &revealed);
    assert_eq!(drawn, draw::<Sha256>(7, &revealed));
    assert_ne!(drawn, draw::<Sha256>(8, &revealed));
    assert_ne!(drawn, draw::<Sha256>(7, &revealed[..3]));
    let reversed: Vec<Hash32> = revealed.iter().rev().copied().collect();
    assert_ne!(drawn, draw::<Sha256>(7, &reversed));
}

#[test]
fn one_honest_preimage_makes_the_draw_new() {
    // Three verifiers that fix theirs see a different draw for every value of the fourth.
    let draws: BTreeSet<Hash32> = (0..1_000u32)
        .map(|n| {
            let fourth = bytes(&format!("honest {n}"));
            draw::<Sha256>(1, [&[0; 32], &[1; 32], &[2; 32], &fourth])
        })
        .collect();
    assert_eq!(draws.len(), 1_000);
}

#[test]
fn an_empty_block_has_no_drawn_leaf_and_a_small_one_opens_each_once() {
    assert_eq!(drawn_leaf::<Sha256>(&[1; 32], &[2; 32], 0, 0), None);
    assert_eq!(
        drawn_leaves::<Sha256>(&[1; 32], &[2; 32], 0),
        Vec::<u32>::new()
    );
    assert_eq!(drawn_leaves::<Sha256>(&[1; 32], &[2; 32], 1), [0]);
}

#[test]
fn every_leaf_of_a_block_is_drawn_about_equally_often() {
    let count = 50u32;
    let mut times = vec![0u32; count as usize];
    for round in 0..5_000u32 {
        let drawn = draw::<Sha256>(round, [&[0; 32]]);
        for k in 0..DRAWN_LEAVES {
            let leaf = drawn_leaf::<Sha256>(&drawn, &[9; 32], count, k).expect("not empty");
            times[leaf as usize] += 1;
        }
    }
    // 400 expected each; six standard deviations are 119.
    assert!(times.iter().all(|n| (281..=519).contains(n)), "{times:?}");
}

#[test]
fn k2_a_viewer_has_two_verifiers_in_a_cycle_and_others_in_another() {
    let set = verifiers(20);
    let viewer = account("viewer");
    let seeds: Vec<Hash32> = (0..20).map(|n| bytes(&format!("seed {n}"))).collect();
    let mut pairs = BTreeSet::new();
    for seed in &seeds {
        let assigned = assigned_verifiers::<Sha256>(seed, &viewer, &set);
        assert_eq!(assigned.len(), ASSIGNED_VERIFIERS);
        assert_ne!(assigned[0], assigned[1]);
        for verifier in &set {
            assert_eq!(
                is_assigned::<Sha256>(seed, &viewer, &set, verifier),
                assigned.contains(verifier)
            );
        }
        pairs.insert(assigned);
    }
    assert!(pairs.len() > 15, "{} pairs of 20 seeds", pairs.len());
}

#[test]
fn k2_viewers_spread_evenly_over_verifiers_and_pairs() {
    for (count, viewers) in [(4usize, 6_000u32), (7, 6_000), (20, 6_000)] {
        let set = verifiers(count);
        let mut load: BTreeMap<AccountId, u32> = BTreeMap::new();
        let mut first: BTreeMap<AccountId, u32> = BTreeMap::new();
        for n in 0..viewers {
            let assigned =
                assigned_verifiers::<Sha256>(&[3; 32], &account(&format!("viewer {n}")), &set);
            *first.entry(assigned[0]).or_default() += 1;
            for verifier in assigned {
                *load.entry(verifier).or_default() += 1;
            }
        }
        for (counts, expected) in [
            (&load, 2 * viewers / count as u32),
            (&first, viewers / count as u32),
        ] {
            // Six standard deviations of a binomial, from above: √(expected).
            let slack = 6.0 * f64::from(expected).sqrt();
            assert_eq!(counts.len(), count);
            for times in counts.values() {
                let off = (f64::from(*times) - f64::from(expected)).abs();
                assert!(off < slack, "{times} of {expected} with {count} verifiers");
            }
        }
    }
}

#[test]
fn v4_a_verifier_that_leaves_moves_only_its_own_viewers() {
    let set = verifiers(10);
    let smaller: Vec<AccountId> = set.iter().skip(1).copied().collect();
    for n in 0..500 {
        let viewer = account(&format!("viewer {n}"));
        let before = assigned_verifiers::<Sha256>(&[5; 32], &viewer, &set);
        let after = assigned_verifiers::<Sha256>(&[5; 32], &viewer, &smaller);
        if !before.contains(&set[0]) {
            assert_eq!(before, after);
        }
    }
}

#[test]
fn a_lone_verifier_is_assigned_alone_and_an_empty_set_assigns_nobody() {
    let viewer = account("viewer");
    let one = verifiers(1);
    assert_eq!(assigned_verifiers::<Sha256>(&[0; 32], &viewer, &one), one);
    assert!(assigned_verifiers::<Sha256>(&[0; 32], &viewer, &[]).is_empty());
    assert!(!is_assigned::<Sha256>(&[0; 32], &viewer, &[], &viewer));
}

#[test]
fn the_first_cycle_has_a_seed_that_nobody_chose() {
    assert_eq!(
        first_cycle_seed::<Sha256>(),
        Sha256::sha256(b"chainflix/first-seed/1")
    );
}

#[test]
fn earnings_are_due_for_multiples_of_the_interval_that_are_settled_and_final() {
    assert_eq!(EARNINGS_LAG, 5);
    assert_eq!(earnings_due(4, 10), None);
    assert_eq!(earnings_due(5, 10), Some(0));
    assert_eq!(earnings_due(14, 10), Some(0));
    assert_eq!(earnings_due(15, 10), Some(10));
    assert_eq!(earnings_due(24, 10), Some(10));
    assert_eq!(earnings_due(9, 1), Some(4));
    assert_eq!(earnings_due(9, 0), None);
}

proptest! {
    #[test]
    fn drawn_leaves_are_ascending_distinct_and_in_the_block(
        drawn: [u8; 32], root: [u8; 32], count in 1u32..100_000,
    ) {
        let leaves = drawn_leaves::<Sha256>(&drawn, &root, count);
        prop_assert!(!leaves.is_empty() && leaves.len() <= DRAWN_LEAVES as usize);
        prop_assert!(leaves.windows(2).all(|pair| pair[0] < pair[1]));
        prop_assert!(leaves.iter().all(|leaf| *leaf < count));
    }

    #[test]
    fn the_order_in_which_the_set_is_given_changes_no_assignment(
        seed: [u8; 32], viewer: [u8; 32], rotate in 0usize..12,
    ) {
        let set = verifiers(12);
        let mut other = set.clone();
        other.rotate_left(rotate);
        prop_assert_eq!(
            assigned_verifiers::<Sha256>(&seed, &AccountId(viewer), &set),
            assigned_verifiers::<Sha256>(&seed, &AccountId(viewer), &other)
        );
    }
}

#[test]
fn g2_whoever_reveals_last_at_most_doubles_its_odds() {
    const DRAWS: u32 = 10_000;
    const PLACES: u32 = 100;
    let root = bytes("a view block");
    let is_wanted = |draw: Hash32| drawn_leaf::<Sha256>(&draw, &root, PLACES, 0) == Some(0);
    let (mut fair, mut bent) = (0u32, 0u32);
    for round in 0..DRAWS {
        let others = (0..3).map(|n| bytes(&format!("preimage {n} of {round}")));
        let mut revealed: Vec<Hash32> = others.collect();
        // The last sees theirs. It keeps its own back, or reveals it: there is no third draw.
        let without = is_wanted(draw::<Sha256>(round, &revealed));
        revealed.push(bytes(&format!("the last of {round}")));
        let with = is_wanted(draw::<Sha256>(round, &revealed));
        fair += u32::from(with);
        bent += u32::from(with || without);
    }
    // Three standard deviations of as many draws, of which one in a hundred is wanted, and two.
    let expected = DRAWS / PLACES;
    assert!(fair.abs_diff(expected) <= 30, "{fair} fair ones");
    assert!(bent <= 2 * expected + 42, "{bent} where one chooses");
    assert!(bent > expected + 30, "{bent}: the choice is one");
}
