//! What settlement may cost.

use crate::{
    mock::Test,
    weights::{EstimatedWeight, WeightInfo},
};
use chainflix_primitives::report::{MAX_DEBITS, MAX_VERIFIERS};
use frame_support::weights::constants::WEIGHT_REF_TIME_PER_MILLIS;

#[test]
fn paying_for_the_fullest_round_takes_a_bounded_part_of_a_block() {
    let fullest = EstimatedWeight::<Test>::pay(MAX_VERIFIERS * MAX_DEBITS);
    // Without the database, which the runtime weighs, and of 800 ms.
    assert!(
        fullest.ref_time() < 15 * WEIGHT_REF_TIME_PER_MILLIS,
        "{fullest:?}"
    );
    let idle = EstimatedWeight::<Test>::pay(0);
    assert!(idle.ref_time() > 0 && idle.ref_time() < WEIGHT_REF_TIME_PER_MILLIS);
}

#[test]
fn every_debit_and_every_campaign_weighs() {
    let one = EstimatedWeight::<Test>::pay(1);
    let two = EstimatedWeight::<Test>::pay(2);
    assert!(two.ref_time() > one.ref_time());
    let most = EstimatedWeight::<Test>::pay(6_400);
    let fewer = EstimatedWeight::<Test>::pay(6_399);
    assert!(most.ref_time() > fewer.ref_time());
}
