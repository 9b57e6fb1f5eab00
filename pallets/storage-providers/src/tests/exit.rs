//! Leaving, and what stays as long as a receipt may name a provider.

use crate::{
    Error, Event,
    mock::{
        AccountId, Now, RECORD_ROUNDS, RuntimeEvent, RuntimeOrigin, StorageProviders, System, Test,
        other_owner, owner, register, run,
    },
};
use chainflix_primitives::registry::ProviderClass;
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

fn exit(by: AccountId) -> DispatchResult {
    StorageProviders::exit(RuntimeOrigin::signed(by), 0)
}

fn remove(by: AccountId) -> DispatchResult {
    StorageProviders::remove(RuntimeOrigin::signed(by), 0)
}

#[test]
fn receipts_of_a_leaving_provider_count_until_two_rounds_later_and_its_record_stays() {
    run(|| {
        assert_ok!(register(owner(), [1; 32]));
        Now::set(1_010);
        assert_ok!(exit(owner()));
        assert_eq!(StorageProviders::exit_round(0), Some(1_012));
        assert!(StorageProviders::provider_in(0, 1_011).is_some());
        assert_eq!(StorageProviders::provider_in(0, 1_012), None);
        Now::set(1_050);
        assert!(
            StorageProviders::provider_in(0, 1_011).is_some(),
            "for past rounds too"
        );
        assert!(
            StorageProviders::provider(0).is_some(),
            "receipts may still name it"
        );
        System::assert_last_event(RuntimeEvent::StorageProviders(Event::ProviderExiting {
            index: 0,
            until_round: 1_012,
            removable: 1_012 + RECORD_ROUNDS,
        }));
    });
}

#[test]
fn a_leaving_provider_neither_changes_nor_leaves_again() {
    run(|| {
        assert_ok!(register(owner(), [1; 32]));
        assert_noop!(exit(other_owner()), Error::<Test>::NotOwner);
        assert_ok!(exit(owner()));
        assert_noop!(exit(owner()), Error::<Test>::Exiting);
        let update = StorageProviders::update(
            RuntimeOrigin::signed(owner()),
            0,
            ProviderClass::Home,
            *b"KR",
            1,
        );
        assert_noop!(update, Error::<Test>::Exiting);
    });
}

#[test]
fn a_record_is_removed_only_when_no_receipt_can_name_it_any_more() {
    run(|| {
        assert_ok!(register(owner(), [1; 32]));
        Now::set(50_000);
        assert_noop!(remove(owner()), Error::<Test>::RecordStillNeeded);
        assert_ok!(exit(owner()));
        Now::set(50_002 + RECORD_ROUNDS - 1);
        assert_noop!(remove(owner()), Error::<Test>::RecordStillNeeded);
        Now::set(50_002 + RECORD_ROUNDS);
        assert_noop!(remove(other_owner()), Error::<Test>::NotOwner);
        assert_ok!(remove(owner()));
        assert_eq!(StorageProviders::provider(0), None);
        assert_eq!(StorageProviders::providers_of(owner()), Vec::<u32>::new());
        assert_noop!(remove(owner()), Error::<Test>::UnknownProvider);
    });
}

#[test]
fn a_peer_key_registered_anew_gets_another_index() {
    run(|| {
        assert_ok!(register(owner(), [1; 32]));
        assert_ok!(exit(owner()));
        assert_noop!(register(owner(), [1; 32]), Error::<Test>::PeerKeyTaken);
        Now::set(1_002 + RECORD_ROUNDS);
        assert_ok!(remove(owner()));
        assert_ok!(register(other_owner(), [1; 32]));
        assert_eq!(StorageProviders::index_of([1; 32]), Some(1));
    });
}
