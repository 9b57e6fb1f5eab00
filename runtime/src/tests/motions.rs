//! What the verifiers decide by motion.

use super::chain;
use crate::{
    AccountId, MoreThanHalf, Runtime, RuntimeCall, RuntimeOrigin, StorageProviders, Supervisors,
    TechnicalCommittee, TwoThirds, VerifierCollective,
    constants::motions::DURATION,
    presets::{LOCAL_VERIFIERS, accounts::DevelopmentVerifier},
};
use codec::Encode;
use frame_support::{
    assert_noop, assert_ok, dispatch::GetDispatchInfo, traits::EnsureOrigin, weights::Weight,
};
use pallet_collective::{Error, RawOrigin};
use pallet_supervisors::SupervisorProfile;
use sp_core::H256;
use sp_runtime::traits::{BlakeTwo256, Hash};

pub(super) fn signed(verifier: DevelopmentVerifier) -> RuntimeOrigin {
    RuntimeOrigin::signed(verifier.account())
}

/// A motion that was proposed.
pub(super) struct Motion {
    hash: H256,
    index: u32,
    weight: Weight,
    length: u32,
}

/// The first verifier proposes `call`.
pub(super) fn propose(call: RuntimeCall, threshold: u32) -> Motion {
    let motion = Motion {
        hash: BlakeTwo256::hash_of(&call),
        index: pallet_collective::ProposalCount::<Runtime, VerifierCollective>::get(),
        weight: call.get_dispatch_info().call_weight,
        length: call.encoded_size() as u32 + 4,
    };
    assert_ok!(TechnicalCommittee::propose(
        signed(LOCAL_VERIFIERS[0]),
        threshold,
        Box::new(call),
        motion.length
    ));
    motion
}

impl Motion {
    pub(super) fn vote(&self, verifier: DevelopmentVerifier, approve: bool) {
        assert_ok!(TechnicalCommittee::vote(
            signed(verifier),
            self.hash,
            self.index,
            approve
        ));
    }

    pub(super) fn close(&self) -> frame_support::dispatch::DispatchResultWithPostInfo {
        TechnicalCommittee::close(
            signed(LOCAL_VERIFIERS[0]),
            self.hash,
            self.index,
            self.weight,
            self.length,
        )
    }
}

fn new_supervisor() -> AccountId {
    AccountId::new([7; 32])
}

fn register_supervisor() -> RuntimeCall {
    pallet_supervisors::Call::add_supervisor {
        supervisor: new_supervisor(),
        profile: SupervisorProfile {
            name: b"Elected".to_vec().try_into().expect("a short name"),
            endpoint: Default::default(),
            exchange_key: [9; 32],
        },
    }
    .into()
}

fn is_supervisor() -> bool {
    use chainflix_primitives::registry::EligibleProducers;
    Supervisors::is_supervisor(&<[u8; 32]>::from(new_supervisor()).into())
}

#[test]
fn the_members_of_the_collective_are_the_verifiers() {
    for (preset, verifiers) in [
        ("development", &LOCAL_VERIFIERS[..1]),
        ("local_testnet", LOCAL_VERIFIERS),
    ] {
        chain(preset).execute_with(|| {
            let mut expected: Vec<AccountId> = verifiers.iter().map(|v| v.account()).collect();
            expected.sort();
            assert_eq!(
                pallet_collective::Members::<Runtime, VerifierCollective>::get(),
                expected
            );
        });
    }
}

#[test]
fn three_of_four_verifiers_are_more_than_51_percent_and_two_thirds_and_two_are_neither() {
    let passes = |yes, of| -> (bool, bool) {
        let origin =
            RuntimeOrigin::from(RawOrigin::<AccountId, VerifierCollective>::Members(yes, of));
        (
            MoreThanHalf::ensure_origin(origin.clone()).is_ok(),
            TwoThirds::ensure_origin(origin).is_ok(),
        )
    };
    for (yes, of, more_than_half, two_thirds) in [
        (1, 1, true, true),
        (1, 2, false, false),
        (2, 3, true, true),
        (2, 4, false, false),
        (3, 4, true, true),
        (4, 7, true, false),
        (5, 7, true, true),
        (51, 100, false, false),
        (52, 100, true, false),
        (66, 100, true, false),
        (67, 100, true, true),
    ] {
        assert_eq!(passes(yes, of), (more_than_half, two_thirds), "{yes}/{of}");
    }
}

