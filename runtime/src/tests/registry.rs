//! The registries together: who may publish, what is restricted, appealed against, enhanced, and seen alive.

use super::chain;
use crate::{
    AccountId, Authorities, Balances, MoreThanHalf, Pov, Runtime, RuntimeCall, RuntimeOrigin,
    StorageProviders, Supervisors, VerifierCollective, Videos,
    constants::currency::CFX,
    presets::{LOCAL_VERIFIERS, accounts},
};
use chainflix_primitives::{
    AccountId as RawAccount, Magnet, Signature64,
    duty::SetSecretRecord,
    heartbeat::{HEARTBEAT_ROUNDS, Heartbeat},
    ids::UploadId,
    ratio::MiningRatio,
    registry::{EnhancementRegistry, KeyEpochs, ProviderClass, VideoState},
};
use frame_support::{
    assert_noop, assert_ok,
    traits::{Authorize, EnsureOrigin, fungible::Inspect},
};
use pallet_collective::RawOrigin;
use pallet_supervisors::{AppealVerdict, Decision, RestrictionReason};
use pallet_videos::EnhancementKind;
use sp_core::Pair;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
    DispatchError,
    traits::Dispatchable,
    transaction_validity::{InvalidTransaction, TransactionSource, TransactionValidityError},
};

const VIDEO: Magnet = Magnet([1; 32]);

fn role(name: &str) -> AccountId {
    let found = accounts::ROLES.iter().find(|(role, _)| *role == name);
    AccountId::new(found.expect("a role of that name").1)
}

fn signed(name: &str) -> RuntimeOrigin {
    RuntimeOrigin::signed(role(name))
}

/// A motion that so many of the four verifiers approved.
fn motion(yes: u32) -> RuntimeOrigin {
    RawOrigin::<AccountId, VerifierCollective>::Members(yes, 4).into()
}

fn set_round(round: u32) {
    pallet_pov::Progress::<Runtime>::mutate(|progress| progress.round = round);
}

/// Runs in round 10 of a chain of four verifiers on which the producer was approved and published a video.
fn run_on_video(test: impl FnOnce()) {
    chain("local_testnet").execute_with(|| {
        frame_system::Pallet::<Runtime>::set_block_number(1);
        let secret = SetSecretRecord {
            maker: RawAccount(LOCAL_VERIFIERS[0].account().into()),
            commitment: [1; 32],
            since: 0,
            in_force: true,
            from_round: Some(2),
        };
        pallet_authorities::SetSecrets::<Runtime>::insert(0, secret);
        pallet_authorities::EpochInForce::<Runtime>::put(0);
        assert!(<Authorities as KeyEpochs>::is_in_force(0));
        assert_ok!(Supervisors::apply(
            signed("//Producer"),
            accounts::supervisor(),
            [2; 32]
        ));
        assert_ok!(Supervisors::decide(
            signed("//Supervisor"),
            role("//Producer"),
            Decision::Approve
        ));
        assert_ok!(Videos::publish(
            signed("//Producer"),
            VIDEO,
            b"Sintel".to_vec().try_into().expect("a short title"),
            888_000,
            1,
            [3; 32],
            MiningRatio::whitepaper(),
            0,
            UploadId([4; 16])
        ));
        set_round(10);
        test();
    });
}

#[test]
fn u_a_motion_of_three_verifiers_of_four_grants_an_appeal_and_the_video_is_active_again() {
    run_on_video(|| {
        assert_ok!(Supervisors::restrict(
            signed("//Supervisor"),
            VIDEO,
            RestrictionReason::Copyright,
            [5; 32]
        ));
        set_round(20);
        assert_ok!(Supervisors::appeal(signed("//Producer"), VIDEO, [6; 32]));
        assert!(MoreThanHalf::ensure_origin(motion(3)).is_ok());
        let decide = |origin| Supervisors::decide_appeal(origin, VIDEO, AppealVerdict::Granted);
        assert_noop!(decide(motion(2)), DispatchError::BadOrigin);
        assert_noop!(decide(signed("//Supervisor")), DispatchError::BadOrigin);
        assert_ok!(decide(motion(3)));
        assert_eq!(
            [11, 12, 21, 22].map(|round| Videos::video_state(VIDEO, round)),
            [
                VideoState::Active,
                VideoState::Restricted,
                VideoState::Restricted,
                VideoState::Active
            ]
            .map(Some)
        );
    });
}

