//! What a provider declares, from which round on.

use crate::{
    Event, HoldReason,
    mock::{
        Balances, Now, RuntimeEvent, RuntimeOrigin, StorageProviders, System, owner, register, run,
    },
};
use chainflix_primitives::registry::{ProviderClass, ProviderRecord};
use frame_support::{assert_ok, traits::fungible::InspectHold};

fn update(class: ProviderClass, region: [u8; 2], space_bytes: u64) {
    assert_ok!(StorageProviders::update(
        RuntimeOrigin::signed(owner()),
        0,
        class,
        region,
        space_bytes
    ));
}

/// What is declared in a round, and now.
fn declared(record: Option<ProviderRecord>) -> (ProviderClass, [u8; 2], u64) {
    let record = record.expect("registered");
    (record.class, record.region, record.space_bytes)
}

const FIRST: (ProviderClass, [u8; 2], u64) = (ProviderClass::Home, *b"KR", 1_000_000_000);
const SECOND: (ProviderClass, [u8; 2], u64) = (ProviderClass::AlwaysOn, *b"DE", 5);
const THIRD: (ProviderClass, [u8; 2], u64) = (ProviderClass::SharingViewer, *b"US", 6);

#[test]
fn g4_a_declaration_holds_from_two_rounds_later_and_past_rounds_stay_as_they_were() {
    run(|| {
        assert_ok!(register(owner(), [1; 32]));
        Now::set(1_010);
        update(SECOND.0, SECOND.1, SECOND.2);
        System::assert_last_event(RuntimeEvent::StorageProviders(Event::ProviderUpdated {
            index: 0,
            class: SECOND.0,
            region: SECOND.1,
            space_bytes: SECOND.2,
            from_round: 1_012,
        }));
        assert_eq!(declared(StorageProviders::provider(0)), FIRST);
        for (round, expected) in [(1_002, FIRST), (1_011, FIRST), (1_012, SECOND)] {
            assert_eq!(declared(StorageProviders::provider_in(0, round)), expected);
        }
        Now::set(1_012);
        assert_eq!(declared(StorageProviders::provider(0)), SECOND);
    });
}

#[test]
fn a_declaration_that_has_not_taken_effect_is_replaced_and_one_that_has_is_not_lost() {
    run(|| {
        assert_ok!(register(owner(), [1; 32]));
        update(SECOND.0, SECOND.1, SECOND.2);
        Now::set(1_001);
        update(THIRD.0, THIRD.1, THIRD.2);
        assert_eq!(declared(StorageProviders::provider_in(0, 1_002)), FIRST);
        assert_eq!(declared(StorageProviders::provider_in(0, 1_003)), THIRD);
        Now::set(1_003);
        update(SECOND.0, SECOND.1, SECOND.2);
        assert_eq!(declared(StorageProviders::provider_in(0, 1_004)), THIRD);
        assert_eq!(declared(StorageProviders::provider_in(0, 1_005)), SECOND);
    });
}

#[test]
fn a_change_of_what_is_declared_costs_no_further_deposit() {
    run(|| {
        assert_ok!(register(owner(), [1; 32]));
        let held = || Balances::balance_on_hold(&HoldReason::Provider.into(), &owner());
        let before = held();
        update(SECOND.0, SECOND.1, u64::MAX);
        assert_eq!(held(), before);
    });
}
