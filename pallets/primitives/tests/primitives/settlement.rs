use chainflix_primitives::{
    emission::CFX,
    settlement::{
        WEIGHT_FLOOR_MS, block_reward, capped_weights, eligible, has_judged_enough, is_approved,
        lower_median, round_reward, view_value,
    },
};
use proptest::prelude::*;

/// An honest verifier's playtime in a round, far above the floor.
const HONEST_MS: u64 = 100 * WEIGHT_FLOOR_MS;

fn share_of_the_first(bad: usize, playtimes: &[u64]) -> f64 {
    let weights = capped_weights(playtimes);
    let sum = |weights: &[u64]| weights.iter().map(|weight| *weight as f64).sum::<f64>();
    sum(&weights[..bad]) / sum(&weights)
}

#[test]
fn more_than_51_percent_approve_and_51_percent_do_not() {
    assert!(!is_approved(51, 100));
    assert!(is_approved(52, 100));
    assert!(is_approved(1, 1));
    assert!(!is_approved(0, 1));
    assert!(!is_approved(0, 0));
    assert!(!is_approved(1, 2));
    // Four verifiers: three judge, two suffice.
    assert!(is_approved(2, eligible(4)));
    assert!(!is_approved(1, eligible(4)));
    assert!(is_approved(u32::MAX, u32::MAX));
}

#[test]
fn v1_silence_counts_as_no_so_52_of_100_must_speak() {
    assert_eq!(eligible(101), 100);
    assert!(is_approved(100 - 48, 100));
    assert!(!is_approved(100 - 49, 100));
}

#[test]
fn a_lone_verifier_judges_its_own_block() {
    assert_eq!(eligible(1), 1);
    assert_eq!(eligible(2), 1);
    assert_eq!(eligible(4), 3);
    assert_eq!(eligible(0), 1);
}

#[test]
fn a_reporter_approved_at_least_half_of_what_others_are_paid_for() {
    assert!(has_judged_enough(0, 0));
    assert!(!has_judged_enough(0, 1));
    assert!(has_judged_enough(1, 1));
    assert!(has_judged_enough(1, 2));
    // One of three others that hides its body from one verifier takes nothing from it.
    assert!(has_judged_enough(2, 3));
    assert!(!has_judged_enough(1, 3));
    assert!(has_judged_enough(50, 99 + 1));
    assert!(has_judged_enough(u32::MAX, u32::MAX));
}

#[test]
fn the_median_is_the_lower_of_the_two_in_the_middle() {
    assert_eq!(lower_median(&[]), 0);
    assert_eq!(lower_median(&[9]), 9);
    assert_eq!(lower_median(&[9, 1]), 1);
    assert_eq!(lower_median(&[9, 1, 5]), 5);
    assert_eq!(lower_median(&[9, 1, 5, 7]), 5);
}

#[test]
fn k4_bad_verifiers_take_at_most_2f_of_2f_plus_the_honest() {
    for n in [4usize, 7, 20] {
        // The median is an honest verifier's while the bad are fewer than the honest, or as many.
        for f in 1..=n / 2 {
            let mut playtimes = vec![u64::MAX; f];
            playtimes.resize(n, HONEST_MS);
            let bound = 2.0 * f as f64 / (2.0 * f as f64 + (n - f) as f64);
            let taken = share_of_the_first(f, &playtimes);
            assert!(
                taken <= bound + 1e-12,
                "{f} of {n} take {taken}, above {bound}"
            );
            // The bound is met: no laxer one would do.
            assert!(
                taken >= bound - 1e-12,
                "{f} of {n} take {taken}, below {bound}"
            );
        }
    }
}

#[test]
fn k5_unlimited_ground_accounts_weigh_no_more_than_the_cap() {
    let cap = 2 * HONEST_MS;
    for invented in [cap, cap + 1, u64::MAX] {
        let weights = capped_weights(&[HONEST_MS, HONEST_MS, HONEST_MS, invented]);
        assert_eq!(weights, [HONEST_MS, HONEST_MS, HONEST_MS, cap]);
    }
}

