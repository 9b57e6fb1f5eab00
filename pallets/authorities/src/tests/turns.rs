//! Whose turn it is to make the set secret: the rule alone.

use crate::types::{MAKER_ROUNDS, set_secret_maker};
use chainflix_primitives::AccountId;

fn verifiers(numbers: &[u8]) -> Vec<AccountId> {
    numbers
        .iter()
        .map(|number| AccountId([*number; 32]))
        .collect()
}

fn maker(set: &[u8], last: Option<u8>, since: u32, now: u32) -> Option<u8> {
    let last = last.map(|number| AccountId([number; 32]));
    set_secret_maker(&verifiers(set), last.as_ref(), since, now).map(|account| account.0[0])
}

#[test]
fn without_a_commitment_each_verifier_has_ten_rounds_in_ascending_order() {
    for round in 0..200 {
        let place = (round / MAKER_ROUNDS) % 4;
        assert_eq!(maker(&[1, 2, 3, 4], None, 0, round), Some(1 + place as u8));
    }
}

#[test]
fn after_a_commitment_nobody_for_ten_rounds_and_then_each_successor() {
    for (round, expected) in [
        (100, None),
        (109, None),
        (110, Some(3)),
        (119, Some(3)),
        (120, Some(4)),
        (130, Some(1)),
        (140, Some(2)),
    ] {
        assert_eq!(
            maker(&[1, 2, 3, 4], Some(2), 100, round),
            expected,
            "round {round}"
        );
    }
}

#[test]
fn a_maker_that_left_the_set_is_followed_by_whoever_comes_after_it() {
    assert_eq!(maker(&[1, 3, 4], Some(2), 0, 10), Some(3));
    assert_eq!(maker(&[1, 3, 4], Some(2), 0, 20), Some(4));
    assert_eq!(maker(&[1, 3, 4], Some(9), 0, 10), Some(1));
    assert_eq!(maker(&[3, 4], Some(1), 0, 10), Some(3));
}

#[test]
fn a_lone_verifier_follows_itself_and_an_empty_set_has_nobody() {
    assert_eq!(maker(&[1], Some(1), 0, 9), None);
    assert_eq!(maker(&[1], Some(1), 0, 10), Some(1));
    assert_eq!(maker(&[], None, 0, 0), None);
    assert_eq!(maker(&[], Some(1), 0, 10), None);
}

#[test]
fn a_clock_before_the_commitment_or_at_its_end_breaks_nothing() {
    assert_eq!(maker(&[1, 2], Some(1), 100, 50), None);
    assert!(maker(&[1, 2], None, 0, u32::MAX).is_some());
}
