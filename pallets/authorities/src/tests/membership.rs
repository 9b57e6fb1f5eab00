//! Admission, exit, removal, suspension: what the set becomes and when.

use super::{
    admission, apply, bond, has_event, in_force, join, profile, register_keys, removal, rotate,
    signed, status,
};
use crate::{
    Error, Event, LeavingCause, VerifierStatus,
    mock::{
        Authorities, BOND_LOCK_ROUNDS, Motions, Now, Readmission, RuntimeOrigin, Session,
        SetsAnnounced, Test, run, run_at_least, verifier,
    },
};
use chainflix_primitives::{AccountId as RawAccount, emission::CFX, registry::Discipline};
use frame_support::{assert_noop, assert_ok};

fn readmission() -> RuntimeOrigin {
    RuntimeOrigin::signed(Readmission::get())
}

#[test]
fn who_is_admitted_is_in_force_two_sessions_later_as_its_event_says() {
    run(|| {
        rotate(3);
        join(7);
        assert!(has_event(Event::VerifierAdmitted {
            verifier: verifier(7),
            session: 5,
            bond: 240 * CFX,
        }));
        rotate(1);
        assert_eq!(in_force(), [1, 2, 3, 4]);
        rotate(1);
        assert_eq!(Session::current_index(), 5);
        assert_eq!(in_force(), [1, 2, 3, 4, 7]);
        assert!(has_event(Event::VerifierJoined {
            verifier: verifier(7),
            session: 5,
        }));
        assert_eq!(status(7), Some(VerifierStatus::Member));
    });
}

#[test]
fn consensus_is_told_of_a_set_when_it_changes_and_never_else() {
    run(|| {
        rotate(4);
        assert_eq!(SetsAnnounced::get(), 0);
        join(7);
        rotate(2);
        assert_eq!(SetsAnnounced::get(), 1);
        rotate(4);
        assert_eq!(SetsAnnounced::get(), 1);
        assert_ok!(Authorities::exit(signed(2)));
        rotate(2);
        assert_eq!(SetsAnnounced::get(), 2);
        rotate(4);
        assert_eq!(SetsAnnounced::get(), 2);
    });
}

#[test]
fn motions_are_decided_by_the_set_in_force() {
    run(|| {
        let members = || super::numbers(&Motions::get());
        assert_eq!(members(), [1, 2, 3, 4]);
        join(7);
        assert_ok!(Authorities::remove(removal(), verifier(2)));
        rotate(1);
        assert_eq!(members(), [1, 2, 3, 4]);
        rotate(1);
        assert_eq!(members(), [1, 3, 4, 7]);
    });
}

#[test]
fn who_leaves_is_out_of_force_two_sessions_later_and_its_bond_locked_two_cycles_more() {
    run(|| {
        Now::set(1_000);
        assert_ok!(Authorities::exit(signed(3)));
        assert!(has_event(Event::VerifierLeaves {
            verifier: verifier(3),
            session: 2,
            cause: LeavingCause::Exit,
        }));
        assert_noop!(Authorities::exit(signed(3)), Error::<Test>::NotMember);
        rotate(1);
        assert_eq!(in_force(), [1, 2, 3, 4]);
        assert_eq!(status(3), Some(VerifierStatus::Leaving));
        Now::set(1_010);
        rotate(1);
        assert_eq!(in_force(), [1, 2, 4]);
        assert_eq!(status(3), Some(VerifierStatus::Left));
        assert!(has_event(Event::VerifierLeft {
            verifier: verifier(3),
            session: 2,
            unlocks: 1_010 + BOND_LOCK_ROUNDS,
        }));
    });
}

#[test]
fn nobody_leaves_or_is_removed_when_the_set_is_at_its_minimum() {
    run_at_least(&[1, 2, 3, 4], 3, || {
        assert_ok!(Authorities::remove(removal(), verifier(4)));
        assert_noop!(Authorities::exit(signed(1)), Error::<Test>::SetAtMinimum);
        assert_noop!(
            Authorities::remove(removal(), verifier(1)),
            Error::<Test>::SetAtMinimum
        );
        // Whoever comes makes room at once: the sets of sessions are copies of what is decided.
        join(7);
        assert_ok!(Authorities::exit(signed(1)));
        for _ in 0..4 {
            rotate(1);
            assert!(in_force().len() >= 3);
        }
        assert_eq!(in_force(), [2, 3, 7]);
    });
}

#[test]
fn nobody_is_admitted_when_the_set_is_full() {
    run(|| {
        join(7);
        apply(8);
        assert_noop!(
            Authorities::admit(admission(), verifier(8)),
            Error::<Test>::SetFull
        );
        assert_ok!(Authorities::exit(signed(7)));
        assert_ok!(Authorities::admit(admission(), verifier(8)));
        rotate(2);
        assert_eq!(in_force(), [1, 2, 3, 4, 8]);
    });
}

