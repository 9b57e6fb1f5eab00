//! Whose key a key was.

use super::rotate;
use crate::{
    KeySetSessions, KeySets, SessionSlots,
    impls::key_owners::is_short,
    mock::{
        Authorities, Historical, LongestReport, REPORT_SESSIONS, Session, Test, aura_pair, pov_key,
        run, session_keys, verifier,
    },
    types::MAX_KEY_SETS,
};
use frame_support::{assert_ok, traits::KeyOwnerProofSystem};
use pallet_session::{SessionInterface, historical::HistoricalSessions};
use sp_core::{
    Pair,
    crypto::{KeyTypeId, key_types::AURA},
};

fn replace_keys(number: u8, by: u8) {
    assert_ok!(<Session as SessionInterface>::set_keys(
        &verifier(number),
        session_keys(by)
    ));
}

fn owner(key: u8, proof: sp_session::MembershipProof) -> Option<u8> {
    let key = (AURA, aura_pair(key).public());
    let (owner, ()) = Authorities::check_proof(key, proof)?;
    Some(<_ as AsRef<[u8]>>::as_ref(&owner)[0])
}

#[test]
fn e1_keys_in_force_are_proved_although_their_owner_registered_others_to_escape() {
    run(|| {
        rotate(1);
        replace_keys(2, 42);
        let key = (AURA, aura_pair(2).public());
        // pallet-session's own proofs are of what is registered.
        let blind = Historical::prove(key.clone()).expect("it always answers");
        assert_eq!(Historical::check_proof(key.clone(), blind), None);
        for session in 1..=2 {
            let proof = Authorities::prove(key.clone()).expect("in force");
            assert_eq!(proof.session, session);
            assert_eq!(owner(2, proof), Some(2));
            rotate(1);
        }
        // It is out of force now, and was proved in the session before last.
        let proof = Authorities::prove(key).expect("it was in force");
        assert_eq!(proof.session, 2);
        assert_eq!(owner(2, proof), Some(2));
        let new = Authorities::prove((AURA, aura_pair(42).public())).expect("in force");
        assert_eq!((new.session, owner(42, new)), (3, Some(2)));
    });
}

#[test]
fn a_key_that_was_never_in_force_or_of_another_session_has_no_owner() {
    run(|| {
        rotate(1);
        assert_eq!(Authorities::prove((AURA, aura_pair(9).public())), None);
        replace_keys(2, 42);
        rotate(2);
        let now = Session::current_index();
        let new = Authorities::prove_in(now, AURA, aura_pair(42).public().as_ref()).expect("now");
        for session in [0, 1, 2, now + 1] {
            let mut other = new.clone();
            other.session = session;
            assert_eq!(owner(42, other), None, "session {session}");
        }
        let mut miscounted = new.clone();
        miscounted.validator_count = 5;
        assert_eq!(owner(42, miscounted), None);
        assert_eq!(owner(42, new), Some(2));
        let as_another_kind = Authorities::prove_in(now, KeyTypeId(*b"gran"), &pov_key(1).1);
        assert_eq!(as_another_kind, None);
    });
}

#[test]
fn roots_of_sessions_are_pruned_and_those_that_can_be_reported_are_kept() {
    run(|| {
        rotate(30);
        let kept = 30 - REPORT_SESSIONS;
        assert_eq!(
            HistoricalSessions::<Test>::iter().count() as u32,
            REPORT_SESSIONS + 2
        );
        assert_eq!(
            SessionSlots::<Test>::iter().count() as u32,
            REPORT_SESSIONS + 2
        );
        for session in kept..=30 {
            assert!(HistoricalSessions::<Test>::contains_key(session));
            assert!(SessionSlots::<Test>::contains_key(session));
        }
        let proof = Authorities::prove_in(kept, AURA, aura_pair(2).public().as_ref());
        assert_eq!(owner(2, proof.expect("kept")), Some(2));
        assert_eq!(
            Authorities::prove_in(kept - 1, AURA, aura_pair(2).public().as_ref()),
            None
        );
    });
}

#[test]
fn keys_are_remembered_once_per_set_and_no_longer_than_they_can_be_reported() {
    run(|| {
        rotate(5);
        assert_eq!(KeySetSessions::<Test>::get().into_inner(), [0]);
        for number in 50..60 {
            replace_keys(2, number);
            rotate(1);
        }
        assert_eq!(KeySetSessions::<Test>::get().len(), 10);
        rotate(REPORT_SESSIONS);
        replace_keys(2, 99);
        rotate(2);
        let sessions = KeySetSessions::<Test>::get();
        assert_eq!(
            sessions.len(),
            2,
            "the last of the old ones, and the new one"
        );
        assert_eq!(KeySets::<Test>::iter_keys().count(), 2);
        const {
            assert!(
                MAX_KEY_SETS > REPORT_SESSIONS,
                "the test shows the one bound"
            )
        };
    });
}

#[test]
fn e1_of_more_sets_of_keys_than_there_is_room_for_the_newest_are_remembered() {
    run(|| {
        // As on a real chain, where the room ends long before the sessions do.
        LongestReport::set(100 * MAX_KEY_SETS);
        rotate(1);
        let numbers = 50u8..50 + MAX_KEY_SETS as u8 + 8;
        for number in numbers.clone() {
            replace_keys(2, number);
            rotate(1);
        }
        rotate(2);
        // All were in force for a session, beside those of genesis.
        let sessions = KeySetSessions::<Test>::get();
        assert_eq!(sessions.len(), MAX_KEY_SETS as usize);
        assert_eq!(KeySets::<Test>::iter_keys().count(), MAX_KEY_SETS as usize);
        let session_of = |number: u8| {
            let proof = Authorities::prove((AURA, aura_pair(number).public()))?;
            assert_eq!(owner(number, proof.clone()), Some(2));
            Some(proof.session)
        };
        let newest = numbers.end - MAX_KEY_SETS as u8;
        for number in numbers.clone() {
            assert_eq!(session_of(number).is_some(), number >= newest, "{number}");
        }
        assert_eq!(session_of(newest), sessions.first().copied());
        // Who never changed its keys is known by the same of all sessions that are remembered, and of none before.
        for session in [sessions[0], Session::current_index()] {
            let proof = Authorities::prove_in(session, AURA, aura_pair(3).public().as_ref());
            assert_eq!(owner(3, proof.expect("remembered")), Some(3));
        }
        let before = sessions[0] - 1;
        let forgotten = Authorities::prove_in(before, AURA, aura_pair(3).public().as_ref());
        assert_eq!(forgotten, None);
        // A root of that session remains, and so does a path that was made in time.
        assert!(HistoricalSessions::<Test>::contains_key(before));
    });
}

#[test]
fn a_path_under_a_historical_root_is_looked_at_up_to_16_kib_whatever_it_is_made_of() {
    run(|| {
        rotate(1);
        let path = Historical::prove((AURA, aura_pair(2).public())).expect("in force");
        rotate(1);
        assert!(is_short(&path.trie_nodes));
        assert_eq!(owner(2, path.clone()), Some(2));
        let mut more = path;
        more.trie_nodes.push(vec![0xee; 32]);
        assert_eq!(owner(2, more), None, "it has a node that it does not need");
    });
    // An empty node is cheap to send too: it counts by what it takes.
    let empty = |count: usize| vec![Vec::new(); count];
    assert!(is_short(&empty(16 * 1024 - 2)));
    assert!(!is_short(&empty(16 * 1024 - 1)));
    assert!(is_short(&[vec![0; 16 * 1024 - 3]]));
    assert!(!is_short(&[vec![0; 16 * 1024 - 2]]));
}
