//! Random calls: what is held is what the providers' records say, and everything comes back.

use crate::{
    HoldReason, Providers,
    mock::{
        AccountId, Balances, Now, RECORD_ROUNDS, RuntimeOrigin, StorageProviders, Test,
        other_owner, owner, register, run,
    },
};
use chainflix_primitives::registry::ProviderClass;
use frame_support::traits::fungible::{Inspect, InspectHold};
use proptest::prelude::*;

/// A call by its number, who makes it, its argument, and how many rounds pass before it.
type Step = (u8, usize, u8, u32);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let wait = prop_oneof![8 => 0u32..4, 1 => 90u32..120];
    prop::collection::vec((0u8..6, 0usize..2, 0u8..8, wait), 1..100)
}

fn owners() -> [AccountId; 2] {
    [owner(), other_owner()]
}

/// Makes one call, which may be refused.
fn call((call, who, choice, wait): Step) {
    Now::mutate(|now| *now += wait);
    let by = owners()[who].clone();
    let origin = RuntimeOrigin::signed(by.clone());
    let index = StorageProviders::next_index().saturating_sub(u32::from(choice) + 1);
    let class = ProviderClass::SharingViewer;
    let _ = match call {
        0 | 1 => register(by, [choice + 1; 32]),
        2 => StorageProviders::update(origin, index, class, *b"US", 7),
        3 => StorageProviders::exit(origin, index),
        4 => StorageProviders::demote(origin, index),
        _ => StorageProviders::remove(origin, index),
    };
}

fn held(by: &AccountId) -> u128 {
    Balances::balance_on_hold(&HoldReason::Provider.into(), by)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_is_called_deposits_held_are_the_sum_of_the_providers_deposits(steps in steps()) {
        run(|| {
            let funds = owners().map(|owner| Balances::balance(&owner));
            for step in steps {
                call(step);
                for owner in owners() {
                    let raw: [u8; 32] = owner.clone().into();
                    let sum: u128 = Providers::<Test>::iter_values()
                        .filter(|provider| provider.record.owner.0 == raw)
                        .map(|provider| provider.deposit)
                        .sum();
                    assert_eq!(held(&owner), sum);
                }
                StorageProviders::do_try_state().expect("the invariants hold");
            }
            for pass in 0..2 {
                for index in 0..StorageProviders::next_index() {
                    for owner in owners() {
                        let origin = RuntimeOrigin::signed(owner);
                        let _ = match pass {
                            0 => StorageProviders::exit(origin, index),
                            _ => StorageProviders::remove(origin, index),
                        };
                    }
                }
                Now::mutate(|now| *now += RECORD_ROUNDS + 2);
            }
            assert_eq!(owners().map(|owner| Balances::balance(&owner)), funds);
            assert_eq!(owners().map(|owner| held(&owner)), [0, 0]);
        });
    }
}
