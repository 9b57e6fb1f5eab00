//! What the runtime arranges for benchmarks of the pallets is what they ask for. A benchmark that is run in other surroundings
//! than it thinks measures something else.

use super::chain_with_keys;
use crate::{
    AccountId, Ads, Authorities, Balances, Pov, Runtime, Supervisors, Videos,
    configs::benchmarking::Prepared,
};
use chainflix_primitives::{
    AccountId as Raw, Magnet,
    registry::{EligibleProducers, VerifierKeys, VideoRegistry, VideoState},
    report::MAX_VERIFIERS,
};
use pallet_videos::types::MAX_STATES;

const VIDEO: Magnet = Magnet([1; 32]);

fn account(byte: u8) -> AccountId {
    AccountId::new([byte; 32])
}

#[test]
fn a_video_is_registered_with_as_many_states_as_there_may_be_in_the_state_that_is_asked_for() {
    chain_with_keys().execute_with(|| {
        for restricted in [false, true] {
            <Prepared as pallet_supervisors::BenchmarkHelper<AccountId>>::register(
                VIDEO,
                &account(1),
                &account(2),
                restricted,
            );
            let record = pallet_videos::Videos::<Runtime>::get(VIDEO).expect("it is registered");
            assert_eq!(record.states.len() as u32, MAX_STATES);
            let last = record.last_change().map(|change| change.state);
            assert_eq!(last == Some(VideoState::Restricted), restricted);
            assert_eq!(
                Videos::video(VIDEO).map(|terms| terms.producer),
                Some(Raw([1; 32]))
            );
        }
        <Prepared as pallet_ads::BenchmarkHelper>::register_creative(VIDEO);
        let record = pallet_videos::Videos::<Runtime>::get(VIDEO).expect("it is registered");
        assert_eq!(record.states.len() as u32, MAX_STATES);
        for round in [0, 1, 1_000_000] {
            let state = <Videos as VideoRegistry>::state_in(&VIDEO, round);
            assert_eq!(state, Some(VideoState::Active), "{round}");
        }
        assert!(Ads::campaign(0).is_none());
    });
}

#[test]
fn a_producer_may_publish_from_the_key_epoch_in_force_in_the_round_that_is_begun() {
    chain_with_keys().execute_with(|| {
        type For = dyn Fn(u32);
        let begin: [&For; 4] = [
            &<Prepared as pallet_videos::BenchmarkHelper<AccountId>>::begin_round,
            &<Prepared as pallet_supervisors::BenchmarkHelper<AccountId>>::begin_round,
            &<Prepared as pallet_ads::BenchmarkHelper>::begin_round,
            &<Prepared as pallet_authorities::BenchmarkHelper>::begin_round,
        ];
        for (place, begin) in begin.into_iter().enumerate() {
            let round = 100 + place as u32;
            begin(round);
            assert_eq!(Pov::standing().round, round);
        }
        assert!(!Supervisors::is_eligible(account(1)));
        <Prepared as pallet_videos::BenchmarkHelper<AccountId>>::approve(&account(1));
        assert!(Supervisors::is_eligible(account(1)));
        let supervisor = Supervisors::approval(account(1))
            .expect("it holds")
            .supervisor;
        assert!(Supervisors::is_supervisor(&Raw(supervisor.into())));
        let epoch = <Prepared as pallet_videos::BenchmarkHelper<AccountId>>::key_epoch();
        assert_eq!(Authorities::key_epoch_of_new_videos(), Some(epoch));
    });
}

#[test]
fn verifiers_are_as_many_as_are_asked_for_and_sign_as_the_one_that_is_asked_for() {
    chain_with_keys().execute_with(|| {
        let set = <Prepared as pallet_storage_providers::BenchmarkHelper>::verifiers(MAX_VERIFIERS);
        assert_eq!(set.len() as u32, MAX_VERIFIERS);
        assert!(set.is_sorted());
        let last = set.last().expect("a hundred");
        let sign = <Prepared as pallet_storage_providers::BenchmarkHelper>::sign;
        assert!(Pov::is_signed_by(last, b"payload", &sign(last, b"payload")));
        assert!(!Pov::is_signed_by(
            last,
            b"another",
            &sign(last, b"payload")
        ));

        let somebody = Raw([9; 32]);
        let signature = <Prepared as pallet_authorities::BenchmarkHelper>::sign(&somebody, b"it");
        assert!(Pov::is_signed_by(&somebody, b"it", &signature));
    });
}

#[test]
fn bonded_verifiers_are_others_for_every_number_and_accounts_get_what_is_asked_for() {
    chain_with_keys().execute_with(|| {
        let one = <Prepared as pallet_pov::BenchmarkHelper>::bonded_verifier(1);
        let two = <Prepared as pallet_rewards::BenchmarkHelper>::bonded_verifier(2);
        assert_ne!(one, two);
        // The same for the same number, whoever asks.
        assert_eq!(
            one,
            <Prepared as pallet_rewards::BenchmarkHelper>::bonded_verifier(1)
        );
        for verifier in [one, two] {
            let record = Authorities::verifier(AccountId::new(verifier.0)).expect("in the set");
            assert_eq!(record.status, pallet_authorities::VerifierStatus::Member);
        }
        <Prepared as pallet_pov::BenchmarkHelper>::endow(&Raw([9; 32]), 7_000_000_000_000);
        assert_eq!(Balances::free_balance(account(9)), 7_000_000_000_000);
        <Prepared as pallet_authorities::BenchmarkHelper>::set_slot(77);
        assert_eq!(u64::from(pallet_aura::CurrentSlot::<Runtime>::get()), 77);
        <Prepared as pallet_pov::BenchmarkHelper>::set_now(88 * 2_400);
        assert_eq!(u64::from(pallet_aura::CurrentSlot::<Runtime>::get()), 88);
    });
}
