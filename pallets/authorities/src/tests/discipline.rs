//! Bonds as the pallet that proves faults reaches them.

use super::{bond, held, join, rotate, signed, status};
use crate::{
    Event, Pallet, SlashCause, VerifierStatus,
    mock::{Authorities, Balances, ENDOWMENT, Now, System, Test, TreasuryAccount, run, verifier},
};
use chainflix_primitives::{AccountId as RawAccount, emission::CFX, registry::Discipline};
use frame_support::assert_ok;
use sp_core::crypto::AccountId32;

fn raw(number: u8) -> RawAccount {
    RawAccount([number; 32])
}

fn treasury() -> u128 {
    Balances::free_balance(TreasuryAccount::get())
}

#[test]
fn l2_p2_a_fault_costs_its_issuer_a_fifth_of_a_bond_and_each_approver_a_tenth_of_that() {
    run(|| {
        join(7);
        assert_ok!(Authorities::top_up_bond(signed(1), 100 * CFX));
        let issued = Balances::total_issuance();
        // A cycle mints 1,200 CFX, five verifiers share it: a fifth of 240 CFX.
        assert_eq!(Pallet::<Test>::issuer_at_fault(&raw(7)), 48 * CFX);
        assert_eq!(Pallet::<Test>::approver_at_fault(&raw(1)), 48 * CFX / 10);
        assert_eq!((bond(7), held(7)), (192 * CFX, 192 * CFX));
        assert_eq!(bond(1), 100 * CFX - 48 * CFX / 10);
        assert_eq!(treasury(), ENDOWMENT + 48 * CFX + 48 * CFX / 10);
        assert_eq!(Balances::total_issuance(), issued, "nothing is burnt");
        System::assert_has_event(
            Event::<Test>::BondSlashed {
                verifier: verifier(7),
                amount: 48 * CFX,
                cause: SlashCause::IssuerFault,
            }
            .into(),
        );
        assert!(Pallet::<Test>::is_suspended(&raw(7)));
        assert!(!Pallet::<Test>::is_suspended(&raw(1)), "only the issuer");
    });
}

#[test]
fn nobody_pays_more_than_its_bond_holds() {
    run(|| {
        assert_eq!(Pallet::<Test>::issuer_at_fault(&raw(2)), 0, "of genesis");
        assert!(Pallet::<Test>::is_suspended(&raw(2)), "but suspended it is");
        assert_ok!(Authorities::top_up_bond(signed(1), CFX));
        assert_eq!(Pallet::<Test>::issuer_at_fault(&raw(1)), CFX);
        assert_eq!(Pallet::<Test>::issuer_at_fault(&raw(1)), 0);
        assert_eq!(Pallet::<Test>::approver_at_fault(&raw(9)), 0, "a stranger");
        assert_eq!(Pallet::<Test>::issuer_at_fault(&raw(9)), 0, "a stranger");
        assert!(!Pallet::<Test>::is_suspended(&raw(9)));
    });
}

#[test]
fn a_viewer_is_paid_from_a_bond_as_much_as_there_is() {
    run(|| {
        assert_ok!(Authorities::top_up_bond(signed(1), 3 * CFX));
        let pay = |amount| Pallet::<Test>::pay_from_bond(&raw(1), &raw(15), amount);
        assert_eq!(pay(2 * CFX), 2 * CFX);
        assert_eq!(pay(2 * CFX), CFX);
        assert_eq!(pay(2 * CFX), 0);
        assert_eq!(Balances::free_balance(verifier(15)), ENDOWMENT + 3 * CFX);
        assert_eq!((bond(1), held(1)), (0, 0));
        System::assert_has_event(
            Event::<Test>::PaidFromBond {
                verifier: verifier(1),
                to: verifier(15),
                amount: CFX,
            }
            .into(),
        );
    });
}

#[test]
fn who_cannot_be_paid_costs_nobody_anything() {
    run(|| {
        assert_ok!(Authorities::top_up_bond(signed(1), CFX));
        let nobody = RawAccount([0x77; 32]);
        let below_existence = CFX / 1_000;
        assert_eq!(
            Pallet::<Test>::pay_from_bond(&raw(1), &nobody, below_existence),
            0
        );
        assert_eq!((bond(1), held(1)), (CFX, CFX));
        assert_eq!(Pallet::<Test>::pay_from_bond(&raw(1), &nobody, CFX), CFX);
        assert_eq!(
            Balances::free_balance(AccountId32::new([0x77; 32])),
            CFX,
            "the account exists now"
        );
    });
}

#[test]
fn a_bond_answers_for_faults_until_it_is_taken_back() {
    run(|| {
        join(7);
        rotate(2);
        assert_ok!(Authorities::exit(signed(7)));
        rotate(2);
        assert_eq!(status(7), Some(VerifierStatus::Left));
        // Four are left: a fifth of 300 CFX.
        assert_eq!(Pallet::<Test>::issuer_at_fault(&raw(7)), 60 * CFX);
        assert_eq!(held(7), 180 * CFX);
        Now::set(10_000);
        assert_ok!(Authorities::withdraw_bond(signed(7)));
        assert_eq!(Pallet::<Test>::issuer_at_fault(&raw(7)), 0);
        assert_eq!(Balances::free_balance(verifier(7)), ENDOWMENT - 60 * CFX);
    });
}