#[test]
fn a_supervisor_is_registered_by_three_verifiers_of_four() {
    chain("local_testnet").execute_with(|| {
        let motion = propose(register_supervisor(), 3);
        for verifier in &LOCAL_VERIFIERS[..3] {
            motion.vote(*verifier, true);
        }
        assert_ok!(motion.close());
        assert!(is_supervisor());
    });
}

#[test]
fn a_motion_closed_with_too_few_votes_changes_nothing() {
    chain("local_testnet").execute_with(|| {
        // Its proposer said that two are enough; the call knows better.
        let motion = propose(register_supervisor(), 2);
        for verifier in &LOCAL_VERIFIERS[..2] {
            motion.vote(*verifier, true);
        }
        assert_ok!(motion.close());
        assert!(!is_supervisor());
    });
}

#[test]
fn a_verifier_that_does_not_vote_votes_no() {
    chain("local_testnet").execute_with(|| {
        let motion = propose(register_supervisor(), 3);
        for verifier in &LOCAL_VERIFIERS[..2] {
            motion.vote(*verifier, true);
        }
        assert_noop!(
            motion.close(),
            Error::<Runtime, VerifierCollective>::TooEarly
        );
        frame_system::Pallet::<Runtime>::set_block_number(DURATION + 1);
        assert_ok!(motion.close());
        assert!(!is_supervisor());
        assert!(pallet_collective::Proposals::<Runtime, VerifierCollective>::get().is_empty());
    });
}

#[test]
fn nobody_but_a_verifier_proposes() {
    chain("local_testnet").execute_with(|| {
        assert_noop!(
            TechnicalCommittee::propose(
                RuntimeOrigin::signed(new_supervisor()),
                2,
                Box::new(register_supervisor()),
                1_000
            ),
            Error::<Runtime, VerifierCollective>::NotMember
        );
    });
}

#[test]
fn a_storage_controller_is_registered_by_a_lone_verifier_at_once() {
    chain("development").execute_with(|| {
        let call = pallet_storage_providers::Call::set_controller {
            key: [5; 32],
            endpoint: b"https://controller.example"
                .to_vec()
                .try_into()
                .expect("a short URL"),
        };
        propose(call.into(), 1);
        assert!(StorageProviders::is_controller([5; 32]));
    });
}

#[test]
fn one_verifier_cannot_take_all_the_places_for_motions() {
    chain("local_testnet").execute_with(|| {
        let remark =
            |n: u32| -> RuntimeCall { frame_system::Call::remark { remark: n.encode() }.into() };
        let refused = (0..crate::constants::motions::MAX_PROPOSALS)
            .find(|n| {
                TechnicalCommittee::propose(
                    signed(LOCAL_VERIFIERS[0]),
                    2,
                    Box::new(remark(*n)),
                    1_000,
                )
                .is_err()
            })
            .expect("a million CFX is not enough for all places");
        assert!(refused > crate::constants::motions::FREE_PROPOSALS);
    });
}

#[test]
fn what_views_are_judged_by_and_paid_changes_by_a_motion_of_three_of_four() {
    use crate::{Pov, Rewards, constants::currency::CFX};
    use chainflix_primitives::registry::{PARAMETER_DELAY, PovParameters};
    chain("local_testnet").execute_with(|| {
        let parameters = PovParameters {
            difficulty: 20,
            ..PovParameters::default()
        };
        let rate = Some(CFX / 100);
        let calls: [RuntimeCall; 3] = [
            pallet_pov::Call::set_parameters { parameters }.into(),
            pallet_pov::Call::set_cycle_rounds { rounds: 5_000 }.into(),
            pallet_rewards::Call::set_max_rate { rate }.into(),
        ];
        for call in calls {
            let motion = propose(call, 3);
            for verifier in &LOCAL_VERIFIERS[..3] {
                motion.vote(*verifier, true);
            }
            assert_ok!(motion.close());
        }
        assert_eq!(Pov::parameters(PARAMETER_DELAY), parameters);
        assert_eq!(Pov::cycle_rule(10_000).length, 5_000);
        assert_eq!(Rewards::max_rate(PARAMETER_DELAY), rate);
        assert_eq!(Rewards::max_rate(PARAMETER_DELAY - 1), None);
    });
}
