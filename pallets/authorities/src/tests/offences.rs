//! What happens to whoever equivocates, whichever key it was.

use super::{
    admission, apply, aura_equivocation::report, bond, disabled, has_event, held, in_force, join,
    profile, rotate, signed, status,
};
use crate::{
    Error, Event, LeavingCause, SlashCause, VerifierStatus,
    mock::{
        Authorities, BAR_SESSIONS, Balances, ENDOWMENT, Readmission, RuntimeOrigin, Session, Slot,
        Test, TreasuryAccount, run, run_at_least, submit, verifier,
    },
};
use chainflix_primitives::{AccountId as RawAccount, emission::CFX, registry::Discipline};
use frame_support::{assert_noop, assert_ok};

fn equivocate(number: u8) {
    assert_eq!(submit(report(number, Slot::get())), Ok(()));
}

#[test]
fn e1_an_offender_is_disabled_slashed_barred_suspended_and_leaves() {
    run(|| {
        join(5);
        rotate(2);
        equivocate(5);
        assert_eq!(disabled(), [5]);
        assert_eq!((bond(5), held(5)), (120 * CFX, 120 * CFX));
        assert_eq!(
            Balances::free_balance(TreasuryAccount::get()),
            ENDOWMENT + 120 * CFX
        );
        assert!(has_event(Event::BondSlashed {
            verifier: verifier(5),
            amount: 120 * CFX,
            cause: SlashCause::Equivocation,
        }));
        assert!(has_event(Event::OffenderPunished {
            verifier: verifier(5),
            session: 2,
            slashed: 120 * CFX,
            barred_until: 2 + BAR_SESSIONS,
        }));
        assert!(has_event(Event::VerifierLeaves {
            verifier: verifier(5),
            session: 4,
            cause: LeavingCause::Equivocation,
        }));
        assert!(<Authorities as Discipline>::is_suspended(&RawAccount(
            [5; 32]
        )));
        assert_noop!(
            Authorities::readmit(RuntimeOrigin::signed(Readmission::get()), verifier(5)),
            Error::<Test>::StillBarred
        );
    });
}

#[test]
fn e1_at_the_minimum_an_offender_stays_disabled_until_a_replacement_is_active() {
    run_at_least(&[1, 2, 3], 3, || {
        rotate(1);
        equivocate(2);
        assert_eq!(status(2), Some(VerifierStatus::Expelled));
        assert!(has_event(Event::VerifierAwaitsReplacement {
            verifier: verifier(2)
        }));
        assert_noop!(Authorities::exit(signed(2)), Error::<Test>::NotMember);
        assert_noop!(Authorities::exit(signed(1)), Error::<Test>::SetAtMinimum);
        rotate(4);
        assert_eq!(in_force(), [1, 2, 3]);
        assert_eq!(disabled(), [2]);

        join(5);
        assert_eq!(status(2), Some(VerifierStatus::Leaving));
        rotate(1);
        assert_eq!((in_force(), disabled()), (vec![1, 2, 3], vec![2]));
        rotate(1);
        assert_eq!((in_force(), disabled()), (vec![1, 3, 5], vec![]));
    });
}

#[test]
fn e1_an_offender_that_waits_stays_disabled_when_the_set_changes_around_it() {
    run_at_least(&[1, 2, 3], 3, || {
        rotate(1);
        equivocate(2);
        equivocate(3);
        assert_eq!(disabled(), [2], "no more than one of three");
        // Another set enables everybody again in pallet-session; the first of the two is replaced.
        join(5);
        assert_eq!(status(2), Some(VerifierStatus::Leaving), "the first first");
        assert_eq!(status(3), Some(VerifierStatus::Expelled));
        rotate(2);
        assert_eq!(in_force(), [1, 3, 5]);
        assert_eq!(disabled(), [3]);
        join(6);
        rotate(2);
        assert_eq!(in_force(), [1, 5, 6]);
        assert!(disabled().is_empty());
    });
}

#[test]
fn e1_new_keys_do_not_enable_an_offender_that_waits() {
    run_at_least(&[1, 2, 3], 3, || {
        rotate(1);
        equivocate(2);
        let keys = crate::mock::session_keys(42);
        assert_ok!(<Session as pallet_session::SessionInterface>::set_keys(
            &verifier(2),
            keys
        ));
        rotate(3);
        assert_eq!(disabled(), [2]);
    });
}

#[test]
fn e1_a_lone_verifier_is_never_disabled_since_no_block_would_follow() {
    run_with_one(|| {
        rotate(1);
        equivocate(1);
        assert!(disabled().is_empty());
        assert_eq!(status(1), Some(VerifierStatus::Expelled));
        rotate(3);
        assert_eq!(in_force(), [1]);
        join(2);
        rotate(2);
        assert_eq!(in_force(), [2]);
    });
}

fn run_with_one(test: impl FnOnce()) {
    run_at_least(&[1], 1, test);
}

#[test]
fn who_is_barred_neither_applies_nor_is_admitted_until_the_bar_ends() {
    run(|| {
        rotate(1);
        equivocate(2);
        apply(7);
        rotate(2);
        let ends = 1 + BAR_SESSIONS;
        assert_eq!(Authorities::barred_until(verifier(2)), Some(ends));
        assert_noop!(
            Authorities::apply(signed(2), profile()),
            Error::<Test>::StillBarred
        );
        rotate(ends - Session::current_index());
        assert_eq!(Authorities::barred_until(verifier(2)), None);
        assert_ok!(Authorities::apply(signed(2), profile()));
        assert_ok!(Authorities::admit(admission(), verifier(2)));
        assert!(
            !<Authorities as Discipline>::is_suspended(&RawAccount([2; 32])),
            "two thirds took it back"
        );
        rotate(2);
        assert_eq!(in_force(), [1, 2, 3, 4]);
    });
}

#[test]
fn e1_whoever_left_answers_with_its_bond_for_what_it_did_before() {
    run(|| {
        join(5);
        rotate(2);
        let slot = Slot::get() + 1;
        rotate(1);
        assert_ok!(Authorities::exit(signed(5)));
        rotate(2);
        assert_eq!(status(5), Some(VerifierStatus::Left));
        assert_ok!(Authorities::apply(signed(5), profile()));
        assert_eq!(submit(report(5, slot)), Ok(()));
        assert_eq!(bond(5), 120 * CFX);
        assert_eq!(status(5), Some(VerifierStatus::Candidate));
        assert_noop!(
            Authorities::admit(admission(), verifier(5)),
            Error::<Test>::StillBarred
        );
    });
}
