//! The verifier set of the whole runtime: from an application to who writes blocks, finalizes, reports and votes.

use super::walk::{Walk, signed, walk};
use crate::{
    AccountId, Authorities, Balances, Grandpa, Motions, Pov, Runtime, RuntimeCall,
    RuntimeHoldReason, RuntimeOrigin, Session, SessionKeys, System, TwoThirds, VerifierCollective,
    configs::KeyDeposit,
    constants::currency::CFX,
    invariants,
    presets::{ENDOWMENT, LOCAL_VERIFIERS},
};
use chainflix_primitives::registry::VerifierSet;
use frame_support::{
    assert_noop, assert_ok,
    traits::{
        Contains, EnsureOrigin, UnfilteredDispatchable,
        fungible::{InspectHold, MutateHold},
        tokens::Precision,
    },
};
use pallet_authorities::{Error, VerifierProfile, VerifierStatus};
use sp_core::{Pair, ed25519, sr25519};
use sp_keyring::Sr25519Keyring;
use sp_runtime::DispatchError;

/// The session keys that a node would make from a seed.
pub(super) fn keys_of(seed: &str) -> SessionKeys {
    let sr25519 = sr25519::Pair::from_string(seed, None).expect("a seed");
    let ed25519 = ed25519::Pair::from_string(seed, None).expect("a seed");
    SessionKeys {
        aura: sr25519.public().into(),
        grandpa: ed25519.public().into(),
        pov: sr25519.public().into(),
    }
}

/// The proof that their node makes for `owner`.
pub(super) fn possession(seed: &str, owner: &AccountId) -> Vec<u8> {
    let statement = [b"POP_".as_slice(), owner.as_ref()].concat();
    let sr25519 = sr25519::Pair::from_string(seed, None).expect("a seed");
    let ed25519 = ed25519::Pair::from_string(seed, None).expect("a seed");
    let mut proof = sr25519.sign(&statement).0.to_vec();
    proof.extend(ed25519.sign(&statement).0);
    proof.extend(sr25519.sign(&statement).0);
    proof
}

fn eve() -> AccountId {
    Sr25519Keyring::Eve.to_account_id()
}

fn profile() -> VerifierProfile {
    VerifierProfile {
        endpoint: b"wss://eve.example".to_vec().try_into().expect("short"),
        region: *b"IS",
        exchange_key: [4; 32],
        hardware_score: 1_000,
        bandwidth_kbps: 100_000,
    }
}

/// Eve registers keys and applies, as a stranger would.
fn apply(chain: &mut Walk) {
    let set_keys = pallet_session::Call::set_keys {
        keys: keys_of("//Eve"),
        proof: possession("//Eve", &eve()),
    };
    let apply = pallet_authorities::Call::apply { profile: profile() };
    for call in [RuntimeCall::from(set_keys), RuntimeCall::from(apply)] {
        assert_eq!(
            chain.block([signed(Sr25519Keyring::Eve, call)]),
            [Ok(Ok(()))]
        );
    }
}

fn by_two_thirds() -> RuntimeOrigin {
    pallet_collective::RawOrigin::<AccountId, pallet_collective::Instance1>::Members(3, 4).into()
}

#[test]
fn a_stranger_becomes_a_verifier_by_two_thirds_and_a_delay_and_everything_follows_the_set() {
    walk("local_testnet", |chain| {
        apply(chain);
        let admit = RuntimeCall::from(pallet_authorities::Call::admit { candidate: eve() });
        assert_ok!(Motions::schedule(by_two_thirds(), Box::new(admit)));
        let delay = Motions::delay();
        for _ in 0..=delay {
            chain.block([]);
        }
        let record = Authorities::verifier(eve()).expect("a record");
        assert_eq!(record.status, VerifierStatus::Member);
        // 135 CFX in 43.2 s are 22.5 in 7.2 s; a cycle has 10,000 rounds, and five share it.
        assert_eq!(record.bond, 22_500 * CFX / 1_000 * 10_000 / 5);
        assert!(Balances::free_balance(eve()) < ENDOWMENT - record.bond);

        let in_force = Session::current_index() + 2;
        chain.walk_to_session(in_force);
        chain.block([]);
        let keys = keys_of("//Eve");
        assert_eq!(Session::validators().len(), 5);
        assert!(pallet_aura::Authorities::<Runtime>::get().contains(&keys.aura));
        let finalizers = Grandpa::grandpa_authorities();
        assert!(finalizers.iter().any(|(key, _)| *key == keys.grandpa));
        assert_eq!(pallet_grandpa::CurrentSetId::<Runtime>::get(), 1);
        let motions = pallet_collective::Members::<Runtime, VerifierCollective>::get();
        assert_eq!(motions, Authorities::verifiers());
        // Proof-of-View has it two rounds later: six blocks.
        let raw = <[u8; 32]>::from(eve()).into();
        assert!(!<Pov as VerifierSet>::verifiers().contains(&raw));
        for _ in 0..9 {
            chain.block([]);
        }
        assert!(<Pov as VerifierSet>::verifiers().contains(&raw));
    });
}

