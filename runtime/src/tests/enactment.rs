//! What two thirds of the verifiers decide, from the proposal to its effect; and that nothing else is root.

use super::{
    chain,
    motions::{Motion, propose, signed},
};
use crate::{
    AccountId, Balances, Motions, OriginCaller, Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin,
    Scheduler, System, VERSION, VerifierCollective,
    configs::{Enactable, Urgent},
    constants::{
        block::MAX_WEIGHT,
        currency::CFX,
        motions::{LEAST_DELAY, MAX_CALL_BYTES},
    },
    presets::{ENDOWMENT, LOCAL_VERIFIERS, SHORT_MOTION_DELAY},
};
use codec::Encode;
use frame_support::{
    assert_noop, assert_ok,
    traits::{Contains, Get, Hooks},
};
use pallet_funds::Fund;
use pallet_motions::{Error, Event};
use sp_core::{
    H256,
    storage::well_known_keys,
    traits::{Externalities, ReadRuntimeVersion, ReadRuntimeVersionExt},
};
use sp_io::TestExternalities;
use sp_runtime::{
    DispatchError, MultiAddress,
    traits::{BlakeTwo256, Dispatchable, Hash},
};

/// The code of a later version.
const NEW_CODE: &[u8] = b"the runtime of the next version";

/// Says of [`NEW_CODE`] what executing it would say.
struct NextVersion;

impl ReadRuntimeVersion for NextVersion {
    fn read_runtime_version(
        &self,
        code: &[u8],
        _ext: &mut dyn Externalities,
    ) -> Result<Vec<u8>, String> {
        let mut version = VERSION;
        version.spec_version += 1;
        if code == NEW_CODE {
            Ok(version.encode())
        } else {
            Err("no runtime".into())
        }
    }
}

/// A local chain at block 1 that can read the version of a runtime.
pub(super) fn local() -> TestExternalities {
    let mut chain = chain("local_testnet");
    chain.register_extension(ReadRuntimeVersionExt::new(NextVersion));
    chain.execute_with(|| System::set_block_number(1));
    chain
}

fn stranger() -> AccountId {
    AccountId::new([7; 32])
}

fn is_upgraded() -> bool {
    sp_io::storage::get(well_known_keys::CODE).is_some_and(|code| code == NEW_CODE)
}

fn run_to(block: u32) {
    while System::block_number() < block {
        let next = System::block_number() + 1;
        System::set_block_number(next);
        frame_system::BlockWeight::<Runtime>::kill();
        Scheduler::on_initialize(next);
    }
}

/// Three of four verifiers decide that `call` is dispatched.
fn decide(call: RuntimeCall) {
    let motion = propose(call, 3);
    for verifier in &LOCAL_VERIFIERS[..3] {
        motion.vote(*verifier, true);
    }
    assert_ok!(motion.close());
}

fn scheduled(call: RuntimeCall) -> RuntimeCall {
    pallet_motions::Call::schedule {
        call: Box::new(call),
    }
    .into()
}

fn upgrade() -> RuntimeCall {
    frame_system::Call::authorize_upgrade {
        code_hash: BlakeTwo256::hash(NEW_CODE),
    }
    .into()
}

fn apply_upgrade(code: &[u8]) -> Result<(), DispatchError> {
    System::apply_authorized_upgrade(RuntimeOrigin::signed(stranger()), code.to_vec())
        .map(|_| ())
        .map_err(|failed| failed.error)
}

#[test]
fn a_runtime_upgrade_is_proposed_voted_waits_and_is_then_applied_by_anybody() {
    local().execute_with(|| {
        decide(scheduled(upgrade()));
        let enact_at = 1 + SHORT_MOTION_DELAY;
        System::assert_has_event(RuntimeEvent::Motions(Event::Scheduled {
            index: 0,
            call_hash: BlakeTwo256::hash_of(&upgrade()),
            enact_at,
        }));

        run_to(enact_at - 1);
        let nothing = frame_system::Error::<Runtime>::NothingAuthorized;
        assert_eq!(apply_upgrade(NEW_CODE), Err(nothing.into()));

        run_to(enact_at);
        let other = frame_system::Error::<Runtime>::Unauthorized;
        assert_eq!(apply_upgrade(b"other code"), Err(other.into()));
        assert_ok!(apply_upgrade(NEW_CODE));
        assert!(is_upgraded());
    });
}

#[test]
fn an_upgrade_that_is_cancelled_in_time_never_happens() {
    local().execute_with(|| {
        decide(scheduled(upgrade()));
        decide(pallet_motions::Call::cancel { index: 0 }.into());
        run_to(3 * SHORT_MOTION_DELAY);
        let nothing = frame_system::Error::<Runtime>::NothingAuthorized;
        assert_eq!(apply_upgrade(NEW_CODE), Err(nothing.into()));
        assert!(!is_upgraded());
    });
}

#[test]
fn half_of_the_verifiers_schedule_nothing() {
    local().execute_with(|| {
        let motion: Motion = propose(scheduled(upgrade()), 2);
        for verifier in &LOCAL_VERIFIERS[..2] {
            motion.vote(*verifier, true);
        }
        assert_ok!(motion.close());
        assert!(Motions::schedule_of_enactments().is_empty());
    });
}

#[test]
fn a_fund_pays_what_was_decided_when_the_delay_has_passed() {
    local().execute_with(|| {
        decide(scheduled(
            pallet_funds::Call::pay {
                fund: Fund::Mentors,
                to: MultiAddress::Id(stranger()),
                amount: 5 * CFX,
                purpose: 100,
            }
            .into(),
        ));
        run_to(SHORT_MOTION_DELAY);
        assert_eq!(Balances::free_balance(stranger()), 0);
        run_to(1 + SHORT_MOTION_DELAY);
        assert_eq!(Balances::free_balance(stranger()), 5 * CFX);
        assert_eq!(
            Balances::free_balance(Fund::Mentors.account::<AccountId>()),
            ENDOWMENT - 5 * CFX
        );
    });
}

