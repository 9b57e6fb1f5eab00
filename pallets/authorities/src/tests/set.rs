//! The verifier set and its sessions.

use super::rotate;
use crate::{
    Pallet,
    mock::{Historical, Session, System, Test, genesis, pov_key, run, run_with, verifier},
};
use chainflix_primitives::{AccountId as RawAccount, registry::VerifierSet};
use frame_support::traits::KeyOwnerProofSystem;
use pallet_session::historical::HistoricalSessions;

#[test]
fn the_set_is_that_of_session_keys_in_ascending_order() {
    run_with(&[3, 1, 4, 2], || {
        let ascending: Vec<RawAccount> = (1..=4).map(|number| RawAccount([number; 32])).collect();
        assert_eq!(<Pallet<Test> as VerifierSet>::verifiers(), ascending);
        assert_eq!(
            Pallet::<Test>::verifiers(),
            (1..=4).map(verifier).collect::<Vec<_>>()
        );
    });
}

#[test]
fn no_session_changes_the_set_or_tells_grandpa_of_a_new_one() {
    run(|| {
        let set = Session::validators();
        rotate(6);
        assert_eq!(Session::current_index(), 6);
        assert_eq!(Session::validators(), set);
        assert!(!pallet_session::QueuedChanged::<Test>::get());
        let queued = System::events().into_iter().any(|record| {
            matches!(
                record.event,
                crate::mock::RuntimeEvent::Session(pallet_session::Event::NewQueued)
            )
        });
        assert!(!queued, "a new set was announced");
    });
}

#[test]
fn e1_keys_of_a_past_session_are_proved_however_many_sessions_later() {
    run(|| {
        rotate(1);
        let proof = Historical::prove(pov_key(2)).expect("a verifier's key is proved");
        assert_eq!(proof.session, 1);
        rotate(5);
        let owner = Historical::check_proof(pov_key(2), proof.clone());
        assert_eq!(owner, Some((verifier(2), ())));
        assert_eq!(
            Historical::check_proof(pov_key(3), proof),
            None,
            "of another key"
        );
    });
}

#[test]
fn e1_roots_of_the_first_two_sessions_are_noted_at_genesis() {
    run(|| {
        let first = HistoricalSessions::<Test>::get(0).expect("noted");
        assert_eq!(HistoricalSessions::<Test>::get(1), Some(first));
        assert_eq!(first.1, 4);
        rotate(3);
        assert_eq!(HistoricalSessions::<Test>::get(4), Some(first));
    });
}

#[test]
fn a_single_verifier_makes_a_set() {
    run_with(&[7], || {
        assert_eq!(Pallet::<Test>::verifiers(), [verifier(7)]);
    });
}

#[test]
#[should_panic(expected = "session.keys names 2 verifiers")]
fn genesis_with_fewer_verifiers_than_the_minimum_is_refused() {
    genesis(&[1, 2], 3);
}

#[test]
#[should_panic(expected = "session.keys names 6 verifiers")]
fn genesis_with_more_verifiers_than_the_maximum_is_refused() {
    genesis(&[1, 2, 3, 4, 5, 6], 1);
}

#[test]
#[should_panic(expected = "minimumSet must be at least 1")]
fn genesis_without_a_minimum_is_refused() {
    genesis(&[1], 0);
}
