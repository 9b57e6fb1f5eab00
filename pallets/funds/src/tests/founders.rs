//! The founders' pot.

use crate::{
    Error, Event, Founders, founders_pot,
    mock::{
        Balances, FOUNDERS_POT, Funds, RuntimeEvent, RuntimeOrigin, System, Test, founders, run,
        somebody,
    },
};
use frame_support::{
    assert_noop, assert_ok,
    traits::{LockableCurrency, WithdrawReasons},
};
use sp_core::crypto::AccountId32;
use sp_runtime::DispatchError;

const LOCK: [u8; 8] = *b"a lock  ";

fn lock(amount: u128) {
    let pot: AccountId32 = founders_pot();
    Balances::set_lock(LOCK, &pot, amount, WithdrawReasons::all());
}

fn release() -> sp_runtime::DispatchResult {
    Funds::release_founders_pot(RuntimeOrigin::signed(somebody()))
}

#[test]
fn nothing_of_a_locked_pot_is_released_and_all_of_a_free_one_goes_to_the_founders() {
    run(|| {
        lock(FOUNDERS_POT);
        assert_noop!(release(), Error::<Test>::FoundersPotLocked);
        Balances::remove_lock(LOCK, &founders_pot::<AccountId32>());
        assert_ok!(release());
        assert_eq!(Balances::free_balance(founders()), FOUNDERS_POT);
        System::assert_last_event(RuntimeEvent::Funds(Event::FoundersPotReleased {
            to: founders(),
            amount: FOUNDERS_POT,
        }));
        assert_noop!(release(), Error::<Test>::FoundersPotLocked);
    });
}

#[test]
fn what_somebody_gives_to_a_locked_pot_goes_to_the_founders_too_and_unlocks_nothing() {
    run(|| {
        lock(FOUNDERS_POT - 700);
        assert_ok!(release());
        assert_eq!(Balances::free_balance(founders()), 700);
        assert_noop!(release(), Error::<Test>::FoundersPotLocked);
    });
}

#[test]
fn only_a_signed_call_asks_for_it_and_a_chain_without_founders_has_no_pot() {
    run(|| {
        for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
            assert_noop!(
                Funds::release_founders_pot(origin),
                DispatchError::BadOrigin
            );
        }
        Founders::<Test>::kill();
        assert_noop!(release(), Error::<Test>::NoFounders);
    });
}
