//! What settlement may cost.

use crate::{cost, mock::Test};
use chainflix_primitives::report::{MAX_DEBITS, MAX_VERIFIERS};
use frame_support::weights::{Weight, constants::WEIGHT_REF_TIME_PER_MILLIS};

/// What paying costs in the test runtime.
fn pay(debits: u32) -> Weight {
    cost::pay::<<Test as crate::Config>::WeightInfo>(debits)
}

#[test]
fn paying_for_the_fullest_round_takes_a_bounded_part_of_a_block() {
    let fullest = pay(MAX_VERIFIERS * MAX_DEBITS);
    // Without the database, which the runtime weighs: a twentieth of 800 ms.
    assert!(
        fullest.ref_time() < 40 * WEIGHT_REF_TIME_PER_MILLIS,
        "{fullest:?}"
    );
    let idle = pay(0);
    assert!(idle.ref_time() > 0 && idle.ref_time() < WEIGHT_REF_TIME_PER_MILLIS);
}

#[test]
fn every_debit_and_every_campaign_weighs() {
    let one = pay(1);
    let two = pay(2);
    assert!(two.ref_time() > one.ref_time());
    let most = pay(6_400);
    let fewer = pay(6_399);
    assert!(most.ref_time() > fewer.ref_time());
}