#[test]
fn a_small_network_is_not_cut_below_the_floor() {
    assert_eq!(capped_weights(&[0, 0, 0, 60_000]), [0, 0, 0, 60_000]);
    assert_eq!(
        capped_weights(&[0, 0, 0, WEIGHT_FLOOR_MS + 1]),
        [0, 0, 0, WEIGHT_FLOOR_MS]
    );
    assert_eq!(capped_weights(&[5]), [5]);
    assert_eq!(capped_weights(&[]), Vec::<u64>::new());
}

#[test]
fn v5_rejecting_others_gains_nothing() {
    // The divisor counts all headers: what a rejected one would have had is not minted.
    let weights = capped_weights(&[HONEST_MS; 4]);
    let total: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
    let mine = block_reward(135 * CFX, weights[0], total);
    assert_eq!(mine, Some(135 * CFX / 4));
}

#[test]
fn an_empty_network_is_not_paid_for_one_minute_where_a_rate_is_set() {
    let rate = CFX / 100;
    assert_eq!(round_reward(135 * CFX, 60_000, Some(rate)), 60 * CFX / 100);
    assert_eq!(round_reward(135 * CFX, 60_000, None), 135 * CFX);
    assert_eq!(round_reward(135 * CFX, u128::MAX, Some(rate)), 135 * CFX);
    assert_eq!(round_reward(135 * CFX, 13_500_000, Some(rate)), 135 * CFX);
    assert_eq!(round_reward(135 * CFX, 0, Some(rate)), 0);
}

#[test]
fn nothing_is_divided_by_an_empty_round() {
    assert_eq!(block_reward(135 * CFX, 0, 0), None);
    assert_eq!(view_value(135 * CFX, 60_000, 0), None);
    assert_eq!(block_reward(u128::MAX, u64::MAX, 1), None);
    assert_eq!(view_value(u128::MAX, u32::MAX, 1), None);
}

proptest! {
    #[test]
    fn blocks_never_get_more_than_the_round_and_lose_less_than_a_unit_each(
        playtimes in prop::collection::vec(0u64..10_000_000_000, 1..100),
        reward in 0u128..135_000_000_000_001,
    ) {
        let weights = capped_weights(&playtimes);
        let total: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
        prop_assume!(total > 0);
        let paid: u128 = weights
            .iter()
            .map(|weight| block_reward(reward, *weight, total).expect("a total"))
            .sum();
        prop_assert!(paid <= reward);
        prop_assert!(reward - paid < weights.len() as u128);
    }

    #[test]
    fn k4_no_playtimes_of_the_bad_beat_the_bound(
        n in prop::sample::select(vec![4usize, 7, 20]),
        claimed in prop::collection::vec(any::<u64>(), 10),
        few in 1usize..=10,
    ) {
        let f = few.min(n / 2);
        let mut playtimes = claimed[..f].to_vec();
        playtimes.resize(n, HONEST_MS);
        let bound = 2.0 * f as f64 / (2.0 * f as f64 + (n - f) as f64);
        // Claiming nothing, or less, may pull the median below the honest only where f is half of n.
        prop_assume!(2 * f < n || claimed[..f].iter().all(|playtime| *playtime >= HONEST_MS));
        prop_assert!(share_of_the_first(f, &playtimes) <= bound + 1e-12);
    }

    #[test]
    fn a_weight_is_never_above_the_playtime_nor_above_the_cap(
        playtimes in prop::collection::vec(any::<u64>(), 1..100),
    ) {
        let cap = lower_median(&playtimes).saturating_mul(2).max(WEIGHT_FLOOR_MS);
        for (weight, playtime) in capped_weights(&playtimes).iter().zip(&playtimes) {
            prop_assert_eq!(*weight, cap.min(*playtime));
        }
    }
}