#[test]
fn a_payment_that_the_fund_does_not_have_fails_with_an_event_and_pays_nothing() {
    local().execute_with(|| {
        let payment: RuntimeCall = pallet_funds::Call::pay {
            fund: Fund::Mentors,
            to: MultiAddress::Id(stranger()),
            amount: 2 * ENDOWMENT,
            purpose: 100,
        }
        .into();
        decide(scheduled(payment.clone()));
        run_to(1 + SHORT_MOTION_DELAY);
        System::assert_has_event(RuntimeEvent::Motions(Event::EnactmentFailed {
            index: 0,
            call_hash: BlakeTwo256::hash_of(&payment),
            error: pallet_funds::Error::<Runtime>::NotEnoughInFund.into(),
        }));
        assert_eq!(Balances::free_balance(stranger()), 0);
    });
}

#[test]
fn finality_is_restored_by_two_thirds_with_the_least_delay() {
    local().execute_with(|| {
        let call: RuntimeCall = pallet_grandpa::Call::note_stalled {
            delay: 100,
            best_finalized_block_number: 0,
        }
        .into();
        assert!(Urgent::contains(&call) && Enactable::contains(&call));
        decide(scheduled(call));
        assert_eq!(Motions::schedule_of_enactments(), [(0, 1 + LEAST_DELAY)]);
        run_to(1 + LEAST_DELAY);
        assert_eq!(crate::Grandpa::stalled(), Some((100, 0)));
    });
}

#[test]
fn what_can_be_enacted_fits_into_the_room_that_the_scheduler_has() {
    let most = <Runtime as pallet_motions::Config>::MaxCallWeight::get();
    let room = <Runtime as pallet_scheduler::Config>::MaximumWeight::get();
    let own =
        <<Runtime as pallet_motions::Config>::WeightInfo as pallet_motions::WeightInfo>::enact(
            MAX_CALL_BYTES,
        );
    let left = room.saturating_sub(most).saturating_sub(own);
    // A tenth of a block is far more than the scheduler's own work.
    assert!(left.ref_time() > MAX_WEIGHT.ref_time() / 20);
    let pending: u32 = <Runtime as pallet_motions::Config>::MaxPending::get();
    let places: u32 = <Runtime as pallet_scheduler::Config>::MaxScheduledPerBlock::get();
    assert!(pending <= places);
}

#[test]
fn no_detour_makes_a_root_call() {
    // `set_code` itself is heavier than a motion may be.
    let set_code = || -> RuntimeCall {
        frame_system::Call::set_storage {
            items: vec![(well_known_keys::CODE.to_vec(), NEW_CODE.to_vec())],
        }
        .into()
    };
    let as_root: OriginCaller = frame_system::RawOrigin::Root.into();
    let detours: Vec<RuntimeCall> = vec![
        set_code(),
        pallet_utility::Call::batch_all {
            calls: vec![set_code()],
        }
        .into(),
        pallet_utility::Call::force_batch {
            calls: vec![set_code()],
        }
        .into(),
        pallet_utility::Call::dispatch_as {
            as_origin: Box::new(as_root.clone()),
            call: Box::new(set_code()),
        }
        .into(),
        pallet_utility::Call::dispatch_as_fallible {
            as_origin: Box::new(as_root),
            call: Box::new(set_code()),
        }
        .into(),
        pallet_utility::Call::as_derivative {
            index: 0,
            call: Box::new(set_code()),
        }
        .into(),
        pallet_multisig::Call::as_multi_threshold_1 {
            other_signatories: vec![stranger()],
            call: Box::new(set_code()),
        }
        .into(),
        pallet_collective::Call::<Runtime, VerifierCollective>::execute {
            proposal: Box::new(set_code()),
            length_bound: 1_000,
        }
        .into(),
        pallet_scheduler::Call::schedule_after {
            after: 1,
            maybe_periodic: None,
            priority: 0,
            call: Box::new(set_code()),
        }
        .into(),
        scheduled(set_code()),
    ];
    for detour in detours {
        local().execute_with(|| {
            // By a verifier; the outcome does not matter, the code does.
            let _ = detour.clone().dispatch(signed(LOCAL_VERIFIERS[0]));
            run_to(30);
            assert!(!is_upgraded(), "{detour:?}");
            // And by all verifiers together.
            let motion = propose(detour.clone(), 4);
            for verifier in LOCAL_VERIFIERS {
                motion.vote(*verifier, true);
            }
            assert_ok!(motion.close());
            run_to(60);
            assert!(!is_upgraded(), "{detour:?}");
        });
    }
}

#[test]
fn two_thirds_cannot_schedule_what_is_not_on_the_list() {
    local().execute_with(|| {
        let two_thirds = || {
            RuntimeOrigin::from(
                pallet_collective::RawOrigin::<AccountId, VerifierCollective>::Members(3, 4),
            )
        };
        for call in [
            frame_system::Call::set_storage { items: vec![] }.into(),
            frame_system::Call::authorize_upgrade_without_checks {
                code_hash: H256::zero(),
            }
            .into(),
            pallet_balances::Call::force_set_balance {
                who: MultiAddress::Id(stranger()),
                new_free: CFX,
            }
            .into(),
            pallet_utility::Call::batch_all {
                calls: vec![upgrade()],
            }
            .into(),
        ] {
            assert_noop!(
                Motions::schedule(two_thirds(), Box::new(call)),
                Error::<Runtime>::NotEnactable
            );
        }
    });
}