#[test]
fn an_enhancement_is_proposed_accepted_and_sold_between_accounts_of_the_chain() {
    run_on_video(|| {
        assert_ok!(Videos::propose_enhancement(
            signed("//Enhancer"),
            VIDEO,
            EnhancementKind::Dub,
            b"ko".to_vec().try_into().expect("a short tag"),
            [7; 32],
            Some(3 * CFX)
        ));
        assert_ok!(Videos::accept_enhancement(signed("//Producer"), 0));
        let before = Balances::total_balance(&role("//Enhancer"));
        assert_ok!(Videos::buy_enhancement(signed("//Viewer"), 0, 3 * CFX));
        let earned = Balances::total_balance(&role("//Enhancer")) - before;
        assert_eq!(earned, 3 * CFX);
        let owner = |round| <Videos as EnhancementRegistry>::owner_in(0, &VIDEO, round);
        let raw = |name| Some(RawAccount(role(name).into()));
        assert_eq!([owner(11), owner(12)], [None, raw("//Viewer")]);
    });
}

/// A provider is registered, and a period has passed.
fn register_provider() {
    assert_ok!(StorageProviders::register(
        signed("//StorageA"),
        [8; 32],
        [9; 32],
        ProviderClass::AlwaysOn,
        *b"KR",
        1_000_000
    ));
    set_round(20 + HEARTBEAT_ROUNDS);
}

/// A verifier says, as its off-chain worker would, that it found the provider alive.
fn attest(keyring: Sr25519Keyring) -> Result<(), TransactionValidityError> {
    let verifier = keyring.to_account_id();
    let heartbeat = Heartbeat::of(2, 0, [0]);
    let genesis = frame_system::Pallet::<Runtime>::block_hash(0).0;
    let raw = RawAccount(verifier.clone().into());
    let payload = heartbeat.signing_payload(&genesis, &raw);
    let call: RuntimeCall = pallet_storage_providers::Call::attest {
        verifier,
        heartbeat,
        signature: Signature64(keyring.pair().sign(&payload).0),
    }
    .into();
    call.authorize(TransactionSource::External)
        .expect("the call authorizes itself")?;
    let made = call.dispatch(frame_system::RawOrigin::Authorized.into());
    made.expect("what is let in can be made");
    Ok(())
}

#[test]
fn verifiers_attest_with_their_session_keys_that_a_provider_is_alive() {
    run_on_video(|| {
        register_provider();
        assert_eq!(
            attest(Sr25519Keyring::Eve),
            Err(InvalidTransaction::BadSigner.into())
        );
        for keyring in [Sr25519Keyring::Alice, Sr25519Keyring::Bob] {
            assert_eq!(attest(keyring), Ok(()));
        }
        assert_eq!(StorageProviders::last_seen(0), None);
        assert_eq!(attest(Sr25519Keyring::Charlie), Ok(()));
        assert_eq!(StorageProviders::last_seen(0), Some(29));
        let round = <Pov as chainflix_primitives::registry::CurrentRound>::current_round();
        assert_eq!(round, 30);
    });
}

#[test]
fn a_suspended_verifier_is_neither_heard_nor_waited_for_about_a_provider() {
    run_on_video(|| {
        register_provider();
        let dave = Sr25519Keyring::Dave;
        assert_ok!(Authorities::suspend(motion(3), dave.to_account_id()));
        assert_eq!(attest(dave), Err(InvalidTransaction::BadSigner.into()));
        assert_eq!(attest(Sr25519Keyring::Alice), Ok(()));
        assert_eq!(StorageProviders::last_seen(0), None);
        // Two of three are more than 51 %.
        assert_eq!(attest(Sr25519Keyring::Bob), Ok(()));
        assert_eq!(StorageProviders::last_seen(0), Some(29));
    });
}
