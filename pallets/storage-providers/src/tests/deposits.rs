//! What is held for providers.

use crate::{
    HoldReason, OwnedBy, PeerKeys, Providers,
    mock::{
        AccountId, Balances, CFX, Now, RECORD_ROUNDS, RuntimeOrigin, StorageProviders, Test, owner,
        register, run,
    },
};
use codec::Encode;
use frame_support::{
    assert_ok,
    traits::fungible::{Inspect, InspectHold},
};

fn held() -> u128 {
    Balances::balance_on_hold(&HoldReason::Provider.into(), &owner())
}

#[test]
fn each_provider_holds_what_the_view_function_says_and_returns_it_all() {
    run(|| {
        let free = Balances::balance(&owner());
        assert_ok!(register(owner(), [1; 32]));
        assert_ok!(register(owner(), [2; 32]));
        assert_eq!(held(), 2 * StorageProviders::registration_deposit());
        for index in [0, 1] {
            assert_ok!(StorageProviders::exit(
                RuntimeOrigin::signed(owner()),
                index
            ));
        }
        Now::set(1_002 + RECORD_ROUNDS);
        for index in [0, 1] {
            assert_ok!(StorageProviders::remove(
                RuntimeOrigin::signed(owner()),
                index
            ));
        }
        assert_eq!(held(), 0);
        assert_eq!(Balances::balance(&owner()), free);
    });
}

#[test]
fn the_deposit_covers_every_byte_that_a_provider_can_take_in_storage() {
    run(|| {
        assert_ok!(register(owner(), [1; 32]));
        assert_ok!(StorageProviders::exit(RuntimeOrigin::signed(owner()), 0));
        let provider = Providers::<Test>::get(0).expect("registered");
        let keys = Providers::<Test>::hashed_key_for(0).len()
            + PeerKeys::<Test>::hashed_key_for([1; 32]).len();
        // Its index stands under its peer key and in its owner's list.
        let bytes = provider.encoded_size() + keys + 2 * 0u32.encoded_size();
        assert!(held() >= bytes as u128 * CFX / 1_000 + 2 * CFX / 10);
    });
}

#[test]
fn who_cannot_pay_the_deposit_is_not_registered() {
    run(|| {
        let poor = AccountId::new([77; 32]);
        assert!(register(poor.clone(), [1; 32]).is_err());
        assert_eq!(StorageProviders::provider(0), None);
        assert_eq!(OwnedBy::<Test>::get(poor).len(), 0);
        assert_eq!(StorageProviders::index_of([1; 32]), None);
    });
}