#[test]
fn each_decision_about_verifiers_has_its_own_threshold() {
    walk("local_testnet", |chain| {
        apply(chain);
        let members = |yes| {
            RuntimeOrigin::from(pallet_collective::RawOrigin::<
                AccountId,
                pallet_collective::Instance1,
            >::Members(yes, 7))
        };
        let bad = DispatchError::BadOrigin;
        let alice = LOCAL_VERIFIERS[0].account();
        // Admission comes as root, which only what two thirds put on schedule becomes.
        assert_noop!(Authorities::admit(members(7), eve()), bad);
        assert!(TwoThirds::try_origin(members(5)).is_ok());
        assert_noop!(Authorities::remove(members(4), alice.clone()), bad);
        assert_noop!(Authorities::suspend(members(4), alice.clone()), bad);
        assert_noop!(
            Authorities::remove(RuntimeOrigin::root(), alice.clone()),
            bad
        );
        assert_ok!(Authorities::suspend(members(5), alice.clone()));
        assert_noop!(Authorities::readmit(members(3), alice.clone()), bad);
        assert_ok!(Authorities::readmit(members(4), alice.clone()));
        assert_ok!(Authorities::remove(members(5), alice));
    });
}

#[test]
fn the_local_chain_keeps_three_verifiers_whoever_wants_to_leave() {
    walk("local_testnet", |chain| {
        assert_ok!(Authorities::exit(RuntimeOrigin::signed(
            LOCAL_VERIFIERS[0].account()
        )));
        for verifier in &LOCAL_VERIFIERS[1..] {
            assert_noop!(
                Authorities::exit(RuntimeOrigin::signed(verifier.account())),
                Error::<Runtime>::SetAtMinimum
            );
        }
        chain.walk_to_session(2);
        assert_eq!(Session::validators().len(), 3);
        assert_eq!(
            Authorities::latest_key_epoch().epoch,
            0,
            "nobody has made a secret yet"
        );
    });
}

#[test]
fn nobody_removes_session_keys_past_the_pallet_that_needs_them() {
    walk("local_testnet", |chain| {
        let purge = RuntimeCall::from(pallet_session::Call::purge_keys {});
        let filter = <Runtime as frame_system::Config>::BaseCallFilter::contains;
        assert!(!filter(&purge));
        let in_a_batch = pallet_utility::Call::batch_all {
            calls: vec![purge.clone()],
        };
        let refused = frame_system::Error::<Runtime>::CallFiltered;
        let results = chain.block([signed(Sr25519Keyring::Alice, purge)]);
        assert_eq!(results, [Ok(Err(refused.into()))]);
        let results = chain.block([signed(Sr25519Keyring::Alice, in_a_batch)]);
        assert!(matches!(results[..], [Ok(Err(_))]), "{results:?}");
        let forget = pallet_authorities::Call::forget_session_keys {};
        let results = chain.block([signed(Sr25519Keyring::Alice, forget.clone())]);
        assert_eq!(results, [Ok(Err(Error::<Runtime>::KeysInUse.into()))]);
        apply(chain);
        let withdraw = pallet_authorities::Call::withdraw_application {};
        for call in [RuntimeCall::from(withdraw), RuntimeCall::from(forget)] {
            assert_eq!(
                chain.block([signed(Sr25519Keyring::Eve, call)]),
                [Ok(Ok(()))]
            );
        }
        assert_eq!(System::consumers(&eve()), 0, "nothing of it is left");
    });
}

#[test]
fn session_keys_hold_a_deposit_once_and_give_it_back() {
    walk("local_testnet", |chain| {
        let keys = || RuntimeHoldReason::from(pallet_session::HoldReason::Keys);
        let held = || Balances::balance_on_hold(&keys(), &eve());
        let deposit = KeyDeposit::get();
        assert_eq!(deposit, 927 * CFX / 1_000);
        for seed in ["//Eve", "//Eve//2"] {
            let set_keys = pallet_session::Call::set_keys {
                keys: keys_of(seed),
                proof: possession(seed, &eve()),
            };
            let done = chain.block([signed(Sr25519Keyring::Eve, set_keys)]);
            assert_eq!(done, [Ok(Ok(()))]);
            assert_eq!(held(), deposit, "other keys in their place cost no more");
            assert_eq!(invariants::check(), Ok(()));
        }
        // As much as is not of any keys is noticed.
        assert_ok!(Balances::hold(&keys(), &eve(), 1));
        assert!(invariants::check().is_err());
        assert_ok!(Balances::release(&keys(), &eve(), 1, Precision::Exact));

        let forget = pallet_authorities::Call::forget_session_keys {};
        let done = chain.block([signed(Sr25519Keyring::Eve, forget)]);
        assert_eq!(done, [Ok(Ok(()))]);
        assert_eq!((held(), System::consumers(&eve())), (0, 0));
        assert_eq!(invariants::check(), Ok(()));
    });
}

#[test]
fn keys_that_their_node_does_not_hold_are_not_registered() {
    walk("local_testnet", |_| {
        let set_keys = pallet_session::Call::<Runtime>::set_keys {
            keys: keys_of("//Ferdie"),
            proof: possession("//Eve", &eve()),
        };
        let refused = set_keys
            .dispatch_bypass_filter(RuntimeOrigin::signed(eve()))
            .expect_err("another's proof");
        assert_eq!(
            refused.error,
            pallet_session::Error::<Runtime>::InvalidProof.into()
        );
    });
}

#[test]
fn consensus_keeps_its_set_id_while_nothing_changes() {
    walk("local_testnet", |chain| {
        chain.walk_to_session(4);
        assert_eq!(pallet_grandpa::CurrentSetId::<Runtime>::get(), 0);
        assert_eq!(Session::validators().len(), 4);
    });
}
