//! Registering and updating providers.

use crate::{
    Error, Event, MAX_PROVIDERS_PER_OWNER,
    mock::{
        AccountId, Now, RuntimeEvent, RuntimeOrigin, StorageProviders, System, Test, other_owner,
        owner, register, run,
    },
};
use chainflix_primitives::{AccountId as RawAccount, registry::ProviderClass};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

fn update(by: AccountId, index: u32, region: [u8; 2], space_bytes: u64) -> DispatchResult {
    StorageProviders::update(
        RuntimeOrigin::signed(by),
        index,
        ProviderClass::AlwaysOn,
        region,
        space_bytes,
    )
}

#[test]
fn a_provider_has_an_index_and_counts_from_two_rounds_later() {
    run(|| {
        assert_ok!(register(owner(), [1; 32]));
        let record = StorageProviders::provider(0).expect("registered");
        assert_eq!(record.owner, RawAccount(owner().into()));
        assert_eq!(record.peer_key, [1; 32]);
        assert_eq!(record.exchange_key, [0xee; 32]);
        assert_eq!(record.class, ProviderClass::Home);
        assert_eq!(record.region, *b"KR");
        assert_eq!(record.space_bytes, 1_000_000_000);
        assert_eq!(record.from_round, 1_002);
        assert_eq!(StorageProviders::provider_in(0, 1_001), None);
        assert_eq!(StorageProviders::provider_in(0, 1_002), Some(record));
        System::assert_last_event(RuntimeEvent::StorageProviders(Event::ProviderRegistered {
            index: 0,
            owner: owner(),
            from_round: 1_002,
        }));
    });
}

#[test]
fn indices_ascend_and_lead_to_their_owner_and_key() {
    run(|| {
        assert_ok!(register(owner(), [1; 32]));
        assert_ok!(register(other_owner(), [2; 32]));
        assert_ok!(register(owner(), [3; 32]));
        assert_eq!(StorageProviders::next_index(), 3);
        assert_eq!(StorageProviders::providers_of(owner()), [0, 2]);
        assert_eq!(StorageProviders::providers_of(other_owner()), [1]);
        assert_eq!(StorageProviders::index_of([3; 32]), Some(2));
        assert_eq!(StorageProviders::index_of([4; 32]), None);
        assert_eq!(StorageProviders::provider(3), None);
    });
}

#[test]
fn a_peer_key_is_registered_once_whoever_tries_again() {
    run(|| {
        assert_ok!(register(owner(), [1; 32]));
        assert_noop!(register(owner(), [1; 32]), Error::<Test>::PeerKeyTaken);
        assert_noop!(
            register(other_owner(), [1; 32]),
            Error::<Test>::PeerKeyTaken
        );
    });
}

#[test]
fn a_region_is_two_upper_case_letters_and_space_is_not_zero() {
    run(|| {
        assert_ok!(register(owner(), [1; 32]));
        for region in [*b"kr", *b"K1", *b"  ", [0, 0]] {
            assert_noop!(update(owner(), 0, region, 1), Error::<Test>::InvalidRegion);
        }
        assert_noop!(update(owner(), 0, *b"DE", 0), Error::<Test>::NoSpace);
    });
}

#[test]
fn an_update_changes_what_is_declared_and_neither_owner_nor_keys() {
    run(|| {
        assert_ok!(register(owner(), [1; 32]));
        let before = StorageProviders::provider(0).expect("registered");
        Now::set(1_500);
        assert_ok!(update(owner(), 0, *b"DE", 5));
        Now::set(1_502);
        let after = StorageProviders::provider(0).expect("registered");
        assert_eq!(
            (after.class, after.region, after.space_bytes),
            (ProviderClass::AlwaysOn, *b"DE", 5)
        );
        assert_eq!(
            (
                after.owner,
                after.peer_key,
                after.exchange_key,
                after.from_round
            ),
            (
                before.owner,
                before.peer_key,
                before.exchange_key,
                before.from_round
            )
        );
    });
}

#[test]
fn only_the_owner_updates() {
    run(|| {
        assert_ok!(register(owner(), [1; 32]));
        assert_noop!(update(other_owner(), 0, *b"DE", 5), Error::<Test>::NotOwner);
        assert_noop!(
            update(owner(), 1, *b"DE", 5),
            Error::<Test>::UnknownProvider
        );
    });
}

#[test]
fn q1_an_account_has_a_bounded_number_of_providers() {
    run(|| {
        for number in 0..MAX_PROVIDERS_PER_OWNER {
            let key = [u8::try_from(number).expect("small") + 1; 32];
            assert_ok!(register(owner(), key));
        }
        assert_noop!(
            register(owner(), [0xff; 32]),
            Error::<Test>::TooManyProviders
        );
        assert_ok!(register(other_owner(), [0xff; 32]));
    });
}

#[test]
fn registering_at_the_end_of_time_or_of_indices_is_refused() {
    run(|| {
        crate::NextIndex::<Test>::put(u32::MAX);
        assert_noop!(register(owner(), [1; 32]), Error::<Test>::Overflow);
        crate::NextIndex::<Test>::put(0);
        Now::set(u32::MAX);
        assert_noop!(register(owner(), [1; 32]), Error::<Test>::Overflow);
    });
}
