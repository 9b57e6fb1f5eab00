//! The most rate by motion: within constant bounds, 100 rounds later.

use crate::{
    Error, MAX_RATE_BOUNDS, MAX_RATE_CHANGES, RateChanges,
    mock::{CFX, Now, Rewards, RuntimeOrigin, Test, account, header, run, run_with},
};
use chainflix_primitives::{
    emission::EmissionPreset,
    registry::{PARAMETER_DELAY, Settlement},
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

fn set(rate: Option<u128>) -> sp_runtime::DispatchResult {
    Rewards::set_max_rate(RuntimeOrigin::root(), rate)
}

/// What a round pays of which a minute was watched.
fn settled(round: u32) -> u128 {
    Rewards::settle(round, vec![header(1, 60, true)], vec![]);
    Rewards::settled(round).expect("settled").settled
}

#[test]
fn a_rate_holds_from_100_rounds_after_the_motion_on() {
    run_with(EmissionPreset::Whitepaper, Some(CFX / 100), || {
        Now::set(3);
        assert_ok!(set(Some(CFX / 50)));
        assert_ok!(set(None));
        assert_ok!(set(Some(CFX / 10)));
        let from = 3 + PARAMETER_DELAY;
        assert_eq!(
            RateChanges::<Test>::get().len(),
            1,
            "the last of one round counts"
        );
        assert_eq!(settled(from - 1), 60 * CFX / 100);
        assert_eq!(settled(from), 6 * CFX);
        Now::set(from + 10);
        assert_ok!(set(None));
        assert_eq!(settled(from + 10 + PARAMETER_DELAY - 1), 6 * CFX);
        assert_eq!(settled(from + 10 + PARAMETER_DELAY), 135 * CFX);
        assert_eq!(Rewards::max_rate(0), Some(CFX / 100));
    });
}

#[test]
fn nobody_but_the_motion_sets_a_rate_and_none_outside_the_bounds() {
    run(|| {
        assert_noop!(
            Rewards::set_max_rate(RuntimeOrigin::signed(account(1)), None),
            DispatchError::BadOrigin
        );
        for rate in [0, MAX_RATE_BOUNDS.0 - 1, MAX_RATE_BOUNDS.1 + 1, u128::MAX] {
            assert_noop!(set(Some(rate)), Error::<Test>::OutOfBounds);
        }
    });
}

#[test]
fn q1_changes_that_do_not_hold_yet_are_bounded_and_old_ones_are_forgotten() {
    run(|| {
        for round in 0..MAX_RATE_CHANGES {
            Now::set(round);
            assert_ok!(set(Some(CFX)));
        }
        Now::set(MAX_RATE_CHANGES);
        assert_noop!(set(Some(CFX)), Error::<Test>::TooManyChanges);
        let last = MAX_RATE_CHANGES - 1 + PARAMETER_DELAY;
        assert_eq!(settled(last), 60 * CFX);
        assert_ok!(set(Some(2 * CFX)));
        assert_eq!(RateChanges::<Test>::get().len(), 2);
    });
}