#[test]
fn only_a_candidate_with_session_keys_is_admitted() {
    run(|| {
        assert_noop!(
            Authorities::admit(admission(), verifier(7)),
            Error::<Test>::NotCandidate
        );
        apply(7);
        assert_ok!(Authorities::forget_session_keys(signed(7)));
        assert_noop!(
            Authorities::admit(admission(), verifier(7)),
            Error::<Test>::NoSessionKeys
        );
        register_keys(7);
        assert_ok!(Authorities::admit(admission(), verifier(7)));
        assert_noop!(
            Authorities::admit(admission(), verifier(7)),
            Error::<Test>::NotCandidate
        );
    });
}

#[test]
fn who_is_admitted_and_removed_in_one_session_never_served_and_is_free_at_once() {
    run(|| {
        Now::set(50);
        join(7);
        assert_ok!(Authorities::remove(removal(), verifier(7)));
        assert_eq!(status(7), Some(VerifierStatus::Left));
        rotate(3);
        assert_eq!(in_force(), [1, 2, 3, 4]);
        assert_ok!(Authorities::withdraw_bond(signed(7)));
        assert_eq!(status(7), None);
    });
}

#[test]
fn who_is_removed_after_it_was_queued_serves_one_session_and_leaves() {
    run(|| {
        join(7);
        rotate(1);
        assert_ok!(Authorities::remove(removal(), verifier(7)));
        assert_eq!(status(7), Some(VerifierStatus::Leaving));
        rotate(1);
        assert_eq!(in_force(), [1, 2, 3, 4, 7]);
        rotate(1);
        assert_eq!(in_force(), [1, 2, 3, 4]);
        assert_eq!(status(7), Some(VerifierStatus::Left));
    });
}

#[test]
fn who_left_applies_again_and_its_bond_counts() {
    run(|| {
        join(7);
        rotate(2);
        assert_ok!(Authorities::exit(signed(7)));
        assert_noop!(
            Authorities::apply(signed(7), profile()),
            Error::<Test>::AlreadyKnown
        );
        rotate(2);
        assert_ok!(Authorities::apply(signed(7), profile()));
        assert_eq!(bond(7), 240 * CFX);
        assert_ok!(Authorities::admit(admission(), verifier(7)));
        assert_eq!(bond(7), 240 * CFX, "no second one");
        rotate(2);
        assert_eq!(in_force(), [1, 2, 3, 4, 7]);
    });
}

#[test]
fn a_suspended_verifier_stays_an_authority_until_it_is_readmitted() {
    run(|| {
        let is_suspended =
            |number| <Authorities as Discipline>::is_suspended(&RawAccount([number; 32]));
        assert_ok!(Authorities::suspend(removal(), verifier(2)));
        assert!(is_suspended(2));
        assert!(!is_suspended(3));
        assert_noop!(
            Authorities::suspend(removal(), verifier(2)),
            Error::<Test>::AlreadySuspended
        );
        rotate(3);
        assert_eq!(in_force(), [1, 2, 3, 4]);
        assert_ok!(Authorities::readmit(readmission(), verifier(2)));
        assert!(!is_suspended(2));
        assert_noop!(
            Authorities::readmit(readmission(), verifier(2)),
            Error::<Test>::NotSuspended
        );
        apply(7);
        for number in [7, 9] {
            assert_noop!(
                Authorities::suspend(removal(), verifier(number)),
                Error::<Test>::NotMember
            );
        }
    });
}

#[test]
fn a_verifier_that_rotates_its_keys_stays_in_the_set_and_consensus_is_told() {
    run(|| {
        let keys = crate::mock::session_keys(42);
        assert_ok!(<Session as pallet_session::SessionInterface>::set_keys(
            &verifier(2),
            keys
        ));
        rotate(2);
        assert_eq!(in_force(), [1, 2, 3, 4]);
        assert_eq!(SetsAnnounced::get(), 1);
        rotate(3);
        assert_eq!(SetsAnnounced::get(), 1);
    });
}

#[test]
fn v4_what_is_decided_in_mid_session_changes_nothing_before_a_session_ends() {
    run(|| {
        rotate(1);
        let before = Session::validators();
        let queued = Session::queued_keys();
        join(7);
        assert_ok!(Authorities::exit(signed(1)));
        assert_eq!(Session::validators(), before);
        assert_eq!(Session::queued_keys(), queued);
    });
}

#[test]
fn admission_is_not_the_origin_of_removal_nor_the_other_way() {
    run(|| {
        apply(7);
        let bad = sp_runtime::DispatchError::BadOrigin;
        assert_noop!(Authorities::admit(removal(), verifier(7)), bad);
        assert_noop!(Authorities::remove(admission(), verifier(1)), bad);
        assert_noop!(Authorities::suspend(readmission(), verifier(1)), bad);
        assert_noop!(Authorities::readmit(removal(), verifier(1)), bad);
    });
}
