//! What verifiers answer with.

use super::{admission, apply, bond, held, in_force, join, profile, rotate, signed, status};
use crate::{
    Announcements, Error, Event, VerifierStatus,
    mock::{
        Authorities, BOND_LOCK_ROUNDS, Balances, ENDOWMENT, Emission, Now, RuntimeEvent, System,
        Test, run, verifier,
    },
};
use chainflix_primitives::emission::CFX;
use frame_support::{assert_noop, assert_ok, traits::fungible::Mutate};

#[test]
fn a_bond_is_the_emission_of_a_cycle_divided_by_the_verifiers_rounded_down() {
    run(|| {
        Emission::set(1_000 * CFX + 4);
        assert_eq!(Authorities::bond_of_next(), 200 * CFX);
        join(7);
        assert_eq!((bond(7), held(7)), (200 * CFX, 200 * CFX));
        assert_eq!(
            Authorities::bond_of_next(),
            (1_000 * CFX + 4) / 6,
            "one more would share with five"
        );
    });
}

#[test]
fn verifiers_of_genesis_start_without_a_bond() {
    run(|| {
        for number in 1..=4 {
            assert_eq!((bond(number), held(number)), (0, 0));
            assert_eq!(status(number), Some(VerifierStatus::Member));
        }
    });
}

#[test]
fn a_candidate_that_does_not_own_its_bond_is_not_admitted() {
    run(|| {
        apply(7);
        Balances::set_balance(&verifier(7), 240 * CFX);
        assert_noop!(
            Authorities::admit(admission(), verifier(7)),
            Error::<Test>::BondNotAffordable
        );
        Balances::set_balance(&verifier(7), 241 * CFX);
        assert_ok!(Authorities::admit(admission(), verifier(7)));
    });
}

#[test]
fn a_bond_grows_by_what_its_verifier_adds() {
    run(|| {
        assert_ok!(Authorities::top_up_bond(signed(1), 5 * CFX));
        assert_ok!(Authorities::top_up_bond(signed(1), 2 * CFX));
        System::assert_last_event(RuntimeEvent::Authorities(Event::BondToppedUp {
            verifier: verifier(1),
            amount: 2 * CFX,
            bond: 7 * CFX,
        }));
        assert_eq!((bond(1), held(1)), (7 * CFX, 7 * CFX));
        assert_noop!(
            Authorities::top_up_bond(signed(1), 0),
            Error::<Test>::NothingNew
        );
        assert_noop!(
            Authorities::top_up_bond(signed(1), ENDOWMENT),
            Error::<Test>::BondNotAffordable
        );
        assert_noop!(
            Authorities::top_up_bond(signed(1), u128::MAX),
            Error::<Test>::Overflow
        );
        assert_noop!(
            Authorities::top_up_bond(signed(9), CFX),
            Error::<Test>::NotMember
        );
    });
}

#[test]
fn what_a_candidate_bonded_before_counts_at_admission() {
    run(|| {
        apply(7);
        assert_ok!(Authorities::top_up_bond(signed(7), 100 * CFX));
        assert_ok!(Authorities::admit(admission(), verifier(7)));
        assert_eq!((bond(7), held(7)), (240 * CFX, 240 * CFX));
    });
}

#[test]
fn a_candidate_takes_back_what_it_bonded() {
    run(|| {
        apply(7);
        assert_noop!(Authorities::withdraw_bond(signed(7)), Error::<Test>::NoBond);
        assert_ok!(Authorities::top_up_bond(signed(7), 100 * CFX));
        assert_ok!(Authorities::withdraw_bond(signed(7)));
        assert_eq!((bond(7), held(7)), (0, 0));
        assert_eq!(status(7), Some(VerifierStatus::Candidate));
    });
}

#[test]
fn a_bond_is_locked_in_the_set_and_two_cycles_after_and_then_comes_back_whole() {
    run(|| {
        join(7);
        let locked = || {
            assert_noop!(
                Authorities::withdraw_bond(signed(7)),
                Error::<Test>::BondLocked
            );
        };
        locked();
        rotate(2);
        locked();
        assert_ok!(Authorities::exit(signed(7)));
        locked();
        Now::set(30);
        rotate(2);
        assert_eq!(in_force(), [1, 2, 3, 4]);
        Now::set(30 + BOND_LOCK_ROUNDS - 1);
        locked();
        Now::set(30 + BOND_LOCK_ROUNDS);
        assert_ok!(Authorities::withdraw_bond(signed(7)));
        assert_eq!(Balances::free_balance(verifier(7)), ENDOWMENT);
        assert_eq!(status(7), None);
        assert!(!Announcements::<Test>::contains_key(verifier(7)));
        assert_noop!(Authorities::withdraw_bond(signed(7)), Error::<Test>::NoBond);
    });
}

#[test]
fn applying_again_does_not_unlock_a_bond() {
    run(|| {
        join(7);
        rotate(2);
        assert_ok!(Authorities::exit(signed(7)));
        rotate(2);
        assert_ok!(Authorities::apply(signed(7), profile()));
        assert_noop!(
            Authorities::withdraw_bond(signed(7)),
            Error::<Test>::BondLocked
        );
        assert_ok!(Authorities::withdraw_application(signed(7)));
        assert_noop!(
            Authorities::withdraw_bond(signed(7)),
            Error::<Test>::BondLocked
        );
        assert_eq!(held(7), 240 * CFX);
        Now::set(BOND_LOCK_ROUNDS);
        assert_ok!(Authorities::withdraw_bond(signed(7)));
    });
}

#[test]
fn a_verifier_of_genesis_that_left_ends_its_record_the_same_way() {
    run(|| {
        assert_ok!(Authorities::exit(signed(2)));
        rotate(2);
        Now::set(BOND_LOCK_ROUNDS);
        assert_ok!(Authorities::withdraw_bond(signed(2)));
        assert_eq!(status(2), None);
        assert_eq!(Balances::free_balance(verifier(2)), ENDOWMENT);
    });
}
