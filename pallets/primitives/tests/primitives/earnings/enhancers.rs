//! The enhancers' share: who gets it, by which round, and that it is neither more nor less than the producer gave.

use chainflix_primitives::{
    earnings::{Ledger, ViewOutcome, enhancer_parts},
    emission::CFX,
};
use proptest::prelude::*;

use super::world::{Seen, World, ad_seen, handed, seen};
use crate::samples::account;

/// First millisecond of a round since the start of round 0.
fn start(round: u32) -> u64 {
    u64::from(round) * 43_200
}

fn showing(enhancements: &[u32], at: u64) -> Seen {
    Seen {
        enhancements: enhancements.to_vec(),
        ..seen("v", 0, at)
    }
}

/// A ledger after one round with this view alone, and the view's value.
fn after(world: &World, view: Seen) -> (Ledger, u128) {
    let mut ledger = Ledger::default();
    let outcomes = world
        .apply(&mut ledger, 10, &[handed("verifier 0", vec![view])])
        .expect("complete records");
    let ViewOutcome::Paid { value, .. } = outcomes[0] else {
        panic!("{outcomes:?}");
    };
    (ledger, value)
}

fn earned(ledger: &Ledger, enhancer: u32) -> u128 {
    ledger.total(&account(&format!("enhancer {enhancer}")))
}

#[test]
fn the_enhancers_of_a_view_share_their_part_equally_and_the_producer_gets_the_rest() {
    for shown in [&[10][..], &[10, 11], &[10, 11, 12]] {
        let (ledger, value) = after(&World::new(), showing(shown, start(9)));
        assert_eq!(value, 135 * CFX);
        let share = value * 50_000 / 1_000_000;
        let each = share / shown.len() as u128;
        for (place, enhancer) in (0..3).enumerate() {
            let expected = if place < shown.len() { each } else { 0 };
            assert_eq!(earned(&ledger, enhancer), expected);
        }
        let producer = value * 400_000 / 1_000_000 + share - each * shown.len() as u128;
        assert_eq!(ledger.total(&account("producer")), producer);
        assert_eq!(ledger.sum(), Some(value));
    }
}

#[test]
fn who_owns_two_of_three_shown_gets_two_of_three_parts() {
    let (ledger, value) = after(&World::new(), showing(&[10, 11, 13], start(9)));
    let each = value * 50_000 / 1_000_000 / 3;
    assert_eq!((earned(&ledger, 0), earned(&ledger, 1)), (2 * each, each));
    assert_eq!(ledger.sum(), Some(value));
}

#[test]
fn a_view_that_showed_none_leaves_the_enhancers_part_to_the_producer() {
    let (ledger, value) = after(&World::new(), showing(&[], start(9)));
    assert_eq!(ledger.total(&account("producer")), value * 45 / 100);
    assert_eq!(ledger.sum(), Some(value));
}

#[test]
fn g4_an_enhancement_that_is_sold_or_ended_in_mid_minute_pays_by_the_round_of_the_ticket() {
    let world = World::new();
    // Issued in the last instant of round 5, played in round 6, in which another owns the one and the other has ended.
    let (ledger, value) = after(&world, showing(&[14, 15], start(6) - 1));
    let each = value * 50_000 / 1_000_000 / 2;
    assert_eq!(
        [3, 4, 5].map(|enhancer| earned(&ledger, enhancer)),
        [each, 0, each]
    );
    let (ledger, value) = after(&world, showing(&[14], start(6)));
    let whole = value * 50_000 / 1_000_000;
    assert_eq!(
        [3, 4, 5].map(|enhancer| earned(&ledger, enhancer)),
        [0, whole, 0]
    );
}

#[test]
fn k_what_does_not_count_for_the_video_takes_no_part_from_what_does() {
    let world = World::new();
    let (with, value) = after(&world, showing(&[9, 10, 15, 99], start(9)));
    let (without, _) = after(&world, showing(&[10], start(9)));
    assert_eq!(with, without);
    assert_eq!(earned(&with, 0), value * 50_000 / 1_000_000);
    // An enhancement of the long video in a view of another one.
    let elsewhere = Seen {
        video: "least".into(),
        elapsed_ms: 5_000,
        ..showing(&[10], start(9))
    };
    let (ledger, value) = after(&world, elsewhere);
    assert_eq!(earned(&ledger, 0), 0);
    assert_eq!(ledger.sum(), Some(value));
}

#[test]
fn an_advertisement_pays_no_enhancer() {
    let world = World::new();
    let ad = Seen {
        enhancements: vec![10],
        ..ad_seen("v", 1, start(9))
    };
    let (ledger, value) = after(&world, ad);
    assert_eq!(value, 3 * CFX);
    assert_eq!(earned(&ledger, 0), 0);
}

#[test]
fn b2_another_order_of_the_same_enhancements_pays_the_same() {
    let world = World::new();
    let (one, _) = after(&world, showing(&[10, 11, 12], start(9)));
    let (other, _) = after(&world, showing(&[12, 10, 11], start(9)));
    assert_eq!(
        one.totals().collect::<Vec<_>>(),
        other.totals().collect::<Vec<_>>()
    );
}

proptest! {
    #[test]
    fn parts_of_enhancers_are_equal_and_leave_less_than_a_unit_each(
        amount: u128, owners in prop::collection::vec(0u8..3, 0..=4),
    ) {
        let owners: Vec<_> = owners.iter().map(|owner| account(&format!("owner {owner}"))).collect();
        let parts = enhancer_parts(amount, &owners);
        prop_assert_eq!(parts.len(), owners.len());
        prop_assert!(parts.iter().map(|(owner, _)| owner).eq(&owners));
        prop_assert!(parts.windows(2).all(|pair| pair[0].1 == pair[1].1));
        let paid = parts.iter().try_fold(0u128, |sum, (_, part)| sum.checked_add(*part));
        let left = amount.checked_sub(paid.expect("no more than the whole")).expect("no more than the whole");
        if owners.is_empty() {
            prop_assert_eq!(left, amount);
        } else {
            prop_assert!(left < owners.len() as u128);
        }
    }
}
